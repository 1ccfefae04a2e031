/*
  xyzr.h - packings and sizes from files.

  Text: one grain per line, "x y z r" in nm, blanks or commas between; '#' starts a comment.  Before the first grain
  "# unit nm" (or A, um, mm, m) sets the unit and "# grains 1000" the number of lines to expect, so that a cut file is
  noticed.  Legacy VTK (what ParaView writes as .vtk; version 2 to 5, ASCII or binary, POLYDATA or UNSTRUCTURED_GRID):
  points in nm and a point array named radius or diameter (or radius_nm, diameter_nm).  Which of the two is seen from
  the first line.

  Memory is 32 bytes per grain that is kept; the file is streamed, so every rank may read its own range of one file.
  Reading costs about 0.4 s per million lines of text, and each rank reads all lines before its last.

  A function that fails writes one line for the user to why[n_why]: file, line or byte, what is wrong, what is allowed.
*/
#ifndef MESH_XYZR_H
#define MESH_XYZR_H

#include "mesh/status.h"
#include <stddef.h>
#include <stdint.h>

typedef struct {
  int64_t n;           /* grains kept */
  int64_t n_file;      /* grains in the file; with a range that ends before the file of text does: not known, -1 */
  double (*sphere)[4]; /* [n] x, y, z, radius [nm] */
} Spheres;

/*
  SpheresRead - grains [first, last) of a file; last < 0: to the end.  Fewer grains than `last` is an error.

  Every radius kept is positive and every number finite.  Start with a zeroed Spheres; free with spheres_free.
*/
MeshStatus SpheresRead(const char *path, int64_t first, int64_t last, Spheres *spheres, char why[], size_t n_why);

/*
  SpheresInDie - do these grains stand in the die, and do no two overlap too much?

  A grain may pass the wall or a punch by max_overlap of its radius, and a pair may overlap by max_overlap of the
  smaller radius.  The message names the worst offender, counting grains from 1 as the lines of the file do.
*/
MeshStatus SpheresInDie(const Spheres *spheres, double die_radius, double z_lo, double z_hi, double max_overlap,
                        char why[], size_t n_why);

/* DiametersRead - one diameter per line [nm], same comments and units; free *diameter with free(). */
MeshStatus DiametersRead(const char *path, double **diameter, int64_t *n, char why[], size_t n_why);

void spheres_free(Spheres *spheres);

#endif
