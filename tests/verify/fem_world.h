/* fem_world.h - a few meshed grains of gold and three tools in the hands of a test; no deck, no rigid grains. */
#ifndef TESTS_VERIFY_FEM_WORLD_H
#define TESTS_VERIFY_FEM_WORLD_H

#include "tests/verify/fem_gold.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
// cmocka wants the four above
#include <cmocka.h>

#define MUST(call) assert_int_equal(call, 0)

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
  const double far = 1e6;

  w->cfg   = gold_config(&w->mesh, 3.25);
  w->tools = (Tools){
      .die_radius = far, .die_top = far, .z = {0.0, -far, far}
  };
  MUST(GrainsCreate(PETSC_COMM_WORLD, n, &w->g));
}

static inline void fem_world_grain(FemWorld *w, int i, PetscInt64 id, double R, double yield, const double x[3],
                                   const double v[3])
{
  gold_grain(w->g, i, id, R, yield, x, v);
}

/* Pairs of grains that are near now. */
static inline void fem_world_pairs(FemWorld *w) { MUST(GoldPairs(w->fem, 4.0)); }

/* Bodies of all grains; pairs of those that are near. */
static inline void fem_world_start(FemWorld *w) { MUST(GoldBodies(w->g, &w->cfg, 4.0, &w->fem)); }

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
