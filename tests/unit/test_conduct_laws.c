/*
  test_conduct_laws.c - resistance of contacts against published limits and numbers.
*/
#include "materials/conduct.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const double PI  = 3.14159265358979323846;
static const double RHO = 22.1e-9, LAMBDA = 37.7; /* gold at 300 K, Gall 2016 (J. Appl. Phys. 119, 085101): nm/nS, nm */
static const double OHM = 1e-9;                   /* 1 Ohm in 1/nS */

#define CLOSE(value, expected, rtol) assert_true(fabs((value) - (expected)) <= (rtol)*fabs(expected))

/* Resistances of necks between gold grains; three figures are given, so 3e-3. */
static void gold_necks(void **state)
{
  const double a[] = {0.5, 1.0, 1.27, 2.0}, ohm[] = {1431.0, 361.0, 225.0, 92.0};

  (void)state;
  for (int k = 0; k < 4; k++) CLOSE(1.0 / conduct_metal(RHO, LAMBDA, a[k], 1.0), ohm[k] * OHM, 3e-3);
}

/* The ballistic term by hand: 4 rho lambda/(3 pi a^2) = 353.6 Ohm at a = 1 nm; Maxwell's adds 2 % there. */
static void ballistic_term(void **state)
{
  const double sharvin = 1.0 / (PI * conduct_sharvin(RHO, LAMBDA));

  (void)state;
  CLOSE(sharvin, 353.6 * OHM, 1e-4);
  CLOSE(1.0 / conduct_metal(RHO, LAMBDA, 1.0, 1.0) - sharvin, 0.6314 * RHO / 2.0, 1e-3);
  CLOSE(conduct_metal(RHO, LAMBDA, 0.01, 1.0), PI * 1e-4 * conduct_sharvin(RHO, LAMBDA), 1e-3); /* K = 3770 */
  /* a boundary divides this term and no other */
  CLOSE(1.0 / conduct_metal(RHO, LAMBDA, 1.0, 0.05) - 1.0 / conduct_metal(RHO, LAMBDA, 1.0, 1.0), 19.0 * sharvin, 1e-9);
}

static void holm_and_nothing(void **state)
{
  (void)state;
  CLOSE(conduct_metal(RHO, 0.0, 1.3, 0.3), 2.0 * 1.3 / RHO, 1e-15);
  CLOSE(conduct_metal(RHO, LAMBDA, 1e6, 1.0), 2e6 / RHO, 1e-4); /* K = 4e-5: the correction is 0.85 + 0.5 of K */
  assert_true(conduct_metal(RHO, LAMBDA, 0.0, 1.0) == 0.0);
  assert_true(conduct_metal(RHO, LAMBDA, -0.1, 1.0) == 0.0);
  assert_true(conduct_metal(RHO, LAMBDA, 1.0, 0.0) == 0.0);
  assert_true(conduct_metal(0.0, LAMBDA, 1.0, 1.0) == 0.0);
}

/* More area, more transmission: more current.  The same number whichever way the contact is looked at. */
static void metal_is_monotonic(void **state)
{
  (void)state;
  for (double a = 0.01; a < 1e4; a *= 1.3)
    for (double T = 0.01; T < 1.0; T *= 1.5) {
      const double G = conduct_metal(RHO, LAMBDA, a, T);
      assert_true(G > 0.0 && G < 2.0 * a / RHO / 0.62); /* Gamma > 0.83/1.33 */
      assert_true(conduct_metal(RHO, LAMBDA, 1.01 * a, T) > G && conduct_metal(RHO, LAMBDA, a, 1.01 * T) > G);
    }
}

static const Ligand layer = {.gap = 1.2, .decay = 9.0, .conductance = 3.87e4, .permittivity = 2.5};

/* E_C = 0.0886 eV for R = 3.25 nm in eps = 2.5; exp(-E_C/kT) = 0.032 at 300 K */
static void charging(void **state)
{
  (void)state;
  CLOSE(conduct_charging(2.5, 3.25, 300.0), exp(-0.0886 / 0.025852), 3e-3);
  CLOSE(conduct_charging(2.5, 3.25, 300.0), 0.0325, 5e-3);
}

static void molecules(void **state)
{
  const TunnelInput in   = {.flat = 2.0, .gap = 0.8, .coverage = 1.0, .radius = 3.25, .temperature = 300.0};
  TunnelInput       half = in, apart = in;
  const double      charge = conduct_charging(2.5, 3.25, 300.0);

  (void)state;
  CLOSE(conduct_tunnel(&layer, &in, 0.0), 10.0 * 3.87e4 * exp(-7.2) * charge, 1e-14);
  half.coverage = 0.5;
  CLOSE(conduct_tunnel(&layer, &half, 0.0), 0.5 * conduct_tunnel(&layer, &in, 0.0), 1e-14);
  apart.gap = 1.4; /* the layers no longer meet: 0.2 nm of nothing */
  CLOSE(conduct_tunnel(&layer, &apart, 0.0), 10.0 * 3.87e4 * exp(-9.0 * 1.2 - 21.0 * 0.2) * charge, 1e-14);
}

static void bare_gap(void **state)
{
  const double sharvin = conduct_sharvin(RHO, LAMBDA), charge = conduct_charging(2.5, 3.25, 300.0);
  TunnelInput  in = {.flat = 2.0, .gap = 0.3, .coverage = 0.0, .radius = 3.25, .temperature = 300.0};

  (void)state;
  CLOSE(conduct_tunnel(&layer, &in, sharvin), 2.0 * sharvin * exp(-6.3) * charge, 1e-14);
  in.gap = -0.1;
  CLOSE(conduct_tunnel(&layer, &in, sharvin), 2.0 * sharvin * charge, 1e-14);
  in.coverage = 1.5; /* more than a layer leaves nothing bare */
  assert_true(conduct_tunnel(&layer, &in, sharvin) == conduct_tunnel(&layer, &in, 0.0));
  in.flat = -1.0;
  assert_true(conduct_tunnel(&layer, &in, sharvin) == 0.0);
}

/* The local conductance of parallel faces, summed over rings of two spheres: exact ones, or parabolas of r_star. */
static double over_rings(double R1, double R2, double gap, double coverage, double sharvin, int exact)
{
  const double star = R1 * R2 / (R1 + R2), reach = exact ? fmin(R1, R2) : 3.0 * star;
  const int    n   = 20000;
  double       sum = 0.0;

  for (int k = 0; k < n; k++) {
    const double      r    = (k + 0.5) * reach / n;
    const double      h    = exact ? R1 - sqrt(R1 * R1 - r * r) + R2 - sqrt(R2 * R2 - r * r) : r * r / (2.0 * star);
    const TunnelInput ring = {.flat        = 2.0 * PI * r * reach / n,
                              .gap         = gap + h,
                              .coverage    = coverage,
                              .radius      = fmin(R1, R2),
                              .temperature = 300.0};
    sum += conduct_tunnel(&layer, &ring, sharvin);
  }
  return sum;
}

/*
  What tunnels between spheres is the local conductance integrated.  Parabolas: to the error of the midpoint rule,
  (step/width)^2 = 1e-6.  True spheres are steeper: (1 - h/(2R)) of the area at h, so about 1/(2 beta R) = 1.7 % less
  for R = 3.25 nm, beta = 9 /nm; 3 % is allowed.
*/
static void tunnelling_between_spheres(void **state)
{
  const double sharvin = conduct_sharvin(RHO, LAMBDA), gaps[] = {0.0, 0.3, 0.8, 1.19, 1.2, 1.5};

  (void)state;
  for (int k = 0; k < 6; k++)
    for (double coverage = 0.0; coverage <= 1.0; coverage += 0.5)
      for (double R2 = 3.25; R2 < 5.0; R2 += 1.5) {
        const TunnelInput in = {.r_star      = 3.25 * R2 / (3.25 + R2),
                                .gap         = gaps[k],
                                .coverage    = coverage,
                                .radius      = 3.25,
                                .temperature = 300.0};
        const double      G  = conduct_tunnel(&layer, &in, sharvin);

        assert_true(G > 0.0);
        CLOSE(over_rings(3.25, R2, gaps[k], coverage, sharvin, 0), G, 3e-6);
        CLOSE(over_rings(3.25, R2, gaps[k], coverage, sharvin, 1), G, 0.03);
      }
}

/* Along molecules much longer than 1/beta one exponential is left: an area of 2 pi R_star/beta. */
static void width_of_a_curved_gap(void **state)
{
  const Ligand long_one = {.gap = 4.0, .decay = 9.0, .conductance = 3.87e4, .permittivity = 2.5};
  TunnelInput  in       = {.r_star = 1.625, .gap = 0.5, .coverage = 1.0, .radius = 3.25, .temperature = 300.0};
  TunnelInput  flat     = {
           .flat = 2.0 * PI * 1.625 / 9.0, .gap = 0.5, .coverage = 1.0, .radius = 3.25, .temperature = 300.0};

  (void)state;
  CLOSE(conduct_tunnel(&long_one, &in, 0.0), conduct_tunnel(&long_one, &flat, 0.0), 1e-12); /* e^-31 is left out */
  in.flat = flat.flat; /* a flattened core: both areas side by side */
  CLOSE(conduct_tunnel(&long_one, &in, 0.0), 2.0 * conduct_tunnel(&long_one, &flat, 0.0), 1e-12);
}

/* Au, R = 0.7 (Zhang et al. 2006, PRB 74, 134109), d = 6.5 nm: 19 times the bulk; two figures are given, so 3 % */
static void grain_boundaries(void **state)
{
  const double a = 7.999999999,
               b = 8.000000001; /* both sides of where the series takes over, through lambda, R = 1/2 */

  (void)state;
  CLOSE(conduct_mayadas(RHO, LAMBDA, 6.5, 0.7), 19.0 * RHO, 0.03);
  assert_true(conduct_mayadas(RHO, LAMBDA, 6.5, 0.0) == RHO);
  CLOSE(conduct_mayadas(1.0, 1e-3, 1.0, 0.5), 1.0 + 1.5e-3, 1e-5);   /* small alpha: 1 + 3 alpha/2 */
  CLOSE(conduct_mayadas(1.0, 1e6, 1.0, 0.5), 4.0 / 3.0 * 1e6, 1e-5); /* large alpha: 4 alpha/3 */
  CLOSE(conduct_mayadas(1.0, a, 1.0, 0.5), conduct_mayadas(1.0, b, 1.0, 0.5), 1e-9);
}

static void bounds(void **state)
{
  const double G = conduct_metal(RHO, LAMBDA, 1.27, 1.0);

  (void)state;
  CLOSE(conduct_affine(PI / 6.0, 6.0, G, 3.25), G / 6.5, 1e-14); /* simple cubic: exact */
  CLOSE(G / 6.5, 6.8e5, 0.01);                                   /* S/m, two figures */
  CLOSE(conduct_affine(0.64, 6.0, G, 3.25), 8.4e5, 0.01);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(gold_necks),
      cmocka_unit_test(ballistic_term),
      cmocka_unit_test(holm_and_nothing),
      cmocka_unit_test(metal_is_monotonic),
      cmocka_unit_test(charging),
      cmocka_unit_test(molecules),
      cmocka_unit_test(bare_gap),
      cmocka_unit_test(grain_boundaries),
      cmocka_unit_test(bounds),
      cmocka_unit_test(tunnelling_between_spheres),
      cmocka_unit_test(width_of_a_curved_gap),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
