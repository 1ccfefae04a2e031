/* Superlattices: densities, neighbours and their distances, the wall, the same bits by range, refusals. */
#include "mesh/cells.h"
#include "mesh/lattice.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const double PI = 3.14159265358979323846;

static void assert_near(double value, double expected, double tolerance)
{
  if (!(fabs(value - expected) <= tolerance))
    print_message("%.10g, expected %.10g +- %g\n", value, expected, tolerance);
  assert_true(fabs(value - expected) <= tolerance);
}

static void test_touching_density(void **unused)
{
  assert_near(lattice_touching_density(lattice_kind_find("sc")), PI / 6, 1e-15);
  assert_near(lattice_touching_density(lattice_kind_find("bcc")), PI * sqrt(3) / 8, 1e-15);
  assert_near(lattice_touching_density(lattice_kind_find("fcc")), PI / sqrt(18), 1e-15);
  assert_near(lattice_touching_density(lattice_kind_find("fcc111")), PI / sqrt(18), 1e-15);
  assert_near(lattice_touching_density(lattice_kind_find("hcp")), PI / sqrt(18), 1e-15);
  assert_null(lattice_kind_find("diamond"));
}

/* Every grain away from the surface has its 6, 8 or 12 neighbours at the nearest distance and nobody closer. */
static void test_neighbours(void **unused)
{
  enum { N = 6000 };
  static double x[3 * N];
  const double  d = 6.5, R = 60.0;
  CellGrid      grid = {0};
  int           rows[64];

  for (int k = 0; lattice_kinds[k]; k++) {
    for (double share = 1.0; share > 0.6; share -= 0.3) {
      const double phi = share * lattice_touching_density(lattice_kinds[k]);
      Lattice      l;
      int          inner = 0;

      assert_int_equal(LatticeCreate(lattice_kinds[k], d, phi, R, 2.0, &l), MESH_OK);
      assert_near(l.nearest, d / cbrt(share), 1e-12);
      lattice_range(&l, 0, N, x);
      assert_int_equal(CellsBuild(&grid, x, 3, N, 1.2 * l.nearest), MESH_OK);
      for (int i = 0; i < N; i++) {
        const double *p = x + 3 * i;

        assert_true(hypot(p[0], p[1]) + 0.5 * d <= R * (1 + 1e-12));
        assert_int_equal(cells_near(&grid, p, 0.999 * l.nearest, rows, 64), 1); /* itself */
        if (hypot(p[0], p[1]) > R - 2.5 * l.nearest || p[2] < 2.0 + 2.0 * d || p[2] > x[3 * N - 1] - 2.0 * d) continue;
        assert_int_equal(cells_near(&grid, p, 1.001 * l.nearest, rows, 64), 1 + lattice_kinds[k]->neighbours);
        inner++;
      }
      assert_true(inner > 200);
      lattice_free(&l);
    }
  }
  cells_free(&grid);
}

/* In a die 200 grains wide the density comes near that of the endless lattice: the rim is some 1 %. */
static void test_density_in_die(void **unused)
{
  for (int k = 0; lattice_kinds[k]; k++) {
    const double phi = 0.9 * lattice_touching_density(lattice_kinds[k]);
    Lattice      l;

    assert_int_equal(LatticeCreate(lattice_kinds[k], 5.0, phi, 500.0, 0.0, &l), MESH_OK);
    assert_near(lattice_density(&l, 200 * l.per_period, 5.0), phi, 0.02 * phi);
    lattice_free(&l);
  }
}

static void test_same_bits_by_range(void **unused)
{
  enum { N = 1999 };
  static double whole[3 * N], part[3 * N];

  for (int k = 0; lattice_kinds[k]; k++) {
    Lattice l;

    assert_int_equal(LatticeCreate(lattice_kinds[k], 6.5, 0.5, 37.0, 0.0, &l), MESH_OK);
    lattice_range(&l, 0, N, whole);
    for (int s = 2; s <= 4; s++) {
      for (int r = 0; r < s; r++) lattice_range(&l, N * r / s, N * (r + 1) / s, part + 3 * (N * r / s));
      assert_memory_equal(whole, part, sizeof whole);
    }
    for (int i = 1; i < N; i++) assert_true(whole[3 * i + 2] >= whole[3 * i - 1]); /* upwards */
    lattice_site(&l, 4000000000000000, whole);                                     /* no table of sites: any id */
    assert_true(hypot(whole[0], whole[1]) < 37.0);
    lattice_free(&l);
  }
}

static void test_height(void **unused)
{
  Lattice l;
  double  x[3];

  assert_int_equal(LatticeCreate(lattice_kind_find("sc"), 2.0, PI / 6, 3.0, 10.0, &l), MESH_OK);
  assert_int_equal(l.per_period, 5); /* centres within 2 of the axis, 2 apart */
  assert_near(lattice_height(&l, 0, 2.0), 0.0, 0.0);
  assert_near(lattice_height(&l, 5, 2.0), 2.0, 1e-12);
  assert_near(lattice_height(&l, 6, 2.0), 4.0, 1e-12);
  assert_near(lattice_density(&l, 5, 2.0), 5.0 * 8.0 / (6.0 * 9.0 * 2.0), 1e-12);
  lattice_site(&l, 2, x);
  assert_near(x[0], 0.0, 0.0); /* third of -y; -x, 0, x; y */
  assert_near(x[1], 0.0, 0.0);
  assert_near(x[2], 11.0, 1e-12);
  lattice_free(&l);
  assert_int_equal(LatticeCreate(lattice_kind_find("fcc"), 2.0, 0.7, 1.0, 0.0, &l), MESH_OK); /* one grain wide */
  assert_true(l.per_period == 1);
  lattice_site(&l, 3, x);
  assert_true(x[0] == 0.0 && x[1] == 0.0);
  lattice_free(&l);
}

static void test_refusals(void **unused)
{
  const LatticeKind *fcc = lattice_kind_find("fcc");
  Lattice            l;

  assert_int_equal(LatticeCreate(fcc, 6.5, 0.75, 100.0, 0.0, &l), MESH_ERR_RANGE); /* denser than touching */
  assert_int_equal(LatticeCreate(fcc, 6.5, 0.0, 100.0, 0.0, &l), MESH_ERR_RANGE);
  assert_int_equal(LatticeCreate(fcc, 6.5, NAN, 100.0, 0.0, &l), MESH_ERR_RANGE);
  assert_int_equal(LatticeCreate(fcc, -1.0, 0.5, 100.0, 0.0, &l), MESH_ERR_RANGE);
  assert_int_equal(LatticeCreate(fcc, 6.5, 0.5, 3.0, 0.0, &l), MESH_ERR_RANGE); /* no grain fits */
  lattice_free(&l);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_touching_density), cmocka_unit_test(test_neighbours),
      cmocka_unit_test(test_density_in_die),   cmocka_unit_test(test_same_bits_by_range),
      cmocka_unit_test(test_height),           cmocka_unit_test(test_refusals),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
