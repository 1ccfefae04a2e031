/* fem_static_withdraw.c - a tool goes away from the powder, from one equilibrium to the next, until it carries nothing.
 */
#include "materials/surface.h"
#include "solver/fem/fem_static_impl.h"
#include "solver/grains/withdraw.h"

/* What the top punch or, all around, the wall carries [nN]. */
static double carried(FemStatic st, int tool)
{
  return tool == TOOL_DIE ? st->status.wall : st->status.force[TOOL_TOP][2];
}

/* The tool goes on by `step`, away from the powder [nm]. */
static PetscErrorCode Away(FemStatic st, Tools *tools, int tool, double step, Goal *goal, FemStaticStatus *status)
{
  PetscFunctionBeginUser;
  if (tool == TOOL_DIE) goal->radius += step;
  else goal->z[TOOL_TOP] += step;
  PetscCall(StaticGo(st, tools, goal, status));
  PetscFunctionReturn(0);
}

/* What nodes have stored of friction on the tool: bodies far from it are not looked at when forces are computed. */
static void forget(Fem fem, int tool)
{
  for (PetscInt n = 0; n < fem->n_body * fem->n_surf; n++) {
    const int k = slot_find(fem->slot[n], -1.0 - tool);
    if (k >= 0) slot_free(fem->slot[n], k);
  }
}

PetscErrorCode FemStaticWithdraw(FemStatic st, Tools *tools, int tool, FemStaticStatus *status)
{
  const double room = withdraw_room(tools, tool), W = tools->W[tool];
  Goal         goal = {.radius = tools->die_radius};
  Withdrawal   way;

  PetscFunctionBeginUser;
  memcpy(goal.z, tools->z, sizeof goal.z);
  tools->W[tool] = 0.0;
  PetscCall(StaticGo(st, tools, &goal, status));
  way                = withdraw_begin(carried(st, tool), st->cfg.strain * room);
  st->status.stopped = PETSC_FALSE;
  for (int k = 0; way.force != 0.0 && !st->status.stopped; k++) {
    const double step = withdraw_step(&way);

    PetscCheck(k < WITHDRAWALS, st->fem->g->comm, PETSC_ERR_CONV_FAILED,
               "static equilibrium: after %d increments the %s still carries %g nN; take the explicit method", k,
               withdraw_name(tool), way.force);
    PetscCall(Away(st, tools, tool, step, &goal, status));
    withdraw_gone(&way, step, carried(st, tool));
    if (way.force != 0.0 && st->cfg.stop) PetscCall(st->cfg.stop(st->cfg.who, &st->status.stopped));
  }
  if (W > 0.0 && !st->status.stopped)
    PetscCall(Away(st, tools, tool, surface_reach(W, fem_strength(&st->fem->cfg, W)), &goal, status));
  if (!st->status.stopped) forget(st->fem, tool);
  tools->W[tool]  = W;
  status->stopped = st->status.stopped;
  PetscFunctionReturn(0);
}
