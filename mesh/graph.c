#include "mesh/graph.h"
#include <math.h>
#include <metis.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

/* METIS adds weights in idx_t, which may have 32 bits: keep totals at 2^30. */
static const double WEIGHT_TOTAL = 1073741824.0;

/* What METIS is given; all arrays are copies, for idx_t need not be int. */
typedef struct {
  idx_t *first, *other, *weight, *link, *part;
} MetisGraph;

static void metis_free(MetisGraph *m)
{
  free(m->first);
  free(m->other);
  free(m->weight);
  free(m->link);
  free(m->part);
}

static MeshStatus MetisAlloc(size_t n, size_t n_edges, MetisGraph *m)
{
  m->first  = malloc((n + 1) * sizeof(idx_t));
  m->other  = malloc((n_edges + 1) * sizeof(idx_t));
  m->weight = malloc((2 * n + 1) * sizeof(idx_t));
  m->link   = malloc((n_edges + 1) * sizeof(idx_t));
  m->part   = malloc((n + 1) * sizeof(idx_t));
  return m->first && m->other && m->weight && m->link && m->part ? MESH_OK : MESH_ERR_MEMORY;
}

/* A number that tells an edge with its weight from any other; splitmix64's finalizer. */
static uint64_t edge_hash(int i, int j, double weight)
{
  uint64_t z, bits;

  memcpy(&bits, &weight, sizeof bits);
  z = ((uint64_t)(uint32_t)i << 32 | (uint32_t)j) + 0x9e3779b97f4a7c15ULL * (bits + 1);
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
  return z ^ z >> 31;
}

/* True when the graph is what its declaration promises; that each edge stands twice is tested by a hash. */
static int graph_valid(const Graph *g)
{
  uint64_t forth = 0, back = 0;

  if (g->n < 0 || (g->n > 0 && g->first[0] != 0)) return 0;
  for (int i = 0; i < g->n; i++) {
    if (g->first[i + 1] < g->first[i]) return 0;
    if (g->weight && !(g->weight[i] >= 0.0 && isfinite(g->weight[i]))) return 0;
    if (g->second && !(g->second[i] >= 0.0 && isfinite(g->second[i]))) return 0;
    for (int e = g->first[i]; e < g->first[i + 1]; e++) {
      const int    j = g->other[e];
      const double w = g->link ? g->link[e] : 1.0;

      if (j < 0 || j >= g->n || j == i || !(w >= 0.0 && isfinite(w))) return 0;
      if (i < j) forth += edge_hash(i, j, w);
      else back += edge_hash(j, i, w);
    }
  }
  return forth == back;
}

/*
  The weight above which a vertex fills a part alone: c = sum of min(weight, c) / n_parts.  METIS gets no more than
  this, for what is beyond cannot be balanced and would only leave other parts empty.
*/
static double weight_cap(const double *weight, size_t n, int n_parts)
{
  double cap = INFINITY;

  for (int round = 0; round < 100; round++) { /* falls, and stands still as soon as no further vertex is cut */
    double sum = 0.0;

    for (size_t i = 0; i < n; i++) sum += fmin(weight[i], cap);
    if (sum / n_parts >= cap * (1.0 - 1e-6)) break;
    cap = sum / n_parts;
  }
  return cap;
}

/* Real weights, cut at cap, as integers >= least with a total near WEIGHT_TOTAL, `stride` apart; all ones when there
   are none. */
static void scale_weights(const double *weight, size_t n, double cap, int least, int stride, idx_t scaled[])
{
  double sum = 0.0, scale;

  for (size_t i = 0; weight && i < n; i++) sum += fmin(weight[i], cap);
  scale = sum > 0.0 ? (WEIGHT_TOTAL - (double)n) / sum : 0.0; /* what rounding up to 1 may add is taken off first */
  for (size_t i = 0; i < n; i++)
    scaled[(size_t)stride * i] = weight ? least + (idx_t)floor(fmin(weight[i], cap) * scale) : 1;
}

static double cost_of(const Graph *g, int i)
{
  return (g->weight ? g->weight[i] : 1.0) + (g->second ? g->second[i] : 0.0);
}

int graph_pieces(const Graph *graph, int piece[], int queue[])
{
  int n_pieces = 0;

  for (int i = 0; i < graph->n; i++) piece[i] = -1;
  for (int s = 0; s < graph->n; s++) {
    int head = 0, tail = 0;

    if (piece[s] >= 0) continue;
    piece[s]      = n_pieces;
    queue[tail++] = s;
    while (head < tail) {
      const int i = queue[head++];

      for (int e = graph->first[i]; e < graph->first[i + 1]; e++) {
        const int j = graph->other[e];

        if (piece[j] >= 0) continue;
        piece[j]      = n_pieces;
        queue[tail++] = j;
      }
    }
    n_pieces++;
  }
  return n_pieces;
}

/* Vertices in breadth-first sequence, piece by piece; seen [n] is scratch. */
static void walk(const Graph *g, int queue[], int seen[])
{
  int head = 0, tail = 0;

  memset(seen, 0, (size_t)g->n * sizeof *seen);
  for (int s = 0; s < g->n; s++) {
    if (seen[s]) continue;
    seen[s]       = 1;
    queue[tail++] = s;
    while (head < tail) {
      const int i = queue[head++];

      for (int e = g->first[i]; e < g->first[i + 1]; e++) {
        if (seen[g->other[e]]) continue;
        seen[g->other[e]] = 1;
        queue[tail++]     = g->other[e];
      }
    }
  }
}

/* Cuts the walk into n_parts stretches of about equal weight, none empty.  n >= n_parts. */
static MeshStatus PartitionWalk(const Graph *g, int n_parts, int part[])
{
  int   *queue = malloc(2 * (size_t)g->n * sizeof *queue), p = 0;
  double total = 0.0, passed = 0.0;

  if (!queue) return MESH_ERR_MEMORY;
  walk(g, queue, queue + g->n);
  for (int i = 0; i < g->n; i++) total += cost_of(g, i);
  for (int k = 0; k < g->n; k++) {
    const double w     = cost_of(g, queue[k]);
    const int    used  = k > 0 && part[queue[k - 1]] == p; /* part p has a vertex already */
    const int    wants = passed + 0.5 * w >= total * (p + 1) / n_parts;
    const int    must  = g->n - k <= n_parts - 1 - p; /* one vertex for each part that is left */

    if (p + 1 < n_parts && used && (wants || must)) p++;
    part[queue[k]] = p;
    passed += w;
  }
  free(queue);
  return MESH_OK;
}

/* Gives every empty part the last vertex of the part that has most; possible because n >= n_parts. */
static MeshStatus FillEmpty(int n, int n_parts, int part[])
{
  int *count = calloc((size_t)n_parts, sizeof *count);

  if (!count) return MESH_ERR_MEMORY;
  for (int i = 0; i < n; i++) count[part[i]]++;
  for (int p = 0; p < n_parts; p++) {
    int most = 0, i = n - 1;

    if (count[p]) continue;
    for (int q = 1; q < n_parts; q++) most = count[q] > count[most] ? q : most;
    while (part[i] != most) i--;
    part[i] = p;
    count[most]--;
    count[p]++;
  }
  free(count);
  return MESH_OK;
}

/*
  METIS takes SIGTERM for an error of its own and gives up, and whoever listened before hears it only once afterwards:
  it waits until METIS is done, and is then heard as before. Few parts: bisection cuts less (manual, sec. 3.1); only the
  k-way code can keep parts in one piece.
*/
static int undisturbed(MetisGraph *m, idx_t n, idx_t costs, idx_t n_parts, real_t imbalance, idx_t opt[])
{
  real_t           ub[2] = {imbalance, imbalance};
  struct sigaction listener;
  sigset_t         term, before;
  idx_t            cut;
  int              status;

  sigemptyset(&term);
  sigaddset(&term, SIGTERM);
  sigprocmask(SIG_BLOCK, &term, &before);
  sigaction(SIGTERM, NULL, &listener);
  status = (opt[METIS_OPTION_CONTIG] == 1 || n_parts > 8 ? METIS_PartGraphKway : METIS_PartGraphRecursive)(
      &n, &costs, m->first, m->other, m->weight, NULL, m->link, &n_parts, NULL, ub, opt, &cut, m->part);
  sigaction(SIGTERM, &listener, NULL);
  sigprocmask(SIG_SETMASK, &before, NULL);
  return status;
}

/* Copies the graph for METIS, calls it and copies the answer back. */
static MeshStatus CallMetis(const Graph *g, int n_parts, const GraphOptions *options, int contiguous, int part[])
{
  const size_t n = (size_t)g->n, n_edges = (size_t)g->first[g->n];
  MetisGraph   m = {0};
  idx_t        opt[METIS_NOPTIONS], costs = g->second ? 2 : 1;
  MeshStatus   status = MetisAlloc(n, n_edges, &m);

  if (!status) {
    for (size_t i = 0; i <= n; i++) m.first[i] = g->first[i];
    for (size_t e = 0; e < n_edges; e++) m.other[e] = g->other[e];
    scale_weights(g->weight, n, g->weight ? weight_cap(g->weight, n, n_parts) : 1.0, costs == 1, costs, m.weight);
    if (g->second) scale_weights(g->second, n, weight_cap(g->second, n, n_parts), 0, costs, m.weight + 1);
    scale_weights(g->link, n_edges, INFINITY, 1, 1, m.link);
    METIS_SetDefaultOptions(opt);
    opt[METIS_OPTION_SEED]      = options->seed;
    opt[METIS_OPTION_NUMBERING] = 0;
    if (contiguous) opt[METIS_OPTION_CONTIG] = 1;
    if (undisturbed(&m, g->n, costs, n_parts, (real_t)options->imbalance, opt) != METIS_OK) status = MESH_ERR_LIBRARY;
  }
  for (size_t i = 0; !status && i < n; i++) part[i] = (int)m.part[i];
  metis_free(&m);
  return status;
}

MeshStatus GraphPartition(const Graph *graph, int n_parts, const GraphOptions *options, int part[])
{
  const int  n          = graph->n;
  int        contiguous = options->contiguous;
  MeshStatus status;

  if (n_parts < 1 || !(options->imbalance > 1.0) || !graph_valid(graph)) return MESH_ERR_RANGE;
  if (n == 0) return MESH_OK;
  if (n <= n_parts || n_parts == 1) {
    for (int i = 0; i < n; i++) part[i] = n_parts == 1 ? 0 : i;
    return MESH_OK;
  }
  if (n < GRAPH_WALK * (double)n_parts) return PartitionWalk(graph, n_parts, part);
  if (contiguous) {
    int *scratch = malloc(2 * (size_t)n * sizeof *scratch);

    if (!scratch) return MESH_ERR_MEMORY;
    contiguous = graph_pieces(graph, scratch, scratch + n) == 1;
    free(scratch);
  }
  status = CallMetis(graph, n_parts, options, contiguous, part);
  return status ? status : FillEmpty(n, n_parts, part);
}

/* Marked vertices of each part; true when one has more than `most`. */
static int count_marked(const Graph *g, int n_parts, const char marked[], int most, const int part[], int count[])
{
  int over = 0;

  for (int p = 0; p < n_parts; p++) count[p] = 0;
  for (int i = 0; i < g->n; i++) count[part[i]] += marked[i] != 0;
  for (int p = 0; p < n_parts; p++) over |= count[p] > most;
  return over;
}

/* Steps from each part to the nearest with room, by edges that a marked vertex could go; n_parts: there is no way. */
static void ways_to_room(const Graph *g, int n_parts, const char marked[], int most, const int part[],
                         const int count[], int way[])
{
  int shorter = 1;

  for (int p = 0; p < n_parts; p++) way[p] = count[p] < most ? 0 : n_parts;
  while (shorter) {
    shorter = 0;
    for (int i = 0; i < g->n; i++) {
      if (!marked[i]) continue;
      for (int e = g->first[i]; e < g->first[i + 1]; e++) {
        const int to = part[g->other[e]];

        if (way[to] + 1 >= way[part[i]]) continue;
        way[part[i]] = way[to] + 1;
        shorter      = 1;
      }
    }
  }
}

/* What the cut loses when vertex i goes to part `to`. */
static double gain_of(const Graph *g, const int part[], int i, int to)
{
  double gain = 0.0;

  for (int e = g->first[i]; e < g->first[i + 1]; e++) {
    const int    p = part[g->other[e]];
    const double w = g->link ? g->link[e] : 1.0;

    gain += p == to ? w : p == part[i] ? -w : 0.0;
  }
  return gain;
}

/* Out of part p one step on the way, the vertex that leaves the least cut; false when there is none. */
static int hand_on(const Graph *g, int p, const char marked[], const int way[], int part[])
{
  int    best = -1, best_to = -1;
  double best_gain = -INFINITY;

  for (int i = 0; i < g->n; i++) {
    if (!marked[i] || part[i] != p) continue;
    for (int e = g->first[i]; e < g->first[i + 1]; e++) {
      const int    to   = part[g->other[e]];
      const double gain = way[to] < way[p] ? gain_of(g, part, i, to) : -INFINITY;

      if (gain > best_gain) best = i, best_to = to, best_gain = gain;
    }
  }
  if (best >= 0) part[best] = best_to;
  return best >= 0;
}

MeshStatus GraphLimit(const Graph *graph, int n_parts, const char marked[], int most, int part[])
{
  int *count = malloc(2 * (size_t)n_parts * sizeof *count), *way = count ? count + n_parts : NULL, moved = 1;

  if (!count) return MESH_ERR_MEMORY;
  for (int round = 0; round < graph->n && moved && count_marked(graph, n_parts, marked, most, part, count); round++) {
    moved = 0;
    ways_to_room(graph, n_parts, marked, most, part, count, way);
    for (int p = 0; p < n_parts; p++)
      if (count[p] > most && way[p] < n_parts) moved |= hand_on(graph, p, marked, way, part);
  }
  free(count);
  return MESH_OK;
}

typedef struct {
  int    old_part, part;
  double weight;
} Overlap;

static int by_parts(const void *a, const void *b)
{
  const Overlap *x = a, *y = b;

  return x->old_part != y->old_part ? (x->old_part > y->old_part) - (x->old_part < y->old_part)
                                    : (x->part > y->part) - (x->part < y->part);
}

static int by_weight(const void *a, const void *b)
{
  const Overlap *x = a, *y = b;

  return x->weight != y->weight ? (x->weight < y->weight) - (x->weight > y->weight) : by_parts(a, b);
}

/* Lists how much weight each pair (old part, part) shares, heaviest first; returns the length of the list. */
static int list_overlaps(const Graph *g, int n_parts, const int old_part[], const int part[], Overlap list[])
{
  int n = 0, merged = 0;

  for (int i = 0; i < g->n; i++) {
    if (old_part[i] < 0 || old_part[i] >= n_parts) continue;
    list[n++] = (Overlap){old_part[i], part[i], cost_of(g, i)};
  }
  qsort(list, (size_t)n, sizeof *list, by_parts);
  for (int k = 0; k < n; k++) {
    if (merged > 0 && by_parts(&list[merged - 1], &list[k]) == 0) list[merged - 1].weight += list[k].weight;
    else list[merged++] = list[k];
  }
  qsort(list, (size_t)merged, sizeof *list, by_weight);
  return merged;
}

MeshStatus GraphRelabel(const Graph *graph, int n_parts, const int old_part[], int part[])
{
  Overlap *list = malloc(((size_t)graph->n + 1) * sizeof *list);
  int     *name = malloc(2 * (size_t)n_parts * sizeof *name), *taken = name ? name + n_parts : NULL;
  int      n_list, next                                              = 0;

  if (!list || !name) {
    free(list);
    free(name);
    return MESH_ERR_MEMORY;
  }
  for (int p = 0; p < n_parts; p++) {
    name[p]  = -1;
    taken[p] = 0;
  }
  n_list = list_overlaps(graph, n_parts, old_part, part, list);
  for (int k = 0; k < n_list; k++) {
    if (name[list[k].part] >= 0 || taken[list[k].old_part]) continue;
    name[list[k].part]      = list[k].old_part;
    taken[list[k].old_part] = 1;
  }
  for (int p = 0; p < n_parts; p++) { /* the rest takes the names that are left */
    if (name[p] >= 0) continue;
    while (taken[next]) next++;
    taken[next] = 1;
    name[p]     = next;
  }
  for (int i = 0; i < graph->n; i++) part[i] = name[part[i]];
  free(list);
  free(name);
  return MESH_OK;
}

GraphQuality graph_quality(const Graph *graph, int n_parts, const int part[], double part_weight[])
{
  GraphQuality q     = {0};
  double       total = 0.0, most = 0.0;

  for (int p = 0; p < n_parts; p++) part_weight[p] = -1.0; /* no vertex seen */
  for (int i = 0; i < graph->n; i++) {
    const double w = graph->weight ? graph->weight[i] : 1.0;

    part_weight[part[i]] = fmax(part_weight[part[i]], 0.0) + w;
    total += w;
    for (int e = graph->first[i]; e < graph->first[i + 1]; e++) {
      if (part[graph->other[e]] != part[i]) q.cut += 0.5 * (graph->link ? graph->link[e] : 1.0);
    }
  }
  for (int p = 0; p < n_parts; p++) {
    if (part_weight[p] < 0.0) q.empty++;
    part_weight[p] = fmax(part_weight[p], 0.0);
    most           = fmax(most, part_weight[p]);
  }
  q.imbalance = total > 0.0 ? most * n_parts / total : 1.0;
  return q;
}
