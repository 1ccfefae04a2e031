/* Faces of elements and edges of facets, matched by sorting them by their nodes. */
#include "mesh/grain_mesh.h"
#include <stdlib.h>
#include <string.h>

typedef struct {
  int key[4]; /* its nodes, rising; an edge uses two */
  int owner;  /* 6 elem + face, or 4 facet + edge */
} Piece;

static int by_key(const void *a, const void *b)
{
  const Piece *p = a, *q = b;

  for (int k = 0; k < 4; k++)
    if (p->key[k] != q->key[k]) return p->key[k] < q->key[k] ? -1 : 1;
  return (p->owner > q->owner) - (p->owner < q->owner);
}

static int same(const Piece *p, const Piece *q) { return memcmp(p->key, q->key, sizeof p->key) == 0; }

/* Number of pieces from `i` on that have the same nodes. */
static int run(const Piece piece[], int n, int i)
{
  int k = 1;

  while (i + k < n && same(&piece[i], &piece[i + k])) k++;
  return k;
}

static int by_value(const void *a, const void *b)
{
  const int p = *(const int *)a, q = *(const int *)b;

  return (p > q) - (p < q);
}

/* All faces of all elements, sorted; NULL: no memory. */
static Piece *all_faces(const GrainMesh *mesh)
{
  Piece *piece = malloc((size_t)mesh->n_elem * 6 * sizeof *piece);

  if (!piece) return NULL;
  for (int k = 0; k < 6 * mesh->n_elem; k++) {
    for (int a = 0; a < 4; a++) piece[k].key[a] = mesh->hex[k / 6][hex_face[k % 6][a]];
    piece[k].owner = k;
    qsort(piece[k].key, 4, sizeof piece[k].key[0], by_value);
  }
  qsort(piece, (size_t)mesh->n_elem * 6, sizeof *piece, by_key);
  return piece;
}

/* Takes the faces of one element each, in the order of elements; counts only when mesh->face is NULL. */
static MeshStatus gather(GrainMesh *mesh, const Piece piece[], int *elem)
{
  const int n     = 6 * mesh->n_elem;
  int      *owner = malloc((size_t)n * sizeof *owner);

  if (!owner) return MESH_ERR_MEMORY;
  mesh->n_face = 0;
  for (int i = 0, k; i < n; i += k) {
    k = run(piece, n, i);
    if (k == 1) owner[mesh->n_face++] = piece[i].owner;
    if (k <= 2) continue;
    *elem = piece[i + 2].owner / 6;
    free(owner);
    return MESH_ERR_CONTENT;
  }
  qsort(owner, (size_t)mesh->n_face, sizeof *owner, by_value);
  free(mesh->face);
  mesh->face = malloc((size_t)(mesh->n_face + 1) * sizeof *mesh->face);
  for (int f = 0; mesh->face && f < mesh->n_face; f++)
    for (int a = 0; a < 4; a++) mesh->face[f][a] = mesh->hex[owner[f] / 6][hex_face[owner[f] % 6][a]];
  free(owner);
  return mesh->face ? MESH_OK : MESH_ERR_MEMORY;
}

/* Surface nodes first, then the other used ones; unused ones go. */
static MeshStatus renumber(GrainMesh *mesh)
{
  enum { UNUSED, INSIDE, SURFACE };
  int *kind = calloc((size_t)mesh->n_node, sizeof *kind), *now = malloc((size_t)mesh->n_node * sizeof *now), n = 0;
  double(*x)[3] = malloc((size_t)mesh->n_node * sizeof *x);

  if (!kind || !now || !x) {
    free(kind);
    free(now);
    free(x);
    return MESH_ERR_MEMORY;
  }
  for (int k = 0; k < 8 * mesh->n_elem; k++) kind[mesh->hex[k / 8][k % 8]] = INSIDE;
  for (int k = 0; k < 4 * mesh->n_face; k++) kind[mesh->face[k / 4][k % 4]] = SURFACE;
  for (int pass = SURFACE; pass > UNUSED; pass--) {
    for (int i = 0; i < mesh->n_node; i++) {
      if (kind[i] != pass) continue;
      memcpy(x[n], mesh->x[i], sizeof x[n]);
      now[i] = n++;
    }
    if (pass == SURFACE) mesh->n_surf = n;
  }
  for (int k = 0; k < 8 * mesh->n_elem; k++) mesh->hex[k / 8][k % 8] = now[mesh->hex[k / 8][k % 8]];
  for (int k = 0; k < 4 * mesh->n_face; k++) mesh->face[k / 4][k % 4] = now[mesh->face[k / 4][k % 4]];
  free(mesh->x);
  mesh->x      = x;
  mesh->n_node = n;
  free(kind);
  free(now);
  return MESH_OK;
}

MeshStatus GrainMeshSurface(GrainMesh *mesh, int *elem)
{
  Piece     *piece  = all_faces(mesh);
  MeshStatus status = piece ? gather(mesh, piece, elem) : MESH_ERR_MEMORY;

  free(piece);
  return status ? status : renumber(mesh);
}

static int root(int parent[], int i)
{
  while (parent[i] != i) i = parent[i] = parent[parent[i]];
  return i;
}

MeshStatus GrainMeshBodies(const GrainMesh *mesh, int *n_body)
{
  const int n      = 6 * mesh->n_elem;
  Piece    *piece  = all_faces(mesh);
  int      *parent = malloc((size_t)mesh->n_elem * sizeof *parent);

  *n_body = mesh->n_elem;
  for (int e = 0; parent && e < mesh->n_elem; e++) parent[e] = e;
  for (int i = 1; piece && parent && i < n; i++) {
    int a, b;

    if (!same(&piece[i - 1], &piece[i])) continue;
    a = root(parent, piece[i - 1].owner / 6);
    b = root(parent, piece[i].owner / 6);
    if (a == b) continue;
    parent[a] = b;
    --*n_body;
  }
  free(parent);
  free(piece);
  return piece && parent ? MESH_OK : MESH_ERR_MEMORY;
}

MeshStatus GrainFacetsBuild(const GrainMesh *mesh, int (**next)[4])
{
  const int  n      = 4 * mesh->n_face;
  Piece     *piece  = calloc((size_t)n + 1, sizeof *piece);
  MeshStatus status = MESH_OK;

  *next = malloc((size_t)(mesh->n_face + 1) * sizeof **next);
  if (!piece || !*next) status = MESH_ERR_MEMORY;
  for (int k = 0; !status && k < n; k++) {
    const int a = mesh->face[k / 4][k % 4], b = mesh->face[k / 4][(k + 1) % 4];

    piece[k] = (Piece){
        .key = {a < b ? a : b, a < b ? b : a},
          .owner = k
    };
  }
  if (!status) qsort(piece, (size_t)n, sizeof *piece, by_key);
  for (int i = 0; !status && i < n; i += 2) {
    const int k = piece[i].owner, l = i + 1 < n ? piece[i + 1].owner : k;

    if (run(piece, n, i) != 2 || mesh->face[k / 4][k % 4] != mesh->face[l / 4][(l + 1) % 4]) {
      status = MESH_ERR_CONTENT;
      break;
    }
    (*next)[k / 4][k % 4] = l / 4;
    (*next)[l / 4][l % 4] = k / 4;
  }
  free(piece);
  if (!status) return MESH_OK;
  free(*next);
  *next = NULL;
  return status;
}

int grain_mesh_euler(const GrainMesh *mesh) { return mesh->n_surf - mesh->n_face; /* 2 edges for every facet */ }
