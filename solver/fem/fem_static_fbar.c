/*
  fem_static_fbar.c - the F-bar hexahedron in equilibrium: eight points of its own an element, its own tangent.

  It begins with the stress and plastic strain of the one-point element at all points (fbar_from_element), and gives
  back, after each increment, what puts the same forces on the nodes: the mean stress, and hourglass forces for what
  varies (element_from_forces), so that the explicit engine goes on in the same equilibrium.
*/
#include "solver/fem/fem_fbar.h"
#include "solver/fem/fem_static_impl.h"

#include <string.h>

typedef struct {
  BulkState old[FBAR_POINTS], now[FBAR_POINTS]; /* where the increment began; where it was last evaluated */
  double    held[FBAR_DOF];                     /* forces that hold the nodes when the increment begins [nN] */
} FbarElement;

/* One step of element e of body b to the present places; work of the forces on the way there. */
static BulkStatus step(FemStatic st, PetscInt b, int e, double f[FBAR_DOF], double K[FBAR_DOF][FBAR_DOF],
                       FbarWork *work, double *done)
{
  const Fem    fem = st->fem;
  FbarElement *q   = (FbarElement *)st->own + b * fem->n_elem + e;
  double       begin[8][3], end[8][3];
  BulkStatus   status;

  for (int a = 0; a < 8; a++)
    for (int k = 0; k < 3; k++) {
      const PetscInt n = b / 8 * fem->n_node + fem->model.hex[e][a];
      begin[a][k]      = st->begin.x[n][k][b % 8];
      end[a][k]        = fem->x[n][k][b % 8];
    }
  status = fbar_forces(&st->model.bulk, fem->yield[b / 8][b % 8], st->model.dt, begin, end, q->old, q->now, f, K, work);
  *done  = 0.0;
  for (int r = 0; status == BULK_OK && r < FBAR_DOF; r++)
    *done += 0.5 * (q->held[r] + f[r]) * (end[r / 3][r % 3] - begin[r / 3][r % 3]);
  return status;
}

static void forces(FemStatic st, PetscInt p, ElementWork *work)
{
  const Fem fem = st->fem;

  for (PetscInt b = 8 * p; b < PetscMin(8 * p + 8, fem->n_body); b++)
    for (int e = 0; e < fem->n_elem; e++) {
      const int l = b % 8;
      double    f[FBAR_DOF], done;
      FbarWork  took = {0};

      if (step(st, b, e, f, NULL, &took, &done) != BULK_OK)
        for (int r = 0; r < FBAR_DOF; r++) f[r] = NAN;
      for (int r = 0; r < FBAR_DOF; r++) fem->f[fem->model.hex[e][r / 3]][r % 3][l] -= f[r];
      work->strain[l] += done;
      work->plastic[l] += took.dissipated;
      work->worst[l] = fmin(work->worst[l], took.volume / fem->volume[p * fem->n_elem + e][l]);
    }
}

/* Newton is where no element has turned over: it would not have gone there. */
static void tangent(FemStatic st, PetscInt b, int e, double K[24][24])
{
  double f[FBAR_DOF], done;

  (void)step(st, b, e, f, K, NULL, &done);
}

/* Element e of a pack: its points begin anew, the bodies' state has the same forces. */
static void give_back(FemStatic st, PetscInt p, int e)
{
  const Fem      fem = st->fem;
  const PetscInt at  = p * fem->n_elem + e;
  v8             x[8][3], f[8][3];

  for (int a = 0; a < 8; a++)
    for (int k = 0; k < 3; k++) {
      x[a][k] = fem->x[p * fem->n_node + fem->model.hex[e][a]][k];
      f[a][k] = v8_set(0.0);
    }
  for (PetscInt b = 8 * p; b < PetscMin(8 * p + 8, fem->n_body); b++) {
    FbarElement *q    = (FbarElement *)st->own + b * fem->n_elem + e;
    FbarWork     work = {0};
    double       hold[FBAR_DOF], done;

    (void)step(st, b, e, hold, NULL, &work, &done);
    for (int r = 0; r < FBAR_DOF; r++) f[r / 3][r % 3][b % 8] = -hold[r];
    memcpy(q->old, q->now, sizeof q->old);
    memcpy(q->held, hold, sizeof q->held);
    fem->state[at][EL_ALPHA][b % 8] = work.alpha;
  }
  element_from_forces((const v8(*)[3])x, (const v8(*)[3])f, fem->volume[at], fem->state[at]);
}

static void commit(FemStatic st)
{
  for (PetscInt p = 0; p < st->fem->n_pack; p++)
    for (int e = 0; e < st->fem->n_elem; e++) give_back(st, p, e);
}

static PetscErrorCode Create(FemStatic st)
{
  const Fem     fem  = st->fem;
  const int64_t none = INT64_MAX;
  int64_t       bad  = none; /* the lowest grain that cannot, and why */
  FbarElement  *own;

  PetscFunctionBeginUser;
  PetscCall(PetscCalloc1(fem->n_body * fem->n_elem + 1, &own));
  PetscCall(PetscMalloc1(fem->n_body * fem->n_elem + 1, &st->stiff));
  st->own = own;
  PetscCall(StaticBeginMake(st));
  for (PetscInt b = 0; b < fem->n_body; b++)
    for (int e = 0; e < fem->n_elem; e++) {
      FbarElement *q = &own[b * fem->n_elem + e];
      double       state[EL_N], done;
      BulkStatus   status;

      for (int k = 0; k < EL_N; k++) state[k] = fem->state[b / 8 * fem->n_elem + e][k][b % 8];
      status = fbar_from_element(&st->model.bulk, state, q->old);
      if (status == BULK_OK) status = step(st, b, e, q->held, NULL, NULL, &done);
      if (status != BULK_OK) bad = PetscMin(bad, fem->id[b] * BULK_STATUS_N + status);
    }
  PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, &bad, 1, MPI_INT64_T, MPI_MIN, fem->g->comm));
  PetscCheck(bad == none, fem->g->comm, PETSC_ERR_CONV_FAILED,
             "grain %lld: an element of its mesh cannot become one of F-bar: %s", (long long)(bad / BULK_STATUS_N),
             bulk_status_text((BulkStatus)(bad % BULK_STATUS_N)));
  PetscFunctionReturn(0);
}

static PetscErrorCode Destroy(FemStatic st)
{
  PetscFunctionBeginUser;
  PetscCall(PetscFree(st->own));
  PetscCall(PetscFree(st->stiff));
  PetscFunctionReturn(0);
}

const StaticElement static_fbar = {
    .name = "fbar", .create = Create, .destroy = Destroy, .forces = forces, .tangent = tangent, .commit = commit};
