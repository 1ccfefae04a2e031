/*
  world.h - a few grains and three tools in the hands of a test: the grain engine without a deck.

  Numbers in internal units (nm, ns, fg, nN, GPa).  The SI helpers below serve benchmarks that are told in metres.
*/
#ifndef TESTS_VERIFY_WORLD_H
#define TESTS_VERIFY_WORLD_H

#include "solver/dem/dem.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
// cmocka wants the four above
#include <cmocka.h>

#define MUST(call) assert_int_equal(call, 0)

static const double METRE = 1e9, KG_PER_M3 = 1e-9, PER_SECOND = 1e-9, NEWTON = 1e9, SECOND = 1e9; /* m/s is nm/ns */

typedef struct {
  DemConfig cfg;
  double    p[32]; /* parameters of the law */
  Grains    g;
  Tools     tools;
  Dem       dem;
} World;

static inline void world_set(World *w, const char key[], double value)
{
  for (const ParamSpec *s = w->cfg.model.law->params; s->key; s++)
    if (!strcmp(s->key, key)) *(double *)((char *)w->p + s->offset) = value;
}

/* n grains of one material under a law with its defaults; tools out of reach; the caller may change anything. */
static inline void world_begin(World *w, const char law[], double E, double nu, int n)
{
  const double G = E / (2.0 * (1.0 + nu)), far = 1e11;

  memset(w, 0, sizeof *w);
  w->cfg.modulus          = E;
  w->cfg.control_interval = 10;
  w->cfg.model            = (ContactModel){.law         = contact_law_find(law),
                                           .p           = w->p,
                                           .G_star      = G / (2.0 * (2.0 - nu)),
                                           .G_star_tool = G / (2.0 - nu),
                                           .kt_ratio    = 1.0,
                                           .damping_t   = 1.0};
  assert_non_null(w->cfg.model.law);
  for (const ParamSpec *s = w->cfg.model.law->params; s->key; s++) *(double *)((char *)w->p + s->offset) = s->def;
  world_set(w, "E", E);
  world_set(w, "nu", nu);
  w->tools = (Tools){
      .die_radius = far, .die_top = far, .z = {0.0, -far, far}
  };
  MUST(GrainsCreate(PETSC_COMM_WORLD, n, &w->g));
}

/* Grain i, density in fg/nm^3; yield matters to laws that yield. */
static inline double *world_grain(World *w, int i, double R, double density, double yield, const double x[3],
                                  const double v[3])
{
  double *r = w->g->rec[i];

  w->g->id[i] = i;
  for (int k = 0; k < 3; k++) r[REC_X + k] = x[k], r[REC_VX + k] = v[k];
  r[REC_R] = r[REC_R0] = R;
  r[REC_YIELD]         = yield;
  r[REC_PSI]           = 1.0;
  r[REC_INV_M]         = 1.0 / (density * 4.0 / 3.0 * PETSC_PI * R * R * R);
  w->cfg.radius_max    = fmax(w->cfg.radius_max, R);
  return r;
}

static inline void world_start(World *w, double dt, double skin)
{
  w->cfg.dt   = dt;
  w->cfg.skin = skin;
  MUST(DemCreate(w->g, &w->cfg, &w->dem));
  MUST(DemRefresh(w->dem, &w->tools, PETSC_TRUE));
}

/* The row of a grain: neighbour lists sort the rows. */
static inline double *world_find(const World *w, PetscInt64 id)
{
  for (PetscInt i = 0; i < w->g->n_owned; i++)
    if (w->g->id[i] == id) return w->g->rec[i];
  fail_msg("grain %lld is gone", (long long)id);
  return NULL;
}

static inline void world_forces(World *w)
{
  MUST(DemRefresh(w->dem, &w->tools, PETSC_FALSE));
  MUST(DemForces(w->dem, &w->tools));
}

static inline void world_end(World *w)
{
  MUST(DemDestroy(&w->dem));
  MUST(GrainsDestroy(&w->g));
}

static inline int is_close(double got, double want, double rtol, double atol)
{
  const int ok = fabs(got - want) <= rtol * fabs(want) + atol;

  if (!ok) print_error("got %.10g, want %.10g (rtol %g, atol %g)\n", got, want, rtol, atol);
  return ok;
}

#define CHECK_CLOSE(got, want, rtol, atol) assert_true(is_close(got, want, rtol, atol))

#endif
