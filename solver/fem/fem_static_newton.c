/* fem_static_newton.c - to balance within an increment: Newton, after grains have found their places. */
#include "solver/fem/fem_static_impl.h"

/* A node moves in one iteration by no more than this part of the size of a facet: contacts are found anew in between.
 */
static const double STEP = 0.25;

/* A step of Newton is halved at most so often. */
enum { HALVINGS = 10 };

/*
  Ground springs of the tangent alone, over the stiffness of an element and the residual over the scale: where grains
  are held by little, what the preconditioner leaves out is large beside what holds them.  They go as the residual does,
  so that the last iterations are Newton's, and leave no force behind.
*/
static const double HOLD_LEAST = 0.1, HOLD_MOST = 100.0, HOLD_BY = 4.0;

/* The line search went less of a step than the first: it was too long; more than the second: it was not. */
static const double SHORT = 0.5, WHOLE = 0.8;

/* Iterations without a residual that is so much better: Newton goes to and fro between kinks. */
enum { PATIENCE = 2 };
static const double BETTER = 0.5;

/* A damped increment is only on the way: to this part of the residual that it begins with. */
static const double DAMPED_TO = 0.1;

/*
  Grains settle until the residual is this part of the scale, before Newton begins, in so many steps at most
  (-static_snes_settle); then for fewer each time that Newton gets stuck, and that is tried so often, unless a round
  wins less than a tenth.  An element with a state of its own takes longer for its forces and has exact tangents: Newton
  begins earlier.
*/
static const double SETTLED = 1e-5, SETTLED_OWN = 1e-3, STALLED = 0.9;
enum { STEPS = 8000, STEPS_MORE = 1000, ROUNDS = 12 };

static PetscErrorCode Residual(SNES snes, Vec x, Vec f, void *ctx)
{
  PetscFunctionBeginUser;
  (void)snes;
  PetscCall(StaticResidual(ctx, x, f));
  PetscFunctionReturn(0);
}

static PetscErrorCode Tangent(SNES snes, Vec x, Mat A, Mat B, void *ctx)
{
  FemStatic st = ctx;

  PetscFunctionBeginUser;
  (void)snes, (void)A, (void)B;
  PetscCall(StaticTangent(st, x));
  PetscCall(StaticSolverRenew(st));
  PetscFunctionReturn(0);
}

/* The scale is the largest force of contact so far; where there is none, stresses of a millionth of K would be large.
 */
static PetscErrorCode Scale(FemStatic st, double *scale)
{
  double sum = static_contact_norm2(st);

  PetscFunctionBeginUser;
  PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, &sum, 1, MPI_DOUBLE, MPI_SUM, st->fem->g->comm));
  st->scale = PetscMax(st->scale, sqrt(sum));
  *scale    = PetscMax(st->scale, 1e-6 * st->fem->cfg.bulk.K * st->fem->cfg.radius_min * st->fem->cfg.radius_min);
  PetscFunctionReturn(0);
}

/* Nodes are held more where the last step was too long, less where it was not. */
static PetscErrorCode Hold(FemStatic st, SNES snes, PetscInt it)
{
  SNESLineSearch search;
  PetscReal      part;

  PetscFunctionBeginUser;
  PetscCall(SNESGetLineSearch(snes, &search));
  PetscCall(SNESLineSearchGetLambda(search, &part));
  if (it == 0) st->hold = HOLD_LEAST;
  else if (part < SHORT) st->hold = PetscMin(st->hold * HOLD_BY, HOLD_MOST);
  else if (part > WHOLE) st->hold = PetscMax(st->hold / HOLD_BY, HOLD_LEAST);
  st->shift = st->hold * st->stiffness * PetscMin(1.0, st->status.residual);
  PetscFunctionReturn(0);
}

static PetscErrorCode CountLinear(FemStatic st, SNES snes)
{
  KSP      ksp;
  PetscInt n;

  PetscFunctionBeginUser;
  PetscCall(SNESGetKSP(snes, &ksp));
  PetscCall(KSPGetIterationNumber(ksp, &n));
  st->status.krylov_most = PetscMax(st->status.krylov_most, n);
  PetscFunctionReturn(0);
}

static PetscErrorCode Converged(SNES snes, PetscInt it, PetscReal xnorm, PetscReal snorm, PetscReal fnorm,
                                SNESConvergedReason *reason, void *ctx)
{
  FemStatic st = ctx;
  double    scale, wanted;

  PetscFunctionBeginUser;
  (void)snes, (void)xnorm, (void)snorm;
  PetscCall(Scale(st, &scale));
  if (it == 0) st->first = fnorm;
  wanted = st->cfg.tolerance * scale;
  if (st->damped) wanted = PetscMax(wanted, DAMPED_TO * st->first);
  st->status.residual = fnorm / scale;
  PetscCall(Hold(st, snes, it));
  if (it > 0) PetscCall(CountLinear(st, snes));
  *reason = SNES_CONVERGED_ITERATING;
  if (PetscIsInfOrNanReal(fnorm)) *reason = SNES_DIVERGED_FNORM_NAN;
  else if (fnorm <= wanted) *reason = SNES_CONVERGED_FNORM_ABS;
  else if (it == 0 || fnorm < BETTER * st->best) st->best = fnorm, st->best_at = it;
  else if (it - st->best_at >= PATIENCE) *reason = SNES_DIVERGED_LOCAL_MIN;
  PetscFunctionReturn(0);
}

/* Residual at x - part y, into w and f. */
static PetscErrorCode Try(FemStatic st, double part, Vec x, Vec y, Vec w, Vec f, PetscReal *norm)
{
  PetscFunctionBeginUser;
  PetscCall(VecWAXPY(w, -part, y, x));
  PetscCall(StaticResidual(st, w, f));
  PetscCall(VecNorm(f, NORM_2, norm));
  PetscFunctionReturn(0);
}

/*
  The step is halved while that makes the residual smaller, or it is not smaller than before: a try costs a thousandth
  of the step, and between kinks the residual is no parabola.
*/
static PetscErrorCode Search(SNESLineSearch search, void *ctx)
{
  FemStatic st = ctx;
  Vec       x, f, y, w, g;
  PetscReal before, most, now, next, part;

  PetscFunctionBeginUser;
  PetscCall(SNESLineSearchGetVecs(search, &x, &f, &y, &w, &g));
  PetscCall(VecNorm(f, NORM_2, &before));
  PetscCall(VecNorm(y, NORM_INFINITY, &most));
  part = PetscMin(1.0, STEP * st->facet / PetscMax(most, 1e-300));
  PetscCall(Try(st, part, x, y, w, g, &now));
  for (int k = 0; k < HALVINGS; k++) {
    PetscCall(Try(st, 0.5 * part, x, y, w, g, &next));
    if (now < before && now <= next) break;
    part *= 0.5, now = next;
  }
  PetscCall(Try(st, part, x, y, w, f, &now));
  PetscCall(VecCopy(w, x));
  PetscCall(VecNorm(x, NORM_2, &before));
  PetscCall(SNESLineSearchSetLambda(search, part));
  PetscCall(SNESLineSearchSetNorms(search, before, now, part * most));
  PetscCall(SNESLineSearchSetReason(search, SNES_LINESEARCH_SUCCEEDED));
  PetscFunctionReturn(0);
}

PetscErrorCode StaticNewtonMake(FemStatic st)
{
  MPI_Comm       comm = st->fem->g->comm;
  SNESLineSearch search;

  PetscFunctionBeginUser;
  st->steps_most = STEPS;
  PetscCall(PetscOptionsGetInt(NULL, NULL, "-static_snes_settle", &st->steps_most, NULL));
  PetscCall(VecCreateMPI(comm, st->n_dof, PETSC_DETERMINE, &st->x));
  PetscCall(VecSetBlockSize(st->x, 3));
  PetscCall(VecDuplicate(st->x, &st->f));
  PetscCall(VecDuplicate(st->x, &st->f_begin));
  PetscCall(StaticTangentMake(st));
  PetscCall(SNESCreate(comm, &st->snes));
  PetscCall(SNESSetOptionsPrefix(st->snes, "static_"));
  PetscCall(SNESSetType(st->snes, SNESNEWTONLS));
  PetscCall(SNESSetFunction(st->snes, st->f, Residual, st));
  PetscCall(SNESSetConvergenceTest(st->snes, Converged, st, NULL));
  PetscCall(SNESSetTolerances(st->snes, 0.0, 0.0, 0.0, 30, PETSC_MAX_INT));
  PetscCall(SNESGetLineSearch(st->snes, &search));
  PetscCall(SNESLineSearchSetType(search, SNESLINESEARCHSHELL));
  PetscCall(SNESLineSearchShellSetUserFunc(search, Search, st));
  PetscCall(StaticSolverMake(st, st->n_nodes / st->fem->n_node));
  PetscCall(SNESSetFromOptions(st->snes));
  if (st->differences) PetscCall(StaticProductMake(st));
  PetscCall(SNESSetJacobian(st->snes, st->J ? st->J : st->A, st->A, Tangent, st));
  PetscFunctionReturn(0);
}

static PetscErrorCode Count(FemStatic st)
{
  PetscInt newton, krylov;

  PetscFunctionBeginUser;
  PetscCall(SNESGetIterationNumber(st->snes, &newton));
  PetscCall(SNESGetLinearSolveIterations(st->snes, &krylov));
  st->status.newton += newton;
  st->status.newton_most = PetscMax(st->status.newton_most, newton);
  st->status.krylov += krylov;
  PetscFunctionReturn(0);
}

static PetscErrorCode Newton(FemStatic st, SNESConvergedReason *why)
{
  PetscFunctionBeginUser;
  PetscCall(SNESSolve(st->snes, NULL, st->x));
  PetscCall(SNESGetConvergedReason(st->snes, why));
  PetscCall(Count(st));
  PetscFunctionReturn(0);
}

/*
  To balance from st->x: grains settle, then Newton, in turn.  Newton's last steps are exact, but while contacts open
  and close or grains have far to go its steps are short, and settling is not.
*/
PetscErrorCode StaticBalance(FemStatic st, SNESConvergedReason *why)
{
  double    scale;
  PetscReal before, after, last = HUGE_VAL;
  Vec       settled;

  PetscFunctionBeginUser;
  PetscCall(StaticResidual(st, st->x, st->f));
  PetscCall(Scale(st, &scale));
  PetscCall(VecDuplicate(st->x, &settled));
  for (int round = 0; round < ROUNDS; round++) {
    const double to = round ? 0.0 : st->own ? SETTLED_OWN : SETTLED;

    PetscCall(StaticSettle(st, st->x, round ? PetscMin(STEPS_MORE, st->steps_most) : st->steps_most,
                           PetscMax(st->cfg.tolerance, to) * scale));
    PetscCall(VecCopy(st->x, settled));
    PetscCall(StaticResidual(st, st->x, st->f));
    PetscCall(VecNorm(st->f, NORM_2, &before));
    PetscCall(Newton(st, why));
    if (*why > 0 || !(before < STALLED * last)) break;
    last = before;
    PetscCall(StaticResidual(st, st->x, st->f));
    PetscCall(VecNorm(st->f, NORM_2, &after));
    if (!(after < before)) PetscCall(VecCopy(settled, st->x));
  }
  PetscCall(VecDestroy(&settled));
  PetscFunctionReturn(0);
}
