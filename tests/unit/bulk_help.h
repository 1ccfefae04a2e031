/*
  bulk_help.h - laws, random steps and tensors for the tests of materials/bulk*.c.
*/
#ifndef TESTS_UNIT_BULK_HELP_H
#define TESTS_UNIT_BULK_HELP_H

#include "materials/bulk.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define CLOSE(value, expected, tol) close_to((value), (expected), (tol), __LINE__)

static inline void close_to(double value, double expected, double tol, int line)
{
  if (!(fabs(value - expected) <= tol))
    fail_msg("line %d: %.17g, not %.17g (%.2g > %.2g)", line, value, expected, fabs(value - expected), tol);
}

static const int at[3][3] = {
    {0, 3, 5},
    {3, 1, 4},
    {5, 4, 2}
};
static const double YIELD = 1.1, DT = 1e-3; /* gold, inputs/materials/au.yml [GPa]; [ns] */

/* The law of gold with defaults, and up to four named numbers changed. */
static inline BulkModel gold(const char law[], int n, const char *const key[], const double number[])
{
  const BulkLaw *l = bulk_law_find(law);
  double         p[16];
  BulkModel      m = {0};

  for (const ParamSpec *s = l->params; s->key; s++) {
    double *v = (double *)((char *)p + s->offset);

    *v = !strcmp(s->key, "E") ? 79.0 : !strcmp(s->key, "nu") ? 0.42 : s->def;
    for (int k = 0; k < n; k++)
      if (!strcmp(s->key, key[k])) *v = number[k];
  }
  assert_null(bulk_model(l, p, &m));
  return m;
}

enum { N_MODELS = 6 };

/* Elastic; ideal, linear, Voce, rate on top of both, rate with a high exponent. */
static inline BulkModel model_of(int k)
{
  static const char *const key[] = {"hardening_modulus", "saturation_stress", "reference_rate", "rate_exponent"};
  static const double      number[N_MODELS][4] = {
           {0    },
           { 0.0, 0.0, 0.0, 0.02},
           { 3.0, 0.0, 0.0, 0.02},
           { 0.0, 2.0, 0.0, 0.02},
           { 3.0, 2.0, 1e-3, 0.05},
           { 0.0, 0.0, 10.0, 0.5}
  };

  return k == 0 ? gold("hencky", 0, NULL, NULL) : gold("j2", 4, key, number[k]);
}

/* In (-1, 1): xorshift, Marsaglia 2003. */
static inline double random1(uint64_t *seed)
{
  *seed ^= *seed << 13, *seed ^= *seed >> 7, *seed ^= *seed << 17;
  return 2.0 * (double)(*seed >> 11) * 0x1p-53 - 1.0;
}

/* 1 + size times random numbers, until the volume ratio is above 0.2. */
static inline double det3(const double f[3][3])
{
  return f[0][0] * (f[1][1] * f[2][2] - f[1][2] * f[2][1]) - f[0][1] * (f[1][0] * f[2][2] - f[1][2] * f[2][0]) +
         f[0][2] * (f[1][0] * f[2][1] - f[1][1] * f[2][0]);
}

static inline void random_step(uint64_t *seed, double size, double f[3][3])
{
  do {
    for (int i = 0; i < 3; i++)
      for (int j = 0; j < 3; j++) f[i][j] = (i == j) + size * random1(seed);
  } while (det3(f) < 0.2);
}

static inline void multiply(const double a[3][3], const double b[3][3], double c[3][3])
{
  for (int i = 0; i < 3; i++)
    for (int j = 0; j < 3; j++) c[i][j] = a[i][0] * b[0][j] + a[i][1] * b[1][j] + a[i][2] * b[2][j];
}

/* Rotation by an angle about a random axis: Rodrigues. */
static inline void rotation(uint64_t *seed, double angle, double Q[3][3])
{
  double u[3], n = 0.0;

  for (int k = 0; k < 3; k++) u[k] = random1(seed), n += u[k] * u[k];
  for (int k = 0; k < 3; k++) u[k] /= sqrt(n);
  for (int i = 0; i < 3; i++)
    for (int j = 0; j < 3; j++) {
      const int    k     = 3 - i - j;
      const double cross = i == j ? 0.0 : (j == (i + 1) % 3 ? -u[k] : u[k]);

      Q[i][j] = cos(angle) * (i == j) + (1.0 - cos(angle)) * u[i] * u[j] + sin(angle) * cross;
    }
}

/* Q a Q^T */
static inline void turn(const double Q[3][3], const double a[6], double out[6])
{
  for (int i = 0; i < 3; i++)
    for (int j = i; j < 3; j++) {
      double sum = 0.0;

      for (int k = 0; k < 3; k++)
        for (int l = 0; l < 3; l++) sum += Q[i][k] * a[at[k][l]] * Q[j][l];
      out[at[i][j]] = sum;
    }
}

static inline double mises(const double s[6])
{
  const double p = (s[0] + s[1] + s[2]) / 3.0, x = s[0] - p, y = s[1] - p, z = s[2] - p;

  return sqrt(1.5 * (x * x + y * y + z * z + 2.0 * (s[3] * s[3] + s[4] * s[4] + s[5] * s[5])));
}

/* Yield stress of a model as its header states it, after a step that flowed by x. */
static inline double yield_stress(const BulkModel *m, double Y0, double dt, double alpha, double x)
{
  const double gap = fmax(m->Ys - Y0, 0.0), slow = Y0 + m->H * (alpha + x) - gap * expm1(-(alpha + x) * m->inv_a0);

  return m->flow == BULK_RATE ? slow * (1.0 + pow(x / (dt * m->edot0), m->m)) : slow;
}

#endif
