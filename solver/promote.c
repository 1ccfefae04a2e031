/*
  promote.c - rigid grains become meshed while the powder is pressed.

  Every mesh_promote_every steps each rigid grain gets a need, a number that is positive where the deck wants it meshed;
  of more grains than mesh_cap and mesh_promote_share allow the neediest are taken.  Their contacts become faces of the
  new bodies; where the other side stays rigid, plates.  Needs, faces and sums are the same bits on any number of ranks.
*/
#include "solver/promote.h"

#include "materials/contact_interface.h"
#include "solver/balance.h"
#include "solver/grains/residence.h"
#include "solver/meshed.h"
#include "solver/mixed.h"
#include <math.h>
#include <string.h>

/* Mean pressure of a fully plastic contact over the yield stress: the law's, 1 + 1.75 exp(-4.4 Y/E), of a soft grain.
 */
static const double HARDNESS = 2.75;

int promote_looks(const Simulation *sim, PetscInt64 step)
{
  const MeshConfig *c = &sim->config.mesh;

  return mesh_promotes(c) && sim->programme.now.damped.phase == 0.0 && sim->meshed < sim->grains->n_global &&
         step % c->promote_every == 0;
}

/* ------------------------------------------------------------------------------------------- contacts as faces */

static int face_order(const void *a, const void *b)
{
  const GrainFace *p = a, *q = b;

  if (p->row != q->row) return p->row < q->row ? -1 : 1;
  return (p->partner > q->partner) - (p->partner < q->partner);
}

/* The contact as a face of its first grain (side 0) or its second. */
static GrainFace face_of(const Simulation *sim, const ContactSample *c, int side)
{
  const double sign = side ? -1.0 : 1.0;
  const double span = sqrt(c->branch[0] * c->branch[0] + c->branch[1] * c->branch[1] + c->branch[2] * c->branch[2]);
  const int    wall = c->j == -1 - TOOL_DIE && sim->grains->rec[c->i][REC_Z] < sim->tools.die_top;
  GrainFace    f    = {.row     = side ? c->j : c->i,
                       .partner = side ? c->id_i : c->id_j,
                       .place   = side ? span - c->place - c->layer : c->place,
                       .bore    = wall ? sim->tools.die_radius : 0.0,
                       .radius  = c->a,
                       .push    = c->fn,
                       .bonded  = c->bond == BOND_METAL,
                       .set     = c->set};

  for (int k = 0; k < 3; k++) {
    f.n[k]  = -sign * c->n[k];
    f.ft[k] = sign * (c->f[k] - c->fn * c->n[k]);
  }
  return f;
}

/* Contacts of owned rigid grains, ordered by row and partner; first[n_owned + 1]. */
static PetscErrorCode Faces(Simulation *sim, const Sample *s, GrainFace **face, PetscInt **first)
{
  const Grains g = sim->grains;
  PetscInt     n = 0;

  PetscFunctionBeginUser;
  PetscCall(PetscMalloc1(2 * s->n_contacts + 1, face));
  PetscCall(PetscCalloc1(g->n_owned + 1, first));
  for (PetscInt k = 0; k < s->n_contacts; k++)
    for (int side = 0; side < (s->contacts[k].j < 0 ? 1 : 2); side++) {
      const PetscInt row   = side ? s->contacts[k].j : s->contacts[k].i,
                     other = side ? s->contacts[k].i : s->contacts[k].j;

      if (row >= g->n_owned || g->aux[row][AUX_MESHED] > 0.0) continue;
      (*face)[n]          = face_of(sim, &s->contacts[k], side);
      (*face)[n++].meshed = other >= 0 && g->aux[other][AUX_MESHED] > 0.0 ? PETSC_TRUE : PETSC_FALSE;
      (*first)[row + 1]++;
    }
  qsort(*face, (size_t)n, sizeof **face, face_order);
  for (PetscInt i = 0; i < g->n_owned; i++) (*first)[i + 1] += (*first)[i];
  PetscFunctionReturn(0);
}

/* ------------------------------------------------------------------------------------------------- who needs it */

/* Do two contacts of a grain touch each other: are the angles they take up more than the angle between them? */
static int patches_touch(const GrainFace f[], PetscInt n, double R)
{
  for (PetscInt a = 0; a < n; a++)
    for (PetscInt b = 0; b < a; b++) {
      const double cosine = f[a].n[0] * f[b].n[0] + f[a].n[1] * f[b].n[1] + f[a].n[2] * f[b].n[2];
      const double taken  = asin(fmin(f[a].radius / R, 1.0)) + asin(fmin(f[b].radius / R, 1.0));
      if (f[a].radius > 0.0 && f[b].radius > 0.0 && taken >= PETSC_PI) return 1;
      if (f[a].radius > 0.0 && f[b].radius > 0.0 && cosine > cos(taken)) return 1;
    }
  return 0;
}

/* How far a grain is beyond the nearest trigger; <= 0: before all of them. */
static double triggered(const MeshTrigger *t, const double *rec, double density, const GrainFace f[], PetscInt n)
{
  double sum      = 0.0, most;
  int    contacts = 0;

  for (PetscInt k = 0; k < n; k++)
    if (f[k].radius > 0.0) sum += f[k].radius, contacts++;
  most = fmax(density / t->density, 1.0 + t->free_area - rec[REC_PSI]);
  if (contacts) most = fmax(most, sum / contacts / rec[REC_R0] / t->contact_radius);
  if (t->patches && patches_touch(f, n, rec[REC_R])) most = fmax(most, nextafter(1.0, 2.0));
  return most - 1.0;
}

/* need[owned rows] of rigid grains; chain[rows, ghosts too]: is it in a force chain, of those that are looked for. */
static void needs(const Simulation *sim, const GrainFace face[], const PetscInt first[], double need[])
{
  const MeshConfig *c  = &sim->config.mesh;
  const int         on = sim->seen.relative_density >= c->from_density;

  for (PetscInt i = 0; i < sim->grains->n_owned; i++) {
    const double *rec = sim->grains->rec[i];

    need[i] = 0.0;
    if (!on || sim->grains->aux[i][AUX_MESHED] > 0.0) continue;
    if (!strcmp(c->grains, "all")) need[i] = 1.0;
    else if (!strcmp(c->grains, "region")) need[i] = mixed_in_region(&c->region, &sim->tools, rec);
    else if (!strcmp(c->grains, "force_chains"))
      need[i] = sim->fields.chain[i] >= 0 ? fmax(sim->fields.major[i], 0.0) : 0.0;
    else need[i] = triggered(&c->trigger, rec, sim->seen.relative_density, face + first[i], first[i + 1] - first[i]);
  }
}

/* Grains of need above `least`, and those of exactly that need with ids up to `last`, on all ranks. */
static PetscErrorCode Count(Grains g, const double need[], double least, PetscInt64 last, PetscInt64 *n)
{
  PetscFunctionBeginUser;
  *n = 0;
  for (PetscInt i = 0; i < g->n_owned; i++)
    *n += need[i] > 0.0 && (need[i] > least || (need[i] == least && g->id[i] <= last));
  PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, n, 1, MPIU_INT64, MPI_SUM, g->comm));
  PetscFunctionReturn(0);
}

/*
  The neediest `room` grains become fresh, of equal need those with the lowest ids: by bisection of the need and then of
  the id.  Positive doubles are ordered as their bits are, so that 63 halvings find the very need.
*/
static PetscErrorCode Choose(Grains g, const double need[], PetscInt64 room, PetscBool fresh[], PetscInt64 *n)
{
  int64_t    low = 0, high = INT64_C(0x7ff0000000000000); /* bits: more than room above low, at most room above high */
  double     least = 0.0;
  PetscInt64 last  = -1;

  PetscFunctionBeginUser;
  PetscCall(Count(g, need, 0.0, -1, n));
  if (*n > room) {
    while (high - low > 1) {
      const int64_t middle = low + (high - low) / 2;
      memcpy(&least, &middle, sizeof least);
      PetscCall(Count(g, need, least, -1, n));
      if (*n > room) low = middle;
      else high = middle;
    }
    memcpy(&least, &high, sizeof least);
    low = -1, high = PETSC_MAX_INT; /* ids */
    while (high - low > 1) {
      const int64_t middle = low + (high - low) / 2;
      PetscCall(Count(g, need, least, middle, n));
      if (*n > room) high = middle;
      else low = middle;
    }
    last = low;
    PetscCall(Count(g, need, least, last, n));
  }
  for (PetscInt i = 0; i < g->n_owned; i++)
    if (need[i] > 0.0 && (need[i] > least || (need[i] == least && g->id[i] <= last))) fresh[i] = PETSC_TRUE;
  PetscFunctionReturn(0);
}

/* Owned marks onto ghosts. */
static PetscErrorCode Spread(Grains g, PetscBool mark[])
{
  PetscFunctionBeginUser;
  if (!g->halo) PetscFunctionReturn(0);
  PetscCall(PetscSFBcastBegin(g->halo, MPI_INT, mark, mark + g->n_owned, MPI_REPLACE));
  PetscCall(PetscSFBcastEnd(g->halo, MPI_INT, mark, mark + g->n_owned, MPI_REPLACE));
  PetscFunctionReturn(0);
}

/* Rigid grains that touch one in a force chain need a mesh, too, if there is room: the most loaded first. */
static PetscErrorCode Neighbours(Simulation *sim, const Sample *s, double need[])
{
  const Grains g = sim->grains;
  PetscBool   *chain;

  PetscFunctionBeginUser;
  PetscCall(PetscCalloc1(g->n_owned + g->n_ghost + 1, &chain));
  for (PetscInt i = 0; i < g->n_owned; i++) chain[i] = sim->fields.chain[i] >= 0 ? PETSC_TRUE : PETSC_FALSE;
  PetscCall(Spread(g, chain));
  for (PetscInt i = 0; i < g->n_owned; i++) need[i] = 0.0;
  for (PetscInt k = 0; k < s->n_contacts; k++) {
    const ContactSample *c = &s->contacts[k];
    for (int side = 0; side < 2 && c->j >= 0; side++) {
      const PetscInt row = side ? c->j : c->i, other = side ? c->i : c->j;
      if (row < g->n_owned && chain[other] && !chain[row] && g->aux[row][AUX_MESHED] == 0.0 && c->fn > 0.0)
        need[row] = fmax(sim->fields.major[row], 1e-300);
    }
  }
  PetscCall(PetscFree(chain));
  PetscFunctionReturn(0);
}

/* Who becomes meshed now: fresh[rows, ghosts too], n of all ranks. */
static PetscErrorCode Fresh(Simulation *sim, const Sample *s, const GrainFace face[], const PetscInt first[],
                            PetscBool fresh[], PetscInt64 *n)
{
  const MeshConfig *c    = &sim->config.mesh;
  const double      all  = (double)sim->grains->n_global;
  const PetscInt64  left = (PetscInt64)floor(c->cap * all + 1e-9) - sim->meshed;
  const PetscInt64  room = PetscMin(left, PetscMax((PetscInt64)floor(c->promote_share * all + 1e-9), 1));
  double           *need;
  PetscInt64        more = 0;

  PetscFunctionBeginUser;
  *n = 0;
  if (room <= 0) PetscFunctionReturn(0);
  PetscCall(PetscMalloc1(sim->grains->n_owned + 1, &need));
  needs(sim, face, first, need);
  PetscCall(Choose(sim->grains, need, room, fresh, n));
  if (!strcmp(c->grains, "force_chains") && c->buffer && sim->seen.relative_density >= c->from_density && *n < room) {
    PetscCall(Neighbours(sim, s, need));
    PetscCall(Choose(sim->grains, need, room - *n, fresh, &more));
    *n += more;
  }
  PetscCall(PetscFree(need));
  if (*n) PetscCall(Spread(sim->grains, fresh));
  PetscFunctionReturn(0);
}

/* ------------------------------------------------------------------------------------------------- the handover */

/* Plastic strain of a grain: hardness times the volume that its contacts have displaced, over yield stress and volume.
 */
static double plastic_strain(const double *rec, const GrainFace f[], PetscInt n)
{
  double caps = 0.0;

  for (PetscInt k = 0; k < n; k++) {
    const double h = fmin(fmax(rec[REC_R] - f[k].place, 0.0), rec[REC_R]);
    if (f[k].push > 0.0) caps += PETSC_PI / 3.0 * h * h * (3.0 * rec[REC_R] - h);
  }
  return HARDNESS * caps / (4.0 / 3.0 * PETSC_PI * pow(rec[REC_R0], 3));
}

static PetscErrorCode Bodies(Simulation *sim, GrainFace face[], const PetscInt first[], const PetscBool fresh[],
                             FemPromotion *p)
{
  const Grains g = sim->grains;
  GrainStart  *start;
  Residence   *map;
  PetscInt     n = 0, n_map = 0;

  PetscFunctionBeginUser;
  PetscCall(PetscMalloc2(g->n_owned + 1, &start, g->n_owned + g->n_ghost + 1, &map));
  for (PetscInt i = 0; i < g->n_owned + g->n_ghost; i++)
    if (fresh[i]) map[n_map++] = (Residence){g->id[i], i};
  residence_sort(n_map, map);
  for (PetscInt i = 0; i < g->n_owned; i++) {
    if (!fresh[i]) continue;
    start[n] = (GrainStart){.row      = i,
                            .pressure = sim->fields.p[i],
                            .alpha    = plastic_strain(g->rec[i], face + first[i], first[i + 1] - first[i]),
                            .n_face   = first[i + 1] - first[i],
                            .face     = face + first[i]};
    for (PetscInt k = first[i]; k < first[i + 1]; k++)
      if (face[k].partner >= 0 && residence_find(n_map, map, face[k].partner) >= 0) face[k].meshed = PETSC_TRUE;
    n++;
  }
  PetscCall(FemPromoteBegin(sim->fem, n, start, fresh, p));
  PetscCall(PetscFree2(start, map));
  PetscFunctionReturn(0);
}

/* Forces of all surfaces, as they stand. */
static PetscErrorCode Surfaces(Simulation *sim)
{
  PetscFunctionBeginUser;
  PetscCall(FemForces(sim->fem, &sim->tools));
  if (sim->mixed) PetscCall(MixedTry(sim->dem, sim->fem));
  PetscFunctionReturn(0);
}

/* The new bodies' contacts are made to carry what they carried. */
static PetscErrorCode Settle(Simulation *sim, FemPromotion *p, Promotion *made)
{
  GrainsMade all;
  PetscBool  more;

  PetscFunctionBeginUser;
  PetscCall(DemRefresh(sim->dem, &sim->tools, PETSC_TRUE));
  PetscCall(MeshedRefresh(sim));
  PetscCall(FemPromoteStress(*p));
  do {
    PetscCall(Surfaces(sim));
    PetscCall(FemPromoteTry(*p, &more));
  } while (more);
  PetscCall(Surfaces(sim));
  PetscCall(FemPromoteEnd(p, &all));
  made->volume_error   = all.volume_error;
  made->force_error    = all.force_error;
  made->force_held     = all.force_held;
  made->kinetic_before = all.kinetic_before;
  made->kinetic        = all.kinetic;
  PetscFunctionReturn(0);
}

/* Momentum of the powder [fg nm/ns] and the sum of m |v|. */
static PetscErrorCode Momentum(Simulation *sim, double p[4])
{
  const Grains g    = sim->grains;
  double       most = 0.0, unit = 1.0;
  ExactSum     sum[4] = {{0}};

  PetscFunctionBeginUser;
  for (int pass = 0; pass < 2; pass++) {
    for (PetscInt i = 0; i < g->n_owned; i++) {
      const double *r = g->rec[i], m = 1.0 / r[REC_INV_M];
      const double  v = sqrt(r[REC_VX] * r[REC_VX] + r[REC_VY] * r[REC_VY] + r[REC_VZ] * r[REC_VZ]);
      if (!pass) most = fmax(most, m * v);
      for (int k = 0; pass && k < 3; k++) exact_add(&sum[k], m * r[REC_VX + k], 1.0 / unit);
      if (pass) exact_add(&sum[3], m * v, 1.0 / unit);
    }
    if (!pass) PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, &most, 1, MPI_DOUBLE, MPI_MAX, g->comm));
    unit = fixed_unit(fmax(most, 1e-300));
  }
  PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, sum, 8, MPI_INT64_T, MPI_SUM, g->comm));
  for (int k = 0; k < 4; k++) {
    exact_normalize(&sum[k]);
    p[k] = exact_value(&sum[k], unit);
  }
  PetscFunctionReturn(0);
}

static PetscErrorCode Tell(Simulation *sim, const Promotion *made)
{
  PetscFunctionBeginUser;
  PetscCall(OutputPromotion(sim->output, made));
  PetscCall(ProgressSay(sim->progress, "%.0f grains become meshed at a density of %.3f: %.0f of %" PetscInt_FMT,
                        made->grains, made->density, made->meshed, (PetscInt)sim->grains->n_global));
  PetscFunctionReturn(0);
}

static PetscErrorCode HandOver(Simulation *sim, GrainFace face[], const PetscInt first[], const PetscBool fresh[],
                               PetscInt64 n)
{
  const Observation *seen = &sim->seen;
  FemPromotion       bodies;
  double             before[4], after[4];
  Promotion          made = {.step         = (double)sim->step,
                             .time         = simulation_time(sim),
                             .density      = seen->relative_density,
                             .grains       = (double)n,
                             .meshed       = (double)(sim->meshed + n),
                             .rigid        = (double)(sim->grains->n_global - sim->meshed - n),
                             .pressure_top = seen->pressure_top,
                             .p            = seen->p,
                             .q            = seen->q};

  PetscFunctionBeginUser;
  PetscCall(Momentum(sim, before));
  PetscCall(DemPromote(sim->dem, fresh));
  PetscCall(Bodies(sim, face, first, fresh, &bodies));
  PetscCall(MixedFind(sim));
  simulation_take_step(sim, made.time);
  PetscCall(Settle(sim, &bodies, &made));
  PetscCall(Momentum(sim, after));
  for (int k = 0; k < 3; k++) made.momentum_error += (after[k] - before[k]) * (after[k] - before[k]);
  made.momentum_error = sqrt(made.momentum_error) / fmax(before[3], 1e-300);
  PetscCall(BalanceAnew(sim));
  PetscCall(MeshedRefresh(sim));
  PetscCall(Tell(sim, &made));
  PetscFunctionReturn(0);
}

PetscErrorCode Promote(Simulation *sim)
{
  const Observation *seen;
  Sample             sample;
  GrainFace         *face;
  PetscInt          *first;
  PetscBool         *fresh;
  PetscInt64         n;

  PetscFunctionBeginUser;
  if (!promote_looks(sim, sim->step)) PetscFunctionReturn(0);
  PetscCall(SimulationObserve(sim, PETSC_TRUE, &seen));
  PetscCall(SimulationSample(sim, &sample));
  PetscCall(Faces(sim, &sample, &face, &first));
  PetscCall(PetscCalloc1(sim->grains->n_owned + sim->grains->n_ghost + 1, &fresh));
  PetscCall(Fresh(sim, &sample, face, first, fresh, &n));
  if (n) PetscCall(HandOver(sim, face, first, fresh, n));
  PetscCall(PetscFree(fresh));
  PetscCall(PetscFree(face));
  PetscCall(PetscFree(first));
  PetscFunctionReturn(0);
}
