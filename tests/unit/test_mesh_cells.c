/* Cells: every pair of a brute-force search and no other, whatever the grid; near points; order in memory; refusals. */
#include "mesh/cells.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

enum { STRIDE = 16 }; /* of a grain's record */

static uint64_t state;

static double uniform(void)
{
  state = state * 6364136223846793005ULL + 1442695040888963407ULL;
  return (double)(state >> 11) * 0x1p-53;
}

/* n points in a box, radii in [r_min, r_max]; caller frees. */
static double *cloud(int n, const double box[3], double r_min, double r_max)
{
  double *x = calloc((size_t)n * STRIDE + 1, sizeof *x);

  assert_non_null(x);
  for (int i = 0; i < n; i++) {
    for (int d = 0; d < 3; d++) x[STRIDE * i + d] = box[d] * uniform() - 3.0;
    x[STRIDE * i + 3] = r_min + (r_max - r_min) * uniform();
  }
  return x;
}

static int pair_listed(const CellPairs *p, int i, int j)
{
  for (int k = p->first[i]; k < p->first[i + 1]; k++) {
    if (p->other[k] == j) return 1;
  }
  return 0;
}

/* Compares with all n^2 pairs; returns their number. */
static int compare_brute(const double *x, int n, int n_owned, double skin, const CellPairs *p)
{
  int expected = 0;

  for (int i = 0; i < n_owned; i++) {
    for (int j = i + 1; j < n; j++) {
      const double *a = x + STRIDE * i, *b = x + STRIDE * j, reach = (a[3] + b[3]) + skin;
      const double  d2 = (a[0] - b[0]) * (a[0] - b[0]) + (a[1] - b[1]) * (a[1] - b[1]) + (a[2] - b[2]) * (a[2] - b[2]);

      if (d2 >= reach * reach) continue;
      assert_true(pair_listed(p, i, j));
      expected++;
    }
    for (int k = p->first[i]; k < p->first[i + 1]; k++) {
      assert_true(p->other[k] > i);
      if (k > p->first[i]) assert_true(p->other[k] > p->other[k - 1]);
    }
  }
  assert_int_equal(p->n_pairs, expected);
  assert_int_equal(p->first[n_owned], expected);
  return expected;
}

static void test_pairs_brute_force(void **unused)
{
  static const double boxes[][3] = {
      {20,  20,  20 },
      {60,  3,   3  },
      {3,   60,  0  },
      {0,   0,   50 },
      {300, 300, 300},
      {2,   2,   2  }
  };
  CellGrid  grid  = {0};
  CellPairs pairs = {0};
  int       total = 0;

  state = 7;
  for (size_t b = 0; b < sizeof boxes / sizeof *boxes; b++) {
    for (int n = 0; n < 500; n = 3 * n + 1) {
      double *x = cloud(n, boxes[b], 0.4, 1.2);

      for (int part = 0; part < 3; part++) {
        const int    n_owned = part == 0 ? n : part == 1 ? n / 2 : 0;
        const double skin = 0.1 * part, edge = 2.4 + skin;

        assert_int_equal(CellsBuild(&grid, x, STRIDE, n, edge * (1.0 + part)), MESH_OK);
        assert_int_equal(CellsPairs(&grid, skin, n_owned, &pairs), MESH_OK);
        total += compare_brute(x, n, n_owned, skin, &pairs);
      }
      free(x);
    }
  }
  assert_true(total > 1000); /* the comparison was about something */
  cells_free(&grid);
  cell_pairs_free(&pairs);
}

/* Points on the faces between cells, one edge apart to rounding: none may be missed. */
static void test_pairs_on_cell_faces(void **unused)
{
  enum { M = 12 };
  CellGrid  grid  = {0};
  CellPairs pairs = {0};
  double   *x     = calloc((size_t)STRIDE * M * M * M, sizeof *x);

  assert_non_null(x);
  for (int i = 0; i < M * M * M; i++) {
    x[STRIDE * i]     = 0.1 * (i % M);
    x[STRIDE * i + 1] = 0.1 * (i / M % M);
    x[STRIDE * i + 2] = 0.1 * (i / M / M);
    x[STRIDE * i + 3] = 0.05 * (1.0 + 1e-12);
  }
  assert_int_equal(CellsBuild(&grid, x, STRIDE, M * M * M, 0.1 * (1.0 + 1e-12)), MESH_OK);
  assert_int_equal(CellsPairs(&grid, 0.0, M * M * M, &pairs), MESH_OK);
  assert_int_equal(pairs.n_pairs, 3 * M * M * (M - 1)); /* bonds of a cubic lattice */
  cells_free(&grid);
  cell_pairs_free(&pairs);
  free(x);
}

static void test_near(void **unused)
{
  CellGrid grid = {0};
  double  *x;
  int      rows[400];

  state = 11;
  x     = cloud(400, (double[3]){10, 10, 10}, 0.5, 0.5);
  assert_int_equal(CellsBuild(&grid, x, STRIDE, 400, 1.7), MESH_OK);
  for (int t = 0; t < 200; t++) {
    const double p[3]  = {14 * uniform() - 5, 14 * uniform() - 5, 14 * uniform() - 5};
    int          brute = 0;
    const int    n     = cells_near(&grid, p, 1.7, rows, 400);

    for (int i = 0; i < 400; i++) {
      const double *q = x + STRIDE * i;

      brute +=
          (q[0] - p[0]) * (q[0] - p[0]) + (q[1] - p[1]) * (q[1] - p[1]) + (q[2] - p[2]) * (q[2] - p[2]) < 1.7 * 1.7;
    }
    assert_int_equal(n, brute);
    assert_int_equal(cells_near(&grid, p, 1.7, rows, 0), brute); /* counting only writes nothing */
  }
  assert_int_equal(cells_near(&grid, (double[3]){NAN, 0, 0}, 1.0, rows, 400), 0);
  assert_int_equal(cells_near(&grid, (double[3]){1e300, 0, 0}, 1.0, rows, 400), 0);
  cells_free(&grid);
  free(x);
}

/* The Morton order is a permutation and brings neighbours together: mean stride far below that of a random order. */
static void test_morton(void **unused)
{
  enum { N = 4096 };
  CellGrid grid = {0};
  double  *x;
  int      perm[N], seen[N] = {0};
  double   before = 0.0, after = 0.0;

  state = 5;
  x     = cloud(N, (double[3]){32, 32, 32}, 0.5, 0.5);
  assert_int_equal(CellsBuild(&grid, x, STRIDE, N, 2.0), MESH_OK);
  assert_int_equal(CellsMorton(&grid, N, perm), MESH_OK);
  for (int k = 0; k < N; k++) seen[perm[k]]++;
  for (int k = 0; k < N; k++) assert_int_equal(seen[k], 1);
  for (int k = 1; k < N; k++) {
    const double *a = x + STRIDE * perm[k - 1], *b = x + STRIDE * perm[k], *c = x + STRIDE * (k - 1);

    after += hypot(hypot(a[0] - b[0], a[1] - b[1]), a[2] - b[2]);
    before += hypot(hypot(c[0] - c[STRIDE], c[1] - c[STRIDE + 1]), c[2] - c[STRIDE + 2]);
  }
  assert_true(after < 0.2 * before);
  assert_int_equal(CellsMorton(&grid, N / 3, perm), MESH_OK);
  for (int k = 0; k < N / 3; k++) assert_in_range(perm[k], 0, N / 3 - 1);
  assert_int_equal(CellsMorton(&grid, N + 1, perm), MESH_ERR_RANGE);
  cells_free(&grid);
  free(x);
}

static void test_refusals(void **unused)
{
  CellGrid  grid    = {0};
  CellPairs pairs   = {0};
  double    x[3][4] = {
         {0, 0, 0, 1},
         {1, 1, 1, 1},
         {2, 2, 2, 1}
  };
  double far_away[6] = {-1e308, 0, 0, 1e308, 0, 0};

  assert_int_equal(CellsBuild(&grid, x[0], 4, 3, 0.0), MESH_ERR_RANGE);
  assert_int_equal(CellsBuild(&grid, x[0], 4, 3, NAN), MESH_ERR_RANGE);
  assert_int_equal(CellsBuild(&grid, x[0], 2, 3, 1.0), MESH_ERR_RANGE);
  assert_int_equal(CellsBuild(&grid, far_away, 3, 2, 1.0), MESH_ERR_RANGE);
  assert_int_equal(grid.bad_row, -1);
  x[1][2] = NAN;
  assert_int_equal(CellsBuild(&grid, x[0], 4, 3, 2.5), MESH_ERR_RANGE);
  assert_int_equal(grid.bad_row, 1);
  x[1][2] = 1.0;
  assert_int_equal(CellsBuild(&grid, x[0], 4, 3, 2.5), MESH_OK);
  assert_int_equal(CellsPairs(&grid, 0.6, 3, &pairs), MESH_ERR_RANGE); /* 2 r_max + skin > edge */
  assert_int_equal(CellsPairs(&grid, NAN, 3, &pairs), MESH_ERR_RANGE);
  assert_int_equal(CellsPairs(&grid, 0.1, 4, &pairs), MESH_ERR_RANGE);
  assert_int_equal(CellsPairs(&grid, 0.1, 3, &pairs), MESH_OK);
  assert_int_equal(pairs.n_pairs, 2);
  cells_free(&grid);
  cells_free(&grid); /* twice is fine */
  cell_pairs_free(&pairs);
}

static double now(void)
{
  struct timespec t;

  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Not an assertion on speed (machines differ), but the number a reader wants: 10,000 grains at 60 % density. */
static void test_report_time(void **unused)
{
  enum { N = 10000 };
  const double side  = cbrt(N * 0.5235987755982988 / 0.60); /* diameter 1 */
  CellGrid     grid  = {0};
  CellPairs    pairs = {0};
  double      *x, best_build = 1e9, best_pairs = 1e9;

  state = 3;
  x     = cloud(N, (double[3]){side, side, side}, 0.5, 0.5);
  for (int t = 0; t < 20; t++) {
    const double t0 = now();
    double       t1;

    assert_int_equal(CellsBuild(&grid, x, STRIDE, N, 1.1), MESH_OK);
    t1 = now();
    assert_int_equal(CellsPairs(&grid, 0.1, N, &pairs), MESH_OK);
    best_pairs = fmin(best_pairs, now() - t1);
    best_build = fmin(best_build, t1 - t0);
  }
  print_message("10000 points, %d pairs: build %.3f ms, pairs %.3f ms\n", pairs.n_pairs, 1e3 * best_build,
                1e3 * best_pairs);
  cells_free(&grid);
  cell_pairs_free(&pairs);
  free(x);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_pairs_brute_force),
      cmocka_unit_test(test_pairs_on_cell_faces),
      cmocka_unit_test(test_near),
      cmocka_unit_test(test_morton),
      cmocka_unit_test(test_refusals),
      cmocka_unit_test(test_report_time),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
