/* fem_bodies.c - bodies come, go and travel: packs, lanes, and a body as a row of plain numbers. */
#include "mesh/rng.h"
#include "solver/fem/fem_impl.h"
#include "solver/grains/exchange.h"

#include <string.h>

/* A body as plain numbers: nodes (place, velocity, mass), volumes, state, slots, scale of its facets. */
static size_t at_volume(Fem fem) { return 7 * (size_t)fem->n_node; }
static size_t at_state(Fem fem) { return at_volume(fem) + (size_t)fem->n_elem; }
static size_t at_slots(Fem fem) { return at_state(fem) + EL_N * (size_t)fem->n_elem; }
static size_t at_facet(Fem fem) { return at_slots(fem) + SLOTS * SLOT_N * (size_t)fem->n_surf; }
size_t        fem_width(Fem fem) { return at_facet(fem) + 1; }

static void *grow(void *old, size_t old_bytes, size_t bytes)
{
  void *p = aligned_alloc(64, (bytes + 63) / 64 * 64);

  if (p && old) memcpy(p, old, old_bytes);
  free(old);
  return p;
}

/* An empty lane: the mesh without load, so that its elements see nothing and divide by nothing. */
static void fill_lanes(Fem fem, PetscInt pack)
{
  const GrainMesh *m = fem->cfg.mesh;

  for (int n = 0; n < fem->n_node; n++) {
    for (int k = 0; k < 3; k++) {
      fem->x[pack * fem->n_node + n][k] = v8_set(m->x[n][k]);
      fem->v[pack * fem->n_node + n][k] = v8_set(0.0);
    }
    fem->mass[pack * fem->n_node + n] = v8_set(1.0);
  }
  for (int e = 0; e < fem->n_elem; e++) {
    Hex x;
    grain_mesh_hex(m, e, x);
    fem->volume[pack * fem->n_elem + e] = v8_set(hex_volume(x));
    for (int k = 0; k < EL_N; k++) fem->state[pack * fem->n_elem + e][k] = v8_set(0.0);
  }
  fem->yield[pack]     = v8_set(1.0);
  fem->work_pack[pack] = (ElementWork){.worst = v8_set(1.0)};
}

PetscErrorCode FemReservePacks(Fem fem, PetscInt n_body)
{
  const PetscInt n    = (n_body + 7) / 8;
  const size_t   node = (size_t)fem->n_node, elem = (size_t)fem->n_elem;

  PetscFunctionBeginUser;
  if (n > fem->pack_cap) {
    const size_t was = (size_t)fem->n_pack, cap = (size_t)(n + n / 8 + 1);
    fem->x         = grow(fem->x, was * node * sizeof *fem->x, cap * node * sizeof *fem->x);
    fem->v         = grow(fem->v, was * node * sizeof *fem->v, cap * node * sizeof *fem->v);
    fem->mass      = grow(fem->mass, was * node * sizeof(v8), cap * node * sizeof(v8));
    fem->volume    = grow(fem->volume, was * elem * sizeof(v8), cap * elem * sizeof(v8));
    fem->state     = grow(fem->state, was * elem * sizeof *fem->state, cap * elem * sizeof *fem->state);
    fem->yield     = grow(fem->yield, was * sizeof(v8), cap * sizeof(v8));
    fem->work_pack = grow(fem->work_pack, was * sizeof(ElementWork), cap * sizeof(ElementWork));
    fem->slot      = grow(fem->slot, 8 * was * (size_t)fem->n_surf * sizeof(NodeSlots),
                          8 * cap * (size_t)fem->n_surf * sizeof(NodeSlots));
    fem->h_facet   = grow(fem->h_facet, 8 * was * sizeof(double), 8 * cap * sizeof(double));
    PetscCheck(fem->x && fem->v && fem->mass && fem->volume && fem->state && fem->yield && fem->work_pack &&
                   fem->slot && fem->h_facet,
               PETSC_COMM_SELF, PETSC_ERR_MEM, "no memory for %" PetscInt_FMT " meshed grains", n_body);
    PetscCall(PetscRealloc(8 * cap * sizeof(PetscInt), &fem->row));
    fem->pack_cap = (PetscInt)cap;
  }
  for (; fem->n_pack < n; fem->n_pack++) fill_lanes(fem, fem->n_pack);
  PetscFunctionReturn(0);
}

PetscErrorCode FemReserveSurfaces(Fem fem, PetscInt n)
{
  const size_t surf = (size_t)fem->n_surf;

  PetscFunctionBeginUser;
  if (n <= fem->surf_cap) PetscFunctionReturn(0);
  {
    const size_t was = (size_t)fem->n_body, cap = (size_t)(n + n / 8 + 8);
    fem->surf    = grow(fem->surf, was * surf * sizeof *fem->surf, cap * surf * sizeof *fem->surf);
    fem->force   = grow(fem->force, 0, cap * surf * sizeof *fem->force);
    fem->x_build = grow(fem->x_build, 0, cap * surf * sizeof *fem->x_build);
    PetscCheck(fem->surf && fem->force && fem->x_build, PETSC_COMM_SELF, PETSC_ERR_MEM,
               "no memory for the surfaces of %zu meshed grains", cap);
    PetscCall(PetscRealloc(cap * sizeof(PetscInt64), &fem->id));
    fem->surf_cap = (PetscInt)cap;
  }
  PetscFunctionReturn(0);
}

static v8 (*pack_nodes(Fem fem, v8 (*a)[3], PetscInt body))[3] { return a + (body / 8) * fem->n_node; }

void fem_body_get(Fem fem, PetscInt b, double out[])
{
  const PetscInt p = b / 8, l = b % 8;

  for (int n = 0; n < fem->n_node; n++) {
    for (int k = 0; k < 3; k++) {
      out[7 * n + k]     = pack_nodes(fem, fem->x, b)[n][k][l];
      out[7 * n + 3 + k] = pack_nodes(fem, fem->v, b)[n][k][l];
    }
    out[7 * n + 6] = fem->mass[p * fem->n_node + n][l];
  }
  for (int e = 0; e < fem->n_elem; e++) {
    out[at_volume(fem) + (size_t)e] = fem->volume[p * fem->n_elem + e][l];
    for (int k = 0; k < EL_N; k++) out[at_state(fem) + (size_t)(EL_N * e + k)] = fem->state[p * fem->n_elem + e][k][l];
  }
  memcpy(out + at_slots(fem), fem->slot + b * fem->n_surf, (size_t)fem->n_surf * sizeof(NodeSlots));
  out[at_facet(fem)] = fem->h_facet[b];
}

void fem_body_put(Fem fem, PetscInt b, const double in[])
{
  const PetscInt p = b / 8, l = b % 8;

  for (int n = 0; n < fem->n_node; n++) {
    for (int k = 0; k < 3; k++) {
      pack_nodes(fem, fem->x, b)[n][k][l] = in[7 * n + k];
      pack_nodes(fem, fem->v, b)[n][k][l] = in[7 * n + 3 + k];
    }
    fem->mass[p * fem->n_node + n][l] = in[7 * n + 6];
  }
  for (int e = 0; e < fem->n_elem; e++) {
    fem->volume[p * fem->n_elem + e][l] = in[at_volume(fem) + (size_t)e];
    for (int k = 0; k < EL_N; k++) fem->state[p * fem->n_elem + e][k][l] = in[at_state(fem) + (size_t)(EL_N * e + k)];
  }
  memcpy(fem->slot + b * fem->n_surf, in + at_slots(fem), (size_t)fem->n_surf * sizeof(NodeSlots));
  fem->h_facet[b] = in[at_facet(fem)];
}

/* Adds n bodies behind the owned ones; ghosts are gone.  Their records and surfaces come with fem_surface. */
static PetscErrorCode AddBodies(Fem fem, PetscInt n, const PetscInt64 id[], const PetscInt row[], const double bodies[])
{
  const size_t width = fem_width(fem);

  PetscFunctionBeginUser;
  fem->n_ghost_body = 0;
  PetscCall(FemReservePacks(fem, fem->n_body + n));
  PetscCall(FemReserveSurfaces(fem, fem->n_body + n));
  for (PetscInt k = 0; k < n; k++, fem->n_body++) {
    const PetscInt b = fem->n_body;
    fem->id[b]       = id[k];
    fem->row[b]      = row[k];
    fem_body_put(fem, b, bodies + (size_t)k * width);
    fem->yield[b / 8][b % 8] = fem->g->rec[row[k]][REC_YIELD];
  }
  PetscFunctionReturn(0);
}

/* A unit quaternion, uniform over all rotations, from the id alone; Shoemake 1992 (Graphics Gems III, 124). */
void fem_rotation(PetscInt64 id, double Q[3][3])
{
  const double u  = rng_uniform(0, RNG_MESHES, id, 0);
  const double t1 = 2.0 * PETSC_PI * rng_uniform(0, RNG_MESHES, id, 1),
               t2 = 2.0 * PETSC_PI * rng_uniform(0, RNG_MESHES, id, 2);
  const double r1 = sqrt(1.0 - u), r2 = sqrt(u);
  const double x = r1 * sin(t1), y = r1 * cos(t1), z = r2 * sin(t2), w = r2 * cos(t2);
  const double M[3][3] = {
      {1 - 2 * (y * y + z * z), 2 * (x * y - w * z),     2 * (x * z + w * y)    },
      {2 * (x * y + w * z),     1 - 2 * (x * x + z * z), 2 * (y * z - w * x)    },
      {2 * (x * z - w * y),     2 * (y * z + w * x),     1 - 2 * (x * x + y * y)}
  };
  memcpy(Q, M, sizeof M);
}

static double facet_area(const double (*x)[3], const int face[4])
{
  double a[3], b[3], c[3];

  for (int k = 0; k < 3; k++) {
    a[k] = x[face[2]][k] - x[face[0]][k];
    b[k] = x[face[3]][k] - x[face[1]][k];
  }
  for (int k = 0; k < 3; k++) c[k] = a[(k + 1) % 3] * b[(k + 2) % 3] - a[(k + 2) % 3] * b[(k + 1) % 3];
  return 0.5 * sqrt(c[0] * c[0] + c[1] * c[1] + c[2] * c[2]);
}

/* A body without load at the place of a grain. */
static void new_body(Fem fem, PetscInt row, double out[])
{
  const GrainMesh *m = fem->cfg.mesh;
  const double    *r = fem->g->rec[row], R = r[REC_R0];
  double           Q[3][3], area           = 0.0;

  memset(out, 0, fem_width(fem) * sizeof *out);
  fem_rotation(fem->g->id[row], Q);
  for (int n = 0; n < fem->n_node; n++) {
    double arm[3];
    for (int k = 0; k < 3; k++) arm[k] = R * (Q[k][0] * m->x[n][0] + Q[k][1] * m->x[n][1] + Q[k][2] * m->x[n][2]);
    for (int k = 0; k < 3; k++) {
      const int a = (k + 1) % 3, b = (k + 2) % 3;
      out[7 * n + k]     = r[REC_X + k] + arm[k];
      out[7 * n + 3 + k] = r[REC_VX + k] + r[REC_WX + a] * arm[b] - r[REC_WX + b] * arm[a];
    }
  }
  for (int e = 0; e < fem->n_elem; e++) {
    Hex    x;
    double mass;
    for (int a = 0; a < 8; a++) memcpy(x[a], out + 7 * m->hex[e][a], sizeof x[a]);
    mass = fem_element_mass(&fem->cfg, fem->dt, x, &out[at_volume(fem) + (size_t)e]);
    for (int a = 0; a < 8; a++) out[7 * m->hex[e][a] + 6] += 0.125 * mass;
  }
  for (int f = 0; f < fem->n_face; f++) area += facet_area((const double(*)[3])m->x, fem->face[f]);
  out[at_facet(fem)] = R * sqrt(area / fem->n_face);
}

PetscErrorCode FemMesh(Fem fem, PetscInt n, const PetscInt row[])
{
  const size_t width = fem_width(fem);
  PetscInt64  *id;
  double      *bodies;

  PetscFunctionBeginUser;
  PetscCall(PetscMalloc2(n, &id, (size_t)n * width, &bodies));
  for (PetscInt k = 0; k < n; k++) {
    id[k]                           = fem->g->id[row[k]];
    fem->g->aux[row[k]][AUX_MESHED] = 1.0;
    new_body(fem, row[k], bodies + (size_t)k * width);
  }
  PetscCall(AddBodies(fem, n, id, row, bodies));
  for (PetscInt p = 0; p < fem->n_pack; p++) fem_surface(fem, p);
  PetscCall(PetscFree2(id, bodies));
  PetscFunctionReturn(0);
}

/* A body on its way: the id, then the numbers. */
PetscErrorCode FemMigrate(Fem fem, const PetscMPIInt dest[])
{
  const size_t width = fem_width(fem) + 1;
  PetscInt     n_in;
  PetscMPIInt *to;
  double      *out, *in;

  PetscFunctionBeginUser;
  PetscCall(PetscMalloc2(fem->n_body, &to, (size_t)fem->n_body * width, &out));
  for (PetscInt b = 0; b < fem->n_body; b++) {
    to[b]                  = dest[fem->row[b]];
    out[(size_t)b * width] = (double)fem->id[b];
    fem_body_get(fem, b, out + (size_t)b * width + 1);
  }
  PetscCall(ExchangeRecords(fem->g->comm, width * sizeof(double), fem->n_body, to, out, &n_in, &in, NULL));
  PetscCall(PetscFree2(to, out));
  PetscCall(PetscFree(fem->arrived));
  fem->arrived   = in;
  fem->n_arrived = n_in;
  fem->n_body = fem->n_pack = fem->n_ghost_body = 0;
  PetscFunctionReturn(0);
}

/* Where a rank leaves word about a grain for those who look for it. */
static PetscMPIInt notice_board(PetscInt64 id, PetscMPIInt size) { return (PetscMPIInt)(id % size); }

/* Rows (id, numbers) go to the boards of their grains; `width` numbers a row. */
static PetscErrorCode SendToBoards(Fem fem, PetscInt n, size_t width, const double rows[], PetscInt *n_in, double **in,
                                   PetscMPIInt **source)
{
  PetscMPIInt size, *to;

  PetscFunctionBeginUser;
  PetscCallMPI(MPI_Comm_size(fem->g->comm, &size));
  PetscCall(PetscMalloc1(n + 1, &to));
  for (PetscInt k = 0; k < n; k++) to[k] = notice_board((PetscInt64)rows[(size_t)k * width], size);
  PetscCall(ExchangeRecords(fem->g->comm, width * sizeof(double), n, to, rows, n_in, in, source));
  PetscCall(PetscFree(to));
  PetscFunctionReturn(0);
}

typedef struct {
  PetscInt64  id;
  PetscMPIInt rank;
} Notice;

static int notice_by_id(const void *a, const void *b)
{
  const PetscInt64 p = ((const Notice *)a)->id, q = ((const Notice *)b)->id;
  return (p > q) - (p < q);
}

/* Who owns the grains of the rows on this board. */
static PetscErrorCode ReadBoard(Fem fem, PetscInt n, size_t width, const double rows[], PetscMPIInt to[])
{
  PetscInt     n_notice;
  double      *mine, *pinned;
  PetscMPIInt *source;
  Notice      *board;

  PetscFunctionBeginUser;
  PetscCall(PetscMalloc1(fem->g->n_owned + 1, &mine));
  for (PetscInt i = 0; i < fem->g->n_owned; i++) mine[i] = (double)fem->g->id[i];
  PetscCall(SendToBoards(fem, fem->g->n_owned, 1, mine, &n_notice, &pinned, &source));
  PetscCall(PetscMalloc1(n_notice + 1, &board));
  for (PetscInt k = 0; k < n_notice; k++) board[k] = (Notice){(PetscInt64)pinned[k], source[k]};
  qsort(board, (size_t)n_notice, sizeof *board, notice_by_id);
  for (PetscInt k = 0; k < n; k++) {
    const Notice  key   = {.id = (PetscInt64)rows[(size_t)k * width]};
    const Notice *found = n_notice ? bsearch(&key, board, (size_t)n_notice, sizeof *board, notice_by_id) : NULL;
    PetscCheck(found, PETSC_COMM_SELF, PETSC_ERR_USER_INPUT, "a body belongs to grain %lld, which does not exist",
               (long long)key.id);
    to[k] = found->rank;
  }
  PetscCall(PetscFree(board));
  PetscCall(PetscFree(mine));
  PetscCall(PetscFree(pinned));
  PetscCall(PetscFree(source));
  PetscFunctionReturn(0);
}

PetscErrorCode FemImport(Fem fem, PetscInt n, const PetscInt64 id[], const double bodies[])
{
  const size_t width = fem_width(fem) + 1;
  double      *rows, *board;
  PetscMPIInt *to;
  PetscInt     n_board;

  PetscFunctionBeginUser;
  PetscCall(PetscMalloc1((size_t)n * width + 1, &rows));
  for (PetscInt k = 0; k < n; k++) {
    rows[(size_t)k * width] = (double)id[k];
    memcpy(rows + (size_t)k * width + 1, bodies + (size_t)k * (width - 1), (width - 1) * sizeof *rows);
  }
  PetscCall(SendToBoards(fem, n, width, rows, &n_board, &board, NULL));
  PetscCall(PetscMalloc1(n_board + 1, &to));
  PetscCall(ReadBoard(fem, n_board, width, board, to));
  PetscCall(PetscFree(fem->arrived));
  PetscCall(
      ExchangeRecords(fem->g->comm, width * sizeof(double), n_board, to, board, &fem->n_arrived, &fem->arrived, NULL));
  fem->n_body = fem->n_pack = fem->n_ghost_body = 0;
  PetscCall(PetscFree(rows));
  PetscCall(PetscFree(board));
  PetscCall(PetscFree(to));
  PetscFunctionReturn(0);
}

PetscErrorCode FemExport(Fem fem, PetscInt *n, PetscInt64 **id, double **bodies)
{
  PetscFunctionBeginUser;
  *n = fem->n_body;
  PetscCall(PetscMalloc1(fem->n_body + 1, id));
  PetscCall(PetscMalloc1((size_t)fem->n_body * fem_width(fem) + 1, bodies));
  for (PetscInt b = 0; b < fem->n_body; b++) {
    (*id)[b] = fem->id[b];
    fem_body_get(fem, b, *bodies + (size_t)b * fem_width(fem));
  }
  PetscFunctionReturn(0);
}

typedef struct {
  PetscInt64 id;
  PetscInt   row;
} IdRow;

static int by_id(const void *a, const void *b)
{
  const PetscInt64 p = ((const IdRow *)a)->id, q = ((const IdRow *)b)->id;
  return (p > q) - (p < q);
}

/* Row of a grain; -1: not owned. */
static PetscInt find_row(const IdRow *map, PetscInt n, PetscInt64 id)
{
  const IdRow  key   = {.id = id};
  const IdRow *found = n ? bsearch(&key, map, (size_t)n, sizeof *map, by_id) : NULL;

  return found ? found->row : -1;
}

/* Unpacks what has travelled, and finds the rows of all bodies: rows may have been sorted. */
PetscErrorCode FemFindRows(Fem fem)
{
  const Grains g     = fem->g;
  const size_t width = fem_width(fem) + 1;
  IdRow       *map;

  PetscFunctionBeginUser;
  PetscCall(PetscMalloc1(g->n_owned + 1, &map));
  for (PetscInt i = 0; i < g->n_owned; i++) map[i] = (IdRow){g->id[i], i};
  qsort(map, (size_t)g->n_owned, sizeof *map, by_id);
  for (PetscInt b = 0; b < fem->n_body; b++) fem->row[b] = find_row(map, g->n_owned, fem->id[b]);
  for (PetscInt k = 0; k < fem->n_arrived; k++) {
    const double    *body = fem->arrived + (size_t)k * width;
    const PetscInt64 id   = (PetscInt64)body[0];
    const PetscInt   row  = find_row(map, g->n_owned, id);
    PetscCheck(row >= 0, PETSC_COMM_SELF, PETSC_ERR_PLIB, "the body of grain %lld came to a rank without the grain",
               (long long)id);
    PetscCall(AddBodies(fem, 1, &id, &row, body + 1));
  }
  if (fem->n_arrived)
    for (PetscInt p = 0; p < fem->n_pack; p++) fem_surface(fem, p);
  PetscCall(PetscFree(fem->arrived));
  fem->n_arrived = 0;
  PetscCall(PetscFree(map));
  PetscFunctionReturn(0);
}
