/*
  fem.h - grains as meshed, plastic bodies: elements, contact of their surfaces, explicit integration.
  The only header of this folder that others may include (and fem_static.h for equilibrium).

  A meshed grain keeps its row in Grains; GrainAux[AUX_MESHED] > 0 tells that it has a body here, on the rank that owns
  it. Its record shows the body as others see it: centre of mass, mean velocity, the sphere that bounds it (REC_R).
*/
#ifndef SOLVER_FEM_FEM_H
#define SOLVER_FEM_FEM_H

#include "materials/bulk.h"
#include "materials/ligand.h"
#include "mesh/grain_mesh.h"
#include "solver/grains/contact_sample.h"
#include "solver/grains/fixed.h"
#include "solver/grains/grain_face.h"
#include "solver/grains/grains.h"
#include "solver/grains/meshed_motion.h"
#include "solver/grains/pair_face.h"
#include "solver/grains/plate.h"
#include "solver/grains/tools.h"
#include "solver/grains/work.h"

typedef struct {
  const GrainMesh *mesh;         /* of every meshed grain, in units of its radius REC_R0; borrowed */
  BulkModel        bulk;         /* law of the elements, materials/bulk.h */
  double           density;      /* without mass scaling [fg/nm^3] */
  double           hourglass;    /* stiffness of hourglass modes over that of elements [-] */
  double           courant;      /* part of the stable step of the smallest element that is used [-] */
  double           shrink;       /* elements may shrink to this part of their length before the step is too long [-] */
  double           mass_scaling; /* mass of the smallest grains over their true mass [-] */
  double           penalty;      /* stiffness of surfaces: pressure = penalty K/h gap, h of the facet [-] */
  double           dashpot;      /* of the normal contact, part of critical [-] */
  double           mu;           /* friction, grain on grain [-] */
  double        W, strength; /* work of adhesion [nN/nm], largest traction of the cohesive law [GPa]; of bare grains */
  const Ligand *ligand;  /* between the grains, borrowed; NULL: no interface, all pairs have W and mu, and no bonds */
  double        layer;   /* thickest layer of them between two grains [nm] */
  double        drag;    /* rate of damping relative to the affine motion [1/ns] */
  double        gravity; /* along -z [nm/ns^2] */
  double        radius_min, radius_max; /* of grains that may be meshed [nm] */
} FemConfig;

/* What FemControl agreed on over all ranks. */
typedef struct {
  PetscInt64 bodies;           /* meshed grains */
  double     force[TOOL_N][3]; /* on the tools, mean over the interval [nN] */
  double     work[WORK_N];     /* [aJ] */
  double     kinetic;          /* [aJ] */
  double     elastic;          /* stored in the elements [aJ] */
  double     volume, volume0;  /* of the bodies now and without load [nm^3] */
  double     stress[6];        /* Cauchy stress times volume of all bodies, xx yy zz xy yz zx, tension positive [aJ] */
  double     mises, alpha;     /* means over the volume: von Mises stress [GPa], plastic strain [-] */
  double     mises_rms, mises_max; /* root mean square over the volume, largest of any element [GPa] */
  double     mass_added;           /* since the start, over the mass then; elements that became thin [-] */
  double     worst;                /* smallest volume of an element over the one it had without load [-] */
  PetscInt64 worst_id;             /* grain it belongs to */
} FemStatus;

/* Per meshed grain, for files and observables; rows of Grains. */
typedef struct {
  double stress[6]; /* Cauchy, mean over the volume, xx yy zz xy yz zx, tension positive [GPa] */
  double mises;     /* mean von Mises stress [GPa] */
  double alpha;     /* mean plastic strain [-] */
  double volume;    /* [nm^3] */
} BodyMeans;

/* A body in full. */
typedef struct {
  double x[3], u[3]; /* place and displacement [nm] */
} BodyNode;
typedef struct {
  double stress[6]; /* Cauchy, xx yy zz xy yz zx, tension positive [GPa] */
  double alpha;     /* plastic strain [-] */
} BodyElement;

typedef struct _p_Fem *Fem;

/* Collective.  Borrows grains; copies cfg. */
PetscErrorCode FemCreate(Grains grains, const FemConfig *cfg, Fem *fem);
PetscErrorCode FemDestroy(Fem *fem);
/* Not collective.  Step that suits the mesh [ns]; pure. */
double fem_time_step(const FemConfig *cfg);
/*
  Not collective.  Makes a body of each of these owned rows: the mesh, turned at random by the grain's id, scaled to its
  radius, at its place, moving as the grain does.  Sets AUX_MESHED and the record; ghosts learn of it by a new list.
*/
PetscErrorCode FemMesh(Fem fem, PetscInt n, const PetscInt row[]);
/* How a grain goes on that was rigid. */
typedef struct {
  PetscInt         row;      /* owned, rigid so far */
  double           pressure; /* mean stress, > 0 in compression [GPa] */
  double           alpha;    /* plastic strain [-] */
  PetscInt         n_face;
  const GrainFace *face; /* its contacts */
} GrainStart;
/* What became of them, of all ranks together. */
typedef struct {
  double volume_error;            /* largest of a body [-] */
  double force_error;             /* of the forces across contacts, in the mean over the force [-] */
  double force_held;              /* of those forces, what metal that may flow holds [-] */
  double kinetic_before, kinetic; /* as grains, as bodies; the difference is WORK_DRAG [aJ] */
} GrainsMade;
/*
  Bodies are made of n owned rows that were rigid (physics: DEM -> FEM handover): the mesh of FemMesh drawn onto the
  sphere that is cut off at the contacts, of the volume that the mean stress leaves; the stress that balances what the
  contacts carry, which is what they carried before, as far as the metal holds it; uniform plastic strain; mass,
  velocity and angular momentum of the grain.  For some time such a body is calmed down: motion relative to its own
  rigid motion fades.

    FemPromoteBegin         places the bodies and sets AUX_MESHED; fresh: as DemPromote has it
    a new list, FemRefresh
    FemPromoteStress        stress in balance with the contacts, as far as metal holds them
    FemForces, FemPlates, FemPromoteTry, as long as there is more: surfaces to where forces become right
    FemForces, FemPlates, FemPromoteEnd

  All collective.
*/
typedef struct _p_FemPromotion *FemPromotion;
PetscErrorCode FemPromoteBegin(Fem fem, PetscInt n, const GrainStart start[], const PetscBool fresh[], FemPromotion *p);
PetscErrorCode FemPromoteStress(FemPromotion p);
PetscErrorCode FemPromoteTry(FemPromotion p, PetscBool *more);
PetscErrorCode FemPromoteEnd(FemPromotion *p, GrainsMade *made);
/*
  Collective.  After rows have been given anew: finds the bodies' rows again, and takes the pairs of rows (i owned or j
  owned, each pair once) within reach of each other of which one or both are meshed.  New ghosts of surfaces, new
  candidates.
*/
PetscErrorCode FemRefresh(Fem fem, PetscInt n_pairs, const PetscInt (*pair)[2]);
/*
  Not collective.  What lies between the pairs of the last FemRefresh, in its order; until then W and mu of the
  configuration.  A pair's largest cohesive traction is to that of bare grains as its W is.
*/
void fem_faces(Fem fem, const PairFace face[]);
/* Not collective.  Largest PairFace.overlap behind which surfaces still find each other [nm]. */
double fem_overlap_most(Fem fem);
/* Collective.  Bodies go where their grains go: call before GrainsMigrate with its dest. */
PetscErrorCode FemMigrate(Fem fem, const PetscMPIInt dest[]);
/*
  Collective, and a step may do without them: what neighbours need is sent as soon as it is known, so that a step has
  two places where it waits for others.  FemSurfacesSend: before work between new places and FemForces; FemForcesSend:
  after the last forces on surfaces, before FemMove.
*/
PetscErrorCode FemSurfacesSend(Fem fem);
PetscErrorCode FemForcesSend(Fem fem);
/* Collective.  Forces of contacts between bodies and with the tools at the present places. */
PetscErrorCode FemForces(Fem fem, const Tools *tools);
/*
  Not collective.  Between FemForces and FemMove: adds the forces across these plates; plates in the order of their
  meshed grains' ids, then of the rigid ones'.  reaction [n].
*/
PetscErrorCode FemPlates(Fem fem, PetscInt n, const Plate plate[], PlateReaction reaction[]);
/* Not collective.  Gap at which surfaces still act on each other [nm]; pure. */
double fem_reach(const FemConfig *cfg);
/* Collective.  Elements, velocities and places of all bodies. */
PetscErrorCode FemMove(Fem fem, const Tools *tools);
/* Collective.  FemForces, FemMove. */
PetscErrorCode FemStep(Fem fem, const Tools *tools);
/*
  Collective.  Every control interval.  Gives elements that have become too thin for the step more mass (the bodies of
  all ranks change alike), then adds up.  Fails (all ranks) when an element has turned over.
*/
PetscErrorCode FemControl(Fem fem, FemStatus *status);
/* Not collective.  The next FemStep leaves a ContactSample for each pair of an owned body that touches, tools included.
 */
void fem_sample_next(Fem fem);
/* Not collective.  Borrowed until the next sampled step. */
void fem_samples(Fem fem, PetscInt *n, const ContactSample **samples);
/* Not collective.  Means over the body of an owned row; 0 when it has none, or fem is NULL.  After FemRefresh. */
int fem_means(Fem fem, PetscInt row, BodyMeans *means);
/* Not collective.  Bodies of this rank, and what all of them are made of; borrowed. */
PetscInt         fem_bodies(Fem fem);
const GrainMesh *fem_mesh(Fem fem);
/*
  Not collective.  All nodes and elements of body b, 0 <= b < fem_bodies, in the order of fem_mesh; returns its grain's
  id.  Displacements are relative to the mesh without load that has the body's centre of mass and the orientation it
  was made with: a rotation of the body is a part of them.
*/
PetscInt64 fem_body_view(Fem fem, PetscInt b, BodyNode node[], BodyElement elem[]);
/* Not collective.  Of the owned bodies, after FemStep, for the next `time` [ns]. */
MeshedMotion fem_motion(Fem fem, double time);
/* Not collective.  Of a body of this radius when it is made: a step that all share, so in proportion to it [fg]. */
double fem_body_mass(Fem fem, double radius);
/* Not collective.  Changes the damping [1/ns]; whether it is relative to rest instead of the affine motion. */
void fem_drag(Fem fem, double rate);
void fem_drag_to_rest(Fem fem, PetscBool rest);
/* Not collective.  After a sampled step: squares of all forces on the nodes of an owned row's body, and of those
   of contact [nN^2]; 0 when it has none, or fem is NULL. */
int fem_unbalanced(Fem fem, PetscInt row, double *all, double *contact);

/* Bodies as plain numbers, for checkpoints and files: fem_width(fem) doubles each. */
size_t         fem_width(Fem fem);
PetscErrorCode FemExport(Fem fem, PetscInt *n, PetscInt64 **id, double **bodies); /* Not collective; caller frees */
/* Collective.  In any distribution: each goes to the rank of its grain.  Before the first FemRefresh. */
PetscErrorCode FemImport(Fem fem, PetscInt n, const PetscInt64 id[], const double bodies[]);
void           fem_work_get(Fem fem, int64_t words[2 * WORK_N]);
void           fem_work_set(Fem fem, const int64_t words[2 * WORK_N]);

#endif
