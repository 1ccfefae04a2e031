/*
  die.h - the press as geometry: a block with a cylindrical bore about the z axis that ends at a rim, and flat punches.

  A gap is the distance from a sphere's surface to the tool, negative where they overlap; the normal points from the
  tool to the sphere's centre.  Any length unit.
*/
#ifndef MESH_DIE_H
#define MESH_DIE_H

#include <math.h>

static const double DIE_PI = 3.14159265358979323846;

/*
  die_gap - gap and normal between a sphere at x and the block: the bore up to z_top, its rim, and the flat top outside.

  In the bore the normal is -e_r.  Above the rim it turns about the edge, smoothly, until it points up over the flat top
  face.  On the axis, where e_r is undefined, it is -e_x.
*/
static inline double die_gap(const double x[3], double radius, double bore, double z_top, double normal[3])
{
  const double rho = sqrt(x[0] * x[0] + x[1] * x[1]), above = x[2] - z_top, aside = fmin(rho - bore, 0.0);
  const double er[2] = {rho > 0.0 ? x[0] / rho : 1.0, rho > 0.0 ? x[1] / rho : 0.0};
  double       distance, out, up;

  if (above <= 0.0) {
    out      = -1.0;
    up       = 0.0;
    distance = bore - rho;
  } else {
    distance = sqrt(aside * aside + above * above); /* to the rim, or straight down to the top face where aside = 0 */
    out      = aside / distance;
    up       = above / distance;
  }
  normal[0] = out * er[0];
  normal[1] = out * er[1];
  normal[2] = up;
  return distance - radius;
}

/* Gap between a sphere at height z and a punch face at z_face; side = +1: the sphere is above the face, -1: below. */
static inline double punch_gap(double z, double radius, double z_face, int side)
{
  return side * (z - z_face) - radius;
}

static inline double sphere_volume(double radius) { return 4.0 / 3.0 * DIE_PI * radius * radius * radius; }

/* Volume of the part of a sphere at height z that lies below the plane z_plane; a cap of height h has pi h^2 (r - h/3).
 */
static inline double sphere_below(double z, double radius, double z_plane)
{
  const double h = fmin(fmax(z_plane - z + radius, 0.0), 2.0 * radius);

  return DIE_PI * h * h * (radius - h / 3.0);
}

/* Volume of the part of a sphere at height z between two planes. */
static inline double sphere_between(double z, double radius, double z_lo, double z_hi)
{
  return z_hi > z_lo ? sphere_below(z, radius, z_hi) - sphere_below(z, radius, z_lo) : 0.0;
}

/* Volume shared by two spheres at distance d: the lens that simple sums over overlapping grains count twice. */
static inline double sphere_lens(double r1, double r2, double d)
{
  const double rest = r1 + r2 - d, small = fmin(r1, r2);

  if (rest <= 0.0) return 0.0;
  if (d <= fabs(r1 - r2)) return sphere_volume(small);
  return DIE_PI * rest * rest * (d * d + 2.0 * d * (r1 + r2) - 3.0 * (r1 - r2) * (r1 - r2)) / (12.0 * d);
}

static inline double bore_volume(double bore, double height) { return DIE_PI * bore * bore * height; }

/* Bore and height of a die that holds `solid` volume at relative density phi with height = aspect 2 bore. */
static inline double bore_for(double solid, double phi, double aspect)
{
  return cbrt(solid / (phi * 2.0 * DIE_PI * aspect));
}

#endif
