/*
  test_contact_hertz.c - Hertz, Mindlin, Mindlin-Deresiewicz, rolling, twisting, restitution: closed forms.
*/
#include "tests/unit/contact_help.h"

static const double E_star = 79.0 / (2.0 * (1.0 - 0.42 * 0.42)), G_star = 79.0 / 2.84 / (2.0 * 1.58);

static void setup(Rig *r, double R1)
{
  rig_init(r, "hertz_mindlin");
  rig_lane(r, 0, 3.25, R1, 1.0, 0.0);
  r->m.damping_t = 0.0;
  r->in.mu       = 0.5;
}

static void hertz_closed_form(void **state)
{
  Rig          r;
  const double R = 3.25 * 2.0 / 5.25;

  (void)state;
  setup(&r, 2.0);
  for (double d = 0.01; d < 0.5; d += 0.07) {
    const double a = sqrt(R * d);
    Lanes        U;

    CHECK_CLOSE(rig_fn(&r, d), 4.0 / 3.0 * E_star * a * d, 1e-14, 0); /* WHY: same formula, rounding only */
    CHECK_CLOSE(r.out.a[0], a, 1e-14, 0);
    CHECK_CLOSE(r.out.kn[0], 2.0 * E_star * a, 1e-14, 0);
    contact_stored(&r.m, &r.in, r.state, U);
    CHECK_CLOSE(U[0], 8.0 / 15.0 * E_star * a * d * d, 1e-14, 0);
  }
  setup(&r, 1e30);
  CHECK_CLOSE(rig_fn(&r, 0.1), 8.0 / 3.0 * E_star * sqrt(3.25 * 0.1) * 0.1, 1e-12,
              0); /* rigid flat: R* = R, E* doubled */
}

/* Tangential path of lane 0: n steps of length dx each along x. */
static void drag(Rig *r, double path, int n)
{
  r->in.vt[0][0] = path / n / r->in.dt;
  for (int k = 0; k < n; k++) rig_fn(r, r->in.delta[0]);
  r->in.vt[0][0] = 0.0;
}

/* No slip inside the cone: force k_t xi, k_t = 8 G* a; loading, unloading, reloading on one line; then the cone. */
static void mindlin_load_unload_reload(void **state)
{
  Rig    r;
  double kt, N;

  (void)state;
  setup(&r, 3.25);
  N  = rig_fn(&r, 0.2);
  kt = 8.0 * G_star * r.out.a[0];
  drag(&r, 0.01, 100);
  CHECK_CLOSE(r.out.ft[0][0], -kt * 0.01, 1e-12, 0); /* WHY: 100 additions */
  drag(&r, -0.015, 77);
  CHECK_CLOSE(r.out.ft[0][0], kt * 0.005, 1e-11, 0);
  drag(&r, 0.03, 50);
  CHECK_CLOSE(r.out.ft[0][0], -kt * 0.025, 1e-12, 0);
  drag(&r, 1.0, 1000);
  CHECK_CLOSE(r.out.ft[0][0], -0.5 * N, 1e-14, 0);
  /* normal unloading: the spring shrinks with the radius (0.3 -> 0.2 of a), the cone with the force */
  setup(&r, 3.25);
  rig_fn(&r, 0.2);
  drag(&r, 0.001, 10);
  kt = 8.0 * G_star * r.out.a[0];
  rig_fn(&r, 0.05);
  CHECK_CLOSE(r.out.ft[0][0], -kt * 0.001 * 0.5, 1e-12, 0);
  rig_fn(&r, 0.2); /* pressing again keeps the force */
  CHECK_CLOSE(r.out.ft[0][0], -kt * 0.001 * 0.5, 1e-12, 0);
}

/* xi(F) on a branch that starts at F0 with m = 2^s mu N: xi = (3 m/(2 k)) (1 - (1 - |F - F0|/m)^(2/3)) */
static double branch(double from, double xi, double m, double k)
{
  return from + m * (1.0 - pow(1.0 - 2.0 * k * xi / (3.0 * m), 1.5));
}

static void deresiewicz_load_unload_reload(void **state)
{
  Rig    r;
  double k, m, f1, f2;

  (void)state;
  setup(&r, 3.25);
  r.m.partial_slip = 1;
  m                = 0.5 * rig_fn(&r, 0.2);
  k                = 8.0 * G_star * r.out.a[0];
  f1               = branch(0.0, 0.04, m, k);
  assert_true(f1 > 0.3 * m && f1 < m);
  for (int n = 1; n <= 1000; n *= 10) { /* any step: the curve is integrated exactly */
    setup(&r, 3.25);
    r.m.partial_slip = 1;
    rig_fn(&r, 0.2);
    drag(&r, -0.04, n);
    CHECK_CLOSE(r.out.ft[0][0], f1, 1e-12, 0); /* WHY: a cube root and a square root per step, 1000 steps */
    drag(&r, 0.05, n);
    f2 = -branch(-f1, 0.05, 2.0 * m, k);
    CHECK_CLOSE(r.out.ft[0][0], f2, 1e-11, 0);
    drag(&r, -0.02, n);
    CHECK_CLOSE(r.out.ft[0][0], branch(f2, 0.02, 2.0 * m, k), 1e-11, 0);
  }
  drag(&r, -10.0, 1000);
  CHECK_CLOSE(r.out.ft[0][0], m, 1e-14, 0);
}

/* The stored force keeps its length when the contact turns, and turns with the common spin. */
static void history_is_objective(void **state)
{
  Rig    r;
  double f0, angle = 0.0;

  (void)state;
  setup(&r, 3.25);
  rig_fn(&r, 0.2);
  drag(&r, 0.01, 10);
  f0           = r.out.ft[0][0];
  r.in.spin[0] = 0.5;
  for (int k = 0; k < 1000; k++, angle += 0.5 * r.in.dt) rig_fn(&r, 0.2);
  CHECK_CLOSE(r.out.ft[0][0], f0 * cos(angle), 1e-7, 0); /* WHY: tan for angle, (5e-4)^3/3 a step, 1000 steps */
  CHECK_CLOSE(r.out.ft[1][0], f0 * sin(angle), 1e-6, 0);
  r.in.spin[0] = 0.0;
  for (int k = 1; k <= 100; k++) { /* tilt n towards the force */
    r.in.n[0][0] = sin(0.01 * k);
    r.in.n[2][0] = cos(0.01 * k);
    rig_fn(&r, 0.2);
  }
  CHECK_CLOSE(hypot(hypot(r.out.ft[0][0], r.out.ft[1][0]), r.out.ft[2][0]), fabs(f0), 1e-12, 0);
  CHECK_CLOSE(r.out.ft[0][0] * r.in.n[0][0] + r.out.ft[2][0] * r.in.n[2][0], 0.0, 0, 1e-13 * fabs(f0));
}

static void rolling_and_twisting(void **state)
{
  Rig    r;
  double fn, kr, kw;

  (void)state;
  setup(&r, 3.25);
  r.m.rolling = r.m.twisting = 1;
  r.in.mu_roll               = 0.1;
  r.in.mu_twist              = 0.4;
  fn                         = rig_fn(&r, 0.2);
  kr                         = 2.25 * 0.01 * r.out.kn[0];
  kw                         = 4.0 * G_star * pow(r.out.a[0], 3);
  r.in.wr[0][0]              = 0.01;
  rig_fn(&r, 0.2);
  CHECK_CLOSE(r.out.couple[0][0], -kr * 1.625 * 1.625 * 1e-5, 1e-12, 0); /* opposes the rolling */
  for (int k = 0; k < 1000000 && k < 400000; k++) rig_fn(&r, 0.2);
  CHECK_CLOSE(r.out.couple[0][0], -0.1 * fn * 1.625, 1e-12, 0);
  r.in.wr[0][0] = 0.0;
  r.in.wr[2][0] = 0.02;
  setup(&r, 3.25);
  r.m.twisting  = 1;
  r.in.mu_twist = 0.4;
  r.in.wr[2][0] = 0.02;
  rig_fn(&r, 0.2);
  CHECK_CLOSE(r.out.couple[2][0], -kw * 2e-5, 1e-12, 0);
  r.in.wr[2][0] = 1e4;
  rig_fn(&r, 0.2);
  CHECK_CLOSE(r.out.couple[2][0], -2.0 / 3.0 * r.out.a[0] * 0.4 * fn, 1e-12, 0);
}

/* Collision of two free grains: e measured against e asked, by velocity Verlet. */
static double bounce(double restitution, double limit)
{
  Rig    r;
  double v = -50.0, x = 0.0, f;

  setup(&r, 3.25);
  rig_set(&r, "restitution", restitution);
  rig_set(&r, "limit_damping", limit);
  r.in.dt = 1e-6;
  for (int k = 0; k < 10000000; k++) {
    r.in.vn[0] = v;
    f          = rig_fn(&r, -x);
    v += f / r.in.m_eff[0] * r.in.dt;
    x += v * r.in.dt;
    if (x > 0.0) break;
  }
  return v / 50.0;
}

static void restitution_is_what_was_asked(void **state)
{
  /* WHY 2e-3: semi-implicit Euler with 1e-6 ns in a contact of 4e-3 ns; the run ends at overlap 0, one step late */
  (void)state;
  CHECK_CLOSE(bounce(1.0, 1.0), 1.0, 2e-3, 0);
  CHECK_CLOSE(bounce(0.8, 0.0), 0.8, 2e-3, 0);
  CHECK_CLOSE(bounce(0.5, 0.0), 0.5, 2e-3, 0);
  assert_true(bounce(0.5, 1.0) >= bounce(0.5, 0.0)); /* without the pull at the end a little more comes back */
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(hertz_closed_form),
      cmocka_unit_test(mindlin_load_unload_reload),
      cmocka_unit_test(deresiewicz_load_unload_reload),
      cmocka_unit_test(history_is_objective),
      cmocka_unit_test(rolling_and_twisting),
      cmocka_unit_test(restitution_is_what_was_asked),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
