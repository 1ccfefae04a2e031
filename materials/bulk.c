/*
  bulk.c - the laws of meshed grains: their parameters, the step of one Gauss point, states from stresses.
*/
#include "materials/bulk.h"
#include "materials/bulk_lanes.h"
#include "materials/bulk_spectral.h"
#include "materials/bulk_tangent.h"

#include <math.h>
#include <string.h>

typedef struct {
  double E, nu;
} Hencky;

typedef struct {
  double E, nu, H, Ys, a0, m, edot0;
} J2;

#define AT(field) offsetof(J2, field)
/* clang-format off */
static const ParamSpec hencky_params[] = {
    /* key                 dimension     min   max   default  where                 card  what */
    {"E",                  DIM_PRESSURE, 1e-3, 2e3,  NAN,     offsetof(Hencky, E),  "E",
     "Young's modulus of the grains"},
    {"nu",                 DIM_NONE,     0.0,  0.49, NAN,     offsetof(Hencky, nu), "nu",
     "Poisson ratio of the grains"},
    {0},
};

static const ParamSpec j2_params[] = {
    /* key                 dimension     min   max   default  where       card  what */
    {"E",                  DIM_PRESSURE, 1e-3, 2e3,  NAN,     AT(E),      "E",  "Young's modulus of the grains"},
    {"nu",                 DIM_NONE,     0.0,  0.49, NAN,     AT(nu),     "nu", "Poisson ratio of the grains"},
    {"hardening_modulus",  DIM_PRESSURE, 0.0,  1e3,  0.0,     AT(H),      NULL,
     "rise of the yield stress per plastic strain; 0: none"},
    {"saturation_stress",  DIM_PRESSURE, 0.0,  1e3,  0.0,     AT(Ys),     NULL,
     "that the yield stress of weaker grains tends to (Voce); 0: none"},
    {"saturation_strain",  DIM_NONE,     1e-3, 1e2,  0.1,     AT(a0),     NULL,
     "plastic strain over which it does, to 1/e"},
    {"rate_exponent",      DIM_NONE,     0.01, 1.0,  0.02,    AT(m),      NULL,
     "m in 1 + (rate/reference_rate)^m"},
    {"reference_rate",     DIM_RATE,     0.0,  1e30, 0.0,     AT(edot0),  NULL,
     "plastic strain rate at which the yield stress is twice the slow one; 0: no rate"},
    {0},
};
/* clang-format on */
#undef AT

static void elastic_constants(double E, double nu, BulkModel *m)
{
  *m        = (BulkModel){.K = E / (3.0 * (1.0 - 2.0 * nu)), .G = E / (2.0 * (1.0 + nu)), .flow = BULK_ELASTIC};
  m->log_G3 = lm_log(3.0 * m->G);
}

static void hencky_model(const void *params, BulkModel *m)
{
  const Hencky *p = params;

  elastic_constants(p->E, p->nu, m);
}

static void j2_model(const void *params, BulkModel *m)
{
  const J2 *p = params;

  elastic_constants(p->E, p->nu, m);
  m->flow       = p->edot0 > 0.0 ? BULK_RATE : p->Ys > 0.0 ? BULK_VOCE : BULK_LINEAR;
  m->H          = p->H;
  m->Ys         = p->Ys;
  m->inv_a0     = 1.0 / p->a0;
  m->m          = p->m;
  m->inv_m      = 1.0 / p->m;
  m->edot0      = p->edot0;
  m->compliance = 1.0 / (3.0 * m->G + m->H);
}

static const char *elastic_validate(const void *params)
{
  const Hencky *p = params; /* every table begins with E and nu */

  if (!(p->E > 0.0 && p->E < 1e300)) return "Young's modulus must be above 0";
  if (!(p->nu < 0.5))
    return "a Poisson ratio of 0.5 or more has no bulk modulus E/(3 (1 - 2 nu)): allowed is below 0.5";
  if (!(p->nu > -1.0)) return "a Poisson ratio of -1 or less has no shear modulus E/(2 (1 + nu)): allowed is above -1";
  return NULL;
}

static const char *j2_validate(const void *params)
{
  const J2 *p = params;

  if (!(p->H >= 0.0)) return "hardening_modulus must be 0 or more: a grain that softens flows in one layer of elements";
  if (!(p->Ys >= 0.0)) return "saturation_stress must be 0 (none) or more";
  if (!(p->a0 > 0.0)) return "saturation_strain must be above 0";
  if (!(p->edot0 >= 0.0)) return "reference_rate must be 0 (no rate) or more";
  if (!(p->m > 0.0 && p->m <= 1.0)) return "rate_exponent must be above 0 and at most 1";
  return elastic_validate(params);
}

static const BulkLaw bulk_j2 = {
    .name       = "j2",
    .cite       = "Simo 1992; Weber & Anand 1990; de Souza Neto, Peric & Owen 2008",
    .params     = j2_params,
    .param_size = sizeof(J2),
    .validate   = j2_validate,
    .model      = j2_model,
};

static const BulkLaw bulk_hencky = {
    .name       = "hencky",
    .cite       = "Hencky 1928; Anand 1979 (J. Appl. Mech. 46, 78)",
    .params     = hencky_params,
    .param_size = sizeof(Hencky),
    .validate   = elastic_validate,
    .model      = hencky_model,
};

const BulkLaw *const bulk_laws[] = {&bulk_j2, &bulk_hencky, NULL};

const BulkLaw *bulk_law_find(const char name[])
{
  for (int k = 0; bulk_laws[k]; k++)
    if (!strcmp(bulk_laws[k]->name, name)) return bulk_laws[k];
  return NULL;
}

const char *bulk_model(const BulkLaw *law, const void *p, BulkModel *m)
{
  const char *wrong = law->validate(p);

  if (!wrong) law->model(p, m);
  return wrong;
}

const char *bulk_status_text(BulkStatus status)
{
  static const char *const text[] = {
      [BULK_OK]       = "all is well",
      [BULK_FOLDED]   = "the element is turned inside out by this step",
      [BULK_EXTREME]  = "the elastic stretch is beyond all numbers",
      [BULK_NO_TIME]  = "a yield stress with a rate needs a time step above 0",
      [BULK_NO_STATE] = "no elastic state carries so much tension",
  };

  return text[status];
}

const BulkState bulk_rest = {
    .be = {1.0, 1.0, 1.0}
};

/* b = f b_e f^T */
static void push_forward(const double f[3][3], const double be[6], double b[6])
{
  double fb[3][3];

  for (int i = 0; i < 3; i++)
    for (int j = 0; j < 3; j++)
      fb[i][j] = f[i][0] * be[sym3[0][j]] + f[i][1] * be[sym3[1][j]] + f[i][2] * be[sym3[2][j]];
  for (int i = 0; i < 3; i++)
    for (int j = i; j < 3; j++) b[sym3[i][j]] = fb[i][0] * f[j][0] + fb[i][1] * f[j][1] + fb[i][2] * f[j][2];
}

static double determinant(const double f[3][3])
{
  return f[0][0] * (f[1][1] * f[2][2] - f[1][2] * f[2][1]) - f[0][1] * (f[1][0] * f[2][2] - f[1][2] * f[2][0]) +
         f[0][2] * (f[1][0] * f[2][1] - f[1][1] * f[2][0]);
}

/* Principal elastic strains of b; 0 when there are none. */
static int strains(const double b[6], BulkPrincipal *e)
{
  sym3_principal(b, e->value, e->n);
  for (int p = 0; p < 3; p++) {
    if (!(e->value[p] > 0.0 && e->value[p] < 1e300)) return 0;
    e->log_value[p] = log(e->value[p]);
  }
  e->volume = 0.5 * (e->log_value[0] + e->log_value[1] + e->log_value[2]);
  for (int p = 0; p < 3; p++) e->dev[p] = 0.5 * e->log_value[p] - e->volume / 3.0;
  e->shear = sqrt(e->dev[0] * e->dev[0] + e->dev[1] * e->dev[1] + e->dev[2] * e->dev[2]);
  e->J     = sqrt(e->value[0]) * sqrt(e->value[1]) * sqrt(e->value[2]);
  return e->J > 0.0 && e->J < 1e300;
}

/* Stress and energy when flow keeps this part of the trial deviator. */
static void stress_of(const BulkModel *m, const BulkPrincipal *e, double keep, BulkStress *out)
{
  double sigma[3];

  for (int p = 0; p < 3; p++) sigma[p] = (m->K * e->volume + 2.0 * m->G * keep * e->dev[p]) / e->J;
  sym3_compose(sigma, e->n, out->sigma);
  out->J      = e->J;
  out->stored = 0.5 * m->K * e->volume * e->volume + m->G * keep * keep * e->shear * e->shear;
}

/* b_e = exp(2 eps_e) */
static void elastic_state(const BulkPrincipal *e, double keep, double be[6])
{
  double value[3];

  for (int p = 0; p < 3; p++) value[p] = exp(2.0 * (e->volume / 3.0 + keep * e->dev[p]));
  sym3_compose(value, e->n, be);
}

BulkStatus bulk_update(const BulkModel *m, double Y0, double dt, const double f[3][3], const BulkState *old,
                       BulkState *now, BulkStress *out, double a[9][9])
{
  const double  alpha = old->alpha;
  double        b[6], q, slip, keep = 1.0;
  BulkPrincipal e;

  if (!(determinant(f) > 0.0)) return BULK_FOLDED;
  if (m->flow == BULK_RATE && !(dt > 0.0)) return BULK_NO_TIME;
  push_forward(f, old->be, b);
  if (!strains(b, &e)) return BULK_EXTREME;

  q    = sqrt(6.0) * m->G * e.shear; /* von Mises stress of the trial state */
  slip = m->flow != BULK_ELASTIC && q > Y0 ? bulk_slip(m, dt, q, alpha, Y0) : 0.0;
  if (slip > 0.0) {
    keep = 1.0 - 3.0 * m->G * slip / q;
    elastic_state(&e, keep, now->be);
  } else memcpy(now->be, b, sizeof b);
  now->alpha = alpha + slip;
  stress_of(m, &e, keep, out);
  out->dissipated = keep * q * slip;
  if (a) bulk_tangent(m, &e, keep, slip > 0.0 ? bulk_hardening(m, dt, slip, alpha, Y0) : HUGE_VAL, out->sigma, a);
  return BULK_OK;
}

BulkStatus bulk_stress(const BulkModel *m, const BulkState *state, BulkStress *out)
{
  BulkPrincipal e;

  if (!strains(state->be, &e)) return BULK_EXTREME;
  stress_of(m, &e, 1.0, out);
  out->dissipated = 0.0;
  return BULK_OK;
}

BulkStatus bulk_from_kirchhoff(const BulkModel *m, const double tau[6], double alpha, BulkState *state)
{
  double value[3], n[3][3], be[6], mean;

  sym3_principal(tau, value, n);
  mean = (value[0] + value[1] + value[2]) / 3.0;
  for (int p = 0; p < 3; p++) value[p] = exp((value[p] - mean) / m->G + 2.0 / 3.0 * mean / m->K);
  if (!(fmin(fmin(value[0], value[1]), value[2]) > 0.0 && fmax(fmax(value[0], value[1]), value[2]) < 1e300))
    return BULK_EXTREME;
  sym3_compose(value, n, be);
  memcpy(state->be, be, sizeof be);
  state->alpha = alpha;
  return BULK_OK;
}

/*
  volume_of - ln J of a mean Cauchy stress s K: x = s exp(x), on the branch through 0, which ends at x = 1.  Newton from
  the side from which it is monotonic: in tension the residual is concave and s below the root, in compression it is
  convex and s/(1 - s) above.
*/
static double volume_of(double s)
{
  double x = s < 0.0 ? s / (1.0 - s) : s;

  for (int k = 0; k < 60; k++) { /* so many only at the very end of the branch, where the slope is 0 */
    const double grown = s * exp(x), step = (x - grown) / (1.0 - grown);

    x -= step;
    if (!(fabs(step) > 1e-16 * fabs(x))) break;
  }
  return x;
}

BulkStatus bulk_from_cauchy(const BulkModel *m, const double sigma[6], double alpha, BulkState *state)
{
  const double s = (sigma[0] + sigma[1] + sigma[2]) / (3.0 * m->K);
  double       tau[6], J;

  if (!(s < exp(-1.0))) return BULK_NO_STATE;
  J = exp(volume_of(s));
  for (int k = 0; k < 6; k++) tau[k] = J * sigma[k];
  return bulk_from_kirchhoff(m, tau, alpha, state);
}
