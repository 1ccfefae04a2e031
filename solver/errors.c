#include "solver/errors.h"
#include <stdio.h>

static char said[1024]; /* the last message of all ranks */

static ExitCode exit_code_of(PetscErrorCode ierr)
{
  switch ((int)ierr) {
  case 0:
    return EXIT_DONE;
  case PETSC_ERR_USER_INPUT:
    return EXIT_USER;
  case PETSC_ERR_CONV_FAILED:
    return EXIT_PHYSICS;
  default:
    return EXIT_INTERNAL;
  }
}

/* PETSc's error handler: called once where the error is raised, then by every caller on the way up. */
static PetscErrorCode PrintOnce(MPI_Comm comm, int line, const char *function, const char *file, PetscErrorCode ierr,
                                PetscErrorType type, const char *message, void *context)
{
  int rank = 0;

  if (exit_code_of(ierr) == EXIT_INTERNAL)
    return PetscTraceBackErrorHandler(comm, line, function, file, ierr, type, message, context);
  if (type != PETSC_ERROR_INITIAL) return ierr;
  (void)snprintf(said, sizeof said, "%s", message ? message : "unknown");
  if (comm != MPI_COMM_NULL) (void)MPI_Comm_rank(comm, &rank);
  if (rank == 0) {
    fflush(stdout);
    fprintf(stderr, "nanomint: error: %s\n", said);
    fflush(stderr);
  }
  return ierr;
}

PetscErrorCode ErrorsBegin(void)
{
  PetscFunctionBeginUser;
  PetscCall(PetscPushErrorHandler(PrintOnce, NULL));
  PetscFunctionReturn(0);
}

const char *errors_physics(PetscErrorCode ierr) { return exit_code_of(ierr) == EXIT_PHYSICS ? said : NULL; }

int ErrorsEnd(PetscErrorCode ierr, ExitCode done)
{
  const ExitCode code = exit_code_of(ierr);

  if (code == EXIT_INTERNAL) (void)MPI_Abort(PETSC_COMM_WORLD, EXIT_INTERNAL);
  if (PetscFinalize()) return EXIT_INTERNAL;
  return code == EXIT_DONE ? done : code;
}
