/*
  totals.h - many sums over ranks at once, independent of the order of summands and of the number of ranks.

  The summands are walked through twice: the first pass finds the largest of each sum (and plain maxima), the second
  adds exact multiples of a unit chosen from it (grains/fixed.h), so that a sum is exact to about 1e-18 of its largest
  summand.
*/
#ifndef SOLVER_TOTALS_H
#define SOLVER_TOTALS_H

#include "solver/grains/fixed.h"
#include <math.h>
#include <petscsys.h>

enum { TOTALS_MAX = 64 };

typedef struct {
  int      n, pass; /* sums in use; 0: peaks, 1: sums */
  double   peak[TOTALS_MAX], unit[TOTALS_MAX], inv_unit[TOTALS_MAX];
  ExactSum sum[TOTALS_MAX];
} Totals;

/* Adds v to sum k.  A value that is not finite makes the peak infinite, and TotalsPeaks fails.  Pure. */
static inline void totals_add(Totals *t, int k, double v)
{
  if (t->pass) exact_add(&t->sum[k], v, t->inv_unit[k]);
  else if (!(fabs(v) <= t->peak[k])) t->peak[k] = isfinite(v) ? fabs(v) : INFINITY;
}

/* Unit in which up to `count` numbers of magnitude `peak` add up without overflow in 62 bits. */
static inline double totals_unit(double peak, double count) { return peak > 0 ? fixed_unit(peak * count) : 1.0; }

/* Collective.  Ends the first pass; *finite is false on every rank when some summand was not. */
PetscErrorCode TotalsPeaks(MPI_Comm comm, Totals *t, PetscBool *finite);
/* Collective.  Ends the second pass; value[n] is the same on every rank. */
PetscErrorCode TotalsSum(MPI_Comm comm, Totals *t, double value[]);

#endif
