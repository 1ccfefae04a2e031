/*
  signals.h - a polite end: SIGTERM, SIGINT, SIGUSR1, SIGUSR2 and the wall-time limit become flags that the loop reads.

  To have a run requeued send SIGUSR1: the program then ends with EXIT_STOPPED and mpirun passes that on.  Open MPI's
  mpirun answers SIGTERM with an exit code of its own (1), though the checkpoint is written all the same.

  The handlers only set a sig_atomic_t.  A signal may reach some ranks only: the caller puts stop_requested() and
  checkpoint_requested() into its control reduction (MPI_MAX) and acts on the agreed value.
*/
#ifndef SOLVER_SIGNALS_H
#define SOLVER_SIGNALS_H

#include <petscsys.h>

typedef enum {
  STOP_NONE       = 0,
  STOP_WALL_LIMIT = 1, /* the wall-time limit is near */
  STOP_SIGUSR1    = 2, /* the queue warns (sbatch --signal=USR1@120) */
  STOP_SIGTERM    = 3, /* the queue or the user ends the run; also SIGINT */
  STOP_MAX_STEPS  = 4, /* the deck asked for no more steps */
} StopReason;

/* Not collective.  Installs the handlers (a SIGINT or SIGTERM seconds after the first ends the process); wall_limit [s]
   of wall clock counted from this call, 0: none. */
PetscErrorCode SignalsInstall(double wall_limit);
/* Not collective.  Puts the former handlers back. */
PetscErrorCode SignalsRestore(void);

/* Why this rank wants to stop, STOP_NONE if it does not.  reserve [s] is the wall time the caller needs to write its
   checkpoint: the limit fires that much earlier.  Any rank may answer differently: reduce with MPI_MAX. */
StopReason stop_requested(double reserve);
/* True once after SIGUSR2: write a checkpoint and go on. */
int         checkpoint_requested(void);
const char *stop_reason_text(StopReason reason);

#endif
