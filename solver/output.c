#include "postproc/files.h"
#include "solver/output_impl.h"
#include <errno.h>
#include <glob.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

const char *const output_series_names[SERIES_N] = {"grains", "contacts", "tools", "meshed"};

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

/* Not collective.  0: a file can be written into the folder; else the errno. */
static int try_folder(const char folder[])
{
  char path[2 * PATH_MAX_LEN];
  int  error = file_make_folder(folder);

  if (error) return error;
  (void)snprintf(path, sizeof(path), "%s/.nanomint.tmp", folder);
  error = file_touch(path);
  (void)unlink(path);
  return error;
}

PetscErrorCode OutputCheck(MPI_Comm comm, const OutputConfig *config, PetscInt64 restart_step)
{
  static const char *const traces[] = {"history.csv", "checkpoint.h5", "summary.json"};
  char                     path[2 * PATH_MAX_LEN];
  PetscMPIInt              rank;
  int                      found[2] = {0, 0}; /* errno; an older run */

  PetscFunctionBeginUser;
  PetscCallMPI(MPI_Comm_rank(comm, &rank));
  for (int k = 0; k < 3 && rank == 0; k++) {
    (void)snprintf(path, sizeof(path), "%s/%s", config->folder, traces[k]);
    found[1] = found[1] || access(path, F_OK) == 0;
  }
  if (restart_step >= 0 || config->overwrite) found[1] = 0;
  if (rank == 0 && !found[1]) found[0] = try_folder(config->folder);
  PetscCallMPI(MPI_Bcast(found, 2, MPI_INT, 0, comm));
  PetscCheck(!found[0], comm, PETSC_ERR_USER_INPUT, "%s cannot be written: %s", config->folder, strerror(found[0]));
  PetscCheck(!found[1], comm, PETSC_ERR_USER_INPUT,
             "%s already holds a run; give output_folder another name, set output_overwrite, or go on with -restart",
             config->folder);
  PetscFunctionReturn(0);
}

/* An overwritten run leaves nothing behind that could be taken for the new one's. */
static PetscErrorCode DropOld(Output o, PetscInt64 restart_step)
{
  static const char *const old[] = {"checkpoint.h5",  "summary.json",   "conduction.csv",
                                    "balance.csv",    "promotions.csv", "grains_*.vtk",
                                    "contacts_*.vtk", "tools_*.vtk",    "meshed_*.vtk"};
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
  PetscCall(OutputCheck(comm, &config->output, restart_step));
  PetscCall(OutputHistoryOpen(o, restart_step));
  PetscCall(DropOld(o, restart_step));
  PetscCall(OutputConductionOpen(o, restart_step));
  PetscCall(OutputBalanceOpen(o, restart_step));
  PetscCall(OutputPromotionsOpen(o, restart_step));
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
  if (o->conduction) fclose(o->conduction);
  if (o->balance) fclose(o->balance);
  if (o->promotions) fclose(o->promotions);
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
  o->n_warnings++;
  PetscFunctionReturn(0);
}
