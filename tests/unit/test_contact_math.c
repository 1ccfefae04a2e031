/*
  test_contact_math.c - the vectorisable functions of lanes_math.h against libm.
*/
#include "materials/lanes_math.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static double rel(double got, double want) { return fabs(got - want) / (fabs(want) + 1e-300); }

static void exp_matches_libm(void **state)
{
  double worst = 0.0;

  (void)state;
  for (int k = -60000; k <= 60000; k++) {
    const double x = k * 0.01170033;
    if (fabs(x) < 700.0) worst = fmax(worst, rel(lm_exp(x), exp(x)));
  }
  assert_true(worst < 1e-15); /* WHY: Taylor remainder 3e-18, a dozen roundings of 1.1e-16 in a sum near 1 */
  assert_true(lm_exp(0.0) == 1.0);
  assert_true(isfinite(lm_exp(-1e300)) && isfinite(lm_exp(1e300)));
}

static void log_matches_libm(void **state)
{
  double worst = 0.0;

  (void)state;
  for (int k = -4000; k <= 4000; k++) {
    const double x = exp(k * 0.1700131);
    if (x > 1e-299) worst = fmax(worst, fabs(lm_log(x) - log(x)) / fmax(fabs(log(x)), 1e-3));
  }
  assert_true(worst < 1e-15); /* WHY: series remainder 1e-17, one division; near 1 the value itself is small */
  assert_true(lm_log(1.0) == 0.0);
}

static void cbrt_matches_libm(void **state)
{
  double worst = 0.0;

  (void)state;
  for (int k = -1990; k <= 1990; k++) {
    const double x = pow(10.0, 0.1 * k) * (1.0 + 0.37 * (k % 7));
    if (x > 0.0) worst = fmax(worst, rel(lm_cbrt(x), cbrt(x)));
  }
  assert_true(worst < 1e-15); /* WHY: the last Newton step leaves its own rounding, about 3 ulp */
  assert_true(lm_cbrt(0.0) == 0.0 && lm_cbrt(-1.0) == 0.0);
}

static void rsqrt_matches_libm(void **state)
{
  double worst = 0.0;

  (void)state;
  for (int k = -2890; k <= 3000; k++)
    for (int j = 0; j < 7; j++) {
      const double x = pow(10.0, 0.1 * k) * (1.0 + 0.031 * j);
      worst          = fmax(worst, rel(lm_rsqrt(x), (double)(1.0L / sqrtl(x))));
    }
  assert_true(worst < 4e-16); /* WHY: 2 ulp, from the last two roundings */
  assert_true(isfinite(lm_rsqrt(0.0)) && isfinite(lm_rsqrt(1e-320)));
}

static void segment_matches_acos(void **state)
{
  double worst = 0.0;

  (void)state;
  for (int k = 1; k < 20000; k++) {
    const long double u = k / 20000.0L, t = 2.0L * asinl(sqrtl(u)), want = t - sinl(t) * cosl(t);
    worst = fmax(worst, rel(lm_segment((double)u), (double)want));
  }
  assert_true(worst < 2e-15);                                        /* WHY: 18 fused steps and one square root */
  assert_true(rel(lm_segment(1e-12), (16.0 / 3.0) * 1e-18) < 1e-11); /* WHY: next term is -0.3 u */
  assert_true(lm_segment(0.0) == 0.0 && rel(lm_segment(1.0), 3.14159265358979323846) < 1e-15);
}

static void ratio_guards_zero(void **state)
{
  (void)state;
  assert_true(lm_ratio(3.0, 0.0) == 0.0 && lm_ratio(3.0, -1.0) == 0.0 && lm_ratio(3.0, 2.0) == 1.5);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(exp_matches_libm),   cmocka_unit_test(log_matches_libm),     cmocka_unit_test(cbrt_matches_libm),
      cmocka_unit_test(rsqrt_matches_libm), cmocka_unit_test(segment_matches_acos), cmocka_unit_test(ratio_guards_zero),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
