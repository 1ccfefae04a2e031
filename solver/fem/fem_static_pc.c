/*
  fem_static_pc.c - linear solver of static equilibrium.

  The product of the tangent with a vector is a difference of forces, which is exact: turning normals, areas that
  change, friction that follows pressure are all in it, and it costs no more than a step of the explicit engine.  The
  assembled symmetric tangent preconditions it, so that GMRES has little left to do; with it alone Newton would stall
  where grains flow.  -static_mat_assembled takes it for the operator, too, with conjugate gradients;
  -static_pc_two_level yes or no overrules the choice by the number of grains.

  Preconditioner.  Few grains: MUMPS, which contacts cost little, being small separators.  Many: two levels.  The fine
  one solves each grain by itself, with the nodes that touch it (additive Schwarz, one subdomain per grain, overlap 1),
  in the assembled tangent; the coarse one moves grains as wholes, by twelve affine modes: translations, rotations,
  stretches and shears, in the exact tangent (fem_static_coarse.c): what the assembled one leaves out is large beside
  what holds a grain of few contacts.  What a grain does inside is the first one's, what the packing does is the second
  one's, so that iterations do not grow with the number of grains.
*/
#include "solver/fem/fem_static_impl.h"

enum { DIRECT_UP_TO = 500 };

/* Residual of a linear solve over that of Newton: kinks, which are there more often than not, leave no more of it. */
static const double RELATIVE = 1e-2;

/*
  Iterations of Newton with one preconditioner: factors of the whole cost more than what they lose by being old, two
  levels less.  Products stay exact, unless -static_mat_assembled.
*/
enum { LAG_DIRECT = 3, LAG_TWO_LEVEL = 1 };

static PetscErrorCode Schwarz(FemStatic st, PC pc)
{
  const PetscInt n = st->fem->n_body, width = 3 * st->fem->n_node;
  IS            *grain;

  PetscFunctionBeginUser;
  PetscCall(PCSetType(pc, PCASM));
  PetscCall(PetscMalloc1(n + 1, &grain));
  for (PetscInt b = 0; b < n; b++)
    PetscCall(ISCreateStride(PETSC_COMM_SELF, width, 3 * st->first_node[b], 1, &grain[b]));
  if (n) PetscCall(PCASMSetLocalSubdomains(pc, n, grain, NULL));
  for (PetscInt b = 0; b < n; b++) PetscCall(ISDestroy(&grain[b]));
  PetscCall(PetscFree(grain));
  PetscCall(PCASMSetType(pc, PC_ASM_BASIC));
  PetscCall(PCASMSetOverlap(pc, 1));
  PetscFunctionReturn(0);
}

/* A default that options of the user go before. */
static PetscErrorCode Default(const char name[], const char value[])
{
  PetscBool given;

  PetscFunctionBeginUser;
  PetscCall(PetscOptionsHasName(NULL, NULL, name, &given));
  if (!given) PetscCall(PetscOptionsSetValue(NULL, name, value));
  PetscFunctionReturn(0);
}

PetscErrorCode StaticSolverMake(FemStatic st, PetscInt64 bodies)
{
  PetscBool two_level = bodies > DIRECT_UP_TO, assembled = PETSC_FALSE;
  KSP       ksp;
  PC        pc;

  PetscFunctionBeginUser;
  PetscCall(PetscOptionsGetBool(NULL, NULL, "-static_mat_assembled", &assembled, NULL));
  PetscCall(PetscOptionsGetBool(NULL, NULL, "-static_pc_two_level", &two_level, NULL));
  st->differences = !assembled;
  PetscCall(SNESGetKSP(st->snes, &ksp));
  PetscCall(KSPGetPC(ksp, &pc));
  PetscCall(KSPSetType(ksp, assembled ? KSPCG : KSPGMRES));
  PetscCall(KSPSetTolerances(ksp, RELATIVE, 1e-50, 1e5, 300));
  PetscCall(KSPSetNormType(ksp, KSP_NORM_UNPRECONDITIONED)); /* the other one sees little of what is stiff */
  if (!assembled) PetscCall(KSPSetPCSide(ksp, PC_RIGHT));
  PetscCall(KSPGMRESSetRestart(ksp, 100));
  PetscCall(SNESSetLagJacobian(st->snes, two_level ? LAG_TWO_LEVEL : LAG_DIRECT));
  PetscCall(PCSetType(pc, two_level ? PCMG : PCCHOLESKY));
  if (two_level) PetscCall(PCMGSetLevels(pc, 2, NULL));
  else PetscCall(PCFactorSetMatSolverType(pc, MATSOLVERMUMPS));
  PetscFunctionReturn(0);
}

/* The parts of the two-level solver that the user's options have not replaced. */
PetscErrorCode StaticSolverRenew(FemStatic st)
{
  KSP       ksp, smooth, coarse;
  PC        pc, sub;
  PetscBool two_level;
  Mat       P, C;

  PetscFunctionBeginUser;
  PetscCall(SNESGetKSP(st->snes, &ksp));
  PetscCall(KSPReset(ksp));
  PetscCall(KSPGetPC(ksp, &pc));
  PetscCall(PetscObjectTypeCompare((PetscObject)pc, PCMG, &two_level));
  st->status.two_level = two_level;
  if (!two_level) PetscFunctionReturn(0);
  PetscCall(StaticModes(st, &P));
  PetscCall(PCMGSetInterpolation(pc, 1, P));
  PetscCall(PCSetUseAmat(pc, PETSC_TRUE)); /* residuals between the levels are exact */
  PetscCall(PCMGGetSmoother(pc, 1, &smooth));
  PetscCall(KSPSetType(smooth, KSPCHEBYSHEV)); /* where subdomains overlap, Schwarz alone goes too far */
  PetscCall(KSPSetTolerances(smooth, PETSC_DEFAULT, PETSC_DEFAULT, PETSC_DEFAULT, 1));
  PetscCall(KSPGetPC(smooth, &sub));
  PetscCall(Schwarz(st, sub));
  PetscCall(Default("-static_mg_levels_1_sub_pc_type", "cholesky"));
  PetscCall(PCMGGetCoarseSolve(pc, &coarse));
  PetscCall(KSPSetType(coarse, KSPPREONLY));
  PetscCall(KSPGetPC(coarse, &sub));
  PetscCall(PCSetType(sub, PCLU));
  PetscCall(PCFactorSetMatSolverType(sub, MATSOLVERMUMPS));
  PetscCall(StaticCoarse(st, st->J ? st->J : st->A, P, &C));
  PetscCall(KSPSetOperators(coarse, C, C));
  PetscCall(MatDestroy(&C));
  PetscCall(MatDestroy(&P));
  PetscFunctionReturn(0);
}
