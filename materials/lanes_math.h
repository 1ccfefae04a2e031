/*
  lanes_math.h - elementary functions that a compiler can turn into vector code.

  Branch-free, no tables, no libm but sqrt (one instruction): a loop over the lanes that calls them stays one vector
  loop, and the bits do not depend on the C library of the machine.  Errors against libm are tested to 2e-15 relative
  (tests/unit/test_contact_math.c).
*/
#ifndef MATERIALS_LANES_MATH_H
#define MATERIALS_LANES_MATH_H

#include <math.h>
#include <stdint.h>
#include <string.h>

/* a b + c: one rounding where the machine has it, two elsewhere; never a library call. */
static inline double lm_fma(double a, double b, double c)
{
#ifdef __FP_FAST_FMA
  return __builtin_fma(a, b, c);
#else
  return a * b + c;
#endif
}

static inline double lm_max(double a, double b) { return a > b ? a : b; }
static inline double lm_min(double a, double b) { return a < b ? a : b; }

/* num/den where den > 0, else exactly 0: what a zero lane needs. */
static inline double lm_ratio(double num, double den)
{
  const double safe = den > 0.0 ? den : 1.0;
  const double q    = num / safe;

  return den > 0.0 ? q : 0.0;
}

static inline double lm_from_bits(uint64_t u)
{
  double x;

  memcpy(&x, &u, sizeof x);
  return x;
}

static inline uint64_t lm_to_bits(double x)
{
  uint64_t u;

  memcpy(&u, &x, sizeof u);
  return u;
}

/*
  Masks are doubles, 1 and 0, and are combined by products: the compiler turns selects on doubles into vector code, but
  not always logic between comparisons.
*/
static inline double lm_above(double a, double b) { return a > b ? 1.0 : 0.0; }
static inline double lm_pick(double mask, double yes, double no) { return mask > 0.0 ? yes : no; }

/* Whether any of eight masks is set. */
static inline int lm_any(const double *mask)
{
  uint64_t bits = 0;

  for (int l = 0; l < 8; l++) bits |= lm_to_bits(mask[l]);
  return bits != 0;
}

/* exp(x) for |x| <= 700, clamped outside.  x = k ln 2 + r, Taylor series of degree 13 in |r| <= ln(2)/2, Estrin order.
 */
static inline double lm_exp(double x)
{
  const double shift = 0x1.8p52, log2e = 0x1.71547652b82fep0, ln2_hi = 0x1.62e42fee00000p-1,
               ln2_lo = 0x1.a39ef35793c76p-33;
  const double y      = lm_min(lm_max(x, -700.0), 700.0);
  const double t      = lm_fma(y, log2e, shift);
  const double k      = t - shift;
  const double r      = lm_fma(-k, ln2_lo, lm_fma(-k, ln2_hi, y));
  const double r2 = r * r, r4 = r2 * r2;
  const double p01 = 1.0 + r;
  const double p23 = lm_fma(r, 1.0 / 6.0, 0.5);
  const double p45 = lm_fma(r, 1.0 / 120.0, 1.0 / 24.0);
  const double p67 = lm_fma(r, 1.0 / 5040.0, 1.0 / 720.0);
  const double p89 = lm_fma(r, 1.0 / 362880.0, 1.0 / 40320.0);
  const double pab = lm_fma(r, 1.0 / 39916800.0, 1.0 / 3628800.0);
  const double pcd = lm_fma(r, 1.0 / 6227020800.0, 1.0 / 479001600.0);
  const double q1 = lm_fma(r2, p67, p45), q2 = lm_fma(r2, pab, p89);
  const double tail = lm_fma(r4, lm_fma(r4, pcd, q2), q1);
  const double poly = lm_fma(r2, lm_fma(r2, tail, p23), p01);

  return poly * lm_from_bits((lm_to_bits(t) + 1023) << 52);
}

/* ln(x) for x >= 1e-300, clamped below.  x = m 2^k, 1/sqrt(2) <= m < sqrt(2); 2 atanh((m-1)/(m+1)) as a series. */
static inline double lm_log(double x)
{
  const double   y = lm_max(x, 1e-300);
  const uint64_t u = lm_to_bits(y), k = (u + (0x3ff0000000000000 - 0x3fe6a09e667f3bcd)) >> 52;
  const double   m = lm_from_bits(u - ((k - 1023) << 52)), e = (double)((int64_t)k - 1023);
  const double   s = (m - 1.0) / (m + 1.0), q = s * s, q2 = q * q, q4 = q2 * q2;
  const double   c0 = lm_fma(q, 1.0 / 5.0, 1.0 / 3.0), c1 = lm_fma(q, 1.0 / 9.0, 1.0 / 7.0);
  const double   c2 = lm_fma(q, 1.0 / 13.0, 1.0 / 11.0), c3 = lm_fma(q, 1.0 / 17.0, 1.0 / 15.0);
  const double   tail = lm_fma(q4, lm_fma(q2, lm_fma(q2, 1.0 / 19.0, c3), c2), lm_fma(q2, c1, c0));

  return lm_fma(e, 0x1.62e42fefa39efp-1, 2.0 * lm_fma(s * q, tail, s));
}

/* Cube root of x > 0 in [1e-200, 1e200]; 0 for x <= 0.  Bit guess (Kahan), then Halley steps. */
static inline double lm_cbrt(double x)
{
  const double s = x > 0.0 ? x : 1.0;
  /* exponent/3 without integer division: multiply the high word as a double, exact enough for a 5 % guess */
  const double hi = (double)(int64_t)(lm_to_bits(s) >> 32) * (1.0 / 3.0);
  double       y  = lm_from_bits((uint64_t)((int64_t)hi + 715094163) << 32);

  for (int it = 0; it < 3; it++) {
    const double y3 = y * y * y;
    y               = y * (y3 + 2.0 * s) / (2.0 * y3 + s);
  }
  y -= (y * y * y - s) / (3.0 * y * y);
  return x > 0.0 ? y : 0.0;
}

/*
  1/sqrt(x) for x >= 1e-290, clamped below.  Bit guess (3.5 %), then two steps of
  the series of (1 - h)^(-1/2), h = 1 - x y^2.  A third of the time of a root and a division, and unlike the machine's
  own estimates the same bits on every machine with multiply-add.
*/
static inline double lm_rsqrt(double any)
{
  const double x  = lm_max(any, 1e-290);
  const double y0 = lm_from_bits(0x5fe6eb50c7b537a9 - (lm_to_bits(x) >> 1)), h0 = lm_fma(-x, y0 * y0, 1.0);
  const double p0 = lm_fma(h0, lm_fma(h0, lm_fma(h0, 35.0 / 128.0, 5.0 / 16.0), 3.0 / 8.0), 0.5);
  const double y1 = lm_fma(y0 * h0, p0, y0), h1 = lm_fma(-x, y1 * y1, 1.0);

  return lm_fma(y1 * h1, lm_fma(h1, 3.0 / 8.0, 0.5), y1);
}

/*
  Area of a circular segment over the squared radius: h(u) = theta - sin(theta) cos(theta), cos(theta) = 1 - 2u, for u
  in [0, 1].  This is acos(1-2u) - (1-2u) sqrt(4u - 4u^2) without its cancellation at small u.  h(u) = u^(3/2) G(u) with
  G a near-minimax polynomial on [0, 1/2] (error 1e-17 of G, mpmath chebyfit); h(1-u) = pi - h(u).
*/
static inline double lm_segment(double u)
{
  static const double c[18] = {
      0x1.5555555555555p+2,  -0x1.9999999999a24p+0, -0x1.2492492475457p-2, -0x1.c71c71ed8cd3cp-4, -0x1.d1744fb46394dp-5,
      -0x1.13b2a4e48f6d3p-5, -0x1.663404f3435efp-6, -0x1.f5d21ea5f3cbbp-7, -0x1.3daed48a619f8p-7, -0x1.1799f3c89aafep-6,
      0x1.2b8db2b602451p-5,  -0x1.4f729a83eee5ep-3, 0x1.bc10ba3d5881cp-2,  -0x1.ca777e418724ep-1, 0x1.4da899c7c45bap+0,
      -0x1.4f0da4fbeede9p+0, 0x1.9b71e82976b52p-1,  -0x1.e659c1d046918p-3};
  const double v = u <= 0.5 ? u : 1.0 - u, w = lm_max(v, 0.0), w2 = w * w, w4 = w2 * w2, w8 = w4 * w4;
  const double a0 = lm_fma(w2, lm_fma(w, c[3], c[2]), lm_fma(w, c[1], c[0]));
  const double a1 = lm_fma(w2, lm_fma(w, c[7], c[6]), lm_fma(w, c[5], c[4]));
  const double a2 = lm_fma(w2, lm_fma(w, c[11], c[10]), lm_fma(w, c[9], c[8]));
  const double a3 = lm_fma(w2, lm_fma(w, c[15], c[14]), lm_fma(w, c[13], c[12]));
  const double a4 = lm_fma(w, c[17], c[16]);
  const double G  = lm_fma(w8, lm_fma(w8, a4, lm_fma(w4, a3, a2)), lm_fma(w4, a1, a0));
  const double h  = w * sqrt(w) * G;

  return u <= 0.5 ? h : 0x1.921fb54442d18p1 - h;
}

#endif
