/*
  bench_conduct.c - time of one conductivity: a body-centred lattice of n^3 cells, jittered, with a tenth of its
  contacts missing (7.2 per grain), on as many ranks as are started.

    bench_conduct [n]        37: 101,306 grains

  The cases differ in what a contact carries.  Strong: spread over four decades.  Tunnelling: 1e-9 of that.
*/
#include "mesh/rng.h"
#include "solver/conduct/conduct.h"
#include <petsctime.h>

static const double EDGE = 7.5, JITTER = 0.05, MISSING = 0.1; /* nm, edges, share */
enum { NEIGHBOURS = 8, SEED = 7, STREAM = RNG_FIRST_FREE };

typedef struct {
  const char *name;
  double      decades, tunnelling; /* spread of strong contacts; share of contacts that are 1e-9 of a strong one */
} Case;

static const Case cases[] = {
    {"equal",                    0.0, 0.0 },
    {"four decades",             4.0, 0.0 },
    {"+ 30 % tunnelling",        4.0, 0.3 },
    {"+ 75 %: metal just spans", 4.0, 0.75},
    {"+ 90 %: metal in islands", 4.0, 0.9 },
    {NULL,                       0.0, 0.0 }
};

typedef struct {
  PetscInt       n; /* cells per side */
  Grains         g;
  PetscInt64     first; /* owned ids are first, first + 1, ... */
  PetscInt       n_edge, (*edge)[2];
  double        *conductance;
  unsigned char *touch;
} Lattice;

/* Site id = 2 cell + s; s = 1 stands in the middle of the cell. */
static void site(const Lattice *l, PetscInt64 id, PetscInt64 at[4])
{
  const PetscInt64 cell = id / 2;

  at[0] = cell % l->n, at[1] = cell / l->n % l->n, at[2] = cell / l->n / l->n, at[3] = id % 2;
}

static PetscErrorCode Place(Lattice *l)
{
  PetscMPIInt rank, size;
  PetscInt64  all = (PetscInt64)2 * l->n * l->n * l->n, last, at[4];
  PetscInt   *row;
  PetscBool  *keep;

  PetscFunctionBeginUser;
  PetscCallMPI(MPI_Comm_rank(PETSC_COMM_WORLD, &rank));
  PetscCallMPI(MPI_Comm_size(PETSC_COMM_WORLD, &size));
  l->first = all * rank / size, last = all * (rank + 1) / size;
  PetscCall(GrainsCreate(PETSC_COMM_WORLD, (PetscInt)(last - l->first), &l->g));
  PetscCall(PetscCalloc1(l->g->n_owned, &l->touch));
  for (PetscInt i = 0; i < l->g->n_owned; i++) {
    l->g->id[i] = l->first + i;
    site(l, l->g->id[i], at);
    for (int k = 0; k < 3; k++) {
      const double jitter     = JITTER * (2.0 * rng_uniform(SEED, STREAM, l->g->id[i], k) - 1.0);
      l->g->rec[i][REC_X + k] = EDGE * ((double)at[k] + 0.5 * (double)at[3] + jitter);
    }
    l->g->rec[i][REC_R] = 0.25 * sqrt(3.0) * EDGE;
    for (int k = 0; k < 2; k++)
      if (at[3] ? at[k] == l->n - 1 : at[k] == 0) l->touch[i] |= CONDUCT_DIE;
    if (at[3] ? at[2] == l->n - 1 : at[2] == 0) l->touch[i] |= at[3] ? CONDUCT_TOP : CONDUCT_BOTTOM;
  }
  PetscCall(GrainsFindGhosts(l->g, EDGE * (1.0 + 2.0 * JITTER)));
  PetscCall(PetscMalloc2(l->g->n_ghost, &keep, l->g->n_ghost, &row));
  for (PetscInt k = 0; k < l->g->n_ghost; k++) keep[k] = PETSC_TRUE;
  PetscCall(GrainsKeepGhosts(l->g, keep, row));
  PetscCall(PetscFree2(keep, row));
  PetscFunctionReturn(0);
}

/* Neighbour k of a site, -1: beyond the lattice. */
static PetscInt64 neighbour(const Lattice *l, PetscInt64 id, int k)
{
  PetscInt64 at[4];

  site(l, id, at);
  for (int c = 0; c < 3; c++) {
    at[c] += (k >> c & 1) * (at[3] ? 1 : -1);
    if (at[c] < 0 || at[c] >= l->n) return -1;
  }
  return 2 * ((at[2] * l->n + at[1]) * l->n + at[0]) + !at[3];
}

/* Row of every site this rank knows, -1 of the others: a table of all sites is fine for a bench. */
static PetscErrorCode Rows(const Lattice *l, PetscInt **row)
{
  const PetscInt all = 2 * l->n * l->n * l->n;

  PetscFunctionBeginUser;
  PetscCall(PetscMalloc1(all, row));
  for (PetscInt k = 0; k < all; k++) (*row)[k] = -1;
  for (PetscInt i = 0; i < l->g->n_owned + l->g->n_ghost; i++) (*row)[l->g->id[i]] = i;
  PetscFunctionReturn(0);
}

/* Edge k of a site in the corner of a cell: 0 when missing. */
static double conductance(const Case *c, PetscInt64 corner, int k)
{
  const double strong = pow(10.0, c->decades * rng_uniform(SEED, STREAM, corner, 10 + k));

  if (rng_uniform(SEED, STREAM, corner, 20 + k) < MISSING) return 0.0;
  return strong * (rng_uniform(SEED, STREAM, corner, 30 + k) < c->tunnelling ? 1e-9 : 1.0);
}

static PetscErrorCode Connect(Lattice *l, const Case *c)
{
  PetscInt *row;

  PetscFunctionBeginUser;
  PetscCall(Rows(l, &row));
  l->n_edge = 0;
  for (PetscInt i = 0; i < l->g->n_owned; i++) {
    for (int k = 0; k < NEIGHBOURS; k++) {
      const PetscInt64 id = l->g->id[i], other = neighbour(l, id, k);
      if (other < 0) continue;
      if (row[other] < l->g->n_owned && other < id) continue; /* the other one lists it */
      l->edge[l->n_edge][0]     = i;
      l->edge[l->n_edge][1]     = row[other];
      l->conductance[l->n_edge] = conductance(c, id % 2 ? other : id, k);
      l->n_edge += l->conductance[l->n_edge] > 0.0;
    }
  }
  PetscCall(PetscFree(row));
  PetscFunctionReturn(0);
}

static PetscErrorCode Measure(const Lattice *l, const Case *c)
{
  const ConductNetwork network = {
      .n_edge = l->n_edge, .edge = (const PetscInt(*)[2])l->edge, .g = l->conductance, .touch = l->touch};
  const double   side = EDGE * l->n;
  double         sigma[3][3];
  ConductResult  r;
  ConductHealth  h;
  PetscLogDouble t[3];

  PetscFunctionBeginUser;
  PetscCallMPI(MPI_Barrier(PETSC_COMM_WORLD));
  PetscCall(PetscTime(&t[0]));
  PetscCall(ConductSolve(l->g, &network, side * side, &r));
  PetscCallMPI(MPI_Barrier(PETSC_COMM_WORLD));
  PetscCall(PetscTime(&t[1]));
  PetscCall(ConductTensor(l->g, &network, side * side * side, sigma, &h));
  PetscCallMPI(MPI_Barrier(PETSC_COMM_WORLD));
  PetscCall(PetscTime(&t[2]));
  PetscCall(PetscPrintf(PETSC_COMM_WORLD,
                        "%-26s %8" PetscInt64_FMT " %5" PetscInt_FMT " %7.2f %9.1e %10.1e %11.5g %7" PetscInt_FMT
                        " %7.2f %11.5g\n",
                        c->name, r.health.unknowns, r.health.iterations, t[1] - t[0], r.health.residual, r.kirchhoff,
                        r.sigma, h.iterations, t[2] - t[1], sigma[2][2]));
  PetscFunctionReturn(0);
}

int main(int argc, char **argv)
{
  Lattice     l = {.n = 37};
  PetscMPIInt size;

  PetscFunctionBeginUser;
  PetscCall(PetscInitialize(&argc, &argv, NULL, "usage: bench_conduct [cells per side]\n"));
  if (argc > 1 && argv[1][0] != '-') l.n = atoi(argv[1]);
  PetscCheck(l.n > 1, PETSC_COMM_WORLD, PETSC_ERR_USER_INPUT, "usage: bench_conduct [cells per side]");
  PetscCallMPI(MPI_Comm_size(PETSC_COMM_WORLD, &size));
  PetscCall(Place(&l));
  PetscCall(PetscMalloc2(NEIGHBOURS * l.g->n_owned, &l.edge, NEIGHBOURS * l.g->n_owned, &l.conductance));
  PetscCall(PetscPrintf(PETSC_COMM_WORLD,
                        "%" PetscInt64_FMT
                        " grains, %d rank%s: punch to punch, then the tensor (three solves)\n%-26s %8s %5s %7s "
                        "%9s %10s %11s %7s %7s %11s\n",
                        l.g->n_global, size, size > 1 ? "s" : "", "contacts", "unknowns", "iter", "s", "residual",
                        "kirchhoff", "sigma", "iter", "s", "sigma_zz"));
  for (const Case *c = cases; c->name; c++) {
    PetscCall(Connect(&l, c));
    PetscCall(Measure(&l, c));
  }
  PetscCall(PetscFree2(l.edge, l.conductance));
  PetscCall(PetscFree(l.touch));
  PetscCall(GrainsDestroy(&l.g));
  PetscCall(PetscFinalize());
  return 0;
}
