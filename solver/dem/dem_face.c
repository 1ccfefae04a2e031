/*
  dem_face.c - what lies between two grains of which one or both are meshed: coverage, bond, neck, layer of each pair.

  It is kept where the histories of contacts are, so that new lists, migration and checkpoints need to know nothing of
  it; the law's own numbers and the forces of springs, which the nodes of meshes have, stay zero there. Both owners of
  two meshed grains keep it, of a rigid and a meshed one that of the meshed. It changes when the slow clock makes a
  step; in between only layers without molecules are pressed out, by as much a step.
*/
#include "materials/contact_interface.h"
#include "solver/dem/dem_impl.h"

/* The numbers of pair k of the meshed ones, and which lane; NULL: another rank has them. */
static Lanes *pair_state(Dem dem, PetscInt k, int *lane)
{
  const PetscInt at = dem->lane_of[k];
  Batches *b = dem_pair_kind(dem->g, dem->meshed[k][0], dem->meshed[k][1]) == PAIR_MIXED ? &dem->mixed : &dem->both;

  *lane = (int)(at % 8);
  return at < 0 ? NULL : b->state + (size_t)(at / 8) * (size_t)dem->n_state;
}

PetscErrorCode DemFaceList(Dem dem)
{
  const Grains   g   = dem->g;
  const PetscInt pad = g->n_owned + g->n_ghost;
  PetscInt       n   = 0;

  PetscFunctionBeginUser;
  for (PetscInt k = 0; k < dem->n_meshed_pairs; k++) {
    dem->lane_of[k] = dem_pair_kind(g, dem->meshed[k][0], dem->meshed[k][1]) == PAIR_MESHED ? n++ : -1;
    dem->seen[k]    = 0;
  }
  PetscCall(BatchesReset(&dem->both, (n + 7) / 8, dem->n_state, 0, pad, pad + 1));
  for (PetscInt k = 0; k < dem->n_meshed_pairs; k++) {
    const PetscInt at = dem->lane_of[k];

    if (at < 0) continue;
    dem->both.i[at]        = (int)dem->meshed[k][0];
    dem->both.j[at]        = (int)dem->meshed[k][1];
    dem->both.live[at / 8] = 1;
  }
  for (PetscInt p = 0; p < dem->n_plate; p++) dem->lane_of[dem->plate_ends[p].pair] = p;
  dem->faces_new = dem->faces_age = PETSC_TRUE;
  PetscFunctionReturn(0);
}

/* A pair that has not been through the slow clock has what the free surfaces bring. */
static void face_of(Dem dem, PetscInt k, PairFace *f)
{
  const ContactInterface *in = dem->cfg.model.interface;
  const double           *a = dem->g->aux[dem->meshed[k][0]], *b = dem->g->aux[dem->meshed[k][1]];
  int                     l;
  const Lanes            *state = (const Lanes *)pair_state(dem, k, &l);
  const Lanes            *face = state + contact_face_at(&dem->cfg.model), *mine = state + dem->cfg.model.law->n_state;
  const int               own = state && face[FACE_BOND][l] > 0.0;
  double                  bare;

  *f          = (PairFace){.wider = 1.0};
  f->coverage = own ? face[FACE_COVER][l] : fmin(0.5 * (a[AUX_FREE] + b[AUX_FREE]), 1.0);
  bare        = ligand_bare(f->coverage, in->ligand.threshold);
  f->W        = interface_work(in, bare);
  f->mu       = dem->cfg.mu * interface_slick(in, bare);
  f->layer    = bare > 0.0 ? 0.0 : in->ligand.gap * fmin(f->coverage, 1.0);
  if (own) {
    if (bare > 0.0) f->layer = face[FACE_LAYER][l];
    f->neck  = face[FACE_NECK][l];
    f->wider = f->neck > 0.0 ? mine[PAIR_WIDER][l] : 1.0;
  }
  if (state) f->overlap = mine[PAIR_OVERLAP][l];
  f->welds = interface_welds(in, bare, f->layer);
}

void dem_faces(Dem dem, const PairFace **face)
{
  *face = dem->face;
  if (!dem->faces_new) return;
  dem->faces_new = PETSC_FALSE;
  for (PetscInt k = 0; k < dem->n_meshed_pairs; k++) face_of(dem, k, &dem->face[k]);
}

void dem_faces_age(Dem dem)
{
  const int     at = contact_face_at(&dem->cfg.model) + FACE_LAYER, cover = at - FACE_LAYER + FACE_COVER;
  const Ligand *ligand = &dem->cfg.model.interface->ligand;

  if (!dem->faces_age) return;
  dem->faces_age = PETSC_FALSE;
  for (PetscInt k = 0; k < dem->n_meshed_pairs; k++) {
    int    l;
    Lanes *state = pair_state(dem, k, &l);

    if (!state || state[at][l] <= 0.0 || ligand_bare(state[cover][l], ligand->threshold) == 0.0) continue;
    state[at][l]   = interface_pressed_out(ligand, state[at][l]);
    dem->faces_new = dem->faces_age = PETSC_TRUE;
  }
}

void dem_face_change(Dem dem, const ContactSample *s, const ContactChange *change)
{
  const Ligand *ligand = &dem->cfg.model.interface->ligand;
  int           l;
  Lanes        *state = pair_state(dem, s->at, &l), *face = state + contact_face_at(&dem->cfg.model);
  Lanes        *mine  = state + dem->cfg.model.law->n_state;
  const double  layer = ligand->gap * fmin(change->coverage, 1.0), was = ligand->gap * fmin(s->coverage, 1.0);
  const int     held  = ligand_bare(s->coverage, ligand->threshold) == 0.0;
  const int     holds = ligand_bare(change->coverage, ligand->threshold) == 0.0;

  dem->faces_new = dem->faces_age = PETSC_TRUE;
  dem->seen[s->at]                = 1;
  face[FACE_BOND][l]              = s->bond + 1.0;
  face[FACE_COVER][l]             = change->coverage;
  face[FACE_NECK][l]              = change->neck;
  face[FACE_LAYER][l]             = holds ? layer : held ? was : face[FACE_LAYER][l];
  mine[PAIR_OVERLAP][l]           = fmax(mine[PAIR_OVERLAP][l] + change->approach, 0.0);
  mine[PAIR_WIDER][l]             = s->bonded > 0.0 ? fmax(pow(change->neck / s->bonded, 2.0), 1.0) : 0.0;
}

/* Pairs that the slow clock has not seen have parted: they have what free surfaces bring from now on. */
void dem_faces_part(Dem dem)
{
  dem->faces_new = PETSC_TRUE;
  for (PetscInt k = 0; dem->cfg.model.interface && k < dem->n_meshed_pairs; k++) {
    int    l;
    Lanes *state = pair_state(dem, k, &l);

    if (state && !dem->seen[k]) {
      for (int c = 0; c < FACE_N; c++) state[contact_face_at(&dem->cfg.model) + c][l] = 0.0;
      state[dem->cfg.model.law->n_state + PAIR_WIDER][l] = 0.0;
    }
    dem->seen[k] = 0;
  }
}

double dem_overlap(Dem dem)
{
  double most = 0.0;

  for (PetscInt k = 0; dem->cfg.model.interface && k < dem->n_meshed_pairs; k++) {
    int          l;
    const Lanes *state = (const Lanes *)pair_state(dem, k, &l);

    if (state) most = fmax(most, state[dem->cfg.model.law->n_state + PAIR_OVERLAP][l]);
  }
  return most;
}
