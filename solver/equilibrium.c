/* equilibrium.c - release and ejection as sequences of equilibria, and what the run keeps of them. */
#include "solver/equilibrium.h"

#include "solver/fem/fem_static.h"
#include "solver/meshed.h"

/* The rim ends so far below a coin that is out of the die [mean grain diameters]: nothing hangs over it. */
static const double RIM_BELOW = 0.5;

/* New lists of neighbours: grains have moved without a step that would have watched them. */
static PetscErrorCode Neighbours(Simulation *sim)
{
  PetscFunctionBeginUser;
  PetscCall(DemRefresh(sim->dem, &sim->tools, PETSC_TRUE));
  PetscCall(MeshedRefresh(sim));
  PetscFunctionReturn(0);
}

static PetscErrorCode Release(Simulation *sim, FemStatic st, FemStaticStatus *s)
{
  PetscFunctionBeginUser;
  PetscCall(FemStaticWithdraw(st, &sim->tools, TOOL_TOP, s));
  PetscFunctionReturn(0);
}

static PetscErrorCode Eject(Simulation *sim, FemStatic st, FemStaticStatus *s)
{
  Tools       *t    = &sim->tools;
  const double bore = t->die_radius;

  PetscFunctionBeginUser;
  PetscCall(FemStaticWithdraw(st, t, TOOL_DIE, s));
  t->die_radius = bore;
  t->die_top    = t->z[TOOL_BOTTOM] - RIM_BELOW * sim->programme.powder.diameter;
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

PetscErrorCode Equilibrate(Simulation *sim)
{
  const StageConfig *stage = programme_stage(&sim->programme);
  FemStaticStatus    s;
  FemStatic          st;

  PetscFunctionBeginUser;
  if (!programme_balances(&sim->programme)) PetscFunctionReturn(0);
  PetscCall(Neighbours(sim));
  PetscCall(FemStaticCreate(sim->fem, &fem_static_defaults, &st));
  PetscCall(stage->kind == STAGE_EJECT ? Eject(sim, st, &s) : Release(sim, st, &s));
  PetscCall(FemStaticDestroy(&st));
  PetscCall(Neighbours(sim));
  programme_balanced(&sim->programme, &(Balanced){s.increments, s.newton, s.residual});
  sim->next_control = sim->step + 1;
  PetscCall(Tell(sim, stage, &s));
  PetscFunctionReturn(0);
}
