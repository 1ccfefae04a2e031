/* fem_static.c - life of a FemStatic; load increments and what is done when they do not converge. */
#include "solver/fem/fem_static_impl.h"

#include <string.h>

const FemStaticConfig fem_static_defaults = {
    .tolerance = 1e-6, .ground = 1e-7, .strain = 0.01, .tries = 30, .element = "one_point"};

/* Punch forces: how near, of the larger of the wanted one and that at the beginning, and in how many moves at most. */
static const double FORCE_TO = 1e-3;
enum { SECANTS = 60 };

/* Increments that do not converge: times they are halved before they are damped, and how. */
enum { HALVED_MOST = 2, DAMPED_MOST = 6, DAMPED_FIRST = 2, WAIT_MOST = 8 };
static const double DAMP_BY = 10.0; /* a level */

/* Numbers of the first nodes of all bodies, ghosts too. */
static PetscErrorCode Number(FemStatic st)
{
  const Fem fem   = st->fem;
  PetscInt  first = 0, mine = fem->n_body * fem->n_node;

  PetscFunctionBeginUser;
  PetscCallMPI(MPI_Exscan(&mine, &first, 1, MPIU_INT, MPI_SUM, fem->g->comm));
  PetscCallMPI(MPI_Allreduce(&mine, &st->n_nodes, 1, MPIU_INT, MPI_SUM, fem->g->comm));
  st->n_dof = 3 * mine;
  PetscCall(PetscMalloc1(fem->n_body + fem->n_ghost_body + 1, &st->first_node));
  for (PetscInt b = 0; b < fem->n_body; b++) st->first_node[b] = first + b * fem->n_node;
  if (!fem->halo) PetscFunctionReturn(0);
  PetscCall(PetscSFBcastBegin(fem->halo, MPIU_INT, st->first_node, st->first_node + fem->n_body, MPI_REPLACE));
  PetscCall(PetscSFBcastEnd(fem->halo, MPIU_INT, st->first_node, st->first_node + fem->n_body, MPI_REPLACE));
  PetscFunctionReturn(0);
}

PetscErrorCode FemStaticCreate(Fem fem, const FemStaticConfig *cfg, FemStatic *out)
{
  const FemConfig *c = &fem->cfg;
  FemStatic        st;

  PetscFunctionBeginUser;
  PetscCall(PetscNew(&st));
  st->cfg   = *cfg;
  st->fem   = fem;
  st->model = fem->model;
  if (st->model.bulk.flow == BULK_RATE) st->model.bulk.flow = BULK_VOCE; /* any time it needs */
  st->stiffness = c->bulk.K * cbrt(GRAIN_MESH_VOLUME / fem->n_elem) * c->radius_min;
  st->ground    = cfg->ground * st->stiffness;
  st->facet     = c->radius_min * sqrt(4.0 * PETSC_PI / fem->n_face);
  PetscCall(Number(st));
  PetscCall(StaticElementTake(st));
  PetscCall(StaticNewtonMake(st));
  *out = st;
  PetscFunctionReturn(0);
}

PetscErrorCode FemStaticDestroy(FemStatic *out)
{
  FemStatic st = *out;

  PetscFunctionBeginUser;
  if (!st) PetscFunctionReturn(0);
  if (st->element->destroy) PetscCall(st->element->destroy(st));
  PetscCall(StaticBeginFree(st));
  PetscCall(SNESDestroy(&st->snes));
  PetscCall(VecDestroy(&st->x));
  PetscCall(VecDestroy(&st->f));
  PetscCall(VecDestroy(&st->f_begin));
  PetscCall(VecDestroy(&st->moved));
  PetscCall(VecDestroy(&st->other));
  PetscCall(MatDestroy(&st->J));
  PetscCall(MatDestroy(&st->A));
  PetscCall(PetscFree2(st->node_row, st->node_col));
  PetscCall(PetscFree(st->first_node));
  PetscCall(PetscFree(st->spots.spot));
  PetscCall(PetscFree(*out));
  PetscFunctionReturn(0);
}

/* Between the punches, within the wall and in tools that deform the powder follows them evenly. */
static PetscErrorCode Follow(FemStatic st, const Tools *from, const Goal *to, Vec x)
{
  const double bottom = from->z[TOOL_BOTTOM], down = to->z[TOOL_BOTTOM] - bottom;
  const double rate  = (to->z[TOOL_TOP] - from->z[TOOL_TOP] - down) / (from->z[TOOL_TOP] - bottom);
  const double widen = to->radius / from->die_radius - 1.0;
  double       r[3];
  PetscScalar *a;

  PetscFunctionBeginUser;
  PetscCall(VecGetArray(x, &a));
  for (PetscInt k = 0; k < st->n_dof; k += 3) {
    a[k] += widen * a[k];
    a[k + 1] += widen * a[k + 1];
    a[k + 2] += down + rate * (a[k + 2] - bottom);
    if (!st->strain) continue;
    for (int i = 0; i < 3; i++) r[i] = a[k + i] - st->strain->centre[i];
    for (int i = 0; i < 3; i++)
      for (int j = 0; j < 3; j++) a[k + i] += st->strain->e[i][j] * r[j];
  }
  PetscCall(VecRestoreArray(x, &a));
  PetscFunctionReturn(0);
}

/* Newton begins with the places that are nearer to balance: those before, or those that follow the tools. */
static PetscErrorCode Guess(FemStatic st, const Tools *from, const Goal *to)
{
  PetscReal stay, go;
  Vec       x;

  PetscFunctionBeginUser;
  PetscCall(VecDuplicate(st->x, &x));
  PetscCall(VecCopy(st->x, x));
  PetscCall(Follow(st, from, to, x));
  PetscCall(StaticResidual(st, st->x, st->f));
  PetscCall(VecNorm(st->f, NORM_2, &stay));
  PetscCall(StaticResidual(st, x, st->f));
  PetscCall(VecNorm(st->f, NORM_2, &go));
  if (go < stay) PetscCall(VecCopy(x, st->x));
  PetscCall(VecDestroy(&x));
  PetscFunctionReturn(0);
}

/* An increment begins: bodies as they are, tools at rest. */
static PetscErrorCode Begin(FemStatic st, const Tools *tools)
{
  PetscFunctionBeginUser;
  PetscCall(StaticBeginMake(st));
  st->tools           = *tools;
  st->tools.die_speed = 0.0;
  for (int t = 0; t < TOOL_N; t++) st->tools.v[t] = 0.0;
  PetscFunctionReturn(0);
}

/* One increment; bodies are as they were when it does not converge. */
static PetscErrorCode Increment(FemStatic st, Tools *tools, const Goal *to, SNESConvergedReason *why)
{
  PetscFunctionBeginUser;
  PetscCall(Begin(st, tools));
  PetscCall(StaticBeginForces(st));
  for (int t = 0; t < TOOL_N; t++) {
    st->tools.v[t] = (to->z[t] - tools->z[t]) / st->fem->dt;
    st->tools.z[t] = to->z[t];
  }
  st->tools.die_speed  = (to->radius - tools->die_radius) / st->fem->dt;
  st->tools.die_radius = to->radius;
  PetscCall(Guess(st, tools, to));
  PetscCall(StaticBalance(st, why));
  if (*why > 0) {
    PetscCall(StaticCommit(st, st->x, st->f));
    for (int t = 0; t < TOOL_N; t++) tools->z[t] = to->z[t], tools->v[t] = 0.0;
    tools->die_radius = to->radius, tools->die_speed = 0.0;
    st->status.increments++;
  } else PetscCall(StaticRestore(st));
  PetscFunctionReturn(0);
}

PetscErrorCode StaticStrained(FemStatic st, const Tools *tools, const Goal *stay, ToolStrain *strain,
                              SNESConvergedReason *why)
{
  PetscFunctionBeginUser;
  PetscCall(Begin(st, tools));
  PetscCall(StaticPlaces(st, st->x, INSERT_VALUES));
  st->strain = strain;
  PetscCall(Guess(st, tools, stay));
  PetscCall(StaticBalance(st, why));
  PetscCall(StaticResidual(st, st->x, st->f)); /* what tools carry at x */
  st->strain = NULL;
  PetscFunctionReturn(0);
}

/* The grain on whose nodes the largest part of the residual st->f acts. */
static PetscErrorCode Worst(FemStatic st, PetscInt64 *id)
{
  const Fem fem = st->fem;
  struct {
    double norm;
    int    rank;
  } most = {-1.0, 0};
  const PetscScalar *a;
  PetscMPIInt        rank;

  PetscFunctionBeginUser;
  PetscCallMPI(MPI_Comm_rank(fem->g->comm, &rank));
  most.rank = rank;
  *id       = -1;
  PetscCall(VecGetArrayRead(st->f, &a));
  for (PetscInt b = 0; b < fem->n_body; b++) {
    double sum = 0.0;
    for (int k = 0; k < 3 * fem->n_node; k++) {
      const double r = a[3 * b * fem->n_node + k];
      sum += r * r;
    }
    if (!(sum <= most.norm)) most.norm = isfinite(sum) ? sum : HUGE_VAL, *id = fem->id[b];
  }
  PetscCall(VecRestoreArrayRead(st->f, &a));
  PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, &most, 1, MPI_DOUBLE_INT, MPI_MAXLOC, fem->g->comm));
  PetscCallMPI(MPI_Bcast(id, 1, MPIU_INT64, most.rank, fem->g->comm));
  PetscFunctionReturn(0);
}

static PetscErrorCode Status(FemStatic st, FemStaticStatus *out)
{
  int64_t word[3 * TOOL_N + 1][2];

  PetscFunctionBeginUser;
  memcpy(word, st->fem->tool_force, sizeof st->fem->tool_force);
  memcpy(word[3 * TOOL_N], &st->fem->wall_force, sizeof st->fem->wall_force);
  PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, word, 6 * TOOL_N + 2, MPI_INT64_T, MPI_SUM, st->fem->g->comm));
  for (int t = 0; t < TOOL_N; t++)
    for (int k = 0; k < 3; k++) st->status.force[t][k] = exact_total(word[3 * t + k], st->fem->unit_force);
  st->status.wall = exact_total(word[3 * TOOL_N], st->fem->unit_force);
  if (out) *out = st->status;
  PetscFunctionReturn(0);
}

double fem_static_residual(FemStatic st) { return st->status.residual; }

static PetscErrorCode NoBalance(FemStatic st, const Goal *to, SNESConvergedReason why)
{
  PetscInt64 id;

  PetscFunctionBeginUser;
  PetscCall(Worst(st, &id));
  SETERRQ(
      st->fem->g->comm, PETSC_ERR_CONV_FAILED,
      "static equilibrium: no balance with the top punch at %g nm (%s, also when increments are shorter and damped); "
      "unbalanced forces are %.2g of those of contact, most of them on grain %lld, and nothing has moved; allow more "
      "steps of settling (-static_snes_settle), take a finer mesh (mesh_elements), or method: explicit",
      to->z[TOOL_TOP], SNESConvergedReasons[why], st->status.residual, (long long)id);
}

/* Between `from` and `to`, its ends exactly. */
static double between(double from, double to, double part) { return part == 1.0 ? to : from + part * (to - from); }

/*
  An increment that does not converge is tried at half its length, then damped: with stiffer ground springs, from which
  the bodies are freed step by step afterwards, as they would be in a viscous liquid.  Where grains snap from one
  balance to another that is the way from here to there.
*/
PetscErrorCode StaticGo(FemStatic st, Tools *tools, const Goal *goal, FemStaticStatus *status)
{
  const double ground = st->ground, height = tools->z[TOOL_TOP] - tools->z[TOOL_BOTTOM];
  const Tools  start = *tools;
  double       way = fabs(goal->radius - start.die_radius) / start.die_radius, done = 0.0, step;
  int          level = 0, owed = 0, failed = 0; /* of damping: to be tried, of the present state */
  int          wait = 0, waited = 0;            /* increments at a level before a lower one is tried again */

  PetscFunctionBeginUser;
  for (int t = 0; t < TOOL_N; t++) way = PetscMax(way, fabs(goal->z[t] - start.z[t]) / height);
  step = 1.0 / PetscMax(1.0, ceil(way / st->cfg.strain - 1e-9));
  while (done < 1.0 || owed) {
    const double        part = owed ? done : done + step > 1.0 - 1e-9 ? 1.0 : done + step;
    Goal                to   = {.radius = between(start.die_radius, goal->radius, part)};
    SNESConvergedReason why;

    for (int t = 0; t < TOOL_N; t++) to.z[t] = between(start.z[t], goal->z[t], part);
    st->damped = level > 0 ? PETSC_TRUE : PETSC_FALSE;
    st->ground = ground * pow(DAMP_BY, level);
    PetscCall(Increment(st, tools, &to, &why));
    st->ground = ground;
    if (why > 0) {
      done = part;
      owed = level;
      if (++waited > wait) level = PetscMax(level - 1, 0), waited = 0;
      continue;
    }
    st->status.cuts++;
    if (++failed > st->cfg.tries || level == DAMPED_MOST) PetscCall(NoBalance(st, &to, why));
    if (!owed && !level && way > 0.0 && failed <= HALVED_MOST) step *= 0.5;
    else if (!level && !owed) level = DAMPED_FIRST;
    else {
      if (owed == level + 1) wait = PetscMin(2 * wait + 1, WAIT_MOST); /* it came from there: too early */
      level++;
      waited = 0;
    }
  }
  PetscCall(Status(st, status));
  PetscFunctionReturn(0);
}

PetscErrorCode FemStaticSolve(FemStatic st, Tools *tools, const double z[TOOL_N], FemStaticStatus *status)
{
  Goal goal = {.radius = tools->die_radius};

  PetscFunctionBeginUser;
  memcpy(goal.z, z, sizeof goal.z);
  PetscCall(StaticGo(st, tools, &goal, status));
  PetscFunctionReturn(0);
}

/*
  Secants on the height of the punch.  Where the punch is free the slope tells nothing: it then goes back by half.
*/
PetscErrorCode FemStaticForce(FemStatic st, Tools *tools, double force, FemStaticStatus *status)
{
  double at = tools->z[TOOL_TOP], f, slope, most, scale;
  double z[TOOL_N];

  PetscFunctionBeginUser;
  memcpy(z, tools->z, sizeof z);
  PetscCall(FemStaticSolve(st, tools, z, status));
  f     = st->status.force[TOOL_TOP][2];
  scale = PetscMax(fabs(f), fabs(force));
  most  = st->cfg.strain * (tools->z[TOOL_TOP] - tools->z[TOOL_BOTTOM]);
  slope = -PetscMax(scale, 1e-300) / (0.25 * most);
  for (int k = 0; fabs(f - force) > FORCE_TO * scale; k++) {
    double step = (force - f) / slope, before = f;

    PetscCheck(k < SECANTS, st->fem->g->comm, PETSC_ERR_CONV_FAILED,
               "static equilibrium: the top punch at %g nm carries %g nN after %d moves, not %g; press to a height "
               "instead, or take the explicit method",
               at, f, k, force);
    step        = PetscMax(-most, PetscMin(most, step));
    z[TOOL_TOP] = at + step;
    PetscCall(FemStaticSolve(st, tools, z, status));
    f = st->status.force[TOOL_TOP][2];
    if ((f - before) * step < 0.0) slope = (f - before) / step;
    at = tools->z[TOOL_TOP];
  }
  PetscFunctionReturn(0);
}
