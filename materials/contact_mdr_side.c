/*
  contact_mdr_side.c - one side of an MDR contact: an elastic-plastic adhesive sphere on a rigid flat.

  Zunker & Kamrin 2024, JMPS 183, 105492 and 105493; LAMMPS src/GRANULAR (equations only).  The elastic foundation is
  pressed by half an ellipse of height A and width B; with u = de/A,
    F_na(de) = (E_h A B/4) h(u),  h from lm_segment,   a_na = B sqrt(u (1 - u)),   dF_na/dde = 2 E_h a_na.
*/
#include "materials/contact_mdr.h"
#include "materials/lanes_math.h"

static const double pi = 0x1.921fb54442d18p1;

enum { NEWTON_MAX = 24 };

static const double AT_ONCE = 1e-9; /* of R^2: area intercept of a contact that has never been elastic [-] */

/* Mean pressure along the yield surface over Y, x = peak/R [-]. */
static inline double hardness(double x) { return 1.0 + MDR_HARD * lm_exp(-MDR_FALL * x); }

/* Foundation force [nN] at displacement u A. */
static inline double foundation(double E, double A, double B, double u)
{
  return 0.25 * E * A * B * lm_segment(lm_min(lm_max(u, 0.0), 1.0));
}

/* Depth of the profile at radius a: g(a) = (A/2) (1 - sqrt(1 - 4 a^2/B^2)), without its cancellation. */
static inline double depth(double A, double per_B, double a)
{
  const double t = 2.0 * a * per_B, q = lm_min(t * t, 1.0);

  return 0.5 * A * q / (1.0 + sqrt(1.0 - q));
}

/*
  first_yield - freezes the area intercept where the mean Hertz pressure passed the hardness since the last step.

  The yield overlap solves sqrt(x) = (3 pi Y/4E) hardness(x), x = overlap/R, by Newton: it does not depend on the step
  (the rule "first overlap found above" makes a_max wrong by the first increment).  Where metal bears nothing of what
  pulls it a contact is plastic from the first touch on, without an intercept but for its sign.
*/
static void first_yield(const MdrBatch *c, const ContactSide *restrict g, const double *restrict yields,
                        MdrSide *restrict s)
{
  Lanes x;

  for (int l = 0; l < CONTACT_LANES; l++) x[l] = 0.0;
  for (int it = 0; it < 6; it++) {
    for (int l = 0; l < CONTACT_LANES; l++) {
      const double q = 0.75 * pi * g->Y[l] / c->E, y = lm_max(x[l], 0.0);
      const double e = MDR_HARD * lm_exp(-MDR_FALL * y), f = q * (1.0 + e), slope = 2.0 * f * q * -MDR_FALL * e;

      x[l] = y - (y - f * f) / (1.0 - slope); /* y = (q hardness(y))^2: one root, slope < 0 */
    }
  }
  for (int l = 0; l < CONTACT_LANES; l++) {
    const double R = g->R[l], first = lm_pick(s->borne[l], pi * x[l] * (x[l] - 1.0), -AT_ONCE);

    s->ca[l] = lm_pick(yields[l], first * R * R, s->ca[l]);
  }
}

/*
  Foundation displacement is smaller than contact displacement: the flat also sees the grain's centre move back under
  the far field.  1 + delta_R/de_max = 1 - a/s + (1-2nu) z a/(2 (1-nu) s (s+z)), z: depth of the centre, s^2 = a^2 +
  z^2. Kept above 0.1, reached at overlaps near R where the expression loses its meaning.
*/
static inline double flexibility(double nu, double a, double z)
{
  const double s = sqrt(a * a + z * z), t = s + z, two = 2.0 * (1.0 - nu);

  return lm_max(1.0 - lm_ratio(a * (two * t - (1.0 - 2.0 * nu) * z), two * s * t), 0.1);
}

/*
  Uniform compression of the grain takes its mean displacement, but never more of a contact than that contact overlaps:
  what moves away from its flat is not compressed by it.  (As published, the sum of means grows without bound in a
  contact that opens while its neighbours are pressed, and with it the force across a flat that hardly touches.)
*/
void mdr_profile(const MdrBatch *c, const ContactSide *restrict g, const double *restrict keep, Lanes *restrict state,
                 MdrSide *restrict s)
{
  const double per_E = 1.0 / c->E, nu = c->nu;
  Lanes        yields, pY;

  for (int l = 0; l < CONTACT_LANES; l++) {
    const double R = g->R[l], k = lm_above(keep[l], 0.0),
                 pressed = lm_pick(lm_above(c->psi_b, g->psi[l]), g->dbar[l], 0.0);
    const double bulk    = k * lm_max(lm_min(state[SIDE_BULK][l] + pressed, s->overlap[l]), 0.0),
                 ca      = k * state[SIDE_CA][l];
    const double peak    = k * lm_max(lm_max(s->overlap[l] - bulk, state[SIDE_PEAK][l]), 0.0);
    const double p = g->Y[l] * hardness(lm_ratio(peak, R)), h = 0.75 * pi * per_E * p;

    s->bulk[l]  = bulk;
    s->peak[l]  = peak;
    s->ca[l]    = ca;
    s->stuck[l] = k * state[SIDE_STUCK][l];
    pY[l]       = p;
    /* Hertz pressure above p_Y for the first time; with nothing borne h^2 counts for nothing */
    yields[l] = lm_above(peak, R * h * h * lm_above(s->borne[l], 0.0)) * (1.0 - lm_above(0.0, ca));
  }
  if (lm_any(yields)) first_yield(c, g, yields, s);
  for (int l = 0; l < CONTACT_LANES; l++) {
    const double R = g->R[l], peak = s->peak[l], plastic = lm_above(0.0, s->ca[l]);
    const double cut = 2.0 * peak * R - peak * peak + s->ca[l] * (1.0 / pi), drawn = s->drawn[l];
    const double a = sqrt(lm_max(lm_pick(plastic, lm_max(cut, 0.0) + drawn, peak * R), 0.0));
    /* what is drawn in bears no more: the force is that of the cut, at a lower pressure */
    const double lower = lm_pick(drawn, lm_ratio(lm_max(cut, 0.0), a * a), 1.0);
    const double A     = lm_pick(plastic, 4.0 * pY[l] * per_E * a * lower, 4.0 * R);
    const double limit = lm_pick(plastic, 0.5 * A, peak);
    const double soft = flexibility(nu, a, R - (peak - limit)), flex = lm_pick(plastic, soft, 1.0), stiff = 1.0 / flex;
    const double own = s->overlap[l] - s->bulk[l], de = limit + (own - peak) * stiff;
    const double B = 2.0 * lm_pick(plastic, a, R), inv = lm_ratio(1.0, A * B);

    s->A[l]     = A;
    s->B[l]     = B;
    s->a_max[l] = a;
    s->flex[l]  = flex;
    s->stiff[l] = stiff;
    s->free[l]  = peak - limit * flex;
    s->de[l]    = de;
    s->u[l]     = de * B * inv;
    s->per_B[l] = A * inv;
  }
}

/*
  One Newton step towards the largest a with de + l(a) - g(a) = 0 from the right, where the function is concave and
  falls: the iteration is monotone.  A slope that no longer falls means that there is no root: the side comes off (a =
  0). A lane that has converged keeps its value, so that extra steps for its neighbours do not move it.  crack = 2 pi
  W_h/E_h. Returns whether any lane moved.
*/
static int peel_step(const MdrSide *restrict s, const double *restrict crack, double *restrict a)
{
  Lanes moves;

  for (int l = 0; l < CONTACT_LANES; l++) {
    const double A = s->A[l], b = s->per_B[l], x = a[l], q = lm_min(4.0 * x * x * b * b, 1.0), root = sqrt(1.0 - q);
    const double len   = sqrt(crack[l] * x);
    const double f     = s->de[l] + len - 0.5 * A * (1.0 - root);
    const double slope = 0.5 * len * root - 2.0 * A * x * x * b * b; /* times x root */
    const double falls = lm_above(0.0, slope), go = lm_above(x, 0.0) * lm_above(-1e-13 * A, f);
    const double next = lm_max(x - f * x * root / lm_pick(falls, slope, -1.0), 0.0) * falls;

    a[l]     = lm_pick(go, next, x);
    moves[l] = go;
  }
  return lm_any(moves);
}

void mdr_peel(const MdrBatch *restrict c, const double *restrict W, MdrSide *restrict s, double *restrict broken)
{
  const double crack_W = 2.0 * pi * c->gamma / c->E;
  Lanes        crack, a, opens;

  for (int l = 0; l < CONTACT_LANES; l++) {
    const double u    = lm_min(lm_max(s->u[l], 0.0), 0.5);
    const double a_na = s->B[l] * sqrt(u * (1.0 - u));
    const double held = lm_max(lm_min(s->stuck[l], 0.99 * s->a_max[l]), 0.99 * a_na) * lm_above(W[l], 0.0);
    const double ga   = depth(s->A[l], s->per_B[l], held);
    const double lift = s->de[l] + sqrt(crack_W * W[l] * held) - ga;

    s->depth[l] = ga;
    s->a[l]     = a_na;
    crack[l]    = crack_W * W[l];
    a[l]        = held;
    opens[l]    = lm_above(0.0, lift) * lm_above(held, 0.0);
  }
  if (lm_any(opens)) {
    for (int it = 0, open = 1; it < NEWTON_MAX && open; it++) open = peel_step(s, crack, a);
    for (int l = 0; l < CONTACT_LANES; l++) s->depth[l] = depth(s->A[l], s->per_B[l], a[l]);
  }
  for (int l = 0; l < CONTACT_LANES; l++) {
    const double off = lm_above(s->stuck[l], 0.0) * (1.0 - lm_above(a[l], 0.0));

    broken[l]   = lm_max(broken[l], off);
    s->stuck[l] = a[l];
  }
}

/* Flow stress over Y of necks in tension that metal has made by flow into the gap: at most the hardness of one as wide.
 */
static void cap_of_wide(const MdrBatch *restrict c, const ContactSide *restrict g, const double *restrict bonded,
                        const MdrSide *restrict s, double *restrict cap)
{
  for (int l = 0; l < CONTACT_LANES; l++) {
    const double a = lm_ratio(lm_max(s->stuck[l], bonded[l]), g->R[l]), held = s->borne[l];

    cap[l] = lm_pick(lm_above(1.0, held), held * c->cap + (1.0 - held) * lm_min(c->cap, hardness(a * a)), c->cap);
  }
}

/*
  The crack bound, where the flat has moved back behind the stuck radius.  It is limited by flow of the neck,
  F >= -pi a^2 sigma_t, a the stuck radius or that of a neck which diffusion made wider; the stretch that goes with flow
  takes back part of the plastic overlap (peak), which is paid for again when the neck is pressed anew.  A neck
  stretched back to its yield point tears.
*/
static void stuck_force(const MdrBatch *restrict c, const ContactSide *restrict g, const double *restrict tied,
                        const double *restrict bonded, MdrSide *restrict s)
{
  const double E = c->E;
  Lanes        cap;

  for (int l = 0; l < CONTACT_LANES; l++) cap[l] = c->cap;
  if (c->flow > 0.0) cap_of_wide(c, g, bonded, s, cap);
  for (int l = 0; l < CONTACT_LANES; l++) {
    const double A = s->A[l], de = s->de[l], R = g->R[l], a = s->stuck[l], ga = s->depth[l], was = s->peak[l];
    const double f_ga  = foundation(E, A, s->B[l], lm_ratio(ga, A));
    const double wide  = lm_max(a, bonded[l]);
    const double crack = f_ga + 2.0 * E * (de - ga) * a, neck = -pi * wide * wide * cap[l] * g->Y[l];
    const double flows = tied[l] * lm_above(neck, crack) * lm_above(0.0, s->ca[l]);
    /* return to the flow limit at frozen profile, then the radius of the shortened neck */
    const double stretch = flows * lm_max(lm_ratio(neck - crack, 2.0 * E * a), 0.0) * s->flex[l];
    const double yielded = lm_ratio(-s->ca[l], pi * R); /* yield overlap, to first order */
    const double peak    = lm_max(was - stretch, lm_min(yielded, was));
    const double shorter = lm_max(0.9801 * (2.0 * peak * R - peak * peak + s->ca[l] * (1.0 / pi) + s->drawn[l]), 0.0);
    const double a2      = lm_pick(flows, lm_min(a * a, shorter), a * a);
    const double torn    = flows * (1.0 - lm_above(peak, yielded));
    const double thin2   = lm_pick(flows, lm_ratio(a2, a * a), 1.0);
    const double pull    = lm_max(crack, -pi * wide * wide * thin2 * cap[l] * g->Y[l]);

    s->F[l]     = lm_pick(tied[l], lm_min(s->F[l], pull), s->F[l]);
    s->thin[l]  = (1.0 - torn) * sqrt(thin2);
    s->stuck[l] = lm_pick(flows, (1.0 - torn) * sqrt(a2), a);
    s->free[l]  = lm_pick(flows, s->free[l] - (was - peak), s->free[l]);
    s->peak[l]  = lm_pick(flows, peak, was);
  }
}

/*
  The neck in tension.  Two descriptions of adhesion bound the force, and the contact takes the one that pulls harder:
    rim     F_na(de) - rim: attraction of constant force around the contact (Maugis & Pollock 1984), a function of the
            displacement only, alive on first loading;
    crack   F_na(g) + 2 E_h (de - g) a for de < g(a): the surfaces stay stuck out to radius a (MDR, JKR in the limit).
  On the loading branch the crack bound is F_na, so the rim rules; on unloading it falls faster and takes over where it
  crosses the rim bound: the force is continuous and never above the loading branch, so that no cycle gains energy.
*/
void mdr_side_force(const MdrBatch *restrict c, const ContactSide *restrict g, const double *restrict broken,
                    const double *restrict neck, MdrSide *restrict s)
{
  const double E = c->E;
  Lanes        tied;

  for (int l = 0; l < CONTACT_LANES; l++) {
    const double A = s->A[l], B = s->B[l], de = s->de[l];
    const double a    = s->stuck[l] * (1.0 - broken[l] * (1.0 - lm_above(de, 0.0)));
    const double ga   = s->depth[l] * lm_above(a, 0.0);
    const double f_na = foundation(E, A, B, s->u[l]), wide = lm_max(s->a[l], a);

    s->stuck[l] = a;
    s->a[l]     = wide;
    s->F[l]     = f_na - s->rim[l];
    s->k[l]     = 2.0 * E * wide * s->stiff[l];
    s->depth[l] = ga;
    s->thin[l]  = 1.0;
    tied[l]     = lm_above(ga, de) * lm_above(a, 0.0);
  }
  if (lm_any(tied)) stuck_force(c, g, tied, neck, s);
}
