/*
  conduct.c - metal contacts from ballistic to diffusive, tunnelling through molecules and gaps, grain boundary
  scattering.
*/
#include "materials/conduct.h"

#include <math.h>

static const double PI          = 3.14159265358979323846;
static const double GAP_DECAY   = 10.5;        /* kappa of an empty gap [1/nm]: 4.2 eV of barrier */
static const double COULOMB     = 1.4399645;   /* e^2/(4 pi eps0) [eV nm] */
static const double BOLTZMANN   = 8.617333e-5; /* [eV/K] */
static const double ALPHA_LARGE = 8.0;         /* where the closed form has lost three of its sixteen digits */
enum { ALPHA_TERMS = 18 };                     /* 8^-18 is below rounding */

double conduct_metal(double rho, double lambda, double a, double transmission)
{
  const double K = lambda / a, gamma = (1.0 + 0.83 * K) / (1.0 + 1.33 * K);

  if (!(rho > 0.0 && a > 0.0 && transmission > 0.0)) return 0.0;
  return 1.0 / (0.5 * rho / a * gamma + 4.0 * rho * lambda / (3.0 * PI * a * a * transmission));
}

double conduct_sharvin(double rho, double lambda) { return rho > 0.0 && lambda > 0.0 ? 0.75 / (rho * lambda) : 0.0; }

double conduct_charging(double permittivity, double radius, double temperature)
{
  return exp(-0.5 * COULOMB / (permittivity * radius * BOLTZMANN * temperature));
}

/* Of one way: along at a rate of decay b over a length L, beyond it through an empty gap; value at g, and the integral
 * from there on. */
typedef struct {
  double here, beyond;
} Way;

static Way along_and_beyond(double b, double L, double g)
{
  const double void_decay = 2.0 * GAP_DECAY, end = exp(-b * L);

  if (g >= L) {
    const double here = end * exp(-void_decay * (g - L));
    return (Way){here, here / void_decay};
  }
  return (Way){exp(-b * g), (exp(-b * g) - end) / b + end / void_decay};
}

double conduct_tunnel(const Ligand *l, const TunnelInput *in, double sharvin)
{
  const double gap = fmax(in->gap, 0.0), flat = fmax(in->flat, 0.0), around = 2.0 * PI * fmax(in->r_star, 0.0);
  const double molecules = LIGAND_PER_NM2 * in->coverage * l->conductance;
  const double bare      = fmax(1.0 - in->coverage, 0.0) * sharvin;
  const Way    chains = along_and_beyond(l->decay, l->gap, gap), empty = along_and_beyond(0.0, 0.0, gap);
  const double density = molecules * chains.here + bare * empty.here;
  const double rim     = molecules * chains.beyond + bare * empty.beyond;

  return (flat * density + around * rim) * conduct_charging(l->permittivity, in->radius, in->temperature);
}

/* 1 - 3a/2 + 3a^2 - 3a^3 ln(1 + 1/a); for large a its terms cancel, and the series in 1/a takes over. */
static double mayadas_ratio(double a)
{
  double sum = 0.0, power = 1.0;

  if (a <= 0.0) return 1.0;
  if (a < ALPHA_LARGE) return 1.0 - 1.5 * a + 3.0 * a * a - 3.0 * a * a * a * log1p(1.0 / a);
  for (int k = 1; k <= ALPHA_TERMS; k++) {
    power /= -a;
    sum -= 3.0 / (k + 3) * power;
  }
  return sum;
}

double conduct_mayadas(double rho0, double lambda, double d, double reflection)
{
  return rho0 / mayadas_ratio(lambda / d * reflection / (1.0 - reflection));
}

double conduct_affine(double density, double coordination, double conductance, double radius)
{
  return density * coordination * conductance / (2.0 * PI * radius);
}
