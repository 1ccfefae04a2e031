#include "materials/surface.h"

double surface_reach(double W, double strength) { return W > 0.0 ? 16.0 / 9.0 * W / strength : 0.0; }

double surface_slope(const SurfaceSpots *in, const SurfaceForces *out, int lane)
{
  const double strength = in->strength[lane], reach = surface_reach(in->W[lane], strength);
  const double s = reach > 0.0 ? out->open[lane] / reach : 1.0, more = lm_max(in->bond[lane], 1.0);

  if (out->open[lane] < 0.0) return out->kn[lane];
  return s < 1.0 ? 6.75 * more * strength * in->turned[lane] / reach * (1.0 - s) * (1.0 - 3.0 * s) : 0.0;
}

/* Of Newton's rule: 1e-12 for layers of 0.01 to 3 nm behind penalties of 2 to 3000 GPa/nm, squeezed until those lie in
   each other by half of the layer. */
enum { SQUEEZE_STEPS = 6 };

/* Work of a layer per area from its unloaded thickness g D0 to x D0, p there, on a branch of modulus K [GPa nm]. */
static inline double squeezed(const Ligand *l, double K, double g, double D0, double x, double p)
{
  const double n = l->stiffening;

  return D0 * K / n * (((1.0 + n * p / K) * x - g) / (n - 1.0) - (g - x));
}

/*
  A layer and the penalty in series, per area: p(D) = k (D - gap), p by Murnaghan (ligand.h), on first loading or, where
  the layer has been thinner before, on the stiffer branch through the thinnest it was.  Newton's rule from where the
  layer is surely too thin, from where a convex pressure leads up to the root.
*/
static void squeeze_layers(const SurfaceLaw *law, const SurfaceSpots *in, SurfaceForces *out)
{
  const Ligand *l = law->ligand;
  const double  n = l->stiffening, Ku = l->unload_modulus;

  for (int k = 0; k < 8; k++) {
    const double on = lm_above(in->layer[k], 0.0), D0 = lm_pick(on, in->layer[k], 1.0), gap = in->gap[k];
    const double hard = law->penalty / lm_max(in->h[k], 1e-200), deep = 1.0 - in->set[k];
    const double p_deep = ligand_pressure(l->modulus, n, 1.0, deep);
    const double first = lm_above(deep * D0 - p_deep / hard, gap), K = lm_pick(first, l->modulus, Ku);
    const double g    = lm_pick(first, 1.0, lm_min(deep * lm_exp(lm_log(1.0 + p_deep * n / Ku) / n), 1.0));
    const double most = lm_max(hard * (g * D0 - gap), 0.0); /* pressure of a layer that does not give */
    double       x    = lm_min(lm_max(gap / D0, g * lm_exp(-lm_log(1.0 + most * n / K) / n)), g), p, g_back, touch;

    for (int step = 0; step < SQUEEZE_STEPS; step++) {
      p = ligand_pressure(K, n, g, x);
      x = lm_min(x + (p - hard * (x * D0 - gap)) / ((n * p + K) / x + hard * D0), g);
    }
    touch         = on * lm_above(most, 0.0);
    p             = touch * lm_max(hard * (x * D0 - gap), 0.0);
    g_back        = lm_pick(first, x * lm_exp(lm_log(1.0 + p * n / Ku) / n), g);
    out->open[k]  = lm_pick(on, lm_pick(touch, -p / hard, gap - g * D0), out->open[k]);
    out->push[k]  = lm_pick(on, p * in->area[k], out->push[k]);
    out->layer[k] = on * lm_pick(touch, x, g) * D0;
    out->set[k]   = on * lm_max(in->set[k], touch * (1.0 - x));
    out->stored[k] =
        lm_pick(on, (0.5 * p * p / hard + squeezed(l, Ku, g_back, D0, x, p) * touch) * in->area[k], out->stored[k]);
    out->kn[k] = lm_pick(touch, out->kn[k] / (1.0 + hard * x * D0 / (n * p + K)), out->kn[k]);
  }
}

/* Compression: of the penalty, and of layers where there are any. */
static inline void push_of(const SurfaceLaw *law, const SurfaceSpots *in, SurfaceForces *out)
{
  const v8 zero = v8_set(0.0), depth = v8_max(-in->gap, zero);

  out->kn     = law->penalty / v8_max(in->h, v8_set(1e-200)) * in->area;
  out->push   = out->kn * depth;
  out->stored = 0.5 * out->push * depth;
  out->open   = in->gap;
  out->layer = out->set = zero;
  if (law->ligand && i8_any((i8)(in->layer > zero))) squeeze_layers(law, in, out);
}

/* The dashpot, which takes from a push but never pulls; pull of the cohesive law; its energy. */
static inline void normal_forces(const SurfaceLaw *law, double dt, const SurfaceSpots *in, v8 fade, SurfaceForces *out)
{
  const v8 zero = v8_set(0.0), dashpot = 2.0 * law->zeta * v8_sqrt(in->mass * out->kn), drag = dashpot * in->vn;
  const v8 more = v8_max(in->bond, v8_set(1.0)) * in->turned;
  const v8 s = 1.0 - fade, pull = 6.75 * in->strength * s * fade * fade * more;

  out->viscous = v8_where((i8)(out->open < zero), v8_max(-drag, -out->push));
  out->fn      = out->push + out->viscous - pull;
  out->held    = v8_where((i8)(out->open < zero), out->kn + dashpot * (2.0 / dt));
  out->stored -= in->W * more * fade * fade * fade * (1.0 + 3.0 * s);
}

/*
  The stored force is turned into the tangent plane with its length kept, moved on by the slip of the step, and taken
  back to what the spot holds: friction of the compressive force, and the shear strength of a bond, which is that of
  its tension (physics of a mixed-mode bond with equal weights) and fades like the traction as it opens.
*/
static inline void tangential_forces(double dt, const SurfaceSpots *in, v8 fade, SurfaceForces *out)
{
  const v8 tiny = v8_set(1e-200), zero = v8_set(0.0);
  const v8 kt = SURFACE_STICK * out->kn, push = v8_where((i8)(out->open < zero), out->fn);
  const v8 hold  = v8_max(in->mu * push, zero) + in->bond * in->strength * in->turned * fade * fade;
  const v8 along = in->ft[0] * in->n[0] + in->ft[1] * in->n[1] + in->ft[2] * in->n[2];
  v8       f[3], before = zero, flat = zero, size = zero, turn, back;

  for (int k = 0; k < 3; k++) {
    f[k] = in->ft[k] - along * in->n[k];
    before += in->ft[k] * in->ft[k];
    flat += f[k] * f[k];
  }
  turn = v8_where((i8)(flat > tiny), v8_sqrt(before / v8_max(flat, tiny)));
  for (int k = 0; k < 3; k++) {
    f[k] = turn * f[k] - kt * dt * in->vt[k];
    size += f[k] * f[k];
  }
  size = v8_sqrt(size);
  back = v8_min(hold / v8_max(size, tiny), v8_set(1.0));
  for (int k = 0; k < 3; k++) out->ft[k] = back * f[k];
  /* slip = (size - hold)/kt against a force hold */
  out->slip_power = v8_where((i8)(size > hold) & (i8)(kt > tiny), hold * (size - hold) / v8_max(kt * dt, tiny));
}

void surface_forces(const SurfaceLaw *law, double dt, const SurfaceSpots *in, SurfaceForces *out)
{
  const v8 tiny = v8_set(1e-200), zero = v8_set(0.0), one = v8_set(1.0);
  const v8 reach = 16.0 / 9.0 * in->W / v8_max(in->strength, tiny); /* surface_reach */
  v8       fade;                                                    /* 1 - s: 1 touching, 0 out of reach */

  push_of(law, in, out);
  fade = one - v8_min(v8_max(out->open, zero) / v8_max(reach, tiny), one);
  normal_forces(law, dt, in, fade, out);
  tangential_forces(dt, in, fade, out);
}
