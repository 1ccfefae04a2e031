/* test_fem_static_ranks.c - static equilibrium on several ranks: that of one rank to the tolerance of Newton. */
#include "solver/fem/fem_static.h"
#include "tests/verify/fem_world.h"

enum { N = 8 };

/* All pairs of near rows, one of them owned. */
static void refresh(FemWorld *w)
{
  const Grains g = w->g;
  PetscInt(*pair)[2], m = 0, rows, *row_of;
  PetscBool *keep;

  MUST(GrainsFindGhosts(g, 9.0));
  MUST(PetscMalloc2(g->n_ghost + 1, &keep, g->n_ghost + 1, &row_of));
  for (PetscInt k = 0; k < g->n_ghost; k++) keep[k] = PETSC_TRUE;
  MUST(GrainsKeepGhosts(g, keep, row_of));
  MUST(PetscFree2(keep, row_of));
  rows = g->n_owned + g->n_ghost;
  MUST(PetscMalloc1(rows * rows + 1, &pair));
  for (PetscInt j = 0; j < rows; j++)
    for (PetscInt i = 0; i < PetscMin(j, g->n_owned); i++) pair[m][0] = i, pair[m++][1] = j;
  MUST(FemRefresh(w->fem, m, (const PetscInt(*)[2])pair));
  MUST(PetscFree(pair));
}

/* Pressed explicitly, which has the same bits on any ranks: the die closes, then the punch alone comes down. */
static void press(FemWorld *w)
{
  const double grains = N * GRAIN_MESH_VOLUME * 3.25 * 3.25 * 3.25;
  double       part   = 0.0;

  for (int step = 0; part < 0.9; step++) {
    const double speed = part < 0.8 ? 100.0 : 20.0, way = speed * w->fem->dt;

    w->tools.v[TOOL_TOP] = -speed;
    w->tools.z[TOOL_TOP] -= way;
    if (part < 0.8) w->tools.die_radius -= 0.5 * way;
    if (step % 50 == 49) refresh(w);
    MUST(FemStep(w->fem, &w->tools));
    part = grains / (PETSC_PI * w->tools.die_radius * w->tools.die_radius * w->tools.z[TOOL_TOP]);
  }
  w->tools.v[TOOL_TOP] = 0.0;
  for (int step = 0; step < 200; step++) MUST(FemStep(w->fem, &w->tools));
  refresh(w);
}

/* Eight grains pressed, then brought to rest. */
static void run(MPI_Comm comm, const char element[], FemStaticStatus *s, double place[N][3])
{
  const GrainShape shape = {.form = GRAIN_SPHERE};
  PetscInt         n, *row;
  PetscMPIInt      rank, size;
  FemStaticConfig  cfg = fem_static_defaults;
  FemStatic        st;
  FemWorld         w = {0};

  MPI_Comm_rank(comm, &rank);
  MPI_Comm_size(comm, &size);
  assert_int_equal(GrainMeshMake(&shape, 3, 1, &w.mesh), MESH_OK);
  fem_world_begin(&w, 0);
  MUST(GrainsDestroy(&w.g));
  MUST(GrainsCreate(comm, (N - rank + size - 1) / size, &w.g));
  w.cfg.mu = 0.3, w.cfg.dashpot = 0.5;
  w.tools = (Tools){
      .die_radius = 9.45, .die_top = 1e6, .z = {0.0, 0.0, 13.13},
              .mu = {0.1, 0.1, 0.1  }
  };
  for (int id = rank, k = 0; id < N; id += size, k++) {
    const double x[3] = {6.565 * (id % 2 - 0.5), 6.565 * (id / 2 % 2 - 0.5), 6.565 * (id / 4 + 0.5)}, v[3] = {0};
    fem_world_grain(&w, k, id, 3.25, 0.5, x, v);
  }
  MUST(FemCreate(w.g, &w.cfg, &w.fem));
  n = w.g->n_owned;
  MUST(PetscMalloc1(n + 1, &row));
  for (PetscInt k = 0; k < n; k++) row[k] = k;
  MUST(FemMesh(w.fem, n, row));
  MUST(PetscFree(row));
  refresh(&w);
  press(&w);
  cfg.element = element;
  MUST(FemStaticCreate(w.fem, &cfg, &st));
  MUST(FemStaticSolve(st, &w.tools, (double[TOOL_N]){0.0, 0.0, w.tools.z[TOOL_TOP]}, s));
  MUST(FemStaticDestroy(&st));
  memset(place, 0, N * sizeof *place);
  for (PetscInt i = 0; i < w.g->n_owned; i++) memcpy(place[w.g->id[i]], &w.g->rec[i][REC_X], 3 * sizeof(double));
  MPI_Allreduce(MPI_IN_PLACE, place, 3 * N, MPI_DOUBLE, MPI_SUM, comm);
  fem_world_end(&w);
}

/* On one rank and on many: MUMPS, two levels, and F-bar. */
static void same_on_any_ranks(void **state)
{
  static const char *const element[] = {"one_point", "one_point", "fbar"};

  (void)state;
  for (int k = 0; k < 3; k++) {
    FemStaticStatus alone, together;
    double          place[N][3], other[N][3];

    run(PETSC_COMM_SELF, element[k], &alone, place);
    assert_true(alone.force[TOOL_TOP][2] > 1.0);
    if (k == 1) MUST(PetscOptionsSetValue(NULL, "-static_pc_two_level", "yes"));
    run(PETSC_COMM_WORLD, element[k], &together, other);
    MUST(PetscOptionsClearValue(NULL, "-static_pc_two_level"));
    MUST(PetscPrintf(PETSC_COMM_WORLD, "%s, %s: punch %.6f nN, alone %.6f nN; %d Newton, %d Krylov\n", element[k],
                     k == 1 ? "two levels" : "direct", together.force[TOOL_TOP][2], alone.force[TOOL_TOP][2],
                     together.newton, together.krylov));
    assert_int_equal(together.two_level, k == 1);
    /* Newton leaves 1e-6 of the contact forces, friction has a memory of how it came there */
    assert_true(fabs(together.force[TOOL_TOP][2] / alone.force[TOOL_TOP][2] - 1.0) < 1e-4);
    for (int i = 0; i < N; i++)
      for (int c = 0; c < 3; c++) assert_true(fabs(other[i][c] - place[i][c]) < 1e-4);
  }
}

int main(int argc, char **argv)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(same_on_any_ranks)};
  int                     failed;

  if (PetscInitialize(&argc, &argv, NULL, NULL)) return 1;
  failed = cmocka_run_group_tests(tests, NULL, NULL);
  return PetscFinalize() ? 1 : failed;
}
