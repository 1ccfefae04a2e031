/*
  conduct.h - the current through a packing: grains are nodes of a network, contacts its resistors.

  Voltages in V, conductances in nS, currents in nA, conductivities in nS/nm = S/m.  Rows are those of Grains, whose
  ghosts must be fresh (centres are read).  Both measures see the same network: clusters of grains that touch the bottom
  and the top.  Without one the answer is exactly 0 and nothing is solved, so no system can be singular.
*/
#ifndef SOLVER_CONDUCT_CONDUCT_H
#define SOLVER_CONDUCT_CONDUCT_H

#include "solver/grains/grains.h"

/* What a grain touches: bits.  Those above CONDUCT_DIE are free, one for each face of a die that has several. */
enum { CONDUCT_BOTTOM = 1, CONDUCT_TOP = 2, CONDUCT_DIE = 4 };

typedef struct {
  PetscInt n_edge;            /* contacts; each rank gives all of its own grains, the ones to ghosts too */
  const PetscInt (*edge)[2];  /* [n_edge] rows; several edges between two grains add up */
  const double        *g;     /* [n_edge] conductances, >= 0; the same on both ranks of an edge [nS] */
  const unsigned char *touch; /* [n_owned] bits */
} ConductNetwork;

/* How it was solved. */
typedef struct {
  PetscInt64 grains;     /* of the clusters from bottom to top */
  PetscInt64 unknowns;   /* those of them whose potential is not given */
  PetscInt   iterations; /* of the solve that needed most */
  double     residual; /* relative, energy norm as far as the preconditioner knows it, the largest of the solves [-] */
  double backbone;  /* largest power of ten such that contacts above it reach from bottom to top [nS]; 0: not asked */
  double neglected; /* sum of conductances left out, an upper bound of what they could add [nS] */
  const char *diverged; /* PETSc's name of why a solve gave nothing; NULL: all converged */
} ConductHealth;

typedef struct {
  double        conductance; /* between the punches [nS] */
  double        length;      /* between the mean heights of the centres held at each [nm] */
  double        sigma;       /* conductance length/area [S/m] */
  double        kirchhoff;   /* |current in - current out|/current: what the solve has lost [-] */
  ConductHealth health;
} ConductResult;

/*
  ConductSolve - conductance from punch to punch: 0 V where grains touch the bottom, 1 V where they touch the top, I the
  current.  Collective.

  sigma = I L/(A V) with L from the mean height of the centres held at 0 V to that of those at 1 V: what stands
  beyond the centres has no contact in the network and does not count.  A simple cubic lattice of spheres R with one
  layer at each punch and A = (2R)^2 per column gives G/(2R) exactly.
  A grain that touches both punches is a short circuit: conductance and sigma are INFINITY, nothing is solved.

  area  of the punch [nm^2]

  Contacts may differ by any number of decades.  When they do by more than eight, the backbone is looked for: stronger
  contacts count as 1e8 of it at most, weaker ones than 1e-10 of it are left out (both lower the conductance; what was
  left out adds at most `neglected`).
  The solver is CG with a multigrid preconditioner, rtol 1e-8, to be changed by options -conduct_ksp_*, -conduct_pc_*.
  Without convergence conductance, sigma and kirchhoff are NAN, and health says why: a number left out, not an error.
  The last digits depend on the number of ranks, below 1e-7.
*/
PetscErrorCode ConductSolve(Grains grains, const ConductNetwork *network, double area, ConductResult *result);

/*
  ConductTensor - conductivity in every direction, sigma [3][3], x y z [S/m].  Collective.

  For each direction the grains that touch anything (die or punches) are held at the potential of a uniform gradient,
  the rest follows Kirchhoff:  sigma_ab = 1/V sum over contacts w G (V_i - V_j)(x_i - x_j)_b, V the potential for a
  gradient of 1 V/nm along a.  Symmetric, and an upper bound as all affine boundaries are (Huet 1990, J. Mech. Phys.
  Solids 38, 813): close where everything conducts, far above near the threshold, where paths end at the die.  w = 1/2
  for each thing that both grains of a contact touch: such a contact lies in the surface of the volume, and half of it
  is outside.

  volume  within the surface through the centres of the outermost grains [nm^3]: pi (R_die - r)^2 (H - 2 r).  A simple
          cubic lattice of n^3 spheres R in six faces (six bits) with V = ((n - 1) 2R)^3 gives G/(2R) exactly.
  health  may be NULL; without convergence it says why, and all of sigma is NAN
*/
PetscErrorCode ConductTensor(Grains grains, const ConductNetwork *network, double volume, double sigma[3][3],
                             ConductHealth *health);

#endif
