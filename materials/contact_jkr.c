/*
  contact_jkr.c - elastic adhesive spheres: Johnson, Kendall & Roberts 1971, with its hysteresis.

  delta = a^2/R* - sqrt(2 pi a W/E*),   F = 4 E* a^3/(3 R*) - sqrt(8 pi W E* a^3).
  Bodies come into contact at delta = 0 and jump to the radius of that overlap; they hold in tension until
  delta_c = -3 a_c^2/R*, a_c^3 = pi W R*^2/(8 E*), where the stable branch ends and they come off.
  Damping as in hertz_mindlin with the contact radius of this law; it never makes the pull larger than the pull-off
  force.
*/
#include "materials/contact.h"
#include "materials/contact_damping.h"
#include "materials/lanes_math.h"

static const double pi = 0x1.921fb54442d18p1;

enum { JKR_A = 0, JKR_N = 1, NEWTON_STEPS = 8 };

typedef struct {
  double E, nu, restitution, tsuji;
} Jkr;

/* clang-format off */
static const ParamSpec jkr_params[] = {
    /* key         dimension     min   max   default  where                     card  what */
    {"E",           DIM_PRESSURE, 1e-3, 2e3,  NAN,     offsetof(Jkr, E),           "E",
     "Young's modulus of the grains"},
    {"nu",          DIM_NONE,     0.0,  0.49, NAN,     offsetof(Jkr, nu),          "nu", "Poisson ratio of the grains"},
    {"restitution", DIM_NONE,     0.0,  1.0,  0.5,     offsetof(Jkr, restitution), NULL,
     "coefficient of restitution without adhesion, sets the damping; 1: none"},
    {"tsuji",       DIM_NONE,     0.0,  1.0,  0.0,     offsetof(Jkr, tsuji),       NULL,
     "1: damping by the fit of Tsuji et al. as in LAMMPS; 0: by the exact relation"},
    {0},
};
/* clang-format on */

static const char *const jkr_states[JKR_N] = {"contact_radius_nm"};

static double e_star(const Jkr *p, int tool) { return p->E / ((tool ? 1.0 : 2.0) * (1.0 - p->nu * p->nu)); }

/*
  Contact radius on the stable branch [nm], 0 for lanes that are apart.

  With s = sqrt(a) the overlap is s^4 - c R s = R delta, c^2 = 2 pi W/E*.  Measured from the end of the branch,
  s = s_c + e, s_c^3 = c R/4, this is e^2 (6 s_c^2 + 4 s_c e + e^2) = R (delta - delta_c) =: t, well conditioned at e =
  0. Both sqrt(t/6)/s_c and t^(1/4) bound e from above; Newton from the smaller one falls monotonically.
*/
static void contact_radius(double E, const ContactBatch *restrict in, const double *restrict old, double *restrict a)
{
  Lanes sc, t, e;

  for (int l = 0; l < CONTACT_LANES; l++) {
    const double R  = lm_ratio(in->side[0].R[l] * in->side[1].R[l], in->side[0].R[l] + in->side[1].R[l]);
    const double s3 = 0.25 * R * sqrt(2.0 * pi / E * lm_max(in->W[l], 0.0)), s = lm_cbrt(s3), d = in->delta[l];
    const double above = R * d + 3.0 * (s * s) * (s * s);
    const double live  = lm_max(lm_above(d, 0.0), lm_above(old[l], 0.0) * lm_above(above, 0.0));
    const double root = sqrt(lm_max(above, 0.0) * live), quart = sqrt(root), near = lm_ratio(root, sqrt(6.0) * s);

    sc[l] = s * live;
    t[l]  = root * root;
    e[l]  = lm_pick(s, lm_min(near, quart), quart);
  }
  for (int it = 0; it < NEWTON_STEPS; it++)
    for (int l = 0; l < CONTACT_LANES; l++) {
      const double s = sc[l], x = e[l], f = x * x * (6.0 * s * s + 4.0 * s * x + x * x) - t[l];
      const double slope = x * (12.0 * s * s + 12.0 * s * x + 4.0 * x * x);

      e[l] = x - lm_ratio(f, slope);
    }
  for (int l = 0; l < CONTACT_LANES; l++) a[l] = (sc[l] + e[l]) * (sc[l] + e[l]);
}

static void jkr_batch(const void *params, const ContactBatch *restrict in, Lanes *restrict state,
                      ContactForce *restrict out)
{
  const Jkr   *p = params;
  const double E = e_star(p, in->tool), alpha = damping_alpha(p->restitution, p->tsuji);
  Lanes        radius;

  contact_radius(E, in, state[JKR_A], radius);
  for (int l = 0; l < CONTACT_LANES; l++) {
    const double R = lm_ratio(in->side[0].R[l] * in->side[1].R[l], in->side[0].R[l] + in->side[1].R[l]);
    const double a = radius[l], a3 = a * a * a, W = lm_max(in->W[l], 0.0), touch = lm_above(a, 0.0);
    const double elastic = lm_ratio(4.0 / 3.0 * E * a3, R) - sqrt(8.0 * pi * W * E * a3);
    const double eta     = lm_pick(a, alpha * sqrt(in->m_eff[l] * (4.0 / 3.0) * E * a), 0.0);
    const double hold    = 1.5 * pi * W * R * touch;
    const double fn      = lm_max(elastic - eta * in->vn[l], lm_min(elastic, -hold));

    state[JKR_A][l]    = a;
    out->fn[l]         = fn;
    out->fn_viscous[l] = fn - elastic;
    out->a[l]          = a;
    out->kn[l]         = 2.0 * E * a;
    out->fc[l]         = elastic + 2.0 * hold;
    out->shear[l]      = lm_pick(lm_above(out->a[l], 0.0), 1e300, 0.0);
    out->eta[l]        = eta;
  }
}

static void jkr_normal(const void *params, int n, const ContactBatch in[], Lanes *const state[], ContactForce out[])
{
  for (int b = 0; b < n; b++) jkr_batch(params, &in[b], state[b], &out[b]);
}

/* Elastic energy K a^5/(15 R^2) + F^2/(3 K a), K = 4 E* /3, minus the surface energy pi W a^2.  JKR 1971, eqs. 8-12. */
static void jkr_stored(const void *params, const ContactBatch *restrict in, Lanes *restrict state,
                       double *restrict energy)
{
  const double K = 4.0 / 3.0 * e_star(params, in->tool), E = 0.75 * K;

  for (int l = 0; l < CONTACT_LANES; l++) {
    const double R = lm_ratio(in->side[0].R[l] * in->side[1].R[l], in->side[0].R[l] + in->side[1].R[l]);
    const double a = state[JKR_A][l], a3 = a * a * a, W = lm_max(in->W[l], 0.0);
    const double F = lm_ratio(K * a3, R) - sqrt(8.0 * pi * W * E * a3);

    energy[l] = lm_ratio(K * a3 * a * a, 15.0 * R * R) + lm_ratio(F * F, 3.0 * K * a) - pi * W * a * a;
  }
}

/* -delta_c of the pair with the softest E* and the largest R*: R grows the stretch as its cube root. */
static double jkr_reach(const void *params, double W, double R)
{
  const double a = cbrt(pi * fmax(W, 0.0) * R * R / (8.0 * e_star(params, 0)));

  return R > 0.0 ? 3.0 * a * a / R : 0.0;
}

const ContactLaw contact_jkr = {
    .name          = "jkr",
    .cite          = "Johnson, Kendall & Roberts 1971, Proc. R. Soc. A 324, 301",
    .params        = jkr_params,
    .param_size    = sizeof(Jkr),
    .n_state       = JKR_N,
    .state_names   = jkr_states,
    .plain         = 1,
    .penalty_state = -1,
    .lives_state   = -1,
    .reach         = jkr_reach,
    .normal        = jkr_normal,
    .stored        = jkr_stored,
};
