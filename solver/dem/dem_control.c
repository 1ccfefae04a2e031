/*
  dem_control.c - once per control interval all ranks agree: forces on the tools, energies, whether the neighbour list
  must be renewed, whether every grain is still where it can be.  Two reductions of fixed size.
*/
#include "solver/dem/dem_impl.h"
#include "solver/grains/norm.h"

/* Integer sums of all ranks: tool forces and energies as hi and lo words. */
enum { SUM_FORCE, SUM_WORK = SUM_FORCE + 2 * 3 * TOOL_N, SUM_KINETIC = SUM_WORK + 2 * WORK_N, SUM_N = SUM_KINETIC + 2 };
enum { MAX_MOVED, MAX_RELATIVE, MAX_ACCEL, MAX_RADIUS, MAX_SPEED, MAX_LOST, MAX_FLAGS, MAX_N };

enum { LOST_NOT_FINITE = 1, LOST_OUTSIDE = 2 };

typedef struct {
  double moved; /* largest displacement relative to the affine motion since the list was built [nm] */
  double v_rel; /* largest speed relative to it [nm/ns] */
  double accel; /* largest acceleration to come: forces may double, and one more contact may snatch [nm/ns^2] */
  double r_max; /* largest apparent radius [nm] */
  double v_max; /* [nm/ns] */
  double lost;  /* 4 id + reason of a grain that is not where a grain can be, or -1 */
} Motion;

/* Between the punches, a time dt from now. */
static double height_in(const Tools *t, double dt)
{
  return t->z[TOOL_TOP] - t->z[TOOL_BOTTOM] + dt * (t->v[TOOL_TOP] - t->v[TOOL_BOTTOM]);
}

/* Affine map of the powder since the list was built: z -> z_bottom + stretch (z_build - z_bottom_build). */
static double stretch(Dem dem, const Tools *t, double dt)
{
  return height_in(t, dt) / (dem->z_build[1] - dem->z_build[0]);
}

static int where_lost(const Tools *t, const double *r)
{
  for (int k = 0; k < REC_N; k++)
    if (!isfinite(r[k])) return LOST_NOT_FINITE;
  if (r[REC_Z] > t->die_top) return 0; /* above the bore nothing holds it, on the rim it may lie */
  if (r[REC_X] * r[REC_X] + r[REC_Y] * r[REC_Y] > t->die_radius * t->die_radius || r[REC_Z] < t->z[TOOL_BOTTOM] ||
      r[REC_Z] > t->z[TOOL_TOP])
    return LOST_OUTSIDE;
  return 0;
}

static Motion motion(Dem dem, const Tools *t)
{
  const double s = stretch(dem, t, 0.0), height = t->z[TOOL_TOP] - t->z[TOOL_BOTTOM];
  const double rate = (t->v[TOOL_TOP] - t->v[TOOL_BOTTOM]) / height;
  Motion       m    = {.lost = -1.0, .accel = dem->bodies.accel};

  for (PetscInt i = 0; i < dem->g->n_owned; i++) {
    const double *r = dem->g->rec[i], *x0 = dem->x_build[i];
    const double  u[3] = {r[0] - x0[0], r[1] - x0[1], r[2] - t->z[TOOL_BOTTOM] - s * (x0[2] - dem->z_build[0])};
    const double  v[3] = {r[REC_VX], r[REC_VY], r[REC_VZ] - t->v[TOOL_BOTTOM] - rate * (r[2] - t->z[TOOL_BOTTOM])};
    const int     lost = where_lost(t, r);
    double        f[3];

    dem_grain_force(dem, i, f);
    m.moved = fmax(m.moved, norm3(u) + fabs(r[REC_R] - x0[3]));
    m.v_rel = fmax(m.v_rel, norm3(v));
    m.accel = fmax(m.accel, (2.0 * norm3(f) + dem->snatch * r[REC_R]) * r[REC_INV_M]);
    m.r_max = fmax(m.r_max, r[REC_R]);
    m.v_max = fmax(m.v_max, norm3(&r[REC_VX]));
    if (lost) m.lost = fmax(m.lost, 4.0 * (double)dem->g->id[i] + lost);
  }
  m.v_rel += dem->bodies.widening;
  return m;
}

/*
  Is a list complete, built with radii up to r_max, when since then the powder was stretched by s and no grain has moved
  more than u from its affine place?  A pair outside it was farther apart than touch + skin, touch = 2 r_max + reach;
  compressed by s <= 1 it is still farther than s (touch + skin) - 2u.
*/
static int list_holds(Dem dem, double r_max, double s, double u)
{
  const double touch = 2.0 * r_max + dem->reach;
  return fmin(s, 1.0) * (touch + dem->cfg.skin) - 2.0 * u > touch;
}

/* The farthest that a grain may go in n steps, relative to the affine motion. */
static double travel(Dem dem, const double max[], PetscInt n)
{
  const double time = (double)n * dem->cfg.dt;
  return time * (max[MAX_RELATIVE] + 0.5 * time * max[MAX_ACCEL]);
}

/*
  Returns the steps until the next control: control_interval, or the largest divisor of it that a list made now is sure
  to survive when grains are being torn about.  It must not depend on when the list was made, for that depends on the
  number of ranks and on restarts.  One step at the start, when no forces are known.  Renews the list when it might not
  hold as long.
*/
static PetscInt plan(Dem dem, const Tools *t, const double max[])
{
  const PetscInt every = dem->cfg.control_interval;
  const double   dt = dem->cfg.dt, height = height_in(t, 0.0);
  PetscInt       n = dem->interval_steps ? every : 1;

  while (n > 1 &&
         (every % n || !list_holds(dem, max[MAX_RADIUS], height_in(t, (double)n * dt) / height, travel(dem, max, n))))
    n--;
  dem->stale = !list_holds(dem, dem->r_max, stretch(dem, t, (double)n * dt), max[MAX_MOVED] + travel(dem, max, n))
                   ? PETSC_TRUE
                   : PETSC_FALSE;
  return n;
}

static void kinetic_energy(Dem dem, ExactSum *sum)
{
  for (PetscInt i = 0; i < dem->n_rigid; i++) exact_add(sum, grain_kinetic(dem->g->rec[i]), dem->u.inv_work);
}

static PetscErrorCode CheckGrains(Dem dem, double lost)
{
  PetscFunctionBeginUser;
  if (lost < 0.0) PetscFunctionReturn(0);
  PetscCheck((int64_t)lost % 4 != LOST_NOT_FINITE, dem->g->comm, PETSC_ERR_CONV_FAILED,
             "grain %lld: position or velocity is not a number; the step is too long for these forces: lower "
             "time_step_fraction",
             (long long)lost / 4);
  SETERRQ(dem->g->comm, PETSC_ERR_CONV_FAILED,
          "grain %lld has left the die; forces were too large for the step: lower time_step_fraction (mesh_courant of "
          "meshed grains) or the inertial number",
          (long long)lost / 4);
}

PetscErrorCode DemControl(Dem dem, const Tools *t, PetscInt64 flags, DemStatus *status)
{
  const Motion m          = motion(dem, t);
  double       max[MAX_N] = {m.moved, m.v_rel, m.accel, m.r_max, m.v_max, m.lost, (double)flags};
  int64_t      sum[SUM_N] = {0};
  ExactSum     kinetic    = {0};

  PetscFunctionBeginUser;
  kinetic_energy(dem, &kinetic);
  memcpy(sum + SUM_FORCE, dem->tool_force, sizeof dem->tool_force);
  memcpy(sum + SUM_WORK, dem->work, sizeof dem->work);
  memcpy(sum + SUM_KINETIC, &kinetic, sizeof kinetic);
  PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, sum, SUM_N, MPI_INT64_T, MPI_SUM, dem->g->comm));
  PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, max, MAX_N, MPI_DOUBLE, MPI_MAX, dem->g->comm));
  PetscCall(CheckGrains(dem, max[MAX_LOST]));
  for (int k = 0; k < TOOL_N; k++)
    for (int c = 0; c < 3; c++)
      status->force[k][c] =
          exact_total(sum + SUM_FORCE + 2 * (3 * k + c), dem->u.force) / PetscMax(dem->interval_steps, 1);
  for (int k = 0; k < WORK_N; k++) status->work[k] = exact_total(sum + SUM_WORK + 2 * k, dem->u.work);
  status->kinetic  = exact_total(sum + SUM_KINETIC, dem->u.work);
  status->v_max    = max[MAX_SPEED];
  status->flags    = (PetscInt64)max[MAX_FLAGS];
  status->late     = !list_holds(dem, dem->r_max, stretch(dem, t, 0.0), max[MAX_MOVED]);
  status->interval = plan(dem, t, max);
  memset(dem->tool_force, 0, sizeof dem->tool_force);
  dem->interval_steps = 0;
  PetscFunctionReturn(0);
}

void dem_meshed_motion(Dem dem, const MeshedMotion *motion) { dem->bodies = *motion; }

void dem_work_get(Dem dem, int64_t words[2 * WORK_N]) { memcpy(words, dem->work, sizeof dem->work); }
void dem_work_set(Dem dem, const int64_t words[2 * WORK_N]) { memcpy(dem->work, words, sizeof dem->work); }
