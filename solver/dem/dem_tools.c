/* dem_tools.c - grains on the die wall and the punches: the same laws, with a rigid flat on the other side. */
#include "solver/dem/eight.h"

/*
  Normal of the block at eight grains and their distance from it; mesh/die.h has the same for one.  Below the rim the
  nearest point of the bore is at the grain's height; above it the normal turns around the edge without a jump.
*/
static void die_surface(const Tools *t, const EightGrains *g, v8 n[3], v8 *gap)
{
  const v8 r      = v8_sqrt(g->x[0] * g->x[0] + g->x[1] * g->x[1]) + 1e-30;
  const v8 inward = t->die_radius - r, over = g->x[2] - t->die_top, zero = v8_set(0.0);
  const i8 above = (i8)(over > zero);
  const v8 up = v8_where(above, over), aside = v8_where((i8)(inward > zero), inward);
  const v8 slant = v8_sqrt(aside * aside + up * up) + 1e-30;
  const v8 radial =
      v8_where(above, aside / slant) + v8_where(~above, v8_set(1.0)); /* of the normal, towards the axis */

  n[0] = -g->x[0] / r * radial;
  n[1] = -g->x[1] / r * radial;
  n[2] = up / slant;
  *gap = v8_where(above, slant) + v8_where(~above, inward);
}

static void tool_surface(const Tools *t, int tool, const EightGrains *g, v8 n[3], v8 *gap)
{
  if (tool == TOOL_DIE) {
    die_surface(t, g, n, gap);
  } else {
    const double up = tool == TOOL_BOTTOM ? 1.0 : -1.0;
    n[0] = n[1] = v8_set(0.0);
    n[2]        = v8_set(up);
    *gap        = up * (g->x[2] - t->z[tool]);
  }
}

static void tool_geometry(const Tools *t, int tool, const EightGrains *g, ContactBatch *in, v8 *arm)
{
  v8 n[3], v[3] = {g->v[0], g->v[1], g->v[2] - t->v[tool]}, s[3], vn, gap;

  tool_surface(t, tool, g, n, &gap);
  V8(in->delta) = g->R - gap;
  vn            = v[0] * n[0] + v[1] * n[1] + v[2] * n[2];
  *arm          = gap;
  for (int k = 0; k < 3; k++) {
    s[k]          = gap * g->w[k];
    V8(in->n[k])  = n[k];
    V8(in->wr[k]) = g->w[k];
  }
  V8(in->vn)    = vn;
  V8(in->vt[0]) = v[0] - vn * n[0] - (s[1] * n[2] - s[2] * n[1]);
  V8(in->vt[1]) = v[1] - vn * n[1] - (s[2] * n[0] - s[0] * n[2]);
  V8(in->vt[2]) = v[2] - vn * n[2] - (s[0] * n[1] - s[1] * n[0]);
  V8(in->spin)  = 0.5 * (g->w[0] * n[0] + g->w[1] * n[1] + g->w[2] * n[2]);
}

static void fill_rigid_side(ContactSide *s)
{
  memset(s, 0, sizeof *s);
  V8(s->R) = V8(s->R0) = v8_set(1e30);
  V8(s->Y) = V8(s->psi) = v8_set(1.0);
}

PetscErrorCode DemToolForces(Dem dem, const Tools *t, int tool)
{
  Batches     *list = &dem->tool[tool];
  ContactBatch in   = {.dt = dem->cfg.dt, .mu = t->mu[tool], .mu_roll = t->mu_roll[tool], .tool = 1};
  ContactForce out;
  EightGrains  g;
  v8           arm;
  i8           force[3];

  PetscFunctionBeginUser;
  V8(in.W) = v8_set(t->W[tool]);
  fill_rigid_side(&in.side[1]);
  for (PetscInt c = 0; c < list->n; c++) {
    const int *i     = list->i + 8 * c;
    Lanes     *state = list->state + (size_t)c * (size_t)dem->n_state;

    eight_gather((const GrainRecord *)dem->g->rec, i, 0, &g);
    eight_side(&g, 0, &in.side[0]);
    V8(in.m_eff) = 1.0 / g.inv_m;
    tool_geometry(t, tool, &g, &in, &arm);
    if (!list->live[c] && !i8_any((i8)(V8(in.delta) > v8_set(-dem->reach)))) continue;
    contact_force(&dem->cfg.model, &in, state, &out);
    list->live[c] = i8_any((i8)(V8(in.delta) > v8_set(-dem->reach)));
    dem_scatter_i(dem, i, arm, &in, &out, force);
    for (int k = 0; k < 3; k++) exact_add_int(&dem->tool_force[tool][k], -i8_sum(force[k]));
    dem_add_work(dem, &in, &out);
    dem->step_work[WORK_TOOLS] +=
        v8_fixed((V8(out.fn) * V8(in.n[2]) + V8(out.ft[2])) * t->v[tool], in.dt * dem->u.inv_work);
    if (dem->sampling) {
      Lanes branch[3];
      for (int k = 0; k < 3; k++) V8(branch[k]) = arm * V8(in.n[k]);
      PetscCall(DemRecord(dem, &in, &out, state, c, tool, (const Lanes *)branch));
    }
  }
  PetscFunctionReturn(0);
}
