/* dem.c - life of a Dem and the forces of one step. */
#include "solver/dem/dem_impl.h"

/*
  Units of the fixed-point sums, from the scale of the problem: a grain carries forces up to about E R^2, contacts
  exchange energies up to E R^3 a step.  The factors leave room above for overloaded states and 15 digits below typical
  contact forces (1e-2 E R^2).
*/
static void choose_units(Dem dem, double R)
{
  const double E = dem->cfg.modulus;
  double       scale[CONTACT_SUMS];

  for (int k = 0; k < CONTACT_SUMS; k++) scale[k] = 1.0;
  if (dem->cfg.model.law->sum_scale) dem->cfg.model.law->sum_scale(dem->cfg.model.p, R, scale);
  dem->u.force  = fixed_unit(100.0 * E * R * R);
  dem->u.torque = fixed_unit(100.0 * E * R * R * R);
  dem->u.work   = fixed_unit(1000.0 * E * R * R * R);
  dem->u.held   = fixed_unit(1e6 * E * R);
  for (int k = 0; k < CONTACT_SUMS; k++) dem->u.sum[k] = fixed_unit(scale[k]);
  dem->u.inv_force  = 1.0 / dem->u.force;
  dem->u.inv_torque = 1.0 / dem->u.torque;
  dem->u.inv_work   = 1.0 / dem->u.work;
  dem->u.inv_held   = 1.0 / dem->u.held;
  for (int k = 0; k < CONTACT_SUMS; k++) dem->u.inv_sum[k] = 1.0 / dem->u.sum[k];
}

/*
  How far adhesion acts, and how hard it pulls (DMT: pi R W between equal grains, 2 pi R W on a tool).  Of grains and
  tools the stickier counts; half a radius more leaves room for the growth of apparent radii: a contact beyond the reach
  is taken for broken.
*/
static void measure_adhesion(Dem dem)
{
  const DemConfig *c = &dem->cfg;

  dem->reach += c->model.law->reach(c->model.p, fmax(fmax(c->W, c->W_bond), c->W_tool), 1.5 * c->radius_max);
  dem->snatch = PETSC_PI * fmax(fmax(c->W, c->W_bond), 2.0 * c->W_tool);
}

PetscErrorCode DemCreate(Grains grains, const DemConfig *cfg, Dem *out)
{
  const ContactLaw *law = cfg->model.law;
  Dem               dem;

  PetscFunctionBeginUser;
  dem = aligned_alloc(64, (sizeof *dem + 63) / 64 * 64);
  PetscCheck(dem, PETSC_COMM_SELF, PETSC_ERR_MEM, "no memory");
  memset(dem, 0, sizeof *dem);
  dem->cfg           = *cfg;
  dem->g             = grains;
  dem->n_state       = contact_n_state(&cfg->model);
  dem->n_sum         = law->n_sum;
  dem->penalty_state = law->penalty_state;
  dem->waiting       = (ContactHistories){.n_state = dem->n_state};
  dem->reach         = 1e-6 * cfg->radius_max;
  if (law->reach) measure_adhesion(dem);
  dem->reach = fmax(dem->reach + cfg->layer, cfg->mesh_reach);
  dem->stale = PETSC_TRUE;
  choose_units(dem, cfg->radius_max);
  *out = dem;
  PetscFunctionReturn(0);
}

PetscErrorCode DemDestroy(Dem *out)
{
  Dem dem = *out;

  PetscFunctionBeginUser;
  if (!dem) PetscFunctionReturn(0);
  PetscCall(BatchesFree(&dem->pairs));
  for (int k = 0; k < TOOL_N; k++) PetscCall(BatchesFree(&dem->tool[k]));
  PetscCall(BatchesFree(&dem->mixed));
  PetscCall(BatchesFree(&dem->both));
  PetscCall(PetscFree3(dem->lane_of, dem->face, dem->seen));
  PetscCall(PetscFree2(dem->plate_ends, dem->plate));
  PetscCall(ContactHistoriesFree(&dem->waiting));
  PetscCall(PetscFree(dem->samples));
  PetscCall(PetscFree(dem->meshed));
  cells_free(&dem->grid);
  cell_pairs_free(&dem->found);
  free(dem->acc);
  free(dem->more);
  free(dem->held);
  free(dem->x_build);
  free(dem);
  *out = NULL;
  PetscFunctionReturn(0);
}

PetscErrorCode DemForces(Dem dem, const Tools *t)
{
  const size_t rows = (size_t)(dem->g->n_owned + dem->g->n_ghost + GRAINS_PAD);
  Busy        *busy = &dem->g->busy;

  PetscFunctionBeginUser;
  busy_step(busy);
  busy_start(busy);
  dem->n_samples = 0;
  memset(dem->acc, 0, rows * sizeof *dem->acc);
  if (dem->more) memset(dem->more, 0, rows * sizeof *dem->more);
  dem->holding = (PetscBool)(dem->interval_steps == 0);
  if (dem->holding) memset(dem->held, 0, rows * sizeof *dem->held);
  if (dem->penalty_state >= 0 && dem->interval_steps == 0) {
    PetscCall(GrainsHaloBegin(dem->g));
    PetscCall(GrainsHaloEnd(dem->g));
    PetscCall(DemScreen(dem));
  }
  PetscCall(GrainsHaloBegin(dem->g));
  PetscCall(DemPairForces(dem, 0, dem->pairs.n_inner));
  for (int k = 0; k < TOOL_N; k++) PetscCall(DemToolForces(dem, t, k));
  busy_lap(busy, BUSY_PAIRS, 0);
  PetscCall(GrainsHaloEnd(dem->g));
  busy_start(busy);
  PetscCall(DemPairForces(dem, dem->pairs.n_inner, dem->pairs.n));
  if (dem->cfg.crystal) PetscCall(DemAlign(dem));
  if (dem->cfg.model.interface) dem_faces_age(dem);
  dem->sampling = PETSC_FALSE;
  dem->interval_steps++;
  busy_lap(busy, BUSY_PAIRS, dem->n_pairs);
  PetscFunctionReturn(0);
}
