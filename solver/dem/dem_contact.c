/*
  dem_contact.c - the hot loop: eight pairs at a time from grain records to forces.

  Gather two records per pair and transpose them in registers; geometry; the law (materials/); add forces and torques
  to both grains as integers.  Integers make the sum independent of the order of contacts, hence of the number of ranks
  and of the neighbour list, and action equals reaction exactly.
*/
#include "solver/dem/eight.h"

/* Distances only: is any of the eight near enough to matter?  Needs the first half of the records. */
static inline int near_enough(const GrainRecord *rec, const int i[8], const int j[8], double reach)
{
  v8 a[8], b[8], dx, dy, dz, sum;

  for (int l = 0; l < 8; l++) a[l] = *(const v8 *)rec[i[l]];
  for (int l = 0; l < 8; l++) b[l] = *(const v8 *)rec[j[l]];
  for (int l = 0; l < 8; l++) a[l] -= b[l]; /* R_i - R_j is not wanted; R_j is added back twice below */
  v8_transpose(a);
  v8_transpose(b);
  dx = a[REC_X], dy = a[REC_Y], dz = a[REC_Z], sum = a[REC_R] + 2.0 * b[REC_R] + reach;
  return i8_any((i8)(dx * dx + dy * dy + dz * dz <= sum * sum));
}

/* Overlap, normal and relative motion of eight pairs; arms reach from the centres to the contact point. */
static inline void pair_geometry(const EightGrains *a, const EightGrains *b, ContactBatch *in, v8 *arm_i, v8 *arm_j)
{
  v8 d[3], v[3], n[3], s[3], dist, inv, vn;

  for (int k = 0; k < 3; k++) d[k] = a->x[k] - b->x[k];
  dist = v8_sqrt(d[0] * d[0] + d[1] * d[1] + d[2] * d[2]);
  inv  = 1.0 / dist;
  for (int k = 0; k < 3; k++) {
    n[k] = d[k] * inv;
    v[k] = a->v[k] - b->v[k];
  }
  V8(in->delta) = a->R + b->R - dist;
  vn            = v[0] * n[0] + v[1] * n[1] + v[2] * n[2];
  *arm_i        = a->R - 0.5 * V8(in->delta);
  *arm_j        = b->R - 0.5 * V8(in->delta);
  for (int k = 0; k < 3; k++) {
    s[k]          = *arm_i * a->w[k] + *arm_j * b->w[k];
    V8(in->n[k])  = n[k];
    V8(in->wr[k]) = a->w[k] - b->w[k];
  }
  V8(in->vn)    = vn;
  V8(in->vt[0]) = v[0] - vn * n[0] - (s[1] * n[2] - s[2] * n[1]);
  V8(in->vt[1]) = v[1] - vn * n[1] - (s[2] * n[0] - s[0] * n[2]);
  V8(in->vt[2]) = v[2] - vn * n[2] - (s[0] * n[1] - s[1] * n[0]);
  V8(in->spin)  = 0.5 * ((a->w[0] + b->w[0]) * n[0] + (a->w[1] + b->w[1]) * n[1] + (a->w[2] + b->w[2]) * n[2]);
  V8(in->m_eff) = 1.0 / (a->inv_m + b->inv_m);
}

/* Adds eight rows (columns given) to the accumulators of the grains in row[]. */
static inline void add_rows(GrainSums *acc, const int row[8], const i8 f[3], const i8 t[3])
{
  i8 c[8] = {f[0], f[1], f[2], t[0], t[1], t[2], (i8){0}, (i8){0}};

  i8_transpose(c);
  for (int l = 0; l < 8; l++) {
    int64_t *a = acc[row[l]] + ACC_FX;
    *(i4_row *)a += __builtin_shufflevector(c[l], c[l], 0, 1, 2, 3);
    *(i2_row *)(a + 4) += __builtin_shufflevector(c[l], c[l], 4, 5);
  }
}

static inline void add_sums(Dem dem, const int row[8], const Lanes sum[CONTACT_SUMS])
{
  i8 c[8];

  for (int k = 0; k < 8; k++) c[k] = k < CONTACT_SUMS ? v8_fixed(V8(sum[k]), dem->u.inv_sum[k]) : (i8){0};
  i8_transpose(c);
  for (int l = 0; l < 8; l++) {
    int64_t *a = dem->acc[row[l]];
    *(i4_row *)a += __builtin_shufflevector(c[l], c[l], 0, 1, 2, 3);
    *(i2_row *)(a + ACC_SUM4) += __builtin_shufflevector(c[l], c[l], 4, 5);
  }
}

/* Force and torque of a batch on its i grains; force[] gets the fixed-point forces for the reaction. */
void dem_scatter_i(Dem dem, const int *i, v8 arm, const ContactBatch *in, const ContactForce *out, i8 force[3])
{
  const double uf = dem->u.inv_force, ut = dem->u.inv_torque;
  const v8     nx = V8(in->n[0]), ny = V8(in->n[1]), nz = V8(in->n[2]);
  const v8     tx = V8(out->ft[0]), ty = V8(out->ft[1]), tz = V8(out->ft[2]), fn = V8(out->fn);
  const i8     torque[3] = {v8_fixed(V8(out->couple[0]) - arm * (ny * tz - nz * ty), ut),
                            v8_fixed(V8(out->couple[1]) - arm * (nz * tx - nx * tz), ut),
                            v8_fixed(V8(out->couple[2]) - arm * (nx * ty - ny * tx), ut)};

  force[0] = v8_fixed(fn * nx + tx, uf);
  force[1] = v8_fixed(fn * ny + ty, uf);
  force[2] = v8_fixed(fn * nz + tz, uf);
  add_rows(dem->acc, i, force, torque);
  if (dem->n_sum) add_sums(dem, i, out->sum[0]);
}

static inline void scatter_j(Dem dem, const int *j, v8 arm, const ContactBatch *in, const ContactForce *out,
                             const i8 force[3])
{
  const double ut = dem->u.inv_torque;
  const v8     nx = V8(in->n[0]), ny = V8(in->n[1]), nz = V8(in->n[2]);
  const v8     tx = V8(out->ft[0]), ty = V8(out->ft[1]), tz = V8(out->ft[2]);
  const i8     torque[3]   = {v8_fixed(-V8(out->couple[0]) - arm * (ny * tz - nz * ty), ut),
                              v8_fixed(-V8(out->couple[1]) - arm * (nz * tx - nx * tz), ut),
                              v8_fixed(-V8(out->couple[2]) - arm * (nx * ty - ny * tx), ut)};
  const i8     reaction[3] = {-force[0], -force[1], -force[2]};

  add_rows(dem->acc, j, reaction, torque);
  if (dem->n_sum) add_sums(dem, j, out->sum[1]);
}

/* Power absorbed by the contacts, half of it for each end that this rank owns. */
void dem_add_work(Dem dem, const ContactBatch *in, const ContactForce *out, int owned_ends)
{
  const double scale = 0.5 * in->dt * dem->u.inv_work;
  const v8     vn = V8(in->vn), visc = V8(out->fn_viscous);
  const v8     tangential = V8(out->ft[0]) * V8(in->vt[0]) + V8(out->ft[1]) * V8(in->vt[1]) +
                        V8(out->ft[2]) * V8(in->vt[2]) + V8(out->couple[0]) * V8(in->wr[0]) +
                        V8(out->couple[1]) * V8(in->wr[1]) + V8(out->couple[2]) * V8(in->wr[2]);
  const i8 normal = v8_fixed(-(V8(out->fn) - visc) * vn, scale), viscous = v8_fixed(-visc * vn, scale),
           shear = v8_fixed(-tangential, scale), slip = v8_fixed(V8(out->slip_power), scale);

  dem->step_work[WORK_NORMAL] += owned_ends * normal;
  dem->step_work[WORK_VISCOUS] += owned_ends * viscous;
  dem->step_work[WORK_TANGENTIAL] += owned_ends * shear;
  dem->step_work[WORK_FRICTION] += owned_ends * slip;
}

PetscErrorCode DemPairForces(Dem dem, PetscInt first, PetscInt last)
{
  const GrainRecord *rec = (const GrainRecord *)dem->g->rec;
  ContactBatch in = {.dt = dem->cfg.dt, .mu = dem->cfg.mu, .mu_roll = dem->cfg.mu_roll, .mu_twist = dem->cfg.mu_twist};
  ContactForce out;
  EightGrains  a, b;
  v8           arm_i, arm_j;
  i8           force[3];

  PetscFunctionBeginUser;
  V8(in.W) = v8_set(dem->cfg.W);
  for (PetscInt c = first; c < last; c++) {
    const int *i = dem->pairs.i + 8 * c, *j = dem->pairs.j + 8 * c;
    Lanes     *state = dem->pairs.state + (size_t)c * (size_t)dem->n_state;

    if (!dem->pairs.live[c] && !near_enough(rec, i, j, dem->reach)) continue;
    eight_gather(rec, i, &a);
    eight_gather(rec, j, &b);
    pair_geometry(&a, &b, &in, &arm_i, &arm_j);
    eight_side(&a, &in.side[0]);
    eight_side(&b, &in.side[1]);
    if (dem->pairs.cover) V8(in.cover) = V8(dem->pairs.cover[c]);
    contact_force(&dem->cfg.model, &in, state, &out);
    dem->pairs.live[c] = i8_any((i8)(V8(in.delta) > v8_set(-dem->reach)));
    dem_scatter_i(dem, i, arm_i, &in, &out, force);
    scatter_j(dem, j, arm_j, &in, &out, force);
    dem_add_work(dem, &in, &out, c < dem->pairs.n_inner ? 2 : 1);
    dem->contacts_done += 8;
    if (dem->sampling) {
      Lanes branch[3];
      for (int k = 0; k < 3; k++) V8(branch[k]) = a.x[k] - b.x[k];
      PetscCall(DemRecord(dem, &in, &out, state, c, -1, (const Lanes *)branch));
    }
  }
  PetscFunctionReturn(0);
}
