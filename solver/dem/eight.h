/* eight.h - eight grains side by side: from records to lanes. */
#ifndef SOLVER_DEM_EIGHT_H
#define SOLVER_DEM_EIGHT_H

#include "solver/dem/dem_impl.h"

typedef struct {
  v8 x[3], R, v[3], w[3], R0, Y, psi, dbar, bulk, inv_m;
} EightGrains;

/* Two cache lines per grain, turned into columns in registers; plain: without the last four, which become 0. */
static inline void eight_gather(const GrainRecord *rec, const int row[8], int plain, EightGrains *g)
{
  const double *r[8];
  v8            a[REC_N] = {0};

  for (int k = 0; k < (plain ? REC_YIELD : REC_N); k += 4) {
    for (int l = 0; l < 8; l++) r[l] = rec[row[l]] + k;
    v8_columns4(r, a + k);
  }
  for (int k = 0; k < 3; k++) {
    g->x[k] = a[REC_X + k];
    g->v[k] = a[REC_VX + k];
    g->w[k] = a[REC_WX + k];
  }
  g->R     = a[REC_R];
  g->R0    = a[REC_R0];
  g->Y     = a[REC_YIELD];
  g->psi   = a[REC_PSI];
  g->dbar  = a[REC_DBAR];
  g->bulk  = a[REC_BULK];
  g->inv_m = a[REC_INV_M];
}

static inline void eight_side(const EightGrains *g, int plain, ContactSide *s)
{
  V8(s->R)  = g->R;
  V8(s->R0) = g->R0;
  if (plain) return;
  V8(s->Y)    = g->Y;
  V8(s->psi)  = g->psi;
  V8(s->dbar) = g->dbar;
  V8(s->bulk) = g->bulk;
}

#endif
