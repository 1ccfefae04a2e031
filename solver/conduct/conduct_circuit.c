/*
  conduct_circuit.c - Kirchhoff's equations of the grains that are free, and their solution.
*/
#include "solver/conduct/conduct_impl.h"

enum { MAX_ITERATIONS = 500 };

/* Numbers the free rows, ranks one after the other. */
static PetscErrorCode Number(Circuit *c, PetscInt64 *total)
{
  const Net   *net = c->net;
  const Grains g   = net->g;

  PetscFunctionBeginUser;
  PetscCall(PetscMalloc1(PetscMax(g->n_owned + g->n_ghost, 1), &c->index));
  for (PetscInt i = 0; i < g->n_owned; i++) c->n += net->kept[i] && !c->held[i];
  PetscCallMPI(MPI_Exscan(&c->n, &c->first, 1, MPIU_INT, MPI_SUM, g->comm));
  for (PetscInt i = 0, k = 0; i < g->n_owned; i++) c->index[i] = net->kept[i] && !c->held[i] ? c->first + k++ : -1;
  PetscCall(NetHalo(net, MPIU_INT, c->index));
  *total = c->n;
  PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, total, 1, MPIU_INT64, MPI_SUM, g->comm));
  PetscFunctionReturn(0);
}

/* Room for a row: its own entry and one for each link to another unknown, on this rank or not. */
static PetscErrorCode CreateMatrix(Circuit *c)
{
  const Net     *net = c->net;
  const PetscInt n   = net->g->n_owned;
  PetscInt      *own, *other;

  PetscFunctionBeginUser;
  PetscCall(PetscCalloc2(c->n, &own, c->n, &other));
  for (PetscInt i = 0; i < c->n; i++) own[i] = 1;
  for (PetscInt k = 0; k < net->n_links; k++) {
    const PetscInt row[2] = {net->link[k].i, net->link[k].j};
    for (int s = 0; s < 2; s++) {
      if (row[s] >= n || c->index[row[s]] < 0 || c->index[row[!s]] < 0) continue;
      if (row[!s] < n) own[c->index[row[s]] - c->first]++;
      else other[c->index[row[s]] - c->first]++;
    }
  }
  PetscCall(MatCreateAIJ(net->g->comm, c->n, c->n, PETSC_DETERMINE, PETSC_DETERMINE, 0, own, 0, other, &c->A));
  PetscCall(MatSetOption(c->A, MAT_SPD, PETSC_TRUE));
  PetscCall(MatSetOption(c->A, MAT_NO_OFF_PROC_ENTRIES, PETSC_TRUE));
  PetscCall(MatSetOption(c->A, MAT_NEW_NONZERO_ALLOCATION_ERR, PETSC_FALSE)); /* ranks may list links unevenly */
  PetscCall(PetscFree2(own, other));
  PetscFunctionReturn(0);
}

static PetscErrorCode Assemble(Circuit *c)
{
  const Net *net = c->net;

  PetscFunctionBeginUser;
  for (PetscInt k = 0; k < net->n_links; k++) {
    const PetscInt row[2] = {net->link[k].i, net->link[k].j};
    for (int s = 0; s < 2; s++) {
      const PetscInt i = c->index[row[s]], j = c->index[row[!s]];
      if (row[s] >= net->g->n_owned || i < 0) continue;
      PetscCall(MatSetValue(c->A, i, i, net->link[k].w, ADD_VALUES));
      if (j >= 0) PetscCall(MatSetValue(c->A, i, j, -net->link[k].w, ADD_VALUES));
    }
  }
  PetscCall(MatAssemblyBegin(c->A, MAT_FINAL_ASSEMBLY));
  PetscCall(MatAssemblyEnd(c->A, MAT_FINAL_ASSEMBLY));
  PetscFunctionReturn(0);
}

/*
  BoomerAMG: classical multigrid follows strong contacts only, so tunnelling ones, a billion times weaker, cost it
  nothing (GAMG's aggregates need hundreds of iterations there).  HMIS, ext+i and 4 entries a row: De Sterck, Yang, Heys
  2006 (SIAM J. Matrix Anal. Appl. 27, 1019), De Sterck et al. 2008 (Numer. Linear Algebra Appl. 15, 115); half the time
  of the defaults.
*/
static const char *const multigrid[][2] = {
#ifdef PETSC_HAVE_HYPRE
    {"-conduct_pc_type",                         "hypre"    },
    {"-conduct_pc_hypre_type",                   "boomeramg"},
    {"-conduct_pc_hypre_boomeramg_coarsen_type", "HMIS"     },
    {"-conduct_pc_hypre_boomeramg_interp_type",  "ext+i"    },
    {"-conduct_pc_hypre_boomeramg_P_max",        "4"        },
#else
    {"-conduct_pc_type", "gamg"},
#endif
};
enum { MULTIGRID = sizeof multigrid / sizeof *multigrid };

/* The options of the user, and where he names no preconditioner those above, which leave no trace. */
static PetscErrorCode SetOptions(KSP ksp)
{
  PetscBool given, ours[MULTIGRID];

  PetscFunctionBeginUser;
  PetscCall(PetscOptionsHasName(NULL, NULL, "-conduct_pc_type", &given));
  for (int k = 0; k < MULTIGRID; k++) {
    PetscCall(PetscOptionsHasName(NULL, NULL, multigrid[k][0], &ours[k]));
    ours[k] = !given && !ours[k] ? PETSC_TRUE : PETSC_FALSE;
    if (ours[k]) PetscCall(PetscOptionsSetValue(NULL, multigrid[k][0], multigrid[k][1]));
  }
  PetscCall(KSPSetFromOptions(ksp));
  for (int k = 0; k < MULTIGRID; k++)
    if (ours[k]) PetscCall(PetscOptionsClearValue(NULL, multigrid[k][0]));
  PetscFunctionReturn(0);
}

static PetscErrorCode CreateSolver(Circuit *c)
{
  PetscFunctionBeginUser;
  PetscCall(KSPCreate(c->net->g->comm, &c->ksp));
  PetscCall(KSPSetOptionsPrefix(c->ksp, "conduct_"));
  PetscCall(KSPSetOperators(c->ksp, c->A, c->A));
  PetscCall(KSPSetType(c->ksp, KSPCG));
  PetscCall(KSPSetNormType(c->ksp, KSP_NORM_NATURAL));
  PetscCall(KSPSetTolerances(c->ksp, 1e-8, PETSC_DEFAULT, PETSC_DEFAULT, MAX_ITERATIONS));
  PetscCall(KSPSetResidualHistory(c->ksp, &c->start, 1, PETSC_TRUE));
  PetscCall(SetOptions(c->ksp));
  PetscCall(KSPSetUp(c->ksp));
  PetscFunctionReturn(0);
}

PetscErrorCode CircuitCreate(Net *net, const PetscBool held[], Circuit *c)
{
  PetscFunctionBeginUser;
  *c = (Circuit){.net = net, .held = held};
  PetscCall(Number(c, &net->health.unknowns));
  if (!net->health.unknowns) PetscFunctionReturn(0);
  PetscCall(CreateMatrix(c));
  PetscCall(Assemble(c));
  PetscCall(MatCreateVecs(c->A, &c->x, &c->b));
  PetscCall(CreateSolver(c));
  PetscFunctionReturn(0);
}

/* The currents that the potentials v leave over in the free grains; what is solved for is the correction of v. */
static PetscErrorCode FillRight(Circuit *c, const double v[])
{
  const Net   *net = c->net;
  PetscScalar *b;

  PetscFunctionBeginUser;
  PetscCall(VecZeroEntries(c->b));
  PetscCall(VecGetArray(c->b, &b));
  for (PetscInt k = 0; k < net->n_links; k++) {
    const PetscInt row[2] = {net->link[k].i, net->link[k].j};
    for (int s = 0; s < 2; s++)
      if (row[s] < net->g->n_owned && c->index[row[s]] >= 0)
        b[c->index[row[s]] - c->first] += net->link[k].w * (v[row[!s]] - v[row[s]]);
  }
  PetscCall(VecRestoreArray(c->b, &b));
  PetscFunctionReturn(0);
}

/* Whether there is an answer; the same on all ranks. */
static PetscErrorCode Judge(Circuit *c, ConductHealth *health, PetscBool *good)
{
  KSPConvergedReason reason;
  PetscInt           iterations;
  PetscReal          norm;

  PetscFunctionBeginUser;
  PetscCall(KSPGetConvergedReason(c->ksp, &reason));
  PetscCall(KSPGetIterationNumber(c->ksp, &iterations));
  PetscCall(KSPGetResidualNorm(c->ksp, &norm));
  norm  = c->start > 0.0 ? norm / c->start : 0.0;
  *good = reason > 0 ? PETSC_TRUE : PETSC_FALSE;
  if (!*good) health->diverged = KSPConvergedReasons[reason];
  health->iterations = PetscMax(health->iterations, iterations);
  health->residual   = PetscMax(health->residual, (double)norm);
  PetscFunctionReturn(0);
}

PetscErrorCode CircuitSolve(Circuit *c, ConductHealth *health, double v[])
{
  const PetscScalar *x;
  PetscBool          good = PETSC_TRUE;

  PetscFunctionBeginUser;
  if (c->A) {
    PetscCall(FillRight(c, v));
    PetscCall(KSPSolve(c->ksp, c->b, c->x));
    PetscCall(Judge(c, health, &good));
  }
  if (c->A && good) {
    PetscCall(VecGetArrayRead(c->x, &x));
    for (PetscInt i = 0; i < c->net->g->n_owned; i++)
      if (c->index[i] >= 0) v[i] += x[c->index[i] - c->first];
    PetscCall(VecRestoreArrayRead(c->x, &x));
  }
  PetscCall(NetHalo(c->net, MPI_DOUBLE, v));
  PetscFunctionReturn(0);
}

PetscErrorCode CircuitDestroy(Circuit *c)
{
  PetscFunctionBeginUser;
  PetscCall(PetscFree(c->index));
  PetscCall(KSPDestroy(&c->ksp));
  PetscCall(MatDestroy(&c->A));
  PetscCall(VecDestroy(&c->b));
  PetscCall(VecDestroy(&c->x));
  PetscFunctionReturn(0);
}
