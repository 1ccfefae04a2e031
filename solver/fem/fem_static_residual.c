/*
  fem_static_residual.c - forces on the nodes at any places, reached in one step from where the increment began.

  The explicit engine's functions see velocities (x - x_begin)/dt, a dashpot of zero, and stresses and stored friction
  of the beginning, restored before each evaluation.
*/
#include "solver/fem/fem_static_impl.h"

#include <string.h>

static size_t nodes_of(FemStatic st) { return (size_t)(st->fem->n_pack * st->fem->n_node); }
static size_t elements_of(FemStatic st) { return (size_t)(st->fem->n_pack * st->fem->n_elem); }
static size_t surface_of(FemStatic st) { return (size_t)(st->fem->n_body * st->fem->n_surf); }

PetscErrorCode StaticPlaces(FemStatic st, Vec x, InsertMode way)
{
  Fem          fem = st->fem;
  PetscScalar *a;

  PetscFunctionBeginUser;
  PetscCall(VecGetArray(x, &a));
  for (PetscInt b = 0; b < fem->n_body; b++) {
    v8(*at)[3] = fem->x + b / 8 * fem->n_node;
    for (int n = 0; n < fem->n_node; n++)
      for (int k = 0; k < 3; k++) {
        PetscScalar *mine = &a[3 * (b * fem->n_node + n) + k];
        if (way == INSERT_VALUES) *mine = at[n][k][b % 8];
        else at[n][k][b % 8] = *mine;
      }
  }
  PetscCall(VecRestoreArray(x, &a));
  PetscFunctionReturn(0);
}

static PetscErrorCode Copy(void **to, const void *from, size_t bytes)
{
  PetscFunctionBeginUser;
  if (!*to) *to = fem_grow(NULL, 0, bytes);
  PetscCheck(*to, PETSC_COMM_SELF, PETSC_ERR_MEM, "no memory for %zu bytes of a load increment", bytes);
  memcpy(*to, from, bytes);
  PetscFunctionReturn(0);
}

PetscErrorCode StaticBeginMake(FemStatic st)
{
  Fem          fem = st->fem;
  StaticBegin *q   = &st->begin;

  PetscFunctionBeginUser;
  PetscCall(Copy((void **)&q->x, fem->x, nodes_of(st) * sizeof *fem->x));
  PetscCall(Copy((void **)&q->v, fem->v, nodes_of(st) * sizeof *fem->v));
  PetscCall(Copy((void **)&q->state, fem->state, elements_of(st) * sizeof *fem->state));
  PetscCall(Copy((void **)&q->slot, fem->slot, surface_of(st) * sizeof *fem->slot));
  memcpy(q->work, fem->work, sizeof q->work);
  memcpy(q->sums, fem->tool_force, sizeof q->sums);
  PetscFunctionReturn(0);
}

PetscErrorCode StaticBeginFree(FemStatic st)
{
  PetscFunctionBeginUser;
  free(st->begin.x), free(st->begin.v), free(st->begin.state), free(st->begin.slot), free(st->begin.force);
  PetscFunctionReturn(0);
}

/* Slots as they were; any candidate may have one. */
static void restore_slots(FemStatic st)
{
  Fem fem = st->fem;

  memcpy(fem->slot, st->begin.slot, surface_of(st) * sizeof *fem->slot);
  for (PetscInt c = 0; c < fem->near.n; c++) fem->near.cand[c].held = 1;
}

static void set_velocities(FemStatic st, double per_time)
{
  Fem fem = st->fem;

  for (size_t n = 0; n < nodes_of(st); n++)
    for (int k = 0; k < 3; k++) fem->v[n][k] = per_time * (fem->x[n][k] - st->begin.x[n][k]);
}

/* Records of the surfaces, on ghosts too. */
static PetscErrorCode Show(Fem fem)
{
  PetscFunctionBeginUser;
  for (PetscInt p = 0; p < fem->n_pack; p++) fem_surface(fem, p);
  PetscCall(FemHaloBegin(fem));
  PetscCall(FemHaloEnd(fem));
  PetscFunctionReturn(0);
}

PetscErrorCode StaticRestore(FemStatic st)
{
  Fem fem = st->fem;

  PetscFunctionBeginUser;
  memcpy(fem->x, st->begin.x, nodes_of(st) * sizeof *fem->x);
  memcpy(fem->state, st->begin.state, elements_of(st) * sizeof *fem->state);
  memcpy(fem->work, st->begin.work, sizeof fem->work);
  memcpy(fem->tool_force, st->begin.sums, sizeof fem->tool_force);
  memcpy(fem->v, st->begin.v, nodes_of(st) * sizeof *fem->v);
  PetscCall(Show(fem));
  PetscCall(FemCandidates(fem));
  restore_slots(st);
  PetscFunctionReturn(0);
}

/* Forces of contacts and tools at the present places, home on their owners. */
static PetscErrorCode Contacts(FemStatic st)
{
  Fem          fem   = st->fem;
  const size_t nodes = (size_t)(fem->n_body + fem->n_ghost_body) * (size_t)fem->n_surf;
  const double zeta  = fem->cfg.dashpot;

  PetscFunctionBeginUser;
  memset(fem->force, 0, nodes * sizeof *fem->force);
  memset(fem->tool_force, 0, sizeof fem->tool_force);
  memset(&fem->wall_force, 0, sizeof fem->wall_force);
  memcpy(fem->work, st->begin.work, sizeof fem->work);
  PetscCall(Show(fem));
  PetscCall(FemCandidatesCheck(fem));
  restore_slots(st);
  st->spots.n      = 0;
  fem->cfg.dashpot = 0.0;
  PetscCall(FemContact(fem));
  fem->strain = st->strain;
  if (st->strain) memset(st->strain->moment, 0, sizeof st->strain->moment);
  PetscCall(FemTools(fem, &st->tools));
  fem->strain      = NULL;
  fem->cfg.dashpot = zeta;
  PetscCall(FemForcesHome(fem));
  PetscFunctionReturn(0);
}

PetscErrorCode StaticContacts(FemStatic st, Vec x, Vec f)
{
  Fem          fem = st->fem;
  PetscScalar *a;

  PetscFunctionBeginUser;
  PetscCall(StaticPlaces(st, x, ADD_VALUES));
  set_velocities(st, 1.0 / fem->dt);
  PetscCall(Contacts(st));
  PetscCall(VecGetArray(f, &a));
  for (PetscInt b = 0; b < fem->n_body; b++)
    for (int n = 0; n < fem->n_node; n++) {
      const PetscInt at = b / 8 * fem->n_node + n;
      for (int k = 0; k < 3; k++) {
        const double contact = n < fem->n_surf ? fem->unit_force * (double)fem->force[b * fem->n_surf + n][k] : 0.0;
        const double way     = fem->x[at][k][b % 8] - st->begin.x[at][k][b % 8];
        a[3 * (b * fem->n_node + n) + k] = st->ground * way - contact;
      }
    }
  PetscCall(VecRestoreArray(f, &a));
  PetscFunctionReturn(0);
}

PetscErrorCode StaticResidual(FemStatic st, Vec x, Vec f)
{
  Fem          fem = st->fem;
  PetscScalar *a;

  PetscFunctionBeginUser;
  PetscCall(StaticContacts(st, x, f));
  PetscCall(VecGetArray(f, &a));
  for (PetscInt p = 0; p < fem->n_pack; p++) {
    for (int n = 0; n < fem->n_node; n++)
      for (int k = 0; k < 3; k++) fem->f[n][k] = v8_set(0.0);
    fem->work_pack[p] = (ElementWork){.worst = v8_set(1.0)};
    st->element->forces(st, p, &fem->work_pack[p]);
    for (PetscInt b = 8 * p; b < PetscMin(8 * p + 8, fem->n_body); b++)
      for (int n = 0; n < fem->n_node; n++)
        for (int k = 0; k < 3; k++) a[3 * (b * fem->n_node + n) + k] -= fem->f[n][k][b % 8];
  }
  PetscCall(VecRestoreArray(f, &a));
  PetscFunctionReturn(0);
}

double static_contact_norm2(FemStatic st)
{
  double sum = 0.0;

  for (size_t n = 0; n < surface_of(st); n++)
    for (int k = 0; k < 3; k++) {
      const double f = st->fem->unit_force * (double)st->fem->force[n][k];
      sum += f * f;
    }
  return sum;
}

/* What moved when the increment began is at rest: damping, too. */
static double kinetic(FemStatic st)
{
  const Fem fem = st->fem;
  double    sum = 0.0;

  for (PetscInt b = 0; b < fem->n_body; b++)
    for (int n = 0; n < fem->n_node; n++)
      for (int k = 0; k < 3; k++) {
        const PetscInt at = b / 8 * fem->n_node + n;
        sum += 0.5 * fem->mass[at][b % 8] * st->begin.v[at][k][b % 8] * st->begin.v[at][k][b % 8];
      }
  return sum;
}

static void book_elements(Fem fem)
{
  for (PetscInt p = 0; p < fem->n_pack; p++)
    for (int l = 0; l < PetscMin(8, fem->n_body - 8 * p); l++) {
      const ElementWork *e = &fem->work_pack[p];
      exact_add(&fem->work[WORK_STRAIN], e->strain[l], fem->inv_work);
      exact_add(&fem->work[WORK_PLASTIC], e->plastic[l], fem->inv_work);
      exact_add(&fem->work[WORK_HOURGLASS], e->hourglass[l], fem->inv_work);
      exact_add(&fem->work[WORK_UNEVEN], e->uneven[l], fem->inv_work);
    }
}

/*
  Contacts and tools were booked with their forces at the end: the mean of beginning and end is of second order.  What
  forces out of balance did, at the beginning of an increment that did not begin in equilibrium, is damping.
*/
static PetscErrorCode BookForces(FemStatic st, Vec f)
{
  Fem                fem = st->fem;
  const PetscScalar *now, *then;
  double             contact = 0.0, unbalanced = 0.0, wall;

  PetscFunctionBeginUser;
  PetscCall(VecGetArrayRead(f, &now));
  PetscCall(VecGetArrayRead(st->f_begin, &then));
  for (PetscInt b = 0; b < fem->n_body; b++)
    for (int n = 0; n < fem->n_node; n++)
      for (int k = 0; k < 3; k++) {
        const PetscInt at = b / 8 * fem->n_node + n, dof = 3 * (b * fem->n_node + n) + k, s = b * fem->n_surf + n;
        const double   way = fem->x[at][k][b % 8] - st->begin.x[at][k][b % 8];
        if (n < fem->n_surf) contact += 0.5 * way * (double)(fem->force[s][k] - st->begin.force[s][k]);
        unbalanced -= 0.5 * way * (now[dof] - st->ground * way + then[dof]);
      }
  PetscCall(VecRestoreArrayRead(f, &now));
  PetscCall(VecRestoreArrayRead(st->f_begin, &then));
  for (int t = 0; t < TOOL_N; t++) {
    /* tool_force is that on the tool: what the tool puts in is minus that */
    const double change = 0.5 * fem->dt * st->tools.v[t] *
                          (exact_value(&fem->tool_force[t][2], fem->unit_force) - st->begin.tool_force[t]);
    exact_add(&fem->work[WORK_TOOLS], change, fem->inv_work);
    contact += change / fem->unit_force;
  }
  wall = 0.5 * fem->dt * st->tools.die_speed * (exact_value(&fem->wall_force, fem->unit_force) - st->begin.wall_force);
  exact_add(&fem->work[WORK_TOOLS], wall, fem->inv_work);
  contact += wall / fem->unit_force;
  exact_add(&fem->work[WORK_NORMAL], contact * fem->unit_force, fem->inv_work);
  exact_add(&fem->work[WORK_DRAG], unbalanced + kinetic(st), fem->inv_work);
  PetscFunctionReturn(0);
}

PetscErrorCode StaticBeginForces(FemStatic st)
{
  Fem fem = st->fem;

  PetscFunctionBeginUser;
  PetscCall(StaticPlaces(st, st->x, INSERT_VALUES));
  PetscCall(StaticResidual(st, st->x, st->f_begin));
  PetscCall(Copy((void **)&st->begin.force, fem->force, surface_of(st) * sizeof *fem->force));
  for (int t = 0; t < TOOL_N; t++) st->begin.tool_force[t] = exact_value(&fem->tool_force[t][2], fem->unit_force);
  st->begin.wall_force = exact_value(&fem->wall_force, fem->unit_force);
  PetscFunctionReturn(0);
}

PetscErrorCode StaticCommit(FemStatic st, Vec x, Vec f)
{
  Fem fem = st->fem;

  PetscFunctionBeginUser;
  PetscCall(StaticResidual(st, x, f));
  book_elements(fem);
  PetscCall(BookForces(st, f));
  if (st->element->commit) st->element->commit(st);
  set_velocities(st, 0.0);
  PetscCall(Show(fem));
  PetscCall(FemCandidates(fem)); /* what is out of reach is forgotten */
  fem->interval_steps = 1;       /* FemControl: forces are those of now */
  PetscFunctionReturn(0);
}
