/*
  test_face.c - what lies between two grains of which one or both are meshed: what touches bare becomes one metal,
  sticks in tension and shear and breaks; covered grains do not weld, lose ligands at the rate of the law, and then
  weld; what diffusion takes away at a boundary lets surfaces lie in each other without a force.
*/
#include "materials/constants.h"
#include "solver/sinter/sinter.h"
#include "tests/verify/mixed_world.h"

static const double      W = 0.25, Y = 1.0, MU = 0.3; /* W/(Y R) = 0.08 */
static const char *const KINDS[3] = {"mm", "rm", "mr"};

static ContactInterface interface_of(void)
{
  ContactInterface f = {.W_bare = W, .friction = MU, .bond_class = BOND_METAL};

  for (const ParamSpec *s = ligand_params; s->key; s++) *(double *)((char *)&f.ligand + s->offset) = s->def;
  return f;
}

/* Steps in which grain 1 comes down by `way`; the last is sampled, and its grains stay.  force: its. */
static void bring(MixedWorld *w, double way, double speed, double force[3])
{
  const int n = (int)ceil(fabs(way) / speed / w->dem.cfg.dt);

  w->v[1] = n ? -way / (n * w->dem.cfg.dt) : 0.0;
  for (int k = 0; k < n; k++) mixed_step(w, force);
  w->v[1] = 0.0;
  for (int k = 0; k < 400; k++) mixed_step(w, force);
}

/* The contact as it stands, of one step that is sampled. */
static ContactSample look(MixedWorld *w)
{
  const ContactSample *s;
  PetscInt             n;
  double               f[3];

  dem_sample_next(w->dem.dem);
  fem_sample_next(w->fem);
  mixed_step(w, f);
  if (w->mixed) dem_samples(w->dem.dem, &n, &s);
  else fem_samples(w->fem, &n, &s);
  assert_int_equal(n, 1);
  return s[0];
}

typedef struct {
  double pull, shear; /* largest tension; largest force across at no normal force but the grains' own [nN] */
  double normal;      /* force that presses when moved across [nN] */
} Held;

/* Pressed by 0.35 nm beyond the layer, let go until nothing presses, moved across or pulled off. */
static Held held(const ContactInterface *f, const char kind[2], double cover)
{
  const double layer = cover > f->ligand.threshold ? f->ligand.gap * cover : 0.0;
  Held         h     = {0};

  for (int across = 0; across < 2; across++) {
    MixedWorld    w;
    ContactSample s;
    double        force[3];

    mixed_begin_with(&w, kind, 256, Y, W, MU, layer + 0.05, f, cover);
    bring(&w, 0.4, 2.0, force);
    s = look(&w);
    assert_true(s.bond == (cover > 0.0 ? BOND_LIGAND : BOND_METAL) && (s.bonded > 0.0) == (cover == 0.0));
    assert_true(s.coverage == cover && s.a > 0.2 * MIXED_R && fabs(s.layer - layer) < 0.7 * layer + 1e-12);
    w.v[1] = 2.0;
    for (int k = 0; k < 4000; k++) {
      mixed_step(&w, force);
      h.pull = fmax(h.pull, -force[2]);
      if (across && force[2] < 0.5) break;
    }
    if (across) {
      w.v[1] = 0.0, w.v_aside = 2.0, h.normal = 0.0;
      for (int k = 0; k * w.dem.cfg.dt * w.v_aside < 0.3; k++) {
        mixed_step(&w, force);
        h.shear  = fmax(h.shear, fabs(force[0]));
        h.normal = fmax(h.normal, force[2]);
      }
    }
    mixed_end(&w);
  }
  return h;
}

/*
  Pull-off of plastic flats is more than 2 pi R* W of spheres (Johnson 1985, 5.5), and that of covered ones what van der
  Waals gives, W_vdW = 0.05.  Across, a bond holds its strength in shear over the area that is one metal; what is
  covered slides on the ligands' friction.
*/
static void bonds_hold_and_covers_do_not(void **state)
{
  const ContactInterface f = interface_of();

  (void)state;
  for (int k = 0; k < 3; k++) {
    const Held bare = held(&f, KINDS[k], 0.0), covered = held(&f, KINDS[k], 0.4);

    print_message("%s: pull-off %.2f nN bare, %.2f covered; across %.2f at %.2f, and %.2f at %.2f\n", KINDS[k],
                  bare.pull, covered.pull, bare.shear, bare.normal, covered.shear, covered.normal);
    assert_true(bare.pull > 2.0 * PETSC_PI * 0.5 * MIXED_R * W);
    /* three times: flats, and shells that feel the whole traction before they part */
    assert_true(covered.pull > 0.0 && covered.pull < 3.0 * 2.0 * PETSC_PI * 0.5 * MIXED_R * f.ligand.adhesion);
    assert_true(bare.shear > 1.4 * MU * (bare.normal + bare.pull)); /* friction of all that pulls does not */
    assert_true(covered.shear < MU * (covered.normal + covered.pull) + 0.1);
  }
}

static const double T = 300.0;

/* What the slow clock makes of the contact in dt with mechanics at rest; as in solver/slow.c. */
static SinterContact tick(MixedWorld *w, const ContactInterface *f, const Material *gold, const char necks[], double dt)
{
  const ContactSample s       = look(w);
  const SinterModel   model   = {.metal          = gold,
                                 .ligand         = &f->ligand,
                                 .necks          = neck_law_find(necks),
                                 .removal        = 1,
                                 .approach_limit = 1.0,
                                 .neck_limit     = 1.0,
                                 .removal_limit  = 1.0};
  const double        across2 = s.f[0] * s.f[0] + s.f[1] * s.f[1] + s.f[2] * s.f[2] - s.fn * s.fn;
  SinterContact       c       = {.i         = s.i,
                                 .j         = s.j,
                                 .counted   = 1,
                                 .radius    = MIXED_R,
                                 .force     = s.fn,
                                 .stiffness = s.kn,
                                 .shear     = sqrt(fmax(across2, 0.0)),
                                 .carrying  = s.a,
                                 .bond      = s.bond,
                                 .coverage  = s.coverage,
                                 .neck      = s.neck};
  double              took;

  MUST(SinterCrowd(w->dem.g, 1, &c));
  MUST(SinterStep(PETSC_COMM_WORLD, &model, T, dt, dt, 1, &c, &took));
  assert_true(took == dt);
  dem_contact_change(w->dem.dem, &s, &(ContactChange){.coverage = c.coverage, .neck = c.neck, .approach = c.approach});
  MUST(SinterSpread(w->dem.g, 1, &c));
  MUST(DemCoverage(w->dem.dem));
  return c;
}

/* Share of the molecules that leave per time, by hand [1/ns]. */
static double loss(const Ligand *l, const SinterContact *c)
{
  const double area = PETSC_PI * c->carrying * c->carrying, p = c->force / area, tau = c->shear / area;
  const double sigma = sqrt(pow(l->normal_share * p, 2.0) + 3.0 * tau * tau);

  return l->attempt_rate * exp(-(l->bond_energy - l->activation_volume * sigma) / (BOLTZMANN * T));
}

/* Ligands of a grain: contact and free surface, area times coverage, over its surface [-]. */
static double ligands(const MixedWorld *w, const SinterContact *c, PetscInt row)
{
  const double share = 0.25 * c->carrying * c->carrying / (MIXED_R * MIXED_R);

  return share * c->coverage + (1.0 - share) * w->dem.g->aux[row][AUX_FREE];
}

/*
  Covered grains held at their distance: coverage falls by exp(-k t) with the k of pressure and shear in the contact, to
  rounding, none is lost (1e-12: shares cut to 2^-40), and nothing welds above the threshold.  Below it the layer is
  pressed out, some hundred steps, and what touches is one metal and pulls.
*/
static void covered_grains_weld_when_bare(void **state)
{
  const ContactInterface f = interface_of();

  (void)state;
  for (int k = 0; k < 3; k++) {
    MixedWorld    w;
    ContactSample s;
    SinterContact c = {0};
    double        force[3];
    int           ticks = 0;

    mixed_begin_with(&w, KINDS[k], 256, Y, W, MU, 0.7, &f, 0.4);
    bring(&w, 0.7, 2.0, force);
    for (s = look(&w); s.coverage > f.ligand.threshold; s.coverage = c.coverage, ticks++) {
      const double rate = loss(&f.ligand, &(SinterContact){.force = s.fn, .carrying = s.a});

      assert_true(s.bond == BOND_LIGAND && s.layer > 0.1 && s.fn > 0.0);
      c = tick(&w, &f, NULL, "none", 0.1 / rate);
      CHECK_CLOSE(log(s.coverage / c.coverage), loss(&f.ligand, &c) * 0.1 / rate, 1e-12, 0.0);
      for (PetscInt row = 0; row < 2; row++) CHECK_CLOSE(ligands(&w, &c, row), 0.4, 1e-11, 0.0);
      bring(&w, 0.0, 1.0, force);
      if (c.coverage > f.ligand.threshold) s = look(&w);
      if (c.coverage > f.ligand.threshold) assert_true(s.coverage == c.coverage && s.bond == BOND_LIGAND);
    }
    assert_int_equal(ticks, 3);                             /* 0.4 exp(-0.1 n) < 0.3 */
    for (int q = 0; q < 4; q++) bring(&w, 0.1, 2.0, force); /* the layer is gone, and as much nearer are the cores */
    s = look(&w);
    assert_true(s.bond == BOND_METAL && s.bonded > 0.1 * MIXED_R && s.layer == 0.0 && s.coverage == c.coverage);
    print_message("%s: %d ticks, coverage %.3f, layer %.3f nm, bonded over %.2f nm, %.2f nN\n", KINDS[k], ticks,
                  s.coverage, s.layer, s.bonded, s.fn);
    mixed_end(&w);
  }
}

/*
  Diffusion takes 0.05 nm away between bare grains: brought nearer by as much they have the force that they had.  5 %:
  gaps count along the normals of curved facets; on plates 8 %, whose law sticks by another path than it was pressed on.
*/
static void what_diffusion_takes_costs_no_force(void **state)
{
  const ContactInterface f = interface_of();

  (void)state;
  for (int k = 0; k < 3; k++) {
    MixedWorld    w;
    ContactSample s, after;
    double        force[3];

    mixed_begin_with(&w, KINDS[k], 256, 50.0, W, MU, 0.05, &f, 0.0); /* elastic */
    bring(&w, 0.4, 2.0, force);
    s = look(&w);
    dem_contact_change(w.dem.dem, &s, &(ContactChange){.coverage = 0.0, .neck = 1.2 * s.bonded, .approach = 0.05});
    MUST(DemCoverage(w.dem.dem));
    assert_true(dem_overlap(w.dem.dem) == 0.05);
    bring(&w, 0.0, 1.0, force);
    after = look(&w);
    print_message("%s: %.3f nN, %.3f with the material gone", KINDS[k], s.fn, after.fn);
    assert_true(after.fn < 0.9 * s.fn);
    CHECK_CLOSE(after.neck, 1.2 * fmin(after.bonded, s.bonded), 1e-9, 0.0);
    bring(&w, 0.05, 2.0, force);
    after = look(&w);
    print_message(", %.3f nearer\n", after.fn);
    CHECK_CLOSE(after.fn, s.fn, k ? 0.08 : 0.05, 0.0);
    mixed_end(&w);
  }
}

int main(int argc, char **argv)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(bonds_hold_and_covers_do_not),
      cmocka_unit_test(covered_grains_weld_when_bare),
      cmocka_unit_test(what_diffusion_takes_costs_no_force),
  };
  int failed;

  if (PetscInitialize(&argc, &argv, NULL, NULL)) return 1;
  failed = cmocka_run_group_tests(tests, NULL, NULL);
  return PetscFinalize() ? 1 : failed;
}
