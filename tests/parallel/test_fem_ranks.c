/*
  test_fem_ranks.c - meshed grains that touch across ranks: the same bits, bodies and samples, as all of them on one
  rank.
*/
#include "tests/verify/fem_world.h"

enum { N = 12, STEPS = 50 };

/* FNV-1a over bytes; sums of it over bodies do not know an order. */
static uint64_t hash(uint64_t h, const void *data, size_t bytes)
{
  for (size_t k = 0; k < bytes; k++) h = (h ^ ((const unsigned char *)data)[k]) * 0x100000001b3u;
  return h;
}

typedef struct {
  uint64_t bodies, first, second; /* samples as the owners of their first and second grain have them */
  int64_t  samples, held;
} Print;

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

static void run(MPI_Comm comm, Print *print)
{
  const GrainShape     shape = {.form = GRAIN_SPHERE};
  const ContactSample *s;
  PetscInt             n, *row;
  PetscMPIInt          rank, size;
  FemWorld             w = {0};
  double              *body;

  MPI_Comm_rank(comm, &rank);
  MPI_Comm_size(comm, &size);
  assert_int_equal(GrainMeshMake(&shape, 3, 2, &w.mesh), MESH_OK);
  fem_world_begin(&w, 0);
  MUST(GrainsDestroy(&w.g));
  MUST(GrainsCreate(comm, (N - rank + size - 1) / size, &w.g));
  w.cfg.W = 1.0, w.cfg.strength = 3.0, w.cfg.mu = 0.3, w.cfg.dashpot = 0.5;
  w.tools.z[TOOL_BOTTOM] = -3.2, w.tools.mu[TOOL_BOTTOM] = 0.2, w.tools.W[TOOL_BOTTOM] = 1.0;
  for (int id = rank, k = 0; id < N; id += size, k++) {
    const int    i = id % 2, j = id / 2 % 2, l = id / 4;
    const double x[3] = {6.2 * i, 6.2 * j + 0.5 * i, 6.2 * l + 0.3 * j};
    const double v[3] = {20.0 * (1 - 2 * i), 30.0 * (1 - 2 * j), 25.0 * (1 - l)};
    fem_world_grain(&w, k, id, 3.25, 0.5, x, v);
  }
  MUST(FemCreate(w.g, &w.cfg, &w.fem));
  n = w.g->n_owned;
  MUST(PetscMalloc1(n + 1, &row));
  for (PetscInt k = 0; k < n; k++) row[k] = k;
  MUST(FemMesh(w.fem, n, row));
  MUST(PetscFree(row));
  refresh(&w);
  for (int k = 0; k < STEPS; k++) {
    if (k == STEPS - 1) fem_sample_next(w.fem);
    MUST(FemStep(w.fem, &w.tools));
  }
  *print = (Print){0};
  body   = malloc(fem_width(w.fem) * sizeof *body);
  for (PetscInt b = 0; b < w.fem->n_body; b++) {
    fem_body_pass(w.fem, b, body, BODY_OUT);
    print->bodies += hash((uint64_t)w.fem->id[b] + 1, body, fem_width(w.fem) * sizeof *body);
    for (int k = 0; k < w.fem->n_surf * SLOTS; k++)
      print->held += w.fem->slot[b * w.fem->n_surf + k / SLOTS][k % SLOTS][SLOT_PARTNER] > 0.0;
  }
  free(body);
  fem_samples(w.fem, &n, &s);
  for (PetscInt k = 0; k < n; k++) {
    uint64_t h = hash(hash((uint64_t)s[k].id_i, &s[k].id_j, sizeof s[k].id_j), s[k].n, 9 * sizeof(double));
    h          = hash(h, &s[k].fn, 5 * sizeof(double)); /* fn, a, delta, kn, stored */
    if (s[k].i < w.g->n_owned) print->first += h, print->samples++;
    if (s[k].j < w.g->n_owned && s[k].j >= 0) print->second += h;
    if (k) assert_true(s[k - 1].id_i < s[k].id_i || (s[k - 1].id_i == s[k].id_i && s[k - 1].id_j < s[k].id_j));
    if (s[k].j < 0) print->second += s[k].i < w.g->n_owned ? h : 0;
  }
  MPI_Allreduce(MPI_IN_PLACE, &print->bodies, 3, MPI_UINT64_T, MPI_SUM, comm);
  MPI_Allreduce(MPI_IN_PLACE, &print->samples, 2, MPI_INT64_T, MPI_SUM, comm);
  fem_world_end(&w);
}

static void same_bits_on_any_ranks(void **state)
{
  Print alone, together;

  (void)state;
  run(PETSC_COMM_SELF, &alone);
  run(PETSC_COMM_WORLD, &together);
  assert_true(alone.samples > N && alone.held > 20); /* pairs and the bottom punch touch, with friction */
  assert_int_equal(together.samples, alone.samples);
  assert_int_equal(together.held, alone.held);
  assert_true(together.bodies == alone.bodies);
  assert_true(together.first == alone.first && together.second == alone.second && together.first == together.second);
}

int main(int argc, char **argv)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(same_bits_on_any_ranks)};
  int                     failed;

  if (PetscInitialize(&argc, &argv, NULL, NULL)) return 1;
  failed = cmocka_run_group_tests(tests, NULL, NULL);
  return PetscFinalize() ? 1 : failed;
}
