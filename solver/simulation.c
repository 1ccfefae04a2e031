#include "solver/simulation.h"

#include "solver/damped.h"
#include "solver/deck.h"
#include "solver/deck_changes.h"
#include "solver/meshed.h"
#include "solver/pack.h"
#include "solver/promote.h"
#include "solver/setup.h"
#include "solver/slow.h"
#include <string.h>

static const double WALL_RESERVE = 10.0; /* [s] kept back for the last checkpoint before the wall-time limit */

double simulation_time(const Simulation *sim)
{
  return sim->time_start + (double)(sim->step - sim->step_start) * sim->dt;
}

void simulation_take_step(Simulation *sim, double time)
{
  sim->dt = sim->meshed > 0 ? sim->dt_meshed : sim->dt_rigid;
  dem_step(sim->dem, sim->dt);
  programme_paces(&sim->programme, sim->meshed > 0 ? sim->config.mesh.kinetic_limit : 0.0);
  if (simulation_time(sim) == time) return;
  sim->step_start = sim->step;
  sim->time_start = time;
}

int simulation_running(const Simulation *sim) { return !sim->stop && sim->programme.now.done == 0.0; }

/* The next control: as soon as the engine asks for it, and at every multiple of the interval, where rows are written.
 */
static void plan_control(Simulation *sim)
{
  const PetscInt64 every = sim->config.time.control_interval, left = every - sim->step % every;
  sim->next_control = sim->step + PetscMin(sim->status.interval, left);
}

static PetscErrorCode StartEngine(Simulation *sim)
{
  double    r_min, r_max, reach;
  DemConfig cfg;

  PetscFunctionBeginUser;
  PetscCall(SetupRadii(sim->grains, &r_min, &r_max));
  cfg             = setup_dem(&sim->config, r_min, r_max);
  sim->radius_min = r_min;
  sim->dt_rigid   = cfg.dt;
  PetscCall(SetupTotals(sim->grains, r_max, &sim->powder));
  PetscCall(MeshedCreate(sim, &reach));
  cfg.mesh_reach = reach;
  PetscCall(DemCreate(sim->grains, &cfg, &sim->dem));
  PetscFunctionReturn(0);
}

static PetscErrorCode StartFresh(Simulation *sim)
{
  DemStatus *s = &sim->status;

  PetscFunctionBeginUser;
  PetscCall(PackGrains(sim->comm, &sim->config, &sim->grains, &sim->tools));
  PetscCall(StartEngine(sim));
  programme_start(&sim->programme, &sim->config, &sim->powder, 0.0, &sim->tools);
  PetscCall(MeshedStart(sim));
  simulation_take_step(sim, 0.0);
  PetscCall(DemRefresh(sim->dem, &sim->tools, PETSC_TRUE));
  PetscCall(MeshedRefresh(sim));
  PetscCall(DemControl(sim->dem, &sim->tools, 0, s));
  PetscCall(MeshedControl(sim));
  sim->kinetic_start = s->kinetic;
  plan_control(sim);
  PetscFunctionReturn(0);
}

/* Where the blob of a checkpoint keeps what. */
typedef struct {
  ProgrammeState programme;
  double         kinetic_start, next_control, time_start, step_start;
} Blob;

/* What a restart does with other numbers than before: it goes on with them, and says so.  law: what the contact law's
 * own numbers say, should the decks be the same. */
static PetscErrorCode TellChanges(Simulation *sim, const char former[], const char law[])
{
  char *now, packed[1024];

  PetscFunctionBeginUser;
  PetscCall(DeckEcho(&sim->config, &now));
  deck_changes(former, now, CHANGE_FELT, sim->changed, sizeof sim->changed);
  deck_changes(former, now, CHANGE_PACKED, packed, sizeof packed);
  PetscCall(PetscFree(now));
  if (!sim->changed[0]) snprintf(sim->changed, sizeof sim->changed, "%s", law);
  if (sim->changed[0])
    PetscCall(PetscPrintf(sim->comm, "nanomint: note: parameters differ from those of %s: %s\n", sim->config.restart,
                          sim->changed));
  if (packed[0])
    PetscCall(PetscPrintf(sim->comm, "nanomint: note: powder and bore are those of %s; without effect: %s\n",
                          sim->config.restart, packed));
  PetscFunctionReturn(0);
}

/* What moves by damped motion goes on so: its increments, masses and drag mean nothing to another method. */
static PetscErrorCode CheckMethod(const Simulation *sim, const ProgrammeState *now, PetscInt stage)
{
  const StageConfig *s = &sim->config.stage[stage];

  PetscFunctionBeginUser;
  PetscCheck(
      now->damped.phase == 0.0 || (!strcmp(s->method, "equilibrium") && strcmp(s->balance, "newton")), sim->comm,
      PETSC_ERR_USER_INPUT,
      "%s: stands in the midst of %s by damped motion, which goes on as it began; leave %s_method: equilibrium and "
      "%s_balance as they were, or go on from a checkpoint before that stage",
      sim->config.restart, s->name, s->name, s->name);
  PetscFunctionReturn(0);
}

static PetscErrorCode StartFromCheckpoint(Simulation *sim)
{
  ContactModel      model = setup_dem(&sim->config, 1.0, 1.0).model;
  CheckpointScalars scalars;
  CheckpointRows    rows;
  Blob              blob;
  char              changed[1024];

  PetscFunctionBeginUser;
  PetscCall(CheckpointRead(sim->comm, sim->config.restart, &model, &scalars, &rows, changed, sizeof changed));
  PetscCheck(scalars.n_blob == (PetscInt)(sizeof blob / sizeof(double)), sim->comm, PETSC_ERR_USER_INPUT,
             "%s: its programme has another layout; it was written by another version of nanomint",
             sim->config.restart);
  PetscCheck(scalars.stage < sim->config.n_stages, sim->comm, PETSC_ERR_USER_INPUT,
             "%s: stands in stage %" PetscInt_FMT ", but the programme of %s has only %" PetscInt_FMT,
             sim->config.restart, scalars.stage + 1, sim->config.deck, sim->config.n_stages);
  memcpy(&blob, scalars.blob, sizeof blob);
  PetscCall(CheckMethod(sim, &blob.programme, scalars.stage));
  sim->step          = scalars.step;
  sim->tools         = scalars.tools;
  sim->kinetic_start = blob.kinetic_start;
  sim->next_control  = (PetscInt64)blob.next_control;
  sim->step_start    = (PetscInt64)blob.step_start;
  sim->time_start    = blob.time_start;
  PetscCall(GrainsCreate(sim->comm, rows.n_grains, &sim->grains));
  memcpy(sim->grains->id, rows.id, (size_t)rows.n_grains * sizeof *rows.id);
  memcpy(sim->grains->rec, rows.rec, (size_t)rows.n_grains * sizeof *rows.rec);
  memcpy(sim->grains->aux, rows.aux, (size_t)rows.n_grains * sizeof *rows.aux);
  PetscCall(StartEngine(sim));
  PetscCall(DemImport(sim->dem, &rows.contacts));
  dem_work_set(sim->dem, scalars.words);
  PetscCall(MeshedImport(sim, &scalars, &rows));
  PetscCall(TellChanges(sim, rows.deck, changed));
  PetscCall(CheckpointRowsDestroy(&rows));
  programme_resume(&sim->programme, &sim->config, &sim->powder, scalars.time, &blob.programme, &sim->tools);
  simulation_take_step(sim, scalars.time);
  PetscCall(DemRefresh(sim->dem, &sim->tools, PETSC_TRUE));
  PetscCall(MeshedRefresh(sim));
  PetscFunctionReturn(0);
}

/* The folder of the run, with the deck as it was understood. */
static PetscErrorCode OpenOutput(Simulation *sim, const Provenance *provenance, PetscInt64 restart_step)
{
  const char *path;

  PetscFunctionBeginUser;
  PetscCall(OutputCreate(sim->comm, &sim->config, provenance, restart_step, &sim->output));
  PetscCall(OutputPath(sim->output, "deck.echo.yml", &path));
  PetscCall(DeckSave(sim->comm, &sim->config, path));
  PetscFunctionReturn(0);
}

PetscErrorCode SimulationCreate(MPI_Comm comm, int argc, char **argv, Simulation *sim)
{
  Provenance provenance;
  int        restart;

  PetscFunctionBeginUser;
  memset(sim, 0, sizeof *sim);
  sim->comm      = comm;
  sim->seen_step = -1;
  PetscCall(DeckRead(comm, argc, argv, &sim->config));
  setup_interface(&sim->config);
  restart = sim->config.restart[0] != 0;
  PetscCall(ProvenanceGet(comm, sim->config.deck, sim->config.title, &provenance));
  PetscCall(ProgressCreate(comm, &sim->progress));
  PetscCall(ProgressBanner(sim->progress, &provenance));
  PetscCall(DeckWarnings(comm, &sim->config, stdout));
  PetscCall(SignalsInstall(sim->config.output.wall_limit));
  PetscCall(OutputCheck(comm, &sim->config.output, restart ? 0 : -1)); /* refused before any work */
  PetscCall(restart ? StartFromCheckpoint(sim) : StartFresh(sim));
  PetscCall(OpenOutput(sim, &provenance, restart ? sim->step : -1)); /* a former run is gone only now */
  PetscCall(BalanceStart(sim));
  PetscCall(MeshedRefresh(sim));
  slow_drag(sim);
  damped_resume(sim);
  PetscFunctionReturn(0);
}

PetscErrorCode SimulationDestroy(Simulation *sim)
{
  PetscFunctionBeginUser;
  PetscCall(SignalsRestore());
  PetscCall(GrainFieldsDestroy(&sim->fields));
  PetscCall(OutputDestroy(&sim->output));
  PetscCall(ProgressDestroy(&sim->progress));
  PetscCall(MeshedDestroy(sim));
  PetscCall(DemDestroy(&sim->dem));
  PetscCall(GrainsDestroy(&sim->grains));
  PetscCall(ConfigDestroy(&sim->config));
  PetscFunctionReturn(0);
}

PetscErrorCode RefreshNeighbours(Simulation *sim)
{
  PetscFunctionBeginUser;
  PetscCall(BalanceRanks(sim));
  PetscCall(DemRefresh(sim->dem, &sim->tools, sim->stage_over)); /* the tools' new speed was not planned for */
  PetscCall(MeshedRefresh(sim));
  PetscFunctionReturn(0);
}

StopReason simulation_stop_asked(void) { return stop_requested(WALL_RESERVE); }

/* What this rank wants, as one number of which the largest wins: a stop before a checkpoint before nothing. */
static PetscInt64 wishes(void)
{
  const StopReason stop = simulation_stop_asked();
  return stop ? 8 + (PetscInt64)stop : checkpoint_requested();
}

PetscErrorCode Control(Simulation *sim)
{
  PetscInt64 agreed;

  PetscFunctionBeginUser;
  sim->stage_over = PETSC_FALSE;
  if (sim->step < sim->next_control) PetscFunctionReturn(0);
  meshed_foresee(sim);
  PetscCall(DemControl(sim->dem, &sim->tools, wishes(), &sim->status));
  PetscCall(MeshedControl(sim));
  plan_control(sim);
  agreed = sim->status.flags;
  if (agreed >= 8) sim->stop = (StopReason)(agreed - 8);
  else if (agreed) sim->checkpoint_wanted = PETSC_TRUE;
  if (sim->config.time.max_steps > 0 && sim->step >= sim->config.time.max_steps) sim->stop = STOP_MAX_STEPS;
  if (programme_control(&sim->programme, &sim->status, simulation_time(sim), &sim->tools)) sim->stage_over = PETSC_TRUE;
  else PetscCall(Damped(sim));
  PetscFunctionReturn(0);
}

int simulation_report_next(const Simulation *sim)
{
  const PetscInt64 next = sim->step + 1;
  return next % sim->config.output.history_every == 0 || slow_looks(sim, next) || promote_looks(sim, next) ||
         damped_looks(sim, next) || (sim->programme.now.ending > 0.0 && next == sim->next_control);
}

static PetscErrorCode WriteCheckpoint(Simulation *sim)
{
  const ContactModel model = setup_dem(&sim->config, 1.0, 1.0).model;
  const Blob         blob  = {sim->programme.now, sim->kinetic_start, (double)sim->next_control, sim->time_start,
                              (double)sim->step_start};
  CheckpointScalars  s     = {.step    = sim->step,
                              .time    = simulation_time(sim),
                              .stage   = (PetscInt)sim->programme.now.stage,
                              .n_blob  = sizeof blob / sizeof(double),
                              .tools   = sim->tools,
                              .n_words = 2 * WORK_N};
  CheckpointRows     rows  = {.n_grains = sim->grains->n_owned,
                              .n_global = sim->grains->n_global,
                              .id       = sim->grains->id,
                              .rec      = sim->grains->rec,
                              .aux      = sim->grains->aux};
  const char        *path;
  char              *deck;

  PetscFunctionBeginUser;
  memcpy(s.blob, &blob, sizeof blob);
  memcpy(s.tool_force, sim->status.force, sizeof s.tool_force);
  dem_work_get(sim->dem, s.words);
  PetscCall(DemExport(sim->dem, &rows.contacts));
  PetscCall(MeshedExport(sim, &s, &rows));
  PetscCall(OutputPath(sim->output, "checkpoint.h5", &path));
  PetscCall(DeckEcho(&sim->config, &deck));
  PetscCall(CheckpointWrite(sim->comm, path, &model, deck, &s, &rows));
  PetscCall(PetscFree(deck));
  PetscCall(ContactHistoriesFree(&rows.contacts));
  PetscCall(PetscFree(rows.body_id));
  PetscCall(PetscFree(rows.body));
  sim->checkpoint_wanted  = PETSC_FALSE;
  sim->checkpoint_written = PETSC_TRUE;
  PetscFunctionReturn(0);
}

void simulation_sample_next(Simulation *sim)
{
  dem_sample_next(sim->dem);
  if (sim->fem) fem_sample_next(sim->fem);
}

PetscErrorCode SimulationSample(Simulation *sim, Sample *s)
{
  PetscFunctionBeginUser;
  *s = (Sample){.step              = sim->step,
                .time              = simulation_time(sim),
                .stage             = (PetscInt)sim->programme.now.stage,
                .stage_name        = programme_stage(&sim->programme)->name,
                .target            = sim->programme.now.target > 0.0 ? sim->programme.now.target : NAN,
                .grains            = sim->grains,
                .tools             = &sim->tools,
                .kinetic_start     = sim->kinetic_start,
                .slow_time         = sim->programme.now.slow_time,
                .slow_steps        = sim->programme.now.slow_steps,
                .slow_residual     = sim->programme.now.residual,
                .temperature       = programme_stage(&sim->programme)->temperature,
                .static_increments = sim->programme.now.static_increments,
                .static_newton     = sim->programme.now.static_newton,
                .static_steps      = sim->programme.now.static_steps,
                .static_residual   = sim->programme.now.static_residual,
                .stiffness         = sim->programme.now.stiffness[C_33] != 0.0 ? sim->programme.now.stiffness : NULL};
  dem_samples(sim->dem, &s->n_contacts, &s->contacts);
  memcpy(s->tool_force, sim->status.force, sizeof s->tool_force);
  memcpy(s->work, sim->status.work, sizeof s->work);
  PetscCall(MeshedSample(sim, s));
  PetscFunctionReturn(0);
}

static PetscErrorCode ShowProgress(Simulation *sim, const Observation *seen)
{
  const double        time  = simulation_time(sim);
  const ProgressState state = {.stage       = programme_stage(&sim->programme)->name,
                               .stage_index = (int)sim->programme.now.stage,
                               .n_stages    = (int)sim->config.n_stages,
                               .fraction    = programme_fraction(&sim->programme, time, &sim->tools),
                               .step        = sim->step,
                               .grains      = sim->grains->n_global,
                               .time        = time,
                               .pressure    = seen->pressure_top,
                               .target      = seen->target,
                               .density     = seen->relative_density};

  PetscFunctionBeginUser;
  PetscCall(ProgressStep(sim->progress, &state));
  PetscFunctionReturn(0);
}

/* every > 0: each so many steps; 0: at the ends of stages; < 0: never. */
static int due(const Simulation *sim, PetscInt every)
{
  return (every > 0 && sim->step % every == 0) || (every >= 0 && sim->stage_over);
}

static PetscErrorCode Conduction(Simulation *sim, const Sample *sample, const Observation *seen)
{
  const ElectricModel model = {&sim->config.material, &sim->config.ligand};
  Electric            found;

  PetscFunctionBeginUser;
  if (!electric_wanted(&sim->config)) PetscFunctionReturn(0);
  PetscCall(ElectricMeasure(sample, seen, &model, &found));
  PetscCall(OutputConduction(sim->output, &found));
  if (found.diverged)
    PetscCall(ProgressSay(sim->progress,
                          "note: %s: conductivity is left out, the solve ended with %s after %g iterations, residual "
                          "%.2g of the start",
                          sample->stage_name, found.diverged, found.iterations, found.residual));
  PetscFunctionReturn(0);
}

PetscErrorCode SimulationObserve(Simulation *sim, PetscBool fields, const Observation **seen)
{
  Sample sample;

  PetscFunctionBeginUser;
  *seen = &sim->seen;
  if (sim->seen_step == sim->step && (sim->seen_fields || !fields)) PetscFunctionReturn(0);
  PetscCall(SimulationSample(sim, &sample));
  PetscCall(Observe(&sample, &sim->seen, fields ? &sim->fields : NULL));
  sim->seen_step   = sim->step;
  sim->seen_fields = fields;
  PetscFunctionReturn(0);
}

PetscErrorCode Report(Simulation *sim)
{
  const OutputConfig *o   = &sim->config.output;
  const int           row = sim->stage_over || sim->step % o->history_every == 0;
  const Observation  *seen;
  Sample              sample;

  PetscFunctionBeginUser;
  if (row) {
    PetscCall(SimulationObserve(sim, PETSC_TRUE, &seen));
    PetscCall(OutputHistory(sim->output, seen));
    PetscCall(ShowProgress(sim, seen));
    PetscCall(SimulationSample(sim, &sample));
    if (due(sim, o->vtk_every)) PetscCall(OutputFrame(sim->output, &sample, &sim->fields));
    if (sim->stage_over) PetscCall(Conduction(sim, &sample, seen));
  }
  if (sim->stage_over) {
    programme_next(&sim->programme, simulation_time(sim), &sim->tools);
    slow_drag(sim);
    sim->next_control = sim->step + 1; /* the tools' speed changes: look again at once */
  }
  PetscFunctionReturn(0);
}

PetscErrorCode Checkpoint(Simulation *sim)
{
  PetscFunctionBeginUser;
  if (sim->stop || sim->checkpoint_wanted || due(sim, sim->config.output.checkpoint_every))
    PetscCall(WriteCheckpoint(sim));
  PetscFunctionReturn(0);
}

static PetscErrorCode WarnTooDense(Simulation *sim, const StageConfig *s)
{
  PetscFunctionBeginUser;
  if (s->kind == STAGE_PRESS)
    PetscCall(OutputWarn(sim->output,
                         "%s ended at its density_limit of %g before it reached the pressure of %g GPa; the powder "
                         "is softer than that%s",
                         s->name, s->density_limit, s->pressure,
                         sim->fem ? "" : ", or rigid grains no longer describe it"));
  else
    PetscCall(OutputWarn(sim->output,
                         "%s ended at its density_limit of %g before its %g s were over, with the slow clock at %g s; "
                         "the coin densifies further%s",
                         s->name, s->density_limit, 1e-9 * s->time, 1e-9 * sim->programme.now.slow_time,
                         sim->fem ? "" : " than rigid grains can describe"));
  PetscFunctionReturn(0);
}

/* What a run that went wrong leaves behind; residual and checkpoint as far as there are any. */
static PetscErrorCode FailureOf(const Simulation *sim, const char why[], Failure *f)
{
  const char *path = sim->config.restart;

  PetscFunctionBeginUser;
  if (sim->checkpoint_written) PetscCall(OutputPath(sim->output, "checkpoint.h5", &path));
  *f = (Failure){.stage      = programme_stage(&sim->programme)->name,
                 .why        = why,
                 .step       = (double)sim->step,
                 .time       = simulation_time(sim),
                 .unbalanced = sim->unbalanced > 0.0 ? sim->unbalanced : NAN};
  (void)snprintf(f->checkpoint, sizeof f->checkpoint, "%s", path);
  PetscFunctionReturn(0);
}

static PetscErrorCode TellFailure(Simulation *sim, const Failure *f)
{
  PetscFunctionBeginUser;
  PetscCall(ProgressSay(sim->progress, "failed: %s, at step %.0f; history.csv and summary.json in %s go up to there",
                        f->stage, f->step, sim->config.output.folder));
  if (f->checkpoint[0])
    PetscCall(ProgressSay(sim->progress, "do what the error above says, and go on with -restart %s", f->checkpoint));
  else
    PetscCall(ProgressSay(sim->progress, "do what the error above says, and start again: there was no checkpoint yet "
                                         "(output_checkpoint_every)"));
  PetscFunctionReturn(0);
}

PetscErrorCode Conclude(Simulation *sim, const char failure[])
{
  const char  *reason = failure ? "failed" : sim->stop ? stop_reason_text(sim->stop) : "done";
  Failure      failed = {0};
  SessionFacts session;

  PetscFunctionBeginUser;
  if (failure) PetscCall(FailureOf(sim, failure, &failed));
  for (PetscInt k = 0; k < sim->config.n_stages; k++)
    if (programme_too_dense(&sim->programme, k)) PetscCall(WarnTooDense(sim, &sim->config.stage[k]));
  if (sim->changed[0])
    PetscCall(OutputWarn(sim->output, "went on from a checkpoint with other parameters: %s", sim->changed));
  if (mesh_promotes(&sim->config.mesh) && sim->meshed == 0)
    PetscCall(OutputWarn(sim->output, "no grain became meshed: none ever met what mesh_grains: %s asks for",
                         sim->config.mesh.grains));
  if (sim->programme.now.late_lists > 0.0)
    PetscCall(OutputWarn(sim->output,
                         "the neighbour list was renewed late %g times: contacts may have been missed; raise time_skin "
                         "or lower time_control_interval",
                         sim->programme.now.late_lists));
  PetscCall(BalanceEnd(sim));
  session = (SessionFacts){
      .wall = progress_wall(sim->progress), .speed = progress_speed(sim->progress), .balance = sim->balance.row};
  PetscCall(OutputSummary(sim->output, reason, failure ? &failed : NULL, &session));
  PetscCall(ProgressSay(sim->progress, "%s", "")); /* an empty line, behind the bar */
  PetscCall(OutputTell(sim->output, reason, &session, stdout));
  if (failure) {
    PetscCall(TellFailure(sim, &failed));
  } else if (sim->stop) {
    const char *path;
    PetscCall(OutputPath(sim->output, "checkpoint.h5", &path));
    PetscCall(ProgressSay(sim->progress, "stopped: %s; go on with -restart %s", reason, path));
  }
  PetscFunctionReturn(0);
}
