#include "solver/programme.h"

#include <string.h>

/* Pressing is faster the more the powder already resists; below this part of the target the speed stays as there. */
static const double RATE_FLOOR = 0.1;
/* The servo corrects a relative error e of the pressure with e * GAIN times the stage's punch speed. */
static const double SERVO_GAIN = 2.0;
/* The servo's speed sends waves of no more than this part of the target through the coin: faster, it would ring. */
static const double SERVO_WAVE = 0.5;
/* Between steps of the slow clock: see follow. */
static const double FOLLOW_SHARE = 0.15, FOLLOW_NOISE = 2e-3; /* of what is left, per interval; of the target */
static const double FOLLOW_FIRST = 0.5, FOLLOW_LEAST = 0.02, FOLLOW_MOST = 10.0; /* gain */
static const double FOLLOW_DOWN = 0.5, FOLLOW_UP = 1.15;                         /* change of the gain per interval */
/* A press that goes faster than its inertial number slows down before the goal: its punch sends waves of no more than
   this part of the pressure that is missing, and is as many transits of a wave away from the density limit at least. */
static const double PACE_WAVE = 0.2, PACE_TRANSITS = 5.0;
/* Work of deformation that counts at least when the pace is set, over pressure times volume: nothing is pressed yet. */
static const double PACE_WORK = 1e-3;
/* The rim ends so far below a coin that is out of the die [mean grain diameters]: nothing hangs over it. */
static const double RIM_BELOW = 0.5;
/* A tool that withdraws by damped motion sends waves of no more than this part of the largest pressure. */
static const double WITHDRAW_WAVE = 0.2;
/* A punch is free when its pressure is below this part of the largest pressure of the programme. */
static const double FREE = 0.005;
/* After the punch has come off, and after ejection, the coin is left alone this long, in grain transit times d
 * sqrt(rho/P). */
static const double REST_TRANSITS = 300.0;

const StageConfig *programme_stage(const Programme *p) { return &p->stage[(PetscInt)p->now.stage]; }

int programme_too_dense(const Programme *p, PetscInt k) { return ((int64_t)p->now.too_dense >> k) & 1; }

static double height(const Tools *t) { return t->z[TOOL_TOP] - t->z[TOOL_BOTTOM]; }

/* Punch speed for which I = rate d sqrt(rho/P), with rate = speed/height (GDR MiDi 2004, Eur. Phys. J. E 14, 341). */
static double height_speed(const Programme *p, double inertial_number, double pressure, double height)
{
  return height * inertial_number * sqrt(pressure / p->density) / p->powder.diameter;
}

static double speed(const Programme *p, double inertial_number, double pressure, const Tools *t)
{
  return height_speed(p, inertial_number, pressure, height(t));
}

/* Largest pressure the programme asks for: the scale of speeds in stages that have none of their own. */
static double pressure_scale(const Programme *p)
{
  double most = 0.0;

  for (PetscInt k = 0; k < p->n_stages; k++)
    if (p->stage[k].kind == STAGE_PRESS) most = fmax(most, p->stage[k].pressure);
  return most > 0.0 ? most : 0.01;
}

static double rest_time(const Programme *p)
{
  return REST_TRANSITS * p->powder.diameter * sqrt(p->density / pressure_scale(p));
}

/*
  Velocity of the top punch that brings the pressure to `target`; v_max > 0 caps it.  So does rho c v, the pressure of
  the wave that a punch of this speed sends out, c = sqrt(E/rho): the answer comes back only after the wave has passed
  the coin, and a servo in a hurry would drive the coin's own oscillation instead of damping it.
*/
static double servo(const Programme *p, double target, double v_max)
{
  const double cap = fmin(v_max, SERVO_WAVE * target / sqrt(p->modulus * p->density));
  const double v   = SERVO_GAIN * cap * (p->now.pressure - target) / target;
  return fmax(-cap, fmin(cap, v));
}

/*
  The same between two steps of the slow clock, where the coin hardly moves and only the pressure has to come back.  The
  punch answers a difference with the speed whose wave would make up for `gain` of it.  A yielding coin needs many such
  waves, one as stiff as the metal and a few grains high rings: the gain follows what the last interval has shown, so
  that each makes up for FOLLOW_SHARE of what is left; the answer comes some intervals late, more would overshoot.
*/
static double follow(Programme *p, double target)
{
  const double off = p->now.pressure - target, last = p->now.follow_off, wave = 1.0 / sqrt(p->modulus * p->density);
  const double cap = 0.1 * target * wave, share = last != 0.0 ? 1.0 - off / last : 0.0;
  double       gain = p->now.follow_gain > 0.0 ? p->now.follow_gain : FOLLOW_FIRST;

  if (fabs(last) > FOLLOW_NOISE * target) gain *= fmin(fmax(FOLLOW_SHARE / fmax(share, 1e-3), FOLLOW_DOWN), FOLLOW_UP);
  p->now.follow_gain = fmin(fmax(gain, FOLLOW_LEAST), FOLLOW_MOST);
  p->now.follow_off  = off;
  return fmax(-cap, fmin(cap, p->now.follow_gain * off * wave));
}

static double density(const Programme *p, const Tools *t)
{
  return p->powder.volume / (PETSC_PI * t->die_radius * t->die_radius * height(t));
}

static void mark_too_dense(Programme *p) { p->now.too_dense += ldexp(1.0, (int)p->now.stage); }

/* Is the powder denser than the stage allows, and still does not carry the pressure? */
static int too_dense(const Programme *p, const StageConfig *s, const Tools *t)
{
  return density(p, t) >= s->density_limit && p->now.pressure < (1.0 - s->servo_tolerance) * s->pressure;
}

static double wave_speed(const Programme *p) { return sqrt(p->modulus / p->density); }

/* What the press has shown since the last look sets its pace: pace.h. */
static void look_at_pace(Programme *p, const StageConfig *s, const DemStatus *status, double time, const Tools *t)
{
  ProgrammeState *n    = &p->now;
  PaceLook        look = {.waited  = time - n->looked,
                          .transit = height(t) / wave_speed(p),
                          .kinetic = status->kinetic,
                          .work    = fmax(status->work[WORK_STRAIN], PACE_WORK * s->pressure * p->powder.volume),
                          .load    = fabs(status->force[TOOL_TOP][2])};
  Pace            pace;

  for (int k = 0; k < TOOL_N; k++) look.net -= status->force[k][2];
  pace         = pace_next(&p->pace, (Pace){n->pace, n->imbalance}, &look);
  n->pace      = pace.pace;
  n->imbalance = pace.imbalance;
}

/* Speed v at its pace, slower towards the goal, but never slower than v. */
static double paced(const Programme *p, const StageConfig *s, double v, const Tools *t)
{
  const double missing = s->pressure - p->now.pressure, c = wave_speed(p);
  const double left = height(t) * (1.0 - density(p, t) / s->density_limit);
  const double wave = PACE_WAVE * missing / (c * p->density), stop = left * c / (PACE_TRANSITS * height(t));

  return fmax(v, fmin(p->now.pace * v, fmin(wave, stop)));
}

/* At the density limit the punch stays where it is, in a dwell after it, too. */
static int press(Programme *p, const StageConfig *s, double time, Tools *t)
{
  ProgrammeState *n      = &p->now;
  const double    loaded = fmax(n->pressure, RATE_FLOOR * s->pressure),
               v         = speed(p, s->inertial_number, fmin(loaded, s->pressure), t);

  n->target = s->pressure;
  if (n->pressure >= s->pressure) n->reached = 1.0;
  t->v[TOOL_TOP] = n->reached > 0.0 ? servo(p, s->pressure, v) : -paced(p, s, v, t);
  if (n->reached > 0.0 && fabs(n->pressure - s->pressure) <= s->servo_tolerance * s->pressure) {
    if (n->held_since < 0.0) n->held_since = time;
  } else n->held_since = -1.0;
  if (too_dense(p, s, t)) {
    n->target = t->v[TOOL_TOP] = 0.0;
    mark_too_dense(p);
    return 1;
  }
  return n->held_since >= 0.0 && time - n->held_since >= s->servo_time;
}

/*
  On the slow clock a soft metal may close its pores within microseconds.  Rigid grains that flow into each other know
  nothing of the grain in the way: above density_limit pairs would be pressed through each other, so the dwell ends.
*/
static int dwell(Programme *p, const StageConfig *s, double time, Tools *t)
{
  const double target = p->now.target;
  const int    slow   = programme_slow(p);

  if (target <= 0.0) t->v[TOOL_TOP] = 0.0;
  else t->v[TOOL_TOP] = slow ? follow(p, target) : servo(p, target, speed(p, 5e-4, target, t));
  if (slow && density(p, t) >= s->density_limit && p->now.slow_left > 0.0) {
    mark_too_dense(p);
    return 1;
  }
  return slow ? p->now.slow_left <= 0.0 && p->now.rested > 0.0 : time - p->now.stage_start >= s->time;
}

int programme_slow(const Programme *p)
{
  const StageConfig *s = programme_stage(p);

  return p->now.done == 0.0 && s->kind == STAGE_DWELL && s->time > SLOW_FROM;
}

void programme_ticked(Programme *p, double dt, double time)
{
  ProgrammeState *n = &p->now;

  n->slow_left -= dt;
  if (n->slow_left <= 1e-9 * programme_stage(p)->time) n->slow_left = 0.0; /* what rounding left */
  n->slow_time += dt;
  n->slow_steps += 1.0;
  n->slow_dt    = dt;
  n->slow_since = time;
  n->rested     = 0.0;
  n->follow_off = 0.0; /* what the pressure does now is not the punch's doing */
}

void programme_rested(Programme *p) { p->now.rested = 1.0; }

/*
  The top punch goes up until it carries nothing worth mentioning, then some way on, so that what swings back does not
  touch again.  (Exactly nothing would be too much to ask: with adhesion a grain may stay between punch and wall.)  A
  coin that sticks to it is free as well once it has come off the bottom punch: it only hangs on.  And a powder that
  sticks to both is not drawn out further than by a grain.  The punch does not leave the bore, for grains would follow
  it that nothing holds together.
*/
static int release(Programme *p, const StageConfig *s, double time, Tools *t)
{
  ProgrammeState *n     = &p->now;
  const double    scale = pressure_scale(p), v = height_speed(p, s->inertial_number, scale, n->height_start);

  const int at_rim = t->z[TOOL_TOP] >= t->die_top, off = fabs(n->pressure) <= FREE * scale;
  const int drawn = n->height_slack > 0.0 && height(t) - n->height_slack > p->powder.diameter;
  const int hangs = drawn || (n->pressure < 0.0 && fabs(n->pressure_bottom) <= FREE * scale);

  if (n->height_slack < 0.0 && n->pressure <= FREE * scale) n->height_slack = height(t);
  if (!off && !hangs && !at_rim) n->free_since = -1.0;
  else if (n->free_since < 0.0) n->free_since = time;
  t->v[TOOL_TOP] = at_rim || (n->free_since >= 0.0 && time - n->free_since > 0.1 * rest_time(p)) ? 0.0 : v;
  n->target      = 0.0;
  return n->free_since >= 0.0 && time - n->free_since >= rest_time(p);
}

/*
  Both punches rise together, gently: a punch that starts or stops at full speed v sends a shock of rho c v through the
  coin.  The coin is out when the lower face has passed the rim.
*/
static int eject(Programme *p, const StageConfig *s, double time, Tools *t)
{
  const double left = t->die_top - t->z[TOOL_BOTTOM], full = speed(p, s->inertial_number, pressure_scale(p), t);
  const double start = (time - p->now.stage_start) / rest_time(p), stop = 0.02 + 2.0 * left / (full * rest_time(p));
  const int    out = left <= 0.0;

  t->v[TOOL_BOTTOM] = t->v[TOOL_TOP] = out ? 0.0 : full * fmin(1.0, fmin(start, stop));
  if (!out) p->now.free_since = -1.0;
  else if (p->now.free_since < 0.0) p->now.free_since = time;
  return out && time - p->now.free_since >= rest_time(p);
}

/* The stage at work, whatever its kind; 1 when it has done what it is for. */
static int run_stage(Programme *p, double time, Tools *t)
{
  const StageConfig *s = programme_stage(p);

  if (p->now.damped.phase > 0.0) return 0; /* damped.c has the tools */
  switch (s->kind) {
  case STAGE_FILL:
    return time - p->now.stage_start >= s->time;
  case STAGE_PRESS:
    return press(p, s, time, t);
  case STAGE_DWELL:
    return dwell(p, s, time, t);
  case STAGE_RELEASE:
    return release(p, s, time, t);
  case STAGE_EJECT:
    return eject(p, s, time, t);
  default:
    return 1;
  }
}

static void begin_stage(Programme *p, double time, Tools *t)
{
  ProgrammeState *n = &p->now;

  n->stage_start  = time;
  n->looked       = time;
  n->ending       = 0.0;
  n->balanced     = 0.0;
  n->bore         = 0.0;
  n->damped       = (DampedState){0};
  n->reached      = 0.0;
  n->held_since   = -1.0;
  n->free_since   = -1.0;
  n->height_slack = -1.0;
  n->pace         = 1.0;
  n->imbalance    = 0.0;
  n->height_start = height(t);
  n->rested       = 0.0;
  n->slow_since   = time;
  n->follow_off   = 0.0;
  n->follow_gain  = 0.0;
  n->slow_left    = programme_slow(p) ? programme_stage(p)->time : 0.0;
  if (programme_stage(p)->kind == STAGE_EJECT) {
    /* the rim stands where the top punch is: the way through an empty bore would change nothing */
    t->die_top = t->z[TOOL_BOTTOM] + height(t);
  }
  if (programme_stage(p)->kind == STAGE_FILL) t->v[TOOL_TOP] = t->v[TOOL_BOTTOM] = 0.0;
}

static Programme programme_of(const Config *config, const PowderTotals *powder)
{
  const MeshConfig *mesh = &config->mesh;

  return (Programme){
      .n_stages = config->n_stages,
      .stage    = config->stage,
      .powder   = *powder,
      .density  = config->material.density * (strcmp(mesh->grains, "none") ? mesh->mass_scaling : 1.0),
      .modulus  = config->material.E,
      .pace     = {0.0, mesh->imbalance_limit}
  };
}

void programme_paces(Programme *p, double kinetic) { p->pace.kinetic = kinetic; }

void programme_start(Programme *p, const Config *config, const PowderTotals *powder, double time, Tools *tools)
{
  *p = programme_of(config, powder);
  begin_stage(p, time, tools);
}

void programme_resume(Programme *p, const Config *config, const PowderTotals *powder, double time,
                      const ProgrammeState *state, Tools *tools)
{
  *p     = programme_of(config, powder);
  p->now = *state;
  if (p->now.done > 0.0 && p->now.stage < (double)p->n_stages) {
    p->now.done = 0.0;
    begin_stage(p, time, tools);
  }
}

void programme_move_tools(double dt, Tools *t)
{
  for (int k = 0; k < TOOL_N; k++) t->z[k] += t->v[k] * dt;
  t->die_top += t->v[TOOL_DIE] * dt;
  t->die_radius += t->die_speed * dt;
}

int programme_control(Programme *p, const DemStatus *status, double time, Tools *t)
{
  const double area = PETSC_PI * t->die_radius * t->die_radius;

  if (p->now.ending > 0.0) return 1;
  p->now.pressure        = status->force[TOOL_TOP][2] / area;
  p->now.pressure_bottom = -status->force[TOOL_BOTTOM][2] / area;
  p->now.late_lists += status->late;
  if (programme_stage(p)->kind == STAGE_PRESS) look_at_pace(p, programme_stage(p), status, time, t);
  p->now.looked = time;
  if (run_stage(p, time, t)) p->now.ending = 1.0;
  return 0;
}

void programme_next(Programme *p, double time, Tools *t)
{
  p->now.stage += 1.0;
  if (p->now.stage >= (double)p->n_stages) p->now.done = 1.0;
  else begin_stage(p, time, t);
}

int programme_balances(const Programme *p)
{
  return p->now.done == 0.0 && p->now.balanced < 1.0 && !strcmp(programme_stage(p)->method, "equilibrium");
}

void programme_leaves_die(const Programme *p, Tools *tools)
{
  tools->die_radius = p->now.bore;
  tools->die_top    = tools->z[TOOL_BOTTOM] - RIM_BELOW * p->powder.diameter;
}

double programme_withdrawal_speed(const Programme *p)
{
  return WITHDRAW_WAVE * pressure_scale(p) / sqrt(p->modulus * p->density);
}

int programme_balance_begun(const Programme *p) { return p->now.balanced > 0.0; }

void programme_balanced(Programme *p, const Balanced *how)
{
  ProgrammeState *n = &p->now;

  n->balanced = how->found ? 1.0 : 0.5;
  n->ending   = how->found;
  n->target   = 0.0;
  n->static_increments += how->increments;
  n->static_newton += how->newton;
  n->static_steps += how->steps;
  n->static_residual = how->residual;
}

double programme_fraction(const Programme *p, double time, const Tools *t)
{
  const StageConfig *s     = programme_stage(p);
  const double       spent = time - p->now.stage_start;

  switch (s->kind) {
  case STAGE_FILL:
    return fmin(1.0, spent / s->time);
  case STAGE_DWELL:
    return programme_slow(p) ? 1.0 - p->now.slow_left / s->time : fmin(1.0, spent / s->time);
  case STAGE_PRESS: /* pressure rises about exponentially with time, from a hundredth of the target */
    return fmin(1.0, log1p(100.0 * fmax(0.0, p->now.pressure) / s->pressure) / log1p(100.0));
  case STAGE_EJECT:
    return fmin(1.0, fmax(0.0, 1.0 - (t->die_top - t->z[TOOL_BOTTOM]) / p->now.height_start));
  default:
    return NAN;
  }
}
