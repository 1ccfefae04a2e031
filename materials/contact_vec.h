/*
  contact_vec.h - vectors of one lane, for the parts.
*/
#ifndef MATERIALS_CONTACT_VEC_H
#define MATERIALS_CONTACT_VEC_H

#include "materials/contact.h"
#include "materials/lanes_math.h"

typedef struct {
  double x, y, z;
} Vec;

static inline double dot(Vec a, Vec b) { return a.x * b.x + a.y * b.y + a.z * b.z; }
static inline Vec    scale(double s, Vec a) { return (Vec){s * a.x, s * a.y, s * a.z}; }
static inline Vec    axpy(double s, Vec a, Vec b) { return (Vec){s * a.x + b.x, s * a.y + b.y, s * a.z + b.z}; }
static inline Vec    cross(Vec a, Vec b)
{
  return (Vec){a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x};
}
static inline Vec  load(const Lanes *v, int l) { return (Vec){v[0][l], v[1][l], v[2][l]}; }
static inline void store(Lanes *v, int l, Vec a)
{
  v[0][l] = a.x;
  v[1][l] = a.y;
  v[2][l] = a.z;
}

/*
  carry_over - a stored tangential vector follows its contact: projected on the new tangent plane, turned by `angle`
  about n (tan of it: third order), at constant length, then multiplied by keep.  Luding 2008, sec. 2.6.
*/
static inline Vec carry_over(Vec f, Vec n, double angle, double keep)
{
  const double along = dot(f, n), f2 = dot(f, f), t2 = (f2 - along * along) * (1.0 + angle * angle);
  const Vec    p = axpy(-along, n, f), t = axpy(angle, cross(n, p), p);

  return scale(lm_pick(lm_above(t2, 0.0), keep * f2 * lm_rsqrt(f2 * t2), 0.0), t);
}

/* min(1, limit/|f|) for limit >= 0; 1 for f = 0. */
static inline double cone(Vec f, double limit)
{
  const double l2 = dot(f, f);

  return lm_pick(lm_above(l2, limit * limit), limit * lm_rsqrt(l2), 1.0);
}

/* What a stiffness going from k_old to k leaves of a stored force: it shrinks with the spring, never grows. */
static inline double keep_of(double k, double k_old) { return lm_pick(lm_above(k_old, k), lm_ratio(k, k_old), 1.0); }

#endif
