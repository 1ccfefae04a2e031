#include "mesh/hex.h"
#include <math.h>
#include <string.h>

const int hex_face[6][4] = {
    {0, 3, 2, 1},
    {4, 5, 6, 7},
    {0, 1, 5, 4},
    {1, 2, 6, 5},
    {2, 3, 7, 6},
    {3, 0, 4, 7}
};

const int hex_corner[8][3] = {
    {-1, -1, -1},
    {1,  -1, -1},
    {1,  1,  -1},
    {-1, 1,  -1},
    {-1, -1, 1 },
    {1,  -1, 1 },
    {1,  1,  1 },
    {-1, 1,  1 }
};

/* The three nodes joined to a node, in right-handed order. */
const int hex_next[8][3] = {
    {1, 3, 4},
    {2, 0, 5},
    {3, 1, 6},
    {0, 2, 7},
    {7, 5, 0},
    {4, 6, 1},
    {5, 7, 2},
    {6, 4, 3}
};

static const double gauss = 0.57735026918962576451; /* 1 / sqrt(3), weight 1 */

static void cross(const double a[3], const double b[3], double c[3])
{
  c[0] = a[1] * b[2] - a[2] * b[1];
  c[1] = a[2] * b[0] - a[0] * b[2];
  c[2] = a[0] * b[1] - a[1] * b[0];
}

static double dot(const double a[3], const double b[3]) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; }

static double triple(const double a[3], const double b[3], const double c[3])
{
  double n[3];

  cross(b, c, n);
  return dot(a, n);
}

static void minus(const double a[3], const double b[3], double c[3])
{
  for (int d = 0; d < 3; d++) c[d] = a[d] - b[d];
}

/* Slopes of the shape functions along xi, at xi. */
static void slopes(const double xi[3], double dn[8][3])
{
  for (int a = 0; a < 8; a++) {
    const int   *s    = hex_corner[a];
    const double f[3] = {1.0 + s[0] * xi[0], 1.0 + s[1] * xi[1], 1.0 + s[2] * xi[2]};

    for (int k = 0; k < 3; k++) dn[a][k] = 0.125 * s[k] * f[(k + 1) % 3] * f[(k + 2) % 3];
  }
}

/* dx/dxi, one row per xi. */
static void jacobian(Hex x, const double dn[8][3], double g[3][3])
{
  for (int k = 0; k < 3; k++)
    for (int d = 0; d < 3; d++) {
      g[k][d] = 0.0;
      for (int a = 0; a < 8; a++) g[k][d] += dn[a][k] * x[a][d];
    }
}

double hex_jacobian(Hex x, const double xi[3])
{
  double dn[8][3], g[3][3];

  slopes(xi, dn);
  jacobian(x, (const double(*)[3])dn, g);
  return triple(g[0], g[1], g[2]);
}

double hex_mean_gradients(Hex x, double B[8][3])
{
  double volume = 0.0;

  memset(B, 0, 8 * sizeof *B);
  for (int q = 0; q < 8; q++) {
    const int *s = hex_corner[q];
    double     dn[8][3], g[3][3], area[3][3]; /* of the faces xi_k = const, per dxi of the others */

    slopes((double[3]){gauss * s[0], gauss * s[1], gauss * s[2]}, dn);
    jacobian(x, (const double(*)[3])dn, g);
    for (int k = 0; k < 3; k++) cross(g[(k + 1) % 3], g[(k + 2) % 3], area[k]);
    volume += dot(g[0], area[0]);
    for (int a = 0; a < 8; a++)
      for (int k = 0; k < 3; k++)
        for (int d = 0; d < 3; d++) B[a][d] += dn[a][k] * area[k][d];
  }
  for (int a = 0; a < 8; a++)
    for (int d = 0; d < 3; d++) B[a][d] /= volume;
  return volume;
}

double hex_smallest_jacobian(Hex x)
{
  double least = hex_jacobian(x, (double[3]){0, 0, 0});

  for (int a = 0; a < 8; a++) {
    const int   *s = hex_corner[a];
    const double j = hex_jacobian(x, (double[3]){s[0], s[1], s[2]});

    if (!(j >= least)) least = j; /* a NaN stays */
  }
  return least;
}

double hex_scaled_jacobian(Hex x)
{
  double least = 1.0;

  for (int a = 0; a < 8; a++) {
    double e[3][3], det, size;

    for (int k = 0; k < 3; k++) minus(x[hex_next[a][k]], x[a], e[k]);
    det   = triple(e[0], e[1], e[2]);
    size  = sqrt(dot(e[0], e[0]) * dot(e[1], e[1]) * dot(e[2], e[2]));
    least = fmin(least, size > 0.0 ? det / size : 0.0);
  }
  return least;
}

double hex_first_moment(Hex x, double moment[3])
{
  double volume = 0.0;

  moment[0] = moment[1] = moment[2] = 0.0;
  for (int q = 0; q < 8; q++) {
    const int   *s     = hex_corner[q];
    const double xi[3] = {gauss * s[0], gauss * s[1], gauss * s[2]};
    const double j     = hex_jacobian(x, xi);

    volume += j;
    for (int a = 0; a < 8; a++) {
      const int   *c = hex_corner[a];
      const double n = 0.125 * (1.0 + c[0] * xi[0]) * (1.0 + c[1] * xi[1]) * (1.0 + c[2] * xi[2]);

      for (int d = 0; d < 3; d++) moment[d] += j * n * x[a][d];
    }
  }
  return volume;
}

double hex_volume(Hex x)
{
  double volume = 0.0;

  for (int q = 0; q < 8; q++) {
    const int *s = hex_corner[q];

    volume += hex_jacobian(x, (double[3]){gauss * s[0], gauss * s[1], gauss * s[2]});
  }
  return volume;
}

double hex_centroid(Hex x, double centroid[3])
{
  const double volume = hex_first_moment(x, centroid);

  for (int d = 0; d < 3; d++) centroid[d] /= volume;
  return volume;
}

double hex_length(Hex x)
{
  double largest = 0.0;

  for (int f = 0; f < 6; f++) {
    double d1[3], d2[3], n[3];

    minus(x[hex_face[f][2]], x[hex_face[f][0]], d1);
    minus(x[hex_face[f][3]], x[hex_face[f][1]], d2);
    cross(d1, d2, n);
    largest = fmax(largest, 0.5 * sqrt(dot(n, n)));
  }
  return hex_volume(x) / largest;
}

double hex_shortest_edge(Hex x)
{
  double least = INFINITY;

  for (int a = 0; a < 8; a++) {
    for (int k = 0; k < 3; k++) {
      double e[3];

      minus(x[hex_next[a][k]], x[a], e);
      least = fmin(least, dot(e, e));
    }
  }
  return sqrt(least);
}

double quad_area(Quad x, double area[3])
{
  double d1[3], d2[3];

  minus(x[2], x[0], d1);
  minus(x[3], x[1], d2);
  cross(d1, d2, area);
  for (int d = 0; d < 3; d++) area[d] *= 0.5;
  return sqrt(dot(area, area));
}

double quad_flux(Quad x)
{
  double flux = 0.0;

  for (int q = 0; q < 4; q++) { /* x . (x_u x x_v) is of degree 2 in each coordinate */
    const double u = q & 1 ? gauss : -gauss, v = q & 2 ? gauss : -gauss;
    const double n[4]  = {(1 - u) * (1 - v), (1 + u) * (1 - v), (1 + u) * (1 + v), (1 - u) * (1 + v)};
    const double nu[4] = {-(1 - v), 1 - v, 1 + v, -(1 + v)}, nv[4] = {-(1 - u), -(1 + u), 1 + u, 1 - u};
    double       p[3] = {0}, pu[3] = {0}, pv[3] = {0};

    for (int a = 0; a < 4; a++) {
      for (int d = 0; d < 3; d++) {
        p[d] += 0.25 * n[a] * x[a][d];
        pu[d] += 0.25 * nu[a] * x[a][d];
        pv[d] += 0.25 * nv[a] * x[a][d];
      }
    }
    flux += triple(p, pu, pv);
  }
  return flux / 3.0;
}
