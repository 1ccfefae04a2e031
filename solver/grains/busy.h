/*
  busy.h - what a step costs: seconds of the processor and what was done in them, kind by kind, waiting left out.

  The engines time one step in BUSY_EVERY, in laps between places where they wait for others.  What follows from it is
  who computes which grains, never what is computed.
*/
#ifndef SOLVER_GRAINS_BUSY_H
#define SOLVER_GRAINS_BUSY_H

#include <petscsys.h>

/* Kinds of work, and what of them is counted each step. */
enum {
  BUSY_PAIRS,    /* contacts of rigid grains with each other and tools; listed pairs */
  BUSY_MOVES,    /* motion of rigid grains; grains */
  BUSY_SURFACES, /* contacts of meshed grains with anything; partners of owned ones in the list */
  BUSY_ELEMENTS, /* elements and motion of meshed grains; lanes, be there a grain in them or not */
  BUSY_N
};
enum { BUSY_EVERY = 8 }; /* a look at the processor's clock may take a microsecond */

/* How uneven work is spread: most over mean of the ranks.  `all` adds up the most of either part, since parts of a step
   wait for each other. */
typedef struct {
  double rigid, meshed, all; /* [-]; 1 where there is no such work */
} Imbalance;

typedef struct {
  double     seconds[BUSY_N], done[BUSY_N]; /* of this rank's timed steps since the last partition */
  double     unit[BUSY_N];                  /* cost of one, over all ranks [s]; what BusyMeasure found last */
  double     since;                         /* the lap began [s] */
  PetscInt64 steps, timed;                  /* of the run; timed ones since the last partition */
  int        on;                            /* this step is timed */
  Imbalance  unmoved, expected; /* by the last partition's costs, of the ranks' shares before and after it */
} Busy;

/* Not collective.  A step begins; its parts. */
void busy_step(Busy *busy);
void busy_start(Busy *busy);                        /* after a wait */
void busy_lap(Busy *busy, int kind, PetscInt done); /* before one, or before work of another kind */
void busy_reset(Busy *busy);                        /* grains were distributed anew */
/* Pure.  From the most and the sum of the ranks. */
Imbalance imbalance_of(const double most[2], const double sum[2], PetscMPIInt ranks);

/* Collective.  What was measured since the last partition: seconds of a timed step, all ranks together; the same on
   every rank.  Brings busy->unit up to date. */
typedef struct {
  PetscInt64 timed;
  double     rigid, meshed; /* [s] */
  double     most;          /* rank by rank, of those that take longest for its parts [s] */
  Imbalance  off;
} BusyMeasured;
PetscErrorCode BusyMeasure(MPI_Comm comm, Busy *busy, BusyMeasured *found);

#endif
