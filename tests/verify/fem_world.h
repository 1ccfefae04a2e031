/* fem_world.h - a few meshed grains of gold and three tools in the hands of a test; no deck, no rigid grains. */
#ifndef TESTS_VERIFY_FEM_WORLD_H
#define TESTS_VERIFY_FEM_WORLD_H

#include "solver/fem/fem_impl.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
// cmocka wants the four above
#include <cmocka.h>

#define MUST(call) assert_int_equal(call, 0)

static const double GOLD_E = 79.0, GOLD_NU = 0.42; /* [GPa], [-] */

typedef struct {
  GrainMesh mesh;
  FemConfig cfg;
  Grains    g;
  Tools     tools;
  Fem       fem;
} FemWorld;

/* n grains of gold with that mesh; tools far away; the caller may change cfg before fem_world_start. */
static inline void fem_world_begin(FemWorld *w, int n)
{
  const double far = 1e6, K = GOLD_E / (3.0 * (1.0 - 2.0 * GOLD_NU)), G = GOLD_E / (2.0 * (1.0 + GOLD_NU));

  w->cfg = (FemConfig){
      .mesh         = &w->mesh,
      .bulk         = {.K = K, .G = G, .flow = BULK_LINEAR, .compliance = 1.0 / (3.0 * G)},
      .density      = 19.3e-6,
      .hourglass    = 0.05,
      .courant      = 0.7,
      .shrink       = 0.5,
      .mass_scaling = 1.0,
      .penalty      = 1.0,
      .dashpot      = 0.0,
      .mu           = 0.0,
      .radius_min   = 3.25,
      .radius_max   = 3.25
  };
  w->tools = (Tools){
      .die_radius = far, .die_top = far, .z = {0.0, -far, far}
  };
  MUST(GrainsCreate(PETSC_COMM_WORLD, n, &w->g));
}

static inline void fem_world_grain(FemWorld *w, int i, PetscInt64 id, double R, double yield, const double x[3],
                                   const double v[3])
{
  double *r = w->g->rec[i];

  w->g->id[i] = id;
  for (int k = 0; k < 3; k++) r[REC_X + k] = x[k], r[REC_VX + k] = v[k];
  r[REC_R] = r[REC_R0] = R;
  r[REC_YIELD]         = yield;
  r[REC_INV_M]         = 1.0 / (w->cfg.density * GRAIN_MESH_VOLUME * R * R * R);
}

/* Pairs of grains that are near now. */
static inline void fem_world_pairs(FemWorld *w)
{
  const PetscInt n = w->g->n_owned;
  PetscInt(*pair)[2], m = 0;

  MUST(PetscMalloc1(n * n, &pair));
  for (PetscInt i = 0; i < n; i++)
    for (PetscInt j = 0; j < i; j++) {
      const double *a = w->g->rec[i], *b = w->g->rec[j];
      double        d = 0.0;
      for (int k = 0; k < 3; k++) d += (a[k] - b[k]) * (a[k] - b[k]);
      if (sqrt(d) > a[REC_R] + b[REC_R] + 4.0) continue;
      pair[m][0]   = j;
      pair[m++][1] = i;
    }
  MUST(FemRefresh(w->fem, m, (const PetscInt(*)[2])pair));
  MUST(PetscFree(pair));
}

/* Bodies of all grains, and the pairs that are near. */
static inline void fem_world_start(FemWorld *w)
{
  const PetscInt n = w->g->n_owned;
  PetscInt      *row;

  MUST(FemCreate(w->g, &w->cfg, &w->fem));
  MUST(PetscMalloc1(n, &row));
  for (PetscInt i = 0; i < n; i++) row[i] = i;
  MUST(FemMesh(w->fem, n, row));
  MUST(PetscFree(row));
  fem_world_pairs(w);
}

static inline void fem_world_end(FemWorld *w)
{
  MUST(FemDestroy(&w->fem));
  MUST(GrainsDestroy(&w->g));
  grain_mesh_free(&w->mesh);
}

/* Surface records of all bodies from their nodes. */
static inline void fem_world_show(FemWorld *w)
{
  for (PetscInt p = 0; p < w->fem->n_pack; p++) fem_surface(w->fem, p);
}

/* Contact forces at the present places, nothing else. */
static inline void fem_world_contact(FemWorld *w)
{
  memset(w->fem->force, 0, (size_t)(w->fem->n_body * w->fem->n_surf) * sizeof *w->fem->force);
  MUST(FemCandidatesCheck(w->fem));
  MUST(FemContact(w->fem));
}

static inline double fem_world_force(FemWorld *w, int body, int k)
{
  int64_t sum = 0;

  for (int n = 0; n < w->fem->n_surf; n++) sum += w->fem->force[body * w->fem->n_surf + n][k];
  return (double)sum * w->fem->unit_force;
}

#endif
