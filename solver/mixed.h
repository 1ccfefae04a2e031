/*
  mixed.h - rigid and meshed grains in one run: which grains are meshed, and contacts of one kind with the other.

  Between the two stands a plate without mass (solver/grains/plate.h): the surface of the body presses on it as on the
  middle plane of a pair (fem_plate.c), the law of the rigid grain answers as one side on a flat does (dem_plate.c).
  Everything is worked out by the rank that owns the meshed grain.
*/
#ifndef SOLVER_MIXED_H
#define SOLVER_MIXED_H

#include "solver/simulation.h"

/* Collective.  The owned rows that mesh_grains wants meshed; caller frees.  Fails (all ranks) when there is none. */
PetscErrorCode MixedRows(Simulation *sim, PetscInt *n, PetscInt **row);
/* Is the centre in the region?  Parts of the bore's radius and of the room between the punches.  Pure. */
int mixed_in_region(const MeshRegion *m, const Tools *t, const double x[3]);
/* Collective.  Sets sim->meshed, and sim->mixed: are there grains of both kinds?  After bodies were made or read. */
PetscErrorCode MixedFind(Simulation *sim);
/* Collective.  What plates do to bodies, added to their forces; rigid grains and plates stay as they are. */
PetscErrorCode MixedTry(Dem dem, Fem fem);
/* Collective.  Contacts of rigid grains with meshed ones, after DemForces and FemForces. */
PetscErrorCode MixedForces(Dem dem, Fem fem);

#endif
