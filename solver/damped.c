/*
  damped.c - a tool withdraws from one equilibrium to the next, found by damped motion of rigid and meshed grains.

  The run's own step moves them, so that contact laws, friction, plates and slots of nodes see one slow path.  All
  motion is dragged; what rests is not.  A rigid grain gets the mass that the step bears with the stiffness of its
  contacts; beside meshed grains it had that of a body of its size, which elements want.
*/
#include "solver/damped.h"

#include "solver/meshed.h"
#include "solver/slow.h"
#include "solver/totals.h"
#include <math.h>

enum { NOT_DAMPED, FIRST_BALANCE, WITHDRAWS, GOES_AWAY }; /* DampedState.phase */

enum { LOOK = 5 };                 /* control intervals between two looks */
static const double STRAIN = 0.01; /* longest increment over the height of the powder, or the radius of the bore */
/* To this forces balance until the tool carries nothing, and then, if the deck does not say otherwise. */
static const double ON_THE_WAY = 1e-3, TOLERANCE = 1e-4;
/* Mass of a rigid grain over step^2 times the stiffness of its contacts: 7/4 is the least, when normal, tangential and
   rolling stiffness are alike and all neighbours move the other way. */
static const double MASS         = 16.0;
static const double DRAG_BY_STEP = 10.0, DRAG_MOST = 0.02, DRAG_LEAST = 1e-3;

static int tool_of(const Simulation *sim)
{
  return programme_stage(&sim->programme)->kind == STAGE_EJECT ? TOOL_DIE : TOOL_TOP;
}

/* Of all motion: where the tool has come off, nothing follows it.  0: as it is in other stages. */
static void drag(Simulation *sim, double per_step)
{
  const PetscBool all = per_step > 0.0 ? PETSC_TRUE : PETSC_FALSE;

  dem_drag_to_rest(sim->dem, all);
  if (sim->fem) fem_drag_to_rest(sim->fem, all);
  if (!all) {
    slow_drag(sim);
    return;
  }
  dem_drag(sim->dem, per_step / sim->dt);
  if (sim->fem) fem_drag(sim->fem, per_step / sim->dt);
}

/*
  Drag per step, n steps after the tool has stopped.  A rate r/t looks for the least of an energy as Nesterov's method
  does (Su, Boyd & Candes 2016, J. Mach. Learn. Res. 17, 153): first what is fast comes to rest, then what is slow, and
  nobody has to know how fast that is.
*/
static double drag_after(double n) { return fmax(fmin(DRAG_BY_STEP / fmax(n, 1.0), DRAG_MOST), DRAG_LEAST); }

void damped_begin(Simulation *sim)
{
  ProgrammeState *now  = &sim->programme.now;
  const int       tool = tool_of(sim);

  if (now->damped.phase > 0.0) return;
  now->damped = (DampedState){
      .phase = FIRST_BALANCE, .adhesion = sim->tools.W[tool], .since = (double)sim->step, .started = (double)sim->step};
  now->target = 0.0;
  if (tool == TOOL_DIE) now->bore = sim->tools.die_radius;
  sim->tools.W[tool] = 0.0; /* grains that would hang on it, or that a wall draws apart, stay */
  for (int t = 0; t < TOOL_N; t++) sim->tools.v[t] = 0.0;
  drag(sim, DRAG_MOST);
}

void damped_resume(Simulation *sim)
{
  const DampedState *d = &sim->programme.now.damped;

  if (d->phase > 0.0) drag(sim, drag_after((double)sim->step - d->since));
}

int damped_looks(const Simulation *sim, PetscInt64 step)
{
  return sim->programme.now.damped.phase > 0.0 && step % (LOOK * sim->config.time.control_interval) == 0;
}

/* ------------------------------------------------------------------------------------------------------- balance */

static double square(const double v[3]) { return v[0] * v[0] + v[1] * v[1] + v[2] * v[2]; }

/* Squares of the unbalanced forces of an owned grain: on the nodes of a body; of a rigid grain force, and torque over
   radius. */
static double unbalanced(const Simulation *sim, PetscInt row, double *contact)
{
  const double R = sim->grains->rec[row][REC_R0];
  double       f[3], m[3], all;

  *contact = 0.0; /* of rigid grains: what the samples say */
  if (fem_unbalanced(sim->fem, row, &all, contact)) return all;
  dem_grain_force(sim->dem, row, f);
  dem_grain_torque(sim->dem, row, m);
  return square(f) + square(m) / (R * R);
}

static int owned_rigid(const Grains g, PetscInt row)
{
  return row >= 0 && row < g->n_owned && g->aux[row][AUX_MESHED] == 0.0;
}

enum { UNBALANCED, CONTACT, CARRIED, SUMS };

static void add(const Simulation *sim, const Sample *s, Totals *t)
{
  const Grains g    = sim->grains;
  const int    tool = tool_of(sim);

  for (PetscInt i = 0; i < g->n_owned; i++) {
    double contact;

    totals_add(t, UNBALANCED, unbalanced(sim, i, &contact));
    totals_add(t, CONTACT, contact);
  }
  for (PetscInt k = 0; k < s->n_contacts; k++) {
    const ContactSample *c = &s->contacts[k];

    if (owned_rigid(g, c->i)) totals_add(t, CONTACT, square(c->f));
    if (owned_rigid(g, c->j)) totals_add(t, CONTACT, square(c->f));
    if (c->j == -1 - tool) totals_add(t, CARRIED, c->fn);
  }
}

/* Norm of the unbalanced forces over that of the forces of contact, the largest so far; what the tool carries [nN]. */
static PetscErrorCode Look(Simulation *sim, const Sample *s, double *residual, double *carried)
{
  DampedState *d = &sim->programme.now.damped;
  Totals       t = {.n = SUMS};
  double       sum[SUMS];
  PetscBool    finite;

  PetscFunctionBeginUser;
  add(sim, s, &t);
  PetscCall(TotalsPeaks(sim->comm, &t, &finite));
  PetscCheck(finite, sim->comm, PETSC_ERR_CONV_FAILED, "%s: a force is not a number; lower time_step_fraction",
             programme_stage(&sim->programme)->name);
  add(sim, s, &t);
  PetscCall(TotalsSum(sim->comm, &t, sum));
  d->scale  = fmax(d->scale, sqrt(sum[CONTACT]));
  *residual = sqrt(sum[UNBALANCED]) / fmax(d->scale, 1e-300);
  *carried  = sum[CARRIED];
  PetscFunctionReturn(0);
}

/* The grain of the largest unbalanced force, of several the one with the lowest id. */
static PetscErrorCode Worst(Simulation *sim, PetscInt64 *id)
{
  double most = -1.0, contact, all;

  PetscFunctionBeginUser;
  for (PetscInt i = 0; i < sim->grains->n_owned; i++) most = fmax(most, unbalanced(sim, i, &contact));
  PetscCallMPI(MPI_Allreduce(&most, &all, 1, MPI_DOUBLE, MPI_MAX, sim->comm));
  *id = PETSC_MAX_INT;
  for (PetscInt i = 0; i < sim->grains->n_owned; i++)
    if (unbalanced(sim, i, &contact) == all) *id = PetscMin(*id, sim->grains->id[i]);
  PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, id, 1, MPIU_INT64, MPI_MIN, sim->comm));
  PetscFunctionReturn(0);
}

static PetscErrorCode NoBalance(Simulation *sim, double residual, double carried)
{
  const StageConfig *stage = programme_stage(&sim->programme);
  PetscInt64         id;

  PetscFunctionBeginUser;
  PetscCall(Worst(sim, &id));
  sim->unbalanced = residual;
  SETERRQ(sim->comm, PETSC_ERR_CONV_FAILED,
          "%s: no balance after %" PetscInt_FMT
          " steps of damped motion, the %s carrying %g nN; unbalanced forces are %.2g of those of "
          "contact, most of them on grain %lld; raise %s_tolerance or %s_steps_max, or take method: "
          "explicit",
          stage->name, stage->steps_max, withdraw_name(tool_of(sim)), carried, residual, (long long)id, stage->name,
          stage->name);
}

/* -------------------------------------------------------------------------------------------------------- masses */

/* Masses of rigid grains by the stiffness of their contacts, at least of one of E R; summed up as integers. */
static PetscErrorCode MassesByStiffness(Simulation *sim, const Sample *s)
{
  const Grains g = sim->grains;
  const double E = sim->config.material.E, unit = ldexp(E * sim->radius_min, -32), per_k = MASS * sim->dt * sim->dt;
  int64_t     *k;
  double      *mass;

  PetscFunctionBeginUser;
  PetscCall(PetscCalloc1(g->n_owned + 1, &k));
  PetscCall(PetscMalloc1(g->n_owned + 1, &mass));
  for (PetscInt c = 0; c < s->n_contacts; c++) {
    const int64_t kn = llrint(fmax(fabs(s->contacts[c].kn), s->contacts[c].fast) / unit);

    if (owned_rigid(g, s->contacts[c].i)) k[s->contacts[c].i] += kn;
    if (owned_rigid(g, s->contacts[c].j)) k[s->contacts[c].j] += kn;
  }
  for (PetscInt i = 0; i < g->n_owned; i++) mass[i] = per_k * fmax((double)k[i] * unit, E * g->rec[i][REC_R0]);
  dem_weigh(sim->dem, mass);
  PetscCall(PetscFree(k));
  PetscCall(PetscFree(mass));
  PetscFunctionReturn(0);
}

/* Rigid grains are as heavy again as bodies of their size. */
static PetscErrorCode MassesOfBodies(Simulation *sim)
{
  const Grains g = sim->grains;
  double      *mass;

  PetscFunctionBeginUser;
  PetscCall(PetscMalloc1(g->n_owned + 1, &mass));
  for (PetscInt i = 0; i < g->n_owned; i++) mass[i] = fem_body_mass(sim->fem, g->rec[i][REC_R0]);
  dem_weigh(sim->dem, mass);
  PetscCall(PetscFree(mass));
  PetscFunctionReturn(0);
}

/* ----------------------------------------------------------------------------------------------------- the tool */

/* Over the steps to the next control the tool goes as fast as it may, and no farther than it has to. */
static void move_tool(Simulation *sim)
{
  DampedState *d    = &sim->programme.now.damped;
  const double time = (double)(sim->next_control - sim->step) * sim->dt;
  const double way = fmin(d->left, time * programme_withdrawal_speed(&sim->programme)), v = way / time;

  if (tool_of(sim) == TOOL_DIE) sim->tools.die_speed = v;
  else sim->tools.v[TOOL_TOP] = v;
  d->left -= way;
  if (way > 0.0) d->since = (double)sim->next_control;
}

static void go(DampedState *d, double step) { d->step = d->left = step; }

/* Forces balance, and the tool carries nothing: all is again as it was, but for the place of the tool. */
static PetscErrorCode End(Simulation *sim, double residual)
{
  DampedState *d = &sim->programme.now.damped;
  Tools       *t = &sim->tools;

  PetscFunctionBeginUser;
  PetscCall(ProgressSay(sim->progress,
                        "%s: in equilibrium after %.0f increments and %lld steps of damped motion; unbalanced forces "
                        "%.1e of those of contact",
                        programme_stage(&sim->programme)->name, d->increments,
                        (long long)sim->step - (long long)d->started, residual));
  programme_balanced(&sim->programme, &(Balanced){d->increments, 0.0, (double)sim->step - d->started, residual, 1});
  t->W[tool_of(sim)] = d->adhesion;
  if (tool_of(sim) == TOOL_DIE) programme_leaves_die(&sim->programme, t);
  *d = (DampedState){0};
  drag(sim, 0.0);
  if (sim->fem) PetscCall(MassesOfBodies(sim));
  PetscCall(DemRefresh(sim->dem, t, PETSC_TRUE)); /* the wall is where no list expects it */
  PetscCall(MeshedRefresh(sim));
  sim->next_control = sim->step + 1;
  PetscFunctionReturn(0);
}

/*
  How far the top punch has to go until it draws nobody when it adheres again [nm]: the reach of adhesion, beyond the
  spheres of the grains, of which contact laws keep flats that no longer touch.
*/
static PetscErrorCode OutOfReach(Simulation *sim, const Sample *s, double *way)
{
  PetscFunctionBeginUser;
  *way = 0.0;
  for (PetscInt k = 0; k < s->n_contacts; k++)
    if (s->contacts[k].j == -1 - TOOL_TOP) *way = fmax(*way, s->contacts[k].delta);
  PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, way, 1, MPI_DOUBLE, MPI_MAX, sim->comm));
  *way += dem_reach(sim->dem);
  PetscFunctionReturn(0);
}

/* Forces balance: how does the tool go on? */
static PetscErrorCode GoOn(Simulation *sim, const Sample *s, double residual, double carried)
{
  DampedState *d    = &sim->programme.now.damped;
  const int    tool = tool_of(sim);
  double       way;

  PetscFunctionBeginUser;
  d->increments += 1.0;
  PetscCheck(d->increments <= WITHDRAWALS, sim->comm, PETSC_ERR_CONV_FAILED,
             "%s: after %d increments the %s still carries %g nN; take method: explicit",
             programme_stage(&sim->programme)->name, WITHDRAWALS, withdraw_name(tool), carried);
  if (d->phase == FIRST_BALANCE) d->way = withdraw_begin(carried, STRAIN * withdraw_room(&sim->tools, tool));
  else withdraw_gone(&d->way, d->step, carried);
  if (carried != 0.0) {
    d->phase = WITHDRAWS;
    go(d, withdraw_step(&d->way));
  } else if (tool == TOOL_TOP && d->adhesion > 0.0 && d->phase != GOES_AWAY) {
    d->phase = GOES_AWAY;
    PetscCall(OutOfReach(sim, s, &way));
    go(d, way);
  } else PetscCall(End(sim, residual));
  PetscFunctionReturn(0);
}

PetscErrorCode Damped(Simulation *sim)
{
  DampedState       *d     = &sim->programme.now.damped;
  const StageConfig *stage = programme_stage(&sim->programme);
  const double       last  = isnan(stage->tolerance) ? TOLERANCE : stage->tolerance;
  Sample             sample;
  double             residual = 0.0, carried = 0.0;

  PetscFunctionBeginUser;
  if (d->phase == NOT_DAMPED) PetscFunctionReturn(0);
  if (damped_looks(sim, sim->step) && d->left == 0.0 && (double)sim->step > d->since) {
    PetscCall(SimulationSample(sim, &sample));
    if (d->scale == 0.0 && sim->fem) PetscCall(MassesByStiffness(sim, &sample));
    PetscCall(Look(sim, &sample, &residual, &carried));
    if (residual <= (carried == 0.0 ? last : fmax(ON_THE_WAY, last))) PetscCall(GoOn(sim, &sample, residual, carried));
    else if ((double)sim->step - d->since > (double)stage->steps_max) PetscCall(NoBalance(sim, residual, carried));
  }
  if (d->phase == NOT_DAMPED) PetscFunctionReturn(0);
  move_tool(sim);
  drag(sim, drag_after((double)sim->step - d->since));
  PetscFunctionReturn(0);
}
