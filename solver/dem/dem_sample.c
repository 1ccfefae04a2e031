/* dem_sample.c - the contacts of one step, written down for observables and output. */
#include "materials/contact_interface.h"
#include "solver/dem/dem_impl.h"
#include "solver/grains/exchange.h"
#include "solver/grains/residence.h"

void dem_sample_next(Dem dem) { dem->sampling = dem->plates_sampling = PETSC_TRUE; }

void dem_samples(Dem dem, PetscInt *n, const ContactSample **samples)
{
  *n       = dem->n_samples;
  *samples = dem->samples;
}

void dem_grain_force(Dem dem, PetscInt row, double f[3])
{
  for (int k = 0; k < 3; k++) f[k] = (double)dem->acc[row][ACC_FX + k] * dem->u.force;
}

void dem_grain_torque(Dem dem, PetscInt row, double m[3])
{
  for (int k = 0; k < 3; k++) m[k] = (double)dem->acc[row][ACC_TX + k] * dem->u.torque;
}

static PetscErrorCode Grow(Dem dem)
{
  PetscFunctionBeginUser;
  if (dem->n_samples + 8 <= dem->samples_cap) PetscFunctionReturn(0);
  dem->samples_cap = dem->samples_cap + dem->samples_cap / 2 + 64;
  PetscCall(PetscRealloc((size_t)dem->samples_cap * sizeof *dem->samples, &dem->samples));
  PetscFunctionReturn(0);
}

/* What lies between the grains of lane l; nothing where there is no interface. */
static void record_interface(Dem dem, const Lanes *state, int l, int tool, ContactSample *s)
{
  const Lanes *face = state + contact_face_at(&dem->cfg.model);

  s->bond = -1;
  if (tool >= 0 || !dem->cfg.model.interface) return;
  s->bond     = (int)face[FACE_BOND][l] - 1;
  s->coverage = face[FACE_COVER][l];
  s->neck     = face[FACE_NECK][l];
  s->layer    = face[FACE_LAYER][l];
  s->set      = face[FACE_SET][l];
  if (dem->cfg.model.interface->crystals) s->waited = face[FACE_WAITED][l];
}

/* Distance of the face of the first grain from its centre: of its core where a layer lies between two grains. */
static void record_place(Dem dem, const ContactBatch *in, Lanes *state, int tool, Lanes place)
{
  const ContactLaw *law   = dem->cfg.model.law;
  ContactBatch      cores = *in;
  Lanes             overlap[2];

  if (tool < 0 && dem->cfg.model.interface) V8(cores.delta) += V8(state[contact_face_at(&dem->cfg.model) + FACE_LAYER]);
  if (tool < 0 && law->halve) law->halve(dem->cfg.model.p, &cores, state, overlap, NULL);
  else V8(overlap[0]) = V8(cores.delta) * (tool < 0 ? 0.5 : 1.0);
  V8(place) = V8(in->side[0].R) - V8(overlap[0]);
}

/* tool: -1 for pairs. */
PetscErrorCode DemRecord(Dem dem, ContactBatch *in, const ContactForce *out, Lanes *state, PetscInt batch, int tool,
                         const Lanes branch[3])
{
  const int      pad = (int)(dem->g->n_owned + dem->g->n_ghost);
  const Batches *b   = tool < 0 ? &dem->pairs : &dem->tool[tool];
  const int     *i = b->i + 8 * batch, *j = b->j + 8 * batch;
  Lanes          stored, place;

  PetscFunctionBeginUser;
  PetscCall(Grow(dem));
  record_place(dem, in, state, tool, place);
  contact_stored(&dem->cfg.model, in, state, stored);
  for (int l = 0; l < 8; l++) {
    ContactSample *s = &dem->samples[dem->n_samples];

    if (i[l] >= pad || (out->fn[l] == 0.0 && in->delta[l] <= 0.0)) continue;
    *s = (ContactSample){.i      = i[l],
                         .j      = tool < 0 ? j[l] : -1 - tool,
                         .id_i   = dem->g->id[i[l]],
                         .id_j   = tool < 0 ? dem->g->id[j[l]] : -1 - tool,
                         .fn     = out->fn[l],
                         .a      = out->a[l],
                         .kn     = out->kn[l],
                         .place  = place[l],
                         .delta  = in->delta[l],
                         .stored = stored[l],
                         .at     = 8 * batch + l};
    for (int k = 0; k < 3; k++) {
      s->n[k]      = in->n[k][l];
      s->f[k]      = out->fn[l] * in->n[k][l] + out->ft[k][l];
      s->branch[k] = branch[k][l];
    }
    record_interface(dem, state, l, tool, s);
    dem->n_samples++;
  }
  PetscFunctionReturn(0);
}

/* The interface across a plate: what pair_face.h says, and what the nodes have of it.  Under a layer it is carried on
   the area of the nodes, wider than that of the law. */
static void record_face(const PairFace *face, PetscInt at, const PlateReaction *r, ContactSample *s)
{
  s->at       = at;
  s->bonded   = sqrt(r->bonded / PETSC_PI);
  s->neck     = pair_face_neck(face, s->bonded);
  s->coverage = face->coverage;
  s->layer    = r->area > 0.0 ? r->layer / r->area : face->layer;
  s->bond     = r->bonded > 0.0 ? BOND_METAL : BOND_LIGAND;
  if (face->layer > 0.0) s->a = sqrt(r->area / PETSC_PI);
}

PetscErrorCode DemRecordPlate(Dem dem, PetscInt k, const PlateReaction *r, const ContactForce *out, double stored)
{
  const PlateEnds *e = &dem->plate_ends[k];
  const Plate     *p = &dem->plate[k];
  const int        l = (int)(k % 8), first = e->id_rigid < e->id_meshed; /* is the rigid one i, of lower id? */
  const double     sign = first ? 1.0 : -1.0, *a = dem->g->rec[e->rigid], *b = dem->g->rec[e->meshed];
  ContactSample   *s;
  double           distance = 0.0;

  PetscFunctionBeginUser;
  if (r->force[0] == 0 && r->force[1] == 0 && r->force[2] == 0) PetscFunctionReturn(0);
  PetscCall(Grow(dem));
  s  = &dem->samples[dem->n_samples++];
  *s = (ContactSample){.i      = first ? e->rigid : e->meshed,
                       .j      = first ? e->meshed : e->rigid,
                       .id_i   = first ? e->id_rigid : e->id_meshed,
                       .id_j   = first ? e->id_meshed : e->id_rigid,
                       .a      = out->a[l],
                       .kn     = lm_ratio(out->kn[l] * r->stiff, out->kn[l] + r->stiff),
                       .fast   = r->stiff,
                       .stored = stored + r->stored,
                       .bond   = -1,
                       .at     = -1};
  if (dem->cfg.model.interface) record_face(dem->face + e->pair, e->pair, r, s);
  for (int c = 0; c < 3; c++) {
    s->n[c]      = -sign * p->n[c];
    s->f[c]      = sign * (double)r->force[c] * r->unit;
    s->branch[c] = sign * (a[REC_X + c] - b[REC_X + c]);
    s->fn += s->f[c] * s->n[c];
    distance += s->branch[c] * s->branch[c];
  }
  distance = sqrt(distance);
  s->delta = a[REC_R0] + b[REC_R0] - distance;
  s->place = first ? r->place : distance - r->place - s->layer;
  PetscFunctionReturn(0);
}

/* Samples from `first` on whose rigid grain lives elsewhere are written down there, too. */
PetscErrorCode DemRecordsHome(Dem dem, PetscInt first)
{
  const Grains   g = dem->g;
  PetscMPIInt   *dest;
  ContactSample *got;
  Residence     *map;
  PetscInt       n;

  PetscFunctionBeginUser;
  if (!g->halo) PetscFunctionReturn(0);
  PetscCall(PetscMalloc2(dem->n_samples - first + 1, &dest, g->n_owned + g->n_ghost, &map));
  for (PetscInt k = first; k < dem->n_samples; k++) {
    const PetscInt ghost = PetscMax(dem->samples[k].i, dem->samples[k].j) - g->n_owned;
    dest[k - first]      = ghost >= 0 ? g->owner_rank[ghost] : -1;
  }
  for (PetscInt i = 0; i < g->n_owned + g->n_ghost; i++) map[i] = (Residence){g->id[i], i};
  residence_sort(g->n_owned + g->n_ghost, map);
  PetscCall(ExchangeRecords(g->comm, sizeof *got, dem->n_samples - first, dest, dem->samples + first, &n, &got, NULL));
  for (PetscInt k = 0; k < n; k++) {
    got[k].i = residence_find(g->n_owned + g->n_ghost, map, got[k].id_i);
    got[k].j = residence_find(g->n_owned + g->n_ghost, map, got[k].id_j);
    PetscCheck(got[k].i >= 0 && got[k].j >= 0, PETSC_COMM_SELF, PETSC_ERR_PLIB,
               "a contact of grains %lld and %lld came to a rank that lacks one of them", (long long)got[k].id_i,
               (long long)got[k].id_j);
    PetscCall(Grow(dem));
    got[k].at                      = -1; /* its history is where the meshed grain is */
    dem->samples[dem->n_samples++] = got[k];
  }
  PetscCall(PetscFree(got));
  PetscCall(PetscFree2(dest, map));
  PetscFunctionReturn(0);
}

static void change_rigid(Dem dem, const ContactSample *s, const ContactChange *change)
{
  const ContactModel *m     = &dem->cfg.model;
  const int           l     = (int)(s->at % 8);
  Lanes              *state = dem->pairs.state + (size_t)(s->at / 8) * (size_t)dem->n_state;
  Lanes              *face  = state + contact_face_at(m);
  const double       *a = dem->g->rec[s->i], *b = dem->g->rec[s->j];
  const double        R[2] = {a[REC_R], b[REC_R]}, Y[2] = {a[REC_YIELD], b[REC_YIELD]};
  double              law[CONTACT_STATE_MAX];

  for (int k = 0; k < m->law->n_state; k++) law[k] = state[k][l];
  m->law->flow(m->p, R, Y, change->approach, law);
  for (int k = 0; k < m->law->n_state; k++) state[k][l] = law[k];
  face[FACE_COVER][l] = change->coverage;
  face[FACE_NECK][l]  = change->neck;
  if (!m->interface->crystals) return;
  face[FACE_GAIN][l]   = change->gain;
  face[FACE_WAITED][l] = change->waited;
  if (change->joined) face[FACE_BOND][l] = BOND_IONIC + 1.0;
}

void dem_contact_change(Dem dem, const ContactSample *s, const ContactChange *change)
{
  if (s->at < 0) return;
  if (dem_pair_kind(dem->g, s->i, s->j) == PAIR_RIGID) change_rigid(dem, s, change);
  else dem_face_change(dem, s, change);
}

PetscErrorCode DemCoverage(Dem dem)
{
  PetscFunctionBeginUser;
  PetscCall(GrainsHaloAux(dem->g));
  dem_faces_part(dem);
  dem_list_cover(dem);
  PetscFunctionReturn(0);
}
