/* output_history.c - history.csv: one row per report, the same text on any number of ranks. */
#include "postproc/files.h"
#include "solver/output_impl.h"
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ROW_BYTES = 4096 }; /* of a row: about 70 numbers of at most 20 characters */

static void format_header(char text[ROW_BYTES])
{
  size_t at = 0;

  for (const ObservationColumn *c = observation_columns; c->name; c++)
    at += (size_t)snprintf(text + at, ROW_BYTES - at, "%s%s", at ? "," : "", c->name);
  snprintf(text + at, ROW_BYTES - at, "\n");
}

static void format_row(const Observation *o, char text[ROW_BYTES])
{
  size_t at = 0;

  for (const ObservationColumn *c = observation_columns; c->name; c++) {
    const double v = *(const double *)((const char *)o + c->offset);

    if (at) text[at++] = ',';
    if (isnan(v)) at += (size_t)snprintf(text + at, ROW_BYTES - at, "nan"); /* printf shows the sign of a NaN */
    else at += (size_t)snprintf(text + at, ROW_BYTES - at, "%.12g", v);
  }
  snprintf(text + at, ROW_BYTES - at, "\n");
}

/* False when the line is not a whole row: a run that was killed may leave half of one. */
static int parse_row(const char line[], Observation *o)
{
  *o = (Observation){0};
  for (const ObservationColumn *c = observation_columns; c->name; c++) {
    char *rest;

    *(double *)((char *)o + c->offset) = strtod(line, &rest);
    if (rest == line || *rest != (c[1].name ? ',' : '\n')) return 0;
    line = rest + 1;
  }
  return 1;
}

/* On rank 0: drops rows behind restart_step from text, in place, and shows the others to the summary.  Returns 0 when
   the columns are not ours. */
static int keep_rows(Output o, char text[], PetscInt64 restart_step)
{
  char        header[ROW_BYTES];
  Observation row;
  char       *to, *line;

  format_header(header);
  if (strncmp(text, header, strlen(header))) return 0;
  to = text + strlen(header);
  for (line = to; *line;) {
    const size_t length = strcspn(line, "\n") + 1;

    if (!line[length - 1] || !parse_row(line, &row)) break;
    if (row.step <= (double)restart_step) {
      memmove(to, line, length);
      to += length;
      o->last_step = row.step;
      output_stage_take(o, &row);
    }
    line += length;
  }
  *to = 0;
  return 1;
}

PetscErrorCode OutputHistoryOpen(Output o, PetscInt64 restart_step)
{
  char        header[ROW_BYTES], *text = NULL;
  const char *path;
  int         error = 0, ours = 1;

  PetscFunctionBeginUser;
  PetscCall(OutputPath(o, "history.csv", &path));
  if (o->rank == 0) {
    format_header(header);
    if (restart_step >= 0) error = file_read(path, &text);
    if (!error && text) ours = keep_rows(o, text, restart_step);
    if (!error && ours) error = file_replace(path, text ? text : header);
    if (!error && ours) {
      o->history = fopen(path, "ab");
      if (!o->history) error = errno;
      else setvbuf(o->history, NULL, _IONBF, 0); /* nothing is kept that could be written after a failure */
    }
    free(text);
  }
  PetscCallMPI(MPI_Bcast(&ours, 1, MPI_INT, 0, o->comm));
  PetscCheck(ours, o->comm, PETSC_ERR_USER_INPUT,
             "%s has other columns than this program writes; restart into another folder", path);
  PetscCallMPI(MPI_Bcast(&o->last_step, 1, MPI_DOUBLE, 0, o->comm));
  PetscCall(OutputAgree(o, error, path));
  PetscFunctionReturn(0);
}

/* All of a row or nothing of it: a disk that is full may have taken half.  Returns errno. */
static int append_row(FILE *f, const char row[])
{
  const off_t length = lseek(fileno(f), 0, SEEK_END);
  int         error;

  errno = 0;
  if (fputs(row, f) >= 0) return 0;
  error = errno ? errno : EIO;
  if (length >= 0 && ftruncate(fileno(f), length)) return error;
  return error;
}

PetscErrorCode OutputHistory(Output o, const Observation *seen)
{
  char        row[ROW_BYTES];
  const char *path;
  int         error = 0;

  PetscFunctionBeginUser;
  output_stage_take(o, seen);
  if (seen->step <= o->last_step) PetscFunctionReturn(0);
  o->last_step = seen->step;
  PetscCall(OutputPath(o, "history.csv", &path));
  if (o->rank == 0) {
    format_row(seen, row);
    error = append_row(o->history, row);
  }
  PetscCall(OutputAgree(o, error, path));
  PetscFunctionReturn(0);
}
