/*
  dem_mass.c - masses that bear the step: a grain whose contacts are too stiff for it becomes heavier.

  The step is chosen for contacts of the usual size.  Grains that stick, or are squeezed, have wider and deeper ones, up
  to ten times as stiff.  A pair between such grains goes to and fro from step to step, for ever, at the expense of
  whatever presses: 160 grains of bare gold kept unbalanced forces of 2e-3 by a single pair of an overlap of one radius.
  So once per control interval the stiffness around each grain is measured, dashpots included, which answer half a
  step late and are stiff for that, too; mass is what explicit dynamics is free to choose where motion is slow.
*/
#include "materials/lanes_matrix.h"
#include "solver/dem/dem_impl.h"

/* Row and column of the sums HELD_XX ... */
static const int HELD_ROW[HELD_N] = {0, 1, 2, 0, 1, 2}, HELD_COLUMN[HELD_N] = {0, 1, 2, 1, 2, 0};

void dem_held(Dem dem, const ContactBatch *in, const ContactForce *out, i8 held[8])
{
  const ContactModel *m  = &dem->cfg.model;
  const double        kt = 8.0 * (in->tool ? m->G_star_tool : m->G_star) * m->kt_ratio, share = in->tool ? 0.5 : 1.0;
  const v8            late   = V8(out->eta) * (2.0 / in->dt);
  const v8            across = share * (kt * V8(out->a) + m->damping_t * late);
  const v8            more   = share * (V8(out->kn) + late) - across;

  for (int k = 0; k < 8; k++) held[k] = (i8){0};
  for (int k = 0; k < HELD_N; k++) {
    const v8 product = V8(in->n[HELD_ROW[k]]) * V8(in->n[HELD_COLUMN[k]]);
    held[k]          = v8_fixed(more * product + (k < 3 ? 1.0 : 0.0) * across, dem->u.inv_held);
  }
  i8_transpose(held);
}

void dem_held_plate(Dem dem, PetscInt row, double held)
{
  for (int k = 0; k < 3; k++) dem->held[row][k] += (int64_t)(held * dem->u.inv_held);
}

/* Mass that grain r needs, at least; momentum and angular momentum stay.  Returns the energy that it loses [aJ]. */
static double make_heavier(double *r, double need)
{
  const double m = 1.0 / r[REC_INV_M], keep = m / need;
  double       lost;

  if (!(need > m * (1.0 + 1e-9))) return 0.0;
  lost = (1.0 - keep) * grain_kinetic(r);
  for (int k = 0; k < 3; k++) {
    r[REC_VX + k] *= keep;
    r[REC_WX + k] *= keep;
  }
  r[REC_INV_M] = 1.0 / need;
  return lost;
}

void dem_keep_step(Dem dem)
{
  const double half = 0.5 * dem->cfg.dt * dem->cfg.dt * dem->u.held;

  for (PetscInt first = 0; dem->holding && first < dem->n_rigid; first += 8) {
    v8 sum[HELD_N], need;

    for (int k = 0; k < HELD_N; k++)
      for (int l = 0; l < 8; l++) sum[k][l] = (double)dem->held[PetscMin(first + l, dem->n_rigid - 1)][k];
    need = half * v8_largest(sum);
    for (PetscInt i = first; i < PetscMin(first + 8, dem->n_rigid); i++)
      dem->step_work[WORK_DRAG][0] += (int64_t)(make_heavier(dem->g->rec[i], need[i - first]) * dem->u.inv_work);
  }
  dem->holding = PETSC_FALSE;
}
