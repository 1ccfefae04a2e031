#include "solver/grains/residence.h"

#include "solver/grains/exchange.h"
#include <stdlib.h>

static int by_id(const void *a, const void *b)
{
  const PetscInt64 p = ((const Residence *)a)->id, q = ((const Residence *)b)->id;
  return (p > q) - (p < q);
}

void residence_sort(PetscInt n, Residence list[]) { qsort(list, (size_t)n, sizeof *list, by_id); }

PetscInt residence_find(PetscInt n, const Residence list[], PetscInt64 id)
{
  const Residence  key   = {.id = id};
  const Residence *found = n ? bsearch(&key, list, (size_t)n, sizeof *list, by_id) : NULL;

  return found ? found->at : -1;
}

PetscMPIInt residence_home(PetscInt64 id, PetscMPIInt size) { return (PetscMPIInt)(id % size); }

PetscErrorCode GrainsResidences(Grains g, PetscInt *n, Residence **list)
{
  PetscMPIInt rank, size, *dest;
  Residence  *out;

  PetscFunctionBeginUser;
  PetscCallMPI(MPI_Comm_size(g->comm, &size));
  PetscCallMPI(MPI_Comm_rank(g->comm, &rank));
  PetscCall(PetscMalloc2(g->n_owned, &out, g->n_owned, &dest));
  for (PetscInt i = 0; i < g->n_owned; i++) {
    out[i]  = (Residence){g->id[i], rank};
    dest[i] = residence_home(g->id[i], size);
  }
  PetscCall(ExchangeRecords(g->comm, sizeof *out, g->n_owned, dest, out, n, list, NULL));
  residence_sort(*n, *list);
  PetscCall(PetscFree2(out, dest));
  PetscFunctionReturn(0);
}
