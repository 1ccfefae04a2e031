/* provenance.c - who computed this, with what, where.  The only file that includes the generated header. */
#include "solver/provenance.h"
#include "solver/progress.h"
#include <hdf5.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

static void first_line(char text[])
{
  for (char *c = text; *c; c++)
    if (*c == '\n' || *c == '\r') *c = 0;
}

PetscErrorCode ProvenanceGet(MPI_Comm comm, const char deck[], const char title[], Provenance *p)
{
  char        library[MPI_MAX_LIBRARY_VERSION_STRING];
  int         length;
  unsigned    hdf5[3];
  PetscMPIInt rank, local_rank, leaders;
  MPI_Comm    node;
  time_t      clock = time(NULL);
  struct tm   utc;

  PetscFunctionBeginUser;
  *p = (Provenance){0};
  PetscCallMPI(MPI_Comm_size(comm, &p->ranks));
  PetscCallMPI(MPI_Comm_rank(comm, &rank));
  PetscCallMPI(MPI_Comm_split_type(comm, MPI_COMM_TYPE_SHARED, rank, MPI_INFO_NULL, &node));
  PetscCallMPI(MPI_Comm_rank(node, &local_rank));
  PetscCallMPI(MPI_Comm_free(&node));
  leaders = local_rank == 0;
  PetscCallMPI(MPI_Allreduce(&leaders, &p->nodes, 1, MPI_INT, MPI_SUM, comm));
  PetscCallMPI(MPI_Get_library_version(library, &length));
  library[sizeof(p->mpi) - 1] = 0;
  if (strchr(library, ',')) *strchr(library, ',') = 0;
  first_line(library);
  H5get_libversion(&hdf5[0], &hdf5[1], &hdf5[2]);
  snprintf(p->version, sizeof(p->version), "%s", NANOMINT_VERSION);
  snprintf(p->commit, sizeof(p->commit), "%s%s", NANOMINT_GIT_HASH, NANOMINT_GIT_DIRTY ? "-dirty" : "");
  snprintf(p->compiler, sizeof(p->compiler), "%s, %s", NANOMINT_COMPILER, NANOMINT_BUILD_TYPE);
  snprintf(p->flags, sizeof(p->flags), "%s", NANOMINT_FLAGS);
  snprintf(p->petsc, sizeof(p->petsc), "PETSc %s", NANOMINT_PETSC_VERSION);
  snprintf(p->mpi, sizeof(p->mpi), "%.127s", library);
  snprintf(p->hdf5, sizeof(p->hdf5), "HDF5 %u.%u.%u", hdf5[0], hdf5[1], hdf5[2]);
  snprintf(p->deck, sizeof(p->deck), "%s", deck ? deck : "");
  snprintf(p->title, sizeof(p->title), "%s", title ? title : "");
  gethostname(p->host, sizeof(p->host) - 1);
  gmtime_r(&clock, &utc);
  strftime(p->started, sizeof(p->started), "%Y-%m-%dT%H:%M:%SZ", &utc);
  PetscCallMPI(MPI_Bcast(p->host, sizeof(p->host), MPI_CHAR, 0, comm));
  PetscCallMPI(MPI_Bcast(p->started, sizeof(p->started), MPI_CHAR, 0, comm));
  PetscFunctionReturn(0);
}
