/* fem_press.c - eight new bodies in work, side by side, under loads. */
#include "solver/fem/fem_press.h"

#include "solver/fem/fem_rigid.h"

PetscErrorCode PressCreate(Fem fem, Press *r)
{
  const size_t node = (size_t)fem->n_node * sizeof *r->x, elem = (size_t)fem->n_elem;

  PetscFunctionBeginUser;
  *r        = (Press){.fem = fem};
  r->x0     = fem_grow(NULL, 0, node);
  r->x      = fem_grow(NULL, 0, node);
  r->v      = fem_grow(NULL, 0, node);
  r->load   = fem_grow(NULL, 0, node);
  r->f      = fem_grow(NULL, 0, node);
  r->mass   = fem_grow(NULL, 0, (size_t)fem->n_node * sizeof(v8));
  r->volume = fem_grow(NULL, 0, elem * sizeof(v8));
  r->state  = fem_grow(NULL, 0, elem * sizeof *r->state);
  PetscCheck(r->x0 && r->x && r->v && r->load && r->f && r->mass && r->volume && r->state, PETSC_COMM_SELF,
             PETSC_ERR_MEM, "no memory for the stress of new meshed grains");
  PetscFunctionReturn(0);
}

void press_free(Press *r)
{
  free(r->x0), free(r->x), free(r->v), free(r->load), free(r->f), free(r->mass), free(r->volume), free(r->state);
}

void press_fill(Press *r, int l, Cut *c)
{
  r->cut[l]   = c;
  r->yield[l] = c->yield;
  r->rate[l]  = fem_settle_rate(fem_lowest_mode(r->fem, c->R0, c->mass));
  for (int n = 0; n < r->fem->n_node; n++) {
    for (int k = 0; k < 3; k++) r->x0[n][k][l] = c->body.node[n][ROW_X + k];
    r->mass[n][l] = c->body.node[n][ROW_MASS];
  }
}

void press_give(const Press *r, int l)
{
  const BodyNumbers *b = &r->cut[l]->body;

  for (int n = 0; n < r->fem->n_node; n++)
    for (int k = 0; k < 3; k++) b->node[n][ROW_X + k] = r->x[n][k][l];
  for (int e = 0; e < r->fem->n_elem; e++)
    for (int k = 0; k < EL_N; k++) b->state[e][k] = r->state[e][k][l];
}

/* Loads without net force and moment. */
static void relieve(Press *r)
{
  const RigidPart all = rigid_part(r->fem->n_node, r->mass, (const v8(*)[3])r->x, (const v8(*)[3])r->load, NULL);

  for (int n = 0; n < r->fem->n_node; n++) {
    v8 a[3];
    rigid_at(&all, r->x[n], a);
    for (int k = 0; k < 3; k++) r->f[n][k] = r->load[n][k] - r->mass[n] * a[k];
  }
}

void press_move(Press *r)
{
  const Fem   fem  = r->fem;
  const v8    keep = 1.0 - r->rate;
  ElementWork work = {.worst = v8_set(1.0)};

  relieve(r);
  element_forces(&fem->model, (const v8(*)[3])r->x, (const v8(*)[3])r->v, r->volume, r->yield, r->state, r->f, &work);
  for (int n = 0; n < fem->n_node; n++)
    for (int k = 0; k < 3; k++) {
      r->v[n][k] = keep * (r->v[n][k] + fem->dt / r->mass[n] * r->f[n][k]);
      r->x[n][k] += fem->dt * r->v[n][k];
    }
}
