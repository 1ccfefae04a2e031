/* slow.h - the slow clock within the run: when it is looked at. */
#ifndef SOLVER_SLOW_H
#define SOLVER_SLOW_H

#include "solver/simulation.h"

/* Not collective.  Is `step` one at which the slow clock looks whether the press is at rest? */
int slow_looks(const Simulation *sim, PetscInt64 step);

/* Not collective.  Between two steps of the slow clock grains come to rest against a drag: the way there is not the
   point.  To be called whenever the stage may have changed. */
void slow_drag(Simulation *sim);

#endif
