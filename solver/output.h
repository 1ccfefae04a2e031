/*
  output.h - the files of a run: history.csv, conduction.csv, balance.csv, summary.json, VTK frames with their
  .vtk.series.

  Every file is written under a temporary name and renamed, or appended a whole row at a time.  Files do not depend on
  the number of ranks, except the arrays `rank`, balance.csv, what summary.json says of the session, and the last digit
  of conductivities. After a restart, rows and frames later than the checkpoint are dropped, and the files go on from
  there.
*/
#ifndef SOLVER_OUTPUT_H
#define SOLVER_OUTPUT_H

#include "solver/electric.h"
#include "solver/observe.h"
#include "solver/progress.h"
#include <stdio.h>

/* A look at the balance of the ranks; doubles only. */
typedef struct {
  double step, partitions;         /* partitions while running, before this look */
  double imbalance, rigid, meshed; /* measured since the last partition, grains/busy.h [-]; NAN: nothing was */
  double grain_us, body_us;        /* a step of a rigid grain, of a meshed one with its share of free lanes */
  double step_us;                  /* a step without waiting, of the ranks that take longest for its parts */
  double again;                    /* 1: a partition follows */
  double unmoved; /* by the costs measured, for grains as they are now where they are now; NAN: none follows */
  double expected, expected_rigid, expected_meshed; /* the same after it */
} BalanceRow;

/* What depends on this session's machine and ranks, not on the powder. */
typedef struct {
  double     wall, speed; /* [s], [particle-steps/s] */
  BalanceRow balance;     /* at the end */
} SessionFacts;

typedef struct _p_Output *Output;

/*
  OutputCheck - may a run be written into this folder?  Makes it when it is not there, and changes nothing in it.

  Collective.  A user error when it cannot be written, or when a new run (restart_step -1) meets a folder that holds one
  and config->overwrite is off.  To be asked before any work.
*/
PetscErrorCode OutputCheck(MPI_Comm comm, const OutputConfig *config, PetscInt64 restart_step);
/*
  OutputCreate - checks the folder and opens the files of a run; from here on nothing is left of an overwritten one.

  Collective.  restart_step: step of the checkpoint the run goes on from, -1 for a new run.  config and provenance are
  copied.
*/
PetscErrorCode OutputCreate(MPI_Comm comm, const Config *config, const Provenance *provenance, PetscInt64 restart_step,
                            Output *output);
PetscErrorCode OutputDestroy(Output *output); /* Collective.  NULL is fine. */

/* Collective.  Adds a row to history.csv.  A row with a step already written is left out (a stage end on a report
 * step). */
PetscErrorCode OutputHistory(Output output, const Observation *seen);
/* Collective.  Adds a row to conduction.csv; the same about rows already written. */
PetscErrorCode OutputConduction(Output output, const Electric *found);
/* Collective.  Adds a row to balance.csv. */
PetscErrorCode OutputBalance(Output output, const BalanceRow *row);
/* Rigid grains became meshed: one row of promotions.csv. */
typedef struct {
  double step, time, density;     /* [-], [ns], of the powder [-] */
  double grains, meshed, rigid;   /* that became meshed; of both kinds afterwards */
  double pressure_top, p, q;      /* before [GPa] */
  double volume_error;            /* largest of a body's volume [-] */
  double force_error;             /* of the forces across the new bodies' contacts, mean over mean [-] */
  double force_held;              /* share of these forces that their metal holds [-] */
  double momentum_error;          /* change of the powder's momentum over the sum of m |v| [-] */
  double kinetic_before, kinetic; /* of the new bodies: as grains, as bodies [aJ] */
} Promotion;
/* Collective.  Adds a row to promotions.csv. */
PetscErrorCode OutputPromotion(Output output, const Promotion *made);
/* Collective.  Writes grains_*.vtk, contacts_*.vtk, tools_*.vtk and, where grains are meshed, meshed_*.vtk (number: the
   step), and their series. */
PetscErrorCode OutputFrame(Output output, const Sample *sample, const GrainFields *fields);
/* Collective.  Keeps a warning for summary.json and for OutputTell. */
PetscErrorCode OutputWarn(Output output, const char format[], ...) PETSC_ATTRIBUTE_FORMAT(2, 3);
/* A run that went wrong; texts are borrowed. */
typedef struct {
  const char *stage, *why; /* its name; what was said */
  double      step, time;  /* [-], [ns] */
  double      unbalanced;  /* forces over those of contact, where a balance was not found; NAN: something else [-] */
  char        checkpoint[2 * PATH_MAX_LEN]; /* to go on from by other means; "": none */
} Failure;
/* Collective.  Writes summary.json from all rows so far.  reason: "done" (no other word), "failed" (then, and only
   then, with a failure), or why the run stopped.  wall [s] and speed [particle-steps/s] of this session. */
PetscErrorCode OutputSummary(Output output, const char reason[], const Failure *failure, const SessionFacts *session);
/* Not collective.  Rank 0 prints the same for the eye: the coin with units when it is done, warnings, where the files
 * are. */
PetscErrorCode OutputTell(Output output, const char reason[], const SessionFacts *session, FILE *to);
/* Not collective.  folder/name, borrowed until the next call. */
PetscErrorCode OutputPath(Output output, const char name[], const char **path);

#endif
