/*
  contact_parts.c - sliding without partial slip, rolling and twisting resistance over the lanes of a batch.
*/
#include "materials/contact_parts.h"
#include "materials/contact_vec.h"

/* Fully plastic bending moment of a round neck, (4/3) a^3 Y, over a times its shear capacity pi a^2 Y/sqrt(3). */
static const double BEND = 4.0 * 1.7320508075688772 / (3.0 * 3.14159265358979323846);

static double slide_k8(const ContactModel *m, int tool)
{
  return 8.0 * (tool ? m->G_star_tool : m->G_star) * m->kt_ratio;
}

/*
  The spring of contact_slide.  Energies: a spring that holds f at stiffness k keeps f^2/(2k); what is lost when the
  radius changes from a0 to a is f0^2 |a - a0|/(2 k8 a0 max(a, a0)) whichever way it goes; what slides off at the cone
  is (1 - keep) keep trial^2/(k8 a).  In two steps, so that the roots of one batch are not waited for:
  contact_slide_try leaves the trial force in ft and k8 times the energy lost by the change of radius in slip_power.
*/
void contact_slide_try(const ContactModel *restrict m, const ContactBatch *restrict in, Lanes *restrict state,
                       ContactForce *restrict out)
{
  const double k8 = slide_k8(m, in->tool), dt = in->dt;

  for (int l = 0; l < CONTACT_LANES; l++) {
    const Vec    f0 = load(state + SLIDE_F, l);
    const double a = out->a[l], a0 = state[SLIDE_A][l], was = lm_above(a0, 0.0), b0 = lm_pick(was, a0, 1.0);
    const double large = lm_max(a, b0), per_b0 = 1.0 / (b0 * large);
    const double keep = lm_pick(was, lm_min(a, b0) * large * per_b0, 1.0);

    store(out->ft, l, axpy(-k8 * a * dt, load(in->vt, l), carry_over(f0, load(in->n, l), in->spin[l] * dt, keep)));
    out->slip_power[l] = 0.5 * was * dot(f0, f0) * fabs(a - a0) * per_b0;
  }
}

void contact_slide(const ContactModel *restrict m, const ContactBatch *restrict in, Lanes *restrict state,
                   ContactForce *restrict out)
{
  const double per_k8dt = in->dt > 0.0 ? 1.0 / (slide_k8(m, in->tool) * in->dt) : 0.0, mu = in->mu, ct = m->damping_t;

  for (int l = 0; l < CONTACT_LANES; l++) {
    const Vec    vt = load(in->vt, l), trial = load(out->ft, l);
    const double a = out->a[l], shear = out->shear[l];
    const double limit   = lm_pick(out->bond[l], shear, lm_min(mu * lm_max(out->fc[l], 0.0), shear));
    const double stick   = cone(trial, limit);
    const Vec    f       = scale(stick, trial);
    const Vec    both    = axpy(-ct * out->eta[l], vt, trial);
    const Vec    total   = scale(cone(both, limit), both);
    const double viscous = -dot(axpy(-1.0, f, total), vt);
    const double slip    = lm_ratio((1.0 - stick) * stick * dot(trial, trial), a);

    store(state + SLIDE_F, l, f);
    store(out->ft, l, total);
    store(out->couple, l, (Vec){0.0, 0.0, 0.0});
    state[SLIDE_A][l]  = a;
    out->slip_power[l] = lm_max(viscous, 0.0) + per_k8dt * (slip + out->slip_power[l]);
  }
}

void contact_roll(const ContactModel *restrict m, const ContactBatch *restrict in, Lanes *restrict state,
                  ContactForce *restrict out)
{
  const double ratio = 2.25 * in->mu_roll * in->mu_roll, dt = in->dt, rate = dt > 0.0 ? 1.0 / dt : 0.0;

  for (int l = 0; l < CONTACT_LANES; l++) {
    const Vec    n = load(in->n, l), f0 = load(state + ROLL_F, l);
    const double R = lm_ratio(in->side[0].R[l] * in->side[1].R[l], in->side[0].R[l] + in->side[1].R[l]);
    const double a = out->a[l], disc = 0.25 * lm_ratio(a * a, R * R), bond = out->bond[l];
    const double k = lm_pick(bond, lm_max(disc, ratio), ratio) * out->kn[l], k0 = state[ROLL_K][l];
    const double bend    = BEND * a * lm_ratio(out->shear[l], R);
    const double limit   = lm_pick(bond, bend, lm_min(in->mu_roll * lm_max(out->fc[l], 0.0), bend));
    const Vec    v       = scale(R, cross(load(in->wr, l), n));
    const Vec    f1      = carry_over(f0, n, in->spin[l] * dt, keep_of(k, k0));
    const Vec    trial   = axpy(-k * dt, v, f1);
    const double keep    = cone(trial, limit);
    const Vec    f       = scale(keep, trial);
    const Vec    both    = axpy(-m->damping_t * ratio * out->eta[l], v, trial);
    const Vec    total   = scale(cone(both, limit), both);
    const Vec    torque  = scale(R, cross(n, total));
    const double viscous = -dot(axpy(-1.0, f, total), v);
    const double ease    = 0.5 * (lm_ratio(dot(f0, f0), k0) - lm_ratio(dot(f1, f1), k));
    const double slip    = lm_ratio((1.0 - keep) * keep * dot(trial, trial), k);

    store(state + ROLL_F, l, f);
    state[ROLL_K][l] = k;
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
    const Vec    n = load(in->n, l);
    const double a = out->a[l], k = k4 * a * a * a, k0 = state[TWIST_K][l], m0 = state[TWIST_M][l];
    const double slides = lm_min(in->mu_twist * lm_max(out->fc[l], 0.0), out->shear[l]);
    const double limit  = (2.0 / 3.0) * a * lm_pick(out->bond[l], out->shear[l], slides);
    const double w      = dot(load(in->wr, l), n);
    const double m1     = m0 * keep_of(k, k0);
    const double trial  = m1 - k * dt * w;
    const double now    = lm_min(lm_max(trial, -limit), limit);
    const double both   = trial - 0.5 * m->damping_t * out->eta[l] * a * a * w;
    const double total  = lm_min(lm_max(both, -limit), limit);
    const double ease   = 0.5 * (lm_ratio(m0 * m0, k0) - lm_ratio(m1 * m1, k));
    const double slip   = lm_ratio((trial - now) * now, k);

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
  const double k8 = slide_k8(m, in->tool);

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
