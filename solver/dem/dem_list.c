/*
  dem_list.c - the neighbour list: ghosts, pairs within reach plus skin, and their batches.

  A list serves until grains have moved, relative to the affine motion of the powder between the punches, by half a
  skin: in a compaction most motion is affine, and neighbours share it.  (The bound: dem_control.c.)
*/
#include "mesh/die.h"
#include "solver/dem/dem_impl.h"

PetscErrorCode BatchesFree(Batches *b)
{
  PetscFunctionBeginUser;
  free(b->i), free(b->j), free(b->live), free(b->state), free(b->cover);
  *b = (Batches){0};
  PetscFunctionReturn(0);
}

/* n batches with free lanes on `pad` and `pad` + 1 and no history; earlier contents are lost. */
PetscErrorCode BatchesReset(Batches *b, PetscInt n, int n_state, int covered, PetscInt pad_i, PetscInt pad_j)
{
  PetscFunctionBeginUser;
  if (!b->i || n > b->cap || 4 * n + 64 < b->cap) {
    const size_t cap = (size_t)(n + n / 64 + 4); /* histories are most of the memory of a run */

    PetscCall(BatchesFree(b));
    b->cap   = (PetscInt)cap;
    b->i     = aligned_alloc(64, 64 * cap);
    b->j     = aligned_alloc(64, 64 * cap);
    b->live  = malloc(cap);
    b->state = aligned_alloc(64, sizeof(Lanes) * cap * (size_t)n_state);
    b->cover = covered ? aligned_alloc(64, sizeof(Lanes) * cap) : NULL;
    PetscCheck(b->i && b->j && b->live && b->state && (b->cover || !covered), PETSC_COMM_SELF, PETSC_ERR_MEM,
               "no memory for %zu contacts", 8 * cap);
  }
  b->n = n;
  memset(b->live, 0, (size_t)n);
  memset(b->state, 0, sizeof(Lanes) * (size_t)n * (size_t)n_state);
  for (PetscInt k = 0; k < 8 * n; k++) {
    b->i[k] = (int)pad_i;
    b->j[k] = (int)pad_j;
  }
  PetscFunctionReturn(0);
}

/* Puts the rigid rows of an order first, else as they are; returns how many. */
static PetscInt rigid_first(Grains g, PetscInt order[], PetscInt rest[])
{
  PetscInt n = 0, m = 0;

  for (PetscInt k = 0; k < g->n_owned; k++)
    if (g->aux[order[k]][AUX_MESHED] > 0.0) rest[m++] = order[k];
    else order[n++] = order[k];
  for (PetscInt k = 0; k < m; k++) order[n + k] = rest[k];
  return n;
}

/* Owned rows along a space-filling curve, for locality; meshed ones behind the others. */
static PetscErrorCode SortOwned(Dem dem, double edge)
{
  Grains    g = dem->g;
  PetscInt *order, *rest;

  PetscFunctionBeginUser;
  dem->n_rigid = 0;
  if (!g->n_owned) PetscFunctionReturn(0);
  PetscCall((PetscErrorCode)CellsBuild(&dem->grid, g->rec[0], REC_N, g->n_owned, edge));
  PetscCall(PetscMalloc2(g->n_owned, &order, g->n_owned, &rest));
  PetscCall((PetscErrorCode)CellsMorton(&dem->grid, g->n_owned, order));
  dem->n_rigid = rigid_first(g, order, rest);
  PetscCall(GrainsReorder(g, order));
  PetscCall(PetscFree2(order, rest));
  PetscFunctionReturn(0);
}

/* Pairs within reach into dem->found; ghosts without a pair are dropped and the pairs renumbered. */
static PetscErrorCode FindPairs(Dem dem, double edge)
{
  Grains     g = dem->g;
  PetscBool *keep;
  PetscInt  *row_of;

  PetscFunctionBeginUser;
  PetscCall((PetscErrorCode)CellsBuild(&dem->grid, g->rec[0], REC_N, g->n_owned + g->n_ghost, edge));
  PetscCall((PetscErrorCode)CellsPairs(&dem->grid, dem->cfg.skin + dem->reach, g->n_owned, &dem->found));
  PetscCall(PetscCalloc2(g->n_ghost, &keep, g->n_ghost, &row_of));
  for (PetscInt p = 0; p < dem->found.n_pairs; p++)
    if (dem->found.other[p] >= g->n_owned) keep[dem->found.other[p] - g->n_owned] = PETSC_TRUE;
  PetscCall(GrainsKeepGhosts(g, keep, row_of));
  for (PetscInt p = 0; p < dem->found.n_pairs; p++)
    if (dem->found.other[p] >= g->n_owned) dem->found.other[p] = (int)row_of[dem->found.other[p] - g->n_owned];
  PetscCall(PetscFree2(keep, row_of));
  PetscFunctionReturn(0);
}

/* Classes of pairs in the order of the list: those likely to touch first, so that whole batches can be skipped. */
enum { INNER_NEAR, INNER_FAR, RIM_NEAR, RIM_FAR, MESHED, CLASSES };

static int pair_class(Grains g, PetscInt i, PetscInt j, double near)
{
  const double *a = g->rec[i], *b = g->rec[j], sum = a[REC_R] + b[REC_R] + near;
  double        d2 = 0.0;

  if (dem_pair_kind(g, i, j) != PAIR_RIGID) return MESHED; /* they meet by their surfaces, elsewhere */
  for (int k = 0; k < 3; k++) d2 += (a[k] - b[k]) * (a[k] - b[k]);
  return (j < g->n_owned ? INNER_NEAR : RIM_NEAR) + (d2 > sum * sum);
}

/* What two free surfaces bring into a new contact: their mean, at most a full layer. */
void dem_list_cover(Dem dem)
{
  const Grains   g   = dem->g;
  const PetscInt pad = g->n_owned + g->n_ghost;

  for (PetscInt k = 0; dem->pairs.cover && k < 8 * dem->pairs.n; k++) {
    const PetscInt i = dem->pairs.i[k], j = dem->pairs.j[k];

    dem->pairs.cover[k / 8][k % 8] = i < pad ? fmin(0.5 * (g->aux[i][AUX_FREE] + g->aux[j][AUX_FREE]), 1.0) : 0.0;
  }
}

static PetscErrorCode ReserveMeshed(Dem dem, PetscInt n)
{
  PetscFunctionBeginUser;
  dem->n_meshed_pairs = n;
  if (n <= dem->meshed_cap) PetscFunctionReturn(0);
  dem->meshed_cap = n + n / 8;
  PetscCall(PetscFree(dem->meshed));
  PetscCall(PetscFree3(dem->lane_of, dem->face, dem->seen));
  PetscCall(PetscMalloc1(dem->meshed_cap, &dem->meshed));
  PetscCall(PetscMalloc3(dem->meshed_cap, &dem->lane_of, dem->meshed_cap, &dem->face, dem->meshed_cap, &dem->seen));
  PetscFunctionReturn(0);
}

static PetscErrorCode BatchPairs(Dem dem)
{
  Grains           g              = dem->g;
  const CellPairs *f              = &dem->found;
  const double     near           = dem->reach + 0.1 * dem->cfg.skin;
  PetscInt         count[CLASSES] = {0}, next[CLASSES], n_inner, n_rim;

  PetscFunctionBeginUser;
  for (PetscInt i = 0; i < g->n_owned; i++)
    for (int p = f->first[i]; p < f->first[i + 1]; p++) count[pair_class(g, i, f->other[p], near)]++;
  n_inner = (count[INNER_NEAR] + count[INNER_FAR] + 7) / 8;
  n_rim   = (count[RIM_NEAR] + count[RIM_FAR] + 7) / 8;
  PetscCall(BatchesReset(&dem->pairs, n_inner + n_rim, dem->n_state, dem->cfg.model.interface != NULL,
                         g->n_owned + g->n_ghost, g->n_owned + g->n_ghost + 1));
  dem->pairs.n_inner = n_inner;
  next[INNER_NEAR]   = 0;
  next[INNER_FAR]    = count[INNER_NEAR];
  next[RIM_NEAR]     = 8 * n_inner;
  next[RIM_FAR]      = 8 * n_inner + count[RIM_NEAR];
  next[MESHED]       = 0;
  dem->n_pairs       = count[INNER_NEAR] + count[INNER_FAR] + count[RIM_NEAR] + count[RIM_FAR];
  PetscCall(ReserveMeshed(dem, count[MESHED]));
  for (PetscInt i = 0; i < g->n_owned; i++)
    for (int p = f->first[i]; p < f->first[i + 1]; p++) {
      const PetscInt j    = f->other[p];
      const int      kind = pair_class(g, i, j, near), at = (int)next[kind]++;
      const int      swap = g->id[i] > g->id[j]; /* one formula in one order on every rank: lower id first */
      if (kind == MESHED) {
        dem->meshed[at][0] = swap ? j : i;
        dem->meshed[at][1] = swap ? i : j;
        continue;
      }
      dem->pairs.i[at] = (int)(swap ? j : i);
      dem->pairs.j[at] = (int)(swap ? i : j);
    }
  dem_list_cover(dem);
  PetscFunctionReturn(0);
}

/* Gap between a grain and a tool. */
static double tool_gap(const Tools *t, int tool, const double *r)
{
  double normal[3];

  if (tool == TOOL_BOTTOM) return r[REC_Z] - t->z[TOOL_BOTTOM] - r[REC_R];
  if (tool == TOOL_TOP) return t->z[TOOL_TOP] - r[REC_Z] - r[REC_R];
  return die_gap(r, r[REC_R], t->die_radius, t->die_top, normal);
}

static PetscErrorCode BatchTool(Dem dem, const Tools *t, int tool)
{
  Grains         g   = dem->g;
  const double   far = dem->cfg.skin + dem->reach;
  const PetscInt pad = g->n_owned + g->n_ghost + (tool == TOOL_TOP ? 0 : 1); /* the pad on the far side of the tool */
  PetscInt       n = 0, at = 0;

  PetscFunctionBeginUser;
  for (PetscInt i = 0; i < dem->n_rigid; i++) n += tool_gap(t, tool, g->rec[i]) < far;
  PetscCall(BatchesReset(&dem->tool[tool], (n + 7) / 8, dem->n_state, 0, pad, pad));
  for (PetscInt i = 0; i < dem->n_rigid; i++)
    if (tool_gap(t, tool, g->rec[i]) < far) dem->tool[tool].i[at++] = (int)i;
  PetscFunctionReturn(0);
}

/* Where everything was when the list was made, and room for the forces. */
static PetscErrorCode Remember(Dem dem, const Tools *t)
{
  Grains         g = dem->g;
  const PetscInt n = g->n_owned + g->n_ghost + GRAINS_PAD;

  PetscFunctionBeginUser;
  if (n > dem->acc_cap) {
    free(dem->acc);
    free(dem->more);
    free(dem->held);
    dem->acc_cap = n + n / 16;
    dem->acc     = aligned_alloc(64, (size_t)dem->acc_cap * sizeof *dem->acc);
    dem->held    = aligned_alloc(64, (size_t)dem->acc_cap * sizeof *dem->held);
    dem->more    = dem->n_sum ? aligned_alloc(32, (size_t)dem->acc_cap * sizeof *dem->more) : NULL;
    PetscCheck(dem->acc && dem->held && (dem->more || !dem->n_sum), PETSC_COMM_SELF, PETSC_ERR_MEM,
               "no memory for the forces on %" PetscInt_FMT " grains", n);
  }
  if (g->n_owned > dem->x_cap) {
    free(dem->x_build);
    dem->x_cap   = g->n_owned + g->n_owned / 16;
    dem->x_build = malloc((size_t)dem->x_cap * sizeof *dem->x_build);
    PetscCheck(dem->x_build, PETSC_COMM_SELF, PETSC_ERR_MEM, "no memory for %" PetscInt_FMT " positions", n);
  }
  for (PetscInt i = 0; i < g->n_owned; i++)
    for (int k = 0; k < 4; k++) dem->x_build[i][k] = g->rec[i][k];
  dem->z_build[0] = t->z[TOOL_BOTTOM];
  dem->z_build[1] = t->z[TOOL_TOP];
  PetscFunctionReturn(0);
}

/* Do the meshed rows still stand behind the others? */
static PetscBool sorted(Dem dem)
{
  PetscBool good = PETSC_TRUE;

  for (PetscInt i = 0; i < dem->g->n_owned; i++)
    if ((dem->g->aux[i][AUX_MESHED] > 0.0) != (i >= dem->n_rigid)) good = PETSC_FALSE;
  return good;
}

/* New ghosts, pairs and batches around histories h, which are taken over. */
static PetscErrorCode Rebuild(Dem dem, const Tools *t, ContactHistories *h)
{
  double r_max = 0.0, edge;

  PetscFunctionBeginUser;
  for (PetscInt i = 0; i < dem->g->n_owned; i++) r_max = fmax(r_max, dem->g->rec[i][REC_R]);
  PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, &r_max, 1, MPI_DOUBLE, MPI_MAX, dem->g->comm));
  edge = (2.0 * r_max + dem->cfg.skin + dem->reach) * (1.0 + 1e-12);
  if (dem->n_builds % SORT_EVERY == 0 || !sorted(dem)) PetscCall(SortOwned(dem, edge));
  PetscCall(GrainsFindGhosts(dem->g, edge));
  PetscCall(FindPairs(dem, edge));
  PetscCall(BatchPairs(dem));
  PetscCall(DemPlateList(dem));
  PetscCall(DemFaceList(dem));
  for (int k = 0; k < TOOL_N; k++) PetscCall(BatchTool(dem, t, k));
  PetscCall(DemRestore(dem, h));
  PetscCall(Remember(dem, t));
  cells_free(&dem->grid); /* a tenth of the memory, and not needed until the next list */
  cell_pairs_free(&dem->found);
  dem->r_max = r_max;
  dem->stale = PETSC_FALSE;
  dem->n_lists++;
  dem->n_builds++;
  PetscFunctionReturn(0);
}

PetscInt dem_lists(Dem dem) { return dem->n_lists; }

void dem_meshed_pairs(Dem dem, PetscInt *n, const PetscInt (**pair)[2])
{
  *n    = dem->n_meshed_pairs;
  *pair = (const PetscInt(*)[2])dem->meshed;
}

PetscErrorCode DemRefresh(Dem dem, const Tools *t, PetscBool force)
{
  ContactHistories h;
  PetscInt(*ends)[2];

  PetscFunctionBeginUser;
  if (!force && !dem->stale) PetscFunctionReturn(0);
  if (dem->waiting.key) {
    h            = dem->waiting;
    dem->waiting = (ContactHistories){.n_state = dem->n_state};
  } else {
    PetscCall(DemCollect(dem, &h, &ends));
    PetscCall(PetscFree(ends));
  }
  PetscCall(Rebuild(dem, t, &h));
  PetscFunctionReturn(0);
}

/* Adds to the cost of the owned ends of a pair. */
static void share_cost(Dem dem, const PetscInt pair[2], double pairs, double surfaces, GrainCost cost[])
{
  for (int end = 0; end < 2; end++) {
    if (pair[end] >= dem->g->n_owned) continue;
    cost[pair[end]].rigid += pairs;
    if (dem->g->aux[pair[end]][AUX_MESHED] > 0.0) cost[pair[end]].meshed += surfaces;
  }
}

/* Cost of each owned grain by what all ranks have measured.  Rigid ones: their own step, and half of each pair.  Meshed
   ones: their elements, and each partner of their surfaces. */
static PetscErrorCode GrainCosts(Dem dem, PetscInt *n_edge, PetscInt (**edge)[2], GrainCost **cost)
{
  const PetscInt pad  = dem->g->n_owned + dem->g->n_ghost;
  const double  *unit = dem->g->busy.unit;

  PetscFunctionBeginUser;
  *n_edge = 0;
  PetscCall(PetscMalloc1(8 * dem->pairs.n + dem->n_meshed_pairs + 1, edge));
  PetscCall(PetscMalloc1(PetscMax(dem->g->n_owned, 1), cost));
  for (PetscInt i = 0; i < dem->g->n_owned; i++) {
    const int meshed = dem->g->aux[i][AUX_MESHED] > 0.0;
    (*cost)[i]       = (GrainCost){meshed ? 0.0 : unit[BUSY_MOVES], meshed ? unit[BUSY_ELEMENTS] : 0.0};
  }
  for (PetscInt k = 0; k < 8 * dem->pairs.n; k++) {
    const PetscInt pair[2] = {dem->pairs.i[k], dem->pairs.j[k]};

    if (pair[0] >= pad) continue;
    memcpy((*edge)[(*n_edge)++], pair, sizeof pair);
    share_cost(dem, pair, 0.5 * unit[BUSY_PAIRS], 0.0, *cost);
  }
  for (PetscInt k = 0; k < dem->n_meshed_pairs; k++) {
    memcpy((*edge)[(*n_edge)++], dem->meshed[k], sizeof dem->meshed[k]);
    share_cost(dem, dem->meshed[k], 0.0, unit[BUSY_SURFACES], *cost);
  }
  PetscFunctionReturn(0);
}

PetscErrorCode DemRepartition(Dem dem, const Tools *t, const DemFollower *follower)
{
  Busy            *busy = &dem->g->busy;
  BusyMeasured     measured;
  ContactHistories h;
  PetscInt         n_edge, (*ends)[2], (*edge)[2];
  PetscMPIInt      size, *dest;
  GrainCost       *cost;

  PetscFunctionBeginUser;
  PetscCallMPI(MPI_Comm_size(dem->g->comm, &size));
  if (size == 1) {
    busy->unmoved = busy->expected = (Imbalance){1.0, 1.0, 1.0};
    busy_reset(busy);
    PetscFunctionReturn(0);
  }
  PetscCall(BusyMeasure(dem->g->comm, busy, &measured));
  PetscCall(GrainCosts(dem, &n_edge, &edge, &cost));
  PetscCall(PetscMalloc1(PetscMax(dem->g->n_owned, 1), &dest));
  PetscCall(GrainsPartition(dem->g, cost, busy->unit[BUSY_ELEMENTS], n_edge, (const PetscInt(*)[2])edge, dest));
  PetscCall(DemCollect(dem, &h, &ends));
  PetscCall(DemSendAlong(dem, &h, (const PetscInt(*)[2])ends, dest));
  if (follower) PetscCall(follower->move(follower->ctx, dest));
  PetscCall(GrainsMigrate(dem->g, dest));
  dem->n_builds = 0; /* rows have a new order: sort them by place */
  PetscCall(Rebuild(dem, t, &h));
  busy_reset(busy);
  PetscCall(PetscFree(ends));
  PetscCall(PetscFree(dest));
  PetscCall(PetscFree(cost));
  PetscCall(PetscFree(edge));
  PetscFunctionReturn(0);
}
