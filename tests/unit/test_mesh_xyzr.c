/* Readers of packings and sizes: text and legacy VTK of all kinds, ranges, and one message for each way to be wrong. */
#include "mesh/xyzr.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char path[64];
static char why[512];

static void put(const void *bytes, size_t n)
{
  FILE *f = fopen(path, "wb");

  assert_non_null(f);
  assert_int_equal(fwrite(bytes, 1, n, f), n);
  fclose(f);
}

static void put_text(const char *text) { put(text, strlen(text)); }

/* The file must be refused with `status`, and the message must hold `words`. */
static void refused(MeshStatus status, const char *words)
{
  Spheres s;

  assert_int_equal(SpheresRead(path, 0, -1, &s, why, sizeof why), status);
  assert_null(s.sphere);
  if (!strstr(why, words)) print_message("message '%s' does not say '%s'\n", why, words);
  assert_non_null(strstr(why, words));
}

static void accepted(int64_t first, int64_t last, Spheres *s)
{
  const MeshStatus status = SpheresRead(path, first, last, s, why, sizeof why);

  if (status) print_message("%s\n", why);
  assert_int_equal(status, MESH_OK);
}

static const char *const three = "# grains 3\n# x y z r\n1 2 3 4\n\n-1.5,0,2e1, 0.5 # small\r\n\t7 8 9 1e-3";

static void test_text(void **unused)
{
  Spheres s;

  put_text(three);
  accepted(0, -1, &s);
  assert_int_equal(s.n, 3);
  assert_int_equal(s.n_file, 3);
  assert_true(s.sphere[0][0] == 1 && s.sphere[0][3] == 4);
  assert_true(s.sphere[1][0] == -1.5 && s.sphere[1][2] == 20 && s.sphere[1][3] == 0.5);
  assert_true(s.sphere[2][3] == 1e-3);
  spheres_free(&s);
  put_text("# unit A\n10 20 30 40\n");
  accepted(0, -1, &s);
  assert_true(s.sphere[0][0] == 1 && s.sphere[0][3] == 4);
  spheres_free(&s);
}

static void test_ranges(void **unused)
{
  Spheres s;

  put_text(three);
  accepted(1, 3, &s);
  assert_int_equal(s.n, 2);
  assert_true(s.sphere[0][3] == 0.5 && s.sphere[1][3] == 1e-3);
  spheres_free(&s);
  accepted(1, 2, &s);
  assert_int_equal(s.n, 1);
  spheres_free(&s);
  accepted(2, 2, &s); /* a rank without grains */
  assert_int_equal(s.n, 0);
  spheres_free(&s);
  assert_int_equal(SpheresRead(path, 0, 4, &s, why, sizeof why), MESH_ERR_CONTENT);
  assert_non_null(strstr(why, "ends after 3 grains, 4 are needed"));
}

static void test_text_refusals(void **unused)
{
  char here[160];

  put_text("1 2 3 4\n1 2 3\n");
  snprintf(here, sizeof here, "%s:2: 3 columns where 4 are needed: x y z r", path);
  refused(MESH_ERR_CONTENT, here);
  put_text("1 2 3 4 5\n");
  refused(MESH_ERR_CONTENT, ":1: 5 columns");
  put_text("1 2 3 4\n5 6 ");
  refused(MESH_ERR_CONTENT, "is the file cut?");
  put_text("1 2 nan 4\n");
  refused(MESH_ERR_CONTENT, "column 3 is NaN");
  put_text("1 2 3 1e999\n");
  refused(MESH_ERR_CONTENT, "column 4 is infinite");
  put_text("1 2 3 -4\n");
  refused(MESH_ERR_CONTENT, "radius is -4, must be positive");
  put_text("1 2 3 0\n");
  refused(MESH_ERR_CONTENT, "radius is 0");
  put_text("x y z r\n1 2 3 4\n");
  refused(MESH_ERR_CONTENT, ":1: 'x' is not a number");
  put_text("1 2 3 4nm\n");
  refused(MESH_ERR_CONTENT, "'4nm' is not a number");
  put_text("# grains 3\n1 2 3 4\n1 2 3 4\n");
  refused(MESH_ERR_CONTENT, "ends after 2 grains, its header says 3");
  put_text("# unit inch\n1 2 3 4\n");
  refused(MESH_ERR_CONTENT, "unit 'inch' is not one of");
  put_text("1 2 3 4\n# unit um\n1 2 3 4\n");
  refused(MESH_ERR_CONTENT, "before the first grain");
  put_text("");
  refused(MESH_ERR_CONTENT, "no grains");
  put_text("# nothing\n");
  refused(MESH_ERR_CONTENT, "no grains");
  put("1 2 3 4\n1 2\0 3 4\n", 18);
  refused(MESH_ERR_CONTENT, "not a text file");
  unlink(path);
  refused(MESH_ERR_OPEN, "No such file");
}

static void test_diameters(void **unused)
{
  double *d;
  int64_t n;

  put_text("# unit um\n0.005\n0.006 # two\n\n0.0065\n");
  assert_int_equal(DiametersRead(path, &d, &n, why, sizeof why), MESH_OK);
  assert_int_equal(n, 3);
  assert_true(fabs(d[2] - 6.5) < 1e-12);
  free(d);
  put_text("5\n6 7\n");
  assert_int_equal(DiametersRead(path, &d, &n, why, sizeof why), MESH_ERR_CONTENT);
  assert_non_null(strstr(why, ":2: 2 columns where 1 is needed: a diameter"));
  assert_null(d);
  put_text("5\n-6\n");
  assert_int_equal(DiametersRead(path, &d, &n, why, sizeof why), MESH_ERR_CONTENT);
  assert_non_null(strstr(why, "diameter is -6"));
}

static const char *const vtk_ascii = "# vtk DataFile Version 3.0\ntwo grains\nASCII\nDATASET POLYDATA\n"
                                     "FIELD FieldData 1\nTIME 1 1 double\n0.25\n"
                                     "POINTS 2 float\n1 2 3 4\n5 6\nVERTICES 2 4\n1 0\n1 1\nCELL_DATA 2\n"
                                     "SCALARS radius float\nLOOKUP_TABLE default\n9 9\n"
                                     "POINT_DATA 2\nSCALARS id int 1\nLOOKUP_TABLE default\n7 8\n"
                                     "VECTORS v double\n0 0 0 1 1 1\nFIELD FieldData 2\nq 2 2 int\n1 2 3 4\n"
                                     "diameter 1 2 double\n0.5 3\n";

static void test_vtk_ascii(void **unused)
{
  Spheres s;
  char    text[2048], *p;

  put_text(vtk_ascii);
  accepted(0, -1, &s);
  assert_int_equal(s.n, 2);
  assert_true(s.sphere[0][0] == 1 && s.sphere[0][2] == 3 && s.sphere[1][0] == 4 && s.sphere[1][2] == 6);
  assert_true(s.sphere[0][3] == 0.25 && s.sphere[1][3] == 1.5);
  spheres_free(&s);
  accepted(1, 2, &s);
  assert_int_equal(s.n, 1);
  assert_int_equal(s.n_file, 2);
  assert_true(s.sphere[0][0] == 4 && s.sphere[0][3] == 1.5);
  spheres_free(&s);
  snprintf(text, sizeof text, "%sSCALARS radius float\n2 3\n", vtk_ascii); /* a radius goes before a diameter */
  put_text(text);
  accepted(0, -1, &s);
  assert_true(s.sphere[0][3] == 2 && s.sphere[1][3] == 3);
  spheres_free(&s);
  snprintf(text, sizeof text, "%s", vtk_ascii);
  p    = strstr(text, "diameter 1"); /* the array gets a name nobody knows */
  p[0] = 'x';
  put_text(text);
  refused(MESH_ERR_CONTENT, "no point array named radius or diameter (found: id, v, q, xiameter)");
}

/* A binary file of the given version; returns its length. */
static size_t binary_vtk(char *out, double version, const float radius[2])
{
  const float p[6] = {1, 2, 3, 4, 5, 6};
  char       *o    = out;
  uint32_t    b;

#define PUT_WORD(bits)                                                                                                 \
  for (int k = 3; k >= 0; k--) *o++ = (char)((bits) >> 8 * k)
  o += sprintf(o, "# vtk DataFile Version %.1f\n\nBINARY\nDATASET POLYDATA\nPOINTS 2 float\n", version);
  for (int i = 0; i < 6; i++) {
    memcpy(&b, &p[i], 4);
    PUT_WORD(b);
  }
  if (version < 5) {
    o += sprintf(o, "\nVERTICES 2 4\n");
    for (uint32_t i = 0; i < 4; i++) PUT_WORD(i % 2 ? i / 2 : 1u);
  } else {
    o += sprintf(o, "\nMETADATA\nINFORMATION 0\n\nVERTICES 3 2\nOFFSETS vtktypeint64\n");
    for (int i = 0; i < 24; i++) *o++ = '\n'; /* bytes that look like text must not matter */
    o += sprintf(o, "\nCONNECTIVITY vtktypeint64\n");
    for (int i = 0; i < 16; i++) *o++ = '\n';
  }
  o += sprintf(o, "\nPOINT_DATA 2\nFIELD FieldData 2\nid 1 2 vtkIdType\n");
  for (uint32_t i = 0; i < 2; i++) PUT_WORD(i + 0x0a0a0a0au);
  o += sprintf(o, "\nMETADATA\nINFORMATION 0\n\nradius_nm 1 2 float\n");
  for (int i = 0; i < 2; i++) {
    memcpy(&b, &radius[i], 4);
    PUT_WORD(b);
  }
  *o++ = '\n';
#undef PUT_WORD
  return (size_t)(o - out);
}

static void test_vtk_binary(void **unused)
{
  char        bytes[1024];
  Spheres     s;
  const float good[2] = {0.5f, 1.5f}, bad[2] = {0.5f, -1.5f}, nan_radius[2] = {0.5f, NAN};

  for (double version = 4.2; version < 6.0; version += 0.9) {
    const size_t n = binary_vtk(bytes, version, good);

    put(bytes, n);
    accepted(0, -1, &s);
    assert_int_equal(s.n, 2);
    assert_true(s.sphere[0][0] == 1 && s.sphere[1][2] == 6 && s.sphere[0][3] == 0.5 && s.sphere[1][3] == 1.5);
    spheres_free(&s);
    for (size_t cut = 30; cut + 1 < n; cut++) { /* cut anywhere: always refused, never a crash */
      put(bytes, cut);
      assert_int_equal(SpheresRead(path, 0, -1, &s, why, sizeof why), MESH_ERR_CONTENT);
    }
    put(bytes, n - 3);
    refused(MESH_ERR_CONTENT, "radius_nm: the file ends after 1 of 2 values");
  }
  put(bytes, binary_vtk(bytes, 4.2, bad));
  refused(MESH_ERR_CONTENT, "grain 2 has radius -1.5");
  put(bytes, binary_vtk(bytes, 4.2, nan_radius));
  refused(MESH_ERR_CONTENT, "grain 2 has a value that is not finite");
}

static void test_vtk_refusals(void **unused)
{
  put_text("# vtk DataFile Version 3.0\nt\nXML\n");
  refused(MESH_ERR_CONTENT, "neither ASCII nor BINARY");
  put_text("# vtk DataFile Version 3.0\nt\nASCII\nDATASET STRUCTURED_POINTS\n");
  refused(MESH_ERR_CONTENT, "POLYDATA or UNSTRUCTURED_GRID is needed");
  put_text("# vtk DataFile Version 3.0\nt\nASCII\nDATASET POLYDATA\nPOINTS 2 float\n1 2 3 4 5\n");
  refused(MESH_ERR_CONTENT, "POINTS: the file ends after 5 of 6 values");
  put_text("# vtk DataFile Version 3.0\nt\nASCII\nDATASET POLYDATA\nPOINTS 2 float\n1 2 3 4 5 six\n");
  refused(MESH_ERR_CONTENT, ":6: POINTS: 'six' is not a number");
  put_text("# vtk DataFile Version 3.0\nt\nASCII\nDATASET POLYDATA\nPOINTS 1 quad\n1 2 3\n");
  refused(MESH_ERR_CONTENT, "data type 'quad'");
  put_text("# vtk DataFile Version 3.0\nt\nASCII\nDATASET POLYDATA\nPOINTS 1 float\n1 2 3\nPOINT_DATA 2\n");
  refused(MESH_ERR_CONTENT, "POINT_DATA 2 for 1 points");
  put_text("# vtk DataFile Version 3.0\nt\nASCII\nDATASET POLYDATA\nPOINTS 1 float\n1 2 3\nWHAT 2\n");
  refused(MESH_ERR_CONTENT, "'WHAT 2' is not understood");
  put_text("# vtk DataFile Version 3.0\nt\nASCII\nDATASET POLYDATA\n");
  refused(MESH_ERR_CONTENT, "no POINTS section");
  put_text("# vtk DataFile Version 3.0\nt\nASCII\nDATASET POLYDATA\nPOINTS -3 float\n");
  refused(MESH_ERR_CONTENT, "POINTS n type is needed");
  put_text("# vtk DataFile Version 3.0\nt\nASCII\nDATASET POLYDATA\nVERTICES 1 9223372036854775807\n");
  refused(MESH_ERR_CONTENT, "impossible size");
}

static void test_in_die(void **unused)
{
  double sphere[3][4] = {
      {0, 0, 1,   1},
      {0, 0, 2.9, 1},
      {3, 0, 1,   1}
  };
  Spheres s = {3, 3, sphere};

  assert_int_equal(SpheresInDie(&s, 4.0, 0.0, 3.9, 0.1 + 1e-9, why, sizeof why), MESH_OK);
  assert_int_equal(SpheresInDie(&s, 4.0, 0.0, 3.9, 0.05, why, sizeof why), MESH_ERR_CONTENT);
  assert_non_null(strstr(why, "grains 1 and 2 overlap by 0.1 of the smaller radius, 0.05 is allowed"));
  assert_int_equal(SpheresInDie(&s, 3.5, 0.0, 3.9, 0.2, why, sizeof why), MESH_ERR_CONTENT);
  assert_non_null(strstr(why, "grain 3 at (3, 0, 1) nm, radius 1 nm, is 0.5 nm outside the die"));
  assert_int_equal(SpheresInDie(&s, 4.0, 0.0, 3.0, 0.2, why, sizeof why), MESH_ERR_CONTENT);
  assert_non_null(strstr(why, "grain 2"));
  s.n = 0;
  assert_int_equal(SpheresInDie(&s, 4.0, 0.0, 3.0, 0.0, why, sizeof why), MESH_OK);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_text),         cmocka_unit_test(test_ranges),    cmocka_unit_test(test_text_refusals),
      cmocka_unit_test(test_diameters),    cmocka_unit_test(test_vtk_ascii), cmocka_unit_test(test_vtk_binary),
      cmocka_unit_test(test_vtk_refusals), cmocka_unit_test(test_in_die),
  };
  int failed;

  snprintf(path, sizeof path, "/tmp/nanomint_xyzr_%ld", (long)getpid());
  failed = cmocka_run_group_tests(tests, NULL, NULL);
  unlink(path);
  return failed;
}
