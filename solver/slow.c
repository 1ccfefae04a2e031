/*
  slow.c - the slow clock within the run: from contacts under load to what diffusion and stress make of them in seconds.

  Operator split: the press is at rest (unbalanced forces below sinter.relax_unbalance of the contact forces, pressure
  within tolerance), the slow clock makes a step as long as its limits allow, contacts take up the change, and mechanics
  goes on until the press is at rest again.
*/
#include "solver/slow.h"

#include "solver/grains/norm.h"
#include "solver/sinter/sinter.h"
#include <math.h>

enum { LOOK = 5 };                      /* control intervals between two looks */
static const double PRESSURE_OK = 0.01; /* of the target */
static const double GUESS       = 1.2;  /* times the last step of the slow clock: the next is looked for from there */

int slow_looks(const Simulation *sim, PetscInt64 step)
{
  return programme_slow(&sim->programme) && step % (LOOK * sim->config.time.control_interval) == 0;
}

static const double DRAG = 0.02; /* of critical: forgets velocities in some 100 steps, and hardly slows grains down */

void slow_drag(Simulation *sim)
{
  const double fraction = sim->config.time.drag;

  const int    slow = programme_slow(&sim->programme);
  const double rate = setup_drag(&sim->config, slow ? fmax(DRAG, fraction) : fraction, sim->radius_min);

  dem_drag(sim->dem, rate);
  if (sim->fem) fem_drag(sim->fem, fmax(sim->config.mesh.drag / sim->dt_meshed, slow ? rate : 0.0));
}

/* Bodies are softer than what stands between their surfaces: half spaces under a contact of radius a, 2 E/(1 - nu^2) a
   each (Johnson 1985, 3.36), in series with it. */
static double with_bodies(const Material *m, int meshed, double a, double kn)
{
  const double bodies = 2.0 * m->E / (1.0 - m->nu * m->nu) * a / meshed;

  return kn > 0.0 && a > 0.0 ? kn * bodies / (kn + bodies) : kn;
}

/* The contact as the slow clock sees it; the area that carries is the neck's, or the layer's, or what meshes touch. */
static SinterContact contact_of(const Simulation *sim, const ContactSample *s)
{
  const double *a = sim->grains->rec[s->i], *b = sim->grains->rec[s->j], f2 = norm3(s->f);
  const double  r_star = a[REC_R0] * b[REC_R0] / (a[REC_R0] + b[REC_R0]);
  const double  layer  = contact_layer_radius(&sim->config.ligand, s->coverage, s->layer, s->a, r_star);
  const int     meshed = (sim->grains->aux[s->i][AUX_MESHED] > 0.0) + (sim->grains->aux[s->j][AUX_MESHED] > 0.0);

  return (SinterContact){
      .i         = s->i,
      .j         = s->j,
      .counted   = s->i < sim->grains->n_owned,
      .radius    = 2.0 * r_star,
      .force     = s->fn,
      .stiffness = meshed ? with_bodies(&sim->config.material, meshed, s->a, s->kn) : s->kn,
      .shear     = sqrt(fmax(f2 * f2 - s->fn * s->fn, 0.0)),
      .carrying  = meshed ? s->a : layer,
      .bond      = s->bond,
      .coverage  = s->coverage,
      .neck      = s->neck,
      .n         = {s->n[0], s->n[1], s->n[2]},
      .waited    = s->waited
  };
}

/* Contacts between grains; of[] gets the sample of each. */
static PetscErrorCode Contacts(Simulation *sim, PetscInt *n, SinterContact **c, const ContactSample ***of)
{
  const ContactSample *samples[2]   = {NULL, NULL};
  PetscInt             n_samples[2] = {0, 0};

  PetscFunctionBeginUser;
  dem_samples(sim->dem, &n_samples[0], &samples[0]);
  if (sim->fem) fem_samples(sim->fem, &n_samples[1], &samples[1]);
  PetscCall(PetscMalloc2(n_samples[0] + n_samples[1], c, n_samples[0] + n_samples[1], of));
  *n = 0;
  for (int kind = 0; kind < 2; kind++)
    for (PetscInt k = 0; k < n_samples[kind]; k++) {
      if (samples[kind][k].bond < 0) continue;
      (*c)[*n]      = contact_of(sim, &samples[kind][k]);
      (*of)[(*n)++] = &samples[kind][k];
    }
  PetscFunctionReturn(0);
}

/* Meshed grains get the free part of their surface that laws of rigid ones keep for theirs: what touches, as integers.
 */
static PetscErrorCode FreeSurfaces(Simulation *sim, PetscInt n, const SinterContact c[])
{
  const Grains g = sim->grains;
  int64_t     *taken;

  PetscFunctionBeginUser;
  if (!sim->fem) PetscFunctionReturn(0);
  PetscCall(PetscCalloc1(g->n_owned + 1, &taken));
  for (PetscInt k = 0; k < n; k++)
    for (int e = 0; e < 2; e++) {
      const PetscInt row = e ? c[k].j : c[k].i;

      if (row < g->n_owned) taken[row] += llrint(ldexp(0.25 * pow(c[k].carrying / g->rec[row][REC_R0], 2.0), 40));
    }
  for (PetscInt i = 0; i < g->n_owned; i++)
    if (g->aux[i][AUX_MESHED] > 0.0) g->rec[i][REC_PSI] = fmax(1.0 - ldexp((double)taken[i], -40), 0.0);
  PetscCall(PetscFree(taken));
  PetscCall(GrainsHaloBegin(g));
  PetscCall(GrainsHaloEnd(g));
  PetscFunctionReturn(0);
}

/* Surfaces find each other no deeper than that. */
static PetscErrorCode CheckOverlap(Simulation *sim)
{
  double most = dem_overlap(sim->dem);

  PetscFunctionBeginUser;
  if (!sim->fem) PetscFunctionReturn(0);
  PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, &most, 1, MPI_DOUBLE, MPI_MAX, sim->comm));
  PetscCheck(!(most > fem_overlap_most(sim->fem)), sim->comm, PETSC_ERR_CONV_FAILED,
             "%s: after %.4g s diffusion has taken %.3g nm away between two meshed grains, more than surfaces of their "
             "facets can lie in each other (%.3g nm); hold shorter (dwell_time), or choose fewer mesh_elements, or "
             "sinter: {necks: none}",
             programme_stage(&sim->programme)->name, 1e-9 * sim->programme.now.slow_time, most,
             fem_overlap_most(sim->fem));
  PetscFunctionReturn(0);
}

static PetscErrorCode Tick(Simulation *sim)
{
  const Config         *cfg   = &sim->config;
  ProgrammeState       *now   = &sim->programme.now;
  const SinterModel     model = {.metal          = &cfg->material,
                                 .ligand         = &cfg->ligand,
                                 .necks          = neck_law_find(cfg->sinter.necks),
                                 .removal        = cfg->sinter.removal,
                                 .approach_limit = cfg->sinter.approach_limit,
                                 .neck_limit     = cfg->sinter.neck_limit,
                                 .removal_limit  = cfg->sinter.removal_limit,
                                 .crystal        = cfg->interface.crystals ? &cfg->crystal : NULL,
                                 .barrier        = cfg->sinter.joining_barrier,
                                 .seed           = cfg->powder.seed};
  const double          T     = programme_stage(&sim->programme)->temperature;
  const ContactSample **of;
  SinterContact        *c;
  PetscInt              n;
  double                dt;

  PetscFunctionBeginUser;
  PetscCall(Contacts(sim, &n, &c, &of));
  PetscCall(FreeSurfaces(sim, n, c));
  PetscCall(SinterCrowd(sim->grains, n, c));
  PetscCall(SinterStep(sim->comm, &model, T, now->slow_left, GUESS * now->slow_dt, n, c, &dt));
  if (model.crystal) sinter_join(sim->grains, &model, cfg->interface.W_bare, T, dt, n, c);
  for (PetscInt k = 0; k < n; k++)
    dem_contact_change(sim->dem, of[k],
                       &(ContactChange){c[k].coverage, c[k].neck, c[k].approach, c[k].gain, c[k].waited, c[k].joined});
  PetscCall(SinterSpread(sim->grains, n, c));
  PetscCall(DemCoverage(sim->dem));
  PetscCall(CheckOverlap(sim));
  programme_ticked(&sim->programme, dt, simulation_time(sim));
  sim->next_control = sim->step + 1; /* forces have changed: look again at once */
  PetscCall(PetscFree2(c, of));
  PetscFunctionReturn(0);
}

/*
  Deeper than this [radii] two grains no longer hold each other: the plastic flat between spheres grows until each
  centre lies in it, and shrinks from there on.  On the slow clock pairs of gold and bismuth came back from up to 1.5 R;
  those found at 1.86 to 2.1 R had gone through each other, and grains were shot out of the die.
*/
static const double TOO_DEEP = 1.8;

/* At rest, or as near to it as the deck is willing to wait for; the residual is kept for the summary. */
static PetscErrorCode AtRest(Simulation *sim, PetscBool *rest)
{
  const SinterConfig *s      = &sim->config.sinter;
  ProgrammeState     *now    = &sim->programme.now;
  const double        waited = (simulation_time(sim) - now->slow_since) / sim->dt;
  const Observation  *seen;

  PetscFunctionBeginUser;
  PetscCall(SimulationObserve(sim, PETSC_FALSE, &seen)); /* that of the row, when there was one */
  PetscCheck(
      !(seen->overlap_max > TOO_DEEP), sim->comm, PETSC_ERR_CONV_FAILED,
      "%s: after %.4g s two grains overlap by %.2f of their radius and are about to pass through each other: more "
      "than contact laws of spheres can show; hold shorter (dwell_time), or stop earlier (dwell_density_limit)",
      programme_stage(&sim->programme)->name, 1e-9 * now->slow_time, seen->overlap_max);
  *rest = (PetscBool)(seen->unbalance <= s->relax_unbalance &&
                      (now->target <= 0.0 || fabs(now->pressure / now->target - 1.0) <= PRESSURE_OK));
  if (!*rest && waited + 0.5 < (double)s->relax_steps_max) PetscFunctionReturn(0);
  *rest         = PETSC_TRUE;
  now->residual = fmax(now->residual, seen->unbalance);
  PetscFunctionReturn(0);
}

PetscErrorCode Sinter(Simulation *sim)
{
  PetscBool rest = PETSC_FALSE;

  PetscFunctionBeginUser;
  if (!slow_looks(sim, sim->step) || sim->stage_over || sim->programme.now.ending > 0.0) PetscFunctionReturn(0);
  PetscCall(AtRest(sim, &rest));
  if (!rest) PetscFunctionReturn(0);
  if (sim->programme.now.slow_left > 0.0) PetscCall(Tick(sim));
  else programme_rested(&sim->programme);
  PetscFunctionReturn(0);
}
