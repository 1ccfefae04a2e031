/* Meshes of Gmsh: both versions give back what was written; every way to be wrong is refused by its name and place. */
#include "mesh/grain_mesh_gmsh.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char path[64];
static char why[512];

/* What is written: hexahedra of a unit lattice, as boxes may be left out; node i has the number 3 i + 5. */
typedef struct {
  int n;        /* nodes along an edge */
  int count;    /* hexahedra; the hexahedron k has the number 100 + k */
  int hex[512]; /* lattice index of its lowest node */
} Blocks;

static int node_tag(int i) { return 3 * i + 5; }

static Blocks block(int cells)
{
  Blocks b = {.n = cells + 1};

  for (int k = 0; k < cells * cells * cells; k++)
    b.hex[b.count++] = (k / (cells * cells) * b.n + k / cells % cells) * b.n + k % cells;
  return b;
}

static void leave_out(Blocks *b, int k)
{
  memmove(b->hex + k, b->hex + k + 1, (size_t)(--b->count - k) * sizeof b->hex[0]);
}

static void put_hex(FILE *f, const Blocks *b, int k)
{
  for (int a = 0; a < 8; a++) {
    const int *s = hex_corner[a];
    const int  i = b->hex[k] + (s[0] > 0) + b->n * ((s[1] > 0) + b->n * (s[2] > 0));

    fprintf(f, " %d", node_tag(i));
  }
  fprintf(f, "\n");
}

/* Lattice points in nm far from the origin, x a little longer at the top so that the elements are no bricks. */
static void put_point(FILE *f, const Blocks *b, int i)
{
  const double z = i / (b->n * b->n), x = i % b->n;

  fprintf(f, "%.17g %.17g %.17g\n", 700.0 + x * (1.0 + 0.1 * z), -30.0 + (double)(i / b->n % b->n), z);
}

static void write_msh2(const Blocks *b)
{
  const int n = b->n * b->n * b->n;
  FILE     *f = fopen(path, "wb");

  fprintf(f, "$MeshFormat\n2.2 0 8\n$EndMeshFormat\n$PhysicalNames\n1\n3 1 \"grain\"\n$EndPhysicalNames\n");
  fprintf(f, "$Nodes\n%d\n", n + 1);
  for (int i = 0; i < n; i++) {
    fprintf(f, "%d ", node_tag(i));
    put_point(f, b, i);
  }
  fprintf(f, "1 1e6 0 0\n$EndNodes\n$Elements\n%d\n", b->count + 2); /* a node of no element */
  fprintf(f, "1 15 2 0 1 5\n2 3 2 0 1 5 8 11 14\n");
  for (int k = 0; k < b->count; k++) {
    fprintf(f, "%d 5 2 0 1", 100 + k);
    put_hex(f, b, k);
  }
  fprintf(f, "$EndElements\n");
  fclose(f);
}

static void write_msh4(const Blocks *b)
{
  const int n = b->n * b->n * b->n, half = n / 2;
  FILE     *f = fopen(path, "wb");

  fprintf(f, "$MeshFormat\r\n4.1 0 8\n$EndMeshFormat\n$Entities\n0 0 0 0\n$EndEntities\n");
  fprintf(f, "$Nodes\n3 %d 1 %d\n", n, node_tag(n - 1));
  for (int part = 0; part < 2; part++) {
    const int from = part ? half : 0, to = part ? n : half;

    fprintf(f, "%d 1 0 %d\n", 2 + part, to - from);
    for (int i = from; i < to; i++) fprintf(f, "%d\n", node_tag(i));
    for (int i = from; i < to; i++) put_point(f, b, i);
  }
  fprintf(f, "3 2 0 0\n$EndNodes\n$Elements\n2 %d 1 1000\n2 1 3 1\n1 5 8 11 14\n3 1 5 %d\n", b->count + 1, b->count);
  for (int k = 0; k < b->count; k++) {
    fprintf(f, "%d", 100 + k);
    put_hex(f, b, k);
  }
  fprintf(f, "$EndElements\n");
  fclose(f);
}

static GrainMesh accepted(void)
{
  GrainMesh        mesh;
  const MeshStatus status = GrainMeshRead(path, &mesh, why, sizeof why);

  if (status) print_message("%s\n", why);
  assert_int_equal(status, MESH_OK);
  return mesh;
}

static void refused(MeshStatus status, const char *words)
{
  GrainMesh mesh;

  assert_int_equal(GrainMeshRead(path, &mesh, why, sizeof why), status);
  assert_null(mesh.x);
  assert_null(mesh.hex);
  assert_null(mesh.face);
  if (!strstr(why, words)) print_message("message '%s' does not say '%s'\n", why, words);
  assert_non_null(strstr(why, words));
}

static char *slurp(void)
{
  FILE *f    = fopen(path, "rb");
  char *text = calloc(1, 1 << 17);

  assert_true(fread(text, 1, (1 << 17) - 1, f) > 0);
  fclose(f);
  return text;
}

/* The file with the first `old` replaced must be refused. */
static void refused_with(const char *old, const char *now, const char *words)
{
  char *text = slurp(), *at = strstr(text, old);
  FILE *f = fopen(path, "wb");

  assert_non_null(at);
  fwrite(text, 1, (size_t)(at - text), f);
  fputs(now, f);
  fputs(at + strlen(old), f);
  fclose(f);
  refused(MESH_ERR_CONTENT, words);
  f = fopen(path, "wb");
  fputs(text, f);
  fclose(f);
  free(text);
}

static void check_mesh(const GrainMesh *mesh, int cells)
{
  double flux = 0.0, sum[3] = {0};

  assert_int_equal(mesh->n_elem, cells * cells * cells);
  assert_int_equal(mesh->n_face, 6 * cells * cells);
  assert_int_equal(mesh->n_node, (cells + 1) * (cells + 1) * (cells + 1)); /* the node of no element is gone */
  assert_int_equal(mesh->n_surf, 6 * cells * cells + 2);
  assert_int_equal(grain_mesh_check(mesh), -1);
  assert_int_equal(grain_mesh_euler(mesh), 2);
  assert_true(fabs(mesh->volume - GRAIN_MESH_VOLUME) <= 1e-12);
  for (int e = 0; e < mesh->n_elem; e++) {
    Hex    x;
    double moment[3];

    grain_mesh_hex(mesh, e, x);
    hex_first_moment(x, moment);
    for (int d = 0; d < 3; d++) sum[d] += moment[d];
  }
  for (int d = 0; d < 3; d++) assert_true(fabs(sum[d]) <= 1e-12);
  for (int f = 0; f < mesh->n_face; f++) {
    Quad x;

    grain_mesh_quad(mesh, f, x);
    flux += quad_flux(x);
    for (int a = 0; a < 4; a++) assert_in_range(mesh->face[f][a], 0, mesh->n_surf - 1);
  }
  assert_true(fabs(flux - GRAIN_MESH_VOLUME) <= 1e-12);
}

static void test_both_versions(void **unused)
{
  for (int cells = 3; cells <= 5; cells++) {
    const Blocks b = block(cells);
    GrainMesh    two, four;

    write_msh2(&b);
    two = accepted();
    check_mesh(&two, cells);
    write_msh4(&b);
    four = accepted();
    check_mesh(&four, cells);
    assert_memory_equal(two.x, four.x, (size_t)two.n_node * sizeof *two.x);
    assert_memory_equal(two.hex, four.hex, (size_t)two.n_elem * sizeof *two.hex);
    assert_memory_equal(two.face, four.face, (size_t)two.n_face * sizeof *two.face);
    grain_mesh_free(&two);
    grain_mesh_free(&four);
  }
}

/* A generated grain, written and read: the same nodes and elements, for its surface nodes came first already. */
static void test_round_trip(void **unused)
{
  const GrainShape rod = {GRAIN_ROD, 0.0, 2.0};
  GrainMesh        made, read;
  FILE            *f = fopen(path, "wb");

  assert_int_equal(GrainMeshMake(&rod, 4, 2, &made), MESH_OK);
  fprintf(f, "$MeshFormat\n2.2 0 8\n$EndMeshFormat\n$Nodes\n%d\n", made.n_node);
  for (int i = 0; i < made.n_node; i++)
    fprintf(f, "%d %.17g %.17g %.17g\n", i, 5 + 40 * made.x[i][0], 40 * made.x[i][1], 40 * made.x[i][2]);
  fprintf(f, "$EndNodes\n$Elements\n%d\n", made.n_elem);
  for (int e = 0; e < made.n_elem; e++) {
    fprintf(f, "%d 5 0", e);
    for (int a = 0; a < 8; a++) fprintf(f, " %d", made.hex[e][a]);
    fprintf(f, "\n");
  }
  fprintf(f, "$EndElements\n");
  fclose(f);
  read = accepted();
  assert_int_equal(read.n_node, made.n_node);
  assert_int_equal(read.n_surf, made.n_surf);
  assert_int_equal(read.n_face, made.n_face);
  assert_memory_equal(read.hex, made.hex, (size_t)made.n_elem * sizeof *made.hex);
  for (int i = 0; i < made.n_node; i++)
    for (int d = 0; d < 3; d++) assert_true(fabs(read.x[i][d] - made.x[i][d]) < 1e-13); /* moved and scaled back */
  grain_mesh_free(&made);
  grain_mesh_free(&read);
}

static void test_refused_format(void **unused)
{
  const Blocks b = block(3);

  write_msh2(&b);
  refused_with("$MeshFormat", "solid grain", "not a MSH file");
  refused_with("$MeshFormat", "solid grain", ":1: ");
  refused_with("2.2 0 8", "2.2 1 8", ":2: binary");
  refused_with("2.2 0 8", "4.0 0 8", "MSH version 4");
  refused_with("2.2 0 8", "two", "'two' is not a version");
  refused_with("$EndMeshFormat", "$Nodes", ":3: '$Nodes' where $EndMeshFormat");
  refused_with("$EndNodes", "1", "where $EndNodes is needed");
  refused_with("$EndElements\n", "", "cut?");
  refused_with("$Elements", "$Other", "cut?");
  refused_with("$Nodes\n65", "$Nodes\nx", "'x' where a whole number is needed: the number of nodes");
  refused_with("$Nodes\n65", "$Nodes\n-1", "-1 nodes");
  refused_with("$PhysicalNames", "stray", ":4: 'stray' stands outside any section");
  write_msh4(&b);
  refused_with("3 1 0 32", "3 1 0 33", "a block of 33 nodes, but 32 of 64 are left");
  refused_with("3 2 0 0", "3 2 0 1", "a block of 1 nodes");
  strcpy(path + strlen(path), "x");
  refused(MESH_ERR_OPEN, "No such file");
  path[strlen(path) - 1] = '\0';
}

/* Cut anywhere before the last word is complete, the file is refused. */
static void test_cut(void **unused)
{
  const Blocks b = block(3);

  for (int version = 0; version < 2; version++) {
    char *text;

    if (version) write_msh4(&b);
    else write_msh2(&b);
    text = slurp();
    for (size_t n = 1; n < strlen(text) - 1; n += 13) {
      FILE *f = fopen(path, "wb");

      fwrite(text, 1, n, f);
      fclose(f);
      refused(MESH_ERR_CONTENT, path);
    }
    free(text);
  }
}

static void test_refused_numbers(void **unused)
{
  const Blocks b = block(3);

  write_msh2(&b);
  refused_with("5 700 -30 0", "5 nan -30 0", ":10: coordinate x is NaN");
  refused_with("5 700 -30 0", "5 700 inf 0", ":10: coordinate y is infinite");
  refused_with("5 700 -30 0", "5 700 -30", "'' is not a coordinate");
  refused_with("5 700 -30 0", "5 7oo -30 0", "is not a coordinate");
  refused_with("\n8 701", "\n5 701", "two nodes have the number 5");
  refused_with("100 5 2 0 1 5 ", "100 5 2 0 1 6 ", "hexahedron 100 has node 6, which is not in the file");
  refused_with("100 5 2 0 1 5 ", "100 5 2 0 1 ", "the eight nodes of a hexahedron");
}

static void test_refused_elements(void **unused)
{
  Blocks b = block(3);

  write_msh2(&b);
  refused_with("100 5 2 0 1 5 ", "100 4 2 0 1 5 ", "element 100 is a 4-node tetrahedron; only 8-node hexahedra");
  refused_with("100 5 2 0 1 5 8 ", "100 5 2 0 1 8 5 ", ":80: hexahedron 100 is inverted or flat");
  refused_with("104 5 2 0 1 20 23 ", "104 5 2 0 1 20 20 ", "hexahedron 104 is inverted or flat");
  leave_out(&b, 0);
  write_msh2(&b);
  refused(MESH_ERR_CONTENT, "26 hexahedra, at least 27");
  b.count = 0;
  write_msh4(&b);
  refused(MESH_ERR_CONTENT, "no hexahedra");
}

static void test_refused_shapes(void **unused)
{
  Blocks b = block(4);

  for (int k = 31; k >= 16; k--) leave_out(&b, k); /* the second layer: two bodies */
  write_msh4(&b);
  refused(MESH_ERR_CONTENT, "2 bodies");

  b = block(4);
  leave_out(&b, 21); /* inside */
  write_msh4(&b);
  refused(MESH_ERR_CONTENT, "Euler characteristic 4");

  b = block(4);
  for (int k = 53; k >= 5; k -= 16) leave_out(&b, k); /* a tunnel: a torus */
  write_msh4(&b);
  refused(MESH_ERR_CONTENT, "Euler characteristic 0");

  b = block(4);
  leave_out(&b, 10); /* two pits in the bottom that meet in an edge */
  leave_out(&b, 5);
  write_msh4(&b);
  refused(MESH_ERR_CONTENT, "not watertight");

  b                = block(3);
  b.hex[b.count++] = b.hex[13]; /* the middle one twice: its faces have three */
  write_msh4(&b);
  refused(MESH_ERR_CONTENT, "shares a face with two others");
}

static int setup(void **unused)
{
  snprintf(path, sizeof path, "/tmp/nanomint_gmsh_%ld.msh", (long)getpid());
  return 0;
}

static int teardown(void **unused) { return unlink(path); }

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_both_versions),
      cmocka_unit_test(test_round_trip),
      cmocka_unit_test(test_refused_format),
      cmocka_unit_test(test_refused_numbers),
      cmocka_unit_test(test_refused_elements),
      cmocka_unit_test(test_refused_shapes),
      cmocka_unit_test(test_cut),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
