/*
  vtk_legacy.h - datasets as legacy VTK files, binary, written by all ranks at once with MPI-IO.

  Each rank writes its slice in place; rank 0 adds the words between; nothing is gathered.  The rows of rank 0 come
  first, then those of rank 1, and so on.  Arrays go into FIELDs, so that every reader sees all of them by name. Format:
  The VTK User's Guide, "VTK File Formats"; version 3.0 (32-bit connectivity, read by everything) while the numbers fit,
  version 5.1 (64-bit) above 2^31.
*/
#ifndef POSTPROC_VTK_LEGACY_H
#define POSTPROC_VTK_LEGACY_H

#include <mpi.h>
#include <stddef.h>
#include <stdint.h>

enum { VTK_MESSAGE_MAX = 1536 };

/* In the file; in memory INT32 is int32_t, INT64 int64_t, FLOAT and DOUBLE both double. */
typedef enum { VTK_INT32, VTK_INT64, VTK_FLOAT, VTK_DOUBLE } VtkType;
typedef enum { VTK_VERTICES, VTK_LINES, VTK_POLYGONS, VTK_HEXAHEDRA } VtkShape;

typedef struct {
  const char *name; /* with its unit, no blanks: stress_GPa */
  VtkType     type;
  int         components; /* 1 scalar, 3 vector, 9 tensor */
  const void *data;       /* of the first row of this rank */
  size_t      stride;     /* bytes from row to row; 0: packed */
} VtkArray;

typedef struct {
  const char     *title;        /* one line, less than 256 characters */
  double          time;         /* [ns]; field data TIME */
  int64_t         step;         /* field data STEP */
  int64_t         n_points;     /* of this rank */
  const double   *points;       /* of the first point [nm] */
  size_t          point_stride; /* bytes from point to point; 0: packed */
  VtkType         point_type;   /* VTK_FLOAT or VTK_DOUBLE */
  VtkShape        shape;        /* all but hexahedra make a PolyData */
  int64_t         n_cells;      /* of this rank */
  int             corners;      /* points of each cell */
  const int64_t  *cells; /* [corners n_cells] point numbers in the whole file; NULL with VTK_VERTICES: one per point */
  int             n_point_arrays, n_cell_arrays;
  const VtkArray *point_arrays, *cell_arrays;
  int             wide; /* 1: version 5.1 even when version 3.0 would do */
} VtkDataset;

/*
  VtkWrite - writes one dataset to `path` (by way of path.tmp, renamed when complete).

  Collective.  Shapes, array names and types must agree on all ranks.  Returns 0, or the same nonzero value on every
  rank with what went wrong in message.
*/
int VtkWrite(MPI_Comm comm, const char path[], const VtkDataset *data, char message[VTK_MESSAGE_MAX]);

#endif
