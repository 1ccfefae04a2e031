/* fem_impl.h - what the files of this folder share; nobody else includes it. */
#ifndef SOLVER_FEM_FEM_IMPL_H
#define SOLVER_FEM_FEM_IMPL_H

#include "materials/surface.h"
#include "solver/fem/fem.h"
#include "solver/fem/fem_element.h"

/*
  Two views of a body.

  Inside it is one lane of a pack of eight: nodes and elements as v8, all bodies of a run having the same topology.
  Outside it is its surface: one record of sixteen doubles per surface node, two cache lines, in the order of bodies;
  owned bodies first (body b stands in lane b % 8 of pack b / 8), then ghosts.  Contacts read records and add integers
  to forces; what lands on ghosts is sent home by one reduction (PetscSF), exact in any order.
*/
enum { /* columns of a surface record */
       SF_X,
       SF_Y,
       SF_Z,    /* place [nm] */
       SF_AREA, /* of the surface that is the node's now [nm^2] */
       SF_NX,
       SF_NY,
       SF_NZ, /* outward normal, unit */
       SF_H,  /* square root of the area of the facets around, without load: scale of the penalty [nm] */
       SF_VX, /* second cache line: of use only where surfaces touch */
       SF_VY,
       SF_VZ,   /* velocity at the half step [nm/ns] */
       SF_MASS, /* [fg] */
       SF_FOLD, /* 1 where a facet has a corner turned in, or nearly, else 0 */
       SF_LEFT, /* three free */
       SF_N = 16
};

typedef double SurfaceRecord[SF_N] __attribute__((aligned(64)));
/* fx fy fz; sum of SurfaceForces.held; fixed point */
typedef int64_t SurfaceForce[4] __attribute__((aligned(32)));

/* What a surface node remembers of one partner. */
enum {
  SLOT_PARTNER, /* 1 + global id of the other grain, or -1 - tool; 0: free */
  SLOT_FX,
  SLOT_FY,
  SLOT_FZ,   /* stored tangential force [nN] */
  SLOT_BOND, /* 1: one metal with the partner; 0: not */
  SLOT_SET,  /* how far the ligands between were ever squeezed, 1 - thickness/unloaded thickness [-] */
  SLOT_N,
  SLOT_KEPT = SLOT_N - SLOT_FX
};
enum { HITS = 480 }; /* facets near nodes that are worked on together; hits_cap - HITS: the most of one node */
enum { SLOTS = 4 };  /* a node touches that many partners at most; of more the deepest stay */

typedef double NodeSlots[SLOTS][SLOT_N];

/* Slot of a partner; -1: none.  partner as SLOT_PARTNER has it. */
static inline int slot_find(NodeSlots s, double partner)
{
  for (int k = 0; k < SLOTS; k++)
    if (s[k][SLOT_PARTNER] == partner) return k;
  return -1;
}

static inline void slot_free(NodeSlots s, int k)
{
  for (int c = 0; c < SLOT_N; c++) s[k][c] = 0.0;
}

/*
  Stores what is kept against a partner, from SLOT_FX on, in a free slot if it has none yet; if there is none either, in
  that of the smallest force without a bond, should this one be larger or bonded.  Nothing to keep frees the slot.
  Returns whether the partner has a slot now.  Called in the order of partners, grains by id, then tools: the same on
  any rank.
*/
static inline int slot_store(NodeSlots s, double partner, const double f[SLOT_KEPT])
{
  const double bond = f[SLOT_BOND - SLOT_FX], set = f[SLOT_SET - SLOT_FX];
  const double size  = bond > 0.0 ? 1e300 : f[0] * f[0] + f[1] * f[1] + f[2] * f[2];
  const int    none  = size == 0.0 && bond == 0.0 && set == 0.0;
  double       least = size;
  int          k     = slot_find(s, partner);

  if (k < 0) {
    if (none) return 0;
    k = slot_find(s, 0.0);
    for (int c = 0; k < 0 && c < SLOTS; c++) {
      const double other =
          s[c][SLOT_FX] * s[c][SLOT_FX] + s[c][SLOT_FY] * s[c][SLOT_FY] + s[c][SLOT_FZ] * s[c][SLOT_FZ];
      if (s[c][SLOT_PARTNER] > 0.0 && s[c][SLOT_BOND] == 0.0 && other < least) least = other;
    }
    for (int c = 0; k < 0 && c < SLOTS; c++) {
      const double other =
          s[c][SLOT_FX] * s[c][SLOT_FX] + s[c][SLOT_FY] * s[c][SLOT_FY] + s[c][SLOT_FZ] * s[c][SLOT_FZ];
      if (s[c][SLOT_PARTNER] > 0.0 && s[c][SLOT_BOND] == 0.0 && other == least && least < size) k = c;
    }
    if (k < 0) return 0;
    slot_free(s, k);
  }
  if (none) {
    slot_free(s, k);
    return 0;
  }
  s[k][SLOT_PARTNER] = partner;
  for (int c = 0; c < SLOT_KEPT; c++) s[k][SLOT_FX + c] = f[c];
  return 1;
}

/*
  Candidates of contact: the surface node of record `at` of an owned body may meet facets of the blocks
  block[first..last) of body `other`.  Which facet it is follows from the places of the moment alone.  Ordered by body,
  node, id of the other.

  Two lists of them, each complete until bodies have moved some way against each other: `list` is made anew after a
  skin; `near` has those of it that may touch before a part of the skin is used up, with the facets instead of blocks,
  the likeliest first, and the way before which they touch nothing (fem_near.c).
*/
typedef struct {
  int   at, other;
  int   side; /* 2 pair, and 1 more where the node belongs to the second of the pair */
  int   first, last;
  int   held; /* the node has a slot for this partner */
  int   pair; /* of Fem.between */
  int   far;  /* of `near`: in `list` */
  float when; /* of `near`: before its side has gone this way it touches nothing [nm] */
} Candidate;

/* Box that holds the ways of a body's surface nodes: its middle and half diagonal [nm]. */
typedef struct {
  double way[3], more;
} BodyWay;

/* How far bodies may go, or have gone: by the way of a Candidate; by how much their points have come nearer [nm]. */
typedef struct {
  float  way;
  double motion;
} WaySpare;

typedef struct {
  PetscInt   n, cap, n_block, block_cap;
  Candidate *cand;
  int       *block;
} CandidateList;

/*
  What the nodes of one owned body do on one partner in a sampled step, added up as integers; as seen by the first of
  the pair, which has the lower id.  second: id, or -1 - tool.
*/
enum {
  SAMPLE_F,
  SAMPLE_N      = 3,
  SAMPLE_ARM    = 6,
  SAMPLE_WEIGHT = 9,
  SAMPLE_AREA,
  SAMPLE_KN,
  SAMPLE_STORED,
  SAMPLE_BONDED,
  SAMPLE_LAYER,
  SAMPLE_SUMS
};
typedef struct {
  PetscInt64 first, second;
  int        body, partner;
  int64_t    sum[SAMPLE_SUMS];
} SampleSum;

/*
  Where a surface node is held, as equilibrium wants to know it: against the corners of a facet or a tool (n == 1).
  The force on record node[a] of surf changes by -weight[a] stiff weight[b] dx of record node[b].
*/
typedef struct {
  int    n, node[5];
  double weight[5], stiff[3][3]; /* [-], [nN/nm] */
} ContactSpot;
typedef struct ContactSpots {
  PetscInt     n, cap;
  ContactSpot *spot;
} ContactSpots;

/* Tools that deform with the powder: x goes to x + e (x - centre) in the step.  e symmetric, small. */
typedef struct ToolStrain {
  double e[3][3], centre[3]; /* [-], [nm] */
  double moment[3][3];       /* out: force on the bodies of this rank times place without strain, all tools [aJ] */
} ToolStrain;

/* An owned body that a rigid grain may touch. */
typedef struct {
  int        body;
  PetscInt64 id; /* of the rigid grain */
} PlatePair;

/* Two bodies that may touch, at least one of them owned. */
typedef struct {
  int body[2], between;
} BodyPair;

struct _p_Fem {
  FemConfig    cfg;
  Grains       g;
  ElementModel model;
  double       dt;
  double       unit_mass; /* of bodies at the start over their radius [fg/nm] */
  int          n_node, n_surf, n_face, n_elem;
  int (*face)[4];
  /* bodies; owned ones first, then ghosts */
  PetscInt    n_body, n_ghost_body, n_pack, pack_cap, surf_cap;
  PetscInt   *row;             /* [n_body] row of Grains, follows it */
  PetscInt   *body_of;         /* [rows, ghosts too] body of a row of Grains, -1: none; of the last FemRefresh */
  PetscInt64 *id;              /* [n_body + n_ghost_body] */
  v8 (*x)[3], (*v)[3];         /* [n_pack][n_node] places and velocities at the half step */
  v8 *mass;                    /* [n_pack][n_node] */
  v8 *volume;                  /* [n_pack][n_elem] without load */
  v8 (*state)[EL_N];           /* [n_pack][n_elem] */
  v8          *yield;          /* [n_pack] */
  ElementWork *work_pack;      /* [n_pack] of the step; worst: since the last control */
  v8 (*f)[3], (*f_contact)[3]; /* [n_node], [n_surf] forces inside one pack, and the part of contacts: scratch, of
                                  FemPlates, too */
  NodeSlots     *slot;         /* [n_body][n_surf] */
  double        *h_facet;      /* [n_body] square root of the mean facet area without load [nm] */
  double        *settle;       /* [n_body] steps for which a promoted body is still calmed down */
  SurfaceRecord *surf;         /* [n_body + n_ghost_body][n_surf] */
  SurfaceForce  *force;        /* [n_body + n_ghost_body][n_surf] */
  double        *arrived;      /* [n_arrived][1 + width] id and body of what has travelled, until FemRefresh */
  PetscInt       n_arrived;
  PetscSF        halo;         /* roots: owned bodies, leaves: ghosts; NULL on one rank */
  PetscBool      sent, pushed; /* surfaces, or forces on those of ghosts, are on their way */
  MPI_Datatype   surf_type, force_type;
  MPI_Op         add_force;
  /* contact */
  PetscInt           n_pair, n_plate, pair_cap;
  PetscInt           n_side; /* partners of the owned bodies, in pairs and on plates */
  BodyPair          *pair;
  PlatePair         *plate;
  PetscInt           n_between;
  PairFace          *between; /* [n_between] of the pairs of the last FemRefresh, in its order */
  PetscInt           hits_cap, blocks_cap;
  CandidateList      list, near;
  int                n_block, (*block)[8]; /* facets near each other, fem_facet.h */
  struct FacetBlock *facet_block;          /* [n_body + n_ghost_body][n_block] when `near` was made; of blocks in use */
  char              *block_used;           /* [n_body + n_ghost_body][n_block] by `list` */
  double            *hits;                 /* scratch of FemContact, [8][hits_cap] */
  unsigned char     *plate_near;           /* scratch of FemPlates, [n_surf] */
  int               *plate_held;           /* the same, [SLOTS n_surf] */
  double             skin;                 /* of `list` [nm] */
  double             reach;                /* largest gap at which surfaces act on each other [nm] */
  double             cohesion;             /* the part of it that is not the ligands' [nm] */
  double             per_W;                /* largest cohesive traction over the work of adhesion, of any pair [1/nm] */
  v8 (*x_build)[3], (*x_near)[3];          /* [eights of bodies][n_surf] when `list` and `near` were made */
  v8 (*x_last)[3];                         /* when it was last looked how far bodies had come */
  BodyWay *body_way;                       /* [n_body + n_ghost_body] */
  float   *way, far;                       /* [2 n_pair] ways since `near` was made, step by step; the most [nm] */
  double   motion;                         /* the most motions of the steps, added up [nm] */
  WaySpare spare;                          /* until then `near` is good */
  /* sums, fixed point */
  double        unit_force, unit_work, inv_force, inv_work; /* 1/unit */
  ExactSum      work[WORK_N];
  ExactSum      tool_force[TOOL_N][3];
  ExactSum      wall_force; /* of the wall's normal forces on the bodies, all added up */
  ToolStrain   *strain;     /* of the tools as surfaces, only within FemStaticModuli; else NULL */
  PetscInt      interval_steps;
  PetscBool     drag_to_rest; /* fem_drag_to_rest */
  ContactSpots *spots;        /* where contacts leave their stiffness; NULL: it is not wanted */
  /* samples */
  PetscBool      sampling;
  PetscInt       n_samples, samples_cap, n_sums, sums_cap;
  SampleSum     *sums; /* what the samples are made from */
  ContactSample *samples;
};

/* fem_mass.c */
double fem_element_mass(const FemConfig *c, double dt, Hex x, double *volume);
double fem_unit_mass(const FemConfig *c, double dt); /* of a body over its radius, before fem_keep_step [fg/nm] */
/*
  Raises masses of nodes in pack p of which elements have become too thin for the step: to the sum over the elements of
  V0 (K + 4G/3) (dt/(courant length))^2/8.  A larger mass at every node never raises a frequency.  Momentum of each node
  is kept; the kinetic energy that it loses is drag (WORK_DRAG).  Follows from places and masses alone.
*/
void fem_keep_step(Fem fem, PetscInt pack);

/* fem_bodies.c */
/* Aligned memory of `bytes` that begins with the old_bytes of `old`, which is freed; NULL: none left. */
void          *fem_grow(void *old, size_t old_bytes, size_t bytes);
PetscErrorCode FemReserveSurfaces(Fem fem, PetscInt n);
PetscErrorCode FemFindRows(Fem fem);
/* A body as plain numbers: nodes, volumes without load, states, slots, and what is left. */
enum { ROW_X, ROW_V = 3, ROW_MASS = 6, BODY_ROW };
enum { BODY_FACET, BODY_SETTLE, BODY_TAIL };
typedef double BodyRow[BODY_ROW];
typedef struct {
  BodyRow *node;         /* [n_node] */
  double  *volume;       /* [n_elem] */
  double (*state)[EL_N]; /* [n_elem] */
  NodeSlots *slot;       /* [n_surf] */
  double    *tail;       /* [BODY_TAIL] */
} BodyNumbers;
BodyNumbers fem_body_numbers(Fem fem, double numbers[]);
/* The numbers of a body without load at the place of a grain. */
void fem_new_body(Fem fem, PetscInt row, double numbers[]);
/* Adds n bodies behind the owned ones; ghosts are gone.  Their records and surfaces come with fem_surface. */
PetscErrorCode FemAddBodies(Fem fem, PetscInt n, const PetscInt64 id[], const PetscInt row[], double bodies[]);
/* An owned body to fem_width plain numbers, or from them. */
typedef enum { BODY_OUT, BODY_IN } Passage;
void fem_body_pass(Fem fem, PetscInt body, double numbers[], Passage way);
void fem_rotation(PetscInt64 id, double Q[3][3]); /* the orientation that a body is made with */

/* fem_surface.c: surfaces and grain records of pack p from its nodes; halo of the surfaces and of the forces on them.
 */
void           fem_surface(Fem fem, PetscInt pack);
PetscErrorCode FemHaloSetUp(Fem fem);
PetscErrorCode FemHaloBegin(Fem fem);
PetscErrorCode FemHaloEnd(Fem fem);
PetscErrorCode FemForcesHome(Fem fem);

/* fem_settle.c: takes from the nodes of promoted bodies in pack p what they move beside the rigid motion of their body,
   for a while after they were made; after the drift of the step, by forces of contacts [n_surf] and of all [n_node].
   Returns the energy taken; by_contact: added, the work of the contacts that is no more done; a lane each [aJ]. */
v8 fem_settle(Fem fem, PetscInt pack, const v8 (*contact)[3], const v8 (*all)[3], v8 *by_contact);
/* Of a sphere of radius R and mass m: omega dt of its lowest mode; steps for which and rate per step at which it is
   calmed down then. */
double fem_lowest_mode(Fem fem, double R, double mass);
int    fem_settle_steps(double mode);
double fem_settle_rate(double mode);

/* fem_move.c: elements, velocities, places of all owned bodies; fem->force is home. */
void fem_move(Fem fem, const Tools *tools);

/* fem_candidates.c */
PetscErrorCode FemCandidates(Fem fem);                                                     /* all pairs anew */
PetscErrorCode FemCandidateRoom(CandidateList *list, PetscInt more, PetscInt more_blocks); /* for so many more */
PetscErrorCode FemContactFree(Fem fem); /* arrays of candidates, contacts, samples */
/* fem.c: the traction that surfaces of work of adhesion W draw each other with at most [GPa]. */
double fem_strength(const FemConfig *c, double W);
/* fem_near.c */
/* Those that may touch soon, out of all candidates: these, or their slots, are new. */
PetscErrorCode FemNear(Fem fem);
PetscErrorCode FemCandidatesCheck(Fem fem); /* when bodies have come nearer since: one list anew, or both */
/* fem_way.c: how far bodies have moved since they stood at `then`, into fem->body_way. */
void fem_body_ways(Fem fem, v8 (*then)[3], int remember); /* and remembers where they stand now, if wanted */
void fem_remember_places(Fem fem, v8 (*then)[3]);
/* fem_contact.c: forces between the surfaces of owned bodies' nodes and facets of others, into fem->force and slots. */
PetscErrorCode FemContact(Fem fem);
/* fem_tools.c: forces of the tools on the surfaces of owned bodies. */
PetscErrorCode FemTools(Fem fem, const Tools *tools);

/* fem_spots.c: adds a spot; its stiffness is kn along n, kt across n. */
PetscErrorCode FemSpotAdd(ContactSpots *s, int n, const int node[], const double weight[], const double normal[3],
                          double kn, double kt);

/* fem_sample.c: what one node of `body` (owned) adds to the sample of body and partner (another body, or -1 - tool). */
typedef struct {
  double f[3], n[3]; /* force on the node [nN], normal away from the partner */
  double fn, area;   /* normal force [nN]; area when it presses, this pass's share [nm^2] */
  double kn, stored; /* stiffness [nN/nm], energy it would give back [aJ] */
  double bonded;     /* area that is one metal [nm^2] */
  double layer;      /* thickness of the ligands [nm] */
  double x[3];       /* where [nm] */
} SampleShare;
SampleShare    fem_sample_share(const SurfaceSpots *in, const SurfaceForces *out, const double node[SF_N], int lane);
PetscErrorCode FemSampleAdd(Fem fem, int body, int partner, const SampleShare *share);
PetscErrorCode FemSampleEnd(Fem fem); /* Collective.  Both passes of a pair put together. */

#endif
