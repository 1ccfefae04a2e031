/* fem.c - life of a Fem and the order of a step. */
#include "solver/fem/fem_impl.h"

#include <string.h>

/* Candidates serve until bodies have come nearer by this part of the facet size. */
static const double SKIN = 0.2;
/* Of the facet size: beyond FACET_DEPTH, 0.5, a node is lost; what is left is the penetration's. */
static const double OVERLAP_MOST = 0.35;

static void add_forces(void *in, void *inout, int *n, MPI_Datatype *type)
{
  int bytes;

  MPI_Type_size(*type, &bytes);
  for (size_t k = 0; k < (size_t)*n * (size_t)bytes / sizeof(int64_t); k++) ((int64_t *)inout)[k] += ((int64_t *)in)[k];
}

PetscErrorCode FemCreate(Grains grains, const FemConfig *cfg, Fem *out)
{
  const GrainMesh *m = cfg->mesh;
  const double     R = cfg->radius_max;
  Fem              fem;

  PetscFunctionBeginUser;
  PetscCall(PetscNew(&fem));
  fem->cfg    = *cfg;
  fem->g      = grains;
  fem->n_node = m->n_node, fem->n_surf = m->n_surf, fem->n_face = m->n_face, fem->n_elem = m->n_elem;
  fem->face      = m->face;
  fem->dt        = fem_time_step(cfg);
  fem->unit_mass = fem_unit_mass(cfg, fem->dt);
  fem->model =
      (ElementModel){.bulk = cfg->bulk, .hourglass = cfg->hourglass, .dt = fem->dt, .n_elem = m->n_elem, .hex = m->hex};
  fem->f         = aligned_alloc(64, (size_t)fem->n_node * sizeof *fem->f);
  fem->f_contact = aligned_alloc(64, (size_t)fem->n_surf * sizeof *fem->f_contact);
  PetscCheck(fem->f && fem->f_contact, PETSC_COMM_SELF, PETSC_ERR_MEM, "no memory for a mesh of %d nodes", fem->n_node);
  PetscCall(PetscMalloc2(fem->n_surf, &fem->plate_near, SLOTS * fem->n_surf, &fem->plate_held));
  fem->skin       = SKIN * cfg->radius_min * sqrt(4.0 * PETSC_PI / fem->n_face);
  fem->unit_force = fixed_unit(100.0 * cfg->bulk.K * R * R);
  fem->unit_work  = fixed_unit(1000.0 * cfg->bulk.K * R * R * R);
  fem->inv_force  = 1.0 / fem->unit_force;
  fem->inv_work   = 1.0 / fem->unit_work;
  fem->per_W      = cfg->W > 0.0 ? fem_strength(cfg, cfg->W) / cfg->W : 0.0;
  PetscCallMPI(MPI_Type_contiguous(fem->n_surf * SF_N, MPI_DOUBLE, &fem->surf_type));
  PetscCallMPI(MPI_Type_commit(&fem->surf_type));
  PetscCallMPI(MPI_Type_contiguous(fem->n_surf * 4, MPI_INT64_T, &fem->force_type));
  PetscCallMPI(MPI_Type_commit(&fem->force_type));
  PetscCallMPI(MPI_Op_create(add_forces, 1, &fem->add_force));
  *out = fem;
  PetscFunctionReturn(0);
}

PetscErrorCode FemDestroy(Fem *out)
{
  Fem fem = *out;

  PetscFunctionBeginUser;
  if (!fem) PetscFunctionReturn(0);
  free(fem->x), free(fem->v), free(fem->mass), free(fem->volume), free(fem->state), free(fem->yield);
  free(fem->work_pack), free(fem->slot), free(fem->h_facet), free(fem->settle), free(fem->surf), free(fem->force),
      free(fem->x_build), free(fem->x_near), free(fem->x_last);
  free(fem->f), free(fem->f_contact);
  PetscCall(PetscFree(fem->row));
  PetscCall(PetscFree(fem->body_of));
  PetscCall(PetscFree(fem->id));
  PetscCall(PetscFree(fem->arrived));
  PetscCall(PetscFree(fem->pair));
  PetscCall(PetscFree(fem->plate));
  PetscCall(PetscFree(fem->between));
  PetscCall(PetscFree2(fem->plate_near, fem->plate_held));
  PetscCall(FemContactFree(fem));
  PetscCall(PetscSFDestroy(&fem->halo));
  PetscCallMPI(MPI_Type_free(&fem->surf_type));
  PetscCallMPI(MPI_Type_free(&fem->force_type));
  PetscCallMPI(MPI_Op_free(&fem->add_force));
  PetscCall(PetscFree(*out));
  PetscFunctionReturn(0);
}

static PetscErrorCode TakePairs(Fem fem, PetscInt n, const PetscInt (*pair)[2])
{
  PetscFunctionBeginUser;
  if (n > fem->pair_cap) {
    fem->pair_cap = n + n / 8;
    PetscCall(PetscFree(fem->pair));
    PetscCall(PetscFree(fem->plate));
    PetscCall(PetscFree(fem->between));
    PetscCall(PetscMalloc1(fem->pair_cap, &fem->pair));
    PetscCall(PetscMalloc1(fem->pair_cap, &fem->plate));
    PetscCall(PetscMalloc1(fem->pair_cap, &fem->between));
  }
  fem->n_pair = fem->n_plate = fem->n_side = 0;
  fem->n_between                           = n;
  for (PetscInt k = 0; k < n; k++) {
    const PetscInt a = fem->body_of[pair[k][0]], b = fem->body_of[pair[k][1]], body = PetscMax(a, b);

    fem->between[k] = (PairFace){.W = fem->cfg.W, .mu = fem->cfg.mu, .wider = 1.0};
    if (a >= 0 && b >= 0) {
      fem->pair[fem->n_pair++] = (BodyPair){
          {(int)a, (int)b},
          (int)k
      };
      fem->n_side += (a < fem->n_body) + (b < fem->n_body);
    } else if (body >= 0 && body < fem->n_body) {
      fem->plate[fem->n_plate++] = (PlatePair){(int)body, fem->g->id[pair[k][a < 0 ? 0 : 1]]};
      fem->n_side++;
    }
  }
  PetscFunctionReturn(0);
}

PetscErrorCode FemRefresh(Fem fem, PetscInt n_pairs, const PetscInt (*pair)[2])
{
  PetscFunctionBeginUser;
  PetscCall(FemFindRows(fem));
  PetscCall(FemHaloSetUp(fem));
  PetscCall(TakePairs(fem, n_pairs, pair));
  PetscCall(FemHaloBegin(fem));
  PetscCall(FemHaloEnd(fem));
  PetscCall(FemCandidates(fem));
  PetscFunctionReturn(0);
}

PetscErrorCode FemSurfacesSend(Fem fem)
{
  PetscFunctionBeginUser;
  PetscCall(FemHaloBegin(fem));
  fem->sent = PETSC_TRUE;
  PetscFunctionReturn(0);
}

PetscErrorCode FemForces(Fem fem, const Tools *tools)
{
  const size_t nodes = (size_t)(fem->n_body + fem->n_ghost_body) * (size_t)fem->n_surf;

  PetscFunctionBeginUser;
  if (fem->sampling) fem->n_samples = fem->n_sums = 0;
  if (nodes) memset(fem->force, 0, nodes * sizeof *fem->force); /* there is no array before there is a body */
  if (!fem->sent) PetscCall(FemSurfacesSend(fem));
  fem->sent = PETSC_FALSE;
  PetscCall(FemHaloEnd(fem));
  busy_start(&fem->g->busy);
  PetscCall(FemCandidatesCheck(fem));
  PetscCall(FemContact(fem));
  PetscCall(
      FemTools(fem, tools)); /* takes slots: after contacts have let theirs go, whenever they were found to be over */
  busy_lap(&fem->g->busy, BUSY_SURFACES, fem->n_side);
  PetscFunctionReturn(0);
}

PetscErrorCode FemMove(Fem fem, const Tools *tools)
{
  PetscFunctionBeginUser;
  PetscCall(FemForcesHome(fem));
  if (fem->sampling) PetscCall(FemSampleEnd(fem));
  busy_start(&fem->g->busy);
  fem_move(fem, tools);
  fem->sampling = PETSC_FALSE;
  busy_lap(&fem->g->busy, BUSY_ELEMENTS, 8 * fem->n_pack);
  fem->interval_steps++;
  PetscFunctionReturn(0);
}

PetscErrorCode FemStep(Fem fem, const Tools *tools)
{
  PetscFunctionBeginUser;
  PetscCall(FemForces(fem, tools));
  PetscCall(FemMove(fem, tools));
  PetscFunctionReturn(0);
}

/*
  Facets that the zone of cohesion in front of a crack is long at least, where the traction falls from its largest value
  to none.
*/
static const double ZONE_FACETS = 3.0;

/*
  Largest traction of adhesion [GPa]: that of the configuration, lowered at the same work W until facets of size h
  resolve how a contact opens: the zone of cohesion is 9 pi/32 E W/strength^2 long (Turon, Davila, Camanho & Costa 2007,
  Eng. Fract. Mech. 74, 1665, eq. 12).  h is that of the largest grains: the same on every rank.
*/
double fem_strength(const FemConfig *c, double W)
{
  const double E = 9.0 * c->bulk.K * c->bulk.G / (3.0 * c->bulk.K + c->bulk.G);
  const double h = c->radius_max * sqrt(4.0 * PETSC_PI / c->mesh->n_face);

  return PetscMin(c->strength, sqrt(9.0 * PETSC_PI / 32.0 * E * W / (ZONE_FACETS * h)));
}

double fem_reach(const FemConfig *cfg) { return surface_reach(cfg->W, fem_strength(cfg, cfg->W)) + cfg->layer; }

void fem_faces(Fem fem, const PairFace face[])
{
  const size_t size = (size_t)fem->n_between * sizeof *face;

  if (!size || !memcmp(fem->between, face, size)) return;
  memcpy(fem->between, face, size);
  for (PetscInt c = 0; c < fem->near.n; c++) fem->near.cand[c].when = -1.0f; /* reaches are others */
}

double fem_overlap_most(Fem fem) { return OVERLAP_MOST * fem->cfg.radius_min * sqrt(4.0 * PETSC_PI / fem->n_face); }

void fem_drag(Fem fem, double rate) { fem->cfg.drag = rate; }
void fem_drag_to_rest(Fem fem, PetscBool rest) { fem->drag_to_rest = rest; }

int fem_unbalanced(Fem fem, PetscInt row, double *all, double *contact)
{
  const PetscInt b = fem ? fem->body_of[row] : -1;

  if (b < 0) return 0;
  *all     = fem->work_pack[b / 8].unbalanced[b % 8];
  *contact = fem->work_pack[b / 8].contact[b % 8];
  return 1;
}

void fem_sample_next(Fem fem) { fem->sampling = PETSC_TRUE; }

void fem_samples(Fem fem, PetscInt *n, const ContactSample **samples)
{
  *n       = fem->n_samples;
  *samples = fem->samples;
}
