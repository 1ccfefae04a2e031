/*
  dem_align.c - crystals that touch turn each other towards one lattice.

  The boundary of a contact costs its bare area times crystal_boundary_energy(phi), phi the misorientation.  That energy
  is a function of the two orientations alone, so that what it exerts is a couple: about the axis of the misorientation,
  opposite on the two grains, and none above 15 deg, where the energy no longer changes.  The area is that of the
  contact as it stands (it follows the contact, and its change does no work here).  Where the normal points to does not
  enter: facets come to face each other by rolling, not by this.
*/
#include "materials/contact_interface.h"
#include "solver/dem/dem_impl.h"

/* Couple on grain j of a touching pair [nN nm]; 0: none.  a, b: orientations of i and j. */
static int couple_of(const Dem dem, const Lanes *face, int l, const double a[4], const double b[4], double on_j[3])
{
  const Crystal *c    = dem->cfg.crystal;
  const double   bare = ligand_bare(face[FACE_COVER][l], dem->cfg.model.interface->ligand.threshold);
  double         axis[3], size;

  if (face[FACE_BOND][l] < BOND_TOUCH + 1.0 || !crystal_within(a, b, crystal_boundary_angle)) return 0;
  size = -PETSC_PI * face[FACE_NECK][l] * face[FACE_NECK][l] * bare *
         crystal_boundary_slope(c, crystal_misorientation(a, b, axis));
  for (int k = 0; k < 3; k++) on_j[k] = size * axis[k];
  return size != 0.0;
}

/* Adds the couple to one end, and the work it absorbs when this rank owns it. */
static void turn_end(Dem dem, PetscInt row, int sign, const int64_t couple[3])
{
  const double *w     = &dem->g->rec[row][REC_WX];
  double        power = 0.0;

  for (int k = 0; k < 3; k++) {
    dem->acc[row][ACC_TX + k] += sign * couple[k];
    power += (double)(sign * couple[k]) * dem->u.torque * w[k];
  }
  if (row < dem->g->n_owned) dem->step_work[WORK_TANGENTIAL][0] -= llrint(power * dem->cfg.dt * dem->u.inv_work);
}

PetscErrorCode DemAlign(Dem dem)
{
  const Batches *p   = &dem->pairs;
  const int      pad = (int)(dem->g->n_owned + dem->g->n_ghost);

  PetscFunctionBeginUser;
  PetscCall(GrainsHaloAux(dem->g));
  for (PetscInt c = 0; c < p->n; c++) {
    const Lanes *face = (const Lanes *)p->state + (size_t)c * (size_t)dem->n_state + contact_face_at(&dem->cfg.model);

    for (int l = 0; l < 8 && p->live[c]; l++) {
      const int i = p->i[8 * c + l], j = p->j[8 * c + l];
      int64_t   couple[3];
      double    on_j[3];

      if (i >= pad || !couple_of(dem, face, l, dem->g->aux[i] + AUX_QW, dem->g->aux[j] + AUX_QW, on_j)) continue;
      for (int k = 0; k < 3; k++) couple[k] = llrint(on_j[k] * dem->u.inv_torque);
      turn_end(dem, i, -1, couple);
      turn_end(dem, j, 1, couple);
    }
  }
  PetscFunctionReturn(0);
}
