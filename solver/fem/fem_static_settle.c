/*
  fem_static_settle.c - grains find their places within an increment: damped motion, before Newton looks for balance.

  Newton's steps are as short as the next contact that opens, closes or slides lets them be, and where a grain is held
  by little it has a long way to go.  Motion is stopped by no kink and costs an evaluation of forces a step, a
  thousandth of an iteration of Newton.  Every body stands still when its kinetic energy falls (Cundall 1976, here body
  by body: chatter of one contact would stop them all).
*/
#include "solver/fem/fem_static_impl.h"

/*
  Part of the explicit step: contacts of many partners stiffen a node beyond what its mass was made for, and without
  dashpots it swings on (two of 512 grains did, with a tenth of all that was unbalanced).
*/
static const double SLOW = 0.6;

/* Steps between looks at what is unbalanced. */
enum { LOOK = 50 };

/* A step of body b; its kinetic energy, times two. */
static double move_body(FemStatic st, PetscInt b, double dt, const PetscScalar f[], PetscScalar v[])
{
  const Fem fem = st->fem;
  double    sum = 0.0;

  for (int n = 0; n < fem->n_node; n++) {
    const double m = fem->mass[b / 8 * fem->n_node + n][b % 8];
    for (int k = 3 * n; k < 3 * n + 3; k++) {
      v[k] -= dt / m * f[k];
      sum += m * v[k] * v[k];
    }
  }
  return sum;
}

static PetscErrorCode Step(FemStatic st, Vec x, Vec f, Vec v, double energy[])
{
  const int          width = 3 * st->fem->n_node;
  const double       dt    = SLOW * st->fem->dt;
  const PetscScalar *force;
  PetscScalar       *speed;

  PetscFunctionBeginUser;
  PetscCall(VecGetArrayRead(f, &force));
  PetscCall(VecGetArray(v, &speed));
  for (PetscInt b = 0; b < st->fem->n_body; b++) {
    const double now = move_body(st, b, dt, force + b * width, speed + b * width);
    if (now < energy[b]) PetscCall(PetscArrayzero(speed + b * width, width));
    energy[b] = now < energy[b] ? 0.0 : now;
  }
  PetscCall(VecRestoreArray(v, &speed));
  PetscCall(VecRestoreArrayRead(f, &force));
  PetscCall(VecAXPY(x, dt, v));
  PetscFunctionReturn(0);
}

PetscErrorCode StaticSettle(FemStatic st, Vec x, PetscInt steps, double wanted)
{
  double   *energy;
  PetscReal norm;
  Vec       f, v;

  PetscFunctionBeginUser;
  PetscCall(VecDuplicate(x, &f));
  PetscCall(VecDuplicate(x, &v));
  PetscCall(VecSet(v, 0.0));
  PetscCall(PetscCalloc1(st->fem->n_body + 1, &energy));
  for (PetscInt step = 0; step < steps; step++) {
    PetscCall(StaticResidual(st, x, f));
    if (step % LOOK == 0) {
      PetscCall(VecNorm(f, NORM_2, &norm));
      if (norm <= wanted) break;
    }
    PetscCall(Step(st, x, f, v, energy));
    st->status.steps++;
  }
  PetscCall(PetscFree(energy));
  PetscCall(VecDestroy(&f));
  PetscCall(VecDestroy(&v));
  PetscFunctionReturn(0);
}
