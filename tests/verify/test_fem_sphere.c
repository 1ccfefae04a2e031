/*
  test_fem_sphere.c - thick-walled spheres of F-bar hexahedra: the elastic one of Lame, and plastic collapse.
*/
#include "tests/verify/fem_block.h"

static const double GOLD_E = 79.0;

static BulkModel elastic(double E, double nu)
{
  return (BulkModel){.K = E / (3.0 * (1.0 - 2.0 * nu)), .G = E / (2.0 * (1.0 + nu)), .flow = BULK_ELASTIC};
}

/* Dead loads of a pressure on the inner surface, at w = 0 of the bricks. */
static void push_inside(Block *b, double radius, double pressure)
{
  const double gauss = 1.0 / sqrt(3.0);

  for (int e = 0; e < b->n_elem; e++) {
    const int *node = b->hex[e];

    if (fabs(block_radius(b->rest[node[0]]) - radius) > 1e-9) continue;
    for (int g = 0; g < 4; g++) {
      const double s = g & 1 ? gauss : -gauss, t = g & 2 ? gauss : -gauss;
      double       shape[4], d[2][3]             = {{0.0}};

      for (int a = 0; a < 4; a++) {
        const double sa = hex_corner[a][0], ta = hex_corner[a][1];

        shape[a] = 0.25 * (1.0 + sa * s) * (1.0 + ta * t);
        for (int k = 0; k < 3; k++) {
          d[0][k] += 0.25 * sa * (1.0 + ta * t) * b->rest[node[a]][k];
          d[1][k] += 0.25 * ta * (1.0 + sa * s) * b->rest[node[a]][k];
        }
      }
      for (int a = 0; a < 4; a++)
        for (int k = 0; k < 3; k++) {
          const int i = (k + 1) % 3, j = (k + 2) % 3;

          b->load[node[a]][k] += pressure * shape[a] * (d[0][i] * d[1][j] - d[0][j] * d[1][i]);
        }
    }
  }
}

/* Norms of the error over that of the solution: displacements, and radial stress at Gauss points. */
static void lame_errors(double nu, int n, double error[2])
{
  const double radius[2] = {1.0, 2.0}, a3 = 1.0, b3 = 8.0, p = 1e-4 * GOLD_E, gauss = 1.0 / sqrt(3.0);
  double       sum[4] = {0.0};
  Block        b      = {.bulk = elastic(GOLD_E, nu), .balance = 1e-6};

  block_shell_octant(&b, n, radius);
  push_inside(&b, radius[0], p);
  block_step(&b, 0.0);
  for (int e = 0; e < b.n_elem; e++) {
    double X[8][3], x[8][3];

    block_place(&b, e, b.rest, X);
    block_place(&b, e, b.x, x);
    for (int g = 0; g < FBAR_POINTS; g++) {
      const double at[3]    = {g & 1 ? gauss : -gauss, g & 2 ? gauss : -gauss, g & 4 ? gauss : -gauss};
      const double dv       = hex_jacobian(X, at);
      double       place[3] = {0.0}, u[3] = {0.0}, radial = 0.0;
      BulkStress   out;

      for (int k = 0; k < 8; k++) {
        double shape = 0.125;

        for (int i = 0; i < 3; i++) shape *= 1.0 + hex_corner[k][i] * at[i];
        for (int i = 0; i < 3; i++) place[i] += shape * X[k][i], u[i] += shape * (x[k][i] - X[k][i]);
      }
      const double r = block_radius(place), r3 = r * r * r;
      const double grow = p * a3 / (GOLD_E * (b3 - a3)) * ((1.0 - 2.0 * nu) + (1.0 + nu) * b3 / (2.0 * r3)); /* u/r */
      const double want = p * a3 / (b3 - a3) * (1.0 - b3 / r3);

      MUST(bulk_stress(&b.bulk, &b.old[e][g], &out));
      const double s[3][3] = {
          {out.sigma[0], out.sigma[3], out.sigma[5]},
          {out.sigma[3], out.sigma[1], out.sigma[4]},
          {out.sigma[5], out.sigma[4], out.sigma[2]}
      };
      for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++) radial += place[i] * s[i][j] * place[j] / (r * r);
      for (int i = 0; i < 3; i++) {
        sum[0] += dv * (u[i] - grow * place[i]) * (u[i] - grow * place[i]);
        sum[1] += dv * grow * place[i] * grow * place[i];
      }
      sum[2] += dv * (radial - want) * (radial - want);
      sum[3] += dv * want * want;
    }
  }
  error[0] = sqrt(sum[0] / sum[1]);
  error[1] = sqrt(sum[2] / sum[3]);
  block_end(&b);
}

/*
  Internal pressure: u = p a^3/(E (b^3 - a^3)) ((1 - 2 nu) r + (1 + nu) b^3/(2 r^2)) (Timoshenko
  & Goodier 1970, art. 136).  Displacements of linear elements converge with h^2 in the mean, stresses with h; a
  load of 1e-4 E is linear to a few of that, and the last error is 50 of them.  A Poisson ratio of 0.4999 may not cost
  more than the steeper field is worth, a factor below 2: an element that locks has errors of order one.
*/
static void lame_sphere_converges(void **state)
{
  const double nus[2]       = {0.3, 0.4999};
  const int    n[3]         = {2, 4, 8};
  double       compressible = 0.0;

  (void)state;
  for (int k = 0; k < 2; k++) {
    double error[3][2], rate[2];

    for (int m = 0; m < 3; m++) lame_errors(nus[k], n[m], error[m]);
    for (int i = 0; i < 2; i++) rate[i] = log2(error[1][i] / error[2][i]);
    printf(
        "Lame sphere, nu %g, errors at 2, 4, 8 layers: displacement %.2e %.2e %.2e (rate %.2f), stress %.2e %.2e %.2e "
        "(rate %.2f)\n",
        nus[k], error[0][0], error[1][0], error[2][0], rate[0], error[0][1], error[1][1], error[2][1], rate[1]);
    assert_true(rate[0] > 1.9 && rate[1] > 0.9); /* on their way to 2 and 1 */
    if (k == 0) compressible = error[2][0];
    else assert_true(error[2][0] < 2.0 * compressible);
  }
}

/* Outer pressure over yield stress of a shell whose outside has moved in so far that its volume there is `closed`. */
static double collapse(int n, int steps, double closed)
{
  const double radius[2] = {1.0, 2.0}, pi = acos(-1.0), yield = 1e-5 * GOLD_E;
  double       work = 0.0, r = 0.0;
  Block        b = {.bulk = elastic(GOLD_E, 0.42), .yield = yield, .balance = 1e-9};

  b.bulk.flow       = BULK_LINEAR;
  b.bulk.compliance = 1.0 / (3.0 * b.bulk.G);
  block_shell_octant(&b, n, radius);
  for (int k = 1; k <= steps; k++) {
    r = cbrt(8.0 - closed * k / steps);
    for (int a = 0; a < b.n_node; a++)
      if (fabs(block_radius(b.rest[a]) - radius[1]) < 1e-9)
        for (int i = 0; i < 3; i++) b.held[a][i] = 1, b.goal[a][i] = b.rest[a][i] * r / radius[1];
    block_step(&b, k > 1);
  }
  for (int a = 0; a < b.n_node; a++) /* virtual growth of the outside: p times 3 volumes */
    if (b.held[a][0] && b.held[a][1] && b.held[a][2])
      for (int i = 0; i < 3; i++) work -= b.force[a][i] * b.x[a][i];
  block_end(&b);
  return work / (3.0 * pi / 6.0 * r * r * r) / yield;
}

/*
  An ideally plastic shell between radii a and b gives way to p = 2 Y ln(b/a) = (2/3) Y ln(1/(1 - D)) with D its density
  (Hill 1950, ch. V), all the way down, with a and b as they are: what dense powders end with.  The outside is moved in,
  the pressure is what that takes.  At E/Y = 1e5 elasticity is worth some 1e-4 of the pressure.  The mesh is linear:
  h^2.
*/
static void hollow_sphere_collapses(void **state)
{
  const double closed = 0.4, exact = 2.0 / 3.0 * log((8.0 - closed) / (1.0 - closed));
  const int    n[3] = {2, 4, 6};
  double       error[3];

  (void)state;
  for (int m = 0; m < 3; m++) error[m] = collapse(n[m], 4, closed) / exact - 1.0;
  printf("collapse at %.4f of the yield stress, errors at 2, 4, 6 layers: %.2e %.2e %.2e (rate %.2f)\n", exact,
         error[0], error[1], error[2], log(error[1] / error[2]) / log(1.5));
  assert_true(log(error[1] / error[2]) / log(1.5) > 1.85);
  assert_true(fabs(error[2]) < 0.01);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(lame_sphere_converges),
      cmocka_unit_test(hollow_sphere_collapses),
  };
  int failed;

  block_petsc();
  failed = cmocka_run_group_tests(tests, NULL, NULL);
  MUST(PetscFinalize());
  return failed;
}
