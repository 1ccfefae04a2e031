/* Die: gap and normal in the bore, around the rim and over the top; volumes against closed forms and quadrature. */
#include "mesh/die.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static void assert_near(double value, double expected, double tolerance)
{
  if (!(fabs(value - expected) <= tolerance))
    print_message("%.10g, expected %.10g +- %g\n", value, expected, tolerance);
  assert_true(fabs(value - expected) <= tolerance);
}

static void test_bore(void **unused)
{
  double n[3];

  assert_near(die_gap((double[3]){3, 4, 1}, 2.0, 10.0, 5.0, n), 3.0, 1e-15);
  assert_near(n[0], -0.6, 1e-15);
  assert_near(n[1], -0.8, 1e-15);
  assert_near(n[2], 0.0, 0.0);
  assert_near(die_gap((double[3]){0, 9, 5}, 2.0, 10.0, 5.0, n), -1.0, 1e-15);
  assert_near(die_gap((double[3]){0, 0, 0}, 2.0, 10.0, 5.0, n), 8.0, 0.0); /* on the axis: any direction, of length 1 */
  assert_near(n[0] * n[0] + n[1] * n[1] + n[2] * n[2], 1.0, 1e-15);
}

static void test_rim(void **unused)
{
  double n[3];

  assert_near(die_gap((double[3]){7, 0, 9}, 2.0, 10.0, 5.0, n), 3.0, 1e-15); /* 3-4-5 from the rim */
  assert_near(n[0], -0.6, 1e-15);
  assert_near(n[2], 0.8, 1e-15);
  assert_near(die_gap((double[3]){0, 13, 6.5}, 2.0, 10.0, 5.0, n), -0.5, 1e-15); /* on the top face */
  assert_near(n[1], 0.0, 1e-15);
  assert_near(n[2], 1.0, 1e-15);
}

/* The gap is the distance function: its slope is the normal, also across the seams bore-rim and rim-top. */
static void test_gradient_and_seams(void **unused)
{
  const double h = 1e-6;

  for (double rho = 8.0; rho < 12.0; rho += 0.37) {
    for (double z = 3.3; z < 8.0; z += 0.31) {
      double x[3] = {rho * 0.6, rho * 0.8, z}, n[3], m[3], slope;

      if (rho > 10.0 && z < 5.01) continue; /* inside the block */
      die_gap(x, 1.0, 10.0, 5.0, n);
      for (int d = 0; d < 3; d++) {
        double a[3] = {x[0], x[1], x[2]}, b[3] = {x[0], x[1], x[2]};

        a[d] -= h;
        b[d] += h;
        slope = (die_gap(b, 1.0, 10.0, 5.0, m) - die_gap(a, 1.0, 10.0, 5.0, m)) / (2 * h);
        assert_near(slope, n[d], 1e-5); /* h / distance to the rim, 0.1 at least */
      }
    }
  }
  for (int seam = 0; seam < 2; seam++) {
    double a[3] = {seam ? 10.0 - 1e-9 : 9.0, 0, seam ? 6.0 : 5.0},
           b[3] = {seam ? 10.0 + 1e-9 : 9.0, 0, seam ? 6.0 : 5.0 + 1e-9};
    double n[3], m[3];

    assert_near(die_gap(a, 1.0, 10.0, 5.0, n), die_gap(b, 1.0, 10.0, 5.0, m), 1e-8);
    for (int d = 0; d < 3; d++) assert_near(n[d], m[d], 1e-8);
  }
}

static void test_punch(void **unused)
{
  assert_near(punch_gap(3.0, 1.0, 0.0, 1), 2.0, 0.0);
  assert_near(punch_gap(3.0, 1.0, 3.5, -1), -0.5, 0.0);
}

static void test_volumes(void **unused)
{
  const double r = 1.7, z = 0.4, whole = sphere_volume(r);

  assert_near(sphere_below(z, r, z), 0.5 * whole, 1e-14);
  assert_near(sphere_below(z, r, 100.0), whole, 1e-13);
  assert_near(sphere_below(z, r, -100.0), 0.0, 0.0);
  assert_near(sphere_between(z, r, -1.0, 1.0) + sphere_below(z, r, -1.0) + sphere_between(z, r, 1.0, 9.0), whole,
              1e-13);
  assert_near(sphere_between(z, r, 1.0, 0.5), 0.0, 0.0);
  assert_near(sphere_between(z, r, 0.1, 0.1 + 1e-6), 1e-6 * DIE_PI * (r * r - 0.09), 1e-11); /* a thin disc */
  assert_near(sphere_lens(1.0, 1.0, 1.0), 5.0 * DIE_PI / 12.0, 1e-14); /* two caps of height 1/2 */
  assert_near(sphere_lens(1.0, 2.0, 3.0), 0.0, 0.0);
  assert_near(sphere_lens(1.0, 2.0, 1.0), sphere_volume(1.0), 1e-14);
  assert_near(sphere_lens(1.0, 2.0, 1.0 + 1e-9), sphere_volume(1.0), 1e-7);
  assert_near(sphere_lens(1.5, 0.8, 2.0), sphere_below(0.0, 1.5, -1.4025) + sphere_below(0.0, 0.8, -0.5975), 1e-12);
}

static void test_bore_for(void **unused)
{
  const double R = bore_for(1000.0, 0.7, 0.5);

  assert_near(1000.0 / bore_volume(R, 0.5 * 2.0 * R), 0.7, 1e-14);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_bore),  cmocka_unit_test(test_rim),     cmocka_unit_test(test_gradient_and_seams),
      cmocka_unit_test(test_punch), cmocka_unit_test(test_volumes), cmocka_unit_test(test_bore_for),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
