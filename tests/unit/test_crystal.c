/*
  test_crystal.c - misorientation of cubic crystals against known values and brute force, boundary energy, facets,
  orientations at random, and the integration of a rotation.
*/
#include "materials/constants.h"
#include "materials/crystal.h"
#include "mesh/points.h"
#include "mesh/rng.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const double  PI = 3.14159265358979323846, DEG = 3.14159265358979323846 / 180.0;
static const Crystal pbs = {.facet = 100, .surface = 0.3, .boundary = 0.09};

static void check_near(double got, double want, double tolerance)
{
  if (!(fabs(got - want) <= tolerance)) print_message("%.15g, expected %.15g +- %g\n", got, want, tolerance);
  assert_true(fabs(got - want) <= tolerance);
}

/* Quaternion of a turn by `angle` about (x, y, z), any length. */
static void about(double x, double y, double z, double angle, double q[4])
{
  const double s = sin(0.5 * angle) / sqrt(x * x + y * y + z * z);

  q[0] = cos(0.5 * angle);
  q[1] = s * x, q[2] = s * y, q[3] = s * z;
}

static void times(const double a[4], const double b[4], double ab[4])
{
  const double out[4] = {
      a[0] * b[0] - a[1] * b[1] - a[2] * b[2] - a[3] * b[3], a[0] * b[1] + a[1] * b[0] + a[2] * b[3] - a[3] * b[2],
      a[0] * b[2] - a[1] * b[3] + a[2] * b[0] + a[3] * b[1], a[0] * b[3] + a[1] * b[2] - a[2] * b[1] + a[3] * b[0]};

  memcpy(ab, out, sizeof out);
}

/* The rotations of the cube, by multiplying quarter turns until nothing new comes. */
static int cube_group(double s[24][4])
{
  double gen[2][4], next[4];
  int    n = 1;

  about(1, 0, 0, 0.5 * PI, gen[0]);
  about(0, 0, 1, 0.5 * PI, gen[1]);
  about(1, 0, 0, 0.0, s[0]);
  for (int k = 0; k < n; k++)
    for (int g = 0; g < 2; g++) {
      int known = 0;

      times(gen[g], s[k], next);
      for (int m = 0; m < n; m++)
        known |= fabs(next[0] * s[m][0] + next[1] * s[m][1] + next[2] * s[m][2] + next[3] * s[m][3]) > 0.99;
      if (known) continue;
      assert_true(n < 24);
      memcpy(s[n++], next, sizeof next);
    }
  return n;
}

/* Closed values; 1e-14 rad is some ten roundings. */
static void known_misorientations(void **state)
{
  static const struct {
    double axis[3], angle, want; /* deg */
  } known[] = {
      {{0, 0, 1},                   0.0,           0.0          },
      {{0, 0, 1},                   1e-6,          1e-6         }, /* nothing lost at small angles */
      {{0, 0, 1},                   10.0,          10.0         },
      {{1, 0, 0},                   50.0,          40.0         }, /* the quarter turn takes over */
      {{1, 1, 0},                   180.0,         0.0          },
      {{1, 1, 1},                   60.0,          60.0         }, /* twin, Sigma 3 */
      {{0, 1, 0},                   36.8698976,    36.8698976   }, /* Sigma 5 */
      {{1, 1, 1},                   100.0,         20.0         },
      {{1, 1, 0.41421356237309505}, 62.7994296197, 62.7994296197}, /* the largest there is (Mackenzie 1958) */
  };
  double frame[4], a[4], b[4], axis[3];

  (void)state;
  about(0.3, -0.5, 0.8, 1.1, frame); /* both in any frame */
  for (size_t k = 0; k < sizeof known / sizeof known[0]; k++) {
    about(known[k].axis[0], known[k].axis[1], known[k].axis[2], DEG * known[k].angle, b);
    about(1, 0, 0, 0.0, a);
    times(frame, a, a);
    times(frame, b, b);
    check_near(crystal_misorientation(a, b, axis), DEG * known[k].want, 1e-14);
  }
}

/* Against all 24 names of random pairs; the axis turns a's lattice onto b's: what is left is a rotation of the cube. */
static void smallest_of_all_names(void **state)
{
  double s[24][4], mean = 0.0;
  enum { N = 20000 };

  (void)state;
  assert_int_equal(cube_group(s), 24);
  for (int i = 0; i < N; i++) {
    double a[4], b[4], back[4], r[4], axis[3], turn[4], best = 0.0, left = 0.0, angle;

    point_turn(7, RNG_TURNS, 2 * i, a);
    point_turn(7, RNG_TURNS, 2 * i + 1, b);
    angle = crystal_misorientation(a, b, axis);
    mean += angle / N;
    for (int k = 0; k < 4; k++) back[k] = k ? -a[k] : a[k];
    times(back, b, r);
    for (int m = 0; m < 24; m++)
      best = fmax(best, fabs(r[0] * s[m][0] + r[1] * s[m][1] + r[2] * s[m][2] + r[3] * s[m][3]));
    check_near(cos(0.5 * angle), best, 1e-14);
    assert_int_equal(crystal_within(a, b, 0.5), cos(0.25) < best);
    about(axis[0], axis[1], axis[2], -angle, turn);
    times(turn, b, r);
    times(back, r, r);
    for (int m = 0; m < 24; m++)
      left = fmax(left, fabs(r[0] * s[m][0] + r[1] * s[m][1] + r[2] * s[m][2] + r[3] * s[m][3]));
    check_near(left, 1.0, 1e-14);
    check_near(crystal_misorientation(b, a, turn), angle, 1e-14); /* the other way round: the axis turns about */
    for (int k = 0; k < 3; k++) check_near(turn[k], -axis[k], 1e-12);
  }
  /* Mackenzie 1958: 40.736 deg on average, standard deviation 11.3 deg; four standard errors */
  check_near(mean / DEG, 40.736, 4.0 * 11.3 / sqrt(N));
}

/* Uniform on all rotations: second moments 1/4 of the identity (variances 1/16 and 1/24 of a point on the sphere in
   four dimensions), the mean image of a fixed direction is nothing; four standard errors. */
static void orientations_are_uniform(void **state)
{
  enum { N = 100000 };
  double moment[4][4] = {{0}}, image[3] = {0};

  (void)state;
  for (int i = 0; i < N; i++) {
    double q[4], again[4];

    point_turn(42, RNG_TURNS, i, q);
    point_turn(42, RNG_TURNS, i, again);
    assert_memory_equal(q, again, sizeof q);
    check_near(q[0] * q[0] + q[1] * q[1] + q[2] * q[2] + q[3] * q[3], 1.0, 1e-15 * 4);
    for (int a = 0; a < 4; a++)
      for (int b = 0; b < 4; b++) moment[a][b] += q[a] * q[b] / N;
    image[0] += 2.0 * (q[1] * q[3] + q[0] * q[2]) / N; /* of the z axis: variance 1/3 a component */
    image[1] += 2.0 * (q[2] * q[3] - q[0] * q[1]) / N;
    image[2] += (1.0 - 2.0 * (q[1] * q[1] + q[2] * q[2])) / N;
  }
  for (int a = 0; a < 4; a++)
    for (int b = 0; b < 4; b++)
      check_near(moment[a][b], a == b ? 0.25 : 0.0, 4.0 * sqrt((a == b ? 1.0 / 16.0 : 1.0 / 24.0) / N));
  for (int k = 0; k < 3; k++) check_near(image[k], 0.0, 4.0 * sqrt(1.0 / 3.0 / N));
}

/* How many of N random pairs are aligned: both normals within 10 deg of one of the `normals` facets, and a twist within
   10 deg of one of the fold equal ones; counting noise, four standard deviations. */
static void aligned_by_chance(int facet, int normals, int fold)
{
  enum { N = 2000000 };
  const Crystal c    = {.facet = facet, .surface = 0.3, .boundary = 0.09};
  const double  n[3] = {0.6, 0.0, 0.8};
  const double  face = 0.5 * normals * (1.0 - cos(10.0 * DEG)), both = face * face * 20.0 * fold / 360.0;
  double        tilted = 0.0, aligned = 0.0;

  for (int i = 0; i < N; i++) {
    double a[4], b[4];

    point_turn(5, RNG_TURNS, 2 * i, a);
    point_turn(5, RNG_TURNS, 2 * i + 1, b);
    tilted += crystal_facet_angle(&c, a, n) < 10.0 * DEG;
    aligned += crystal_aligned(&c, a, b, n);
  }
  print_message("facets %d: %g tilted less than 10 deg (%g), %g aligned (%g)\n", facet, tilted / N, face, aligned / N,
                both);
  check_near(tilted, N * face, 4.0 * sqrt(N * face));
  check_near(aligned, N * both, 4.0 * sqrt(N * both));
}

/* Four fold about <100>, two about <110>, three about <111>; 6, 12 and 8 normals whose caps of 10 deg do not meet. */
static void chance_of_alignment(void **state)
{
  (void)state;
  aligned_by_chance(100, 6, 4);
  aligned_by_chance(110, 12, 2);
  aligned_by_chance(111, 8, 3);
}

/* On either side of each of the three limits. */
static void alignment_has_three_limits(void **state)
{
  const double n[3] = {0.0, 0.0, 1.0};
  double       a[4], b[4], turn[4];

  (void)state;
  for (int k = 0; k < 2; k++) {
    const double off = (k ? 10.2 : 9.8) * DEG;

    about(1, 0, 0, off, a); /* tilted alike: no twist, no misorientation */
    assert_int_equal(crystal_aligned(&pbs, a, a, n), !k);
    about(0, 0, 1, 0.5 * PI + off, b); /* a twist, by another name of the lattice */
    about(1, 0, 0, 0.0, a);
    assert_int_equal(crystal_aligned(&pbs, a, b, n), !k);
    check_near(crystal_twist(a, b, n), off, 1e-14);
    about(0, 1, 0, 5.0 * DEG, turn); /* one facet only */
    about(0, 1, 0, off, b);
    assert_int_equal(crystal_aligned(&pbs, turn, b, n), !k);
    assert_int_equal(crystal_aligned(&pbs, b, turn, n), !k);
  }
  about(1, 1, 1, 1.0, a);
  check_near(crystal_facet_angle(&pbs, b, (double[3]){0.0, 1.0, 0.0}), 0.0, 1e-7); /* acos near 1 */
  about(1, 0, 0, 0.0, a);
  const double diagonal[3] = {1 / sqrt(3.0), 1 / sqrt(3.0), -1 / sqrt(3.0)};
  check_near(crystal_facet_angle(&pbs, a, diagonal), acos(1 / sqrt(3.0)), 1e-14);
  check_near(crystal_facet_angle(&(Crystal){.facet = 110}, a, diagonal), acos(sqrt(2.0 / 3.0)), 1e-14);
  check_near(crystal_facet_angle(&(Crystal){.facet = 111}, a, diagonal), 0.0, 1e-7);
}

/* Read and Shockley's formula but for the rounded cusp; its slope by central differences over 1e-4 of the angle: 1e-8
   by the third derivative, which is at most some 1/phi^2 of the slope, or of the mean slope where that ends. */
static void boundary_energy_and_slope(void **state)
{
  double last = -1.0;

  (void)state;
  assert_true(crystal_boundary_energy(&pbs, 0.0) == 0.0 && crystal_boundary_slope(&pbs, 0.0) == 0.0);
  for (double phi = 2e-5; phi < 0.4; phi += 1.3e-3) {
    const double x = phi / (15.0 * DEG), formula = x < 1.0 ? 0.09 * x * (1.0 - log(x)) : 0.09, h = 1e-4 * phi;
    const double e     = crystal_boundary_energy(&pbs, phi);
    const double slope = (crystal_boundary_energy(&pbs, phi + h) - crystal_boundary_energy(&pbs, phi - h)) / (2.0 * h);

    check_near(crystal_boundary_slope(&pbs, phi), slope, 1e-7 * slope + 1e-8 * 0.09 / (15.0 * DEG));
    assert_true(e >= last && e <= formula * (1.0 + 1e-12));
    if (phi > 5.0 * DEG) check_near(e, formula, 0.055 * formula);
    check_near(crystal_bond_work(&pbs, phi), 0.6 - e, 1e-15);
    last = e;
  }
  check_near(crystal_boundary_energy(&pbs, 16.0 * DEG), 0.09, 1e-15);
  check_near(crystal_joining_rate(0.4 * ELECTRON_VOLT, 300.0), 1e4 * exp(-0.4 / (8.617333262e-5 * 300.0)), 1e-12);
}

/* A top that precesses: q(t) = exp(a t/2) exp(b t/2) has the angular velocity a + b turned by a.  Error at t = 1. */
static double precession(int steps, double *norm)
{
  const double a[3] = {0.3, -2.0, 0.7}, dt = 1.0 / steps;
  double       q[4] = {1.0, 0.0, 0.0, 0.0}, first[4], end[4], want[4], error = 0.0;
  const double size_a = sqrt(0.3 * 0.3 + 4.0 + 0.49), size_b = sqrt(1.0 + 2.25);

  for (int k = 0; k < steps; k++) {
    const double b[4] = {0.0, 1.0, 0.0, 1.5};
    double       back[4], w[4];

    about(a[0], a[1], a[2], size_a * (k + 0.5) * dt, first);
    for (int c = 0; c < 4; c++) back[c] = c ? -first[c] : first[c];
    times(first, b, w);
    times(w, back, w);
    for (int c = 0; c < 3; c++) w[1 + c] += a[c];
    crystal_turn(w + 1, dt, q);
    *norm = fmax(*norm, fabs(q[0] * q[0] + q[1] * q[1] + q[2] * q[2] + q[3] * q[3] - 1.0));
  }
  about(a[0], a[1], a[2], size_a, first);
  about(1.0, 0.0, 1.5, size_b, end);
  times(first, end, want);
  for (int c = 0; c < 4; c++) error = fmax(error, fabs(q[c] - want[c]));
  return error;
}

/* Constant angular velocity: exact, 1e-12 for 10000 roundings; one that changes, taken at half steps: second order. */
static void rotation_is_integrated(void **state)
{
  const double w[3] = {3.0, -4.0, 12.0};
  double       q[4] = {1.0, 0.0, 0.0, 0.0}, want[4], norm = 0.0, e[3];

  (void)state;
  for (int k = 0; k < 10000; k++) crystal_turn(w, 1e-4, q);
  about(w[0], w[1], w[2], 13.0, want);
  for (int c = 0; c < 4; c++) check_near(q[c], want[c], 1e-12);
  for (int k = 0; k < 3; k++) e[k] = precession(100 << k, &norm);
  print_message("precession: errors %g %g %g\n", e[0], e[1], e[2]);
  check_near(e[0] / e[1], 4.0, 0.1); /* the next order is 1/100 of it */
  check_near(e[1] / e[2], 4.0, 0.05);
  assert_true(e[2] < 1e-4 && norm < 1e-15);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(known_misorientations),      cmocka_unit_test(smallest_of_all_names),
      cmocka_unit_test(orientations_are_uniform),   cmocka_unit_test(chance_of_alignment),
      cmocka_unit_test(alignment_has_three_limits), cmocka_unit_test(boundary_energy_and_slope),
      cmocka_unit_test(rotation_is_integrated),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
