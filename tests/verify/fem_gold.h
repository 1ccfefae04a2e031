/* fem_gold.h - spheres of gold as meshed grains, for tests and for what measures them: no deck, no rigid grains. */
#ifndef TESTS_VERIFY_FEM_GOLD_H
#define TESTS_VERIFY_FEM_GOLD_H

#include "solver/fem/fem_impl.h"
#include <math.h>

static const double GOLD_E = 79.0, GOLD_NU = 0.42,
                    GOLD_DENSITY = 19.3e-6; /* [GPa], [-], [fg/nm^3]; as inputs/materials/au.yml */

/* Grains of radius R [nm] with that mesh, without friction, adhesion or dashpot: the caller may change what it likes.
 */
static inline FemConfig gold_config(const GrainMesh *mesh, double R)
{
  const double K = GOLD_E / (3.0 * (1.0 - 2.0 * GOLD_NU)), G = GOLD_E / (2.0 * (1.0 + GOLD_NU));

  return (FemConfig){
      .mesh         = mesh,
      .bulk         = {.K = K, .G = G, .flow = BULK_LINEAR, .compliance = 1.0 / (3.0 * G)},
      .density      = GOLD_DENSITY,
      .hourglass    = 0.05,
      .courant      = 0.7,
      .shrink       = 0.5,
      .mass_scaling = 1.0,
      .penalty      = 1.0,
      .radius_min   = R,
      .radius_max   = R
  };
}

static inline void gold_grain(Grains g, int i, PetscInt64 id, double R, double yield, const double x[3],
                              const double v[3])
{
  double *r = g->rec[i];

  g->id[i] = id;
  for (int k = 0; k < 3; k++) r[REC_X + k] = x[k], r[REC_VX + k] = v[k];
  r[REC_R] = r[REC_R0] = R;
  r[REC_YIELD]         = yield;
  r[REC_INV_M]         = 1.0 / (GOLD_DENSITY * GRAIN_MESH_VOLUME * R * R * R);
}

/* All pairs of grains whose bounding spheres are less than `near` [nm] apart now.  One rank. */
static inline PetscErrorCode GoldPairs(Fem fem, double near)
{
  const PetscInt n = fem->g->n_owned;
  PetscInt(*pair)[2], m = 0;

  PetscFunctionBeginUser;
  PetscCall(PetscMalloc1(n * n + 1, &pair));
  for (PetscInt i = 0; i < n; i++)
    for (PetscInt j = 0; j < i; j++) {
      const double *a = fem->g->rec[i], *b = fem->g->rec[j];
      double        d = 0.0;
      for (int k = 0; k < 3; k++) d += (a[k] - b[k]) * (a[k] - b[k]);
      if (sqrt(d) < a[REC_R] + b[REC_R] + near) pair[m][0] = j, pair[m++][1] = i;
    }
  PetscCall(FemRefresh(fem, m, (const PetscInt(*)[2])pair));
  PetscCall(PetscFree(pair));
  PetscFunctionReturn(0);
}

/* A body of every grain; pairs as above. */
static inline PetscErrorCode GoldBodies(Grains g, const FemConfig *cfg, double near, Fem *fem)
{
  const PetscInt n = g->n_owned;
  PetscInt      *row;

  PetscFunctionBeginUser;
  PetscCall(FemCreate(g, cfg, fem));
  PetscCall(PetscMalloc1(n, &row));
  for (PetscInt i = 0; i < n; i++) row[i] = i;
  PetscCall(FemMesh(*fem, n, row));
  PetscCall(PetscFree(row));
  PetscCall(GoldPairs(*fem, near));
  PetscFunctionReturn(0);
}

#endif
