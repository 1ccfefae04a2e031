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
  PetscBool  upset;      /* grains have become other than they were */
  BalanceRow row;        /* of the last look */
} Balance;

/* Collective.  The first partition, with costs that nobody has measured yet. */
PetscErrorCode BalanceStart(Simulation *sim);
/* Collective.  Before the list of a step.  When it is time, or grains have changed: is the work uneven?  Then a new
   partition, which MeshedRefresh must follow. */
PetscErrorCode BalanceRanks(Simulation *sim);
/* Not collective, but to be said on every rank: grains have become meshed or rigid, distribute them anew at once. */
void balance_upset(Simulation *sim);
/* Collective.  The last look. */
PetscErrorCode BalanceEnd(Simulation *sim);

#endif
