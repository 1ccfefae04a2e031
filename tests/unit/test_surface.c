/* test_surface.c - the law of two surfaces: what it integrates to, that it never gives energy, friction by hand. */
#include "materials/surface.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
// cmocka wants the four above
#include <cmocka.h>

#define CHECK_CLOSE(a, b, rel, abs_) assert_true(fabs((a) - (b)) <= (rel)*fabs(b) + (abs_))

static const SurfaceLaw LAW = {.penalty = 160.0, .zeta = 0.5};
static const double     W = 2.6, STRENGTH = 3.0, MU = 0.3;

/* One spot in lane 3, head-on along z; the others have no area. */
static SurfaceSpots spot(double gap)
{
  SurfaceSpots in;

  memset(&in, 0, sizeof in);
  in.gap[3]  = gap;
  in.h[3]    = 1.2;
  in.area[3] = in.turned[3] = 0.7;
  in.mass[3]                = 4e-6;
  in.n[2][3]                = 1.0;
  in.W                      = v8_set(W);
  in.strength               = v8_set(STRENGTH);
  in.mu                     = v8_set(MU);
  return in;
}

static SurfaceForces forces(const SurfaceLaw *law, const SurfaceSpots *in)
{
  SurfaceForces out;

  surface_forces(law, 1e-3, in, &out);
  return out;
}

static double normal_at(double gap)
{
  const SurfaceSpots in = spot(gap);

  return forces(&LAW, &in).fn[3];
}

/* The traction is a cubic in the opening: Simpson's rule has it exactly, but for rounding. */
static void cohesion_integrates_to_its_work(void **state)
{
  enum { N = 100 };
  const double reach = surface_reach(W, STRENGTH), h = reach / N;
  double       work = 0.0, most = 0.0;

  (void)state;
  CHECK_CLOSE(reach, 16.0 / 9.0 * 2.6 / 3.0, 1e-15, 0.0);
  for (int k = 0; k < N; k++)
    work -= h / 6.0 * (normal_at(k * h) + 4.0 * normal_at((k + 0.5) * h) + normal_at((k + 1) * h));
  CHECK_CLOSE(work, 0.7 * W, 1e-13, 0.0);
  for (int k = 0; k <= 3 * N; k++) most = fmax(most, -normal_at(reach * k / (3 * N)));
  CHECK_CLOSE(most, 0.7 * STRENGTH, 1e-14, 0.0); /* at a third of the reach, which is among the points */
  assert_true(normal_at(reach) == 0.0 && normal_at(2.0 * reach) == 0.0);
}

/* The stated stiffnesses: penalty in compression, the steepest fall of the traction 9/4 strength/reach. */
static void stiffnesses_are_those_stated(void **state)
{
  const double reach = surface_reach(W, STRENGTH), d = 1e-6;
  double       fall = 0.0;

  (void)state;
  CHECK_CLOSE(normal_at(-0.01), 160.0 / 1.2 * 0.7 * 0.01, 1e-13, 0.0);
  assert_true(normal_at(0.0) == 0.0 && fabs(normal_at(1e-12)) < 1e-10 && fabs(normal_at(-1e-12)) < 1e-9);
  for (int k = 0; k < 300; k++) {
    const double g = reach * (k + 0.5) / 300;
    fall           = fmax(fall, (normal_at(g + d) - normal_at(g - d)) / (2.0 * d));
  }
  CHECK_CLOSE(fall, 2.25 * 0.7 * STRENGTH / reach, 1e-4, 0.0); /* a grid of 300 over a parabola's top */
}

/* The dashpot takes from a push and never pulls; nothing of it without touch. */
static void dashpot_never_pulls(void **state)
{
  (void)state;
  for (int k = -40; k <= 40; k++)
    for (int touch = 0; touch < 2; touch++) {
      SurfaceSpots  in = spot(touch ? -0.01 : 0.2);
      SurfaceForces out;

      in.vn[3] = 20.0 * k;
      out      = forces(&LAW, &in);
      if (touch) assert_true(out.fn[3] >= 0.0 && out.viscous[3] * k <= 0.0);
      else assert_true(out.viscous[3] == 0.0 && out.fn[3] == normal_at(0.2));
    }
  {
    SurfaceSpots in = spot(-0.01);
    in.vn[3]        = -1.0; /* 2 zeta sqrt(k m) */
    CHECK_CLOSE(forces(&LAW, &in).viscous[3], sqrt(160.0 / 1.2 * 0.7 * 4e-6), 1e-13, 0.0);
  }
}

/* Closed random walks of the gap and along the surface: what is taken is never less than nothing. */
static void no_loop_gives_energy(void **state)
{
  const double dt = 1e-3;

  (void)state;
  srand(7);
  for (int walk = 0; walk < 200; walk++) {
    SurfaceSpots in   = spot(0.0);
    double       work = 0.0, scale = 0.0, x[3] = {0}, gap = 0.3, from = gap;
    SurfaceLaw   law = LAW;

    law.zeta = walk % 2 ? 0.5 : 0.0;
    for (int leg = 0; leg < 8; leg++) {
      const double to[3] = {leg < 7 ? 0.1 * rand() / RAND_MAX - 0.05 : 0.0,
                            leg < 7 ? 0.1 * rand() / RAND_MAX - 0.05 : 0.0,
                            leg < 7 ? 0.35 * rand() / RAND_MAX - 0.05 : from};
      const double start[3] = {x[0], x[1], gap};
      for (int s = 0; s < 400; s++) {
        double        next[3], before = gap;
        SurfaceForces out;
        for (int k = 0; k < 3; k++) next[k] = start[k] + (to[k] - start[k]) * (s + 1) / 400.0;
        /* forces at the middle of the step: the trapezoid's error would be a gain or a loss of second order */
        in.gap[3] = 0.5 * (before + next[2]);
        in.vn[3]  = (next[2] - before) / dt;
        for (int k = 0; k < 2; k++) in.vt[k][3] = (next[k] - x[k]) / dt;
        surface_forces(&law, dt, &in, &out);
        work -= out.fn[3] * (next[2] - before);
        for (int k = 0; k < 2; k++) {
          work -= out.ft[k][3] * (next[k] - x[k]);
          in.ft[k] = out.ft[k];
          x[k]     = next[k];
        }
        scale += fabs(out.fn[3] * (next[2] - before));
        gap = next[2];
      }
    }
    /* the midpoint rule where the slope jumps at touch: one step of 1e-3 nm in each leg, 1e-4 of the work */
    assert_true(work >= -1e-3 * scale);
  }
}

/* Slip on the cone; what the tangential force takes is stored in the spring or dissipated by the slip. */
static void friction_balances(void **state)
{
  const double dt = 1e-3, kn = 160.0 / 1.2 * 0.7, kt = SURFACE_STICK * kn, fn = kn * 0.01;
  SurfaceSpots in    = spot(-0.01);
  double       taken = 0.0, slipped = 0.0;

  (void)state;
  for (int s = 0; s < 100; s++) {
    const double  before = in.ft[0][3];
    SurfaceForces out;

    in.vt[0][3] = s < 50 ? 0.15 : -0.4;
    surface_forces(&LAW, dt, &in, &out);
    assert_true(fabs(out.ft[0][3]) <= MU * fn * (1.0 + 1e-14) && out.ft[1][3] == 0.0 && out.ft[2][3] == 0.0);
    taken -= 0.5 * (before + out.ft[0][3]) * in.vt[0][3] * dt;
    slipped += out.slip_power[3] * dt;
    in.ft[0] = out.ft[0];
    if (s == 0) CHECK_CLOSE(out.ft[0][3], -kt * 0.15e-3, 1e-13, 0.0);
    if (s == 49) CHECK_CLOSE(out.ft[0][3], -MU * fn, 1e-13, 0.0);
  }
  assert_true(slipped > 0.0);
  /* two steps begin to slip in their midst, each off by at most half of mu fn times the way of a step */
  CHECK_CLOSE(taken, slipped + 0.5 * in.ft[0][3] * in.ft[0][3] / kt, 0.0, MU * fn * 0.4e-3);
}

/* The stored force is turned into the tangent plane and keeps its length; a spot without area answers nothing. */
static void stored_force_turns(void **state)
{
  SurfaceSpots  in = spot(-0.05);
  SurfaceForces out;

  (void)state;
  in.n[0][3] = sin(0.2), in.n[2][3] = cos(0.2);
  in.ft[0][3] = 0.4, in.ft[1][3] = 0.3;
  out = forces(&LAW, &in);
  CHECK_CLOSE(sqrt(out.ft[0][3] * out.ft[0][3] + out.ft[1][3] * out.ft[1][3] + out.ft[2][3] * out.ft[2][3]), 0.5, 1e-13,
              0.0);
  CHECK_CLOSE(out.ft[0][3] * in.n[0][3] + out.ft[2][3] * in.n[2][3], 0.0, 0.0, 1e-15);
  for (int l = 0; l < 8; l++)
    if (l != 3)
      assert_true(out.fn[l] == 0.0 && out.ft[0][l] == 0.0 && out.kn[l] == 0.0 && out.stored[l] == 0.0 &&
                  out.slip_power[l] == 0.0);
}

/* Opened spots hold nothing along the surface, bonded ones the shear strength, fading as (1 - s)^2. */
static void bonds_hold_along(void **state)
{
  const double reach = surface_reach(W, STRENGTH);

  (void)state;
  for (int k = 0; k <= 10; k++)
    for (int bond = 0; bond < 3; bond++) {
      SurfaceSpots in = spot(0.1 * k * reach);

      in.bond[3]  = 0.5 * bond;
      in.vt[0][3] = 1e6; /* far more than it holds */
      CHECK_CLOSE(-forces(&LAW, &in).ft[0][3], 0.5 * bond * 0.7 * STRENGTH * (1.0 - 0.1 * k) * (1.0 - 0.1 * k), 1e-12,
                  1e-14);
    }
}

/* Of oleate, as the deck's defaults have it (materials/ligand.c). */
static const Ligand OLEATE = {.gap = 1.56, .modulus = 2.5, .stiffening = 6.5, .unload_modulus = 6.45};

static SurfaceSpots layered(double gap, double layer, double set)
{
  SurfaceSpots in = spot(gap);

  in.layer[3] = layer, in.set[3] = set;
  in.W = in.strength = v8_set(0.0);
  return in;
}

/* The layer answers with what the penalty asks: p(D) = k (D - gap) on the branch of its set; 1e-11: six steps of
   Newton's rule.  Out of reach it is as thick as its set leaves it, and nothing pushes. */
static void layer_and_penalty_push_alike(void **state)
{
  const double k = 160.0 / 1.2, n = OLEATE.stiffening;
  SurfaceLaw   law = LAW;

  (void)state;
  law.ligand = &OLEATE;
  for (int d = 0; d < 3; d++)
    for (int q = 0; q < 4; q++)
      for (int g = -10; g <= 22; g++) {
        const double        D0 = (double[]){0.05, 0.47, 1.56}[d], set = 0.2 * q, deep = 1.0 - set;
        const double        p_deep = ligand_pressure(OLEATE.modulus, n, 1.0, deep);
        const double        back   = fmin(deep * pow(1.0 + p_deep * n / OLEATE.unload_modulus, 1.0 / n), 1.0);
        const SurfaceSpots  in     = layered(0.05 * g * D0, D0, set);
        const SurfaceForces out    = forces(&law, &in);
        const double        x = out.layer[3] / D0, first = x < deep, K = first ? OLEATE.modulus : OLEATE.unload_modulus;
        const double        p = fmax(ligand_pressure(K, n, first ? 1.0 : back, x), 0.0);

        CHECK_CLOSE(out.push[3], 0.7 * p, 1e-9, 1e-12); /* 1e-11 of x, times its stiffening, at 1 % of a pressure */
        CHECK_CLOSE(out.push[3], 0.7 * k * (out.layer[3] - in.gap[3]) * (out.push[3] > 0.0), 1e-9, 1e-12);
        CHECK_CLOSE(out.set[3], fmax(set, 1.0 - x), 0.0, p > 0.0 ? 1e-14 : 1.0);
        if (in.gap[3] > D0) assert_true(out.push[3] == 0.0 && out.set[3] == set && out.open[3] > 0.0);
        if (in.gap[3] < 0.2 * D0) assert_true(out.push[3] > 0.0 && out.open[3] < 0.0);
        for (int l = 0; l < 8; l++)
          assert_true(l == 3 || (out.fn[l] == 0.0 && out.layer[l] == 0.0 && out.set[l] == 0.0));
      }
}

/* A layer is squeezed and let go, twice: what it returns is what it has stored, less than it took; the second turn
   takes no more.  1e-4: trapezoids of 4000 steps. */
static void layer_returns_what_it_stored(void **state)
{
  enum { N = 4000 };
  const double D0 = 1.56, most = 1.6, least = 0.4;
  double       set = 0.0, work[4] = {0}, stored[2] = {0}, last = 0.0;
  SurfaceLaw   law = LAW;

  (void)state;
  law.ligand = &OLEATE;
  for (int leg = 0; leg < 4; leg++)
    for (int s = 0; s <= N; s++) {
      const double part = (double)s / N, gap = leg % 2 ? least + part * (most - least) : most - part * (most - least);
      const SurfaceSpots  in  = layered(gap, D0, set);
      const SurfaceForces out = forces(&law, &in);

      if (s) work[leg] += 0.5 * (out.fn[3] + last) * (most - least) / N;
      if (s == N && leg % 2 == 0) stored[leg / 2] = out.stored[3];
      last = out.fn[3];
      set  = out.set[3];
    }
  CHECK_CLOSE(work[1], stored[0], 1e-4, 0.0);
  CHECK_CLOSE(work[2], work[1], 1e-4, 0.0);
  CHECK_CLOSE(work[3], stored[1], 1e-4, 0.0);
  assert_true(work[1] < 0.99 * work[0]);
}

/* Eight pairs side by side: each has its own work, strength and friction, and the bits it has alone. */
static void pairs_do_not_see_each_other(void **state)
{
  const double  reach = surface_reach(W, STRENGTH);
  SurfaceSpots  in;
  SurfaceForces all;

  (void)state;
  memset(&in, 0, sizeof in);
  for (int l = 0; l < 8; l++) {
    in.gap[l]  = l % 2 ? 0.05 * l * reach : -0.002 * l;
    in.h[l]    = 1.2;
    in.area[l] = in.turned[l] = 0.7;
    in.mass[l]                = 4e-6;
    in.n[2][l]                = 1.0;
    in.vt[0][l]               = 1e6; /* far more than any of them holds */
    in.bond[l]                = l > 3;
    in.W[l]                   = l ? W / l : 0.0;
    in.strength[l]            = l ? STRENGTH / l : 0.0;
    in.mu[l]                  = 0.1 * l;
  }
  surface_forces(&LAW, 1e-3, &in, &all);
  for (int l = 0; l < 8; l++) {
    SurfaceSpots  one = spot(in.gap[l]);
    SurfaceForces out;

    one.vt[0][3] = in.vt[0][l], one.bond[3] = in.bond[l];
    one.W[3] = in.W[l], one.strength[3] = in.strength[l], one.mu[3] = in.mu[l];
    out = forces(&LAW, &one);
    assert_true(out.fn[3] == all.fn[l] && out.ft[0][3] == all.ft[0][l] && out.stored[3] == all.stored[l]);
    if (l % 2) CHECK_CLOSE(all.fn[l] * l, all.fn[1] * 0.05 * l * pow((1.0 - 0.05 * l) / 0.95, 2.0) / 0.05, 1e-12, 0.0);
    else CHECK_CLOSE(-all.ft[0][l], in.mu[l] * all.fn[l] + in.bond[l] * 0.7 * in.strength[l], 1e-12, 0.0);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(cohesion_integrates_to_its_work),
      cmocka_unit_test(stiffnesses_are_those_stated),
      cmocka_unit_test(dashpot_never_pulls),
      cmocka_unit_test(no_loop_gives_energy),
      cmocka_unit_test(friction_balances),
      cmocka_unit_test(stored_force_turns),
      cmocka_unit_test(bonds_hold_along),
      cmocka_unit_test(layer_and_penalty_push_alike),
      cmocka_unit_test(layer_returns_what_it_stored),
      cmocka_unit_test(pairs_do_not_see_each_other),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
