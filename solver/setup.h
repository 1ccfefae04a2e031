/* setup.h - from the deck's numbers to those of the grain engine. */
#ifndef SOLVER_SETUP_H
#define SOLVER_SETUP_H

#include "solver/config.h"
#include "solver/dem/dem.h"
#include "solver/fem/fem.h"

/* Time step: config->time.step_fraction of the Rayleigh time of a grain of this radius,
   pi R sqrt(rho/G)/(0.1631 nu + 0.8766), and where the programme presses beyond what single contacts carry no more than
   the law's own step [ns].  Pure. */
double setup_time_step(const Config *config, double radius_min);

/* Fills config->interface and has_interface from the deck. */
void setup_interface(Config *config);
/* Thickest ligand layer that may come to lie between two cores, 0 for bare grains [nm].  (Also where there is too
   little for one at first: what leaves the contacts gathers on the free surfaces.)  Pure. */
double setup_layer(const Config *config);

/* Rate of damping relative to the affine motion, for a fraction of critical [1/ns].  Pure. */
double setup_drag(const Config *config, double fraction, double radius_min);

/* The engine's numbers for grains between these radii [nm].  The law's parameters stay config's.  Pure. */
DemConfig setup_dem(const Config *config, double radius_min, double radius_max);

/* The shape of meshed grains, and the numbers of their engine; borrows mesh.  Pure. */
GrainShape setup_shape(const MeshConfig *mesh);
FemConfig  setup_fem(const Config *config, const GrainMesh *mesh, double radius_min, double radius_max);

/* Collective.  Smallest and largest undeformed radius of all grains [nm]. */
PetscErrorCode SetupRadii(Grains grains, double *radius_min, double *radius_max);

/* The grains as a whole. */
typedef struct {
  double diameter; /* mean [nm] */
  double volume;   /* of all grains, undeformed [nm^3] */
} PowderTotals;

/* Collective.  radius_max as from SetupRadii.  The same bits on any number of ranks. */
PetscErrorCode SetupTotals(Grains grains, double radius_max, PowderTotals *powder);

#endif
