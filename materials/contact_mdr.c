/*
  contact_mdr.c - mechanically derived elastic-plastic adhesive contact with multi-neighbour response.

  Zunker & Kamrin 2024, JMPS 183, 105492 and 105493; Zunker et al. 2025.  Each side of a contact is a sphere on a rigid
  flat (contact_mdr_side.c); the pair force is that of its two sides by virtual work, a tool has one side.  Changes to
  the published law: the adhesive radius is monotone, so that pull-off does not depend on the step; the neck flows at
  ductile_cap Y; adhesion also acts while loading and across a gap; the mean surface displacement is one step old, which
  saves a pass over the contacts and a halo exchange, at an error of first order in the step.

  History lives from first touch until the pair is adhering nowhere and further apart than adhesion_range; then it is
  zeroed, flats included: grains that far apart turn before they meet again, and the neighbour list may drop the pair.
  Damping: eta = 2 damping sqrt(m_eff kn); it never pulls harder than the adhesion of the pair.
*/
#include "materials/contact_mdr.h"
#include "materials/lanes_math.h"

#include <string.h>

static const double pi = 0x1.921fb54442d18p1;

/* clang-format off */
static const ParamSpec mdr_params[] = {
    /* key              dimension     min   max    default  where                          card  what */
    {"E",                DIM_PRESSURE, 1e-3, 2e3,   NAN,     offsetof(Mdr, E),                "E",
     "Young's modulus of the grains"},
    {"nu",               DIM_NONE,     0.0,  0.49,  NAN,     offsetof(Mdr, nu),               "nu",
     "Poisson ratio of the grains"},
    {"psi_b",            DIM_NONE,     0.0,  1.0,   0.5,     offsetof(Mdr, psi_b),            NULL,
     "free-area ratio below which a grain resists in bulk"},
    {"damping",          DIM_NONE,     0.0,  2.0,   0.2,     offsetof(Mdr, damping),          NULL,
     "normal dashpot as a fraction of critical"},
    {"loading_adhesion", DIM_NONE,     0.0,  1.0,   1.0,     offsetof(Mdr, loading_adhesion), NULL,
     "1: adhesion acts while loading and across a gap; 0: only on unloading"},
    {"adhesion_range",   DIM_LENGTH,   1e-3, 10.0,  0.3,     offsetof(Mdr, adhesion_range),   NULL,
     "gap over which adhesion falls to zero"},
    {"adhesive_flow",    DIM_NONE,     0.0,  1.0,   0.0,     offsetof(Mdr, adhesive_flow),    NULL,
     "1: metal flows into the gap where adhesion pulls harder than it yields; 0: its surface stands still"},
    {"ductile_cap",      DIM_NONE,     0.0,  100.0, 2.0,     offsetof(Mdr, ductile_cap),      NULL,
     "flow stress of a neck in tension over the yield stress; 0: no limit"},
    {"wall_factor",      DIM_NONE,     0.0,  1.0,   0.0,     offsetof(Mdr, wall_factor),      NULL,
     "1: tool forces times 1 + exp(10.7 overlap/R0 - 10) (Zunker et al. 2025, empirical)"},
    {0},
};
/* clang-format on */

static const char *const mdr_states[MDR_N] = {
    "peak_nm",        "penalty",        "side0_shift_nm", "side0_bulk_nm",  "side0_peak_nm",
    "side0_area_nm2", "side0_stuck_nm", "side0_free_nm",  "side1_shift_nm", "side1_bulk_nm",
    "side1_peak_nm",  "side1_area_nm2", "side1_stuck_nm", "side1_free_nm",
};

/* A middle plane is half as far as the other grain, and so is the range of adhesion from it. */
MdrBatch mdr_batch(const Mdr *p, int tool, int mirror)
{
  return (MdrBatch){
      .E     = p->E / (1.0 - p->nu * p->nu),
      .nu    = p->nu,
      .psi_b = p->psi_b,
      .kappa = p->E / (3.0 * (1.0 - 2.0 * p->nu)),
      .cap   = p->ductile_cap > 0.0 ? p->ductile_cap : 1e30,
      .gamma = tool ? 1.0 : 0.5,
      .rim   = p->loading_adhesion > 0.0 ? 1.0 : 0.0,
      .range = mirror ? 0.5 * p->adhesion_range : p->adhesion_range,
      .flow  = p->loading_adhesion > 0.0 && p->adhesive_flow > 0.0 ? 1.0 : 0.0,
      .tear  = pi * (1.0 - p->nu * p->nu) / (8.0 * p->E),
      .sides = tool ? 1 : 2,
  };
}

/*
  Which contacts have a history now: those that overlap, and those that touched once and are within the range of the rim
  attraction, or stuck and not stretched beyond what a crack allows.  The latter needs a cube root and is rare.
*/
static void alive(const MdrBatch *restrict c, const ContactBatch *restrict in, Lanes *restrict state,
                  double *restrict keep)
{
  Lanes far;

  for (int l = 0; l < CONTACT_LANES; l++) {
    const double d = in->delta[l], old = lm_above(state[MDR_PEAK][l], 0.0);
    const double stuck = lm_max(state[MDR_SIDE + SIDE_STUCK][l], state[MDR_SIDE + SIDE_N + SIDE_STUCK][l]);
    const double range = c->rim * c->range * lm_above(in->W[l], 0.0);
    const double near  = lm_max(lm_above(d, 0.0), old * lm_above(d, -range));

    keep[l] = near;
    far[l]  = old * lm_above(stuck, 0.0) * (1.0 - near);
  }
  if (!lm_any(far)) return;
  for (int l = 0; l < CONTACT_LANES; l++) {
    const double R = lm_max(in->side[0].R[l], lm_pick(lm_above(c->sides, 1.0), in->side[1].R[l], 0.0));
    const double a = lm_cbrt(c->tear * in->W[l] * R * R);

    keep[l] = lm_max(keep[l], far[l] * lm_above(in->delta[l], -6.6 * lm_ratio(a * a, R)));
  }
}

/*
  Where the flat stands.  At the largest overlap P it passes through the circle where the two apparent spheres cut:
  P (2 R_other - P)/(2 (R_0 + R_1 - P)), at most 0.95 R.  On unloading each side moves linearly towards its unloaded
  flat.  Every expression is symmetric under exchange of the sides, bit for bit.
*/
void mdr_place(const MdrBatch *restrict c, const ContactBatch *restrict in, Lanes *restrict state,
               MdrSide side[restrict 2], double *restrict keep, double *restrict r_star)
{
  const double tool = c->sides == 1 ? 1.0 : 0.0;

  alive(c, in, state, keep);
  for (int l = 0; l < CONTACT_LANES; l++) {
    const double d = in->delta[l], old = state[MDR_PEAK][l], R0 = in->side[0].R[l], R1 = in->side[1].R[l];
    const double p0 = state[MDR_SIDE + SIDE_FREE][l], p1 = state[MDR_SIDE + SIDE_N + SIDE_FREE][l];
    const double kept = keep[l], peak = lm_max(old, d) * kept;
    const double half = lm_ratio(peak, 2.0 * (R0 + R1 - peak));
    const double raw0 = half * (2.0 * R1 - peak), raw1 = half * (2.0 * R0 - peak), top0 = 0.95 * R0, top1 = 0.95 * R1;
    const double over0 = lm_above(raw0, top0), over1 = lm_above(raw1, top1);
    const double g0   = lm_pick(tool, peak, lm_pick(over0, top0, lm_pick(over1, peak - top1, raw0)));
    const double g1   = lm_pick(tool, 0.0, lm_pick(over1, top1, lm_pick(over0, peak - top0, raw1)));
    const double room = peak - (p0 + p1), apart = lm_above(room, 1e-9 * peak);
    const double inv = 1.0 / lm_pick(apart, room, lm_pick(kept, peak, 1.0));
    const double w0 = lm_pick(kept, (g0 - p0 * apart) * inv, 0.5), w1 = lm_pick(kept, (g1 - p1 * apart) * inv, 0.5);
    const double s0 = lm_pick(tool, 1.0, lm_min(lm_max(w0, 0.0), 1.0)),
                 s1 = lm_min(lm_max(w1, 0.0), 1.0) * (1.0 - tool);

    r_star[l]          = lm_ratio(R0 * R1, R0 + R1);
    side[0].share[l]   = s0;
    side[1].share[l]   = s1;
    side[0].overlap[l] = g0 - s0 * (peak - d);
    side[1].overlap[l] = g1 - s1 * (peak - d);
    side[0].fresh[l] = side[1].fresh[l] = 1.0 - lm_above(old, 0.0);
  }
}

/*
  Attraction of the rim on either side: the energy W gained per area of contact, 2 pi R* W at first touch and falling as
  the cut through the sphere grows more slowly, to zero where the cut reaches the centre.  Outside it falls to zero
  across the range (Dugdale stress between spheres, Derjaguin); it fades with the free rim of the grain.  A function of
  the overlap alone, so that no history of flats, necks and breaks can make it give energy.

  Flow into the gap (adhesive_flow): a surface that is pulled by more than the yield stress does not stand still.  The
  annulus whose gap is narrower than the range, pi a^2 = 2 pi R* range at first touch, closes, and no surface beyond it
  is pulled: the plastic contact is wider by it, at the force of the overlap without adhesion.  Of the Dugdale stress
  W/range metal bears all up to the yield stress, nothing above the pressure of a contact as large as that annulus, and
  a share that falls straight between.  The softer grain flows; the annulus is that of the largest overlap.
*/
static void rim_of_pair(const MdrBatch *restrict c, const ContactBatch *restrict in, const double *restrict r_star,
                        const double *restrict peak, MdrSide *restrict side)
{
  const double per_range = 1.0 / c->range, fade = c->psi_b > 0.0 ? 1.0 / c->psi_b : 1e30;
  const double two = c->sides > 1 ? 1.0 : 0.0;

  for (int l = 0; l < CONTACT_LANES; l++) {
    const double d = in->delta[l], near = lm_min(lm_max(1.0 + d * per_range, 0.0), 1.0), inside = lm_above(d, 0.0);
    const double span = in->side[0].R[l] + lm_pick(two, in->side[1].R[l], 0.0), per_span = lm_ratio(1.0, span);
    const double left = lm_max(1.0 - d * per_span * inside, 0.0); /* d(pi a^2)/dd = 2 pi (R - d) of a cut sphere */
    const double full = c->rim * 2.0 * pi * r_star[l] * in->W[l];

    for (int s = 0; s < 2; s++) {
      side[s].rim[l]   = full * near * left * lm_min(in->side[s].psi[l] * fade, 1.0);
      side[s].borne[l] = 1.0;
      side[s].drawn[l] = 0.0;
    }
  }
  if (c->flow == 0.0) return;
  for (int l = 0; l < CONTACT_LANES; l++) {
    const double Y = lm_pick(two, lm_min(in->side[0].Y[l], in->side[1].Y[l]), in->side[0].Y[l]);
    const double R = (1.0 + two) * r_star[l], annulus = 2.0 * r_star[l] * c->range; /* over pi */
    const double hard = MDR_HARD * lm_exp(-MDR_FALL * lm_ratio(annulus, R * R));
    const double held = lm_min(lm_max((1.0 + hard - lm_ratio(in->W[l] * per_range, Y)) / hard, 0.0), 1.0);
    const double most = lm_max(lm_max(peak[l], in->delta[l]), 0.0);
    const double left = lm_max(1.0 - lm_ratio(most, in->side[0].R[l] + lm_pick(two, in->side[1].R[l], 0.0)), 0.0);

    for (int s = 0; s < 2; s++) {
      side[s].rim[l] *= held;
      side[s].borne[l] = held;
      side[s].drawn[l] = (1.0 - held) * annulus * left;
    }
  }
}

/* How far the pair has opened behind its unloaded flats. */
static void gap_of_pair(const MdrBatch *c, const ContactBatch *in, const MdrSide side[2], double *restrict gap)
{
  const double two = c->sides > 1 ? 1.0 : 0.0;

  for (int l = 0; l < CONTACT_LANES; l++)
    gap[l] = lm_max(side[0].free[l] + lm_pick(two, side[1].free[l], 0.0) - in->delta[l], 0.0);
}

/* What one side leaves to its grain, and its history; adds the bulk force to s->F, its stiffness to s->k. */
static void side_finish(const MdrBatch *restrict c, const ContactSide *restrict g, const double *restrict gap,
                        const double *restrict keep, const double *restrict weight, Lanes *restrict state,
                        MdrSide *restrict s, Lanes *restrict sum)
{
  const double third_bulk = 1.0 / (3.0 * c->kappa);

  for (int l = 0; l < CONTACT_LANES; l++) {
    const double R = g->R[l], R0 = g->R0[l], d = s->overlap[l], w = weight[l] * keep[l], over = lm_max(d, 0.0);
    const double plastic = lm_above(0.0, s->ca[l]);
    const double area    = lm_max(pi * d * lm_pick(plastic, 2.0 * R - d, R) + s->ca[l], 0.0);
    const double squeeze = g->bulk[l] * area * keep[l];
    const double F       = s->F[l] + squeeze * lm_max(s->bulk[l] - gap[l], 0.0);
    const double shift = d - (R - R0), fresh = s->fresh[l];
    const double moved  = lm_pick(fresh, d, shift - state[SIDE_SHIFT][l]);
    const double shrink = -w * F * (R - d) * third_bulk;
    const double flat   = plastic * lm_max(over, s->free[l] + s->bulk[l]); /* of the unloaded flat, or pressed deeper */

    s->F[l] = F;
    s->k[l] += squeeze * lm_above(s->bulk[l], 0.0);
    sum[SUM_AREA][l]      = w * area;
    sum[SUM_AREA_MOVE][l] = w * area * moved;
    sum[SUM_AREA_FREE][l] = w * (area - 2.0 * pi * R * (s->peak[l] + s->bulk[l]));
    sum[SUM_CAPS][l]      = keep[l] * pi * over * over * (3.0 * R - over) * (1.0 / 3.0);
    sum[SUM_GROW][l]      = w * pi * flat * flat * (3.0 * R - flat) * (1.0 / 3.0) + plastic * shrink;
    sum[SUM_RIM][l]       = w * 2.0 * pi * R * flat;
    state[SIDE_SHIFT][l]  = keep[l] * shift;
    state[SIDE_BULK][l]   = keep[l] * s->bulk[l];
    state[SIDE_PEAK][l]   = keep[l] * s->peak[l];
    state[SIDE_CA][l]     = keep[l] > 0.0 ? s->ca[l] : 0.0;
    state[SIDE_STUCK][l]  = keep[l] * s->stuck[l];
    state[SIDE_FREE][l]   = keep[l] > 0.0 ? s->free[l] : 0.0;
  }
}

/* a x + b y, the same bits with the terms exchanged, whatever the compiler fuses. */
static inline double both(double a, double x, double b, double y)
{
  return 0.5 * (lm_fma(a, x, b * y) + lm_fma(b, y, a * x));
}

/*
  The pair from its sides: force, radius and stiffness, damping, friction limit.  Sides that move by o_s' of the pair's
  overlap do the work sum F_s o_s', so that is the force: the mean of the sides where they are equal, as published, and
  no gain of energy where they are not.
*/
static void combine(const MdrBatch *restrict c, const Mdr *restrict p, const ContactBatch *restrict in,
                    const double *restrict weight, const double *restrict r_star, const MdrSide *restrict side,
                    ContactForce *restrict out)
{
  const double half = c->sides == 1 ? 1.0 : 0.5, other = c->sides == 1 ? 0.0 : 0.5;
  const double pull = (c->rim > 0.0 ? 2.0 : 1.5) * pi;

  for (int l = 0; l < CONTACT_LANES; l++) {
    const double w  = weight[l];
    const double a  = half * side[0].a[l] + other * side[1].a[l];
    const double s0 = side[0].share[l], s1 = c->sides == 1 ? 0.0 : side[1].share[l];
    const double F1      = c->sides == 1 ? 0.0 : side[1].F[l];
    const double k1      = c->sides == 1 ? 0.0 : side[1].k[l];
    const double elastic = w * both(s0, side[0].F[l], s1, F1);
    const double kn      = w * both(s0 * s0, side[0].k[l], s1 * s1, k1);
    const double Y       = c->sides == 1 ? in->side[0].Y[l] : lm_min(in->side[0].Y[l], in->side[1].Y[l]);
    const double eta     = lm_pick(kn, 2.0 * p->damping * sqrt(in->m_eff[l] * kn), 0.0);
    const double hold    = w * pull * r_star[l] * in->W[l];
    const double fn      = lm_max(elastic - eta * in->vn[l], lm_min(elastic, -hold));

    out->fn[l]         = fn;
    out->fn_viscous[l] = fn - elastic;
    out->a[l]          = a;
    out->kn[l]         = kn;
    out->fc[l]         = (lm_max(elastic, -hold) + 2.0 * hold) * lm_above(a, 0.0);
    out->shear[l]      = w * pi * a * a * Y * (1.0 / 1.7320508075688772);
    out->eta[l]        = eta;
    out->thinned[l]    = 1.0 - lm_min(side[0].thin[l], side[1].thin[l]);
  }
}

/* Tools press harder than flats inside a packing: 1 + exp(10.7 overlap/R0 - 10), empirical (Zunker et al. 2025). */
static void wall_factor(const ContactSide *restrict g, const MdrSide *restrict s, double *restrict weight)
{
  for (int l = 0; l < CONTACT_LANES; l++)
    weight[l] *= 1.0 + lm_exp(10.7 * lm_ratio(s->overlap[l] - (g->R[l] - g->R0[l]), g->R0[l]) - 10.0);
}

static void no_second_side(MdrSide *restrict s, Lanes *restrict sum)
{
  for (int l = 0; l < CONTACT_LANES; l++) s->F[l] = s->k[l] = s->a[l] = 0.0, s->thin[l] = 1.0;
  for (int k = 0; k < MDR_SUMS; k++)
    for (int l = 0; l < CONTACT_LANES; l++) sum[k][l] = 0.0;
}

static void mdr_pair(const void *params, const ContactBatch *restrict in, Lanes *restrict state,
                     ContactForce *restrict out)
{
  const Mdr     *p = params;
  const MdrBatch c = mdr_batch(p, in->tool, in->mirror);
  MdrSide        side[2];
  Lanes          keep, r_star, weight, gap, broken = {0};

  mdr_place(&c, in, state, side, keep, r_star);
  rim_of_pair(&c, in, r_star, state[MDR_PEAK], side);
  for (int s = 0; s < c.sides; s++) {
    mdr_profile(&c, &in->side[s], keep, state + MDR_SIDE + s * SIDE_N, &side[s]);
    mdr_peel(&c, in->W, &side[s], broken);
  }
  gap_of_pair(&c, in, side, gap);
  for (int l = 0; l < CONTACT_LANES; l++) {
    weight[l]             = lm_max(1.0 - state[MDR_PENALTY][l], 0.0);
    state[MDR_PEAK][l]    = keep[l] * lm_max(state[MDR_PEAK][l], in->delta[l]);
    state[MDR_PENALTY][l] = keep[l] * state[MDR_PENALTY][l];
  }
  for (int s = 0; s < c.sides; s++) {
    mdr_side_force(&c, &in->side[s], broken, in->neck, &side[s]);
    side_finish(&c, &in->side[s], gap, keep, weight, state + MDR_SIDE + s * SIDE_N, &side[s], out->sum[s]);
  }
  if (c.sides == 1) no_second_side(&side[1], out->sum[1]);
  if (c.sides == 1 && !in->mirror && p->wall_factor > 0.0) wall_factor(&in->side[0], &side[0], weight);
  combine(&c, p, in, weight, r_star, side, out);
}

static void mdr_normal(const void *params, int n, const ContactBatch in[], Lanes *const state[], ContactForce out[])
{
  for (int b = 0; b < n; b++) mdr_pair(params, &in[b], state[b], &out[b]);
}

/* Integral of the rim, over its value at first touch, up to overlap d [nm]. */
static double rim_below(double d, double range, double span)
{
  const double x = lm_max(d + range, 0.0), deep = lm_min(d, span);

  return d > 0.0 ? deep * (1.0 - 0.5 * deep / span) + 0.5 * range : 0.5 * x * x / range;
}

static const double SHARE_MIN = 0.05; /* below it a side hardly moves, and quotients by its share are noise */

/* Energy of the sides, and of the rim they move along. */
static void mdr_stored(const void *params, const ContactBatch *in, Lanes state[], Lanes energy)
{
  MdrBatch c = mdr_batch(params, in->tool, in->mirror);
  MdrSide  side[2];
  Lanes    keep, r_star, gap, part, touch[2], broken = {0};

  mdr_place(&c, in, state, side, keep, r_star);
  rim_of_pair(&c, in, r_star, state[MDR_PEAK], side);
  c.psi_b = -1.0; /* the bulk displacement has moved already */
  for (int s = 0; s < c.sides; s++) {
    mdr_profile(&c, &in->side[s], keep, state + MDR_SIDE + s * SIDE_N, &side[s]);
    mdr_peel(&c, in->W, &side[s], broken);
  }
  c.psi_b = ((const Mdr *)params)->psi_b;
  gap_of_pair(&c, in, side, gap);
  for (int l = 0; l < CONTACT_LANES; l++) energy[l] = 0.0;
  for (int s = 0; s < c.sides; s++) {
    Lanes slope;

    for (int l = 0; l < CONTACT_LANES; l++) {
      const double span = in->side[0].R[l] + (c.sides > 1 ? in->side[1].R[l] : 0.0), d = in->delta[l];
      const double psi = in->side[s].psi[l], fade = c.psi_b > 0.0 ? lm_min(psi / c.psi_b, 1.0) : 1.0;

      touch[s][l] = c.rim * 2.0 * pi * r_star[l] * in->W[l] * fade * side[s].borne[l];
      slope[l]    = side[s].flex[l] * touch[s][l] / lm_max(side[s].share[l], SHARE_MIN) *
                 (d > 0.0 ? -lm_ratio(1.0, span) : 1.0 / c.range);
    }
    mdr_side_stored(&c, &in->side[s], gap, slope, &side[s], part);
    for (int l = 0; l < CONTACT_LANES; l++) {
      const double weight = lm_max(1.0 - state[MDR_PENALTY][l], 0.0);
      const double span   = in->side[0].R[l] + (c.sides > 1 ? in->side[1].R[l] : 0.0);
      const double rim    = touch[s][l] * rim_below(in->delta[l], c.range, lm_pick(span, span, 1.0));

      energy[l] += weight * (part[l] - side[s].share[l] * rim);
    }
  }
}

/* Gap at which a pair may still hold: the rim's range, or the elastic stretch at which a crack runs (JKR). */
static double mdr_reach(const void *params, double W, double R)
{
  const Mdr   *p = params;
  const double E = p->E / (1.0 - p->nu * p->nu), a = cbrt(pi * fmax(W, 0.0) * R * R / (8.0 * E));

  if (W <= 0.0 || R <= 0.0) return 0.0;
  return fmax(p->loading_adhesion > 0.0 ? p->adhesion_range : 0.0, 6.6 * a * a / R);
}

/*
  Longest step for grains of mass m that have no free surface left, half of what is stable.  Twelve contacts of area
  pi R^2/3 each: on a side the flat carries 2 E_h a/flex, bulk kappa A_con A_c/V = kappa pi R; a pair has half of that.
  The highest mode of a close packing has m w^2 = 8 k and, with dashpots, zeta = 2 damping, and central differences with
  the dashpot half a step late hold for w dt < 2 (sqrt(1 + zeta^2) - zeta).  Half, since bulk answers a step late.
*/
static double mdr_step(const void *params, double m, double R)
{
  const Mdr   *p     = params;
  const double kappa = p->E / (3.0 * (1.0 - 2.0 * p->nu)), Eh = p->E / (1.0 - p->nu * p->nu), zeta = 2.0 * p->damping;
  const double k = Eh * R / sqrt(3.0) + 0.5 * kappa * pi * R;

  return (sqrt(1.0 + zeta * zeta) - zeta) / sqrt(8.0 * k / m);
}

/* A side keeps its own history; its largest overlap with the plane is that which it has at the pair's. */
static void mdr_halve(const void *params, const ContactBatch *in, Lanes state[], Lanes overlap[2], Lanes *const half[2])
{
  const MdrBatch c = mdr_batch(params, in->tool, in->mirror);
  MdrSide        side[2];
  Lanes          keep, r_star;

  mdr_place(&c, in, state, side, keep, r_star);
  for (int s = 0; s < c.sides; s++) {
    memcpy(overlap[s], side[s].overlap, sizeof(Lanes));
    if (!half) continue;
    memset(half[s], 0, MDR_N * sizeof(Lanes));
    memcpy(half[s] + MDR_SIDE, state + MDR_SIDE + s * SIDE_N, SIDE_N * sizeof(Lanes));
    for (int l = 0; l < CONTACT_LANES; l++) {
      const double peak = lm_max(state[MDR_PEAK][l], in->delta[l]);

      half[s][MDR_PEAK][l] = keep[l] * (side[s].overlap[l] + side[s].share[l] * (peak - in->delta[l]));
    }
  }
}

static void mdr_sum_scale(const void *params, double R, double scale[])
{
  const Mdr *p = params;

  (void)p;
  scale[SUM_AREA]      = 1e3 * R * R;
  scale[SUM_AREA_MOVE] = 1e3 * R * R * R;
  scale[SUM_AREA_FREE] = 1e4 * R * R;
  scale[SUM_CAPS]      = 1e3 * R * R * R;
  scale[SUM_GROW]      = 1e4 * R * R * R;
  scale[SUM_RIM]       = 1e4 * R * R;
}

const ContactLaw contact_mdr = {
    .name          = "mdr",
    .cite          = "Zunker & Kamrin 2024, JMPS 183, 105492 and 105493; Maugis & Pollock 1984",
    .params        = mdr_params,
    .param_size    = sizeof(Mdr),
    .n_state       = MDR_N,
    .state_names   = mdr_states,
    .n_sum         = MDR_SUMS,
    .penalty_state = MDR_PENALTY,
    .lives_state   = MDR_PEAK,
    .mirrors       = 1,
    .reach         = mdr_reach,
    .sum_scale     = mdr_sum_scale,
    .step          = mdr_step,
    .normal        = mdr_normal,
    .stored        = mdr_stored,
    .grain         = mdr_grain,
    .flow          = mdr_flow,
    .halve         = mdr_halve,
};
