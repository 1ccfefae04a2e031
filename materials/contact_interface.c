/*
  contact_interface.c - ligands, bond and neck of eight contacts.

  The layer and the core stand in series.  The core is the law's: its overlap is that of the grains plus the thickness D
  of the layer.  The layer answers F = p(D) pi a_l^2, with p by Murnaghan (first loading, or the stiffer unloading
  branch through the deepest squeeze), and D moves every step towards the force of the core, by Newton's rule with both
  stiffnesses: the two agree after a few steps, and a hard squeeze flattens the core under the layer as it should.
  A layer that has lost its molecules (coverage below the threshold) is pressed out within some hundred steps.

  Two grains that part by less than a layer keep what they have done to each other: coverage and set.  Were the free
  surfaces' ligands back as soon as the cores come apart, they would stand compressed in a gap too small for them, and
  every contact that lost some and opened would push with energy that nobody has paid for.
*/
#include "materials/contact_interface.h"

static const double pi = 0x1.921fb54442d18p1;

const char *const bond_names[BOND_CLASSES] = {"ligand", "touch", "ionic", "metal"};

static const double LAYER_MIN  = 0.05; /* thinnest layer, of its unloaded thickness: molecules do not vanish */
static const double LAYER_MOVE = 0.02; /* largest change of thickness in a step, of the unloaded thickness */
static const double LAYER_OUT =
    0.995; /* of a layer without molecules, what a step leaves: numerical, slow against dt */
static const double LAYER_TOUCH = 0.1;  /* [nm] of a layer being pressed out, below which cores touch: half an atom */
static const double LAYER_GONE  = 1e-4; /* of the full gap: taken for nothing */
static const double TOUCH       = 1e-6; /* of the unloaded thickness: overlap of the cores by which a layer is felt */

/* Share of the sphere's surface that one of twelve neighbours can claim bounds the area of the layer: pi R^2/3. */
static inline double layer_area(double D0, double D, double a, double r_star)
{
  const double rim = lm_max(D0 - D, 0.0) * 2.0 * r_star, all = (4.0 / 3.0) * r_star * r_star;

  return pi * lm_max(lm_min(a * a + rim, all), a * a);
}

double contact_layer_radius(const Ligand *l, double coverage, double D, double a, double r_star)
{
  if (ligand_bare(coverage, l->threshold) > 0.0) return a; /* no layer, but what is still being pressed out */
  return sqrt(layer_area(l->gap * lm_min(coverage, 1.0), D, a, r_star) / pi);
}

double interface_pressed_out(const Ligand *l, double D)
{
  return D * LAYER_OUT < LAYER_GONE * l->gap ? 0.0 : D * LAYER_OUT;
}

int interface_welds(const ContactInterface *f, double bare, double D)
{
  return f->bond_class == BOND_METAL && bare > 0.0 && D < LAYER_TOUCH;
}

/* The branch the layer is on: modulus and unloaded gap over D0. */
typedef struct {
  double K, g;
} Branch;

static inline Branch layer_branch(const Ligand *l, double x, double set)
{
  const double deep = 1.0 - set, first = lm_above(deep, x); /* squeezed deeper than ever */
  const double p = ligand_pressure(l->modulus, l->stiffening, 1.0, deep);
  /* the unloading branch goes through (deep, p): (g/deep)^K' = 1 + p K'/K_u */
  const double g = deep * lm_exp(lm_log(1.0 + p * l->stiffening / l->unload_modulus) / l->stiffening);

  return (Branch){lm_pick(first, l->modulus, l->unload_modulus), lm_pick(first, 1.0, lm_min(g, 1.0))};
}

void contact_interface_before(const ContactInterface *f, ContactBatch *restrict in, Lanes *restrict state)
{
  const Ligand *l   = &f->ligand;
  const double  vdW = lm_min(l->adhesion, f->W_bare), gain = f->W_bare - vdW, full = l->gap;
  const double  star = l->threshold;

  for (int k = 0; k < CONTACT_LANES; k++) {
    const double fresh = 1.0 - lm_above(state[FACE_BOND][k], 0.0), d = in->delta[k];
    const double cover = lm_pick(fresh, in->cover[k], state[FACE_COVER][k]), bare = ligand_bare(cover, star);
    const double D0 = full * lm_min(cover, 1.0) * (1.0 - lm_above(bare, 0.0));
    /* A layer that is met takes the first squeeze alone (a packing may begin with much of it): its cores just touch. */
    const double first = lm_min(lm_max(TOUCH * D0 - d, 0.25 * D0), D0);
    const double D     = lm_pick(fresh, first, state[FACE_LAYER][k]);

    state[FACE_COVER][k] = cover;
    state[FACE_LAYER][k] = D;
    in->W[k]             = vdW + (gain + (f->crystals ? state[FACE_GAIN][k] : 0.0)) * bare;
    in->neck[k]          = state[FACE_NECK][k];
    in->apart[k]         = d;
    in->delta[k]         = d + D;
  }
}

/* One step of the layer's thickness towards balance with the core's force. */
static void settle(const ContactInterface *f, const ContactBatch *restrict in, Lanes *restrict state,
                   const ContactForce *restrict out)
{
  const Ligand *l = &f->ligand;

  for (int k = 0; k < CONTACT_LANES; k++) {
    const double R0 = in->side[0].R[k], R1 = in->side[1].R[k], r_star = lm_ratio(R0 * R1, R0 + R1);
    const double cover = state[FACE_COVER][k], holds = 1.0 - lm_above(ligand_bare(cover, l->threshold), 0.0);
    const double D0 = l->gap * lm_min(cover, 1.0) * holds, D = state[FACE_LAYER][k], set = state[FACE_SET][k];
    const double on = lm_above(D0, 0.0), x = lm_pick(on, lm_min(lm_max(lm_ratio(D, D0), LAYER_MIN), 1.0), 1.0);
    const Branch b    = layer_branch(l, x, set);
    const double p    = lm_max(ligand_pressure(b.K, l->stiffening, b.g, x), 0.0);
    const double area = layer_area(D0, D, out->a[k], r_star), core = lm_max(out->fn[k] - out->fn_viscous[k], 0.0);
    const double soft = lm_ratio((l->stiffening * p + b.K) * area, lm_max(D, 1e-9)) + p * pi * 2.0 * r_star;
    const double move = lm_ratio(p * area - core, soft + out->kn[k]), most = LAYER_MOVE * D0;
    const double next = lm_min(lm_max(D + lm_min(lm_max(move, -most), most), LAYER_MIN * D0), b.g * D0);

    state[FACE_LAYER][k] = lm_pick(on, next, interface_pressed_out(l, D));
    state[FACE_SET][k]   = lm_pick(on, lm_max(set, 1.0 - lm_ratio(next, D0)), 0.0);
  }
}

/* 1 while the law has a history, and then until fresh ligands of the free surfaces could stand in the gap unsqueezed.
 */
static inline double remembered(const Ligand *l, const ContactBatch *restrict in, Lanes *restrict state,
                                const double *restrict lives, int k)
{
  const double room = lm_above(in->apart[k], -l->gap * lm_min(in->cover[k], 1.0));

  return lm_max(lm_above(lives[k], 0.0), lm_above(state[FACE_BOND][k], 0.0) * room);
}

void contact_interface_after(const ContactInterface *f, ContactBatch *restrict in, const double *restrict lives,
                             Lanes *restrict state, ContactForce *restrict out)
{
  const Ligand *l       = &f->ligand;
  const double  reached = (double)f->bond_class;
  Lanes         kept, layered;

  for (int k = 0; k < CONTACT_LANES; k++) {
    kept[k]    = remembered(l, in, state, lives, k);
    layered[k] = lm_above(state[FACE_LAYER][k], 0.0) * kept[k];
  }
  if (lm_any(layered)) settle(f, in, state, out);
  for (int k = 0; k < CONTACT_LANES; k++) {
    const double alive = kept[k], bare = ligand_bare(state[FACE_COVER][k], l->threshold);
    const double near  = lm_above(LAYER_TOUCH, state[FACE_LAYER][k]);
    const double touch = lm_above(lives[k], 0.0) * near * lm_above(out->a[k], 0.0) * lm_above(bare, 0.0);
    const double was = state[FACE_BOND][k] - 1.0, kind = lm_pick(lm_above(reached, was), reached, was);
    const double bond = touch * kind, bonded = lm_above(bond, (double)BOND_TOUCH);
    const double neck = lm_max(out->a[k], state[FACE_NECK][k] * (1.0 - out->thinned[k])) * touch;
    const double a = lm_pick(bonded, neck, out->a[k]), wider = lm_ratio(a, out->a[k]);
    const double share = lm_pick(bonded, bare, 1.0); /* what ligands leave of the bonded area */

    state[FACE_BOND][k]  = alive * (bond + 1.0);
    state[FACE_COVER][k] = alive * state[FACE_COVER][k];
    state[FACE_NECK][k]  = neck;
    state[FACE_LAYER][k] = alive * state[FACE_LAYER][k];
    state[FACE_SET][k]   = alive * state[FACE_SET][k];
    in->delta[k]         = in->apart[k];
    out->bond[k]         = bonded;
    out->a[k]            = a;
    out->shear[k] *= wider * wider * share;
    out->fc[k] *= interface_slick(f, bare);
  }
}

static const double AT_LIMIT = 1.0 - 1e-9; /* sliding cuts the force to the limit but for rounding */

/* Bending and twist flow as in a metal: only tension and shear cleave. */
void contact_interface_cleave(Lanes *restrict state, const ContactForce *restrict out)
{
  for (int k = 0; k < CONTACT_LANES; k++) {
    const double ft2   = out->ft[0][k] * out->ft[0][k] + out->ft[1][k] * out->ft[1][k] + out->ft[2][k] * out->ft[2][k];
    const double limit = AT_LIMIT * out->shear[k], ionic = (double)(state[FACE_BOND][k] == BOND_IONIC + 1.0);
    const double breaks = lm_max(lm_above(ft2, limit * limit), lm_above(out->thinned[k], 0.0)) * ionic;
    const double holds = ionic - breaks, touch = lm_above(state[FACE_BOND][k], (double)BOND_TOUCH);

    state[FACE_BOND][k]   = lm_pick(breaks, BOND_TOUCH + 1.0, state[FACE_BOND][k]);
    state[FACE_GAIN][k]   = holds * state[FACE_GAIN][k];
    state[FACE_WAITED][k] = touch * (1.0 - breaks) * state[FACE_WAITED][k];
  }
}

/* Antiderivative of (K/K') ((g/x)^n - 1) (1 - x) over x, n = K' > 2. */
static double squeeze_work(double K, double n, double g, double x)
{
  const double gn = pow(g / x, n) * x;

  return K / n * (gn / (1.0 - n) - gn * x / (2.0 - n) - x + 0.5 * x * x);
}

/*
  What a squeezed layer returns: the area under its unloading branch.  The area of the layer is taken as that of the
  rim, 2 pi R* (D0 - D), without its bound and without the core's contact, which the law does not tell here: too little
  under soft cores.
*/
void contact_interface_energy(const ContactInterface *f, const ContactBatch *in, Lanes state[], Lanes energy)
{
  const Ligand *l = &f->ligand;

  for (int k = 0; k < CONTACT_LANES; k++) {
    const double R0 = in->side[0].R[k], R1 = in->side[1].R[k], r_star = lm_ratio(R0 * R1, R0 + R1);
    const double D0 = l->gap * fmin(state[FACE_COVER][k], 1.0), D = state[FACE_LAYER][k];

    if (D <= 0.0 || D0 <= 0.0 || ligand_bare(state[FACE_COVER][k], l->threshold) > 0.0) continue;
    const double x = D / D0, g = layer_branch(l, 1.0, state[FACE_SET][k]).g;

    if (x < g)
      energy[k] +=
          2.0 * pi * r_star * D0 * D0 *
          (squeeze_work(l->unload_modulus, l->stiffening, g, g) - squeeze_work(l->unload_modulus, l->stiffening, g, x));
  }
}
