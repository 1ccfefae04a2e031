/*
  test_grains.c - grains, ghosts and contact histories on any number of ranks.

  A packing starts scattered over the ranks in the worst way, grain id on rank id mod size, and is pressed; the same
  packing on every rank alone is the reference.
*/
#include "mesh/rng.h"
#include "solver/dem/dem.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
// cmocka wants the four above
#include <cmocka.h>

#define MUST(call) assert_int_equal(call, 0)

enum { SIDE = 7, GRAINS = SIDE * SIDE * SIDE, WORDS = REC_N + GRAINS_AUX, STATES = CONTACT_STATE_MAX };
static const double R_MEAN = 3.25, E = 79.0, NU = 0.42; /* nm, GPa, - */
static PetscMPIInt  rank, size;

/* A Dem on a communicator with what it borrows. */
typedef struct {
  double    p[32];
  DemConfig cfg;
  Grains    g;
  Tools     tools;
  Dem       dem;
} Press;

static double uniform(PetscInt64 id, int k) { return 2.0 * rng_uniform(3, RNG_FIRST_FREE, id, k) - 1.0; }

static void place(PetscInt64 id, double *r)
{
  const PetscInt64 c[3] = {id % SIDE, id / SIDE % SIDE, id / SIDE / SIDE};

  for (int k = 0; k < 3; k++) {
    r[REC_X + k]  = (1.96 * (double)(c[k] - SIDE / 2) + 0.05 * uniform(id, k)) * R_MEAN;
    r[REC_VX + k] = 20.0 * uniform(id, 3 + k);
  }
  r[REC_R] = r[REC_R0] = R_MEAN * (1.0 + 0.05 * uniform(id, 6));
  r[REC_YIELD] = 0.5, r[REC_PSI] = 1.0;
  r[REC_INV_M] = 1.0 / (1.93e-5 * 4.0 / 3.0 * PETSC_PI * r[REC_R] * r[REC_R] * r[REC_R]);
}

static void engine(Press *s)
{
  const double G = E / (2.0 * (1.0 + NU));

  s->cfg = (DemConfig){
      .model            = {.law         = contact_law_find("mdr"),
                           .p           = s->p,
                           .G_star      = G / (2.0 * (2.0 - NU)),
                           .G_star_tool = G / (2.0 - NU),
                           .kt_ratio    = 1.0,
                           .damping_t   = 1.0,
                           .rolling     = 1,
                           .twisting    = 1},
      .modulus          = E,
      .mu               = 0.3,
      .mu_roll          = 0.1,
      .mu_twist         = 0.1,
      .W                = 1.0,
      .dt               = 4e-4,
      .skin             = 0.3 * R_MEAN,
      .radius_max       = 1.05 * R_MEAN,
      .control_interval = 5
  };
  for (const ParamSpec *k = s->cfg.model.law->params; k->key; k++)
    *(double *)((char *)s->p + k->offset) = !strcmp(k->key, "E") ? E : !strcmp(k->key, "nu") ? NU : k->def;
  MUST(DemCreate(s->g, &s->cfg, &s->dem));
}

/* Every `stride`-th grain from `first` on this rank. */
static void begin(Press *s, MPI_Comm comm, int first, int stride)
{
  const int n = first < GRAINS ? (GRAINS - first - 1) / stride + 1 : 0;

  memset(s, 0, sizeof *s);
  MUST(GrainsCreate(comm, n, &s->g));
  for (int i = 0; i < n; i++) {
    s->g->id[i] = first + (PetscInt64)i * stride;
    place(s->g->id[i], s->g->rec[i]);
  }
  s->tools = (Tools){
      .die_radius = 1e6, .die_top = 1e6, .mu = {0.2, 0.2, 0.2},
              .W = {0.1, 0.1, 0.1}
  };
  s->tools.z[TOOL_BOTTOM] = -0.98 * SIDE * R_MEAN;
  s->tools.z[TOOL_TOP]    = 0.98 * SIDE * R_MEAN;
  s->tools.v[TOOL_TOP]    = -20.0;
  engine(s);
  MUST(DemRefresh(s->dem, &s->tools, PETSC_TRUE));
}

static void end(Press *s)
{
  MUST(DemDestroy(&s->dem));
  MUST(GrainsDestroy(&s->g));
}

/* Steps; a new partition after each `repartition` of them, 0: never. */
static void press(Press *s, int steps, int repartition)
{
  DemStatus status;

  for (int k = 1; k <= steps; k++) {
    s->tools.z[TOOL_TOP] += s->tools.v[TOOL_TOP] * s->cfg.dt;
    MUST(DemRefresh(s->dem, &s->tools, PETSC_FALSE));
    MUST(DemForces(s->dem, &s->tools));
    dem_move(s->dem, &s->tools);
    if (k % s->cfg.control_interval == 0) MUST(DemControl(s->dem, &s->tools, 0, &status));
    if (repartition && k % repartition == 0) MUST(DemRepartition(s->dem, &s->tools, NULL));
  }
}

/* Everything known of every grain, by id, on every rank; fails unless each id has one owner. */
static double (*collect(const Press *s))[WORDS]
{
  double(*all)[WORDS] = calloc(GRAINS, sizeof *all);
  int *owners         = calloc(GRAINS, sizeof *owners);

  for (PetscInt i = 0; i < s->g->n_owned; i++) {
    assert_in_range(s->g->id[i], 0, GRAINS - 1);
    owners[s->g->id[i]]++;
    memcpy(all[s->g->id[i]], s->g->rec[i], sizeof(GrainRecord));
    memcpy(all[s->g->id[i]] + REC_N, s->g->aux[i], sizeof(GrainAux));
  }
  MPI_Allreduce(MPI_IN_PLACE, owners, GRAINS, MPI_INT, MPI_SUM, s->g->comm);
  MPI_Allreduce(MPI_IN_PLACE, all, GRAINS * WORDS, MPI_INT64_T, MPI_SUM, s->g->comm); /* one summand each: the bits */
  for (int i = 0; i < GRAINS; i++) assert_int_equal(owners[i], 1);
  free(owners);
  return all;
}

/* Histories of all ranks in the order of their keys, on every rank: key, then states. */
typedef struct {
  int64_t lo, hi;
  double  state[STATES];
} History;

static int by_key(const void *a, const void *b)
{
  const History *p = a, *q = b;

  if (p->lo != q->lo) return p->lo < q->lo ? -1 : 1;
  return (p->hi > q->hi) - (p->hi < q->hi);
}

static History *histories(const Press *s, int *n)
{
  ContactHistories h;
  History         *mine, *all;
  int              counts[64], starts[64], bytes;

  MUST(DemExport(s->dem, &h));
  mine = calloc((size_t)h.n + 1, sizeof *mine);
  for (PetscInt k = 0; k < h.n; k++) {
    mine[k] = (History){.lo = h.key[k].lo, .hi = h.key[k].hi};
    memcpy(mine[k].state, h.state + k * h.n_state, sizeof(double) * (size_t)h.n_state);
  }
  bytes = (int)((size_t)h.n * sizeof *mine);
  MUST(ContactHistoriesFree(&h));
  MPI_Allgather(&bytes, 1, MPI_INT, counts, 1, MPI_INT, PETSC_COMM_WORLD);
  *n = 0;
  for (int r = 0; r < size; r++) {
    starts[r] = *n;
    *n += counts[r];
  }
  all = malloc((size_t)*n + 1);
  MPI_Allgatherv(mine, bytes, MPI_BYTE, all, counts, starts, MPI_BYTE, PETSC_COMM_WORLD);
  *n /= (int)sizeof *all;
  qsort(all, (size_t)*n, sizeof *all, by_key);
  free(mine);
  return all;
}

static void assert_same_histories(const History *a, int n_a, const History *b, int n_b)
{
  assert_int_equal(n_a, n_b);
  assert_true(n_a > GRAINS);
  for (int k = 1; k < n_a; k++) assert_true(by_key(&a[k - 1], &a[k]) < 0); /* each once */
  assert_memory_equal(a, b, (size_t)n_a * sizeof *a);
}

static void check_ghosts(const Press *s)
{
  double(*all)[WORDS] = collect(s);
  PetscInt64 ghosts   = s->g->n_ghost;

  MUST(GrainsHaloBegin(s->g));
  MUST(GrainsHaloEnd(s->g));
  for (PetscInt k = 0; k < s->g->n_ghost; k++) {
    const PetscInt row = s->g->n_owned + k;

    assert_memory_equal(s->g->rec[row], all[s->g->id[row]], sizeof(GrainRecord));
    assert_int_not_equal(s->g->owner_rank[k], rank);
    for (PetscInt i = 0; i < s->g->n_owned; i++) assert_true(s->g->id[i] != s->g->id[row]);
  }
  MPI_Allreduce(MPI_IN_PLACE, &ghosts, 1, MPIU_INT64, MPI_SUM, PETSC_COMM_WORLD);
  assert_true(size == 1 || ghosts > 0);
  free(all);
}

/* Also when the ranks' grains are all mixed, and everybody is everybody's neighbour. */
static void one_owner_and_true_ghosts(void **state)
{
  Press s;

  begin(&s, PETSC_COMM_WORLD, rank, size);
  check_ghosts(&s);
  press(&s, 20, 0);
  check_ghosts(&s);
  MUST(DemRepartition(s.dem, &s.tools, NULL));
  check_ghosts(&s);
  press(&s, 20, 7);
  check_ghosts(&s);
  end(&s);
}

static void histories_survive_a_new_partition(void **state)
{
  Press    s;
  History *before, *after;
  int      n_before, n_after;

  begin(&s, PETSC_COMM_WORLD, rank, size);
  press(&s, 50, 0);
  before = histories(&s, &n_before);
  MUST(DemRepartition(s.dem, &s.tools, NULL));
  after = histories(&s, &n_after);
  assert_same_histories(before, n_before, after, n_after);
  free(after);
  MUST(DemRefresh(s.dem, &s.tools, PETSC_TRUE));
  after = histories(&s, &n_after);
  assert_same_histories(before, n_before, after, n_after);
  free(before);
  free(after);
  end(&s);
}

/* As after a restart: grains anywhere, histories anywhere, and a new engine. */
static void histories_find_their_grains(void **state)
{
  Press            s;
  History         *before, *after;
  ContactHistories h;
  PetscMPIInt     *dest;
  double(*grains_before)[WORDS], (*grains_after)[WORDS];
  int n_before, n_after;

  begin(&s, PETSC_COMM_WORLD, rank, size);
  press(&s, 50, 20);
  before        = histories(&s, &n_before);
  grains_before = collect(&s);
  MUST(DemExport(s.dem, &h));
  MUST(DemDestroy(&s.dem));
  dest = malloc(sizeof *dest * (size_t)(s.g->n_owned + 1));
  for (PetscInt i = 0; i < s.g->n_owned; i++)
    dest[i] = (PetscMPIInt)(rng_bits(5, RNG_FIRST_FREE, s.g->id[i], 0) % (uint64_t)size);
  MUST(GrainsMigrate(s.g, dest));
  free(dest);
  engine(&s);
  MUST(DemImport(s.dem, &h));
  MUST(ContactHistoriesFree(&h));
  MUST(DemRefresh(s.dem, &s.tools, PETSC_TRUE));
  after        = histories(&s, &n_after);
  grains_after = collect(&s);
  assert_same_histories(before, n_before, after, n_after);
  assert_memory_equal(grains_before, grains_after, GRAINS * sizeof *grains_before);
  free(before), free(after), free(grains_before), free(grains_after);
  end(&s);
}

/* Some ranks with all the grains, some with none, partitions at odd steps: the bits of one rank alone. */
static void ranks_do_not_show(void **state)
{
  Press s, alone;
  double(*ours)[WORDS], (*reference)[WORDS];

  begin(&alone, PETSC_COMM_SELF, 0, 1);
  press(&alone, 400, 0);
  reference = collect(&alone);
  for (int way = 0; way < 2; way++) {
    if (way) begin(&s, PETSC_COMM_WORLD, rank, size);
    else begin(&s, PETSC_COMM_WORLD, rank == size - 1 ? 0 : GRAINS, 1);
    press(&s, 400, way ? 37 : 150);
    ours = collect(&s);
    assert_memory_equal(ours, reference, GRAINS * sizeof *ours);
    free(ours);
    end(&s);
  }
  free(reference);
  end(&alone);
}

int main(int argc, char **argv)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(one_owner_and_true_ghosts),
      cmocka_unit_test(histories_survive_a_new_partition),
      cmocka_unit_test(histories_find_their_grains),
      cmocka_unit_test(ranks_do_not_show),
  };
  int failed;

  if (PetscInitialize(&argc, &argv, NULL, NULL)) return 1;
  MPI_Comm_rank(PETSC_COMM_WORLD, &rank);
  MPI_Comm_size(PETSC_COMM_WORLD, &size);
  failed = cmocka_run_group_tests(tests, NULL, NULL);
  return PetscFinalize() ? 1 : failed;
}
