/* fem_candidates.c - which nodes may meet which facets, found seldom and complete until bodies have come nearer. */
#include "solver/fem/fem_facet.h"

/* Spheres around a body, around its blocks of facets, eight blocks side by side, and around the facets. */
typedef struct {
  v8 x[3], radius;
} EightBalls;

typedef struct {
  double      x[3], radius;
  double      h;     /* largest size of its facets [nm] */
  EightBalls *of;    /* [(n_block + 7)/8] */
  EightBalls *facet; /* [n_block] around the facets of each block */
} BodyBalls;

/* A body and those it may touch. */
typedef struct {
  int        body, other, pair, side; /* as Candidate has them */
  PetscInt64 id;                      /* of the other */
} Side;

static int side_order(const void *a, const void *b)
{
  const Side *p = a, *q = b;

  if (p->body != q->body) return p->body < q->body ? -1 : 1;
  return (p->id > q->id) - (p->id < q->id);
}

static double distance2(const double a[3], const double b[3])
{
  double s = 0.0;

  for (int k = 0; k < 3; k++) s += (a[k] - b[k]) * (a[k] - b[k]);
  return s;
}

/* Mean of n records and the largest distance from it. */
static double ball(SurfaceRecord *s, int n, const int *pick, double x[3])
{
  double far = 0.0;

  for (int k = 0; k < 3; k++) x[k] = 0.0;
  for (int m = 0; m < n; m++)
    for (int k = 0; k < 3; k++) x[k] += s[pick ? pick[m] : m][SF_X + k] / n;
  for (int m = 0; m < n; m++) far = PetscMax(far, distance2(x, s[pick ? pick[m] : m]));
  return sqrt(far);
}

static void set_ball(EightBalls *b, int lane, SurfaceRecord *s, int n, const int *pick)
{
  double       x[3];
  const double radius = ball(s, n, pick, x);

  for (int k = 0; k < 3; k++) b->x[k][lane] = x[k];
  b->radius[lane] = radius;
}

static void body_balls(Fem fem, PetscInt b, BodyBalls *balls)
{
  SurfaceRecord *s = fem->surf + (size_t)b * (size_t)fem->n_surf;

  balls->radius = ball(s, fem->n_surf, NULL, balls->x);
  balls->h      = 0.0;
  for (int n = 0; n < fem->n_surf; n++) balls->h = PetscMax(balls->h, s[n][SF_H]);
  for (int k = 0; k < (fem->n_block + 7) / 8 * 8; k++) {
    int corner[32];

    for (int m = 0; m < 32; m++) corner[m] = fem->face[fem->block[PetscMin(k, fem->n_block - 1)][m / 4]][m % 4];
    set_ball(&balls->of[k / 8], k % 8, s, 32, corner);
    if (k >= fem->n_block) balls->of[k / 8].radius[k % 8] = -1e300; /* nothing is near */
    else
      for (int l = 0; l < 8; l++) set_ball(&balls->facet[k], l, s, 4, corner + 4 * l);
  }
}

/* Which of eight spheres, grown by the margin, hold x: one bit each. */
static inline unsigned near(const EightBalls *b, const double *x, double margin)
{
  const v8 d[3] = {b->x[0] - x[0], b->x[1] - x[1], b->x[2] - x[2]}, r = b->radius + margin;

  return i8_bits((i8)(v8_dot(d, d) <= r * r) & (i8)(r > v8_set(0.0)));
}

static PetscErrorCode Room(PetscInt need, PetscInt *cap, size_t bytes, void *array)
{
  PetscFunctionBeginUser;
  if (need <= *cap) PetscFunctionReturn(0);
  *cap = need + need / 2 + 64;
  PetscCall(PetscRealloc((size_t)*cap * bytes, (void **)array));
  PetscFunctionReturn(0);
}

PetscErrorCode FemCandidateRoom(CandidateList *list, PetscInt more, PetscInt more_blocks)
{
  PetscFunctionBeginUser;
  PetscCall(Room(list->n + more, &list->cap, sizeof *list->cand, &list->cand));
  PetscCall(Room(list->n_block + more_blocks, &list->block_cap, sizeof *list->block, &list->block));
  PetscFunctionReturn(0);
}

/* Blocks of `other` that node x of a body may come to touch. */
static PetscErrorCode NodeCandidate(Fem fem, const Side *side, int node, const BodyBalls *balls)
{
  const double   margin = fem->skin + PetscMax(fem->reach, FACET_DEPTH * balls->h);
  const int      at     = side->body * fem->n_surf + node;
  const double  *x      = fem->surf[at];
  const double   most   = balls->radius + margin;
  CandidateList *l      = &fem->list;
  const int      first  = (int)l->n_block;

  PetscFunctionBeginUser;
  if (distance2(x, balls->x) > most * most) PetscFunctionReturn(0);
  PetscCall(FemCandidateRoom(l, 1, fem->n_block));
  for (int e = 0; e < (fem->n_block + 7) / 8; e++) {
    for (unsigned bits = near(&balls->of[e], x, margin); bits; bits &= bits - 1) {
      const int block = 8 * e + __builtin_ctz(bits);
      if (near(&balls->facet[block], x, margin)) l->block[l->n_block++] = block;
    }
  }
  if (l->n_block > first)
    l->cand[l->n++] = (Candidate){.at    = at,
                                  .other = side->other,
                                  .side  = side->side,
                                  .first = first,
                                  .last  = (int)l->n_block,
                                  .pair  = side->pair};
  PetscFunctionReturn(0);
}

/* Frees the slots of grains that are neither candidates nor rigid ones within reach any more. */
static PetscErrorCode Keep(Fem fem)
{
  const PetscInt n = fem->n_body * fem->n_surf;
  unsigned char *keep; /* bits: slots that stay */

  PetscFunctionBeginUser;
  PetscCall(PetscCalloc1(n + 1, &keep));
  for (PetscInt c = 0; c < fem->list.n; c++) {
    const Candidate *p    = &fem->list.cand[c];
    const int        slot = slot_find(fem->slot[p->at], 1.0 + (double)fem->id[p->other]);

    if (slot >= 0) keep[p->at] |= (unsigned char)(1 << slot);
  }
  for (PetscInt p = 0; p < fem->n_plate; p++)
    for (int node = 0; node < fem->n_surf; node++) {
      const size_t at   = (size_t)fem->plate[p].body * (size_t)fem->n_surf + (size_t)node;
      const int    slot = slot_find(fem->slot[at], 1.0 + (double)fem->plate[p].id);

      if (slot >= 0) keep[at] |= (unsigned char)(1 << slot);
    }
  for (PetscInt at = 0; at < n; at++)
    for (int k = 0; k < SLOTS; k++)
      if (fem->slot[at][k][SLOT_PARTNER] > 0.0 && !(keep[at] & 1 << k)) slot_free(fem->slot[at], k);
  PetscCall(PetscFree(keep));
  PetscFunctionReturn(0);
}

/* Arrays of the present number of bodies; places of the surfaces now. */
static PetscErrorCode Prepare(Fem fem)
{
  const PetscInt n = fem->n_body + fem->n_ghost_body;

  PetscFunctionBeginUser;
  if (!fem->block) PetscCall(FemFacetBlocks(fem->n_face, fem->face, fem->n_surf, &fem->n_block, &fem->block));
  fem->cohesion = surface_reach(fem->cfg.W, fem_strength(&fem->cfg, fem->cfg.W));
  fem->reach    = FACET_SLANT * fem_reach(&fem->cfg);
  PetscCall(PetscFree(fem->body_way));
  PetscCall(PetscFree(fem->way));
  PetscCall(PetscMalloc1(n + 1, &fem->body_way));
  PetscCall(PetscCalloc1(2 * fem->n_pair + 1, &fem->way));
  fem_remember_places(fem, fem->x_build);
  if (n * fem->n_block <= fem->blocks_cap) PetscFunctionReturn(0);
  fem->blocks_cap  = n * fem->n_block + n * fem->n_block / 4;
  fem->facet_block = fem_grow(fem->facet_block, 0, (size_t)fem->blocks_cap * sizeof *fem->facet_block);
  fem->block_used  = fem_grow(fem->block_used, 0, (size_t)fem->blocks_cap);
  PetscCheck(fem->facet_block && fem->block_used, PETSC_COMM_SELF, PETSC_ERR_MEM,
             "no memory for %" PetscInt_FMT " blocks of facets", fem->blocks_cap);
  PetscFunctionReturn(0);
}

/* Room for the facets of HITS and of one node more, were they near it all. */
static PetscErrorCode PrepareHits(Fem fem)
{
  PetscInt most = 0, blocks = 0;

  PetscFunctionBeginUser;
  for (PetscInt c = 0; c < fem->list.n; c++) {
    const Candidate *p = &fem->list.cand[c];
    if (!c || p[-1].at != p->at) blocks = 0;
    blocks += p->last - p->first;
    most = PetscMax(most, blocks);
  }
  if (HITS + 8 * (most + 1) > fem->hits_cap) {
    fem->hits_cap = HITS + 8 * (most + most / 4 + 1);
    PetscCall(PetscFree(fem->hits));
    PetscCall(PetscCalloc1(8 * fem->hits_cap, &fem->hits));
  }
  PetscFunctionReturn(0);
}

/* Both directions of each pair as far as the nodes are owned; by body, then by id of the other. */
static PetscErrorCode Sides(Fem fem, PetscInt *n, Side **sides)
{
  PetscFunctionBeginUser;
  *n = 0;
  PetscCall(PetscMalloc1(2 * fem->n_pair + 1, sides));
  for (PetscInt p = 0; p < fem->n_pair; p++)
    for (int e = 0; e < 2; e++) {
      const int body = fem->pair[p].body[e], other = fem->pair[p].body[1 - e];

      if (body < fem->n_body)
        (*sides)[(*n)++] = (Side){body, other, fem->pair[p].between, (int)(2 * p) + e, fem->id[other]};
    }
  if (*n) qsort(*sides, (size_t)*n, sizeof **sides, side_order);
  PetscFunctionReturn(0);
}

PetscErrorCode FemCandidates(Fem fem)
{
  const PetscInt n = fem->n_body + fem->n_ghost_body;
  PetscInt       n_side, n_eight;
  Side          *side;
  BodyBalls     *balls;
  EightBalls    *eight;

  PetscFunctionBeginUser;
  PetscCall(Prepare(fem));
  PetscCall(Sides(fem, &n_side, &side));
  n_eight = (fem->n_block + 7) / 8;
  eight   = fem_grow(NULL, 0, (size_t)(n * (n_eight + fem->n_block)) * sizeof *eight);
  PetscCheck(eight, PETSC_COMM_SELF, PETSC_ERR_MEM, "no memory for the spheres of %" PetscInt_FMT " bodies", n);
  PetscCall(PetscMalloc1(n + 1, &balls));
  for (PetscInt b = 0; b < n; b++) {
    balls[b].of    = eight + b * (n_eight + fem->n_block);
    balls[b].facet = balls[b].of + n_eight;
    body_balls(fem, b, &balls[b]);
  }
  fem->list.n = fem->list.n_block = 0;
  for (PetscInt first = 0, last; first < n_side; first = last) {
    for (last = first; last < n_side && side[last].body == side[first].body;) last++;
    for (int node = 0; node < fem->n_surf; node++)
      for (PetscInt s = first; s < last; s++) PetscCall(NodeCandidate(fem, &side[s], node, &balls[side[s].other]));
  }
  PetscCall(PetscFree(balls));
  PetscCall(PetscFree(side));
  free(eight);
  PetscCall(PrepareHits(fem));
  PetscCall(Keep(fem));
  PetscCall(FemNear(fem));
  PetscFunctionReturn(0);
}

PetscErrorCode FemContactFree(Fem fem)
{
  PetscFunctionBeginUser;
  PetscCall(PetscFree(fem->list.cand));
  PetscCall(PetscFree(fem->list.block));
  PetscCall(PetscFree(fem->near.cand));
  PetscCall(PetscFree(fem->near.block));
  PetscCall(PetscFree(fem->block));
  PetscCall(PetscFree(fem->hits));
  PetscCall(PetscFree(fem->body_way));
  PetscCall(PetscFree(fem->way));
  PetscCall(PetscFree(fem->sums));
  PetscCall(PetscFree(fem->samples));
  free(fem->facet_block), free(fem->block_used);
  PetscFunctionReturn(0);
}
