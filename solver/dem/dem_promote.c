/*
  dem_promote.c - rigid grains that become meshed: what happens to the histories of their contacts.

  The law of a grain that stays rigid goes on as one side on its middle plane, which becomes a plate (dem_plate.c). What
  a contact knew of the other side is the mesh's from now on.
*/
#include "materials/contact_interface.h"
#include "solver/dem/eight.h"

/* Eight pairs as they stand now, the cores where a layer lies between: what a law must know to say where planes are. */
static void pair_batch(Dem dem, PetscInt c, ContactBatch *in)
{
  const ContactInterface *f    = dem->cfg.model.interface;
  const Lanes            *face = (const Lanes *)dem->pairs.state + (size_t)c * (size_t)dem->n_state;
  EightGrains             i, j;
  v8                      d2 = v8_set(0.0);

  *in = (ContactBatch){.dt = dem->cfg.dt};
  eight_gather((const GrainRecord *)dem->g->rec, dem->pairs.i + 8 * c, 0, &i);
  eight_gather((const GrainRecord *)dem->g->rec, dem->pairs.j + 8 * c, 0, &j);
  eight_side(&i, 0, &in->side[0]);
  eight_side(&j, 0, &in->side[1]);
  for (int k = 0; k < 3; k++) d2 += (i.x[k] - j.x[k]) * (i.x[k] - j.x[k]);
  V8(in->delta) = i.R + j.R - v8_sqrt(d2);
  V8(in->W)     = v8_set(dem->cfg.W);
  if (!f) return;
  face += contact_face_at(&dem->cfg.model);
  V8(in->delta) += V8(face[FACE_LAYER]);
  for (int l = 0; l < 8; l++) in->W[l] = interface_work(f, ligand_bare(face[FACE_COVER][l], f->ligand.threshold));
}

/* Numbers from first up to last of a history end; what lies between the grains comes behind contact_face_at and goes
 * on. */
static void end_states(Lanes *state, int first, int last, int l)
{
  for (int k = first; k < last; k++) state[k][l] = 0.0;
}

/* Lane l goes on with one side alone: a plate where the middle plane stands. */
static void go_on_as_plate(Dem dem, Lanes *state, int l, const Lanes *half, double place)
{
  const ContactLaw *law = dem->cfg.model.law;

  end_states(state, 0, contact_face_at(&dem->cfg.model), l);
  if (half[law->lives_state][l] == 0.0) return;
  for (int k = 0; k < law->n_state; k++) state[k][l] = half[k][l];
  state[law->n_state + PLATE_PLACE][l] = place;
}

static void promote_pairs(Dem dem, const PetscBool fresh[])
{
  const ContactModel *m = &dem->cfg.model;
  Lanes first[CONTACT_STATE_MAX], second[CONTACT_STATE_MAX], *const half[2] = {first, second}, overlap[2];
  ContactBatch in;

  for (PetscInt c = 0; c < dem->pairs.n; c++) {
    const int *i = dem->pairs.i + 8 * c, *j = dem->pairs.j + 8 * c, pad = (int)(dem->g->n_owned + dem->g->n_ghost);
    Lanes     *state = dem->pairs.state + (size_t)c * (size_t)dem->n_state;
    int        any   = 0;

    for (int l = 0; l < 8; l++) any |= i[l] < pad && (fresh[i[l]] || fresh[j[l]]);
    if (!any || !dem->pairs.live[c]) continue;
    pair_batch(dem, c, &in);
    m->law->halve(m->p, &in, state, overlap, half);
    for (int l = 0; l < 8; l++) {
      const int stays = i[l] < pad && fresh[i[l]] ? 1 : 0; /* which side would go on */

      if (i[l] >= pad || !(fresh[i[l]] || fresh[j[l]])) continue;
      if (fresh[i[l]] && fresh[j[l]]) end_states(state, 0, contact_face_at(m), l);
      else go_on_as_plate(dem, state, l, half[stays], in.side[stays].R[l] - overlap[stays][l]);
    }
  }
}

/* Contacts that the mesh takes over: with tools, and plates between two grains that are both meshed now. */
static void end_fresh(Dem dem, Batches *b, int pairs, const PetscBool fresh[])
{
  const int pad  = (int)(dem->g->n_owned + dem->g->n_ghost);
  const int last = pairs ? dem->cfg.model.law->n_state + PAIR_OVERLAP : dem->n_state;

  for (PetscInt k = 0; k < 8 * b->n; k++) {
    if (b->i[k] >= pad || !(fresh[b->i[k]] || (pairs && fresh[b->j[k]]))) continue;
    end_states(b->state + (size_t)(k / 8) * (size_t)dem->n_state, 0, last, (int)(k % 8));
  }
}

PetscErrorCode DemPromote(Dem dem, const PetscBool fresh[])
{
  PetscFunctionBeginUser;
  PetscCall(GrainsHaloBegin(dem->g)); /* owned grains have moved since the forces: both owners of a pair must agree */
  PetscCall(GrainsHaloEnd(dem->g));
  promote_pairs(dem, fresh);
  end_fresh(dem, &dem->mixed, 1, fresh);
  for (int t = 0; t < TOOL_N; t++) end_fresh(dem, &dem->tool[t], 0, fresh);
  dem->stale = PETSC_TRUE;
  PetscFunctionReturn(0);
}
