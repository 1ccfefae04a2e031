/*
  conduct.c - the two measures: from punch to punch, and in every direction.
*/
#include "solver/conduct/conduct_impl.h"

/* Which rows have a given potential: those that touch one of `what`. */
static void hold(const Net *net, int what, PetscBool held[])
{
  for (PetscInt i = 0; i < net->g->n_owned + net->g->n_ghost; i++) held[i] = net->kept[i] && (net->touch[i] & what);
}

/* Currents out of the bottom and into the top [unit V], the power of all links [unit V^2]; sums of this rank. */
static void currents(const Net *net, const double v[], double sum[3])
{
  for (PetscInt k = 0; k < net->n_links; k++) {
    const PetscInt row[2] = {net->link[k].i, net->link[k].j};
    for (int s = 0; s < 2; s++) {
      const double drop = v[row[s]] - v[row[!s]];
      if (row[s] >= net->g->n_owned) continue;
      if (net->touch[row[s]] & CONDUCT_BOTTOM) sum[0] -= net->link[k].w * drop;
      if (net->touch[row[s]] & CONDUCT_TOP) sum[1] += net->link[k].w * drop;
      sum[2] += 0.5 * net->link[k].w * drop * drop;
    }
  }
}

/* Mean heights of the grains held at bottom and top, and whether one touches both. */
static PetscErrorCode Heights(const Net *net, const PetscBool held[], double *length, PetscBool *shorted)
{
  double sum[5] = {0.0};

  PetscFunctionBeginUser;
  for (PetscInt i = 0; i < net->g->n_owned; i++) {
    if (!held[i]) continue;
    for (int end = 0; end < 2; end++) {
      if (!(net->touch[i] & (end ? CONDUCT_TOP : CONDUCT_BOTTOM))) continue;
      sum[2 * end] += net->g->rec[i][REC_Z];
      sum[2 * end + 1] += 1.0;
    }
    if ((net->touch[i] & CONDUCT_ENDS) == CONDUCT_ENDS) sum[4] += 1.0;
  }
  PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, sum, 5, MPI_DOUBLE, MPI_SUM, net->g->comm));
  *length  = sum[2] / sum[3] - sum[0] / sum[1];
  *shorted = sum[4] > 0.0 ? PETSC_TRUE : PETSC_FALSE;
  PetscFunctionReturn(0);
}

/* The power counts: its error is the square of that of the potentials. */
static PetscErrorCode PunchToPunch(Net *net, const PetscBool held[], ConductResult *r)
{
  double *v, sum[3] = {0.0};
  Circuit circuit;

  PetscFunctionBeginUser;
  PetscCall(PetscCalloc1(PetscMax(net->g->n_owned + net->g->n_ghost, 1), &v));
  for (PetscInt i = 0; i < net->g->n_owned + net->g->n_ghost; i++)
    v[i] = held[i] && (net->touch[i] & CONDUCT_TOP) ? 1.0 : 0.0;
  PetscCall(CircuitCreate(net, held, &circuit));
  PetscCall(CircuitSolve(&circuit, &net->health, v));
  PetscCall(CircuitDestroy(&circuit));
  currents(net, v, sum);
  PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, sum, 3, MPI_DOUBLE, MPI_SUM, net->g->comm));
  r->conductance = sum[2] * net->unit;
  r->kirchhoff   = sum[2] > 0.0 ? fabs(sum[0] - sum[1]) / sum[2] : 0.0;
  if (net->health.diverged) r->conductance = r->kirchhoff = NAN;
  PetscCall(PetscFree(v));
  PetscFunctionReturn(0);
}

PetscErrorCode ConductSolve(Grains g, const ConductNetwork *network, double area, ConductResult *r)
{
  Net        net;
  PetscBool *held, shorted = PETSC_FALSE;

  PetscFunctionBeginUser;
  *r = (ConductResult){0};
  PetscCall(NetCreate(g, network, &net));
  if (net.spans) {
    PetscCall(PetscMalloc1(PetscMax(g->n_owned + g->n_ghost, 1), &held));
    hold(&net, CONDUCT_ENDS, held);
    PetscCall(Heights(&net, held, &r->length, &shorted));
    if (shorted) r->conductance = r->sigma = INFINITY;
    else PetscCall(PunchToPunch(&net, held, r));
    if (!shorted) r->sigma = r->conductance * r->length / area;
    PetscCall(PetscFree(held));
  }
  r->health = net.health;
  PetscCall(NetDestroy(&net));
  PetscFunctionReturn(0);
}

/* Share of a contact within the surface through the outermost centres: half for each thing both grains touch. */
static double inside(unsigned char both)
{
  double share = 1.0;

  for (; both; both &= (unsigned char)(both - 1)) share *= 0.5;
  return share;
}

/* Adds sum of w G (V_i - V_j)(x_i - x_j) [unit V nm] over the links of this rank. */
static void moment(const Net *net, const double v[], double sum[3])
{
  const Grains g = net->g;

  for (PetscInt k = 0; k < net->n_links; k++) {
    const PetscInt i = net->link[k].i, j = net->link[k].j;
    const double   mine = 0.5 * ((i < g->n_owned) + (j < g->n_owned));
    const double   flow = mine * inside(net->touch[i] & net->touch[j]) * net->link[k].w * (v[i] - v[j]);

    for (int b = 0; b < 3; b++) sum[b] += flow * (g->rec[i][REC_X + b] - g->rec[j][REC_X + b]);
  }
}

static PetscErrorCode EveryDirection(Net *net, const PetscBool held[], double volume, double sigma[3][3])
{
  const Grains   g = net->g;
  const PetscInt n = g->n_owned + g->n_ghost;
  double        *v;
  Circuit        circuit;

  PetscFunctionBeginUser;
  PetscCall(PetscCalloc1(PetscMax(n, 1), &v));
  PetscCall(CircuitCreate(net, held, &circuit));
  for (int a = 0; a < 3; a++) {
    for (PetscInt i = 0; i < n; i++) v[i] = g->rec[i][REC_X + a];
    PetscCall(CircuitSolve(&circuit, &net->health, v));
    moment(net, v, sigma[a]);
    for (int b = 0; b < 3; b++) sigma[a][b] *= net->unit / volume;
  }
  PetscCall(CircuitDestroy(&circuit));
  PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, sigma, 9, MPI_DOUBLE, MPI_SUM, g->comm));
  for (int k = 0; k < 9; k++)
    if (net->health.diverged) sigma[k / 3][k % 3] = NAN;
  PetscCall(PetscFree(v));
  PetscFunctionReturn(0);
}

PetscErrorCode ConductTensor(Grains g, const ConductNetwork *network, double volume, double sigma[3][3],
                             ConductHealth *health)
{
  Net        net;
  PetscBool *held;

  PetscFunctionBeginUser;
  PetscCall(PetscArrayzero(&sigma[0][0], 9));
  PetscCall(NetCreate(g, network, &net));
  if (net.spans) {
    PetscCall(PetscMalloc1(PetscMax(g->n_owned + g->n_ghost, 1), &held));
    hold(&net, 0xff, held);
    PetscCall(EveryDirection(&net, held, volume, sigma));
    PetscCall(PetscFree(held));
  }
  if (health) *health = net.health;
  PetscCall(NetDestroy(&net));
  PetscFunctionReturn(0);
}
