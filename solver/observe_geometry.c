/* observe_geometry.c - invariants of a tensor, and the part of a sphere that lies in a cylinder. */
#include "solver/observe.h"
#include <math.h>

void tensor_invariants(const double s[SYM_N], double *p, double *q, double *lode, double *major)
{
  const double m = (s[SYM_XX] + s[SYM_YY] + s[SYM_ZZ]) / 3;
  const double x = s[SYM_XX] - m, y = s[SYM_YY] - m, z = s[SYM_ZZ] - m;
  const double xy = s[SYM_XY], yz = s[SYM_YZ], zx = s[SYM_ZX];
  const double J2    = 0.5 * (x * x + y * y + z * z) + xy * xy + yz * yz + zx * zx;
  const double J3    = x * y * z + 2 * xy * yz * zx - x * yz * yz - y * zx * zx - z * xy * xy;
  double       angle = 0;

  if (J2 > 0) angle = acos(fmin(fmax(1.5 * sqrt(3.0) * J3 / (J2 * sqrt(J2)), -1.0), 1.0)) / 3;
  *p     = m;
  *q     = sqrt(3 * J2);
  *lode  = angle * 180 / M_PI;
  *major = m + 2 * sqrt(J2 / 3) * cos(angle);
}

/* Area common to a disc of radius r and one of radius rc whose centres are d apart. */
static double lens_area(double d, double r, double rc)
{
  if (d + r <= rc) return M_PI * r * r;
  if (d + rc <= r) return M_PI * rc * rc;
  if (d >= r + rc) return 0;
  const double a = acos(fmin(fmax((d * d + r * r - rc * rc) / (2 * d * r), -1.0), 1.0));
  const double b = acos(fmin(fmax((d * d + rc * rc - r * r) / (2 * d * rc), -1.0), 1.0));
  const double k = (-d + r + rc) * (d + r - rc) * (d - r + rc) * (d + r + rc);

  return r * r * a + rc * rc * b - 0.5 * sqrt(fmax(k, 0.0));
}

/* Integral of lens_area over the slices between two latitudes, 8-point Gauss-Legendre. */
static double slices(double d, double radius, double rc, double begin, double end)
{
  static const double x[4] = {0.1834346424956498, 0.5255324099163290, 0.7966664774136267, 0.9602898564975363};
  static const double w[4] = {0.3626837833783620, 0.3137066458778873, 0.2223810344533745, 0.1012285362903763};
  const double        mid = 0.5 * (begin + end), half = 0.5 * (end - begin);
  double              sum = 0;

  if (!(half > 0)) return 0;
  for (int k = 0; k < 8; k++) {
    const double latitude = mid + (k < 4 ? -x[k] : x[k - 4]) * half;
    const double r        = radius * cos(latitude);

    sum += w[k & 3] * lens_area(d, r, rc) * r;
  }
  return sum * half;
}

double sphere_in_cylinder(double d, double z, double radius, double rc, double z0, double z1)
{
  const double lo = fmax(z0 - z, -radius), hi = fmin(z1 - z, radius);
  double       cut[6], volume                 = 0;

  if (lo >= hi || d - radius >= rc) return 0;
  if (d + radius <= rc) return M_PI * (radius * radius * (hi - lo) - (hi * hi * hi - lo * lo * lo) / 3);
  /* between these latitudes the overlap of a slice with the cylinder is one smooth formula */
  const double inner = acos(fmin(fabs(rc - d) / radius, 1.0)), outer = acos(fmin((rc + d) / radius, 1.0));
  const double begin = asin(fmax(lo / radius, -1.0)), end = asin(fmin(hi / radius, 1.0));

  cut[0] = begin;
  cut[1] = fmin(fmax(-inner, begin), end);
  cut[2] = fmin(fmax(-outer, begin), end);
  cut[3] = fmin(fmax(outer, begin), end);
  cut[4] = fmin(fmax(inner, begin), end);
  cut[5] = end;
  for (int k = 0; k < 5; k++) volume += slices(d, radius, rc, cut[k], cut[k + 1]);
  return volume;
}
