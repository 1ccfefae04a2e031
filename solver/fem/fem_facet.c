#include "solver/fem/fem_facet.h"

/* Sum of what the bilinear parts of a normal add to one coordinate, at most. */
static inline v8 spread(const v8 along[3], const Bilinear *n)
{
  return v8_abs(v8_dot(along, n->a)) + v8_abs(v8_dot(along, n->b)) + v8_abs(v8_dot(along, n->d));
}

/*
  With dual vectors A, B, G of the tangents a, b and the normal N at the centre, x - c = place + g normal reads
    A.(x - c) = xi + A.d xi eta + g A.(Na xi + Nb eta + Nd xi eta),   likewise B, and
    G.(x - c) = g + G.d xi eta + g G.(Na xi + ...):
  bounds for all |xi|, |eta| <= 1.  The normal between unit ones is no shorter than its smallest projection on the mean.
*/
void facet_block(SurfaceRecord *surf, int (*face)[4], const int block[8], double reach, FacetBlock *out)
{
  SurfaceRecord *body[8] = {surf, surf, surf, surf, surf, surf, surf, surf};
  const int     *q[8];
  v8             corner[4][4], h = v8_set(0.0), shortest = v8_set(1e300), deepest, inv, length, far;
  Bilinear       p, n;

  for (int l = 0; l < 8; l++) q[l] = face[block[l]];
  facet_columns(body, q, SF_X, corner);
  facet_bilinear((const v8(*)[4])corner, &p);
  facet_columns(body, q, SF_NX, corner);
  facet_bilinear((const v8(*)[4])corner, &n);
  for (int k = 0; k < 4; k++) {
    h        = v8_max(h, corner[k][3]);
    shortest = v8_min(shortest, v8_dot(corner[k], n.c));
  }
  v8_cross(p.a, p.b, out->g);
  v8_cross(p.b, n.c, out->xi);
  v8_cross(n.c, p.a, out->eta);
  inv = 1.0 / v8_dot(out->g, n.c);
  for (int k = 0; k < 3; k++) {
    out->c[k] = p.c[k];
    out->g[k] *= inv;
    out->xi[k] *= inv;
    out->eta[k] *= inv;
  }
  length        = v8_sqrt(v8_dot(n.c, n.c)) / v8_max(shortest, v8_set(1e-3)); /* 1 over the shortest normal */
  deepest       = FACET_DEPTH * h * length;
  far           = v8_max(reach * length, deepest);
  out->most_xi  = 1.0 + FACET_LAP + v8_abs(v8_dot(out->xi, p.d)) + far * spread(out->xi, &n);
  out->most_eta = 1.0 + FACET_LAP + v8_abs(v8_dot(out->eta, p.d)) + far * spread(out->eta, &n);
  inv           = 1.0 + spread(out->g, &n);
  out->most     = v8_abs(v8_dot(out->g, p.d)) + far * inv;
  out->touch    = v8_abs(v8_dot(out->g, p.d)) + reach * length * inv;
  out->least    = -v8_abs(v8_dot(out->g, p.d)) - deepest * inv;
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
