#include "solver/grains/grains_impl.h"

#include <string.h>

PetscErrorCode GrainsReserve(Grains g, PetscInt n)
{
  GrainRecord *rec;
  GrainAux    *aux;
  PetscInt64  *id;

  PetscFunctionBeginUser;
  if (n <= g->n_alloc && g->rec) PetscFunctionReturn(0);
  n   = n + n / 16 + 16;
  rec = aligned_alloc(64, (size_t)(n + GRAINS_PAD) * sizeof *rec);
  PetscCheck(rec, PETSC_COMM_SELF, PETSC_ERR_MEM, "no memory for %" PetscInt_FMT " grains", n);
  PetscCall(PetscCalloc2(n, &aux, n, &id));
  if (g->n_alloc) {
    memcpy(rec, g->rec, (size_t)(g->n_owned + g->n_ghost) * sizeof *rec);
    memcpy(aux, g->aux, (size_t)(g->n_owned + g->n_ghost) * sizeof *aux);
    memcpy(id, g->id, (size_t)(g->n_owned + g->n_ghost) * sizeof *id);
    free(g->rec);
    PetscCall(PetscFree2(g->aux, g->id));
  }
  g->rec     = rec;
  g->aux     = aux;
  g->id      = id;
  g->n_alloc = n;
  PetscFunctionReturn(0);
}

/* Two points that nothing can touch, not even each other. */
void grains_place_pads(Grains g)
{
  for (PetscInt k = 0; k < GRAINS_PAD; k++) {
    double *pad = g->rec[g->n_owned + g->n_ghost + k];
    memset(pad, 0, sizeof(GrainRecord));
    pad[REC_Z] = k ? 1e12 : -1e12;
    pad[REC_R] = pad[REC_R0] = 1.0;
    pad[REC_YIELD] = pad[REC_INV_M] = pad[REC_PSI] = 1.0;
  }
}

static void add_integers(void *in, void *inout, int *n, MPI_Datatype *type)
{
  int bytes;

  MPI_Type_size(*type, &bytes);
  for (size_t k = 0; k < (size_t)*n * (size_t)bytes / sizeof(int64_t); k++) ((int64_t *)inout)[k] += ((int64_t *)in)[k];
}

PetscErrorCode GrainsCreate(MPI_Comm comm, PetscInt n_owned, Grains *grains)
{
  Grains     g;
  PetscInt64 n = n_owned;

  PetscFunctionBeginUser;
  PetscCall(PetscNew(&g));
  g->comm = comm;
  PetscCall(GrainsReserve(g, n_owned));
  g->n_owned = n_owned;
  memset(g->rec, 0, (size_t)n_owned * sizeof *g->rec);
  grains_place_pads(g);
  PetscCallMPI(MPI_Allreduce(&n, &g->n_global, 1, MPIU_INT64, MPI_SUM, comm));
  PetscCallMPI(MPI_Type_contiguous(REC_N, MPI_DOUBLE, &g->rec_type));
  PetscCallMPI(MPI_Type_commit(&g->rec_type));
  PetscCallMPI(MPI_Type_contiguous(GRAINS_AUX, MPI_DOUBLE, &g->aux_type));
  PetscCallMPI(MPI_Type_commit(&g->aux_type));
  PetscCallMPI(MPI_Type_contiguous(ACC_N, MPI_INT64_T, &g->sums_type));
  PetscCallMPI(MPI_Type_commit(&g->sums_type));
  PetscCallMPI(MPI_Type_contiguous(ACC_MORE, MPI_INT64_T, &g->more_type));
  PetscCallMPI(MPI_Type_commit(&g->more_type));
  PetscCallMPI(MPI_Op_create(add_integers, 1, &g->add));
  *grains = g;
  PetscFunctionReturn(0);
}

PetscErrorCode GrainsDropGhosts(Grains g)
{
  PetscFunctionBeginUser;
  PetscCall(PetscSFDestroy(&g->halo));
  PetscCall(PetscFree2(g->owner_row, g->owner_rank));
  g->n_ghost = 0;
  grains_place_pads(g);
  PetscFunctionReturn(0);
}

PetscErrorCode GrainsDestroy(Grains *grains)
{
  Grains g = *grains;

  PetscFunctionBeginUser;
  if (!g) PetscFunctionReturn(0);
  PetscCall(GrainsDropGhosts(g));
  free(g->rec);
  PetscCall(PetscFree2(g->aux, g->id));
  PetscCallMPI(MPI_Type_free(&g->rec_type));
  PetscCallMPI(MPI_Type_free(&g->aux_type));
  PetscCallMPI(MPI_Type_free(&g->sums_type));
  PetscCallMPI(MPI_Type_free(&g->more_type));
  PetscCallMPI(MPI_Op_free(&g->add));
  PetscCall(PetscFree(*grains));
  PetscFunctionReturn(0);
}

void traveller_pack(Grains g, PetscInt row, Traveller *t)
{
  t->id        = g->id[row];
  t->owner_row = row;
  memcpy(t->rec, g->rec[row], sizeof t->rec);
  memcpy(t->aux, g->aux[row], sizeof t->aux);
}

int traveller_by_id(const void *a, const void *b)
{
  const PetscInt64 p = ((const Traveller *)a)->id, q = ((const Traveller *)b)->id;
  return (p > q) - (p < q);
}

PetscErrorCode GrainsMigrate(Grains g, const PetscMPIInt dest[])
{
  Traveller *out, *in;
  PetscInt   n_in;

  PetscFunctionBeginUser;
  PetscCall(GrainsDropGhosts(g));
  PetscCall(PetscMalloc1(g->n_owned, &out));
  for (PetscInt i = 0; i < g->n_owned; i++) traveller_pack(g, i, &out[i]);
  PetscCall(ExchangeRecords(g->comm, sizeof *out, g->n_owned, dest, out, &n_in, &in, NULL));
  PetscCall(PetscFree(out));
  qsort(in, (size_t)n_in, sizeof *in, traveller_by_id);
  g->n_owned = 0;
  PetscCall(GrainsReserve(g, n_in));
  g->n_owned = n_in;
  for (PetscInt i = 0; i < n_in; i++) {
    g->id[i] = in[i].id;
    memcpy(g->rec[i], in[i].rec, sizeof in[i].rec);
    memcpy(g->aux[i], in[i].aux, sizeof in[i].aux);
  }
  PetscCall(PetscFree(in));
  grains_place_pads(g);
  PetscFunctionReturn(0);
}

PetscErrorCode GrainsReorder(Grains g, const PetscInt order[])
{
  const size_t n = (size_t)g->n_owned;
  GrainRecord *rec;
  GrainAux    *aux;
  PetscInt64  *id;

  PetscFunctionBeginUser;
  PetscCall(GrainsDropGhosts(g));
  rec = aligned_alloc(64, (size_t)(g->n_alloc + GRAINS_PAD) * sizeof *rec);
  PetscCheck(rec, PETSC_COMM_SELF, PETSC_ERR_MEM, "no memory to sort %zu grains", n);
  PetscCall(PetscCalloc2(g->n_alloc, &aux, g->n_alloc, &id));
  for (size_t k = 0; k < n; k++) {
    id[k] = g->id[order[k]];
    memcpy(rec[k], g->rec[order[k]], sizeof *rec);
    memcpy(aux[k], g->aux[order[k]], sizeof *aux);
  }
  free(g->rec);
  PetscCall(PetscFree2(g->aux, g->id));
  g->rec = rec;
  g->aux = aux;
  g->id  = id;
  grains_place_pads(g);
  PetscFunctionReturn(0);
}

PetscErrorCode GrainsHaloBegin(Grains g)
{
  PetscFunctionBeginUser;
  if (g->halo) PetscCall(PetscSFBcastBegin(g->halo, g->rec_type, g->rec, g->rec + g->n_owned, MPI_REPLACE));
  PetscFunctionReturn(0);
}

PetscErrorCode GrainsHaloEnd(Grains g)
{
  PetscFunctionBeginUser;
  if (g->halo) PetscCall(PetscSFBcastEnd(g->halo, g->rec_type, g->rec, g->rec + g->n_owned, MPI_REPLACE));
  PetscFunctionReturn(0);
}

PetscErrorCode GrainsHaloAux(Grains g)
{
  PetscFunctionBeginUser;
  if (!g->halo) PetscFunctionReturn(0);
  PetscCall(PetscSFBcastBegin(g->halo, g->aux_type, g->aux, g->aux + g->n_owned, MPI_REPLACE));
  PetscCall(PetscSFBcastEnd(g->halo, g->aux_type, g->aux, g->aux + g->n_owned, MPI_REPLACE));
  PetscFunctionReturn(0);
}

PetscErrorCode GrainsSumsHome(Grains g, GrainSums sums[], MoreSums more[])
{
  PetscFunctionBeginUser;
  if (!g->halo) PetscFunctionReturn(0);
  PetscCall(PetscSFReduceBegin(g->halo, g->sums_type, sums + g->n_owned, sums, g->add));
  PetscCall(PetscSFReduceEnd(g->halo, g->sums_type, sums + g->n_owned, sums, g->add));
  if (!more) PetscFunctionReturn(0);
  PetscCall(PetscSFReduceBegin(g->halo, g->more_type, more + g->n_owned, more, g->add));
  PetscCall(PetscSFReduceEnd(g->halo, g->more_type, more + g->n_owned, more, g->add));
  PetscFunctionReturn(0);
}
