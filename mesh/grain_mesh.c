#include "mesh/grain_mesh.h"
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

/*
  The shape in its own units: the points within `ball` of the box [-core, core].  A point of the surface belongs to a
  point t of the unit cube's surface.  Along each axis t is an arc length, equally spaced: straight over the core, then
  over an eighth of a circle.  On a sphere that is the equiangular cubed sphere (Ronchi et al. 1996 J. Comput. Phys.
  124).
*/
typedef struct {
  double core[3], ball;
  double least;    /* smallest half extent */
  int    cells[3]; /* elements of the inner block along x, y, z */
  int    layers;
} Grid;

#define QUARTER_PI 0.78539816339744830962

/*
  Chosen by search for the largest smallest hex_length, which is the time step, over n = 4 to 12, m = 1 to 5: with inner
  elements as wide as layers are thick, size = n / (n + 2 m), the limit is at the edges of the inner block; in a sphere,
  whose surface comes nearer to them, a smaller block is better.  README.md tells what was measured.
*/
static const double inner_rounding  = 0.4;
static const double layers_per_cell = 0.375; /* the layers under a facet are as thick as it is wide */

static double inner_size(const Grid *g)
{
  const double round = g->ball / g->least, n = g->cells[0];

  return (1.0 - 0.2 * round * round) * n / (n + 2.0 * g->layers);
}

static int shape_valid(const GrainShape *shape)
{
  if (shape->form == GRAIN_CUBE) return shape->rounding > 0.0 && shape->rounding <= 1.0;
  if (shape->form == GRAIN_ROD) return shape->aspect >= 1.0 && shape->aspect <= 20.0;
  return shape->form == GRAIN_SPHERE;
}

static Grid make_grid(const GrainShape *shape, int n, int m)
{
  Grid g = {
      .ball = 1.0, .cells = {n, n, n},
           .layers = m
  };

  if (shape->form == GRAIN_CUBE) {
    g.ball = shape->rounding;
    for (int d = 0; d < 3; d++) g.core[d] = 1.0 - shape->rounding;
  } else if (shape->form == GRAIN_ROD) {
    g.core[2]  = shape->aspect - 1.0;
    g.cells[2] = (int)lround(n * (1.0 + g.core[2] / QUARTER_PI)); /* as long as a facet is wide */
  }
  g.least = g.ball + fmin(g.core[0], g.core[2]);
  return g;
}

/* Steiner's formula for a box swept by a ball */
static double shape_volume(const Grid *g)
{
  const double *b = g->core, r = g->ball;

  return 8.0 * b[0] * b[1] * b[2] + 8.0 * r * (b[0] * b[1] + b[1] * b[2] + b[2] * b[0]) +
         8.0 * QUARTER_PI * r * r * (b[0] + b[1] + b[2]) + GRAIN_MESH_VOLUME * r * r * r;
}

void grain_shape_half(const GrainShape *shape, double half[3])
{
  const Grid   g    = make_grid(shape, 2, 1);
  const double size = cbrt(shape_volume(&g) / GRAIN_MESH_VOLUME);

  for (int d = 0; d < 3; d++) half[d] = (g.core[d] + g.ball) / size;
}

/* Splits t in [-1, 1] into a point of the core, as a share of it, and a turn around its end in [-1, 1]. */
static void split(const Grid *g, const double t[3], double share[3], double turn[3])
{
  for (int d = 0; d < 3; d++) {
    const double b = g->core[d], arc = g->ball * QUARTER_PI, s = t[d] * (b + arc), c = fmax(-b, fmin(b, s));

    share[d] = b > 0.0 ? c / b : 0.0;
    turn[d]  = (s - c) / arc;
  }
}

/* max |t| = 1 */
static void surface_point(const Grid *g, const double t[3], double x[3])
{
  double share[3], p[3], length = 0.0;

  split(g, t, share, p);
  for (int d = 0; d < 3; d++) p[d] = tan(QUARTER_PI * p[d]);
  length = sqrt(p[0] * p[0] + p[1] * p[1] + p[2] * p[2]);
  for (int d = 0; d < 3; d++) x[d] = g->core[d] * share[d] + g->ball * p[d] / length;
}

/*
  The inner block: the same shape made smaller, between a box (rounding 0) and what a cube becomes when its surface is
  pressed to a sphere (rounding 1).  All its sides are (1 - size) of the smallest half extent below the surface.
*/
static void inner_point(const Grid *g, const double t[3], double x[3])
{
  const double size = inner_size(g), rounding = inner_rounding;
  double       share[3], u[3];

  split(g, t, share, u);
  for (int d = 0; d < 3; d++) {
    const double v = u[(d + 1) % 3] * u[(d + 1) % 3], w = u[(d + 2) % 3] * u[(d + 2) % 3];
    const double press = sqrt(1.0 - 0.5 * (v + w) + v * w / 3.0);
    const double core  = g->core[d] + (1.0 - size) * (g->ball - g->least);

    x[d] = core * share[d] + size * g->ball * u[d] * (1.0 - rounding + rounding * press);
  }
}

/* --------------------------------------------------------------------------------------------------------- numbering
 */

static int lattice_index(const int c[3], int i, int j, int k) { return (k * (c[1] + 1) + j) * (c[0] + 1) + i; }

static int count_inside(const int c[3]) { return (c[0] - 1) * (c[1] - 1) * (c[2] - 1); }

static int count_lattice(const int c[3]) { return (c[0] + 1) * (c[1] + 1) * (c[2] + 1); }

static int count_sides(const int c[3]) { return 2 * (c[0] * c[1] + c[1] * c[2] + c[2] * c[0]); }

void grain_mesh_count(const GrainShape *shape, int n, int m, int *n_node, int *n_elem, int *n_surf)
{
  const Grid g    = make_grid(shape, n, m);
  const int *c    = g.cells;
  const int  surf = count_lattice(c) - count_inside(c);

  if (n_surf) *n_surf = surf;
  if (n_node) *n_node = count_lattice(c) + m * surf;
  if (n_elem) *n_elem = c[0] * c[1] * c[2] + m * count_sides(c);
}

/* Numbers the inner block's points: its surface from 0 (as every layer above it), then its inside from 0. */
static void number_lattice(const int c[3], int id[])
{
  int surf = 0, inside = 0;

  for (int k = 0; k <= c[2]; k++) {
    for (int j = 0; j <= c[1]; j++) {
      for (int i = 0; i <= c[0]; i++) {
        const int out = i == 0 || i == c[0] || j == 0 || j == c[1] || k == 0 || k == c[2];

        id[lattice_index(c, i, j, k)] = out ? surf++ : -1 - inside++;
      }
    }
  }
}

/* The node of a numbered point in a layer: 0 is the inner block, `layers` the surface, whose nodes come first. */
static int node_of(const GrainMesh *mesh, int layers, int id, int layer)
{
  return id >= 0 ? (layers - layer) * mesh->n_surf + id : (layers + 1) * mesh->n_surf - 1 - id;
}

/* ----------------------------------------------------------------------------------------------------------- filling
 */

static void place_nodes(const Grid *g, const int id[], GrainMesh *mesh)
{
  const int *c = g->cells;

  for (int k = 0; k <= c[2]; k++) {
    for (int j = 0; j <= c[1]; j++) {
      for (int i = 0; i <= c[0]; i++) {
        const int    here = id[lattice_index(c, i, j, k)];
        const double t[3] = {2.0 * i / c[0] - 1.0, 2.0 * j / c[1] - 1.0, 2.0 * k / c[2] - 1.0};
        double       in[3], out[3] = {0};

        inner_point(g, t, in);
        if (here >= 0) surface_point(g, t, out);
        for (int layer = 0; layer <= (here >= 0 ? g->layers : 0); layer++) {
          const double s = (double)layer / g->layers;
          double      *x = mesh->x[node_of(mesh, g->layers, here, layer)];

          for (int d = 0; d < 3; d++) x[d] = layer ? (1.0 - s) * in[d] + s * out[d] : in[d];
        }
      }
    }
  }
}

static void fill_block(const Grid *g, const int id[], GrainMesh *mesh)
{
  const int *c = g->cells;
  int        e = 0;

  for (int k = 0; k < c[2]; k++) {
    for (int j = 0; j < c[1]; j++) {
      for (int i = 0; i < c[0]; i++, e++) {
        for (int a = 0; a < 8; a++) {
          const int *s = hex_corner[a];
          const int  p = lattice_index(c, i + (s[0] > 0), j + (s[1] > 0), k + (s[2] > 0));

          mesh->hex[e][a] = node_of(mesh, g->layers, id[p], 0);
        }
      }
    }
  }
}

/* Over quad number q of the block's surface: a column of elements, and its facet at the end. */
static void fill_column(const Grid *g, const int quad[4], int q, GrainMesh *mesh)
{
  const int n_block = g->cells[0] * g->cells[1] * g->cells[2];

  for (int layer = 0; layer < g->layers; layer++) {
    int *hex = mesh->hex[n_block + q * g->layers + layer];

    for (int a = 0; a < 4; a++) {
      hex[a]     = node_of(mesh, g->layers, quad[a], layer);
      hex[a + 4] = node_of(mesh, g->layers, quad[a], layer + 1);
    }
  }
  for (int a = 0; a < 4; a++) mesh->face[q][a] = node_of(mesh, g->layers, quad[a], g->layers);
}

static void fill_sides(const Grid *g, const int id[], GrainMesh *mesh)
{
  const int *c = g->cells;
  int        q = 0;

  for (int d = 0; d < 3; d++) {
    const int u = (d + 1) % 3, v = (d + 2) % 3;

    for (int end = 0; end < 2; end++) {
      for (int i = 0; i < c[u]; i++) {
        for (int j = 0; j < c[v]; j++, q++) {
          static const int around[4][2] = {
              {0, 0},
              {1, 0},
              {1, 1},
              {0, 1}
          };
          int quad[4];

          for (int a = 0; a < 4; a++) {
            const int *s = around[end ? a : 3 - a]; /* outward at both ends */
            int        p[3];

            p[d]    = end ? c[d] : 0;
            p[u]    = i + s[0];
            p[v]    = j + s[1];
            quad[a] = id[lattice_index(c, p[0], p[1], p[2])];
          }
          fill_column(g, quad, q, mesh);
        }
      }
    }
  }
}

MeshStatus GrainMeshMake(const GrainShape *shape, int n, int m, GrainMesh *mesh)
{
  Grid       g;
  int       *id;
  MeshStatus status = MESH_ERR_MEMORY;

  *mesh = (GrainMesh){0};
  if (n < 2 || n > 128 || m < 1 || m > 128 || !shape_valid(shape)) return MESH_ERR_RANGE;
  g = make_grid(shape, n, m);
  grain_mesh_count(shape, n, m, &mesh->n_node, &mesh->n_elem, &mesh->n_surf);
  mesh->n_face = count_sides(g.cells);
  id           = malloc((size_t)count_lattice(g.cells) * sizeof *id);
  mesh->x      = malloc((size_t)mesh->n_node * sizeof *mesh->x);
  mesh->hex    = malloc((size_t)mesh->n_elem * sizeof *mesh->hex);
  mesh->face   = malloc((size_t)mesh->n_face * sizeof *mesh->face);
  if (id && mesh->x && mesh->hex && mesh->face) {
    number_lattice(g.cells, id);
    place_nodes(&g, id, mesh);
    fill_block(&g, id, mesh);
    fill_sides(&g, id, mesh);
    status = GrainMeshCentre(mesh);
  }
  free(id);
  if (status) grain_mesh_free(mesh);
  return status;
}

/* ------------------------------------------------------------------------------------------------------- how fine */

static int layers_for(int n)
{
  const int m = (int)lround(layers_per_cell * n);

  return m > 1 ? m : 1;
}

/* The n whose count comes nearest, as a ratio, to `wished`; counts rise with n. */
static void nearest(const GrainShape *shape, int wished, int nodes, int *n, int *m)
{
  double best = INFINITY;

  for (int k = 2; k <= 128; k++) {
    int    n_node, n_elem;
    double off;

    grain_mesh_count(shape, k, layers_for(k), &n_node, &n_elem, NULL);
    off = fabs(log((double)(nodes ? n_node : n_elem) / (wished > 1 ? wished : 1)));
    if (off >= best) break;
    best = off;
    *n   = k;
    *m   = layers_for(k);
  }
}

void grain_mesh_for_elements(const GrainShape *shape, int n_elem, int *n, int *m) { nearest(shape, n_elem, 0, n, m); }

void grain_mesh_for_nodes(const GrainShape *shape, int n_node, int *n, int *m) { nearest(shape, n_node, 1, n, m); }
