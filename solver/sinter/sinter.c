/* sinter.c - how far the slow clock may go in one step, and what that does to every contact. */
#include "solver/sinter/sinter.h"
#include "solver/grains/fixed.h"

#include <math.h>

enum { TRIES = 40 };
static const double GOOD = 0.7, AIM = 0.93; /* of the limits: long enough; tried for */
static const double SMALL = 0.3; /* of the radius: narrower necks carry little, and may grow faster than the limit */

enum { REMOVAL, APPROACH, WIDENING, CHANGES };

/* One contact over dt from where the step starts; change[]: over the limits, and whether it counts. */
static void advance(const SinterModel *m, double T, double dt, SinterContact *c, double change[CHANGES],
                    int counts[CHANGES])
{
  const double area = PETSC_PI * c->carrying * c->carrying;

  c->coverage = c->coverage0;
  c->neck     = c->neck0;
  c->approach = 0.0;
  if (m->removal && c->coverage0 > 0.0 && area > 0.0) {
    const double sigma = ligand_stress(m->ligand, c->force / area, c->shear / area);

    c->coverage     = c->coverage0 * exp(-ligand_rate(m->ligand, sigma, T) * dt);
    change[REMOVAL] = (c->coverage0 - c->coverage) / m->removal_limit;
    counts[REMOVAL] = 1;
  }
  if (c->bond >= BOND_IONIC && c->neck0 > 0.0) {
    const NeckInput in   = {.radius      = c->radius,
                            .force       = c->force,
                            .stiffness   = c->stiffness,
                            .limit       = c->limit,
                            .sink        = c->sink,
                            .bare        = fmax(1.0 - c->coverage0, 0.0),
                            .temperature = T};
    Neck            neck = {c->neck0, 0.0};

    m->necks->grow(m->metal, &in, dt, &neck);
    c->neck          = neck.radius;
    c->approach      = neck.approach;
    change[APPROACH] = fabs(neck.approach) / c->radius / m->approach_limit;
    change[WIDENING] = fabs(neck.radius / c->neck0 - 1.0) / m->neck_limit;
    counts[APPROACH] = 1;
    counts[WIDENING] = c->neck0 > SMALL * c->radius;
  }
}

/* The largest of the root mean squares over all contacts, as a part of what is allowed. */
static PetscErrorCode AdvanceAll(MPI_Comm comm, const SinterModel *m, double T, double dt, PetscInt n,
                                 SinterContact c[], double *most)
{
  const double unit = 0x1p-24, top = 0x1p20; /* squares, as integers: the order of contacts does not matter */
  ExactSum     sum[2 * CHANGES] = {0}; /* of squares; of contacts.  64 bits would hold half a million at the top */

  PetscFunctionBeginUser;
  for (PetscInt k = 0; k < n; k++) {
    double change[CHANGES] = {0};
    int    counts[CHANGES] = {0};

    advance(m, T, dt, &c[k], change, counts);
    for (int q = 0; q < CHANGES; q++) {
      if (!counts[q] || !c[k].counted) continue;
      exact_add(&sum[q], fmin(change[q] * change[q], top), 1.0 / unit);
      exact_add_int(&sum[CHANGES + q], 1);
    }
  }
  PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, sum, 4 * CHANGES, MPI_INT64_T, MPI_SUM, comm));
  *most = 0.0;
  for (int q = 0; q < 2 * CHANGES; q++) exact_normalize(&sum[q]);
  for (int q = 0; q < CHANGES; q++) {
    const double all = exact_value(&sum[CHANGES + q], 1.0);

    if (all > 0.0) *most = fmax(*most, sqrt(exact_value(&sum[q], unit) / all));
  }
  PetscFunctionReturn(0);
}

/*
  The change grows with the step, as some power of it between a seventh and one: the power is measured between two
  tries.  A step that is within the limits and not much too short is taken.
*/
PetscErrorCode SinterStep(MPI_Comm comm, const SinterModel *m, double T, double left, double guess, PetscInt n,
                          SinterContact c[], double *dt)
{
  double t = guess > 0.0 ? fmin(guess, left) : left, best = 0.0, power = 1.0, t_old = 0.0, most_old = 0.0, most;

  PetscFunctionBeginUser;
  for (PetscInt k = 0; k < n; k++) {
    c[k].coverage0 = c[k].coverage;
    c[k].neck0     = c[k].neck;
  }
  for (int try = 0; try < TRIES; try++) {
    PetscCall(AdvanceAll(comm, m, T, t, n, c, &most));
    if (most <= 1.0) best = fmax(best, t);
    if (most <= 1.0 && (most >= GOOD || t >= left)) break;
    if (t_old > 0.0 && t != t_old && most > 0.0 && most_old > 0.0)
      power = fmin(fmax(log(most / most_old) / log(t / t_old), 0.1), 1.0);
    t_old    = t;
    most_old = most;
    t        = fmin(left, t * fmin(fmax(pow(AIM / fmax(most, 1e-30), 1.0 / power), 1e-6), 1e3));
    if (best > 0.0 && try > 10) break; /* good enough */
  }
  if (best != t || most > 1.0) {
    if (best <= 0.0) best = t; /* the limits cannot be met: as short a step as was tried */
    PetscCall(AdvanceAll(comm, m, T, best, n, c, &most));
  }
  *dt = best;
  PetscFunctionReturn(0);
}

static const double SINK_FULL = 0.1; /* free-area ratio above which surfaces take up whatever comes */

PetscErrorCode SinterCrowd(Grains g, PetscInt n, SinterContact c[])
{
  PetscFunctionBeginUser;
  for (PetscInt i = 0; i < g->n_owned; i++) g->aux[i][AUX_TOUCH] = 0.0;
  for (PetscInt k = 0; k < n; k++) {
    if (c[k].neck <= 0.0) continue;
    if (c[k].i < g->n_owned) g->aux[c[k].i][AUX_TOUCH] += 1.0;
    if (c[k].j < g->n_owned) g->aux[c[k].j][AUX_TOUCH] += 1.0;
  }
  PetscCall(GrainsHaloAux(g));
  for (PetscInt k = 0; k < n; k++) {
    const double touch = fmax(g->aux[c[k].i][AUX_TOUCH], g->aux[c[k].j][AUX_TOUCH]);
    const double psi   = fmin(g->rec[c[k].i][REC_PSI], g->rec[c[k].j][REC_PSI]);

    c[k].limit = 2.0 * c[k].radius / sqrt(fmax(touch, 1.0));
    c[k].sink  = fmin(fmax(psi, 0.0) / SINK_FULL, 1.0);
  }
  PetscFunctionReturn(0);
}

enum { AREA_BITS = 40 };
static const double FREE_MIN = 0.05; /* of the surface of a grain */

/* Adds a contact to the sums of an owned row, in units of the surface's 2^-40. */
static void add(Grains g, PetscInt row, const SinterContact *c, int64_t (*sum)[2])
{
  const double R = g->rec[row][REC_R0], share = ldexp(0.25 * c->carrying * c->carrying / (R * R), AREA_BITS);

  if (row >= g->n_owned) return;
  sum[row][0] += llrint(share);
  sum[row][1] += llrint(share * c->coverage);
}

PetscErrorCode SinterSpread(Grains g, PetscInt n, const SinterContact c[])
{
  int64_t(*sum)[2];

  PetscFunctionBeginUser;
  PetscCall(PetscCalloc1(g->n_owned, &sum));
  for (PetscInt k = 0; k < n; k++) {
    add(g, c[k].i, &c[k], sum);
    add(g, c[k].j, &c[k], sum);
  }
  for (PetscInt i = 0; i < g->n_owned; i++) {
    const double taken = ldexp((double)sum[i][0], -AREA_BITS), held = ldexp((double)sum[i][1], -AREA_BITS);

    g->aux[i][AUX_FREE] = fmax(g->aux[i][AUX_COVER] - held, 0.0) / fmax(1.0 - taken, FREE_MIN);
  }
  PetscCall(PetscFree(sum));
  PetscFunctionReturn(0);
}
