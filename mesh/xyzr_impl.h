/* xyzr_impl.h - shared by the readers of this folder; not for others. */
#ifndef MESH_XYZR_IMPL_H
#define MESH_XYZR_IMPL_H

#include "mesh/xyzr.h"
#include <stdio.h>

typedef struct {
  FILE       *file;
  const char *path;
  int64_t     line; /* number of the last line read, from 1 */
  int         binary;
  char       *why;
  size_t      n_why;
} Reader;

/* Opens the file; on failure why says what the operating system says. */
MeshStatus ReaderOpen(const char *path, char why[], size_t n_why, Reader *reader);

/* Writes "path:line: ..." (or "path, byte N: ...") to reader->why and returns MESH_ERR_CONTENT. */
MeshStatus ReaderError(Reader *reader, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Reads a legacy VTK file from its second line on. */
MeshStatus SpheresReadVtk(Reader *reader, double version, int64_t first, int64_t last, Spheres *spheres);

#endif
