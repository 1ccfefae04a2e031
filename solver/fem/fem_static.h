/*
  fem_static.h - static equilibrium of meshed grains: the forces of the explicit engine, balanced by PETSc's Newton.

  For what inertia only blurs: unloading, springback, ejection, residual stress, tangent moduli.  Elements, contacts,
  friction and tools are those of FemStep, without velocities: dashpots, drag and the rate of flow count for nothing,
  and a law with a rate flows as slowly as it can.

  A load increment leads from one equilibrium to the next.  Within it stress and friction are integrated once, from
  where the increment began, however many iterations are made, so that the answer does not depend on their way.
*/
#ifndef SOLVER_FEM_FEM_STATIC_H
#define SOLVER_FEM_FEM_STATIC_H

#include "solver/fem/fem.h"

typedef struct {
  double      tolerance; /* norm of the unbalanced forces over that of the contact forces, the largest so far [-] */
  double      ground;    /* springs between nodes and where the increment began, over the stiffness of an element [-] */
  double      strain;    /* tools move by at most this part of the height between the punches in an increment [-] */
  int         tries;     /* increments that may fail in a FemStaticSolve and are then halved or damped */
  const char *element;   /* "one_point", the explicit engine's, or "fbar" (fem_fbar.h) */
  /* Collective, after each increment of a tool that withdraws: the same answer on all ranks.  NULL: nobody asks. */
  PetscErrorCode (*stop)(void *who, PetscBool *now);
  void *who;
} FemStaticConfig;

/* 1e-6, 1e-7, 0.01, 30, one_point. */
extern const FemStaticConfig fem_static_defaults;

/* Since FemStaticCreate, or of the last increment where it says so; the same on all ranks. */
typedef struct {
  int       increments, cuts;    /* done, damped ones too; failed and tried again, shorter or damped */
  int       newton, newton_most; /* iterations, and the most in an increment */
  int       steps;               /* of damped motion before and between them */
  int       krylov, krylov_most; /* iterations of linear solves, and the most in one */
  double    residual;            /* of the last increment, as `tolerance` [-] */
  double    force[TOOL_N][3];    /* on the tools, last increment [nN] */
  double    wall;                /* normal forces on the die wall, all added up, last increment [nN] */
  PetscBool stopped;             /* before the tool carried nothing */
  int       two_level;           /* 1: the linear solver is the two-level one, 0: a direct one or the user's */
} FemStaticStatus;

typedef struct _p_FemStatic *FemStatic;

/*
  Collective.  Borrows fem, whose bodies, ranks and neighbours stay as they are until FemStaticDestroy: destroy it
  before FemRefresh and FemMigrate.  Options with the prefix -static_ are PETSc's of SNES, KSP and PC;
  -static_snes_settle: of damped motion at most, before Newton begins.
  Linear solver, if these do not say otherwise: MUMPS up to 500 bodies, beyond that two levels, as
  preconditioners of GMRES (fem_static_pc.c).
*/
PetscErrorCode FemStaticCreate(Fem fem, const FemStaticConfig *cfg, FemStatic *st);
PetscErrorCode FemStaticDestroy(FemStatic *st);
/* Not collective.  Of the last increment, also of one that failed: FemStaticStatus.residual [-]. */
double fem_static_residual(FemStatic st);
/*
  Collective.  Punches go from tools->z to z [TOOL_N, nm], in as many increments as `strain` wants, to equilibrium in
  each; z as it is: to equilibrium once.  tools->z is where they stand, at every time; velocities of tools and nodes are
  zero afterwards.  Where an increment does not converge in the end, all ranks fail with the grain of the largest
  unbalanced force, and bodies and tools are as the last increment that did left them.
*/
PetscErrorCode FemStaticSolve(FemStatic st, Tools *tools, const double z[TOOL_N], FemStaticStatus *status);
/*
  Collective.  The top punch goes where the powder pushes it up with `force` [nN], to 1e-3 of the larger of it and
  the force at the beginning; by secants.  force = 0: until it just carries nothing.
*/
PetscErrorCode FemStaticForce(FemStatic st, Tools *tools, double force, FemStaticStatus *status);
/*
  Collective.  A tool withdraws until nothing of the powder touches it and its force is 0 exactly: the top punch
  (TOOL_TOP) upwards, the die wall (TOOL_DIE) by widening, tools->die_radius growing.  In increments of at most `strain`
  of the height or of the radius, and no farther than a tenth of an increment beyond the last touch, then out of reach
  of its adhesion.  While it withdraws it does not adhere: grains that would hang on it, or that a wall draws apart,
  stay.  When `stop` says so it stands at the last increment, in equilibrium: called again it goes on from there.
*/
PetscErrorCode FemStaticWithdraw(FemStatic st, Tools *tools, int tool, FemStaticStatus *status);

/*
  Collective.  Tangent moduli of the compact between its tools, from where it stands: C[r][k] is the change of stress r
  by strain k, xx yy zz xy yz zx, shear strains as angles [GPa].  Six strains of that size [-], 1e-4 or so, each in the
  sense that unloads; bodies and tools are afterwards as they were, in equilibrium.  Means for a compact that both
  punches and the wall hold.  fem_static_moduli.c says what the tools do.
*/
PetscErrorCode FemStaticModuli(FemStatic st, Tools *tools, double strain, double C[6][6], FemStaticStatus *status);

#endif
