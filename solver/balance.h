/*
  balance.h - the balance of the ranks within a run: when the grains are distributed anew, and what is said of it.

  Who computes which grains is decided from clocks, and never enters the mechanics.
*/
#ifndef SOLVER_BALANCE_H
#define SOLVER_BALANCE_H

#include "solver/output.h"

typedef struct Simulation Simulation;

typedef struct {
  PetscInt64 next;       /* step at which it is looked at again */
  PetscInt   partitions; /* while running */
  BalanceRow row;        /* of the last look */
} Balance;

/* Collective.  The first partition, with costs that nobody has measured yet. */
PetscErrorCode BalanceStart(Simulation *sim);
/* Collective.  Before the list of a step.  When it is time: is the work uneven?  Then BalanceAnew. */
PetscErrorCode BalanceRanks(Simulation *sim);
/* Collective.  At once, as when grains have become meshed: a new partition, which MeshedRefresh must follow. */
PetscErrorCode BalanceAnew(Simulation *sim);
/* Collective.  The last look. */
PetscErrorCode BalanceEnd(Simulation *sim);

#endif
