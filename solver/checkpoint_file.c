#include "solver/checkpoint_file.h"
#include <errno.h>

static void check(CheckpointFile *f, int ok)
{
  if (ok || f->failed) return;
  f->failed = 1;
  f->error  = errno;
}

PetscErrorCode CheckpointFileOpen(MPI_Comm comm, const char path[], PetscBool write, CheckpointFile *f,
                                  PetscBool *opened)
{
  const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
  int         bad;

  PetscFunctionBeginUser;
  *f = (CheckpointFile){.comm = comm, .transfer = H5Pcreate(H5P_DATASET_XFER)};
  PetscCallMPI(MPI_Comm_rank(comm, &f->rank));
  H5Eset_auto2(H5E_DEFAULT, NULL, NULL); /* failures are told by the caller, in words */
  H5Pset_fapl_mpio(access, comm, MPI_INFO_NULL);
  H5Pset_all_coll_metadata_ops(access, 1);
  /* collective writes of Open MPI 4.1 (vulcan) hide a full disk: each rank writes its own rows and hears of it */
  H5Pset_dxpl_mpio(f->transfer, write ? H5FD_MPIO_INDEPENDENT : H5FD_MPIO_COLLECTIVE);
  errno   = 0;
  f->file = write ? H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, access) : H5Fopen(path, H5F_ACC_RDONLY, access);
  check(f, f->file >= 0);
  H5Pclose(access);
  bad = f->failed;
  PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, &bad, 1, MPI_INT, MPI_MAX, comm));
  *opened = (PetscBool)!bad;
  if (bad) H5Pclose(f->transfer);
  PetscFunctionReturn(0);
}

PetscErrorCode CheckpointFileClose(CheckpointFile *f, PetscBool *good, int *error)
{
  int outcome[2];

  PetscFunctionBeginUser;
  errno = 0;
  check(f, H5Fclose(f->file) >= 0);
  H5Pclose(f->transfer);
  outcome[0] = f->failed;
  outcome[1] = f->error;
  PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, outcome, 2, MPI_INT, MPI_MAX, f->comm));
  *good  = (PetscBool)!outcome[0];
  *error = outcome[1];
  PetscFunctionReturn(0);
}

static hid_t text_type(size_t length)
{
  const hid_t type = H5Tcopy(H5T_C_S1);

  H5Tset_size(type, length);
  return type;
}

void checkpoint_put_text(CheckpointFile *f, const char name[], const char text[])
{
  const hid_t type = text_type(strlen(text) + 1);

  checkpoint_put_number(f, name, type, text);
  H5Tclose(type);
}

void checkpoint_get_text(CheckpointFile *f, const char name[], char text[], size_t length)
{
  const hid_t type = text_type(length);

  text[0] = 0;
  checkpoint_get_number(f, name, type, text);
  text[length - 1] = 0;
  H5Tclose(type);
}

void checkpoint_put_number(CheckpointFile *f, const char name[], hid_t type, const void *value)
{
  const hid_t space     = H5Screate(H5S_SCALAR);
  const hid_t attribute = H5Acreate2(f->file, name, type, space, H5P_DEFAULT, H5P_DEFAULT);

  errno = 0;
  check(f, attribute >= 0 && H5Awrite(attribute, type, value) >= 0);
  if (attribute >= 0) H5Aclose(attribute);
  H5Sclose(space);
}

void checkpoint_get_number(CheckpointFile *f, const char name[], hid_t type, void *value)
{
  const hid_t attribute = H5Aopen(f->file, name, H5P_DEFAULT);

  errno = 0;
  check(f, attribute >= 0 && H5Aread(attribute, type, value) >= 0);
  if (attribute >= 0) H5Aclose(attribute);
}

int checkpoint_has(CheckpointFile *f, const char name[]) { return H5Aexists(f->file, name) > 0; }

/* Rows [first, first + n) of a dataset in the file, and the same rows packed in memory. */
static void select_rows(int width, PetscInt64 first, PetscInt64 n, hid_t file_space, hid_t *memory_space)
{
  const hsize_t start[2] = {(hsize_t)first, 0}, count[2] = {(hsize_t)n, (hsize_t)width};

  *memory_space = H5Screate_simple(2, count, NULL);
  if (n > 0) {
    H5Sselect_hyperslab(file_space, H5S_SELECT_SET, start, NULL, count, NULL);
  } else {
    H5Sselect_none(file_space);
    H5Sselect_none(*memory_space);
  }
}

void checkpoint_put_rows(CheckpointFile *f, const char name[], hid_t type, PetscInt64 n_global, int width,
                         PetscInt64 first, PetscInt64 n, const void *data)
{
  const hsize_t size[2] = {(hsize_t)n_global, (hsize_t)width};
  const hid_t   space   = H5Screate_simple(2, size, NULL);
  const hid_t   dataset = H5Dcreate2(f->file, name, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
  hid_t         memory;

  errno = 0;
  check(f, dataset >= 0);
  if (dataset >= 0 && n_global > 0 && width > 0) {
    select_rows(width, first, n, space, &memory);
    check(f, H5Dwrite(dataset, type, memory, space, f->transfer, data) >= 0);
    H5Sclose(memory);
  }
  if (dataset >= 0) check(f, H5Dclose(dataset) >= 0);
  H5Sclose(space);
}

/* The dataset must be [n_global][width]: HDF5 would fill the rest of a smaller one with nothing. */
static int has_size(hid_t space, PetscInt64 n_global, int width)
{
  hsize_t size[2] = {0, 0};

  if (H5Sget_simple_extent_ndims(space) != 2) return 0;
  H5Sget_simple_extent_dims(space, size, NULL);
  return size[0] == (hsize_t)n_global && size[1] == (hsize_t)width;
}

PetscInt64 checkpoint_count_rows(CheckpointFile *f, const char name[])
{
  const hid_t dataset = H5Lexists(f->file, name, H5P_DEFAULT) > 0 ? H5Dopen2(f->file, name, H5P_DEFAULT) : -1;
  hsize_t     size[2] = {0, 0};
  hid_t       space;

  if (dataset < 0) return 0;
  space = H5Dget_space(dataset);
  if (H5Sget_simple_extent_ndims(space) == 2) H5Sget_simple_extent_dims(space, size, NULL);
  H5Sclose(space);
  H5Dclose(dataset);
  return size[1] == 1 ? (PetscInt64)size[0] : 0;
}

void checkpoint_get_rows(CheckpointFile *f, const char name[], hid_t type, PetscInt64 n_global, int width,
                         PetscInt64 first, PetscInt64 n, void *data)
{
  const hid_t dataset = H5Dopen2(f->file, name, H5P_DEFAULT);
  hid_t       space, memory;

  errno = 0;
  check(f, dataset >= 0);
  if (dataset < 0) return;
  space = H5Dget_space(dataset);
  if (!has_size(space, n_global, width)) {
    check(f, 0);
  } else if (n_global > 0 && width > 0) {
    select_rows(width, first, n, space, &memory);
    check(f, H5Dread(dataset, type, memory, space, f->transfer, data) >= 0);
    H5Sclose(memory);
  }
  H5Sclose(space);
  H5Dclose(dataset);
}
