/* grains_partition.c - the graph of grains, gathered once in a while for METIS, and the answer brought back. */
#include "mesh/graph.h"
#include "solver/grains/grains_impl.h"

typedef struct {
  PetscInt64 unit; /* vertex: a grain's id, or the brick it lies in */
  GrainCost  cost;
  PetscInt   bodies; /* meshed grains in it */
  PetscInt   rank;   /* where it lives now */
} Vertex;

typedef struct {
  PetscInt64 a, b;
  double     link;
} Link;

static int by_unit(const void *a, const void *b)
{
  const PetscInt64 p = ((const Vertex *)a)->unit, q = ((const Vertex *)b)->unit;
  return (p > q) - (p < q);
}

static int by_ends(const void *a, const void *b)
{
  const Link *p = a, *q = b;
  if (p->a != q->a) return p->a < q->a ? -1 : 1;
  return (p->b > q->b) - (p->b < q->b);
}

enum { PACKS_MATTER = 32 }; /* from so many packs a rank on, one more or less does not */

/* The vertex that stands for a row: the grain itself, or its brick of edge `brick` when grains are too many. */
static PetscInt64 unit_of(Grains g, PetscInt row, double brick)
{
  PetscInt64 key = 0;

  if (brick <= 0.0) return g->id[row];
  for (int k = 0; k < 3; k++) key = (key << 21) | ((PetscInt64)floor(g->rec[row][k] / brick) + (1 << 20));
  return key;
}

/* Edge of the bricks, or 0 when every grain may be a vertex. */
static PetscErrorCode BrickEdge(Grains g, double *brick)
{
  double volume = 0.0;

  PetscFunctionBeginUser;
  *brick = 0.0;
  if (g->n_global <= PARTITION_VERTICES_MAX) PetscFunctionReturn(0);
  for (PetscInt i = 0; i < g->n_owned; i++) volume += pow(2.0 * g->rec[i][REC_R0], 3);
  PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, &volume, 1, MPI_DOUBLE, MPI_SUM, g->comm));
  *brick = cbrt(2.0 * volume / PARTITION_VERTICES_MAX);
  PetscFunctionReturn(0);
}

static PetscInt merge_vertices(PetscInt n, Vertex v[])
{
  PetscInt m = 0;

  qsort(v, (size_t)n, sizeof *v, by_unit);
  for (PetscInt k = 0; k < n; k++)
    if (m && v[m - 1].unit == v[k].unit) {
      v[m - 1].cost.rigid += v[k].cost.rigid;
      v[m - 1].cost.meshed += v[k].cost.meshed;
      v[m - 1].bodies += v[k].bodies;
    } else v[m++] = v[k];
  return m;
}

static PetscInt merge_links(PetscInt n, Link l[])
{
  PetscInt m = 0;

  qsort(l, (size_t)n, sizeof *l, by_ends);
  for (PetscInt k = 0; k < n; k++)
    if (m && l[m - 1].a == l[k].a && l[m - 1].b == l[k].b) l[m - 1].link += l[k].link;
    else l[m++] = l[k];
  return m;
}

static PetscInt find_unit(PetscInt n, const Vertex v[], PetscInt64 unit)
{
  const Vertex key = {.unit = unit}, *hit = bsearch(&key, v, (size_t)n, sizeof *v, by_unit);
  return hit ? (PetscInt)(hit - v) : -1;
}

/* No part holds more packs than it must, where a vertex is a grain. */
static PetscErrorCode FillPacks(const Graph *graph, const Vertex v[], int parts, int part[])
{
  PetscInt bodies = 0, packs;
  char    *meshed;

  PetscFunctionBeginUser;
  for (int k = 0; k < graph->n; k++) bodies += v[k].bodies;
  packs = (bodies + GRAINS_PACK * parts - 1) / (GRAINS_PACK * parts);
  if (!packs || packs > PACKS_MATTER) PetscFunctionReturn(0);
  PetscCall(PetscMalloc1(graph->n, &meshed));
  for (int k = 0; k < graph->n; k++) meshed[k] = v[k].bodies > 0;
  PetscCall((PetscErrorCode)GraphLimit(graph, parts, meshed, (int)(GRAINS_PACK * packs), part));
  PetscCall(PetscFree(meshed));
  PetscFunctionReturn(0);
}

/* What the parts cost, packs with their free lanes; part NULL: as grains live now. */
static PetscErrorCode Weigh(PetscInt n, const Vertex v[], double lane, int parts, const int part[], Imbalance *off)
{
  double   *rigid, *meshed, most[2] = {0.0, 0.0}, sum[2] = {0.0, 0.0};
  PetscInt *bodies;

  PetscFunctionBeginUser;
  PetscCall(PetscCalloc3(parts, &rigid, parts, &meshed, parts, &bodies));
  for (PetscInt k = 0; k < n; k++) {
    const PetscInt p = part ? part[k] : v[k].rank;

    rigid[p] += v[k].cost.rigid;
    meshed[p] += v[k].cost.meshed;
    bodies[p] += v[k].bodies;
  }
  for (int p = 0; p < parts; p++) {
    const PetscInt room = (bodies[p] + GRAINS_PACK - 1) / GRAINS_PACK * GRAINS_PACK;

    meshed[p] += lane * (double)(room - bodies[p]);
    sum[0] += rigid[p], sum[1] += meshed[p];
    most[0] = PetscMax(most[0], rigid[p]), most[1] = PetscMax(most[1], meshed[p]);
  }
  *off = imbalance_of(most, sum, parts);
  PetscCall(PetscFree3(rigid, meshed, bodies));
  PetscFunctionReturn(0);
}

/* Rank 0 only.  Costs are scaled to whole numbers so that the graph, and METIS' answer, is the same on any machine
 * load.  As many grains as may be stay where they are. */
static PetscErrorCode Cut(PetscInt n, const Vertex v[], PetscInt n_link, const Link l[], int parts, int part[])
{
  int         *first, *other, *home;
  double      *rigid, *meshed, *link, sum[2] = {0.0, 0.0};
  Graph        graph;
  GraphOptions options = {.imbalance = 1.02, .seed = 1, .contiguous = 0};

  PetscFunctionBeginUser;
  PetscCall(PetscCalloc4(n + 1, &first, n, &rigid, n, &meshed, n, &home));
  PetscCall(PetscMalloc2(n_link, &other, n_link, &link));
  for (PetscInt k = 0; k < n; k++) {
    sum[0] += rigid[k]  = v[k].cost.rigid;
    sum[1] += meshed[k] = v[k].cost.meshed;
    home[k]             = (int)v[k].rank;
  }
  for (PetscInt k = 0; k < n_link; k++) first[find_unit(n, v, l[k].a) + 1]++;
  for (PetscInt k = 0; k < n; k++) first[k + 1] += first[k];
  for (PetscInt k = 0; k < n_link; k++) { /* links are sorted as the vertices are, so edges come in order */
    other[k] = (int)find_unit(n, v, l[k].b);
    link[k]  = l[k].link;
  }
  graph = (Graph){.n = (int)n, .first = first, .other = other, .weight = rigid, .link = link};
  if (sum[0] == 0.0) graph.weight = meshed;
  else if (sum[1] > 0.0) graph.second = meshed;
  PetscCall((PetscErrorCode)GraphPartition(&graph, parts, &options, part));
  PetscCall(FillPacks(&graph, v, parts, part));
  PetscCall((PetscErrorCode)GraphRelabel(&graph, parts, home, part));
  PetscCall(PetscFree4(first, rigid, meshed, home));
  PetscCall(PetscFree2(other, link));
  PetscFunctionReturn(0);
}

/* Everything of one type from all ranks, on rank 0. */
static PetscErrorCode GatherAll(MPI_Comm comm, size_t bytes, PetscInt n, const void *mine, PetscInt *n_all, void *all)
{
  PetscMPIInt *to;

  PetscFunctionBeginUser;
  PetscCall(PetscCalloc1(PetscMax(n, 1), &to)); /* rank 0 */
  PetscCall(ExchangeRecords(comm, bytes, n, to, mine, n_all, all, NULL));
  PetscCall(PetscFree(to));
  PetscFunctionReturn(0);
}

/* Rank 0 tells every rank the part of each vertex it sent, in the order it sent them. */
static PetscErrorCode Answer(MPI_Comm comm, PetscInt n_sent, const Vertex *sent, const PetscMPIInt *from, PetscInt n,
                             const Vertex *v, const int *part, PetscInt *n_mine, PetscMPIInt **mine)
{
  PetscMPIInt *out;

  PetscFunctionBeginUser;
  PetscCall(PetscMalloc1(PetscMax(n_sent, 1), &out));
  for (PetscInt k = 0; k < n_sent; k++) out[k] = part[find_unit(n, v, sent[k].unit)];
  PetscCall(ExchangeRecords(comm, sizeof *out, n_sent, from, out, n_mine, mine, NULL));
  PetscCall(PetscFree(out));
  PetscFunctionReturn(0);
}

/* A surface is a longer message than a grain: some hundred records.  10 leaves 15 to 20 % fewer ghosts of meshed grains
   and no more of rigid ones on 2 and 4 ranks (bench/fem_mixed.yml); with 50 there are no fewer, and more rigid ones. */
static double link_of(Grains g, PetscInt i, PetscInt j)
{
  return g->aux[i][AUX_MESHED] > 0.0 && g->aux[j][AUX_MESHED] > 0.0 ? 10.0 : 1.0;
}

/* This rank's vertices, each once, and its links; a link is listed from the side of each owned end. */
static PetscErrorCode LocalGraph(Grains g, const GrainCost cost[], PetscInt n_edge, const PetscInt (*edge)[2],
                                 double brick, PetscInt *n_v, Vertex **v, PetscInt *n_l, Link **l)
{
  PetscMPIInt rank;

  PetscFunctionBeginUser;
  PetscCallMPI(MPI_Comm_rank(g->comm, &rank));
  PetscCall(PetscMalloc1(PetscMax(g->n_owned, 1), v));
  PetscCall(PetscMalloc1(PetscMax(2 * n_edge, 1), l));
  *n_l = 0;
  for (PetscInt i = 0; i < g->n_owned; i++)
    (*v)[i] = (Vertex){unit_of(g, i, brick), cost[i], g->aux[i][AUX_MESHED] > 0.0, rank};
  *n_v = merge_vertices(g->n_owned, *v);
  for (PetscInt e = 0; e < n_edge; e++)
    for (int end = 0; end < 2; end++) {
      const PetscInt   from = edge[e][end], to = edge[e][1 - end];
      const PetscInt64 a = unit_of(g, from, brick), b = unit_of(g, to, brick);
      if (from < g->n_owned && a != b) (*l)[(*n_l)++] = (Link){a, b, link_of(g, from, to)};
    }
  *n_l = merge_links(*n_l, *l);
  PetscFunctionReturn(0);
}

PetscErrorCode GrainsPartition(Grains g, const GrainCost cost[], double lane, PetscInt n_edge,
                               const PetscInt (*edge)[2], PetscMPIInt dest[])
{
  double      brick;
  Vertex     *mine, *sent, *all;
  Link       *my_links, *links;
  PetscInt    n_mine = 0, n_my_links = 0, n_sent, n_all, n_links, n_answer;
  PetscMPIInt size, *from, *answer;
  int        *part = NULL;

  PetscFunctionBeginUser;
  PetscCallMPI(MPI_Comm_size(g->comm, &size));
  PetscCall(BrickEdge(g, &brick));
  PetscCall(LocalGraph(g, cost, n_edge, edge, brick, &n_mine, &mine, &n_my_links, &my_links));
  {
    PetscMPIInt *to;
    PetscCall(PetscCalloc1(PetscMax(n_mine, 1), &to));
    PetscCall(ExchangeRecords(g->comm, sizeof *mine, n_mine, to, mine, &n_sent, &sent, &from));
    PetscCall(PetscFree(to));
  }
  PetscCall(GatherAll(g->comm, sizeof *my_links, n_my_links, my_links, &n_links, &links));
  PetscCall(PetscMalloc1(PetscMax(n_sent, 1), &all));
  PetscCall(PetscArraycpy(all, sent, n_sent));
  n_all   = merge_vertices(n_sent, all);
  n_links = merge_links(n_links, links);
  PetscCall(PetscMalloc1(PetscMax(n_all, 1), &part));
  if (n_all) {
    PetscCall(Cut(n_all, all, n_links, links, size, part));
    PetscCall(Weigh(n_all, all, lane, size, NULL, &g->busy.unmoved));
    PetscCall(Weigh(n_all, all, lane, size, part, &g->busy.expected));
  }
  PetscCallMPI(MPI_Bcast(&g->busy.unmoved, sizeof(Imbalance) / sizeof(double), MPI_DOUBLE, 0, g->comm));
  PetscCallMPI(MPI_Bcast(&g->busy.expected, sizeof(Imbalance) / sizeof(double), MPI_DOUBLE, 0, g->comm));
  PetscCall(Answer(g->comm, n_sent, sent, from, n_all, all, part, &n_answer, &answer));
  for (PetscInt i = 0; i < g->n_owned; i++) dest[i] = answer[find_unit(n_mine, mine, unit_of(g, i, brick))];
  PetscCall(PetscFree(answer));
  PetscCall(PetscFree(part));
  PetscCall(PetscFree(all));
  PetscCall(PetscFree(sent));
  PetscCall(PetscFree(from));
  PetscCall(PetscFree(links));
  PetscCall(PetscFree(my_links));
  PetscCall(PetscFree(mine));
  PetscFunctionReturn(0);
}
