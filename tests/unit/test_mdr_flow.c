/*
  test_mdr_flow.c - diffusion at an MDR contact: flats move into the grains without a force, and the contact unloads,
  is loaded again, and stays symmetric.
*/
#include "tests/unit/contact_help.h"

enum { PEAK = 0, SIDE0 = 2, SIDE1 = 8, S_PEAK = 2, S_CA = 3, S_STUCK = 4 }; /* mdr's states, checked below */

static const double R = 3.25;

/* A pair pressed to overlap d; W = 0 unless told otherwise, and no dashpot: the rig does not move. */
static void pressed(Rig *r, double R1, double Y, double W, double d)
{
  rig_init(r, "mdr");
  rig_lane(r, 0, R, R1, Y, W);
  rig_move(r, -0.4, d, 4000);
  assert_string_equal(r->m.law->state_names[PEAK], "peak_nm");
  assert_string_equal(r->m.law->state_names[SIDE0 + S_PEAK], "side0_peak_nm");
  assert_string_equal(r->m.law->state_names[SIDE0 + S_CA], "side0_area_nm2");
  assert_string_equal(r->m.law->state_names[SIDE0 + S_STUCK], "side0_stuck_nm");
  assert_string_equal(r->m.law->state_names[SIDE1 + S_PEAK], "side1_peak_nm");
}

static void flow(Rig *r, double approach)
{
  const double Rs[2] = {r->in.side[0].R[0], r->in.side[1].R[0]}, Y[2] = {r->in.side[0].Y[0], r->in.side[1].Y[0]};
  double       s[CONTACT_STATE_MAX];

  for (int k = 0; k < r->m.law->n_state; k++) s[k] = r->state[k][0];
  r->m.law->flow(r->m.p, Rs, Y, approach, s);
  for (int k = 0; k < r->m.law->n_state; k++) r->state[k][0] = s[k];
}

/*
  At fixed overlap a flow h unloads as pressing by h and going back by h does: the flat grows along the yield surface,
  then the force falls with the stiffness kn of the closed contact.  dF = -(kn - F') h, F' the slope of loading, 12 to
  28 % of kn here; the error is of second order, so half the approach has half of it, relative to kn h: 1.5 to 2.5.
*/
static void unloads_elastically(void **state)
{
  (void)state;
  for (int c = 0; c < 3; c++) {
    double error[3];

    for (int k = 0; k < 3; k++) {
      const double h = 4e-3 / (1 << k), R1 = c == 1 ? 2.2 : R, Y = c == 2 ? 0.5 : 1.0;
      Rig          r, back;
      double       F, kn, slope;

      pressed(&r, R1, Y, 0.0, 0.4);
      pressed(&back, R1, Y, 0.0, 0.4);
      F     = rig_fn(&r, 0.4);
      kn    = r.out.kn[0];
      slope = (rig_fn(&back, 0.4 + 1e-6) - F) / 1e-6;
      rig_move(&back, 0.4, 0.4 + h, 100);
      flow(&r, h);
      /* equal grains: the same flats, sums in another order; unequal ones share the flow evenly, the press by the
         circle in which they cut */
      CHECK_CLOSE(rig_fn(&r, 0.4), rig_fn(&back, 0.4), c == 1 ? 2e-3 : 1e-9, 0.0);
      assert_true(slope > 0.0 && slope < 0.3 * kn);
      error[k] = fabs(F - r.out.fn[0] - (kn - slope) * h) / (kn * h);
      if (k == 2) print_message("kn %g, loading %g, off by %g of kn h\n", kn, slope, error[2]);
    }
    assert_true(error[2] < 0.005);
    for (int k = 0; k < 2 && c != 1; k++) assert_true(error[k] > 1.5 * error[k + 1] && error[k] < 2.5 * error[k + 1]);
  }
}

/*
  Then the grains follow: at the old overlap + h the contact carries the old force and a little more, since its flats
  are those of so deep a press (a^2 grows by about 2 R* h, and the force along the yield surface with it).
*/
static void is_loaded_anew(void **state)
{
  const double d = 0.4, h = 0.01;
  Rig          r, plain;
  double       F;

  (void)state;
  pressed(&r, R, 1.0, 0.0, d);
  pressed(&plain, R, 1.0, 0.0, d);
  F = rig_fn(&r, d);
  flow(&r, h);
  rig_move(&r, d, d + 0.5 * h, 20);
  assert_true(r.out.fn[0] < F);
  rig_move(&r, d + 0.5 * h, d + h, 20);
  rig_move(&plain, d, d + h, 40);
  assert_true(r.out.fn[0] >= F);
  /* pressed by hand or flown there: the same flats */
  CHECK_CLOSE(r.out.fn[0], plain.out.fn[0], 1e-9, 0.0); /* WHY: sums in another order */
  CHECK_CLOSE(r.out.a[0], plain.out.a[0], 1e-9, 0.0);
  rig_move(&r, d + h, 0.6, 200);
  rig_move(&plain, d + h, 0.6, 200);
  CHECK_CLOSE(r.out.fn[0], plain.out.fn[0], 1e-9, 0.0);
}

/* Many small flows are one large one, bit for bit but for the sums of the approach: 1e-12. */
static void small_flows_add_up(void **state)
{
  (void)state;
  for (int sign = -1; sign < 2; sign += 2) {
    Rig one, many;

    pressed(&one, 2.6, 1.0, 1.0, 0.3);
    pressed(&many, 2.6, 1.0, 1.0, 0.3);
    rig_move(&one, 0.3, 0.27, 50);
    rig_move(&many, 0.3, 0.27, 50);
    flow(&one, sign * 0.02);
    for (int k = 0; k < 1000; k++) flow(&many, sign * 2e-5);
    for (int k = 0; k < one.m.law->n_state; k++) CHECK_CLOSE(many.state[k][0], one.state[k][0], 1e-12, 1e-15);
    CHECK_CLOSE(rig_fn(&many, 0.27), rig_fn(&one, 0.27), 1e-10, 0.0); /* WHY: a stiff contact: 1e-12 nm x kn */
  }
}

/* A neck that diffuses apart: plastic overlap is taken back, not beyond the yield point, and nothing but the pull gets
   weaker; a contact under load does not notice, since it is as deep as it is. */
static void apart_under_tension(void **state)
{
  Rig    r, plain;
  double peak, last;

  (void)state;
  pressed(&r, R, 1.0, 2.6, 0.4);
  rig_set(&r, "loading_adhesion", 0.0);
  rig_fn(&r, 0.4);
  rig_move(&r, 0.4, 0.3, 50);
  assert_true(rig_fn(&r, 0.3) < 0.0);
  peak = r.state[SIDE0 + S_PEAK][0];
  last = r.out.fn[0];
  for (int k = 0; k < 10; k++) {
    flow(&r, -1e-3);
    assert_true(rig_fn(&r, 0.3) > last);
    assert_true(r.state[SIDE0 + S_PEAK][0] < peak && r.state[SIDE0 + S_CA][0] < 0.0);
    last = r.out.fn[0];
    peak = r.state[SIDE0 + S_PEAK][0];
  }
  for (int k = 0; k < 100; k++) flow(&r, -0.1);
  assert_true(r.state[SIDE0 + S_PEAK][0] > 0.0 && r.state[SIDE0 + S_PEAK][0] < 0.02); /* yields at 0.0146 nm */
  assert_true(r.state[PEAK][0] > 0.0 && isfinite(rig_fn(&r, 0.3)));
  pressed(&r, R, 1.0, 0.0, 0.4);
  pressed(&plain, R, 1.0, 0.0, 0.4);
  flow(&r, -1e-3);
  CHECK_CLOSE(rig_fn(&r, 0.4), rig_fn(&plain, 0.4), 1e-9, 0.0); /* WHY: the peak is that of the overlap again */
}

/* Exchange of i and j changes no bit, of unequal grains, flown both ways. */
static void symmetric_under_exchange(void **state)
{
  Rig a, b;

  (void)state;
  rig_init(&a, "mdr");
  rig_lane(&a, 0, R, 2.1, 1.0, 2.622);
  a.in.side[1].Y[0] = 1.4;
  b                 = a;
  b.m.p             = b.p;
  b.in.side[0]      = a.in.side[1];
  b.in.side[1]      = a.in.side[0];
  for (int k = 0; k < 2000; k++) {
    const double d = 0.1 + 0.4 * sin(0.0021 * k), h = k % 50 == 0 ? 2e-3 * sin(k) : 0.0;

    flow(&a, h);
    flow(&b, h);
    assert_true(rig_fn(&a, d) == rig_fn(&b, d) && a.out.a[0] == b.out.a[0] && a.out.kn[0] == b.out.kn[0]);
    for (int s = 0; s < 2; s++)
      for (int q = 0; q < a.m.law->n_sum; q++) assert_true(a.out.sum[s][q][0] == b.out.sum[1 - s][q][0]);
    for (int q = 0; q < 6; q++) assert_true(a.state[SIDE0 + q][0] == b.state[SIDE1 + q][0]);
  }
}

/* Before its first yield a contact flows as one that has just yielded: no side is left without a flat, and the force
   does not rise; what never touched does not flow at all. */
static void flows_before_it_yields(void **state)
{
  (void)state;
  for (double d = 1e-3; d < 0.02; d *= 2.0) { /* a side yields at 0.0145 nm */
    Rig    r;
    double F, a;

    rig_init(&r, "mdr");
    rig_lane(&r, 0, R, R, 1.0, 2.6);
    rig_move(&r, 0.0, d, 100);
    F = r.out.fn[0];
    a = r.out.a[0];
    flow(&r, 1e-4);
    rig_fn(&r, d);
    assert_true(r.out.a[0] >= 0.9 * a); /* the neck is there: a bond would be lost without */
    assert_true(r.out.fn[0] <= F);
    rig_init(&r, "mdr");
    rig_lane(&r, 0, R, R, 1.0, 2.6);
    rig_move(&r, 0.0, d, 100);
    if (r.state[SIDE0 + S_CA][0] == 0.0) {
      flow(&r, -1e-4);
      assert_true(rig_fn(&r, d) == F);
    }
  }
  {
    Rig r, zero;

    rig_init(&r, "mdr");
    rig_lane(&r, 0, R, R, 1.0, 2.6);
    zero     = r;
    zero.m.p = zero.p;
    flow(&r, 0.1);
    assert_true(memcmp(r.state, zero.state, sizeof r.state) == 0);
  }
}

/* Flow and follow for ever: no energy comes out of the pair beyond what its surfaces give.  Without adhesion none. */
static void no_gain_by_flow(void **state)
{
  Rig    r;
  double work;

  (void)state;
  rig_init(&r, "mdr");
  rig_lane(&r, 0, R, R, 1.0, 0.0);
  work = rig_move(&r, -0.1, 0.3, 2000);
  for (int k = 0; k < 20; k++) {
    flow(&r, 5e-3);
    rig_fn(&r, r.in.delta[0]);
    work += rig_move(&r, r.in.delta[0], r.in.delta[0] + 5e-3, 50);
    work += rig_move(&r, r.in.delta[0], 0.2, 500) + rig_move(&r, 0.2, 0.3 + 5e-3 * (k + 1), 500);
  }
  work += rig_move(&r, r.in.delta[0], -0.5, 2000);
  assert_true(work > 0.1);
}

/* Where metal has flowed into the gap the neck, wider than its flat, grows and thins as that does. */
static void wide_neck_follows_its_flat(void **state)
{
  const double h[2] = {0.02, -0.03};
  Rig          r;

  (void)state;
  rig_init(&r, "mdr");
  rig_set(&r, "adhesive_flow", 1.0);
  rig_lane(&r, 0, R, R, 1.0, 2.62);
  rig_move(&r, -0.4, 0.4, 4000);
  for (int k = 0; k < 2; k++) {
    const double peak = r.state[SIDE0 + S_PEAK][0], stuck = r.state[SIDE0 + S_STUCK][0], now = peak + 0.5 * h[k];
    const double grown = 2.0 * R * (now - peak) - now * now + peak * peak;

    assert_true(stuck * stuck > 2.0 * R * peak - peak * peak + 0.5); /* sqrt(2 R* range) at first touch: 0.975 nm^2 */
    flow(&r, h[k]);
    CHECK_CLOSE(r.state[SIDE0 + S_STUCK][0], sqrt(stuck * stuck + 0.9801 * grown), 1e-12, 0.0);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(unloads_elastically),      cmocka_unit_test(is_loaded_anew),
      cmocka_unit_test(small_flows_add_up),       cmocka_unit_test(apart_under_tension),
      cmocka_unit_test(symmetric_under_exchange), cmocka_unit_test(flows_before_it_yields),
      cmocka_unit_test(no_gain_by_flow),          cmocka_unit_test(wide_neck_follows_its_flat),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
