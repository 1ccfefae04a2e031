/* fem_press.h - eight new bodies in work, side by side, under loads.  Private to fem_prestress.c, fem_fit.c,
 * fem_promote.c. */
#ifndef SOLVER_FEM_FEM_PRESS_H
#define SOLVER_FEM_FEM_PRESS_H

#include "solver/fem/fem_cut.h"

typedef struct {
  Fem  fem;
  Cut *cut[8];
  v8 (*x0)[3], (*x)[3], (*v)[3], (*load)[3], (*f)[3], *mass; /* [n_node]; x0: where they were at first */
  v8    *volume, (*state)[EL_N];                             /* [n_elem] */
  v8     yield, rate;
  double in[8][FACES], carried[8][FACES]; /* by which faces have gone in [nm], what they carry [nN] */
} Press;

PetscErrorCode PressCreate(Fem fem, Press *r);
void           press_free(Press *r);
/* A body into lane l: places of its nodes to x0, masses. */
void press_fill(Press *r, int l, Cut *c);
/* Places of the nodes of lane l and the state of its elements into its body. */
void press_give(const Press *r, int l);
/*
  A step of the law of the bulk under `load`, with critical damping of the lowest mode.  Loads that would move or turn a
  body as a whole are balanced by its inertia.
*/
void press_move(Press *r);

/* fem_fit.c: filled lanes as their bodies are, at rest. */
void fit_begin(Press *r);
/*
  Not collective.  One step of the first n lanes under the forces of surfaces [n][n_surf].  Places and state go into the
  bodies.
*/
void fit_step(Press *r, const SurfaceForce *force, int n, int step);

#endif
