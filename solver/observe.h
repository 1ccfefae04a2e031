/*
  observe.h - what a sampled state of the powder is worth: stress, fabric, density, pressures, balances.

  Reads, never writes (only the ghosts are made to mirror their owners).  Every total is added as integers
  (grains/fixed.h), so that an Observation has the same bits on any number of ranks and in any order of grains and
  contacts.  Signs: compression positive, for stresses and pressures.  NAN: not defined in this state.
*/
#ifndef SOLVER_OBSERVE_H
#define SOLVER_OBSERVE_H

#include "solver/config.h"
#include "solver/dem/dem.h"
#include "solver/fem/fem.h"

/* Stiffness of a body with the press for its axis, 3; Voigt's numbers [GPa]. */
enum { C_11, C_12, C_13, C_33, C_44, STIFFNESS_N };

enum { SYM_XX, SYM_YY, SYM_ZZ, SYM_XY, SYM_YZ, SYM_ZX, SYM_N };

/* A sampled state; everything borrowed. */
typedef struct {
  PetscInt64  step;
  double      time;  /* [ns] */
  PetscInt    stage; /* index in the programme */
  const char *stage_name;
  double      target; /* pressure the stage wants [GPa]; NAN: none */
  Grains      grains;
  PetscInt    n_contacts; /* every contact of at least one owned grain; owned-ghost pairs stand on both ranks */
  const ContactSample *contacts;
  const Tools         *tools;
  double               tool_force[TOOL_N][3]; /* of the grains on each tool, same on all ranks [nN] */
  /* Cumulative since the start, same on all ranks [aJ]:
     NORMAL      taken up by normal forces without their damping (elastic, plastic)
     TANGENTIAL  taken up by tangential forces and couples (elastic, sliding)
     VISCOUS     lost in contact damping
     FRICTION    the part of TANGENTIAL lost in sliding, rolling, twisting
     TOOLS       done by the moving tools on the grains
     DRAG        taken by the drag
     GRAVITY     done by gravity
     STRAIN      taken up by the elements of meshed grains; PLASTIC, HOURGLASS: parts of it
     Balance: kinetic - kinetic_start + NORMAL + TANGENTIAL + VISCOUS + DRAG + STRAIN = TOOLS + GRAVITY */
  double work[WORK_N];
  double kinetic_start; /* kinetic energy when `work` began [aJ] */
  double slow_time;     /* shown by the slow clock [ns] */
  double slow_steps;    /* of the slow clock so far */
  double slow_residual; /* largest unbalance at which one of them began [-] */
  double temperature;   /* [K] */
  double static_increments, static_newton, static_steps,
      static_residual;        /* of equilibria so far, ProgrammeState; [-] */
  const double    *stiffness; /* [STIFFNESS_N] when it was looked for last [GPa]; NULL: not yet */
  Fem              fem;       /* meshed grains; NULL: none */
  const FemStatus *bodies;    /* what is known of them all */
} Sample;

/* Per owned grain, in the order of the rows of Grains; for files.  Buffers grow, GrainFieldsDestroy frees them. */
typedef struct {
  PetscInt n, n_alloc;
  double (*stress)[SYM_N]; /* Love-Weber over the grain's true volume, symmetric part; of meshed grains the mean over
                              the body [GPa] */
  double  *p, *q;          /* mean stress, von Mises stress sqrt(3 J2), of that tensor [GPa] */
  double  *lode;           /* Lode angle, 0 triaxial compression .. 60 triaxial extension [degree] */
  double  *major;          /* largest principal stress [GPa] */
  double  *unbalance;      /* |sum of contact forces| [nN] */
  double  *mises, *alpha;  /* of meshed grains, NAN of others: means over the body, von Mises [GPa], plastic strain */
  int32_t *coordination;   /* contacts, tools included */
  int32_t *bonds;          /* bonded contacts (ionic, metal) */
  int64_t *cluster;        /* smallest id of those that hang together by bonds; its own when by none */
  int64_t *chain;          /* smallest id of the force chain it is in; -1: in none */
  int64_t *contact_chain;  /* the same of the links between them; [n_contacts] of the sample */
} GrainFields;

/* One row of history.csv; the columns, their names and units: observation_columns[]. */
typedef struct {
  double step, time, stage;         /* [-], [ns], [-] */
  double slow_time, temperature;    /* shown by the slow clock [s]; [K] */
  double slow_steps, slow_residual; /* of the slow clock; largest unbalance at which one of them began [-] */
  double static_increments, static_newton, static_steps; /* of static equilibria so far */
  double static_residual;               /* of the last of them, over the forces of contact [-]; NAN: none yet */
  double stiffness[STIFFNESS_N];        /* of the compact, when it was looked for last [GPa]; NAN: not yet */
  double target;                        /* [GPa] */
  double grains;                        /* [-] */
  double height, z_bottom, z_top;       /* between the punch faces, and the faces [nm] */
  double velocity_top, velocity_bottom; /* [nm/ns] */
  double height_moment, radius_moment;  /* of the uniform cylinder with the same second moments: robust size [nm] */
  double relative_density;              /* true grain volumes / bore between the punches, cut to where grains are [-] */
  double core_density;                  /* same in the inner cylinder of half the radius and half the height [-] */
  double pressure_top, pressure_bottom, pressure_wall; /* normal force / area, powder on tool [GPa] */
  double shear_wall;                /* axial force of the powder on the die / lateral area, > 0 upwards [GPa] */
  double force_top, force_bottom;   /* axial force of the powder on the punch, > 0 pushes it away [nN] */
  double force_wall;                /* axial force of the powder on the die, > 0 upwards [nN] */
  double transmission;              /* pressure_bottom / pressure_top [-] */
  double stress[SYM_N];             /* Love-Weber + kinetic, over the volume the density refers to [GPa] */
  double p, q, q_over_p, lode;      /* of that tensor [GPa], [GPa], [-], [degree] */
  double kinetic_pressure;          /* trace/3 of the kinetic part [GPa] */
  double contacts, tool_contacts;   /* grain on grain, grain on tool [-] */
  double coordination;              /* contacts per grain, tools included [-] */
  double coordination_mechanical;   /* same without rattlers: Thornton 2000, Geotechnique 50, 43 [-] */
  double rattlers;                  /* fraction of grains with fewer than two contacts [-] */
  double fabric[SYM_N];             /* <n n> over contacts between grains [-] */
  double anisotropy;                /* sqrt(3/2 A:A), A = 15/2 (fabric - 1/3) [-] */
  double force_mean, force_max;     /* |f| of contacts between grains [nN] */
  double tensile;                   /* fraction of contacts between grains with fn < 0 [-] */
  double overlap_mean, overlap_max; /* delta / smaller R0, tools included in max [-] */
  double contact_radius_mean;       /* a / smaller R0 over contacts between grains [-] */
  double radius_growth;             /* mean R/R0 - 1 [-] */
  double bonded;                    /* contacts between grains that are bonded (ionic, metal) / all [-] */
  double bonded_coordination;       /* bonded contacts per grain [-] */
  double giant_cluster;             /* grains of the largest bonded cluster / all; 0: no bonds [-] */
  double spans;                     /* 1: a bonded cluster reaches from end to end of the powder, observe_ends */
  double chains, chain_length;      /* force chains: number, grains of one in the mean [-]; NAN: none */
  double chain_grains,
      chain_load;          /* grains in chains / all; f.l of their links / that of all pressed contacts of grains [-] */
  double chain_alignment;  /* <(3 cos^2 - 1)/2> of links to the press axis; 1: along, 0: no preference [-] */
  double neck_mean;        /* radius of the necks / smaller R0, over bonded contacts [-] */
  double coverage_contact; /* ligands in contacts between grains, mean; NAN: no interface [-] */
  double coverage_free;    /* ligands on the free surface of a grain, mean [-] */
  double layer_mean;       /* thickness of the ligand layer in contacts between grains, mean [nm] */
  double centre[3], diameter;    /* of the powder's volume; mean of the grains; not in history.csv [nm] */
  double volume_error;           /* (apparent spheres less their caps) / true volumes - 1 [-] */
  double unbalance;              /* sum |F_grain| / sum over grains and contacts |f| [-] */
  double inertial_number;        /* |strain rate| d sqrt(density/pressure_top) [-] */
  double kinetic, stored;        /* [aJ] */
  double work[WORK_N];           /* see Sample [aJ] */
  double meshed, elements;       /* meshed grains / all; elements of them all together [-] */
  double mesh_stress[SYM_N];     /* mean Cauchy stress of the meshed grains times their volume, over that of `stress`
                                    [GPa] */
  double mises_mean, alpha_mean; /* of meshed grains, by volume: von Mises stress [GPa], plastic strain [-] */
  double mises_rms, mises_max;   /* of the elements: root mean square by volume, largest [GPa] */
  double mesh_volume;            /* of meshed grains over their volume without load [-] */
  double mass_added;             /* of meshed grains over their mass at the start: elements too thin for the step [-] */
  double element_worst;          /* smallest volume of an element over the one without load [-] */
  double energy_error;           /* residual of the balance / largest of its terms [-] */
} Observation;

typedef struct {
  const char *name; /* with its unit */
  size_t      offset;
} ObservationColumn;
extern const ObservationColumn observation_columns[]; /* ends with name == NULL */

/*
  Observe - looks at a sampled state.

  Collective.  Out: seen, the same bits on every rank and on every number of ranks; fields (may be NULL), per owned
  grain. Stress: Love 1927, Weber 1966.  Fails (all ranks) when a position, velocity or force is not finite.
*/
PetscErrorCode Observe(const Sample *sample, Observation *seen, GrainFields *fields);
PetscErrorCode GrainFieldsDestroy(GrainFields *fields); /* Not collective. */

/*
  observe_ends - at which ends of the powder a grain lies: bits CONDUCT_BOTTOM, _TOP, _DIE of conduct.h.  Pure.

  The powder is the uniform cylinder with its second moments, which single grains that went astray hardly move.  A grain
  is at an end when its centre is within three quarters of a mean diameter of it, a third of the height (of the radius,
  at the side) at most: the outermost layer.  Tools are not asked: so the coin is the same between the punches, released
  and out of the die, and a few grains that stick to a punch which has come off are no end of it.
*/
unsigned char observe_ends(const Observation *seen, const double x[3]);

/* Invariants of a symmetric tensor: mean, von Mises, Lode angle [degree], largest principal value.  Pure. */
void tensor_invariants(const double s[SYM_N], double *p, double *q, double *lode, double *major);
/* Volume of a sphere (centre at distance d from the axis and height z) inside r < rc, z0 < z < z1 [nm^3].  Pure. */
double sphere_in_cylinder(double d, double z, double radius, double rc, double z0, double z1);

#endif
