/* conduct_impl.h - what the files of this folder share; nobody else includes it. */
#ifndef SOLVER_CONDUCT_CONDUCT_IMPL_H
#define SOLVER_CONDUCT_CONDUCT_IMPL_H

#include "solver/conduct/conduct.h"
#include <petscksp.h>

enum { CONDUCT_ENDS = CONDUCT_BOTTOM | CONDUCT_TOP };

typedef struct {
  PetscInt i, j;
  double   w; /* conductance over `unit` */
} Link;

/* The network as it is solved: clusters from bottom to top, conductances within the decades that matter. */
typedef struct {
  Grains         g;
  PetscInt       n_links;
  Link          *link;
  unsigned char *touch; /* [n_owned + n_ghost] */
  PetscBool     *kept;  /* [n_owned + n_ghost] in such a cluster */
  PetscBool      spans; /* there is one */
  double         unit;  /* [nS] */
  ConductHealth  health;
} Net;

/* conduct_net.c, all collective */
PetscErrorCode NetCreate(Grains g, const ConductNetwork *network, Net *net);
PetscErrorCode NetDestroy(Net *net);
PetscErrorCode NetHalo(const Net *net, MPI_Datatype type, void *values); /* [n_owned + n_ghost] owners to ghosts */

/* The linear system of one choice of held grains. */
typedef struct {
  const Net       *net;
  const PetscBool *held;     /* [n_owned + n_ghost] */
  PetscInt         n, first; /* unknowns of this rank */
  PetscInt        *index;    /* [n_owned + n_ghost] global unknown of a row, < 0: held or left out */
  Mat              A;
  Vec              b, x;
  KSP              ksp;
  PetscReal        start; /* residual norm of the last solve's start */
} Circuit;

/* conduct_circuit.c, all collective; held must outlive the circuit, the circuit stays where it is */
PetscErrorCode CircuitCreate(Net *net, const PetscBool held[], Circuit *c);
/* v [n_owned + n_ghost]: the values of held rows, a guess of the others, which it replaces; rows left out stay.
   Without convergence health->diverged says why, and v is what it was. */
PetscErrorCode CircuitSolve(Circuit *c, ConductHealth *health, double v[]);
PetscErrorCode CircuitDestroy(Circuit *c);

#endif
