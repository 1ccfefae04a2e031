/* Legacy VTK, as far as a packing needs it: "VTK File Formats for VTK Version 4.2" and, for cells, version 5.1. */
#include "mesh/xyzr_impl.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { LINE_MAX_LEN = 512, NAME_LEN = 128, CHUNK = 4096 };

typedef enum { TYPE_F64, TYPE_F32, TYPE_I8, TYPE_U8, TYPE_I16, TYPE_U16, TYPE_I32, TYPE_U32, TYPE_I64, TYPE_U64 } Type;

static const struct {
  const char *name;
  Type        type;
  int         size; /* bytes, big-endian in a binary file */
} types[] = {
    {"double",         TYPE_F64, 8},
    {"float",          TYPE_F32, 4},
    {"char",           TYPE_I8,  1},
    {"unsigned_char",  TYPE_U8,  1},
    {"short",          TYPE_I16, 2},
    {"unsigned_short", TYPE_U16, 2},
    {"int",            TYPE_I32, 4},
    {"unsigned_int",   TYPE_U32, 4},
    {"long",           TYPE_I64, 8},
    {"unsigned_long",  TYPE_U64, 8},
    {"vtkIdType",      TYPE_I32, 4},
    {"vtktypeint64",   TYPE_I64, 8},
    {"vtktypeint32",   TYPE_I32, 4},
    {NULL,             TYPE_I8,  0}
};

/* Where the tuples [first, last) of an array go: component c of tuple t to out[stride (t - first) + c], times scale. */
typedef struct {
  double *out;
  int     stride;
  double  scale;
  int64_t first, last;
} Keep;

/* What is known while the sections pass by. */
typedef struct {
  Reader  *r;
  Spheres *s;
  double   version;
  int64_t  first, last;        /* grains to keep; last < 0 until the points are counted */
  int64_t  n_tuples;           /* of the data section that is being read */
  int      on_points;          /* data belong to points, not to cells */
  int      has_radius;         /* 0: no, 1: from a diameter, 2: from a radius, which is preferred */
  char     seen[LINE_MAX_LEN]; /* names of the point arrays, for the message */
} Vtk;

/* Next line that is not blank, without its end; 0 at the end of the file. */
static int next_line(Reader *r, char line[LINE_MAX_LEN])
{
  while (fgets(line, LINE_MAX_LEN, r->file)) {
    r->line++;
    line[strcspn(line, "\r\n")] = '\0';
    if (line[strspn(line, " \t")]) return 1;
  }
  return 0;
}

static int find_type(const char *name)
{
  int t = 0;

  while (types[t].name && strcasecmp(types[t].name, name)) t++;
  return types[t].name ? t : -1;
}

/* One big-endian value of a binary file. */
static double decode(const unsigned char *b, Type type, int size)
{
  uint64_t bits = 0;
  uint32_t bits32;
  double   f64;
  float    f32;

  for (int k = 0; k < size; k++) bits = bits << 8 | b[k];
  bits32 = (uint32_t)bits;
  switch (type) {
  case TYPE_F64:
    memcpy(&f64, &bits, sizeof f64);
    return f64;
  case TYPE_F32:
    memcpy(&f32, &bits32, sizeof f32);
    return f32;
  case TYPE_I8:
    return (int8_t)bits;
  case TYPE_I16:
    return (int16_t)bits;
  case TYPE_I32:
    return (int32_t)bits;
  case TYPE_I64:
    return (double)(int64_t)bits;
  default:
    return (double)bits;
  }
}

static void keep_value(const Keep *k, int64_t value_index, int comps, double value)
{
  const int64_t tuple = value_index / comps, c = value_index % comps;

  if (k && tuple >= k->first && tuple < k->last) k->out[k->stride * (tuple - k->first) + c] = value * k->scale;
}

/* Next word of an ASCII section; 0 at the end of the file. */
static int next_word(Reader *r, char word[NAME_LEN])
{
  int c, n = 0;

  while ((c = getc(r->file)) != EOF && strchr(" \t\r\n", c)) r->line += c == '\n';
  for (; c != EOF && !strchr(" \t\r\n", c) && n < NAME_LEN - 1; c = getc(r->file)) word[n++] = (char)c;
  r->line += c == '\n';
  word[n] = '\0';
  return n > 0;
}

/* Reads an array of `tuples` by `comps` values; keep may be NULL. */
static MeshStatus ReadArray(Reader *r, const char *what, const char *type_name, int64_t tuples, int comps,
                            const Keep *keep)
{
  const int     t = find_type(type_name);
  const int64_t n = tuples * comps;
  unsigned char chunk[CHUNK * 8];
  char          word[NAME_LEN], *end;

  if (t < 0) return ReaderError(r, "%s: data type '%s' is not known", what, type_name);
  if (tuples < 0 || comps < 1 || tuples > INT64_MAX / 64 / comps) return ReaderError(r, "%s: impossible size", what);
  for (int64_t i = 0; i < n && !r->binary; i++) {
    double value;

    if (!next_word(r, word))
      return ReaderError(r, "%s: the file ends after %lld of %lld values", what, (long long)i, (long long)n);
    value = strtod(word, &end);
    if (*end || end == word) return ReaderError(r, "%s: '%s' is not a number", what, word);
    keep_value(keep, i, comps, value);
  }
  for (int64_t i = 0; i < n && r->binary;) {
    const size_t want = (size_t)(n - i < CHUNK ? n - i : CHUNK),
                 got  = fread(chunk, (size_t)types[t].size, want, r->file);

    for (size_t k = 0; keep && k < got; k++)
      keep_value(keep, i + (int64_t)k, comps, decode(chunk + k * (size_t)types[t].size, types[t].type, types[t].size));
    i += (int64_t)got;
    if (got < want)
      return ReaderError(r, "%s: the file ends after %lld of %lld values", what, (long long)i, (long long)n);
  }
  return MESH_OK;
}

/* 2: the array holds radii, 1: diameters, 0: something else. */
static int radius_kind(const char *name)
{
  if (!strcasecmp(name, "radius") || !strcasecmp(name, "radius_nm")) return 2;
  return !strcasecmp(name, "diameter") || !strcasecmp(name, "diameter_nm");
}

/* A named data array: the radii are kept, the others passed over. */
static MeshStatus ReadNamed(Vtk *v, const char *name, const char *type, int64_t tuples, int comps)
{
  const int    kind = v->on_points && v->s->sphere ? radius_kind(name) : 0;
  const size_t used = strlen(v->seen);
  Keep         keep;

  if (v->on_points) snprintf(v->seen + used, sizeof v->seen - used, "%s%s", used ? ", " : "", name);
  if (kind <= v->has_radius) return ReadArray(v->r, name, type, tuples, comps, NULL);
  if (comps != 1 || tuples != v->s->n_file)
    return ReaderError(v->r, "%s: %lld x %d values for %lld points", name, (long long)tuples, comps,
                       (long long)v->s->n_file);
  keep          = (Keep){&v->s->sphere[0][3], 4, kind == 2 ? 1.0 : 0.5, v->first, v->last};
  v->has_radius = kind;
  return ReadArray(v->r, name, type, tuples, 1, &keep);
}

static MeshStatus ReadPoints(Vtk *v, const char *line)
{
  char      type[NAME_LEN];
  long long n;

  if (sscanf(line, "%*s %lld %127s", &n, type) != 2 || n < 0)
    return ReaderError(v->r, "'%s': POINTS n type is needed", line);
  if (v->s->sphere) return ReaderError(v->r, "a second POINTS section");
  if (v->last > n) return ReaderError(v->r, "the file holds %lld grains, %lld are needed", n, (long long)v->last);
  if (n == 0) return ReaderError(v->r, "the file holds no grains");
  if (v->last < 0) v->last = n;
  if (v->first > v->last) v->first = v->last;
  v->s->n_file = n;
  v->s->n      = v->last - v->first;
  v->s->sphere = malloc((size_t)(v->s->n + 1) * sizeof *v->s->sphere);
  if (!v->s->sphere) {
    snprintf(v->r->why, v->r->n_why, "%s: no memory for %lld grains", v->r->path, (long long)v->s->n);
    return MESH_ERR_MEMORY;
  }
  return ReadArray(v->r, "POINTS", type, n, 3, &(Keep){v->s->sphere[0], 4, 1.0, v->first, v->last});
}

/* Cells are passed over: up to version 4 "KIND n size" and size integers, from 5 on two named arrays. */
static MeshStatus SkipCells(Vtk *v, const char *line)
{
  char       next[LINE_MAX_LEN], type[NAME_LEN];
  long long  a, b = 0;
  const int  n_numbers = sscanf(line, "%*s %lld %lld", &a, &b);
  MeshStatus status    = MESH_OK;

  if (strncmp(line, "CELL_TYPES", 10) == 0 && n_numbers >= 1) return ReadArray(v->r, "CELL_TYPES", "int", a, 1, NULL);
  if (n_numbers != 2) return ReaderError(v->r, "'%s': two numbers are needed", line);
  if (v->version < 5.0) return ReadArray(v->r, "cells", "int", b, 1, NULL);
  for (int k = 0; k < 2 && !status; k++) {
    if (!next_line(v->r, next) || sscanf(next, "%*s %127s", type) != 1)
      return ReaderError(v->r, "OFFSETS or CONNECTIVITY is needed");
    status = ReadArray(v->r, k ? "CONNECTIVITY" : "OFFSETS", type, k ? b : a, 1, NULL);
  }
  return status;
}

/* "FIELD name k" and its k arrays "name components tuples type". */
static MeshStatus ReadField(Vtk *v, const char *line)
{
  char       next[LINE_MAX_LEN], name[NAME_LEN], type[NAME_LEN];
  int        n_arrays, comps;
  long long  tuples;
  MeshStatus status = MESH_OK;

  if (sscanf(line, "%*s %*s %d", &n_arrays) != 1) return ReaderError(v->r, "'%s': FIELD name n is needed", line);
  for (int k = 0; k < n_arrays && !status;) {
    if (!next_line(v->r, next)) return ReaderError(v->r, "the file ends after %d of %d arrays", k, n_arrays);
    if (strncmp(next, "METADATA", 8) == 0) {
      while (fgets(next, sizeof next, v->r->file) && next[0] != '\n' && next[0] != '\r') v->r->line++;
      continue;
    }
    if (sscanf(next, "%127s %d %lld %127s", name, &comps, &tuples, type) != 4)
      return ReaderError(v->r, "'%.60s': name components tuples type is needed", next);
    status = ReadNamed(v, name, type, tuples, comps);
    k++;
  }
  return status;
}

/* SCALARS, VECTORS and their kin: the number of components follows from the keyword. */
static MeshStatus ReadAttribute(Vtk *v, const char *key, const char *line)
{
  static const struct {
    const char *key;
    int         comps;
  } fixed[] = {
      {"VECTORS",      3},
      {"NORMALS",      3},
      {"TENSORS",      9},
      {"TENSORS6",     6},
      {"GLOBAL_IDS",   1},
      {"PEDIGREE_IDS", 1},
      {NULL,           0}
  };
  char      next[LINE_MAX_LEN], name[NAME_LEN], type[NAME_LEN];
  int       comps = 1;
  long      here;
  const int words = sscanf(line, "%*s %127s %127s %d", name, type, &comps);

  for (int k = 0; fixed[k].key && words >= 2; k++) {
    if (strcmp(key, fixed[k].key) == 0) return ReadNamed(v, name, type, v->n_tuples, fixed[k].comps);
  }
  if (strcmp(key, "SCALARS") || words < 2) return ReaderError(v->r, "'%.60s' is not understood", line);
  here = ftell(v->r->file);
  if (next_line(v->r, next) && strncmp(next, "LOOKUP_TABLE", 12)) { /* optional: what was read is data already */
    v->r->line--;
    fseek(v->r->file, here, SEEK_SET);
  }
  return ReadNamed(v, name, type, v->n_tuples, comps);
}

/* One section, by its first word. */
static MeshStatus ReadSection(Vtk *v, const char *line)
{
  static const char *const cells[] = {"VERTICES", "LINES", "POLYGONS", "TRIANGLE_STRIPS", "CELLS", "CELL_TYPES", NULL};
  char                     key[NAME_LEN] = "", skip[LINE_MAX_LEN];
  long long                n;

  sscanf(line, "%127s", key);
  if (strcmp(key, "POINTS") == 0) return ReadPoints(v, line);
  if (strcmp(key, "FIELD") == 0) return ReadField(v, line);
  for (int k = 0; cells[k]; k++) {
    if (strcmp(key, cells[k]) == 0) return SkipCells(v, line);
  }
  if (strcmp(key, "METADATA") == 0) {
    while (fgets(skip, sizeof skip, v->r->file) && skip[0] != '\n' && skip[0] != '\r') v->r->line++;
    return MESH_OK;
  }
  if (strcmp(key, "POINT_DATA") == 0 || strcmp(key, "CELL_DATA") == 0) {
    if (sscanf(line, "%*s %lld", &n) != 1) return ReaderError(v->r, "'%s': a number is needed", line);
    v->on_points = key[0] == 'P';
    v->n_tuples  = n;
    if (v->on_points && n != v->s->n_file)
      return ReaderError(v->r, "POINT_DATA %lld for %lld points", n, (long long)v->s->n_file);
    return MESH_OK;
  }
  return ReadAttribute(v, key, line);
}

/* After the last section: are all kept grains complete and possible? */
static MeshStatus CheckSpheres(Vtk *v)
{
  if (!v->s->sphere) return ReaderError(v->r, "no POINTS section");
  if (!v->has_radius)
    return ReaderError(v->r, "no point array named radius or diameter (found: %s)", v->seen[0] ? v->seen : "none");
  for (int64_t i = 0; i < v->s->n; i++) {
    const double   *s     = v->s->sphere[i];
    const long long grain = v->first + i + 1;

    if (!isfinite(s[0] + s[1] + s[2] + s[3]))
      return ReaderError(v->r, "grain %lld has a value that is not finite", grain);
    if (!(s[3] > 0.0)) return ReaderError(v->r, "grain %lld has radius %g, must be positive", grain, s[3]);
  }
  return MESH_OK;
}

MeshStatus SpheresReadVtk(Reader *reader, double version, int64_t first, int64_t last, Spheres *spheres)
{
  Vtk        v = {.r = reader, .s = spheres, .version = version, .first = first, .last = last};
  char       line[LINE_MAX_LEN];
  MeshStatus status = MESH_OK;

  if (!fgets(line, sizeof line, reader->file)) return ReaderError(reader, "the file ends in the header");
  reader->line++; /* the title, which may be blank */
  if (!next_line(reader, line)) return ReaderError(reader, "the file ends in the header");
  if (strncasecmp(line, "ASCII", 5) && strncasecmp(line, "BINARY", 6))
    return ReaderError(reader, "'%.40s' is neither ASCII nor BINARY", line);
  reader->binary = line[0] == 'B' || line[0] == 'b';
  if (!next_line(reader, line)) return ReaderError(reader, "the file ends in the header");
  if (!strstr(line, "POLYDATA") && !strstr(line, "UNSTRUCTURED_GRID"))
    return ReaderError(reader, "'%.60s': DATASET POLYDATA or UNSTRUCTURED_GRID is needed", line);
  while (!status && next_line(reader, line)) status = ReadSection(&v, line);
  return status ? status : CheckSpheres(&v);
}
