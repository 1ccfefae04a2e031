/*
  rng.h - random numbers that belong to a grain: a function of (seed, stream, id, k) and of nothing else.

  There is no state and no sequence, so any rank may ask for any number at any time and gets the same bits.  `stream`
  separates uses (sizes, positions, kicks), k counts the numbers of one grain within one use.  The bits come from four
  rounds of splitmix64's finalizer (Steele, Lea, Flood 2014, OOPSLA, fig. 15), each absorbing one word of the key.
*/
#ifndef MESH_RNG_H
#define MESH_RNG_H

#include <math.h>
#include <stdint.h>

/* One stream per use; never reuse a number, or two things are correlated. */
enum { RNG_SIZES = 1, RNG_POINTS, RNG_KICKS, RNG_MESHES, RNG_TURNS, RNG_BONDS, RNG_FIRST_FREE };

/* A bijection of 64-bit words in which every input bit flips half of the output bits. */
static inline uint64_t rng_mix(uint64_t z)
{
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
  return z ^ z >> 31;
}

static inline uint64_t rng_bits(int64_t seed, int stream, int64_t id, int k)
{
  const uint64_t golden = 0x9e3779b97f4a7c15ULL; /* 2^64 / golden ratio, odd */
  uint64_t       z      = rng_mix((uint64_t)seed + golden);

  z = rng_mix(z + golden + (uint64_t)stream);
  z = rng_mix(z + golden + (uint64_t)id);
  return rng_mix(z + golden + (uint64_t)k);
}

/* Uniform in the open interval (0, 1): the middle of one of 2^52 equal cells, so never 0 and never 1. */
static inline double rng_uniform(int64_t seed, int stream, int64_t id, int k)
{
  return ((double)(rng_bits(seed, stream, id, k) >> 12) + 0.5) * 0x1p-52;
}

/* The x below which a standard normal variable falls with probability p in (0, 1); relative error about 1e-16. */
double normal_quantile(double p);

/* Standard normal by inversion: one uniform number, one deviate. */
static inline double rng_normal(int64_t seed, int stream, int64_t id, int k)
{
  return normal_quantile(rng_uniform(seed, stream, id, k));
}

/* Probability that a standard normal variable is below x. */
static inline double normal_probability(double x) { return 0.5 * erfc(-x * 0.70710678118654752440); }

#endif
