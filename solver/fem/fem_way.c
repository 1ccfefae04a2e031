/*
  fem_way.c - how far bodies have come nearer to each other since some moment: what lists of candidates live on.

  By no more than the bodies' middle ways differ, plus what each has moved beyond its own: what all bodies have in
  common, in a press nearly everything, does not count.
*/
#include "solver/fem/fem_lanes.h"

#include <string.h>

/* Places of the surface nodes of bodies 8 e to 8 e + 7, side by side: where they stand so, or else gathered. */
static const v8 (*places(Fem fem, PetscInt e, v8 (*room)[3]))[3]
{
  const PetscInt n = fem->n_body + fem->n_ghost_body;
  v8             x[4];

  if (8 * e + 8 <= fem->n_body || (fem->n_ghost_body == 0 && e < fem->n_pack))
    return (const v8(*)[3])fem->x + e * fem->n_node;
  for (int m = 0; m < fem->n_surf; m++) {
    const double *row[8];

    for (int l = 0; l < 8; l++) row[l] = fem->surf[PetscMin(8 * e + l, n - 1) * fem->n_surf + m];
    v8_columns4(row, x);
    for (int k = 0; k < 3; k++) room[m][k] = x[k];
  }
  return (const v8(*)[3])room;
}

static void eight_ways(const v8 (*x)[3], const v8 (*then)[3], int n, int last, BodyWay w[])
{
  v8 lo[3], hi[3], square = v8_set(0.0), more;

  for (int k = 0; k < 3; k++) lo[k] = v8_set(1e300), hi[k] = -lo[k];
  for (int m = 0; m < n; m++)
    for (int k = 0; k < 3; k++) {
      const v8 d = x[m][k] - then[m][k];
      lo[k]      = v8_min(lo[k], d);
      hi[k]      = v8_max(hi[k], d);
    }
  for (int k = 0; k < 3; k++) square += 0.25 * (hi[k] - lo[k]) * (hi[k] - lo[k]);
  more = v8_sqrt(square);
  for (int l = 0; l < last; l++) {
    for (int k = 0; k < 3; k++) w[l].way[k] = 0.5 * (hi[k][l] + lo[k][l]);
    w[l].more = more[l];
  }
}

void fem_remember_places(Fem fem, v8 (*then)[3])
{
  const PetscInt n = (fem->n_body + fem->n_ghost_body + 7) / 8;

  for (PetscInt e = 0; e < n; e++) {
    v8(*to)[3]      = then + e * fem->n_surf;
    const v8(*x)[3] = places(fem, e, to);

    if (x != (const v8(*)[3])to) memcpy(to, x, (size_t)fem->n_surf * sizeof *to);
  }
}

void fem_body_ways(Fem fem, v8 (*then)[3], int remember)
{
  const PetscInt n = fem->n_body + fem->n_ghost_body;

  for (PetscInt e = 0; 8 * e < n; e++) {
    const v8(*x)[3] = places(fem, e, fem->f);
    v8(*was)[3]     = then + e * fem->n_surf;

    eight_ways(x, (const v8(*)[3])was, fem->n_surf, (int)PetscMin(8, n - 8 * e), fem->body_way + 8 * e);
    if (remember) memcpy(was, x, (size_t)fem->n_surf * sizeof *was);
  }
}
