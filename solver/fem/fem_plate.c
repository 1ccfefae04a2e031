/*
  fem_plate.c - surfaces of bodies against rigid grains, each seen as the plate between the two, as wide as the grain.

  The plate is the middle plane of the pair: a node that is in it by u is in the other surface by 2 u, were that its
  mirror image. Hence twice the penalty, half the work of adhesion, and the largest traction as it is.
*/
#include "solver/fem/fem_lanes.h"

#include <string.h>

/* One plate in work: eight nodes at a time. */
typedef struct {
  Fem      fem;
  PetscInt body;
  int      n_eight;          /* of its surface nodes; the last ones repeat the last node */
  v8 (*x)[3];                /* [n_eight] where they are */
  unsigned char  *near;      /* [n_eight] bits: nodes that the plate touches */
  int             n_held;    /* what its nodes have stored against grains: */
  int            *node_held; /* [n_held] which */
  double         *held;      /* [n_held, 0 to the next multiple of 8] against whom, as SLOT_PARTNER has it */
  const Plate    *plate;
  PlateReaction  *out;
  SurfaceLaw      law;
  const PairFace *face;         /* between the two grains */
  size_t          first;        /* of the body's surface records */
  double          most;         /* gap beyond which nothing acts [nm] */
  double          edge, middle; /* radius of the edge, and of the circle its centre goes around [nm] */
  double          work[WORK_FRICTION + 1];
  int             n, node[8];
  double          gap[8], normal[8][3];
  double          along[8]; /* normal times that of the plate: 1 on the flat */
} PlatePass;

/* The body whose plates come now. */
static void take_body(PlatePass *s, PetscInt body)
{
  const Fem fem = s->fem;

  s->body    = body;
  s->first   = (size_t)body * (size_t)fem->n_surf;
  s->n_eight = (fem->n_surf + 7) / 8;
  for (int e = 0; e < s->n_eight; e++) {
    const double *row[8];
    v8            col[4];

    for (int l = 0; l < 8; l++) row[l] = fem->surf[s->first + (size_t)PetscMin(8 * e + l, fem->n_surf - 1)];
    v8_columns4(row, col);
    for (int k = 0; k < 3; k++) s->x[e][k] = col[k];
  }
  s->n_held = 0;
  for (int n = 0; n < fem->n_surf; n++)
    for (int k = 0; k < SLOTS; k++) {
      const double partner = fem->slot[s->first + (size_t)n][k][SLOT_PARTNER];
      if (partner > 0.0) s->node_held[s->n_held] = n, s->held[s->n_held++] = partner;
    }
  for (int k = s->n_held; k < (s->n_held + 7) / 8 * 8; k++) s->held[k] = 0.0;
}

/* From the centre of the rigid grain to eight points: vectors, and their parts along the normal. */
static inline v8 from_centre(const Plate *p, const v8 x[3], v8 d[3])
{
  for (int k = 0; k < 3; k++) d[k] = x[k] - p->x[k];
  return d[0] * p->n[0] + d[1] * p->n[1] + d[2] * p->n[2];
}

/*
  Twice the way of a plate from the grain's sphere to midway, and the layer: there the nearest node is as far from the
  plate (pass_eight) as the plate from the sphere, and a layer.

  Midway between sphere and flat is a plane, between sphere and edge a paraboloid, between sphere and round one, too: of
  each node in closed form, without a jump where it goes from one to the other.  Behind the grain is none.  The half
  ball is convex and goes ahead along its normal, so that of all nodes the one with the least midway is nearest to a
  plate there: none is inside before the sphere is.
*/
static double nearest(const PlatePass *s)
{
  const double R = s->plate->R, layer = s->face->layer, rho = s->edge, middle = s->middle;
  const v8     zero = v8_set(0.0), tiny = v8_set(1e-9 * R);
  v8           least = v8_set(1e300);
  double       all   = 1e300;

  for (int e = 0; e < s->n_eight; e++) {
    v8       d[3];
    const v8 along = from_centre(s->plate, (const v8 *)s->x[e], d), ahead = along - R;
    const v8 aside2 = v8_max(v8_dot(d, d) - along * along, zero), aside = v8_sqrt(aside2);
    const v8 wide = v8_max(aside - middle, zero), edge = wide * wide / v8_max(ahead + (2.0 * rho + layer), tiny);
    const v8 height = 0.5 * (ahead - edge + layer); /* over the flat, were it the edge or the flat */
    const v8 round  = aside2 / v8_max(along + layer, tiny) - R;
    const i8 rim    = (i8)(wide > zero) & (i8)(height * middle + rho * aside > zero);

    least = v8_min(least, v8_pick((i8)(along > zero), ahead + v8_pick(rim, edge, v8_max(round, zero)), v8_set(1e300)));
  }
  for (int l = 0; l < 8; l++) all = PetscMin(all, least[l]);
  return all;
}

/* The same from below, by the sphere that bounds the body. */
static double nearest_least(const PlatePass *s)
{
  const double *body = s->fem->g->rec[s->plate->meshed];
  double        d[3];

  for (int k = 0; k < 3; k++) d[k] = body[REC_X + k] - s->plate->x[k];
  return sqrt(d[0] * d[0] + d[1] * d[1] + d[2] * d[2]) - body[REC_R] - s->plate->R;
}

static void spots_of(const PlatePass *s, SurfaceSpots *in)
{
  const Plate    *p = s->plate;
  const PairFace *face[8];
  double          partner[8], *slot[8];

  memset(in, 0, sizeof *in);
  in->h = in->mass = v8_set(1.0);
  for (int l = 0; l < 8; l++) {
    partner[l] = 1.0 + (double)p->id;
    face[l]    = s->face;
    slot[l]    = s->fem->slot[s->first + (size_t)s->node[l < s->n ? l : 0]][0];
  }
  slots_recall(slot, partner, in);
  for (int l = 0; l < s->n; l++) {
    const double *r = s->fem->surf[s->first + (size_t)s->node[l]], *n = s->normal[l];
    double        d[3], u[3], un = 0.0;

    for (int k = 0; k < 3; k++) d[k] = r[SF_X + k] - p->x[k];
    for (int k = 0; k < 3; k++) {
      const int a = (k + 1) % 3, b = (k + 2) % 3;
      u[k] = r[SF_VX + k] - p->v[k] - (p->w[a] * d[b] - p->w[b] * d[a]);
      un += u[k] * n[k];
    }
    in->gap[l]    = s->gap[l];
    in->h[l]      = r[SF_H];
    in->area[l]   = r[SF_AREA];
    in->turned[l] = r[SF_AREA];
    in->mass[l]   = r[SF_MASS];
    in->vn[l]     = un - s->along[l] * p->rate; /* to the plate, which moves on its own */
    for (int k = 0; k < 3; k++) {
      in->n[k][l]  = n[k];
      in->vt[k][l] = u[k] - un * n[k];
    }
  }
  faces_recall(s->fem, face, in);
  in->W *= 0.5; /* its half, to the middle plane */
}

/* A plate goes so far in a step at most, over the radius: as dem_plate.c has it. */
static const double NEAR = 2e-3;

/*
  By how much the force of a node grows as the plate comes nearer, for a step of Newton's rule: where it just touches
  the larger of both sides, of which cohesion may be several times as stiff.  With that of one side plates swung between
  the two, step by step.
*/
static double stiffness(const SurfaceSpots *in, const SurfaceForces *out, int l, double near)
{
  SurfaceForces opens = *out;
  double        k     = PetscMax(surface_slope(in, out, l), 0.0);

  opens.open[l] = 0.0;
  if (out->open[l] < 0.0 && out->open[l] > -near) k = PetscMax(k, surface_slope(in, &opens, l));
  return k;
}

/* Force on one node, its opposite and its moment on the rigid grain, work: the plate itself has neither mass nor place
   for energy. */
static void push_node(PlatePass *s, int l, const SurfaceSpots *in, const SurfaceForces *out)
{
  const Plate  *p   = s->plate;
  Fem           fem = s->fem;
  const size_t  at  = s->first + (size_t)s->node[l];
  const double *r = fem->surf[at], elastic = out->fn[l] - out->viscous[l];
  const double  un = in->vn[l] + s->along[l] * p->rate;
  double        f[3], d[3], turn = 0.0;

  for (int k = 0; k < 3; k++) {
    const int64_t whole = (int64_t)((out->fn[l] * in->n[k][l] + out->ft[k][l]) * fem->inv_force);

    f[k] = (double)whole * fem->unit_force;
    d[k] = r[SF_X + k] - p->x[k];
    turn += out->ft[k][l] * in->vt[k][l];
    fem->force[at][k] += whole;
    s->out->force[k] -= whole;
  }
  fem->force[at][3] += (int64_t)(out->held[l] * fem->inv_force);
  s->out->held += out->held[l];
  for (int k = 0; k < 3; k++) {
    const int a = (k + 1) % 3, b = (k + 2) % 3;
    s->out->torque[k] -= d[a] * f[b] - d[b] * f[a];
  }
  s->out->push += elastic * s->along[l];
  s->out->stiff += stiffness(in, out, l, NEAR * p->R) * s->along[l] * s->along[l];
  if (out->push[l] > 0.0) {
    s->out->area += in->area[l];
    s->out->layer += in->area[l] * out->layer[l];
  }
  if (in->bond[l] > 0.0) s->out->bonded += in->area[l];
  s->out->stored += out->stored[l];
  s->work[WORK_VISCOUS] -= out->viscous[l] * in->vn[l];
  s->work[WORK_NORMAL] -= out->fn[l] * un - out->viscous[l] * in->vn[l];
  s->work[WORK_TANGENTIAL] -= turn;
  s->work[WORK_FRICTION] += out->slip_power[l];
  slot_update(fem->slot[at], 1.0 + (double)p->id, s->face, in, out, l);
}

static void pass_batch(PlatePass *s)
{
  SurfaceSpots  in;
  SurfaceForces out;

  if (!s->n) return;
  spots_of(s, &in);
  surface_forces(&s->law, s->fem->dt, &in, &out);
  for (int l = 0; l < s->n; l++) push_node(s, l, &in, &out);
  s->n = 0;
}

/*
  A plate is the flat of a half ball of the grain's radius.  A node is as far as the nearest point: of the flat, of the
  round behind it, or of the rounded edge between the two.  There normals turn without a jump: as long as a node
  belonged to one of the two faces the plate lost and found its pull from step to step, never came to rest, and gave
  energy.

  A wide flat, though grains meet in a small circle: a plastic body bulges beyond the circle where its sphere is cut,
  and without support there it flows around the grain instead of pressing on it.  Where bodies stay convex, a middle
  plane is never crossed.
*/
static void pass_eight(PlatePass *s, int e)
{
  const Plate   *p    = s->plate;
  const unsigned real = 8 * e + 8 <= s->fem->n_surf ? 0xff : (1u << (s->fem->n_surf - 8 * e)) - 1;
  const double   rho = s->edge, middle = s->middle;
  v8             d[3], height, aside, far, wide, high, round, up, out, gap;
  i8             rim, flat;

  height = from_centre(p, (const v8 *)s->x[e], d) - s->out->place;
  for (int k = 0; k < 3; k++) d[k] -= (s->out->place + height) * p->n[k]; /* away from the axis */
  aside = v8_sqrt(v8_dot(d, d));
  far   = v8_sqrt(aside * aside + height * height);
  wide  = aside - middle;
  high  = height + rho;
  round = v8_sqrt(wide * wide + high * high);
  rim   = (i8)(wide > v8_set(0.0)) & (i8)(height * middle + rho * aside > v8_set(0.0));
  flat  = ~rim & (i8)(height >= far - p->R);
  gap   = v8_pick(rim, round - rho, v8_pick(flat, height, far - p->R));
  /* the normal: so much of that of the plate, so much of d */
  up         = v8_pick(rim, high / round, v8_pick(flat, v8_set(1.0), height / far));
  out        = v8_pick(rim, wide / (round * aside), v8_pick(flat, v8_set(0.0), 1.0 / far));
  s->near[e] = (unsigned char)(i8_bits((i8)(gap < v8_set(s->most))) & real);
  for (unsigned bits = s->near[e]; bits; bits &= bits - 1) {
    const int l = __builtin_ctz(bits);

    s->node[s->n]  = 8 * e + l;
    s->gap[s->n]   = gap[l];
    s->along[s->n] = up[l];
    for (int k = 0; k < 3; k++) s->normal[s->n][k] = up[l] * p->n[k] + out[l] * d[k][l];
    if (++s->n == 8) pass_batch(s);
  }
}

/* Out of reach nothing stays. */
static void let_go(PlatePass *s)
{
  const double partner = 1.0 + (double)s->plate->id;

  for (int first = 0; first < s->n_held; first += 8)
    for (unsigned bits = i8_bits((i8)(*(const v8 *)(s->held + first) == v8_set(partner))); bits; bits &= bits - 1) {
      const int  node = s->node_held[first + __builtin_ctz(bits)];
      NodeSlots *slot = &s->fem->slot[s->first + (size_t)node];
      const int  at   = s->near[node / 8] & 1 << node % 8 ? -1 : slot_find(*slot, partner);

      if (at >= 0) slot_free(*slot, at);
    }
}

static void pass_plate(PlatePass *s)
{
  const Plate *p     = s->plate;
  const double least = nearest_least(s);
  /* no history, and from midway nothing in reach */
  const int apart = p->place <= 0.0 && least >= PetscMax(2.0 * s->most - s->face->layer, s->face->layer);

  s->out->nearest = apart ? least : nearest(s);
  s->out->place   = p->place > 0.0 ? p->place : p->R + 0.5 * (s->out->nearest - s->face->layer);
  memset(s->near, 0, (size_t)s->n_eight);
  for (int e = 0; !apart && e < s->n_eight; e++) pass_eight(s, e);
  pass_batch(s);
  let_go(s);
  for (int m = WORK_NORMAL; m <= WORK_FRICTION; m++)
    exact_add(&s->fem->work[m], s->work[m] * s->fem->dt, s->fem->inv_work);
  memset(s->work, 0, sizeof s->work);
}

/*
  Radius of the edge of a plate over that of the grain, and deeper by what diffusion lets the two lie in each other.
  Deeper nodes have no nearest point: as long as one was it went from the flat to the round and back for good.
*/
static const double EDGE = 0.1, EDGE_MOST = 0.4;

PetscErrorCode FemPlates(Fem fem, PetscInt n, const Plate plate[], PlateReaction reaction[])
{
  const FemConfig *c = &fem->cfg;
  PlatePass        s = {
             .fem       = fem,
             .body      = -1,
             .x         = fem->f_contact, /* scratch of fem_move, and larger, as f is */
             .near      = fem->plate_near,
             .held      = (double *)fem->f,
             .node_held = fem->plate_held,
             .law       = {2.0 * c->penalty * c->bulk.K, c->dashpot, c->ligand}
  };

  PetscFunctionBeginUser;
  for (PetscInt k = 0; k < n; k++) {
    const PetscInt body = fem->body_of[plate[k].meshed];

    PetscCheck(body >= 0 && body < fem->n_body, PETSC_COMM_SELF, PETSC_ERR_PLIB,
               "a plate in front of row %" PetscInt_FMT ", which has no body here", plate[k].meshed);
    if (body != s.body) take_body(&s, body);
    s.plate     = &plate[k];
    s.face      = &fem->between[plate[k].pair];
    s.most      = face_reach(0.5 * fem->cohesion, s.face);
    s.edge      = PetscMin(EDGE * plate[k].R + s.face->overlap, EDGE_MOST * plate[k].R);
    s.middle    = sqrt(plate[k].R * (plate[k].R - 2.0 * s.edge));
    s.out       = &reaction[k];
    reaction[k] = (PlateReaction){.unit = fem->unit_force};
    pass_plate(&s);
  }
  PetscFunctionReturn(0);
}
