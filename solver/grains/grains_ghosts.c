/*
  grains_ghosts.c - finds which grains of other ranks are near, whatever shape the ranks' regions have.

  Space is cut into cubic cells of the reach.  Each cell has a home rank (a hash of its coordinates), where its owners
  and those who look for neighbours in it meet: owners register the cells they occupy, everybody asks for the cells
  around his own, and the home tells each owner who asked.  No rank ever holds a list of all cells or all ranks.
*/
#include "solver/grains/grains_impl.h"

#include <string.h>

typedef int64_t CellKey; /* 21 bits for each coordinate */

enum { OWNS, WANTS };
typedef struct {
  CellKey     cell;
  PetscMPIInt rank, what;
} Notice;

typedef struct {
  CellKey  cell;
  PetscInt row;
} RowInCell;

static CellKey cell_key(const int64_t c[3])
{
  const int64_t half = 1 << 20;
  return ((c[0] + half) << 42) | ((c[1] + half) << 21) | (c[2] + half);
}

static CellKey cell_of(const double *x, double edge)
{
  const int64_t c[3] = {(int64_t)floor(x[0] / edge), (int64_t)floor(x[1] / edge), (int64_t)floor(x[2] / edge)};
  return cell_key(c);
}

static CellKey cell_neighbour(CellKey key, int k)
{
  const int64_t mask = (1 << 21) - 1, half = 1 << 20;
  const int64_t c[3] = {(key >> 42) - half + k % 3 - 1, ((key >> 21) & mask) - half + k / 3 % 3 - 1,
                        (key & mask) - half + k / 9 - 1};
  return cell_key(c);
}

static PetscMPIInt cell_home(CellKey key, PetscMPIInt size)
{
  uint64_t h = (uint64_t)key * 0x9e3779b97f4a7c15u;
  return (PetscMPIInt)((h >> 32) % (uint64_t)size);
}

static int by_cell(const void *a, const void *b)
{
  const RowInCell *p = a, *q = b;
  if (p->cell != q->cell) return p->cell < q->cell ? -1 : 1;
  return (p->row > q->row) - (p->row < q->row);
}

static int by_cell_what_rank(const void *a, const void *b)
{
  const Notice *p = a, *q = b;
  if (p->cell != q->cell) return p->cell < q->cell ? -1 : 1;
  if (p->what != q->what) return p->what - q->what;
  return p->rank - q->rank;
}

static int by_key(const void *a, const void *b)
{
  const CellKey p = *(const CellKey *)a, q = *(const CellKey *)b;
  return (p > q) - (p < q);
}

static PetscInt unique_keys(PetscInt n, CellKey keys[])
{
  PetscInt m = 0;

  qsort(keys, (size_t)n, sizeof *keys, by_key);
  for (PetscInt k = 0; k < n; k++)
    if (!m || keys[m - 1] != keys[k]) keys[m++] = keys[k];
  return m;
}

/* Owned rows sorted by cell, and a notice to the home of every cell owned or wanted. */
static PetscErrorCode PostNotices(Grains g, const RowInCell rows[], PetscMPIInt rank, PetscMPIInt size, PetscInt *n_got,
                                  Notice **got)
{
  CellKey     *own, *want;
  Notice      *out;
  PetscMPIInt *dest;
  PetscInt     n_own = 0, n_want = 0;

  PetscFunctionBeginUser;
  PetscCall(PetscMalloc1(g->n_owned, &own));
  for (PetscInt k = 0; k < g->n_owned; k++)
    if (!n_own || own[n_own - 1] != rows[k].cell) own[n_own++] = rows[k].cell;
  PetscCall(PetscMalloc1(27 * n_own, &want));
  for (PetscInt c = 0; c < n_own; c++)
    for (int k = 0; k < 27; k++) want[n_want++] = cell_neighbour(own[c], k);
  n_want = unique_keys(n_want, want);
  PetscCall(PetscMalloc2(n_own + n_want, &out, n_own + n_want, &dest));
  for (PetscInt c = 0; c < n_own; c++) out[c] = (Notice){own[c], rank, OWNS};
  for (PetscInt c = 0; c < n_want; c++) out[n_own + c] = (Notice){want[c], rank, WANTS};
  for (PetscInt c = 0; c < n_own + n_want; c++) dest[c] = cell_home(out[c].cell, size);
  PetscCall(ExchangeRecords(g->comm, sizeof *out, n_own + n_want, dest, out, n_got, got, NULL));
  PetscCall(PetscFree2(out, dest));
  PetscCall(PetscFree(want));
  PetscCall(PetscFree(own));
  PetscFunctionReturn(0);
}

/* At the home: each owner of a cell is told which other ranks want it. */
static PetscErrorCode Introduce(MPI_Comm comm, PetscInt n, Notice notices[], PetscInt *n_got, Notice **got)
{
  Notice      *out;
  PetscMPIInt *dest;
  PetscInt     n_out = 0, room = 0;

  PetscFunctionBeginUser;
  qsort(notices, (size_t)n, sizeof *notices, by_cell_what_rank);
  for (int pass = 0; pass < 2; pass++) { /* count, then write */
    if (pass) PetscCall(PetscMalloc2(room, &out, room, &dest));
    for (PetscInt a = 0, b; a < n; a = b) {
      for (b = a; b < n && notices[b].cell == notices[a].cell;) b++;
      for (PetscInt o = a; o < b && notices[o].what == OWNS; o++)
        for (PetscInt w = a; w < b; w++) {
          if (notices[w].what != WANTS || notices[w].rank == notices[o].rank) continue;
          if (pass) {
            out[n_out]    = notices[w];
            dest[n_out++] = notices[o].rank;
          } else room++;
        }
    }
  }
  PetscCall(ExchangeRecords(comm, sizeof *out, n_out, dest, out, n_got, got, NULL));
  PetscCall(PetscFree2(out, dest));
  PetscFunctionReturn(0);
}

/* First of the rows sorted by cell that lies in `cell` or after it. */
static PetscInt first_in_cell(PetscInt n, const RowInCell rows[], CellKey cell)
{
  PetscInt lo = 0, hi = n;

  while (lo < hi) {
    const PetscInt mid = lo + (hi - lo) / 2;
    if (rows[mid].cell < cell) lo = mid + 1;
    else hi = mid;
  }
  return lo;
}

/* Owners send the grains of the cells that were asked for. */
static PetscErrorCode SendGrains(Grains g, const RowInCell rows[], PetscInt n, const Notice asked[], PetscInt *n_got,
                                 Traveller **got, PetscMPIInt **source)
{
  Traveller   *out;
  PetscMPIInt *dest;
  PetscInt     n_out = 0, room = 0;

  PetscFunctionBeginUser;
  for (int pass = 0; pass < 2; pass++) {
    if (pass) PetscCall(PetscMalloc2(room, &out, room, &dest));
    for (PetscInt a = 0; a < n; a++)
      for (PetscInt k = first_in_cell(g->n_owned, rows, asked[a].cell); k < g->n_owned && rows[k].cell == asked[a].cell;
           k++) {
        if (pass) {
          traveller_pack(g, rows[k].row, &out[n_out]);
          dest[n_out++] = asked[a].rank;
        } else room++;
      }
  }
  PetscCall(ExchangeRecords(g->comm, sizeof *out, n_out, dest, out, n_got, got, source));
  PetscCall(PetscFree2(out, dest));
  PetscFunctionReturn(0);
}

PetscErrorCode GrainsFindGhosts(Grains g, double reach)
{
  PetscMPIInt rank, size, *source;
  RowInCell  *rows;
  Notice     *notices, *asked;
  Traveller  *got;
  PetscInt    n_notices, n_asked, n_got;

  PetscFunctionBeginUser;
  PetscCall(GrainsDropGhosts(g));
  PetscCallMPI(MPI_Comm_size(g->comm, &size));
  PetscCallMPI(MPI_Comm_rank(g->comm, &rank));
  if (size == 1) PetscFunctionReturn(0);
  PetscCall(PetscMalloc1(g->n_owned, &rows));
  for (PetscInt i = 0; i < g->n_owned; i++) rows[i] = (RowInCell){cell_of(g->rec[i], reach), i};
  if (g->n_owned) qsort(rows, (size_t)g->n_owned, sizeof *rows, by_cell);
  PetscCall(PostNotices(g, rows, rank, size, &n_notices, &notices));
  PetscCall(Introduce(g->comm, n_notices, notices, &n_asked, &asked));
  PetscCall(SendGrains(g, rows, n_asked, asked, &n_got, &got, &source));
  PetscCall(GrainsReserve(g, g->n_owned + n_got));
  PetscCall(PetscMalloc2(n_got, &g->owner_row, n_got, &g->owner_rank));
  for (PetscInt k = 0; k < n_got; k++) {
    g->id[g->n_owned + k] = got[k].id;
    memcpy(g->rec[g->n_owned + k], got[k].rec, sizeof got[k].rec);
    memcpy(g->aux[g->n_owned + k], got[k].aux, sizeof got[k].aux);
    g->owner_row[k]  = got[k].owner_row;
    g->owner_rank[k] = source[k];
  }
  g->n_ghost = n_got;
  grains_place_pads(g);
  PetscCall(PetscFree(source));
  PetscCall(PetscFree(got));
  PetscCall(PetscFree(asked));
  PetscCall(PetscFree(notices));
  PetscCall(PetscFree(rows));
  PetscFunctionReturn(0);
}

PetscErrorCode GrainsKeepGhosts(Grains g, const PetscBool keep[], PetscInt row_of[])
{
  PetscMPIInt  size;
  PetscInt     kept = 0;
  PetscSFNode *remote;

  PetscFunctionBeginUser;
  PetscCallMPI(MPI_Comm_size(g->comm, &size));
  if (size == 1) PetscFunctionReturn(0);
  for (PetscInt k = 0; k < g->n_ghost; k++) {
    const PetscInt from = g->n_owned + k, to = g->n_owned + kept;
    row_of[k] = keep[k] ? to : -1;
    if (!keep[k]) continue;
    if (to != from) {
      memcpy(g->rec[to], g->rec[from], sizeof(GrainRecord));
      memcpy(g->aux[to], g->aux[from], sizeof(GrainAux));
    }
    g->id[to]           = g->id[from];
    g->owner_row[kept]  = g->owner_row[k];
    g->owner_rank[kept] = g->owner_rank[k];
    kept++;
  }
  g->n_ghost = kept;
  grains_place_pads(g);
  PetscCall(PetscMalloc1(kept, &remote));
  for (PetscInt k = 0; k < kept; k++) remote[k] = (PetscSFNode){.rank = g->owner_rank[k], .index = g->owner_row[k]};
  PetscCall(PetscSFCreate(g->comm, &g->halo));
  PetscCall(PetscSFSetGraph(g->halo, g->n_owned, kept, NULL, PETSC_COPY_VALUES, remote, PETSC_OWN_POINTER));
  PetscCall(PetscSFSetUp(g->halo));
  PetscFunctionReturn(0);
}
