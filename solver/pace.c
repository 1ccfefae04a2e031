#include "solver/pace.h"

#include <math.h>

/* Waves take some transits to show what a new speed does: the pace doubles in about seven, and falls three times as
 * fast. */
static const double UP = 0.1, DOWN = 0.3; /* relative change per transit */
static const double MEMORY = 3.0;         /* transits over which the imbalance is averaged */
static const double CALM   = 0.7;         /* part of a limit below which the pace may rise */
static const double MOST   = 1e3;

Pace pace_next(const PaceLimits *limits, Pace now, const PaceLook *look)
{
  const double t = fmin(look->waited / look->transit, 1.0), imbalance = fabs(look->net) / fmax(look->load, 1e-300);
  Pace         next = now;

  if (limits->kinetic <= 0.0) return (Pace){1.0, 0.0};
  next.imbalance += fmin(t / MEMORY, 1.0) * (fmin(imbalance, 1.0) - now.imbalance);
  if (look->kinetic > limits->kinetic * look->work || next.imbalance > limits->imbalance) next.pace *= 1.0 - DOWN * t;
  else if (look->kinetic < CALM * limits->kinetic * look->work && next.imbalance < CALM * limits->imbalance)
    next.pace *= 1.0 + UP * t;
  next.pace = fmin(fmax(next.pace, 1.0), MOST);
  return next;
}
