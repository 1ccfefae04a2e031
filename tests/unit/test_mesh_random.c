/* Random numbers, sizes, starting places and kicks: statistics within stated standard errors, and the same bits by
 * range. */
#include "mesh/cells.h"
#include "mesh/points.h"
#include "mesh/rng.h"
#include "mesh/sizes.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { N = 200000 };

static void assert_near(double value, double expected, double tolerance)
{
  if (!(fabs(value - expected) <= tolerance))
    print_message("%.10g, expected %.10g +- %g\n", value, expected, tolerance);
  assert_true(fabs(value - expected) <= tolerance);
}

/* Known values, so that another compiler or machine cannot drift unnoticed. */
static void test_bits(void **unused)
{
  assert_true(rng_mix(0x9e3779b97f4a7c15ULL) == 0xe220a8397b1dcdafULL); /* splitmix64 from state 0, first output */
  assert_true(rng_bits(1, 2, 3, 4) == rng_bits(1, 2, 3, 4));
  assert_true(rng_bits(1, 2, 3, 4) != rng_bits(2, 1, 3, 4));
  assert_true(rng_bits(1, 2, 3, 4) != rng_bits(1, 2, 4, 3));
  for (int64_t id = 0; id < 1000; id++) {
    const double u = rng_uniform(42, RNG_POINTS, id, 0);

    assert_true(u > 0.0 && u < 1.0);
  }
}

/* Mean, variance, and the correlation between neighbouring keys of each kind; four standard errors. */
static void test_uniform(void **unused)
{
  double mean = 0.0, square = 0.0, by_id = 0.0, by_k = 0.0, by_stream = 0.0, by_seed = 0.0;

  for (int64_t id = 0; id < N; id++) {
    const double u = rng_uniform(7, 1, id, 0) - 0.5;

    mean += u / N;
    square += u * u / N;
    by_id += u * (rng_uniform(7, 1, id + 1, 0) - 0.5) / N;
    by_k += u * (rng_uniform(7, 1, id, 1) - 0.5) / N;
    by_stream += u * (rng_uniform(7, 2, id, 0) - 0.5) / N;
    by_seed += u * (rng_uniform(8, 1, id, 0) - 0.5) / N;
  }
  assert_near(mean, 0.0, 4.0 * sqrt(1.0 / 12.0 / N));
  assert_near(square, 1.0 / 12.0, 4.0 * sqrt(1.0 / 180.0 / N)); /* var(u^2) = 1/80 - 1/144 = 1/180 */
  assert_near(by_id, 0.0, 4.0 / 12.0 / sqrt(N));
  assert_near(by_k, 0.0, 4.0 / 12.0 / sqrt(N));
  assert_near(by_stream, 0.0, 4.0 / 12.0 / sqrt(N));
  assert_near(by_seed, 0.0, 4.0 / 12.0 / sqrt(N));
}

static void test_normal(void **unused)
{
  static const double table[][2] = {
      {0.5,   0.0                },
      {0.975, 1.9599639845400545 },
      {0.001, -3.0902323061678132}
  };
  double mean = 0.0, square = 0.0, fourth = 0.0;

  for (int k = 0; k < 3; k++) assert_near(normal_quantile(table[k][0]), table[k][1], 1e-14);
  for (double x = -8.0; x < 8.01; x += 0.125) { /* inverse of erfc; above 0 the probability itself is rounded to 1 */
    if (x <= 0.0) assert_near(normal_quantile(normal_probability(x)), x, 1e-13);
    else if (x < 4.0) assert_near(normal_quantile(normal_probability(x)), x, 1e-12);
  }
  for (int64_t id = 0; id < N; id++) {
    const double z = rng_normal(7, 1, id, 0);

    mean += z / N;
    square += z * z / N;
    fourth += z * z * z * z / N;
  }
  assert_near(mean, 0.0, 4.0 / sqrt(N));
  assert_near(square, 1.0, 4.0 * sqrt(2.0 / N));
  assert_near(fourth, 3.0, 4.0 * sqrt(96.0 / N));
}

static void test_lognormal(void **unused)
{
  const SizeSpec spec = {.seed = 5, .mean = 6.5, .spread = 0.2};
  const SizeLaw *law  = size_law_find("lognormal");
  double         mean = 0.0, cube = 0.0, log_mean = 0.0, log_square = 0.0, lo, hi;
  const double   m1 = law->moment(&spec, 1), m2 = law->moment(&spec, 2), m3 = law->moment(&spec, 3);
  const double   m6 = law->moment(&spec, 6), p3 = 0.0044318484119380075; /* density of the normal law at 3 */
  const double   cut_variance = 1.0 - 6.0 * p3 / (1.0 - 2.0 * normal_probability(-3.0));

  law->range(&spec, &lo, &hi);
  assert_near(hi / lo, exp(6.0 * 0.2), 1e-9);
  assert_near(m1, 6.5, 1e-12);
  assert_near(law->moment(&spec, 0), 1.0, 1e-14);
  for (int64_t id = 0; id < N; id++) {
    const double d = law->diameter(&spec, id);

    assert_true(d >= lo && d <= hi);
    mean += d / N;
    cube += d * d * d / N;
    log_mean += log(d) / N;
    log_square += log(d) * log(d) / N;
  }
  assert_near(mean, 6.5, 4.0 * sqrt((m2 - m1 * m1) / N));
  assert_near(cube, m3, 4.0 * sqrt((m6 - m3 * m3) / N));
  assert_near(sqrt(log_square - log_mean * log_mean), 0.2 * sqrt(cut_variance), 4.0 * 0.2 / sqrt(2.0 * N));
}

static void test_other_sizes(void **unused)
{
  static const double value[4] = {3.0, 5.0, 4.0, 8.0};
  SizeSpec            spec     = {.seed = 1, .mean = 6.5, .spread = 0.0, .value = value, .n_values = 4, .n_grains = 4};
  const SizeLaw      *file     = size_law_find("file");
  int                 seen[9]  = {0};
  double              lo, hi;

  assert_null(size_law_find("lognorma"));
  assert_true(size_law_find("monodisperse")->diameter(&spec, 17) == 6.5);
  assert_near(size_law_find("lognormal")->diameter(&spec, 17), 6.5, 1e-12); /* no spread */
  for (int id = 0; id < 4; id++) assert_true(file->diameter(&spec, id) == value[id]);
  assert_near(file->moment(&spec, 1), 5.0, 1e-14);
  file->range(&spec, &lo, &hi);
  assert_true(lo == 3.0 && hi == 8.0);
  spec.n_grains = 4000; /* more grains than values: each is drawn about equally often */
  for (int id = 0; id < 4000; id++) seen[(int)file->diameter(&spec, id)]++;
  for (int k = 0; k < 4; k++) assert_near(seen[(int)value[k]], 1000.0, 4.0 * sqrt(4000 * 0.25 * 0.75));
}

/* Same bits for 1, 2, 3 and 4 slices of the ids; inside the cylinder; ids rise with z. */
static void test_points_by_range(void **unused)
{
  enum { M = 1237 };
  PointsPlan    plan;
  static double whole[3 * M], part[3 * M];

  assert_int_equal(PointsPlanSet(M, 30.0, -5.0, 70.0, 1.0, 9, &plan), MESH_OK);
  points_range(&plan, 0, M, whole);
  for (int slices = 2; slices <= 4; slices++) {
    for (int s = 0; s < slices; s++)
      points_range(&plan, M * s / slices, M * (s + 1) / slices, part + 3 * (M * s / slices));
    assert_memory_equal(whole, part, sizeof whole);
  }
  for (int i = 0; i < M; i++) {
    assert_true(hypot(whole[3 * i], whole[3 * i + 1]) <= 30.0 * (1 + 1e-15));
    assert_true(whole[3 * i + 2] >= -5.0 && whole[3 * i + 2] <= 65.0);
    if (i >= 200) assert_true(whole[3 * i + 2] > whole[3 * (i - 200) + 2]); /* a slice holds 1237/13 = 95 */
  }
}

/* Uniform in r^2, angle and z: chi-squared of counts in equal cells; stratified, so it may only be smaller. */
static void test_points_uniform(void **unused)
{
  enum { M = 20000, BINS = 10 };
  PointsPlan plan;
  int        count[4][BINS] = {{0}};

  assert_int_equal(PointsPlanSet(M, 10.0, 0.0, 25.0, 1.0, 3, &plan), MESH_OK);
  for (int i = 0; i < M; i++) {
    double x[3], share[4];

    point_of(&plan, i, x);
    share[0] = (x[0] * x[0] + x[1] * x[1]) / 100.0;
    share[1] = atan2(x[1], x[0]) / 6.283185307179586 + 0.5;
    share[2] = x[2] / 25.0;
    share[3] = 0.5 + 0.05 * x[0]; /* not uniform: distribution of a disc's x */
    for (int s = 0; s < 4; s++) count[s][(int)fmin(fmax(BINS * share[s], 0.0), BINS - 1.0)]++;
  }
  for (int s = 0; s < 3; s++) {
    for (int b = 0; b < BINS; b++) assert_near(count[s][b], M / BINS, 3.0 * sqrt(M / BINS)); /* Poisson is the bound */
  }
  for (int b = 0; b < BINS; b++) { /* share of a disc between two chords: F(t) = 1/2 + (t sqrt(1-t^2) + asin t) / pi */
    const double t0 = 2.0 * b / BINS - 1.0, t1 = 2.0 * (b + 1) / BINS - 1.0;
    const double f =
        (t1 * sqrt(fabs(1 - t1 * t1)) + asin(t1) - t0 * sqrt(fabs(1 - t0 * t0)) - asin(t0)) / 3.141592653589793;

    assert_near(count[3][b], M * f, 3.0 * sqrt(M * f));
  }
}

/* Crowding: with half jitter no two of 5000 places are closer than a fifth of the spacing; random ones are. */
static void test_points_spread(void **unused)
{
  enum { M = 5000 };
  static double x[3 * M];
  const double  spacing = cbrt(3.141592653589793 * 100.0 * 20.0 / M);
  CellGrid      grid    = {0};
  PointsPlan    plan;
  double        nearest = 1e9;
  int           rows[100];

  assert_int_equal(PointsPlanSet(M, 10.0, 0.0, 20.0, 0.5, 3, &plan), MESH_OK);
  points_range(&plan, 0, M, x);
  assert_int_equal(CellsBuild(&grid, x, 3, M, 1.2 * spacing), MESH_OK);
  for (int i = 0; i < M; i++) {
    const int near_by = cells_near(&grid, x + 3 * i, 1.2 * spacing, rows, 100);

    assert_in_range(near_by, 1, 30);
    for (int k = 0; k < near_by; k++) {
      const double *y = x + 3 * rows[k], *c = x + 3 * i;

      if (rows[k] != i) nearest = fmin(nearest, hypot(hypot(y[0] - c[0], y[1] - c[1]), y[2] - c[2]));
    }
  }
  assert_true(nearest > 0.2 * spacing);
  cells_free(&grid);
}

static void test_points_edges(void **unused)
{
  PointsPlan plan;
  double     x[3];

  assert_int_equal(PointsPlanSet(0, 1, 0, 1, 1, 1, &plan), MESH_ERR_RANGE);
  assert_int_equal(PointsPlanSet(5, 0, 0, 1, 1, 1, &plan), MESH_ERR_RANGE);
  assert_int_equal(PointsPlanSet(5, 1, 0, NAN, 1, 1, &plan), MESH_ERR_RANGE);
  assert_int_equal(PointsPlanSet(5, 1, 0, 1, 1.1, 1, &plan), MESH_ERR_RANGE);
  for (int n = 1; n < 60; n++) { /* few grains, flat and tall */
    for (double h = 1e-3; h < 1e4; h *= 10) {
      assert_int_equal(PointsPlanSet(n, 1.0, 0.0, h, 1.0, 1, &plan), MESH_OK);
      for (int id = 0; id < n; id++) {
        point_of(&plan, id, x);
        assert_true(hypot(x[0], x[1]) <= 1.0 + 1e-15 && x[2] >= 0.0 && x[2] <= h);
      }
    }
  }
  assert_int_equal(PointsPlanSet(1000000000000, 1e5, 0.0, 1e5, 1.0, 1, &plan),
                   MESH_OK); /* 1e12 grains: only the last */
  point_of(&plan, 999999999999, x);
  assert_true(x[2] > 0.999e5 && x[2] <= 1e5);
}

static void test_kicks(void **unused)
{
  double square = 0.0, mean[3] = {0}, v[3];

  for (int64_t id = 0; id < N; id++) {
    point_kick(11, id, 2.0, v);
    for (int d = 0; d < 3; d++) {
      mean[d] += v[d] / N;
      square += v[d] * v[d] / N;
    }
  }
  assert_near(square, 4.0, 4.0 * 4.0 * sqrt(2.0 / 3.0 / N));
  for (int d = 0; d < 3; d++) assert_near(mean[d], 0.0, 4.0 * 2.0 / sqrt(3.0 * N));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_bits),           cmocka_unit_test(test_uniform),
      cmocka_unit_test(test_normal),         cmocka_unit_test(test_lognormal),
      cmocka_unit_test(test_other_sizes),    cmocka_unit_test(test_points_by_range),
      cmocka_unit_test(test_points_uniform), cmocka_unit_test(test_points_spread),
      cmocka_unit_test(test_points_edges),   cmocka_unit_test(test_kicks),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
