/*
  fem_near.c - of all candidates of contact those that may touch soon, so that a step looks at few.

  A candidate is far while no facet of it has estimates (fem_facet.h) within what they must be for a touch, both sides
  taken wider by what a motion of NEAR skins could change of them.  Whether a candidate is near changes no bit of a
  step: what is left out would have found nothing.
*/
#include "solver/fem/fem_facet.h"

#include <string.h>

typedef double v4 __attribute__((vector_size(32), may_alias));

static inline v4 v4_pick(i4 mask, v4 a, v4 b) { return (v4)((mask & (i4)a) | (~mask & (i4)b)); }

/* Part of the skin after which it is looked again who is near. */
static const double NEAR = 0.1;
/*
  Estimates change by the motion of the point, and by that of a facet's corners: its place by as much, its tangents and
  its normal by up to twice the motion over the facet's size, which acts over no more than that size.
*/
static const double LEVER = 4.0;

static const float EDGE = 1.0f + (float)FACET_FOLD; /* |xi|, |eta| of what may belong to a facet */

/* What eight facets of a block are to a point, within a way: bits of lanes. */
typedef struct {
  unsigned cell, touch; /* may hold it in their cells, may be touched by it */
  unsigned alone;       /* surely hold it, so shallow that no other does */
  f8       off;         /* how far off the middle it is, of xi and eta the larger */
} Eight;

static inline Eight soon(const FacetBlock *b, const double *x, float way)
{
  const f8 r[3] = {f8_set((float)(x[SF_X] - b->origin[0])) - b->c[0], f8_set((float)(x[SF_Y] - b->origin[1])) - b->c[1],
                   f8_set((float)(x[SF_Z] - b->origin[2])) - b->c[2]};
  const f8 g = f8_dot(r, b->g), more = way * b->per_g, deep = f8_abs(g) + more;
  const f8 u = f8_abs(f8_dot(r, b->xi)), v = f8_abs(f8_dot(r, b->eta));
  const f8 du = way * b->per_xi + b->off_xi + b->slope_xi * deep;
  const f8 dv = way * b->per_eta + b->off_eta + b->slope_eta * deep;
  Eight    e;

  e.cell =
      f8_bits((u - du <= f8_set(EDGE)) & (v - dv <= f8_set(EDGE)) & (g >= b->least - more) & (g <= b->most + more));
  e.touch = e.cell & f8_bits(g <= b->touch + more);
  e.alone = f8_bits((u + du <= f8_set(1.0f)) & (v + dv <= f8_set(1.0f)) & (deep <= b->shallow));
  e.off   = (f8)(((f8_mask)u & (u > v)) | ((f8_mask)v & ~(u > v)));
  return e;
}

/*
  Facets of `far` that its node may be in the cells of soon, the likeliest first, behind those of `near`; one alone if
  it surely stays in the cell of that.  Returns how many; 0 if it touches none of them soon.
*/
static int facets_soon(Fem fem, const Candidate *far, float way, int *facet)
{
  const double     *x     = fem->surf[(size_t)far->body * (size_t)fem->n_surf + (size_t)far->node];
  const FacetBlock *of    = fem->facet_block + (size_t)far->other * (size_t)fem->n_block;
  int               n     = 0;
  float             best  = 1e30f;
  unsigned          touch = 0;

  for (int k = far->first; k < far->last; k++) {
    const int   block = fem->list.block[k];
    const Eight e     = soon(&of[block], x, way);

    if (e.alone) {
      facet[0] = fem->block[block][__builtin_ctz(e.alone)];
      return e.touch & e.alone ? 1 : 0;
    }
    touch |= e.touch;
    for (unsigned bits = e.cell; bits; bits &= bits - 1, n++) {
      const int l = __builtin_ctz(bits);

      facet[n] = fem->block[block][l];
      if (e.off[l] >= best) continue;
      best     = e.off[l];
      facet[n] = facet[0];
      facet[0] = fem->block[block][l];
    }
  }
  return touch ? n : 0;
}

/* A candidate that is far has just found nothing, or would have: what was stored is gone. */
static void let_go(Fem fem, const Candidate *c)
{
  const size_t at   = (size_t)c->body * (size_t)fem->n_surf + (size_t)c->node;
  const int    slot = slot_find(fem->slot[at], 1.0 + (double)fem->id[c->other]);

  if (slot >= 0) slot_free(fem->slot[at], slot);
}

static int held(Fem fem, const Candidate *c)
{
  const size_t at = (size_t)c->body * (size_t)fem->n_surf + (size_t)c->node;

  return slot_find(fem->slot[at], 1.0 + (double)fem->id[c->other]) >= 0;
}

static void remember_places(Fem fem)
{
  const PetscInt n = (fem->n_body + fem->n_ghost_body) * fem->n_surf;

  for (PetscInt k = 0; k < n; k++)
    for (int c = 0; c < 4; c++) fem->x_near[k][c] = fem->surf[k][SF_X + c];
}

/* Facets of the blocks that `list` has, prepared at the present places. */
static void facet_blocks(Fem fem)
{
  const PetscInt n = fem->n_body + fem->n_ghost_body;

  if (n) memset(fem->block_used, 0, (size_t)(n * fem->n_block)); /* there is no array before there is a body */
  for (PetscInt c = 0; c < fem->list.n; c++) {
    const Candidate *far = &fem->list.cand[c];

    for (int k = far->first; k < far->last; k++) fem->block_used[far->other * fem->n_block + fem->list.block[k]] = 1;
  }
  for (PetscInt b = 0; b < n; b++)
    for (int k = 0; k < fem->n_block; k++)
      if (fem->block_used[b * fem->n_block + k])
        facet_block(fem->surf + (size_t)b * (size_t)fem->n_surf, fem->face, fem->block[k], fem->reach,
                    &fem->facet_block[(size_t)b * (size_t)fem->n_block + (size_t)k]);
}

PetscErrorCode FemNear(Fem fem)
{
  const float    way  = (float)(LEVER * NEAR * fem->skin);
  CandidateList *near = &fem->near;

  PetscFunctionBeginUser;
  facet_blocks(fem);
  near->n = near->n_block = 0;
  PetscCall(FemCandidateRoom(near, fem->list.n, 8 * fem->list.n_block));
  for (PetscInt c = 0; c < fem->list.n; c++) {
    const Candidate *far   = &fem->list.cand[c];
    const int        first = (int)near->n_block;

    near->n_block += facets_soon(fem, far, way, near->block + first);
    if (near->n_block == first) let_go(fem, far);
    else
      near->cand[near->n++] =
          (Candidate){far->body, far->node, far->other, first, (int)near->n_block, held(fem, far), far->pair};
  }
  remember_places(fem);
  PetscFunctionReturn(0);
}

/* Box that holds the ways of a body's surface nodes: its middle and half diagonal. */
typedef struct {
  double way[3], more;
} BodyWay;

static void body_way(Fem fem, PetscInt b, double (*then)[4], BodyWay *w)
{
  SurfaceRecord *s = fem->surf + (size_t)b * (size_t)fem->n_surf;
  double(*x)[4]    = then + (size_t)b * (size_t)fem->n_surf;
  v4     lo = {1e300, 1e300, 1e300}, hi = -lo;
  double square = 0.0;

  for (int m = 0; m < fem->n_surf; m++) {
    const v4 d = *(const v4 *)s[m] - *(const v4 *)x[m];
    lo         = v4_pick((i4)(d < lo), d, lo);
    hi         = v4_pick((i4)(d > hi), d, hi);
  }
  for (int k = 0; k < 3; k++) {
    w->way[k] = 0.5 * (hi[k] + lo[k]);
    square += 0.25 * (hi[k] - lo[k]) * (hi[k] - lo[k]);
  }
  w->more = sqrt(square);
}

/*
  Has a node of one body come nearer to a facet of the other by more than `most` since they stood at `then`?  By no more
  than the bodies' middle ways differ, plus what each has moved beyond its own: what all bodies have in common, in a
  press nearly everything, does not count.
*/
static PetscErrorCode Nearer(Fem fem, double (*then)[4], double most, PetscBool *nearer)
{
  const PetscInt n = fem->n_body + fem->n_ghost_body;
  BodyWay       *way;

  PetscFunctionBeginUser;
  *nearer = PETSC_FALSE;
  PetscCall(PetscMalloc1(n + 1, &way));
  for (PetscInt b = 0; b < n; b++) body_way(fem, b, then, &way[b]);
  for (PetscInt p = 0; p < fem->n_pair && !*nearer; p++) {
    const BodyWay *a = &way[fem->pair[p].body[0]], *b = &way[fem->pair[p].body[1]];
    double         s = 0.0;

    for (int k = 0; k < 3; k++) s += (a->way[k] - b->way[k]) * (a->way[k] - b->way[k]);
    if (sqrt(s) + a->more + b->more > most) *nearer = PETSC_TRUE;
  }
  PetscCall(PetscFree(way));
  PetscFunctionReturn(0);
}

PetscErrorCode FemCandidatesCheck(Fem fem)
{
  PetscBool nearer;

  PetscFunctionBeginUser;
  PetscCall(Nearer(fem, fem->x_near, NEAR * fem->skin, &nearer));
  if (!nearer) PetscFunctionReturn(0);
  PetscCall(Nearer(fem, fem->x_build, (1.0 - NEAR) * fem->skin, &nearer));
  PetscCall(nearer ? FemCandidates(fem) : FemNear(fem));
  PetscFunctionReturn(0);
}
