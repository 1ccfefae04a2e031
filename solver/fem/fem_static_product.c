/*
  fem_static_product.c - the product of the tangent with a vector, by differences of forces where Newton is.

  An increment begins on its kinks: elements that flowed are on the yield surface exactly, spots that slid on the cone
  of friction, so that one-sided differences there load in some places and unload in others, and are linear in nothing:
  no Krylov method solves them.  The mean of both sides is linear.  Anywhere else kinks are a rare exception, and one
  side does.
*/
#include "solver/fem/fem_static_impl.h"

/* The node that moves most moves by this part of the size of a facet: 1e-9 is lost in rounding, at 1e-6 spots of a
 * pack touch or slide in between. */
static const double REACH = 1e-8;

/* By differences, of both sides or of one: y = d f(x)/dx v, f0 = f(x). */
static PetscErrorCode Difference(FemStatic st, PetscErrorCode (*force)(FemStatic, Vec, Vec), Vec x, Vec f0,
                                 PetscBool both, Vec v, Vec y)
{
  PetscReal most;
  double    h;

  PetscFunctionBeginUser;
  PetscCall(VecNorm(v, NORM_INFINITY, &most));
  h = REACH * st->facet / PetscMax(most, 1e-300);
  PetscCall(VecWAXPY(st->moved, h, v, x));
  PetscCall(force(st, st->moved, y));
  if (both) {
    PetscCall(VecWAXPY(st->moved, -h, v, x));
    PetscCall(force(st, st->moved, st->other));
    PetscCall(VecAXPY(y, -1.0, st->other));
    PetscCall(VecScale(y, 0.5 / h));
  } else {
    PetscCall(VecAXPY(y, -1.0, f0));
    PetscCall(VecScale(y, 1.0 / h));
  }
  PetscFunctionReturn(0);
}

/* y += K v, element by element. */
static PetscErrorCode Elements(FemStatic st, Vec v, Vec y)
{
  const Fem          fem = st->fem;
  const PetscScalar *from;
  PetscScalar       *to;

  PetscFunctionBeginUser;
  PetscCall(VecGetArrayRead(v, &from));
  PetscCall(VecGetArray(y, &to));
  for (PetscInt b = 0; b < fem->n_body; b++)
    for (int e = 0; e < fem->n_elem; e++) {
      const double(*K)[24] = (const double(*)[24])st->stiff[b * fem->n_elem + e];
      PetscInt dof[24];
      double   u[24];
      for (int r = 0; r < 24; r++) {
        dof[r] = 3 * (b * fem->n_node + fem->model.hex[e][r / 3]) + r % 3;
        u[r]   = from[dof[r]];
      }
      for (int r = 0; r < 24; r++) {
        double sum = 0.0;
        for (int c = 0; c < 24; c++) sum += K[r][c] * u[c];
        to[dof[r]] += sum;
      }
    }
  PetscCall(VecRestoreArray(y, &to));
  PetscCall(VecRestoreArrayRead(v, &from));
  PetscFunctionReturn(0);
}

static PetscErrorCode Product(Mat J, Vec v, Vec y)
{
  FemStatic st;
  Vec       x, f;
  PetscInt  it;

  PetscFunctionBeginUser;
  PetscCall(MatShellGetContext(J, &st));
  PetscCall(SNESGetSolution(st->snes, &x));
  PetscCall(SNESGetFunction(st->snes, &f, NULL, NULL));
  PetscCall(SNESGetIterationNumber(st->snes, &it));
  if (st->stiff) {
    if (st->stiff_at != it) PetscCall(StaticStiff(st, x));
    PetscCall(Difference(st, StaticContacts, x, NULL, PETSC_TRUE, v, y));
    PetscCall(Elements(st, v, y));
  } else PetscCall(Difference(st, StaticResidual, x, f, it == 0 ? PETSC_TRUE : PETSC_FALSE, v, y));
  PetscCall(VecAXPY(y, st->shift, v));
  PetscFunctionReturn(0);
}

PetscErrorCode StaticProductMake(FemStatic st)
{
  PetscFunctionBeginUser;
  PetscCall(VecDuplicate(st->x, &st->moved));
  PetscCall(VecDuplicate(st->x, &st->other));
  PetscCall(MatCreateShell(st->fem->g->comm, st->n_dof, st->n_dof, PETSC_DETERMINE, PETSC_DETERMINE, st, &st->J));
  PetscCall(MatShellSetOperation(st->J, MATOP_MULT, (void (*)(void))Product));
  PetscFunctionReturn(0);
}
