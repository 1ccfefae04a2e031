/* exchange.h - sends fixed-size records to whoever should have them, without anyone knowing who sends. */
#ifndef SOLVER_GRAINS_EXCHANGE_H
#define SOLVER_GRAINS_EXCHANGE_H

#include <petscsys.h>

/*
  ExchangeRecords - record k of `send` goes to rank dest[k]; what arrives is ordered by source rank, then by the order
  of sending.  Collective.

  In:  bytes   size of a record
       n       records to send; dest[n] may name this rank too, dest < 0 sends nothing
  Out: n_recv, *recv  records received, caller frees with PetscFree()
       *source [n_recv] rank each came from, caller frees; pass NULL when not wanted
  Only ranks that have something for each other talk (PetscCommBuildTwoSided): the cost does not grow with the ranks.
*/
PetscErrorCode ExchangeRecords(MPI_Comm comm, size_t bytes, PetscInt n, const PetscMPIInt dest[], const void *send,
                               PetscInt *n_recv, void *recv, PetscMPIInt **source);

#endif
