/* dem_move.c - what happens to each grain once its forces are known: the law's grain state, then velocity and place. */
#include "solver/dem/dem_impl.h"

/* Lanes of GrainBatch from and to eight rows; a row may appear twice (the pad), the last write wins and is harmless. */
static void grains_gather(Dem dem, const PetscInt row[8], GrainBatch *b)
{
  for (int l = 0; l < 8; l++) {
    const double  *r = dem->g->rec[row[l]];
    const int64_t *a = dem->acc[row[l]] + ACC_SUM0, *more = dem->more[row[l]];

    b->R[l] = r[REC_R], b->R0[l] = r[REC_R0], b->Y[l] = r[REC_YIELD];
    b->psi[l] = r[REC_PSI], b->dbar[l] = r[REC_DBAR], b->bulk[l] = r[REC_BULK];
    for (int k = 0; k < CONTACT_SUMS; k++) b->sum[k][l] = (double)(k < 2 ? a[k] : more[k - 2]) * dem->u.sum[k];
  }
}

static void grains_scatter(Dem dem, const PetscInt row[8], const GrainBatch *b)
{
  for (int l = 0; l < 8 && row[l] < dem->n_rigid; l++) {
    double *r = dem->g->rec[row[l]];

    r[REC_R] = b->R[l], r[REC_PSI] = b->psi[l], r[REC_DBAR] = b->dbar[l], r[REC_BULK] = b->bulk[l];
  }
}

static void update_law_state(Dem dem)
{
  const PetscInt n = dem->n_rigid, pad = dem->g->n_owned + dem->g->n_ghost;
  PetscInt       row[8];
  GrainBatch     b;

  for (PetscInt first = 0; first < n; first += 8) {
    for (int l = 0; l < 8; l++) row[l] = first + l < n ? first + l : pad;
    grains_gather(dem, row, &b);
    dem->cfg.model.law->grain(dem->cfg.model.p, &b);
    grains_scatter(dem, row, &b);
  }
}

/* Energy of one step that the leapfrog's half steps leave out of F.v: half a F^2 dt^2/m, and of gravity and drag. */
typedef struct {
  double inv_work;
  i8     half_step, drag, gravity;
} StepEnergy;

/* Leapfrog kick: v(n + 1/2) = v(n - 1/2) + F(n) dt/m.  Verlet 1967 in its half-step form. */
static inline void kick(const DemConfig *cfg, const FixedUnits *u, double *rec, const int64_t *acc, StepEnergy *e)
{
  const double dt = cfg->dt, inv_m = rec[REC_INV_M], R2 = rec[REC_R0] * rec[REC_R0], m_per_R2 = 1.0 / (inv_m * R2);
  const double m = 0.5 * R2 * m_per_R2, J = 0.4 * R2 * m; /* halves of mass and moment of inertia */
  const double kf = u->force * dt * inv_m, kt = u->torque * dt * 2.5 * inv_m * inv_m * m_per_R2;
  /* lanes TY TZ 0 0 FX FY FZ TX: the last four stand where the record has vx vy vz wx */
  const i8 sum = *(const i8 *)acc, push = __builtin_shufflevector(sum, (i8){0}, 4, 5, 8, 8, 0, 1, 2, 3);
  const v8 dv = __builtin_convertvector(push, v8) * (v8){kt, kt, 0, 0, kf, kf, kf, kt};

  *(v8 *)rec += __builtin_shufflevector(dv, (v8){0}, 8, 8, 8, 8, 4, 5, 6, 7);
  rec[REC_WY] += dv[0];
  rec[REC_WZ] += dv[1];
  e->half_step += v8_fixed(dv * dv * (v8){J, J, 0, 0, m, m, m, J}, e->inv_work);
}

static inline void drift(double dt, double *rec)
{
  const v8 row = *(const v8 *)rec;

  *(v8 *)rec = row + dt * __builtin_shufflevector(row, v8_set(0.0), 4, 5, 6, 8, 8, 8, 8, 8);
}

/* Angular velocity times `keep`; the energy that takes [aJ]. */
static double turn_less(double *rec, double keep)
{
  const double J = 0.4 / rec[REC_INV_M] * rec[REC_R0] * rec[REC_R0], *w = &rec[REC_WX];
  const double w2 = w[0] * w[0] + w[1] * w[1] + w[2] * w[2];

  for (int k = REC_WX; k <= REC_WZ; k++) rec[k] *= keep;
  return 0.5 * J * (1.0 - keep * keep) * w2;
}

/* Gravity, and the drag relative to the affine motion of the powder between the punches, or of all motion. */
static void pull_and_drag(const DemConfig *cfg, const Tools *t, int to_rest, double *rec, StepEnergy *e)
{
  const double m = 0.5 / rec[REC_INV_M], height = t->z[TOOL_TOP] - t->z[TOOL_BOTTOM];
  const double share = (rec[REC_Z] - t->z[TOOL_BOTTOM]) / height, keep = 1.0 - fmin(cfg->drag * cfg->dt, 1.0);
  const double v_affine = to_rest ? 0.0 : t->v[TOOL_BOTTOM] + share * (t->v[TOOL_TOP] - t->v[TOOL_BOTTOM]);
  const double vz       = rec[REC_VZ] - cfg->gravity * cfg->dt;
  double       before = 0.0, after = 0.0;

  e->gravity[0] += (int64_t)(m * (vz * vz - rec[REC_VZ] * rec[REC_VZ]) * e->inv_work);
  rec[REC_VZ] = vz;
  for (int k = 0; k < 3; k++) {
    double *v = &rec[REC_VX + k], v0 = k == 2 ? v_affine : 0.0;
    before += *v * *v;
    *v = v0 + keep * (*v - v0);
    after += *v * *v;
  }
  e->drag[0] += (int64_t)(m * (before - after) * e->inv_work);
  if (to_rest) e->drag[0] += (int64_t)(turn_less(rec, keep) * e->inv_work);
}

void dem_weigh(Dem dem, const double mass[])
{
  for (PetscInt i = 0; i < dem->n_rigid; i++) {
    double *r = dem->g->rec[i];

    exact_add(&dem->work[WORK_DRAG], grain_kinetic(r), dem->u.inv_work);
    for (int k = 0; k < 3; k++) r[REC_VX + k] = r[REC_WX + k] = 0.0;
    r[REC_INV_M] = 1.0 / mass[i];
  }
}

double dem_reach(Dem dem) { return dem->reach; }

void dem_drag(Dem dem, double rate) { dem->cfg.drag = rate; }
void dem_step(Dem dem, double dt) { dem->cfg.dt = dt; }
void dem_drag_to_rest(Dem dem, PetscBool rest) { dem->drag_to_rest = rest; }

void dem_move(Dem dem, const Tools *t)
{
  const int  outside = dem->cfg.gravity != 0.0 || dem->cfg.drag > 0.0;
  StepEnergy e       = {.inv_work = dem->u.inv_work};

  busy_start(&dem->g->busy);
  if (dem->cfg.model.law->grain) update_law_state(dem);
  for (PetscInt i = 0; i < dem->n_rigid; i++) {
    kick(&dem->cfg, &dem->u, dem->g->rec[i], dem->acc[i], &e);
    if (outside) pull_and_drag(&dem->cfg, t, dem->drag_to_rest, dem->g->rec[i], &e);
    drift(dem->cfg.dt, dem->g->rec[i]);
  }
  dem_keep_step(dem);
  for (PetscInt i = 0; i < dem->n_rigid && dem->cfg.crystal; i++)
    crystal_turn(&dem->g->rec[i][REC_WX], dem->cfg.dt, &dem->g->aux[i][AUX_QW]);
  dem->step_work[WORK_NORMAL] -= e.half_step; /* F.v of contacts was taken before the kick */
  dem->step_work[WORK_DRAG] += e.drag;
  dem->step_work[WORK_GRAVITY] += e.gravity;
  for (int k = 0; k < WORK_N; k++) {
    exact_add_int(&dem->work[k], i8_sum(dem->step_work[k]));
    dem->step_work[k] = (i8){0};
  }
  busy_lap(&dem->g->busy, BUSY_MOVES, dem->n_rigid);
}
