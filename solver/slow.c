/*
  slow.c - the slow clock within the run: from contacts under load to what diffusion and stress make of them in seconds.

  Operator split: the press is at rest (unbalanced forces below sinter.relax_unbalance of the contact forces, pressure
  within tolerance), the slow clock makes a step as long as its limits allow, contacts take up the change, and mechanics
  goes on until the press is at rest again.
*/
#include "solver/slow.h"

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

  dem_drag(sim->dem, setup_drag(&sim->config, programme_slow(&sim->programme) ? fmax(DRAG, fraction) : fraction,
                                sim->radius_min));
}

static double norm3(const double v[3]) { return sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]); }

/* The contact as the slow clock sees it; the area that carries is the neck's, or the layer's. */
static SinterContact contact_of(const Simulation *sim, const ContactSample *s)
{
  const double *a = sim->grains->rec[s->i], *b = sim->grains->rec[s->j], f2 = norm3(s->f);
  const double  r_star = a[REC_R0] * b[REC_R0] / (a[REC_R0] + b[REC_R0]);

  return (SinterContact){
      .i         = s->i,
      .j         = s->j,
      .counted   = s->i < sim->grains->n_owned,
      .radius    = 2.0 * r_star,
      .force     = s->fn,
      .stiffness = s->kn,
      .shear     = sqrt(fmax(f2 * f2 - s->fn * s->fn, 0.0)),
      .carrying  = contact_layer_radius(&sim->config.ligand, s->coverage, s->layer, s->a, r_star),
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
  const ContactSample *samples;
  PetscInt             n_samples;

  PetscFunctionBeginUser;
  dem_samples(sim->dem, &n_samples, &samples);
  PetscCall(PetscMalloc2(n_samples, c, n_samples, of));
  *n = 0;
  for (PetscInt k = 0; k < n_samples; k++) {
    if (samples[k].bond < 0) continue;
    (*c)[*n]      = contact_of(sim, &samples[k]);
    (*of)[(*n)++] = &samples[k];
  }
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
  PetscCall(SinterCrowd(sim->grains, n, c));
  PetscCall(SinterStep(sim->comm, &model, T, now->slow_left, GUESS * now->slow_dt, n, c, &dt));
  if (model.crystal) sinter_join(sim->grains, &model, cfg->interface.W_bare, T, dt, n, c);
  for (PetscInt k = 0; k < n; k++)
    dem_contact_change(sim->dem, of[k],
                       &(ContactChange){c[k].coverage, c[k].neck, c[k].approach, c[k].gain, c[k].waited, c[k].joined});
  PetscCall(SinterSpread(sim->grains, n, c));
  PetscCall(DemCoverage(sim->dem));
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
