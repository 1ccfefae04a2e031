/*
  cells.h - which points are near which: a uniform grid of cells over a cloud of points, and the pairs it finds.

  Points are sorted into cubic cells by counting; two points closer than one edge sit in the same or in adjacent cells.
  Everything is sized by the points and by the cells of their bounding box, of which there are never more than
  CELLS_PER_POINT per point: a cloud with holes gets larger cells instead.  All arrays belong to the structures, grow
  when they must and are used again by the next build; start with a zeroed structure ({0}) and end with *_free.
  Linked cells: Allen, Tildesley (2017) Computer simulation of liquids, sec. 5.3.2.
*/
#ifndef MESH_CELLS_H
#define MESH_CELLS_H

#include "mesh/status.h"
#include <stddef.h>

enum { CELLS_PER_POINT = 4 };

typedef struct {
  double lo[3], edge; /* corner of the grid, edge of a cell (not below the one asked for) [as x] */
  double r_max;       /* largest radius seen [as x] */
  int    n[3], n_cells, n_points;
  int    bad_row;     /* the first point that is not finite, when CellsBuild returns MESH_ERR_RANGE; else -1 */
  int   *start;       /* [n_cells + 1] points of cell c are start[c] .. start[c + 1]; c = cx + n[0] (cy + n[1] cz) */
  int   *order;       /* [n_points] row of each point, by cell, ascending within a cell */
  double (*point)[4]; /* [n_points] x, y, z, radius in the sequence of order */
  int   *cell_of;     /* [n_points] cell of each row */
  size_t cells_cap, points_cap;
} CellGrid;

/* Pairs (i, j) of rows, i < j and i < n_owned, as rows of a sparse matrix: i's are other[first[i] .. first[i + 1]). */
typedef struct {
  int    n_owned, n_pairs;
  int   *first; /* [n_owned + 1] */
  int   *other; /* [n_pairs] ascending within a row */
  int   *found; /* [2 n_pairs] scratch */
  size_t first_cap, other_cap;
} CellPairs;

/*
  CellsBuild - sorts n points into cells of at least `edge`.

  Point i is at x[stride i + 0..2], its radius at x[stride i + 3] when stride > 3 (0 otherwise).  Fails with
  MESH_ERR_RANGE when edge <= 0 or a coordinate or radius is not finite (grid->bad_row says which).
*/
MeshStatus CellsBuild(CellGrid *grid, const double *x, int stride, int n, double edge);

/*
  CellsPairs - all pairs closer than r_i + r_j + skin with at least one row below n_owned.

  The answer depends on the points only, not on the cells.  Fails with MESH_ERR_RANGE when 2 r_max + skin > edge.
*/
MeshStatus CellsPairs(const CellGrid *grid, double skin, int n_owned, CellPairs *pairs);

/*
  cells_near - rows of the points closer than `reach` <= edge to the place p, the first `max` of them in rows[].

  Returns how many there are, which may be more than max.  Sequence: by cell, ascending within a cell.
*/
int cells_near(const CellGrid *grid, const double p[3], double reach, int rows[], int max);

/*
  CellsMorton - the rows below n_owned along a space-filling curve: perm[k] is the row that should come k-th.

  Neighbours in space become neighbours in memory.  Rows of one cell keep their sequence.
*/
MeshStatus CellsMorton(const CellGrid *grid, int n_owned, int perm[]);

void cells_free(CellGrid *grid);
void cell_pairs_free(CellPairs *pairs);

#endif
