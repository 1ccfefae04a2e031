/* test_fem_mass.c - mass for elements that have become too thin for the step: what is kept, booked, and stable by it.
 */
#include "tests/verify/fem_world.h"

enum { GRAINS = 3 };

static const double R = 3.25;

/* Grains far from each other, in three lanes of a pack, with velocities that are random and no rigid motion. */
static void begin(FemWorld *w, double shrink)
{
  const GrainShape sphere = {.form = GRAIN_SPHERE};

  *w = (FemWorld){0};
  assert_int_equal(GrainMeshMake(&sphere, 4, 2, &w->mesh), MESH_OK);
  fem_world_begin(w, GRAINS);
  w->cfg.shrink = shrink;
  for (int b = 0; b < GRAINS; b++)
    fem_world_grain(w, b, b, R, 1e3, (const double[]){50.0 * b, 0, 0}, (const double[3]){0});
  fem_world_start(w);
}

/* A generator of Knuth's (MMIX), in [-1, 1). */
static double random1(uint64_t *seed)
{
  *seed = *seed * 6364136223846793005u + 1442695040888963407u;
  return ldexp((double)(*seed >> 11), -52) - 1.0;
}

static void shake(FemWorld *w, double speed)
{
  uint64_t seed = 1;

  for (int n = 0; n < w->fem->n_node; n++)
    for (int k = 0; k < 3; k++)
      for (int b = 0; b < GRAINS; b++) w->fem->v[n][k][b] = speed * random1(&seed);
  fem_world_show(w);
}

/* Bodies become flat along z by `stretch`, without a change of volume or stress. */
static void flatten(FemWorld *w, double stretch)
{
  for (int n = 0; n < w->fem->n_node; n++)
    for (int b = 0; b < GRAINS; b++) {
      w->fem->x[n][0][b] = 50.0 * b + (w->fem->x[n][0][b] - 50.0 * b) / sqrt(stretch);
      w->fem->x[n][1][b] /= sqrt(stretch);
      w->fem->x[n][2][b] *= stretch;
    }
  fem_world_show(w);
}

typedef struct {
  double mass, momentum[3], absolute, kinetic; /* absolute: sum of |p_x| + |p_y| + |p_z| of the nodes */
} Sums;

static Sums sums(FemWorld *w)
{
  Sums s = {0};

  for (int n = 0; n < w->fem->n_node; n++)
    for (int b = 0; b < GRAINS; b++) {
      const double m = w->fem->mass[n][b];
      s.mass += m;
      for (int k = 0; k < 3; k++) {
        const double v = w->fem->v[n][k][b];
        s.momentum[k] += m * v;
        s.absolute += fabs(m * v);
        s.kinetic += 0.5 * m * v * v;
      }
    }
  return s;
}

static double drag(FemWorld *w) { return exact_value(&w->fem->work[WORK_DRAG], w->fem->unit_work); }

/* Momentum is kept, the energy that is lost stands in the books, and what others see of the bodies is up to date. */
static void momentum_is_kept_and_energy_booked(void **state)
{
  FemWorld  w;
  FemStatus status;
  Sums      before, after;
  double    record[2] = {0};

  (void)state;
  begin(&w, 0.5);
  flatten(&w, 0.3);
  shake(&w, 20.0);
  before = sums(&w);
  MUST(FemControl(w.fem, &status));
  after = sums(&w);
  print_message("mass +%.1f %%, kinetic energy %.4f of before\n", 100 * (after.mass / before.mass - 1.0),
                after.kinetic / before.kinetic);
  assert_true(after.mass > 1.1 * before.mass && after.kinetic < 0.9 * before.kinetic);
  /* 1e-14: rounding of the products and of a sum over 1e3 nodes */
  for (int k = 0; k < 3; k++) assert_true(fabs(after.momentum[k] - before.momentum[k]) < 1e-14 * before.absolute);
  /* 1e-13: the same, of energies; the books add whole units of 1e-18 of a large energy */
  assert_true(fabs(before.kinetic - after.kinetic - drag(&w)) < 1e-13 * before.kinetic + 10 * w.fem->unit_work);
  assert_true(fabs(status.kinetic - after.kinetic) < 1e-13 * after.kinetic + 10 * w.fem->unit_work);
  /* bodies of one radius: the mean of their ratios is that of their masses, to rounding */
  assert_true(fabs(status.mass_added - (after.mass / before.mass - 1.0)) < 1e-12);
  for (int n = 0; n < w.fem->n_surf; n++) assert_true(w.fem->surf[n][SF_MASS] == w.fem->mass[n][0]);
  for (int b = 0; b < GRAINS; b++) record[0] += 1.0 / w.g->rec[b][REC_INV_M];
  assert_true(fabs(record[0] - after.mass) < 1e-13 * after.mass);
  fem_world_end(&w);
}

static void same_bits(const FemWorld *w, const v8 *mass, const v8 (*v)[3])
{
  assert_memory_equal(w->fem->mass, mass, (size_t)w->fem->n_node * sizeof *mass);
  assert_memory_equal(w->fem->v, v, (size_t)w->fem->n_node * sizeof *v);
}

/*
  Nothing happens to bodies as they were made, at whatever shrink, nor to those that are thinner by less than shrink,
  nor a second time.
*/
static void thick_elements_are_left_alone(void **state)
{
  static const double shrink[] = {1.0, 0.5, 0.5}, stretch[] = {1.0, 0.55, 0.3};

  (void)state;
  for (int k = 0; k < 3; k++) {
    FemWorld w;
    v8      *mass;
    v8(*v)[3];

    begin(&w, shrink[k]);
    mass = aligned_alloc(64, (size_t)w.fem->n_node * sizeof *mass),
    v    = aligned_alloc(64, (size_t)w.fem->n_node * sizeof *v);
    flatten(&w, stretch[k]);
    shake(&w, 20.0);
    if (k == 2) fem_keep_step(w.fem, 0);
    memcpy(mass, w.fem->mass, (size_t)w.fem->n_node * sizeof *mass);
    memcpy(v, w.fem->v, (size_t)w.fem->n_node * sizeof *v);
    fem_keep_step(w.fem, 0);
    same_bits(&w, mass, (const v8(*)[3])v);
    if (k < 2) assert_true(drag(&w) == 0.0);
    free(mass), free(v);
    fem_world_end(&w);
  }
}

/* Kinetic energy over that at the start after 500 steps of flat, elastic bodies; steps stop where it passes 1e6. */
static double rings(int keep, double *most)
{
  FemWorld  w;
  FemStatus status;
  double    start, now = 0.0;

  begin(&w, 0.5);
  flatten(&w, 0.25);
  shake(&w, 0.1);
  if (keep) MUST(FemControl(w.fem, &status));
  start = sums(&w).kinetic;
  *most = 0.0;
  for (int k = 0; k < 500; k++) {
    MUST(FemStep(w.fem, &w.tools));
    now   = sums(&w).kinetic / start;
    *most = fmax(*most, now);
    if (!(now < 1e6)) break;
  }
  fem_world_end(&w);
  return now;
}

/*
  A quarter of its thickness is half of what the step was chosen for: with a courant number of 0.7 the step is 1.4 times
  the stable one, and 0.7 times with the mass.  Kinetic energy at half steps exceeds the energy there is by at most
  1/(1 - 0.7^2) in the highest mode, and there is that of the start.
*/
static void flat_bodies_ring_and_do_not_burst(void **state)
{
  double most, end;

  (void)state;
  end = rings(0, &most);
  print_message("without mass: kinetic energy %.3g times that of the start; ", end);
  assert_true(!(end < 1e6));
  end = rings(1, &most);
  print_message("with mass %.3f, at most %.3f\n", end, most);
  assert_true(most < 1.0 / (1.0 - 0.49) && end < 1.0);
}

int main(int argc, char **argv)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(momentum_is_kept_and_energy_booked),
      cmocka_unit_test(thick_elements_are_left_alone),
      cmocka_unit_test(flat_bodies_ring_and_do_not_burst),
  };
  int failed;

  if (PetscInitialize(&argc, &argv, NULL, NULL)) return 1;
  failed = cmocka_run_group_tests(tests, NULL, NULL);
  return PetscFinalize() ? 1 : failed;
}
