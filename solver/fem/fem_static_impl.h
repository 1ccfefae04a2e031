/* fem_static_impl.h - what the files of static equilibrium share. */
#ifndef SOLVER_FEM_FEM_STATIC_IMPL_H
#define SOLVER_FEM_FEM_STATIC_IMPL_H

#include "solver/fem/fem_impl.h"
#include "solver/fem/fem_static.h"

#include <petscsnes.h>

/*
  An element as equilibrium sees it.  The state of the bodies is that of the explicit engine; an element with another
  one begins with that, and after every increment gives it back, so that the engine can go on.
*/
typedef struct {
  const char *name;
  PetscErrorCode (*create)(FemStatic st);  /* NULL: it has no state of its own */
  PetscErrorCode (*destroy)(FemStatic st); /* NULL likewise */
  /* On the nodes of a pack, added to fem->f, from where the increment began; forces that are no number where elements
     turn over */
  void (*forces)(FemStatic st, PetscInt pack, ElementWork *work);
  /* Minus their derivative, body b; rows and columns are 3 node + component */
  void (*tangent)(FemStatic st, PetscInt b, int e, double K[24][24]);
  void (*commit)(FemStatic st); /* the bodies' places and state are those of the end of the increment; NULL likewise */
} StaticElement;
extern const StaticElement        static_one_point, static_fbar;
extern const StaticElement *const static_elements[]; /* THE registry, ends with NULL */
PetscErrorCode StaticElementTake(FemStatic st);      /* Not collective.  The one that the configuration names. */

/* Everything that an increment moves, as it was at its beginning. */
typedef struct {
  v8 (*x)[3], (*v)[3];
  v8 (*state)[EL_N];
  NodeSlots    *slot;
  SurfaceForce *force; /* [n_body][n_surf] of contacts */
  ExactSum      work[WORK_N];
  ExactSum      sums[TOOL_N][3];    /* tool_force of Fem */
  double        tool_force[TOOL_N]; /* along z, of this rank [nN] */
  double        wall_force;         /* normal, of this rank [nN] */
} StaticBegin;

/* Where an increment ends. */
typedef struct {
  double z[TOOL_N], radius; /* of the tools, of the bore [nm] */
} Goal;

struct _p_FemStatic {
  FemStaticConfig      cfg;
  Fem                  fem;
  const StaticElement *element;
  void                *own; /* its state [n_body][n_elem]; NULL: it has none */
  double (*stiff)[24][24]; /* [n_body][n_elem] its tangents where Newton is; NULL: products are differences of forces */
  PetscInt     stiff_at;   /* iteration of Newton they belong to */
  ElementModel model;      /* without a rate */
  StaticBegin  begin;
  Tools tools; /* of the evaluation: z, die_radius at the end of the increment, v, die_speed the way in it over dt */
  ToolStrain     *strain;      /* of the tools in it; NULL: none */
  double          stiffness;   /* of an element, as it is without flow [nN/nm] */
  double          ground;      /* stiffness of the ground springs [nN/nm] */
  double          hold, shift; /* ground springs of the tangent alone: over stiffness and residual [-]; [nN/nm] */
  double          scale;       /* largest norm of contact forces so far [nN] */
  double          facet;       /* size of one of the smallest grain [nm] */
  PetscInt        n_dof;       /* of this rank */
  PetscInt        n_nodes;     /* of all bodies, over all ranks */
  PetscInt        steps_most;  /* of damped motion before Newton */
  PetscInt       *first_node;  /* [n_body + n_ghost_body] number of a body's first node over all ranks */
  double          first;       /* norm of the residual at the beginning of the increment [nN] */
  double          best;        /* smallest norm of the residual in this increment [nN], and at which iteration */
  PetscInt        best_at;
  int            *node_row, *node_col; /* nodes that share an element with a node: CSR */
  ContactSpots    spots;
  SNES            snes;
  Vec             x, f, f_begin;
  Mat             A, J;                /* tangent, symmetric; NULL, or its exact product by differences */
  Vec             moved, other;        /* of the product: places, forces */
  PetscBool       differences, damped; /* damped: stiffer ground springs at the moment */
  FemStaticStatus status;
};

/* fem_static_residual.c */
PetscErrorCode StaticBeginMake(FemStatic st);   /* Collective.  An increment begins with the bodies as they are. */
PetscErrorCode StaticBeginForces(FemStatic st); /* Collective.  Forces at the beginning, st->tools as they are then. */
PetscErrorCode StaticBeginFree(FemStatic st);
PetscErrorCode StaticRestore(FemStatic st); /* Collective.  Bodies as they were when the increment began. */
PetscErrorCode StaticPlaces(FemStatic st, Vec x, InsertMode way); /* INSERT_VALUES: of the bodies into x */
/* Collective.  Bodies go to x; f = minus the forces on nodes there; of contacts, tools and ground alone. */
PetscErrorCode StaticResidual(FemStatic st, Vec x, Vec f);
PetscErrorCode StaticContacts(FemStatic st, Vec x, Vec f);
/* Collective.  x, at which f was evaluated last, becomes the bodies' state, at rest; energies are booked. */
PetscErrorCode StaticCommit(FemStatic st, Vec x, Vec f);
double         static_contact_norm2(FemStatic st); /* of this rank */

/* fem_static.c: to the goal, in as many increments as that takes.  Collective. */
PetscErrorCode StaticGo(FemStatic st, Tools *tools, const Goal *goal, FemStaticStatus *status);
/* fem_static.c: bodies as they are after tools that stand have deformed, not committed: StaticRestore goes back.
   Collective. */
PetscErrorCode StaticStrained(FemStatic st, const Tools *tools, const Goal *stay, ToolStrain *strain,
                              SNESConvergedReason *why);

/* fem_static_newton.c: from the places st->x to balance.  Collective. */
PetscErrorCode StaticNewtonMake(FemStatic st);
PetscErrorCode StaticBalance(FemStatic st, SNESConvergedReason *why);

/* fem_static_tangent.c: minus the derivative of forces at x, symmetric, into st->A.  Collective. */
PetscErrorCode StaticTangentMake(FemStatic st);
PetscErrorCode StaticTangent(FemStatic st, Vec x);
PetscErrorCode StaticStiff(FemStatic st, Vec x); /* Not collective.  st->stiff at x. */

/* fem_static_product.c: st->J, whose product is the change of forces where Newton is.  Collective. */
PetscErrorCode StaticProductMake(FemStatic st);

/* fem_static_settle.c: damped motion from x on, until forces are balanced to `wanted` [nN] or so many steps are made.
   Collective. */
PetscErrorCode StaticSettle(FemStatic st, Vec x, PetscInt steps, double wanted);

/* fem_static_coarse.c: affine modes of grains, and how J acts between them.  Collective; the caller destroys. */
PetscErrorCode StaticModes(FemStatic st, Mat *P);
PetscErrorCode StaticCoarse(FemStatic st, Mat J, Mat P, Mat *C);

/* fem_static_pc.c: linear solver, as far as options do not say otherwise; Renew: after st->A got another pattern. */
PetscErrorCode StaticSolverMake(FemStatic st, PetscInt64 bodies);
PetscErrorCode StaticSolverRenew(FemStatic st);

#endif
