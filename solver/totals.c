#include "solver/totals.h"

PetscErrorCode TotalsPeaks(MPI_Comm comm, Totals *t, PetscBool *finite)
{
  PetscFunctionBeginUser;
  PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, t->peak, t->n, MPI_DOUBLE, MPI_MAX, comm));
  *finite = PETSC_TRUE;
  for (int k = 0; k < t->n; k++) {
    if (!isfinite(t->peak[k])) *finite = PETSC_FALSE;
    t->unit[k]     = isfinite(t->peak[k]) ? totals_unit(t->peak[k], 1.0) : 1.0;
    t->inv_unit[k] = 1.0 / t->unit[k];
    t->sum[k]      = (ExactSum){0, 0};
  }
  t->pass = 1;
  PetscFunctionReturn(0);
}

PetscErrorCode TotalsSum(MPI_Comm comm, Totals *t, double value[])
{
  PetscFunctionBeginUser;
  PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, t->sum, 2 * t->n, MPI_INT64_T, MPI_SUM, comm));
  for (int k = 0; k < t->n; k++) {
    exact_normalize(&t->sum[k]);
    value[k] = exact_value(&t->sum[k], t->unit[k]);
  }
  PetscFunctionReturn(0);
}
