#include "postproc/files.h"
#include "solver/output_impl.h"
#include <errno.h>
#include <glob.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

const char *const output_series_names[SERIES_N] = {"grains", "contacts", "tools"};

PetscErrorCode OutputPath(Output o, const char name[], const char **path)
{
  PetscFunctionBeginUser;
  PetscCall(PetscSNPrintf(o->path, sizeof(o->path), "%s/%s", o->config.output.folder, name));
  *path = o->path;
  PetscFunctionReturn(0);
}

PetscErrorCode OutputAgree(Output o, int error, const char path[])
{
  PetscFunctionBeginUser;
  PetscCallMPI(MPI_Bcast(&error, 1, MPI_INT, 0, o->comm));
  PetscCheck(!error, o->comm, PETSC_ERR_USER_INPUT, "%s cannot be written: %s", path, strerror(error));
  PetscFunctionReturn(0);
}

/* A new run must not fall on an old one unless the user said so. */
static PetscErrorCode CheckFolder(Output o, PetscInt64 restart_step)
{
  static const char *const traces[] = {"history.csv", "checkpoint.h5", "summary.json"};
  const char              *path     = NULL;
  int                      found    = 0;

  PetscFunctionBeginUser;
  if (restart_step >= 0 || o->config.output.overwrite) PetscFunctionReturn(0);
  for (int k = 0; k < 3 && o->rank == 0; k++) {
    PetscCall(OutputPath(o, traces[k], &path));
    found = found || access(path, F_OK) == 0;
  }
  PetscCallMPI(MPI_Bcast(&found, 1, MPI_INT, 0, o->comm));
  PetscCheck(!found, o->comm, PETSC_ERR_USER_INPUT,
             "%s already holds a run; give output_folder another name, set output_overwrite, or go on with -restart",
             o->config.output.folder);
  PetscFunctionReturn(0);
}

/* An overwritten run leaves nothing behind that could be taken for the new one's. */
static PetscErrorCode DropOld(Output o, PetscInt64 restart_step)
{
  static const char *const old[] = {"checkpoint.h5", "summary.json", "grains_*.vtk", "contacts_*.vtk", "tools_*.vtk"};
  const char              *path  = NULL;
  glob_t                   found;

  PetscFunctionBeginUser;
  if (restart_step >= 0 || o->rank) PetscFunctionReturn(0);
  for (size_t k = 0; k < sizeof old / sizeof *old; k++) {
    PetscCall(OutputPath(o, old[k], &path));
    if (glob(path, GLOB_NOSORT, NULL, &found)) continue;
    for (size_t f = 0; f < found.gl_pathc; f++) (void)unlink(found.gl_pathv[f]);
    globfree(&found);
  }
  PetscFunctionReturn(0);
}

PetscErrorCode OutputCreate(MPI_Comm comm, const Config *config, const Provenance *provenance, PetscInt64 restart_step,
                            Output *output)
{
  const char *folder = config->output.folder;
  Output      o;
  int         error = 0;

  PetscFunctionBeginUser;
  PetscCall(PetscNew(&o));
  o->comm       = comm;
  o->config     = *config;
  o->provenance = *provenance;
  o->last_step  = -1;
  PetscCallMPI(MPI_Comm_rank(comm, &o->rank));
  if (o->rank == 0) error = file_make_folder(folder);
  PetscCall(OutputAgree(o, error, folder));
  PetscCall(CheckFolder(o, restart_step));
  PetscCall(OutputHistoryOpen(o, restart_step));
  PetscCall(DropOld(o, restart_step));
  for (int k = 0; k < SERIES_N && o->rank == 0 && !error; k++)
    error = vtk_series_open(&o->series[k], folder, output_series_names[k], restart_step);
  PetscCall(OutputAgree(o, error, folder));
  *output = o;
  PetscFunctionReturn(0);
}

PetscErrorCode OutputDestroy(Output *output)
{
  Output o = *output;

  PetscFunctionBeginUser;
  if (!o) PetscFunctionReturn(0);
  if (o->history) fclose(o->history);
  for (int k = 0; k < SERIES_N; k++) vtk_series_close(&o->series[k]);
  PetscCall(PetscFree(o->warning));
  PetscCall(PetscFree(*output));
  PetscFunctionReturn(0);
}

PetscErrorCode OutputWarn(Output o, const char format[], ...)
{
  va_list args;

  PetscFunctionBeginUser;
  if (o->n_warnings == o->n_warnings_alloc) {
    o->n_warnings_alloc = 2 * o->n_warnings_alloc + 8;
    PetscCall(PetscRealloc((size_t)o->n_warnings_alloc * WARNING_LEN, &o->warning));
  }
  va_start(args, format);
  (void)vsnprintf(o->warning[o->n_warnings], WARNING_LEN, format, args);
  va_end(args);
  PetscCall(PetscPrintf(o->comm, "nanomint: warning: %s\n", o->warning[o->n_warnings]));
  o->n_warnings++;
  PetscFunctionReturn(0);
}
