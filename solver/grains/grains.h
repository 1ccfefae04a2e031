/*
  grains.h - who is where: the grains of this rank, the ghosts of its neighbours, and how both move between ranks.

  A grain is one row in every array below; rows [0, n_owned) are this rank's own, sorted by place for locality, rows
  [n_owned, n_owned + n_ghost) mirror grains of other ranks within reach.  A grain's kinematics sit in one 128-byte
  record of sixteen doubles, two cache lines: what a contact needs is two loads, and a halo exchange is one MPI type.
*/
#ifndef SOLVER_GRAINS_GRAINS_H
#define SOLVER_GRAINS_GRAINS_H

#include "solver/grains/busy.h"

#include <petscsf.h>
#include <stdint.h>

/* columns of a record; the order is what the contact kernel loads, see dem_contact.c */
enum {
  REC_X,
  REC_Y,
  REC_Z, /* centre [nm] */
  REC_R, /* apparent radius [nm]; R0 unless the law grows it */
  REC_VX,
  REC_VY,
  REC_VZ, /* velocity at the half step [nm/ns] */
  REC_WX,
  REC_WY,
  REC_WZ,    /* angular velocity at the half step [1/ns] */
  REC_R0,    /* radius of the undeformed grain [nm] */
  REC_INV_M, /* 1/mass [1/fg] */
  REC_YIELD, /* yield stress [GPa] */
  REC_PSI,
  REC_DBAR,
  REC_BULK, /* contact-law state the neighbours need, see materials/contact.h */
  REC_N
};

/* columns of the fixed-point accumulator of a grain, one cache line: force, torque, two of the law's sums */
enum { ACC_FX, ACC_FY, ACC_FZ, ACC_TX, ACC_TY, ACC_TZ, ACC_SUM0, ACC_SUM1, ACC_N, ACC_MORE = 4 };

enum {
  AUX_COVER,  /* ligands of the grain over its whole surface at coverage 1; none is lost [-] */
  AUX_FREE,   /* coverage of the surface that touches nothing [-] */
  AUX_TOUCH,  /* other grains that touch it, when the slow clock looked last [-] */
  AUX_MESHED, /* 1: the grain has a body in solver/fem; 0: it is rigid */
  AUX_QW,
  AUX_QX,
  AUX_QY,
  AUX_QZ, /* unit quaternion, lattice to press; zero where grains have no orientation (materials/crystal.h) */
  GRAINS_AUX
};
enum { GRAINS_PAD = 2 }; /* rows far away that fill incomplete batches */

typedef double  GrainRecord[REC_N] __attribute__((aligned(64)));
typedef double  GrainAux[GRAINS_AUX];
typedef int64_t GrainSums[ACC_N] __attribute__((aligned(64)));
typedef int64_t MoreSums[ACC_MORE] __attribute__((aligned(32))); /* the law's other sums */

typedef struct _p_Grains *Grains;
struct _p_Grains {
  MPI_Comm     comm;
  PetscInt     n_owned, n_ghost, n_alloc;
  PetscInt64   n_global;
  PetscInt64  *id;         /* [n_owned + n_ghost] global id, fixed at packing */
  GrainRecord *rec;        /* [n_owned + n_ghost + GRAINS_PAD] the last rows are the pads, far from everything */
  GrainAux    *aux;        /* [n_owned + n_ghost] what most steps do not need of a neighbour; ghosts: GrainsHaloAux */
  PetscInt    *owner_row;  /* [n_ghost] row on the owner */
  PetscMPIInt *owner_rank; /* [n_ghost] */
  PetscSF      halo;       /* roots: owned rows, leaves: ghosts; NULL on one rank */
  MPI_Datatype rec_type, aux_type, sums_type, more_type;
  MPI_Op       add;  /* of 64-bit integers, whatever the type */
  Busy         busy; /* what steps cost this rank */
};

/* All functions are collective unless said otherwise. */

/* n_owned zeroed rows on this rank; the caller fills id and rec.  No ghosts yet. */
PetscErrorCode GrainsCreate(MPI_Comm comm, PetscInt n_owned, Grains *grains);
PetscErrorCode GrainsDestroy(Grains *grains);
/* Grain i goes to rank dest[i] with its record and aux.  Ghosts are gone afterwards. */
PetscErrorCode GrainsMigrate(Grains grains, const PetscMPIInt dest[]);
/* Not collective.  Puts the owned rows into the given order: new row k is old row order[k].  Drops the ghosts. */
PetscErrorCode GrainsReorder(Grains grains, const PetscInt order[]);
/* Finds the ghosts: every foreign grain in a cell (edge = reach) next to a cell that holds an owned grain. */
PetscErrorCode GrainsFindGhosts(Grains grains, double reach);
/* Keeps the ghosts with keep[ghost] only and sets up the halo; row_of[ghost] gets the row each kept one has now. */
PetscErrorCode GrainsKeepGhosts(Grains grains, const PetscBool keep[], PetscInt row_of[]);
/* Copies the owners' records into the ghosts, in two halves so that work can go on between. */
PetscErrorCode GrainsHaloBegin(Grains grains);
PetscErrorCode GrainsHaloEnd(Grains grains);
/* The same for aux, when it has changed.  (A new list brings it along.) */
PetscErrorCode GrainsHaloAux(Grains grains);
/* Adds what has come together on ghosts to the rows of their owners: integers, the same in any order.  sums, more (or
   NULL): [n_owned + n_ghost]. */
PetscErrorCode GrainsSumsHome(Grains grains, GrainSums sums[], MoreSums more[]);

/*
  GrainsPartition - which rank each owned grain should live on, so that cost balances and few contacts are cut (METIS).

  In:  cost    [n_owned] work of each grain, any positive unit
       lane    of that, what a meshed grain costs that is not there: they stand in packs of GRAINS_PACK
       n_edge  contacts (rows i, j) with at least one owned end; each rank lists all contacts of its own grains
  Out: dest    [n_owned]
       busy.unmoved, busy.expected
  Work on rigid and on meshed grains is spread evenly each by itself, for one waits for the other in every step.  No
  rank gets more packs than it must: where there are few, a pack more of a single grain would count. The graph is
  gathered on rank 0, because METIS is serial: a rare event (start, and when the balance is lost), never part of a step.
  Vertices are grains up to PARTITION_VERTICES_MAX of them; above that, cubic bricks of grains whose size keeps the
  number of vertices there, so memory on rank 0 stays near 1 GB at any scale.
*/
enum { PARTITION_VERTICES_MAX = 2000000 };
enum { GRAINS_PACK = 8 };
typedef struct {
  double rigid, meshed;
} GrainCost;
PetscErrorCode GrainsPartition(Grains grains, const GrainCost cost[], double lane, PetscInt n_edge,
                               const PetscInt (*edge)[2], PetscMPIInt dest[]);

#endif
