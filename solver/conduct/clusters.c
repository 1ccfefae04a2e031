/*
  clusters.c - union-find with the smallest id as the name of a cluster; clusters meet at the rank id mod size to be
  counted.
*/
#include "solver/conduct/clusters.h"
#include "solver/grains/exchange.h"

static PetscInt root_of(PetscInt parent[], PetscInt i)
{
  for (; parent[i] != i; i = parent[i]) parent[i] = parent[parent[i]];
  return i;
}

/* The smaller row is the root, so a root stands before all rows of its tree. */
static void unite(PetscInt parent[], PetscInt i, PetscInt j)
{
  i = root_of(parent, i), j = root_of(parent, j);
  if (i < j) parent[j] = i;
  else parent[i] = j;
}

/* least[root] takes the smallest label of its rows; true if that lowered one. */
static PetscBool lower(PetscInt n, const PetscInt root[], const PetscInt64 label[], PetscInt64 least[])
{
  PetscBool lowered = PETSC_FALSE;

  for (PetscInt i = 0; i < n; i++) {
    if (label[i] >= least[root[i]]) continue;
    least[root[i]] = label[i];
    lowered        = PETSC_TRUE;
  }
  return lowered;
}

/* Copies of a grain agree on the smaller label. */
static PetscErrorCode MeetGhosts(Grains g, PetscInt64 label[])
{
  PetscFunctionBeginUser;
  PetscCall(PetscSFReduceBegin(g->halo, MPIU_INT64, label + g->n_owned, label, MPI_MIN));
  PetscCall(PetscSFReduceEnd(g->halo, MPIU_INT64, label + g->n_owned, label, MPI_MIN));
  PetscCall(PetscSFBcastBegin(g->halo, MPIU_INT64, label, label + g->n_owned, MPI_REPLACE));
  PetscCall(PetscSFBcastEnd(g->halo, MPIU_INT64, label, label + g->n_owned, MPI_REPLACE));
  PetscFunctionReturn(0);
}

PetscErrorCode ClustersFind(Grains g, PetscInt n_edge, const PetscInt (*edge)[2], PetscInt64 label[])
{
  const PetscInt n       = g->n_owned + g->n_ghost;
  PetscBool      lowered = PETSC_TRUE;
  PetscInt      *root;
  PetscInt64    *least;

  PetscFunctionBeginUser;
  PetscCall(PetscMalloc2(n, &root, n, &least));
  for (PetscInt i = 0; i < n; i++) root[i] = i;
  for (PetscInt k = 0; k < n_edge; k++) unite(root, edge[k][0], edge[k][1]);
  for (PetscInt i = 0; i < n; i++) root[i] = root_of(root, i), least[i] = g->id[i];
  (void)lower(n, root, g->id, least);
  while (lowered) {
    for (PetscInt i = 0; i < n; i++) label[i] = least[root[i]];
    if (!g->halo) break;
    PetscCall(MeetGhosts(g, label));
    lowered = lower(n, root, label, least);
    PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, &lowered, 1, MPIU_BOOL, MPI_LOR, g->comm));
  }
  PetscCall(PetscFree2(root, least));
  PetscFunctionReturn(0);
}

/* What one rank knows of a cluster; at its home, what all know. */
typedef struct {
  PetscInt64 label, size;
  PetscInt   index; /* where the record stood, to give the answer back */
  int        touch;
} Part;

static int by_label(const void *a, const void *b)
{
  const Part *p = a, *q = b;
  if (p->label != q->label) return p->label < q->label ? -1 : 1;
  return (p->index > q->index) - (p->index < q->index);
}

static int by_index(const void *a, const void *b)
{
  const Part *p = a, *q = b;
  return (p->index > q->index) - (p->index < q->index);
}

/* Sorts the parts by label and gives every part of a cluster the sum of all; returns the number of clusters. */
static PetscInt merge(PetscInt n, Part part[])
{
  PetscInt count = 0;

  if (n) qsort(part, (size_t)n, sizeof *part, by_label);
  for (PetscInt a = 0, b; a < n; a = b, count++) {
    for (b = a + 1; b < n && part[b].label == part[a].label; b++) {
      part[a].size += part[b].size;
      part[a].touch |= part[b].touch;
    }
    for (PetscInt k = a + 1; k < b; k++) part[k].size = part[a].size, part[k].touch = part[a].touch;
  }
  return count;
}

/* Statistics of the clusters whose home is here; parts sorted by label, whole clusters. */
static ClusterStats count_clusters(PetscInt n, const Part part[], int ends)
{
  ClusterStats s = {0};

  for (PetscInt k = 0; k < n; k++) {
    if (k && part[k].label == part[k - 1].label) continue;
    s.count++;
    if (part[k].size > s.largest) s.largest = part[k].size, s.largest_label = part[k].label;
    if ((part[k].touch & ends) != ends) continue;
    s.spanning++;
    s.spanning_grains += part[k].size;
  }
  return s;
}

static PetscErrorCode AddStats(MPI_Comm comm, ClusterStats *s)
{
  const PetscInt64 mine   = s->largest;
  PetscInt64       sum[3] = {s->count, s->spanning, s->spanning_grains};

  PetscFunctionBeginUser;
  PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, sum, 3, MPIU_INT64, MPI_SUM, comm));
  PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, &s->largest, 1, MPIU_INT64, MPI_MAX, comm));
  if (mine < s->largest) s->largest_label = INT64_MAX;
  if (s->largest) PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, &s->largest_label, 1, MPIU_INT64, MPI_MIN, comm));
  s->count = sum[0], s->spanning = sum[1], s->spanning_grains = sum[2];
  PetscFunctionReturn(0);
}

/* Sends the parts to their homes and brings back what the whole clusters are, in the same order. */
static PetscErrorCode AskHomes(MPI_Comm comm, PetscInt n, Part part[], int ends, ClusterStats *stats)
{
  Part        *got, *back;
  PetscMPIInt *dest, *source, size;
  PetscInt     n_got, n_back;

  PetscFunctionBeginUser;
  PetscCallMPI(MPI_Comm_size(comm, &size));
  PetscCall(PetscMalloc1(PetscMax(n, 1), &dest));
  for (PetscInt k = 0; k < n; k++) part[k].index = k, dest[k] = (PetscMPIInt)(part[k].label % size);
  PetscCall(ExchangeRecords(comm, sizeof *part, n, dest, part, &n_got, &got, &source));
  PetscCall(PetscFree(dest));
  PetscCall(PetscMalloc2(n_got, &back, n_got, &dest));
  for (PetscInt k = 0; k < n_got; k++) back[k] = got[k], got[k].index = k;
  merge(n_got, got);
  *stats = count_clusters(n_got, got, ends);
  for (PetscInt k = 0; k < n_got; k++) {
    back[got[k].index].size  = got[k].size;
    back[got[k].index].touch = got[k].touch;
  }
  PetscCall(PetscFree(got));
  PetscCall(ExchangeRecords(comm, sizeof *back, n_got, source, back, &n_back, &got, NULL));
  PetscCheck(n_back == n, PETSC_COMM_SELF, PETSC_ERR_PLIB, "a home did not answer");
  if (n) qsort(got, (size_t)n, sizeof *got, by_index);
  PetscCall(PetscArraycpy(part, got, n));
  PetscCall(PetscFree2(back, dest));
  PetscCall(PetscFree(source));
  PetscCall(PetscFree(got));
  PetscFunctionReturn(0);
}

PetscErrorCode ClustersMeasure(Grains g, const PetscInt64 label[], const unsigned char touch[], unsigned char ends,
                               PetscInt64 size[], unsigned char joined[], ClusterStats *stats)
{
  const PetscInt n = g->n_owned;
  PetscInt       m = 0, *where;
  Part          *row, *part;

  PetscFunctionBeginUser;
  PetscCall(PetscMalloc3(n, &row, n, &part, n, &where));
  for (PetscInt i = 0; i < n; i++) row[i] = (Part){label[i], 1, i, touch[i]};
  merge(n, row);
  for (PetscInt k = 0; k < n; k++) { /* one part for each cluster on this rank */
    if (!k || row[k].label != row[k - 1].label) part[m++] = row[k];
    where[row[k].index] = m - 1;
  }
  PetscCall(AskHomes(g->comm, m, part, ends, stats));
  for (PetscInt i = 0; i < n; i++) {
    if (size) size[i] = part[where[i]].size;
    if (joined) joined[i] = (unsigned char)part[where[i]].touch;
  }
  PetscCall(AddStats(g->comm, stats));
  PetscCall(PetscFree3(row, part, where));
  PetscFunctionReturn(0);
}
