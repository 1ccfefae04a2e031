/* fem_view.c - bodies as observables and files see them. */
#include "solver/fem/fem_impl.h"

#include <math.h>

PetscInt         fem_bodies(Fem fem) { return fem->n_body; }
const GrainMesh *fem_mesh(Fem fem) { return fem->cfg.mesh; }

/* Kirchhoff stress of an element [GPa], and its volume over the one without load. */
static double kirchhoff(Fem fem, PetscInt b, int e, double tau[6])
{
  const v8    *q    = fem->state[(b / 8) * fem->n_elem + e];
  const double mean = q[EL_MEAN][b % 8];

  for (int k = 0; k < 6; k++) tau[k] = q[EL_XX + k][b % 8] + (k < 3 ? mean : 0.0);
  return exp(mean / fem->cfg.bulk.K);
}

static double mises(const double s[6])
{
  const double a = s[0] - s[1], b = s[1] - s[2], c = s[2] - s[0];

  return sqrt(0.5 * (a * a + b * b + c * c) + 3.0 * (s[3] * s[3] + s[4] * s[4] + s[5] * s[5]));
}

int fem_means(Fem fem, PetscInt row, BodyMeans *m)
{
  const PetscInt b       = fem && fem->body_of ? fem->body_of[row] : -1;
  double         volume0 = 0.0;

  if (b < 0) return 0;
  *m = (BodyMeans){0};
  for (int e = 0; e < fem->n_elem; e++) {
    const double V0 = fem->volume[(b / 8) * fem->n_elem + e][b % 8];
    double       tau[6], J = kirchhoff(fem, b, e, tau);

    for (int k = 0; k < 6; k++) m->stress[k] += V0 * tau[k]; /* Kirchhoff stress over V0 is Cauchy stress over V */
    m->mises += V0 * mises(tau);
    m->alpha += V0 * fem->state[(b / 8) * fem->n_elem + e][EL_ALPHA][b % 8];
    m->volume += V0 * J;
    volume0 += V0;
  }
  for (int k = 0; k < 6; k++) m->stress[k] /= m->volume;
  m->mises /= m->volume;
  m->alpha /= volume0;
  return 1;
}

/* Places, and displacements from the turned, scaled mesh, both relative to their centres of mass. */
static void view_nodes(Fem fem, PetscInt b, BodyNode node[])
{
  const GrainMesh *mesh = fem->cfg.mesh;
  const double     R    = fem->g->rec[fem->row[b]][REC_R0];
  double           Q[3][3], mass = 0.0, mean[3] = {0};

  fem_rotation(fem->id[b], Q);
  for (int n = 0; n < fem->n_node; n++) {
    const PetscInt at = (b / 8) * fem->n_node + n;
    const double  *X = mesh->x[n], m = fem->mass[at][b % 8];

    mass += m;
    for (int k = 0; k < 3; k++) {
      node[n].x[k] = fem->x[at][k][b % 8];
      node[n].u[k] = node[n].x[k] - R * (Q[k][0] * X[0] + Q[k][1] * X[1] + Q[k][2] * X[2]);
      mean[k] += m * node[n].u[k];
    }
  }
  for (int n = 0; n < fem->n_node; n++)
    for (int k = 0; k < 3; k++) node[n].u[k] -= mean[k] / mass;
}

PetscInt64 fem_body_view(Fem fem, PetscInt b, BodyNode node[], BodyElement elem[])
{
  view_nodes(fem, b, node);
  for (int e = 0; e < fem->n_elem; e++) {
    double tau[6], J = kirchhoff(fem, b, e, tau);

    for (int k = 0; k < 6; k++) elem[e].stress[k] = tau[k] / J;
    elem[e].alpha = fem->state[(b / 8) * fem->n_elem + e][EL_ALPHA][b % 8];
  }
  return fem->id[b];
}
