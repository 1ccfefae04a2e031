#include "solver/grains/exchange.h"

#include <string.h>

typedef struct {
  PetscMPIInt rank;
  PetscInt    count, start; /* records */
} Parcel;

static int by_rank(const void *a, const void *b)
{
  const PetscMPIInt p = ((const Parcel *)a)->rank, q = ((const Parcel *)b)->rank;
  return (p > q) - (p < q);
}

/* Packs the records grouped by destination; parcels are in the order of the ranks. */
static PetscErrorCode Pack(size_t bytes, PetscInt n, const PetscMPIInt dest[], const void *send, PetscInt *n_parcels,
                           Parcel **parcels, char **packed)
{
  Parcel   *p     = NULL;
  PetscInt  count = 0, total = 0, hint = 0;
  PetscInt *parcel_of;

  PetscFunctionBeginUser;
  PetscCall(PetscMalloc2(n, &parcel_of, n, &p));
  for (PetscInt k = 0; k < n;
       k++) { /* few destinations, and neighbours in the list go the same way: look near the last */
    parcel_of[k] = -1;
    if (dest[k] < 0) continue;
    if (hint >= count || p[hint].rank != dest[k])
      for (hint = 0; hint < count && p[hint].rank != dest[k]; hint++) {
      }
    if (hint == count) p[count++] = (Parcel){.rank = dest[k], .count = 0, .start = count};
    p[hint].count++;
    parcel_of[k] = hint;
  }
  PetscCall(PetscMalloc1(PetscMax(count, 1), parcels));
  PetscCall(PetscArraycpy(*parcels, p, count));
  for (PetscInt c = 0; c < count; c++) (*parcels)[c].start = c;
  qsort(*parcels, (size_t)count, sizeof(Parcel), by_rank);
  for (PetscInt c = 0; c < count; c++) { /* p[old] now learns where its records start */
    const PetscInt old  = (*parcels)[c].start;
    (*parcels)[c].start = p[old].start = total;
    total += p[old].count;
  }
  PetscCall(PetscMalloc1(PetscMax(bytes * (size_t)total, 1), packed));
  for (PetscInt k = 0; k < n; k++)
    if (parcel_of[k] >= 0)
      memcpy(*packed + bytes * (size_t)p[parcel_of[k]].start++, (const char *)send + bytes * (size_t)k, bytes);
  *n_parcels = count;
  PetscCall(PetscFree2(parcel_of, p));
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
