/*
  contact_slip.c - sliding with partial slip: an annulus of the contact slips before the whole does.

  Mindlin & Deresiewicz 1953 at constant normal force, as a spring with memory of its last turning point.  With
  m = 2^s mu N (s = 0 on the virgin curve, 1 after a turn), p = |F - F_turn|/m and xi the path since the turn,
    (1 - p)^(2/3) = 1 - 2 k_t0 xi/(3 m),   k_t = k_t0 (1 - p)^(1/3),   k_t0 = 8 G* a.
  The curve is integrated exactly, so that the answer does not depend on the step while N is constant.  A force that
  passes the largest one of the virgin curve returns to it.  Only one turning point is remembered: a cycle within a
  cycle closes on the outer branch approximately.
*/
#include "materials/contact_parts.h"
#include "materials/contact_vec.h"

/* Fraction p after a path that costs `way` = 2 k_t0 |dxi|/(3 m). */
static inline double slip_on(double p, double way)
{
  const double c = lm_cbrt(lm_max(1.0 - p, 0.0)), z2 = lm_max(c * c - way, 0.0);

  return 1.0 - z2 * sqrt(z2);
}

void contact_slide_partial(const ContactModel *restrict m, const ContactBatch *restrict in, Lanes *restrict state,
                           ContactForce *restrict out)
{
  const double k8 = 8.0 * (in->tool ? m->G_star_tool : m->G_star) * m->kt_ratio, dt = in->dt, mu = in->mu;
  const double rate = dt > 0.0 ? 1.0 / dt : 0.0, ct = m->damping_t;

  for (int l = 0; l < CONTACT_LANES; l++) {
    const Vec    n = load(in->n, l), vt = load(in->vt, l), f0 = load(state + SLIDE_F, l);
    const double a = out->a[l], a0 = state[SLIDE_A][l], shear = out->shear[l];
    const double limit = lm_pick(out->bond[l], shear, lm_min(mu * lm_max(out->fc[l], 0.0), shear));
    const double kt = k8 * a, speed = sqrt(dot(vt, vt)), keep = keep_of(a, a0), angle = in->spin[l] * dt;
    const Vec    f1 = carry_over(f0, n, angle, keep), r1 = carry_over(load(state + SLIDE_N, l), n, angle, keep);
    const double peak1 = state[SLIDE_N + TURN_PEAK][l] * keep;
    /* a path against F - F_turn is a turn */
    const double turns = lm_above(dot(axpy(-1.0, r1, f1), vt), 0.0);
    const Vec    r     = {lm_pick(turns, f1.x, r1.x), lm_pick(turns, f1.y, r1.y), lm_pick(turns, f1.z, r1.z)};
    const double peak  = lm_pick(turns, lm_max(peak1, sqrt(dot(f1, f1))), peak1);
    const Vec    since = axpy(-1.0, r, f1);
    const double reach = lm_pick(lm_above(peak, 0.0), 2.0, 1.0) * limit;
    const double p     = lm_min(lm_ratio(sqrt(dot(since, since)), reach), 1.0);
    const double gain  = reach * (slip_on(p, lm_ratio((2.0 / 3.0) * kt * speed * dt, reach)) - p);
    const Vec    trial = axpy(-lm_ratio(gain, speed), vt, f1);
    const Vec    f     = scale(cone(trial, limit), trial);
    const double back  = lm_above(sqrt(dot(f, f)), peak); /* on the virgin curve, or back on it */
    const Vec    both  = axpy(-ct * out->eta[l], vt, trial);
    const Vec    total = scale(cone(both, limit), both);
    const double mean = -0.5 * (dot(f1, vt) + dot(f, vt)), viscous = -dot(axpy(-1.0, f, total), vt);
    const double held = 0.5 * (lm_ratio(dot(f, f), kt) - lm_ratio(dot(f0, f0), k8 * a0));

    store(state + SLIDE_F, l, f);
    store(state + SLIDE_N, l, scale(1.0 - back, r));
    store(out->ft, l, total);
    store(out->couple, l, (Vec){0.0, 0.0, 0.0});
    state[SLIDE_A][l]             = a;
    state[SLIDE_N + TURN_PEAK][l] = peak * (1.0 - back);
    out->slip_power[l]            = lm_max(viscous, 0.0) + lm_max(mean - held * rate, 0.0);
  }
}
