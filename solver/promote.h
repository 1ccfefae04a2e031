/* promote.h - rigid grains become meshed while the powder is pressed: who, when, and with what. */
#ifndef SOLVER_PROMOTE_H
#define SOLVER_PROMOTE_H

#include "solver/simulation.h"

/* Not collective.  Is this a step after which Promote looks, so that its contacts must be written down? */
int promote_looks(const Simulation *sim, PetscInt64 step);
/*
  Collective.  After a sampled step: grains for which mesh_grains asks get bodies, the most needy first as far as
  mesh_cap allows, and the ranks are balanced anew.  Does nothing at other steps.
*/
PetscErrorCode Promote(Simulation *sim);

#endif
