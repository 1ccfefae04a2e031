/*
  grains.h - who is where: the grains of this rank, the ghosts of its neighbours, and how both move between ranks.

  A grain is one row in every array below; rows [0, n_owned) are this rank's own, sorted by position for locality, rows
  [n_owned, n_owned + n_ghost) mirror grains of other ranks within reach.  A grain's kinematics sit in one 128-byte record
  of sixteen doubles, two cache lines: what a contact needs is two loads, and a halo exchange is one MPI type.
*/
#ifndef SOLVER_GRAINS_GRAINS_H
#define SOLVER_GRAINS_GRAINS_H

#include <petscsf.h>
#include <stdint.h>

/* columns of a record; the order is what the contact kernel loads, see dem_contact.c */
enum {
  REC_X, REC_Y, REC_Z,     /* centre [nm] */
  REC_R,                   /* apparent radius [nm]; R0 unless the law grows it */
  REC_VX, REC_VY, REC_VZ,  /* velocity at the half step [nm/ns] */
  REC_WX, REC_WY, REC_WZ,  /* angular velocity at the half step [1/ns] */
  REC_R0,                  /* radius of the undeformed grain [nm] */
  REC_YIELD,               /* yield stress [GPa] */
  REC_PSI, REC_DBAR, REC_BULK, /* contact-law state the neighbours need, see materials/contact.h */
  REC_SPARE,
  REC_N
};

/* columns of the fixed-point accumulator of a grain: force and torque stand where the record has the velocities */
enum { ACC_SUM0 = 0, ACC_FX = 4, ACC_FY, ACC_FZ, ACC_TX, ACC_TY, ACC_TZ, ACC_SUM4, ACC_SUM5, ACC_N = 12 };

typedef double  GrainRecord[REC_N] __attribute__((aligned(64)));
typedef int64_t GrainSums[ACC_N];

/* Contact histories by pair of global ids, sorted; how history survives rebuilds, migration and restart. */
typedef struct {
  PetscInt64 lo, hi; /* lo < hi; hi = -1 - tool for a grain on a tool (lo is then the grain) */
} ContactKey;

typedef struct _p_Grains *Grains;
struct _p_Grains {
  MPI_Comm     comm;
  PetscInt     n_owned, n_ghost, n_alloc;
  PetscInt64   n_global;
  PetscInt64  *id;       /* [n_owned + n_ghost] global id, 0 .. n_global - 1, fixed at packing */
  GrainRecord *rec;      /* [n_owned + n_ghost] */
  double     (*aux)[4];  /* [n_owned] private state of the contact law on the grain (GRAIN_AUX) */
  PetscSF      halo;     /* roots: owned rows, leaves: ghost rows; rebuilt by GrainsGhosts */
  MPI_Datatype rec_type;
  PetscInt    *owner_row;  /* [n_ghost] row on the owner */
  PetscMPIInt *owner_rank; /* [n_ghost] */
};

/* Collective unless said otherwise.  All errors are raised on every rank. */
PetscErrorCode GrainsCreate(MPI_Comm comm, PetscInt n_owned, PetscInt64 n_global, Grains *grains); /* rows zeroed, caller fills id and rec */
PetscErrorCode GrainsDestroy(Grains *grains);
/* Sends every grain, with its aux and `bytes` of baggage, to rank dest[i]; rows come back sorted by global id. */
PetscErrorCode GrainsMigrate(Grains grains, const PetscMPIInt dest[]);
/* Finds the ghosts: every foreign grain in a cell (edge >= reach) next to a cell that holds an owned grain. */
PetscErrorCode GrainsGhosts(Grains grains, double reach);
/* Drops the ghosts not marked in keep[n_ghost] and renumbers; new_row[n_ghost] gets the new row or -1. */
PetscErrorCode GrainsPruneGhosts(Grains grains, const PetscBool keep[], PetscInt new_row[]);
/* Starts / ends the copy of the owners' records into the ghosts. */
PetscErrorCode GrainsHaloBegin(Grains grains);
PetscErrorCode GrainsHaloEnd(Grains grains);

#endif
