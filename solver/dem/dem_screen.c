/*
  dem_screen.c - takes weight from contacts that only seem to exist because a third grain sits between the two.

  In a dense pack of overlapping spheres i and j may overlap through k.  For every triangle of mutual overlaps the
  longest side gets the penalty 1/(1 + exp(-50 (alpha/pi - 1/2))), alpha the angle at the grain opposite, and its
  contact keeps the weight max(1 - sum of penalties, 0).  Zunker et al. 2025, Powder Technol. 120972. The angles change
  slowly; they are looked at once per control interval.
*/
#include "solver/dem/dem_impl.h"

typedef struct {
  PetscInt *first, *other; /* overlapping neighbours of the owned rows */
} Touching;

static double distance2(const double *a, const double *b)
{
  const double x = a[0] - b[0], y = a[1] - b[1], z = a[2] - b[2];
  return x * x + y * y + z * z;
}

static int overlap(const double *a, const double *b)
{
  const double sum = a[REC_R] + b[REC_R];
  return distance2(a, b) < sum * sum;
}

/* Overlapping neighbours of every owned row, from the list of pairs. */
static PetscErrorCode FindTouching(Dem dem, Touching *t)
{
  const Grains   g   = dem->g;
  const PetscInt pad = g->n_owned + g->n_ghost;
  PetscInt      *next;

  PetscFunctionBeginUser;
  PetscCall(PetscCalloc2(g->n_owned + 2, &t->first, g->n_owned + 2, &next));
  for (int pass = 0; pass < 2; pass++) {
    for (PetscInt k = 0; k < 8 * dem->pairs.n; k++) {
      const int i = dem->pairs.i[k], j = dem->pairs.j[k];

      if (i >= pad || !overlap(g->rec[i], g->rec[j])) continue;
      if (pass == 0) {
        if (i < g->n_owned) t->first[i + 1]++;
        if (j < g->n_owned) t->first[j + 1]++;
      } else {
        if (i < g->n_owned) t->other[next[i]++] = j;
        if (j < g->n_owned) t->other[next[j]++] = i;
      }
    }
    if (pass == 1) break;
    for (PetscInt i = 0; i < g->n_owned; i++) t->first[i + 1] += t->first[i];
    PetscCall(PetscArraycpy(next, t->first, g->n_owned + 1));
    PetscCall(PetscMalloc1(PetscMax(t->first[g->n_owned], 1), &t->other));
  }
  {
    PetscInt *first = t->first;
    PetscCall(PetscMalloc1(g->n_owned + 1, &t->first));
    PetscCall(PetscArraycpy(t->first, first, g->n_owned + 1));
    PetscCall(PetscFree2(first, next));
  }
  PetscFunctionReturn(0);
}

/* Penalty of the side i-j by the grain k, if i-j is the longest side; the same bits with i and j exchanged. */
static double penalty_of_triangle(const double *i, const double *j, const double *k)
{
  const double ij = distance2(i, j), ik = distance2(i, k), jk = distance2(j, k);
  double       dot, cosine;

  if (ij < ik || ij < jk) return 0.0;
  dot    = (i[0] - k[0]) * (j[0] - k[0]) + (i[1] - k[1]) * (j[1] - k[1]) + (i[2] - k[2]) * (j[2] - k[2]);
  cosine = fmax(-1.0, fmin(1.0, dot / sqrt(ik * jk)));
  return 1.0 / (1.0 + exp(-50.0 * (acos(cosine) / PETSC_PI - 0.5)));
}

PetscErrorCode DemScreen(Dem dem)
{
  const Grains   g    = dem->g;
  const PetscInt pad  = g->n_owned + g->n_ghost;
  const double   unit = 0x1p-40; /* the sum over triangles is one of integers: any order */
  Touching       t;

  PetscFunctionBeginUser;
  PetscCall(FindTouching(dem, &t));
  for (PetscInt c = 0; c < 8 * dem->pairs.n; c++) {
    const int i = dem->pairs.i[c], j = dem->pairs.j[c], mine = i < g->n_owned ? i : j, other = i < g->n_owned ? j : i;
    int64_t   sum = 0;

    if (i >= pad || !overlap(g->rec[i], g->rec[j])) continue;
    for (PetscInt p = t.first[mine]; p < t.first[mine + 1]; p++) {
      const PetscInt k = t.other[p];
      if (k != other && overlap(g->rec[k], g->rec[other]))
        sum += (int64_t)(penalty_of_triangle(g->rec[i], g->rec[j], g->rec[k]) / unit);
    }
    dem->pairs.state[(size_t)(c / 8) * (size_t)dem->n_state + (size_t)dem->penalty_state][c % 8] = (double)sum * unit;
    if (sum) dem->pairs.live[c / 8] = 1;
  }
  PetscCall(PetscFree(t.first));
  PetscCall(PetscFree(t.other));
  PetscFunctionReturn(0);
}
