/*
  fem_near.c - of all candidates of contact those that may touch soon, and from when on, so that a step looks at few.

  A facet has estimates of where a point stands (fem_facet.h), which change by no more than its node and the facet come
  nearer, the way: so far, a candidate touches nothing, and is not looked at until its bodies have gone as far.  Whether
  a candidate is looked at changes no bit of a step: what is left out would have found nothing.
*/
#include "solver/fem/fem_facet.h"

#include <string.h>

/*
  Parts of the skin: of the way to which candidates are near; of the motion after which it is looked again who is, which
  is what the other list must have to spare.
*/
static const double NEAR = 1.0, NEAR_MOTION = 0.25;
/*
  What the motion of a body's nodes beside that of its middle adds to the way to its facets: normals turn by up to some
  eight times that motion over the size of facets, which acts over no more than FACET_DEPTH of that size.
*/
static const double LEVER = 4.0;

static const float EDGE = 1.0f + (float)FACET_FOLD; /* |xi|, |eta| of what may belong to a facet */

static inline f8 f8_pick(f8_mask mask, f8 a, f8 b) { return (f8)((mask & (f8_mask)a) | (~mask & (f8_mask)b)); }
static inline f8 f8_max(f8 a, f8 b) { return f8_pick(a > b, a, b); }
static inline f8 f8_min(f8 a, f8 b) { return f8_pick(a < b, a, b); }

/* What eight facets of a block are to a point. */
typedef struct {
  f8 cell, touch; /* ways before which it is not in their cells, not touched by them */
  f8 alone;       /* way up to which they surely hold it, so shallow that no other does */
  f8 off;         /* how far off the middle it is, of xi and eta the larger */
} Eight;

static inline Eight eight_ways(const FacetBlock *b, const double *x)
{
  const f8 r[3] = {f8_set((float)(x[SF_X] - b->origin[0])) - b->c[0], f8_set((float)(x[SF_Y] - b->origin[1])) - b->c[1],
                   f8_set((float)(x[SF_Z] - b->origin[2])) - b->c[2]};
  const f8 g = f8_dot(r, b->g), deep = f8_abs(g), one = f8_set(1.0f);
  const f8 u = f8_abs(f8_dot(r, b->xi)), v = f8_abs(f8_dot(r, b->eta));
  const f8 du = b->off_xi + b->slope_xi * deep, dv = b->off_eta + b->slope_eta * deep;
  Eight    e;

  e.cell  = f8_max((u - du - f8_set(EDGE)) * b->way_xi, (v - dv - f8_set(EDGE)) * b->way_eta);
  e.cell  = f8_max(e.cell, f8_max(b->least - g, g - b->most) * b->way_g);
  e.touch = f8_max(e.cell, (g - b->touch) * b->way_g);
  e.alone = f8_min((one - u - du) * b->way_xi, (one - v - dv) * b->way_eta);
  e.alone = f8_min(e.alone, (b->shallow - deep) * b->way_g);
  e.off   = f8_max(u, v);
  return e;
}

static inline float f8_least(f8 x)
{
  float least = x[0];

  for (int l = 1; l < 8; l++) least = x[l] < least ? x[l] : least;
  return least;
}

/*
  Facets of `far` that its node may be in the cells of within `way`, the likeliest first, behind those of `near`; one
  alone if it surely stays in the cell of that.  Returns how many; 0 if it touches none of them.  when: way before which
  it does not.
*/
static int facets_soon(Fem fem, const Candidate *far, float way, int *facet, float *when)
{
  const double     *x     = fem->surf[far->at];
  const FacetBlock *of    = fem->facet_block + (size_t)far->other * (size_t)fem->n_block;
  int               n     = 0;
  float             best  = 1e30f;
  f8                touch = f8_set(1e30f);

  for (int k = far->first; k < far->last; k++) {
    const int      block = fem->list.block[k];
    const Eight    e     = eight_ways(&of[block], x);
    const unsigned alone = f8_bits(e.alone >= f8_set(way));

    if (alone) {
      const int l = __builtin_ctz(alone);

      facet[0] = fem->block[block][l];
      *when    = e.touch[l];
      return *when <= way;
    }
    touch = f8_min(touch, e.touch);
    for (unsigned bits = f8_bits(e.cell <= f8_set(way)); bits; bits &= bits - 1, n++) {
      const int l = __builtin_ctz(bits);

      facet[n] = fem->block[block][l];
      if (e.off[l] >= best) continue;
      best     = e.off[l];
      facet[n] = facet[0];
      facet[0] = fem->block[block][l];
    }
  }
  *when = f8_least(touch);
  return *when <= way ? n : 0;
}

/* A candidate that touches nothing now has just found nothing, or would have: what was stored is gone. */
static void let_go(Fem fem, const Candidate *c)
{
  const int slot = slot_find(fem->slot[c->at], 1.0 + (double)fem->id[c->other]);

  if (slot >= 0) slot_free(fem->slot[c->at], slot);
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

/* Candidates of `list` know who of them has stored something. */
static void remember_held(Fem fem)
{
  for (PetscInt c = 0; c < fem->near.n; c++) fem->list.cand[fem->near.cand[c].far].held = fem->near.cand[c].held;
}

static PetscErrorCode Near(Fem fem)
{
  const float    way  = (float)(NEAR * fem->skin);
  CandidateList *near = &fem->near;

  PetscFunctionBeginUser;
  facet_blocks(fem);
  near->n = near->n_block = 0;
  PetscCall(FemCandidateRoom(near, fem->list.n, 8 * fem->list.n_block));
  for (PetscInt c = 0; c < fem->list.n; c++) {
    Candidate *far   = &fem->list.cand[c];
    const int  first = (int)near->n_block;
    float      when;

    near->n_block += facets_soon(fem, far, way, near->block + first, &when);
    if (far->held && when > 0.0f) let_go(fem, far), far->held = 0;
    if (near->n_block == first) continue;
    near->cand[near->n]       = *far;
    near->cand[near->n].first = first, near->cand[near->n].last = (int)near->n_block;
    near->cand[near->n].far = (int)c, near->cand[near->n++].when = when;
  }
  fem_remember_places(fem, fem->x_near);
  fem_remember_places(fem, fem->x_last);
  for (PetscInt s = 0; s < 2 * fem->n_pair; s++) fem->way[s] = 0.0f;
  fem->motion = 0.0;
  fem->spare  = (WaySpare){way, NEAR_MOTION * fem->skin};
  PetscFunctionReturn(0);
}

PetscErrorCode FemNear(Fem fem)
{
  PetscFunctionBeginUser;
  for (PetscInt c = 0; c < fem->list.n; c++) {
    Candidate *far = &fem->list.cand[c];

    far->held = slot_find(fem->slot[far->at], 1.0 + (double)fem->id[far->other]) >= 0;
  }
  PetscCall(Near(fem));
  PetscFunctionReturn(0);
}

/*
  How far bodies of pair p have moved by fem->body_way: returns by how much any two points of them have come nearer
  [nm].  way: for nodes of the first and facets of the second, and the other way round, the same plus what turns facets.
*/
static inline double pair_way(Fem fem, PetscInt p, float way[2])
{
  const BodyWay *a = &fem->body_way[fem->pair[p].body[0]], *b = &fem->body_way[fem->pair[p].body[1]];
  double         s = 0.0, motion;

  for (int k = 0; k < 3; k++) s += (a->way[k] - b->way[k]) * (a->way[k] - b->way[k]);
  motion = sqrt(s) + a->more + b->more;
  way[0] = (float)(motion + LEVER * b->more);
  way[1] = (float)(motion + LEVER * a->more);
  return motion;
}

/* The most of all pairs since they stood at `then`. */
static WaySpare most_ways(Fem fem, v8 (*then)[3])
{
  WaySpare most = {0};
  float    way[2];

  fem_body_ways(fem, then, 0);
  for (PetscInt p = 0; p < fem->n_pair; p++) {
    most.motion = PetscMax(most.motion, pair_way(fem, p, way));
    most.way    = PetscMax(most.way, PetscMax(way[0], way[1]));
  }
  return most;
}

/* Adds the ways of the step; returns whether nobody can have gone farther than `near` is good for. */
static int step_ways(Fem fem)
{
  double most = 0.0;
  float  far  = 0.0f;

  fem_body_ways(fem, fem->x_last, 1);
  for (PetscInt p = 0; p < fem->n_pair; p++) {
    float way[2], *sum = fem->way + 2 * p;

    most = PetscMax(most, pair_way(fem, p, way));
    sum[0] += way[0], sum[1] += way[1];
    far = PetscMax(far, PetscMax(sum[0], sum[1]));
  }
  fem->motion += most;
  fem->far = far;
  return far <= fem->spare.way && fem->motion <= fem->spare.motion;
}

PetscErrorCode FemCandidatesCheck(Fem fem)
{
  const double motion = NEAR_MOTION * fem->skin;
  const float  way    = (float)(NEAR * fem->skin);
  WaySpare     gone;

  PetscFunctionBeginUser;
  if (step_ways(fem)) PetscFunctionReturn(0);
  gone = most_ways(fem, fem->x_near);
  if (gone.way <= way && gone.motion <= motion) {
    fem->spare = (WaySpare){fem->far + way - gone.way, fem->motion + motion - gone.motion};
    PetscFunctionReturn(0);
  }
  if (most_ways(fem, fem->x_build).motion > fem->skin - motion) {
    PetscCall(FemCandidates(fem));
    PetscFunctionReturn(0);
  }
  remember_held(fem);
  PetscCall(Near(fem));
  PetscFunctionReturn(0);
}
