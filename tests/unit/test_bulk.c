/*
  test_bulk.c - a Gauss point of a meshed grain: stress, flow, tangent, against differences and closed forms.
*/
#include "materials/bulk_spectral.h"
#include "tests/unit/bulk_help.h"

static BulkStress step(const BulkModel *m, const double f[3][3], BulkState *s, double a[9][9])
{
  BulkStress out;

  assert_int_equal(bulk_update(m, YIELD, DT, f, s, s, &out, a), BULK_OK);
  return out;
}

static void stretch(const BulkModel *m, double x, double y, double z, BulkState *s, BulkStress *out)
{
  const double f[3][3] = {
      {x,   0.0, 0.0},
      {0.0, y,   0.0},
      {0.0, 0.0, z  }
  };

  *out = step(m, f, s, NULL);
}

static void laws_are_whole(void **state)
{
  BulkModel m;

  (void)state;
  for (int k = 0; bulk_laws[k]; k++) {
    assert_true(bulk_laws[k]->cite && bulk_laws[k]->validate && bulk_laws[k]->model);
    assert_ptr_equal(bulk_law_find(bulk_laws[k]->name), bulk_laws[k]);
    assert_true(bulk_laws[k]->param_size <= 16 * sizeof(double));
    assert_string_equal(bulk_laws[k]->params[0].card, "E");
    assert_string_equal(bulk_laws[k]->params[1].card, "nu");
  }
  assert_null(bulk_law_find("j3"));
  m = gold("j2", 0, NULL, NULL);
  assert_int_equal(m.flow, BULK_LINEAR); /* ideal plasticity by default */
  CLOSE(m.K, 79.0 / 0.48, 1e-12);
  CLOSE(m.G, 79.0 / 2.84, 1e-12);
}

static void nonsense_is_refused(void **state)
{
  double    p[16] = {79.0, 0.5, 0.0, 0.0, 0.1, 0.02, 0.0};
  BulkModel m     = {.K = -1.0};

  (void)state;
  for (int k = 0; bulk_laws[k]; k++) {
    const char *wrong = bulk_model(bulk_laws[k], p, &m);

    assert_non_null(wrong);
    assert_non_null(strstr(wrong, "allowed is below 0.5"));
    assert_true(m.K == -1.0);
  }
  p[1] = 0.49;
  assert_null(bulk_model(bulk_law_find("j2"), p, &m));
  for (int k = 0; k < 7; k++) { /* each number of j2 in turn */
    const double keep = p[k];

    p[k] = -2.0;
    assert_non_null(bulk_model(bulk_law_find("j2"), p, &m));
    p[k] = NAN;
    assert_non_null(bulk_model(bulk_law_find("j2"), p, &m));
    p[k] = keep;
  }
}

/* Put together again and square to each other, 1e-14 of the largest: some ten roundings.  Spreads of the values from 1
   to 1e-17, pairs at either end, scales to 1e100. */
static void principal_values(void **state)
{
  uint64_t seed = 7;

  (void)state;
  for (int k = 0; k < 20000; k++) {
    const double scale = pow(10.0, 100.0 * random1(&seed)), apart = pow(10.0, -17.0 * fabs(random1(&seed)));
    const double near    = k % 3 == 0 ? 0.0 : apart * pow(10.0, -17.0 * fabs(random1(&seed)));
    const double want[3] = {scale, scale * (1.0 + apart), scale * (1.0 + (k % 2 ? near : apart + near))};
    double       Q[3][3], a[6], b[6], value[3], n[3][3];

    rotation(&seed, k % 5 ? 3.0 * random1(&seed) : 0.0, Q);
    turn(Q, (const double[]){want[0], want[1], want[2], 0.0, 0.0, 0.0}, a);
    sym3_principal(a, value, n);
    sym3_compose(value, n, b);
    for (int i = 0; i < 6; i++) CLOSE(b[i], a[i], 1e-14 * scale);
    for (int i = 0; i < 3; i++)
      for (int j = 0; j < 3; j++) CLOSE(n[i][0] * n[j][0] + n[i][1] * n[j][1] + n[i][2] * n[j][2], i == j, 2e-15);
  }
}

/* (ln x - ln y)/(x - y) by log1p, through the change of formula at |z| = 0.1; the difference of logarithms there has
   lost a factor of 5 of its digits, and logarithms up to 1.4 a little more: 1e-14. */
static void slope_of_the_logarithm(void **state)
{
  (void)state;
  for (double d = 1e-17; d < 3.0; d *= 1.07) {
    const double x = 1.3, y = x * (1.0 + d), want = y > x ? log1p((y - x) / x) / (y - x) : 1.0 / x;

    CLOSE(log_slope(x, y, log(x), log(y)), want, 1e-14);
    CLOSE(log_slope(y, x, log(y), log(x)), want, 1e-14);
  }
}

/* d(stored energy) = tau : l for any elastic step: central differences of 1e-5, truncation 1e-10 of third derivatives
   of order 10, rounding 1e-11; stretches up to 3. */
static void stress_is_the_slope_of_the_energy(void **state)
{
  const BulkModel m    = model_of(0);
  uint64_t        seed = 1;

  (void)state;
  for (int k = 0; k < 300; k++) {
    BulkState  s = bulk_rest;
    BulkStress now, side[2];
    double     f[3][3], l[3][3], power = 0.0;

    random_step(&seed, k < 100 ? 0.01 : 0.6, f);
    now = step(&m, f, &s, NULL);
    for (int i = 0; i < 3; i++)
      for (int j = 0; j < 3; j++) {
        l[i][j] = random1(&seed);
        power += now.J * now.sigma[at[i][j]] * l[i][j];
      }
    for (int e = 0; e < 2; e++) {
      double    g[3][3];
      BulkState t = s;

      for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++) g[i][j] = (i == j) + (e ? 1e-5 : -1e-5) * l[i][j];
      side[e] = step(&m, g, &t, NULL);
    }
    CLOSE((side[1].stored - side[0].stored) / 2e-5, power, 1e-7 * m.K);
  }
}

/* J a_ijkl against differences of the Kirchhoff stress.  Steps of 1e-6: rounding 2e-16 K/1e-6 = 2e-10 K; the surface
   curves over Y/(3G) = 0.013 of strain, truncation 1e-12/0.013^2 = 6e-9; a rate adds 1/m^2.  Bound: 3e-8 K, 1e-6 K with
   a rate, whose stress has a vertical tangent where flow begins. */
static void check_tangent(const BulkModel *m, const double f[3][3], const BulkState *old)
{
  const double h = 1e-6, tol = (m->flow == BULK_RATE ? 1e-6 : 3e-8) * m->K;
  double       a[9][9];
  BulkState    s   = *old;
  BulkStress   now = step(m, f, &s, a);

  for (int kl = 0; kl < 9; kl++) {
    BulkStress side[2];

    for (int e = 0; e < 2; e++) {
      double g[3][3] =
          {
              {1.0, 0.0, 0.0},
              {0.0, 1.0, 0.0},
              {0.0, 0.0, 1.0}
      },
             gf[3][3];
      BulkState t = *old;

      g[kl / 3][kl % 3] += e ? h : -h;
      multiply(g, f, gf);
      side[e] = step(m, gf, &t, NULL);
    }
    for (int ij = 0; ij < 9; ij++) {
      const int    i = ij / 3, j = ij % 3, k = kl / 3, l = kl % 3;
      const double dtau = (side[1].J * side[1].sigma[at[i][j]] - side[0].J * side[0].sigma[at[i][j]]) / (2.0 * h);

      CLOSE(now.J * a[ij][kl], dtau - now.J * now.sigma[at[i][l]] * (j == k), tol * fmax(1.0, now.J));
    }
  }
}

/* From 5 % to 70 % of random gradient on states that have seen some flow. */
static void tangent_of_random_steps(void **state)
{
  uint64_t seed = 3;

  (void)state;
  for (int k = 0; k < N_MODELS; k++) {
    const BulkModel m = model_of(k);

    for (int n = 0; n < 60; n++) {
      BulkState s = bulk_rest;
      double    f[3][3];

      for (int before = 0; before < 3; before++) {
        random_step(&seed, 0.1, f);
        step(&m, f, &s, NULL);
      }
      random_step(&seed, n % 2 ? 0.05 : 0.7, f);
      check_tangent(&m, f, &s);
    }
  }
}

/* Small elastic steps of the plastic models; principal stretches that differ by 0.1 to 1e-16, all three and two. */
static void tangent_of_close_stretches(void **state)
{
  uint64_t seed = 5;

  (void)state;
  for (int k = 0; k < N_MODELS; k++) {
    const BulkModel m = model_of(k);

    for (double d = 0.1; d > 1e-16; d *= 0.1)
      for (int pair = 0; pair < 2; pair++) {
        const double x = d > 5e-3 && d < 2e-2 ? 0.5 * d : d; /* not where flow begins: no tangent there */
        double       Q[3][3], D[3][3] = {
                                  {1.05 + (pair ? 0.1 : x), 0.0,      0.0 },
                                  {0.0,                     1.05 - x, 0.0 },
                                  {0.0,                     0.0,      1.05}
        };
        double f[3][3];

        rotation(&seed, 1.0, Q);
        multiply(Q, D, f);
        check_tangent(&m, f, &bulk_rest);
      }
    check_tangent(&m,
                  (const double[3][3]){
                      {0.9, 0.0, 0.0},
                      {0.0, 0.9, 0.0},
                      {0.0, 0.0, 0.9}
    },
                  &bulk_rest);
  }
}

/* With and without a tangent, into the same or another state: the same bits. */
static void same_bits_with_and_without_a_tangent(void **state)
{
  uint64_t seed = 17;

  (void)state;
  for (int k = 0; k < 200; k++) {
    const BulkModel m = model_of(k % N_MODELS);
    double          f[3][3], a[9][9];
    BulkState       one, two;
    BulkStress      with, without;

    memset(&one, 0, sizeof one);
    memset(&with, 0, sizeof with);
    memset(&without, 0, sizeof without);
    random_step(&seed, 0.2, f);
    assert_int_equal(bulk_update(&m, YIELD, DT, f, &bulk_rest, &one, &with, a), BULK_OK);
    two = bulk_rest;
    assert_int_equal(bulk_update(&m, YIELD, DT, f, &two, &two, &without, NULL), BULK_OK);
    assert_memory_equal(&one, &two, sizeof one);
    assert_memory_equal(&with, &without, sizeof with);
  }
}

/* Q f: everything turns along, 1e-12 of K. */
static void turning_the_step_turns_the_answer(void **state)
{
  uint64_t seed = 11;

  (void)state;
  for (int k = 0; k < 600; k++) {
    const BulkModel m = model_of(k % N_MODELS);
    BulkState       s = bulk_rest, plain, turned;
    double          f[3][3], Q[3][3], Qf[3][3], want[6];
    BulkStress      one, two;

    random_step(&seed, 0.2, f);
    step(&m, f, &s, NULL);
    random_step(&seed, k % 4 ? 0.3 : 1e-3, f);
    rotation(&seed, 3.14 * random1(&seed), Q);
    multiply(Q, f, Qf);
    plain = turned = s;
    one            = step(&m, f, &plain, NULL);
    two            = step(&m, Qf, &turned, NULL);
    turn(Q, one.sigma, want);
    for (int i = 0; i < 6; i++) CLOSE(two.sigma[i], want[i], 1e-12 * m.K);
    turn(Q, plain.be, want);
    for (int i = 0; i < 6; i++) CLOSE(turned.be[i], want[i], 1e-12);
    CLOSE(turned.alpha, plain.alpha, 1e-12);
  }
}

/* A rigid rotation by any angle, also of a state on the yield surface, does nothing but turn. */
static void rotations_are_rigid(void **state)
{
  uint64_t seed = 13;

  (void)state;
  for (int k = 0; k < 600; k++) {
    const BulkModel m = model_of(k % 4); /* a stress held above the slow yield stress by a rate would go on flowing */
    BulkState       s = bulk_rest, before;
    double          f[3][3], Q[3][3], want[6];
    BulkStress      one, two;

    random_step(&seed, 0.3, f);
    one    = step(&m, f, &s, NULL);
    before = s;
    rotation(&seed, 3.14 * random1(&seed), Q);
    two = step(&m, Q, &s, NULL);
    turn(Q, one.sigma, want);
    for (int i = 0; i < 6; i++) CLOSE(two.sigma[i], want[i], 1e-13 * m.K);
    CLOSE(s.alpha, before.alpha, 1e-14);
    CLOSE(two.dissipated, 0.0, 1e-14);
  }
}

/* A thousand steps of flow: det b_e is still the squared volume ratio (5e-15 a step; without flow b_e has values that
   lie five decades apart), the stress is on the yield surface when flow took place and inside otherwise (rounding of K
   eps against Y: 1e-13 K), and no step gains by flow.
 */
static void long_random_paths(void **state)
{
  uint64_t seed = 19;

  (void)state;
  for (int k = 0; k < N_MODELS; k++) {
    const BulkModel m   = model_of(k);
    BulkState       s   = bulk_rest;
    double          lnJ = 0.0;

    for (int n = 0; n < 1000; n++) {
      const double before = s.alpha;
      double       f[3][3], q, limit;
      BulkStress   out;

      random_step(&seed, n % 10 ? 0.1 : 1e-3, f);
      if (fabs(lnJ) > 0.2) f[0][0] *= exp(-lnJ); /* back to the volume it had */
      lnJ += log(det3(f));
      out   = step(&m, f, &s, NULL);
      q     = out.J * mises(out.sigma);
      limit = yield_stress(&m, YIELD, DT, before, s.alpha - before);
      CLOSE(log(out.J), lnJ, k ? 5e-12 : 1e-8);
      assert_true(s.alpha >= before && out.dissipated >= 0.0 && out.stored >= 0.0);
      if (m.flow == BULK_ELASTIC) continue;
      if (m.flow != BULK_RATE) assert_true(q <= limit + 1e-13 * m.K);
      if (s.alpha > before + 1e-5) CLOSE(q, limit, (m.flow == BULK_RATE ? 1e-11 : 1e-13) * m.K); /* m 1e-16/1e-5 */
      CLOSE(out.dissipated, q * (s.alpha - before), 1e-15 * (q * s.alpha + m.K));
    }
    if (k) assert_true(s.alpha > 5.0);
  }
}

/* Uniaxial stress T = sigma_y(alpha) at axial strain T/E + alpha, lateral strain -nu T/E - alpha/2: the stress has no
   lateral part, whatever the steps; 1e-13 of K per step. */
static void uniaxial_curves(void **state)
{
  (void)state;
  for (int k = 1; k <= 3; k++) {
    const BulkModel m     = model_of(k);
    BulkState       s     = bulk_rest;
    double          axial = 0.0, side = 0.0;

    for (int n = 0; n < 40; n++) {
      const double alpha     = n < 20 ? 1e-4 * n : 0.05 * (n - 19);
      const double T         = k == 1 ? 1.1 : k == 2 ? 1.1 + 3.0 * alpha : 1.1 + 0.9 * (1.0 - exp(-alpha / 0.1));
      const double new_axial = T / 79.0 + alpha, new_side = -0.42 * T / 79.0 - 0.5 * alpha;
      BulkStress   out;

      stretch(&m, exp(new_axial - axial), exp(new_side - side), exp(new_side - side), &s, &out);
      axial = new_axial, side = new_side;
      CLOSE(out.J * out.sigma[0], T, 4e-12);
      CLOSE(out.sigma[1], 0.0, 4e-12);
      CLOSE(out.sigma[2], 0.0, 4e-12);
      CLOSE(s.alpha, alpha, 1e-13);
      CLOSE(out.stored, 0.5 * T * T / 79.0, 1e-13);
    }
  }
}

/* A grain stronger than the saturation stress stays as strong as it is. */
static void saturation_never_softens(void **state)
{
  const BulkModel m = model_of(3);
  BulkState       s = bulk_rest;
  BulkStress      out;

  (void)state;
  for (int n = 0; n < 5; n++) {
    const double x = exp(0.1), f[3][3] = {
                                   {x,   0.0,           0.0          },
                                   {0.0, 1.0 / sqrt(x), 0.0          },
                                   {0.0, 0.0,           1.0 / sqrt(x)}
    };

    assert_int_equal(bulk_update(&m, 2.5, 0.0, f, &s, &s, &out, NULL), BULK_OK);
    CLOSE(out.J * mises(out.sigma), 2.5, 1e-12);
  }
}

static double stress_at_rate(double m_rate, double edot0)
{
  const BulkModel m =
      gold("j2", 2, (const char *const[]){"rate_exponent", "reference_rate"}, (double[]){m_rate, edot0});
  BulkState  s = bulk_rest;
  BulkStress out;

  stretch(&m, exp(0.1), exp(-0.05), exp(-0.05), &s, &out);
  return out.J * mises(out.sigma);
}

/* m = 1 and 1/2 are a linear and a quadratic equation; slow enough, all that is left is the slow yield stress, by
   rate/edot0 to the m; the faster, the harder. */
static void rates(void **state)
{
  const double G3 = 3.0 * 79.0 / 2.84, q = 0.1 * G3;

  (void)state;
  for (double edot0 = 1e-6; edot0 < 1e12; edot0 *= 3.7) {
    const double c = DT * edot0, x1 = (q - YIELD) / (G3 + YIELD / c);
    const double w = YIELD / (sqrt(c) * G3), root = 2.0 * (q - YIELD) / G3 / (w + sqrt(w * w + 4.0 * (q - YIELD) / G3));

    CLOSE(stress_at_rate(1.0, edot0), q - G3 * x1, 1e-13 * q);
    CLOSE(stress_at_rate(0.5, edot0), q - G3 * root * root, 1e-13 * q);
    for (double m = 0.02; m < 1.0; m *= 1.9) {
      const double stress = stress_at_rate(m, edot0);

      assert_true(stress > YIELD && stress <= q);
      assert_true(stress_at_rate(m, 2.0 * edot0) <= stress);
    }
  }
  CLOSE(stress_at_rate(1.0, 1e13) / YIELD, 1.0, 1e-10); /* rate: 0.087/1e-3 ns = 87/ns */
}

/* Work of the stress along a fine path = stored + dissipated.  Trapezoids in the work, backward Euler in the flow:
   first order in the step, 2e-4 of strain each, over which the yield stress rises by 3e-3 of itself at most. */
static void energy_is_kept(void **state)
{
  (void)state;
  for (int k = 0; k <= 3; k++) {
    const BulkModel m    = model_of(k);
    BulkState       s    = bulk_rest;
    BulkStress      last = {0}, out = {0};
    double          work = 0.0, lost = 0.0;

    for (int n = 0; n < 5000; n++) {
      const double g = 2e-4 * (n < 2000 || n >= 4000 ? 1.0 : -1.0), c = 1.0 - 5e-5, l = 1e-4 * cos(1e-3 * n);
      const double f[3][3] = {
          {c,   g,   0.0},
          {0.0, 1.0, 0.0},
          {l,   0.0, 1.0}
      };

      out = step(&m, f, &s, NULL);
      work += 0.5 * g * (last.J * last.sigma[3] + out.J * out.sigma[3]);
      work += 0.5 * l * (last.J * last.sigma[5] + out.J * out.sigma[5]);
      work += 0.5 * log(c) * (last.J * last.sigma[0] + out.J * out.sigma[0]);
      lost += out.dissipated;
      last = out;
    }
    CLOSE((out.stored + lost) / work, 1.0, 1e-3);
  }
}

/* 1e-13 of K: two exponentials and two logarithms. */
static void states_and_stresses(void **state)
{
  uint64_t seed = 23;

  (void)state;
  for (int k = 0; k < 1000; k++) {
    const BulkModel m = model_of(k % 4);
    double          f[3][3], tau[6];
    BulkState       s = bulk_rest, back;
    BulkStress      out, again;

    random_step(&seed, k % 2 ? 0.25 : 1e-4, f);
    out = step(&m, f, &s, NULL);
    for (int i = 0; i < 6; i++) tau[i] = out.J * out.sigma[i];
    assert_int_equal(bulk_from_kirchhoff(&m, tau, s.alpha, &back), BULK_OK);
    for (int i = 0; i < 6; i++) CLOSE(back.be[i], s.be[i], 1e-13);
    assert_true(back.alpha == s.alpha);
    assert_int_equal(bulk_stress(&m, &s, &again), BULK_OK);
    for (int i = 0; i < 6; i++) CLOSE(again.sigma[i], out.sigma[i], 1e-13 * m.K);
    CLOSE(again.stored, out.stored, 1e-13 * m.K);
    if (out.J < 2.0) { /* e is where the branch ends; the root is less well conditioned towards it */
      assert_int_equal(bulk_from_cauchy(&m, out.sigma, s.alpha, &back), BULK_OK);
      for (int i = 0; i < 6; i++) CLOSE(back.be[i], s.be[i], 1e-12);
    }
  }
}

static void what_is_no_step_is_flagged(void **state)
{
  const BulkModel m = model_of(1), rate = model_of(4);
  const double    one[3][3] = {
         {1.0, 0.0, 0.0},
         {0.0, 1.0, 0.0},
         {0.0, 0.0, 1.0}
  };
  const double     bad[]    = {0.0, -1.0, NAN, -INFINITY, INFINITY, 1e200};
  const BulkStatus status[] = {BULK_FOLDED, BULK_FOLDED, BULK_FOLDED, BULK_FOLDED, BULK_FOLDED, BULK_EXTREME};
  const BulkState  before   = {
         .be = {1.1, 1.0, 0.9, 0.1, 0.0, 0.0},
           .alpha = 0.3
  };
  BulkState  s   = before;
  BulkStress out = {.J = 77.0};

  (void)state;
  for (int k = 0; k < 6; k++) {
    double a[9][9] = {{55.0}}, f[3][3];

    memcpy(f, one, sizeof f);
    f[1][1] = bad[k];
    assert_int_equal(bulk_update(&m, YIELD, DT, f, &s, &s, &out, a), status[k]);
    assert_memory_equal(&s, &before, sizeof s);
    assert_true(out.J == 77.0 && a[0][0] == 55.0);
  }
  assert_int_equal(bulk_update(&rate, YIELD, 0.0, one, &s, &s, &out, NULL), BULK_NO_TIME);
  s.be[2] = -1.0;
  assert_int_equal(bulk_update(&m, YIELD, DT, one, &s, &s, &out, NULL), BULK_EXTREME);
  assert_int_equal(bulk_stress(&m, &s, &out), BULK_EXTREME);
  assert_int_equal(bulk_from_cauchy(&m, (double[]){70.0, 70.0, 70.0, 0.0, 0.0, 0.0}, 0.0, &s), BULK_NO_STATE);
  assert_int_equal(bulk_from_cauchy(&m, (double[]){60.0, 60.0, 60.0, 0.0, 0.0, 0.0}, 0.0, &s), BULK_OK);
  assert_int_equal(bulk_from_kirchhoff(&m, (double[]){NAN, 0.0, 0.0, 0.0, 0.0, 0.0}, 0.0, &s), BULK_EXTREME);
  for (int k = BULK_OK; k <= BULK_NO_STATE; k++) assert_true(strlen(bulk_status_text((BulkStatus)k)) > 5);
}

/*
  A hollow sphere with ideal plasticity that flows throughout carries p = (2/3) Y ln(1/(1 - D)) at its outer face, D its
  relative density: Hill 1950; stage 2 of Helle, Easterling & Ashby 1985.  Equilibrium d(sigma_rr)/dr = 2 (sigma_tt -
  sigma_rr)/r with the law at every radius; the strain of incompressible motion at r is ln(r0/r).  Elastic strain holds
  back Y/(3G) = 0.013 of the motion, which has been reached everywhere: the rest is Simpson's error at 2000 points.
*/
static void hollow_sphere_collapses(void **state)
{
  const BulkModel m     = model_of(1);
  const double    inner = 0.4, outer = 1.0, gap = 0.4 * 0.4 * 0.4 - 0.3 * 0.3 * 0.3;
  const double    in3 = inner * inner * inner - gap, out3 = outer * outer * outer - gap, D = 1.0 - in3 / out3;
  const double    from = log(in3) / 3.0, to = log(out3) / 3.0;
  const int       n = 2000;
  double          p = 0.0;

  (void)state;
  for (int k = 0; k <= n; k++) {
    const double r = exp(from + (to - from) * k / n), t = r / cbrt(r * r * r + gap); /* hoop stretch, below 1 */
    BulkState    s = bulk_rest;
    BulkStress   out;

    stretch(&m, 1.0 / (t * t), t, t, &s, &out);
    p += (k == 0 || k == n ? 1.0 : k % 2 ? 4.0 : 2.0) * 2.0 * (out.sigma[0] - out.sigma[1]);
  }
  p *= (to - from) / n / 3.0;
  CLOSE(p, 2.0 / 3.0 * YIELD * log(1.0 / (1.0 - D)), 1e-10 * YIELD);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(laws_are_whole),
      cmocka_unit_test(nonsense_is_refused),
      cmocka_unit_test(principal_values),
      cmocka_unit_test(slope_of_the_logarithm),
      cmocka_unit_test(stress_is_the_slope_of_the_energy),
      cmocka_unit_test(tangent_of_random_steps),
      cmocka_unit_test(tangent_of_close_stretches),
      cmocka_unit_test(same_bits_with_and_without_a_tangent),
      cmocka_unit_test(turning_the_step_turns_the_answer),
      cmocka_unit_test(rotations_are_rigid),
      cmocka_unit_test(long_random_paths),
      cmocka_unit_test(uniaxial_curves),
      cmocka_unit_test(saturation_never_softens),
      cmocka_unit_test(rates),
      cmocka_unit_test(energy_is_kept),
      cmocka_unit_test(states_and_stresses),
      cmocka_unit_test(what_is_no_step_is_flagged),
      cmocka_unit_test(hollow_sphere_collapses),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
