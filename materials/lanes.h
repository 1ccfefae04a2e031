/*
  lanes.h - eight doubles as one value, and the transposes that turn eight grain records into columns.

  GCC and Clang vector extensions: plain C operators, one instruction on AVX-512, two or four elsewhere.
*/
#ifndef MATERIALS_LANES_H
#define MATERIALS_LANES_H

#include "materials/lanes_math.h"

#ifdef __AVX512F__
#include <immintrin.h>
#endif

typedef double  v8 __attribute__((vector_size(64), may_alias));
typedef int64_t i8 __attribute__((vector_size(64), may_alias));
typedef int64_t i4 __attribute__((vector_size(32), may_alias));

#define V8(lanes) (*(v8 *)(lanes)) /* a Lanes as one value */

static inline v8 v8_set(double x) { return (v8){x, x, x, x, x, x, x, x}; }

static inline v8 v8_sqrt(v8 x)
{
  double a[8] __attribute__((aligned(64)));

  *(v8 *)a = x;
  for (int l = 0; l < 8; l++) a[l] = sqrt(a[l]);
  return *(v8 *)a;
}

static inline v8 v8_rsqrt(v8 x)
{
  double a[8] __attribute__((aligned(64)));

  *(v8 *)a = x;
  for (int l = 0; l < 8; l++) a[l] = lm_rsqrt(a[l]);
  return *(v8 *)a;
}

/* One bit or more set in any lane. */
static inline int i8_any(i8 m)
{
  m |= __builtin_shufflevector(m, m, 4, 5, 6, 7, 0, 1, 2, 3);
  m |= __builtin_shufflevector(m, m, 2, 3, 0, 1, 6, 7, 4, 5);
  return (m[0] | m[1]) != 0;
}

/* Bit l is set where lane l is: lanes are 0 or -1. */
static inline unsigned i8_bits(i8 m)
{
#ifdef __AVX512DQ__
  return _mm512_movepi64_mask((__m512i)m);
#else
  unsigned bits = 0;

  for (int l = 0; l < 8; l++) bits |= (unsigned)(m[l] & 1) << l;
  return bits;
#endif
}

static inline int64_t i8_sum(i8 m)
{
  m += __builtin_shufflevector(m, m, 4, 5, 6, 7, 0, 1, 2, 3);
  m += __builtin_shufflevector(m, m, 2, 3, 0, 1, 6, 7, 4, 5);
  return m[0] + m[1];
}

/* x where the mask is set, else 0. */
static inline v8 v8_where(i8 mask, v8 x) { return (v8)(mask & (i8)x); }

/* a where the mask is set, else b. */
static inline v8 v8_pick(i8 mask, v8 a, v8 b) { return (v8)((mask & (i8)a) | (~mask & (i8)b)); }

static inline v8 v8_max(v8 a, v8 b) { return v8_pick((i8)(a > b), a, b); }
static inline v8 v8_min(v8 a, v8 b) { return v8_pick((i8)(a < b), a, b); }

/* Fixed point: towards zero, so that -x gives minus the same integer. */
static inline i8 v8_fixed(v8 x, double inv_unit) { return __builtin_convertvector(x * inv_unit, i8); }

/* Two half rows anywhere in memory as one value. */
static inline v8 v8_halves(const double *lo, const double *hi)
{
#ifdef __AVX512F__ /* gcc 12 does not find this instruction by itself */
  return (v8)_mm512_insertf64x4(_mm512_castpd256_pd512(_mm256_loadu_pd(lo)), _mm256_loadu_pd(hi), 1);
#else
  return (v8){lo[0], lo[1], lo[2], lo[3], hi[0], hi[1], hi[2], hi[3]};
#endif
}

/* Columns 0-3 of eight rows into col[0-3]: half rows are put together while they are loaded. */
static inline void v8_columns4(const double *const row[8], v8 col[4])
{
  v8 r[4], t[4];

  for (int k = 0; k < 4; k++) {
    const int first = k % 2 + k / 2 * 4;
    r[k]            = v8_halves(row[first], row[first + 2]);
  }
  for (int k = 0; k < 4; k += 2) {
    t[k]     = __builtin_shufflevector(r[k], r[k + 1], 0, 8, 2, 10, 4, 12, 6, 14);
    t[k + 1] = __builtin_shufflevector(r[k], r[k + 1], 1, 9, 3, 11, 5, 13, 7, 15);
  }
  for (int k = 0; k < 2; k++) {
    col[k]     = __builtin_shufflevector(t[k], t[k + 2], 0, 1, 4, 5, 8, 9, 12, 13);
    col[k + 2] = __builtin_shufflevector(t[k], t[k + 2], 2, 3, 6, 7, 10, 11, 14, 15);
  }
}

/* In place: row r, lane c <-> row c, lane r. */
static inline void v8_transpose(v8 r[8])
{
  v8 t[8], u[8];

  for (int k = 0; k < 8; k += 2) {
    t[k]     = __builtin_shufflevector(r[k], r[k + 1], 0, 8, 2, 10, 4, 12, 6, 14);
    t[k + 1] = __builtin_shufflevector(r[k], r[k + 1], 1, 9, 3, 11, 5, 13, 7, 15);
  }
  for (int k = 0; k < 8; k += 4)
    for (int h = 0; h < 2; h++) {
      u[k + h]     = __builtin_shufflevector(t[k + h], t[k + 2 + h], 0, 1, 8, 9, 4, 5, 12, 13);
      u[k + 2 + h] = __builtin_shufflevector(t[k + h], t[k + 2 + h], 2, 3, 10, 11, 6, 7, 14, 15);
    }
  for (int k = 0; k < 4; k++) {
    r[k]     = __builtin_shufflevector(u[k], u[k + 4], 0, 1, 2, 3, 8, 9, 10, 11);
    r[k + 4] = __builtin_shufflevector(u[k], u[k + 4], 4, 5, 6, 7, 12, 13, 14, 15);
  }
}

/* Four columns into half rows: pair[k] is row k, then row k + 4. */
static inline void i8_half_rows(const i8 col[4], i8 pair[4])
{
  i8 t[4];

  for (int k = 0; k < 4; k += 2) {
    t[k]     = __builtin_shufflevector(col[k], col[k + 1], 0, 8, 2, 10, 4, 12, 6, 14);
    t[k + 1] = __builtin_shufflevector(col[k], col[k + 1], 1, 9, 3, 11, 5, 13, 7, 15);
  }
  for (int k = 0; k < 2; k++) {
    pair[k]     = __builtin_shufflevector(t[k], t[k + 2], 0, 1, 8, 9, 4, 5, 12, 13);
    pair[k + 2] = __builtin_shufflevector(t[k], t[k + 2], 2, 3, 10, 11, 6, 7, 14, 15);
  }
}

static inline void i8_transpose(i8 r[8])
{
  v8 x[8];

  for (int k = 0; k < 8; k++) x[k] = (v8)r[k]; /* bits only */
  v8_transpose(x);
  for (int k = 0; k < 8; k++) r[k] = (i8)x[k];
}

#endif
