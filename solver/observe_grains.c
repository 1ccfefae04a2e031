/* observe_grains.c - what the contacts of each grain add up to: stress, net force, coordination, lost volume. */
#include "solver/observe_impl.h"
#include "solver/totals.h"
#include <math.h>

enum {
  CONTACTS_PER_GRAIN = 4096
}; /* range of the integer sums; more than a grain a hundred times its neighbours has */

double contact_radius0(const Sample *s, const ContactSample *c)
{
  const double Ri = s->grains->rec[c->i][REC_R0];

  return c->j < 0 ? Ri : fmin(Ri, s->grains->rec[c->j][REC_R0]);
}

/* Volume of the cap that the contact cuts off side i or j: up to the radical plane, a tool's face, or the plate in
   front of a meshed grain, whose recorded radius is not that of a sphere [nm^3]. */
static double cap_volume(const Sample *s, const ContactSample *c, int side)
{
  const GrainRecord *rec = s->grains->rec;
  double             R = rec[side ? c->j : c->i][REC_R], h = c->delta;

  if (c->j >= 0) {
    const PetscInt other = side ? c->i : c->j;
    const double   D = norm3(c->branch), beyond = rec[other][REC_R];

    if (s->grains->aux[other][AUX_MESHED] > 0.0) h = R - (side ? D - c->place - c->layer : c->place);
    else h = R - (D * D + R * R - beyond * beyond) / (2 * D);
  }
  h = fmin(fmax(h, 0.0), 2 * R);
  return M_PI / 3 * h * h * (3 * R - h);
}

PetscErrorCode ObserveExtremes(const Sample *s, Extremes *x)
{
  const Grains g = s->grains;

  PetscFunctionBeginUser;
  *x = (Extremes){.overlap = -INFINITY, .z_high = -INFINITY, .minus_z_low = -INFINITY};
  for (PetscInt k = 0; k < s->n_contacts; k++) {
    const ContactSample *c = &s->contacts[k];
    const double         f = norm3(c->f);

    x->moment  = fmax(x->moment, f * norm3(c->branch));
    x->force   = fmax(x->force, f);
    x->volume  = fmax(x->volume, cap_volume(s, c, 0));
    x->overlap = fmax(x->overlap, c->delta / contact_radius0(s, c));
    if (c->j >= 0) {
      x->volume     = fmax(x->volume, cap_volume(s, c, 1));
      x->pair_force = fmax(x->pair_force, f);
    }
  }
  for (PetscInt k = 0; k < g->n_owned; k++) {
    x->z_high      = fmax(x->z_high, g->rec[k][REC_Z] + g->rec[k][REC_R]);
    x->minus_z_low = fmax(x->minus_z_low, g->rec[k][REC_R] - g->rec[k][REC_Z]);
  }
  PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, x, (int)(sizeof(*x) / sizeof(double)), MPI_DOUBLE, MPI_MAX, g->comm));
  PetscFunctionReturn(0);
}

static void add_side(const Sample *s, const ContactSample *c, int side, const GrainUnits *u, GrainTotals sum)
{
  const GrainRecord *rec    = s->grains->rec;
  const double       sign   = side ? -1.0 : 1.0;
  const double       mine   = rec[side ? c->j : c->i][REC_R];
  const double       weight = c->j < 0 ? 1.0 : mine / (rec[c->i][REC_R] + rec[c->j][REC_R]);
  const double      *f = c->f, *l = c->branch;
  const double       sym[SYM_N] = {f[0] * l[0],
                                   f[1] * l[1],
                                   f[2] * l[2],
                                   0.5 * (f[0] * l[1] + f[1] * l[0]),
                                   0.5 * (f[1] * l[2] + f[2] * l[1]),
                                   0.5 * (f[2] * l[0] + f[0] * l[2])};

  for (int k = 0; k < SYM_N; k++) sum[SUM_STRESS + k] += llrint(weight * sym[k] / u->moment);
  for (int k = 0; k < 3; k++) sum[SUM_FX + k] += llrint(sign * f[k] / u->force);
  sum[SUM_ABS] += llrint(norm3(f) / u->force);
  sum[SUM_CAPS] += llrint(cap_volume(s, c, side) / u->volume);
}

void observe_grains(const Sample *s, const Extremes *x, GrainTotals *sum, int32_t *coordination, GrainUnits *u)
{
  u->moment = totals_unit(x->moment, CONTACTS_PER_GRAIN);
  u->force  = totals_unit(x->force, CONTACTS_PER_GRAIN);
  u->volume = totals_unit(x->volume, CONTACTS_PER_GRAIN);
  for (PetscInt k = 0; k < s->n_contacts; k++) {
    const ContactSample *c       = &s->contacts[k];
    const int            touches = contact_touches(c);

    for (int side = 0; side < (c->j < 0 ? 1 : 2); side++) {
      const PetscInt row = side ? c->j : c->i;

      if (row >= s->grains->n_owned) continue;
      add_side(s, c, side, u, sum[row]);
      coordination[row] += touches;
    }
  }
}

void observe_stress(const GrainTotals sum, const GrainUnits *u, double volume, double stress[SYM_N])
{
  for (int k = 0; k < SYM_N; k++) stress[k] = (double)sum[SUM_STRESS + k] * u->moment / volume;
}
