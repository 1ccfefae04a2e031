/* tool_surface.h - where eight points stand to a tool, and how its surface moves there: grains rigid and meshed. */
#ifndef SOLVER_GRAINS_TOOL_SURFACE_H
#define SOLVER_GRAINS_TOOL_SURFACE_H

#include "materials/lanes.h"
#include "solver/grains/tools.h"

/*
  Normal of the block at eight points and their distance from it; mesh/die.h has the same for one.  Below the rim the
  nearest point of the bore is at the point's height; above it the normal turns around the edge without a jump.
*/
static inline void die_surface(const Tools *t, const v8 x[3], v8 n[3], v8 *gap)
{
  const v8 r      = v8_sqrt(x[0] * x[0] + x[1] * x[1]) + 1e-30;
  const v8 inward = t->die_radius - r, over = x[2] - t->die_top, zero = v8_set(0.0);
  const i8 above = (i8)(over > zero);
  const v8 up = v8_where(above, over), aside = v8_where((i8)(inward > zero), inward);
  const v8 slant = v8_sqrt(aside * aside + up * up) + 1e-30;
  const v8 radial =
      v8_where(above, aside / slant) + v8_where(~above, v8_set(1.0)); /* of the normal, towards the axis */

  n[0] = -x[0] / r * radial;
  n[1] = -x[1] / r * radial;
  n[2] = up / slant;
  *gap = v8_where(above, slant) + v8_where(~above, inward);
}

/* Normal away from a tool and distance from it [nm]. */
static inline void tool_surface(const Tools *t, int tool, const v8 x[3], v8 n[3], v8 *gap)
{
  if (tool == TOOL_DIE) {
    die_surface(t, x, n, gap);
  } else {
    const double up = tool == TOOL_BOTTOM ? 1.0 : -1.0;
    n[0] = n[1] = v8_set(0.0);
    n[2]        = v8_set(up);
    *gap        = up * (x[2] - t->z[tool]);
  }
}

/* Velocity of a tool's surface near x [nm/ns]. */
static inline void tool_velocity(const Tools *t, int tool, const v8 x[3], v8 v[3])
{
  v[0] = v[1] = v8_set(0.0);
  v[2]        = v8_set(t->v[tool]);
  if (tool == TOOL_DIE && t->die_speed != 0.0) {
    const v8 per_r = t->die_speed / (v8_sqrt(x[0] * x[0] + x[1] * x[1]) + 1e-30);

    v[0] = per_r * x[0];
    v[1] = per_r * x[1];
  }
}

#endif
