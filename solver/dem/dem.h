/*
  dem.h - grains as rigid spheres that touch: neighbour list, contact forces, integration.
  The only header of this folder that others may include.
*/
#ifndef SOLVER_DEM_DEM_H
#define SOLVER_DEM_DEM_H

#include "materials/contact.h"
#include "materials/crystal.h"
#include "solver/grains/contact_sample.h"
#include "solver/grains/fixed.h"
#include "solver/grains/grains.h"
#include "solver/grains/meshed_motion.h"
#include "solver/grains/pair_face.h"
#include "solver/grains/plate.h"
#include "solver/grains/tools.h"
#include "solver/grains/work.h"

typedef struct {
  ContactModel   model;                    /* its law and parameters must outlive the Dem */
  double         modulus;                  /* Young's modulus of the grains: scale of forces [GPa] */
  double         mu, mu_roll, mu_twist, W; /* grain on grain */
  double         W_bond;                   /* largest work of adhesion of a bond, 0: W; for the reach [nN/nm] */
  double         W_tool;                   /* largest of the tools' works of adhesion [nN/nm] */
  double         dt;                       /* [ns] */
  double         skin;                     /* of the neighbour list [nm] */
  double         layer;                    /* thickest ligand layer between two cores [nm] */
  double         mesh_reach;               /* gap at which surfaces of meshed grains still act [nm] */
  double         radius_max;               /* largest apparent radius expected [nm] */
  double         drag;                     /* rate of damping relative to the affine motion [1/ns] */
  double         gravity;                  /* along -z [nm/ns^2] */
  PetscInt       control_interval;         /* steps between two calls of DemControl */
  const Crystal *crystal; /* grains are crystals that turn each other; must outlive the Dem; NULL: no orientation */
} DemConfig;

/* What a slow process made of a sampled contact between grains. */
typedef struct {
  double coverage, neck; /* [-], [nm] */
  double approach;       /* of the centres by diffusion since the sample [nm] */
  double gain, waited;   /* FACE_GAIN, FACE_WAITED; only of crystals [nN/nm], [-] */
  int    joined;         /* the bond is ionic from now on */
} ContactChange;

/* Contact histories by global ids: lo < hi, or lo = the grain and hi = -1 - tool. */
typedef struct {
  PetscInt64 lo, hi;
} ContactKey;

typedef struct {
  PetscInt    n, n_state;
  ContactKey *key;   /* [n] */
  double     *state; /* [n][n_state] */
} ContactHistories;

/* What DemControl agreed on over all ranks. */
typedef struct {
  double     force[TOOL_N][3]; /* on the tools, mean over the interval [nN] */
  double     work[WORK_N];     /* [aJ] */
  double     kinetic;          /* of grains, rotation included, at the last half step [aJ] */
  double     v_max;            /* largest speed [nm/ns] */
  PetscInt64 flags;            /* largest over the ranks of what the caller passed in */
  PetscInt   interval;         /* steps until DemControl should be called again, a divisor of control_interval */
  PetscBool  late;             /* some grain had moved farther than the list allowed for */
} DemStatus;

typedef struct _p_Dem *Dem;

/* Collective.  Borrows grains; copies cfg. */
PetscErrorCode DemCreate(Grains grains, const DemConfig *cfg, Dem *dem);
PetscErrorCode DemDestroy(Dem *dem);
/* Collective.  New ghosts and neighbour list when grains have moved too far, or when forced; histories are kept. */
PetscErrorCode DemRefresh(Dem dem, const Tools *tools, PetscBool force);
/* Whoever keeps more about grains than Dem does and travels with them; called on every rank. */
typedef struct {
  PetscErrorCode (*move)(void *ctx, const PetscMPIInt dest[]); /* before grains go to dest [n_owned] */
  void *ctx;
} DemFollower;
/* Collective.  Partitions the grains by measured cost (METIS) and moves them, histories included.  follower: or NULL.
 */
PetscErrorCode DemRepartition(Dem dem, const Tools *tools, const DemFollower *follower);
/* Not collective.  Neighbour lists made so far. */
PetscInt dem_lists(Dem dem);
/* Not collective.  Pairs of rows within reach of each other of which one is meshed; borrowed until the next list. */
void dem_meshed_pairs(Dem dem, PetscInt *n, const PetscInt (**pair)[2]);
/* Not collective.  What lies between them, in their order; only with an interface.  Borrowed until the next call. */
void dem_faces(Dem dem, const PairFace **face);
/* Not collective.  The largest PairFace.overlap of this rank [nm]. */
double dem_overlap(Dem dem);
/* Collective.  Forces of all contacts at the present positions; the law's grain state moves on. */
PetscErrorCode DemForces(Dem dem, const Tools *tools);
/*
  Not collective.  After DemForces: the plates between rigid grains and owned meshed ones at the present places, in the
  order of the meshed grains' ids, then of the rigid ones'.  Borrowed until the next list.  model.law->mirrors.
*/
PetscErrorCode DemPlates(Dem dem, PetscInt *n, const Plate **plate);
/*
  Collective, before dem_move.  The rigid grains take the force across each plate, reaction[n], and their law's answer
  to where it stands; the plate moves to where the law balances the surface.
*/
PetscErrorCode DemPlatesPush(Dem dem, const PlateReaction reaction[]);
/*
  Collective, after dem_move.  Rigid grains are about to get bodies: fresh[rows, ghosts too] says which.  Their contacts
  with grains that stay rigid go on as plates from where the middle planes stand, the others end here.  Asks for a new
  list.  model.law->halve.
*/
PetscErrorCode DemPromote(Dem dem, const PetscBool fresh[]);
/* Not collective.  Largest difference of the law's force and the surface's across the plates of the last step, and the
   largest of the forces [nN]; of this rank. */
void dem_plates_off(Dem dem, double *off, double *most);
/* Not collective.  Damping relative to the affine motion from now on [1/ns]; or, until told otherwise, to rest. */
void dem_drag(Dem dem, double rate);
void dem_drag_to_rest(Dem dem, PetscBool rest);
/* Not collective.  Length of the steps from now on [ns]. */
void dem_step(Dem dem, double dt);
/* Not collective.  The owned rigid grains stand still, which is drag; masses mass[n_owned] from now on [fg]. */
void dem_weigh(Dem dem, const double mass[]);
/* Not collective.  Velocities and positions of the owned grains by one step. */
void dem_move(Dem dem, const Tools *tools);
/* Not collective.  What the next DemControl reckons with. */
void dem_meshed_motion(Dem dem, const MeshedMotion *motion);
/* Collective.  Every control_interval steps: sums over ranks, decides whether the list must be renewed, checks health.
 */
PetscErrorCode DemControl(Dem dem, const Tools *tools, PetscInt64 flags, DemStatus *status);
/* Not collective.  The next DemForces leaves a ContactSample for every contact of an owned grain. */
void dem_sample_next(Dem dem);
/* Not collective.  Borrowed until the next sampled step. */
void dem_samples(Dem dem, PetscInt *n, const ContactSample **samples);
/* Not collective.  Right after a sampled step: sample s goes on with this interface, its flats or surfaces moved along.
 */
void dem_contact_change(Dem dem, const ContactSample *s, const ContactChange *change);
/* Collective.  The free surfaces of grains have changed: contacts to come begin with their coverage.  After all changes
 * of a step of the slow clock. */
PetscErrorCode DemCoverage(Dem dem);
/* Not collective.  Force on grain `row` in the last step [nN]; torque on a rigid one [nN nm]. */
void dem_grain_force(Dem dem, PetscInt row, double f[3]);
void dem_grain_torque(Dem dem, PetscInt row, double m[3]);
/* Not collective.  Largest gap at which a contact still acts, of any pair or tool [nm]. */
double dem_reach(Dem dem);

/* Collective.  Every history once, on the rank that owns grain lo; caller frees with ContactHistoriesFree. */
PetscErrorCode DemExport(Dem dem, ContactHistories *h);
/* Collective.  Takes histories in any distribution and hands each to the owners of its grains; call before the first
 * DemRefresh. */
PetscErrorCode DemImport(Dem dem, const ContactHistories *h);
PetscErrorCode ContactHistoriesFree(ContactHistories *h);
/* Not collective.  The exact sums behind DemStatus.work, for the checkpoint: pairs hi, lo. */
void dem_work_get(Dem dem, int64_t words[2 * WORK_N]);
void dem_work_set(Dem dem, const int64_t words[2 * WORK_N]);

#endif
