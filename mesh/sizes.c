#include "mesh/sizes.h"
#include "mesh/rng.h"
#include <string.h>

static const double CUT = 3.0; /* standard deviations of ln d */

static double mono_diameter(const SizeSpec *s, int64_t id)
{
  (void)id;
  return s->mean;
}

static double mono_moment(const SizeSpec *s, int k) { return pow(s->mean, k); }

static void mono_range(const SizeSpec *s, double *smallest, double *largest) { *smallest = *largest = s->mean; }

/* Expected value of exp(t z) for a standard normal z cut at +-CUT: completing the square shifts the window by t. */
static double cut_exponential(double t)
{
  return exp(0.5 * t * t) * (normal_probability(CUT - t) - normal_probability(-CUT - t)) /
         (normal_probability(CUT) - normal_probability(-CUT));
}

static double lognormal_median(const SizeSpec *s) { return s->mean / cut_exponential(s->spread); }

/* Inversion restricted to the window gives the same law as drawing again until |z| <= CUT, in one draw. */
static double lognormal_diameter(const SizeSpec *s, int64_t id)
{
  const double below = normal_probability(-CUT), u = rng_uniform(s->seed, RNG_SIZES, id, 0);
  const double z = normal_quantile(below + u * (1.0 - 2.0 * below));

  return lognormal_median(s) * exp(s->spread * z);
}

static double lognormal_moment(const SizeSpec *s, int k)
{
  return pow(lognormal_median(s), k) * cut_exponential(k * s->spread);
}

static void lognormal_range(const SizeSpec *s, double *smallest, double *largest)
{
  const double slack = 1.0 + 1e-12; /* of rounding in normal_quantile and exp */

  *largest  = lognormal_median(s) * exp(CUT * s->spread) * slack;
  *smallest = lognormal_median(s) * exp(-CUT * s->spread) / slack;
}

static double file_diameter(const SizeSpec *s, int64_t id)
{
  if (s->n_values == s->n_grains) return s->value[id];
  return s->value[rng_bits(s->seed, RNG_SIZES, id, 0) % (uint64_t)s->n_values]; /* bias below n_values / 2^64 */
}

static double file_moment(const SizeSpec *s, int k)
{
  double sum = 0.0;

  for (int64_t i = 0; i < s->n_values; i++) sum += pow(s->value[i], k);
  return sum / (double)s->n_values;
}

static void file_range(const SizeSpec *s, double *smallest, double *largest)
{
  *smallest = *largest = s->value[0];
  for (int64_t i = 1; i < s->n_values; i++) {
    *smallest = fmin(*smallest, s->value[i]);
    *largest  = fmax(*largest, s->value[i]);
  }
}

static const SizeLaw monodisperse = {"monodisperse", mono_diameter, mono_moment, mono_range};
static const SizeLaw lognormal    = {"lognormal", lognormal_diameter, lognormal_moment, lognormal_range};
static const SizeLaw file         = {"file", file_diameter, file_moment, file_range};

const SizeLaw *const size_laws[] = {&monodisperse, &lognormal, &file, NULL};

const SizeLaw *size_law_find(const char *name)
{
  for (int k = 0; size_laws[k]; k++) {
    if (strcmp(size_laws[k]->name, name) == 0) return size_laws[k];
  }
  return NULL;
}
