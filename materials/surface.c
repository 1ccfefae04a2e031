#include "materials/surface.h"

double surface_reach(double W, double strength) { return W > 0.0 ? 16.0 / 9.0 * W / strength : 0.0; }

double surface_slope(const SurfaceSpots *in, int lane, double kn)
{
  const double strength = in->strength[lane], reach = surface_reach(in->W[lane], strength);
  const double s = reach > 0.0 ? in->gap[lane] / reach : 1.0;

  if (in->gap[lane] < 0.0) return kn;
  return s < 1.0 ? 6.75 * strength * in->area[lane] / reach * (1.0 - s) * (1.0 - 3.0 * s) : 0.0;
}

/* Pushes and the dashpot, which takes from a push but never pulls; pull of the cohesive law; its energy. */
static inline void normal_forces(const SurfaceLaw *law, const SurfaceSpots *in, v8 fade, SurfaceForces *out)
{
  const v8 zero = v8_set(0.0), depth = v8_max(-in->gap, zero);
  const v8 kn   = law->penalty / v8_max(in->h, v8_set(1e-200)) * in->area;
  const v8 push = kn * depth, drag = 2.0 * law->zeta * v8_sqrt(in->mass * kn) * in->vn;
  const v8 s = 1.0 - fade, pull = 6.75 * in->strength * s * fade * fade * in->area;

  out->kn      = kn;
  out->viscous = v8_where((i8)(in->gap < zero), v8_max(-drag, -push));
  out->fn      = push + out->viscous - pull;
  out->stored  = 0.5 * push * depth - in->W * in->area * fade * fade * fade * (1.0 + 3.0 * s);
}

/*
  The stored force is turned into the tangent plane with its length kept, moved on by the slip of the step, and taken
  back to what the spot holds: friction of the compressive force, and the shear strength of a bond, which is that of
  its tension (physics of a mixed-mode bond with equal weights) and fades like the traction as it opens.
*/
static inline void tangential_forces(double dt, const SurfaceSpots *in, v8 fade, SurfaceForces *out)
{
  const v8 tiny = v8_set(1e-200), zero = v8_set(0.0);
  const v8 kt = SURFACE_STICK * out->kn, push = v8_where((i8)(in->gap < zero), out->fn);
  const v8 hold  = v8_max(in->mu * push, zero) + in->bond * in->strength * in->area * fade * fade;
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
  const v8 fade =
      one - v8_min(v8_max(in->gap, zero) / v8_max(reach, tiny), one); /* 1 - s: 1 touching, 0 out of reach */

  normal_forces(law, in, fade, out);
  tangential_forces(dt, in, fade, out);
}
