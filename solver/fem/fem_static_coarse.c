/*
  fem_static_coarse.c - how the packing moves: the tangent between the affine modes of grains.

  Products of the exact tangent with modes, so that all is in it that holds or pushes grains as wholes: friction that
  follows pressure, normals that turn.  Grains of one colour have no neighbour in common and are moved at once.
*/
#include "solver/fem/fem_static_impl.h"

enum { MODES = 12 };

/* Affine displacement number m at r from the centre of the grain. */
static void affine(int m, const double r[3], double u[3])
{
  static const int one[3] = {1, 2, 0}, two[3] = {2, 0, 1};
  const int        k = m % 3;

  u[0] = u[1] = u[2] = 0.0;
  if (m < 3) u[k] = 1.0;                                         /* translation */
  else if (m < 6) u[one[k]] = -r[two[k]], u[two[k]] = r[one[k]]; /* rotation */
  else if (m < 9) u[k] = r[k];                                   /* stretch */
  else u[one[k]] = r[two[k]], u[two[k]] = r[one[k]];             /* shear */
}

PetscErrorCode StaticModes(FemStatic st, Mat *P)
{
  const Fem      fem  = st->fem;
  const PetscInt cols = MODES * fem->n_body;

  PetscFunctionBeginUser;
  PetscCall(MatCreateAIJ(fem->g->comm, st->n_dof, cols, PETSC_DETERMINE, PETSC_DETERMINE, MODES, NULL, 0, NULL, P));
  for (PetscInt b = 0; b < fem->n_body; b++) {
    const double  *centre = fem->g->rec[fem->row[b]];
    const PetscInt first  = st->first_node[b] / fem->n_node * MODES; /* of its columns */
    for (int n = 0; n < fem->n_node; n++) {
      const PetscInt at = b / 8 * fem->n_node + n;
      double         r[3];
      for (int k = 0; k < 3; k++) r[k] = (fem->x[at][k][b % 8] - centre[REC_X + k]) / centre[REC_R];
      for (int m = 0; m < MODES; m++) {
        double u[3];
        affine(m, r, u);
        for (int k = 0; k < 3; k++)
          PetscCall(MatSetValue(*P, 3 * (st->first_node[b] + n) + k, first + m, u[k], INSERT_VALUES));
      }
    }
  }
  PetscCall(MatAssemblyBegin(*P, MAT_FINAL_ASSEMBLY));
  PetscCall(MatAssemblyEnd(*P, MAT_FINAL_ASSEMBLY));
  PetscFunctionReturn(0);
}

/* Which grains touch which, and each itself: ones. */
static PetscErrorCode Graph(FemStatic st, Mat *G)
{
  const Fem fem = st->fem;

  PetscFunctionBeginUser;
  PetscCall(MatCreate(fem->g->comm, G));
  PetscCall(MatSetSizes(*G, fem->n_body, fem->n_body, PETSC_DETERMINE, PETSC_DETERMINE));
  PetscCall(MatSetType(*G, MATAIJ));
  PetscCall(MatSetUp(*G));
  PetscCall(MatSetOption(*G, MAT_NEW_NONZERO_ALLOCATION_ERR, PETSC_FALSE));
  for (PetscInt b = 0; b < fem->n_body; b++) {
    const PetscInt i = st->first_node[b] / fem->n_node;
    PetscCall(MatSetValue(*G, i, i, 1.0, INSERT_VALUES));
  }
  for (PetscInt k = 0; k < st->spots.n; k++) {
    const ContactSpot *s = &st->spots.spot[k];
    const PetscInt     i = st->first_node[s->node[0] / fem->n_surf] / fem->n_node,
                   j     = st->first_node[s->node[s->n - 1] / fem->n_surf] / fem->n_node;
    PetscCall(MatSetValue(*G, i, j, 1.0, INSERT_VALUES));
    PetscCall(MatSetValue(*G, j, i, 1.0, INSERT_VALUES));
  }
  PetscCall(MatAssemblyBegin(*G, MAT_FINAL_ASSEMBLY));
  PetscCall(MatAssemblyEnd(*G, MAT_FINAL_ASSEMBLY));
  PetscFunctionReturn(0);
}

/* Grains of a colour: 1 + their numbers in `grain`, ones in the places of mode m in `mode`. */
static PetscErrorCode Mark(IS colour, Vec grain, int m, Vec mode)
{
  const PetscInt *at;
  PetscInt        n;

  PetscFunctionBeginUser;
  PetscCall(VecSet(grain, 0.0));
  PetscCall(VecSet(mode, 0.0));
  PetscCall(ISGetLocalSize(colour, &n));
  PetscCall(ISGetIndices(colour, &at));
  for (PetscInt k = 0; k < n; k++) {
    PetscCall(VecSetValue(grain, at[k], 1.0 + (double)at[k], INSERT_VALUES));
    PetscCall(VecSetValue(mode, MODES * at[k] + m, 1.0, INSERT_VALUES));
  }
  PetscCall(ISRestoreIndices(colour, &at));
  PetscCall(VecAssemblyBegin(grain));
  PetscCall(VecAssemblyEnd(grain));
  PetscCall(VecAssemblyBegin(mode));
  PetscCall(VecAssemblyEnd(mode));
  PetscFunctionReturn(0);
}

/* One column of each grain of a colour: what their modes m do to the modes of those that they touch. */
static PetscErrorCode Columns(const PetscScalar *moved, const PetscScalar *by, PetscInt n, PetscInt first, int m, Mat C)
{
  PetscFunctionBeginUser;
  for (PetscInt i = 0; i < n; i++) {
    const PetscInt col = MODES * ((PetscInt)by[i] - 1) + m;
    PetscInt       row[MODES];

    if (by[i] < 0.5) continue;
    for (int k = 0; k < MODES; k++) row[k] = MODES * (first + i) + k;
    PetscCall(MatSetValues(C, MODES, row, 1, &col, moved + MODES * i, INSERT_VALUES));
  }
  PetscFunctionReturn(0);
}

static PetscErrorCode Colours(Mat G, ISColoring *colours)
{
  MatColoring make;

  PetscFunctionBeginUser;
  PetscCall(MatColoringCreate(G, &make));
  PetscCall(MatColoringSetType(make, MATCOLORINGGREEDY));
  PetscCall(MatColoringSetDistance(make, 2));
  PetscCall(MatColoringApply(make, colours));
  PetscCall(MatColoringDestroy(&make));
  PetscFunctionReturn(0);
}

/* Room for the modes of a grain by those of all that it touches. */
static PetscErrorCode Room(Mat G, PetscInt n, Mat *C)
{
  PetscInt first, most = 0, row;

  PetscFunctionBeginUser;
  PetscCall(MatGetOwnershipRange(G, &first, NULL));
  for (PetscInt i = first; i < first + n; i++) {
    PetscCall(MatGetRow(G, i, &row, NULL, NULL));
    most = PetscMax(most, MODES * row);
    PetscCall(MatRestoreRow(G, i, &row, NULL, NULL));
  }
  PetscCall(MatCreateAIJ(PetscObjectComm((PetscObject)G), MODES * n, MODES * n, PETSC_DETERMINE, PETSC_DETERMINE,
                         PetscMin(most, MODES * n), NULL, most, NULL, C));
  PetscFunctionReturn(0);
}

typedef struct {
  Vec grain, by;    /* [grains] 1 + its number, of one colour; of the one of them that a grain touches */
  Vec mode, moved;  /* [modes] */
  Vec node, pushed; /* [nodes] */
} Work;

static PetscErrorCode WorkMake(Mat G, Mat P, Work *w)
{
  PetscFunctionBeginUser;
  PetscCall(MatCreateVecs(G, &w->grain, &w->by));
  PetscCall(MatCreateVecs(P, &w->mode, &w->node));
  PetscCall(VecDuplicate(w->mode, &w->moved));
  PetscCall(VecDuplicate(w->node, &w->pushed));
  PetscFunctionReturn(0);
}

static PetscErrorCode WorkFree(Work *w)
{
  PetscFunctionBeginUser;
  PetscCall(VecDestroy(&w->grain));
  PetscCall(VecDestroy(&w->by));
  PetscCall(VecDestroy(&w->mode));
  PetscCall(VecDestroy(&w->moved));
  PetscCall(VecDestroy(&w->node));
  PetscCall(VecDestroy(&w->pushed));
  PetscFunctionReturn(0);
}

/* All columns of the grains of a colour. */
static PetscErrorCode Colour(Mat J, Mat P, Mat G, IS colour, Work *w, Mat C)
{
  const PetscScalar *moved, *by;
  PetscInt           n, first;

  PetscFunctionBeginUser;
  PetscCall(MatGetOwnershipRange(G, &first, NULL));
  PetscCall(MatGetLocalSize(G, &n, NULL));
  for (int m = 0; m < MODES; m++) {
    PetscCall(Mark(colour, w->grain, m, w->mode));
    PetscCall(MatMult(G, w->grain, w->by));
    PetscCall(MatMult(P, w->mode, w->node));
    PetscCall(MatMult(J, w->node, w->pushed));
    PetscCall(MatMultTranspose(P, w->pushed, w->moved));
    PetscCall(VecGetArrayRead(w->moved, &moved));
    PetscCall(VecGetArrayRead(w->by, &by));
    PetscCall(Columns(moved, by, n, first, m, C));
    PetscCall(VecRestoreArrayRead(w->moved, &moved));
    PetscCall(VecRestoreArrayRead(w->by, &by));
  }
  PetscFunctionReturn(0);
}

PetscErrorCode StaticCoarse(FemStatic st, Mat J, Mat P, Mat *C)
{
  PetscInt   n;
  Mat        G;
  ISColoring colours;
  IS        *colour;
  Work       w;

  PetscFunctionBeginUser;
  PetscCall(Graph(st, &G));
  PetscCall(Room(G, st->fem->n_body, C));
  PetscCall(Colours(G, &colours));
  PetscCall(WorkMake(G, P, &w));
  PetscCall(ISColoringGetIS(colours, PETSC_USE_POINTER, &n, &colour));
  for (PetscInt c = 0; c < n; c++) PetscCall(Colour(J, P, G, colour[c], &w, *C));
  PetscCall(MatAssemblyBegin(*C, MAT_FINAL_ASSEMBLY));
  PetscCall(MatAssemblyEnd(*C, MAT_FINAL_ASSEMBLY));
  PetscCall(ISColoringRestoreIS(colours, PETSC_USE_POINTER, &colour));
  PetscCall(ISColoringDestroy(&colours));
  PetscCall(WorkFree(&w));
  PetscCall(MatDestroy(&G));
  PetscFunctionReturn(0);
}
