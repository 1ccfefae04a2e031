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

static PetscErrorCode Product(Mat J, Vec v, Vec y)
{
  FemStatic st;
  Vec       x, f;
  PetscInt  it;
  PetscReal most;
  double    h;

  PetscFunctionBeginUser;
  PetscCall(MatShellGetContext(J, &st));
  PetscCall(SNESGetSolution(st->snes, &x));
  PetscCall(SNESGetFunction(st->snes, &f, NULL, NULL));
  PetscCall(SNESGetIterationNumber(st->snes, &it));
  PetscCall(VecNorm(v, NORM_INFINITY, &most));
  h = REACH * st->facet / PetscMax(most, 1e-300);
  PetscCall(VecWAXPY(st->moved, h, v, x));
  PetscCall(StaticResidual(st, st->moved, y));
  if (it == 0) {
    PetscCall(VecWAXPY(st->moved, -h, v, x));
    PetscCall(StaticResidual(st, st->moved, st->other));
    PetscCall(VecAXPY(y, -1.0, st->other));
    PetscCall(VecScale(y, 0.5 / h));
  } else {
    PetscCall(VecAXPY(y, -1.0, f));
    PetscCall(VecScale(y, 1.0 / h));
  }
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
