/*
  contact_mdr_flow.c - diffusion at an MDR contact: flats move into the grains without a force.

  Each side takes half of the approach as plastic overlap, so that the contact unloads elastically where it stands and
  is loaded anew when the grains follow.  The flats that grow this way are stuck out to their edge.  An approach < 0
  (a neck that diffuses apart under tension) takes plastic overlap back, down to the yield point.  A side that has not
  yielded yet has no flat: the first flow makes it one as deep as the yield point, and takes nothing back from it.
*/
#include "materials/contact_mdr.h"
#include <math.h>

static const double pi = 0x1.921fb54442d18p1;

/* Yield overlap over R: sqrt(x) = (3 pi Y/4E) (1 + 1.75 exp(-4.4 x)), as first_yield of contact_mdr_side.c has it. */
static double yield_overlap(double E, double Y)
{
  const double q = 0.75 * pi * Y / E;
  double       x = 0.0;

  for (int it = 0; it < 50; it++) {
    const double f = q * (1.0 + MDR_HARD * exp(-MDR_FALL * x));
    x              = f * f;
  }
  return x;
}

/* Area over pi of a flat as deep as `peak`. */
static double flat(double R, double peak, double ca) { return 2.0 * peak * R - peak * peak + ca / pi; }

static void side_flow(const Mdr *p, double R, double Y, double approach, double *side)
{
  const double x = yield_overlap(p->E / (1.0 - p->nu * p->nu), Y), first = x * R;
  const int    yielded = side[SIDE_CA] < 0.0;
  const double was     = yielded ? side[SIDE_PEAK] : fmax(side[SIDE_PEAK], first);
  const double peak    = fmin(fmax(was + approach, fmin(first, was)), 0.95 * R);
  double       a2, wider = 0.0; /* than the flat, where metal has flowed into the gap */

  if (!yielded && approach < 0.0) return;
  if (!yielded) side[SIDE_CA] = pi * x * (x - 1.0) * R * R;
  if (p->adhesive_flow > 0.0)
    wider = fmax(side[SIDE_STUCK] * side[SIDE_STUCK] / 0.9801 - flat(R, was, side[SIDE_CA]), 0.0);
  a2               = fmax(flat(R, peak, side[SIDE_CA]) + wider, 0.0);
  side[SIDE_PEAK]  = peak;
  side[SIDE_STUCK] = approach > 0.0 ? fmax(side[SIDE_STUCK], 0.99 * sqrt(a2)) : fmin(side[SIDE_STUCK], 0.99 * sqrt(a2));
}

void mdr_flow(const void *params, const double R[2], const double Y[2], double approach, double *state)
{
  if (state[MDR_PEAK] <= 0.0 || approach == 0.0) return;
  state[MDR_PEAK] = fmax(state[MDR_PEAK] + approach, 1e-6 * R[0]); /* the flats are those of so deep a press */
  for (int s = 0; s < 2; s++) side_flow(params, R[s], Y[s], 0.5 * approach, state + MDR_SIDE + s * SIDE_N);
}
