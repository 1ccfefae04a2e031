#include "postproc/vtk_legacy.h"
#include "postproc/files.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CHUNK_BYTES = 1 << 22, PATH_BYTES = 1200 };

/* A file under way.  `at` is the same on all ranks: where the next section begins. */
typedef struct {
  MPI_Comm       comm;
  MPI_File       file;
  int            rank, error; /* error: errno of this rank's first failure */
  MPI_Offset     at;
  unsigned char *chunk;
} Stream;

/* How one kind of row (points or cells) is spread over the ranks. */
typedef struct {
  int64_t local, first, global;
} Spread;

/* Produces the bytes of rows [begin, end) of this rank, big-endian, into out. */
typedef void (*Producer)(const void *context, int64_t begin, int64_t end, unsigned char *out);

static Spread spread_of(MPI_Comm comm, int64_t local)
{
  Spread s = {.local = local};

  MPI_Exscan(&s.local, &s.first, 1, MPI_INT64_T, MPI_SUM, comm);
  MPI_Allreduce(&s.local, &s.global, 1, MPI_INT64_T, MPI_SUM, comm);
  return s;
}

static void put_be32(unsigned char *out, uint32_t v)
{
  v = __builtin_bswap32(v);
  memcpy(out, &v, 4);
}

static void put_be64(unsigned char *out, uint64_t v)
{
  v = __builtin_bswap64(v);
  memcpy(out, &v, 8);
}

static size_t type_bytes(VtkType type) { return type == VTK_INT32 || type == VTK_FLOAT ? 4 : 8; }

static const char *type_name(VtkType type)
{
  static const char *const names[] = {"int", "vtktypeint64", "float", "double"};

  return names[type];
}

/* One number of type `type` at `from` in memory, big-endian at `out`. */
static void put_number(VtkType type, const char *from, unsigned char *out)
{
  uint32_t u4;
  uint64_t u8;
  double   d;
  float    f;

  switch (type) {
  case VTK_INT32:
    memcpy(&u4, from, 4);
    put_be32(out, u4);
    break;
  case VTK_INT64:
  case VTK_DOUBLE:
    memcpy(&u8, from, 8);
    put_be64(out, u8);
    break;
  case VTK_FLOAT:
    memcpy(&d, from, 8);
    f = (float)d;
    memcpy(&u4, &f, 4);
    put_be32(out, u4);
    break;
  }
}

static void produce_array(const void *context, int64_t begin, int64_t end, unsigned char *out)
{
  const VtkArray *a      = context;
  const size_t    number = a->type == VTK_INT32 ? 4 : 8, row = (size_t)a->components * number;

  for (int64_t k = begin; k < end; k++) {
    const char *from = (const char *)a->data + (size_t)k * (a->stride ? a->stride : row);

    for (int c = 0; c < a->components; c++, out += type_bytes(a->type))
      put_number(a->type, from + (size_t)c * number, out);
  }
}

/* Connectivity of version 3.0: the number of corners, then the corners. */
typedef struct {
  const VtkDataset *data;
  int64_t           first_point, first_cell;
} CellContext;

static int64_t corner(const CellContext *c, int64_t cell, int k)
{
  return c->data->cells ? c->data->cells[cell * c->data->corners + k] : c->first_point + cell;
}

static void produce_cells(const void *context, int64_t begin, int64_t end, unsigned char *out)
{
  const CellContext *c = context;

  for (int64_t i = begin; i < end; i++) {
    put_be32(out, (uint32_t)c->data->corners);
    out += 4;
    for (int k = 0; k < c->data->corners; k++, out += 4) put_be32(out, (uint32_t)corner(c, i, k));
  }
}

static void produce_offsets(const void *context, int64_t begin, int64_t end, unsigned char *out)
{
  const CellContext *c = context;

  for (int64_t i = begin; i < end; i++, out += 8) put_be64(out, (uint64_t)((c->first_cell + i + 1) * c->data->corners));
}

static void produce_corners(const void *context, int64_t begin, int64_t end, unsigned char *out)
{
  const CellContext *c = context;

  for (int64_t i = begin; i < end; i++)
    for (int k = 0; k < c->data->corners; k++, out += 8) put_be64(out, (uint64_t)corner(c, i, k));
}

static void produce_cell_types(const void *context, int64_t begin, int64_t end, unsigned char *out)
{
  for (int64_t i = begin; i < end; i++, out += 4) put_be32(out, 12); /* VTK_HEXAHEDRON */
}

/* MPI libraries report a full disk as a short count and no error (Open MPI 4.1): look at both. */
static void check_count(Stream *s, int mpi_error, const MPI_Status *status, int wanted)
{
  int got = 0;

  if (s->error) return;
  if (mpi_error == MPI_SUCCESS) MPI_Get_count(status, MPI_BYTE, &got);
  if (mpi_error != MPI_SUCCESS) s->error = errno ? errno : EIO;
  else if (got != wanted) s->error = errno ? errno : ENOSPC;
}

/* Collective.  Bytes that rank 0 writes; all ranks pass the same. */
static void write_bytes(Stream *s, const void *bytes, int n)
{
  MPI_Status status;

  if (s->rank == 0 && n) {
    errno          = 0;
    const int code = MPI_File_write_at(s->file, s->at, (void *)bytes, n, MPI_BYTE, &status);
    check_count(s, code, &status, n);
  }
  s->at += n;
}

__attribute__((format(printf, 2, 3))) static void write_text(Stream *s, const char format[], ...)
{
  char    text[1024];
  va_list args;

  va_start(args, format);
  vsnprintf(text, sizeof(text), format, args);
  va_end(args);
  write_bytes(s, text, (int)strlen(text));
}

/* Collective.  All rows of one section: this rank's, chunk by chunk, so that memory does not grow with their number. */
static void write_rows(Stream *s, const Spread *spread, size_t row_bytes, Producer produce, const void *context)
{
  const int64_t rows = CHUNK_BYTES / (int64_t)row_bytes;

  for (int64_t begin = 0; begin < spread->local; begin += rows) {
    const int64_t lo = begin < spread->local ? begin : spread->local;
    const int64_t hi = begin + rows < spread->local ? begin + rows : spread->local;
    const int     n  = (int)((hi - lo) * (int64_t)row_bytes);
    MPI_Status    status;

    if (!n) continue;
    produce(context, lo, hi, s->chunk);
    errno = 0;
    /* not write_at_all: its aggregators (Open MPI 4.1, vulcan) keep a full disk to themselves */
    const int code = MPI_File_write_at(s->file, s->at + (MPI_Offset)((spread->first + lo) * (int64_t)row_bytes),
                                       s->chunk, n, MPI_BYTE, &status);
    check_count(s, code, &status, n);
  }
  s->at += (MPI_Offset)(spread->global * (int64_t)row_bytes);
  write_bytes(s, "\n", 1);
}

static void write_arrays(Stream *s, const char kind[], const Spread *spread, int n, const VtkArray arrays[])
{
  if (!n) return;
  write_text(s, "%s %lld\nFIELD FieldData %d\n", kind, (long long)spread->global, n);
  for (int k = 0; k < n; k++) {
    const VtkArray *a = &arrays[k];

    write_text(s, "%s %d %lld %s\n", a->name, a->components, (long long)spread->global, type_name(a->type));
    write_rows(s, spread, type_bytes(a->type) * (size_t)a->components, produce_array, a);
  }
}

static void write_cells(Stream *s, const VtkDataset *d, const Spread *cells, int64_t first_point, int wide)
{
  static const char *const words[] = {"VERTICES", "LINES", "POLYGONS", "CELLS"};
  const CellContext        context = {.data = d, .first_point = first_point, .first_cell = cells->first};

  if (!cells->global) return;
  if (wide) {
    const unsigned char zero[8] = {0};

    write_text(s, "%s %lld %lld\nOFFSETS vtktypeint64\n", words[d->shape], (long long)cells->global + 1,
               (long long)cells->global * d->corners);
    write_bytes(s, zero, 8);
    write_rows(s, cells, 8, produce_offsets, &context);
    write_text(s, "CONNECTIVITY vtktypeint64\n");
    write_rows(s, cells, 8 * (size_t)d->corners, produce_corners, &context);
  } else {
    write_text(s, "%s %lld %lld\n", words[d->shape], (long long)cells->global,
               (long long)cells->global * (d->corners + 1));
    write_rows(s, cells, 4 * (size_t)(d->corners + 1), produce_cells, &context);
  }
  if (d->shape == VTK_HEXAHEDRA) {
    write_text(s, "CELL_TYPES %lld\n", (long long)cells->global);
    write_rows(s, cells, 4, produce_cell_types, &context);
  }
}

static void write_field_data(Stream *s, const VtkDataset *d)
{
  unsigned char be[8];
  uint64_t      bits;

  memcpy(&bits, &d->time, 8);
  put_be64(be, bits);
  write_text(s, "FIELD FieldData 2\nTIME 1 1 double\n");
  write_bytes(s, be, 8);
  put_be64(be, (uint64_t)d->step);
  write_text(s, "\nSTEP 1 1 vtktypeint64\n");
  write_bytes(s, be, 8);
  write_bytes(s, "\n", 1);
}

static void write_all(Stream *s, const VtkDataset *d)
{
  const Spread   points = spread_of(s->comm, d->n_points);
  const Spread   cells  = spread_of(s->comm, d->n_cells);
  const int      wide   = d->wide || points.global > INT32_MAX || cells.global * (d->corners + 1) > INT32_MAX;
  const VtkArray place  = {.type = d->point_type, .components = 3, .data = d->points, .stride = d->point_stride};

  write_text(s, "# vtk DataFile Version %s\n%.250s\nBINARY\nDATASET %s\n", wide ? "5.1" : "3.0", d->title,
             d->shape == VTK_HEXAHEDRA ? "UNSTRUCTURED_GRID" : "POLYDATA");
  write_field_data(s, d);
  write_text(s, "POINTS %lld %s\n", (long long)points.global, type_name(d->point_type));
  write_rows(s, &points, 3 * type_bytes(d->point_type), produce_array, &place);
  write_cells(s, d, &cells, points.first, wide);
  write_arrays(s, "POINT_DATA", &points, d->n_point_arrays, d->point_arrays);
  write_arrays(s, "CELL_DATA", &cells, d->n_cell_arrays, d->cell_arrays);
}

/* Collective.  The largest error of any rank: all ranks agree. */
static int agree(MPI_Comm comm, int error)
{
  MPI_Allreduce(MPI_IN_PLACE, &error, 1, MPI_INT, MPI_MAX, comm);
  return error;
}

/* On rank 0: the file must have the length it was meant to have, then gets its name. */
static int finish(const char tmp[], const char path[], MPI_Offset length)
{
  struct stat st;

  if (stat(tmp, &st)) return errno;
  if ((MPI_Offset)st.st_size != length) return ENOSPC;
  return rename(tmp, path) ? errno : 0;
}

int VtkWrite(MPI_Comm comm, const char path[], const VtkDataset *data, char message[VTK_MESSAGE_MAX])
{
  Stream s = {.comm = comm, .chunk = malloc(CHUNK_BYTES)};
  char   tmp[PATH_BYTES];

  MPI_Comm_rank(comm, &s.rank);
  message[0] = 0;
  if (snprintf(tmp, sizeof(tmp), "%s.tmp", path) >= (int)sizeof(tmp)) s.error = ENAMETOOLONG;
  else if (!s.chunk) s.error = ENOMEM;
  else if (s.rank == 0) s.error = file_touch(tmp);
  s.error = agree(comm, s.error);
  if (!s.error) s.error = agree(comm, MPI_File_open(comm, tmp, MPI_MODE_WRONLY, MPI_INFO_NULL, &s.file) ? EIO : 0);
  if (!s.error) {
    write_all(&s, data);
    if (MPI_File_close(&s.file) != MPI_SUCCESS && !s.error) s.error = errno ? errno : EIO;
  }
  free(s.chunk);
  s.error = agree(comm, s.error);
  if (!s.error && s.rank == 0) s.error = finish(tmp, path, s.at);
  if (s.error && s.rank == 0) unlink(tmp);
  s.error = agree(comm, s.error);
  if (s.error) snprintf(message, VTK_MESSAGE_MAX, "%.1200s cannot be written: %s", path, strerror(s.error));
  return s.error;
}
