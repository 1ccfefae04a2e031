/*
  contact_parts.c - sliding, rolling and twisting resistance over the lanes of a batch.
*/
#include "materials/contact_parts.h"
#include "materials/lanes_math.h"

typedef struct {
  double x, y, z;
} Vec;

static inline double dot(Vec a, Vec b) { return a.x * b.x + a.y * b.y + a.z * b.z; }
static inline Vec    scale(double s, Vec a) { return (Vec){s * a.x, s * a.y, s * a.z}; }
static inline Vec    axpy(double s, Vec a, Vec b) { return (Vec){s * a.x + b.x, s * a.y + b.y, s * a.z + b.z}; }
static inline Vec    cross(Vec a, Vec b)
{
  return (Vec){a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x};
}
static inline Vec load(Lanes *v, int l) { return (Vec){v[0][l], v[1][l], v[2][l]}; }
static inline Vec load_const(const Lanes *v, int l) { return (Vec){v[0][l], v[1][l], v[2][l]}; }

/*
  carry_over - a stored tangential vector follows its contact: projected on the new tangent plane at constant length,
  turned by `angle` about n, multiplied by keep.  Luding 2008, sec. 2.6.  The turn is the rational one, exact in length,
  angle to third order.
*/
static inline Vec carry_over(Vec f, Vec n, double angle, double keep)
{
  const double t = 0.5 * angle, q = 1.0 / (1.0 + t * t);
  const Vec    p   = axpy(-dot(f, n), n, f);
  const double len = keep * sqrt(lm_ratio(dot(f, f), dot(p, p)));
  const Vec    s   = cross(n, p);

  return axpy(len * q * (1.0 - t * t), p, scale(len * q * 2.0 * t, s));
}

/* min(1, limit/|f|); 1 for f = 0. */
static inline double cone(Vec f, double limit)
{
  const double len = sqrt(dot(f, f));

  return len > limit ? lm_ratio(limit, len) : 1.0;
}

/* What a stiffness going from k_old to k leaves of a stored force: it shrinks with the spring, never grows. */
static inline double keep_of(double k, double k_old) { return k < k_old ? lm_ratio(k, k_old) : 1.0; }

void contact_slide(const ContactModel *restrict m, const ContactBatch *restrict in, Lanes *restrict state,
                   ContactForce *restrict out)
{
  const double G  = in->tool ? m->G_star_tool : m->G_star;
  const double k8 = 8.0 * G * m->kt_ratio, dt = in->dt, mu = in->mu, ct = m->damping_t;
  const double rate = dt > 0.0 ? 1.0 / dt : 0.0;

  for (int l = 0; l < CONTACT_LANES; l++) {
    const Vec    n = load_const(in->n, l), vt = load_const(in->vt, l), f0 = load(state + SLIDE_F, l);
    const double a = out->a[l], kt = k8 * a, a0 = state[SLIDE_A][l];
    const double limit   = mu * lm_max(out->fc[l], 0.0);
    const Vec    f1      = carry_over(f0, n, in->spin[l] * dt, keep_of(a, a0));
    const Vec    trial   = axpy(-kt * dt, vt, f1);
    const double keep    = cone(trial, limit);
    const Vec    f       = scale(keep, trial);
    const Vec    both    = axpy(-ct * out->eta[l], vt, f);
    const double cut     = cone(both, limit);
    const Vec    total   = scale(cut, both);
    const double viscous = -dot(axpy(-1.0, f, total), vt);
    const double ease    = 0.5 * (lm_ratio(dot(f0, f0), k8 * a0) - lm_ratio(dot(f1, f1), kt));
    const double slip    = lm_ratio((1.0 - keep) * keep * dot(trial, trial), kt);

    for (int d = 0; d < 3; d++) out->couple[d][l] = 0.0;
    state[SLIDE_F][l]     = f.x;
    state[SLIDE_F + 1][l] = f.y;
    state[SLIDE_F + 2][l] = f.z;
    state[SLIDE_A][l]     = a;
    out->ft[0][l]         = total.x;
    out->ft[1][l]         = total.y;
    out->ft[2][l]         = total.z;
    out->slip_power[l]    = lm_max(viscous, 0.0) + lm_max(slip + ease, 0.0) * rate;
  }
}

void contact_roll(const ContactModel *restrict m, const ContactBatch *restrict in, Lanes *restrict state,
                  ContactForce *restrict out)
{
  const double ratio = 2.25 * in->mu_roll * in->mu_roll, dt = in->dt, rate = dt > 0.0 ? 1.0 / dt : 0.0;

  for (int l = 0; l < CONTACT_LANES; l++) {
    const Vec    n = load_const(in->n, l), f0 = load(state + ROLL_F, l);
    const double R = lm_ratio(in->side[0].R[l] * in->side[1].R[l], in->side[0].R[l] + in->side[1].R[l]);
    const double k = ratio * out->kn[l], k0 = state[ROLL_K][l], limit = in->mu_roll * lm_max(out->fc[l], 0.0);
    const Vec    v       = scale(R, cross(load_const(in->wr, l), n));
    const Vec    f1      = carry_over(f0, n, in->spin[l] * dt, keep_of(k, k0));
    const Vec    trial   = axpy(-k * dt, v, f1);
    const double keep    = cone(trial, limit);
    const Vec    f       = scale(keep, trial);
    const Vec    both    = axpy(-m->damping_t * ratio * out->eta[l], v, f);
    const Vec    total   = scale(cone(both, limit), both);
    const Vec    torque  = scale(R, cross(n, total));
    const double viscous = -dot(axpy(-1.0, f, total), v);
    const double ease    = 0.5 * (lm_ratio(dot(f0, f0), k0) - lm_ratio(dot(f1, f1), k));
    const double slip    = lm_ratio((1.0 - keep) * keep * dot(trial, trial), k);

    state[ROLL_F][l]     = f.x;
    state[ROLL_F + 1][l] = f.y;
    state[ROLL_F + 2][l] = f.z;
    state[ROLL_K][l]     = k;
    out->couple[0][l] += torque.x;
    out->couple[1][l] += torque.y;
    out->couple[2][l] += torque.z;
    out->slip_power[l] += lm_max(viscous, 0.0) + lm_max(slip + ease, 0.0) * rate;
  }
}

void contact_twist(const ContactModel *restrict m, const ContactBatch *restrict in, Lanes *restrict state,
                   ContactForce *restrict out)
{
  const double G  = in->tool ? m->G_star_tool : m->G_star;
  const double k4 = 4.0 * G * m->kt_ratio, dt = in->dt, rate = dt > 0.0 ? 1.0 / dt : 0.0;

  for (int l = 0; l < CONTACT_LANES; l++) {
    const Vec    n = load_const(in->n, l);
    const double a = out->a[l], k = k4 * a * a * a, k0 = state[TWIST_K][l], m0 = state[TWIST_M][l];
    const double limit = (2.0 / 3.0) * a * in->mu_twist * lm_max(out->fc[l], 0.0);
    const double w     = dot(load_const(in->wr, l), n);
    const double m1    = m0 * keep_of(k, k0);
    const double trial = m1 - k * dt * w;
    const double now   = lm_min(lm_max(trial, -limit), limit);
    const double both  = now - 0.5 * m->damping_t * out->eta[l] * a * a * w;
    const double total = lm_min(lm_max(both, -limit), limit);
    const double ease  = 0.5 * (lm_ratio(m0 * m0, k0) - lm_ratio(m1 * m1, k));
    const double slip  = lm_ratio((trial - now) * now, k);

    state[TWIST_M][l] = now;
    state[TWIST_K][l] = k;
    out->couple[0][l] += total * n.x;
    out->couple[1][l] += total * n.y;
    out->couple[2][l] += total * n.z;
    out->slip_power[l] += lm_max((now - total) * w, 0.0) + lm_max(slip + ease, 0.0) * rate;
  }
}

void contact_slide_energy(const ContactModel *m, const ContactBatch *in, Lanes state[], Lanes energy)
{
  const double k8 = 8.0 * (in->tool ? m->G_star_tool : m->G_star) * m->kt_ratio;

  for (int l = 0; l < CONTACT_LANES; l++) {
    const Vec f = load(state + SLIDE_F, l);

    energy[l] += 0.5 * lm_ratio(dot(f, f), k8 * state[SLIDE_A][l]);
  }
}

void contact_roll_energy(Lanes state[], Lanes energy)
{
  for (int l = 0; l < CONTACT_LANES; l++) {
    const Vec f = load(state + ROLL_F, l);

    energy[l] += 0.5 * lm_ratio(dot(f, f), state[ROLL_K][l]);
  }
}

void contact_twist_energy(Lanes state[], Lanes energy)
{
  for (int l = 0; l < CONTACT_LANES; l++)
    energy[l] += 0.5 * lm_ratio(state[TWIST_M][l] * state[TWIST_M][l], state[TWIST_K][l]);
}
