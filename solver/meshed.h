/*
  meshed.h - meshed grains within the run: who they are, when they step, what of theirs is added to what all see.

  All functions do nothing in a run without meshed grains.
*/
#ifndef SOLVER_MESHED_H
#define SOLVER_MESHED_H

#include "solver/simulation.h"

/* Collective.  The mesh of a grain and the engine; before the rigid grains' engine.  Finds the step of bodies, no
   longer than that of rigid grains as heavy where some are rigid, and that one.  reach: gap at which surfaces act on
   each other, or 0 [nm]. */
PetscErrorCode MeshedCreate(Simulation *sim, double *reach);
PetscErrorCode MeshedDestroy(Simulation *sim);
/* Collective.  Fresh start: grains that the deck wants meshed become bodies. */
PetscErrorCode MeshedStart(Simulation *sim);
/* Collective.  After DemRefresh: when there is a new list, bodies follow it. */
PetscErrorCode MeshedRefresh(Simulation *sim);
/* Not collective.  They travel with their grains: DemRepartition's follower; NULL without meshed grains. */
const DemFollower *meshed_follower(Simulation *sim);
/* Collective.  Before DemForces: surfaces set out for the ranks that need them. */
PetscErrorCode MeshedSend(Simulation *sim);
/* Collective.  After DemForces: contacts of bodies with each other, the tools and rigid grains. */
PetscErrorCode MeshedForces(Simulation *sim);
/* Collective.  Elements, velocities and places of all bodies. */
PetscErrorCode MeshedMove(Simulation *sim);
/* Not collective.  Before DemControl: what it needs to know of bodies. */
void meshed_foresee(Simulation *sim);
/* Collective.  Adds forces on tools, energies and works to sim->status. */
PetscErrorCode MeshedControl(Simulation *sim);
/* Collective.  Adds contacts of bodies to a sample; borrowed until the next one. */
PetscErrorCode MeshedSample(Simulation *sim, Sample *sample);
/* Collective.  Bodies to and from checkpoint rows. */
PetscErrorCode MeshedExport(Simulation *sim, CheckpointScalars *scalars, CheckpointRows *rows);
PetscErrorCode MeshedImport(Simulation *sim, const CheckpointScalars *scalars, const CheckpointRows *rows);

#endif
