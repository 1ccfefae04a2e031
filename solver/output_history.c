/* output_history.c - history.csv: one row per report, the same text on any number of ranks. */
#include "solver/output_impl.h"
#include <math.h>
#include <stdlib.h>

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
    at += (size_t)output_number(text + at, ROW_BYTES - at, v, 12);
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

/* A row that stays is shown to the summary. */
static int keep(Output o, const char line[], PetscInt64 restart_step)
{
  Observation row;

  if (!parse_row(line, &row)) return -1;
  if (row.step > (double)restart_step) return 0;
  o->last_step = row.step;
  output_stage_take(o, &row);
  return 1;
}

PetscErrorCode OutputHistoryOpen(Output o, PetscInt64 restart_step)
{
  char        header[ROW_BYTES];
  const Table table = {"history.csv", header, keep};

  PetscFunctionBeginUser;
  format_header(header);
  PetscCall(OutputTableOpen(o, &table, restart_step, &o->history));
  PetscCallMPI(MPI_Bcast(&o->last_step, 1, MPI_DOUBLE, 0, o->comm));
  PetscFunctionReturn(0);
}

PetscErrorCode OutputHistory(Output o, const Observation *seen)
{
  char row[ROW_BYTES];

  PetscFunctionBeginUser;
  output_stage_take(o, seen);
  if (seen->step <= o->last_step) PetscFunctionReturn(0);
  o->last_step = seen->step;
  format_row(seen, row);
  PetscCall(OutputTableAppend(o, "history.csv", o->history, row));
  PetscFunctionReturn(0);
}
