/*
  contact_hertz.c - elastic spheres: Hertz's force with a dashpot that gives a chosen coefficient of restitution.

  fn = (4/3) E* a delta - eta vn,  a = sqrt(R* delta),  kn = 2 E* a,  fc = elastic part.       Johnson 1985, ch. 4
  eta = alpha(e) sqrt(m_eff F/delta), with the secant stiffness; alpha from contact_damping.h.
  The total never pulls: fn >= 0, which lets a little more energy come back.  limit_damping = 0 gives the bare sum.
*/
#include "materials/contact.h"
#include "materials/contact_damping.h"
#include "materials/lanes_math.h"

typedef struct {
  double E, nu, restitution, tsuji, limit_damping;
} HertzMindlin;

/* clang-format off */
static const ParamSpec hertz_params[] = {
    /* key           dimension     min   max   default  where                                card  what */
    {"E",             DIM_PRESSURE, 1e-3, 2e3,  NAN,     offsetof(HertzMindlin, E),             "E",
     "Young's modulus of the grains"},
    {"nu",            DIM_NONE,     0.0,  0.49, NAN,     offsetof(HertzMindlin, nu),            "nu",
     "Poisson ratio of the grains"},
    {"restitution",   DIM_NONE,     0.0,  1.0,  0.5,     offsetof(HertzMindlin, restitution),   NULL,
     "coefficient of restitution that sets the damping; 1: none"},
    {"tsuji",         DIM_NONE,     0.0,  1.0,  0.0,     offsetof(HertzMindlin, tsuji),         NULL,
     "1: damping by the fit of Tsuji et al. as in LAMMPS; 0: by the exact relation"},
    {"limit_damping", DIM_NONE,     0.0,  1.0,  1.0,     offsetof(HertzMindlin, limit_damping), NULL,
     "1: damping never turns the normal force into a pull"},
    {0},
};
/* clang-format on */

/* E* of two equal grains, or of a grain against a rigid tool [GPa]. */
static double e_star(const HertzMindlin *p, int tool) { return p->E / ((tool ? 1.0 : 2.0) * (1.0 - p->nu * p->nu)); }

static void hertz_radius(const ContactBatch *restrict in, ContactForce *restrict out)
{
  for (int l = 0; l < CONTACT_LANES; l++) {
    const double R0 = in->side[0].R[l], R1 = in->side[1].R[l];
    const double cut = R0 * R1 * lm_max(in->delta[l], 0.0); /* a^2 (R_0 + R_1) */

    out->a[l] = lm_pick(cut, cut * lm_rsqrt(cut * (R0 + R1)), 0.0);
  }
}

static void hertz_batch(double E, double alpha, double floor, const ContactBatch *restrict in,
                        ContactForce *restrict out)
{
  for (int l = 0; l < CONTACT_LANES; l++) {
    const double a      = out->a[l];
    const double secant = (4.0 / 3.0) * E * a, mass = in->m_eff[l] * secant;
    const double elastic = secant * lm_max(in->delta[l], 0.0);
    const double eta     = lm_pick(a, alpha * mass * lm_rsqrt(mass), 0.0);
    const double fn      = lm_max(elastic - eta * in->vn[l], floor);

    out->fn[l]         = fn;
    out->fn_viscous[l] = fn - elastic;
    out->kn[l]         = 2.0 * E * a;
    out->fc[l]         = elastic;
    out->shear[l]      = lm_pick(lm_above(a, 0.0), 1e300, 0.0);
    out->eta[l]        = eta;
  }
}

/* Radii of all batches, then their forces: a root is not waited for. */
static void hertz_normal(const void *params, int n, const ContactBatch in[], Lanes *const state[], ContactForce out[])
{
  const HertzMindlin *p     = params;
  const double        alpha = damping_alpha(p->restitution, p->tsuji);
  const double        floor = p->limit_damping > 0.0 ? 0.0 : -1e300;

  (void)state;
  for (int b = 0; b < n; b++) hertz_radius(&in[b], &out[b]);
  for (int b = 0; b < n; b++) hertz_batch(e_star(p, in[b].tool), alpha, floor, &in[b], &out[b]);
}

/* (8/15) E* sqrt(R*) delta^(5/2) */
static void hertz_stored(const void *params, const ContactBatch *restrict in, Lanes *restrict state,
                         double *restrict energy)
{
  const double E = e_star(params, in->tool);

  (void)state;
  for (int l = 0; l < CONTACT_LANES; l++) {
    const double delta = lm_max(in->delta[l], 0.0);
    const double R     = lm_ratio(in->side[0].R[l] * in->side[1].R[l], in->side[0].R[l] + in->side[1].R[l]);

    energy[l] = (8.0 / 15.0) * E * sqrt(R * delta) * delta * delta;
  }
}

static double hertz_reach(const void *params, double W, double R) { return 0.0 * (W + R); }

const ContactLaw contact_hertz_mindlin = {
    .name          = "hertz_mindlin",
    .cite          = "Hertz 1882; Mindlin 1949; Antypov & Elliott 2011",
    .params        = hertz_params,
    .param_size    = sizeof(HertzMindlin),
    .plain         = 1,
    .penalty_state = -1,
    .lives_state   = -1,
    .reach         = hertz_reach,
    .normal        = hertz_normal,
    .stored        = hertz_stored,
};
