/*
  errors.h - how a run says that something is wrong, and what the process returns.

  Raise errors as PETSc does, on every rank alike:
    PetscCheck(ok, comm, PETSC_ERR_USER_INPUT, "deck.yml: press_pressure: ...");   what the user can change
    PetscCheck(ok, comm, PETSC_ERR_CONV_FAILED, "grain 17 left the die ...");      the run itself went wrong
  Such a message is printed once, as "nanomint: error: ...", without a trace.  Any other code is a fault of the program
  and prints PETSc's trace.  The exit codes are those of exit_codes.h.
*/
#ifndef SOLVER_ERRORS_H
#define SOLVER_ERRORS_H

#include "solver/exit_codes.h"
#include <petscsys.h>

/* Collective.  Call right after PetscInitialize. */
PetscErrorCode ErrorsBegin(void);

/* Not collective.  Did the run itself go wrong (EXIT_PHYSICS)?  Then what was said of it, borrowed for good; else NULL.
 */
const char *errors_physics(PetscErrorCode ierr);

/*
  ErrorsEnd - finalizes PETSC and MPI and turns what the run returned into the exit code; the last call of main.

  Collective for 0, user and physics errors.  Any other error ends all ranks by MPI_Abort, for others may still be
  waiting in a collective call.  done: the exit code when ierr is 0 (EXIT_DONE, EXIT_STOPPED).
*/
int ErrorsEnd(PetscErrorCode ierr, ExitCode done);

#endif
