/*
  vtk_series.h - the .vtk.series file that gives ParaView the physical time of each frame of a dataset.

  One process (rank 0) owns it; libc only.  Frames are named <name>_<step>.vtk beside the series.  The file is replaced
  as a whole after every frame, so it never names a frame that is not there.
  Format: ParaView, "file-series-version": "1.0".
*/
#ifndef POSTPROC_VTK_SERIES_H
#define POSTPROC_VTK_SERIES_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
  int64_t step;
  double  time;
} VtkFrame;

typedef struct {
  char      folder[1024], name[64];
  size_t    n, n_alloc;
  VtkFrame *frame;
} VtkSeries;

/* Folder/name_step.vtk, for example out/grains_000012000.vtk. */
void vtk_frame_path(const char folder[], const char name[], int64_t step, char path[], size_t length);

/*
  vtk_series_open - takes up the series of an earlier run up to last_step (-1: none of it); later frames are deleted.
  vtk_series_add  - puts one frame at the end (or over a frame of the same step) and writes the file.
  Both return 0 or an errno.
*/
int  vtk_series_open(VtkSeries *s, const char folder[], const char name[], int64_t last_step);
int  vtk_series_add(VtkSeries *s, int64_t step, double time);
void vtk_series_close(VtkSeries *s);

#endif
