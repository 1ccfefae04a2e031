#include "solver/fem/fem_fbar.h"

#include <math.h>
#include <string.h>

/* Corners of the parent cube, VTK order; Gauss points are at 1/sqrt(3) of those of the binary order. */
static const double CORNER[8][3] = {
    {-1, -1, -1},
    {1,  -1, -1},
    {1,  1,  -1},
    {-1, 1,  -1},
    {-1, -1, 1 },
    {1,  -1, 1 },
    {1,  1,  1 },
    {-1, 1,  1 }
};

/* Slopes of the shape functions in the parent cube. */
static void parent_slopes(const double at[3], double slope[8][3])
{
  for (int n = 0; n < 8; n++) {
    double s[3];

    for (int k = 0; k < 3; k++) s[k] = 1.0 + CORNER[n][k] * at[k];
    for (int k = 0; k < 3; k++) slope[n][k] = 0.125 * CORNER[n][k] * s[(k + 1) % 3] * s[(k + 2) % 3];
  }
}

/* Gradients of the shape functions in space; returns the volume of space per volume of the parent cube. */
static double gradients(const double slope[8][3], const double x[8][3], double grad[8][3])
{
  double J[3][3] = {{0}}, C[3][3], det;

  for (int n = 0; n < 8; n++)
    for (int i = 0; i < 3; i++)
      for (int j = 0; j < 3; j++) J[i][j] += x[n][i] * slope[n][j];
  for (int i = 0; i < 3; i++)
    for (int j = 0; j < 3; j++) {
      const int a = (i + 1) % 3, b = (i + 2) % 3, c = (j + 1) % 3, d = (j + 2) % 3;

      C[i][j] = J[a][c] * J[b][d] - J[a][d] * J[b][c];
    }
  det = J[0][0] * C[0][0] + J[0][1] * C[0][1] + J[0][2] * C[0][2];
  for (int n = 0; n < 8; n++)
    for (int i = 0; i < 3; i++)
      grad[n][i] = (C[i][0] * slope[n][0] + C[i][1] * slope[n][1] + C[i][2] * slope[n][2]) / det;
  return det;
}

/* K += G^T (a - q x 1) G + G^T q G_0, q_ij once with the 1 taken out: ((a : 1)/3 - 2 sigma/3)_ij. */
static void add_stiffness(double a[9][9], const double sigma[6], const double grad[8][3], const double grad0[8][3],
                          double volume, double K[FBAR_DOF][FBAR_DOF])
{
  static const int at[9] = {0, 3, 5, 3, 1, 4, 5, 4, 2};
  double           T[9][FBAR_DOF]; /* change of the stress on the present areas, by displacements of the nodes */

  for (int ij = 0; ij < 9; ij++) {
    const double q = (a[ij][0] + a[ij][4] + a[ij][8] - 2.0 * sigma[at[ij]]) / 3.0;

    for (int k = 0; k < 3; k++) a[ij][4 * k] -= q;
    for (int n = 0; n < 8; n++)
      for (int k = 0; k < 3; k++) {
        const double *row = &a[ij][3 * k];

        T[ij][3 * n + k] = volume * (row[0] * grad[n][0] + row[1] * grad[n][1] + row[2] * grad[n][2] + q * grad0[n][k]);
      }
  }
  for (int n = 0; n < 8; n++)
    for (int i = 0; i < 3; i++)
      for (int c = 0; c < FBAR_DOF; c++)
        K[3 * n + i][c] += grad[n][0] * T[3 * i][c] + grad[n][1] * T[3 * i + 1][c] + grad[n][2] * T[3 * i + 2][c];
}

/* Gradient of the step, with the volume ratio of the centroid. */
static void step_gradient(const double end[8][3], const double grad_begin[8][3], double ratio0, double ratio,
                          double f[3][3])
{
  const double factor = cbrt(ratio0 / ratio);

  for (int i = 0; i < 3; i++)
    for (int j = 0; j < 3; j++) {
      double sum = 0.0;

      for (int n = 0; n < 8; n++) sum += end[n][i] * grad_begin[n][j];
      f[i][j] = factor * sum;
    }
}

BulkStatus fbar_forces(const BulkModel *m, double Y0, double dt, const double begin[8][3], const double end[8][3],
                       const BulkState old[FBAR_POINTS], BulkState now[FBAR_POINTS], double f[FBAR_DOF],
                       double K[FBAR_DOF][FBAR_DOF], FbarWork *work)
{
  const double middle[3] = {0.0, 0.0, 0.0}, gauss = 1.0 / sqrt(3.0);
  double       slope[8][3], grad_begin[8][3], grad0[8][3], F[FBAR_DOF] = {0.0}, stiff[FBAR_DOF][FBAR_DOF], ratio0;
  BulkState    point[FBAR_POINTS];
  FbarWork     sum      = {0};
  double       material = 0.0; /* volume without load */

  if (K) memset(stiff, 0, sizeof stiff);
  parent_slopes(middle, slope);
  ratio0 = gradients(slope, end, grad0) / gradients(slope, begin, grad_begin);
  if (!(ratio0 > 0.0)) return BULK_FOLDED;

  for (int g = 0; g < FBAR_POINTS; g++) {
    const double at[3] = {g & 1 ? gauss : -gauss, g & 2 ? gauss : -gauss, g & 4 ? gauss : -gauss};
    double       grad[8][3], step[3][3], a[9][9], before, volume;
    BulkStress   out;
    BulkStatus   status;

    parent_slopes(at, slope);
    before = gradients(slope, begin, grad_begin);
    volume = gradients(slope, end, grad); /* the weight of each point is 1 */
    if (!(volume > 0.0 && before > 0.0)) return BULK_FOLDED;
    step_gradient(end, grad_begin, ratio0, volume / before, step);
    status = bulk_update(m, Y0, dt, step, &old[g], &point[g], &out, K ? a : NULL);
    if (status != BULK_OK) return status;

    const double *s = out.sigma;
    for (int n = 0; n < 8; n++) {
      const double *d = grad[n];

      F[3 * n] += volume * (s[0] * d[0] + s[3] * d[1] + s[5] * d[2]);
      F[3 * n + 1] += volume * (s[3] * d[0] + s[1] * d[1] + s[4] * d[2]);
      F[3 * n + 2] += volume * (s[5] * d[0] + s[4] * d[1] + s[2] * d[2]);
    }
    if (K) add_stiffness(a, out.sigma, grad, grad0, volume, stiff);
    material += volume / out.J;
    sum.volume += volume;
    sum.alpha += volume / out.J * point[g].alpha;
    sum.stored += volume / out.J * out.stored;
    sum.dissipated += volume / out.J * out.dissipated;
  }

  sum.alpha /= material;
  memcpy(now, point, sizeof point);
  memcpy(f, F, sizeof F);
  if (K) memcpy(K, stiff, sizeof stiff);
  if (work) *work = sum;
  return BULK_OK;
}

BulkStatus fbar_from_element(const BulkModel *m, const double state[EL_N], BulkState point[FBAR_POINTS])
{
  double     tau[6];
  BulkState  one;
  BulkStatus status;

  for (int k = 0; k < 6; k++) tau[k] = state[EL_XX + k] + (k < 3 ? state[EL_MEAN] : 0.0);
  status = bulk_from_kirchhoff(m, tau, state[EL_ALPHA], &one);
  if (status != BULK_OK) return status;
  for (int g = 0; g < FBAR_POINTS; g++) point[g] = one;
  return BULK_OK;
}
