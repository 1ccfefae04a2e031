/* fem_control.c - every control interval: what the ranks agree on about their meshed grains. */
#include "materials/lanes_math.h"
#include "solver/fem/fem_impl.h"
#include "solver/grains/norm.h"

#include <string.h>

/* What is added up of each body, over nodes or elements. */
enum {
  PART_KINETIC,
  PART_ELASTIC,
  PART_VOLUME,
  PART_VOLUME0,
  PART_MISES,
  PART_MISES2,
  PART_ALPHA,
  PART_ADDED,
  PART_STRESS,
  PART_N = PART_STRESS + 6
};

/* The words of the one reduction by sums. */
enum {
  SUM_BODIES,
  SUM_FORCE,
  SUM_WORK    = SUM_FORCE + 2 * 3 * TOOL_N,
  SUM_KINETIC = SUM_WORK + 2 * WORK_N,
  SUM_N       = SUM_KINETIC + 2 * PART_N
};

/* Elements times their volume: Kirchhoff stress over the volume without load is Cauchy stress over the present one. */
static void element_sums(Fem fem, PetscInt p, v8 sum[PART_N], v8 *mises2)
{
  const double per_G = 0.25 / fem->cfg.bulk.G, per_K = 0.5 / fem->cfg.bulk.K;

  for (int e = 0; e < fem->n_elem; e++) {
    const v8 *q = fem->state[p * fem->n_elem + e], V0 = fem->volume[p * fem->n_elem + e];
    const v8  ss = q[EL_XX] * q[EL_XX] + q[EL_YY] * q[EL_YY] + q[EL_ZZ] * q[EL_ZZ] +
                  2.0 * (q[EL_XY] * q[EL_XY] + q[EL_YZ] * q[EL_YZ] + q[EL_ZX] * q[EL_ZX]);
    sum[PART_ELASTIC] += V0 * (per_G * ss + per_K * q[EL_MEAN] * q[EL_MEAN]);
    sum[PART_VOLUME0] += V0;
    v8 J;
    for (int l = 0; l < 8; l++) J[l] = lm_exp(q[EL_MEAN][l] / fem->cfg.bulk.K);
    sum[PART_VOLUME] += V0 * J;
    sum[PART_MISES] += V0 * v8_sqrt(1.5 * ss);
    sum[PART_MISES2] += V0 * 1.5 * ss / J;
    *mises2 = v8_max(*mises2, 1.5 * ss / (J * J));
    sum[PART_ALPHA] += V0 * q[EL_ALPHA];
    for (int k = 0; k < 6; k++) sum[PART_STRESS + k] += V0 * (q[EL_XX + k] + (k < 3 ? 1.0 : 0.0) * q[EL_MEAN]);
  }
}

static void pack_sums(Fem fem, PetscInt p, v8 sum[PART_N], v8 *mises2)
{
  const v8(*v)[3] = (const v8(*)[3])fem->v + p * fem->n_node, *mass = fem->mass + p * fem->n_node;

  for (int k = 0; k < PART_N; k++) sum[k] = v8_set(0.0);
  for (int n = 0; n < fem->n_node; n++)
    sum[PART_KINETIC] += 0.5 * mass[n] * (v[n][0] * v[n][0] + v[n][1] * v[n][1] + v[n][2] * v[n][2]);
  *mises2 = v8_set(0.0);
  element_sums(fem, p, sum, mises2);
}

/* Mass of body b over the one it began with, less one. */
static double added_mass(Fem fem, PetscInt b)
{
  const double *r     = fem->g->rec[fem->row[b]];
  const double  added = 1.0 / (r[REC_INV_M] * fem_body_mass(fem, r[REC_R0])) - 1.0;

  return added > 1e-12 ? added : 0.0; /* less is rounding */
}

/* Farthest from the centre of mass that a surface node of body b will be. */
static double radius_in(Fem fem, PetscInt b, double time)
{
  const double *r   = fem->g->rec[fem->row[b]];
  double        far = 0.0;

  for (int n = 0; n < fem->n_surf; n++) {
    const double *s = fem->surf[b * fem->n_surf + n];
    double        d[3];
    for (int k = 0; k < 3; k++) d[k] = s[SF_X + k] - r[REC_X + k] + time * (s[SF_VX + k] - r[REC_VX + k]);
    far = fmax(far, norm3(d));
  }
  return far;
}

static double contact_force(Fem fem, PetscInt b)
{
  const SurfaceForce *f      = fem->force + b * fem->n_surf;
  int64_t             sum[3] = {0};

  for (int n = 0; n < fem->n_surf; n++)
    for (int k = 0; k < 3; k++) sum[k] += f[n][k];
  return fem->unit_force * norm3((const double[3]){(double)sum[0], (double)sum[1], (double)sum[2]});
}

MeshedMotion fem_motion(Fem fem, double time)
{
  MeshedMotion m = {0.0, 0.0};

  for (PetscInt b = 0; b < fem->n_body; b++) {
    const double *r = fem->g->rec[fem->row[b]];
    m.accel         = fmax(m.accel, 2.0 * contact_force(fem, b) * r[REC_INV_M]);
    m.widening      = fmax(m.widening, (radius_in(fem, b, time) - r[REC_R]) / time);
  }
  return m;
}

PetscErrorCode FemControl(Fem fem, FemStatus *status)
{
  int64_t  sum[SUM_N]   = {0};
  ExactSum part[PART_N] = {{0}};
  double   worst = 1e300, all, value[PART_N], most = 0.0, low[2];
  int64_t  id = INT64_MAX, first;

  PetscFunctionBeginUser;
  for (PetscInt p = 0; p < fem->n_pack; p++) {
    v8 s[PART_N], mises2;
    fem_keep_step(fem, p);
    pack_sums(fem, p, s, &mises2);
    for (PetscInt b = 8 * p; b < PetscMin(8 * p + 8, fem->n_body); b++) {
      /* whatever is not a number reaches velocities or stresses by the end of the step; no minimum keeps it */
      const int    sound   = isfinite(s[PART_KINETIC][b % 8]) && isfinite(s[PART_ELASTIC][b % 8]);
      const double w       = sound ? fem->work_pack[p].worst[b % 8] : -1e300;
      s[PART_ADDED][b % 8] = s[PART_VOLUME0][b % 8] * added_mass(fem, b);
      for (int k = 0; sound && k < PART_N; k++) exact_add(&part[k], s[k][b % 8], fem->inv_work);
      most = fmax(most, sqrt(mises2[b % 8]));
      if (w < worst || (w == worst && fem->id[b] < id)) worst = w, id = fem->id[b];
      fem->work_pack[p].worst[b % 8] = 1.0;
    }
  }
  sum[SUM_BODIES] = fem->n_body;
  memcpy(sum + SUM_FORCE, fem->tool_force, sizeof fem->tool_force);
  memcpy(sum + SUM_WORK, fem->work, sizeof fem->work);
  memcpy(sum + SUM_KINETIC, part, sizeof part);
  PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, sum, SUM_N, MPI_INT64_T, MPI_SUM, fem->g->comm));
  low[0] = worst, low[1] = -most;
  PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, low, 2, MPI_DOUBLE, MPI_MIN, fem->g->comm));
  all   = low[0];
  first = worst == all ? id : INT64_MAX;
  PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, &first, 1, MPI_INT64_T, MPI_MIN, fem->g->comm));
  PetscCheck(sum[SUM_BODIES] == 0 || all > -1e300, fem->g->comm, PETSC_ERR_CONV_FAILED,
             "grain %lld: a place, velocity or stress of its mesh is not a number; the step is too long for these "
             "forces: lower mesh_courant or the inertial number",
             (long long)first);
  PetscCheck(
      sum[SUM_BODIES] == 0 || all > 0.0, fem->g->comm, PETSC_ERR_CONV_FAILED,
      "grain %lld: an element of its mesh has turned over (volume %g of that without load); shorten the step "
      "(mesh_courant), make contacts softer (mesh_penalty), press more slowly (inertial_number), refine the mesh "
      "(mesh_elements), or stop at a lower density",
      (long long)first, all);
  status->bodies = sum[SUM_BODIES];
  for (int k = 0; k < TOOL_N; k++)
    for (int c = 0; c < 3; c++)
      status->force[k][c] =
          exact_total(sum + SUM_FORCE + 2 * (3 * k + c), fem->unit_force) / PetscMax(fem->interval_steps, 1);
  for (int k = 0; k < WORK_N; k++) status->work[k] = exact_total(sum + SUM_WORK + 2 * k, fem->unit_work);
  for (int k = 0; k < PART_N; k++) value[k] = exact_total(sum + SUM_KINETIC + 2 * k, fem->unit_work);
  status->kinetic    = value[PART_KINETIC];
  status->elastic    = value[PART_ELASTIC];
  status->volume     = value[PART_VOLUME];
  status->volume0    = value[PART_VOLUME0];
  status->mises      = value[PART_MISES] / fmax(value[PART_VOLUME], 1e-300);
  status->alpha      = value[PART_ALPHA] / fmax(value[PART_VOLUME0], 1e-300);
  status->mass_added = value[PART_ADDED] / fmax(value[PART_VOLUME0], 1e-300);
  status->mises_rms  = sqrt(value[PART_MISES2] / fmax(value[PART_VOLUME], 1e-300));
  status->mises_max  = -low[1];
  memcpy(status->stress, value + PART_STRESS, sizeof status->stress);
  status->worst    = all;
  status->worst_id = first;
  memset(fem->tool_force, 0, sizeof fem->tool_force);
  memset(&fem->wall_force, 0, sizeof fem->wall_force);
  fem->interval_steps = 0;
  PetscFunctionReturn(0);
}

void fem_work_get(Fem fem, int64_t words[2 * WORK_N]) { memcpy(words, fem->work, sizeof fem->work); }
void fem_work_set(Fem fem, const int64_t words[2 * WORK_N]) { memcpy(fem->work, words, sizeof fem->work); }
