/*
  fem_settle.c - bodies that were rigid grains a moment ago come to rest in themselves.

  Their stress was found for forces that their new surfaces carry but about.  What that leaves unbalanced rings in the
  lowest modes of the sphere: velocities relative to the rigid motion of the body fade at twice the rate of the lowest
  mode, which is critical damping; momentum and angular momentum of the body stay.  What is taken in a step counts as an
  impulse beside those of the forces: each does its work along the mean of the velocities before and after.
*/
#include "solver/fem/fem_impl.h"
#include "solver/fem/fem_rigid.h"

static const double LAMB    = 2.64; /* lowest mode of an elastic sphere: omega R/c_s (Lamb 1882, nu 0.25 to 0.5) */
static const double PERIODS = 4.0;  /* of that mode, for which bodies are calmed down */

double fem_lowest_mode(Fem fem, double R, double mass)
{
  return fem->dt * LAMB * sqrt(fem->cfg.bulk.G * 4.0 / 3.0 * PETSC_PI * R / mass);
}

int fem_settle_steps(double mode) { return (int)ceil(PERIODS * 2.0 * PETSC_PI / mode); }

double fem_settle_rate(double mode) { return fmin(2.0 * mode, 1.0); }

v8 fem_settle(Fem fem, PetscInt pack, const v8 (*contact)[3], const v8 (*all)[3], v8 *by_contact)
{
  const int last = (int)PetscMin(8, fem->n_body - 8 * pack);
  v8       *mass = fem->mass + pack * fem->n_node, take = v8_set(0.0), lost = v8_set(0.0);
  v8(*x)[3] = fem->x + pack * fem->n_node, (*v)[3] = fem->v + pack * fem->n_node;
  RigidPart body;
  int       any = 0;

  for (int l = 0; l < last; l++) {
    const double *r    = fem->g->rec[fem->row[8 * pack + l]];
    double       *left = &fem->settle[8 * pack + l];

    if (*left <= 0.0) continue;
    take[l] = fem_settle_rate(fem_lowest_mode(fem, r[REC_R0], 1.0 / r[REC_INV_M]));
    *left -= 1.0;
    any = 1;
  }
  if (!any) return lost;
  body = rigid_part(fem->n_node, mass, (const v8(*)[3])x, (const v8(*)[3])v, mass);
  for (int n = 0; n < fem->n_node; n++) {
    v8 whole[3];

    rigid_at(&body, x[n], whole);
    for (int k = 0; k < 3; k++) {
      const v8 less = take * (v[n][k] - whole[k]), now = v[n][k] - less,
               before = v[n][k] - fem->dt / mass[n] * all[n][k];

      lost += 0.5 * mass[n] * less * (before + now);
      if (n < fem->n_surf) *by_contact -= 0.5 * fem->dt * contact[n][k] * less;
      v[n][k] = now;
      x[n][k] -= fem->dt * less; /* the drift of this step took what is taken now */
    }
  }
  return lost;
}
