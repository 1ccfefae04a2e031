/*
  fem_static_tangent.c - how the forces change with the places: elements by their own tangents, contacts by their law.

  Contacts: stiffness along and across the normal; that normals turn and areas change is left out, a term of the order
  pressure over penalty K.  All of it symmetric, of tangents that are not the symmetric part.
*/
#include "solver/fem/fem_static_impl.h"

#include <string.h>

/* Which nodes share an element with which, of one body: CSR. */
static PetscErrorCode Neighbours(FemStatic st)
{
  const Fem      fem = st->fem;
  GrainIncidence in;
  int           *mark, n = 0;

  PetscFunctionBeginUser;
  PetscCheck(GrainIncidenceBuild(fem->cfg.mesh, &in) == MESH_OK, PETSC_COMM_SELF, PETSC_ERR_MEM,
             "no memory for a mesh of %d nodes", fem->n_node);
  PetscCall(PetscMalloc2(fem->n_node + 1, &st->node_row, 64 * fem->n_elem, &st->node_col));
  PetscCall(PetscMalloc1(fem->n_node, &mark));
  for (int i = 0; i < fem->n_node; i++) mark[i] = -1;
  for (int i = 0; i < fem->n_node; i++) {
    st->node_row[i] = n;
    for (int k = in.first[i]; k < in.first[i + 1]; k++)
      for (int a = 0; a < 8; a++) {
        const int j = fem->model.hex[in.elem[k]][a];
        if (mark[j] != i) st->node_col[n++] = j;
        mark[j] = i;
      }
  }
  st->node_row[fem->n_node] = n;
  grain_incidence_free(&in);
  PetscCall(PetscFree(mark));
  PetscFunctionReturn(0);
}

PetscErrorCode StaticTangentMake(FemStatic st)
{
  PetscFunctionBeginUser;
  PetscCall(Neighbours(st));
  PetscCall(MatCreate(st->fem->g->comm, &st->A));
  PetscCall(MatSetSizes(st->A, st->n_dof, st->n_dof, PETSC_DETERMINE, PETSC_DETERMINE));
  PetscCall(MatSetBlockSize(st->A, 3));
  PetscCall(MatSetOptionsPrefix(st->A, "static_"));
  PetscCall(MatSetType(st->A, MATAIJ));
  PetscCall(MatSetFromOptions(st->A));
  PetscFunctionReturn(0);
}

/* Columns that contacts add to the rows of surface nodes: [0] on this rank, [1] on others.  [bodies, ghosts too] */
static PetscErrorCode CountSpots(FemStatic st, SurfaceForce **count)
{
  const Fem      fem = st->fem;
  const PetscInt own = fem->n_body * fem->n_surf, all = own + fem->n_ghost_body * fem->n_surf;

  PetscFunctionBeginUser;
  PetscCall(PetscCalloc1(all + 1, count));
  for (PetscInt k = 0; k < st->spots.n; k++) {
    const ContactSpot *s = &st->spots.spot[k];
    if (s->n == 1) continue;
    (*count)[s->node[0]][s->node[1] < own ? 0 : 1] += s->n - 1;
    for (int a = 1; a < s->n; a++) (*count)[s->node[a]][s->node[a] < own ? 0 : 1] += 1;
  }
  if (!fem->halo) PetscFunctionReturn(0);
  PetscCall(PetscSFReduceBegin(fem->halo, fem->force_type, *count + own, *count, fem->add_force));
  PetscCall(PetscSFReduceEnd(fem->halo, fem->force_type, *count + own, *count, fem->add_force));
  PetscFunctionReturn(0);
}

/* The pattern of the present contacts: rows with room for each of them. */
static PetscErrorCode Preallocate(FemStatic st)
{
  const Fem      fem   = st->fem;
  const PetscInt nodes = fem->n_body * fem->n_node, all = st->n_nodes;
  PetscInt      *here, *there;
  SurfaceForce  *count;

  PetscFunctionBeginUser;
  PetscCall(CountSpots(st, &count));
  PetscCall(PetscMalloc2(nodes, &here, nodes, &there));
  for (PetscInt b = 0; b < fem->n_body; b++)
    for (int n = 0; n < fem->n_node; n++) {
      const PetscInt at = b * fem->n_node + n, surf = b * fem->n_surf + n;
      here[at]  = st->node_row[n + 1] - st->node_row[n] + (n < fem->n_surf ? (PetscInt)count[surf][0] : 0);
      there[at] = n < fem->n_surf ? (PetscInt)count[surf][1] : 0;
      here[at]  = PetscMin(here[at], nodes);
      there[at] = PetscMin(there[at], all - nodes);
    }
  PetscCall(MatXAIJSetPreallocation(st->A, 3, here, there, NULL, NULL));
  PetscCall(PetscFree2(here, there));
  PetscCall(PetscFree(count));
  PetscFunctionReturn(0);
}

static PetscErrorCode AddElements(FemStatic st)
{
  const Fem fem = st->fem;
  double    D[24][24], K[24][24];

  PetscFunctionBeginUser;
  for (PetscInt b = 0; b < fem->n_body; b++)
    for (int e = 0; e < fem->n_elem; e++) {
      double(*own)[24] = st->stiff ? st->stiff[b * fem->n_elem + e] : D;
      PetscInt node[8];
      for (int a = 0; a < 8; a++) node[a] = st->first_node[b] + fem->model.hex[e][a];
      if (!st->stiff) st->element->tangent(st, b, e, D);
      for (int r = 0; r < 24; r++)
        for (int c = 0; c < 24; c++) K[r][c] = 0.5 * (own[r][c] + own[c][r]);
      PetscCall(MatSetValuesBlocked(st->A, 8, node, 8, node, &K[0][0], ADD_VALUES));
    }
  PetscFunctionReturn(0);
}

static PetscErrorCode AddSpots(FemStatic st)
{
  const Fem fem = st->fem;

  PetscFunctionBeginUser;
  for (PetscInt k = 0; k < st->spots.n; k++) {
    const ContactSpot *s = &st->spots.spot[k];
    PetscInt           node[5];
    double             K[15 * 15];

    for (int a = 0; a < s->n; a++) node[a] = st->first_node[s->node[a] / fem->n_surf] + s->node[a] % fem->n_surf;
    for (int a = 0; a < s->n; a++)
      for (int b = 0; b < s->n; b++)
        for (int i = 0; i < 3; i++)
          for (int j = 0; j < 3; j++)
            K[(3 * a + i) * 3 * s->n + 3 * b + j] = s->weight[a] * s->weight[b] * s->stiff[i][j];
    PetscCall(MatSetValuesBlocked(st->A, s->n, node, s->n, node, K, ADD_VALUES));
  }
  PetscFunctionReturn(0);
}

PetscErrorCode StaticStiff(FemStatic st, Vec x)
{
  const Fem fem = st->fem;

  PetscFunctionBeginUser;
  PetscCall(StaticPlaces(st, x, ADD_VALUES));
  PetscCall(SNESGetIterationNumber(st->snes, &st->stiff_at));
  for (PetscInt b = 0; b < fem->n_body; b++)
    for (int e = 0; e < fem->n_elem; e++) st->element->tangent(st, b, e, st->stiff[b * fem->n_elem + e]);
  PetscFunctionReturn(0);
}

PetscErrorCode StaticTangent(FemStatic st, Vec x)
{
  PetscFunctionBeginUser;
  st->fem->spots = &st->spots;
  PetscCall(StaticResidual(st, x, st->f));
  st->fem->spots = NULL;
  if (st->stiff) PetscCall(StaticStiff(st, x));
  PetscCall(Preallocate(st));
  PetscCall(AddElements(st));
  PetscCall(AddSpots(st));
  PetscCall(MatAssemblyBegin(st->A, MAT_FINAL_ASSEMBLY));
  PetscCall(MatAssemblyEnd(st->A, MAT_FINAL_ASSEMBLY));
  PetscCall(MatShift(st->A, st->ground + st->shift));
  PetscCall(MatSetOption(st->A, MAT_SYMMETRIC, PETSC_TRUE));
  PetscFunctionReturn(0);
}
