/*
  fem_static_pc.c - linear solver of static equilibrium.

  The product of the tangent with a vector is a difference of forces, which is exact: turning normals, areas that
  change, friction that follows pressure are all in it, and it costs no more than a step of the explicit engine.  The
  assembled symmetric tangent preconditions it, so that GMRES has little left to do; with it alone Newton would stall
  where grains flow.  -static_mat_assembled takes it for the operator, too, with conjugate gradients;
  -static_pc_two_level yes or no overrules the choice by the number of grains.

  Preconditioner.  Few grains: MUMPS, which contacts cost little, being small separators.  Many: two levels.  The fine
  one solves each grain by itself, with the nodes that touch it (additive Schwarz, one subdomain per grain, overlap 1);
  the coarse one moves grains as wholes, by twelve affine modes: translations, rotations, stretches and shears.  What a
  grain does inside is the first one's, what the packing does is the second one's, meant so that iterations do not
  grow with the number of grains.  (Where few contacts hold a grain they do: README.md.)
*/
#include "solver/fem/fem_static_impl.h"

enum { DIRECT_UP_TO = 500, MODES = 12 };

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

/* Affine displacement number m at r from the centre of the grain. */
static void affine(int m, const double r[3], double u[3])
{
  static const int one[3] = {1, 2, 0}, two[3] = {2, 0, 1};
  const int        k = m % 3;

  u[0] = u[1] = u[2] = 0.0;
  if (m < 3) u[k] = 1.0;                                         /* translation */
  else if (m < 6) u[one[k]] = -r[two[k]], u[two[k]] = r[one[k]]; /* rotation */
  else if (m < 9) u[k] = r[k];                                   /* stretch */
  else u[one[k]] = r[two[k]], u[two[k]] = r[one[k]];             /* shear */
}

static PetscErrorCode CoarseSpace(FemStatic st, Mat *P)
{
  const Fem      fem  = st->fem;
  const PetscInt cols = MODES * fem->n_body;

  PetscFunctionBeginUser;
  PetscCall(MatCreateAIJ(fem->g->comm, st->n_dof, cols, PETSC_DETERMINE, PETSC_DETERMINE, MODES, NULL, 0, NULL, P));
  for (PetscInt b = 0; b < fem->n_body; b++) {
    const double  *centre = fem->g->rec[fem->row[b]];
    const PetscInt first  = st->first_node[b] / fem->n_node * MODES; /* of its columns */
    for (int n = 0; n < fem->n_node; n++) {
      const PetscInt at = b / 8 * fem->n_node + n;
      double         r[3];
      for (int k = 0; k < 3; k++) r[k] = (fem->x[at][k][b % 8] - centre[REC_X + k]) / centre[REC_R];
      for (int m = 0; m < MODES; m++) {
        double u[3];
        affine(m, r, u);
        for (int k = 0; k < 3; k++)
          PetscCall(MatSetValue(*P, 3 * (st->first_node[b] + n) + k, first + m, u[k], INSERT_VALUES));
      }
    }
  }
  PetscCall(MatAssemblyBegin(*P, MAT_FINAL_ASSEMBLY));
  PetscCall(MatAssemblyEnd(*P, MAT_FINAL_ASSEMBLY));
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
  Mat       P;

  PetscFunctionBeginUser;
  PetscCall(SNESGetKSP(st->snes, &ksp));
  PetscCall(KSPReset(ksp));
  PetscCall(KSPGetPC(ksp, &pc));
  PetscCall(PetscObjectTypeCompare((PetscObject)pc, PCMG, &two_level));
  st->status.two_level = two_level;
  if (!two_level) PetscFunctionReturn(0);
  PetscCall(CoarseSpace(st, &P));
  PetscCall(PCMGSetInterpolation(pc, 1, P));
  PetscCall(MatDestroy(&P));
  PetscCall(PCSetUseAmat(pc, PETSC_FALSE)); /* smooths with the assembled one */
  PetscCall(PCMGSetGalerkin(pc, PC_MG_GALERKIN_BOTH));
  PetscCall(PCMGGetSmoother(pc, 1, &smooth));
  PetscCall(KSPSetType(smooth, KSPCHEBYSHEV)); /* where subdomains overlap, Schwarz alone goes too far */
  PetscCall(KSPSetTolerances(smooth, PETSC_DEFAULT, PETSC_DEFAULT, PETSC_DEFAULT, 1));
  PetscCall(KSPGetPC(smooth, &sub));
  PetscCall(Schwarz(st, sub));
  PetscCall(Default("-static_mg_levels_1_sub_pc_type", "cholesky"));
  PetscCall(PCMGGetCoarseSolve(pc, &coarse));
  PetscCall(KSPSetType(coarse, KSPPREONLY));
  PetscCall(KSPGetPC(coarse, &sub));
  PetscCall(PCSetType(sub, PCCHOLESKY));
  PetscCall(PCFactorSetMatSolverType(sub, MATSOLVERMUMPS));
  PetscFunctionReturn(0);
}
