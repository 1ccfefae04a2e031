/* observe_impl.h - what the files observe*.c share; nobody else includes it. */
#ifndef SOLVER_OBSERVE_IMPL_H
#define SOLVER_OBSERVE_IMPL_H

#include "materials/contact_interface.h"
#include "solver/grains/norm.h"
#include "solver/observe.h"
#include <math.h>

/* What the contacts of one grain add up to, in multiples of GrainUnits: integers, so that their order does not matter.
 */
enum { SUM_STRESS, SUM_FX = SUM_STRESS + SYM_N, SUM_FY, SUM_FZ, SUM_ABS, SUM_CAPS, SUM_N };
typedef int64_t GrainTotals[SUM_N];

typedef struct {
  double moment, force, volume; /* units of stress sums [nN nm], forces [nN], caps [nm^3] */
} GrainUnits;

/* Largest values over all ranks. */
typedef struct {
  double moment, force, volume; /* of one contact: |f||l| [nN nm], |f| [nN], cap [nm^3] */
  double overlap, pair_force;   /* delta / smaller R0 [-]; |f| between grains [nN] */
  double z_high, minus_z_low;   /* of the grains' surfaces [nm] */
} Extremes;

/* Row of the side that is counted for the pair: the grain with the lower id; a tool contact belongs to its grain. */
static inline PetscInt contact_row(const ContactSample *c) { return c->j < 0 || c->id_i < c->id_j ? c->i : c->j; }

/* A contact counts when the two bear on each other or stick; pairs that are merely near do not. */
static inline int contact_touches(const ContactSample *c) { return c->a > 0 || c->fn != 0; }

/* One crystal, or one metal; only between grains. */
static inline int contact_bonded(const ContactSample *c)
{
  return c->j >= 0 && c->bond >= BOND_IONIC && contact_touches(c);
}

/* Smaller undeformed radius of the two sides [nm]. */
double contact_radius0(const Sample *s, const ContactSample *c);
/* Collective. */
PetscErrorCode ObserveExtremes(const Sample *s, Extremes *x);
/* Not collective.  Adds every contact to its owned grains; coordination too. */
void observe_grains(const Sample *s, const Extremes *x, GrainTotals *sum, int32_t *coordination, GrainUnits *u);
/* Not collective.  Turns a grain's sums into stress [GPa]. */
void observe_stress(const GrainTotals sum, const GrainUnits *u, double volume, double stress[SYM_N]);

/* Collective.  Clusters of bonded contacts, of an Observation that knows the size of the powder; fields may be NULL. */
PetscErrorCode ObserveBonds(const Sample *s, Observation *o, GrainFields *fields);

/*
  Collective.  Force chains, from the stress of the owned grains [n_owned]; fields may be NULL.
*/
PetscErrorCode ObserveChains(const Sample *s, const double (*stress)[SYM_N], Observation *o, GrainFields *fields);

static inline double sphere_volume(double r) { return 4 * M_PI / 3 * r * r * r; }

#endif
