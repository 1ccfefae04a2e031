/*
  checkpoint.h - the whole state of a run in one HDF5 file, written by any number of ranks and read by any other.

  Written under a temporary name, forced to disk and renamed: the previous checkpoint stays until the new one is
  complete. Grains and contacts carry global ids and stand in no particular order.  A fingerprint of all rows
  (order-free) is stored and checked, and tells whether two states have the same bits.
*/
#ifndef SOLVER_CHECKPOINT_H
#define SOLVER_CHECKPOINT_H

#include "solver/dem/dem.h"

enum { CHECKPOINT_VERSION = 3, CHECKPOINT_BLOB_MAX = 256, CHECKPOINT_WORDS_MAX = 64 };

/* Small things, the same on every rank unless said otherwise. */
typedef struct {
  PetscInt64 step;
  double     time;  /* [ns] */
  PetscInt   stage; /* index in the programme */
  PetscInt   n_blob;
  double     blob[CHECKPOINT_BLOB_MAX]; /* state of the programme and its servo; the meaning is theirs */
  Tools      tools;
  double     tool_force[TOOL_N][3];       /* on the tools in the last interval [nN] */
  PetscInt   n_words;                     /* exact sums, e.g. 2 WORK_N words of dem_work_get. */
  int64_t    words[CHECKPOINT_WORDS_MAX]; /* written: this rank's part; read: the total on rank 0, 0 elsewhere */
} CheckpointScalars;

/* The rows this rank writes, or its slice of what was read. */
typedef struct {
  PetscInt         n_grains;
  PetscInt64       n_global;   /* grains of the run; set by CheckpointRead */
  PetscInt64      *id;         /* [n_grains] */
  GrainRecord     *rec;        /* [n_grains] */
  GrainAux        *aux;        /* [n_grains] */
  PetscInt         n_bodies;   /* meshed grains, each once, in any distribution */
  PetscInt         body_width; /* numbers of one; 0: the run has none */
  PetscInt64      *body_id;    /* [n_bodies] grain */
  double          *body;       /* [n_bodies][body_width] */
  ContactHistories contacts;   /* each contact of the run once; n_state = contact_n_state(model) */
  char            *deck;       /* set by CheckpointRead, on every rank: the echo that was written, "" for none */
} CheckpointRows;

/*
  CheckpointWrite - writes `path`.

  Collective.  deck: echo of the deck as text, may be NULL.  rows are borrowed.  A full disk or an unwritable folder is
  a user error on every rank; the former file stays as it was.
*/
PetscErrorCode CheckpointWrite(MPI_Comm comm, const char path[], const ContactModel *model, const char deck[],
                               const CheckpointScalars *scalars, const CheckpointRows *rows);

/*
  CheckpointRead - reads `path` in equal slices, in the order of the file.

  Collective.  Refuses (user error, every rank) a file that is missing, foreign, cut short, of another version, of
  another law, parameter list or history layout, with a wrong fingerprint or with numbers that are not finite. Out:
  scalars; rows (CheckpointRowsDestroy); changed, a text that names every parameter whose value differs from the
  model's, "" when none does (may be NULL; at most `length` characters).
  The caller sends grains and contact histories to their ranks.
*/
PetscErrorCode CheckpointRead(MPI_Comm comm, const char path[], const ContactModel *model, CheckpointScalars *scalars,
                              CheckpointRows *rows, char changed[], size_t length);
PetscErrorCode CheckpointRowsDestroy(CheckpointRows *rows); /* Not collective. */

/* Order-free fingerprint of this rank's rows; add the ranks' values modulo 2^64 for that of the run.  Pure. */
uint64_t checkpoint_fingerprint(const CheckpointRows *rows);

#endif
