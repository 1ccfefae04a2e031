/*
  test_fem_tools.c - meshed grains on tools: friction that sticks and slides, adhesion between what closed forms allow,
  books of a press whose every tool moves.
*/
#include "materials/surface.h"
#include "tests/verify/fem_world.h"

static const double R = 3.25; /* [nm] */

static double worked(FemWorld *w, int k) { return exact_value(&w->fem->work[k], w->fem->unit_work); }
static double tool_force(FemWorld *w, int tool, int k)
{
  return exact_value(&w->fem->tool_force[tool][k], w->fem->unit_force);
}

/* n spheres that do not touch each other, ids 0 .. n - 1 and so as many orientations; tools are far away. */
static void spheres(FemWorld *w, int count, int n, int m, double W, double strength)
{
  const GrainShape shape = {.form = GRAIN_SPHERE};

  memset(w, 0, sizeof *w);
  assert_int_equal(GrainMeshMake(&shape, n, m, &w->mesh), MESH_OK);
  fem_world_begin(w, count);
  w->cfg.strength = strength;
  for (int i = 0; i < count; i++) {
    const double x[3] = {4.0 * R * i, 0.0, 0.0}, rest[3] = {0};
    fem_world_grain(w, i, i, R, 1e3, x, rest);
  }
  w->tools.W[TOOL_BOTTOM] = W;
  fem_world_start(w);
}

/* Forces of the tools at the present places and velocities, nothing else. */
static void act(FemWorld *w)
{
  memset(w->fem->force, 0, (size_t)(w->fem->n_body * w->fem->n_surf) * sizeof *w->fem->force);
  memset(w->fem->tool_force, 0, sizeof w->fem->tool_force);
  MUST(FemTools(w->fem, &w->tools));
}

/* All nodes move like this, and are there after a step. */
static void carry(FemWorld *w, const double v[3])
{
  for (int n = 0; n < w->fem->n_node; n++)
    for (int k = 0; k < 3; k++) {
      w->fem->v[n][k] = v8_set(v[k]);
      w->fem->x[n][k] += v[k] * w->fem->dt;
    }
  fem_surface(w->fem, 0);
}

/* A tool that deforms comes to a grain that it did not touch, as far from its middle as in a wide die. */
static void strained_tool_closes(void **state)
{
  ToolStrain strain = {
      .centre = {0.0, 0.0, -1000.0}
  };
  FemWorld w;

  (void)state;
  spheres(&w, 1, 4, 2, 0.0, 1.0);
  w.tools.z[TOOL_TOP] = w.g->rec[0][REC_X + 2] + 1.03 * w.g->rec[0][REC_R];
  act(&w);
  assert_true(tool_force(&w, TOOL_TOP, 2) == 0.0);
  strain.e[2][2] = -2e-4; /* 0.2 nm here, twice the gap */
  w.fem->strain  = &strain;
  act(&w);
  assert_true(tool_force(&w, TOOL_TOP, 2) > 0.0);
  w.fem->strain = NULL;
  fem_world_end(&w);
}

static double deepest(FemWorld *w)
{
  double least = 1e300;

  for (int n = 0; n < w->fem->n_surf; n++) least = fmin(least, w->fem->surf[n][SF_Z]);
  return least;
}

/*
  A sphere in the plane of a punch, which moves along it: the nodes that touch stick until the force is mu N, node by
  node, then it is mu N, and stays so around a corner.  Exact to what integers of forces and of work cut off node by
  node.
*/
static void sticks_then_slides(void **state)
{
  const double mu = 0.3, u = 100.0;
  double       N, kt, way = 0.0, heat, ulp;
  FemWorld     w;

  (void)state;
  spheres(&w, 1, 4, 2, 0.0, 0.0);
  w.tools.mu[TOOL_BOTTOM] = mu, w.tools.z[TOOL_BOTTOM] = deepest(&w) + 0.3;
  act(&w);
  N   = -tool_force(&w, TOOL_BOTTOM, 2);
  kt  = 0.0;
  ulp = w.fem->n_surf * w.fem->unit_force;
  for (int n = 0; n < w.fem->n_surf; n++)
    if (w.fem->surf[n][SF_Z] < w.tools.z[TOOL_BOTTOM])
      kt += SURFACE_STICK * w.cfg.penalty * w.cfg.bulk.K / w.fem->surf[n][SF_H] * w.fem->surf[n][SF_AREA];
  assert_true(N > 1.0 && worked(&w, WORK_TOOLS) == 0.0);
  for (int step = 0; step < 3; step++) { /* less than the least deep node bears */
    carry(&w, (const double[3]){1e-4 * u, 0, 0});
    way += 1e-4 * u * w.fem->dt;
    act(&w);
    assert_true(fabs(tool_force(&w, TOOL_BOTTOM, 0) - kt * way) < ulp);
  }
  assert_true(worked(&w, WORK_FRICTION) == 0.0);
  for (int back = 0; back < 2; back++) {
    const double v[3] = {back ? 0.0 : u, back ? -u : 0.0, 0.0};

    for (int step = 0; step < 2000; step++) carry(&w, v), act(&w);
    heat = worked(&w, WORK_FRICTION);
    carry(&w, v), act(&w);
    assert_true(fabs(hypot(tool_force(&w, TOOL_BOTTOM, 0), tool_force(&w, TOOL_BOTTOM, 1)) - mu * N) < ulp);
    /* turned by a right angle the stored force follows the motion: what is left of the old one falls like 1/e^way */
    assert_true(fabs(tool_force(&w, TOOL_BOTTOM, back) - (back ? -mu : mu) * N) < 1e-9 * N);
    assert_true(fabs(worked(&w, WORK_FRICTION) - heat - mu * N * u * w.fem->dt) < w.fem->n_surf * w.fem->unit_work);
  }
  assert_true(fabs(tool_force(&w, TOOL_BOTTOM, 2) + N) < 1e-12 * N);
  fem_world_end(&w);
}

/*
  Rigid spheres over an adhesive punch: 2 pi W R where they touch, whatever the law of traction (Bradley 1932, Derjaguin
  1934: all of the sphere's area within dz is 2 pi R dz).  The strongest pull of a mesh is that but for its facets, of
  which the reach, 1.5 nm of height or 3.2 nm of radius, spans five: 3 % (the mesh, of the sphere's volume, has nodes
  outside of it by 1 %).
*/
static void rigid_spheres_pull_like_bradley(void **state)
{
  enum { N = 8 };
  const double W = 2.6;
  double       reach, worst = 0.0, bottom[N], first = 0.0;
  FemWorld     w;

  (void)state;
  spheres(&w, N, 8, 3, W, 3.0);
  reach = surface_reach(W, fem_strength(&w.cfg, W));
  assert_true(fem_strength(&w.cfg, W) == 3.0 && reach > 1.5);
  for (int b = 0; b < N; b++) {
    bottom[b] = 1e300;
    for (int n = 0; n < w.fem->n_surf; n++) bottom[b] = fmin(bottom[b], w.fem->surf[b * w.fem->n_surf + n][SF_Z]);
    first = fmin(first, bottom[b]);
  }
  for (int b = 0; b < N; b++) {
    double most = 0.0;

    for (int k = -10; k < 200; k++) {
      w.tools.z[TOOL_BOTTOM] = bottom[b] - 0.01 * k * reach;
      act(&w);
      most = fmax(most, -fem_world_force(&w, b, 2));
    }
    worst = fmax(worst, fabs(most / (2.0 * PETSC_PI * W * R) - 1.0));
    print_message("sphere %d: %.4f of 2 pi W R\n", b, most / (2.0 * PETSC_PI * W * R));
  }
  assert_true(worst < 0.03);
  w.tools.z[TOOL_BOTTOM] = first - 1.0001 * reach;
  act(&w);
  assert_true(tool_force(&w, TOOL_BOTTOM, 2) == 0.0);
  fem_world_end(&w);
}

static double balance(FemWorld *w, double *kinetic)
{
  FemStatus s;

  MUST(FemControl(w->fem, &s));
  if (kinetic) *kinetic = s.kinetic;
  return worked(w, WORK_TOOLS) - (worked(w, WORK_STRAIN) + worked(w, WORK_NORMAL) + worked(w, WORK_VISCOUS) +
                                  worked(w, WORK_TANGENTIAL) + worked(w, WORK_DRAG) + s.kinetic);
}

static void step(FemWorld *w)
{
  for (int k = 0; k < TOOL_N; k++) w->tools.z[k] += w->tools.v[k] * w->fem->dt;
  w->tools.die_top += w->tools.v[TOOL_DIE] * w->fem->dt;
  w->tools.die_radius += w->tools.die_speed * w->fem->dt;
  MUST(FemStep(w->fem, &w->tools));
}

/* The caps of all spheres above half a radius move with v along z and nothing else, from where they were. */
static void hold_caps(FemWorld *w, const v8 (*x)[3], double way, double v)
{
  for (int n = 0; n < w->fem->n_node; n++)
    for (int l = 0; l < 8; l++)
      if (x[n][2][l] > 0.5 * R)
        for (int k = 0; k < 3; k++) {
          w->fem->x[n][k][l] = x[n][k][l] + (k == 2 ? way : 0.0);
          w->fem->v[n][k][l] = k == 2 ? v : 0.0;
        }
  fem_surface(w->fem, 0);
}

/*
  Elastic spheres, held by their upper caps, snap onto an adhesive punch and are drawn off: the largest pull lies
  between JKR's 1.5 pi W R (a contact large beside the reach of adhesion) and DMT's 2 pi W R (small), as Maugis (1992)
  has it for all between.  5 %: facets, as above, and what still rings, of which the mean over 0.02 of the reach is
  taken.
*/
static void elastic_spheres_pull_off(void **state)
{
  enum { N = 8 };
  const double W = 1.0, speed = 4.0, unit = PETSC_PI * W * R;
  double       pull[N] = {0}, sum[N] = {0}, low = 1e300, high = 0.0, bottom = 0.0, reach, way = 0.0;
  int          window;
  v8(*x)[3];
  FemWorld w;

  (void)state;
  spheres(&w, N, 8, 3, W, 3.0);
  w.cfg.dashpot = w.fem->cfg.dashpot = 0.5;
  fem_drag(w.fem, 100.0); /* sound crosses a sphere and back in some 0.002 ns */
  reach  = surface_reach(W, fem_strength(&w.cfg, W));
  window = (int)(0.02 * reach / (speed * w.fem->dt)) + 1;
  for (int n = 0; n < N * w.fem->n_surf; n++) bottom = fmin(bottom, w.fem->surf[n][SF_Z]);
  w.tools.z[TOOL_BOTTOM] = bottom;
  x                      = aligned_alloc(64, (size_t)w.fem->n_node * sizeof *x);
  memcpy(x, w.fem->x, (size_t)w.fem->n_node * sizeof *x);
  for (int k = 0; way < 2.5 * reach; k++) {
    const double v = k < 1500 ? 0.0 : speed;

    hold_caps(&w, (const v8(*)[3])x, way += v * w.fem->dt, v);
    MUST(FemStep(w.fem, &w.tools));
    for (int b = 0; b < N; b++) sum[b] -= fem_world_force(&w, b, 2);
    if (k % window < window - 1) continue;
    for (int b = 0; b < N; b++) {
      if (k >= 1500) pull[b] = fmax(pull[b], sum[b] / window);
      sum[b] = 0.0;
    }
  }
  for (int b = 0; b < N; b++) {
    low = fmin(low, pull[b] / unit), high = fmax(high, pull[b] / unit);
    print_message("sphere %d: %.3f pi W R\n", b, pull[b] / unit);
    assert_true(fabs(fem_world_force(&w, b, 2)) < 1e-3 * unit); /* it is off */
  }
  assert_true(low > 1.5 * 0.95 && high < 2.0 * 1.05);
  free(x);
  fem_world_end(&w);
}

/*
  Eight grains between punches in a bore that closes, while the whole press goes down, the die at half the speed: four
  tools with velocities of their own, friction and adhesion on each.
*/
static void every_tool_moves(void **state)
{
  const double     d = 2.01 * R, half = 5.0;
  const GrainShape shape = {.form = GRAIN_SPHERE};
  double           off, kinetic;
  FemWorld         w;

  (void)state;
  memset(&w, 0, sizeof w);
  assert_int_equal(GrainMeshMake(&shape, 3, 2, &w.mesh), MESH_OK);
  fem_world_begin(&w, 8);
  w.cfg.mu = 0.3, w.cfg.dashpot = 0.5, w.cfg.strength = 3.0;
  for (int i = 0; i < 8; i++) {
    const double x[3] = {(i % 2 - 0.5) * d, (i / 2 % 2 - 0.5) * d, (i / 4 + 0.5) * d};
    fem_world_grain(&w, i, i, R, 0.5, x, (const double[3]){0.0, 0.0, -2.0 * half});
  }
  w.tools = (Tools){
      .die_radius = 1.72 * d,
      .die_speed  = -3.0,
      .die_top    = 1e6,
      .z          = {0.0,   0.0,         2.0 * d    },
      .v          = {-half, -2.0 * half, -4.0 * half},
      .mu         = {0.2,   0.2,         0.2        },
      .W          = {0.1,   0.1,         0.2        }
  };
  fem_world_start(&w);
  off = balance(&w, NULL); /* the press has been set in motion */
  for (int k = 0; w.tools.z[TOOL_TOP] - w.tools.z[TOOL_BOTTOM] > 1.4 * d; k++) {
    if (k % 50 == 49) fem_world_pairs(&w);
    step(&w);
  }
  off = balance(&w, &kinetic) - off;
  print_message("%g of the work %g aJ is not in the books; plastic %g, kinetic %g\n", off, worked(&w, WORK_TOOLS),
                worked(&w, WORK_PLASTIC), kinetic);
  assert_true(fabs(off) < 1e-3 * worked(&w, WORK_TOOLS));
  fem_world_end(&w);
}

int main(int argc, char **argv)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(sticks_then_slides),       cmocka_unit_test(rigid_spheres_pull_like_bradley),
      cmocka_unit_test(elastic_spheres_pull_off), cmocka_unit_test(every_tool_moves),
      cmocka_unit_test(strained_tool_closes),
  };
  int failed;

  if (PetscInitialize(&argc, &argv, NULL, NULL)) return 1;
  failed = cmocka_run_group_tests(tests, NULL, NULL);
  return PetscFinalize() ? 1 : failed;
}
