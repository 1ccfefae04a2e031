/*
  test_quality.c - hardness and stiffness of a coin: limits, and the evidence the bands must hold.
*/
#include "materials/quality.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const Material gold  = {.E = 79.0, .nu = 0.42, .yield_bulk = 0.1, .hall_petch = 2.5298};
static const Material glass = {.E = 92.0, .nu = 0.40, .yield_bulk = 1.5, .hall_petch = 0.0};

static void close_to(double value, double wanted, double rtol)
{
  if (!(fabs(value - wanted) <= rtol * fabs(wanted))) fail_msg("%.9g, not %.9g", value, wanted);
}

static int holds(QualityBand b, double x) { return b.low <= x && x <= b.high; }

static void evidence_on_gold_lies_in_the_band(void **state)
{
  const QualityBand small = quality_yield(&gold, 6.5, NAN), dense = quality_hardness(&gold, 50.0, NAN, 0.0, 1.0);

  (void)state;
  close_to(small.low, 0.22, 0.02); /* the two anchors, to two digits */
  close_to(small.high, 2.0, 0.02);
  close_to(small.value, material_yield(&gold, 6.5), 1e-15);
  assert_true(holds(dense, 1.4) && holds(dense, 2.0)); /* Hodge et al. 2006 */
  assert_true(
      holds(quality_hardness(&gold, 6.5, NAN, 0.0, 1.0), 0.65 * 1.02));   /* the coin: at the lower end if dense */
  assert_true(holds(quality_hardness(&gold, 6.5, NAN, 0.15, 1.0), 0.65)); /* well inside if porous */
  close_to(quality_hardness(&gold, 1e6, NAN, 0.0, 1.0).value, 0.3, 0.03); /* coarse: the reference coin */
}

static void bands_are_in_order(void **state)
{
  (void)state;
  for (double d = 1.0; d < 1e4; d *= 1.3)
    for (double p = 0.0; p <= 1.0; p += 0.1)
      for (double yield = 0.01; yield < 100.0; yield *= 10.0) {
        const QualityBand h = quality_hardness(&gold, d, yield, p, 0.7), E = quality_modulus(&gold, p, 0.7);

        assert_true(h.low >= 0.0 && h.low <= h.value && h.value <= h.high);
        assert_true(E.low >= 0.0 && E.low <= E.value && E.value <= E.high);
      }
  assert_true(quality_yield(&gold, 0.01, NAN).high == material_shear_modulus(&gold) / 10.0);
}

static void pores_and_bonds(void **state)
{
  const QualityBand full = quality_hardness(&gold, 6.5, 0.5, 0.0, 1.0);

  (void)state;
  close_to(full.value, 1.5, 1e-15); /* Tabor */
  close_to(quality_hardness(&gold, 6.5, 0.5, 0.1, 1.0).value, 1.5 * exp(-0.6), 1e-15);
  close_to(quality_hardness(&gold, 6.5, 0.5, 0.0, 0.25).value, 0.375, 1e-15);
  assert_true(quality_hardness(&gold, 6.5, 0.5, 0.0, 3.0).value == full.value); /* more bond than surface counts once */
  assert_true(quality_hardness(&gold, 6.5, 0.5, -0.01, 1.0).value == full.value); /* overlaps make no density above 1 */
  close_to(quality_modulus(&gold, 0.2, 1.0).value, 79.0 * 0.64, 1e-15);
  assert_true(quality_modulus(&gold, 1.0, 1.0).value == 0.0);
}

static void a_glass_has_no_band(void **state)
{
  const QualityBand h = quality_hardness(&glass, 6.5, NAN, 0.0, 1.0);

  (void)state;
  close_to(h.value, 4.5, 1e-12);
  close_to(h.low, 4.5, 1e-12);
  close_to(h.high, 4.5, 1e-12);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(evidence_on_gold_lies_in_the_band),
      cmocka_unit_test(bands_are_in_order),
      cmocka_unit_test(pores_and_bonds),
      cmocka_unit_test(a_glass_has_no_band),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
