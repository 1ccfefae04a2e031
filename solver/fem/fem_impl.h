/* fem_impl.h - what the files of this folder share; nobody else includes it. */
#ifndef SOLVER_FEM_FEM_IMPL_H
#define SOLVER_FEM_FEM_IMPL_H

#include "solver/fem/fem.h"
#include "solver/fem/fem_element.h"

/*
  Two views of a body.

  Inside it is one lane of a pack of eight: nodes and elements as v8, all bodies of a run having the same topology.
  Outside it is its surface: one record of sixteen doubles per surface node, two cache lines, in the order of bodies;
  owned bodies first (body b stands in lane b % 8 of pack b / 8), then ghosts.  Contacts read records and add integers
  to forces; what lands on ghosts is sent home by one reduction (PetscSF), exact in any order.
*/
enum { /* columns of a surface record */
       SF_X,
       SF_Y,
       SF_Z,    /* place [nm] */
       SF_AREA, /* of the surface that is the node's now [nm^2] */
       SF_VX,
       SF_VY,
       SF_VZ,   /* velocity at the half step [nm/ns] */
       SF_MASS, /* [fg] */
       SF_NX,
       SF_NY,
       SF_NZ,   /* outward normal, unit */
       SF_H,    /* square root of the area of the facets around, without load: scale of the penalty [nm] */
       SF_LEFT, /* four free */
       SF_N = 16
};

typedef double  SurfaceRecord[SF_N] __attribute__((aligned(64)));
typedef int64_t SurfaceForce[4] __attribute__((aligned(32))); /* fx fy fz, fixed point; one free */

/* What a surface node remembers of one partner. */
enum {
  SLOT_PARTNER, /* 1 + global id of the other grain, or -1 - tool; 0: free */
  SLOT_FX,
  SLOT_FY,
  SLOT_FZ,     /* stored tangential force [nN] */
  SLOT_BOND,   /* bond class of the spot, contact_interface.h [-] */
  SLOT_DAMAGE, /* part of the bond that is broken [-] */
  SLOT_N
};
enum { SLOTS = 4 }; /* a node touches that many partners at most; of more the deepest stay */

typedef double NodeSlots[SLOTS][SLOT_N];

/*
  Candidates of contact: surface node `node` (of body `body`, owned) may meet the facets facet[first..last) of body
  `other`.  Made by FemRefresh, complete until surfaces have moved half a skin.
*/
typedef struct {
  int body, node, other;
  int first, last;
} Candidate;

struct _p_Fem {
  FemConfig    cfg;
  Grains       g;
  ElementModel model;
  int          n_node, n_surf, n_face, n_elem;
  int (*face)[4];
  int        *fan_first, *fan; /* [n_surf + 1], facets around each surface node */
  double      volume_unit;     /* of the mesh at radius 1 */
  PetscInt    n_body, n_ghost_body, n_pack, pack_cap, surf_cap;
  PetscInt   *row;          /* [n_body] row of Grains, follows it */
  PetscInt64 *id;           /* [n_body + n_ghost_body] */
  v8 (*x)[3], (*v)[3];      /* [n_pack][n_node] */
  v8 *mass;                 /* [n_pack][n_node] */
  v8 *volume;               /* [n_pack][n_elem] without load */
  v8 (*state)[EL_N];        /* [n_pack][n_elem] */
  v8            *yield;     /* [n_pack] */
  ElementWork   *work_pack; /* [n_pack] since the last control */
  NodeSlots     *slot;      /* [n_body][n_surf] */
  double        *h_facet;   /* [n_body] square root of the mean facet area without load [nm] */
  SurfaceRecord *surf;      /* [n_body + n_ghost_body][n_surf] */
  SurfaceForce  *force;     /* [n_body + n_ghost_body][n_surf] */
  v8 (*f)[3];               /* [n_node] forces inside one pack, scratch */
  PetscSF      halo;        /* roots: owned bodies, leaves: ghosts; NULL on one rank */
  MPI_Datatype surf_type, force_type;
  double       unit_force, unit_work, inv_force, inv_work; /* of the fixed-point numbers */
  double       dt;
  /* contact */
  PetscInt n_pair, pair_cap;
  int (*pair)[2]; /* bodies, at least one owned */
  PetscInt   n_cand, cand_cap, n_facet, facet_cap;
  Candidate *cand;
  int       *cand_facet;
  double     skin;      /* of the candidates [nm] */
  double     reach;     /* largest gap at which surfaces act on each other [nm] */
  double (*x_build)[3]; /* [n_body + n_ghost_body][n_surf] when the candidates were found */
  /* sums */
  ExactSum work[FEM_WORK_N];
  ExactSum tool_force[TOOL_N][3];
  PetscInt interval_steps;
  /* samples */
  PetscBool      sampling;
  PetscInt       n_samples, samples_cap;
  ContactSample *samples;
};

/* fem_bodies.c: packs and lanes. */
PetscErrorCode        FemReserve(Fem fem, PetscInt n_body, PetscInt n_ghost);
static inline double *fem_lane(v8 *row, PetscInt body) { return (double *)row + body % 8; }

/* fem_surface.c: records of the surfaces of pack p from its nodes; halo of the records and of the forces. */
void           fem_surface(Fem fem, PetscInt pack);
PetscErrorCode FemHaloBegin(Fem fem);
PetscErrorCode FemHaloEnd(Fem fem);
PetscErrorCode FemForcesHome(Fem fem);

/* fem_candidates.c */
PetscErrorCode FemCandidates(Fem fem);      /* all pairs anew */
PetscErrorCode FemCandidatesCheck(Fem fem); /* when a surface has moved half a skin since */
/* fem_contact.c: forces between the surfaces of owned bodies' nodes and facets of others, into fem->force and slots. */
PetscErrorCode FemContact(Fem fem);
/* fem_tools.c: forces of the tools on the surfaces of owned bodies. */
PetscErrorCode FemTools(Fem fem, const Tools *tools);
/* fem_sample.c: opens and adds to the sample of body and partner (other body, or -1 - tool). */
ContactSample *fem_sample(Fem fem, PetscInt body, PetscInt partner);

#endif
