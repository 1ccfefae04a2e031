/*
  fem_facet.h - where a point stands before or behind a facet, for eight of them at once.

  A facet has a place c + a xi + b eta + d xi eta and, of the same form, an outward normal, which it shares with its
  neighbours at its edges.  A point belongs to the facet whose normals pass through it: x = place + g normal with |xi|,
  |eta| <= 1.  The cells of normals that stand on the facets fill the space about a surface without gap or overlap, as
  deep as the normals do not cross, so that gap, normal and shape functions change continuously where a point goes from
  one cell to the next.
*/
#ifndef SOLVER_FEM_FEM_FACET_H
#define SOLVER_FEM_FEM_FACET_H

#include "solver/fem/fem_lanes.h"

typedef struct {
  v8 c[3], a[3], b[3], d[3];
} Bilinear;

/* Foot of a point on a facet. */
typedef struct {
  v8 xi, eta, g; /* g times the normal, whose length is not one between nodes */
} Foot;

/*
  How far from a facet its cell reaches at least, over its size: as deep a point is pushed out (deeper it has come from
  another side), and as far outside a facet is known as the nearest to a point, which then does not touch what else it
  lies behind.
*/
#define FACET_DEPTH 0.5
/* So near to a surface, over its size, and not at a corner turned in (SF_FOLD), a point is in no other cell: normals
 * cross deeper, and opposite sides are farther. */
#define FACET_SHALLOW 0.05
/* Cells overlap by that much of xi, so that no point is lost between two of them by rounding. */
#define FACET_LAP 1e-6
/*
  A facet with a corner turned in is folded there: its cell covers a strip twice, or leaves one to nobody.  A point in
  no cell belongs to the one it is least beyond, up to that much of xi or eta, and has its foot on the edge.  Without,
  a node that adhesion held at such a strip was pulled in, lost and found anew every ten steps, for ever.
*/
#define FACET_FOLD 0.05
/*
  Gaps along rounded normals are longer than those to the nearest point, which cohesion counts: by that much at most, 30
  degrees between the two, or what is left of its traction, some hundredths, is cut off.
*/
#define FACET_SLANT 1.15
/*
  Newton's steps from the linear estimate; tests/verify/test_fem_contact.c: how near they come.  And more of them for a
  foot that is on its way, as far out in front of a facet beside a fold: a node that adhesion held there lost its pull
  where four steps found no foot, one step in four, and a pack of 160 grains never came to rest.
*/
enum { FOOT_STEPS = 4, FOOT_MORE = 4 };
/* On its way: last step of xi and eta. */
#define FOOT_NEAR 0.5
/* Longest last step of xi and eta. */
#define FOOT_LAST 1e-2

/* Columns `first` to first + 3 of the four corners of eight facets; surf: first record of each lane's body. */
static inline void facet_columns(SurfaceRecord *const surf[8], const int *const face[8], int first, v8 col[4][4])
{
  const double *row[8];

  for (int k = 0; k < 4; k++) {
    for (int l = 0; l < 8; l++) row[l] = surf[l][face[l][k]] + first;
    v8_columns4(row, col[k]);
  }
}

static inline void facet_bilinear(const v8 corner[4][4], Bilinear *q)
{
  for (int k = 0; k < 3; k++) {
    const v8 s = corner[0][k] + corner[2][k], t = corner[1][k] + corner[3][k];
    const v8 u = corner[2][k] - corner[0][k], w = corner[1][k] - corner[3][k];

    q->c[k] = 0.25 * (s + t);
    q->d[k] = 0.25 * (s - t);
    q->a[k] = 0.25 * (u + w);
    q->b[k] = 0.25 * (u - w);
  }
}

static inline void v8_cross(const v8 a[3], const v8 b[3], v8 c[3])
{
  c[0] = a[1] * b[2] - a[2] * b[1];
  c[1] = a[2] * b[0] - a[0] * b[2];
  c[2] = a[0] * b[1] - a[1] * b[0];
}

static inline v8 v8_abs(v8 x) { return v8_max(x, -x); }
static inline v8 v8_clamp(v8 x, double most) { return v8_min(v8_max(x, v8_set(-most)), v8_set(most)); }

/* Value of q at a foot. */
static inline void bilinear_at(const Bilinear *q, const Foot *f, v8 x[3])
{
  for (int k = 0; k < 3; k++) x[k] = q->c[k] + q->a[k] * f->xi + (q->b[k] + q->d[k] * f->xi) * f->eta;
}

/* Where the foot would be, had the facet the tangents and the normal of its middle everywhere: Newton's first step. */
static inline void facet_estimate(const Bilinear *place, const Bilinear *normal, const v8 x[3], Foot *f)
{
  v8 r[3], uw[3], wn[3], nu[3], inv;

  for (int k = 0; k < 3; k++) r[k] = x[k] - place->c[k];
  v8_cross(place->a, place->b, uw);
  v8_cross(place->b, normal->c, wn);
  v8_cross(normal->c, place->a, nu);
  inv    = 1.0 / v8_dot(uw, normal->c);
  f->xi  = v8_clamp(v8_dot(r, wn) * inv, 2.0);
  f->eta = v8_clamp(v8_dot(r, nu) * inv, 2.0);
  f->g   = v8_dot(r, uw) * inv;
}

/*
  Newton's steps for place + g normal = x; a foot that runs away is held at twice the facet.  Returns where a foot was
  found: the last step was short, so that the next would be its square, and the normals have not crossed on the way from
  the facet to the point (the determinant keeps its sign).  Beyond where they cross other solutions lie, which mean
  nothing.
*/
static inline i8 facet_foot(const Bilinear *place, const Bilinear *normal, const v8 x[3], Foot *f)
{
  i8 found = {0}, goes = ~found; /* lanes that go on: each by itself, whatever its neighbours do */

  for (int step = 0; step < FOOT_STEPS + FOOT_MORE; step++) {
    v8 u[3], w[3], n[3], r[3], uw[3], wn[3], nu[3], det, inv, xi, eta, last;

    bilinear_at(normal, f, n);
    bilinear_at(place, f, r);
    for (int k = 0; k < 3; k++) {
      r[k] = x[k] - r[k] - f->g * n[k];
      u[k] = place->a[k] + place->d[k] * f->eta + f->g * (normal->a[k] + normal->d[k] * f->eta);
      w[k] = place->b[k] + place->d[k] * f->xi + f->g * (normal->b[k] + normal->d[k] * f->xi);
    }
    v8_cross(u, w, uw);
    v8_cross(w, n, wn);
    v8_cross(n, u, nu);
    det    = v8_dot(uw, n);
    inv    = 1.0 / det;
    xi     = v8_dot(r, wn) * inv;
    eta    = v8_dot(r, nu) * inv;
    last   = v8_max(v8_abs(xi), v8_abs(eta));
    found  = (found & ~goes) | (goes & (i8)(det > v8_set(0.0)) & (i8)(last < v8_set(FOOT_LAST)));
    f->xi  = v8_pick(goes, v8_clamp(f->xi + xi, 2.0), f->xi);
    f->eta = v8_pick(goes, v8_clamp(f->eta + eta, 2.0), f->eta);
    f->g   = v8_pick(goes, f->g + v8_dot(r, uw) * inv, f->g);
    if (step < FOOT_STEPS - 1) continue;
    goes &= ~found & (i8)(det > v8_set(0.0)) & (i8)(last < v8_set(FOOT_NEAR));
    if (!i8_bits(goes)) break;
  }
  return found;
}

/* Steps to the nearest point: quadratic for plane facets, which one step finds. */
enum { NEAREST_STEPS = 4 };

/*
  The point of a facet that is nearest to x, from the one at *f on: |xi|, |eta| <= 1.  Gauss and Newton's steps; where
  one leads out of the facet, the better of those along the two sides that it crosses.
*/
static inline void facet_nearest(const Bilinear *place, const v8 x[3], Foot *f)
{
  for (int step = 0; step < NEAREST_STEPS; step++) {
    v8 r[3], u[3], w[3], uu, uw, ww, ru, rw, inv, xi, eta, side[2], along[2], loss[2];
    i8 out;

    bilinear_at(place, f, r);
    for (int k = 0; k < 3; k++) {
      r[k] = x[k] - r[k];
      u[k] = place->a[k] + place->d[k] * f->eta;
      w[k] = place->b[k] + place->d[k] * f->xi;
    }
    uu       = v8_dot(u, u);
    uw       = v8_dot(u, w);
    ww       = v8_dot(w, w);
    ru       = v8_dot(r, u);
    rw       = v8_dot(r, w);
    inv      = 1.0 / (uu * ww - uw * uw);
    xi       = (ru * ww - rw * uw) * inv;
    eta      = (rw * uu - ru * uw) * inv;
    out      = (i8)(v8_max(v8_abs(f->xi + xi), v8_abs(f->eta + eta)) > v8_set(1.0));
    side[0]  = v8_clamp(f->xi + xi, 1.0) - f->xi;
    along[0] = v8_clamp(f->eta + (rw - uw * side[0]) / ww, 1.0) - f->eta;
    side[1]  = v8_clamp(f->eta + eta, 1.0) - f->eta;
    along[1] = v8_clamp(f->xi + (ru - uw * side[1]) / uu, 1.0) - f->xi;
    loss[0]  = side[0] * (uu * side[0] + 2.0 * uw * along[0] - 2.0 * ru) + along[0] * (ww * along[0] - 2.0 * rw);
    loss[1]  = side[1] * (ww * side[1] + 2.0 * uw * along[1] - 2.0 * rw) + along[1] * (uu * along[1] - 2.0 * ru);
    f->xi += v8_pick(out, v8_pick((i8)(loss[0] < loss[1]), side[0], along[1]), xi);
    f->eta += v8_pick(out, v8_pick((i8)(loss[0] < loss[1]), along[0], side[1]), eta);
  }
}

/*
  Eight facets of one body, prepared for many points: three covectors that give the linear estimate of the foot, and how
  far from it the foot itself may be, bounded by what the linear map leaves out, the more the deeper, and by what single
  precision does.
*/
typedef float   f8 __attribute__((vector_size(32), may_alias));
typedef int32_t f8_mask __attribute__((vector_size(32), may_alias));

typedef struct FacetBlock {
  double origin[3]; /* single precision counts from here [nm] */
  f8     c[3], xi[3], eta[3], g[3];
  f8     off_xi, off_eta; /* estimate and foot differ by off + slope |g|, g the estimate */
  f8     slope_xi, slope_eta;
  f8     least, most;            /* estimates of g of a cell's points are between these */
  f8     touch;                  /* ... and of what is within reach below this */
  f8     shallow;                /* |g| of points that are in no other cell; < 0: unknown */
  f8     way_xi, way_eta, way_g; /* displacements that may change by one: the estimates with their errors [nm] */
} FacetBlock;

static inline f8 f8_set(float x) { return (f8){x, x, x, x, x, x, x, x}; }
static inline f8 f8_dot(const f8 a[3], const f8 b[3]) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; }
static inline f8 f8_abs(f8 x) { return (f8)((f8_mask)x & 0x7fffffff); }

/* Bit l is set where lane l is: lanes are 0 or -1. */
static inline unsigned f8_bits(f8_mask m)
{
#ifdef __AVX512DQ__
  return _mm256_movepi32_mask((__m256i)m);
#else
  unsigned bits = 0;

  for (int l = 0; l < 8; l++) bits |= (unsigned)(m[l] & 1) << l;
  return bits;
#endif
}

void facet_block(SurfaceRecord *surf, int (*face)[4], const int block[8], double reach, FacetBlock *out);

/*
  Facets near each other, eight by eight, by topology alone: the same on every rank.  The last block repeats its last
  facet.  Caller frees with PetscFree.
*/
PetscErrorCode FemFacetBlocks(int n_face, int (*face)[4], int n_surf, int *n_block, int (**block)[8]);

#endif
