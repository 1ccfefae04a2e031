#include "mesh/cells.h"
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Points at distance one edge must not end up two cells apart by rounding. */
static const double EDGE_MARGIN = 1.0 + 1e-9;

/* Makes room for `need` items of `size` bytes, with slack; what was there is lost. */
static MeshStatus Reserve(void *array, size_t *cap, size_t need, size_t size)
{
  void **p = array;

  if (need <= *cap) return MESH_OK;
  free(*p);
  *cap = need + need / 4 + 16;
  *p   = malloc(*cap * size);
  if (!*p) *cap = 0;
  return *p ? MESH_OK : MESH_ERR_MEMORY;
}

/* The bounding box of the points and the largest radius; returns the first row that is not finite, or -1. */
static int bounds(const double *x, int stride, int n, double lo[3], double hi[3], double *r_max)
{
  for (int d = 0; d < 3; d++) {
    lo[d] = n ? x[d] : 0.0;
    hi[d] = lo[d];
  }
  *r_max = 0.0;
  for (int i = 0; i < n; i++) {
    const double *p = x + (size_t)stride * i;
    const double  r = stride > 3 ? p[3] : 0.0;

    if (!isfinite(p[0] + p[1] + p[2] + r)) return i;
    for (int d = 0; d < 3; d++) {
      lo[d] = p[d] < lo[d] ? p[d] : lo[d];
      hi[d] = p[d] > hi[d] ? p[d] : hi[d];
    }
    *r_max = r > *r_max ? r : *r_max;
  }
  return -1;
}

/* The finest grid over [lo, hi] with cells of at least `edge` and not more cells than the cap. */
static void choose_cells(CellGrid *g, const double hi[3], double edge)
{
  const double cap = (double)CELLS_PER_POINT * g->n_points + 64.0;

  for (g->edge = edge * EDGE_MARGIN;; g->edge *= 1.1) {
    double count[3], total = 1.0;

    for (int d = 0; d < 3; d++) total *= count[d] = floor((hi[d] - g->lo[d]) / g->edge) + 1.0;
    if (total <= cap) {
      for (int d = 0; d < 3; d++) g->n[d] = (int)count[d];
      g->n_cells = (int)total;
      return;
    }
    if (total > 8.0 * cap) g->edge *= cbrt(total / (8.0 * cap)); /* far off: a long stride first */
  }
}

static int coordinate(const CellGrid *g, double x, int d)
{
  const double c = (x - g->lo[d]) / g->edge;

  return c <= 0.0 ? 0 : c >= g->n[d] ? g->n[d] - 1 : (int)c;
}

static int cell_at(const CellGrid *g, const double p[3])
{
  return coordinate(g, p[0], 0) + g->n[0] * (coordinate(g, p[1], 1) + g->n[1] * coordinate(g, p[2], 2));
}

/* Counting sort of the rows by cell; stable, so rows ascend within a cell. */
static void sort_rows(CellGrid *g, const double *x, int stride)
{
  memset(g->start, 0, ((size_t)g->n_cells + 1) * sizeof *g->start);
  for (int i = 0; i < g->n_points; i++) {
    g->cell_of[i] = cell_at(g, x + (size_t)stride * i);
    g->start[g->cell_of[i] + 1]++;
  }
  for (int c = 0; c < g->n_cells; c++) g->start[c + 1] += g->start[c];
  for (int i = 0; i < g->n_points; i++) {
    const double *p = x + (size_t)stride * i;
    const int     k = g->start[g->cell_of[i]]++; /* start runs ahead by one cell here, put back below */

    g->order[k]    = i;
    g->point[k][0] = p[0];
    g->point[k][1] = p[1];
    g->point[k][2] = p[2];
    g->point[k][3] = stride > 3 ? p[3] : 0.0;
  }
  memmove(g->start + 1, g->start, (size_t)g->n_cells * sizeof *g->start);
  g->start[0] = 0;
}

static MeshStatus ReservePoints(CellGrid *g, size_t n)
{
  size_t cap = g->points_cap;

  if (n <= g->points_cap && g->order) return MESH_OK;
  g->points_cap = 0;
  if (Reserve(&g->order, &cap, n, sizeof *g->order)) return MESH_ERR_MEMORY;
  free(g->point);
  free(g->cell_of);
  g->point   = malloc(cap * sizeof *g->point);
  g->cell_of = malloc(cap * sizeof *g->cell_of);
  if (!g->point || !g->cell_of) return MESH_ERR_MEMORY;
  g->points_cap = cap;
  return MESH_OK;
}

MeshStatus CellsBuild(CellGrid *grid, const double *x, int stride, int n, double edge)
{
  double hi[3];

  grid->bad_row  = -1;
  grid->n_points = 0;
  grid->n_cells  = 0;
  if (!(edge > 0.0) || !isfinite(edge) || n < 0 || stride < 3) return MESH_ERR_RANGE;
  grid->bad_row = bounds(x, stride, n, grid->lo, hi, &grid->r_max);
  if (grid->bad_row >= 0) return MESH_ERR_RANGE;
  if (ReservePoints(grid, (size_t)n)) return MESH_ERR_MEMORY;
  if (!isfinite(hi[0] - grid->lo[0] + hi[1] - grid->lo[1] + hi[2] - grid->lo[2])) return MESH_ERR_RANGE;
  grid->n_points = n;
  choose_cells(grid, hi, edge);
  if (Reserve(&grid->start, &grid->cells_cap, (size_t)grid->n_cells + 1, sizeof *grid->start)) return MESH_ERR_MEMORY;
  sort_rows(grid, x, stride);
  return MESH_OK;
}

/*
  Writes the places k in [begin, end) whose point is closer than r + r_k + skin to q = {x, y, z, r}; returns how many.
  No branch: the place is always written and kept only when the test holds.
*/
static int hits(const double (*point)[4], int begin, int end, const double q[4], double skin, int found[])
{
  const double x = q[0], y = q[1], z = q[2], r = q[3];
  int          m = 0;

  for (int k = begin; k < end; k++) {
    const double dx = point[k][0] - x, dy = point[k][1] - y, dz = point[k][2] - z, reach = (r + point[k][3]) + skin;

    found[m] = k;
    m += (dx * dx + dy * dy + dz * dz < reach * reach) & (reach > 0.0);
  }
  return m;
}

/* Half of the neighbourhood of a cell as runs of places: the rest of its x row, then the four rows ahead. */
static int forward_runs(const CellGrid *g, const int cell[3], int begin[4], int end[4])
{
  static const int ahead[4][2] = {
      {1,  0},
      {-1, 1},
      {0,  1},
      {1,  1}
  };
  const int cx = cell[0], left = cx > 0 ? cx - 1 : 0, right = cx + 1 < g->n[0] ? cx + 1 : cx;
  int       runs = 0;

  for (int a = 0; a < 4; a++) {
    const int y = cell[1] + ahead[a][0], z = cell[2] + ahead[a][1], row = g->n[0] * (y + g->n[1] * z);

    if (y < 0 || y >= g->n[1] || z >= g->n[2]) continue;
    begin[runs] = g->start[row + left];
    end[runs]   = g->start[row + right + 1];
    runs++;
  }
  return runs;
}

/* Room for the pairs of one more point that has up to `more` candidates. */
static MeshStatus GrowFound(CellPairs *p, size_t n_found, size_t more)
{
  const size_t need = n_found + more;
  int         *other, *found;

  if (need <= p->other_cap) return MESH_OK;
  if (need > INT32_MAX) return MESH_ERR_RANGE;
  p->other_cap = need + need / 2 + 1024;
  found        = realloc(p->found, 2 * p->other_cap * sizeof *found);
  if (found) p->found = found;
  other = realloc(p->other, p->other_cap * sizeof *other);
  if (other) p->other = other;
  if (!found || !other) p->other_cap = 0;
  return found && other ? MESH_OK : MESH_ERR_MEMORY;
}

/* Keeps those of the m places in hit[] that make a pair with row i; hit may be the end of found itself. */
static size_t keep_pairs(const CellGrid *g, int i, const int hit[], int m, CellPairs *p, size_t n_found)
{
  for (int h = 0; h < m; h++) {
    const int j = g->order[hit[h]], lower = i < j ? i : j;

    if (lower >= p->n_owned) continue; /* both are ghosts */
    p->found[2 * n_found]     = lower;
    p->found[2 * n_found + 1] = i < j ? j : i;
    p->first[lower + 1]++;
    n_found++;
  }
  return n_found;
}

/* Pairs of the points of cell c = (cx, cy, cz) with each other and with the half of the neighbourhood ahead of it. */
static MeshStatus PairsOfCell(const CellGrid *g, const int cell[3], int c, double skin, CellPairs *p, int hit[],
                              size_t *n_found)
{
  const int  row_end = g->start[cell[0] + 1 < g->n[0] ? c + 2 : c + 1];
  int        begin[4], end[4], runs;
  MeshStatus status;

  if (g->start[c] == g->start[c + 1]) return MESH_OK;
  runs = forward_runs(g, cell, begin, end);
  for (int k = g->start[c]; k < g->start[c + 1]; k++) {
    int m = hits(g->point, k + 1, row_end, g->point[k], skin, hit);

    for (int a = 0; a < runs; a++) m += hits(g->point, begin[a], end[a], g->point[k], skin, hit + m);
    status = GrowFound(p, *n_found, (size_t)m);
    if (status) return status;
    *n_found = keep_pairs(g, g->order[k], hit, m, p, *n_found);
  }
  return MESH_OK;
}

/* Finds every pair once, in the sequence of the cells; counts them by row in first[i + 1]. */
static MeshStatus FindPairs(const CellGrid *g, double skin, CellPairs *p, int hit[])
{
  size_t n_found = 0;
  int    c       = 0;

  for (int z = 0; z < g->n[2]; z++) {
    for (int y = 0; y < g->n[1]; y++) {
      for (int x = 0; x < g->n[0]; x++, c++) {
        const MeshStatus status = PairsOfCell(g, (int[3]){x, y, z}, c, skin, p, hit, &n_found);

        if (status) return status;
      }
    }
  }
  p->n_pairs = (int)n_found;
  return MESH_OK;
}

/* Sorts the found pairs by row, and by partner within a row (rows are short: insertion). */
static void sort_pairs(CellPairs *p)
{
  for (int i = 0; i < p->n_owned; i++) p->first[i + 1] += p->first[i];
  for (int k = 0; k < p->n_pairs; k++) {
    const int i = p->found[2 * k], j = p->found[2 * k + 1];

    p->other[p->first[i]++] = j;
  }
  memmove(p->first + 1, p->first, (size_t)p->n_owned * sizeof *p->first);
  p->first[0] = 0;
  for (int i = 0; i < p->n_owned; i++) {
    for (int k = p->first[i] + 1; k < p->first[i + 1]; k++) {
      const int j = p->other[k];
      int       l = k;

      for (; l > p->first[i] && p->other[l - 1] > j; l--) p->other[l] = p->other[l - 1];
      p->other[l] = j;
    }
  }
}

MeshStatus CellsPairs(const CellGrid *grid, double skin, int n_owned, CellPairs *pairs)
{
  MeshStatus status;
  int       *hit;

  pairs->n_pairs = 0;
  pairs->n_owned = n_owned;
  if (n_owned < 0 || n_owned > grid->n_points || !isfinite(skin)) return MESH_ERR_RANGE;
  if (2.0 * grid->r_max + skin > grid->edge) return MESH_ERR_RANGE;
  if (Reserve(&pairs->first, &pairs->first_cap, (size_t)n_owned + 1, sizeof *pairs->first)) return MESH_ERR_MEMORY;
  memset(pairs->first, 0, ((size_t)n_owned + 1) * sizeof *pairs->first);
  status = GrowFound(pairs, 0, 4 * (size_t)n_owned);
  if (status) return status;
  hit = malloc(((size_t)grid->n_points + 8) * sizeof *hit); /* one point may be near to all others, and one is spare */
  if (!hit) return MESH_ERR_MEMORY;
  status = FindPairs(grid, skin, pairs, hit);
  free(hit);
  if (status) return status;
  sort_pairs(pairs);
  return MESH_OK;
}

int cells_near(const CellGrid *grid, const double p[3], double reach, int rows[], int max)
{
  int c[3], n_near = 0;

  if (grid->n_points == 0) return 0;
  for (int d = 0; d < 3; d++) {
    const double f = floor((p[d] - grid->lo[d]) / grid->edge);

    if (!(f >= -1.0 && f <= grid->n[d])) return 0; /* more than one cell outside the grid, or not a number */
    c[d] = (int)f;
  }
  for (int z = c[2] - 1; z <= c[2] + 1; z++) {
    for (int y = c[1] - 1; y <= c[1] + 1; y++) {
      const int left = c[0] > 0 ? c[0] - 1 : 0, right = c[0] + 1 < grid->n[0] ? c[0] + 1 : grid->n[0] - 1;
      const int row = grid->n[0] * (y + grid->n[1] * z);

      if (z < 0 || z >= grid->n[2] || y < 0 || y >= grid->n[1]) continue;
      for (int k = grid->start[row + left]; k < grid->start[row + right + 1]; k++) {
        const double *q  = grid->point[k];
        const double  dx = q[0] - p[0], dy = q[1] - p[1], dz = q[2] - p[2];

        if (dx * dx + dy * dy + dz * dz >= reach * reach) continue;
        if (n_near < max) rows[n_near] = grid->order[k];
        n_near++;
      }
    }
  }
  return n_near;
}

/* Spreads the low 21 bits of v so that two zero bits follow each (Morton code of one coordinate). */
static uint64_t spread_bits(uint64_t v)
{
  v &= 0x1fffff;
  v = (v | v << 32) & 0x1f00000000ffffULL;
  v = (v | v << 16) & 0x1f0000ff0000ffULL;
  v = (v | v << 8) & 0x100f00f00f00f00fULL;
  v = (v | v << 4) & 0x10c30c30c30c30c3ULL;
  v = (v | v << 2) & 0x1249249249249249ULL;
  return v;
}

typedef struct {
  uint64_t key;
  int      row;
} KeyedRow;

MeshStatus CellsMorton(const CellGrid *grid, int n_owned, int perm[])
{
  KeyedRow *a, *b;
  uint64_t  largest = 0;

  if (n_owned < 0 || n_owned > grid->n_points) return MESH_ERR_RANGE;
  a = malloc(2 * ((size_t)n_owned + 1) * sizeof *a);
  if (!a) return MESH_ERR_MEMORY;
  b = a + n_owned;
  for (int i = 0; i < n_owned; i++) {
    const int c = grid->cell_of[i], cx = c % grid->n[0], cy = c / grid->n[0] % grid->n[1];
    const int cz = c / grid->n[0] / grid->n[1];

    a[i].key = spread_bits((uint64_t)cx) | spread_bits((uint64_t)cy) << 1 | spread_bits((uint64_t)cz) << 2;
    a[i].row = i;
    largest |= a[i].key;
  }
  for (int shift = 0; shift < 63 && largest >> shift; shift += 9) { /* radix sort, nine bits a pass, stable */
    int       first[513] = {0};
    KeyedRow *swap       = a;

    for (int i = 0; i < n_owned; i++) first[(a[i].key >> shift & 511) + 1]++;
    for (int d = 0; d < 512; d++) first[d + 1] += first[d];
    for (int i = 0; i < n_owned; i++) b[first[a[i].key >> shift & 511]++] = a[i];
    a = b;
    b = swap;
  }
  for (int i = 0; i < n_owned; i++) perm[i] = a[i].row;
  free(a < b ? a : b);
  return MESH_OK;
}

void cells_free(CellGrid *grid)
{
  free(grid->start);
  free(grid->order);
  free(grid->point);
  free(grid->cell_of);
  *grid = (CellGrid){.bad_row = -1};
}

void cell_pairs_free(CellPairs *pairs)
{
  free(pairs->first);
  free(pairs->other);
  free(pairs->found);
  *pairs = (CellPairs){0};
}
