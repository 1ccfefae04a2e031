/* mixed_world.h - two grains of gold, each rigid or meshed, whose centres a test moves. */
#ifndef TESTS_VERIFY_MIXED_WORLD_H
#define TESTS_VERIFY_MIXED_WORLD_H

#include "materials/contact_interface.h"
#include "solver/dem/dem_impl.h"
#include "solver/mixed.h"
#include "tests/verify/fem_gold.h"
#include "tests/verify/world.h"

typedef struct {
  World     dem;
  GrainMesh mesh;
  FemConfig cfg;
  Fem       fem;
  int       mixed;
  double    place[2], v[2]; /* of the centres along z, by id */
  double    aside, v_aside; /* place and velocity of grain 1 along x */
} MixedWorld;

static const double MIXED_R = 3.25;

/* What lies between the grains, for the surfaces. */
static inline void mixed_faces(MixedWorld *w)
{
  const PairFace *face;

  if (!w->cfg.ligand) return;
  dem_faces(w->dem.dem, &face);
  fem_faces(w->fem, face);
}

/* Grain 0 below grain 1; 'r' rigid, 'm' meshed.  elements: of a meshed one, about.  W [nN/nm], Y [GPa].  face: of the
   grains, of that coverage; or NULL. */
static inline void mixed_begin_with(MixedWorld *w, const char kind[2], int elements, double Y, double W, double mu,
                                    double gap, const ContactInterface *face, double cover)
{
  const GrainShape shape   = {.form = GRAIN_SPHERE};
  const double     zero[3] = {0};
  int              n, m;
  PetscInt         row[2], n_row = 0;

  memset(w, 0, sizeof *w);
  grain_mesh_for_elements(&shape, elements, &n, &m);
  assert_int_equal(GrainMeshMake(&shape, n, m, &w->mesh), MESH_OK);
  w->cfg         = gold_config(&w->mesh, MIXED_R);
  w->cfg.courant = 0.8, w->cfg.shrink = 0.6, w->cfg.penalty = 0.5, w->cfg.dashpot = 0.5; /* as decks have it */
  w->cfg.W = W, w->cfg.strength = 3.0, w->cfg.mu = mu;
  world_begin(&w->dem, "mdr", GOLD_E, GOLD_NU, 2);
  w->dem.cfg.W = W, w->dem.cfg.mu = mu;
  if (face) {
    w->dem.cfg.model.interface = face;
    w->dem.cfg.model.rolling = w->dem.cfg.model.twisting = 1;
    w->dem.cfg.layer = w->cfg.layer = cover > 0.0 ? face->ligand.gap : 0.0;
    w->cfg.ligand                   = &face->ligand;
  }
  w->dem.cfg.mesh_reach = fem_reach(&w->cfg);
  w->place[1]           = 2.0 * MIXED_R + gap;
  for (int i = 0; i < 2; i++) {
    const double x[3] = {0.0, 0.0, w->place[i]};
    world_grain(&w->dem, i, MIXED_R, GOLD_DENSITY, Y, x, zero);
    w->dem.g->aux[i][AUX_COVER] = w->dem.g->aux[i][AUX_FREE] = cover;
  }
  MUST(FemCreate(w->dem.g, &w->cfg, &w->fem));
  for (PetscInt i = 0; i < 2; i++)
    if (kind[i] == 'm') row[n_row++] = i;
  MUST(FemMesh(w->fem, n_row, row));
  fem_drag(w->fem, 0.01 / fem_time_step(&w->cfg));
  world_start(&w->dem, fem_time_step(&w->cfg), 1.0);
  {
    const PetscInt(*pair)[2];
    PetscInt n_pair;
    dem_meshed_pairs(w->dem.dem, &n_pair, &pair);
    MUST(FemRefresh(w->fem, n_pair, pair));
    if (n_row) mixed_faces(w);
  }
  w->mixed = kind[0] != kind[1];
}

static inline void mixed_begin(MixedWorld *w, const char kind[2], int elements, double Y, double W, double mu,
                               double gap)
{
  mixed_begin_with(w, kind, elements, Y, W, mu, gap, NULL, 0.0);
}

/* Adds to places and velocities of all nodes what takes the body's centre of mass where it is wanted, without spin. */
static inline void mixed_hold(Fem fem, PetscInt b, const double x[3], const double v[3])
{
  const double *r       = fem->g->rec[fem->row[b]];
  const int     l       = (int)(b % 8);
  double        spin[3] = {0}, inertia = 0.0;

  for (int pass = 0; pass < 2; pass++)
    for (int n = 0; n < fem->n_node; n++) {
      v8          *at = fem->x[b / 8 * fem->n_node + n], *u = fem->v[b / 8 * fem->n_node + n];
      const double m = fem->mass[b / 8 * fem->n_node + n][l];
      double       d[3], turn[3];

      for (int k = 0; k < 3; k++) d[k] = at[k][l] - (pass ? x[k] : r[REC_X + k]);
      if (pass == 0)
        for (int k = 0; k < 3; k++) at[k][l] += x[k] - r[REC_X + k], u[k][l] -= r[REC_VX + k];
      for (int k = 0; k < 3; k++) {
        const int p = (k + 1) % 3, q = (k + 2) % 3;
        if (pass == 0) spin[k] += m * (d[p] * u[q][l] - d[q] * u[p][l]), inertia += 2.0 / 3.0 * m * d[k] * d[k];
        turn[k] = spin[p] * d[q] - spin[q] * d[p];
      }
      for (int k = 0; pass && k < 3; k++) u[k][l] += v[k] - turn[k] / inertia;
    }
}

/* Forces at the present places; force: on grain 1. */
static inline void mixed_forces(MixedWorld *w, double force[3])
{
  MUST(DemForces(w->dem.dem, &w->dem.tools));
  if (w->fem->n_body) mixed_faces(w);
  MUST(FemForces(w->fem, &w->dem.tools));
  if (w->mixed) MUST(MixedForces(w->dem.dem, w->fem));
  for (PetscInt i = 0; i < 2; i++)
    if (w->dem.g->id[i] == 1) dem_grain_force(w->dem.dem, i, force);
  for (PetscInt b = 0; b < w->fem->n_body; b++)
    for (int n = 0; n < w->fem->n_surf && w->fem->id[b] == 1; n++)
      for (int k = 0; k < 3; k++) force[k] += (double)w->fem->force[b * w->fem->n_surf + n][k] * w->fem->unit_force;
}

static inline void mixed_move(MixedWorld *w)
{
  dem_move(w->dem.dem, &w->dem.tools);
  MUST(FemMove(w->fem, &w->dem.tools));
}

/* One step with the centres moving as the v say, without turning; force: on grain 1. */
static inline void mixed_step(MixedWorld *w, double force[3])
{
  const double dt = w->dem.cfg.dt;

  mixed_forces(w, force);
  mixed_move(w);
  w->aside += dt * w->v_aside;
  for (int i = 0; i < 2; i++) w->place[i] += dt * w->v[i];
  for (PetscInt i = 0; i < 2; i++) {
    const int    id   = (int)w->dem.g->id[i];
    double      *r    = w->dem.g->rec[i];
    const double v[3] = {id * w->v_aside, 0.0, w->v[id]}, x[3] = {id * w->aside, 0.0, w->place[id]};

    if (w->dem.g->aux[i][AUX_MESHED] > 0.0) continue;
    for (int c = 0; c < 3; c++) r[REC_X + c] = x[c], r[REC_VX + c] = v[c], r[REC_WX + c] = 0.0;
  }
  for (PetscInt b = 0; b < w->fem->n_body; b++) {
    const int    id   = (int)w->fem->id[b];
    const double v[3] = {id * w->v_aside, 0.0, w->v[id]}, x[3] = {id * w->aside, 0.0, w->place[id]};
    mixed_hold(w->fem, b, x, v);
  }
  for (PetscInt p = 0; p < w->fem->n_pack; p++) fem_surface(w->fem, p);
}

static inline void mixed_end(MixedWorld *w)
{
  MUST(FemDestroy(&w->fem));
  world_end(&w->dem);
  grain_mesh_free(&w->mesh);
}

#endif
