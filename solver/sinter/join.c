/* join.c - crystals whose facets face each other become one, over a barrier. */
#include "mesh/rng.h"
#include "solver/sinter/sinter.h"

/* Exponentially distributed with mean 1, a number of the pair: what `waited` must reach. */
static double draw(int64_t seed, PetscInt64 a, PetscInt64 b)
{
  const int64_t of_lower = (int64_t)rng_bits(seed, RNG_BONDS, PetscMin(a, b), 0);

  return -log(rng_uniform(of_lower, RNG_BONDS, PetscMax(a, b), 1));
}

void sinter_join(Grains g, const SinterModel *m, double W_bare, double T, double dt, PetscInt n, SinterContact c[])
{
  const double rate = crystal_joining_rate(m->barrier, T);

  for (PetscInt k = 0; k < n; k++) {
    const int     i_first = g->id[c[k].i] < g->id[c[k].j]; /* both owners ask in the same order */
    const double *a       = g->aux[i_first ? c[k].i : c[k].j] + AUX_QW;
    const double *b       = g->aux[i_first ? c[k].j : c[k].i] + AUX_QW;
    const double  bare    = ligand_bare(c[k].coverage, m->ligand->threshold);
    double        axis[3];

    if (c[k].bond == BOND_TOUCH && bare > 0.0 && crystal_aligned(m->crystal, a, b, c[k].n)) {
      c[k].waited += rate * bare * dt;
      c[k].joined = c[k].waited >= draw(m->seed, g->id[c[k].i], g->id[c[k].j]);
    }
    if (c[k].joined || c[k].bond == BOND_IONIC)
      c[k].gain = crystal_bond_work(m->crystal, crystal_misorientation(a, b, axis)) - W_bare;
  }
}
