#include "solver/mixed.h"

#include <string.h>

int mixed_in_region(const MeshRegion *m, const Tools *t, const double x[3])
{
  const double r = sqrt(x[0] * x[0] + x[1] * x[1]) / t->die_radius;
  const double z = (x[2] - t->z[TOOL_BOTTOM]) / (t->z[TOOL_TOP] - t->z[TOOL_BOTTOM]);

  return r >= m->r_min && r <= m->r_max && z >= m->z_min && z <= m->z_max;
}

PetscErrorCode MixedRows(Simulation *sim, PetscInt *n, PetscInt **row)
{
  const MeshConfig *c   = &sim->config.mesh;
  const int         all = !strcmp(c->grains, "all");
  PetscInt64        sum;

  PetscFunctionBeginUser;
  *n = 0;
  PetscCall(PetscMalloc1(sim->grains->n_owned + 1, row));
  for (PetscInt i = 0; i < sim->grains->n_owned; i++)
    if (all || mixed_in_region(&c->region, &sim->tools, sim->grains->rec[i])) (*row)[(*n)++] = i;
  sum = *n;
  PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, &sum, 1, MPIU_INT64, MPI_SUM, sim->comm));
  PetscCheck(
      sum > 0, sim->comm, PETSC_ERR_USER_INPUT,
      "%s: mesh_region holds the centre of no grain (r from %g to %g of the bore's radius, z from %g to %g of the "
      "powder's height); widen it, or take mesh_grains: none",
      sim->config.deck, c->region.r_min, c->region.r_max, c->region.z_min, c->region.z_max);
  PetscFunctionReturn(0);
}

PetscErrorCode MixedFind(Simulation *sim)
{
  PetscInt64 n = 0;

  PetscFunctionBeginUser;
  for (PetscInt i = 0; i < sim->grains->n_owned; i++) n += sim->grains->aux[i][AUX_MESHED] > 0.0;
  PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, &n, 1, MPIU_INT64, MPI_SUM, sim->comm));
  sim->meshed = n;
  sim->mixed  = n > 0 && n < sim->grains->n_global ? PETSC_TRUE : PETSC_FALSE;
  PetscFunctionReturn(0);
}

/* Forces across the plates on the bodies; push: on the rigid grains, too, and the plates move. */
static PetscErrorCode Plates(Dem dem, Fem fem, int push)
{
  const Plate   *plate;
  PlateReaction *reaction;
  PetscInt       n;

  PetscFunctionBeginUser;
  PetscCall(DemPlates(dem, &n, &plate));
  PetscCall(PetscMalloc1(n, &reaction));
  PetscCall(FemPlates(fem, n, plate, reaction));
  if (push) {
    PetscCall(FemForcesSend(fem));
    PetscCall(DemPlatesPush(dem, reaction));
  }
  PetscCall(PetscFree(reaction));
  PetscFunctionReturn(0);
}

PetscErrorCode MixedTry(Dem dem, Fem fem)
{
  PetscFunctionBeginUser;
  PetscCall(Plates(dem, fem, 0));
  PetscFunctionReturn(0);
}

PetscErrorCode MixedForces(Dem dem, Fem fem)
{
  PetscFunctionBeginUser;
  PetscCall(Plates(dem, fem, 1));
  PetscFunctionReturn(0);
}
