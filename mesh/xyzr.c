#include "mesh/cells.h"
#include "mesh/xyzr_impl.h"
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

static const struct {
  const char *name;
  double      nm;
} units[] = {
    {"nm", 1.0},
    {"A",  0.1},
    {"um", 1e3},
    {"mm", 1e6},
    {"m",  1e9},
    {NULL, 0.0}
};

MeshStatus ReaderError(Reader *reader, const char *format, ...)
{
  va_list args;
  int     used;

  if (reader->binary)
    used = snprintf(reader->why, reader->n_why, "%s, byte %lld: ", reader->path, (long long)ftello(reader->file));
  else if (reader->line)
    used = snprintf(reader->why, reader->n_why, "%s:%lld: ", reader->path, (long long)reader->line);
  else used = snprintf(reader->why, reader->n_why, "%s: ", reader->path);
  if (used < 0 || (size_t)used >= reader->n_why) return MESH_ERR_CONTENT;
  va_start(args, format);
  vsnprintf(reader->why + used, reader->n_why - (size_t)used, format, args);
  va_end(args);
  return MESH_ERR_CONTENT;
}

MeshStatus ReaderOpen(const char *path, char why[], size_t n_why, Reader *r)
{
  *r = (Reader){.file = fopen(path, "rb"), .path = path, .why = why, .n_why = n_why};
  if (n_why) why[0] = '\0';
  if (r->file) return MESH_OK;
  snprintf(why, n_why, "%s: %s", path, strerror(errno));
  return MESH_ERR_OPEN;
}

/* What a table of numbers says about itself in comments before the first row. */
typedef struct {
  double  unit;     /* [nm] */
  int64_t expected; /* rows, -1: not said */
} Header;

/* Looks for "unit X" and "grains N" in a comment; `text` is what follows the '#'. */
static MeshStatus ReadComment(Reader *r, const char *text, int64_t n_rows, Header *h)
{
  char word[32], value[32], *end;
  int  u = 0;

  if (sscanf(text, "%31s %31s", word, value) != 2) return MESH_OK;
  if (strcmp(word, "unit") == 0) {
    while (units[u].name && strcmp(units[u].name, value)) u++;
    if (!units[u].name) return ReaderError(r, "unit '%s' is not one of nm, A, um, mm, m", value);
    if (n_rows > 0) return ReaderError(r, "the unit must come before the first grain");
    h->unit = units[u].nm;
  } else if (strcmp(word, "grains") == 0) {
    h->expected = strtoll(value, &end, 10);
    if (*end || h->expected < 0) return ReaderError(r, "'%s' is not a number of grains", value);
  }
  return MESH_OK;
}

/* The numbers of a line, cut at '#'.  *count may exceed `columns`; only that many are stored. */
static MeshStatus ReadNumbers(Reader *r, char *line, int columns, double v[], int *count)
{
  char *p = line, *end;

  line[strcspn(line, "#")] = '\0';
  for (*count = 0;; (*count)++) {
    double x;

    p += strspn(p, " \t\r\n,;");
    if (!*p) return MESH_OK;
    x = strtod(p, &end);
    if (end == p || !strchr(" \t\r\n,;", *end))
      return ReaderError(r, "'%.*s' is not a number", (int)strcspn(p, " \t\r\n,;"), p);
    if (!isfinite(x))
      return ReaderError(r, "column %d is %s, not a finite number", *count + 1, isnan(x) ? "NaN" : "infinite");
    if (*count < columns) v[*count] = x;
    p = end;
  }
}

typedef struct {
  double *row; /* [n columns] */
  int64_t n, cap;
} Table;

static MeshStatus Append(Reader *r, Table *t, int columns, const double v[])
{
  if (t->n == t->cap) {
    const int64_t cap = 2 * t->cap + 1024;
    double       *row = realloc(t->row, (size_t)(cap * columns) * sizeof *row);

    if (!row) {
      snprintf(r->why, r->n_why, "%s: no memory for %lld rows", r->path, (long long)cap);
      return MESH_ERR_MEMORY;
    }
    t->row = row;
    t->cap = cap;
  }
  memcpy(t->row + t->n++ * columns, v, (size_t)columns * sizeof *v);
  return MESH_OK;
}

/* One line: a comment, nothing, or a row that is kept when [first, last) holds its number. */
static MeshStatus ReadRow(Reader *r, char *line, const char *names, int columns, int64_t first, int64_t *n_rows,
                          Header *h, Table *t)
{
  double     v[4];
  int        count;
  MeshStatus status;
  char      *hash = strchr(line, '#');

  if (hash) {
    status = ReadComment(r, hash + 1, *n_rows, h);
    if (status) return status;
  }
  status = ReadNumbers(r, line, columns, v, &count);
  if (status || count == 0) return status;
  if (count != columns)
    return ReaderError(r, "%d column%s where %d %s needed: %s%s", count, count == 1 ? "" : "s", columns,
                       columns == 1 ? "is" : "are", names, feof(r->file) ? "; is the file cut?" : "");
  for (int c = 0; c < columns; c++) v[c] *= h->unit;
  if (!(v[columns - 1] > 0.0))
    return ReaderError(r, "%s is %g, must be positive", columns == 1 ? "diameter" : "radius", v[columns - 1] / h->unit);
  if ((*n_rows)++ < first) return MESH_OK;
  return Append(r, t, columns, v);
}

/* Rows [first, last) of a file of numbers; *n_rows is what the file holds, or -1 when reading stopped before its end.
 */
static MeshStatus ReadTable(Reader *r, const char *names, int columns, int64_t first, int64_t last, Table *t,
                            int64_t *n_rows)
{
  Header     h      = {1.0, -1};
  char      *line   = NULL;
  size_t     size   = 0;
  ssize_t    got    = 0;
  MeshStatus status = MESH_OK;

  *n_rows = 0;
  while (!status && (last < 0 || *n_rows < last) && (got = getline(&line, &size, r->file)) >= 0) {
    r->line++;
    if ((size_t)got != strlen(line)) status = ReaderError(r, "a zero byte: this is not a text file");
    else status = ReadRow(r, line, names, columns, first, n_rows, &h, t);
  }
  free(line);
  if (status) return status;
  if (ferror(r->file)) {
    snprintf(r->why, r->n_why, "%s: %s", r->path, strerror(errno));
    return MESH_ERR_READ;
  }
  if (got < 0 && last >= 0 && *n_rows < last)
    return ReaderError(r, "the file ends after %lld grains, %lld are needed", (long long)*n_rows, (long long)last);
  if (got < 0 && h.expected >= 0 && h.expected != *n_rows)
    return ReaderError(r, "the file ends after %lld grains, its header says %lld", (long long)*n_rows,
                       (long long)h.expected);
  if (got >= 0) *n_rows = -1;
  return MESH_OK;
}

MeshStatus SpheresRead(const char *path, int64_t first, int64_t last, Spheres *spheres, char why[], size_t n_why)
{
  Reader     r;
  char       top[128] = "";
  double     version;
  MeshStatus status = ReaderOpen(path, why, n_why, &r);

  *spheres = (Spheres){0};
  if (status) return status;
  if (fgets(top, sizeof top, r.file) && sscanf(top, "# vtk DataFile Version %lf", &version) == 1) {
    r.line = 1;
    status = SpheresReadVtk(&r, version, first, last, spheres);
  } else {
    Table t = {0};

    rewind(r.file);
    status          = ReadTable(&r, "x y z r", 4, first, last, &t, &spheres->n_file);
    spheres->sphere = (double(*)[4])t.row;
    spheres->n      = t.n;
    if (!status && t.n == 0 && last != first) status = ReaderError(&r, "the file holds no grains");
  }
  fclose(r.file);
  if (status) spheres_free(spheres);
  return status;
}

MeshStatus DiametersRead(const char *path, double **diameter, int64_t *n, char why[], size_t n_why)
{
  Reader     r;
  Table      t      = {0};
  MeshStatus status = ReaderOpen(path, why, n_why, &r);

  *diameter = NULL;
  *n        = 0;
  if (status) return status;
  status = ReadTable(&r, "a diameter", 1, 0, -1, &t, n);
  if (!status && t.n == 0) status = ReaderError(&r, "the file holds no diameters");
  fclose(r.file);
  if (status) free(t.row);
  else *diameter = t.row;
  if (status) *n = 0;
  return status;
}

/* The pair that overlaps most for the smaller of the two; returns that share, 0 when none. */
static MeshStatus WorstPair(const Spheres *s, int pair[2], double *worst)
{
  CellGrid   grid  = {0};
  CellPairs  pairs = {0};
  double     r_max = 0.0;
  MeshStatus status;

  *worst = 0.0;
  for (int64_t i = 0; i < s->n; i++) r_max = fmax(r_max, s->sphere[i][3]);
  if (s->n > INT32_MAX) return MESH_ERR_RANGE;
  status = CellsBuild(&grid, s->n ? s->sphere[0] : NULL, 4, (int)s->n, 2.0 * r_max);
  if (!status) status = CellsPairs(&grid, 0.0, (int)s->n, &pairs);
  for (int i = 0; !status && i < pairs.n_owned; i++) {
    for (int k = pairs.first[i]; k < pairs.first[i + 1]; k++) {
      const double *a = s->sphere[i], *b = s->sphere[pairs.other[k]], small = fmin(a[3], b[3]);
      const double  d =
          sqrt((a[0] - b[0]) * (a[0] - b[0]) + (a[1] - b[1]) * (a[1] - b[1]) + (a[2] - b[2]) * (a[2] - b[2]));

      if ((a[3] + b[3] - d) / small <= *worst) continue;
      *worst  = (a[3] + b[3] - d) / small;
      pair[0] = i;
      pair[1] = pairs.other[k];
    }
  }
  cells_free(&grid);
  cell_pairs_free(&pairs);
  return status;
}

MeshStatus SpheresInDie(const Spheres *spheres, double die_radius, double z_lo, double z_hi, double max_overlap,
                        char why[], size_t n_why)
{
  double     worst   = 0.0;
  int64_t    who     = -1;
  int        pair[2] = {0, 0};
  MeshStatus status;

  for (int64_t i = 0; i < spheres->n; i++) {
    const double *s    = spheres->sphere[i];
    const double  past = fmax(fmax(hypot(s[0], s[1]) + s[3] - die_radius, z_lo - s[2] + s[3]), s[2] + s[3] - z_hi);

    if (past <= max_overlap * s[3] * (1.0 + 1e-9) || past <= worst) continue;
    worst = past;
    who   = i;
  }
  if (who >= 0) {
    const double *s = spheres->sphere[who];

    snprintf(why, n_why,
             "grain %lld at (%.6g, %.6g, %.6g) nm, radius %.6g nm, is %.3g nm outside the die: radius %.6g nm, z %.6g "
             "to %.6g nm",
             (long long)who + 1, s[0], s[1], s[2], s[3], worst, die_radius, z_lo, z_hi);
    return MESH_ERR_CONTENT;
  }
  if (spheres->n == 0) return MESH_OK;
  status = WorstPair(spheres, pair, &worst);
  if (status) snprintf(why, n_why, "no room to look for overlaps among %lld grains", (long long)spheres->n);
  if (status || worst <= max_overlap) return status;
  snprintf(why, n_why, "grains %d and %d overlap by %.3g of the smaller radius, %.3g is allowed", pair[0] + 1,
           pair[1] + 1, worst, max_overlap);
  return MESH_ERR_CONTENT;
}

void spheres_free(Spheres *spheres)
{
  free(spheres->sphere);
  *spheres = (Spheres){0};
}
