/* fem_static_world.h - spheres between plates and packs in a die, to be brought to static equilibrium by tests. */
#ifndef TESTS_VERIFY_FEM_STATIC_WORLD_H
#define TESTS_VERIFY_FEM_STATIC_WORLD_H

#include "solver/fem/fem_static_impl.h"
#include "tests/verify/fem_world.h"

static const double R = 3.25; /* [nm] */

static inline void begin(FemWorld *w, int n_grains, int n, int m)
{
  const GrainShape shape = {.form = GRAIN_SPHERE};

  memset(w, 0, sizeof *w);
  assert_int_equal(GrainMeshMake(&shape, n, m, &w->mesh), MESH_OK);
  fem_world_begin(w, n_grains);
  w->cfg.dashpot = 0.5;
}

/* Plates just touch the sphere. */
static inline void plates(FemWorld *w)
{
  double top = 0.0;

  for (int k = 0; k < w->fem->n_surf; k++) top = fmax(top, fabs(w->fem->surf[k][SF_Z]));
  w->tools.z[TOOL_TOP]    = top;
  w->tools.z[TOOL_BOTTOM] = -top;
}

static inline void one_sphere(FemWorld *w, int n, int m, double yield)
{
  const double x[3] = {0};

  begin(w, 1, n, m);
  fem_world_grain(w, 0, 0, R, yield, x, x);
  fem_world_start(w);
  w->tools.mu[TOOL_TOP] = w->tools.mu[TOOL_BOTTOM] = 0.2;
  plates(w);
}

static inline void show(const char *what, const FemStaticStatus *s)
{
  print_message(
      "%s: %d increments (%d cuts), %d steps, %d Newton (at most %d), %d Krylov (at most %d), residual %.1e\n", what,
      s->increments, s->cuts, s->steps, s->newton, s->newton_most, s->krylov, s->krylov_most, s->residual);
}

/* edge^3 grains in a die that closes about them while the punch comes down, explicitly, until they are that dense. */
static inline void pressed(FemWorld *w, int edge, double density, double yield)
{
  const double d    = 2.02 * R;
  const int    n    = edge * edge * edge;
  double       part = 0.0;

  begin(w, n, 3, 1);
  w->cfg.mu = 0.3;
  for (int i = 0; i < n; i++) {
    const double x[3] = {(i % edge - 0.5 * (edge - 1)) * d, (i / edge % edge - 0.5 * (edge - 1)) * d,
                         (i / edge / edge + 0.5) * d},
                 v[3] = {0};
    fem_world_grain(w, i, i, R, yield, x, v);
  }
  w->tools = (Tools){
      .die_radius = edge * 0.72 * d, .die_top = 1e6, .z = {0.0, 0.0, edge * d},
                  .mu = {0.1, 0.1, 0.1     }
  };
  fem_world_start(w);
  for (int step = 0; part < density; step++) {
    const double speed = part < density - 0.1 ? 100.0 : 20.0, way = speed * w->fem->dt;
    w->tools.v[TOOL_TOP] = -speed;
    w->tools.z[TOOL_TOP] -= way;
    if (part < density - 0.1) w->tools.die_radius -= 0.5 * way;
    if (step % 50 == 49) fem_world_pairs(w);
    MUST(FemStep(w->fem, &w->tools));
    part = n * GRAIN_MESH_VOLUME * R * R * R /
           (PETSC_PI * w->tools.die_radius * w->tools.die_radius * (w->tools.z[TOOL_TOP] - w->tools.z[TOOL_BOTTOM]));
  }
  w->tools.v[TOOL_TOP] = 0.0;
  for (int step = 0; step < 200; step++) MUST(FemStep(w->fem, &w->tools));
  fem_world_pairs(w);
}

static inline double work(FemWorld *w, int k) { return exact_value(&w->fem->work[k], w->fem->unit_work); }

static inline double balance(FemWorld *w)
{
  FemStatus s;

  MUST(FemControl(w->fem, &s));
  return work(w, WORK_TOOLS) - (work(w, WORK_STRAIN) + work(w, WORK_NORMAL) + work(w, WORK_VISCOUS) +
                                work(w, WORK_TANGENTIAL) + work(w, WORK_DRAG) + s.kinetic);
}
/* Force on the top plate at each approach, plates at 4 nm/ns: slow enough, tests/verify/test_fem_crush.c. */
static inline void explicit_forces(int n, int m, double yield, int stops, const double approach[], double force[])
{
  FemWorld  w;
  FemStatus s;
  double    top;

  one_sphere(&w, n, m, yield);
  top                 = w.tools.z[TOOL_TOP];
  w.tools.v[TOOL_TOP] = -4.0, w.tools.v[TOOL_BOTTOM] = 4.0;
  for (int stop = 0, inside = 0; stop < stops;) {
    const double at = 1.0 - w.tools.z[TOOL_TOP] / top, half = 0.002;
    if (!inside && at >= approach[stop] - half) {
      MUST(FemControl(w.fem, &s));
      inside = 1;
    }
    if (inside && at >= approach[stop] + half) {
      MUST(FemControl(w.fem, &s));
      force[stop++] = s.force[TOOL_TOP][2];
      inside        = 0;
    }
    for (int k = TOOL_BOTTOM; k <= TOOL_TOP; k++) w.tools.z[k] += w.tools.v[k] * w.fem->dt;
    MUST(FemStep(w.fem, &w.tools));
  }
  fem_world_end(&w);
}

/*
  Explicit and static are integrated in steps of other lengths and keep hourglass modes differently where elements flow:
  2 % is asked where 0.7 % is found.
*/
static inline void compare(const char element[], double yield, int stops, const double approach[])
{
  double          wanted[8], top;
  FemWorld        w;
  FemStatic       st;
  FemStaticStatus s;
  FemStaticConfig cfg = fem_static_defaults;

  explicit_forces(4, 2, yield, stops, approach, wanted);
  one_sphere(&w, 4, 2, yield);
  top         = w.tools.z[TOOL_TOP];
  cfg.element = element;
  MUST(FemStaticCreate(w.fem, &cfg, &st));
  for (int k = 0; k < stops; k++) {
    const double z[TOOL_N] = {0.0, -top * (1.0 - approach[k]), top * (1.0 - approach[k])};
    MUST(FemStaticSolve(st, &w.tools, z, &s));
    show(element, &s);
    print_message("approach %.2f: explicit %.2f nN, static %.2f nN\n", approach[k], wanted[k], s.force[TOOL_TOP][2]);
    assert_true(w.tools.z[TOOL_TOP] == z[TOOL_TOP] && s.residual <= fem_static_defaults.tolerance);
    assert_true(fabs(s.force[TOOL_TOP][2] / wanted[k] - 1.0) < 0.02);
    /* the ends differ by what is unbalanced, of all nodes together */
    assert_true(fabs(s.force[TOOL_TOP][2] + s.force[TOOL_BOTTOM][2]) < 1e-5 * wanted[k]);
  }
  MUST(FemStaticDestroy(&st));
  fem_world_end(&w);
}

#endif
