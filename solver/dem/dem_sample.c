/* dem_sample.c - the contacts of one step, written down for observables and output. */
#include "solver/dem/dem_impl.h"

void dem_sample_next(Dem dem) { dem->sampling = PETSC_TRUE; }

void dem_samples(Dem dem, PetscInt *n, const ContactSample **samples)
{
  *n       = dem->n_samples;
  *samples = dem->samples;
}

void dem_grain_force(Dem dem, PetscInt row, double f[3])
{
  for (int k = 0; k < 3; k++) f[k] = (double)dem->acc[row][ACC_FX + k] * dem->u.force;
}

static PetscErrorCode Grow(Dem dem)
{
  PetscFunctionBeginUser;
  if (dem->n_samples + 8 <= dem->samples_cap) PetscFunctionReturn(0);
  dem->samples_cap = dem->samples_cap + dem->samples_cap / 2 + 64;
  PetscCall(PetscRealloc((size_t)dem->samples_cap * sizeof *dem->samples, &dem->samples));
  PetscFunctionReturn(0);
}

PetscErrorCode DemRecord(Dem dem, const ContactBatch *in, const ContactForce *out, Lanes *state, const int *i,
                         const int *j, int tool, const Lanes branch[3])
{
  const int pad = (int)(dem->g->n_owned + dem->g->n_ghost);
  Lanes     stored;

  PetscFunctionBeginUser;
  PetscCall(Grow(dem));
  contact_stored(&dem->cfg.model, in, state, stored);
  for (int l = 0; l < 8; l++) {
    ContactSample *s = &dem->samples[dem->n_samples];

    if (i[l] >= pad || (out->fn[l] == 0.0 && in->delta[l] <= 0.0)) continue;
    *s = (ContactSample){.i      = i[l],
                         .j      = j ? j[l] : -1 - tool,
                         .id_i   = dem->g->id[i[l]],
                         .id_j   = j ? dem->g->id[j[l]] : -1 - tool,
                         .fn     = out->fn[l],
                         .a      = out->a[l],
                         .delta  = in->delta[l],
                         .stored = stored[l]};
    for (int k = 0; k < 3; k++) {
      s->n[k]      = in->n[k][l];
      s->f[k]      = out->fn[l] * in->n[k][l] + out->ft[k][l];
      s->branch[k] = branch[k][l];
    }
    dem->n_samples++;
  }
  PetscFunctionReturn(0);
}
