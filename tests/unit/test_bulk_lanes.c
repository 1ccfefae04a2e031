/*
  test_bulk_lanes.c - the return map of eight points of an explicit kernel, and how far flow goes in one step.
*/
#include "materials/bulk_lanes.h"
#include "tests/unit/bulk_help.h"

typedef struct {
  Lanes s[6], alpha, Y0, work;
} Points;

/* Trial deviators from inside the surface to far outside. */
static void random_points(uint64_t *seed, Points *p)
{
  for (int l = 0; l < CONTACT_LANES; l++) {
    const double size = pow(10.0, random1(seed));

    for (int k = 0; k < 6; k++) p->s[k][l] = size * random1(seed);
    p->s[2][l]  = -p->s[0][l] - p->s[1][l];
    p->alpha[l] = l % 3 ? fabs(random1(seed)) : 0.0;
    p->Y0[l]    = YIELD * (1.0 + 0.5 * random1(seed));
    p->work[l]  = NAN;
  }
}

static double size_of(const Points *p, int l)
{
  const double s[6] = {p->s[0][l], p->s[1][l], p->s[2][l], p->s[3][l], p->s[4][l], p->s[5][l]};

  return mises(s);
}

/* On the surface or inside, in the same direction, and the work is that of the final stress; some roundings of what the
   trial stress was. */
static void points_come_back_to_the_surface(void **state)
{
  uint64_t seed = 31;

  (void)state;
  for (int n = 0; n < 3000; n++) {
    const BulkModel m = model_of(n % N_MODELS);
    Points          p, old;
    int             flowed = 0;

    random_points(&seed, &p);
    old = p;
    bulk_return(&m, DT, p.s, p.alpha, p.Y0, p.work);
    for (int l = 0; l < CONTACT_LANES; l++) {
      const double q = size_of(&p, l), was = size_of(&old, l), x = p.alpha[l] - old.alpha[l];
      const double limit = yield_stress(&m, p.Y0[l], DT, old.alpha[l], fmax(x, 0.0));
      const double tol   = (m.flow == BULK_RATE ? 1e-11 : 1e-14) * (was + 1.0); /* x^m of a difference of alpha */

      assert_true(x >= 0.0 && p.work[l] >= 0.0);
      if (m.flow != BULK_ELASTIC) /* the same steps as one point, whatever lm_rsqrt makes of q */
        CLOSE(p.alpha[l], old.alpha[l] + bulk_slip(&m, DT, was, old.alpha[l], p.Y0[l]), 1e-15 * (1.0 + was));
      CLOSE(p.work[l], q * x, 1e-14 * was);
      CLOSE(q, was - 3.0 * m.G * x, 3e-15 * (was + 3.0 * m.G));
      for (int k = 0; k < 6; k++) CLOSE(p.s[k][l] * was, old.s[k][l] * q, 1e-14 * was * was);
      if (m.flow == BULK_ELASTIC) assert_true(p.s[0][l] == old.s[0][l] && x == 0.0);
      else if (m.flow != BULK_RATE) assert_true(q <= limit + tol);
      if (x > 1e-5) CLOSE(q, limit, tol);
      flowed += x > 0.0;
    }
    if (m.flow != BULK_ELASTIC && n > 2900 && flowed == 0) fail_msg("no point of eight flowed");
  }
}

/*
  Increments along the axes of the state: strains add up, and the sum of increments that an explicit kernel keeps is the
  logarithmic strain.  Both ways then agree to rounding of K, 1e-13, for any size; in random axes.
*/
static void same_as_one_point(void **state)
{
  uint64_t seed = 37;

  (void)state;
  for (int k = 0; k < N_MODELS; k++) {
    const BulkModel m = model_of(k);
    double          Q[3][3], trial[6] = {0}, stretch[3][3] = {{0}};
    BulkState       s = bulk_rest;
    Points          p;

    memset(&p, 0, sizeof p);
    for (int l = 0; l < CONTACT_LANES; l++) p.Y0[l] = YIELD;
    rotation(&seed, 1.0, Q);
    for (int n = 0; n < 300; n++) {
      double     step[3], mean = 0.0, f[6], full[3][3], d[6];
      BulkStress out;

      for (int i = 0; i < 3; i++) {
        step[i] = (n % 2 ? 0.02 : 1e-4) * random1(&seed);
        mean += step[i] / 3.0;
        stretch[i][i] = exp(step[i]);
      }
      turn(Q, (const double[]){stretch[0][0], stretch[1][1], stretch[2][2], 0.0, 0.0, 0.0}, f);
      turn(Q, (const double[]){step[0] - mean, step[1] - mean, step[2] - mean, 0.0, 0.0, 0.0}, d);
      for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++) full[i][j] = f[at[i][j]];
      for (int i = 0; i < 6; i++)
        for (int l = 0; l < CONTACT_LANES; l++) p.s[i][l] += 2.0 * m.G * d[i];
      assert_int_equal(bulk_update(&m, YIELD, DT, full, &s, &s, &out, NULL), BULK_OK);
      bulk_return(&m, DT, p.s, p.alpha, p.Y0, p.work);
      CLOSE(p.alpha[3], s.alpha, 1e-12);
      CLOSE(p.work[3], out.dissipated, 1e-12);
      mean = (out.sigma[0] + out.sigma[1] + out.sigma[2]) / 3.0;
      CLOSE(bulk_mean_lane(m.K, out.J), out.J * mean, 1e-12 * m.K);
      for (int i = 0; i < 6; i++) {
        trial[i] = out.J * (out.sigma[i] - (i < 3 ? mean : 0.0));
        CLOSE(p.s[i][3], trial[i], 1e-12 * m.K);
      }
    }
  }
}

/* Increments h across the axes of the state: a sum of increments is not the logarithmic strain, by atanh(z)/z - 1 with
   z = (b_0 - b_1)/(b_0 + b_1), and by second order in h. */
static void small_steps_across_the_axes(void **state)
{
  const BulkModel m = model_of(2);
  const double    z = tanh(2.0 * 1.13 / (2.0 * sqrt(3.0) * m.G)); /* of a pure shear that yields, hardening included */

  (void)state;
  for (double h = 1e-3; h > 1e-6; h /= 3.1623) {
    BulkState  s = bulk_rest;
    BulkStress out;
    Points     p;
    double     x = exp(0.02), mean, off = 0.0;

    memset(&p, 0, sizeof p);
    p.Y0[5] = YIELD;
    assert_int_equal(bulk_update(&m, YIELD, DT,
                                 (const double[3][3]){
                                     {x, 0,     0},
                                     {0, 1 / x, 0},
                                     {0, 0,     1}
    },
                                 &s, &s, &out, NULL),
                     BULK_OK);
    mean = (out.sigma[0] + out.sigma[1] + out.sigma[2]) / 3.0;
    for (int i = 0; i < 6; i++)
      p.s[i][5] = out.J * (out.sigma[i] - (i < 3 ? mean : 0.0)) + (i == 3 ? 2.0 * m.G * h : 0.0);
    p.alpha[5] = s.alpha;
    bulk_return(&m, DT, p.s, p.alpha, p.Y0, p.work);
    assert_int_equal(bulk_update(&m, YIELD, DT,
                                 (const double[3][3]){
                                     {1, h, 0},
                                     {h, 1, 0},
                                     {0, 0, 1}
    },
                                 &s, &s, &out, NULL),
                     BULK_OK);
    mean = (out.sigma[0] + out.sigma[1] + out.sigma[2]) / 3.0;
    for (int i = 0; i < 6; i++) off = fmax(off, fabs(p.s[i][5] - out.J * (out.sigma[i] - (i < 3 ? mean : 0.0))));
    assert_true(off < 2.0 * m.G * h * (z * z / 3.0 + h));
    assert_true(off > 0.0);
  }
}

/* A point alone, in any lane, gives the bits it gives among seven others; no point at all stays nothing. */
static void lanes_do_not_see_each_other(void **state)
{
  uint64_t seed = 41;

  (void)state;
  for (int n = 0; n < 600; n++) {
    const BulkModel m = model_of(n % N_MODELS);
    Points          all, in;

    random_points(&seed, &all);
    in = all;
    bulk_return(&m, DT, all.s, all.alpha, all.Y0, all.work);
    for (int l = 0; l < CONTACT_LANES; l++) {
      const int to = (3 * l + n) % CONTACT_LANES;
      Points    one;

      memset(&one, 0, sizeof one);
      for (int k = 0; k < 6; k++) one.s[k][to] = in.s[k][l];
      one.alpha[to] = in.alpha[l];
      one.Y0[to]    = in.Y0[l];
      bulk_return(&m, DT, one.s, one.alpha, one.Y0, one.work);
      for (int k = 0; k < 6; k++) assert_memory_equal(&one.s[k][to], &all.s[k][l], sizeof(double));
      assert_memory_equal(&one.alpha[to], &all.alpha[l], sizeof(double));
      assert_memory_equal(&one.work[to], &all.work[l], sizeof(double));
      for (int z = 0; z < CONTACT_LANES; z++) {
        if (z == to) continue;
        for (int k = 0; k < 6; k++) assert_true(one.s[k][z] == 0.0);
        assert_true(one.alpha[z] == 0.0 && one.work[z] == 0.0);
      }
    }
  }
}

/*
  The fixed number of iterations is enough over the whole range of the parameters: what is left of the equation is
  rounding of the trial stress.  From 1e-14 above yield to a hundred times, any history, rates over forty decades.  A
  flow that no double holds, x < 1e-280, must be one: the excess is then below what that x would ask for.
*/
static void iterations_suffice(void **state)
{
  static const char *const key[]    = {"hardening_modulus", "saturation_stress", "saturation_strain", "rate_exponent",
                                       "reference_rate"};
  uint64_t                 seed     = 43;
  double                   worst[2] = {0.0, 0.0};

  (void)state;
  for (int n = 0; n < 200000; n++) {
    const int    rate      = n % 2;
    const double number[5] = {n % 5 ? 30.0 * fabs(random1(&seed)) : 0.0, n % 3 ? 10.0 * fabs(random1(&seed)) : 0.0,
                              pow(10.0, -0.5 + 2.5 * random1(&seed)), pow(10.0, -1.0 + random1(&seed)),
                              rate ? pow(10.0, 20.0 * random1(&seed)) : 0.0};
    const BulkModel m  = gold("j2", 5, key, number);
    const double alpha = n % 4 ? 3.0 * fabs(random1(&seed)) : 0.0, yield = yield_stress(&m, YIELD, 1e300, alpha, 0.0);
    const double q = yield * (1.0 + pow(10.0, -6.0 + 8.0 * random1(&seed))), x = bulk_slip(&m, DT, q, alpha, YIELD);
    const double left = q - 3.0 * m.G * x - yield_stress(&m, YIELD, DT, alpha, x);

    assert_true(isfinite(x) && x >= 0.0);
    if (rate && x < 1e-280) assert_true(q / yield - 1.0 < pow(fmax(1e-275 / (DT * m.edot0), 1e-295), m.m));
    else worst[rate] = fmax(worst[rate], fabs(left) / q);
  }
  assert_true(worst[0] < 1e-14 && worst[1] < 1e-14);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(points_come_back_to_the_surface),
      cmocka_unit_test(same_as_one_point),
      cmocka_unit_test(small_steps_across_the_axes),
      cmocka_unit_test(lanes_do_not_see_each_other),
      cmocka_unit_test(iterations_suffice),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
