/*
  dem_contact.c - the hot loop: eight pairs at a time from grain records to forces.

  Gather two records per pair and transpose them in registers; geometry; the law (materials/); add forces and torques
  to both grains as integers; each for a block of batches before the next.  Integers make the sum independent of the
  order of contacts, hence of the number of ranks and of the neighbour list, and action equals reaction exactly.
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

/* What is known of eight pairs without their distance; the normal is left unscaled, the squared distance in delta. */
static inline void pair_approach(const EightGrains *a, const EightGrains *b, ContactBatch *in, v8 w_i[3], v8 w_j[3])
{
  v8 d[3];

  for (int k = 0; k < 3; k++) {
    V8(in->n[k]) = d[k] = a->x[k] - b->x[k];
    V8(in->vt[k])       = a->v[k] - b->v[k];
    w_i[k]              = a->w[k];
    w_j[k]              = b->w[k];
  }
  V8(in->delta) = d[0] * d[0] + d[1] * d[1] + d[2] * d[2];
  V8(in->m_eff) = 1.0 / (a->inv_m + b->inv_m);
}

/* Overlap, normal and relative motion of eight pairs; arms reach from the centres to the contact point. */
static inline void pair_geometry(ContactBatch *in, const v8 w_i[3], const v8 w_j[3], v8 *arm_i, v8 *arm_j)
{
  const v8 Ri = V8(in->side[0].R), Rj = V8(in->side[1].R), d2 = V8(in->delta), inv = v8_rsqrt(d2);
  v8       v[3], n[3], s[3], vn, delta = Ri + Rj - d2 * inv;

  *arm_i = Ri - 0.5 * delta;
  *arm_j = Rj - 0.5 * delta;
  for (int k = 0; k < 3; k++) {
    n[k]          = V8(in->n[k]) * inv;
    v[k]          = V8(in->vt[k]);
    s[k]          = *arm_i * w_i[k] + *arm_j * w_j[k];
    V8(in->n[k])  = n[k];
    V8(in->wr[k]) = w_i[k] - w_j[k];
  }
  V8(in->delta) = delta;
  V8(in->vn) = vn = v[0] * n[0] + v[1] * n[1] + v[2] * n[2];
  V8(in->vt[0])   = v[0] - vn * n[0] - (s[1] * n[2] - s[2] * n[1]);
  V8(in->vt[1])   = v[1] - vn * n[1] - (s[2] * n[0] - s[0] * n[2]);
  V8(in->vt[2])   = v[2] - vn * n[2] - (s[0] * n[1] - s[1] * n[0]);
  V8(in->spin)    = 0.5 * ((w_i[0] + w_j[0]) * n[0] + (w_i[1] + w_j[1]) * n[1] + (w_i[2] + w_j[2]) * n[2]);
}

/* What a batch does to its i grains; the j grains get the opposite force and the same moment per arm. */
typedef struct {
  i8 force[3];
  v8 moment[3]; /* n x ft: the torque of ft is -arm times this */
} Push;

static inline void push_of(Dem dem, const ContactBatch *in, const ContactForce *out, Push *p)
{
  const v8 nx = V8(in->n[0]), ny = V8(in->n[1]), nz = V8(in->n[2]);
  const v8 tx = V8(out->ft[0]), ty = V8(out->ft[1]), tz = V8(out->ft[2]), fn = V8(out->fn);

  p->force[0]  = v8_fixed(fn * nx + tx, dem->u.inv_force);
  p->force[1]  = v8_fixed(fn * ny + ty, dem->u.inv_force);
  p->force[2]  = v8_fixed(fn * nz + tz, dem->u.inv_force);
  p->moment[0] = ny * tz - nz * ty;
  p->moment[1] = nz * tx - nx * tz;
  p->moment[2] = nx * ty - ny * tx;
}

/* Adds columns to eight rows of the accumulators; sign: 1 for the i grains, -1 for the j grains. */
static inline void add_rows(Dem dem, const int row[8], const Push *p, int sign, v8 arm, const Lanes couple[3],
                            const Lanes sum[CONTACT_SUMS])
{
  i8 c[8] = {0}, more[4];

  for (int k = 0; k < 3; k++) {
    c[ACC_FX + k] = sign * p->force[k];
    c[ACC_TX + k] = v8_fixed(sign * V8(couple[k]) - arm * p->moment[k], dem->u.inv_torque);
  }
  if (dem->n_sum) {
    for (int k = 0; k < 2; k++) c[ACC_SUM0 + k] = v8_fixed(V8(sum[k]), dem->u.inv_sum[k]);
    for (int k = 0; k < 4; k++) more[k] = v8_fixed(V8(sum[k + 2]), dem->u.inv_sum[k + 2]);
    i8_half_rows(more, more);
    for (int l = 0; l < 4; l++) {
      *(i4 *)dem->more[row[l]] += __builtin_shufflevector(more[l], more[l], 0, 1, 2, 3);
      *(i4 *)dem->more[row[l + 4]] += __builtin_shufflevector(more[l], more[l], 4, 5, 6, 7);
    }
  }
  i8_transpose(c);
  for (int l = 0; l < 8; l++) *(i8 *)dem->acc[row[l]] += c[l];
}

/* Force and torque of a batch on its i grains; force[] gets the fixed-point forces for the reaction. */
void dem_scatter_i(Dem dem, const int *i, v8 arm, const ContactBatch *in, const ContactForce *out, i8 force[3])
{
  Push p;

  push_of(dem, in, out, &p);
  add_rows(dem, i, &p, 1, arm, out->couple, out->sum[0]);
  memcpy(force, p.force, sizeof p.force);
}

/* Adds half the power absorbed by the contacts: the part of one end. */
static inline void add_work(double inv_work, const ContactBatch *in, const ContactForce *out, i8 work[])
{
  const double scale = 0.5 * in->dt * inv_work;
  const v8     vn = V8(in->vn), visc = V8(out->fn_viscous);
  const v8     tangential = V8(out->ft[0]) * V8(in->vt[0]) + V8(out->ft[1]) * V8(in->vt[1]) +
                        V8(out->ft[2]) * V8(in->vt[2]) + V8(out->couple[0]) * V8(in->wr[0]) +
                        V8(out->couple[1]) * V8(in->wr[1]) + V8(out->couple[2]) * V8(in->wr[2]);

  work[WORK_NORMAL] += v8_fixed(-(V8(out->fn) - visc) * vn, scale);
  work[WORK_VISCOUS] += v8_fixed(-visc * vn, scale);
  work[WORK_TANGENTIAL] += v8_fixed(-tangential, scale);
  work[WORK_FRICTION] += v8_fixed(V8(out->slip_power), scale);
}

/* Power absorbed by contacts of grains that this rank owns with what it owns. */
void dem_add_work(Dem dem, const ContactBatch *in, const ContactForce *out)
{
  i8 work[WORK_FRICTION + 1] = {0};

  add_work(dem->u.inv_work, in, out, work);
  for (int k = 0; k <= WORK_FRICTION; k++) dem->step_work[k] += 2 * work[k];
}

/* Batches in work.  Each stage is done for all of them: what one has to wait for, the others fill. */
enum { BLOCK = 8 };
typedef struct {
  ContactBatch in[BLOCK];
  ContactForce out[BLOCK];
  v8           w_i[BLOCK][3], w_j[BLOCK][3], arm_i[BLOCK], arm_j[BLOCK];
  Lanes       *state[BLOCK];
  PetscInt     batch[BLOCK];
  i8           work[WORK_FRICTION + 1]; /* of one end */
  int          n;
} Block;

/* Up to BLOCK batches from *next on that may be in contact. */
static void block_fill(Dem dem, PetscInt *next, PetscInt last, Block *b)
{
  const GrainRecord *rec = (const GrainRecord *)dem->g->rec;
  const Batches     *p   = &dem->pairs;

  b->n = 0;
  for (; *next < last && b->n < BLOCK; ++*next) {
    if (!p->live[*next] && !near_enough(rec, p->i + 8 * *next, p->j + 8 * *next, dem->reach)) continue;
    b->state[b->n]   = p->state + (size_t)*next * (size_t)dem->n_state;
    b->batch[b->n++] = *next;
  }
}

/* How stiffly the contacts of a batch hold the grains at both ends. */
static void block_hold(Dem dem, const Block *b, int k)
{
  const int *i = dem->pairs.i + 8 * b->batch[k], *j = dem->pairs.j + 8 * b->batch[k];
  i8         held[8];

  dem_held(dem, &b->in[k], &b->out[k], held);
  for (int l = 0; l < 8; l++) {
    *(i8 *)dem->held[i[l]] += held[l];
    *(i8 *)dem->held[j[l]] += held[l];
  }
}

static inline void block_geometry(Dem dem, int plain, Block *b)
{
  const GrainRecord *rec = (const GrainRecord *)dem->g->rec;
  EightGrains        i, j;

  for (int k = 0; k < b->n; k++) {
    eight_gather(rec, dem->pairs.i + 8 * b->batch[k], plain, &i);
    eight_gather(rec, dem->pairs.j + 8 * b->batch[k], plain, &j);
    pair_approach(&i, &j, &b->in[k], b->w_i[k], b->w_j[k]);
    eight_side(&i, plain, &b->in[k].side[0]);
    eight_side(&j, plain, &b->in[k].side[1]);
    if (dem->pairs.cover) V8(b->in[k].cover) = V8(dem->pairs.cover[b->batch[k]]);
  }
  for (int k = 0; k < b->n; k++) pair_geometry(&b->in[k], b->w_i[k], b->w_j[k], &b->arm_i[k], &b->arm_j[k]);
}

static void block_scatter(Dem dem, Block *b)
{
  Push p;

  for (int k = 0; k < b->n; k++) {
    const PetscInt      c   = b->batch[k];
    const ContactForce *out = &b->out[k];

    dem->pairs.live[c] = i8_any((i8)(V8(b->in[k].delta) > v8_set(-dem->reach)));
    push_of(dem, &b->in[k], out, &p);
    add_rows(dem, dem->pairs.i + 8 * c, &p, 1, b->arm_i[k], out->couple, out->sum[0]);
    add_rows(dem, dem->pairs.j + 8 * c, &p, -1, b->arm_j[k], out->couple, out->sum[1]);
    add_work(dem->u.inv_work, &b->in[k], out, b->work);
    if (dem->holding) block_hold(dem, b, k);
  }
}

static PetscErrorCode BlockRecord(Dem dem, Block *b)
{
  const GrainRecord *rec = (const GrainRecord *)dem->g->rec;
  EightGrains        i, j;
  Lanes              branch[3];

  PetscFunctionBeginUser;
  for (int k = 0; k < b->n; k++) {
    const int *row_i = dem->pairs.i + 8 * b->batch[k], *row_j = dem->pairs.j + 8 * b->batch[k];

    eight_gather(rec, row_i, 1, &i);
    eight_gather(rec, row_j, 1, &j);
    for (int c = 0; c < 3; c++) V8(branch[c]) = i.x[c] - j.x[c];
    PetscCall(DemRecord(dem, &b->in[k], &b->out[k], b->state[k], b->batch[k], -1, (const Lanes *)branch));
  }
  PetscFunctionReturn(0);
}

PetscErrorCode DemPairForces(Dem dem, PetscInt first, PetscInt last)
{
  const ContactBatch same = {
      .dt = dem->cfg.dt, .mu = dem->cfg.mu, .mu_roll = dem->cfg.mu_roll, .mu_twist = dem->cfg.mu_twist};
  const int owned_ends = first < dem->pairs.n_inner ? 2 : 1;
  Block     b;

  PetscFunctionBeginUser;
  memset(b.work, 0, sizeof b.work);
  for (int k = 0; k < BLOCK; k++) {
    b.in[k]       = same;
    V8(b.in[k].W) = v8_set(dem->cfg.W);
  }
  for (PetscInt next = first; next < last;) {
    block_fill(dem, &next, last, &b);
    if (dem->cfg.model.law->plain) block_geometry(dem, 1, &b);
    else block_geometry(dem, 0, &b);
    contact_forces(&dem->cfg.model, b.n, b.in, b.state, b.out);
    block_scatter(dem, &b);
    if (dem->sampling) PetscCall(BlockRecord(dem, &b));
  }
  for (int k = 0; k <= WORK_FRICTION; k++) dem->step_work[k] += owned_ends * b.work[k];
  PetscFunctionReturn(0);
}
