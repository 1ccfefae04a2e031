/*
  equilibrium.h - stages that end in static equilibrium instead of waiting for rest, `method: equilibrium`: by Newton's
  rule where all grains are meshed and bare (fem/fem_static.h), else by damped motion (damped.h).
*/
#ifndef SOLVER_EQUILIBRIUM_H
#define SOLVER_EQUILIBRIUM_H

#include "solver/simulation.h"

/*
  Collective, before a step.  At the begin of such a stage, by Newton, the tools withdraw through a sequence of
  equilibria, in no time of the mechanical clock; the step that follows is made at rest, is reported and ends the stage.
  Else nothing. Where the run is to stop it does so after the increment at work; a restart goes on from there.  Damped
  motion begins, and goes on in the steps of the run.

  Release: the top punch rises until it carries nothing.  Ejection: the wall gives way until it carries nothing, then
  the rim stands below the coin; friction against a wall that slides past is not followed.  Where no balance is found
  all ranks fail with the grain (PETSC_ERR_CONV_FAILED); the checkpoint of the stage before is as it was.
*/
PetscErrorCode Equilibrate(Simulation *sim);

#endif
