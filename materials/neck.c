/*
  neck.c - necks by grain-boundary and surface diffusion.

  Bouvard & McMeeking 1996 (J. Am. Ceram. Soc. 79, 666), Parhami & McMeeking 1998 (Mech. Mater. 27, 111) for the
  boundary, Kuczynski 1949 for the surface; Coble's geometry a^2 = 2 R h for two grains of radius R whose centres came
  nearer by h: the lens 2 pi R (h/2)^2 that they share moves to the neck.
*/
#include "materials/neck.h"
#include <math.h>
#include <string.h>

static const double pi = 0x1.921fb54442d18p1, BOLTZMANN = 1.380649e-5; /* [aJ/K] */
static const double ALPHA = 4.5, BETA = 4.0; /* surface diffusion fast enough to keep the neck in equilibrium */
static const double MOVE    = 0.2;           /* change of a^6 in a substep, relative */
static const double NOTHING = 0.01;          /* of the radius: a neck thinner than that is none */

double neck_boundary_diffusion(const Material *m, double T)
{
  return m->boundary_diffusion * exp(-m->boundary_activation / (BOLTZMANN * T));
}

double neck_surface_diffusion(const Material *m, double T)
{
  return m->surface_diffusion * exp(-m->surface_activation / (BOLTZMANN * T));
}

double neck_limit(const Material *m, double radius)
{
  const double c = fmin(m->gb_energy / (2.0 * m->surface_energy), 1.0); /* cos(Psi/2) */

  return radius * sqrt(1.0 - c * c);
}

/* Rates of one contact; a6 = a^6 is the variable in which both processes are smooth. */
typedef struct {
  double R, limit;
  double boundary; /* 2 beta Delta_b/pi, so that dh/dt = boundary F/a^4 [nm^5/(nN ns)] */
  double surface;  /* 8 R^7/tau_s, so that da/dt = surface/a^6 [nm^7/ns] */
  double drive;    /* force and sintering force [nN] */
  double k;        /* [nN/nm] */
} Rates;

static Rates rates_of(const Material *m, const NeckInput *in)
{
  const double kT = BOLTZMANN * in->temperature, R = in->radius, volume = m->atomic_volume;

  return (Rates){
      .R        = R,
      .limit    = in->limit > 0.0 ? fmin(in->limit, neck_limit(m, R)) : neck_limit(m, R),
      .boundary = in->sink * in->bare * 2.0 * BETA * volume * neck_boundary_diffusion(m, in->temperature) / (pi * kT),
      .surface =
          in->bare * 8.0 * R * R * R * volume * m->surface_energy * neck_surface_diffusion(m, in->temperature) / kT,
      .drive = in->force + ALPHA / BETA * pi * R * m->surface_energy,
      .k     = in->stiffness};
}

/* Surface diffusion alone, exactly: a^7 grows linearly. */
static double spread(const Rates *r, double a, double dt)
{
  if (r->surface <= 0.0 || a >= r->limit) return a;
  return fmin(pow(pow(a, 7.0) + 7.0 * r->surface * dt, 1.0 / 7.0), r->limit);
}

/* (1 - exp(-x))/x */
static double faded(double x) { return x > 1e-6 ? -expm1(-x) / x : 1.0 - 0.5 * x; }

/*
  Boundary diffusion alone: a^6 grows by 6 R boundary times the mean force, which fades with the approach at the rate
  k boundary/a^4; exact for k = 0.  At its limit the neck stays, and what leaves the boundary fills pores elsewhere.
*/
static double weld(const Rates *r, double a, double dt, double *h)
{
  const double force = r->drive - r->k * *h, a3 = a * a * a, gain = 6.0 * r->R * r->boundary * dt;
  const double rate = r->k * r->boundary * dt, middle = fmax(a3 * a3 + 0.5 * gain * force, 0.25 * a3 * a3);
  const double mean = force * faded(rate / cbrt(middle * middle));
  double       b    = pow(fmax(a3 * a3 + gain * mean, 0.0), 1.0 / 6.0);

  if (mean > 0.0 && a >= r->limit) {
    const double slow = r->boundary * dt / (a * a3);

    *h += slow * force * faded(slow * r->k);
    return a;
  }
  if (mean > 0.0) b = fmin(b, r->limit);
  *h += (b * b - a * a) / (2.0 * r->R);
  return b;
}

static void grow_by_diffusion(const Material *m, const NeckInput *in, double dt, Neck *neck)
{
  const Rates r    = rates_of(m, in);
  double      left = dt, a = neck->radius, h = 0.0;

  while (left > 0.0 && a > 0.0) {
    const double a6 = pow(a, 6.0), pull = r.drive - r.k * h;
    const int    free = a < r.limit; /* to grow */
    const double rate = 6.0 * ((free || pull < 0.0) * r.R * r.boundary * fabs(pull) + free * r.surface / a);
    const double step = rate * left > MOVE * a6 ? MOVE * a6 / rate : left;

    a = spread(&r, a, 0.5 * step);
    a = weld(&r, a, step, &h);
    if (a < NOTHING * r.R && pull < 0.0) a = 0.0;
    a    = a > 0.0 ? spread(&r, a, 0.5 * step) : 0.0;
    left = step < left ? left - step : 0.0;
  }
  neck->radius = a;
  neck->approach += h;
}

static void grow_not(const Material *m, const NeckInput *in, double dt, Neck *neck)
{
  (void)m, (void)in, (void)dt, (void)neck;
}

static const NeckLaw diffusion = {"parhami_mcmeeking",
                                  "Bouvard & McMeeking 1996; Parhami & McMeeking 1998; Kuczynski 1949",
                                  "grain-boundary and surface diffusion", grow_by_diffusion},
                     none      = {"none", "", "necks stay as mechanics made them", grow_not};

const NeckLaw *const neck_laws[] = {&diffusion, &none, NULL};

const NeckLaw *neck_law_find(const char name[])
{
  for (size_t k = 0; neck_laws[k]; k++)
    if (!strcmp(neck_laws[k]->name, name)) return neck_laws[k];
  return NULL;
}
