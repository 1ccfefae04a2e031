/* Meshes of grains: exact volume, sound elements, closed surfaces, quality, second order, lists of neighbours. */
#include "mesh/grain_mesh.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void assert_near(double value, double expected, double tolerance)
{
  if (!(fabs(value - expected) <= tolerance))
    print_message("%.15g, expected %.15g +- %g\n", value, expected, tolerance);
  assert_true(fabs(value - expected) <= tolerance);
}

static const GrainShape shapes[] = {
    {GRAIN_SPHERE, 0.0,   0.0         },
    {GRAIN_CUBE,   0.125, 0.0         }, /* 0.5 nm on 8 nm */
    {GRAIN_CUBE,   0.286, 0.0         }, /* 1 nm on 7 nm */
    {GRAIN_CUBE,   0.6,   0.0         },
    {GRAIN_ROD,    0.0,   1.3         },
    {GRAIN_ROD,    0.0,   111.0 / 40.0},
    {GRAIN_ROD,    0.0,   5.0         }
};

static const int sizes[][2] = {
    {2,  1},
    {2,  3},
    {3,  1},
    {3,  2},
    {4,  2},
    {5,  2},
    {7,  3},
    {8,  1},
    {8,  3},
    {8,  8},
    {16, 6}
};

#define COUNT(array) ((int)(sizeof(array) / sizeof *(array)))

static GrainMesh made(const GrainShape *shape, int n, int m)
{
  GrainMesh mesh;

  assert_int_equal(GrainMeshMake(shape, n, m, &mesh), MESH_OK);
  return mesh;
}

/* Integrals of 1, x and x x over the mesh; three Gauss points per direction integrate x x det, of degree 4, exactly. */
static double integrate(const GrainMesh *mesh, double first[3], double second[3][3])
{
  static const double point[3]  = {-0.77459666924148337704, 0.0, 0.77459666924148337704};
  static const double weight[3] = {5.0 / 9.0, 8.0 / 9.0, 5.0 / 9.0};
  long double         volume = 0.0L, sum[12] = {0}; /* equal elements round alike: 1e5 errors of one sign */

  for (int e = 0; e < mesh->n_elem; e++) {
    double part[13] = {0};
    Hex    x;

    grain_mesh_hex(mesh, e, x);
    for (int q = 0; q < 27; q++) {
      const double xi[3] = {point[q % 3], point[q / 3 % 3], point[q / 9]};
      const double w     = weight[q % 3] * weight[q / 3 % 3] * weight[q / 9] * hex_jacobian(x, xi);
      double       p[3]  = {0};

      for (int a = 0; a < 8; a++) {
        const int   *s = hex_corner[a];
        const double n = 0.125 * (1 + s[0] * xi[0]) * (1 + s[1] * xi[1]) * (1 + s[2] * xi[2]);

        for (int d = 0; d < 3; d++) p[d] += n * x[a][d];
      }
      part[12] += w;
      for (int i = 0; i < 3; i++) {
        part[9 + i] += w * p[i];
        for (int j = 0; j < 3; j++) part[3 * i + j] += w * p[i] * p[j];
      }
    }
    volume += part[12];
    for (int i = 0; i < 12; i++) sum[i] += part[i];
  }
  for (int i = 0; i < 9; i++) second[i / 3][i % 3] = (double)sum[i];
  for (int i = 0; i < 3; i++) first[i] = (double)sum[9 + i];
  return (double)volume;
}

/* Everything that must hold however coarse and whatever the shape. */
static void check_all(const GrainShape *shape, int n, int m)
{
  GrainMesh mesh = made(shape, n, m);
  double    first[3], second[3][3], flux = 0.0;
  int       n_node, n_elem, n_surf;

  grain_mesh_count(shape, n, m, &n_node, &n_elem, &n_surf);
  assert_int_equal(mesh.n_node, n_node);
  assert_int_equal(mesh.n_elem, n_elem);
  assert_int_equal(mesh.n_surf, n_surf);
  assert_int_equal(grain_mesh_check(&mesh), -1);
  assert_int_equal(grain_mesh_euler(&mesh), 2);
  assert_near(mesh.volume, GRAIN_MESH_VOLUME, 1e-12);
  assert_near(integrate(&mesh, first, second), GRAIN_MESH_VOLUME, 1e-12);
  for (int d = 0; d < 3; d++) assert_near(first[d], 0.0, 1e-12);
  assert_near(second[0][1], 0.0, 1e-12); /* three mirror planes */
  assert_near(second[1][2], 0.0, 1e-12);
  assert_near(second[2][0], 0.0, 1e-12);
  assert_near(second[0][0], second[1][1], 1e-12);
  if (shape->form != GRAIN_ROD) assert_near(second[0][0], second[2][2], 1e-12);
  for (int f = 0; f < mesh.n_face; f++) {
    Quad   x;
    double area[3];

    grain_mesh_quad(&mesh, f, x);
    quad_area(x, area);
    assert_true(area[0] * x[0][0] + area[1] * x[0][1] + area[2] * x[0][2] > 0.0); /* all shapes are convex */
    for (int a = 0; a < 4; a++) assert_in_range(mesh.face[f][a], 0, mesh.n_surf - 1);
    flux += quad_flux(x);
  }
  assert_near(flux, mesh.volume, 1e-12);
  grain_mesh_free(&mesh);
}

static void test_all_shapes(void **unused)
{
  for (int s = 0; s < COUNT(shapes); s++)
    for (int k = 0; k < COUNT(sizes); k++) check_all(&shapes[s], sizes[k][0], sizes[k][1]);
}

static void test_counts(void **unused)
{
  int n_node, n_elem, n_surf, n, m;

  grain_mesh_count(&shapes[0], 4, 2, &n_node, &n_elem, &n_surf);
  assert_int_equal(n_elem, 64 + 6 * 16 * 2);
  assert_int_equal(n_surf, 6 * 16 + 2);
  assert_int_equal(n_node, 125 + 2 * 98);
  grain_mesh_count(&shapes[0], 16, 6, NULL, &n_elem, NULL);
  assert_int_equal(n_elem, 13312);
  for (int s = 0; s < COUNT(shapes); s++) {
    for (int wished = 500; wished < 40000; wished *= 3) {
      grain_mesh_for_elements(&shapes[s], wished, &n, &m);
      grain_mesh_count(&shapes[s], n, m, NULL, &n_elem, NULL);
      assert_true(n_elem > wished / 2 && n_elem < wished * 2); /* (5/4)^3 from n to n + 1 */
      grain_mesh_for_nodes(&shapes[s], wished, &n, &m);
      grain_mesh_count(&shapes[s], n, m, &n_node, NULL, NULL);
      assert_true(n_node > wished / 2 && n_node < wished * 2);
    }
  }
  grain_mesh_for_elements(&shapes[0], 1, &n, &m); /* the coarsest there is */
  assert_int_equal(n, 2);
  assert_int_equal(m, 1);
}

/* Steiner's volumes are checked through the extents of shapes of known volume. */
static void test_extents(void **unused)
{
  double     half[3];
  GrainShape cube = {GRAIN_CUBE, 1e-9, 0.0}, ball = {GRAIN_CUBE, 1.0, 0.0}, rod = {GRAIN_ROD, 0.0, 2.0};

  grain_shape_half(&cube, half);
  assert_near(2.0 * half[0], cbrt(GRAIN_MESH_VOLUME), 1e-8); /* edges cut by 1e-9 */
  grain_shape_half(&ball, half);
  assert_near(half[0], 1.0, 1e-14);
  grain_shape_half(&rod, half); /* 2 pi r^2 r + 4/3 pi r^3 = 4/3 pi */
  assert_near(half[0], cbrt(0.4), 1e-14);
  assert_near(half[2], 2.0 * cbrt(0.4), 1e-14);
}

/* The faceted extent goes to the true one as h^2: twice as fine, a quarter of the error. */
static void test_second_order(void **unused)
{
  for (int s = 0; s < COUNT(shapes); s++) {
    double half[3], error[2], z = 0.0;

    if (s == 1 || s == 2) continue; /* the coarse mesh does not resolve these roundings */
    grain_shape_half(&shapes[s], half);
    for (int k = 0; k < 2; k++) {
      GrainMesh mesh = made(&shapes[s], k ? 32 : 16, 2);

      z = 0.0;
      for (int i = 0; i < mesh.n_surf; i++) z = fmax(z, mesh.x[i][2]);
      error[k] = z / half[2] - 1.0;
      grain_mesh_free(&mesh);
    }
    assert_true(error[1] > 0.0 && error[1] < 2e-3);
    /* The next term is smaller by h^2 = (pi / 32)^2.  In a cube the end of the rounding falls inside facets of an edge,
       whose place in the facet changes with n: that moves the volume by another O(h^3), h = 1/8 of the edge. */
    assert_near(error[0] / error[1], 4.0, shapes[s].form == GRAIN_CUBE ? 0.25 : 0.04);
  }
}

static void test_sphere(void **unused)
{
  GrainMesh mesh = made(&shapes[0], 8, 3);
  double    r[2] = {2.0, 0.0}, first[3], second[3][3];

  for (int i = 0; i < mesh.n_surf; i++) {
    const double *x = mesh.x[i], s = sqrt(x[0] * x[0] + x[1] * x[1] + x[2] * x[2]);

    r[0] = fmin(r[0], s);
    r[1] = fmax(r[1], s);
  }
  assert_near(r[1] - r[0], 0.0, 1e-14);
  integrate(&mesh, first, second);
  assert_near(second[0][0] / (GRAIN_MESH_VOLUME / 5.0), 1.0, 0.01); /* of a ball, to O(h^2) = (pi / 16)^2 / 4 */
  grain_mesh_free(&mesh);
}

/*
  What the shape of the inner block was chosen for, less 3 %.  At the corner of a sharp cube an element has two edges
  along the cube's and one along its diagonal, hence 1 / sqrt(3) = 0.577; any rounding makes it better.
*/
static void test_quality(void **unused)
{
  static const struct {
    int    shape, n, m;
    double scaled_jacobian, volume_ratio, facet_ratio, length;
  } row[] = {
      {0, 4,  2, 0.66,  5.8, 1.23, 0.155 },
      {0, 8,  3, 0.68,  6.6, 1.32, 0.088 },
      {0, 16, 6, 0.68,  7.8, 1.38, 0.0417},
      {1, 8,  3, 0.577, 3,   1.19, 0.092 },
      {2, 8,  3, 0.62,  3.5, 1.37, 0.0944},
      {5, 8,  3, 0.68,  7.3, 1.35, 0.0569},
  };

  for (int k = 0; k < COUNT(row); k++) {
    GrainMesh        mesh = made(&shapes[row[k].shape], row[k].n, row[k].m);
    GrainMeshQuality q    = grain_mesh_quality(&mesh);
    Hex              x;

    if (!(q.scaled_jacobian >= row[k].scaled_jacobian && q.volume_ratio <= row[k].volume_ratio &&
          q.facet_ratio <= row[k].facet_ratio && q.length >= row[k].length))
      print_message("row %d: scaled Jacobian %.3f, volumes %.2f, facets %.2f, length %.4f\n", k, q.scaled_jacobian,
                    q.volume_ratio, q.facet_ratio, q.length);
    assert_true(q.scaled_jacobian >= row[k].scaled_jacobian);
    assert_true(q.volume_ratio <= row[k].volume_ratio);
    assert_true(q.facet_ratio <= row[k].facet_ratio);
    assert_true(q.length >= row[k].length);
    assert_true(q.edge >= q.length * 0.99); /* the length is an element's least height, nearly; an edge is longer */
    grain_mesh_hex(&mesh, q.elem, x);
    assert_near(hex_scaled_jacobian(x), q.scaled_jacobian, 0.0);
    grain_mesh_free(&mesh);
  }
}

/* A brick, a sheared one, one whose top is turned: closed forms. */
/* B_a V is the derivative of the volume by the place of node a: differences of 1e-5 leave 1e-10 and rounding 1e-11. */
static void mean_gradients_are_those_of_the_volume(Hex x)
{
  double       B[8][3];
  const double volume = hex_mean_gradients(x, B), h = 1e-5;

  assert_near(volume, hex_volume(x), 1e-14);
  for (int a = 0; a < 8; a++)
    for (int d = 0; d < 3; d++) {
      const double at = x[a][d];
      double       slope;

      x[a][d] = at + h, slope = hex_volume(x);
      x[a][d] = at - h, slope -= hex_volume(x);
      x[a][d] = at;
      assert_near(B[a][d] * volume, slope / (2.0 * h), 1e-9);
    }
}

static void test_hex(void **unused)
{
  Hex    brick, x;
  double c[3];

  for (int a = 0; a < 8; a++)
    for (int d = 0; d < 3; d++) brick[a][d] = 1.0 + (d + 1) * (hex_corner[a][d] > 0); /* 1 x 2 x 3 from (1, 1, 1) */
  assert_near(hex_centroid(brick, c), 6.0, 1e-14);
  assert_near(c[0], 1.5, 1e-14);
  assert_near(c[1], 2.0, 1e-14);
  assert_near(c[2], 2.5, 1e-14);
  assert_near(hex_length(brick), 1.0, 1e-14);
  assert_near(hex_shortest_edge(brick), 1.0, 0.0);
  assert_near(hex_scaled_jacobian(brick), 1.0, 1e-14);
  assert_near(hex_smallest_jacobian(brick), 6.0 / 8.0, 1e-14);
  memcpy(x, brick, sizeof x);
  for (int a = 4; a < 8; a++) x[a][0] += 3.0; /* 45 degrees */
  assert_near(hex_volume(x), 6.0, 1e-14);
  assert_near(hex_scaled_jacobian(x), sqrt(0.5), 1e-14);
  memcpy(x, brick, sizeof x);
  for (int a = 4; a < 8; a++) { /* a pyramid's stump, top half as large: A h (1 + 1/2 + 1/4) / 3, centroid 11/28 h */
    x[a][0] = 1.5 + 0.5 * (brick[a][0] - 1.5);
    x[a][1] = 2.0 + 0.5 * (brick[a][1] - 2.0);
  }
  assert_near(hex_centroid(x, c), 3.5, 1e-14);
  assert_near(c[2], 1.0 + 3.0 * 11.0 / 28.0, 1e-14);
  mean_gradients_are_those_of_the_volume(x);
  for (int d = 0; d < 3; d++) x[6][d] = x[0][d] - 0.1; /* through the opposite corner */
  assert_true(hex_smallest_jacobian(x) < 0.0);
  assert_true(hex_scaled_jacobian(x) < 0.0);
  x[6][1] = NAN;
  assert_false(hex_smallest_jacobian(x) > 0.0);
}

static void test_check(void **unused)
{
  GrainMesh mesh = made(&shapes[0], 4, 2);
  int       node = mesh.hex[70][6], first = mesh.n_elem;
  double    kept[3];

  for (int e = mesh.n_elem - 1; e >= 0; e--)
    for (int a = 0; a < 8; a++)
      if (mesh.hex[e][a] == node) first = e;
  memcpy(kept, mesh.x[node], sizeof kept);
  mesh.x[node][0] = NAN;
  assert_int_equal(grain_mesh_check(&mesh), first);
  memcpy(mesh.x[node], kept, sizeof kept);
  assert_int_equal(grain_mesh_check(&mesh), -1);
  for (int a = 0; a < 4; a++) { /* upside down */
    const int low = mesh.hex[33][a];

    mesh.hex[33][a]     = mesh.hex[33][a + 4];
    mesh.hex[33][a + 4] = low;
  }
  assert_int_equal(grain_mesh_check(&mesh), 33);
  grain_mesh_free(&mesh);
}

static void test_incidence(void **unused)
{
  GrainMesh      mesh = made(&shapes[5], 4, 2);
  GrainIncidence in;

  assert_int_equal(GrainIncidenceBuild(&mesh, &in), MESH_OK);
  assert_int_equal(in.first[0], 0);
  assert_int_equal(in.first[mesh.n_node], 8 * mesh.n_elem);
  for (int i = 0; i < mesh.n_node; i++) {
    assert_true(in.first[i + 1] > in.first[i]);
    for (int k = in.first[i]; k < in.first[i + 1]; k++) {
      assert_int_equal(mesh.hex[in.elem[k]][in.corner[k]], i); /* with the total: all, and each once */
      if (k > in.first[i]) assert_true(in.elem[k] > in.elem[k - 1]);
    }
  }
  grain_incidence_free(&in);
  grain_mesh_free(&mesh);
}

static void test_facets(void **unused)
{
  GrainMesh mesh = made(&shapes[1], 5, 2);
  int(*next)[4];

  assert_int_equal(GrainFacetsBuild(&mesh, &next), MESH_OK);
  for (int f = 0; f < mesh.n_face; f++) {
    for (int k = 0; k < 4; k++) {
      const int g = next[f][k], a = mesh.face[f][k], b = mesh.face[f][(k + 1) % 4];
      int       shared = 0;

      for (int l = 0; l < 4; l++) shared += mesh.face[g][l] == b && mesh.face[g][(l + 1) % 4] == a && next[g][l] == f;
      assert_int_equal(shared, 1);
    }
  }
  free(next);
  mesh.n_face--; /* a hole */
  assert_int_equal(GrainFacetsBuild(&mesh, &next), MESH_ERR_CONTENT);
  assert_null(next);
  grain_mesh_free(&mesh);
}

/* Finding the surface of a mesh that has one gives the same one. */
static void test_surface(void **unused)
{
  GrainMesh mesh = made(&shapes[0], 4, 2), kept = made(&shapes[0], 4, 2);
  int       elem, n_body;
  double    flux = 0.0;

  assert_int_equal(GrainMeshSurface(&mesh, &elem), MESH_OK);
  assert_int_equal(mesh.n_face, kept.n_face);
  assert_int_equal(mesh.n_surf, kept.n_surf);
  assert_memory_equal(mesh.x, kept.x, (size_t)kept.n_node * sizeof *kept.x); /* surface nodes were first */
  assert_memory_equal(mesh.hex, kept.hex, (size_t)kept.n_elem * sizeof *kept.hex);
  for (int f = 0; f < mesh.n_face; f++) {
    Quad x;

    grain_mesh_quad(&mesh, f, x);
    flux += quad_flux(x);
  }
  assert_near(flux, mesh.volume, 1e-12);
  assert_int_equal(GrainMeshBodies(&mesh, &n_body), MESH_OK);
  assert_int_equal(n_body, 1);
  memcpy(mesh.hex[1], mesh.hex[0], sizeof mesh.hex[0]); /* the same element twice: three at its faces */
  assert_int_equal(GrainMeshSurface(&mesh, &elem), MESH_ERR_CONTENT);
  grain_mesh_free(&mesh);
  grain_mesh_free(&kept);
}

static void test_refusals(void **unused)
{
  static const GrainShape bad[] = {
      {GRAIN_CUBE,   0.0, 0.0 },
      {GRAIN_CUBE,   1.1, 0.0 },
      {GRAIN_CUBE,   NAN, 0.0 },
      {GRAIN_ROD,    0.0, 0.9 },
      {GRAIN_ROD,    0.0, 21.0},
      {GRAIN_ROD,    0.0, NAN },
      {(GrainForm)7, 0.5, 1.0 }
  };
  GrainMesh mesh;

  for (int k = 0; k < COUNT(bad); k++) {
    assert_int_equal(GrainMeshMake(&bad[k], 4, 2, &mesh), MESH_ERR_RANGE);
    assert_null(mesh.x);
  }
  assert_int_equal(GrainMeshMake(&shapes[0], 1, 2, &mesh), MESH_ERR_RANGE);
  assert_int_equal(GrainMeshMake(&shapes[0], 4, 0, &mesh), MESH_ERR_RANGE);
  assert_int_equal(GrainMeshMake(&shapes[0], 129, 2, &mesh), MESH_ERR_RANGE);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_all_shapes),   cmocka_unit_test(test_counts),  cmocka_unit_test(test_extents),
      cmocka_unit_test(test_second_order), cmocka_unit_test(test_sphere),  cmocka_unit_test(test_quality),
      cmocka_unit_test(test_hex),          cmocka_unit_test(test_check),   cmocka_unit_test(test_incidence),
      cmocka_unit_test(test_facets),       cmocka_unit_test(test_surface), cmocka_unit_test(test_refusals),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
