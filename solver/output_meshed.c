/*
  output_meshed.c - the frame of meshed grains: all their nodes and hexahedra.

  Bodies first go to the rank that writes their range of ids, whole, as one record each; so a file lists them by id, and
  the nodes and elements of each in the order of the mesh, whatever the number of ranks was.
*/
#include "solver/grains/exchange.h"
#include "solver/output_impl.h"
#include <stdlib.h>
#include <string.h>

/* A body on its way: head, nodes, elements. */
typedef struct {
  int64_t id, rank;
} Head;

static size_t record_bytes(const GrainMesh *m)
{
  return sizeof(Head) + (size_t)m->n_node * sizeof(BodyNode) + (size_t)m->n_elem * sizeof(BodyElement);
}

typedef struct {
  double  stress[9], mises, pressure, alpha; /* compression positive [GPa], [-] */
  int64_t id;
  int32_t rank;
} ElementRow;

static int by_id(const void *a, const void *b)
{
  const int64_t p = (*(const Head *const *)a)->id, q = (*(const Head *const *)b)->id;

  return (p > q) - (p < q);
}

/* Collective.  Bodies of this rank's range of ids, sorted; the caller frees both. */
static PetscErrorCode Bodies(Output o, Fem fem, int64_t end, PetscInt *n, char **records, Head ***sorted)
{
  const PetscInt   mine  = fem_bodies(fem);
  const GrainMesh *mesh  = fem_mesh(fem);
  const size_t     bytes = record_bytes(mesh);
  char            *out;
  PetscMPIInt     *dest, size;

  PetscFunctionBeginUser;
  PetscCallMPI(MPI_Comm_size(o->comm, &size));
  PetscCall(PetscMalloc2(mine, &dest, (size_t)mine * bytes, &out));
  for (PetscInt b = 0; b < mine; b++) {
    Head     *head = (Head *)(out + (size_t)b * bytes);
    BodyNode *node = (BodyNode *)(head + 1);

    head->id   = fem_body_view(fem, b, node, (BodyElement *)(node + mesh->n_node));
    head->rank = o->rank;
    dest[b]    = output_writer(head->id, end, size);
  }
  PetscCall(ExchangeRecords(o->comm, bytes, mine, dest, out, n, records, NULL));
  PetscCall(PetscFree2(dest, out));
  PetscCall(PetscMalloc1(*n + 1, sorted));
  for (PetscInt b = 0; b < *n; b++) (*sorted)[b] = (Head *)(*records + (size_t)b * bytes);
  qsort(*sorted, (size_t)*n, sizeof **sorted, by_id);
  PetscFunctionReturn(0);
}

static void fill_element(const Head *body, const BodyElement *e, ElementRow *row)
{
  static const int full[9] = {SYM_XX, SYM_XY, SYM_ZX, SYM_XY, SYM_YY, SYM_YZ, SYM_ZX, SYM_YZ, SYM_ZZ};
  double           s[SYM_N], lode, major;

  for (int k = 0; k < SYM_N; k++) s[k] = -e->stress[k];
  for (int k = 0; k < 9; k++) row->stress[k] = s[full[k]];
  tensor_invariants(s, &row->pressure, &row->mises, &lode, &major);
  row->alpha = e->alpha;
  row->id    = body->id;
  row->rank  = (int32_t)body->rank;
}

/* Rows of the nodes and elements of sorted bodies; first: nodes of the ranks before. */
static void unpack(const GrainMesh *m, PetscInt n, Head *const *body, int64_t first, BodyNode *node, ElementRow *elem,
                   int64_t (*cell)[8])
{
  for (PetscInt b = 0; b < n; b++, first += m->n_node) {
    const BodyNode    *its_nodes = (const BodyNode *)(body[b] + 1);
    const BodyElement *its_elems = (const BodyElement *)(its_nodes + m->n_node);

    memcpy(node, its_nodes, (size_t)m->n_node * sizeof *node);
    node += m->n_node;
    for (int e = 0; e < m->n_elem; e++, elem++, cell++) {
      fill_element(body[b], &its_elems[e], elem);
      for (int a = 0; a < 8; a++) (*cell)[a] = first + m->hex[e][a];
    }
  }
}

static PetscErrorCode WriteBodies(Output o, const Sample *s, int64_t n_node, BodyNode *node, int64_t n_elem,
                                  ElementRow *elem, const int64_t *cells)
{
  const VtkArray of_nodes[] = {
      {"displacement_nm", VTK_FLOAT, 3, node->u, sizeof(*node)},
  };
  const VtkArray of_elements[] = {
      {"grain_id",       VTK_INT64, 1, &elem->id,       sizeof(*elem)},
      {"rank",           VTK_INT32, 1, &elem->rank,     sizeof(*elem)},
      {"stress_GPa",     VTK_FLOAT, 9, elem->stress,    sizeof(*elem)},
      {"von_mises_GPa",  VTK_FLOAT, 1, &elem->mises,    sizeof(*elem)},
      {"pressure_GPa",   VTK_FLOAT, 1, &elem->pressure, sizeof(*elem)},
      {"plastic_strain", VTK_FLOAT, 1, &elem->alpha,    sizeof(*elem)},
  };
  VtkDataset data = {.n_points       = n_node,
                     .points         = node->x,
                     .point_stride   = sizeof(*node),
                     .point_type     = VTK_DOUBLE,
                     .shape          = VTK_HEXAHEDRA,
                     .n_cells        = n_elem,
                     .corners        = 8,
                     .cells          = cells,
                     .n_point_arrays = sizeof(of_nodes) / sizeof(of_nodes[0]),
                     .point_arrays   = of_nodes,
                     .n_cell_arrays  = sizeof(of_elements) / sizeof(of_elements[0]),
                     .cell_arrays    = of_elements};

  PetscFunctionBeginUser;
  PetscCall(OutputDataset(o, SERIES_MESHED, s, &data));
  PetscFunctionReturn(0);
}

PetscErrorCode OutputMeshed(Output o, const Sample *s, int64_t end)
{
  const GrainMesh *mesh = fem_mesh(s->fem);
  PetscInt         n;
  char            *records;
  Head           **body;
  BodyNode        *node;
  ElementRow      *elem;
  int64_t(*cell)[8], nodes, elems, first = 0;

  PetscFunctionBeginUser;
  PetscCall(Bodies(o, s->fem, end, &n, &records, &body));
  nodes = (int64_t)n * mesh->n_node;
  elems = (int64_t)n * mesh->n_elem;
  PetscCallMPI(MPI_Exscan(&nodes, &first, 1, MPI_INT64_T, MPI_SUM, o->comm));
  PetscCall(PetscMalloc3((size_t)nodes + 1, &node, (size_t)elems + 1, &elem, (size_t)elems, &cell));
  unpack(mesh, n, body, first, node, elem, cell);
  PetscCall(PetscFree(body));
  PetscCall(PetscFree(records));
  PetscCall(WriteBodies(o, s, nodes, node, elems, elem, (const int64_t *)cell));
  PetscCall(PetscFree3(node, elem, cell));
  PetscFunctionReturn(0);
}
