/*
  bulk_tangent.c - the consistent spatial tangent, put together in principal directions.

  de Souza Neto, Peric & Owen 2008, box 14.3.  In the axes of the trial b, a velocity gradient l changes the principal
  strains by l_pp and turns the axes: d eps_pq = log_slope(b_p, b_q) (b_q l_pq + b_p l_qp)/2.  That is D : L : B : l/2
  with 6 x 9 numbers, turned into the axes of space once, instead of three products of fourth-order tensors.
*/
#include "materials/bulk_tangent.h"
#include "materials/bulk_spectral.h"
#include "materials/lanes_math.h"

#include <math.h>

enum { ROW = 9 };

/* d(tau_p)/J by l, for the three principal stresses: D = K + 2 G keep (1 - 1/3) - 2 G turn unit (x) unit. */
static void stretch_rows(const BulkModel *m, const BulkPrincipal *e, double keep, double turn,
                         const double nn[3][3][ROW], double row[6][ROW])
{
  const double unit = e->shear > 0.0 ? 1.0 / e->shear : 0.0, per_J = 1.0 / e->J;

  for (int p = 0; p < 3; p++) {
    double d[3];

    for (int q = 0; q < 3; q++)
      d[q] = (m->K + 2.0 * m->G * (keep * ((p == q) - 1.0 / 3.0) - turn * (unit * e->dev[p]) * (unit * e->dev[q]))) *
             per_J;
    for (int k = 0; k < ROW; k++) row[p][k] = lm_fma(d[0], nn[0][0][k], lm_fma(d[1], nn[1][1][k], d[2] * nn[2][2][k]));
  }
}

/* The same for the shears 01, 12, 20. */
static void shear_rows(const BulkModel *m, const BulkPrincipal *e, double keep, const double nn[3][3][ROW],
                       double row[6][ROW])
{
  for (int p = 0; p < 3; p++) {
    const int    q  = (p + 1) % 3;
    const double w  = m->G * keep / e->J * log_slope(e->value[p], e->value[q], e->log_value[p], e->log_value[q]);
    const double wp = w * e->value[p], wq = w * e->value[q];

    for (int k = 0; k < ROW; k++) row[3 + p][k] = lm_fma(wq, nn[p][q][k], wp * nn[q][p][k]);
  }
}

void bulk_tangent(const BulkModel *m, const BulkPrincipal *e, double keep, double hardening, const double sigma[6],
                  double a[9][9])
{
  const double turn = hardening < HUGE_VAL ? 3.0 * m->G / (3.0 * m->G + hardening) - (1.0 - keep) : 0.0;
  double       nn[3][3][ROW], row[6][ROW];

  for (int p = 0; p < 3; p++)
    for (int q = 0; q < 3; q++)
      for (int k = 0; k < ROW; k++) nn[p][q][k] = e->n[p][k / 3] * e->n[q][k % 3];
  stretch_rows(m, e, keep, turn, nn, row);
  shear_rows(m, e, keep, nn, row);

  for (int i = 0; i < 3; i++)
    for (int j = i; j < 3; j++) {
      const int ij = 3 * i + j, ji = 3 * j + i;
      double    w[6], line[ROW];

      for (int p = 0; p < 3; p++) {
        const int q = (p + 1) % 3;

        w[p]     = nn[p][p][ij];
        w[3 + p] = nn[p][q][ij] + nn[q][p][ij];
      }
      for (int k = 0; k < ROW; k++)
        line[k] = lm_fma(w[0], row[0][k], lm_fma(w[1], row[1][k], w[2] * row[2][k])) +
                  lm_fma(w[3], row[3][k], lm_fma(w[4], row[4][k], w[5] * row[5][k]));
      for (int k = 0; k < ROW; k++) a[ij][k] = a[ji][k] = line[k];
    }
  for (int i = 0; i < 3; i++) /* - sigma_il delta_jk */
    for (int j = 0; j < 3; j++)
      for (int l = 0; l < 3; l++) a[3 * i + j][3 * j + l] -= sigma[sym3[i][l]];
}
