/* damped.h - stages by equilibrium of rigid grains, of meshed ones, and of both together: by damped motion. */
#ifndef SOLVER_DAMPED_H
#define SOLVER_DAMPED_H

#include "solver/simulation.h"

/* Not collective.  From the next step on the tool of the stage withdraws: the top punch of a release, the wall of an
   ejection.  Steps, reports, checkpoints, signals and restarts go on as in any stage. */
void damped_begin(Simulation *sim);
/* Not collective.  After a restart: motion goes on being damped, where it was. */
void damped_resume(Simulation *sim);
/* Not collective.  Must the contacts of this step be written down, so that Damped can look whether forces balance? */
int damped_looks(const Simulation *sim, PetscInt64 step);
/*
  Collective, in the control of every interval.  Moves the tool, waits for balance, decides how far it goes next; when
  it carries nothing and forces balance to the tolerance the stage ends.  Does nothing in other stages.  Where grains
  find no balance all ranks fail with the grain of the largest unbalanced force (PETSC_ERR_CONV_FAILED).
*/
PetscErrorCode Damped(Simulation *sim);

#endif
