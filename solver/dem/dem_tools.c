/* dem_tools.c - grains on the die wall and the punches: the same laws, with a rigid flat on the other side. */
#include "solver/dem/eight.h"
#include "solver/grains/tool_surface.h"

/* w: velocity of the tool's surface. */
static void tool_geometry(const Tools *t, int tool, const EightGrains *g, ContactBatch *in, v8 *arm, v8 w[3])
{
  v8 n[3], v[3], s[3], vn, gap;

  tool_surface(t, tool, g->x, n, &gap);
  tool_velocity(t, tool, g->x, w);
  for (int k = 0; k < 3; k++) v[k] = g->v[k] - w[k];
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
  v8           arm, w[3], power;
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
    tool_geometry(t, tool, &g, &in, &arm, w);
    if (!list->live[c] && !i8_any((i8)(V8(in.delta) > v8_set(-dem->reach)))) continue;
    contact_force(&dem->cfg.model, &in, state, &out);
    list->live[c] = i8_any((i8)(V8(in.delta) > v8_set(-dem->reach)));
    dem_scatter_i(dem, i, arm, &in, &out, force);
    for (int k = 0; k < 3; k++) exact_add_int(&dem->tool_force[tool][k], -i8_sum(force[k]));
    dem_add_work(dem, &in, &out);
    if (dem->holding) {
      i8 held[8];
      dem_held(dem, &in, &out, held);
      for (int l = 0; l < 8; l++) *(i8 *)dem->held[i[l]] += held[l];
    }
    power = v8_set(0.0);
    for (int k = 0; k < 3; k++) power += (V8(out.fn) * V8(in.n[k]) + V8(out.ft[k])) * w[k];
    dem->step_work[WORK_TOOLS] += v8_fixed(power, in.dt * dem->u.inv_work);
    if (dem->sampling) {
      Lanes branch[3];
      for (int k = 0; k < 3; k++) V8(branch[k]) = arm * V8(in.n[k]);
      PetscCall(DemRecord(dem, &in, &out, state, c, tool, (const Lanes *)branch));
    }
  }
  PetscFunctionReturn(0);
}
