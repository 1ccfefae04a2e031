/* plate.h - what stands between a rigid grain and a meshed one: a flat without mass, seen by either as its mirror
 * plane. */
#ifndef SOLVER_GRAINS_PLATE_H
#define SOLVER_GRAINS_PLATE_H

#include <petscsys.h>

/* The plate of one pair, across the line of centres, and the rigid grain that is cut off by it. */
typedef struct {
  PetscInt   rigid, meshed;    /* rows; the meshed one is owned */
  PetscInt   pair;             /* of the meshed pairs of the list */
  PetscInt64 id;               /* of the rigid grain */
  double     x[3], v[3], w[3]; /* centre [nm], velocity [nm/ns] and angular velocity [1/ns] of the rigid grain */
  double     R;                /* its apparent radius [nm] */
  double     n[3];             /* unit, from it to the meshed grain */
  double     place;            /* distance of the plate from the centre [nm]; 0: no history yet, midway */
  double     rate;             /* its rate [nm/ns] */
} Plate;

/* What the surface of the meshed grain does to the rigid one across the plate. */
typedef struct {
  int64_t force[3];  /* multiples of `unit`, the opposite of what the nodes have got */
  double  unit;      /* a power of two [nN] */
  double  torque[3]; /* about the centre of the rigid grain [nN nm] */
  double  push;      /* normal force without dashpots, > 0 in compression [nN] */
  double  stiff;     /* by which it grows as the plate comes nearer to the meshed grain [nN/nm] */
  double  held;      /* what a step feels of it, SurfaceForces.held [nN/nm] */
  double  place;     /* where the plate stood [nm] */
  double  nearest;   /* gap between sphere and nodes in front of it: twice the way to midway, and the layer [nm] */
  double  stored;    /* energy the surface would give back [aJ] */
  double  area;      /* that is pressed [nm^2] */
  double  bonded;    /* that is one metal with the rigid grain [nm^2] */
  double  layer;     /* ligands in the pressed area: thickness times area [nm^3] */
} PlateReaction;

#endif
