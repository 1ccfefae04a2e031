/*
  dem_history.c - contact histories apart from the list they live in: collected before the list is thrown away, carried
  along when grains change rank, found again by the two global ids.  Nothing here knows what a history means.
*/
#include "solver/dem/dem_impl.h"
#include "solver/grains/exchange.h"
#include "solver/grains/residence.h"

PetscErrorCode ContactHistoriesFree(ContactHistories *h)
{
  PetscFunctionBeginUser;
  PetscCall(PetscFree(h->key));
  PetscCall(PetscFree(h->state));
  h->n = 0;
  PetscFunctionReturn(0);
}

static int lane_has_history(const Lanes *state, int n_state, int lane)
{
  for (int s = 0; s < n_state; s++)
    if (state[s][lane] != 0.0) return 1;
  return 0;
}

static PetscInt count_batches(const Batches *b, int n_state)
{
  PetscInt n = 0;

  for (PetscInt c = 0; c < b->n; c++)
    if (b->live[c])
      for (int l = 0; l < 8; l++) n += lane_has_history(b->state + (size_t)c * (size_t)n_state, n_state, l);
  return n;
}

/* Appends the histories of one list and the rows of their two ends (-1: a tool); tool < 0: pairs. */
static void collect_batches(const Grains g, const Batches *b, int tool, ContactHistories *h, PetscInt (*ends)[2])
{
  for (PetscInt c = 0; c < b->n; c++) {
    const Lanes *state = (const Lanes *)b->state + (size_t)c * (size_t)h->n_state;

    for (int l = 0; l < 8 && b->live[c]; l++) {
      const int i = b->i[8 * c + l], j = tool < 0 ? b->j[8 * c + l] : -1;

      if (!lane_has_history(state, h->n_state, l)) continue;
      h->key[h->n] = (ContactKey){g->id[i], tool < 0 ? g->id[j] : -1 - tool};
      for (int s = 0; s < h->n_state; s++) h->state[(size_t)h->n * (size_t)h->n_state + (size_t)s] = state[s][l];
      ends[h->n][0] = i;
      ends[h->n][1] = j;
      h->n++;
    }
  }
}

PetscErrorCode DemCollect(Dem dem, ContactHistories *h, PetscInt (**ends)[2])
{
  PetscInt n = count_batches(&dem->pairs, dem->n_state) + count_batches(&dem->mixed, dem->n_state) +
               count_batches(&dem->both, dem->n_state),
           plates;

  PetscFunctionBeginUser;
  for (int t = 0; t < TOOL_N; t++) n += count_batches(&dem->tool[t], dem->n_state);
  h->n       = 0;
  h->n_state = dem->n_state;
  PetscCall(PetscMalloc1(PetscMax(n, 1), &h->key));
  PetscCall(PetscMalloc1((size_t)PetscMax(n, 1) * (size_t)dem->n_state, &h->state));
  PetscCall(PetscMalloc1(PetscMax(n, 1), ends));
  collect_batches(dem->g, &dem->pairs, -1, h, *ends);
  collect_batches(dem->g, &dem->both, -1, h, *ends);
  plates = h->n;
  collect_batches(dem->g, &dem->mixed, -1, h, *ends);
  for (PetscInt k = plates; k < h->n; k++)
    if ((*ends)[k][0] >= dem->g->n_owned || dem->g->aux[(*ends)[k][0]][AUX_MESHED] == 0.0) {
      const PetscInt rigid = (*ends)[k][0]; /* the meshed grain, whose owner has the history, comes first */
      (*ends)[k][0]        = (*ends)[k][1];
      (*ends)[k][1]        = rigid;
    }
  for (int t = 0; t < TOOL_N; t++) collect_batches(dem->g, &dem->tool[t], t, h, *ends);
  PetscFunctionReturn(0);
}

/* Open addressing: slot -> index of a history + 1, or 0. */
typedef struct {
  uint32_t *slot;
  uint64_t  mask;
} KeyTable;

static uint64_t key_hash(ContactKey k)
{
  uint64_t h = (uint64_t)k.lo * 0x9e3779b97f4a7c15u ^ (uint64_t)k.hi * 0xc2b2ae3d27d4eb4fu;
  return h ^ (h >> 29);
}

static PetscErrorCode KeyTableBuild(const ContactHistories *h, KeyTable *t)
{
  PetscFunctionBeginUser;
  for (t->mask = 15; t->mask < 2 * (uint64_t)h->n;) t->mask = 2 * t->mask + 1;
  PetscCall(PetscCalloc1(t->mask + 1, &t->slot));
  for (PetscInt k = 0; k < h->n; k++) {
    uint64_t s = key_hash(h->key[k]) & t->mask;
    while (t->slot[s]) s = (s + 1) & t->mask;
    t->slot[s] = (uint32_t)k + 1;
  }
  PetscFunctionReturn(0);
}

static const double *key_find(const KeyTable *t, const ContactHistories *h, ContactKey key)
{
  for (uint64_t s = key_hash(key) & t->mask; t->slot[s]; s = (s + 1) & t->mask) {
    const ContactKey *k = &h->key[t->slot[s] - 1];
    if (k->lo == key.lo && k->hi == key.hi) return h->state + (size_t)(t->slot[s] - 1) * (size_t)h->n_state;
  }
  return NULL;
}

static void restore_batches(Dem dem, const KeyTable *t, const ContactHistories *h, Batches *b, int tool)
{
  const PetscInt pad = dem->g->n_owned + dem->g->n_ghost;

  for (PetscInt c = 0; c < b->n; c++)
    for (int l = 0; l < 8; l++) {
      const int     i = b->i[8 * c + l];
      const double *found;

      if (i >= pad) continue;
      found = key_find(t, h, (ContactKey){dem->g->id[i], tool < 0 ? dem->g->id[b->j[8 * c + l]] : -1 - tool});
      if (!found) continue;
      b->live[c] = 1;
      for (int s = 0; s < h->n_state; s++) b->state[(size_t)c * (size_t)h->n_state + (size_t)s][l] = found[s];
    }
}

PetscErrorCode DemRestore(Dem dem, ContactHistories *h)
{
  KeyTable t;

  PetscFunctionBeginUser;
  PetscCall(KeyTableBuild(h, &t));
  restore_batches(dem, &t, h, &dem->pairs, -1);
  restore_batches(dem, &t, h, &dem->mixed, -1);
  restore_batches(dem, &t, h, &dem->both, -1);
  for (int k = 0; k < TOOL_N; k++) restore_batches(dem, &t, h, &dem->tool[k], k);
  PetscCall(PetscFree(t.slot));
  PetscCall(ContactHistoriesFree(h));
  PetscFunctionReturn(0);
}

/* One history on the wire: the key, then n_state doubles. */
static size_t wire_bytes(int n_state) { return sizeof(ContactKey) + (size_t)n_state * sizeof(double); }

/* Room for `more` histories behind those that are there. */
static PetscErrorCode HistoriesGrow(ContactHistories *h, PetscInt more)
{
  PetscFunctionBeginUser;
  PetscCall(PetscRealloc(sizeof(ContactKey) * (size_t)PetscMax(h->n + more, 1), &h->key));
  PetscCall(PetscRealloc(sizeof(double) * (size_t)h->n_state * (size_t)PetscMax(h->n + more, 1), &h->state));
  PetscFunctionReturn(0);
}

/* History which[k] of h goes to dest[k]; what arrives is appended to `to`. */
static PetscErrorCode SendHistories(MPI_Comm comm, const ContactHistories *h, PetscInt n, const PetscInt which[],
                                    const PetscMPIInt dest[], ContactHistories *to)
{
  const size_t bytes = wire_bytes(h->n_state), tail = bytes - sizeof(ContactKey), n_state = (size_t)h->n_state;
  char        *out, *in;
  PetscInt     n_in;

  PetscFunctionBeginUser;
  PetscCall(PetscMalloc1(PetscMax((size_t)n * bytes, 1), &out));
  for (PetscInt k = 0; k < n; k++) {
    memcpy(out + (size_t)k * bytes, &h->key[which[k]], sizeof(ContactKey));
    memcpy(out + (size_t)k * bytes + sizeof(ContactKey), h->state + (size_t)which[k] * n_state, tail);
  }
  PetscCall(ExchangeRecords(comm, bytes, n, dest, out, &n_in, &in, NULL));
  PetscCall(PetscFree(out));
  PetscCall(HistoriesGrow(to, n_in));
  for (PetscInt k = 0; k < n_in; k++) {
    memcpy(&to->key[to->n + k], in + (size_t)k * bytes, sizeof(ContactKey));
    memcpy(to->state + (size_t)(to->n + k) * n_state, in + (size_t)k * bytes + sizeof(ContactKey), tail);
  }
  to->n += n_in;
  PetscCall(PetscFree(in));
  PetscFunctionReturn(0);
}

PetscErrorCode DemSendAlong(Dem dem, ContactHistories *h, const PetscInt (*ends)[2], const PetscMPIInt dest[])
{
  PetscInt     n = 0, *which;
  PetscMPIInt *to, rank;

  PetscFunctionBeginUser;
  PetscCallMPI(MPI_Comm_rank(dem->g->comm, &rank));
  PetscCall(PetscMalloc2(2 * h->n, &which, 2 * h->n, &to));
  for (PetscInt k = 0; k < h->n; k++)
    for (int e = 0; e < 2; e++) {
      const PetscInt row = ends[k][e];
      if (row < 0 || row >= dem->g->n_owned || dest[row] == rank) continue;
      which[n] = k;
      to[n++]  = dest[row];
    }
  PetscCall(SendHistories(dem->g->comm, h, n, which, to, h));
  PetscCall(PetscFree2(which, to));
  PetscFunctionReturn(0);
}

PetscErrorCode DemExport(Dem dem, ContactHistories *h)
{
  PetscInt(*ends)[2], kept = 0;

  PetscFunctionBeginUser;
  PetscCall(DemCollect(dem, h, &ends));
  for (PetscInt k = 0; k < h->n; k++) {
    if (ends[k][0] >= dem->g->n_owned) continue; /* the other rank has it, too */
    h->key[kept] = h->key[k];
    memmove(h->state + (size_t)kept * (size_t)h->n_state, h->state + (size_t)k * (size_t)h->n_state,
            sizeof(double) * (size_t)h->n_state);
    kept++;
  }
  h->n = kept;
  PetscCall(PetscFree(ends));
  PetscFunctionReturn(0);
}

/* For both ends of every history: to[] gets the end's home (at == NULL) or, at its home, the rank it lives on. */
static PetscErrorCode Route(MPI_Comm comm, const ContactHistories *h, PetscInt n_at, const Residence *at,
                            ContactHistories *got)
{
  PetscMPIInt rank, size, *to;
  PetscInt    n = 0, *which;

  PetscFunctionBeginUser;
  PetscCallMPI(MPI_Comm_size(comm, &size));
  PetscCallMPI(MPI_Comm_rank(comm, &rank));
  PetscCall(PetscMalloc2(2 * h->n, &which, 2 * h->n, &to));
  for (PetscInt k = 0; k < h->n; k++)
    for (int e = 0; e < 2; e++) {
      const PetscInt64  id   = e ? h->key[k].hi : h->key[k].lo;
      const PetscMPIInt home = residence_home(id, size);

      if (id < 0 || (at && home != rank)) continue;
      which[n] = k;
      to[n]    = at ? (PetscMPIInt)residence_find(n_at, at, id) : home;
      PetscCheck(to[n] >= 0, PETSC_COMM_SELF, PETSC_ERR_FILE_UNEXPECTED,
                 "a contact history names grain %lld, which does not exist", (long long)id);
      n++;
    }
  *got = (ContactHistories){.n_state = h->n_state};
  PetscCall(SendHistories(comm, h, n, which, to, got));
  PetscCall(PetscFree2(which, to));
  PetscFunctionReturn(0);
}

PetscErrorCode DemImport(Dem dem, const ContactHistories *h)
{
  ContactHistories at_home;
  Residence       *residences;
  PetscInt         n;

  PetscFunctionBeginUser;
  PetscCall(GrainsResidences(dem->g, &n, &residences));
  PetscCall(Route(dem->g->comm, h, 0, NULL, &at_home));
  PetscCall(ContactHistoriesFree(&dem->waiting));
  PetscCall(Route(dem->g->comm, &at_home, n, residences, &dem->waiting));
  PetscCall(ContactHistoriesFree(&at_home));
  PetscCall(PetscFree(residences));
  PetscFunctionReturn(0);
}
