/* fem_move.c - elements, then velocities and places, pack by pack while it is in the cache. */
#include "solver/fem/fem_impl.h"

#include <string.h>

/* Contact and tool forces of the surfaces of a pack, from records to lanes. */
static void take_contacts(Fem fem, PetscInt pack, v8 (*f)[3])
{
  static const SurfaceForce none = {0}; /* on a free lane */
  const PetscInt            last = PetscMin(8, fem->n_body - 8 * pack);

  for (int n = 0; n < fem->n_surf; n++) {
    const double *row[8];
    v8            bits[4];
    for (int l = 0; l < 8; l++)
      row[l] = (const double *)(l < last ? fem->force[(8 * pack + l) * fem->n_surf + n] : none);
    v8_columns4(row, bits);
    for (int k = 0; k < 3; k++) f[n][k] = fem->unit_force * __builtin_convertvector((i8)bits[k], v8);
  }
  for (int n = fem->n_surf; n < fem->n_node; n++)
    for (int k = 0; k < 3; k++) f[n][k] = v8_set(0.0);
}

typedef struct {
  v8 drag, gravity, contact; /* work of a step [aJ] */
} NodeWork;

/* Kick, drag relative to the affine motion of the powder between the punches, drift; leapfrog as in dem_move.c. */
static void kick_and_drift(Fem fem, PetscInt pack, const Tools *t, const v8 (*f)[3], NodeWork *w)
{
  const double dt = fem->dt, bottom = t->z[TOOL_BOTTOM], v0 = fem->drag_to_rest ? 0.0 : t->v[TOOL_BOTTOM];
  const double rate = fem->drag_to_rest ? 0.0 : (t->v[TOOL_TOP] - v0) / (t->z[TOOL_TOP] - bottom);
  const double keep = 1.0 - fmin(fem->cfg.drag * dt, 1.0);
  const v8    *mass = fem->mass + pack * fem->n_node;
  v8(*x)[3] = fem->x + pack * fem->n_node, (*v)[3] = fem->v + pack * fem->n_node;

  for (int n = 0; n < fem->n_node; n++) {
    const v8 m = mass[n], per_m = dt / m, affine = v0 + rate * (x[n][2] - bottom);
    v8       before = v8_set(0.0), after = v8_set(0.0);

    for (int k = 0; k < 3; k++) {
      const v8 base = k == 2 ? affine : v8_set(0.0), u = v[n][k] + per_m * f[n][k];
      v[n][k] = base + keep * (u - base);
      before += u * u;
      after += v[n][k] * v[n][k];
    }
    w->drag += 0.5 * m * (before - after);
    if (fem->cfg.gravity != 0.0) {
      const v8 vz = v[n][2] - fem->cfg.gravity * dt;
      w->gravity += 0.5 * m * (vz * vz - v[n][2] * v[n][2]);
      v[n][2] = vz;
    }
    for (int k = 0; k < 3; k++) x[n][k] += dt * v[n][k];
  }
}

/* Half of F^2 dt^2/m: contact forces were credited with the velocity before the kick. */
static v8 half_steps(Fem fem, PetscInt pack, const v8 (*contact)[3], const v8 (*all)[3])
{
  const v8 *mass = fem->mass + pack * fem->n_node;
  v8        sum  = v8_set(0.0);

  for (int n = 0; n < fem->n_surf; n++)
    for (int k = 0; k < 3; k++) sum += contact[n][k] * all[n][k] / mass[n];
  return 0.5 * fem->dt * fem->dt * sum;
}

static v8 squares(int n, const v8 (*f)[3])
{
  v8 sum = v8_set(0.0);

  for (int k = 0; k < n; k++) sum += f[k][0] * f[k][0] + f[k][1] * f[k][1] + f[k][2] * f[k][2];
  return sum;
}

static void add_sums(Fem fem, PetscInt pack, const NodeWork *w)
{
  const ElementWork *e    = &fem->work_pack[pack];
  const int          last = (int)PetscMin(8, fem->n_body - 8 * pack);

  for (int l = 0; l < last; l++) {
    exact_add(&fem->work[WORK_STRAIN], e->strain[l], fem->inv_work);
    exact_add(&fem->work[WORK_PLASTIC], e->plastic[l], fem->inv_work);
    exact_add(&fem->work[WORK_HOURGLASS], e->hourglass[l], fem->inv_work);
    exact_add(&fem->work[WORK_UNEVEN], e->uneven[l], fem->inv_work);
    exact_add(&fem->work[WORK_DRAG], w->drag[l], fem->inv_work);
    exact_add(&fem->work[WORK_GRAVITY], w->gravity[l], fem->inv_work);
    exact_add(&fem->work[WORK_NORMAL], -w->contact[l], fem->inv_work);
  }
}

void fem_move(Fem fem, const Tools *t)
{
  for (PetscInt p = 0; p < fem->n_pack; p++) {
    ElementWork *e = &fem->work_pack[p];
    NodeWork     w = {v8_set(0.0), v8_set(0.0), v8_set(0.0)};
    v8(*f)[3]      = fem->f;

    e->strain = e->plastic = e->uneven = e->hourglass = v8_set(0.0);
    take_contacts(fem, p, f);
    memcpy(fem->f_contact, f, (size_t)fem->n_surf * sizeof *f);
    element_forces(&fem->model, (const v8(*)[3])fem->x + p * fem->n_node, (const v8(*)[3])fem->v + p * fem->n_node,
                   fem->volume + p * fem->n_elem, fem->yield[p], fem->state + p * fem->n_elem, f, e);
    w.contact = half_steps(fem, p, (const v8(*)[3])fem->f_contact, (const v8(*)[3])f);
    if (fem->sampling) {
      e->unbalanced = squares(fem->n_node, (const v8(*)[3])f);
      e->contact    = squares(fem->n_surf, (const v8(*)[3])fem->f_contact);
    }
    kick_and_drift(fem, p, t, (const v8(*)[3])f, &w);
    w.drag += fem_settle(fem, p, (const v8(*)[3])fem->f_contact, (const v8(*)[3])f, &w.contact);
    add_sums(fem, p, &w);
    fem_surface(fem, p);
  }
}
