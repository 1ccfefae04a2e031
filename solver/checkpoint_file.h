/*
  checkpoint_file.h - rows and attributes in a parallel HDF5 file, with failures kept in a flag.

  HDF5 itself, not PetscViewerHDF5: the viewer cannot tell a foreign file from one cut short, and prints a trace for
  both. All functions are collective.  A failure on one rank is remembered (failed, error) and the calls go on, so that
  no rank is left alone in a collective call; CheckpointFileClose agrees on the outcome.
*/
#ifndef SOLVER_CHECKPOINT_FILE_H
#define SOLVER_CHECKPOINT_FILE_H

#include <hdf5.h>
#include <petscsys.h>

typedef struct {
  MPI_Comm    comm;
  PetscMPIInt rank;
  hid_t       file, transfer;
  int         failed; /* this rank saw something fail */
  int         error;  /* errno of the first failure, 0 unknown */
} CheckpointFile;

/* *opened is false on every rank when HDF5 cannot; f->error says why if the system knows. */
PetscErrorCode CheckpointFileOpen(MPI_Comm comm, const char path[], PetscBool write, CheckpointFile *f,
                                  PetscBool *opened);
/* *good is true on every rank when nothing failed anywhere; *error: largest errno of any rank. */
PetscErrorCode CheckpointFileClose(CheckpointFile *f, PetscBool *good, int *error);

/* Same values on all ranks.  Reading gives what is there up to `length` characters. */
void checkpoint_put_text(CheckpointFile *f, const char name[], const char text[]);
void checkpoint_get_text(CheckpointFile *f, const char name[], char text[], size_t length);
void checkpoint_put_number(CheckpointFile *f, const char name[], hid_t type, const void *value);
void checkpoint_get_number(CheckpointFile *f, const char name[], hid_t type, void *value);
int  checkpoint_has(CheckpointFile *f, const char name[]); /* the attribute */

/* A dataset [n_global][width]; this rank's rows are [first, first + n). */
void checkpoint_put_rows(CheckpointFile *f, const char name[], hid_t type, PetscInt64 n_global, int width,
                         PetscInt64 first, PetscInt64 n, const void *data);
/* n_global of a dataset of width 1; 0 where there is none. */
PetscInt64 checkpoint_count_rows(CheckpointFile *f, const char name[]);
void       checkpoint_get_rows(CheckpointFile *f, const char name[], hid_t type, PetscInt64 n_global, int width,
                               PetscInt64 first, PetscInt64 n, void *data);

#endif
