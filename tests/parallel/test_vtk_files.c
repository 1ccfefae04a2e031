/* test_vtk_files.c - a dataset spread over the ranks makes the same file as on one rank; failures reach every rank. */
#include "postproc/files.h"
#include "postproc/vtk_legacy.h"
#include "postproc/vtk_series.h"
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>
// cmocka wants four of the above
#include <cmocka.h>

enum { POINTS = 1000, LINES = 700 };
static char folder[] = "/tmp/nanomint_vtk_XXXXXX";
static int  rank, size;

/* Rank r has the rows [begin, end) of n; the middle ranks of four have very different shares. */
static void share(int64_t n, int alone, int64_t *begin, int64_t *end)
{
  const int r = alone ? 0 : rank, s = alone ? 1 : size;

  *begin = n * r * r / (s * s);
  *end   = n * (r + 1) * (r + 1) / (s * s);
}

static void path_of(const char name[], char path[256]) { snprintf(path, 256, "%s/%s", folder, name); }

/* Points, lines between them, arrays of each type: every number follows from its row in the whole file. */
static int write_sample(MPI_Comm comm, int alone, VtkShape shape, int wide, const char path[],
                        char message[VTK_MESSAGE_MAX])
{
  int64_t p0, p1, c0, c1;
  share(POINTS, alone, &p0, &p1);
  share(shape == VTK_VERTICES ? POINTS : LINES, alone, &c0, &c1);
  const int corners = shape == VTK_VERTICES ? 1 : shape == VTK_LINES ? 2 : 8;
  double   *points = malloc(sizeof(double) * 3 * POINTS), *stress = malloc(sizeof(double) * 9 * POINTS);
  int64_t  *id = malloc(sizeof(*id) * POINTS), *cells = malloc(sizeof(*cells) * 8 * POINTS);
  int32_t  *kind = malloc(sizeof(*kind) * POINTS);

  for (int64_t k = p0; k < p1; k++) {
    for (int c = 0; c < 3; c++) points[3 * (k - p0) + c] = 0.1 * (double)k + c;
    for (int c = 0; c < 9; c++) stress[9 * (k - p0) + c] = (double)(k * 9 + c) / 7;
    id[k - p0] = k * 5000000000;
  }
  for (int64_t k = c0; k < c1; k++) {
    kind[k - c0] = (int32_t)k - 50;
    for (int c = 0; c < corners; c++) cells[corners * (k - c0) + c] = (k * 13 + c) % POINTS;
  }
  const VtkArray of_points[] = {
      {"stress_GPa", VTK_FLOAT,  9, stress, 0 },
      {"id",         VTK_INT64,  1, id,     0 },
      {"x_nm",       VTK_DOUBLE, 1, points, 24}
  };
  const VtkArray of_cells[] = {
      {"kind", VTK_INT32, 1, kind, 0}
  };
  const VtkDataset data  = {.title          = "sample",
                            .time           = 1.5,
                            .step           = 30,
                            .n_points       = p1 - p0,
                            .points         = points,
                            .point_type     = VTK_FLOAT,
                            .shape          = shape,
                            .n_cells        = c1 - c0,
                            .corners        = corners,
                            .cells          = shape == VTK_VERTICES ? NULL : cells,
                            .n_point_arrays = 3,
                            .point_arrays   = of_points,
                            .n_cell_arrays  = 1,
                            .cell_arrays    = of_cells,
                            .wide           = wide};
  const int        error = VtkWrite(comm, path, &data, message);
  free(points);
  free(stress);
  free(id);
  free(cells);
  free(kind);
  return error;
}

static long length_of(const char path[])
{
  struct stat st;

  return stat(path, &st) ? -1 : (long)st.st_size;
}

static void assert_same_file(const char a[], const char b[])
{
  const long n = length_of(a);
  char      *x, *y;

  assert_int_equal(file_read(a, &x), 0);
  assert_int_equal(file_read(b, &y), 0);
  assert_non_null(x);
  assert_non_null(y);
  assert_true(n > 1000);
  assert_int_equal(length_of(b), n);
  assert_int_equal(memcmp(x, y, (size_t)n), 0);
  free(x);
  free(y);
}

static void same_file_on_any_number_of_ranks(void **state)
{
  static const VtkShape shapes[] = {VTK_VERTICES, VTK_LINES, VTK_HEXAHEDRA};
  char                  together[256], alone[256], message[VTK_MESSAGE_MAX];

  path_of("together.vtk", together);
  path_of("alone.vtk", alone);
  for (int k = 0; k < 6; k++) {
    assert_int_equal(write_sample(MPI_COMM_WORLD, 0, shapes[k % 3], k / 3, together, message), 0);
    if (rank == 0) {
      assert_int_equal(write_sample(MPI_COMM_SELF, 1, shapes[k % 3], k / 3, alone, message), 0);
      assert_same_file(together, alone);
    }
    MPI_Barrier(MPI_COMM_WORLD);
  }
}

static void begins_as_the_format_wants(void **state)
{
  static const char head[] =
      "# vtk DataFile Version 3.0\nsample\nBINARY\nDATASET POLYDATA\nFIELD FieldData 2\n"
      "TIME 1 1 double\n\x3f\xf8\0\0\0\0\0\0\nSTEP 1 1 vtktypeint64\n\0\0\0\0\0\0\0\x1e\nPOINTS 1000 float\n"
      "\0\0\0\0\x3f\x80\0\0\x40\0\0\0\x3d\xcc\xcc\xcd";
  char path[256], message[VTK_MESSAGE_MAX], *text;

  if (rank) return;
  path_of("head.vtk", path);
  assert_int_equal(write_sample(MPI_COMM_SELF, 1, VTK_LINES, 0, path, message), 0);
  assert_int_equal(file_read(path, &text), 0);
  assert_memory_equal(text, head, sizeof(head) - 1);
  free(text);
}

static void a_folder_that_is_not_there_is_told(void **state)
{
  char path[256], message[VTK_MESSAGE_MAX];

  path_of("nowhere/x.vtk", path);
  assert_int_equal(write_sample(MPI_COMM_WORLD, 0, VTK_VERTICES, 0, path, message), ENOENT);
  assert_non_null(strstr(message, "nowhere/x.vtk cannot be written: No such file"));
}

/* Needs the right to mount; else the test is left out. */
static void a_full_disk_is_told_and_leaves_nothing(void **state)
{
  char path[256], tmp[300], small[256], message[VTK_MESSAGE_MAX];
  int  mounted = 0;

  path_of("small", small);
  if (rank == 0) mounted = mkdir(small, 0700) == 0 && mount("none", small, "tmpfs", 0, "size=64k") == 0;
  MPI_Bcast(&mounted, 1, MPI_INT, 0, MPI_COMM_WORLD);
  if (!mounted) skip();
  path_of("small/x.vtk", path);
  const int error = write_sample(MPI_COMM_WORLD, 0, VTK_VERTICES, 0, path, message);
  snprintf(tmp, sizeof(tmp), "%s.tmp", path);
  const int left = access(path, F_OK) == 0 || access(tmp, F_OK) == 0;
  MPI_Barrier(MPI_COMM_WORLD);
  if (rank == 0) umount(small);
  assert_int_equal(error, ENOSPC);
  assert_non_null(strstr(message, "No space left"));
  assert_false(left);
}

static void series_goes_on_after_a_restart(void **state)
{
  VtkSeries s;
  char      path[256], *text;

  if (rank) return;
  assert_int_equal(vtk_series_open(&s, folder, "grains", -1), 0);
  for (int k = 1; k <= 3; k++) {
    vtk_frame_path(folder, "grains", 100 * k, path, sizeof(path));
    assert_int_equal(file_touch(path), 0);
    assert_int_equal(vtk_series_add(&s, 100 * k, 0.1 * k), 0);
  }
  vtk_series_close(&s);
  assert_int_equal(vtk_series_open(&s, folder, "grains", 200), 0);
  assert_int_equal(s.n, 2);
  assert_int_equal(access(path, F_OK), -1); /* frame 300 belongs to another future */
  assert_int_equal(vtk_series_add(&s, 200, 0.2), 0);
  assert_int_equal(vtk_series_add(&s, 250, 0.25), 0);
  vtk_series_close(&s);
  path_of("grains.vtk.series", path);
  assert_int_equal(file_read(path, &text), 0);
  assert_string_equal(text, "{\n  \"file-series-version\" : \"1.0\",\n  \"files\" : [\n"
                            "    { \"name\" : \"grains_000000100.vtk\", \"time\" : 0.1 },\n"
                            "    { \"name\" : \"grains_000000200.vtk\", \"time\" : 0.2 },\n"
                            "    { \"name\" : \"grains_000000250.vtk\", \"time\" : 0.25 }\n  ]\n}\n");
  free(text);
}

static void clean(void)
{
  char command[300];

  MPI_Barrier(MPI_COMM_WORLD);
  snprintf(command, sizeof(command), "rm -rf %s", folder);
  if (rank == 0 && system(command)) fprintf(stderr, "%s is left behind\n", folder);
}

int main(int argc, char **argv)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(same_file_on_any_number_of_ranks),   cmocka_unit_test(begins_as_the_format_wants),
      cmocka_unit_test(a_folder_that_is_not_there_is_told), cmocka_unit_test(a_full_disk_is_told_and_leaves_nothing),
      cmocka_unit_test(series_goes_on_after_a_restart),
  };
  int failed;

  MPI_Init(&argc, &argv);
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &size);
  if (rank == 0 && !mkdtemp(folder)) MPI_Abort(MPI_COMM_WORLD, 1);
  MPI_Bcast(folder, sizeof(folder), MPI_CHAR, 0, MPI_COMM_WORLD);
  failed = cmocka_run_group_tests(tests, NULL, NULL);
  clean();
  MPI_Finalize();
  return failed;
}
