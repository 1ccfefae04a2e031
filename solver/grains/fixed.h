/*
  fixed.h - order-free sums: doubles added as integers, so that any order and any number of ranks give the same bits.

  Floating-point addition is not associative; integer addition is.  A summand is rounded once to a multiple of `unit`
  (a power of two chosen far below the smallest summand that matters) and added exactly.  ExactSum carries 128 bits in
  two int64 words, lo in [0, 2^32) after exact_normalize, so words of different ranks may be added by MPI_SUM.
  Idea: fixed-point accumulation as in molecular dynamics (e.g. Le Grand, Goetz, Walker 2013, CPC 184, 374).
*/
#ifndef SOLVER_GRAINS_FIXED_H
#define SOLVER_GRAINS_FIXED_H

#include <math.h>
#include <stdint.h>

typedef struct {
  int64_t hi, lo; /* value = (hi 2^32 + lo) unit */
} ExactSum;

/* Largest power of two u with range/u <= 2^61: sums up to `range` keep about 18 digits. */
static inline double fixed_unit(double range) { return ldexp(1.0, (int)ceil(log2(range)) - 61); }

static inline void exact_normalize(ExactSum *s)
{
  s->hi += s->lo >> 32; /* arithmetic shift: floor */
  s->lo &= 0xffffffff;
}

/* Adds an integer multiple of the unit. */
static inline void exact_add_int(ExactSum *s, int64_t q)
{
  s->hi += q >> 32;
  s->lo += q & 0xffffffff;
  exact_normalize(s);
}

/* Adds value, |value/unit| < 2^62; inv_unit = 1/unit. */
static inline void exact_add(ExactSum *s, double value, double inv_unit)
{
  exact_add_int(s, (int64_t)llrint(value * inv_unit));
}

static inline double exact_value(const ExactSum *s, double unit)
{
  return ldexp((double)s->hi, 32) * unit + (double)s->lo * unit;
}

/* Value of a sum whose words hi, lo were added over the ranks. */
static inline double exact_total(const int64_t words[2], double unit)
{
  ExactSum s = {words[0], words[1]};

  exact_normalize(&s);
  return exact_value(&s, unit);
}

#endif
