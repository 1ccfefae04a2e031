/* fem_surface.c - what others see of a body: its surface, node by node, and its record among the grains. */
#include "solver/fem/fem_impl.h"

/* A quarter of each facet's area vector goes to each of its nodes. */
static void area_vectors(Fem fem, const v8 (*x)[3], v8 (*area)[3])
{
  for (int n = 0; n < fem->n_surf; n++)
    for (int k = 0; k < 3; k++) area[n][k] = v8_set(0.0);
  for (int f = 0; f < fem->n_face; f++) {
    const int *q = fem->face[f];
    v8         a[3], b[3];
    for (int k = 0; k < 3; k++) {
      a[k] = x[q[2]][k] - x[q[0]][k];
      b[k] = x[q[3]][k] - x[q[1]][k];
    }
    for (int k = 0; k < 3; k++) {
      const int i = (k + 1) % 3, j = (k + 2) % 3;
      const v8  c = 0.125 * (a[i] * b[j] - a[j] * b[i]);
      for (int n = 0; n < 4; n++) area[q[n]][k] += c;
    }
  }
}

/*
  1 where the corner of a facet has edges that span less than a sine of SPAN to the side of the node's normal: where it
  is turned in, the cell of the facet overlaps with its neighbours'.  As deep as FACET_SHALLOW, normals that differ by
  60 degrees turn a corner of edges half as long as facets are by 0.1; the rest of SPAN is for what moves until it is
  looked again.
*/
static void folds(Fem fem, const v8 (*x)[3], const v8 (*area)[3], v8 (*fold)[3])
{
  static const double SPAN = 0.2;

  for (int n = 0; n < fem->n_surf; n++) { /* and the square of the normal's length */
    fold[n][0] = v8_set(0.0);
    fold[n][1] = SPAN * SPAN * (area[n][0] * area[n][0] + area[n][1] * area[n][1] + area[n][2] * area[n][2]);
  }
  for (int f = 0; f < fem->n_face; f++) {
    const int *q = fem->face[f];
    v8         edge[4][3], square[4];

    for (int c = 0; c < 4; c++) {
      for (int k = 0; k < 3; k++) edge[c][k] = x[q[(c + 1) % 4]][k] - x[q[c]][k];
      square[c] = edge[c][0] * edge[c][0] + edge[c][1] * edge[c][1] + edge[c][2] * edge[c][2];
    }
    for (int c = 0; c < 4; c++) { /* the edge that comes, the edge that goes */
      const int b    = (c + 3) % 4;
      v8        span = v8_set(0.0);

      for (int k = 0; k < 3; k++) {
        const int i = (k + 1) % 3, j = (k + 2) % 3;
        span += (edge[b][i] * edge[c][j] - edge[b][j] * edge[c][i]) * area[q[c]][k];
      }
      fold[q[c]][0] = v8_pick((i8)(span > v8_set(0.0)) & (i8)(span * span > fold[q[c]][1] * square[b] * square[c]),
                              fold[q[c]][0], v8_set(1.0));
    }
  }
}

/* Centre of mass, mean velocity, bounding sphere. */
static void write_grains(Fem fem, PetscInt pack, const v8 (*x)[3], const v8 (*v)[3])
{
  const v8 *mass = fem->mass + pack * fem->n_node;
  v8        m = v8_set(0.0), mx[3] = {m, m, m}, mv[3] = {m, m, m}, far = m;

  for (int n = 0; n < fem->n_node; n++) {
    m += mass[n];
    for (int k = 0; k < 3; k++) {
      mx[k] += mass[n] * x[n][k];
      mv[k] += mass[n] * v[n][k];
    }
  }
  for (int k = 0; k < 3; k++) mx[k] /= m, mv[k] /= m;
  for (int n = 0; n < fem->n_surf; n++) {
    const v8 d[3] = {x[n][0] - mx[0], x[n][1] - mx[1], x[n][2] - mx[2]};
    far           = v8_max(far, d[0] * d[0] + d[1] * d[1] + d[2] * d[2]);
  }
  far = v8_sqrt(far);
  for (int l = 0; l < 8 && 8 * pack + l < fem->n_body; l++) {
    double *r = fem->g->rec[fem->row[8 * pack + l]];
    for (int k = 0; k < 3; k++) {
      r[REC_X + k]  = mx[k][l];
      r[REC_VX + k] = mv[k][l];
      r[REC_WX + k] = 0.0;
    }
    r[REC_R]     = far[l];
    r[REC_INV_M] = 1.0 / m[l];
  }
}

void fem_surface(Fem fem, PetscInt pack)
{
  const v8(*x)[3] = (const v8(*)[3])fem->x + pack * fem->n_node, (*v)[3] = (const v8(*)[3])fem->v + pack * fem->n_node;
  const v8 *mass = fem->mass + pack * fem->n_node;
  const int last = (int)PetscMin(8, fem->n_body - 8 * pack);
  v8        h    = v8_set(0.0);

  for (int l = 0; l < last; l++) h[l] = fem->h_facet[8 * pack + l];
  area_vectors(fem, x, fem->f); /* the scratch of forces has room for it */
  folds(fem, x, (const v8(*)[3])fem->f, fem->f_contact);
  for (int n = 0; n < fem->n_surf; n++) {
    const v8 *a = fem->f[n], size = v8_sqrt(a[0] * a[0] + a[1] * a[1] + a[2] * a[2]), one = 1.0 / (size + 1e-300);
    v8        shape[8]  = {x[n][0], x[n][1], x[n][2], size, a[0] * one, a[1] * one, a[2] * one, h};
    v8        motion[8] = {v[n][0], v[n][1], v[n][2], mass[n], fem->f_contact[n][0]};

    v8_transpose(shape);
    v8_transpose(motion);
    for (int l = 0; l < last; l++) {
      v8 *r = (v8 *)fem->surf[(8 * pack + l) * fem->n_surf + n];
      r[0]  = shape[l];
      r[1]  = motion[l];
    }
  }
  write_grains(fem, pack, x, v);
}

/* Bodies of the rows: owned ones here, for ghosts those on the ranks of their owners. */
static PetscErrorCode AskBodies(Fem fem)
{
  const Grains   g    = fem->g;
  const PetscInt rows = g->n_owned + g->n_ghost;
  PetscInt      *body;

  PetscFunctionBeginUser;
  PetscCall(PetscFree(fem->body_of));
  PetscCall(PetscMalloc1(rows + 1, &fem->body_of));
  body = fem->body_of;
  for (PetscInt i = 0; i < rows; i++) body[i] = -1;
  for (PetscInt b = 0; b < fem->n_body; b++) body[fem->row[b]] = b;
  if (!g->halo) PetscFunctionReturn(0);
  PetscCall(PetscSFBcastBegin(g->halo, MPIU_INT, body, body + g->n_owned, MPI_REPLACE));
  PetscCall(PetscSFBcastEnd(g->halo, MPIU_INT, body, body + g->n_owned, MPI_REPLACE));
  PetscFunctionReturn(0);
}

/* Ghost rows that are meshed become ghost bodies, behind the owned ones. */
PetscErrorCode FemHaloSetUp(Fem fem)
{
  const Grains g = fem->g;
  PetscSFNode *remote;
  PetscInt     n = 0;

  PetscFunctionBeginUser;
  PetscCall(PetscSFDestroy(&fem->halo));
  fem->n_ghost_body = 0;
  PetscCall(AskBodies(fem));
  if (!g->halo) PetscFunctionReturn(0);
  for (PetscInt i = 0; i < g->n_ghost; i++) n += fem->body_of[g->n_owned + i] >= 0;
  PetscCall(FemReserveSurfaces(fem, fem->n_body + n));
  PetscCall(PetscMalloc1(n, &remote));
  for (PetscInt i = 0; i < g->n_ghost; i++) {
    PetscInt *body = &fem->body_of[g->n_owned + i];
    PetscCheck((*body >= 0) == (g->aux[g->n_owned + i][AUX_MESHED] > 0.0), PETSC_COMM_SELF, PETSC_ERR_PLIB,
               "grain %lld: its ghost is meshed or its owner has a body, not both", (long long)g->id[g->n_owned + i]);
    if (*body < 0) continue;
    remote[fem->n_ghost_body] = (PetscSFNode){g->owner_rank[i], *body};
    *body                     = fem->n_body + fem->n_ghost_body++;
    fem->id[*body]            = g->id[g->n_owned + i];
  }
  PetscCall(PetscSFCreate(g->comm, &fem->halo));
  PetscCall(PetscSFSetGraph(fem->halo, fem->n_body, n, NULL, PETSC_OWN_POINTER, remote, PETSC_OWN_POINTER));
  PetscCall(PetscSFSetUp(fem->halo));
  PetscFunctionReturn(0);
}

PetscErrorCode FemHaloBegin(Fem fem)
{
  PetscFunctionBeginUser;
  if (fem->halo)
    PetscCall(
        PetscSFBcastBegin(fem->halo, fem->surf_type, fem->surf, fem->surf + fem->n_body * fem->n_surf, MPI_REPLACE));
  PetscFunctionReturn(0);
}

PetscErrorCode FemHaloEnd(Fem fem)
{
  PetscFunctionBeginUser;
  if (fem->halo)
    PetscCall(
        PetscSFBcastEnd(fem->halo, fem->surf_type, fem->surf, fem->surf + fem->n_body * fem->n_surf, MPI_REPLACE));
  PetscFunctionReturn(0);
}

PetscErrorCode FemForcesSend(Fem fem)
{
  PetscFunctionBeginUser;
  if (!fem->halo) PetscFunctionReturn(0);
  PetscCall(PetscSFReduceBegin(fem->halo, fem->force_type, fem->force + fem->n_body * fem->n_surf, fem->force,
                               fem->add_force));
  fem->pushed = PETSC_TRUE;
  PetscFunctionReturn(0);
}

PetscErrorCode FemForcesHome(Fem fem)
{
  SurfaceForce *ghost = fem->force + fem->n_body * fem->n_surf;

  PetscFunctionBeginUser;
  if (!fem->halo) PetscFunctionReturn(0);
  if (!fem->pushed) PetscCall(FemForcesSend(fem));
  fem->pushed = PETSC_FALSE;
  PetscCall(PetscSFReduceEnd(fem->halo, fem->force_type, ghost, fem->force, fem->add_force));
  PetscFunctionReturn(0);
}
