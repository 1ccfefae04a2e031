/*
  test_crystals.c - ionic grains in the grain engine and on the slow clock: the couple that turns them, when they join,
  what a bond is worth, how it ends.
*/
#include "mesh/rng.h"
#include "solver/sinter/sinter.h"
#include "tests/verify/world.h"

static const double  R = 3.5, RHO = 7.6e-6, YIELD = 0.25, DEG = PETSC_PI / 180.0, T = 300.0, W_TOUCH = 0.12;
static const double  EV  = 0.1602176634;
static const Crystal pbs = {.facet = 100, .surface = 0.3, .boundary = 0.09};

static ContactInterface face;
static Ligand           ligand;

/* Lead sulphide as in inputs/materials/pbs.yml: n grains without ligands. */
static void begin(World *w, int n)
{
  for (const ParamSpec *s = ligand_params; s->key; s++) *(double *)((char *)&ligand + s->offset) = s->def;
  face =
      (ContactInterface){.ligand = ligand, .W_bare = W_TOUCH, .friction = 0.5, .bond_class = BOND_TOUCH, .crystals = 1};
  world_begin(w, "mdr", 70.0, 0.29, n);
  w->cfg.model.interface = &face;
  w->cfg.model.rolling = w->cfg.model.twisting = 1;
  w->cfg.mu                                    = 0.5;
  w->cfg.W                                     = W_TOUCH;
  w->cfg.W_bond                                = crystal_bond_work(&pbs, 0.0);
  w->cfg.crystal                               = &pbs;
}

static double *turn_of(const World *w, PetscInt64 id)
{
  for (PetscInt i = 0; i < w->g->n_owned; i++)
    if (w->g->id[i] == id) return w->g->aux[i] + AUX_QW;
  fail_msg("grain %lld is gone", (long long)id);
  return NULL;
}

static void set_turn(World *w, int i, const double axis[3], double angle)
{
  const double s = sin(0.5 * angle) / sqrt(axis[0] * axis[0] + axis[1] * axis[1] + axis[2] * axis[2]);
  double      *q = w->g->aux[i] + AUX_QW;

  q[0] = cos(0.5 * angle);
  for (int k = 0; k < 3; k++) q[1 + k] = s * axis[k];
}

/* Grains 0 and 1, pressed together a little along x and at rest; 1 is turned about `axis` against 0. */
static void pair(World *w, const double axis[3], double angle, double overlap)
{
  const double still[3] = {0.0, 0.0, 0.0}, x[3] = {2.0 * R - overlap, 0.0, 0.0};

  begin(w, 2);
  world_grain(w, 0, R, RHO, YIELD, still, still);
  world_grain(w, 1, R, RHO, YIELD, x, still);
  set_turn(w, 0, axis, 0.0);
  set_turn(w, 1, axis, angle);
  world_start(w, 2e-4, R);
}

static const ContactSample *look(World *w)
{
  const ContactSample *s;
  PetscInt             n;

  dem_sample_next(w->dem);
  world_forces(w);
  dem_samples(w->dem, &n, &s);
  return n == 1 ? s : NULL;
}

/*
  Torques by what they do to grains at rest (nothing rubs yet): I dw/dt, against the difference quotient of contact area
  times boundary energy over 1e-4 of the angle: 1e-8 of its own; the fixed unit of torques is 1e-15 of E R^3, the
  torque some 1e-4 of it, so 1e-7 in all.  The two are opposite to the last bit.
*/
static void couple_is_the_slope_of_the_energy(void **state)
{
  const double axes[3][3] = {
      {0.0, 0.0, 1.0 },
      {1.0, 0.0, 0.0 }, /* about the normal: a twist */
      {0.6, 1.0, -0.3}
  };

  (void)state;
  for (int k = 0; k < 3; k++)
    for (double angle = 1.0 * DEG; angle < 15.0 * DEG; angle += 3.0 * DEG) {
      const double         h = 1e-4 * angle, inertia = 0.4 * RHO * 4.0 / 3.0 * PETSC_PI * pow(R, 5.0), *a, *b;
      const double         length = sqrt(axes[k][0] * axes[k][0] + axes[k][1] * axes[k][1] + axes[k][2] * axes[k][2]);
      const ContactSample *s;
      double               slope;
      World                w;

      pair(&w, axes[k], angle, 0.2);
      s = look(&w);
      assert_true(s && s->bond == BOND_TOUCH && s->neck > 0.1 * R);
      slope = PETSC_PI * s->neck * s->neck *
              (crystal_boundary_energy(&pbs, angle + h) - crystal_boundary_energy(&pbs, angle - h)) / (2.0 * h);
      dem_move(w.dem, &w.tools);
      a = world_find(&w, 0) + REC_WX, b = world_find(&w, 1) + REC_WX;
      for (int c = 0; c < 3; c++) {
        assert_true(a[c] == -b[c]);
        CHECK_CLOSE(inertia * b[c] / w.cfg.dt, -slope * axes[k][c] / length, 1e-7, 1e-7 * slope);
      }
      world_end(&w);
    }
}

/* None between lattices 20 deg apart, between the same lattice by another name, across ligands, across a gap. */
static void no_couple_where_there_is_none(void **state)
{
  const double z[3]     = {0.0, 0.0, 1.0};
  const double angles[] = {20.0 * DEG, 90.0 * DEG, 5.0 * DEG, 5.0 * DEG};

  (void)state;
  for (int k = 0; k < 4; k++) {
    World w;

    pair(&w, z, angles[k], k == 3 ? -0.5 : 0.2);
    for (int i = 0; i < 2; i++) w.g->aux[i][AUX_COVER] = w.g->aux[i][AUX_FREE] = k == 2 ? 0.9 : 0.0;
    MUST(DemCoverage(w.dem));
    MUST(DemRefresh(w.dem, &w.tools, PETSC_TRUE));
    world_forces(&w);
    dem_move(w.dem, &w.tools);
    for (int c = 0; c < 3; c++) CHECK_CLOSE(world_find(&w, 1)[REC_WX + c], 0.0, 0.0, 1e-12);
    world_end(&w);
  }
}

/* Free grains turn as their angular velocity says: 1e-12 after a thousand steps. */
static void free_grains_turn(void **state)
{
  const double still[3] = {0.0, 0.0, 0.0}, w0[3] = {2.0, -1.0, 2.0}, angle = 3.0 * 1000 * 2e-4;
  const double want[4] = {cos(0.5 * angle), sin(0.5 * angle) * 2.0 / 3.0, -sin(0.5 * angle) / 3.0,
                          sin(0.5 * angle) * 2.0 / 3.0};
  World        w;

  (void)state;
  begin(&w, 1);
  world_grain(&w, 0, R, RHO, YIELD, still, still);
  for (int c = 0; c < 3; c++) w.g->rec[0][REC_WX + c] = w0[c];
  set_turn(&w, 0, w0, 0.0);
  world_start(&w, 2e-4, R);
  for (int k = 0; k < 1000; k++) {
    world_forces(&w);
    dem_move(w.dem, &w.tools);
  }
  for (int c = 0; c < 4; c++) CHECK_CLOSE(turn_of(&w, 0)[c], want[c], 0.0, 1e-12);
  world_end(&w);
}

/* Two grains, 6 deg apart and otherwise left alone, without friction: they turn to one lattice. */
static void touching_crystals_align(void **state)
{
  const double         z[3] = {0.0, 0.0, 1.0};
  double               axis[3], before, after;
  World                w;
  const ContactSample *s;

  (void)state;
  pair(&w, z, 6.0 * DEG, 0.1);
  face.friction = 0.0;
  w.cfg.mu = w.cfg.mu_roll = w.cfg.mu_twist = 0.0;
  MUST(DemDestroy(&w.dem));
  world_start(&w, 2e-4, R);
  before = crystal_misorientation(turn_of(&w, 0), turn_of(&w, 1), axis);
  after  = before;
  for (int k = 0; k < 20000; k++) {
    DemStatus status;

    world_forces(&w);
    dem_move(w.dem, &w.tools);
    if (k % w.cfg.control_interval == 0) MUST(DemControl(w.dem, &w.tools, 0, &status));
    after = fmin(after, crystal_misorientation(turn_of(&w, 0), turn_of(&w, 1), axis));
  }
  print_message("%g deg at first, %g deg at the least\n", before / DEG, after / DEG);
  CHECK_CLOSE(before, 6.0 * DEG, 1e-12, 0.0);
  assert_true(after < 0.1 * before);
  s = look(&w);
  assert_true(s && s->bond == BOND_TOUCH); /* mechanics alone joins nothing */
  world_end(&w);
}

static SinterModel model_of(double barrier, PetscInt64 seed)
{
  return (SinterModel){.ligand = &ligand, .crystal = &pbs, .barrier = barrier, .seed = seed};
}

static SinterContact contact_of(const ContactSample *s)
{
  return (SinterContact){
      .i        = s->i,
      .j        = s->j,
      .bond     = s->bond,
      .coverage = s->coverage,
      .neck     = s->neck,
      .n        = {s->n[0], s->n[1], s->n[2]},
      .waited   = s->waited
  };
}

/*
  Aligned facets join at the time drawn, not before (1e-9 either side), however the time is cut; misaligned ones never.
  Over many seeds the time is exponentially distributed about 1/rate of Eyring: mean and mean square within four
  standard errors (variances 1 and 20).
*/
static void facets_join_when_their_time_comes(void **state)
{
  enum { SEEDS = 20000 };
  const double z[3] = {0.0, 0.0, 1.0}, barrier = 0.4 * EV, tau = 1.0 / (1e4 * exp(-barrier / (1.380649e-5 * T)));
  double       mean = 0.0, square = 0.0;
  const ContactSample *s;
  World                w;

  (void)state;
  CHECK_CLOSE(tau, 5.2e2, 0.02, 0.0); /* half a microsecond */
  pair(&w, z, 3.0 * DEG, 0.2);
  s = look(&w);
  for (int seed = 0; seed < SEEDS; seed++) {
    const SinterModel m    = model_of(barrier, seed);
    const double      time = -tau * log(rng_uniform((int64_t)rng_bits(seed, RNG_BONDS, 0, 0), RNG_BONDS, 1, 1));
    SinterContact     c    = contact_of(s);

    for (int k = 0; k < 3; k++) sinter_join(w.g, &m, W_TOUCH, T, time * (1.0 - 1e-9) / 3.0, 1, &c);
    assert_true(!c.joined && c.gain == 0.0);
    sinter_join(w.g, &m, W_TOUCH, T, time * 2e-9, 1, &c);
    assert_true(c.joined);
    mean += time / tau / SEEDS;
    square += time * time / (tau * tau) / SEEDS;
    CHECK_CLOSE(c.gain, 0.6 - crystal_boundary_energy(&pbs, 3.0 * DEG) - W_TOUCH, 1e-12, 0.0);
  }
  CHECK_CLOSE(mean, 1.0, 0.0, 4.0 / sqrt(SEEDS));
  CHECK_CLOSE(square, 2.0, 0.0, 4.0 * sqrt(20.0 / SEEDS));
  world_end(&w);
  for (int k = 0; k < 2; k++) { /* twisted too far; tilted too far */
    const double axis[2][3] = {
        {1.0, 0.0, 0.0},
        {0.0, 0.0, 1.0}
    };
    const SinterModel m = model_of(barrier, 1);
    SinterContact     c;

    pair(&w, axis[k], 12.0 * DEG, 0.2);
    c = contact_of(look(&w));
    sinter_join(w.g, &m, W_TOUCH, T, 1e12 * tau, 1, &c);
    assert_true(!c.joined && c.waited == 0.0 && c.gain == 0.0);
    world_end(&w);
  }
}

/*
  Pulled apart at 0.02 nm/ns: largest tension, and the classes on the way.  A bond is gone for good when it goes.
  joined: through the slow clock first.
*/
static double pull(int joined, int *was_ionic)
{
  const double         z[3] = {0.0, 0.0, 1.0}, barrier = 0.4 * EV;
  const SinterModel    m    = model_of(barrier, 1);
  double               most = 0.0;
  const ContactSample *s;
  World                w;
  int                  gone = 0;

  pair(&w, z, 0.0, 0.05);
  s          = look(&w);
  *was_ionic = 0;
  if (joined) {
    SinterContact c = contact_of(s);

    sinter_join(w.g, &m, W_TOUCH, T, 1e9, 1, &c);
    assert_true(c.joined);
    dem_contact_change(
        w.dem, s,
        &(ContactChange){
            .coverage = c.coverage, .neck = c.neck, .gain = c.gain, .waited = c.waited, .joined = c.joined});
  }
  for (int k = 0; k < 20000; k++) { /* the grains are led */
    double *a = world_find(&w, 0), *b = world_find(&w, 1);

    a[REC_X] -= 2e-6, b[REC_X] += 2e-6;
    s = look(&w);
    if (s) most = fmax(most, -s->fn);
    if (s && s->bond == BOND_IONIC) {
      assert_true(!gone);
      (*was_ionic)++;
    } else gone = 1;
    for (int c = 0; c < 3; c++) assert_true(world_find(&w, 1)[REC_VX + c] == 0.0);
    if (!s && k > 100) break;
  }
  world_end(&w);
  return most;
}

/* A joined pair holds more than a touching one, up to the strength of its area, and then cleaves. */
static void bonds_hold_more_and_cleave(void **state)
{
  int          ionic[2];
  const double touch = pull(0, &ionic[0]), bond = pull(1, &ionic[1]);

  (void)state;
  print_message("touching cores hold %g nN, an ionic bond %g nN; ionic for %d of the steps\n", touch, bond, ionic[1]);
  assert_true(ionic[0] == 0 && ionic[1] > 10 && ionic[1] < 19000);
  assert_true(bond > 1.2 * touch && touch > 0.0);
}

int main(int argc, char **argv)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(couple_is_the_slope_of_the_energy),
      cmocka_unit_test(no_couple_where_there_is_none),
      cmocka_unit_test(free_grains_turn),
      cmocka_unit_test(touching_crystals_align),
      cmocka_unit_test(facets_join_when_their_time_comes),
      cmocka_unit_test(bonds_hold_more_and_cleave),
  };
  int failed;

  if (PetscInitialize(&argc, &argv, NULL, NULL)) return 1;
  failed = cmocka_run_group_tests(tests, NULL, NULL);
  return PetscFinalize() ? 1 : failed;
}
