#include "solver/meshed.h"

#include "mesh/grain_mesh_gmsh.h"
#include "solver/mixed.h"
#include "solver/setup.h"
#include <string.h>

static int wanted(const Config *c) { return strcmp(c->mesh.grains, "none") != 0; }

static PetscErrorCode MakeMesh(Simulation *sim)
{
  const MeshConfig *c     = &sim->config.mesh;
  const GrainShape  shape = setup_shape(c);
  int               n, m;

  PetscFunctionBeginUser;
  if (!strcmp(c->shape, "file")) {
    char why[1024] = "";
    PetscCheck(GrainMeshRead(c->file, &sim->grain_mesh, why, sizeof why) == MESH_OK, sim->comm, PETSC_ERR_USER_INPUT,
               "%s", why);
    PetscFunctionReturn(0);
  }
  grain_mesh_for_elements(&shape, (int)c->elements, &n, &m);
  PetscCheck(GrainMeshMake(&shape, n, m, &sim->grain_mesh) == MESH_OK, sim->comm, PETSC_ERR_USER_INPUT,
             "%s: mesh: a %s cannot be meshed with %" PetscInt_FMT " elements (rounding %g, aspect %g)",
             sim->config.deck, c->shape, c->elements, c->rounding, c->aspect);
  PetscFunctionReturn(0);
}

PetscErrorCode MeshedCreate(Simulation *sim, double *reach)
{
  const double rigid = sim->dt_rigid * sqrt(sim->config.mesh.mass_scaling); /* with the masses of bodies */
  double       r_min, r_max;
  FemConfig    cfg;

  PetscFunctionBeginUser;
  *reach = 0.0;
  if (!wanted(&sim->config)) PetscFunctionReturn(0);
  PetscCall(MakeMesh(sim));
  PetscCall(SetupRadii(sim->grains, &r_min, &r_max));
  cfg = setup_fem(&sim->config, &sim->grain_mesh, r_min, r_max);
  /* one step for both kinds, in proportion to courant; rigid grains get the same density as meshed ones */
  if (mesh_mixes(&sim->config.mesh)) cfg.courant *= fmin(rigid / fem_time_step(&cfg), 1.0);
  PetscCall(FemCreate(sim->grains, &cfg, &sim->fem));
  sim->dt_meshed = fem_time_step(&cfg);
  sim->dt_rigid  = rigid;
  *reach         = fem_reach(&cfg);
  fem_drag(sim->fem, sim->config.mesh.drag / sim->dt_meshed);
  PetscFunctionReturn(0);
}

PetscErrorCode MeshedDestroy(Simulation *sim)
{
  PetscFunctionBeginUser;
  PetscCall(FemDestroy(&sim->fem));
  grain_mesh_free(&sim->grain_mesh);
  PetscCall(PetscFree(sim->contacts));
  PetscFunctionReturn(0);
}

PetscErrorCode MeshedStart(Simulation *sim)
{
  PetscInt n = 0, *row = NULL;

  PetscFunctionBeginUser;
  if (!sim->fem) PetscFunctionReturn(0);
  if (!mesh_promotes(&sim->config.mesh)) PetscCall(MixedRows(sim, &n, &row));
  /* rigid grains of the run are as heavy as bodies of their size are */
  for (PetscInt i = 0; i < sim->grains->n_owned; i++)
    sim->grains->rec[i][REC_INV_M] = 1.0 / fem_body_mass(sim->fem, sim->grains->rec[i][REC_R0]);
  PetscCall(FemMesh(sim->fem, n, row));
  PetscCall(MixedFind(sim));
  PetscCall(PetscFree(row));
  PetscFunctionReturn(0);
}

/* What lies between meshed grains and others, for their surfaces. */
static void show_faces(Simulation *sim)
{
  const PairFace *face;

  if (!sim->config.has_interface) return;
  dem_faces(sim->dem, &face);
  fem_faces(sim->fem, face);
}

PetscErrorCode MeshedRefresh(Simulation *sim)
{
  const PetscInt(*pair)[2];
  PetscInt n;

  PetscFunctionBeginUser;
  if (!sim->fem || sim->lists == dem_lists(sim->dem)) PetscFunctionReturn(0);
  sim->lists = dem_lists(sim->dem);
  dem_meshed_pairs(sim->dem, &n, &pair);
  PetscCall(FemRefresh(sim->fem, n, pair));
  show_faces(sim);
  PetscFunctionReturn(0);
}

static PetscErrorCode Move(void *ctx, const PetscMPIInt dest[])
{
  const Simulation *sim = ctx;

  PetscFunctionBeginUser;
  PetscCall(FemMigrate(sim->fem, dest));
  PetscFunctionReturn(0);
}

const DemFollower *meshed_follower(Simulation *sim)
{
  sim->follower = (DemFollower){Move, sim};
  return sim->fem ? &sim->follower : NULL;
}

PetscErrorCode MeshedSend(Simulation *sim)
{
  PetscFunctionBeginUser;
  if (sim->fem) PetscCall(FemSurfacesSend(sim->fem));
  PetscFunctionReturn(0);
}

PetscErrorCode MeshedForces(Simulation *sim)
{
  PetscFunctionBeginUser;
  if (sim->fem) show_faces(sim);
  if (sim->fem) PetscCall(FemForces(sim->fem, &sim->tools));
  if (sim->mixed) PetscCall(MixedForces(sim->dem, sim->fem));
  else if (sim->fem) PetscCall(FemForcesSend(sim->fem));
  PetscFunctionReturn(0);
}

PetscErrorCode MeshedMove(Simulation *sim)
{
  PetscFunctionBeginUser;
  if (sim->fem) PetscCall(FemMove(sim->fem, &sim->tools));
  PetscFunctionReturn(0);
}

void meshed_foresee(Simulation *sim)
{
  MeshedMotion m;

  if (!sim->fem) return;
  m = fem_motion(sim->fem, (double)sim->config.time.control_interval * sim->dt);
  dem_meshed_motion(sim->dem, &m);
}

PetscErrorCode MeshedControl(Simulation *sim)
{
  DemStatus *s = &sim->status;
  FemStatus *f = &sim->bodies;

  PetscFunctionBeginUser;
  if (!sim->fem) PetscFunctionReturn(0);
  PetscCall(FemControl(sim->fem, f));
  for (int k = 0; k < TOOL_N; k++)
    for (int c = 0; c < 3; c++) s->force[k][c] += f->force[k][c];
  for (int k = 0; k < WORK_N; k++) s->work[k] += f->work[k];
  s->kinetic += f->kinetic;
  PetscFunctionReturn(0);
}

PetscErrorCode MeshedSample(Simulation *sim, Sample *s)
{
  const ContactSample *of_bodies;
  PetscInt             n;

  PetscFunctionBeginUser;
  if (!sim->fem) PetscFunctionReturn(0);
  fem_samples(sim->fem, &n, &of_bodies);
  if (!s->n_contacts) {
    s->contacts = of_bodies;
  } else if (n) {
    PetscCall(PetscFree(sim->contacts));
    PetscCall(PetscMalloc1(s->n_contacts + n, &sim->contacts));
    PetscCall(PetscArraycpy(sim->contacts, s->contacts, s->n_contacts));
    PetscCall(PetscArraycpy(sim->contacts + s->n_contacts, of_bodies, n));
    s->contacts = sim->contacts;
  }
  s->n_contacts += n;
  s->fem    = sim->fem;
  s->bodies = &sim->bodies;
  PetscFunctionReturn(0);
}

PetscErrorCode MeshedExport(Simulation *sim, CheckpointScalars *s, CheckpointRows *rows)
{
  PetscFunctionBeginUser;
  if (!sim->fem) PetscFunctionReturn(0);
  rows->body_width = (PetscInt)fem_width(sim->fem);
  PetscCall(FemExport(sim->fem, &rows->n_bodies, &rows->body_id, &rows->body));
  fem_work_get(sim->fem, s->words + s->n_words);
  s->n_words += 2 * WORK_N;
  PetscFunctionReturn(0);
}

PetscErrorCode MeshedImport(Simulation *sim, const CheckpointScalars *s, const CheckpointRows *rows)
{
  PetscFunctionBeginUser;
  PetscCheck(!sim->fem == !rows->body_width, sim->comm, PETSC_ERR_USER_INPUT, "%s: its grains are %s, those of %s %s",
             sim->config.restart, rows->body_width ? "meshed" : "rigid", sim->config.deck,
             sim->fem ? "meshed" : "rigid");
  if (!sim->fem) PetscFunctionReturn(0);
  PetscCheck(rows->body_width == (PetscInt)fem_width(sim->fem), sim->comm, PETSC_ERR_USER_INPUT,
             "%s: its grains have another mesh than mesh_shape, mesh_elements or mesh_file of %s give",
             sim->config.restart, sim->config.deck);
  PetscCall(FemImport(sim->fem, rows->n_bodies, rows->body_id, rows->body));
  fem_work_set(sim->fem, s->words + 2 * WORK_N);
  PetscCall(MixedFind(sim));
  PetscCheck(!sim->mixed || mesh_mixes(&sim->config.mesh), sim->comm, PETSC_ERR_USER_INPUT,
             "%s: some of its grains are rigid, those of %s are all meshed; take mesh_grains: region",
             sim->config.restart, sim->config.deck);
  PetscFunctionReturn(0);
}
