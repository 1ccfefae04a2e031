/*
  test_slow_clock.c - the slow clock against closed solutions: necks of free pairs, loss of ligands, and where they go.
*/
#include "solver/sinter/sinter.h"
#include "tests/verify/world.h"

static const double R = 3.25, KT_300 = 1.380649e-5 * 300.0, T = 300.0;

/* Gold (inputs/materials/au.yml), its surface diffusion switched off. */
static const Material gold = {.E                   = 79.0,
                              .nu                  = 0.42,
                              .surface_energy      = 1.5,
                              .gb_energy           = 0.378,
                              .atomic_volume       = 0.01695,
                              .boundary_diffusion  = 3.1e2, /* 3.1e-16 m^3/s [nm^3/ns] */
                              .boundary_activation = 0.88 * 0.1602176634};

static Ligand defaults(void)
{
  Ligand l = {0};

  for (const ParamSpec *s = ligand_params; s->key; s++) *(double *)((char *)&l + s->offset) = s->def;
  return l;
}

static SinterModel model_of(const Ligand *l)
{
  return (SinterModel){.metal          = &gold,
                       .ligand         = l,
                       .necks          = neck_law_find("parhami_mcmeeking"),
                       .removal        = 1,
                       .approach_limit = 0.005,
                       .neck_limit     = 0.02,
                       .removal_limit  = 0.1};
}

/* R^4/(gamma Delta_b), Delta_b = Omega delta_b D_b/kT [ns]. */
static double tau_gb(void)
{
  return pow(R, 4.0) * KT_300 / (1.5 * gold.atomic_volume * 3.1e2 * exp(-gold.boundary_activation / KT_300));
}

static SinterContact bonded(double neck)
{
  return (SinterContact){
      .counted = 1, .radius = R, .carrying = neck, .bond = BOND_METAL, .neck = neck, .limit = 2.0 * R, .sink = 1.0};
}

/*
  Free pair: (a/R)^6 - (a0/R)^6 = 54 t/tau_gb (physics of Bouvard & McMeeking), the centres nearer by (a^2 - a0^2)/2R.
  1e-6: exact for a force that stays, whatever the steps; a wrong constant, a kT or an R off would be tens of percents.
*/
static void free_pair_grows_by_the_sixth_root(void **state)
{
  const Ligand      l   = defaults();
  const SinterModel m   = model_of(&l);
  const double      end = 0.002 * tau_gb(), a0 = 0.05 * R;
  SinterContact     c    = bonded(a0);
  double            left = end, dt = 0.0, h = 0.0;
  int               steps = 0;

  (void)state;
  for (; left > 0.0 && steps < 10000; steps++) {
    const double was = c.neck;

    MUST(SinterStep(PETSC_COMM_SELF, &m, T, left, 2.0 * dt, 1, &c, &dt));
    assert_true(dt > 0.0 && dt <= left);
    assert_true(fabs(c.approach) <= 0.005 * R && (was < 0.3 * R || c.neck <= 1.02 * was)); /* the limits are kept */
    left = left - dt > 1e-9 * end ? left - dt : 0.0;
    h += c.approach;
  }
  print_message("tau_gb %g s; a/R %g after %g s in %d steps\n", 1e-9 * tau_gb(), c.neck / R, 1e-9 * end, steps);
  assert_true(steps > 10);
  CHECK_CLOSE(pow(c.neck / R, 6.0) - pow(a0 / R, 6.0), 54.0 * 0.002, 1e-6, 0.0);
  CHECK_CLOSE(h, (c.neck * c.neck - a0 * a0) / (2.0 * R), 1e-6, 0.0);
}

/* What a step takes is what it may: at least 0.7 of a limit where it is not all that is left; and nothing without need:
   contacts in which nothing happens take the whole time at once. */
static void steps_are_as_long_as_they_may_be(void **state)
{
  enum { N = 50 };
  const Ligand      l = defaults();
  const SinterModel m = model_of(&l);
  SinterContact     c[N];
  double            dt;

  (void)state;
  for (double guess = 0.0; guess<1e12; guess = guess> 0.0 ? 1e4 * guess : 1.0) {
    double h2 = 0.0, w2 = 0.0;
    int    wide = 0;

    for (int k = 0; k < N; k++) c[k] = bonded((0.1 + 0.01 * k) * R);
    MUST(SinterStep(PETSC_COMM_SELF, &m, T, 1e12, guess, N, c, &dt));
    for (int k = 0; k < N; k++) {
      const double a0 = (0.1 + 0.01 * k) * R;

      h2 += pow(c[k].approach / (0.005 * R), 2.0);
      if (a0 > 0.3 * R) wide++, w2 += pow((c[k].neck / a0 - 1.0) / 0.02, 2.0);
    }
    print_message("guess %g: dt %g, approach %.3f, necks %.3f of the limits\n", guess, dt, sqrt(h2 / N),
                  sqrt(w2 / wide));
    assert_true(fmax(h2 / N, w2 / wide) <= 1.0 + 1e-6 && fmax(h2 / N, w2 / wide) >= 0.49 - 1e-6); /* cut to 2^-24 */
  }
  for (int k = 0; k < N; k++) c[k] = bonded(0.0), c[k].bond = BOND_LIGAND;
  MUST(SinterStep(PETSC_COMM_SELF, &m, T, 1e12, 0.0, N, c, &dt));
  assert_true(dt == 1e12);
}

/* More contacts far beyond their limits than 64 bits of the sum's unit could count: the step still keeps the limit. */
static void many_contacts_do_not_wrap(void **state)
{
  enum { N = 600000 };
  const Ligand   l = defaults();
  SinterModel    m = model_of(&l);
  SinterContact *c = malloc(N * sizeof *c);
  double         dt, k_off;

  (void)state;
  m.removal_limit = 1e-4;
  for (int k = 0; k < N; k++)
    c[k] = (SinterContact){.counted = 1, .radius = R, .force = 40.0, .carrying = 1.0, .coverage = 1.0};
  k_off = ligand_rate(&l, ligand_stress(&l, 40.0 / PETSC_PI, 0.0), T);
  MUST(SinterStep(PETSC_COMM_SELF, &m, T, 10.0 / k_off, 0.0, N, c, &dt));
  assert_true(1.0 - c[0].coverage <= 1e-4 * (1.0 + 1e-6) && dt > 0.0);
  free(c);
}

/*
  Ligands leave by exp(-k t) at constant stress, however the time is cut: the exponentials of the cuts multiply, 1e-12
  for some hundred of them.
*/
static void removal_does_not_see_the_cut(void **state)
{
  const Ligand l    = defaults();
  const double area = PETSC_PI * 0.8 * 0.8, force = 9.0, shear = 2.0;
  const double sigma = sqrt(pow(0.4 * force / area, 2.0) + 3.0 * pow(shear / area, 2.0));
  const double k = 1e4 * exp(-(l.bond_energy - l.activation_volume * sigma) / KT_300), end = 2.3 / k;

  (void)state;
  for (double limit = 0.001; limit <= 1.0; limit *= 10.0) {
    SinterModel   m    = model_of(&l);
    SinterContact c    = {.counted = 1, .radius = R, .force = force, .shear = shear, .carrying = 0.8, .coverage = 0.9};
    double        left = end, dt = 0.0;
    int           steps = 0;

    m.removal_limit = limit;
    for (; left > 0.0 && steps < 10000; steps++) {
      const double was = c.coverage;

      MUST(SinterStep(PETSC_COMM_SELF, &m, T, left, 2.0 * dt, 1, &c, &dt));
      assert_true(was - c.coverage <= limit * (1.0 + 1e-6)); /* cut to 2^-24 of the square */
      left = left - dt > 1e-14 * end ? left - dt : 0.0;
    }
    print_message("limit %g: %d steps, coverage %.15g\n", limit, steps, c.coverage);
    assert_true(steps >= 0.8 / limit);
    CHECK_CLOSE(c.coverage, 0.9 * exp(-2.3), 1e-12, 0.0);
  }
}

/* ---- with the grain engine ---- */

static ContactInterface face; /* of the worlds below; begin() sets it */

static void begin(World *w, int n, double cover)
{
  face = (ContactInterface){.ligand = defaults(), .W_bare = 2.622, .friction = 0.4, .bond_class = BOND_METAL};
  world_begin(w, "mdr", 79.0, 0.42, n);
  w->cfg.model.interface = &face;
  w->cfg.model.rolling = w->cfg.model.twisting = 1;
  w->cfg.mu                                    = 0.4;
  w->cfg.W                                     = 2.622;
  w->cfg.layer                                 = face.ligand.gap;
  w->cfg.drag                                  = 200.0; /* half of critical: hardly anything overshoots */
  for (int i = 0; i < n; i++) w->g->aux[i][AUX_COVER] = w->g->aux[i][AUX_FREE] = cover;
}

static void relax(World *w, int steps)
{
  for (int k = 0; k < steps; k++) {
    DemStatus status;

    if (k == steps - 1) dem_sample_next(w->dem);
    world_forces(w);
    if (k == steps - 1) break; /* the sample's grains stay where they are */
    dem_move(w->dem, &w->tools);
    if (k % w->cfg.control_interval == 0) MUST(DemControl(w->dem, &w->tools, 0, &status));
  }
}

/* One step of the slow clock on what stands still, as in solver/slow.c; returns the time it took. */
static double tick(World *w, const SinterModel *m, double left, double guess, SinterContact **c, PetscInt *n)
{
  const ContactSample *s;
  PetscInt             all, *which;
  double               dt;

  dem_samples(w->dem, &all, &s);
  *c    = calloc((size_t)all + 1, sizeof **c);
  which = calloc((size_t)all + 1, sizeof *which);
  *n    = 0;
  for (PetscInt k = 0; k < all; k++) {
    const double star = 0.5 * R, f2 = s[k].f[0] * s[k].f[0] + s[k].f[1] * s[k].f[1] + s[k].f[2] * s[k].f[2];

    if (s[k].bond < 0) continue; /* a tool, or not touching */
    which[*n] = k;
    (*c)[(*n)++] =
        (SinterContact){.i         = s[k].i,
                        .j         = s[k].j,
                        .counted   = 1,
                        .radius    = R,
                        .force     = s[k].fn,
                        .stiffness = s[k].kn,
                        .shear     = sqrt(fmax(f2 - s[k].fn * s[k].fn, 0.0)),
                        .carrying  = contact_layer_radius(&face.ligand, s[k].coverage, s[k].layer, s[k].a, star),
                        .bond      = s[k].bond,
                        .coverage  = s[k].coverage,
                        .neck      = s[k].neck};
  }
  MUST(SinterCrowd(w->g, *n, *c));
  MUST(SinterStep(PETSC_COMM_WORLD, m, T, left, guess, *n, *c, &dt));
  for (PetscInt k = 0; k < *n; k++)
    dem_contact_change(
        w->dem, &s[which[k]],
        &(ContactChange){.coverage = (*c)[k].coverage, .neck = (*c)[k].neck, .approach = (*c)[k].approach});
  MUST(SinterSpread(w->g, *n, *c));
  MUST(DemCoverage(w->dem));
  free(which);
  return dt;
}

static double gap_of(const World *w)
{
  const double *a = world_find(w, 0), *b = world_find(w, 1);

  return hypot(hypot(a[0] - b[0], a[1] - b[1]), a[2] - b[2]);
}

/*
  Two bare grains, free: they snap together, then the clocks take turns until 0.002 tau_gb.  Returns by how much the
  neck is off (a/R)^6 = (a0/R)^6 + 54 t/tau_gb at most.
*/
static double free_pair(double approach_limit)
{
  const double         still[3] = {0.0, 0.0, 0.0}, x[3] = {2.0 * R - 0.1, 0.0, 0.0}, end = 2e-3 * tau_gb();
  const Ligand         l    = defaults();
  SinterModel          m    = model_of(&l);
  double               left = end, dt = 0.0, t = 0.0, h = 0.0, worst = 0.0, a0, gap0;
  int                  ticks = 0;
  const ContactSample *s;
  SinterContact       *c;
  PetscInt             n;
  World                w;

  m.approach_limit = approach_limit;
  begin(&w, 2, 0.0);
  world_grain(&w, 0, R, 1.93e-5, 1.0, still, still);
  world_grain(&w, 1, R, 1.93e-5, 1.0, x, still);
  world_start(&w, 2e-4, R);
  relax(&w, 8000);
  dem_samples(w.dem, &n, &s);
  assert_true(n == 1 && s[0].bond == BOND_METAL && fabs(s[0].fn) < 1e-3 && s[0].neck > 0.2 * R);
  a0   = s[0].neck;
  gap0 = gap_of(&w);
  for (; left > 0.0 && ticks < 1000; ticks++) {
    dt = tick(&w, &m, left, 2.0 * dt, &c, &n);
    t += dt;
    left = left - dt > 1e-9 * end ? left - dt : 0.0;
    h += c[0].approach;
    free(c);
    relax(&w, 1500);
    dem_samples(w.dem, &n, &s);
    assert_true(n == 1 && s[0].bond == BOND_METAL);
    worst = fmax(worst, fabs(s[0].neck / R / pow(pow(a0 / R, 6.0) + 54.0 * t / tau_gb(), 1.0 / 6.0) - 1.0));
  }
  print_message("in a run, limit %g: %d ticks, neck off by %g; centres %g nm nearer, asked for %g\n", approach_limit,
                ticks, worst, gap0 - gap_of(&w), h);
  assert_true(ticks > 5);
  /* centres follow what diffusion asks for; 10 %: the flats of a wider neck carry more, so that less is pulled in */
  CHECK_CLOSE(gap0 - gap_of(&w), h, 0.1, 0.0);
  world_end(&w);
  return worst;
}

/*
  A step's force fades by kn x approach, which mechanics gives back only in the next rest: first order in the limit of
  the approach.  3 % at the default limit, and half of it (0.4 to 0.6) at half the limit.
*/
static void free_pair_in_a_run(void **state)
{
  const double whole = free_pair(0.005), half = free_pair(0.0025);

  (void)state;
  assert_true(whole < 0.03 && half < 0.02);
  CHECK_CLOSE(half / whole, 0.5, 0.0, 0.1);
}

/* Ligands of every grain: free surface and contacts, each its area x coverage, over the grain's surface [-]. */
static double worst_balance(const World *w, const SinterContact *c, PetscInt n, int *spread)
{
  double worst = 0.0;

  for (PetscInt i = 0; i < w->g->n_owned; i++) {
    double taken = 0.0, held = 0.0, total;

    for (PetscInt k = 0; k < n; k++)
      if (c[k].i == i || c[k].j == i) {
        const double share = c[k].carrying * c[k].carrying / (4.0 * R * R);

        taken += share;
        held += share * c[k].coverage;
      }
    if (held > w->g->aux[i][AUX_COVER]) continue; /* contacts that grew hold more than there is: none is left */
    total = held + w->g->aux[i][AUX_FREE] * fmax(1.0 - taken, 0.05);
    worst = fmax(worst, fabs(total / w->g->aux[i][AUX_COVER] - 1.0));
    *spread += w->g->aux[i][AUX_FREE] > w->g->aux[i][AUX_COVER] * 1.01;
  }
  return worst;
}

/* By hand: contacts of any size and coverage; 1e-9: shares are cut to 2^-40. */
static void spreading_keeps_every_molecule(void **state)
{
  enum { N = 7 };
  SinterContact c[N - 1] = {0};
  World         w;
  int           spread = 0;

  (void)state;
  begin(&w, N, 0.8);
  for (int i = 0; i < N; i++) {
    w.g->rec[i][REC_R0]    = R;
    w.g->aux[i][AUX_COVER] = 0.8 - 0.1 * i;
  }
  for (int k = 0; k < N - 1; k++) /* all touch grain 0, and each the next one a little */
    c[k] = (SinterContact){.i = 0, .j = k + 1, .carrying = R * (0.2 + 0.1 * k), .coverage = 0.05 * k};
  MUST(SinterSpread(w.g, N - 1, c));
  CHECK_CLOSE(worst_balance(&w, c, N - 1, &spread), 0.0, 0.0, 1e-9);
  assert_true(spread >= 5);
  c[0].carrying = 1.99 * R; /* nearly the whole surface: what is left is a twentieth */
  c[0].coverage = 0.0;
  MUST(SinterSpread(w.g, N - 1, c));
  CHECK_CLOSE(w.g->aux[1][AUX_FREE], 0.7 / 0.05, 1e-9, 0.0);
  c[0].coverage = 1.0; /* more than there is */
  MUST(SinterSpread(w.g, N - 1, c));
  assert_true(w.g->aux[1][AUX_FREE] == 0.0);
  MUST(GrainsDestroy(&w.g));
}

/*
  27 covered grains, squeezed between punches until ligands go: after every step of the slow clock each grain has as
  many as it was given (1e-9: shares cut to 2^-40), on its free surface more than before; mechanics in between, new
  lists, sorted rows lose none.
*/
static void ligands_are_conserved_in_a_run(void **state)
{
  enum { SIDE = 3, N = 27 };
  const double still[3] = {0.0, 0.0, 0.0}, step = 2.0 * R + 1.56;
  Ligand       l     = defaults();
  SinterModel  m     = model_of(&l);
  double       worst = 0.0, gone = 0.0;
  int          spread = 0;
  World        w;

  (void)state;
  l.bond_energy = 0.12; /* weak: they go in a second */
  begin(&w, N, 0.9);
  for (int i = 0; i < N; i++) {
    const double x[3] = {step * (i % SIDE - 1), step * (i / SIDE % SIDE - 1), R + 1.56 + step * (i / (SIDE * SIDE))};

    world_grain(&w, i, R, 1.93e-5, 1.0, x, still);
  }
  w.tools.die_radius     = 1.5 * step + R;
  w.tools.z[TOOL_TOP]    = 2.0 * R + 3.12 + 2.0 * step;
  w.tools.z[TOOL_BOTTOM] = 0.0;
  w.cfg.mu               = 0.1;
  world_start(&w, 2e-4, 0.3 * R);
  for (int k = 0; k < 12; k++) {
    SinterContact *c;
    PetscInt       n, dropped = 0;

    for (int q = 0; q < 200; q++) {
      w.tools.z[TOOL_TOP] -= 2.5e-3;
      relax(&w, 3);
    }
    relax(&w, 500);
    tick(&w, &m, 1e9, 0.0, &c, &n);
    for (PetscInt q = 0; q < n; q++) {
      dropped += c[q].coverage < c[q].coverage0;
      gone += c[q].coverage0 - c[q].coverage;
    }
    worst = fmax(worst, worst_balance(&w, c, n, &spread));
    if (k > 8) assert_true(dropped > 0);
    free(c);
  }
  for (PetscInt i = 0; i < w.g->n_owned; i++) assert_true(w.g->aux[i][AUX_COVER] == 0.9);
  print_message("in a run: %g of coverage went, %d times a free surface had more; balance off by %g\n", gone, spread,
                worst);
  assert_true(gone > 1.0 && spread > 0);
  CHECK_CLOSE(worst, 0.0, 0.0, 1e-9);
  world_end(&w);
}

int main(int argc, char **argv)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(free_pair_grows_by_the_sixth_root),
      cmocka_unit_test(steps_are_as_long_as_they_may_be),
      cmocka_unit_test(many_contacts_do_not_wrap),
      cmocka_unit_test(removal_does_not_see_the_cut),
      cmocka_unit_test(free_pair_in_a_run),
      cmocka_unit_test(spreading_keeps_every_molecule),
      cmocka_unit_test(ligands_are_conserved_in_a_run),
  };
  int failed;

  if (PetscInitialize(&argc, &argv, NULL, NULL)) return 1;
  failed = cmocka_run_group_tests(tests, NULL, NULL);
  return PetscFinalize() ? 1 : failed;
}
