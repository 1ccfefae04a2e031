/* fem_tools.c - surfaces of bodies on the die wall and the punches: analytic surfaces, so one pass does. */
#include "mesh/die.h"
#include "solver/fem/fem_impl.h"

#include <string.h>

/* Tangential stiffness over the normal one, of a surface that sticks. */
static const double STICK = 0.5;

/* The slot of this tool, a free one made its own, or NULL: all are taken. */
static double *tool_slot(NodeSlots s, double tool)
{
  const int mine = slot_find(s, tool), k = mine >= 0 ? mine : slot_find(s, 0.0);

  if (k >= 0) s[k][SLOT_PARTNER] = tool;
  return k >= 0 ? s[k] : NULL;
}

static void forget(NodeSlots s, double tool)
{
  const int k = slot_find(s, tool);

  if (k >= 0) slot_free(s, k);
}

/* Gap of a point to a tool and the normal away from it. */
static double tool_gap(const Tools *t, int tool, const double x[3], double n[3])
{
  if (tool == TOOL_DIE) return die_gap(x, 0.0, t->die_radius, t->die_top, n);
  n[0] = n[1] = 0.0;
  n[2]        = tool == TOOL_BOTTOM ? 1.0 : -1.0;
  return n[2] * (x[2] - t->z[tool]);
}

/* What one node gets from a tool. */
typedef struct {
  double n[3], gap, stiff, elastic, damp, ft[3], slip; /* work of sliding in `slip` */
} ToolTouch;

static void touch_tool(Fem fem, const Tools *t, int tool, const double *r, NodeSlots slots, ToolTouch *q)
{
  const double out  = tool == TOOL_DIE ? fem->wall_speed : 0.0; /* against its normal */
  const double u[3] = {r[SF_VX] + out * q->n[0], r[SF_VY] + out * q->n[1], r[SF_VZ] + out * q->n[2] - t->v[tool]};
  double       vn = 0.0, along = 0.0, ft = 0.0, *slot, cap;

  q->stiff   = fem->cfg.penalty * fem->cfg.bulk.K / r[SF_H] * r[SF_AREA];
  q->elastic = -q->stiff * q->gap;
  for (int k = 0; k < 3; k++) vn += u[k] * q->n[k];
  q->damp = -2.0 * fem->cfg.dashpot * sqrt(q->stiff * r[SF_MASS]) * vn;
  q->damp = fmax(q->damp, -q->elastic); /* a dashpot alone never pulls */
  cap     = t->mu[tool] * (q->elastic + q->damp);
  slot    = tool_slot(slots, -1.0 - tool);
  q->slip = 0.0;
  memset(q->ft, 0, sizeof q->ft);
  if (!slot) return;
  for (int k = 0; k < 3; k++) along += slot[SLOT_FX + k] * q->n[k];
  for (int k = 0; k < 3; k++) {
    q->ft[k] = slot[SLOT_FX + k] - along * q->n[k] - STICK * q->stiff * fem->dt * (u[k] - vn * q->n[k]);
    ft += q->ft[k] * q->ft[k];
  }
  ft = sqrt(ft);
  if (ft > cap) {
    const double scale = cap / ft;
    q->slip            = cap * (ft - cap) / (STICK * q->stiff);
    for (int k = 0; k < 3; k++) q->ft[k] *= scale;
  }
  for (int k = 0; k < 3; k++) slot[SLOT_FX + k] = q->ft[k];
}

static PetscErrorCode ToolStiffness(Fem fem, PetscInt record, const ToolTouch *q)
{
  const int    node = (int)record;
  const double one = 1.0, kt = STICK * q->stiff;
  const double hold2 = q->ft[0] * q->ft[0] + q->ft[1] * q->ft[1] + q->ft[2] * q->ft[2];
  const double back  = hold2 > 0.0 ? hold2 / (hold2 + q->slip * kt) : 0.0;

  PetscFunctionBeginUser;
  PetscCall(FemSpotAdd(fem->spots, 1, &node, &one, q->n, q->stiff, kt, back, q->ft));
  PetscFunctionReturn(0);
}

static PetscErrorCode SampleTool(Fem fem, PetscInt body, int tool, const double *r, const ToolTouch *q)
{
  SampleShare s = {
      .fn = q->elastic + q->damp, .area = r[SF_AREA], .kn = q->stiff, .stored = 0.5 * q->stiff * q->gap * q->gap};

  PetscFunctionBeginUser;
  for (int k = 0; k < 3; k++) {
    s.n[k] = q->n[k];
    s.f[k] = s.fn * q->n[k] + q->ft[k];
    s.x[k] = r[SF_X + k];
  }
  PetscCall(FemSampleAdd(fem, (int)body, -1 - tool, &s));
  PetscFunctionReturn(0);
}

static PetscErrorCode BodyOnTool(Fem fem, const Tools *t, PetscInt b, int tool)
{
  const double dt = fem->dt, out = tool == TOOL_DIE ? fem->wall_speed : 0.0;

  PetscFunctionBeginUser;
  for (int n = 0; n < fem->n_surf; n++) {
    const double *r       = fem->surf[b * fem->n_surf + n];
    int64_t      *f       = fem->force[b * fem->n_surf + n];
    double        work[3] = {0}; /* normal, viscous, tangential */
    ToolTouch     q;

    q.gap = tool_gap(t, tool, r, q.n);
    if (q.gap >= 0.0) {
      forget(fem->slot[b * fem->n_surf + n], -1.0 - tool);
      continue;
    }
    touch_tool(fem, t, tool, r, fem->slot[b * fem->n_surf + n], &q);
    for (int k = 0; k < 3; k++) {
      const double  u  = r[SF_VX + k] + out * q.n[k] - (k == 2 ? t->v[tool] : 0.0);
      const int64_t fk = (int64_t)(((q.elastic + q.damp) * q.n[k] + q.ft[k]) * fem->inv_force);
      f[k] += fk;
      exact_add_int(&fem->tool_force[tool][k], -fk);
      work[0] -= q.elastic * q.n[k] * u;
      work[1] -= q.damp * q.n[k] * u;
      work[2] -= q.ft[k] * u;
    }
    exact_add(&fem->work[WORK_NORMAL], work[0] * dt, fem->inv_work);
    exact_add(&fem->work[WORK_VISCOUS], work[1] * dt, fem->inv_work);
    exact_add(&fem->work[WORK_TANGENTIAL], work[2] * dt, fem->inv_work);
    exact_add(&fem->work[WORK_FRICTION], q.slip, fem->inv_work);
    exact_add(&fem->work[WORK_TOOLS],
              (((q.elastic + q.damp) * q.n[2] + q.ft[2]) * t->v[tool] - (q.elastic + q.damp) * out) * dt,
              fem->inv_work);
    if (tool == TOOL_DIE) exact_add(&fem->wall_force, q.elastic + q.damp, fem->inv_force);
    if (fem->sampling) PetscCall(SampleTool(fem, b, tool, r, &q));
    if (fem->spots) PetscCall(ToolStiffness(fem, b * fem->n_surf + n, &q));
  }
  PetscFunctionReturn(0);
}

PetscErrorCode FemTools(Fem fem, const Tools *t)
{
  PetscFunctionBeginUser;
  for (PetscInt b = 0; b < fem->n_body; b++) {
    const double *r = fem->g->rec[fem->row[b]];
    double        n[3];
    for (int tool = 0; tool < TOOL_N; tool++)
      if (tool_gap(t, tool, r, n) < 1.01 * r[REC_R]) PetscCall(BodyOnTool(fem, t, b, tool));
  }
  PetscFunctionReturn(0);
}
