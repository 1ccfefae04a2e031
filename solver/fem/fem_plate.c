/*
  fem_plate.c - surfaces of bodies against rigid grains, each seen as the plate between the two, as wide as the grain.

  The plate is the middle plane of the pair: a node that is in it by u is in the other surface by 2 u, were that its
  mirror image. Hence twice the penalty, half the work of adhesion, and the largest traction as it is.
*/
#include "solver/fem/fem_lanes.h"

#include <string.h>

/* One plate in work: eight nodes at a time. */
typedef struct {
  Fem             fem;
  const Plate    *plate;
  PlateReaction  *out;
  SurfaceLaw      law;
  const PairFace *face;  /* between the two grains */
  size_t          first; /* of the body's surface records */
  double          most;  /* gap beyond which nothing acts [nm] */
  double          work[WORK_FRICTION + 1];
  int             n, node[8];
  double          gap[8], normal[8][3];
  int             flat[8]; /* on the plate; else on the sphere beside it */
} PlatePass;

/* From the centre of the rigid grain to a point: vector, and its part along the normal. */
static inline double from_centre(const Plate *p, const double x[3], double d[3])
{
  for (int k = 0; k < 3; k++) d[k] = x[k] - p->x[k];
  return d[0] * p->n[0] + d[1] * p->n[1] + d[2] * p->n[2];
}

/* How near nodes in front of the rigid grain have come to the flat that touches its sphere. */
static double nearest(const PlatePass *s)
{
  const double R     = s->plate->R;
  double       least = 1e300;

  for (int n = 0; n < s->fem->n_surf; n++) {
    double       d[3];
    const double along  = from_centre(s->plate, s->fem->surf[s->first + (size_t)n], d);
    const double aside2 = d[0] * d[0] + d[1] * d[1] + d[2] * d[2] - along * along;
    if (along > 0.0 && aside2 < R * R) least = PetscMin(least, along - R);
  }
  return least;
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
    in->vn[l]     = un - (s->flat[l] ? p->rate : 0.0); /* to the plate, which moves on its own */
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
  const double  un = in->vn[l] + (s->flat[l] ? p->rate : 0.0);
  double        f[3], d[3], turn = 0.0;

  for (int k = 0; k < 3; k++) {
    const int64_t whole = (int64_t)((out->fn[l] * in->n[k][l] + out->ft[k][l]) * fem->inv_force);

    f[k] = (double)whole * fem->unit_force;
    d[k] = r[SF_X + k] - p->x[k];
    turn += out->ft[k][l] * in->vt[k][l];
    fem->force[at][k] += whole;
    s->out->force[k] -= whole;
  }
  for (int k = 0; k < 3; k++) {
    const int a = (k + 1) % 3, b = (k + 2) % 3;
    s->out->torque[k] -= d[a] * f[b] - d[b] * f[a];
    s->out->push += elastic * in->n[k][l] * p->n[k];
  }
  if (s->flat[l]) s->out->stiff += stiffness(in, out, l, NEAR * p->R);
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
  A plate is the flat of a half ball of the grain's radius: a node touches the flat or, beside it, the round, whichever
  it is farther from.  Out of reach nothing stays.

  A wide flat, though grains meet in a small circle: a plastic body bulges beyond the circle where its sphere is cut,
  and without support there it flows around the grain instead of pressing on it.  Where bodies stay convex, a middle
  plane is never crossed.
*/
static void pass_node(PlatePass *s, int node)
{
  const Plate *p  = s->plate;
  const size_t at = s->first + (size_t)node;
  double       d[3], along, far, beside, gap;
  int          flat, held;

  along = from_centre(p, s->fem->surf[at], d);
  for (int k = 0; k < 3; k++) d[k] -= s->out->place * p->n[k];
  far    = sqrt(d[0] * d[0] + d[1] * d[1] + d[2] * d[2]);
  beside = far - p->R;
  flat   = along - s->out->place >= beside;
  gap    = flat ? along - s->out->place : beside;
  if (gap >= s->most || along <= 0.0) {
    held = slot_find(s->fem->slot[at], 1.0 + (double)p->id);
    if (held >= 0) slot_free(s->fem->slot[at], held);
    return;
  }
  s->node[s->n] = node;
  s->gap[s->n]  = gap;
  s->flat[s->n] = flat;
  for (int k = 0; k < 3; k++) s->normal[s->n][k] = flat ? p->n[k] : d[k] / far;
  if (++s->n == 8) pass_batch(s);
}

PetscErrorCode FemPlates(Fem fem, PetscInt n, const Plate plate[], PlateReaction reaction[])
{
  const FemConfig *c = &fem->cfg;
  PlatePass        s = {
             .fem = fem, .law = {2.0 * c->penalty * c->bulk.K, c->dashpot, c->ligand}
  };

  PetscFunctionBeginUser;
  for (PetscInt k = 0; k < n; k++) {
    const PetscInt body = fem->body_of[plate[k].meshed];

    PetscCheck(body >= 0 && body < fem->n_body, PETSC_COMM_SELF, PETSC_ERR_PLIB,
               "a plate in front of row %" PetscInt_FMT ", which has no body here", plate[k].meshed);
    s.plate        = &plate[k];
    s.face         = &fem->between[plate[k].pair];
    s.most         = face_reach(0.5 * fem->cohesion, s.face);
    s.out          = &reaction[k];
    s.first        = (size_t)body * (size_t)fem->n_surf;
    reaction[k]    = (PlateReaction){.unit = fem->unit_force};
    s.out->nearest = nearest(&s);
    s.out->place   = plate[k].place > 0.0 ? plate[k].place : plate[k].R + 0.5 * (s.out->nearest - s.face->layer);
    for (int node = 0; node < fem->n_surf; node++) pass_node(&s, node);
    pass_batch(&s);
    for (int m = WORK_NORMAL; m <= WORK_FRICTION; m++) exact_add(&fem->work[m], s.work[m] * fem->dt, fem->inv_work);
    memset(s.work, 0, sizeof s.work);
  }
  PetscFunctionReturn(0);
}
