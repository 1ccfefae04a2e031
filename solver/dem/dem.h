/*
  dem.h - grains as rigid spheres that touch: neighbour list, contact forces, integration.
  The only header of this folder that others may include.
*/
#ifndef SOLVER_DEM_DEM_H
#define SOLVER_DEM_DEM_H

#include "materials/contact.h"
#include "solver/grains/fixed.h"
#include "solver/grains/grains.h"

/* The press as the grains see it: a rigid cylinder about z and two flat punches. */
enum { TOOL_DIE, TOOL_BOTTOM, TOOL_TOP, TOOL_N };
typedef struct {
  double die_radius;                     /* [nm] */
  double die_top;                        /* the bore ends here; above it grains are free [nm] */
  double z[TOOL_N], v[TOOL_N];           /* punch faces [nm] and their velocities [nm/ns]; the die's z unused */
  double mu[TOOL_N], mu_roll[TOOL_N], W[TOOL_N]; /* friction, adhesion [nN/nm] per tool */
} Tools;

/* One contact as it stands after a sampled step; what observables and output are made of. */
typedef struct {
  PetscInt   i, j;      /* rows; j = -1 - tool for a tool */
  PetscInt64 id_i, id_j; /* global ids; id_j = -1 - tool */
  double     n[3];      /* from j to i */
  double     branch[3]; /* x_i - x_j; from the contact point to x_i for a tool [nm] */
  double     f[3];      /* force on i [nN] */
  double     fn, a, delta; /* normal force [nN], contact radius, overlap [nm] */
} ContactSample;

enum { WORK_NORMAL, WORK_TANGENTIAL, WORK_VISCOUS, WORK_FRICTION, WORK_TOOLS, WORK_DRAG, WORK_GRAVITY, WORK_N };

#endif
