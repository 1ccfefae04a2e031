/* fem_bodies.c - bodies come, go and travel: packs, lanes, and a body as a row of plain numbers. */
#include "mesh/points.h"
#include "mesh/rng.h"
#include "solver/fem/fem_impl.h"
#include "solver/grains/exchange.h"
#include "solver/grains/residence.h"

#include <string.h>

size_t fem_width(Fem fem)
{
  return BODY_ROW * (size_t)fem->n_node + (1 + EL_N) * (size_t)fem->n_elem + SLOTS * SLOT_N * (size_t)fem->n_surf +
         BODY_TAIL;
}

BodyNumbers fem_body_numbers(Fem fem, double numbers[])
{
  BodyNumbers b;

  b.node   = (BodyRow *)numbers;
  b.volume = numbers + BODY_ROW * (size_t)fem->n_node;
  b.state  = (double(*)[EL_N])(b.volume + fem->n_elem);
  b.slot   = (NodeSlots *)(b.state + fem->n_elem);
  b.tail   = (double *)(b.slot + fem->n_surf);
  return b;
}

void *fem_grow(void *old, size_t old_bytes, size_t bytes)
{
  void *p = aligned_alloc(64, (bytes / 64 + 1) * 64);

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

static PetscErrorCode ReservePacks(Fem fem, PetscInt n_body)
{
  const PetscInt n    = (n_body + 7) / 8;
  const size_t   node = (size_t)fem->n_node, elem = (size_t)fem->n_elem;

  PetscFunctionBeginUser;
  if (n > fem->pack_cap) {
    const size_t was = (size_t)fem->n_pack, cap = (size_t)(n + n / 8 + 1);
    fem->x         = fem_grow(fem->x, was * node * sizeof *fem->x, cap * node * sizeof *fem->x);
    fem->v         = fem_grow(fem->v, was * node * sizeof *fem->v, cap * node * sizeof *fem->v);
    fem->mass      = fem_grow(fem->mass, was * node * sizeof(v8), cap * node * sizeof(v8));
    fem->volume    = fem_grow(fem->volume, was * elem * sizeof(v8), cap * elem * sizeof(v8));
    fem->state     = fem_grow(fem->state, was * elem * sizeof *fem->state, cap * elem * sizeof *fem->state);
    fem->yield     = fem_grow(fem->yield, was * sizeof(v8), cap * sizeof(v8));
    fem->work_pack = fem_grow(fem->work_pack, was * sizeof(ElementWork), cap * sizeof(ElementWork));
    fem->slot      = fem_grow(fem->slot, 8 * was * (size_t)fem->n_surf * sizeof(NodeSlots),
                              8 * cap * (size_t)fem->n_surf * sizeof(NodeSlots));
    fem->h_facet   = fem_grow(fem->h_facet, 8 * was * sizeof(double), 8 * cap * sizeof(double));
    fem->settle    = fem_grow(fem->settle, 8 * was * sizeof(double), 8 * cap * sizeof(double));
    PetscCheck(fem->x && fem->v && fem->mass && fem->volume && fem->state && fem->yield && fem->work_pack &&
                   fem->slot && fem->h_facet && fem->settle,
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
    fem->surf    = fem_grow(fem->surf, was * surf * sizeof *fem->surf, cap * surf * sizeof *fem->surf);
    fem->force   = fem_grow(fem->force, 0, cap * surf * sizeof *fem->force);
    fem->x_build = fem_grow(fem->x_build, 0, (cap + 7) / 8 * surf * sizeof *fem->x_build);
    fem->x_near  = fem_grow(fem->x_near, 0, (cap + 7) / 8 * surf * sizeof *fem->x_near);
    fem->x_last  = fem_grow(fem->x_last, 0, (cap + 7) / 8 * surf * sizeof *fem->x_last);
    PetscCheck(fem->surf && fem->force && fem->x_build && fem->x_near && fem->x_last, PETSC_COMM_SELF, PETSC_ERR_MEM,
               "no memory for the surfaces of %zu meshed grains", cap);
    PetscCall(PetscRealloc(cap * sizeof(PetscInt64), &fem->id));
    fem->surf_cap = (PetscInt)cap;
  }
  PetscFunctionReturn(0);
}

static inline void pass(v8 *row, PetscInt lane, double *number, Passage way)
{
  double *mine = (double *)row + lane;

  if (way == BODY_IN) *mine = *number;
  else *number = *mine;
}

void fem_body_pass(Fem fem, PetscInt b, double numbers[], Passage way)
{
  const PetscInt    p = b / 8, l = b % 8;
  const size_t      slots = (size_t)fem->n_surf * sizeof(NodeSlots);
  const BodyNumbers all   = fem_body_numbers(fem, numbers);
  NodeSlots        *mine  = fem->slot + b * fem->n_surf;

  for (int n = 0; n < fem->n_node; n++) {
    const PetscInt at = p * fem->n_node + n;
    for (int k = 0; k < 3; k++) {
      pass(&fem->x[at][k], l, &all.node[n][ROW_X + k], way);
      pass(&fem->v[at][k], l, &all.node[n][ROW_V + k], way);
    }
    pass(&fem->mass[at], l, &all.node[n][ROW_MASS], way);
  }
  for (int e = 0; e < fem->n_elem; e++) {
    const PetscInt at = p * fem->n_elem + e;
    pass(&fem->volume[at], l, &all.volume[e], way);
    for (int k = 0; k < EL_N; k++) pass(&fem->state[at][k], l, &all.state[e][k], way);
  }
  if (way == BODY_IN) memcpy(mine, all.slot, slots);
  else memcpy(all.slot, mine, slots);
  if (way == BODY_IN) fem->h_facet[b] = all.tail[BODY_FACET], fem->settle[b] = all.tail[BODY_SETTLE];
  else all.tail[BODY_FACET] = fem->h_facet[b], all.tail[BODY_SETTLE] = fem->settle[b];
}

PetscErrorCode FemAddBodies(Fem fem, PetscInt n, const PetscInt64 id[], const PetscInt row[], double bodies[])
{
  const size_t width = fem_width(fem);

  PetscFunctionBeginUser;
  fem->n_ghost_body = 0;
  PetscCall(ReservePacks(fem, fem->n_body + n));
  PetscCall(FemReserveSurfaces(fem, fem->n_body + n));
  for (PetscInt k = 0; k < n; k++, fem->n_body++) {
    const PetscInt b = fem->n_body;
    fem->id[b]       = id[k];
    fem->row[b]      = row[k];
    fem_body_pass(fem, b, bodies + (size_t)k * width, BODY_IN);
    fem->yield[b / 8][b % 8] = fem->g->rec[row[k]][REC_YIELD];
  }
  PetscFunctionReturn(0);
}

/* How the mesh of a grain is turned: at random, from the id alone. */
void fem_rotation(PetscInt64 id, double Q[3][3])
{
  double q[4];

  point_turn(0, RNG_MESHES, id, q);
  const double w = q[0], x = q[1], y = q[2], z = q[3];
  const double M[3][3] = {
      {1 - 2 * (y * y + z * z), 2 * (x * y - w * z),     2 * (x * z + w * y)    },
      {2 * (x * y + w * z),     1 - 2 * (x * x + z * z), 2 * (y * z - w * x)    },
      {2 * (x * z - w * y),     2 * (y * z + w * x),     1 - 2 * (x * x + y * y)}
  };
  memcpy(Q, M, sizeof M);
}

void fem_new_body(Fem fem, PetscInt row, double out[])
{
  const GrainMesh  *m = fem->cfg.mesh;
  const BodyNumbers b = fem_body_numbers(fem, out);
  const double     *r = fem->g->rec[row], R = r[REC_R0];
  double            Q[3][3], area           = 0.0;

  memset(out, 0, fem_width(fem) * sizeof *out);
  fem_rotation(fem->g->id[row], Q);
  for (int n = 0; n < fem->n_node; n++) {
    double arm[3];
    for (int k = 0; k < 3; k++) arm[k] = R * (Q[k][0] * m->x[n][0] + Q[k][1] * m->x[n][1] + Q[k][2] * m->x[n][2]);
    for (int k = 0; k < 3; k++) {
      const int i = (k + 1) % 3, j = (k + 2) % 3;
      b.node[n][ROW_X + k] = r[REC_X + k] + arm[k];
      b.node[n][ROW_V + k] = r[REC_VX + k] + r[REC_WX + i] * arm[j] - r[REC_WX + j] * arm[i];
    }
  }
  for (int e = 0; e < fem->n_elem; e++) {
    Hex    x;
    double mass;
    for (int a = 0; a < 8; a++) memcpy(x[a], b.node[m->hex[e][a]], sizeof x[a]);
    mass = fem_element_mass(&fem->cfg, fem->dt, x, &b.volume[e]);
    for (int a = 0; a < 8; a++) b.node[m->hex[e][a]][ROW_MASS] += 0.125 * mass;
  }
  for (int f = 0; f < fem->n_face; f++) {
    double normal[3];
    Quad   x;
    grain_mesh_quad(m, f, x);
    area += quad_area(x, normal);
  }
  b.tail[BODY_FACET] = R * sqrt(area / fem->n_face);
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
    fem_new_body(fem, row[k], bodies + (size_t)k * width);
  }
  PetscCall(FemAddBodies(fem, n, id, row, bodies));
  for (PetscInt p = 0; p < fem->n_pack; p++) fem_surface(fem, p);
  PetscCall(PetscFree2(id, bodies));
  PetscFunctionReturn(0);
}

/* Bodies, each its id and then its numbers, go to ranks to[]; FemFindRows unpacks what arrives.  No others stay. */
static PetscErrorCode Travel(Fem fem, PetscInt n, const PetscMPIInt to[], const double rows[])
{
  PetscFunctionBeginUser;
  PetscCall(PetscFree(fem->arrived));
  PetscCall(ExchangeRecords(fem->g->comm, (fem_width(fem) + 1) * sizeof(double), n, to, rows, &fem->n_arrived,
                            &fem->arrived, NULL));
  fem->n_body = fem->n_pack = fem->n_ghost_body = 0;
  PetscFunctionReturn(0);
}

PetscErrorCode FemMigrate(Fem fem, const PetscMPIInt dest[])
{
  const size_t width = fem_width(fem) + 1;
  PetscMPIInt *to;
  double      *rows;

  PetscFunctionBeginUser;
  PetscCall(PetscMalloc2(fem->n_body, &to, (size_t)fem->n_body * width, &rows));
  for (PetscInt b = 0; b < fem->n_body; b++) {
    to[b]                   = dest[fem->row[b]];
    rows[(size_t)b * width] = (double)fem->id[b];
    fem_body_pass(fem, b, rows + (size_t)b * width + 1, BODY_OUT);
  }
  PetscCall(Travel(fem, fem->n_body, to, rows));
  PetscCall(PetscFree2(to, rows));
  PetscFunctionReturn(0);
}

/* Bodies that stand at home of their grains go on to where the grains live. */
static PetscErrorCode FromHome(Fem fem, PetscInt n, const double rows[])
{
  const size_t width = fem_width(fem) + 1;
  PetscInt     n_list;
  Residence   *list;
  PetscMPIInt *to;

  PetscFunctionBeginUser;
  PetscCall(GrainsResidences(fem->g, &n_list, &list));
  PetscCall(PetscMalloc1(n, &to));
  for (PetscInt k = 0; k < n; k++) {
    const PetscInt64 id = (PetscInt64)rows[(size_t)k * width];
    to[k]               = (PetscMPIInt)residence_find(n_list, list, id);
    PetscCheck(to[k] >= 0, PETSC_COMM_SELF, PETSC_ERR_USER_INPUT, "a body belongs to grain %lld, which does not exist",
               (long long)id);
  }
  PetscCall(Travel(fem, n, to, rows));
  PetscCall(PetscFree(to));
  PetscCall(PetscFree(list));
  PetscFunctionReturn(0);
}

PetscErrorCode FemImport(Fem fem, PetscInt n, const PetscInt64 id[], const double bodies[])
{
  const size_t width = fem_width(fem) + 1;
  PetscMPIInt  size, *to;
  PetscInt     n_home;
  double      *rows, *home;

  PetscFunctionBeginUser;
  PetscCallMPI(MPI_Comm_size(fem->g->comm, &size));
  PetscCall(PetscMalloc2(n, &to, (size_t)n * width, &rows));
  for (PetscInt k = 0; k < n; k++) {
    to[k]                   = residence_home(id[k], size);
    rows[(size_t)k * width] = (double)id[k];
    memcpy(rows + (size_t)k * width + 1, bodies + (size_t)k * (width - 1), (width - 1) * sizeof *rows);
  }
  PetscCall(ExchangeRecords(fem->g->comm, width * sizeof(double), n, to, rows, &n_home, &home, NULL));
  PetscCall(PetscFree2(to, rows));
  PetscCall(FromHome(fem, n_home, home));
  PetscCall(PetscFree(home));
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
    fem_body_pass(fem, b, *bodies + (size_t)b * fem_width(fem), BODY_OUT);
  }
  PetscFunctionReturn(0);
}

/* Unpacks what has travelled, and finds the rows of all bodies: rows may have been sorted. */
PetscErrorCode FemFindRows(Fem fem)
{
  const Grains g     = fem->g;
  const size_t width = fem_width(fem) + 1;
  Residence   *map;

  PetscFunctionBeginUser;
  PetscCall(PetscMalloc1(g->n_owned + 1, &map));
  for (PetscInt i = 0; i < g->n_owned; i++) map[i] = (Residence){g->id[i], i};
  residence_sort(g->n_owned, map);
  for (PetscInt b = 0; b < fem->n_body; b++) fem->row[b] = residence_find(g->n_owned, map, fem->id[b]);
  for (PetscInt k = 0; k < fem->n_arrived; k++) {
    double          *body = fem->arrived + (size_t)k * width;
    const PetscInt64 id   = (PetscInt64)body[0];
    const PetscInt   row  = residence_find(g->n_owned, map, id);
    PetscCheck(row >= 0, PETSC_COMM_SELF, PETSC_ERR_PLIB, "the body of grain %lld came to a rank without the grain",
               (long long)id);
    PetscCall(FemAddBodies(fem, 1, &id, &row, body + 1));
  }
  if (fem->n_arrived)
    for (PetscInt p = 0; p < fem->n_pack; p++) fem_surface(fem, p);
  PetscCall(PetscFree(fem->arrived));
  fem->n_arrived = 0;
  PetscCall(PetscFree(map));
  PetscFunctionReturn(0);
}
