/*
  bulk_lanes.h - how far plastic flow goes in one step: one lane, and the return map of eight points side by side.

  bulk.c and an explicit kernel share these formulas.  Without branches on what a lane holds, and every lane goes
  through the same number of iterations, so that its bits do not depend on its neighbours.  A zero lane stays zero.

  The trial von Mises stress q falls by 3 G per plastic strain x, until it meets the yield stress:
    q - 3 G x = sigma_y(alpha + x) (1 + (x/(dt edot0))^m)
  Linear hardening: closed.  Voce: the residual is convex in x, so Newton's steps come from below and stay there.  With
  a rate: Newton in u = ln(x/(dt edot0)), where the residual of linear hardening is concave, from an upper bound.
*/
#ifndef MATERIALS_BULK_LANES_H
#define MATERIALS_BULK_LANES_H

#include "materials/bulk.h"
#include "materials/contact.h" /* Lanes */
#include "materials/lanes_math.h"

enum { BULK_NEWTON_VOCE = 7, BULK_NEWTON_RATE = 9 }; /* to rounding in the whole range: test_bulk_lanes.c */

/* Yield curve from where the step begins. */
typedef struct {
  double rest;   /* what saturation still holds back, (Ys - Y0) exp(-alpha/a0) [GPa] */
  double yield;  /* sigma_y(alpha) [GPa] */
  double excess; /* of the trial stress, max(q - yield, 0) [GPa] */
} BulkCurve;

static inline BulkCurve bulk_curve(const BulkModel *m, double q, double alpha, double Y0)
{
  const double gap = lm_max(m->Ys - Y0, 0.0), rest = gap * lm_exp(-alpha * m->inv_a0);
  const double yield = lm_fma(m->H, alpha, Y0) + (gap - rest);

  return (BulkCurve){rest, yield, lm_max(q - yield, 0.0)};
}

static inline double bulk_slip_linear(const BulkModel *m, double q, double alpha, double Y0)
{
  return lm_max(q - lm_fma(m->H, alpha, Y0), 0.0) * m->compliance;
}

/* The better of two lower bounds: the slope of the beginning, and all saturation at once. */
static inline double bulk_voce_start(const BulkModel *m, const BulkCurve *c)
{
  const double first = c->excess / (3.0 * m->G + m->H + c->rest * m->inv_a0);

  return lm_max(first, (c->excess - c->rest) * m->compliance);
}

static inline double bulk_voce_step(const BulkModel *m, double excess, double rest, double x)
{
  const double soft = 3.0 * m->G + m->H, left = rest * lm_exp(-x * m->inv_a0);

  return lm_max(x + (excess - soft * x - (rest - left)) / (soft + left * m->inv_a0), 0.0);
}

/* u = ln(x/unit) and two bounds of it; unit = dt edot0. */
typedef struct {
  double u, low, high;
} BulkBracket;

/* All of the excess to the stress, or all of it to the rate: no flow is beyond that. */
static inline BulkBracket bulk_rate_start(const BulkModel *m, double log_unit, const BulkCurve *c)
{
  const double log_excess = lm_log(c->excess);
  const double high       = lm_min(log_excess - m->log_G3 - log_unit, (log_excess - lm_log(c->yield)) * m->inv_m);

  return (BulkBracket){high, high - 1e4, high};
}

/* Saturation can spoil the concavity: the root stays between the bounds, and a step out of them goes halfway. */
static inline BulkBracket bulk_rate_step(const BulkModel *m, double unit, BulkCurve c, BulkBracket b)
{
  const double x = unit * lm_exp(b.u), z = lm_exp(m->m * b.u), left = c.rest * lm_exp(-x * m->inv_a0);
  const double more = m->H * x + (c.rest - left), slope = m->H + left * m->inv_a0;
  const double r    = c.excess - 3.0 * m->G * x - more * (1.0 + z) - c.yield * z;
  const double fall = 3.0 * m->G * x + slope * x * (1.0 + z) + (c.yield + more) * m->m * z;
  const double next = b.u + lm_ratio(r, fall);
  const double high = lm_pick(lm_above(0.0, r), b.u, b.high), low = lm_pick(lm_above(r, 0.0), b.u, b.low);

  return (BulkBracket){lm_pick(lm_above(next, high) + lm_above(low, next), 0.5 * (low + high), next), low, high};
}

static inline double bulk_rate_end(double unit, const BulkCurve *c, double u)
{
  return lm_pick(c->excess, unit * lm_exp(u), 0.0);
}

/* d(yield stress)/d(plastic strain) at the end of a step that flowed by x > 0, rate included [GPa]. */
static inline double bulk_hardening(const BulkModel *m, double dt, double x, double alpha, double Y0)
{
  const double gap = lm_max(m->Ys - Y0, 0.0), left = gap * lm_exp(-(alpha + x) * m->inv_a0);
  const double slope = m->H + left * m->inv_a0, yield = lm_fma(m->H, alpha + x, Y0) + (gap - left);
  double       z;

  if (m->flow != BULK_RATE) return slope;
  z = lm_exp(m->m * lm_log(x / (dt * m->edot0)));
  return slope * (1.0 + z) + yield * m->m * z / x;
}

/* A step that stands still would stand still for good: the bits are those of all steps. */
static inline double bulk_slip_voce(const BulkModel *m, const BulkCurve *c)
{
  double x = bulk_voce_start(m, c), last = -1.0;

  for (int k = 0; k < BULK_NEWTON_VOCE && x != last; k++) {
    last = x;
    x    = bulk_voce_step(m, c->excess, c->rest, x);
  }
  return x;
}

static inline double bulk_slip_rate(const BulkModel *m, double unit, const BulkCurve *c)
{
  BulkBracket b    = bulk_rate_start(m, lm_log(unit), c);
  double      last = HUGE_VAL;

  for (int k = 0; k < BULK_NEWTON_RATE && b.u != last; k++) {
    last = b.u;
    b    = bulk_rate_step(m, unit, *c, b);
  }
  return bulk_rate_end(unit, c, b.u);
}

/* Plastic strain of one step from the trial von Mises stress q [GPa]; dt > 0: of a law with a rate [ns]. */
static inline double bulk_slip(const BulkModel *m, double dt, double q, double alpha, double Y0)
{
  const BulkCurve c = bulk_curve(m, q, alpha, Y0);

  if (m->flow == BULK_ELASTIC) return 0.0;
  if (m->flow == BULK_LINEAR) return bulk_slip_linear(m, q, alpha, Y0);
  return m->flow == BULK_VOCE ? bulk_slip_voce(m, &c) : bulk_slip_rate(m, dt * m->edot0, &c);
}

/* bulk_slip of eight: the same steps, one loop over the lanes each; none where no lane yields. */
static inline void bulk_slips_voce(const BulkModel *m, const double *restrict q, const double *restrict alpha,
                                   const double *restrict Y0, double *restrict slip)
{
  Lanes excess, rest;

  for (int l = 0; l < CONTACT_LANES; l++) {
    const BulkCurve c = bulk_curve(m, q[l], alpha[l], Y0[l]);

    excess[l] = c.excess;
    rest[l]   = c.rest;
    slip[l]   = bulk_voce_start(m, &c);
  }
  if (!lm_any(excess)) return; /* the start is 0, and a step leaves it there */
  for (int k = 0; k < BULK_NEWTON_VOCE; k++)
    for (int l = 0; l < CONTACT_LANES; l++) slip[l] = bulk_voce_step(m, excess[l], rest[l], slip[l]);
}

static inline void bulk_slips_rate(const BulkModel *m, double dt, const double *restrict q,
                                   const double *restrict alpha, const double *restrict Y0, double *restrict slip)
{
  const double unit = dt * m->edot0, log_unit = lm_log(unit);
  Lanes        excess, rest, yield, u, low, high;

  for (int l = 0; l < CONTACT_LANES; l++) {
    const BulkCurve   c = bulk_curve(m, q[l], alpha[l], Y0[l]);
    const BulkBracket b = bulk_rate_start(m, log_unit, &c);

    excess[l] = c.excess, rest[l] = c.rest, yield[l] = c.yield;
    u[l] = b.u, low[l] = b.low, high[l] = b.high;
    slip[l] = 0.0;
  }
  if (!lm_any(excess)) return;
  for (int k = 0; k < BULK_NEWTON_RATE; k++)
    for (int l = 0; l < CONTACT_LANES; l++) {
      const BulkCurve   c = {rest[l], yield[l], excess[l]};
      const BulkBracket b = bulk_rate_step(m, unit, c, (BulkBracket){u[l], low[l], high[l]});

      u[l] = b.u, low[l] = b.low, high[l] = b.high;
    }
  for (int l = 0; l < CONTACT_LANES; l++)
    slip[l] = bulk_rate_end(unit, &(BulkCurve){rest[l], yield[l], excess[l]}, u[l]);
}

/* Mean Kirchhoff stress at volume ratio J > 0 [GPa]. */
static inline double bulk_mean_lane(double K, double J) { return K * lm_log(J); }

/* Squared von Mises stress of a deviator. */
static inline double bulk_mises2(double xx, double yy, double zz, double xy, double yz, double zx)
{
  return 1.5 * (xx * xx + yy * yy + zz * zz + 2.0 * (xy * xy + yz * yz + zx * zx));
}

/*
  bulk_return - brings eight trial deviators back to the yield surface.

  In and out: s      trial deviator of the Kirchhoff stress [GPa] -> what is left of it, in the same direction
              alpha  accumulated plastic strain [-]
  In:         Y0     yield stress of the grains [GPa]; dt [ns], > 0, of a law with a rate
  Out:        work   dissipated in the step, per undeformed volume [GPa]
*/
static inline void bulk_return(const BulkModel *m, double dt, Lanes s[restrict 6], double *restrict alpha,
                               const double *restrict Y0, double *restrict work)
{
  Lanes q, inv, slip;

  for (int l = 0; l < CONTACT_LANES; l++) {
    const double q2 = bulk_mises2(s[0][l], s[1][l], s[2][l], s[3][l], s[4][l], s[5][l]);

    inv[l]  = lm_rsqrt(q2);
    q[l]    = q2 * inv[l];
    slip[l] = 0.0;
  }
  if (m->flow == BULK_LINEAR) /* the same for all lanes of all grains */
    for (int l = 0; l < CONTACT_LANES; l++) slip[l] = bulk_slip_linear(m, q[l], alpha[l], Y0[l]);
  else if (m->flow == BULK_VOCE) bulk_slips_voce(m, q, alpha, Y0, slip);
  else if (m->flow == BULK_RATE) bulk_slips_rate(m, dt, q, alpha, Y0, slip);
  for (int l = 0; l < CONTACT_LANES; l++) {
    const double drop = 3.0 * m->G * slip[l], keep = 1.0 - drop * inv[l];

    for (int k = 0; k < 6; k++) s[k][l] *= keep;
    alpha[l] += slip[l];
    work[l] = (q[l] - drop) * slip[l];
  }
}

#endif
