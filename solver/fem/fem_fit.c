/*
  fem_fit.c - new bodies come to rest between their neighbours, which stand still, and carry what the contacts carried.

  A stress in balance with ideal faces is not one in balance with surfaces: adhesion pulls beside the faces, metal flows
  there, and each node finds other facets before it.  So bodies move by the law of the bulk under the forces of the real
  surfaces, critically damped and held as a whole, while faces grow, or shrink, for as long as their contact lacks
  something: metal is put where it is missing, without stress, and taken off the free surface.
*/
#include "solver/fem/fem_press.h"

#include <string.h>

static const double SWIFT = 0.02; /* of the size of a facet: the most that a face grows at once */
static const double GAIN  = 0.5;  /* of what would make the force right at once, did the metal answer at once */

enum { GROWS = 5 }; /* steps between two growths */

/* Places and volumes without load from the body of a lane. */
static void take(Press *r, int l)
{
  const BodyNumbers *b = &r->cut[l]->body;

  for (int n = 0; n < r->fem->n_node; n++)
    for (int k = 0; k < 3; k++) r->x[n][k][l] = b->node[n][ROW_X + k];
  for (int e = 0; e < r->fem->n_elem; e++) r->volume[e][l] = b->volume[e];
}

void fit_begin(Press *r)
{
  for (int l = 0; l < 8; l++) {
    take(r, l);
    for (int e = 0; e < r->fem->n_elem; e++)
      for (int k = 0; k < EL_N; k++) r->state[e][k][l] = r->cut[l]->body.state[e][k];
  }
  memset(r->v, 0, (size_t)r->fem->n_node * sizeof *r->v);
}

/* Faces of a body grow by what their contacts lack, [n_face], over the stiffness of a flat punch, 4 G a/(1 - nu). */
static void grow(Cut *c, const double lack[])
{
  const double K = c->fem->cfg.bulk.K, G = c->fem->cfg.bulk.G, nu = (3.0 * K - 2.0 * G) / (6.0 * K + 2.0 * G);
  const double h = c->body.tail[BODY_FACET];

  for (int n = 0; n < c->fem->n_surf; n++) {
    const int k = c->face[n];
    double    stiff, more;

    if (!cut_at_face(c, n) || c->area[k] <= 0.0) continue;
    stiff = 4.0 * G / (1.0 - nu) * sqrt(c->area[k] / PETSC_PI) * (c->faces[k].partner < 0 ? 1.0 : 2.0);
    more  = fmin(fmax(GAIN * lack[k] / stiff, -SWIFT * h), SWIFT * h);
    cut_move(c, n, c->node_out[n] + more);
  }
  cut_keep_volume(c);
}

void fit_step(Press *r, const SurfaceForce *force, int n, int step)
{
  const Fem fem = r->fem;

  memset(r->load, 0, (size_t)fem->n_node * sizeof *r->load);
  for (int m = 0; m < fem->n_surf; m++)
    for (int k = 0; k < 3; k++)
      for (int l = 0; l < n; l++) r->load[m][k][l] = fem->unit_force * (double)force[l * fem->n_surf + m][k];
  press_move(r);
  for (int l = 0; l < n; l++) {
    Cut   *c = r->cut[l];
    double lack[FACES];

    press_give(r, l);
    if (step % GROWS < GROWS - 1) continue;
    for (int k = 0; k < c->start.n_face; k++) lack[k] = cut_wanted(c, k);
    cut_add_forces(c, force + l * fem->n_surf, lack);
    grow(c, lack);
    take(r, l);
  }
}
