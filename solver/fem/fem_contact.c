/*
  fem_contact.c - surfaces of meshed grains on each other, eight spots at a time.

  Each rank takes the surface nodes of its own bodies against the facets of all others, which gives half of the
  traction; the other body's nodes give the other half, on its owner.  The force on the node is subtracted from the
  facet's corners as integers, so that momentum is kept exactly.  Stages: the facets that a node may be near until lists
  are made anew, if it may touch one now (fem_near.c); feet by Newton's rule; the nearest facet of each node and
  partner; the law of materials/surface.h; forces and stored friction.
*/
#include "solver/fem/fem_facet.h"

/* Gap of a point that is not at the facet. */
#define NOWHERE 1e300
/*
  Least way by which a gap closes, over the gap: normals between nodes are up to 60 degrees off those of facets.
  OPEN_DEEP: of a gap of so much of the skin at most, FACET_SHALLOW of a facet: farther out a point may be in other
  cells.
*/
static const double OPEN = 0.5, OPEN_DEEP = 0.25;

/*
  Nodes beside facets: candidate, facet, the foot and its gap.  The likeliest facet of each candidate in work, in their
  order; behind them the other facets of those that this does not settle.
*/
typedef struct {
  int     n, most;      /* most: what n may become */
  int    *cand, *facet; /* of `near`; its facet ... */
  int    *of, *at;      /* ... of the others: which in work their candidate is, where `near` has the facet */
  int    *best;         /* of a candidate in work, its hit that counts; -1: none */
  double *xi, *eta, *gap;
  double *beyond; /* of the facet's cell, by how much of xi or eta the foot is; 0: in the cell */
  char   *fold;   /* near a corner turned in */
  char   *alone;  /* shallow inside the cell elsewhere, and so in no other */
} Hits;

/* Contacts in work: what a law's batch needs. */
typedef struct {
  const double   *node[8], *corner[4][8];
  int64_t        *f_node[8], *f_corner[4][8];
  double         *slot[8];
  double          partner[8];
  v8              xi, eta, gap, live;
  const PairFace *face[8];
} Spots;

typedef struct {
  SurfaceLaw law;
  i8         work[WORK_N]; /* fixed point, of this step */
  Hits       hits;
  int        pick[8], n_pick; /* hits in contact that wait for a full batch */
} Pass;

static void hits_layout(double *room, PetscInt cap, Hits *h)
{
  int *whole = (int *)(room + 4 * cap);

  *h = (Hits){.xi     = room,
              .eta    = room + cap,
              .gap    = room + 2 * cap,
              .beyond = room + 3 * cap,
              .cand   = whole,
              .facet  = whole + cap,
              .of     = whole + 2 * cap,
              .at     = whole + 3 * cap,
              .best   = whole + 4 * cap,
              .fold   = (char *)(whole + 5 * cap),
              .alone  = (char *)(whole + 5 * cap) + cap};
}

static inline void add_hit(Hits *h, int cand, int facet)
{
  h->cand[h->n]    = cand;
  h->facet[h->n++] = facet;
}

/* Near candidate c comes into work. */
static inline void take_candidate(Fem fem, int c, Hits *h)
{
  const Candidate *cand = &fem->near.cand[c];

  h->most += cand->last - cand->first;
  add_hit(h, c, fem->near.block[cand->first]);
}

/* Number of the corner of a facet that is nearest to a foot. */
static inline int corner_of(double xi, double eta) { return eta < 0.0 ? xi > 0.0 : 2 + (xi < 0.0); }

/* Feet of n <= 8 hits from `first` on; NOWHERE is the gap where the point is neither in the facet's cell nor just
 * beside it. */
static void eight_feet(Fem fem, Hits *h, int first, int n)
{
  SurfaceRecord *surf[8];
  const int     *face[8];
  const double  *node[8];
  v8             corner[4][4], x[4], normal[3], square, length, gap, size, off;
  Bilinear       p, m;
  Foot           f;
  i8             inside, alone;

  for (int l = 0; l < 8; l++) {
    const int        k = first + PetscMin(l, n - 1);
    const Candidate *c = &fem->near.cand[h->cand[k]];

    surf[l] = fem->surf + (size_t)c->other * (size_t)fem->n_surf;
    face[l] = fem->face[h->facet[k]];
    node[l] = fem->surf[c->at];
  }
  v8_columns4(node, x);
  facet_columns(surf, face, SF_X, corner);
  facet_bilinear((const v8(*)[4])corner, &p);
  facet_columns(surf, face, SF_NX, corner);
  facet_bilinear((const v8(*)[4])corner, &m);
  size = 0.25 * (corner[0][3] + corner[1][3] + corner[2][3] + corner[3][3]); /* of the facet: mean of its corners' */
  facet_estimate(&p, &m, x, &f);
  inside = facet_foot(&p, &m, x, &f);
  bilinear_at(&m, &f, normal);
  square = v8_dot(normal, normal);
  length = square * v8_rsqrt(square);
  gap    = f.g * length;
  off    = v8_max(v8_abs(f.xi), v8_abs(f.eta)) - 1.0;
  inside &= (i8)(off <= v8_set(FACET_FOLD)) & (i8)(gap > -FACET_DEPTH * size);
  alone = inside & (i8)(off < v8_set(-FACET_LAP)) & (i8)(v8_abs(gap) < FACET_SHALLOW * size);
  f.xi  = v8_clamp(f.xi, 1.0);
  f.eta = v8_clamp(f.eta, 1.0);
  gap   = v8_pick(inside, gap, v8_set(NOWHERE));
  off   = v8_where((i8)(off > v8_set(FACET_LAP)), off);
  for (int l = 0; l < n; l++) {
    const int k = first + l;

    h->xi[k]     = f.xi[l];
    h->eta[k]    = f.eta[l];
    h->gap[k]    = gap[l];
    h->beyond[k] = off[l];
    h->fold[k]   = surf[l][face[l][corner_of(f.xi[l], f.eta[l])]][SF_FOLD] != 0.0;
    h->alone[k]  = alone[l] != 0 && !h->fold[k];
  }
}

static void feet(Fem fem, Hits *h, int first)
{
  for (int k = first; k < h->n; k += 8) eight_feet(fem, h, k, PetscMin(8, h->n - k));
}

/* Whether hit a stands before hit b: less beyond its facet, or nearer, or as near with the lower facet. */
static inline int nearer(const Hits *h, int a, int b)
{
  const double x = fabs(h->gap[a]), y = fabs(h->gap[b]);

  if (h->beyond[a] != h->beyond[b]) return h->beyond[a] < h->beyond[b];
  return x < y || (x == y && h->facet[a] < h->facet[b]);
}

/*
  The nearest facet of each candidate in work: the likeliest, or, if that does not settle it, the nearest of all, which
  becomes the likeliest.
*/
static void hit_best(Fem fem, Hits *h)
{
  const int n = h->n;

  feet(fem, h, 0);
  for (int j = 0; j < n; j++) {
    const Candidate *c = &fem->near.cand[h->cand[j]];

    h->best[j] = h->gap[j] < NOWHERE ? j : -1;
    for (int k = c->first + 1; !h->alone[j] && k < c->last; k++) {
      h->of[h->n] = j, h->at[h->n] = k;
      add_hit(h, h->cand[j], fem->near.block[k]);
    }
  }
  feet(fem, h, n);
  for (int k = n; k < h->n; k++) {
    int *best = &h->best[h->of[k]];

    if (h->gap[k] < NOWHERE && (*best < 0 || nearer(h, k, *best))) *best = k;
  }
  for (int j = 0; j < n; j++) {
    const int best = h->best[j];

    if (best < n) continue;
    fem->near.block[h->at[best]]                         = h->facet[j];
    fem->near.block[fem->near.cand[h->cand[best]].first] = h->facet[best];
  }
}

static void spots_gather(Fem fem, const Hits *h, const int pick[8], int n, Spots *s)
{
  for (int l = 0; l < 8; l++) {
    const int        k = pick[l < n ? l : 0];
    const Candidate *c = &fem->near.cand[h->cand[k]];
    const size_t     a = (size_t)c->at, b = (size_t)c->other * (size_t)fem->n_surf;
    const int       *q = fem->face[h->facet[k]];

    s->node[l]    = fem->surf[a];
    s->f_node[l]  = fem->force[a];
    s->slot[l]    = fem->slot[a][0];
    s->partner[l] = 1.0 + (double)fem->id[c->other];
    s->face[l]    = &fem->between[c->pair];
    s->xi[l]      = h->xi[k];
    s->eta[l]     = h->eta[k];
    s->gap[l]     = h->gap[k];
    s->live[l]    = l < n ? 1.0 : 0.0;
    for (int m = 0; m < 4; m++) {
      s->corner[m][l]   = fem->surf[b + (size_t)q[m]];
      s->f_corner[m][l] = fem->force[b + (size_t)q[m]];
    }
  }
}

/* Shape functions of a facet's corners at a place on it. */
static inline void corner_weights(v8 xi, v8 eta, v8 weight[4])
{
  weight[0] = 0.25 * (1.0 - xi) * (1.0 - eta);
  weight[1] = 0.25 * (1.0 + xi) * (1.0 - eta);
  weight[2] = 0.25 * (1.0 + xi) * (1.0 + eta);
  weight[3] = 0.25 * (1.0 - xi) * (1.0 + eta);
}

/*
  Open gaps are measured to the nearest point of the facet, along the line to it.  Along the rounded normals cohesion is
  no slope of an energy, as a motion across them opens or closes a gap, too: a node at the edge of a pore, drawn to two
  or three surfaces, went in circles and took energy out of nothing for as long as it was looked at.  What diffusion
  took away is not there: by that the node is nearer to its own body, or one whose spot pulls from within the other
  surface changes its normal where it crosses it, at full pull, and is thrown back for ever.  In and out: gap, normal,
  weight.
*/
static void spots_open(const Spots *s, v8 x[3], v8 weight[4], SurfaceSpots *in)
{
  v8       corner[4][4], r[3], square, inv, gone;
  Bilinear place;
  Foot     f = {s->xi, s->eta, s->gap};
  i8       open;

  for (int l = 0; l < 8; l++) gone[l] = s->face[l]->overlap;
  open = (i8)(s->gap + gone > v8_set(0.0)) & (i8)(s->live > v8_set(0.0));
  if (!i8_bits(open)) return;
  for (int k = 0; k < 3; k++) x[k] += gone * in->n[k];
  for (int c = 0; c < 4; c++) columns_at(s->corner[c], SF_X, corner[c]);
  facet_bilinear((const v8(*)[4])corner, &place);
  facet_nearest(&place, x, &f);
  bilinear_at(&place, &f, r);
  for (int k = 0; k < 3; k++) r[k] = x[k] - r[k] + 1e-9 * in->n[k]; /* a gap of zero has a normal, too */
  square = v8_dot(r, r);
  inv    = v8_rsqrt(square);
  corner_weights(v8_pick(open, f.xi, s->xi), v8_pick(open, f.eta, s->eta), weight);
  in->gap = v8_pick(open, square * inv - gone, in->gap);
  for (int k = 0; k < 3; k++) in->n[k] = v8_pick(open, r[k] * inv, in->n[k]);
}

/* Normal, relative velocity, areas and mass of eight spots; weight: of the facet's corners. */
static void spots_motion(const Spots *s, int cohesive, v8 weight[4], SurfaceSpots *in)
{
  v8 v[4], n[4], x[4], col[4], normal[3] = {0}, h = v8_set(0.0), inv_mass, inv;

  corner_weights(s->xi, s->eta, weight);
  columns_at(s->node, SF_X, x);
  columns_at(s->node, SF_VX, v);
  columns_at(s->node, SF_NX, n);
  for (int m = 0; m < 4; m++) {
    columns_at(s->corner[m], SF_NX, col);
    for (int k = 0; k < 3; k++) normal[k] += weight[m] * col[k];
    h += weight[m] * col[3];
  }
  inv = v8_rsqrt(v8_dot(normal, normal));
  for (int k = 0; k < 3; k++) in->n[k] = normal[k] * inv;
  in->h    = 0.5 * (h + n[3]);
  in->area = 0.5 * s->live * x[3] * facing(n, in->n);
  if (cohesive) spots_open(s, x, weight, in);
  in->turned = 0.5 * s->live * x[3] * turned_to(n, in->n);
  inv_mass   = 1.0 / v[3];
  for (int m = 0; m < 4; m++) {
    columns_at(s->corner[m], SF_VX, col);
    for (int k = 0; k < 3; k++) v[k] -= weight[m] * col[k];
    inv_mass += weight[m] * weight[m] / col[3];
  }
  in->mass = 1.0 / inv_mass;
  in->vn   = v8_dot(v, in->n);
  for (int k = 0; k < 3; k++) in->vt[k] = v[k] - in->vn * in->n[k];
}

/* The force to the node, its opposite to the corners: the last takes what the others leave, so that nothing is lost. */
static void spots_push(Fem fem, const Spots *s, const v8 weight[4], const v8 force[3], v8 held)
{
  i8 f[4], share[4];

  for (int k = 0; k < 3; k++) f[k] = v8_fixed(force[k], fem->inv_force);
  f[3] = v8_fixed(held, fem->inv_force);
  add_forces(s->f_node, f);
  for (int k = 0; k < 3; k++) f[k] = -f[k];
  for (int m = 0; m < 3; m++) {
    for (int k = 0; k < 3; k++) share[k] = v8_fixed(-weight[m] * force[k], fem->inv_force);
    share[3] = v8_fixed(weight[m] * held, fem->inv_force);
    add_forces(s->f_corner[m], share);
    for (int k = 0; k < 4; k++) f[k] -= share[k];
  }
  add_forces(s->f_corner[3], f);
}

static void spots_work(Fem fem, const SurfaceSpots *in, const SurfaceForces *out, i8 work[])
{
  const double scale = fem->dt * fem->inv_work;

  work[WORK_NORMAL] += v8_fixed(-(out->fn - out->viscous) * in->vn, scale);
  work[WORK_VISCOUS] += v8_fixed(-out->viscous * in->vn, scale);
  work[WORK_TANGENTIAL] += v8_fixed(-v8_dot(out->ft, in->vt), scale);
  work[WORK_FRICTION] += v8_fixed(out->slip_power, scale);
}

static PetscErrorCode SpotsSample(Fem fem, const Pass *p, const Spots *s, const SurfaceSpots *in,
                                  const SurfaceForces *out)
{
  PetscFunctionBeginUser;
  for (int l = 0; l < p->n_pick; l++) {
    const Candidate  *c     = &fem->near.cand[p->hits.cand[p->pick[l]]];
    const SampleShare share = fem_sample_share(in, out, s->node[l], l);

    PetscCall(FemSampleAdd(fem, c->at / fem->n_surf, c->other, &share));
  }
  PetscFunctionReturn(0);
}

/* How the forces of the batch change with places, but for turns of normals and changes of areas. */
static PetscErrorCode SpotsStiffness(Fem fem, const Pass *p, const v8 weight[4], const SurfaceSpots *in,
                                     const SurfaceForces *out)
{
  PetscFunctionBeginUser;
  for (int l = 0; l < p->n_pick; l++) {
    const int        hit = p->pick[l], *face = fem->face[p->hits.facet[hit]];
    const Candidate *c  = &fem->near.cand[p->hits.cand[hit]];
    const double     kt = SURFACE_STICK * out->kn[l], n[3] = {in->n[0][l], in->n[1][l], in->n[2][l]};
    double           w[5] = {1.0};
    int              node[5];

    node[0] = c->at;
    for (int m = 0; m < 4; m++) node[m + 1] = c->other * fem->n_surf + face[m], w[m + 1] = -weight[m][l];
    if (in->area[l] > 0.0) PetscCall(FemSpotAdd(fem->spots, 5, node, w, n, surface_slope(in, out, l), kt));
  }
  PetscFunctionReturn(0);
}

static PetscErrorCode PassBatch(Fem fem, Pass *p)
{
  Spots         s;
  SurfaceSpots  in;
  SurfaceForces out;
  v8            weight[4], force[3];

  PetscFunctionBeginUser;
  if (!p->n_pick) PetscFunctionReturn(0);
  spots_gather(fem, &p->hits, p->pick, p->n_pick, &s);
  in.gap = s.gap;
  slots_recall(s.slot, s.partner, &in);
  spots_motion(&s, fem->reach > 0.0, weight, &in);
  faces_recall(fem, s.face, &in);
  surface_forces(&p->law, fem->dt, &in, &out);
  for (int k = 0; k < 3; k++) force[k] = out.fn * in.n[k] + out.ft[k];
  spots_push(fem, &s, weight, force, out.held);
  spots_work(fem, &in, &out, p->work);
  for (int l = 0; l < p->n_pick; l++)
    fem->near.cand[p->hits.cand[p->pick[l]]].held =
        slot_update((double(*)[SLOT_N])s.slot[l], s.partner[l], s.face[l], &in, &out, l);
  if (fem->sampling) PetscCall(SpotsSample(fem, p, &s, &in, &out));
  if (fem->spots) PetscCall(SpotsStiffness(fem, p, weight, &in, &out));
  p->n_pick = 0;
  PetscFunctionReturn(0);
}

/* Out of reach: what was stored is gone. */
static void let_go(Fem fem, Candidate *c)
{
  const int at = slot_find(fem->slot[c->at], 1.0 + (double)fem->id[c->other]);

  if (at >= 0) slot_free(fem->slot[c->at], at);
  c->held = 0;
}

/*
  Contacts of one node: all in one batch, so that each finds what it has stored before any of them stores anew; which
  nodes share a batch, and so the number of ranks, makes no difference.
*/
static PetscErrorCode PassNode(Fem fem, Pass *p, const int found[], int m)
{
  PetscFunctionBeginUser;
  if (p->n_pick + m > 8) PetscCall(PassBatch(fem, p));
  for (int k = 0; k < m; k++) p->pick[p->n_pick++] = found[k];
  PetscFunctionReturn(0);
}

/* The nearest facet of each candidate in work, then its forces. */
static PetscErrorCode PassHits(Fem fem, Pass *p)
{
  Hits     *h = &p->hits;
  const int n = h->n;

  PetscFunctionBeginUser;
  if (!n) PetscFunctionReturn(0);
  hit_best(fem, h);
  for (int j = 0; j < n;) {
    const int at = fem->near.cand[h->cand[j]].at;
    int       found[8], m = 0;

    for (; j < n && fem->near.cand[h->cand[j]].at == at; j++) {
      Candidate      *c    = &fem->near.cand[h->cand[j]];
      const PairFace *face = &fem->between[c->pair];
      const double    most = FACET_SLANT * (face_reach(fem->cohesion, face) + face->overlap) - face->overlap;
      int             best = h->best[j];

      c->when = -1.0f;
      if (best >= 0 && h->gap[best] >= most) { /* outside, and out of reach */
        if (!h->fold[best] && h->beyond[best] == 0.0)
          c->when = fem->way[c->side] + (float)(OPEN * PetscMin(h->gap[best] - most, OPEN_DEEP * fem->skin));
        best = -1;
      }
      if (best < 0 && c->held) let_go(fem, c);
      if (best >= 0) found[m++] = best;
      if (m == 8) PetscCall(PassNode(fem, p, found, m));
      m %= 8;
    }
    PetscCall(PassNode(fem, p, found, m));
  }
  PetscCall(PassBatch(fem, p));
  h->n = h->most = 0;
  PetscFunctionReturn(0);
}

PetscErrorCode FemContact(Fem fem)
{
  Pass pass = {
      .law = {fem->cfg.penalty * fem->cfg.bulk.K, fem->cfg.dashpot, fem->cfg.ligand}
  };
  int last = -1; /* node of the candidate before */

  PetscFunctionBeginUser;
  hits_layout(fem->hits, fem->hits_cap, &pass.hits);
  for (int k = 0; k < fem->near.n; k++) {
    Candidate *c = &fem->near.cand[k];

    if (c->when > fem->way[c->side]) { /* touches nothing yet, or, having come near, no more */
      if (c->held) let_go(fem, c);
      continue;
    }
    if (c->at != last && pass.hits.most > HITS) PetscCall(PassHits(fem, &pass));
    take_candidate(fem, k, &pass.hits);
    last = c->at;
  }
  PetscCall(PassHits(fem, &pass));
  for (int k = WORK_NORMAL; k <= WORK_FRICTION; k++) exact_add_int(&fem->work[k], i8_sum(pass.work[k]));
  PetscFunctionReturn(0);
}
