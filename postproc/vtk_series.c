#include "postproc/vtk_series.h"
#include "postproc/files.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATH_BYTES = 1200, LINE_BYTES = 192 };

void vtk_frame_path(const char folder[], const char name[], int64_t step, char path[], size_t length)
{
  snprintf(path, length, "%s/%s_%09lld.vtk", folder, name, (long long)step);
}

static int append(VtkSeries *s, int64_t step, double time)
{
  if (s->n && s->frame[s->n - 1].step == step) s->n--;
  if (s->n == s->n_alloc) {
    const size_t room  = 2 * s->n_alloc + 64;
    VtkFrame    *frame = realloc(s->frame, room * sizeof(*frame));

    if (!frame) return ENOMEM;
    s->frame   = frame;
    s->n_alloc = room;
  }
  s->frame[s->n++] = (VtkFrame){step, time};
  return 0;
}

static void series_path(const VtkSeries *s, char path[PATH_BYTES])
{
  snprintf(path, PATH_BYTES, "%s/%s.vtk.series", s->folder, s->name);
}

static int write_series(const VtkSeries *s)
{
  char   path[PATH_BYTES];
  char  *text = malloc(LINE_BYTES * (s->n + 2));
  size_t at   = 0;
  int    failed;

  if (!text) return ENOMEM;
  at += (size_t)sprintf(text + at, "{\n  \"file-series-version\" : \"1.0\",\n  \"files\" : [\n");
  for (size_t k = 0; k < s->n; k++)
    at += (size_t)sprintf(text + at, "    { \"name\" : \"%s_%09lld.vtk\", \"time\" : %.12g }%s\n", s->name,
                          (long long)s->frame[k].step, s->frame[k].time, k + 1 < s->n ? "," : "");
  sprintf(text + at, "  ]\n}\n");
  series_path(s, path);
  failed = file_replace(path, text);
  free(text);
  return failed;
}

/* Reads the lines that write_series wrote; others are passed over. */
static int take_line(VtkSeries *s, const char line[], int64_t last_step)
{
  char      path[PATH_BYTES], name[65] = "";
  long long step = 0;
  double    time = 0;
  int       used = 0;

  if (sscanf(line, " { \"name\" : \"%64[^\"]\" , \"time\" : %lf", name, &time) != 2) return 0;
  if (strncmp(name, s->name, strlen(s->name))) return 0;
  if (sscanf(name + strlen(s->name), "_%lld.vtk%n", &step, &used) != 1 || !used) return 0;
  if (step <= last_step) return append(s, step, time);
  vtk_frame_path(s->folder, s->name, step, path, sizeof(path));
  return unlink(path) && errno != ENOENT ? errno : 0;
}

int vtk_series_open(VtkSeries *s, const char folder[], const char name[], int64_t last_step)
{
  char path[PATH_BYTES], *text, *line, *rest = NULL;
  int  failed;

  *s = (VtkSeries){0};
  snprintf(s->folder, sizeof(s->folder), "%s", folder);
  snprintf(s->name, sizeof(s->name), "%s", name);
  series_path(s, path);
  failed = file_read(path, &text);
  if (failed || !text) return failed;
  for (line = strtok_r(text, "\n", &rest); line && !failed; line = strtok_r(NULL, "\n", &rest))
    failed = take_line(s, line, last_step);
  free(text);
  if (failed) return failed;
  if (s->n) return write_series(s);
  return unlink(path) && errno != ENOENT ? errno : 0;
}

int vtk_series_add(VtkSeries *s, int64_t step, double time)
{
  const int failed = append(s, step, time);

  return failed ? failed : write_series(s);
}

void vtk_series_close(VtkSeries *s)
{
  free(s->frame);
  *s = (VtkSeries){0};
}
