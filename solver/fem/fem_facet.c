#include "solver/fem/fem_facet.h"

/* What single precision may do to xi, eta and g/h: 6e-8 of ten facets' length, for facets that are not too skew. */
static const double SINGLE = 1e-4;

static inline f8 single(v8 x) { return __builtin_convertvector(x, f8); }

/* Largest |xi|, |eta| and |xi eta| of what may belong to a facet. */
static const double WIDE = (1.0 + FACET_FOLD) * (1.0 + FACET_FOLD);

/* Sum of what the bilinear parts of a normal add to one coordinate, at most. */
static inline v8 spread(const v8 along[3], const Bilinear *n)
{
  return WIDE * (v8_abs(v8_dot(along, n->a)) + v8_abs(v8_dot(along, n->b)) + v8_abs(v8_dot(along, n->d)));
}

/*
  With dual vectors A, B, G of the tangents a, b and the normal N at the centre, x - c = place + g normal reads
    A.(x - c) = xi + A.d xi eta + g A.(Na xi + Nb eta + Nd xi eta),   likewise B, and
    G.(x - c) = g + G.d xi eta + g G.(Na xi + ...):
  bounds for all |xi|, |eta| <= 1 + FACET_FOLD, with |g| <= (|estimate| + |G.d|)/(1 - |G.Na| - |G.Nb| - |G.Nd|), if that
  is not below a half; else those of the largest |g|.  Conversely, these equations, foot = estimate - rest, map such a
  box into itself if estimates and the largest rests together do not leave it, and then have a solution in it (Brouwer).
  The normal between unit ones is no shorter than its smallest projection on the mean.
*/
void facet_block(SurfaceRecord *surf, int (*face)[4], const int block[8], double reach, FacetBlock *out)
{
  SurfaceRecord *body[8] = {surf, surf, surf, surf, surf, surf, surf, surf};
  const int     *q[8];
  v8             corner[4][4], xi[3], eta[3], g[3], h = v8_set(0.0), shortest = v8_set(1e300);
  v8             inv, length, deepest, far, bend, rest, slope, least, per_g, fold;
  i8             tame;
  Bilinear       p, n;

  for (int l = 0; l < 8; l++) {
    q[l]    = face[block[l]];
    fold[l] = 0.0;
    for (int k = 0; k < 4; k++) fold[l] += surf[q[l][k]][SF_FOLD];
  }
  facet_columns(body, q, SF_X, corner);
  facet_bilinear((const v8(*)[4])corner, &p);
  facet_columns(body, q, SF_NX, corner);
  facet_bilinear((const v8(*)[4])corner, &n);
  for (int k = 0; k < 4; k++) {
    h        = v8_max(h, corner[k][3]);
    shortest = v8_min(shortest, v8_dot(corner[k], n.c));
  }
  v8_cross(p.a, p.b, g);
  v8_cross(p.b, n.c, xi);
  v8_cross(n.c, p.a, eta);
  inv = 1.0 / v8_dot(g, n.c);
  for (int k = 0; k < 3; k++) {
    out->origin[k] = p.c[k][0];
    g[k] *= inv;
    xi[k] *= inv;
    eta[k] *= inv;
    out->c[k]   = single(p.c[k] - p.c[k][0]);
    out->g[k]   = single(g[k]);
    out->xi[k]  = single(xi[k]);
    out->eta[k] = single(eta[k]);
  }
  length         = v8_sqrt(v8_dot(n.c, n.c)) / v8_max(shortest, v8_set(1e-3)); /* 1 over the shortest normal */
  deepest        = FACET_DEPTH * h * length;
  far            = v8_max(reach * length, deepest);
  rest           = spread(g, &n);
  bend           = WIDE * v8_abs(v8_dot(g, p.d)) + SINGLE * h;
  tame           = (i8)(rest <= v8_set(0.5));
  slope          = v8_pick(tame, 1.0 / (1.0 - v8_min(rest, v8_set(0.5))), v8_set(0.0)); /* of g over its estimate */
  least          = v8_pick(tame, bend * slope, far); /* g where the estimate is zero */
  out->off_xi    = single(SINGLE + WIDE * v8_abs(v8_dot(xi, p.d)) + least * spread(xi, &n));
  out->off_eta   = single(SINGLE + WIDE * v8_abs(v8_dot(eta, p.d)) + least * spread(eta, &n));
  out->slope_xi  = single(slope * spread(xi, &n));
  out->slope_eta = single(slope * spread(eta, &n));
  out->most      = single(bend + far * (1.0 + rest));
  out->touch     = single(bend + reach * length * (1.0 + rest));
  out->least     = single(-bend - deepest * (1.0 + rest));
  out->shallow   = single(v8_pick(tame & (i8)(fold == v8_set(0.0)), FACET_SHALLOW * h, v8_set(-1.0)));
  per_g          = v8_sqrt(v8_dot(g, g));
  out->way_xi    = single(1.0 / (v8_sqrt(v8_dot(xi, xi)) + slope * spread(xi, &n) * per_g));
  out->way_eta   = single(1.0 / (v8_sqrt(v8_dot(eta, eta)) + slope * spread(eta, &n) * per_g));
  out->way_g     = single(1.0 / per_g);
}

/* Nodes that facet f shares with the nodes marked. */
static int shared(const int f[4], const char *mark) { return mark[f[0]] + mark[f[1]] + mark[f[2]] + mark[f[3]]; }

PetscErrorCode FemFacetBlocks(int n_face, int (*face)[4], int n_surf, int *n_block, int (**block)[8])
{
  char *used, *mark;
  int   n = 0;

  PetscFunctionBeginUser;
  *n_block = (n_face + 7) / 8;
  PetscCall(PetscMalloc1(*n_block, block));
  PetscCall(PetscCalloc2(n_face, &used, n_surf, &mark));
  for (int b = 0; b < *n_block; b++) {
    PetscCall(PetscArrayzero(mark, n_surf));
    for (int l = 0; l < 8; l++) {
      int best = -1, most = -1;

      for (int f = 0; f < n_face && n < n_face; f++)
        if (!used[f] && shared(face[f], mark) > most) most = shared(face[best = f], mark);
      if (best < 0) best = (*block)[b][l - 1];
      else n++;
      used[best]     = 1;
      (*block)[b][l] = best;
      for (int k = 0; k < 4; k++) mark[face[best][k]] = 1;
    }
  }
  PetscCall(PetscFree2(used, mark));
  PetscFunctionReturn(0);
}
