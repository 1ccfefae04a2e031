/*
  bulk_spectral.c - principal values and directions without iteration over rotations.

  After Scherzinger & Dohrmann 2008 (CMAME 197, 4007): the value of the deviator that lies farthest from the two others
  is found first, where the cubic is well conditioned; its direction is split off, and what is left is a 2x2 problem
  that one Jacobi rotation solves.  No step divides by the distance of two close values.
*/
#include "materials/bulk_spectral.h"
#include "materials/lanes_math.h"

#include <math.h>

const int sym3[3][3] = {
    {0, 3, 5},
    {3, 1, 4},
    {5, 4, 2}
};

static void product(const double a[6], const double v[3], double out[3])
{
  out[0] = a[0] * v[0] + a[3] * v[1] + a[5] * v[2];
  out[1] = a[3] * v[0] + a[1] * v[1] + a[4] * v[2];
  out[2] = a[5] * v[0] + a[4] * v[1] + a[2] * v[2];
}

static double dot(const double a[3], const double b[3]) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; }

static double det(const double a[6])
{
  return a[0] * (a[1] * a[2] - a[4] * a[4]) - a[3] * (a[3] * a[2] - a[4] * a[5]) + a[5] * (a[3] * a[4] - a[1] * a[5]);
}

/* The root in [sqrt(3), 2] of y^3 - 3 y = 2 c, c in [0, 1], which is 2 cos(acos(c)/3): a near-minimax polynomial (error
   4e-9, mpmath chebyfit) and one step of Newton, which squares that. */
static double far_root(double c)
{
  const double c2 = c * c, c4 = c2 * c2;
  const double p01 = lm_fma(c, 0.333332742289, 1.732050811199), p23 = lm_fma(c, 0.0492085935847, -0.0962088829059);
  const double p45 = lm_fma(c, 0.0187666611414, -0.0302145503224), p67 = lm_fma(c, 0.00352971374624, -0.00985938234486);
  const double high = lm_fma(c4, -0.000605708402902, lm_fma(c2, p67, p45));
  const double y = lm_fma(c4, high, lm_fma(c2, p23, p01)), y2 = y * y;

  return y - (y * (y2 - 3.0) - 2.0 * c) / (3.0 * (y2 - 1.0));
}

/* Direction of the single value x of the deviator a: the largest column of the adjugate of a - x 1. */
static void far_direction(const double a[6], double x, double v[3])
{
  const double xx = a[0] - x, yy = a[1] - x, zz = a[2] - x;
  const double adj[6] = {yy * zz - a[4] * a[4],   xx * zz - a[5] * a[5],   xx * yy - a[3] * a[3],
                         a[4] * a[5] - a[3] * zz, a[3] * a[5] - a[4] * xx, a[3] * a[4] - a[5] * yy};
  const int    best   = adj[0] > adj[1] ? (adj[0] > adj[2] ? 0 : 2) : (adj[1] > adj[2] ? 1 : 2);
  double       scale;

  for (int k = 0; k < 3; k++) v[k] = adj[sym3[best][k]];
  scale = 1.0 / sqrt(dot(v, v));
  for (int k = 0; k < 3; k++) v[k] *= scale;
}

/* Two directions square to v and to each other: Duff et al. 2017 (J. Comput. Graph. Tech. 6, 1). */
static void complete_basis(const double v[3], double s[3], double t[3])
{
  const double sign = copysign(1.0, v[2]), a = -1.0 / (sign + v[2]), b = v[0] * v[1] * a;

  s[0] = 1.0 + sign * v[0] * v[0] * a, s[1] = sign * b, s[2] = -sign * v[0];
  t[0] = b, t[1] = sign + v[1] * v[1] * a, t[2] = -v[1];
}

/* One Jacobi rotation of the plane of s and t; values of the deviator a there into value[1], value[2]. */
static void solve_plane(const double a[6], const double s[3], const double t[3], double value[3], double n[3][3])
{
  double as[3], at[3], ss, st, tt, tan_angle = 0.0, c, sn;

  product(a, s, as);
  product(a, t, at);
  ss = dot(s, as), st = dot(s, at), tt = dot(t, at);
  if (st != 0.0) {
    const double half = 0.5 * (tt - ss), root = sqrt(half * half + st * st);

    tan_angle = st / (half + copysign(root, half));
  }
  c  = 1.0 / sqrt(1.0 + tan_angle * tan_angle);
  sn = c * tan_angle;
  for (int k = 0; k < 3; k++) {
    n[1][k] = c * s[k] - sn * t[k];
    n[2][k] = sn * s[k] + c * t[k];
  }
  value[1] = ss - tan_angle * st;
  value[2] = tt + tan_angle * st;
}

/* Trace into *mean; the mean of the differences is taken out once more, or close values would leave a deviator with a
   trace of its own size. */
static void deviator(const double a[6], double *mean, double d[6])
{
  double rest;

  *mean = (a[0] + a[1] + a[2]) / 3.0;
  for (int k = 0; k < 6; k++) d[k] = a[k] - (k < 3 ? *mean : 0.0);
  rest = (d[0] + d[1] + d[2]) / 3.0;
  for (int k = 0; k < 3; k++) d[k] -= rest;
  *mean += rest;
}

void sym3_principal(const double a[6], double value[3], double n[3][3])
{
  double d[6], mean, p2;

  deviator(a, &mean, d);
  p2 = (d[0] * d[0] + d[1] * d[1] + d[2] * d[2] + 2.0 * (d[3] * d[3] + d[4] * d[4] + d[5] * d[5])) / 6.0;
  if (p2 > 1e-33 * mean * mean && p2 > 1e-300) {
    const double p = sqrt(p2), per_p = 1.0 / p;
    double       s[3], t[3], along[3], c;

    for (int k = 0; k < 6; k++) d[k] *= per_p;
    c = 0.5 * det(d);
    far_direction(d, copysign(far_root(fmin(fabs(c), 1.0)), c), n[0]);
    product(d, n[0], along);
    value[0] = dot(n[0], along);
    complete_basis(n[0], s, t);
    solve_plane(d, s, t, value, n);
    for (int k = 0; k < 3; k++) value[k] = mean + p * value[k];
  } else { /* equal to rounding: any directions will do */
    for (int k = 0; k < 3; k++) {
      value[k] = a[k];
      for (int i = 0; i < 3; i++) n[k][i] = i == k;
    }
  }
}

void sym3_compose(const double value[3], const double n[3][3], double a[6])
{
  for (int i = 0; i < 3; i++)
    for (int j = i; j < 3; j++)
      a[sym3[i][j]] = value[0] * n[0][i] * n[0][j] + value[1] * n[1][i] * n[1][j] + value[2] * n[2][i] * n[2][j];
}

/* 2 atanh(z)/(x - y) with z = (x - y)/(x + y); the series to z^14 leaves 1e-17 where |z| < 0.1. */
double log_slope(double x, double y, double log_x, double log_y)
{
  const double sum = x + y, z = (x - y) / sum, q = z * z;
  double       tail = 1.0 / 15.0;

  if (q >= 0.01) return (log_x - log_y) / (x - y);
  for (int k = 13; k >= 1; k -= 2) tail = lm_fma(tail, q, 1.0 / k);
  return 2.0 * tail / sum;
}
