/*
  test_fem_element.c - the one-point hexahedron of explicit steps under prescribed motion: rigid rotation, patch of
  elements, eight bodies side by side.
*/
#include "mesh/hex.h"
#include "solver/fem/fem_element.h"
#include "tests/unit/fem_help.h"

#include <stdio.h>

enum { MAX_NODES = 27, MAX_HEXES = 8 };

/* Elements of one body in all eight lanes, and where its nodes are. */
typedef struct {
  ElementModel m;
  int          n_node;
  double       at[MAX_NODES][3];
  v8           volume[MAX_HEXES], state[MAX_HEXES][EL_N], f[MAX_NODES][3];
  ElementWork  work;
} Body;

static Body body_of(const BulkModel *bulk, int n_node, const double x[][3], int n_elem, const int hex[][8])
{
  Body b = {
      .m      = {.bulk = *bulk, .hourglass = 0.05, .dt = DT, .n_elem = n_elem, .hex = (int(*)[8])hex},
      .n_node = n_node,
      .work   = {.worst = v8_set(1.0)    }
  };

  memcpy(b.at, x, (size_t)n_node * sizeof x[0]);
  for (int e = 0; e < n_elem; e++) {
    Hex c;
    for (int n = 0; n < 8; n++) memcpy(c[n], x[hex[e][n]], sizeof c[n]);
    b.volume[e] = v8_set(hex_volume(c));
  }
  return b;
}

static void move(Body *b, const double to[][3])
{
  v8 x[MAX_NODES][3], v[MAX_NODES][3];

  for (int n = 0; n < b->n_node; n++)
    for (int i = 0; i < 3; i++) {
      x[n][i]    = v8_set(to[n][i]);
      v[n][i]    = v8_set((to[n][i] - b->at[n][i]) / b->m.dt);
      b->f[n][i] = v8_set(0.0);
    }
  element_forces(&b->m, (const v8(*)[3])x, (const v8(*)[3])v, b->volume, v8_set(YIELD), b->state, b->f, &b->work);
  memcpy(b->at, to, (size_t)b->n_node * sizeof to[0]);
}

static void tau_of(const Body *b, int e, double tau[6])
{
  for (int k = 0; k < 6; k++) tau[k] = b->state[e][k][0] + (k < 3 ? b->state[e][EL_MEAN][0] : 0.0);
}

/*
  Two turns in 2000 steps, after a deformation that was uneven and flowed.  The motion of a step is a chord, for which
  the strain at its middle is zero and Hughes' and Winget's rotation is the true one, to rounding: the stress turns with
  the body and nothing else happens.  Rounding per step 1e-16 of places of one, of which stress is K times the strain;
  2000 of them add up to 1e-12 K at most, and to the square root of that many when they are random.
*/
static void two_turns_change_nothing(void **state)
{
  const int steps = 2000;
  uint64_t  seed  = 3;

  (void)state;
  for (int law = 0; law < 4; law++) {
    const BulkModel bulk = model_of(law);
    double          F[3][3], Q[3][3], x[MAX_NODES][3], u[MAX_NODES][3], tau[MAX_HEXES][6], alpha[MAX_HEXES], f0[3];
    double          worst = 0.0;
    Body            b     = body_of(&bulk, PATCH_NODES, patch_place, PATCH_HEXES, patch_hex);

    random_step(&seed, 1e-3, F);
    for (int n = 0; n < PATCH_NODES; n++)
      for (int i = 0; i < 3; i++) u[n][i] = 1e-3 * random1(&seed);
    for (int k = 1; k <= 40; k++) { /* 4 % of strain, more between single nodes */
      affine(F, NULL, PATCH_NODES, (const double(*)[3])b.at, x);
      for (int n = 0; n < PATCH_NODES; n++)
        for (int i = 0; i < 3; i++) x[n][i] += u[n][i] / 3.0;
      move(&b, (const double(*)[3])x);
    }
    memcpy(x, b.at, sizeof x);
    move(&b, (const double(*)[3])x); /* forces in this place: they are taken at the middle of a step */
    for (int e = 0; e < PATCH_HEXES; e++) tau_of(&b, e, tau[e]), alpha[e] = b.state[e][EL_ALPHA][0];
    for (int i = 0; i < 3; i++) f0[i] = b.f[6][i][0];
    assert_true(law == 0 || alpha[0] > 1e-3);
    const double plastic = b.work.plastic[0], strain = b.work.strain[0];

    double axis[3] = {0.6, -0.48, 0.64};
    for (int k = 1; k <= steps; k++) {
      const double a = 4.0 * acos(-1.0) * k / steps;
      double       y[MAX_NODES][3];

      for (int i = 0; i < 3; i++) /* Rodrigues */
        for (int j = 0; j < 3; j++)
          Q[i][j] = cos(a) * (i == j) + (1.0 - cos(a)) * axis[i] * axis[j] +
                    sin(a) * (i == j ? 0.0 : (j == (i + 1) % 3 ? -axis[3 - i - j] : axis[3 - i - j]));
      affine(Q, NULL, PATCH_NODES, (const double(*)[3])x, y);
      move(&b, (const double(*)[3])y);
      if (k % 125) continue;
      for (int e = 0; e < PATCH_HEXES; e++) {
        double now[6], want[6];
        tau_of(&b, e, now);
        turn(Q, tau[e], want);
        for (int i = 0; i < 6; i++) worst = fmax(worst, fabs(now[i] - want[i]) / bulk.K);
        CLOSE(b.state[e][EL_ALPHA][0], alpha[e], 1e-12);
      }
    }
    printf("two turns change the stress by %.1e K\n", worst);
    assert_true(worst < 1e-12);
    move(&b, (const double(*)[3])x);
    for (int i = 0; i < 3; i++) CLOSE(b.f[6][i][0], f0[i], 1e-12 * bulk.K);
    CLOSE(b.work.plastic[0], plastic, 1e-12 * bulk.K);
    CLOSE(b.work.strain[0], strain, 1e-12 * bulk.K);
  }
}

/*
  A linear motion of all nodes in 100 steps, F(t) = 1 + t H.  Out: how much the elements' stresses differ and what their
  hourglass modes hold, both over K.  Returns the largest force on nodes before `inner`, which have no load, over
  stress.
*/
static double stretch(Body *b, int inner, const double H[3][3], double *apart)
{
  double first[6], place[MAX_NODES][3], top = 0.0;

  memcpy(place, b->at, sizeof place);
  for (int k = 1; k <= 101; k++) { /* the last without motion: forces where the nodes are */
    double F[3][3], x[MAX_NODES][3];

    for (int i = 0; i < 3; i++)
      for (int j = 0; j < 3; j++) F[i][j] = (i == j) + fmin(k / 100.0, 1.0) * H[i][j];
    affine(F, NULL, b->n_node, (const double(*)[3])place, x);
    move(b, (const double(*)[3])x);
  }
  tau_of(b, 0, first);
  *apart = 0.0;
  for (int e = 0; e < b->m.n_elem; e++) {
    double tau[6];

    tau_of(b, e, tau);
    for (int i = 0; i < 6; i++) *apart = fmax(*apart, fabs(tau[i] - first[i]) / b->m.bulk.K);
    for (int h = 0; h < 12; h++) *apart = fmax(*apart, fabs(b->state[e][EL_HOURGLASS + h][0]) / b->m.bulk.K);
  }
  for (int n = 0; n < inner; n++)
    for (int i = 0; i < 3; i++) top = fmax(top, fabs(b->f[n][i][0]));
  return top / (mises(first) + fabs(first[0] + first[1] + first[2]) / 3.0);
}

/*
  The patch test, whole: of a linear motion every element of the distorted patch knows the strain, hourglass modes see
  nothing, and what the elements do to inner nodes adds up to nothing, to rounding: 100 steps, each with 1e-16 of places
  of one; forces are sums over eight elements of stress whose rounding is that of K, a few hundred times the stress.
*/
static void distorted_patch(void **state)
{
  const double sizes[] = {1e-4, 0.01, 0.3};
  double       most    = 0.0;
  uint64_t     seed    = 11;

  (void)state;
  for (int law = 0; law < 4; law++)
    for (int k = 0; k < 3; k++) {
      const BulkModel bulk = model_of(law);
      Body            b    = body_of(&bulk, PATCH_NODES, patch_place, PATCH_HEXES, patch_hex);
      double          H[3][3], apart, force;

      random_step(&seed, sizes[k], H);
      for (int i = 0; i < 3; i++) H[i][i] -= 1.0;
      force = stretch(&b, 8, (const double(*)[3])H, &apart);
      assert_true(apart < 1e-14);
      most = fmax(most, force);
    }
  printf("uniform stress in the distorted patch leaves %.1e of itself\n", most);
  assert_true(most < 1e-12);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(two_turns_change_nothing),
      cmocka_unit_test(distorted_patch),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
