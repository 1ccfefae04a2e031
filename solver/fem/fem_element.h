/*
  fem_element.h - the eight-node hexahedron with one integration point, for eight bodies at once.

  Bodies of one topology stand side by side, one in each lane: gathering a node is a load, scattering a force is an add,
  and the same instructions serve all lanes, so that a body has the same bits wherever it stands.
*/
#ifndef SOLVER_FEM_FEM_ELEMENT_H
#define SOLVER_FEM_FEM_ELEMENT_H

#include "materials/bulk.h"
#include "materials/lanes.h"

/* State of an element: deviator and mean of the Kirchhoff stress, plastic strain, hourglass forces of four modes. */
enum {
  EL_XX,
  EL_YY,
  EL_ZZ,
  EL_XY,
  EL_YZ,
  EL_ZX,
  EL_MEAN,      /* K ln J [GPa] */
  EL_ALPHA,     /* accumulated plastic strain [-] */
  EL_HOURGLASS, /* [4 modes][3] [nN] */
  EL_N = EL_HOURGLASS + 4 * 3
};

/* Row and column of the components of a symmetric tensor. */
static const int EL_ROW[6] = {0, 1, 2, 0, 1, 2}, EL_COLUMN[6] = {0, 1, 2, 1, 2, 0};

/* What the elements took up in a step, per body [aJ]. */
typedef struct {
  v8 strain;              /* stress power and work on hourglass modes: elastic and plastic */
  v8 plastic;             /* the part of it that plastic flow dissipated */
  v8 uneven;              /* the part of plastic that hourglass modes did: flow that varies within an element */
  v8 hourglass;           /* the part of strain that hourglass modes hold or have lost otherwise */
  v8 worst;               /* smallest volume of an element over the one it had without load [-] */
  v8 unbalanced, contact; /* of a sampled step: squares of all forces on the nodes, of those of contact [nN^2] */
} ElementWork;

typedef struct {
  BulkModel bulk;
  double    hourglass; /* resistance of hourglass modes over that of the element [-] */
  double    dt;        /* [ns] */
  int       n_elem;
  int (*hex)[8]; /* [n_elem] nodes, VTK order */
} ElementModel;

/*
  element_forces - one explicit step of all elements of eight bodies.  Not collective.

  In:  x, v    [n_node][3] places [nm] at the end of the step and velocities during it [nm/ns]
       volume  [n_elem] of the elements without load [nm^3]
       yield   of each body without plastic strain [GPa]
  Out: state   [n_elem][EL_N] moved on
       f       [n_node][3] forces of the elements on the nodes, added [nN]
       work    added
  Rates are taken at the middle of the step: the strain of a rigid rotation is zero to third order.  Stress rotates with
  the material by Hughes & Winget 1980 (IJNME 15, 1862).  J2 return: Simo & Hughes 1998, box 3.1, on the Kirchhoff
  stress, whose mean is K ln J.

  Hourglass: Flanagan & Belytschko 1981 (IJNME 17, 679), stiffness form, its forces rotating likewise.  They stand for
  stress that varies about the mean, and flow reduces them in the ratio in which the return map reduces the mean
  deviator: exact for small variations across the direction of flow.  Under steady flow the modes so resist like the
  viscosity (yield stress)/(3 rate) of the flowing element and not like its elasticity.  (That stabilisation has to
  follow the flow of the material: Belytschko & Bindeman 1993, CMAME 105, 225.)
*/
void element_forces(const ElementModel *m, const v8 (*x)[3], const v8 (*v)[3], const v8 *volume, v8 yield,
                    v8 (*state)[EL_N], v8 (*f)[3], ElementWork *work);

/*
  element_from_forces - the state of an element at rest that puts these forces on its nodes, in each of eight bodies.
  Not collective, pure.

  In:  x, f    [8][3] places [nm] and forces of the element on its nodes, VTK order, which balance as forces and as
               moments [nN]
       volume  without load [nm^3]
  Out: state   stress, which is the mean that the forces stand for, and hourglass forces, which are the rest of them;
               EL_ALPHA is left as it is
*/
void element_from_forces(const v8 x[8][3], const v8 f[8][3], v8 volume, v8 state[EL_N]);

/*
  element_gradients - how steep the shape functions of an element are, in each of eight bodies.  Not collective, pure.

  In:  x         [n_node][3] places [nm]
       node      of the element, VTK order
  Out: products  sum over the nodes of B_a B_a^T of the mean gradients B_a [1/nm^2]
  Returns the volume [nm^3]; where it is not positive the element has turned over.
*/
v8 element_gradients(const v8 (*x)[3], const int node[8], v8 products[6]);

#endif
