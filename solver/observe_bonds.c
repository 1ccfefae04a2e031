/* observe_bonds.c - what hangs together: clusters of bonded contacts, and whether one reaches from end to end. */
#include "solver/conduct/clusters.h"
#include "solver/conduct/conduct.h"
#include "solver/observe_impl.h"

/* Of the mean diameter: 0.5 to 0.75 hold the outermost layer, and give the conductivity between grains that touch the
   punches to 3 %; a whole one takes part of the next layer, 6 to 9 % more. */
static const double END     = 0.75;
static const double END_MAX = 1.0 / 3; /* of the height or the radius: the two ends of a thin coin stay apart */

unsigned char observe_ends(const Observation *o, const double x[3])
{
  const double dx = x[0] - o->centre[0], dy = x[1] - o->centre[1], dz = x[2] - o->centre[2];
  const double high = 0.5 * o->height_moment - fmin(END * o->diameter, END_MAX * o->height_moment);
  const double wide = o->radius_moment - fmin(END * o->diameter, END_MAX * o->radius_moment);

  return (unsigned char)((dz < -high ? CONDUCT_BOTTOM : 0) | (dz > high ? CONDUCT_TOP : 0) |
                         (dx * dx + dy * dy > wide * wide ? CONDUCT_DIE : 0));
}

static void fill_fields(const Sample *s, const PetscInt64 label[], GrainFields *f)
{
  for (PetscInt k = 0; k < f->n; k++) {
    f->cluster[k] = label[k];
    f->bonds[k]   = 0;
  }
  for (PetscInt k = 0; k < s->n_contacts; k++) {
    const ContactSample *c = &s->contacts[k];

    if (!contact_bonded(c)) continue;
    if (c->i < f->n) f->bonds[c->i]++;
    if (c->j < f->n) f->bonds[c->j]++;
  }
}

PetscErrorCode ObserveBonds(const Sample *s, Observation *o, GrainFields *f)
{
  const Grains   g = s->grains;
  PetscInt       n = 0, (*edge)[2];
  PetscInt64    *label;
  unsigned char *ends;
  ClusterStats   stats;

  PetscFunctionBeginUser;
  PetscCall(PetscMalloc3(s->n_contacts, &edge, g->n_owned + g->n_ghost, &label, g->n_owned, &ends));
  for (PetscInt k = 0; k < s->n_contacts; k++) {
    if (!contact_bonded(&s->contacts[k])) continue;
    edge[n][0]   = s->contacts[k].i;
    edge[n++][1] = s->contacts[k].j;
  }
  for (PetscInt k = 0; k < g->n_owned; k++) ends[k] = observe_ends(o, g->rec[k]);
  PetscCall(ClustersFind(g, n, (const PetscInt(*)[2])edge, label));
  PetscCall(ClustersMeasure(g, label, ends, CONDUCT_BOTTOM | CONDUCT_TOP, NULL, NULL, &stats));
  o->giant_cluster = stats.largest > 1 ? (double)stats.largest / o->grains : 0.0;
  o->spans         = stats.spanning > 0;
  if (f) fill_fields(s, label, f);
  PetscCall(PetscFree3(edge, label, ends));
  PetscFunctionReturn(0);
}
