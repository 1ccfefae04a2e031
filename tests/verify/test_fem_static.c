/* test_fem_static.c - static equilibrium of meshed grains: against the explicit engine, and what must hold of it. */
#include "materials/surface.h"
#include "tests/verify/fem_static_world.h"

/* Net force of contacts and tools on each body over the force on the punch, the largest. */
static double net_force(FemWorld *w, double punch)
{
  double most = 0.0;

  for (int b = 0; b < w->fem->n_body; b++)
    for (int k = 0; k < 3; k++) most = fmax(most, fabs(fem_world_force(w, b, k)));
  return most / punch;
}

static void elastic_sphere(void **state)
{
  (void)state;
  compare("one_point", 1e3, 2, (const double[]){0.05, 0.1});
}

static void plastic_sphere(void **state)
{
  (void)state;
  compare("one_point", 0.5, 2,
          (const double[]){0.2, 0.3}); /* at 0.1 nodes touch row by row, and curves are staircases */
}

/* An elastic sphere takes nothing with it: no force and no stress when the punch has gone. */
static void elastic_springback(void **state)
{
  double          top, stored;
  FemWorld        w;
  FemStatic       st;
  FemStaticStatus s;
  FemStatus       seen;

  (void)state;
  one_sphere(&w, 3, 1, 1e3);
  top = w.tools.z[TOOL_TOP];
  MUST(FemStaticCreate(w.fem, &fem_static_defaults, &st));
  MUST(FemStaticSolve(st, &w.tools, (const double[TOOL_N]){0.0, -top, 0.9 * top}, &s));
  MUST(FemControl(w.fem, &seen));
  stored = seen.elastic;
  MUST(FemStaticSolve(st, &w.tools, (const double[TOOL_N]){0.0, -top, 1.01 * top}, &s));
  show("springback", &s);
  MUST(FemControl(w.fem, &seen));
  assert_true(s.force[TOOL_TOP][2] == 0.0);
  print_message("left: %.1e of the elastic energy, %.1e in work\n", seen.elastic / stored,
                work(&w, WORK_TOOLS) / stored);
  assert_true(seen.elastic < 1e-4 * stored); /* a stress to 1 %: its rate is integrated in steps of 1 % of strain */
  assert_true(fabs(balance(&w)) < 1e-3 * stored);
  MUST(FemStaticDestroy(&st));
  fem_world_end(&w);
}

/* A pack of edge^3 held, then its punch lifted until it carries nothing. */
static FemStaticStatus pack(int edge, int release)
{
  FemWorld        w;
  FemStatic       st;
  FemStaticStatus s;
  double          punch, before, top;

  pressed(&w, edge, 0.9, 0.5);
  top = w.tools.z[TOOL_TOP];
  MUST(FemStaticCreate(w.fem, &fem_static_defaults, &st));
  before = balance(&w);
  MUST(FemStaticSolve(st, &w.tools, (double[TOOL_N]){0.0, w.tools.z[TOOL_BOTTOM], top}, &s));
  show("hold", &s);
  punch = s.force[TOOL_TOP][2];
  print_message("punch %.2f nN, net force on a body %.1e of it\n", punch, net_force(&w, punch));
  assert_true(punch > 20.0 && s.residual <= 1e-6);
  assert_true(net_force(&w, punch) < 1e-5); /* the residuals of its nodes together */
  assert_true(fabs(balance(&w) - before) < 1e-4 * work(&w, WORK_TOOLS));
  if (release) {
    before = balance(&w);
    MUST(FemStaticForce(st, &w.tools, 0.0, &s));
    show("release", &s);
    print_message("punch %.3f nN, springback %.4f\n", s.force[TOOL_TOP][2], w.tools.z[TOOL_TOP] / top - 1.0);
    assert_true(s.residual <= 1e-6 && fabs(s.force[TOOL_TOP][2]) <= 1e-3 * punch);
    /* a stress of about the yield stress over the moduli: 1 to 3 % */
    assert_true(w.tools.z[TOOL_TOP] > 1.003 * top && w.tools.z[TOOL_TOP] < 1.05 * top);
    assert_true(fabs(balance(&w) - before) < 0.01 * punch * (w.tools.z[TOOL_TOP] - top));
  }
  MUST(FemStaticDestroy(&st));
  fem_world_end(&w);
  return s;
}

static void pack_of_8(void **state)
{
  (void)state;
  pack(2, 1);
}

/* A punch that adheres lets go while it withdraws, and stands out of reach of the grains in the end, adhesive as
 * before. */
static void adhesive_punch(void **state)
{
  const double    W = 0.05;
  FemWorld        w;
  FemStatic       st;
  FemStaticStatus s;
  double          reach, high = -1e300;

  (void)state;
  pressed(&w, 2, 0.9, 0.5);
  w.fem->cfg.strength = 3.0;
  for (int t = 0; t < TOOL_N; t++) w.tools.W[t] = W;
  reach = surface_reach(W, fem_strength(&w.fem->cfg, W));
  MUST(FemStaticCreate(w.fem, &fem_static_defaults, &st));
  MUST(FemStaticWithdraw(st, &w.tools, TOOL_TOP, &s));
  show("an adhesive punch withdraws", &s);
  for (int n = 0; n < 8 * w.fem->n_surf; n++) high = fmax(high, w.fem->surf[n][SF_Z]);
  print_message("%.4f nm above the grains, reach %.4f nm\n", w.tools.z[TOOL_TOP] - high, reach);
  assert_true(s.force[TOOL_TOP][2] == 0.0 && s.residual <= 1e-6);
  assert_true(w.tools.W[TOOL_TOP] == W && w.tools.z[TOOL_TOP] - high >= reach);
  assert_true(w.tools.z[TOOL_TOP] - high < reach + 0.01 * w.tools.z[TOOL_TOP]); /* an increment at most */
  MUST(FemStaticDestroy(&st));
  fem_world_end(&w);
}

static int slots_of(const FemWorld *w, int tool)
{
  int n = 0;

  for (int k = 0; k < 8 * w->fem->n_surf; k++) n += slot_find(w->fem->slot[k], -1.0 - tool) >= 0;
  return n;
}

/* A punch that leaves the grains far behind in one increment takes what friction had stored at it along. */
static void far_punch(void **state)
{
  FemStaticConfig cfg = fem_static_defaults;
  FemWorld        w;
  FemStatic       st;
  FemStaticStatus s;

  (void)state;
  pressed(&w, 2, 0.9, 0.5);
  assert_true(slots_of(&w, TOOL_TOP) > 0);
  cfg.strain = 2.0;
  MUST(FemStaticCreate(w.fem, &cfg, &st));
  MUST(FemStaticWithdraw(st, &w.tools, TOOL_TOP, &s));
  show("a punch withdraws far", &s);
  assert_int_equal(slots_of(&w, TOOL_TOP), 0);
  assert_true(slots_of(&w, TOOL_BOTTOM) > 0);
  MUST(FemStaticDestroy(&st));
  fem_world_end(&w);
}

/* With two levels: 20 iterations of the linear solver at most; 8 are found. */
static void pack_of_27(void **state)
{
  FemStaticStatus s;

  (void)state;
  MUST(PetscOptionsSetValue(NULL, "-static_pc_two_level", "yes"));
  s = pack(3, 0);
  MUST(PetscOptionsClearValue(NULL, "-static_pc_two_level"));
  assert_true(s.two_level && s.krylov_most <= 20);
}

/*
  Two levels of grains: iterations of conjugate gradients to 1e-5 in the tangent of a pressed pack; 7 are found at 27
  grains, and 20 is the limit for any number of them.
*/
static void two_levels(void **state)
{
  const char *const option[][2] = {
      {"-static_pc_two_level",  "yes" },
      {"-static_mat_assembled", "yes" },
      {"-static_ksp_rtol",      "1e-5"}
  };
  FemStaticConfig cfg = fem_static_defaults;
  FemWorld        w;
  FemStatic       st;
  KSP             ksp;
  PetscInt        most = 0;
  PetscReal       norm[2];

  (void)state;
  pressed(&w, 3, 0.9, 0.5);
  for (int k = 0; k < 3; k++) MUST(PetscOptionsSetValue(NULL, option[k][0], option[k][1]));
  MUST(FemStaticCreate(w.fem, &cfg, &st));
  for (int k = 0; k < 3; k++) MUST(PetscOptionsClearValue(NULL, option[k][0]));
  MUST(StaticBeginMake(st));
  st->tools = w.tools;
  MUST(StaticBeginForces(st));
  MUST(StaticResidual(st, st->x, st->f));
  MUST(StaticTangent(st, st->x));
  MUST(StaticSolverRenew(st));
  MUST(SNESGetKSP(st->snes, &ksp));
  MUST(KSPSetOperators(ksp, st->A, st->A));
  MUST(KSPSolve(ksp, st->f, st->f_begin));
  MUST(KSPGetIterationNumber(ksp, &most));
  MUST(MatMult(st->A, st->f_begin, st->x));
  MUST(VecNorm(st->f, NORM_2, &norm[0]));
  MUST(VecAXPY(st->x, -1.0, st->f));
  MUST(VecNorm(st->x, NORM_2, &norm[1]));
  print_message("%d iterations of CG, residual %.1e\n", (int)most, norm[1] / norm[0]);
  assert_true(st->status.two_level && norm[1] <= 1.01e-5 * norm[0]);
  assert_true(most > 1 && most <= 20);
  MUST(FemStaticDestroy(&st));
  fem_world_end(&w);
}

/*
  Moduli of an elastic pack, unloaded by a strain of 1e-3, without friction on the wall: against forces on the tools
  when the punches go apart and together, each from the same state.  Residuals are 1e-6 of the contact forces, and those
  change by 1e-3: 1 % is asked.  Of the stress across, friction of the punches carries a tenth, which the force on the
  wall knows nothing of: 15 %.  C is symmetric where nothing slides: to 3 % of C_zzzz.
*/
static void moduli(void **state)
{
  const double    e = 2e-4;
  FemWorld        w;
  FemStatic       st;
  FemStaticStatus s[3];
  double          C[6][6], area, height, wall, axial, across, z[TOOL_N] = {0.0};

  (void)state;
  pressed(&w, 2, 0.85, 1e3);
  w.tools.mu[TOOL_DIE] = 0.0;
  area                 = PETSC_PI * w.tools.die_radius * w.tools.die_radius;
  height               = w.tools.z[TOOL_TOP] - w.tools.z[TOOL_BOTTOM];
  wall                 = 2.0 * PETSC_PI * w.tools.die_radius * height;
  MUST(FemStaticCreate(w.fem, &fem_static_defaults, &st));
  z[TOOL_BOTTOM] = w.tools.z[TOOL_BOTTOM], z[TOOL_TOP] = w.tools.z[TOOL_TOP] + 1e-3 * height;
  MUST(FemStaticSolve(st, &w.tools, z, &s[0]));
  MUST(FemStaticModuli(st, &w.tools, e, C, &s[0]));
  show("moduli", &s[0]);
  for (int r = 0; r < 6; r++)
    print_message("  %8.3f %8.3f %8.3f %8.3f %8.3f %8.3f GPa\n", C[r][0], C[r][1], C[r][2], C[r][3], C[r][4], C[r][5]);
  for (int k = 0; k < 2; k++) {
    const double way    = (k ? -0.5 : 0.5) * e * height;
    Tools        moving = w.tools;
    z[TOOL_BOTTOM] = w.tools.z[TOOL_BOTTOM] - way, z[TOOL_TOP] = w.tools.z[TOOL_TOP] + way;
    MUST(FemStaticSolve(st, &moving, z, &s[1 + k]));
    MUST(StaticRestore(st)); /* it was one increment */
  }
  axial  = (s[2].force[TOOL_TOP][2] - s[1].force[TOOL_TOP][2]) / area / (2.0 * e);
  across = (s[2].wall - s[1].wall) / wall / (2.0 * e);
  print_message("punches apart and together: axial %.3f GPa, across %.3f GPa\n", axial, across);
  assert_true(fabs(C[2][2] / axial - 1.0) < 0.01);
  assert_true(fabs(0.5 * (C[0][2] + C[1][2]) / across - 1.0) < 0.15);
  for (int r = 0; r < 6; r++)
    for (int k = 0; k < r; k++) assert_true(fabs(C[r][k] - C[k][r]) < 0.03 * C[2][2]);
  MUST(FemStaticDestroy(&st));
  fem_world_end(&w);
}

/* A grain that nobody touches stays where it is, to the last bit, beside one that is pressed. */
static void floating_grain(void **state)
{
  const double x[2][3] =
      {
          {0   },
          { 0.0, 8.0, 0.0}
  },
               rest[3] = {0};
  FemWorld        w;
  FemStatic       st;
  FemStaticStatus s;
  double          top, most = 0.0, (*was)[3];

  (void)state;
  begin(&w, 2, 3, 1);
  fem_world_grain(&w, 0, 0, R, 0.5, x[0], rest);
  fem_world_grain(&w, 1, 1, 0.5 * R, 0.5, x[1], rest);
  w.cfg.radius_min = 0.5 * R;
  fem_world_start(&w);
  plates(&w);
  w.tools.mu[TOOL_TOP] = w.tools.mu[TOOL_BOTTOM] = 0.2; /* without it the faceted sphere turns out of the way */
  top                                            = w.tools.z[TOOL_TOP];
  was                                            = malloc((size_t)w.fem->n_node * sizeof *was);
  for (int n = 0; n < w.fem->n_node; n++)
    for (int k = 0; k < 3; k++) was[n][k] = w.fem->x[n][k][1];
  MUST(FemStaticCreate(w.fem, &fem_static_defaults, &st));
  MUST(FemStaticSolve(st, &w.tools, (const double[TOOL_N]){0.0, -top, 0.96 * top}, &s));
  for (int n = 0; n < w.fem->n_node; n++)
    for (int k = 0; k < 3; k++) most = fmax(most, fabs(w.fem->x[n][k][1] - was[n][k]));
  print_message("punch %.2f nN; the free grain moved by %.1e nm\n", s.force[TOOL_TOP][2], most);
  assert_true(s.force[TOOL_TOP][2] > 0.5);
  assert_true(most < 1e-6 * R); /* of Newton's start, which follows the punch, nothing is left */
  free(was);
  MUST(FemStaticDestroy(&st));
  fem_world_end(&w);
}

static char said[1024];

static PetscErrorCode hear(MPI_Comm comm, int line, const char *function, const char *file, PetscErrorCode n,
                           PetscErrorType p, const char *text, void *ctx)
{
  (void)comm, (void)line, (void)function, (void)file, (void)ctx;
  if (p == PETSC_ERROR_INITIAL) snprintf(said, sizeof said, "%s", text);
  return n;
}

/* Grains may not settle and Newton is allowed one iteration: an error that says where, and nothing has moved. */
static void no_balance(void **state)
{
  FemStaticConfig cfg = fem_static_defaults;
  FemWorld        w;
  FemStatic       st;
  double         *before, *after;
  double          top;

  (void)state;
  cfg.tries = 2; /* shorter ones: damped ones may come through in one iteration */
  one_sphere(&w, 3, 1, 0.5);
  top    = w.tools.z[TOOL_TOP];
  before = calloc(2 * fem_width(w.fem), sizeof *before);
  after  = before + fem_width(w.fem);
  MUST(PetscOptionsSetValue(NULL, "-static_snes_max_it", "1"));
  MUST(PetscOptionsSetValue(NULL, "-static_snes_settle", "0"));
  MUST(FemStaticCreate(w.fem, &cfg, &st));
  MUST(PetscOptionsClearValue(NULL, "-static_snes_max_it"));
  MUST(PetscOptionsClearValue(NULL, "-static_snes_settle"));
  fem_body_pass(w.fem, 0, before, BODY_OUT);
  MUST(PetscPushErrorHandler(hear, NULL));
  assert_int_not_equal(FemStaticSolve(st, &w.tools, (const double[TOOL_N]){0.0, -top, 0.99 * top}, NULL), 0);
  MUST(PetscPopErrorHandler());
  print_message("%s\n", said);
  assert_non_null(strstr(said, "grain 0, and nothing has moved;"));
  assert_non_null(strstr(said, "DIVERGED_MAX_IT, also when increments are shorter and damped"));
  fem_body_pass(w.fem, 0, after, BODY_OUT);
  assert_memory_equal(before, after, fem_width(w.fem) * sizeof *before);
  assert_true(w.tools.z[TOOL_TOP] == top);
  free(before);
  MUST(FemStaticDestroy(&st));
  fem_world_end(&w);
}

int main(int argc, char **argv)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(elastic_sphere), cmocka_unit_test(plastic_sphere), cmocka_unit_test(elastic_springback),
      cmocka_unit_test(pack_of_8),      cmocka_unit_test(adhesive_punch), cmocka_unit_test(far_punch),
      cmocka_unit_test(pack_of_27),     cmocka_unit_test(two_levels),     cmocka_unit_test(moduli),
      cmocka_unit_test(floating_grain), cmocka_unit_test(no_balance)};
  int failed;

  if (PetscInitialize(&argc, &argv, NULL, NULL)) return 1;
  if (argc > 1) cmocka_set_test_filter(argv[1]);
  failed = cmocka_run_group_tests(tests, NULL, NULL);
  return PetscFinalize() ? 1 : failed;
}
