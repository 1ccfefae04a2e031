/* withdraw.h - how far a tool that withdraws from the powder, the top punch or the wall, goes next, until it carries
   nothing: by secants. */
#ifndef SOLVER_GRAINS_WITHDRAW_H
#define SOLVER_GRAINS_WITHDRAW_H

#include "solver/grains/tools.h"

#include <math.h>

/* It goes so far beyond where the last two balances say it is free, at least and at most these parts of `most`; before
   two are known it is taken to carry nothing after a quarter of it. */
#define WITHDRAW_BEYOND 1.25
#define WITHDRAW_LEAST  0.1
#define WITHDRAW_FIRST  0.25
enum { WITHDRAWALS = 100 }; /* increments that may be needed */

typedef struct {
  double force; /* the tool carries at the last balance, >= 0 [nN] */
  double slope; /* by which that falls as the tool goes [nN/nm] */
  double most;  /* longest increment [nm] */
} Withdrawal;

/* Of which increments are parts: the height of the powder, or the radius of the bore [nm]. */
static inline double withdraw_room(const Tools *t, int tool)
{
  return tool == TOOL_DIE ? t->die_radius : t->z[TOOL_TOP] - t->z[TOOL_BOTTOM];
}

static inline const char *withdraw_name(int tool) { return tool == TOOL_DIE ? "die wall" : "top punch"; }

static inline Withdrawal withdraw_begin(double force, double most)
{
  return (Withdrawal){force, force / (WITHDRAW_FIRST * most), most};
}

/* Length of the next increment [nm]; pure. */
static inline double withdraw_step(const Withdrawal *w)
{
  return fmax(WITHDRAW_LEAST * w->most, fmin(w->most, WITHDRAW_BEYOND * w->force / w->slope));
}

/* The tool has gone by `step` and carries `force` now. */
static inline void withdraw_gone(Withdrawal *w, double step, double force)
{
  if (force < w->force) w->slope = (w->force - force) / step;
  w->force = force;
}

#endif
