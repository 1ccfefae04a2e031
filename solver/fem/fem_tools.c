/*
  fem_tools.c - surfaces of bodies on the die wall and the punches, eight nodes at a time, by the law of
  materials/surface.h: analytic surfaces, so one pass does, with the whole area of a node.
*/
#include "mesh/die.h"
#include "solver/fem/fem_lanes.h"
#include "solver/grains/tool_surface.h"

/* Eight nodes of a body at a tool. */
typedef struct {
  int           n, node[8]; /* the first n are these, the rest repeat one and have no area */
  const double *row[8];
  int64_t      *force[8];
  double       *slot[8];
  double        partner[8];
  v8            wall[3]; /* velocity of the tool there */
} ToolNodes;

typedef struct {
  int        tool;
  SurfaceLaw law;
  double     W, strength, mu, reach;
  i8         work[WORK_N]; /* fixed point, of this step */
  i8         force[3];     /* on the tool */
  i8         normal;       /* normal forces on the bodies, all added up */
} ToolPass;

/* Distance of the middle of a body from a tool. */
static double middle_gap(const Tools *t, int tool, const double x[3])
{
  double n[3];

  if (tool == TOOL_DIE) return die_gap(x, 0.0, t->die_radius, t->die_top, n);
  return tool == TOOL_BOTTOM ? x[2] - t->z[tool] : t->z[tool] - x[2];
}

/* At most so far do tools that deform go near a body of that radius [nm]. */
static double strained_way(const ToolStrain *s, const double x[3], double radius)
{
  double e2 = 0.0, d2 = 0.0;

  for (int i = 0; s && i < 3; i++) {
    d2 += (x[i] - s->centre[i]) * (x[i] - s->centre[i]);
    for (int j = 0; j < 3; j++) e2 += s->e[i][j] * s->e[i][j];
  }
  return sqrt(e2) * (sqrt(d2) + 2.0 * radius);
}

static void nodes_gather(Fem fem, PetscInt body, int first, int tool, ToolNodes *q)
{
  q->n = PetscMin(8, fem->n_surf - first);
  for (int l = 0; l < 8; l++) {
    const size_t at = (size_t)body * (size_t)fem->n_surf + (size_t)(first + PetscMin(l, q->n - 1));

    q->row[l]     = fem->surf[at];
    q->force[l]   = fem->force[at];
    q->slot[l]    = fem->slot[at][0];
    q->partner[l] = -1.0 - tool;
  }
}

/* How far points of the deforming tools have gone. */
static void strain_moves(const ToolStrain *s, const v8 x[3], v8 u[3])
{
  for (int i = 0; i < 3; i++) {
    u[i] = v8_set(0.0);
    for (int j = 0; j < 3; j++) u[i] += s->e[i][j] * (x[j] - s->centre[j]);
  }
}

/* Tools that deform: the gap at the place it came from, distances and normals to first order; adds to the velocity. */
static void strained_surface(Fem fem, const Tools *t, int tool, const v8 x[3], v8 n[3], v8 *gap, v8 wall[3])
{
  const ToolStrain *s = fem->strain;
  v8                u[3], from[3], en[3], nen;

  strain_moves(s, x, u);
  for (int k = 0; k < 3; k++) from[k] = x[k] - u[k];
  tool_surface(t, tool, from, n, gap);
  for (int i = 0; i < 3; i++) en[i] = s->e[i][0] * n[0] + s->e[i][1] * n[1] + s->e[i][2] * n[2];
  nen = v8_dot(n, en);
  for (int i = 0; i < 3; i++) n[i] += nen * n[i] - en[i];
  *gap *= 1.0 + nen;
  for (int k = 0; k < 3; k++) wall[k] = u[k] * (1.0 / fem->dt);
}

/* Forces act where the surface of the tool is; the place it came from makes the stress a nominal one. */
static void moment_of(ToolStrain *s, const ToolNodes *q, const SurfaceSpots *in, const v8 force[3])
{
  v8 x[4], at[3], u[3];

  columns_at(q->row, SF_X, x);
  for (int k = 0; k < 3; k++) at[k] = x[k] - in->gap * in->n[k];
  strain_moves(s, at, u);
  for (int i = 0; i < 3; i++)
    for (int j = 0; j < 3; j++) {
      const v8 m = force[i] * (at[j] - u[j] - s->centre[j]);
      for (int l = 0; l < q->n; l++) s->moment[i][j] += m[l];
    }
}

/* Gap, normal, relative velocity, area and mass of eight nodes; returns which are within reach, one bit each. */
static unsigned nodes_motion(Fem fem, const Tools *t, const ToolPass *p, ToolNodes *q, SurfaceSpots *in)
{
  v8       x[4], v[4], n[4], u[3];
  unsigned near;
  i8       here;

  columns_at(q->row, SF_X, x);
  if (fem->strain) strained_surface(fem, t, p->tool, x, in->n, &in->gap, q->wall);
  else tool_surface(t, p->tool, x, in->n, &in->gap);
  here = (i8)(in->gap < v8_set(PetscMax(p->reach, 0.0)));
  near = i8_bits(here) & (unsigned)((1 << q->n) - 1);
  if (!near) return 0;
  for (int l = q->n; l < 8; l++) here[l] = 0;
  columns_at(q->row, SF_VX, v);
  columns_at(q->row, SF_NX, n);
  if (!fem->strain) tool_velocity(t, p->tool, x, q->wall);
  for (int k = 0; k < 3; k++) u[k] = v[k] - q->wall[k];
  in->W        = v8_set(p->W);
  in->strength = v8_set(p->strength);
  in->mu       = v8_set(p->mu);
  in->layer    = v8_set(0.0);
  in->h        = n[3];
  in->mass     = v[3];
  in->vn       = v8_dot(u, in->n);
  for (int k = 0; k < 3; k++) in->vt[k] = u[k] - in->vn * in->n[k];
  /* a tool pushes out whatever lies in it, and draws the side of a body that it sees */
  in->area   = v8_where(here, x[3]);
  in->turned = in->area * facing(n, in->n);
  return near;
}

static void nodes_work(Fem fem, const ToolNodes *q, const SurfaceSpots *in, const SurfaceForces *out, const v8 force[3],
                       i8 work[])
{
  const double scale = fem->dt * fem->inv_work;

  work[WORK_NORMAL] += v8_fixed(-(out->fn - out->viscous) * in->vn, scale);
  work[WORK_VISCOUS] += v8_fixed(-out->viscous * in->vn, scale);
  work[WORK_TANGENTIAL] += v8_fixed(-v8_dot(out->ft, in->vt), scale);
  work[WORK_FRICTION] += v8_fixed(out->slip_power, scale);
  work[WORK_TOOLS] += v8_fixed(v8_dot(force, q->wall), scale);
}

static PetscErrorCode SampleTool(Fem fem, PetscInt body, const ToolPass *p, const ToolNodes *q, const SurfaceSpots *in,
                                 const SurfaceForces *out)
{
  PetscFunctionBeginUser;
  for (int l = 0; l < q->n; l++) {
    const SampleShare share = fem_sample_share(in, out, q->row[l], l);

    if (in->area[l] <= 0.0) continue;
    PetscCall(FemSampleAdd(fem, (int)body, -1 - p->tool, &share));
  }
  PetscFunctionReturn(0);
}

static PetscErrorCode ToolStiffness(Fem fem, int record, const ToolNodes *q, const SurfaceSpots *in,
                                    const SurfaceForces *out)
{
  const double one = 1.0;

  PetscFunctionBeginUser;
  for (int l = 0; l < q->n; l++) {
    const double kt = SURFACE_STICK * out->kn[l], n[3] = {in->n[0][l], in->n[1][l], in->n[2][l]};
    const int    node = record + l;

    if (in->area[l] > 0.0) PetscCall(FemSpotAdd(fem->spots, 1, &node, &one, n, surface_slope(in, out, l), kt));
  }
  PetscFunctionReturn(0);
}

/* Tools carry no ligands and weld to nothing. */
static const PairFace none_between = {0};

static PetscErrorCode BodyOnTool(Fem fem, const Tools *t, PetscInt b, ToolPass *p)
{
  static const double none[SLOT_KEPT] = {0};

  PetscFunctionBeginUser;
  for (int first = 0; first < fem->n_surf; first += 8) {
    ToolNodes     q;
    SurfaceSpots  in;
    SurfaceForces out;
    v8            force[3];
    i8            f[4];

    nodes_gather(fem, b, first, p->tool, &q);
    if (!nodes_motion(fem, t, p, &q, &in)) {
      for (int l = 0; l < q.n; l++) slot_store((double(*)[SLOT_N])q.slot[l], q.partner[l], none);
      continue;
    }
    slots_recall(q.slot, q.partner, &in);
    surface_forces(&p->law, fem->dt, &in, &out);
    for (int k = 0; k < 3; k++) {
      force[k] = out.fn * in.n[k] + out.ft[k];
      f[k]     = v8_fixed(force[k], fem->inv_force);
      p->force[k] -= f[k];
    }
    f[3] = v8_fixed(0.5 * out.held, fem->inv_force); /* a tool does not give way */
    p->normal += v8_fixed(out.fn, fem->inv_force);
    add_forces(q.force, f);
    nodes_work(fem, &q, &in, &out, force, p->work);
    for (int l = 0; l < q.n; l++) slot_update((double(*)[SLOT_N])q.slot[l], q.partner[l], &none_between, &in, &out, l);
    if (fem->strain) moment_of(fem->strain, &q, &in, force);
    if (fem->sampling) PetscCall(SampleTool(fem, b, p, &q, &in, &out));
    if (fem->spots) PetscCall(ToolStiffness(fem, (int)b * fem->n_surf + first, &q, &in, &out));
  }
  PetscFunctionReturn(0);
}

PetscErrorCode FemTools(Fem fem, const Tools *t)
{
  const FemConfig *c = &fem->cfg;

  PetscFunctionBeginUser;
  for (int tool = 0; tool < TOOL_N; tool++) {
    ToolPass p = {
        .tool     = tool,
        .law      = {c->penalty * c->bulk.K, c->dashpot},
        .W        = t->W[tool],
        .strength = fem_strength(c, t->W[tool]),
        .mu       = t->mu[tool]
    };

    p.reach = surface_reach(p.W, p.strength);
    for (PetscInt b = 0; b < fem->n_body; b++) {
      const double *r = fem->g->rec[fem->row[b]];
      if (middle_gap(t, tool, r) >= 1.01 * r[REC_R] + p.reach + strained_way(fem->strain, r, r[REC_R])) continue;
      memset(p.force, 0, sizeof p.force); /* of one body: the sum of all would not fit */
      memset(p.work, 0, sizeof p.work);
      p.normal = (i8){0};
      PetscCall(BodyOnTool(fem, t, b, &p));
      for (int k = 0; k < 3; k++) exact_add_int(&fem->tool_force[tool][k], i8_sum(p.force[k]));
      if (tool == TOOL_DIE) exact_add_int(&fem->wall_force, i8_sum(p.normal));
      for (int k = WORK_NORMAL; k <= WORK_TOOLS; k++) exact_add_int(&fem->work[k], i8_sum(p.work[k]));
    }
  }
  PetscFunctionReturn(0);
}
