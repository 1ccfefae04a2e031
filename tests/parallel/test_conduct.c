/*
  test_conduct.c - clusters and currents on any number of ranks, against closed forms and one rank alone.

  Grains lie on the ranks in the worst way, grain id on rank id mod size, so that nearly every contact crosses.
*/
#include "mesh/rng.h"
#include "solver/conduct/clusters.h"
#include "solver/conduct/conduct.h"
#include <petscconf.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
// cmocka wants the four above
#include <cmocka.h>

#define MUST(call)                   assert_int_equal(call, 0)
#define CLOSE(value, expected, rtol) assert_true(fabs((value) - (expected)) <= (rtol)*fabs(expected))

enum { STREAM = RNG_FIRST_FREE, N_MAX = 4000, E_MAX = 20000 };
static const double R = 3.25; /* nm */

/* A packing as everybody knows it. */
typedef struct {
  int           n, m; /* grains, contacts */
  double        x[N_MAX][3], g[E_MAX];
  int           edge[E_MAX][2];
  unsigned char touch[N_MAX];
} Packing;

/* What a rank has of it. */
typedef struct {
  Grains         g;
  PetscInt       n_edge, edge[E_MAX][2], row[N_MAX]; /* row of an id, -1: not here */
  double         conductance[E_MAX];
  unsigned char  touch[N_MAX];
  ConductNetwork network;
} Part;

static Packing p;
static Part    part;

static double uniform(int seed, int id, int k) { return rng_uniform(seed, STREAM, id, k); }

static void connect(int i, int j, double g)
{
  assert_true(p.m < E_MAX);
  p.edge[p.m][0] = i, p.edge[p.m][1] = j;
  p.g[p.m++] = g;
}

/* This rank's grains, all others as ghosts. */
static void place(MPI_Comm comm)
{
  PetscMPIInt rank, size;
  PetscBool   keep[N_MAX];
  PetscInt    row[N_MAX], n = 0;

  MPI_Comm_rank(comm, &rank);
  MPI_Comm_size(comm, &size);
  MUST(GrainsCreate(comm, p.n > rank ? (p.n - rank - 1) / size + 1 : 0, &part.g));
  for (int id = rank; id < p.n; id += size, n++) {
    part.g->id[n] = id;
    memcpy(part.g->rec[n], p.x[id], sizeof p.x[id]);
    part.touch[n] = p.touch[id];
  }
  MUST(GrainsFindGhosts(part.g, 1e4));
  for (PetscInt k = 0; k < part.g->n_ghost; k++) keep[k] = PETSC_TRUE;
  MUST(GrainsKeepGhosts(part.g, keep, row));
}

static void begin(MPI_Comm comm)
{
  place(comm);
  for (int id = 0; id < p.n; id++) part.row[id] = -1;
  for (PetscInt i = 0; i < part.g->n_owned + part.g->n_ghost; i++) part.row[part.g->id[i]] = i;
  part.n_edge = 0;
  for (int k = 0; k < p.m; k++) {
    const PetscInt i = part.row[p.edge[k][0]], j = part.row[p.edge[k][1]];
    assert_true(i >= 0 && j >= 0);
    if (i >= part.g->n_owned && j >= part.g->n_owned) continue;
    part.edge[part.n_edge][0] = i, part.edge[part.n_edge][1] = j;
    part.conductance[part.n_edge++] = p.g[k];
  }
  part.network = (ConductNetwork){part.n_edge, (const PetscInt(*)[2])part.edge, part.conductance, part.touch};
}

static void end(void) { MUST(GrainsDestroy(&part.g)); }

/* n[0] x n[1] x n[2] touching spheres; six faces. */
static void lattice(const int n[3])
{
  memset(&p, 0, sizeof p);
  p.n = n[0] * n[1] * n[2];
  assert_true(p.n <= N_MAX);
  for (int id = 0; id < p.n; id++) {
    const int at[3] = {id % n[0], id / n[0] % n[1], id / n[0] / n[1]};
    for (int k = 0; k < 3; k++) p.x[id][k] = 2.0 * R * at[k];
    for (int k = 0; k < 2; k++)
      p.touch[id] |= (unsigned char)((at[k] == 0 ? CONDUCT_DIE << 2 * k : 0) |
                                     (at[k] == n[k] - 1 ? CONDUCT_DIE << (2 * k + 1) : 0));
    if (at[2] == 0) p.touch[id] |= CONDUCT_BOTTOM;
    if (at[2] == n[2] - 1) p.touch[id] |= CONDUCT_TOP;
    for (int k = 0; k < 3; k++) {
      const int step[3] = {1, n[0], n[0] * n[1]};
      if (at[k] + 1 < n[k]) connect(id, id + step[k], 1.0);
    }
  }
}

/* Simple cubic: sigma = G/(2R), and the same in every direction; from insulators to metals. */
static void simple_cubic(void **state)
{
  const int    n[3] = {5, 4, 7};
  const double area = n[0] * n[1] * 4.0 * R * R, volume = 4.0 * 3.0 * 6.0 * pow(2.0 * R, 3);
  double       sigma[3][3];

  (void)state;
  for (double G = 6.5e-9; G < 1e8; G *= 1e8) { /* 1e-9 to 1e7 S/m */
    ConductResult r;
    ConductHealth h;
    lattice(n);
    for (int k = 0; k < p.m; k++) p.g[k] = G;
    begin(PETSC_COMM_WORLD);
    MUST(ConductSolve(part.g, &part.network, area, &r));
    CLOSE(r.sigma, G / (2.0 * R), 1e-6);
    CLOSE(r.length, 6.0 * 2.0 * R, 1e-12);
    CLOSE(r.conductance, n[0] * n[1] * G / 6.0, 1e-6);
    assert_true(r.kirchhoff < 1e-6 && r.health.residual < 1e-8 && r.health.iterations > 0);
    assert_int_equal(r.health.grains, p.n);
    assert_int_equal(r.health.unknowns, p.n - 2 * n[0] * n[1]);
    MUST(ConductTensor(part.g, &part.network, volume, sigma, &h));
    for (int a = 0; a < 3; a++)
      for (int b = 0; b < 3; b++) assert_true(fabs(sigma[a][b] / (G / (2.0 * R)) - (a == b)) < 1e-6);
    assert_int_equal(h.unknowns, 3 * 2 * 5);
    end();
  }
}

/* Six chains side by side, conductances over `decades` of them: sum of 1/sum of 1/g. */
static double chains(int length, double decades)
{
  double G = 0.0;

  memset(&p, 0, sizeof p);
  for (int c = 0; c < 6; c++) {
    double resistance = 0.0;
    for (int k = 0; k < length; k++, p.n++) {
      const double g = pow(10.0, decades * (uniform(1, p.n, 0) - 0.5));
      p.x[p.n][0] = 10.0 * c, p.x[p.n][2] = 2.0 * R * k;
      p.touch[p.n] = k == 0 ? CONDUCT_BOTTOM : k == length - 1 ? CONDUCT_TOP : 0;
      if (k) connect(p.n - 1, p.n, g), resistance += 1.0 / g;
    }
    G += 1.0 / resistance;
  }
  return G;
}

/*
  Over many decades strong links count as 1e8 of the backbone, the power of ten below the weakest link of the best
  chain: each of the 39 takes at most 10/1e8 of a chain's conductance away, 4e-6 in all.
*/
static void series_and_parallel(void **state)
{
  const double  clipped = 4e-6;
  ConductResult r;

  (void)state;
  for (int decades = 0; decades <= 24; decades += 4) {
    const double G = chains(40, decades);
    begin(PETSC_COMM_WORLD);
    MUST(ConductSolve(part.g, &part.network, 100.0, &r));
    CLOSE(r.conductance, G, decades > 8 ? clipped : 1e-6);
    assert_true(r.conductance <= G * (1.0 + 1e-6) && G <= (r.conductance + r.health.neglected) * (1.0 + clipped));
    end();
  }
}

/* Two chains of metal bridged by contacts that carry nothing: left out, and owned up to. */
static void what_is_neglected(void **state)
{
  ConductResult r;
  double        G;

  (void)state;
  G = chains(10, 0.0);
  connect(3, 17, 1e-12);
  connect(33, 47, 1e-30);
  begin(PETSC_COMM_WORLD);
  MUST(ConductSolve(part.g, &part.network, 100.0, &r));
  CLOSE(r.conductance, G, 1e-6);
  CLOSE(r.health.neglected, 1e-12, 1e-6);
  CLOSE(r.health.backbone, 1.0, 1e-12);
  end();
}

/* Conductances over four decades: columns cut apart < G < layers short-circuited (Rayleigh); the tensor below affine.
 */
static void random_network(void **state)
{
  const int     n[3]  = {8, 7, 9};
  const double  V     = 7.0 * 6.0 * 8.0 * pow(2.0 * R, 3);
  double        lower = 0.0, upper = 0.0, affine = 0.0, sigma[2][3][3];
  double        layer[9] = {0.0}, column[56] = {0.0};
  ConductResult r[2];

  (void)state;
  lattice(n);
  for (int k = 0; k < p.m; k++) {
    const int    i = p.edge[k][0], j = p.edge[k][1];
    const double dz = p.x[j][2] - p.x[i][2];
    double       w  = 1.0;
    p.g[k]          = pow(10.0, 4.0 * uniform(2, k, 0));
    for (unsigned both = p.touch[i] & p.touch[j]; both; both &= both - 1) w *= 0.5;
    affine += w * p.g[k] * dz * dz / V;
    if (dz > 0.0) layer[i / 56] += p.g[k], column[i % 56] += 1.0 / p.g[k];
  }
  for (int c = 0; c < 56; c++) lower += 1.0 / column[c];
  for (int c = 0; c < 8; c++) upper += 1.0 / layer[c];
  upper = 1.0 / upper;
  for (int alone = 0; alone < 2; alone++) {
    begin(alone ? PETSC_COMM_SELF : PETSC_COMM_WORLD);
    MUST(ConductSolve(part.g, &part.network, 56.0 * 4.0 * R * R, &r[alone]));
    MUST(ConductTensor(part.g, &part.network, V, sigma[alone], NULL));
    end();
  }
  assert_true(r[0].conductance > 1.01 * lower && r[0].conductance < 0.99 * upper);
  assert_true(sigma[0][2][2] < 0.99 * affine && sigma[0][2][2] > 0.5 * r[0].sigma);
  CLOSE(r[0].sigma, r[1].sigma, 1e-7);
  for (int a = 0; a < 3; a++)
    for (int b = 0; b < 3; b++) {
      assert_true(fabs(sigma[0][a][b] - sigma[0][b][a]) < 1e-6 * sigma[0][0][0]);
      assert_true(fabs(sigma[0][a][b] - sigma[1][a][b]) < 1e-6 * sigma[0][0][0]);
    }
}

/* Metal islands in a sea of tunnelling contacts, 1e-9 of the metal: the same answer as one rank's direct solver. */
static void islands(void **state)
{
  const int     n[3] = {9, 9, 9};
  ConductResult r[2];

  (void)state;
#ifndef PETSC_HAVE_HYPRE
  skip(); /* GAMG cannot */
#endif
  lattice(n);
  for (int k = 0; k < p.m; k++) p.g[k] = uniform(4, k, 0) < 0.85 ? 1e-3 * (1.0 + uniform(4, k, 1)) : 1e6;
  for (int alone = 0; alone < 2; alone++) {
    if (alone) MUST(PetscOptionsInsertString(NULL, "-conduct_ksp_type preonly -conduct_pc_type cholesky"));
    begin(alone ? PETSC_COMM_SELF : PETSC_COMM_WORLD);
    MUST(ConductSolve(part.g, &part.network, 100.0, &r[alone]));
    end();
  }
  MUST(PetscOptionsClearValue(NULL, "-conduct_ksp_type"));
  MUST(PetscOptionsClearValue(NULL, "-conduct_pc_type"));
  assert_true(r[0].health.iterations < 30);
  CLOSE(r[0].conductance, r[1].conductance, 1e-6);
  assert_true(r[0].kirchhoff < 1e-4); /* a held grain with metal to its neighbours: 1e-16/1e-9 of each current */
}

static void expect_nothing(void)
{
  ConductResult r;
  double        sigma[3][3];

  begin(PETSC_COMM_WORLD);
  MUST(ConductSolve(part.g, &part.network, 100.0, &r));
  assert_true(r.conductance == 0.0 && r.sigma == 0.0 && r.health.iterations == 0 && r.health.grains == 0);
  MUST(ConductTensor(part.g, &part.network, 100.0, sigma, NULL));
  for (int a = 0; a < 9; a++) assert_true(sigma[a / 3][a % 3] == 0.0);
  end();
}

/* No way from bottom to top: exactly nothing.  Cut by missing contacts, by dead ones, by missing grains. */
static void cut_in_two(void **state)
{
  const int n[3] = {4, 4, 6};

  (void)state;
  lattice(n);
  for (int k = 0; k < p.m; k++)
    if (p.edge[k][0] / 16 == 2 && p.edge[k][1] / 16 == 3) p.g[k] = 0.0;
  expect_nothing();
  lattice(n);
  for (int i = 0; i < p.n; i++) p.touch[i] &= (unsigned char)~CONDUCT_TOP;
  expect_nothing();
  memset(&p, 0, sizeof p);
  p.n = 5;
  expect_nothing();
}

/* Lone grains and floating clusters beside a chain change nothing and make nothing singular. */
static void floating_grains(void **state)
{
  const double  G = chains(8, 1.0);
  const int     n = p.n;
  ConductResult r;

  (void)state;
  for (int k = 0; k < 40; k++, p.n++) {
    p.x[p.n][1] = 100.0 + k;
    if (k % 4) connect(p.n - 1, p.n, 1.0); /* ten chains of four */
    if (k == 12) p.touch[p.n] = CONDUCT_TOP;
  }
  connect(3, p.n, 1.0), p.n++; /* a dead end */
  begin(PETSC_COMM_WORLD);
  MUST(ConductSolve(part.g, &part.network, 100.0, &r));
  CLOSE(r.conductance, G, 1e-6);
  CLOSE(r.length, 7.0 * 2.0 * R, 1e-12);
  assert_int_equal(r.health.grains, n + 1);
  end();
}

/* Nothing free: held grains in contact; one grain between both punches. */
static void without_unknowns(void **state)
{
  ConductResult r;

  (void)state;
  chains(2, 0.0);
  begin(PETSC_COMM_WORLD);
  MUST(ConductSolve(part.g, &part.network, 12.0 * R, &r));
  CLOSE(r.sigma, 6.0 * 2.0 * R / (12.0 * R), 1e-12);
  assert_int_equal(r.health.unknowns, 0);
  end();
  p.touch[5] = CONDUCT_BOTTOM | CONDUCT_TOP;
  begin(PETSC_COMM_WORLD);
  MUST(ConductSolve(part.g, &part.network, 12.0 * R, &r));
  assert_true(isinf(r.sigma) && isinf(r.conductance));
  end();
}

/* A number that the solver does not find is left out, and what it is asked for next is not harmed. */
static void no_convergence(void **state)
{
  ConductResult r;
  ConductHealth health;
  double        sigma[3][3];

  (void)state;
  chains(30, 2.0);
  begin(PETSC_COMM_WORLD);
  MUST(PetscOptionsInsertString(NULL, "-conduct_ksp_max_it 1 -conduct_pc_type jacobi"));
  MUST(ConductSolve(part.g, &part.network, 1.0, &r));
  assert_true(isnan(r.conductance) && isnan(r.sigma) && isnan(r.kirchhoff));
  assert_non_null(r.health.diverged);
  assert_string_equal(r.health.diverged, "DIVERGED_ITS");
  assert_true(r.health.iterations == 1 && r.health.residual > 1e-3);
  MUST(PetscOptionsClearValue(NULL, "-conduct_ksp_max_it"));
  MUST(PetscOptionsClearValue(NULL, "-conduct_pc_type"));
  MUST(ConductSolve(part.g, &part.network, 1.0, &r));
  assert_true(r.sigma > 0.0 && !r.health.diverged);
  MUST(ConductTensor(part.g, &part.network, 1.0, sigma, &health));
  assert_true(isfinite(sigma[2][2]) && !health.diverged);
  end();
}

static void refusals(void **state)
{
  ConductResult r;

  (void)state;
  chains(30, 2.0);
  begin(PETSC_COMM_WORLD);
  MUST(PetscPushErrorHandler(PetscReturnErrorHandler, NULL));
  if (part.g->n_owned && part.g->id[0] == 0) part.conductance[0] = -1.0; /* one rank only: all must refuse */
  assert_int_equal(ConductSolve(part.g, &part.network, 1.0, &r), PETSC_ERR_ARG_OUTOFRANGE);
  MUST(PetscPopErrorHandler());
  end();
}

/* Labels by brute force: the smaller one spreads until nothing changes. */
static void brute_force(int label[])
{
  for (int i = 0; i < p.n; i++) label[i] = i;
  for (int changed = 1; changed;) {
    changed = 0;
    for (int k = 0; k < p.m; k++) {
      int *a = &label[p.edge[k][0]], *b = &label[p.edge[k][1]];
      if (*a == *b) continue;
      *a = *b = *a < *b ? *a : *b;
      changed = 1;
    }
  }
}

/* Labels, sizes, what is touched and the statistics of the packing p on all ranks, against brute force. */
static void check_clusters(void)
{
  static int           label[N_MAX], size[N_MAX];
  static unsigned char touched[N_MAX];
  static PetscInt64    got[N_MAX], got_size[N_MAX];
  static unsigned char joined[N_MAX];
  ClusterStats         stats, expected = {0};

  brute_force(label);
  memset(size, 0, sizeof size);
  memset(touched, 0, sizeof touched);
  for (int i = 0; i < p.n; i++) size[label[i]]++, touched[label[i]] |= p.touch[i];
  for (int i = 0; i < p.n; i++) {
    const int spans = size[i] && (touched[i] & 3) == 3;
    expected.count += size[i] > 0;
    if (size[i] > expected.largest) expected.largest = size[i], expected.largest_label = i;
    expected.spanning += spans, expected.spanning_grains += spans ? size[i] : 0;
  }
  begin(PETSC_COMM_WORLD);
  MUST(ClustersFind(part.g, part.n_edge, (const PetscInt(*)[2])part.edge, got));
  for (PetscInt i = 0; i < part.g->n_owned + part.g->n_ghost; i++) assert_int_equal(got[i], label[part.g->id[i]]);
  MUST(ClustersMeasure(part.g, got, part.touch, 3, got_size, joined, &stats));
  for (PetscInt i = 0; i < part.g->n_owned; i++) {
    assert_int_equal(got_size[i], size[got[i]]);
    assert_int_equal(joined[i], touched[got[i]]);
  }
  assert_memory_equal(&stats, &expected, sizeof stats);
  end();
}

/* From dust to one cluster: the giant one appears at n/2 edges (Erdos and Renyi 1960). */
static void random_graphs(void **state)
{
  (void)state;
  for (int seed = 0; seed < 12; seed++) {
    memset(&p, 0, sizeof p);
    p.n = 300 + 40 * seed;
    for (int k = 0; k < p.n * seed / 8; k++)
      connect((int)(p.n * uniform(seed, k, 1)), (int)(p.n * uniform(seed, k, 2)), 1.0);
    for (int i = 0; i < p.n; i++) p.touch[i] = (unsigned char)(8.0 * pow(uniform(seed, i, 3), 20.0));
    check_clusters();
  }
}

/* Chains whose links all cross from rank to rank, upward and downward, woven into each other: hundreds of passages. */
static void winding_clusters(void **state)
{
  (void)state;
  memset(&p, 0, sizeof p);
  p.n = 600;
  for (int i = 0; i + 3 < p.n; i += 3) connect(i, i + 3, 1.0), connect(i + 4, i + 1, 1.0);
  for (int i = 2; i + 3 < p.n; i += 3) connect(i, i + 3, 1.0);
  p.touch[0] = p.touch[598] = CONDUCT_BOTTOM, p.touch[597] = p.touch[599] = CONDUCT_TOP;
  check_clusters();
  connect(2, 598, 1.0);
  check_clusters();
}

static void no_grains(void **state)
{
  (void)state;
  memset(&p, 0, sizeof p);
  check_clusters();
  expect_nothing();
  p.n = 1; /* ranks without any */
  check_clusters();
}

int main(int argc, char **argv)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(random_graphs),
      cmocka_unit_test(winding_clusters),
      cmocka_unit_test(no_grains),
      cmocka_unit_test(simple_cubic),
      cmocka_unit_test(series_and_parallel),
      cmocka_unit_test(what_is_neglected),
      cmocka_unit_test(random_network),
      cmocka_unit_test(islands),
      cmocka_unit_test(cut_in_two),
      cmocka_unit_test(floating_grains),
      cmocka_unit_test(without_unknowns),
      cmocka_unit_test(no_convergence),
      cmocka_unit_test(refusals),
  };
  int failed;

  if (PetscInitialize(&argc, &argv, NULL, NULL)) return 1;
  failed = cmocka_run_group_tests(tests, NULL, NULL);
  return PetscFinalize() || failed;
}
