/*
  contact.h - contact laws between two spheres, or a sphere and a rigid tool, eight contacts at a time.

  A law is a pure function on plain arrays.  Contacts come in batches of CONTACT_LANES: every quantity is a Lanes, the
  same quantity for eight contacts side by side, so that one loop over the lanes is one vector instruction stream and
  every contact is evaluated by the same operations wherever it sits.  (A scalar use fills lane 0 and leaves the rest
  zero: a zero lane is "far apart".)

  Conventions (physics: Johnson 1985; signs as in Luding 2008):
    n      unit vector from side 1 (j, or the tool) to side 0 (i)
    delta  overlap, > 0 in compression [nm]
    vn     (v_i - v_j).n, > 0 when separating [nm/ns]
    fn     > 0 pushes the two apart; the force on i is fn n + ft, on j the opposite [nN]
  The torque of ft is (-arm n) x ft on both sides; `couple` acts as +couple on i and -couple on j.

  Adding a law: one new file contact_x.c, one line in contact_laws[] (contact.c).
*/
#ifndef MATERIALS_CONTACT_H
#define MATERIALS_CONTACT_H

#include "materials/params.h"

enum { CONTACT_LANES = 8, CONTACT_STATE_MAX = 40, CONTACT_SUMS = 6 };

typedef double Lanes[CONTACT_LANES] __attribute__((aligned(64)));

/* What a law may know of the grain on one side of the contact.  Y and what follows: not for a law that says `plain`. */
typedef struct {
  Lanes R;    /* apparent radius [nm]; 1e30 for a tool */
  Lanes R0;   /* radius of the undeformed grain [nm] */
  Lanes Y;    /* yield stress [GPa] */
  Lanes dbar; /* mean surface displacement of the last step, area-weighted over the grain's contacts [nm] (MDR) */
  Lanes bulk; /* pressure per unit bulk displacement, kappa A_con/V_geo [GPa/nm] (MDR); 0: none yet */
  Lanes psi;  /* free-area ratio, 1 for a free grain (MDR) */
} ContactSide;

typedef struct {
  Lanes       delta, vn;
  Lanes       n[3];
  Lanes       vt[3]; /* tangential velocity of i relative to j at the contact point [nm/ns] */
  Lanes       wr[3]; /* w_i - w_j [1/ns] */
  Lanes       spin;  /* (w_i + w_j).n/2 [1/ns] */
  Lanes       m_eff; /* m_i m_j/(m_i + m_j) [fg] */
  Lanes       W;     /* work of adhesion of the pair [nN/nm] */
  Lanes       cover; /* ligand coverage of the two free surfaces, for a contact that begins [-] */
  Lanes       neck;  /* radius of a bonded neck wider than the law's contact, 0: none [nm] */
  Lanes       apart; /* overlap of the grains, kept while delta is that of the cores (contact_interface.c) [nm] */
  ContactSide side[2];
  double      dt;                    /* step [ns] */
  double      mu, mu_roll, mu_twist; /* friction coefficients of this pairing [-] */
  int         tool;                  /* side 1 of every lane is a rigid flat tool */
  int mirror; /* with tool: the flat is the middle plane of a pair, side 1 what lies beyond it; W: half of the pair's */
} ContactBatch;

typedef struct {
  Lanes fn;         /* whole normal force, damping included [nN] */
  Lanes fn_viscous; /* the part of fn that is damping [nN] */
  Lanes ft[3];      /* [nN] */
  Lanes couple[3];  /* rolling and twisting resistance [nN nm] */
  Lanes a;          /* contact radius [nm] */
  Lanes kn;         /* stiffness of the closed contact, 2 E* a when elastic; for damping and rolling [nN/nm] */
  Lanes fc;         /* critical normal force that friction limits refer to: fn + 2 F_pulloff [nN] */
  Lanes shear;      /* tangential force at which the contact area itself yields, pi a^2 Y/sqrt(3); 1e300: never [nN] */
  Lanes eta;        /* damping: fn_viscous = -eta vn where it is not limited [nN ns/nm] */
  Lanes bond;       /* 1: bonded, limits are those of the neck whatever the normal force; only with an interface */
  Lanes thinned;    /* part of the neck's radius that flow in tension took in this step [-] */
  Lanes slip_power; /* dissipated by sliding, rolling and twisting, >= 0 [nN nm/ns] */
  Lanes sum[2][CONTACT_SUMS]; /* what each side adds to its grain's sums; meaning is the law's own */
} ContactForce;

/* Eight grains at a time: what a law with grain state (MDR) keeps on the grain, and the sums its contacts left. */
typedef struct {
  Lanes R, R0, Y, psi, dbar, bulk; /* in and out (R0, Y in) */
  Lanes sum[CONTACT_SUMS];         /* in: sums over all contacts of the grain, tools included */
} GrainBatch;

typedef struct {
  const char        *name, *cite;
  const ParamSpec   *params; /* ends with key == NULL */
  size_t             param_size;
  int                n_state;             /* doubles of history per contact, all zero before the first touch */
  const char *const *state_names;         /* n_state names, for the checkpoint */
  int                n_sum;               /* how many of the CONTACT_SUMS it uses */
  int                plain;               /* 1: asks nothing of a grain but R and R0; the rest need not be filled in */
  int                penalty_state;       /* index of the state that takes the screening penalty, or -1 */
  int                lives_state;         /* index of the state that is > 0 while the pair has a history, or -1 */
  int                mirrors;             /* 1: it knows ContactBatch.mirror */
  const char *(*validate)(const void *p); /* NULL, or what is wrong with the parameters */
  double (*reach)(const void *p, double W, double R);         /* largest gap at which the law still acts [nm] */
  void (*sum_scale)(const void *p, double R, double scale[]); /* magnitude each sum may reach (fixed-point range) */
  void (*normal)(const void *p, int n, const ContactBatch in[], Lanes *const state[],
                 ContactForce out[]); /* n batches: fn, fn_viscous, a, kn, fc, shear, eta, sum */
  void (*stored)(const void *p, const ContactBatch *in, Lanes state[], Lanes energy); /* recoverable energy [aJ] */
  double (*step)(const void *p, double m, double R); /* longest step for grains squeezed from all sides [ns], or NULL */
  void (*grain)(const void *p, GrainBatch *g);       /* NULL when the law keeps nothing on grains */
  /* Diffusion brings the centres of one pair nearer by `approach` [nm] without a force: flats move along.  R, Y: of the
     two grains; state: n_state numbers of the pair.  NULL: the law knows no flow, and no interface. */
  void (*flow)(const void *p, const double R[2], const double Y[2], double approach, double *state);
  /* Where the middle plane of each pair stands: overlap of either side with it [nm].  half[2], or NULL: n_state numbers
     with which a side goes on alone, against that plane as its mirror.  Pure; NULL unless `mirrors`. */
  void (*halve)(const void *p, const ContactBatch *in, Lanes state[], Lanes overlap[2], Lanes *const half[2]);
} ContactLaw;

extern const ContactLaw *const contact_laws[]; /* THE registry, ends with NULL */
const ContactLaw              *contact_law_find(const char name[]);

typedef struct ContactInterface ContactInterface; /* contact_interface.h */

/* A law with its parameters and the tangential, rolling and twisting parts that go with it. */
typedef struct {
  const ContactLaw       *law;
  const void             *p;                 /* law->param_size bytes */
  double                  G_star;            /* 1/G* = 2 (2-nu)/G between grains [GPa] */
  double                  G_star_tool;       /* 1/G* = (2-nu)/G against a rigid tool [GPa] */
  double                  kt_ratio;          /* multiplies Mindlin's k_t = 8 G* a; 1 */
  double                  damping_t;         /* tangential damping per normal damping; 1 */
  int                     rolling, twisting; /* parts switched on */
  int                     partial_slip;      /* 0: Mindlin without slip inside the cone; 1: Mindlin-Deresiewicz */
  const ContactInterface *interface;         /* of grain on grain; NULL: W as given, no bonds */
} ContactModel;

/* Doubles of history per contact: of the law, then of the parts that are switched on (contact_parts.h). */
int         contact_n_state(const ContactModel *m);
const char *contact_state_name(const ContactModel *m, int k); /* for the checkpoint; NULL outside */
int         contact_face_at(const ContactModel *m);           /* first state of the interface, contact_interface.h */
/* Whole force of eight contacts: normal law, then the parts; the history moves on by in->dt.  Pure, but that an
   interface sets in->W and in->neck. */
void contact_force(const ContactModel *m, ContactBatch *in, Lanes state[], ContactForce *out);
/* The same for n batches at once, which is faster: roots and divisions of one wait while those of the next go on. */
void contact_forces(const ContactModel *m, int n, ContactBatch in[], Lanes *const state[], ContactForce out[]);
/* Energy a contact would give back: the law's normal part plus the springs of the parts [aJ].  After contact_force with
   the same arguments. */
void contact_stored(const ContactModel *m, ContactBatch *in, Lanes state[], Lanes energy);

#endif
