/*
  pack.h - the grains at the start: how many, how large, where.
*/
#ifndef SOLVER_PACK_H
#define SOLVER_PACK_H

#include "solver/config.h"
#include "solver/dem/dem.h"

/*
  PackGrains - fills the die as the deck's powder block says, the same bits on any number of ranks.

  Collective.  Out: grains, spread evenly over the ranks by id (no partition yet); tools with bore, heights, friction
  and adhesion, all at rest.  Lattices and files are read off per grain.  `random` starts from one random point per
  grain and grows the radii under frictionless elastic contact and drag until nothing overlaps (Lubachevsky &
  Stillinger 1990 grow moving hard spheres; here they are soft and overdamped).  `cohesive` is a random packing whose
  grains get random velocities: with an adhesive law they stick where they meet and the network forms in the fill stage
  (ballistic cluster aggregation).  A user error when the packing cannot be had.
*/
PetscErrorCode PackGrains(MPI_Comm comm, const Config *config, Grains *grains, Tools *tools);

#endif
