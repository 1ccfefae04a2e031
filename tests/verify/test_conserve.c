/*
  test_conserve.c - what the grain engine must conserve: momentum, energy, and the symmetry of the problem.

  Grains are gold-like, 6.5 nm across, with velocities of some m/s: bodies that meet at what a fast press does to them.
*/
#include "mesh/rng.h"
#include "tests/verify/world.h"

static const double      E = 79.0, NU = 0.42, DENSITY = 1.93e-5, YIELD = 0.5; /* GPa, -, fg/nm^3, GPa */
static const double      R_MEAN = 3.25;                                       /* nm */
static const char *const laws[] = {"hertz_mindlin", "jkr", "mdr"};
enum { LAWS = 3, SIDE = 5, GRAINS = SIDE * SIDE * SIDE };

static double uniform(int grain, int k) { return 2.0 * rng_uniform(7, RNG_FIRST_FREE, grain, k) - 1.0; }

/* Grains near the nodes of a cubic lattice, some of them pressed into each other, with velocities up to `speed`. */
static void fill(World *w, double spacing, double jitter, double speed)
{
  const double middle = 0.5 * (SIDE - 1);

  for (int i = 0; i < GRAINS; i++) {
    const int c[3] = {i % SIDE, i / SIDE % SIDE, i / SIDE / SIDE};
    double    x[3], v[3], *r;

    for (int k = 0; k < 3; k++) {
      x[k] = (c[k] - middle) * spacing + jitter * uniform(i, k);
      v[k] = speed * uniform(i, 3 + k);
    }
    r = world_grain(w, i, R_MEAN * (1.0 + 0.05 * uniform(i, 6)), DENSITY, YIELD, x, v);
    for (int k = 0; k < 3; k++) r[REC_WX + k] = speed / R_MEAN * uniform(i, 7 + k);
  }
}

static void rough(World *w)
{
  w->cfg.mu = 0.3, w->cfg.mu_roll = w->cfg.mu_twist = 0.1, w->cfg.W = 1.0;
  w->cfg.model.rolling = w->cfg.model.twisting = 1;
}

/* p = sum m v, L = sum m x X v + I w; scale[] gets what they would be if nothing cancelled. */
static void momenta(const World *w, double p[3], double L[3], double scale[2])
{
  memset(p, 0, 3 * sizeof *p);
  memset(L, 0, 3 * sizeof *L);
  scale[0] = scale[1] = 0.0;
  for (PetscInt i = 0; i < w->g->n_owned; i++) {
    const double *r = w->g->rec[i], *x = r + REC_X, *v = r + REC_VX, m = 1.0 / r[REC_INV_M];
    const double  inertia = 0.4 * m * r[REC_R0] * r[REC_R0];

    for (int k = 0; k < 3; k++) {
      const int a = (k + 1) % 3, b = (k + 2) % 3;

      p[k] += m * v[k];
      L[k] += m * (x[a] * v[b] - x[b] * v[a]) + inertia * r[REC_WX + k];
      scale[0] += m * fabs(v[k]);
      scale[1] += m * (fabs(x[a] * v[b]) + fabs(x[b] * v[a])) + inertia * fabs(r[REC_WX + k]);
    }
  }
}

/* Forces are multiples of the engine's unit: their sum as integers. */
static void check_forces_cancel(const World *w, int *loaded)
{
  const double unit   = fixed_unit(100.0 * E * w->cfg.radius_max * w->cfg.radius_max);
  int64_t      sum[3] = {0};

  *loaded = 0;
  for (PetscInt i = 0; i < w->g->n_owned; i++) {
    double f[3];

    dem_grain_force(w->dem, i, f);
    *loaded += f[0] != 0.0;
    for (int k = 0; k < 3; k++) {
      assert_true(fabs(f[k] / unit) < 0x1p53 && f[k] / unit == rint(f[k] / unit)); /* nothing was lost in f */
      sum[k] += (int64_t)(f[k] / unit);
    }
  }
  assert_true(sum[0] == 0 && sum[1] == 0 && sum[2] == 0);
}

/*
  A cluster in free flight that collides, slides, rolls, sticks.  The forces cancel exactly; what is left is the
  rounding of each grain's velocity in each step, eps/2 of it at most: 2000 steps give 2000 eps of sum m|v|, and the
  same for the moment (where torques are cut to their unit, which is smaller still).
*/
static void momentum(void **state)
{
  enum { STEPS = 2000 };

  for (int l = 0; l < LAWS; l++) {
    double p[2][3], L[2][3], scale[2], now[2];
    int    loaded = 0, most = 0;
    World  w;

    world_begin(&w, laws[l], E, NU, GRAINS);
    rough(&w);
    fill(&w, 1.98 * R_MEAN, 0.1, 20.0);
    world_start(&w, 4e-4, 0.3 * R_MEAN);
    momenta(&w, p[0], L[0], scale);
    for (int step = 0; step < STEPS; step++) {
      world_forces(&w);
      if (step % 20 == 0) check_forces_cancel(&w, &loaded);
      most = loaded > most ? loaded : most;
      dem_move(w.dem, &w.tools);
      if (step % w.cfg.control_interval == 0) {
        DemStatus status;
        MUST(DemControl(w.dem, &w.tools, 0, &status));
      }
    }
    momenta(&w, p[1], L[1], now);
    assert_true(most > GRAINS / 2); /* the cluster did collide */
    for (int k = 0; k < 3; k++) {
      print_message("%s dp %g dL %g\n", laws[l], (p[1][k] - p[0][k]) / scale[0], (L[1][k] - L[0][k]) / scale[1]);
      CHECK_CLOSE(p[1][k], p[0][k], 0.0, STEPS * 2.2e-16 * scale[0]);
      CHECK_CLOSE(L[1][k], L[0][k], 0.0, STEPS * 2.2e-16 * scale[1]);
    }
    world_end(&w);
  }
}

static double stored(World *w)
{
  const ContactSample *c;
  PetscInt             n;
  double               sum = 0.0;

  dem_samples(w->dem, &n, &c);
  for (PetscInt k = 0; k < n; k++) sum += c[k].stored;
  return sum;
}

static double kinetic_row(const double *r, const double v[3])
{
  return 0.5 / r[REC_INV_M] * (v[0] * v[0] + v[1] * v[1] + v[2] * v[2]);
}

/* A box for the grains of fill(): the punches; the die far away. */
static void box(World *w, double spacing)
{
  w->tools.z[TOOL_BOTTOM] = -0.5 * SIDE * spacing;
  w->tools.z[TOOL_TOP]    = 0.5 * SIDE * spacing;
}

/* Root mean square of (kinetic + stored)/start - 1 over a fixed time; the velocity is the mean of both half steps. */
static double energy_error(double dt, double time)
{
  const int steps = (int)lround(time / dt);
  double    sum = 0.0, start = 0.0, (*v)[3];
  World     w;

  world_begin(&w, "hertz_mindlin", E, NU, GRAINS);
  world_set(&w, "restitution", 1.0);
  fill(&w, 1.96 * R_MEAN, 0.1, 20.0);
  for (int i = 0; i < GRAINS; i++)
    for (int k = 0; k < 3; k++) w.g->rec[i][REC_WX + k] = 0.0;
  box(&w, 1.96 * R_MEAN);
  world_start(&w, dt, 3.0 * R_MEAN); /* one list serves */
  v = malloc(GRAINS * sizeof *v);
  for (int step = 0; step <= steps; step++) {
    double energy = 0.0;

    for (int i = 0; i < GRAINS; i++) memcpy(v[i], &w.g->rec[i][REC_VX], sizeof *v);
    dem_sample_next(w.dem);
    MUST(DemForces(w.dem, &w.tools));
    energy = stored(&w);
    dem_move(w.dem, &w.tools);
    for (int i = 0; i < GRAINS; i++) {
      const double *r = w.g->rec[i];
      double        mean[3];

      for (int k = 0; k < 3; k++) mean[k] = 0.5 * (v[i][k] + r[REC_VX + k]);
      energy += kinetic_row(r, mean);
    }
    if (step == 0) start = energy;
    sum += (energy / start - 1.0) * (energy / start - 1.0);
  }
  free(v);
  world_end(&w);
  return sqrt(sum / steps);
}

/* Elastic, without friction: the leapfrog keeps the energy to second order in the step.  1.9 to 2.1: the first impacts
   after the start are sampled by chance. */
static void energy_to_second_order(void **state)
{
  const double time = 0.2, dt = 8e-4;
  const double error[3] = {energy_error(dt, time), energy_error(0.5 * dt, time), energy_error(0.25 * dt, time)};

  print_message("energy %g %g %g: order %.3f %.3f\n", error[0], error[1], error[2], log2(error[0] / error[1]),
                log2(error[1] / error[2]));
  CHECK_CLOSE(log2(error[0] / error[1]), 2.0, 0.0, 0.1);
  CHECK_CLOSE(log2(error[1] / error[2]), 2.0, 0.0, 0.1);
  assert_true(error[0] < 1e-3);
}

/*
  The engine's own books, whatever the law: kinetic energy at the half step + what contacts took (all kinds) - what the
  moving punch gave.  An identity of the scheme, but for terms cut to their unit of 2e-12 aJ: 1000 steps, 400 contacts,
  4 terms each.
*/
static void books_balance(void **state)
{
  for (int l = 0; l < LAWS; l++) {
    DemStatus first, last;
    double    balance;
    World     w;

    world_begin(&w, laws[l], E, NU, GRAINS);
    rough(&w);
    fill(&w, 1.96 * R_MEAN, 0.1, 20.0);
    box(&w, 1.96 * R_MEAN);
    for (int k = 0; k < TOOL_N; k++) w.tools.mu[k] = 0.2, w.tools.W[k] = 0.05;
    w.tools.v[TOOL_TOP] = -20.0;
    world_start(&w, 2e-4, 0.3 * R_MEAN);
    MUST(DemControl(w.dem, &w.tools, 0, &first));
    last = first;
    for (int step = 1; step <= 1000; step++) {
      w.tools.z[TOOL_TOP] += w.tools.v[TOOL_TOP] * w.cfg.dt;
      world_forces(&w);
      dem_move(w.dem, &w.tools);
      if (step % w.cfg.control_interval == 0) MUST(DemControl(w.dem, &w.tools, 0, &last));
    }
    balance = last.kinetic - first.kinetic + last.work[WORK_NORMAL] + last.work[WORK_VISCOUS] +
              last.work[WORK_TANGENTIAL] - last.work[WORK_TOOLS];
    print_message("%s: kinetic %g -> %g, normal %g viscous %g tangential %g friction %g tools %g: off by %g\n", laws[l],
                  first.kinetic, last.kinetic, last.work[WORK_NORMAL], last.work[WORK_VISCOUS],
                  last.work[WORK_TANGENTIAL], last.work[WORK_FRICTION], last.work[WORK_TOOLS], balance);
    assert_true(last.work[WORK_TOOLS] > 0.1 * first.kinetic && last.work[WORK_FRICTION] > 0.0);
    CHECK_CLOSE(balance, 0.0, 0.0, 1000 * 400 * 4 * 2e-12); /* aJ, of about 1000 */
    world_end(&w);
  }
}

static const double START = 1e-6; /* overlap with the plane [nm] */

/* One grain pressed on the bottom punch: place and velocity after `steps`. */
static void press_on_plane(const char law[], double W, int steps, double seen[][3])
{
  const double x[3] = {0.0, 0.0, R_MEAN - START}, v[3] = {0.0, 0.0, -30.0};
  World        w;

  world_begin(&w, law, E, NU, 1);
  w.tools.z[TOOL_BOTTOM] = 0.0;
  w.tools.W[TOOL_BOTTOM] = W;
  w.cfg.W_tool           = W;
  world_grain(&w, 0, R_MEAN, DENSITY, YIELD, x, v);
  world_start(&w, 1e-4, R_MEAN);
  for (int step = 0; step < steps; step++) {
    const double *r = w.g->rec[0];

    MUST(DemForces(w.dem, &w.tools));
    dem_move(w.dem, &w.tools);
    seen[step][0] = r[REC_Z], seen[step][1] = r[REC_VZ], seen[step][2] = r[REC_R];
  }
  world_end(&w);
}

/* Two equal grains in mirror image: each is as far from the plane between them as the one on the punch. */
static void press_together(const char law[], double W, int steps, double seen[][3])
{
  const double x[2][3] = {
      {0.0, 0.0, R_MEAN - START },
      {0.0, 0.0, -R_MEAN + START}
  };
  const double v[2][3] = {
      {0.0, 0.0, -30.0},
      {0.0, 0.0, 30.0 }
  };
  World w;

  world_begin(&w, law, E, NU, 2);
  w.cfg.W = W;
  for (int i = 0; i < 2; i++) world_grain(&w, i, R_MEAN, DENSITY, YIELD, x[i], v[i]);
  world_start(&w, 1e-4, R_MEAN);
  for (int step = 0; step < steps; step++) {
    const double *a, *b;

    MUST(DemForces(w.dem, &w.tools));
    dem_move(w.dem, &w.tools);
    a = world_find(&w, 0), b = world_find(&w, 1);
    assert_true(a[REC_Z] == -b[REC_Z] && a[REC_VZ] == -b[REC_VZ] && a[REC_R] == b[REC_R]);
    seen[step][0] = a[REC_Z], seen[step][1] = a[REC_VZ], seen[step][2] = a[REC_R];
  }
  world_end(&w);
}

/*
  The plane between two equal grains is a rigid frictionless wall to each of them: E*, R*, m_eff and overlap differ by
  factors of two that cancel (Johnson 1985, ch. 4).  A tool with W is like a grain with 2 W: surfaces of its own.  (Only
  mdr's attraction across a gap is not: its range is that of the gap, of which the plane has half.)
  1e-11: the same numbers, rounded differently, over 2000 steps through loading, yield and rebound.
*/
static void plane_is_half_of_two(void **state)
{
  enum { STEPS = 2000 };
  static double     one[STEPS][3], two[STEPS][3];
  const char *const symmetric[] = {"hertz_mindlin", "mdr"};

  for (int l = 0; l < 2; l++) {
    double off = 0.0, deepest = 1.0;

    press_on_plane(symmetric[l], 0.5, STEPS, one);
    press_together(symmetric[l], 1.0, STEPS, two);
    for (int step = 0; step < STEPS; step++) {
      off     = fmax(off, fmax(fabs(one[step][0] - two[step][0]) / R_MEAN, fabs(one[step][2] - two[step][2]) / R_MEAN));
      off     = fmax(off, fabs(one[step][1] - two[step][1]) / 30.0);
      deepest = fmin(deepest, one[step][0] / R_MEAN);
    }
    print_message("%s: plane against pair %g, deepest %g, end v %g\n", symmetric[l], off, deepest, one[STEPS - 1][1]);
    assert_true(deepest < 0.99);
    assert_true(off < 1e-11);
  }
}

/* The cluster of momentum() after a flight of `steps`, started in mirror image (sign[k] = -1) or turned by `turn` axes.
 */
static void fly(const char law[], const int sign[3], int turn, int steps, double out[GRAINS][6])
{
  const int parity = sign[0] * sign[1] * sign[2];
  World     w;

  world_begin(&w, law, E, NU, GRAINS);
  rough(&w);
  fill(&w, 1.98 * R_MEAN, 0.1, 20.0);
  for (int i = 0; i < GRAINS; i++) {
    double *r = w.g->rec[i], from[3][3];

    for (int k = 0; k < 3; k++) from[0][k] = r[REC_X + k], from[1][k] = r[REC_VX + k], from[2][k] = r[REC_WX + k];
    for (int k = 0; k < 3; k++) {
      r[REC_X + (k + turn) % 3]  = sign[k] * from[0][k];
      r[REC_VX + (k + turn) % 3] = sign[k] * from[1][k];
      r[REC_WX + (k + turn) % 3] = parity * sign[k] * from[2][k]; /* an axial vector */
    }
  }
  world_start(&w, 4e-4, 0.3 * R_MEAN);
  for (int step = 0; step < steps; step++) {
    DemStatus status;

    world_forces(&w);
    dem_move(w.dem, &w.tools);
    if (step % w.cfg.control_interval == 0) MUST(DemControl(w.dem, &w.tools, 0, &status));
  }
  for (int i = 0; i < GRAINS; i++) {
    const double *r = world_find(&w, i);

    for (int k = 0; k < 3; k++) {
      out[i][k]     = sign[k] * r[REC_X + (k + turn) % 3];
      out[i][3 + k] = parity * sign[k] * r[REC_WX + (k + turn) % 3];
    }
  }
  world_end(&w);
}

/*
  Mirror images stay mirror images, bit for bit: no axis has a preferred sign, forces are cut towards zero on both
  sides.  Turned axes add squares in another order: 1e-9 of a radius after 300 steps, from 1e-16 by the divergence of
  trajectories in impacts.
*/
static void mirrors_and_turns(void **state)
{
  static double plain[GRAINS][6], other[GRAINS][6];
  const int     none[3] =
      {
          1, 1, 1
  },
            mirrors[3][3] = {{-1, 1, 1}, {1, 1, -1}, {-1, -1, -1}};

  for (int l = 0; l < LAWS; l++) {
    double off = 0.0;

    fly(laws[l], none, 0, 300, plain);
    for (int m = 0; m < 3; m++) {
      fly(laws[l], mirrors[m], 0, 300, other);
      assert_true(memcmp(plain, other, sizeof plain) == 0);
    }
    fly(laws[l], none, 1, 300, other);
    for (int i = 0; i < GRAINS; i++)
      for (int k = 0; k < 3; k++) off = fmax(off, fabs(plain[i][k] - other[i][k]) / R_MEAN);
    print_message("%s: turned axes %g\n", laws[l], off);
    assert_true(off < 1e-9);
  }
}

int main(int argc, char **argv)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(momentum),          cmocka_unit_test(energy_to_second_order),
      cmocka_unit_test(books_balance),     cmocka_unit_test(plane_is_half_of_two),
      cmocka_unit_test(mirrors_and_turns),
  };
  int failed;

  if (PetscInitialize(&argc, &argv, NULL, NULL)) return 1;
  failed = cmocka_run_group_tests(tests, NULL, NULL);
  return PetscFinalize() ? 1 : failed;
}
