/*
  test_contact_laws.c - what every registered contact law must obey, whatever its formula.
*/
#include "tests/unit/contact_help.h"

static unsigned seed = 1;

static double uniform(double lo, double hi) { return lo + (hi - lo) * (rand_r(&seed) / (double)RAND_MAX); }

static void setup(Rig *r, const ContactLaw *law, double W, int tool)
{
  rig_init(r, law->name);
  r->m.rolling = r->m.twisting = 1;
  r->in.mu = r->in.mu_twist = 0.4;
  r->in.mu_roll             = 0.1;
  rig_lane(r, 0, 3.25, tool ? 1e30 : 2.8, 1.0, W);
}

static int all_zero(const void *p, size_t n)
{
  const double *v = p;

  for (size_t k = 0; k < n / sizeof(double); k++)
    if (v[k] != 0.0) return 0;
  return 1;
}

/* A law may leave sums that it does not have unwritten. */
static void clear(Rig *r) { memset(&r->out, 0, sizeof r->out); }

static void nothing_out_of_reach(const ContactLaw *law)
{
  for (int tool = 0; tool < 2; tool++)
    for (double W = 0.0; W < 5.0; W += 2.2) {
      Rig    r;
      double reach;

      setup(&r, law, W, tool);
      clear(&r);
      reach         = law->reach(r.p, W, 3.25);
      r.in.vn[0]    = 3.0;
      r.in.vt[0][0] = 2.0;
      r.in.wr[1][0] = 1.0;
      rig_fn(&r, -reach - 1e-9);
      assert_true(all_zero(&r.out, sizeof r.out));
      assert_true(all_zero(r.state, sizeof r.state));
      if (reach > 0.0) rig_fn(&r, -0.5 * reach); /* near, but never touched */
      assert_true(all_zero(r.state, sizeof r.state));
      rig_move(&r, 0.0, 0.6, 100);
      assert_false(all_zero(r.state, sizeof r.state));
      rig_move(&r, 0.6, -reach - 1e-9, 1000); /* apart again: the list may drop the pair */
      clear(&r);
      rig_fn(&r, -reach - 1e-9);
      assert_true(all_zero(&r.out, sizeof r.out));
      assert_true(all_zero(r.state, sizeof r.state));
    }
}

static void sliding_on_the_cone(const ContactLaw *law)
{
  for (int partial = 0; partial < 2; partial++) {
    Rig r;

    setup(&r, law, 1.0, 0);
    r.m.partial_slip = partial;
    rig_move(&r, 0.0, 0.2, 100);
    r.in.vt[1][0] = 1e4;
    rig_fn(&r, 0.2);
    CHECK_CLOSE(r.out.ft[1][0], -fmin(0.4 * r.out.fc[0], r.out.shear[0]), 1e-12,
                0); /* WHY: same products, one rounding */
    assert_true(r.out.slip_power[0] > 0.0);
    for (int k = 0; k < 5000; k++) {
      for (int d = 0; d < 2; d++) r.in.vt[d][0] = uniform(-100, 100), r.in.wr[d][0] = uniform(-100, 100);
      r.in.vn[0] = uniform(-20, 20);
      rig_fn(&r, 0.2 + 0.2 * sin(0.001 * k));
      assert_true(hypot(r.out.ft[0][0], r.out.ft[1][0]) <= fmin(0.4 * r.out.fc[0], r.out.shear[0]) * (1.0 + 1e-12));
      assert_true(r.out.slip_power[0] >= 0.0);
    }
  }
}

/* Work over closed paths of several kinds, from out of reach to out of reach [aJ]. */
static double cycle(Rig *r, int kind, double top, int n)
{
  const double out = -1.5;
  double       work;

  r->out.fn[0] = 0.0;
  work         = rig_move(r, out, top, n);
  if (kind == 1)
    for (int k = 0; k < 5; k++) work += rig_move(r, top, 0.9 * top, n / 20) + rig_move(r, 0.9 * top, top, n / 20);
  if (kind == 2)
    for (int k = 0; k < 5; k++) work += rig_move(r, top, -0.1, n) + rig_move(r, -0.1, top, n);
  if (kind == 3)
    for (int k = 0; k < 8; k++) {
      const double low = uniform(-0.4, top);
      work += rig_move(r, top, low, n) + rig_move(r, low, top, n);
    }
  return work + rig_move(r, top, out, n);
}

static void no_cycle_gains(const ContactLaw *law)
{
  for (int kind = 0; kind < (law->grain ? 24 : 4); kind++)
    for (int tool = 0; tool < 2; tool++)
      for (double W = kind < 4 ? 0.0 : 2.6; W < 3.0; W += 1.3)
        for (double top = 0.02; top < 1.5; top *= 4.0) {
          Rig    r;
          double work;

          setup(&r, law, W, tool);
          rig_set(&r, "ductile_cap", (double[]){2, 0, 1, 2, 2, 0}[kind / 4]); /* laws without the key ignore it */
          rig_set(&r, "loading_adhesion", kind / 4 != 3);
          rig_set(&r, "adhesive_flow", kind >= 16);
          r.in.side[0].Y[0] = uniform(0.2, 4.0);
          work              = cycle(&r, kind % 4, top, 2500);
          /* WHY: trapezoidal rule over kinks, 1000 nN/nm in steps of 1e-3 nm; a jump is uncertain by half its step */
          CHECK_CLOSE(fmin(work, 0.0), 0.0, 0.0, 3e-3 + r.slack);
        }
}

/* A jump of the force may only lose energy: never up while pressing, never down while pulling. */
static void jumps_only_dissipate(const ContactLaw *law)
{
  for (int kind = 0; kind < (law->grain ? 6 : 2); kind++) {
    const int tool = kind & 1;
    Rig       r;
    double    d = -1.0, f = 0.0, v = 1.0;

    setup(&r, law, kind < 4 ? 2.0 : 0.6, tool); /* nothing is borne of 2, a part of 0.6 */
    rig_set(&r, "adhesive_flow", kind >= 2);
    for (int k = 0; k < 60000; k++) {
      const double step = 6e-5 * v;
      double       f1;

      if (k % 1000 == 0) v = d < -0.4 ? 1.0 : d > 1.0 ? -1.0 : uniform(-1, 1);
      f1 = rig_fn(&r, d + step);
      /* WHY: stiffer than 4 E_h R, the stiffest contact there is, plus rounding */
      if ((f1 - f) * (step > 0 ? 1 : -1) > 4.0 * 96.0 * 3.25 * fabs(step) + 1e-6)
        print_error("%s tool %d at %.6f: %.6f -> %.6f (step %g)\n", law->name, tool, d, f, f1, step);
      assert_true((f1 - f) * (step > 0 ? 1 : -1) <= 4.0 * 96.0 * 3.25 * fabs(step) + 1e-6);
      d += step;
      f = f1;
    }
  }
}

static void random_lane(ContactBatch *b, int l)
{
  double n2 = 0.0;

  b->delta[l] += uniform(-0.03, 0.032);
  if (b->delta[l] > 1.5) b->delta[l] = -0.4;
  b->vn[l]    = uniform(-30, 30);
  b->m_eff[l] = uniform(1e-3, 2e-3);
  b->W[l]     = uniform(0, 1) < 0.2 ? 0.0 : 2.0;
  b->spin[l]  = uniform(-10, 10);
  for (int d = 0; d < 3; d++) b->n[d][l] = uniform(-1, 1), n2 += b->n[d][l] * b->n[d][l];
  for (int d = 0; d < 3; d++) {
    b->n[d][l] /= sqrt(n2);
    b->vt[d][l] = uniform(-30, 30);
    b->wr[d][l] = uniform(-10, 10);
  }
  for (int s = 0; s < 2; s++) {
    b->side[s].R0[l]   = s && b->tool ? 1e30 : 3.25 - 0.2 * l * s;
    b->side[s].R[l]    = b->side[s].R0[l] * 1.02;
    b->side[s].Y[l]    = 1.0 + 0.1 * l;
    b->side[s].psi[l]  = uniform(0.2, 1.0);
    b->side[s].dbar[l] = uniform(-1e-3, 1e-3);
    b->side[s].bulk[l] = uniform(0.0, 10.0);
  }
}

/* Copies lane `from` of n Lanes to lane `to`. */
static void copy_lane(void *dst, int to, const void *src, int from, size_t bytes)
{
  for (size_t k = 0; k < bytes / sizeof(Lanes); k++) ((Lanes *)dst)[k][to] = ((const Lanes *)src)[k][from];
}

static int same_lane(const void *a, int la, const void *b, int lb, size_t bytes)
{
  for (size_t k = 0; k < bytes / sizeof(Lanes); k++)
    if (memcmp(&((const Lanes *)a)[k][la], &((const Lanes *)b)[k][lb], sizeof(double))) return 0;
  return 1;
}

/* A contact gives the same bits alone in any lane as among seven others; and no bit of it is NaN. */
static void lanes_do_not_see_each_other(const ContactLaw *law)
{
  for (int mode = 0; mode < 8; mode++) {
    static Rig   all, one;
    const size_t batch = offsetof(ContactBatch, dt);

    setup(&all, law, 2.0, mode & 1);
    all.m.partial_slip = mode >> 1 & 1;
    rig_set(&all, "adhesive_flow", mode >> 2);
    for (int k = 0; k < 800; k++) {
      const int l = (int)uniform(0, 7.999), to = (int)uniform(0, 7.999);

      for (int j = 0; j < CONTACT_LANES; j++) random_lane(&all.in, j);
      one     = all;
      one.m.p = one.p;
      memset(&one.in, 0, batch);
      memset(one.state, 0, sizeof one.state);
      clear(&one);
      clear(&all);
      copy_lane(&one.in, to, &all.in, l, batch);
      copy_lane(one.state, to, all.state, l, sizeof one.state);
      contact_force(&all.m, &all.in, all.state, &all.out);
      contact_force(&one.m, &one.in, one.state, &one.out);
      assert_true(same_lane(&one.out, to, &all.out, l, sizeof one.out));
      assert_true(same_lane(one.state, to, all.state, l, sizeof one.state));
      for (int j = 0; j < CONTACT_LANES; j++) {
        for (size_t q = 0; q < sizeof all.out / sizeof(Lanes); q++) assert_true(isfinite(((Lanes *)&all.out)[q][j]));
        for (int q = 0; q < contact_n_state(&all.m); q++) assert_true(isfinite(all.state[q][j]));
      }
    }
  }
}

static void zero_lanes_stay_zero(const ContactLaw *law)
{
  Rig   r;
  Lanes U;

  rig_init(&r, law->name);
  r.in.m_eff[3] = INFINITY; /* two grains without mass: padding */
  for (int tool = 0; tool < 2; tool++) {
    r.in.tool   = tool;
    r.m.rolling = r.m.twisting = r.m.partial_slip = tool;
    r.in.mu = r.in.mu_roll = r.in.mu_twist = 0.3;
    clear(&r);
    contact_force(&r.m, &r.in, r.state, &r.out);
    assert_true(all_zero(&r.out, sizeof r.out) && all_zero(r.state, sizeof r.state));
    contact_stored(&r.m, &r.in, r.state, U);
    assert_true(all_zero(U, sizeof U));
  }
}

static void table_is_complete(const ContactLaw *law)
{
  ContactModel m = {.law = law, .rolling = 1, .twisting = 1, .partial_slip = 1};

  assert_ptr_equal(contact_law_find(law->name), law);
  assert_true(law->n_sum <= CONTACT_SUMS && contact_n_state(&m) <= CONTACT_STATE_MAX);
  for (int k = 0; k < contact_n_state(&m); k++) assert_non_null(contact_state_name(&m, k));
  assert_null(contact_state_name(&m, contact_n_state(&m)));
  for (const ParamSpec *s = law->params; s->key; s++) {
    assert_true(s->offset + sizeof(double) <= law->param_size && s->what && s->min <= s->max);
    assert_true(isnan(s->def) ? s->card != NULL : (s->def >= s->min && s->def <= s->max));
  }
}

#define FOR_EVERY_LAW(property)                                                                                        \
  static void every_law_##property(void **state)                                                                       \
  {                                                                                                                    \
    (void)state;                                                                                                       \
    for (int k = 0; contact_laws[k]; k++) property(contact_laws[k]);                                                   \
  }
FOR_EVERY_LAW(table_is_complete)
FOR_EVERY_LAW(zero_lanes_stay_zero)
FOR_EVERY_LAW(nothing_out_of_reach)
FOR_EVERY_LAW(sliding_on_the_cone)
FOR_EVERY_LAW(no_cycle_gains)
FOR_EVERY_LAW(jumps_only_dissipate)
FOR_EVERY_LAW(lanes_do_not_see_each_other)

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_law_table_is_complete),
      cmocka_unit_test(every_law_zero_lanes_stay_zero),
      cmocka_unit_test(every_law_nothing_out_of_reach),
      cmocka_unit_test(every_law_sliding_on_the_cone),
      cmocka_unit_test(every_law_no_cycle_gains),
      cmocka_unit_test(every_law_jumps_only_dissipate),
      cmocka_unit_test(every_law_lanes_do_not_see_each_other),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
