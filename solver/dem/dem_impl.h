/* dem_impl.h - what the files of this folder share; nobody else includes it. */
#ifndef SOLVER_DEM_DEM_IMPL_H
#define SOLVER_DEM_DEM_IMPL_H

#include "materials/lanes.h"
#include "mesh/cells.h"
#include "solver/dem/dem.h"

/*
  Contacts in batches of eight lanes.  A batch holds pairs that are both owned (inner) or pairs with one ghost (rim),
  never both kinds; free lanes point at the pads of Grains.  Rows are 32-bit: a rank holds at most 2e9 grains.
*/
typedef struct {
  PetscInt n, n_inner, cap; /* batches; the first n_inner need no ghost */
  int     *i, *j;           /* [8 n] rows, id_i < id_j; j unused for tools */
  char    *live;            /* [n] some lane has a history */
  Lanes   *state;           /* [n][n_state] */
  Lanes   *cover;           /* [n] coverage of the two free surfaces; NULL: no interface */
} Batches;

typedef struct {
  double force, torque, work, held, sum[CONTACT_SUMS];                     /* units of the fixed-point numbers */
  double inv_force, inv_torque, inv_work, inv_held, inv_sum[CONTACT_SUMS]; /* 1/unit */
} FixedUnits;

/* How stiffly its contacts hold a grain: the sum of k n n^T and more, xx yy zz xy yz zx, in a row of GrainSums. */
enum { HELD_N = 6 };

/*
  What a pair with a meshed grain remembers behind the law's numbers, where other contacts keep their tangential force:
  that of a mesh is with its nodes.  Of a plate where it stands; of all, what lies between surfaces (dem_face.c).
*/
enum {
  PLATE_PLACE,
  PLATE_RATE,
  PAIR_OVERLAP, /* PairFace.overlap */
  PAIR_WIDER    /* PairFace.wider; 0: 1 */
};

/* Kinetic energy of a rigid grain, rotation included [aJ]. */
static inline double grain_kinetic(const double *r)
{
  const double m = 1.0 / r[REC_INV_M], J = 0.4 * m * r[REC_R0] * r[REC_R0], *v = &r[REC_VX], *w = &r[REC_WX];

  return 0.5 * (m * (v[0] * v[0] + v[1] * v[1] + v[2] * v[2]) + J * (w[0] * w[0] + w[1] * w[1] + w[2] * w[2]));
}

/* Who a pair of rows are. */
typedef enum { PAIR_RIGID, PAIR_MIXED, PAIR_MESHED } PairKind;
static inline PairKind dem_pair_kind(Grains g, PetscInt i, PetscInt j)
{
  return (PairKind)((g->aux[i][AUX_MESHED] > 0.0) + (g->aux[j][AUX_MESHED] > 0.0));
}

/* Rows and ids of a rigid grain and an owned meshed one. */
typedef struct {
  PetscInt   rigid, meshed, pair; /* pair: of the meshed ones of the list */
  PetscInt64 id_rigid, id_meshed;
} PlateEnds;

struct _p_Dem {
  DemConfig  cfg;
  Grains     g;
  FixedUnits u;
  int        n_state, n_sum, penalty_state;
  double     reach; /* largest gap at which a contact still acts, any pair or tool [nm] */
  Batches    pairs, tool[TOOL_N];
  GrainSums *acc;       /* [n_owned + n_ghost + GRAINS_PAD] forces, torques and law sums of the step */
  MoreSums  *more;      /* as many, for laws that have sums; else NULL */
  GrainSums *held;      /* as many: how stiffly contacts hold each grain, where `holding` */
  PetscBool  holding;   /* the step measures that */
  double (*x_build)[4]; /* [n_owned] x, y, z, R when the list was built */
  PetscInt     acc_cap, x_cap;
  double       z_build[2]; /* bottom and top punch then */
  PetscBool    stale;      /* the list must be renewed before the next step */
  MeshedMotion bodies;     /* as dem_meshed_motion told last */
  CellGrid     grid;
  CellPairs    found;
  PetscInt     n_pairs; /* of rigid grains in the list */
  PetscInt     n_rigid; /* owned rows [0, n_rigid) are rigid, [n_rigid, n_owned) meshed */
  PetscInt     n_meshed_pairs, meshed_cap;
  PetscInt (*meshed)[2];
  Batches          mixed;   /* pairs of a rigid grain and an owned meshed one */
  Batches          both;    /* pairs of two meshed grains */
  PetscInt        *lane_of; /* [n_meshed_pairs] of mixed or both; -1: another rank has the pair's history */
  PairFace        *face;    /* [n_meshed_pairs] as dem_faces gave them */
  PetscBool        faces_new, faces_age; /* something of them has changed since; layers may be pressed out yet */
  char            *seen;                 /* [n_meshed_pairs] by the slow clock, in the step that it makes */
  PetscInt         n_plate;
  PlateEnds       *plate_ends; /* [n_plate] */
  Plate           *plate;      /* [n_plate] as DemPlates gave them */
  double           plates_off, plates_most;
  PetscBool        plates_sampling;
  PetscInt         n_lists;
  ContactHistories waiting;               /* imported histories that no list has taken yet */
  i8               step_work[WORK_N];     /* fixed point, of this step, this rank */
  ExactSum         work[WORK_N];          /* of the run, this rank's part; what came from a checkpoint sits on rank 0 */
  ExactSum         tool_force[TOOL_N][3]; /* of the interval, this rank */
  PetscInt         interval_steps;        /* steps since the last DemControl */
  PetscInt         n_builds;              /* lists made since the rows were last partitioned */
  double           r_max;                 /* largest apparent radius when the list was built, all ranks [nm] */
  double           snatch;                /* force by which one adhesive contact snatches a grain, per radius [nN/nm] */
  PetscBool        drag_to_rest;          /* dem_drag_to_rest */
  PetscBool        sampling;
  PetscInt         n_samples, samples_cap;
  ContactSample   *samples;
};

/* dem_contact.c, dem_tools.c: add the forces of batches [first, last) to acc. */
PetscErrorCode DemPairForces(Dem dem, PetscInt first, PetscInt last);
PetscErrorCode DemToolForces(Dem dem, const Tools *tools, int tool);

/* dem_contact.c: what both kinds of contact do with a finished batch. */
void dem_scatter_i(Dem dem, const int *i, v8 arm, const ContactBatch *in, const ContactForce *out, i8 force[3]);
void dem_add_work(Dem dem, const ContactBatch *in, const ContactForce *out);

/* dem_mass.c: what a batch adds to the sums `held` of either end, row by row; what the surface on a plate does; grains
   become as heavy as the step wants them, behind kick and drift */
void dem_held(Dem dem, const ContactBatch *in, const ContactForce *out, i8 held[8]);
void dem_held_plate(Dem dem, PetscInt row, double held);
void dem_keep_step(Dem dem);

/* dem_align.c.  Collective.  Adds the torques by which touching crystals turn each other to acc. */
PetscErrorCode DemAlign(Dem dem);

/* dem_sample.c */
PetscErrorCode DemRecord(Dem dem, ContactBatch *in, const ContactForce *out, Lanes *state, PetscInt batch, int tool,
                         const Lanes branch[3]);

/* dem_list.c */
void dem_list_cover(Dem dem);
enum { SORT_EVERY = 50 }; /* lists between two sorts of the owned rows by place */
PetscErrorCode BatchesFree(Batches *b);
PetscErrorCode BatchesReset(Batches *b, PetscInt n, int n_state, int covered, PetscInt pad_i, PetscInt pad_j);

/* dem_plate.c: the list of plates from dem->meshed */
PetscErrorCode DemPlateList(Dem dem);

/* dem_face.c: where histories of pairs with meshed grains are, behind DemPlateList; layers pressed out in a step; what
   the slow clock made of a sampled pair, and of those that it has not seen */
PetscErrorCode DemFaceList(Dem dem);
void           dem_faces_age(Dem dem);
void           dem_face_change(Dem dem, const ContactSample *s, const ContactChange *change);
void           dem_faces_part(Dem dem);

/* dem_sample.c: the contact across plate k, and all of them on the ranks of both grains */
PetscErrorCode DemRecordPlate(Dem dem, PetscInt k, const PlateReaction *r, const ContactForce *out, double stored);
PetscErrorCode DemRecordsHome(Dem dem, PetscInt first);

/* dem_history.c.  Collect: histories of the live contacts, with the rows of both ends (-1: a tool). */
PetscErrorCode DemCollect(Dem dem, ContactHistories *h, PetscInt (**ends)[2]);
/* Collective.  Histories follow their owned grains to dest[row]; h also gets what arrives. */
PetscErrorCode DemSendAlong(Dem dem, ContactHistories *h, const PetscInt (*ends)[2], const PetscMPIInt dest[]);
/* Puts histories into the new list and frees them. */
PetscErrorCode DemRestore(Dem dem, ContactHistories *h);

/* dem_screen.c: weights of contacts that pass through a third grain (law->penalty_state). */
PetscErrorCode DemScreen(Dem dem);

#endif
