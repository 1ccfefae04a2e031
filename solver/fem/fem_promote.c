/*
  fem_promote.c - rigid grains become bodies: their contacts carry from the start what they carried before.

  Each body gets a shape (fem_cut.c) and a stress in balance with its contacts (fem_prestress.c).  How far a node must
  stand out for surfaces to give it the force that this stress needs depends on nodes and facets of both sides, so it is
  tried: forces are worked out, nodes move in or out, until forces are right.  Where surfaces draw each other, metal
  then flows into the gaps around the contacts (fem_fit.c).  At last bodies are calmed down for a while (fem_settle.c).
*/
#include "solver/fem/fem_press.h"
#include "solver/grains/residence.h"

#include <string.h>

static const double PULLS = 0.8; /* of the largest traction of adhesion: the most that a node is to be pulled with */
static const double PULLED_OUT = 0.25; /* of the reach of adhesion, which is pulled hardest at a third: the most that a
                                          node is moved away, whose partner may be moved as far */
static const double UNSOUND = 0.05;    /* error of its volume with which a body has been crushed [-] */
static const double STEP    = 0.6;     /* of what would make a node's force right, did its neighbours stay */

enum { NODES = 100, FITS = 300 }; /* tries of nodes' places; with adhesion then steps between the neighbours */

struct _p_FemPromotion {
  Fem        fem;
  PetscInt   n, old;  /* bodies being made: old, old + 1, ... */
  Cut       *cut;     /* [n] */
  double    *numbers; /* [n][width] */
  NodeSlots *slot;    /* of the older bodies, as they were */
  PetscInt   n_eight;
  Press     *press; /* [n_eight] while bodies are fitted */
  int        tried; /* how often */
  ExactSum   work[WORK_N], tool_force[TOOL_N][3], wall_force;
};

/* Nodes of older bodies keep half of what they hold against a grain that has nodes of its own from now on. */
static PetscErrorCode ShareFriction(Fem fem, PetscInt n_old, const PetscBool fresh[])
{
  const PetscInt rows = fem->g->n_owned + fem->g->n_ghost;
  Residence     *map;
  PetscInt       n = 0;

  PetscFunctionBeginUser;
  PetscCall(PetscMalloc1(rows + 1, &map));
  for (PetscInt i = 0; i < rows; i++)
    if (fresh[i]) map[n++] = (Residence){fem->g->id[i], i};
  residence_sort(n, map);
  for (PetscInt s = 0; s < n_old * fem->n_surf; s++)
    for (int k = 0; k < SLOTS; k++) {
      double *slot = fem->slot[s][k];
      if (slot[SLOT_PARTNER] <= 0.0 || residence_find(n, map, (PetscInt64)slot[SLOT_PARTNER] - 1) < 0) continue;
      for (int d = 0; d < 3; d++) slot[SLOT_FX + d] *= 0.5;
    }
  PetscCall(PetscFree(map));
  PetscFunctionReturn(0);
}

/* What trying forces would change of the state is remembered, and put back. */
static void put_back(const FemPromotion p)
{
  const Fem fem = p->fem;

  if (p->old) memcpy(fem->slot, p->slot, (size_t)(p->old * fem->n_surf) * sizeof *p->slot);
  memcpy(fem->work, p->work, sizeof p->work);
  memcpy(fem->tool_force, p->tool_force, sizeof p->tool_force);
  fem->wall_force = p->wall_force;
}

/* Has the body of every new grain come out of it sound?  Where the law of the contacts let them carry far more than the
   metal does it has not. */
static PetscErrorCode CheckSound(const FemPromotion p)
{
  const int64_t none  = INT64_MAX;
  int64_t       first = none;

  PetscFunctionBeginUser;
  for (PetscInt k = 0; k < p->n; k++)
    if (!(p->cut[k].off < UNSOUND)) first = PetscMin(first, p->fem->g->id[p->cut[k].start.row]);
  PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, &first, 1, MPI_INT64_T, MPI_MIN, p->fem->g->comm));
  PetscCheck(first == none, p->fem->g->comm, PETSC_ERR_CONV_FAILED,
             "grain %lld cannot become meshed: the forces of its contacts crush its mesh; mesh it earlier "
             "(mesh_from_density, mesh_trigger_contact_radius), or choose mesh_grains: all or none",
             (long long)first);
  PetscFunctionReturn(0);
}

static void take_in(const FemPromotion p)
{
  for (PetscInt k = 0; k < p->n; k++)
    fem_body_pass(p->fem, p->old + k, p->numbers + (size_t)k * fem_width(p->fem), BODY_IN);
  for (PetscInt pack = p->old / 8; pack < p->fem->n_pack; pack++) fem_surface(p->fem, pack);
}

/* New bodies as they are now, to all ranks; new candidates, which know the nodes that hold on to something. */
static PetscErrorCode Show(FemPromotion p)
{
  PetscFunctionBeginUser;
  take_in(p);
  PetscCall(FemHaloBegin(p->fem));
  PetscCall(FemHaloEnd(p->fem));
  PetscCall(FemCandidates(p->fem));
  PetscFunctionReturn(0);
}

PetscErrorCode FemPromoteBegin(Fem fem, PetscInt n, const GrainStart start[], const PetscBool fresh[],
                               FemPromotion *out)
{
  FemPromotion p;
  PetscInt64  *id;
  PetscInt    *row;

  PetscFunctionBeginUser;
  PetscCall(PetscNew(&p));
  *out   = p;
  p->fem = fem, p->n = n, p->old = fem->n_body;
  PetscCall(ShareFriction(fem, p->old, fresh));
  PetscCall(PetscMalloc2(n, &id, n, &row));
  PetscCall(PetscMalloc3(n, &p->cut, (size_t)n * fem_width(fem), &p->numbers, p->old * fem->n_surf, &p->slot));
  for (PetscInt k = 0; k < n; k++) {
    Cut *c = &p->cut[k];

    PetscCall(CutCreate(fem, &start[k], p->numbers + (size_t)k * fem_width(fem), c));
    id[k]                           = fem->g->id[start[k].row];
    row[k]                          = start[k].row;
    fem->g->aux[row[k]][AUX_MESHED] = 1.0;
  }
  PetscCall(FemAddBodies(fem, n, id, row, p->numbers));
  PetscCall(PetscFree2(id, row));
  if (p->old) memcpy(p->slot, fem->slot, (size_t)(p->old * fem->n_surf) * sizeof *p->slot);
  memcpy(p->work, fem->work, sizeof p->work);
  memcpy(p->tool_force, fem->tool_force, sizeof p->tool_force);
  p->wall_force = fem->wall_force;
  take_in(p);
  PetscFunctionReturn(0);
}

/* What a node at a face gets from it now: the force against the face's normal. */
static double pushed(const Cut *c, PetscInt b, int n)
{
  const int64_t *f     = c->fem->force[b * c->fem->n_surf + n];
  const double   on[3] = {(double)f[0], (double)f[1], (double)f[2]};

  return -c->fem->unit_force * cut_dot(on, c->faces[c->face[n]].n);
}

PetscErrorCode FemPromoteStress(FemPromotion p)
{
  PetscFunctionBeginUser;
  PetscCall(FemPrestress(p->fem, p->n, p->cut));
  PetscCall(CheckSound(p));
  PetscCall(Show(p));
  PetscFunctionReturn(0);
}

/* Nodes at faces move to where they would get the force that the stress inside needs. */
static void try_nodes(const FemPromotion p)
{
  const Fem fem = p->fem;

  for (PetscInt k = 0; k < p->n; k++) {
    Cut         *c = &p->cut[k];
    const double h = c->body.tail[BODY_FACET], stiff = fem->cfg.penalty * fem->cfg.bulk.K / h;
    const double in_most = PULLED_OUT * fem->cohesion, pull_most = PULLS * fem->per_W * fem->cfg.W;

    for (int n = 0; n < fem->n_surf; n++) {
      double sides, wanted, out;

      if (!cut_at_face(c, n) || c->node_area[n] <= 0.0) continue;
      sides  = c->faces[c->face[n]].partner < 0 ? 1.0 : 2.0;
      wanted = fmax(c->node_push[n], -pull_most * c->node_area[n]);
      out    = c->node_out[n] + STEP * (wanted - pushed(c, p->old + k, n)) / (sides * stiff * c->node_area[n]);
      cut_move(c, n, wanted < 0.0 ? fmax(out, -in_most) : out);
    }
    cut_keep_volume(c);
  }
}

static PetscErrorCode FitBegin(FemPromotion p)
{
  PetscFunctionBeginUser;
  p->n_eight = (p->n + 7) / 8;
  p->press   = fem_grow(NULL, 0, (size_t)p->n_eight * sizeof *p->press);
  PetscCheck(p->press || !p->n_eight, PETSC_COMM_SELF, PETSC_ERR_MEM, "no memory for %" PetscInt_FMT " bodies", p->n);
  for (PetscInt e = 0; e < p->n_eight; e++) {
    PetscCall(PressCreate(p->fem, &p->press[e]));
    for (int l = 0; l < 8; l++) press_fill(&p->press[e], l, &p->cut[PetscMin(8 * e + l, p->n - 1)]);
    fit_begin(&p->press[e]);
  }
  PetscFunctionReturn(0);
}

static void fit(const FemPromotion p, int step)
{
  const Fem fem = p->fem;

  for (PetscInt e = 0; e < p->n_eight; e++)
    fit_step(&p->press[e], fem->force + (p->old + 8 * e) * fem->n_surf, (int)PetscMin(8, p->n - 8 * e), step);
}

PetscErrorCode FemPromoteTry(FemPromotion p, PetscBool *more)
{
  PetscFunctionBeginUser;
  PetscCall(FemForcesHome(p->fem));
  if (p->tried == NODES) PetscCall(FitBegin(p));
  if (p->tried < NODES) try_nodes(p);
  else fit(p, p->tried - NODES);
  put_back(p);
  take_in(p);
  *more = ++p->tried < NODES + (p->fem->cohesion > 0.0 ? FITS : 0) ? PETSC_TRUE : PETSC_FALSE;
  PetscFunctionReturn(0);
}

/* By how much contacts miss the forces that they had, those forces, and what metal holds of them, added up. */
static void miss(const FemPromotion p, ExactSum sum[3])
{
  for (PetscInt k = 0; k < p->n; k++) {
    const Cut *c         = &p->cut[k];
    double     on[FACES] = {0.0};

    cut_add_forces(c, p->fem->force + (p->old + k) * p->fem->n_surf, on);
    for (int f = 0; f < c->start.n_face; f++) {
      if (!cut_carries(&c->faces[f])) continue;
      exact_add(&sum[0], fabs(on[f] + c->faces[f].push), p->fem->inv_force);
      exact_add(&sum[1], fabs(c->faces[f].push), p->fem->inv_force);
      exact_add(&sum[2], fabs(cut_wanted(c, f)), p->fem->inv_force);
    }
  }
}

PetscErrorCode FemPromoteEnd(FemPromotion *out, GrainsMade *made)
{
  FemPromotion p      = *out;
  Fem          fem    = p->fem;
  ExactSum     sum[5] = {{0}}; /* kinetic energies; forces that are missed, forces, what metal holds of them */

  PetscFunctionBeginUser;
  *made = (GrainsMade){0};
  PetscCall(FemForcesHome(fem));
  miss(p, sum + 2);
  put_back(p);
  PetscCall(CheckSound(p));
  for (PetscInt k = 0; k < p->n; k++) {
    double kinetic[2];

    cut_set_in_motion(&p->cut[k]);
    cut_kinetic(&p->cut[k], kinetic);
    for (int e = 0; e < 2; e++) exact_add(&sum[e], kinetic[e], fem->inv_work);
    exact_add(&fem->work[WORK_DRAG], kinetic[0] - kinetic[1], fem->inv_work);
  }
  PetscCall(Show(p));
  for (PetscInt k = 0; k < p->n; k++) {
    const double *r         = fem->g->rec[fem->row[p->old + k]];
    fem->settle[p->old + k] = fem_settle_steps(fem_lowest_mode(fem, r[REC_R0], 1.0 / r[REC_INV_M]));
    made->volume_error      = fmax(made->volume_error, p->cut[k].off);
    PetscCall(CutDestroy(&p->cut[k]));
  }
  PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, &made->volume_error, 1, MPI_DOUBLE, MPI_MAX, fem->g->comm));
  PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, sum, 10, MPI_INT64_T, MPI_SUM, fem->g->comm));
  for (PetscInt e = 0; e < p->n_eight; e++) press_free(&p->press[e]);
  free(p->press);
  for (int k = 0; k < 5; k++) exact_normalize(&sum[k]);
  made->kinetic_before = exact_value(&sum[0], fem->unit_work);
  made->kinetic        = exact_value(&sum[1], fem->unit_work);
  made->force_held     = exact_value(&sum[4], 1.0) / fmax(exact_value(&sum[3], 1.0), 1e-300);
  made->force_error    = exact_value(&sum[2], 1.0) / fmax(exact_value(&sum[3], 1.0), 1e-300);
  PetscCall(PetscFree3(p->cut, p->numbers, p->slot));
  PetscCall(PetscFree(*out));
  PetscFunctionReturn(0);
}
