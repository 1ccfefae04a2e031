#include "solver/grains/exchange.h"

#include <string.h>

typedef struct {
  PetscMPIInt rank;
  PetscInt    count, start; /* records */
} Parcel;

typedef struct {
  PetscMPIInt rank;
  PetscInt    record;
} Address;

static int by_rank(const void *a, const void *b)
{
  const PetscMPIInt p = ((const Parcel *)a)->rank, q = ((const Parcel *)b)->rank;
  return (p > q) - (p < q);
}

static int by_address(const void *a, const void *b)
{
  const Address *p = a, *q = b;
  if (p->rank != q->rank) return p->rank < q->rank ? -1 : 1;
  return (p->record > q->record) - (p->record < q->record);
}

/* Packs the records grouped by destination; parcels are in the order of the ranks. */
static PetscErrorCode Pack(size_t bytes, PetscInt n, const PetscMPIInt dest[], const void *send, PetscInt *n_parcels,
                           Parcel **parcels, char **packed)
{
  PetscInt total = 0, count = 0;
  Address *to;

  PetscFunctionBeginUser;
  PetscCall(PetscMalloc1(PetscMax(n, 1), &to));
  for (PetscInt k = 0; k < n; k++)
    if (dest[k] >= 0) to[total++] = (Address){dest[k], k};
  qsort(to, (size_t)total, sizeof *to, by_address);
  PetscCall(PetscMalloc1(PetscMax(total, 1), parcels));
  PetscCall(PetscMalloc1(PetscMax(bytes * (size_t)total, 1), packed));
  for (PetscInt k = 0; k < total; k++) {
    if (!count || (*parcels)[count - 1].rank != to[k].rank)
      (*parcels)[count++] = (Parcel){.rank = to[k].rank, .start = k};
    (*parcels)[count - 1].count++;
    memcpy(*packed + bytes * (size_t)k, (const char *)send + bytes * (size_t)to[k].record, bytes);
  }
  *n_parcels = count;
  PetscCall(PetscFree(to));
  PetscFunctionReturn(0);
}

PetscErrorCode ExchangeRecords(MPI_Comm comm, size_t bytes, PetscInt n, const PetscMPIInt dest[], const void *send,
                               PetscInt *n_recv, void *recv, PetscMPIInt **source)
{
  Parcel      *out, *in;
  char        *packed, *got;
  PetscInt     n_out, total = 0, *to_counts, *from_counts;
  PetscMPIInt  n_in, *to, *from, tag;
  MPI_Request *requests;
  MPI_Datatype record;

  PetscFunctionBeginUser;
  PetscCall(Pack(bytes, n, dest, send, &n_out, &out, &packed));
  PetscCall(PetscMalloc2(n_out, &to, n_out, &to_counts));
  for (PetscInt c = 0; c < n_out; c++) {
    to[c]        = out[c].rank;
    to_counts[c] = out[c].count;
  }
  PetscCall(PetscCommBuildTwoSided(comm, 1, MPIU_INT, (PetscMPIInt)n_out, to, to_counts, &n_in, &from, &from_counts));
  PetscCall(PetscMalloc1(PetscMax(n_in, 1), &in));
  for (PetscMPIInt c = 0; c < n_in; c++) in[c] = (Parcel){.rank = from[c], .count = from_counts[c]};
  qsort(in, (size_t)n_in, sizeof(Parcel), by_rank);
  for (PetscMPIInt c = 0; c < n_in; c++) {
    in[c].start = total;
    total += in[c].count;
  }
  PetscCall(PetscMalloc1(PetscMax(bytes * (size_t)total, 1), &got));
  PetscCall(PetscMalloc1(n_in + n_out, &requests));
  PetscCallMPI(MPI_Type_contiguous((int)bytes, MPI_BYTE, &record));
  PetscCallMPI(MPI_Type_commit(&record));
  PetscCall(PetscCommDuplicate(comm, &comm, &tag));
  for (PetscMPIInt c = 0; c < n_in; c++)
    PetscCallMPI(
        MPI_Irecv(got + bytes * (size_t)in[c].start, in[c].count, record, in[c].rank, tag, comm, &requests[c]));
  for (PetscInt c = 0; c < n_out; c++)
    PetscCallMPI(MPI_Isend(packed + bytes * (size_t)out[c].start, out[c].count, record, out[c].rank, tag, comm,
                           &requests[n_in + c]));
  PetscCallMPI(MPI_Waitall((int)(n_in + n_out), requests, MPI_STATUSES_IGNORE));
  PetscCallMPI(MPI_Type_free(&record));
  PetscCall(PetscCommDestroy(&comm));
  if (source) {
    PetscCall(PetscMalloc1(PetscMax(total, 1), source));
    for (PetscMPIInt c = 0; c < n_in; c++)
      for (PetscInt k = 0; k < in[c].count; k++) (*source)[in[c].start + k] = in[c].rank;
  }
  *n_recv        = total;
  *(void **)recv = got;
  PetscCall(PetscFree(requests));
  PetscCall(PetscFree(in));
  PetscCall(PetscFree(from));
  PetscCall(PetscFree(from_counts));
  PetscCall(PetscFree2(to, to_counts));
  PetscCall(PetscFree(out));
  PetscCall(PetscFree(packed));
  PetscFunctionReturn(0);
}
