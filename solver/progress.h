/*
  progress.h - what a run says while it runs: the banner, and a line that tells how far it is and when it will be done.

  Rank 0 prints to stdout: on a terminal a bar that redraws itself, in a log a plain line at growing intervals.
*/
#ifndef SOLVER_PROGRESS_H
#define SOLVER_PROGRESS_H

#include <petscsys.h>

/* Who computed this, with what, where. */
typedef struct {
  char version[64], commit[64]; /* of nanomint; commit ends in "-dirty" when the tree was changed */
  char compiler[128], flags[256];
  char petsc[128], mpi[128], hdf5[32];
  char host[128], started[32]; /* of rank 0; ISO 8601, UTC */
  char deck[1024], title[1024];
  int  ranks, nodes;
} Provenance;

typedef struct {
  const char *stage; /* name of the stage */
  int         stage_index, n_stages;
  double      fraction; /* of this stage that is done, 0..1; NAN: unknown */
  PetscInt64  step, grains;
  double      time;             /* [ns] */
  double      pressure, target; /* on the top punch and what the stage wants [GPa]; NAN: no target */
  double      density;          /* relative */
} ProgressState;

typedef struct _p_Progress *Progress;

/* Collective.  Fills p; deck and title may be NULL. */
PetscErrorCode ProvenanceGet(MPI_Comm comm, const char deck[], const char title[], Provenance *p);
/* Collective. */
PetscErrorCode ProgressCreate(MPI_Comm comm, Progress *progress);
PetscErrorCode ProgressDestroy(Progress *progress); /* NULL is fine */
/* Not collective: rank 0 prints, the others return at once. */
PetscErrorCode ProgressBanner(Progress progress, const Provenance *p);
PetscErrorCode ProgressStep(Progress progress, const ProgressState *s);
/* Ends the bar's line, then prints one line of text as PetscPrintf would. */
PetscErrorCode ProgressSay(Progress progress, const char format[], ...) PETSC_ATTRIBUTE_FORMAT(2, 3);

/* Seconds since ProgressCreate, and grain-steps per second since the first ProgressStep (the setup does not count; 0
   until the second).  Rank 0's clock; 0 elsewhere. */
double progress_wall(Progress progress);
double progress_speed(Progress progress);

#endif
