/* eight.h - eight grains side by side: from records to lanes. */
#ifndef SOLVER_DEM_EIGHT_H
#define SOLVER_DEM_EIGHT_H

#include "solver/dem/dem_impl.h"

typedef struct {
  v8 x[3], R, v[3], w[3], R0, Y, psi, dbar, bulk, inv_m;
} EightGrains;

/* Two cache lines per grain, transposed in registers. */
static inline void eight_gather(const GrainRecord *rec, const int row[8], EightGrains *g)
{
  v8 a[8], b[8];

  for (int l = 0; l < 8; l++) a[l] = *(const v8 *)rec[row[l]];
  v8_transpose(a);
  for (int l = 0; l < 8; l++) b[l] = *(const v8 *)(rec[row[l]] + 8);
  v8_transpose(b);
  for (int k = 0; k < 3; k++) {
    g->x[k] = a[REC_X + k];
    g->v[k] = a[REC_VX + k];
  }
  g->R     = a[REC_R];
  g->w[0]  = a[REC_WX];
  g->w[1]  = b[REC_WY - 8];
  g->w[2]  = b[REC_WZ - 8];
  g->R0    = b[REC_R0 - 8];
  g->Y     = b[REC_YIELD - 8];
  g->psi   = b[REC_PSI - 8];
  g->dbar  = b[REC_DBAR - 8];
  g->bulk  = b[REC_BULK - 8];
  g->inv_m = b[REC_INV_M - 8];
}

static inline void eight_side(const EightGrains *g, ContactSide *s)
{
  V8(s->R)    = g->R;
  V8(s->R0)   = g->R0;
  V8(s->Y)    = g->Y;
  V8(s->psi)  = g->psi;
  V8(s->dbar) = g->dbar;
  V8(s->bulk) = g->bulk;
}

#endif
