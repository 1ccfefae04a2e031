/*
  contact_mdr_grain.c - what MDR keeps on a grain: free area, apparent radius, bulk stiffness; and stored energy.
*/
#include "materials/contact_mdr.h"
#include "materials/lanes_math.h"

static const double pi = 0x1.921fb54442d18p1;

static const double RELAX = 0.1; /* part of a missing volume that the radius takes up in a step */

/*
  From the sums of step n to psi, dbar, bulk and R of step n + 1.

  Apparent radius: the sphere less the caps behind its plastic flats must hold the elastic volume,
    (4/3) pi R^3 - caps(R) = V0 (1 + eps),  d caps/dR = sum of 2 pi R flat.
  The published law adds up the increments of this equation, dR >= 0.  Contacts that are pressed, torn open a little and
  pressed again (necks flow in tension) would then let the grain grow in every turn, which pumps energy into the pack;
  here the equation itself is followed, by a tenth of the missing volume a step, so that R can also go back to R0.
  Growth needs a free surface: only while psi > psi_b, weighted by 1/(1 + exp(-75 (psi - 0.2))); R < 1.5 R0.
*/
void mdr_grain(const void *params, GrainBatch *restrict g)
{
  const Mdr   *p     = params;
  const double kappa = p->E / (3.0 * (1.0 - 2.0 * p->nu)), psi_b = p->psi_b;

  for (int l = 0; l < CONTACT_LANES; l++) {
    const double R = g->R[l], R0 = g->R0[l], V0 = (4.0 / 3.0) * pi * R0 * R0 * R0, area = g->sum[SUM_AREA][l];
    const double whole   = 4.0 * pi * R * R + g->sum[SUM_AREA_FREE][l];
    const double psi     = lm_min(lm_max(lm_ratio(whole - area, whole), 0.0), 1.0);
    const double V       = lm_max(lm_min((4.0 / 3.0) * pi * R * R * R - g->sum[SUM_CAPS][l], V0), 0.1 * V0);
    const double gate    = lm_above(psi, psi_b) * lm_above(psi, 0.1) / (1.0 + lm_exp(-75.0 * (psi - 0.2)));
    const double side    = lm_max(4.0 * pi * R * R - g->sum[SUM_RIM][l], 0.4 * pi * R * R);
    const double missing = V0 + g->sum[SUM_GROW][l] - (4.0 / 3.0) * pi * R * R * R;
    const double step    = RELAX * missing / side * lm_pick(lm_above(missing, 0.0), gate, 1.0);

    g->R[l]    = lm_min(lm_max(R + step, R0), 1.5 * R0);
    g->psi[l]  = psi;
    g->dbar[l] = lm_ratio(g->sum[SUM_AREA_MOVE][l], area);
    g->bulk[l] = lm_ratio(kappa * area, V);
  }
}

/*
  Energy of the ellipse foundation, integral of F_na over x [aJ]: with cos(theta) = 1 - 2 x/A,
    (E_h A^2 B/8) (sin(theta) - theta cos(theta) - sin^3(theta)/3).
*/
static double foundation_energy(double E, double A, double B, double x)
{
  const double u = lm_min(lm_max(lm_ratio(x, A), 0.0), 1.0), sn = 2.0 * sqrt(u * (1.0 - u)), cs = 1.0 - 2.0 * u;
  const double theta = lm_segment(u) + sn * cs;

  return 0.125 * E * A * A * B * (sn - theta * cs - sn * sn * sn / 3.0);
}

static double foundation(double E, double A, double B, double x)
{
  return 0.25 * E * A * B * lm_segment(lm_min(lm_max(lm_ratio(x, A), 0.0), 1.0));
}

/*
  Foundation displacement where the crack bound falls below the rim bound, between lo and hi = g(a): the contact follows
  the crack from there on.  The difference crack - rim bound is rim > 0 at hi and falls towards lo.  Bisection: rare.
*/
static double crossing(double E, double A, double B, double a, double rim, double slope, double lo, double hi)
{
  const double f  = foundation(E, A, B, hi);
  double       x0 = lo, x1 = hi;

  if (f + 2.0 * E * (lo - hi) * a > foundation(E, A, B, lo) - rim) return lo;
  for (int it = 0; it < 60; it++) {
    const double x = 0.5 * (x0 + x1), d = f + 2.0 * E * (x - hi) * a - foundation(E, A, B, x) + rim + slope * (x - lo);

    if (d > 0.0) x1 = x;
    else x0 = x;
  }
  return 0.5 * (x0 + x1);
}

/*
  Energy that the side returns when it unloads along its elastic branch, without the rim: the foundation, what stuck
  springs add in tension beyond the rim, uniform compression.  Displacements of the flat are flex times those of the
  foundation.  (The flow limit of the neck is not elastic and left out.)
*/
void mdr_side_stored(const MdrBatch *c, const ContactSide *g, const double *gap, const double *slope, const MdrSide *s,
                     double *energy)
{
  for (int l = 0; l < CONTACT_LANES; l++) {
    const double E = c->E, A = s->A[l], B = s->B[l], de = s->de[l], a = s->stuck[l], rim = s->rim[l];
    const double t    = lm_min(lm_ratio(2.0 * a, B) * lm_ratio(2.0 * a, B), 1.0);
    const double ga   = 0.5 * A * t / (1.0 + sqrt(1.0 - t));
    const double area = pi * lm_max(s->overlap[l], 0.0) * (s->ca[l] < 0.0 ? 2.0 * g->R[l] - s->overlap[l] : g->R[l]);
    const double squeezed = lm_max(s->bulk[l] - gap[l], 0.0);
    double       U        = s->flex[l] * foundation_energy(E, A, B, de);

    if (a > 0.0 && de < ga) {
      const double x = crossing(E, A, B, a, rim, slope[l], de, ga);

      U += s->flex[l] * ((foundation(E, A, B, ga) + rim) * (de - x) - 0.5 * slope[l] * (de - x) * (de - x) +
                         E * a * ((de - ga) * (de - ga) - (x - ga) * (x - ga)) - foundation_energy(E, A, B, de) +
                         foundation_energy(E, A, B, x));
    }
    energy[l] = U + 0.5 * g->bulk[l] * lm_max(area + s->ca[l], 0.0) * squeezed * squeezed;
  }
}
