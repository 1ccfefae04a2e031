#include "mesh/grain_mesh_gmsh.h"
#include "mesh/xyzr_impl.h"
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Gmsh's numbers of elements that fill a volume, by type; the others are points, lines and faces, or too curved. */
static const struct {
  int         type;
  const char *name;
} solids[] = {
    {4,  "4-node tetrahedron" },
    {6,  "6-node prism"       },
    {7,  "5-node pyramid"     },
    {11, "10-node tetrahedron"},
    {12, "27-node hexahedron" },
    {13, "18-node prism"      },
    {14, "14-node pyramid"    },
    {17, "20-node hexahedron" },
    {18, "15-node prism"      },
    {19, "13-node pyramid"    },
    {29, "20-node tetrahedron"},
    {92, "64-node hexahedron" },
    {0,  NULL                 }
};

enum { GMSH_HEX = 5 };

typedef struct {
  int64_t tag;
  int     index; /* in the order of the file */
} Tag;

typedef struct {
  Reader r;
  char  *line;
  size_t size;
  double version;
  int    seen_nodes, seen_elements;
  Tag   *tag;     /* [n_node] sorted once all are read */
  double (*x)[3]; /* [n_node] */
  int n_node;
  int64_t (*hex)[8]; /* [n_hex] tags of nodes */
  int64_t *hex_tag;  /* [n_hex] */
  int64_t *hex_line; /* [n_hex] */
  int      n_hex, cap_hex;
} Msh;

static MeshStatus NoMemory(Msh *f)
{
  snprintf(f->r.why, f->r.n_why, "%s: no memory for the mesh", f->r.path);
  return MESH_ERR_MEMORY;
}

static MeshStatus ReadLine(Msh *f)
{
  const ssize_t got = getline(&f->line, &f->size, f->r.file);

  f->r.line++;
  if (got >= 0 && (size_t)got != strlen(f->line)) return ReaderError(&f->r, "a zero byte: this is not a text file");
  if (got >= 0) {
    f->line[strcspn(f->line, "\r\n")] = '\0';
    return MESH_OK;
  }
  if (!ferror(f->r.file)) return ReaderError(&f->r, "the file ends too early; is it cut?");
  snprintf(f->r.why, f->r.n_why, "%s: %s", f->r.path, strerror(errno));
  return MESH_ERR_READ;
}

/* Moves *p over `n` whole numbers. */
static MeshStatus Integers(Msh *f, char **p, int n, const char *what, int64_t v[])
{
  for (int k = 0; k < n; k++) {
    char *end;

    errno = 0;
    v[k]  = strtoll(*p, &end, 10);
    if (end == *p || errno || !strchr(" \t", *end))
      return ReaderError(&f->r, "'%.20s' where a whole number is needed: %s", *p + strspn(*p, " \t"), what);
    *p = end;
  }
  return MESH_OK;
}

static MeshStatus IntegerLine(Msh *f, int n, const char *what, int64_t v[])
{
  MeshStatus status = ReadLine(f);
  char      *p      = f->line;

  return status ? status : Integers(f, &p, n, what, v);
}

static MeshStatus Coordinates(Msh *f, char *p, double x[3])
{
  for (int d = 0; d < 3; d++) {
    char *end;

    x[d] = strtod(p, &end);
    if (end == p || !strchr(" \t", *end))
      return ReaderError(&f->r, "'%.20s' is not a coordinate", p + strspn(p, " \t"));
    if (!isfinite(x[d]))
      return ReaderError(&f->r, "coordinate %c is %s, not a finite number", "xyz"[d], isnan(x[d]) ? "NaN" : "infinite");
    p = end;
  }
  return MESH_OK;
}

/* Expects the line "$End..." that closes a section. */
static MeshStatus Close(Msh *f, const char *end)
{
  MeshStatus status = ReadLine(f);

  if (!status && strcmp(f->line, end)) status = ReaderError(&f->r, "'%.20s' where %s is needed", f->line, end);
  return status;
}

static MeshStatus ReadFormat(Msh *f)
{
  int        binary, size;
  MeshStatus status = ReadLine(f);

  if (status || strcmp(f->line, "$MeshFormat")) return ReaderError(&f->r, "not a MSH file: it must begin $MeshFormat");
  status = ReadLine(f);
  if (status) return status;
  if (sscanf(f->line, "%lf %d %d", &f->version, &binary, &size) != 3)
    return ReaderError(&f->r, "'%.20s' is not a version, file type and size of a number", f->line);
  if (binary != 0)
    return ReaderError(&f->r, "binary; only ASCII is read: gmsh -save -format msh41 -setnumber Mesh.Binary 0");
  if (f->version != 2.2 && f->version != 4.1)
    return ReaderError(&f->r, "MSH version %g; 2.2 and 4.1 are read: gmsh -save -format msh41", f->version);
  return Close(f, "$EndMeshFormat");
}

/* ------------------------------------------------------------------------------------------------------------- nodes
 */

static MeshStatus MakeNodes(Msh *f, int64_t n)
{
  if (f->seen_nodes++) return ReaderError(&f->r, "a second section of nodes");
  if (n < 8 || n > INT32_MAX / 8) return ReaderError(&f->r, "%lld nodes; 8 or more make a mesh", (long long)n);
  f->tag = malloc((size_t)n * sizeof *f->tag);
  f->x   = malloc((size_t)n * sizeof *f->x);
  return f->tag && f->x ? MESH_OK : NoMemory(f);
}

static MeshStatus Nodes2(Msh *f)
{
  int64_t    n = 0, tag = 0;
  MeshStatus status = IntegerLine(f, 1, "the number of nodes", &n);

  if (!status) status = MakeNodes(f, n);
  for (; !status && f->n_node < n; f->n_node++) {
    char *p;

    status = ReadLine(f);
    p      = f->line;
    if (!status) status = Integers(f, &p, 1, "the number of a node", &tag);
    if (!status) status = Coordinates(f, p, f->x[f->n_node]);
    f->tag[f->n_node] = (Tag){tag, f->n_node};
  }
  return status;
}

static MeshStatus Nodes4(Msh *f)
{
  int64_t    head[4] = {0}, block[4];
  MeshStatus status  = IntegerLine(f, 4, "blocks, nodes, smallest and largest number of a node", head);

  if (!status) status = MakeNodes(f, head[1]);
  for (int64_t b = 0; !status && b < head[0]; b++) {
    status = IntegerLine(f, 4, "dimension, entity, parametric or not, nodes of a block", block);
    if (!status && (block[3] < 0 || block[3] > head[1] - f->n_node))
      status = ReaderError(&f->r, "a block of %lld nodes, but %lld of %lld are left", (long long)block[3],
                           (long long)(head[1] - f->n_node), (long long)head[1]);
    for (int k = 0; !status && k < block[3]; k++) {
      int64_t tag = 0;

      status                = IntegerLine(f, 1, "the number of a node", &tag);
      f->tag[f->n_node + k] = (Tag){tag, f->n_node + k};
    }
    for (int64_t k = 0; !status && k < block[3]; k++) {
      status = ReadLine(f);
      if (!status) status = Coordinates(f, f->line, f->x[f->n_node++]);
    }
  }
  if (!status && f->n_node != head[1])
    status = ReaderError(&f->r, "%d nodes in blocks, %lld announced", f->n_node, (long long)head[1]);
  return status;
}

/* ---------------------------------------------------------------------------------------------------------- elements
 */

static MeshStatus RefuseSolid(Msh *f, int64_t tag, int64_t type)
{
  for (int s = 0; solids[s].name; s++)
    if (solids[s].type == type)
      return ReaderError(&f->r, "element %lld is a %s; only 8-node hexahedra are read", (long long)tag, solids[s].name);
  return MESH_OK;
}

static MeshStatus AddHex(Msh *f, int64_t tag, char *p)
{
  if (f->n_hex == f->cap_hex) {
    const int cap = 2 * f->cap_hex + 256;
    void     *hex, *tags, *lines;

    if (cap > INT32_MAX / 8) return ReaderError(&f->r, "more than %d hexahedra", f->n_hex);
    hex = realloc(f->hex, (size_t)cap * sizeof *f->hex);
    if (hex) f->hex = hex;
    tags = realloc(f->hex_tag, (size_t)cap * sizeof *f->hex_tag);
    if (tags) f->hex_tag = tags;
    lines = realloc(f->hex_line, (size_t)cap * sizeof *f->hex_line);
    if (lines) f->hex_line = lines;
    if (!hex || !tags || !lines) return NoMemory(f);
    f->cap_hex = cap;
  }
  f->hex_tag[f->n_hex]  = tag;
  f->hex_line[f->n_hex] = f->r.line;
  return Integers(f, &p, 8, "the eight nodes of a hexahedron", f->hex[f->n_hex++]);
}

static MeshStatus Element(Msh *f, int64_t tag, int64_t type, char *p)
{
  return type == GMSH_HEX ? AddHex(f, tag, p) : RefuseSolid(f, tag, type);
}

static MeshStatus Elements2(Msh *f)
{
  int64_t    n      = 0, head[3], label;
  MeshStatus status = IntegerLine(f, 1, "the number of elements", &n);

  for (int64_t k = 0; !status && k < n; k++) {
    char *p;

    status = ReadLine(f);
    p      = f->line;
    if (!status) status = Integers(f, &p, 3, "number, type and number of labels of an element", head);
    for (int64_t t = 0; !status && t < head[2]; t++) status = Integers(f, &p, 1, "a label of an element", &label);
    if (!status) status = Element(f, head[0], head[1], p);
  }
  return status;
}

static MeshStatus Elements4(Msh *f)
{
  int64_t    head[4] = {0}, block[4], tag;
  MeshStatus status  = IntegerLine(f, 4, "blocks, elements, smallest and largest number of an element", head);

  for (int64_t b = 0; !status && b < head[0]; b++) {
    status = IntegerLine(f, 4, "dimension, entity, type, elements of a block", block);
    for (int64_t k = 0; !status && k < block[3]; k++) {
      char *p;

      status = ReadLine(f);
      p      = f->line;
      if (!status) status = Integers(f, &p, 1, "the number of an element", &tag);
      if (!status) status = Element(f, tag, block[2], p);
    }
  }
  return status;
}

/* Passes over a section that holds nothing for us. */
static MeshStatus Skip(Msh *f)
{
  char       end[64];
  MeshStatus status;

  snprintf(end, sizeof end, "$End%.50s", f->line + 1);
  do status = ReadLine(f);
  while (!status && strcmp(f->line, end));
  return status;
}

static MeshStatus ReadSections(Msh *f)
{
  const int  old    = f->version < 3.0;
  MeshStatus status = MESH_OK;

  while (!status && !(f->seen_nodes && f->seen_elements)) {
    status = ReadLine(f);
    if (status) break;
    if (strcmp(f->line, "$Nodes") == 0) {
      status = old ? Nodes2(f) : Nodes4(f);
      if (!status) status = Close(f, "$EndNodes");
    } else if (strcmp(f->line, "$Elements") == 0) {
      f->seen_elements = 1;
      status           = old ? Elements2(f) : Elements4(f);
      if (!status) status = Close(f, "$EndElements");
    } else if (f->line[0] == '$') status = Skip(f);
    else if (f->line[strspn(f->line, " \t")])
      status = ReaderError(&f->r, "'%.20s' stands outside any section", f->line);
  }
  return status;
}

/* -------------------------------------------------------------------------------------------------------------- mesh
 */

static int by_tag(const void *a, const void *b)
{
  const Tag *p = a, *q = b;

  return (p->tag > q->tag) - (p->tag < q->tag);
}

/* An error of one hexahedron, at its line. */
#define HEX_ERROR(f, e, format, ...)                                                                                   \
  ((f)->r.line = (f)->hex_line[e],                                                                                     \
   ReaderError(&(f)->r, "hexahedron %lld " format, (long long)(f)->hex_tag[e], __VA_ARGS__))

/* Nodes' numbers to their places. */
static MeshStatus Join(Msh *f, GrainMesh *mesh)
{
  qsort(f->tag, (size_t)f->n_node, sizeof *f->tag, by_tag);
  for (int i = 1; i < f->n_node; i++) {
    if (f->tag[i].tag != f->tag[i - 1].tag) continue;
    f->r.line = 0;
    return ReaderError(&f->r, "two nodes have the number %lld", (long long)f->tag[i].tag);
  }
  mesh->hex = malloc((size_t)f->n_hex * sizeof *mesh->hex);
  if (!mesh->hex) return NoMemory(f);
  for (int e = 0; e < f->n_hex; e++) {
    for (int a = 0; a < 8; a++) {
      const Tag  key   = {f->hex[e][a], 0};
      const Tag *found = bsearch(&key, f->tag, (size_t)f->n_node, sizeof *f->tag, by_tag);

      if (!found) return HEX_ERROR(f, e, "has node %lld, which is not in the file", (long long)key.tag);
      mesh->hex[e][a] = found->index;
    }
  }
  mesh->x      = f->x;
  mesh->n_node = f->n_node;
  mesh->n_elem = f->n_hex;
  f->x         = NULL;
  return MESH_OK;
}

static MeshStatus CheckShape(Msh *f, const GrainMesh *mesh)
{
  int        n_body, (*next)[4];
  MeshStatus status = GrainMeshBodies(mesh, &n_body);

  f->r.line = 0;
  if (status) return NoMemory(f);
  if (n_body > 1)
    return ReaderError(&f->r, "%d bodies that share no faces; one grain is needed, its nodes merged", n_body);
  status = GrainFacetsBuild(mesh, &next);
  free(next);
  if (status == MESH_ERR_MEMORY) return NoMemory(f);
  if (status) return ReaderError(&f->r, "the surface is not watertight: an edge has not exactly two facets");
  if (grain_mesh_euler(mesh) != 2)
    return ReaderError(&f->r, "the surface has holes or cavities: Euler characteristic %d, a grain's is 2",
                       grain_mesh_euler(mesh));
  return MESH_OK;
}

static MeshStatus Build(Msh *f, GrainMesh *mesh)
{
  int        e = 0;
  MeshStatus status;

  f->r.line = 0;
  if (f->n_hex == 0) return ReaderError(&f->r, "the file holds no hexahedra");
  if (f->n_hex < GRAIN_MESH_LEAST)
    return ReaderError(&f->r, "%d hexahedra, at least %d make a grain", f->n_hex, GRAIN_MESH_LEAST);
  status = Join(f, mesh);
  if (status) return status;
  e = grain_mesh_check(mesh);
  if (e >= 0) {
    Hex x;

    grain_mesh_hex(mesh, e, x);
    return HEX_ERROR(f, e, "is inverted or flat: smallest Jacobian %.3g", hex_smallest_jacobian(x));
  }
  status = GrainMeshSurface(mesh, &e);
  if (status == MESH_ERR_MEMORY) return NoMemory(f);
  if (status) return HEX_ERROR(f, e, "shares a face with %s", "two others");
  status = CheckShape(f, mesh);
  if (status) return status;
  status = GrainMeshCentre(mesh);
  return status ? ReaderError(&f->r, "the volume is not a positive finite number") : MESH_OK;
}

MeshStatus GrainMeshRead(const char *path, GrainMesh *mesh, char why[], size_t n_why)
{
  Msh        f      = {0};
  MeshStatus status = ReaderOpen(path, why, n_why, &f.r);

  *mesh = (GrainMesh){0};
  if (status) return status;
  status = ReadFormat(&f);
  if (!status) status = ReadSections(&f);
  if (!status) status = Build(&f, mesh);
  fclose(f.r.file);
  free(f.line);
  free(f.tag);
  free(f.x);
  free(f.hex);
  free(f.hex_tag);
  free(f.hex_line);
  if (status) grain_mesh_free(mesh);
  return status;
}
