/* test_pace.c - the pace of a press of meshed grains: rises while it is quasi-static, stays below its limits. */
#include "solver/pace.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
// cmocka wants four of the above
#include <cmocka.h>

static const PaceLimits limits = {1e-3, 0.02};

/* A powder whose kinetic energy is `share` of the work at pace 1, with the square of the pace; looks a tenth of a
   transit apart. */
static Pace press(Pace pace, int looks, double share, double imbalance, const PaceLimits *l)
{
  for (int k = 0; k < looks; k++) {
    const PaceLook look = {.waited  = 0.1,
                           .transit = 1.0,
                           .kinetic = share * pace.pace * pace.pace,
                           .work    = 1.0,
                           .net     = (k % 2 ? -1.0 : 1.0) * imbalance * pace.pace,
                           .load    = 1.0};
    pace                = pace_next(l, pace, &look);
  }
  return pace;
}

static void settles_below_the_limit(void **state)
{
  const Pace pace = press((Pace){1.0, 0.0}, 2000, 1e-6, 0.0, &limits);

  /* 1e-6 pace^2 between 0.7 and 1 times 1e-3, to one look's change */
  assert_true(pace.pace > 0.99 * sqrt(0.7 * 1e3) && pace.pace < 1.01 * sqrt(1e3));
}

static void doubles_in_seven_transits(void **state)
{
  const Pace pace = press((Pace){1.0, 0.0}, 70, 0.0, 0.0, &limits);

  assert_true(fabs(pace.pace - pow(1.01, 70)) < 1e-12); /* a look adds 0.1 of UP = 0.1; rounding */
}

static void net_force_holds_it(void **state)
{
  const Pace pace = press((Pace){1.0, 0.0}, 2000, 0.0, 1e-3, &limits);

  assert_true(pace.imbalance <= 1.05 * limits.imbalance && pace.pace > 12.0 && pace.pace < 21.0);
}

static void falls_when_limits_are_passed(void **state)
{
  const Pace kinetic = press((Pace){100.0, 0.0}, 200, 1e-4, 0.0, &limits);
  const Pace net     = press((Pace){100.0, 0.0}, 200, 0.0, 0.01, &limits);

  assert_true(kinetic.pace <= sqrt(10.0) && net.pace < 3.0); /* 1e-4 pace^2 = 1e-3; 0.01 pace = 0.02, and its memory */
}

static void never_slower_than_asked(void **state)
{
  assert_true(press((Pace){1.0, 0.0}, 100, 1.0, 1.0, &limits).pace == 1.0);
}

static void a_limit_of_zero_turns_it_off(void **state)
{
  const PaceLimits off = {0.0, 0.02};

  assert_true(press((Pace){1.0, 0.0}, 100, 0.0, 0.0, &off).pace == 1.0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(settles_below_the_limit), cmocka_unit_test(doubles_in_seven_transits),
      cmocka_unit_test(net_force_holds_it),      cmocka_unit_test(falls_when_limits_are_passed),
      cmocka_unit_test(never_slower_than_asked), cmocka_unit_test(a_limit_of_zero_turns_it_off),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
