/*
  bulk_tangent.h - how the Cauchy stress of a step answers a change of the step.  Private to materials/bulk*.c.
*/
#ifndef MATERIALS_BULK_TANGENT_H
#define MATERIALS_BULK_TANGENT_H

#include "materials/bulk.h"

/* The trial state: b = sum of value[p] n[p] (x) n[p], eps[p] = log_value[p]/2 = volume/3 + dev[p]. */
typedef struct {
  double value[3], log_value[3], n[3][3];
  double dev[3], shear; /* shear = |dev| */
  double volume, J;     /* ln J, J */
} BulkPrincipal;

/* a of bulk_update.  keep: part of the trial deviator that flow left; hardening: d(yield stress)/d(plastic strain) at
   the end of the step, HUGE_VAL when nothing flowed [GPa]; sigma: Cauchy stress at the end [GPa]. */
void bulk_tangent(const BulkModel *m, const BulkPrincipal *e, double keep, double hardening, const double sigma[6],
                  double a[9][9]);

#endif
