/*
  quality.c - hardness and stiffness of a coin from its porosity and bonds.
*/
#include "materials/quality.h"

#include <math.h>

static const double turn = 10.0, k_low = 0.75, k_fall = 1.12, k_high = 1.92; /* see quality.h; turn [nm] */
static const double tabor = 3.0, pores = 6.0;

static double share(double x) { return fmin(fmax(x, 0.0), 1.0); }

QualityBand quality_yield(const Material *m, double d, double yield)
{
  const double k = m->hall_petch, ideal = material_shear_modulus(m) / 10.0;
  const double falls = k_fall * fmax(turn / d - 1.0, 0.0) / sqrt(turn);
  QualityBand  y;

  y.value = isnan(yield) ? material_yield(m, d) : yield;
  y.low   = fmin(m->yield_bulk + k * fmax(k_low / sqrt(fmax(d, turn)) - falls, 0.0), y.value);
  y.high  = fmax(fmin(m->yield_bulk + k_high * k / sqrt(d), ideal), y.value);
  return y;
}

QualityBand quality_hardness(const Material *m, double d, double yield, double porosity, double bonded)
{
  const double per_yield = tabor * exp(-pores * share(porosity)) * share(bonded);
  QualityBand  h         = quality_yield(m, d, yield);

  h.value *= per_yield;
  h.low *= per_yield;
  h.high *= per_yield;
  return h;
}

QualityBand quality_modulus(const Material *m, double porosity, double bonded)
{
  const double p = share(porosity), E = m->E * (1.0 - p) * (1.0 - p);

  return (QualityBand){E, E * share(bonded), m->E * (1.0 - p) / (1.0 + p)};
}
