/*
  fem_static_element.c - which elements equilibrium knows, and the first of them: the explicit engine's hexahedron, its
  kernel, its state.

  Its tangent by differences: eight lanes hold eight displaced copies of one element, so that six calls of the kernel
  give its tangent with whatever law it has, consistent with its return map.
*/
#include "solver/fem/fem_static_impl.h"

#include <string.h>

/* Displacement of the differences over the size of the element: half of the digits. */
static const double NUDGE = 1e-7;

static void forces(FemStatic st, PetscInt p, ElementWork *work)
{
  Fem          fem  = st->fem;
  const size_t node = (size_t)(p * fem->n_node), elem = (size_t)(p * fem->n_elem);

  memcpy(fem->state + elem, st->begin.state + elem, (size_t)fem->n_elem * sizeof *fem->state);
  element_forces(&st->model, (const v8(*)[3])fem->x + node, (const v8(*)[3])fem->v + node, fem->volume + elem,
                 fem->yield[p], fem->state + elem, fem->f, work);
}

typedef struct {
  double x[8][3], v[8][3], volume, yield, state[EL_N];
} OneElement;

static void pick_element(FemStatic st, PetscInt b, int e, OneElement *q)
{
  const Fem      fem = st->fem;
  const PetscInt at = b / 8 * fem->n_elem + e, l = b % 8;

  for (int a = 0; a < 8; a++)
    for (int k = 0; k < 3; k++) {
      const PetscInt n = b / 8 * fem->n_node + fem->model.hex[e][a];
      q->x[a][k]       = fem->x[n][k][l];
      q->v[a][k]       = fem->v[n][k][l];
    }
  for (int k = 0; k < EL_N; k++) q->state[k] = st->begin.state[at][k][l];
  q->volume = fem->volume[at][l];
  q->yield  = fem->yield[b / 8][l];
}

/* Forces of eight copies: in lane l dof first + l is displaced by d. */
static void eight_copies(FemStatic st, const OneElement *q, int first, double d, v8 f[8][3])
{
  static int corners[1][8] = {
      {0, 1, 2, 3, 4, 5, 6, 7}
  };
  ElementModel one    = st->model;
  const v8     volume = v8_set(q->volume);
  ElementWork  work   = {.worst = v8_set(1.0)};
  v8           x[8][3], v[8][3], state[1][EL_N];

  one.n_elem = 1, one.hex = corners;
  for (int a = 0; a < 8; a++)
    for (int k = 0; k < 3; k++) {
      x[a][k] = v8_set(q->x[a][k]);
      v[a][k] = v8_set(q->v[a][k]);
      f[a][k] = v8_set(0.0);
    }
  for (int l = 0; l < 8; l++) {
    x[(first + l) / 3][(first + l) % 3][l] += d;
    v[(first + l) / 3][(first + l) % 3][l] += d / one.dt;
  }
  for (int k = 0; k < EL_N; k++) state[0][k] = v8_set(q->state[k]);
  element_forces(&one, (const v8(*)[3])x, (const v8(*)[3])v, &volume, v8_set(q->yield), state, f, &work);
}

static void tangent(FemStatic st, PetscInt b, int e, double K[24][24])
{
  OneElement q;
  v8         back[8][3], forth[8][3];
  double     d;

  pick_element(st, b, e, &q);
  d = NUDGE * cbrt(q.volume);
  for (int first = 0; first < 24; first += 8) {
    eight_copies(st, &q, first, -d, back);
    eight_copies(st, &q, first, d, forth);
    for (int r = 0; r < 24; r++)
      for (int l = 0; l < 8; l++) K[r][first + l] = (back[r / 3][r % 3][l] - forth[r / 3][r % 3][l]) / (2.0 * d);
  }
}

const StaticElement static_one_point = {.name = "one_point", .forces = forces, .tangent = tangent};

const StaticElement *const static_elements[] = {&static_one_point, &static_fbar, NULL};

PetscErrorCode StaticElementTake(FemStatic st)
{
  PetscFunctionBeginUser;
  for (int k = 0; static_elements[k]; k++)
    if (!strcmp(static_elements[k]->name, st->cfg.element)) st->element = static_elements[k];
  PetscCheck(st->element, st->fem->g->comm, PETSC_ERR_USER_INPUT,
             "static equilibrium knows no element '%s': take one_point or fbar", st->cfg.element);
  if (st->element->create) PetscCall(st->element->create(st));
  PetscFunctionReturn(0);
}
