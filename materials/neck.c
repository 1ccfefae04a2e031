/*
  neck.c - necks by grain-boundary and surface diffusion.

  Bouvard & McMeeking 1996 (J. Am. Ceram. Soc. 79, 666), Parhami & McMeeking 1998 (Mech. Mater. 27, 111) for the
  boundary, Kuczynski 1949 for the surface; Coble's geometry a^2 = 2 R h for two grains of radius R whose centres came
  nearer by h: the lens 2 pi R (h/2)^2 that they share moves to the neck.
*/
#include "materials/neck.h"
#include "materials/constants.h"

#include <math.h>
#include <string.h>

static const double pi    = 0x1.921fb54442d18p1;
static const double ALPHA = 4.5, BETA = 4.0; /* surface diffusion fast enough to keep the neck in equilibrium */
static const double MOVE    = 0.2;           /* change of a^6 in the first substep tried, relative */
static const double ERROR   = 1e-7;          /* of a substep before extrapolation, of the radius and of the way */
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

/* At its limit a neck stays, and what leaves the boundary fills pores elsewhere. */
static void settle(const Rates *r, double a, double dt, double *h)
{
  const double slow = r->boundary * dt / pow(a, 4.0);

  *h += slow * (r->drive - r->k * *h) * faded(slow * r->k);
}

/*
  Boundary diffusion alone: a^6 grows by 6 R boundary times the mean force, which fades with the approach at the rate
  k boundary/a^4; exact for k = 0.  A neck that reaches its limit on the way settles there for the rest.
*/
static double weld(const Rates *r, double a, double dt, double *h)
{
  const double force = r->drive - r->k * *h, a6 = pow(a, 6.0), top6 = pow(r->limit, 6.0);
  const double gain = 6.0 * r->R * r->boundary * dt, middle = fmax(a6 + 0.5 * gain * force, 0.25 * a6);
  const double mean = force * faded(r->k * r->boundary * dt / cbrt(middle * middle));
  const double full = a6 + gain * mean,
               over = mean > 0.0 && full > top6 ? (full - fmax(a6, top6)) / (gain * mean) : 0.0;
  const double b    = over > 0.0 ? fmax(a, r->limit) : pow(fmax(full, 0.0), 1.0 / 6.0);

  if (gain <= 0.0) return a;
  *h += (b * b - a * a) / (2.0 * r->R);
  if (over > 0.0) settle(r, b, over * dt, h);
  return b;
}

/* Drawn out at its limit as fast as the surface brings, at most: it stays. */
static int fed(const Rates *r, const Neck *n)
{
  const double drawn = r->R * r->boundary * (r->k * n->approach - r->drive);

  return n->radius == r->limit && drawn >= 0.0 && drawn * n->radius <= r->surface;
}

/* A substep of both: spread, weld, spread; second order in dt.  The approach counts from where the drive was taken. */
static Neck substep(const Rates *r, Neck n, double dt)
{
  if (fed(r, &n)) {
    settle(r, n.radius, dt, &n.approach);
    return n;
  }
  n.radius = spread(r, n.radius, 0.5 * dt);
  n.radius = weld(r, n.radius, dt, &n.approach);
  if (n.radius > 0.0) n.radius = spread(r, n.radius, 0.5 * dt);
  return n;
}

static double difference(const Rates *r, const Neck *a, const Neck *b)
{
  return fmax(fabs(a->radius - b->radius) / r->R, fabs(a->approach - b->approach) / fmax(r->R, fabs(b->approach)));
}

/* What is left of a neck goes at once. */
static void tear(const Rates *r, Neck *n)
{
  n->approach -= n->radius * n->radius / (2.0 * r->R);
  n->radius = 0.0;
}

/* First substep to try: both processes change a^6 by MOVE. */
static double first_substep(const Rates *r, double a, double dt)
{
  const double rate = 6.0 * (r->R * r->boundary * fabs(r->drive) + r->surface / a), a6 = pow(a, 6.0);

  return rate * dt > MOVE * a6 ? MOVE * a6 / rate : dt;
}

/* No substep goes across the limit from above, where the surface begins to bring: time until then. */
static double until_limit(const Rates *r, const Neck *n)
{
  const double pull = r->k * n->approach - r->drive, thins = 6.0 * r->R * r->boundary * pull;

  return n->radius > r->limit && thins > 0.0 ? (pow(n->radius, 6.0) - pow(r->limit, 6.0)) / thins : HUGE_VAL;
}

/* Substeps by doubling: one against two of half the length, whose difference says how long the next may be and takes
   the leading error out (Richardson; Hairer, Norsett & Wanner 1993, II.4). */
static void grow_by_diffusion(const Material *m, const NeckInput *in, double dt, Neck *neck)
{
  const Rates r    = rates_of(m, in);
  double      left = dt, step;
  Neck        now  = {.radius = neck->radius};

  step = now.radius > 0.0 ? fmin(first_substep(&r, now.radius, dt), until_limit(&r, &now)) : 0.0;
  while (left > 0.0 && now.radius > 0.0) {
    const Neck   one = substep(&r, now, step), half = substep(&r, now, 0.5 * step), two = substep(&r, half, 0.5 * step);
    const double error = difference(&r, &one, &two) / ERROR;
    const double scale = fmin(fmax(0.9 / cbrt(fmax(error, 1e-9)), 0.1), 4.0);

    if (!(error > 1.0) || step <= 1e-12 * left) {
      const double last = now.radius;

      now.radius   = fmin(fmax(two.radius + (two.radius - one.radius) / 3.0, 0.0), fmax(two.radius, r.limit));
      now.approach = two.approach + (two.approach - one.approach) / 3.0;
      left         = step < left ? left - step : 0.0;
      if (fabs(now.radius - r.limit) < 1e-9 * r.limit) now.radius = r.limit;
      if (neck->approach + now.approach < -r.R) now = (Neck){0.0, -r.R - neck->approach}; /* torn */
      if (now.radius < NOTHING * r.R && now.radius < last && r.drive < r.k * now.approach) tear(&r, &now);
    }
    step = fmin(fmin(scale * step, left), until_limit(&r, &now));
  }
  neck->radius = now.radius;
  neck->approach += now.approach;
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
