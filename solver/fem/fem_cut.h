/* fem_cut.h - a body being made of a rigid grain: its shape from its contacts.  Private to fem_cut.c, fem_promote.c. */
#ifndef SOLVER_FEM_FEM_CUT_H
#define SOLVER_FEM_FEM_CUT_H

#include "solver/fem/fem_impl.h"

enum { FACES = 64 }; /* contacts of a grain at most */
enum { FREE = -1 };  /* a node at no face */

typedef struct {
  Fem         fem;
  GrainStart  start;
  GrainFace  *faces; /* [start.n_face] */
  BodyNumbers body;
  double      centre[3], R0; /* of the grain [nm] */
  double      yield, mass;   /* [GPa], [fg] */
  double      v[3], w[3];    /* velocity [nm/ns], angular velocity [1/ns] */
  double      radius;        /* of the sphere that is cut off [nm] */
  double      volume;        /* without load [nm^3] */
  double      wanted, off;   /* volume under load [nm^3]; the most that it was missed by [-] */
  double (*ray)[3];          /* [n_node] unit, from the centre; of a node in the middle anything */
  double *depth;             /* [n_node] distance from the centre over that of the surface, without load */
  int    *face;              /* [n_surf] the face that a surface node is at, or FREE */
  int    *beside;            /* [n_surf] that face, or else the one in front of which the node stands, or FREE */
  double (*shift)[3];        /* [n_node] from where the sphere that is cut off has the node [nm] */
  double (*sum)[4];          /* [n_node] scratch */
  double *node_area;         /* [n_surf] [nm^2] */
  double *node_push;         /* [n_surf] what the face gives to the node: set by FemPrestress [nN] */
  double *node_out;          /* [n_surf] by which the node was moved out since [nm] */
  double (*vector)[3];       /* [n_surf] the same as vectors: scratch */
  int    taker[FACES];       /* node that takes a face of which the mesh has none; FREE: it needs none */
  double area[FACES];        /* of the nodes at a face [nm^2] */
  double share[FACES];       /* of the contact's force that the metal carries, 0 to 1 [-] */
} Cut;

/* Does a face hand a force over to the body?  One that pulls does where the grains touch, not across a gap. */
static inline int cut_carries(const GrainFace *f) { return f->push > 0.0 || (f->push < 0.0 && f->radius > 0.0); }

static inline double cut_dot(const double a[3], const double b[3]) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; }

/* Not collective.  The numbers of a body cut off at its faces, without stress, moving as the grain does. */
PetscErrorCode CutCreate(Fem fem, const GrainStart *start, double numbers[], Cut *c);
PetscErrorCode CutDestroy(Cut *c);
/* Mass, velocity and angular momentum of the grain, for the places that the nodes have. */
void cut_set_in_motion(Cut *c);
/* Kinetic energy of the grain, and of the body [aJ]. */
void cut_kinetic(const Cut *c, double kinetic[2]);
/* Moves a node that is at a face to where it stands out by `out`, or by as much of it as elements can bear. */
void cut_move(Cut *c, int node, double out);
/* Adds to sum[n_face] what surfaces do to the body across its contacts, beside the faces, too: force [n_surf], fixed
   point, along the normals of the faces [nN]. */
void cut_add_forces(const Cut *c, const SurfaceForce *force, double sum[]);

/* Volumes of the elements without load that belong to their places and stress; moves the free surface, or all
   of it where next to nothing is free, to where they will add up to the volume of the grain. */
void cut_keep_volume(Cut *c);
/* Is a surface node at a face that hands a force over? */
static inline int cut_at_face(const Cut *c, int node)
{
  return c->face[node] != FREE && cut_carries(&c->faces[c->face[node]]);
}

/* What a contact is to carry [nN]. */
static inline double cut_wanted(const Cut *c, int face) { return c->share[face] * c->faces[face].push; }

/*
  Collective.  fem_prestress.c: the stress of n bodies under their contacts; volumes of elements without load.  Sets
  node_push and share.
*/
PetscErrorCode FemPrestress(Fem fem, PetscInt n, Cut cut[]);

#endif
