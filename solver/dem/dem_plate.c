/*
  dem_plate.c - rigid grains on the plates between them and meshed ones: where a plate stands, what the law says to it.

  A plate has no mass: it stands where the contact law of the rigid grain, one side of it on a flat, pushes as hard as
  the surface of the meshed grain.  One Newton step a step; what both grains get is the surface's force, to the
  unit of their sums.
*/
#include "materials/contact_interface.h"
#include "solver/dem/dem_impl.h"

static const double STEP_MOST   = 2e-3; /* of a radius: the farthest that a plate goes in a step */
static const double PLACE_LEAST = 0.05; /* of a radius: as mdr_place has it for the other limit */
static const double NOWHERE     = -1e6; /* overlap of a contact that is over */

static int plate_order(const void *a, const void *b)
{
  const PlateEnds *p = a, *q = b;

  if (p->id_meshed != q->id_meshed) return p->id_meshed < q->id_meshed ? -1 : 1;
  return (p->id_rigid > q->id_rigid) - (p->id_rigid < q->id_rigid);
}

PetscErrorCode DemPlateList(Dem dem)
{
  const Grains   g   = dem->g;
  const PetscInt pad = g->n_owned + g->n_ghost;

  PetscFunctionBeginUser;
  PetscCall(PetscFree2(dem->plate_ends, dem->plate));
  PetscCall(PetscMalloc2(dem->n_meshed_pairs, &dem->plate_ends, dem->n_meshed_pairs, &dem->plate));
  dem->n_plate = 0;
  for (PetscInt k = 0; k < dem->n_meshed_pairs; k++) {
    const PetscInt a = dem->meshed[k][0], b = dem->meshed[k][1], first = g->aux[a][AUX_MESHED] > 0.0;
    const PetscInt m = first ? a : b, r = first ? b : a;

    if (g->aux[r][AUX_MESHED] > 0.0 || m >= g->n_owned) continue;
    dem->plate_ends[dem->n_plate++] = (PlateEnds){r, m, k, g->id[r], g->id[m]};
  }
  if (dem->n_plate > 1) qsort(dem->plate_ends, (size_t)dem->n_plate, sizeof *dem->plate_ends, plate_order);
  PetscCall(BatchesReset(&dem->mixed, (dem->n_plate + 7) / 8, dem->n_state, 0, pad, pad + 1));
  for (PetscInt k = 0; k < dem->n_plate; k++) {
    const PlateEnds *e = &dem->plate_ends[k];

    dem->mixed.i[k]        = (int)(e->id_rigid < e->id_meshed ? e->rigid : e->meshed);
    dem->mixed.j[k]        = (int)(e->id_rigid < e->id_meshed ? e->meshed : e->rigid);
    dem->mixed.live[k / 8] = 1;
  }
  PetscFunctionReturn(0);
}

static Lanes *plate_state(Dem dem, PetscInt batch) { return dem->mixed.state + (size_t)batch * (size_t)dem->n_state; }

PetscErrorCode DemPlates(Dem dem, PetscInt *n, const Plate **plate)
{
  const Grains g  = dem->g;
  const int    at = dem->cfg.model.law->n_state;

  PetscFunctionBeginUser;
  busy_start(&g->busy);
  for (PetscInt k = 0; k < dem->n_plate; k++) {
    const PlateEnds *e     = &dem->plate_ends[k];
    const Lanes     *state = (const Lanes *)plate_state(dem, k / 8);
    const double    *a = g->rec[e->rigid], *b = g->rec[e->meshed];
    Plate           *p    = &dem->plate[k];
    double           size = 0.0;

    *p = (Plate){.rigid  = e->rigid,
                 .meshed = e->meshed,
                 .pair   = e->pair,
                 .id     = e->id_rigid,
                 .R      = a[REC_R],
                 .place  = state[at + PLATE_PLACE][k % 8],
                 .rate   = state[at + PLATE_RATE][k % 8]};
    for (int c = 0; c < 3; c++) {
      p->x[c] = a[REC_X + c], p->v[c] = a[REC_VX + c], p->w[c] = a[REC_WX + c];
      p->n[c] = b[REC_X + c] - a[REC_X + c];
      size += p->n[c] * p->n[c];
    }
    size = sqrt(size);
    for (int c = 0; c < 3; c++) p->n[c] /= size;
  }
  *n     = dem->n_plate;
  *plate = dem->plate;
  PetscFunctionReturn(0);
}

/*
  Eight rigid grains on their plates.  A history ends when the surface has left the apparent sphere by more than
  adhesion reaches: as that of two rigid grains, which ends where their spheres part.
*/
static void plates_gather(Dem dem, PetscInt first, const PlateReaction r[], Lanes *state, ContactBatch *in)
{
  const int    lives = dem->cfg.model.law->lives_state;
  const double part  = dem->cfg.W > 0.0 || dem->cfg.layer > 0.0 ? dem->reach : 0.0;
  const int    face  = contact_face_at(&dem->cfg.model);

  for (int l = 0; l < 8; l++) {
    const PetscInt k = first + l, pad = dem->g->n_owned + dem->g->n_ghost;
    const double  *rec = dem->g->rec[k < dem->n_plate ? dem->plate_ends[k].rigid : pad];
    ContactSide   *s   = &in->side[0];

    s->R[l] = rec[REC_R], s->R0[l] = rec[REC_R0], s->Y[l] = rec[REC_YIELD];
    s->psi[l] = rec[REC_PSI], s->dbar[l] = rec[REC_DBAR], s->bulk[l] = rec[REC_BULK];
    in->delta[l] = NOWHERE;
    in->W[l]     = 0.5 * dem->cfg.W;
    if (k < dem->n_plate && dem->cfg.model.interface) {
      in->W[l]    = 0.5 * dem->face[dem->plate_ends[k].pair].W;
      in->neck[l] = state[face + FACE_NECK][l];
    }
    if (k < dem->n_plate && (state[lives][l] == 0.0 || r[k].nearest <= part)) in->delta[l] = s->R[l] - r[k].place;
  }
}

/* Newton's rule: the law pushes F at this place and k more per length, the surface P and its stiffness less. */
static void plate_move(Dem dem, const PlateReaction *r, const ContactForce *out, Lanes *state, int l, double R)
{
  const ContactLaw *law  = dem->cfg.model.law;
  Lanes            *mine = state + law->n_state;
  const double      k = out->kn[l] + r->stiff, limit = STEP_MOST * R;
  const double      step = k > 0.0 ? fmin(fmax((r->push - out->fn[l]) / k, -limit), limit) : 0.0;

  if (state[law->lives_state][l] == 0.0) {
    mine[PLATE_PLACE][l] = mine[PLATE_RATE][l] = 0.0;
    return;
  }
  mine[PLATE_PLACE][l] = fmin(fmax(r->place - step, PLACE_LEAST * R), R + dem->reach);
  mine[PLATE_RATE][l]  = (mine[PLATE_PLACE][l] - r->place) / dem->cfg.dt;
  dem->plates_off      = fmax(dem->plates_off, fabs(r->push - out->fn[l]));
  dem->plates_most     = fmax(dem->plates_most, fabs(r->push));
}

/* Force, torque and the law's sums onto the rigid grain; forces of the surface are multiples of a coarser unit or,
   where its bulk modulus is below Young's, of one up to four times finer. */
static void plate_push(Dem dem, PetscInt row, const PlateReaction *r, const ContactForce *out, int l)
{
  const double ratio = r->unit * dem->u.inv_force;
  int64_t     *acc   = dem->acc[row];

  for (int k = 0; k < 3; k++) {
    acc[ACC_FX + k] += ratio >= 1.0 ? r->force[k] * (int64_t)ratio : (int64_t)llrint((double)r->force[k] * ratio);
    acc[ACC_TX + k] += (int64_t)(r->torque[k] * dem->u.inv_torque);
  }
  for (int k = 0; dem->n_sum && k < CONTACT_SUMS; k++) {
    const int64_t sum = (int64_t)(out->sum[0][k][l] * dem->u.inv_sum[k]);
    if (k < 2) acc[ACC_SUM0 + k] += sum;
    else dem->more[row][k - 2] += sum;
  }
}

static void far_side(ContactSide *s)
{
  V8(s->R) = V8(s->R0) = v8_set(1e30);
  V8(s->Y) = V8(s->psi) = v8_set(1.0);
}

/* Ghost rows hold what contacts of rigid grains have left there, which their owners have, too. */
static void clear_ghosts(Dem dem)
{
  const Grains g = dem->g;

  memset(dem->acc + g->n_owned, 0, (size_t)g->n_ghost * sizeof *dem->acc);
  if (dem->more) memset(dem->more + g->n_owned, 0, (size_t)g->n_ghost * sizeof *dem->more);
  if (dem->holding) memset(dem->held + g->n_owned, 0, (size_t)g->n_ghost * sizeof *dem->held);
}

PetscErrorCode DemPlatesPush(Dem dem, const PlateReaction reaction[])
{
  const ContactModel *m     = &dem->cfg.model;
  const PetscInt      first = dem->n_samples;

  PetscFunctionBeginUser;
  clear_ghosts(dem);
  dem->plates_off = dem->plates_most = 0.0;
  for (PetscInt c = 0; c < dem->mixed.n; c++) {
    ContactBatch in    = {.dt = dem->cfg.dt, .tool = 1, .mirror = 1};
    Lanes       *state = plate_state(dem, c), stored = {0};
    ContactForce out;

    far_side(&in.side[1]);
    plates_gather(dem, 8 * c, reaction, state, &in);
    m->law->normal(m->p, 1, &in, &state, &out);
    if (dem->plates_sampling) m->law->stored(m->p, &in, state, stored);
    for (PetscInt k = 8 * c; k < PetscMin(8 * c + 8, dem->n_plate); k++) {
      const PetscInt row = dem->plate_ends[k].rigid;

      plate_push(dem, row, &reaction[k], &out, (int)(k % 8));
      if (dem->holding) dem_held_plate(dem, row, reaction[k].held);
      plate_move(dem, &reaction[k], &out, state, (int)(k % 8), dem->g->rec[row][REC_R]);
      if (dem->plates_sampling) PetscCall(DemRecordPlate(dem, k, &reaction[k], &out, stored[k % 8]));
    }
  }
  busy_lap(&dem->g->busy, BUSY_SURFACES, 0);
  PetscCall(GrainsSumsHome(dem->g, dem->acc, dem->more));
  if (dem->holding) PetscCall(GrainsSumsHome(dem->g, dem->held, NULL));
  if (dem->plates_sampling) PetscCall(DemRecordsHome(dem, first));
  dem->plates_sampling = PETSC_FALSE;
  PetscFunctionReturn(0);
}

void dem_plates_off(Dem dem, double *off, double *most)
{
  *off  = dem->plates_off;
  *most = dem->plates_most;
}
