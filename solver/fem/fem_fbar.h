/*
  fem_fbar.h - the eight-node hexahedron that neither locks nor has modes without stiffness: F-bar, for equilibrium.

  The fully integrated hexahedron resists flow that keeps the volume.  F-bar (de Souza Neto, Peric, Dutko & Owen 1996,
  IJSS 33, 3277) gives all eight Gauss points the volume ratio of the centroid:
    F_bar = (det F_0/det F)^(1/3) F,    f = integral over the present volume of sigma(F_bar) grad N
  Gradients of steps multiply point by point, so that steps obey the same formula, and a BulkState at each Gauss point
  is all that an element remembers.  The tangent is that of bulk.h and the change of the factor:
    K = int G^T a G + G^T q (G_0 - G) dv,    q = (1/3) a : (1 x 1) - (2/3) (sigma x 1)
  with a and sigma at F_bar.  It has no symmetry, except without stress in a parallelepiped: the forces are not the
  slope of an energy where volume ratios vary within an element.
*/
#ifndef SOLVER_FEM_FEM_FBAR_H
#define SOLVER_FEM_FEM_FBAR_H

#include "materials/bulk.h"
#include "solver/fem/fem_element.h"

enum { FBAR_POINTS = 8, FBAR_DOF = 24 };

/* Integrals over an element [aJ], and its volume [nm^3]. */
typedef struct {
  double volume;     /* at the end of the step */
  double alpha;      /* plastic strain at the end of the step, mean over the material [-] */
  double stored;     /* elastic energy at the end of the step */
  double dissipated; /* by flow during the step, >= 0 */
} FbarWork;

/*
  fbar_forces - one step of one element.  Pure; old and now may be the same array; on an error nothing is written.

  In:  Y0, dt      as of bulk_update [GPa], [ns]
       begin, end  places of the nodes at the start and at the end of the step, VTK order [nm]
       old         Gauss points at the start of the step, xi fastest
  Out: now         Gauss points at its end
       f           forces that hold the nodes there: with the sign of an external load [nN]; f[3 node + k]
       K           NULL, or d f/d end [nN/nm]; K[3 node + k][3 other + l]
       work        NULL, or what the element took up
  BULK_FOLDED where the element is turned over at its centroid or at a Gauss point.
*/
BulkStatus fbar_forces(const BulkModel *m, double Y0, double dt, const double begin[8][3], const double end[8][3],
                       const BulkState old[FBAR_POINTS], BulkState now[FBAR_POINTS], double f[FBAR_DOF],
                       double K[FBAR_DOF][FBAR_DOF], FbarWork *work);

/*
  fbar_from_element - Gauss points that go on from a one-point element: all with its Kirchhoff stress and plastic
  strain.  Its present shape is the start of the next step; its hourglass forces, which are no stress of a point, are
  left behind.

  In:  state  [EL_N] of one body
*/
BulkStatus fbar_from_element(const BulkModel *m, const double state[EL_N], BulkState point[FBAR_POINTS]);

#endif
