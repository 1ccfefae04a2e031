/* equilibrium.c - release and ejection as sequences of equilibria, and what the run keeps of them. */
#include "solver/equilibrium.h"

#include "solver/damped.h"
#include "solver/fem/fem_static.h"
#include "solver/meshed.h"
#include <math.h>
#include <string.h>

/* New lists of neighbours: grains have moved without a step that would have watched them. */
static PetscErrorCode Neighbours(Simulation *sim)
{
  PetscFunctionBeginUser;
  PetscCall(DemRefresh(sim->dem, &sim->tools, PETSC_TRUE));
  PetscCall(MeshedRefresh(sim));
  PetscFunctionReturn(0);
}

/* Strain by which the compact is unloaded before its moduli are looked for, and of the small cycles that show them. */
static const double UNLOAD = 1e-3, CYCLE = 2e-4;

/* Mean of a stiffness over all turns about axis 3, symmetric (Voigt 1928). */
static void about_axis(const double C[6][6], double c[STIFFNESS_N])
{
  const double c11 = 0.5 * (C[0][0] + C[1][1]), c12 = 0.5 * (C[0][1] + C[1][0]), c66 = C[3][3];

  c[C_11] = 0.75 * c11 + 0.25 * c12 + 0.5 * c66;
  c[C_12] = 0.25 * c11 + 0.75 * c12 - 0.5 * c66;
  c[C_13] = 0.25 * (C[0][2] + C[1][2] + C[2][0] + C[2][1]);
  c[C_33] = C[2][2];
  c[C_44] = 0.5 * (C[4][4] + C[5][5]);
}

static PetscErrorCode Moduli(Simulation *sim, FemStatic st, FemStaticStatus *s)
{
  Tools *t = &sim->tools;
  double C[6][6], z[TOOL_N] = {0.0, t->z[TOOL_BOTTOM], t->z[TOOL_TOP]};

  PetscFunctionBeginUser;
  z[TOOL_TOP] += UNLOAD * (z[TOOL_TOP] - z[TOOL_BOTTOM]);
  PetscCall(FemStaticSolve(st, t, t->z, s));
  PetscCall(FemStaticSolve(st, t, z, s));
  PetscCall(FemStaticModuli(st, t, CYCLE, C, s));
  about_axis((const double(*)[6])C, sim->programme.now.stiffness);
  PetscFunctionReturn(0);
}

static PetscErrorCode Release(Simulation *sim, FemStatic st, FemStaticStatus *s)
{
  PetscFunctionBeginUser;
  if (programme_stage(&sim->programme)->moduli && !programme_balance_begun(&sim->programme))
    PetscCall(Moduli(sim, st, s));
  PetscCall(FemStaticWithdraw(st, &sim->tools, TOOL_TOP, s));
  PetscFunctionReturn(0);
}

static PetscErrorCode Eject(Simulation *sim, FemStatic st, FemStaticStatus *s)
{
  ProgrammeState *now = &sim->programme.now;
  Tools          *t   = &sim->tools;

  PetscFunctionBeginUser;
  if (!programme_balance_begun(&sim->programme)) now->bore = t->die_radius;
  PetscCall(FemStaticWithdraw(st, t, TOOL_DIE, s));
  if (s->stopped) PetscFunctionReturn(0);
  programme_leaves_die(&sim->programme, t);
  PetscFunctionReturn(0);
}

static PetscErrorCode Tell(Simulation *sim, const StageConfig *stage, const FemStaticStatus *s)
{
  PetscFunctionBeginUser;
  PetscCall(
      ProgressSay(sim->progress,
                  "%s: in equilibrium after %d increments (%d tried again) and %d iterations of Newton (%d of the "
                  "linear solver); unbalanced forces %.1e of those of contact",
                  stage->name, s->increments, s->cuts, s->newton, s->krylov, s->residual));
  PetscFunctionReturn(0);
}

/* Does any rank want to stop?  The control that follows hears the same again and says why. */
static PetscErrorCode Stop(void *who, PetscBool *now)
{
  const Simulation *sim = who;

  PetscFunctionBeginUser;
  *now = simulation_stop_asked() ? PETSC_TRUE : PETSC_FALSE;
  PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, now, 1, MPIU_BOOL, MPI_LOR, sim->comm));
  PetscFunctionReturn(0);
}

/* By Newton's rule, or by damped motion? */
static int newton(const Simulation *sim, const StageConfig *stage)
{
  const int alone = sim->meshed == sim->grains->n_global && sim->config.ligand.coverage == 0.0;

  return !strcmp(stage->balance, "newton") || (!strcmp(stage->balance, "auto") && alone);
}

PetscErrorCode Equilibrate(Simulation *sim)
{
  const StageConfig *stage = programme_stage(&sim->programme);
  FemStaticConfig    cfg   = fem_static_defaults;
  FemStaticStatus    s;
  FemStatic          st;
  PetscErrorCode     ierr;

  PetscFunctionBeginUser;
  if (!programme_balances(&sim->programme)) PetscFunctionReturn(0);
  if (!newton(sim, stage)) {
    damped_begin(sim);
    PetscFunctionReturn(0);
  }
  PetscCheck(
      sim->meshed == sim->grains->n_global, sim->comm, PETSC_ERR_USER_INPUT,
      "%s: %s by Newton's rule, but %lld of %lld grains are still rigid: press beyond mesh_from_density, or choose "
      "balance: damped",
      sim->config.deck, stage->name, (long long)(sim->grains->n_global - sim->meshed),
      (long long)sim->grains->n_global);
  PetscCall(Neighbours(sim));
  cfg.stop = Stop, cfg.who = sim;
  cfg.element = stage->element;
  if (!isnan(stage->tolerance)) cfg.tolerance = stage->tolerance;
  PetscCall(FemStaticCreate(sim->fem, &cfg, &st));
  ierr = stage->kind == STAGE_EJECT ? Eject(sim, st, &s) : Release(sim, st, &s);
  if (ierr) sim->unbalanced = fem_static_residual(st);
  PetscCall(ierr);
  PetscCall(FemStaticDestroy(&st));
  PetscCall(Neighbours(sim));
  programme_balanced(&sim->programme, &(Balanced){s.increments, s.newton, s.steps, s.residual, !s.stopped});
  sim->next_control = sim->step + 1;
  if (!s.stopped) PetscCall(Tell(sim, stage, &s));
  PetscFunctionReturn(0);
}
