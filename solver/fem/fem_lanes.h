/* fem_lanes.h - eight surface nodes as lanes: what is read of their records, what is given back. */
#ifndef SOLVER_FEM_FEM_LANES_H
#define SOLVER_FEM_FEM_LANES_H

#include "solver/fem/fem_impl.h"

/*
  A node that has come through the far side of a body has its normal along that of the surface there, whereas nodes at
  the rim of a flattened contact have theirs across it, and must be held.  Forces fade away between these products of
  the two normals.
*/
#define FACING_ACROSS 0.5
#define FACING_ALONG  0.9

static inline v8 v8_dot(const v8 a[3], const v8 b[3]) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; }

/* 1 where a node's normal does not go along that of the other surface, fading to 0 where it does. */
static inline v8 facing(const v8 node[3], const v8 other[3])
{
  const v8 face = (FACING_ALONG - v8_dot(node, other)) * (1.0 / (FACING_ALONG - FACING_ACROSS));

  return v8_min(v8_max(face, v8_set(0.0)), v8_set(1.0));
}

/*
  Part of a node's area that is turned to a surface, and adheres to it.  A node at the edge of a pore has partners on
  several sides: drawn to each with all of its area it never came to rest.
*/
static inline v8 turned_to(const v8 node[3], const v8 other[3])
{
  return v8_min(v8_max(-v8_dot(node, other), v8_set(0.0)), v8_set(1.0));
}

/* Columns first to first + 3 of eight records. */
static inline void columns_at(const double *const row[8], int first, v8 col[4])
{
  const double *r[8];

  for (int l = 0; l < 8; l++) r[l] = row[l] + first;
  v8_columns4(r, col);
}

/* What eight nodes have stored against partners. */
static inline void slots_recall(double *const slot[8], const double partner[8], SurfaceSpots *in)
{
  for (int l = 0; l < 8; l++) {
    double(*s)[SLOT_N] = (double(*)[SLOT_N])slot[l];
    const int at       = slot_find(s, partner[l]);

    for (int k = 0; k < 3; k++) in->ft[k][l] = at < 0 ? 0.0 : s[at][SLOT_FX + k];
    in->bond[l] = at < 0 ? 0.0 : s[at][SLOT_BOND];
    in->set[l]  = at < 0 ? 0.0 : s[at][SLOT_SET];
  }
}

/*
  A neck that is wider than what touches is carried by the spots that touch, each at most so many times its own
  strength: the metal around them flows by then, and the cohesion of a spot must not become too stiff for the step.
*/
#define WIDER_MOST 2.0

/* What lies between the surfaces of eight spots, behind slots_recall and when gaps are known. */
static inline void faces_recall(Fem fem, const PairFace *const face[8], SurfaceSpots *in)
{
  for (int l = 0; l < 8; l++) {
    in->W[l]     = face[l]->W;
    in->mu[l]    = face[l]->mu;
    in->layer[l] = face[l]->layer;
    in->gap[l] += face[l]->overlap;
    in->bond[l] *= PetscMin(PetscMax(face[l]->wider, 1.0), WIDER_MOST);
  }
  in->strength = fem->per_W * in->W;
}

/* What a spot stores; where bare metals touch they become one. */
static inline int slot_update(NodeSlots s, double partner, const PairFace *face, const SurfaceSpots *in,
                              const SurfaceForces *out, int l)
{
  const int    bond            = in->bond[l] > 0.0 || (face->welds && out->push[l] > 0.0);
  const double keep[SLOT_KEPT] = {out->ft[0][l], out->ft[1][l], out->ft[2][l], bond, out->set[l]};

  return slot_store(s, partner, keep);
}

/* Gap beyond which the surfaces of a pair with that cohesion do not act on each other [nm]. */
static inline double face_reach(double cohesion, const PairFace *face)
{
  return PetscMax(cohesion + face->layer, 1e-300) - face->overlap;
}

/* Adds integers to forces, and how stiffly they hold, of eight nodes, one after the other: a node may stand in several
   lanes. */
static inline void add_forces(int64_t *const row[8], const i8 f[4])
{
  i8 pair[4];

  i8_half_rows(f, pair);
  for (int l = 0; l < 4; l++) {
    *(i4 *)row[l] += __builtin_shufflevector(pair[l], pair[l], 0, 1, 2, 3);
    *(i4 *)row[l + 4] += __builtin_shufflevector(pair[l], pair[l], 4, 5, 6, 7);
  }
}

#endif
