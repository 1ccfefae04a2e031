/* METIS wrapper: grids whose best cut is known, weights, pieces, tiny and empty graphs, refusals, relabelling. */
#include "mesh/graph.h"
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#include <cmocka.h>

enum { N_MAX = 4096, E_MAX = 8 * N_MAX, P_MAX = 64 };

static int    first[N_MAX + 1], other[E_MAX], part[N_MAX];
static double weight[N_MAX], link_cost[E_MAX], part_weight[P_MAX];

static const GraphOptions plain = {1.03, 1, 0};

/* nx x ny x nz points joined along the axes. */
static Graph box(int nx, int ny, int nz)
{
  const int n[3] = {nx, ny, nz};
  int       e    = 0;

  first[0] = 0;
  for (int i = 0; i < nx * ny * nz; i++) {
    const int at[3] = {i % nx, i / nx % ny, i / nx / ny}, step[3] = {1, nx, nx * ny};

    for (int d = 0; d < 3; d++) {
      if (at[d] > 0) other[e++] = i - step[d];
      if (at[d] + 1 < n[d]) other[e++] = i + step[d];
    }
    first[i + 1] = e;
  }
  return (Graph){.n = nx * ny * nz, .first = first, .other = other};
}

static void test_known_cuts(void **unused)
{
  Graph        g = box(64, 8, 1);
  GraphQuality q;

  assert_int_equal(GraphPartition(&g, 2, &plain, part), MESH_OK);
  q = graph_quality(&g, 2, part, part_weight);
  assert_true(q.cut == 8.0); /* across the short side */
  assert_true(q.imbalance <= 1.03 && q.empty == 0);
  assert_int_equal(GraphPartition(&g, 4, &plain, part), MESH_OK);
  q = graph_quality(&g, 4, part, part_weight);
  assert_true(q.cut <= 28.0 && q.imbalance <= 1.031); /* best: three cuts of 8; a stair in one cut is forgiven */
  g = box(16, 16, 16);
  assert_int_equal(GraphPartition(&g, 8, &plain, part), MESH_OK);
  q = graph_quality(&g, 8, part, part_weight);
  assert_true(q.cut < 1.25 * 768.0 && q.imbalance <= 1.031); /* best: three planes of 256 */
  assert_int_equal(GraphPartition(&g, 27, &plain, part), MESH_OK);
  q = graph_quality(&g, 27, part, part_weight);
  assert_true(q.cut < 1.3 * 6.0 * 256.0 && q.imbalance <= 1.05 && q.empty == 0); /* best: six planes of 256 */
}

/* Weights in any unit: a huge, a tiny and a plain scale give the same parts; heavy vertices are spread. */
static void test_weights(void **unused)
{
  Graph        g = box(32, 8, 1);
  static int   reference[N_MAX];
  GraphQuality q;

  g.weight = weight;
  g.link   = link_cost;
  for (int s = 0; s < 3; s++) {
    const double unit = s == 0 ? 1.0 : s == 1 ? 0x1p300 : 0x1p-300; /* powers of two: exact */

    for (int i = 0; i < g.n; i++) weight[i] = unit * (i % 32 < 8 ? 4.0 : 1.0); /* the left quarter costs four times */
    for (int e = 0; e < first[g.n]; e++) link_cost[e] = unit;
    assert_int_equal(GraphPartition(&g, 2, &plain, part), MESH_OK);
    q = graph_quality(&g, 2, part, part_weight);
    assert_true(q.imbalance < 1.04);
    if (s == 0) memcpy(reference, part, sizeof reference);
    else assert_memory_equal(reference, part, (size_t)g.n * sizeof *part);
  }
  for (int i = 0; i < g.n; i++) weight[i] = 0.0;
  assert_int_equal(GraphPartition(&g, 3, &plain, part), MESH_OK); /* all free: counted instead */
  g.weight = NULL;
  assert_true(graph_quality(&g, 3, part, part_weight).imbalance < 1.1);
}

/* An expensive edge is not cut when a cheap one will do. */
static void test_edge_weights(void **unused)
{
  Graph g = box(16, 4, 1);

  for (int i = 0; i < g.n; i++) {
    for (int e = first[i]; e < first[i + 1]; e++) {
      const int left = (i < other[e] ? i : other[e]) % 16, along = abs(i - other[e]) == 1;

      link_cost[e] = along && left == 6 ? 0.1 : 100.0;
    }
  }
  g.link = link_cost;
  assert_int_equal(GraphPartition(&g, 2, &(GraphOptions){1.2, 1, 0}, part), MESH_OK);
  assert_true(fabs(graph_quality(&g, 2, part, part_weight).cut - 0.4) < 1e-12);
}

static void test_small_and_empty(void **unused)
{
  Graph g = box(5, 1, 1);

  for (int n_parts = 1; n_parts <= 7; n_parts++) {
    GraphQuality q;

    assert_int_equal(GraphPartition(&g, n_parts, &plain, part), MESH_OK);
    for (int i = 0; i < g.n; i++) assert_in_range(part[i], 0, n_parts - 1);
    q = graph_quality(&g, n_parts, part, part_weight);
    assert_int_equal(q.empty, n_parts > 5 ? n_parts - 5 : 0);
    assert_true(q.cut == (n_parts > 5 ? 5 : n_parts) - 1.0); /* a chain cut into stretches */
  }
  g.n = 0;
  assert_int_equal(GraphPartition(&g, 4, &plain, part), MESH_OK);
  assert_true(graph_quality(&g, 4, part, part_weight).imbalance == 1.0);
}

/* One vertex heavier than all others together: it gets a part for itself and the others share the rest evenly. */
static void test_heavy_vertex(void **unused)
{
  Graph g = box(8, 8, 1);

  for (int i = 0; i < g.n; i++) weight[i] = i == 20 ? 1e6 : 1.0;
  g.weight = weight;
  for (int n_parts = 2; n_parts <= 60; n_parts++) {
    double second = 0.0;

    assert_int_equal(GraphPartition(&g, n_parts, &plain, part), MESH_OK);
    assert_int_equal(graph_quality(&g, n_parts, part, part_weight).empty, 0);
    for (int p = 0; p < n_parts; p++) second = fmax(second, p == part[20] ? 0.0 : part_weight[p]);
    if (n_parts <= 8) assert_true(second <= 1.0 + 1.1 * 63.0 / (n_parts - 1));
  }
}

/* Dear vertices crowd in one corner: they and the cheap ones are each spread evenly. */
static void test_two_costs(void **unused)
{
  Graph         g = box(32, 32, 1), only_second;
  static double second[N_MAX];

  for (int i = 0; i < g.n; i++) {
    const int dear = i % 32 < 12 && i / 32 < 12;

    weight[i] = dear ? 0.0 : 1.0;
    second[i] = dear ? 30.0 : 0.0;
  }
  g.weight = weight, g.second = second;
  only_second = g, only_second.weight = second;
  for (int n_parts = 2; n_parts <= 12; n_parts += 2) {
    assert_int_equal(GraphPartition(&g, n_parts, &plain, part), MESH_OK);
    assert_true(graph_quality(&g, n_parts, part, part_weight).imbalance < 1.06);
    /* the 2 % that METIS is given, and one of the 144 / n_parts */
    assert_true(graph_quality(&only_second, n_parts, part, part_weight).imbalance < 1.02 + n_parts / 144.0 + 1e-9);
  }
  second[3] = -1.0;
  assert_int_equal(GraphPartition(&g, 2, &plain, part), MESH_ERR_RANGE);
}

static int count_marked(int n, const char marked[], int p)
{
  int count = 0;

  for (int i = 0; i < n; i++) count += marked[i] && part[i] == p;
  return count;
}

/* Four strips of a row, of which the first has two marked vertices too many and only the last has room. */
static void test_limit(void **unused)
{
  Graph       g             = box(32, 2, 1);
  static char marked[N_MAX] = {0};
  const int   have[4]       = {6, 4, 4, 2};

  for (int i = 0; i < g.n; i++) part[i] = i % 32 / 8;
  for (int p = 0; p < 4; p++) /* those next to the strip that follows */
    for (int k = 0; k < have[p]; k++) marked[8 * p + 7 - k % 4 + 32 * (k / 4)] = 1;
  assert_int_equal(GraphLimit(&g, 4, marked, 4, part), MESH_OK);
  for (int p = 0; p < 4; p++) assert_int_equal(count_marked(g.n, marked, p), 4);
  for (int i = 0; i < g.n; i++) assert_true(marked[i] || part[i] == i % 32 / 8); /* the others stay */
  for (int i = 0; i < g.n; i++) part[i] = i % 32 / 16 ? 1 : 0;
  memset(marked, 0, sizeof marked);
  for (int k = 0; k < 6; k++) marked[k] = 1;
  assert_int_equal(GraphLimit(&g, 3, marked, 4, part), MESH_OK); /* none of them has a neighbour elsewhere */
  assert_int_equal(count_marked(g.n, marked, 0), 6);
}

static void test_pieces(void **unused)
{
  GraphOptions o = {1.05, 1, 1};
  Graph        g = box(20, 20, 1);
  static int   piece[N_MAX], queue[N_MAX], edges[E_MAX], starts[N_MAX + 1];
  int          e = 0;

  assert_int_equal(graph_pieces(&g, piece, queue), 1);
  assert_int_equal(GraphPartition(&g, 12, &o, part), MESH_OK); /* contiguous */
  for (int i = 0; i < g.n; i++) {                              /* keep only edges inside parts: pieces = parts */
    starts[i] = e;
    for (int k = first[i]; k < first[i + 1]; k++) {
      if (part[other[k]] == part[i]) edges[e++] = other[k];
    }
  }
  starts[g.n] = e;
  g.first     = starts;
  g.other     = edges;
  assert_int_equal(graph_pieces(&g, piece, queue), 12);
  assert_int_equal(GraphPartition(&g, 3, &o, part), MESH_OK); /* not in one piece: contiguity is given up */
  assert_true(graph_quality(&g, 3, part, part_weight).imbalance < 1.06);
  memset(starts, 0, sizeof starts); /* no edges at all */
  assert_int_equal(graph_pieces(&g, piece, queue), g.n);
  assert_int_equal(GraphPartition(&g, 7, &o, part), MESH_OK);
  assert_true(graph_quality(&g, 7, part, part_weight).imbalance < 1.06);
}

static void test_relabel(void **unused)
{
  Graph      g = box(32, 32, 1);
  static int old_part[N_MAX];
  int        kept = 0;

  assert_int_equal(GraphPartition(&g, 6, &plain, old_part), MESH_OK);
  for (int i = 0; i < g.n; i++) part[i] = (old_part[i] + 2) % 6; /* same parts, other names */
  part[5] = old_part[5];
  assert_int_equal(GraphRelabel(&g, 6, old_part, part), MESH_OK);
  for (int i = 0; i < g.n; i++) kept += part[i] == old_part[i];
  assert_true(kept >= g.n - 1);
  for (int i = 0; i < g.n; i++) old_part[i] = -1; /* nobody had a part: names are still a permutation */
  assert_int_equal(GraphRelabel(&g, 6, old_part, part), MESH_OK);
  assert_int_equal(graph_quality(&g, 6, part, part_weight).empty, 0);
}

static void test_refusals(void **unused)
{
  Graph g = box(8, 8, 1);

  g.weight = weight;
  g.link   = link_cost;
  for (int i = 0; i < g.n; i++) weight[i] = 1.0;
  for (int e = 0; e < first[g.n]; e++) link_cost[e] = 1.0;
  assert_int_equal(GraphPartition(&g, 2, &plain, part), MESH_OK);
  assert_int_equal(GraphPartition(&g, 0, &plain, part), MESH_ERR_RANGE);
  assert_int_equal(GraphPartition(&g, 2, &(GraphOptions){1.0, 1, 0}, part), MESH_ERR_RANGE);
  weight[3] = -1.0;
  assert_int_equal(GraphPartition(&g, 2, &plain, part), MESH_ERR_RANGE);
  weight[3]    = 1.0;
  link_cost[9] = NAN;
  assert_int_equal(GraphPartition(&g, 2, &plain, part), MESH_ERR_RANGE);
  link_cost[9] = 2.0; /* the edge's other copy says 1 */
  assert_int_equal(GraphPartition(&g, 2, &plain, part), MESH_ERR_RANGE);
  link_cost[9] = 1.0;
  other[7]     = 60; /* goes there, does not come back */
  assert_int_equal(GraphPartition(&g, 2, &plain, part), MESH_ERR_RANGE);
  other[7] = 64;
  assert_int_equal(GraphPartition(&g, 2, &plain, part), MESH_ERR_RANGE);
}

static volatile sig_atomic_t terms;

static void on_alarm(int signal_number) { raise(signal_number == SIGALRM ? SIGTERM : signal_number); }
static void on_term(int signal_number) { terms += signal_number == SIGTERM; }

/* A queue may end the run while it is cut: the answer is the same, and whoever listens hears of it. */
static void test_signals(void **unused)
{
  const struct sigaction term = {.sa_handler = on_term}, alarm = {.sa_handler = on_alarm};
  const struct itimerval often =
                             {
                                 {0, 200},
                                 {0, 200}
  },
                         never = {0};
  Graph g                      = box(16, 16, 16);
  int  *quiet                  = malloc((size_t)g.n * sizeof *quiet);

  (void)unused;
  assert_int_equal(GraphPartition(&g, 8, &plain, quiet), MESH_OK);
  sigaction(SIGTERM, &term, NULL), sigaction(SIGALRM, &alarm, NULL);
  setitimer(ITIMER_REAL, &often, NULL);
  for (int k = 0; k < 20; k++) {
    assert_int_equal(GraphPartition(&g, 8, &plain, part), MESH_OK);
    assert_memory_equal(part, quiet, (size_t)g.n * sizeof *quiet);
  }
  setitimer(ITIMER_REAL, &never, NULL);
  signal(SIGTERM, SIG_DFL), signal(SIGALRM, SIG_DFL);
  assert_true(terms > 0);
  free(quiet);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_known_cuts),      cmocka_unit_test(test_weights),      cmocka_unit_test(test_edge_weights),
      cmocka_unit_test(test_small_and_empty), cmocka_unit_test(test_heavy_vertex), cmocka_unit_test(test_two_costs),
      cmocka_unit_test(test_limit),           cmocka_unit_test(test_pieces),       cmocka_unit_test(test_relabel),
      cmocka_unit_test(test_refusals),        cmocka_unit_test(test_signals),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
