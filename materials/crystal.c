/*
  crystal.c - misorientation of cubic crystals without a table of the 24 rotations.

  The rotation s of the cube that brings a quaternion r nearest to the identity is read off its components: with
  |r| sorted downwards, cos(phi/2) is the largest of r0 (s a half turn or none), (r0 + r1)/sqrt 2 (quarter turns and
  half turns about edges) and (r0 + r1 + r2 + r3)/2 (third turns); Handscomb 1958, Can. J. Math. 10, 85.
*/
#include "materials/crystal.h"
#include "materials/constants.h"

#include <math.h>
#include <string.h>

static const double DEGREE   = 0x1.1df46a2529d39p-6; /* pi/180 */
static const double ROUND    = 0.5; /* deg; the cusp of Read and Shockley's formula is rounded so far */
static const double ATTEMPTS = 1e4; /* [1/ns] of an atom, 1e13 /s */

const double crystal_align_angle    = 0x1.657184ae74487p-3; /* 10 deg, an estimate */
const double crystal_boundary_angle = 0x1.0c152382d7365p-2; /* 15 deg, the usual end of low-angle boundaries */

static void multiply(const double a[4], const double b[4], double ab[4])
{
  ab[0] = a[0] * b[0] - a[1] * b[1] - a[2] * b[2] - a[3] * b[3];
  ab[1] = a[0] * b[1] + a[1] * b[0] + a[2] * b[3] - a[3] * b[2];
  ab[2] = a[0] * b[2] - a[1] * b[3] + a[2] * b[0] + a[3] * b[1];
  ab[3] = a[0] * b[3] + a[1] * b[2] - a[2] * b[1] + a[3] * b[0];
}

static void conjugate(const double q[4], double c[4])
{
  c[0] = q[0];
  for (int k = 1; k < 4; k++) c[k] = -q[k];
}

/* v turned by q. */
static void turned(const double q[4], const double v[3], double out[3])
{
  const double t[3] = {2.0 * (q[2] * v[2] - q[3] * v[1]), 2.0 * (q[3] * v[0] - q[1] * v[2]),
                       2.0 * (q[1] * v[1] - q[2] * v[0])};

  out[0] = v[0] + q[0] * t[0] + q[2] * t[2] - q[3] * t[1];
  out[1] = v[1] + q[0] * t[1] + q[3] * t[0] - q[1] * t[2];
  out[2] = v[2] + q[0] * t[2] + q[1] * t[1] - q[2] * t[0];
}

void crystal_turn(const double w[3], double dt, double q[4])
{
  const double rate = sqrt(w[0] * w[0] + w[1] * w[1] + w[2] * w[2]), half = 0.5 * rate * dt;
  const double share   = rate > 0.0 ? sin(half) / rate : 0.0;
  const double step[4] = {cos(half), share * w[0], share * w[1], share * w[2]};
  double       next[4], norm;

  multiply(step, q, next);
  norm = sqrt(next[0] * next[0] + next[1] * next[1] + next[2] * next[2] + next[3] * next[3]);
  for (int k = 0; k < 4; k++) q[k] = next[k] / norm;
}

/* Indices of the components by size, largest first. */
static void by_size(const double r[4], int order[4])
{
  for (int k = 0; k < 4; k++) {
    int at = k;

    for (; at > 0 && fabs(r[order[at - 1]]) < fabs(r[k]); at--) order[at] = order[at - 1];
    order[at] = k;
  }
}

/* Turn from a's lattice to that of b, in a's frame, and cos of half the smallest angle among its 24 names. */
static double relative(const double a[4], const double b[4], double r[4], int order[4], int *n)
{
  static const double scale[5] = {0.0, 1.0, 0x1.6a09e667f3bcdp-1, 0.0, 0.5}; /* 1/sqrt(m) */
  double              back[4], best = 0.0;

  conjugate(a, back);
  multiply(back, b, r);
  by_size(r, order);
  for (int m = 1; m <= 4; m *= 2) {
    double sum = 0.0;

    for (int k = 0; k < m; k++) sum += fabs(r[order[k]]);
    if (scale[m] * sum <= best) continue;
    best = scale[m] * sum;
    *n   = m;
  }
  return best;
}

/* The smallest turn from a's lattice to that of b, in the frame of the press; its real part is not negative. */
static void smallest_turn(const double a[4], const double b[4], double turn[4])
{
  double r[4], s[4]  = {0.0, 0.0, 0.0, 0.0}, back[4], own[4];
  int    order[4], n = 1;

  relative(a, b, r, order, &n);
  for (int k = 0; k < n; k++) s[order[k]] = copysign(1.0 / sqrt((double)n), r[order[k]]);
  conjugate(s, back);
  multiply(r, back, own);
  turn[0] = own[0];
  turned(a, own + 1, turn + 1);
}

double crystal_misorientation(const double a[4], const double b[4], double axis[3])
{
  double turn[4], length;

  smallest_turn(a, b, turn);
  length = sqrt(turn[1] * turn[1] + turn[2] * turn[2] + turn[3] * turn[3]);
  for (int k = 0; k < 3; k++) axis[k] = length > 0.0 ? turn[1 + k] / length : 0.0;
  return 2.0 * atan2(length, turn[0]);
}

int crystal_within(const double a[4], const double b[4], double angle)
{
  double r[4];
  int    order[4], n;

  return relative(a, b, r, order, &n) > cos(0.5 * angle);
}

double crystal_facet_angle(const Crystal *c, const double q[4], const double n[3])
{
  double back[4], m[3], top, sum;

  conjugate(q, back);
  turned(back, n, m);
  for (int k = 0; k < 3; k++) m[k] = fabs(m[k]);
  top = fmax(m[0], fmax(m[1], m[2]));
  sum = m[0] + m[1] + m[2];
  if (c->facet == 110) top = (sum - fmin(m[0], fmin(m[1], m[2]))) / sqrt(2.0);
  if (c->facet == 111) top = sum / sqrt(3.0);
  return acos(fmin(top, 1.0));
}

double crystal_twist(const double a[4], const double b[4], const double n[3])
{
  double turn[4];

  smallest_turn(a, b, turn);
  return 2.0 * atan2(fabs(turn[1] * n[0] + turn[2] * n[1] + turn[3] * n[2]), turn[0]);
}

/* Two tilts and a twist below 10 deg leave less than 30 deg of misorientation: no other of the 24 turns is smaller, and
   the smallest is the one between the two facets that face each other. */
int crystal_aligned(const Crystal *c, const double a[4], const double b[4], const double n[3])
{
  return crystal_facet_angle(c, a, n) < crystal_align_angle && crystal_facet_angle(c, b, n) < crystal_align_angle &&
         crystal_within(a, b, 3.0 * crystal_align_angle) && crystal_twist(a, b, n) < crystal_align_angle;
}

/* phi with its cusp rounded, over the angle of the full energy; and how it goes with phi. */
static double rounded(double phi, double *rate)
{
  const double c = ROUND * DEGREE, root = sqrt(phi * phi + c * c);

  *rate = phi / root / crystal_boundary_angle;
  return phi * phi / (root + c) / crystal_boundary_angle;
}

double crystal_boundary_energy(const Crystal *c, double phi)
{
  double       rate;
  const double x = rounded(phi, &rate);

  if (x <= 0.0) return 0.0;
  return c->boundary * (x < 1.0 ? x * (1.0 - log(x)) : 1.0);
}

double crystal_boundary_slope(const Crystal *c, double phi)
{
  double       rate;
  const double x = rounded(phi, &rate);

  return x > 0.0 && x < 1.0 ? -c->boundary * log(x) * rate : 0.0;
}

double crystal_bond_work(const Crystal *c, double phi)
{
  return fmax(2.0 * c->surface - crystal_boundary_energy(c, phi), 0.0);
}

double crystal_joining_rate(double barrier, double T) { return ATTEMPTS * exp(-barrier / (BOLTZMANN * T)); }
