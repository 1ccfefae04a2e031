/* output_table.c - a CSV file of the run: whole rows only, none later than the checkpoint a run goes on from. */
#include "postproc/files.h"
#include "solver/output_impl.h"
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int commas(const char line[])
{
  int n = 0;

  for (; *line && *line != '\n'; line++) n += *line == ',';
  return n;
}

static int keep_by_step(const Table *t, const char line[], PetscInt64 restart_step)
{
  char        *rest;
  const double step = strtod(line, &rest);

  if (rest == line || commas(line) != commas(t->header)) return -1;
  return step <= (double)restart_step;
}

/* On rank 0: drops the rows that `keep` does not want from text, in place.  Returns 0 when the columns are not ours. */
static int keep_rows(Output o, const Table *t, char text[], PetscInt64 restart_step)
{
  const size_t head = strlen(t->header);
  char        *to   = text + head;

  if (strncmp(text, t->header, head)) return 0;
  for (char *line = to; *line;) {
    const size_t length = strcspn(line, "\n") + 1;
    int          kept;

    if (!line[length - 1]) break;
    kept = t->keep ? t->keep(o, line, restart_step) : keep_by_step(t, line, restart_step);
    if (kept < 0) break;
    if (kept) {
      memmove(to, line, length);
      to += length;
    }
    line += length;
  }
  *to = 0;
  return 1;
}

void output_table_header(int n, const TableColumn columns[], char text[TABLE_ROW])
{
  size_t at = 0;

  for (int c = 0; c < n; c++) at += (size_t)snprintf(text + at, TABLE_ROW - at, "%s%s", c ? "," : "", columns[c].name);
  snprintf(text + at, TABLE_ROW - at, "\n");
}

int output_number(char text[], size_t n, double v, int digits)
{
  return isnan(v) ? snprintf(text, n, "nan")
                  : snprintf(text, n, "%.*g", digits, v); /* printf shows the sign of a NaN */
}

void output_table_row(int n, const TableColumn columns[], const void *row, char text[TABLE_ROW])
{
  size_t at = 0;

  for (int c = 0; c < n; c++) {
    const double v = *(const double *)((const char *)row + columns[c].offset);

    if (c) text[at++] = ',';
    at += (size_t)output_number(text + at, TABLE_ROW - at, v, columns[c].digits);
  }
  snprintf(text + at, TABLE_ROW - at, "\n");
}

PetscErrorCode OutputTableOpen(Output o, const Table *t, PetscInt64 restart_step, FILE **file)
{
  char       *text = NULL;
  const char *path;
  int         error = 0, ours = 1;

  PetscFunctionBeginUser;
  PetscCall(OutputPath(o, t->name, &path));
  if (o->rank == 0) {
    if (restart_step >= 0) error = file_read(path, &text);
    if (!error && text) ours = keep_rows(o, t, text, restart_step);
    if (!error && ours && (text || file)) error = file_replace(path, text ? text : t->header);
    if (!error && ours && file) {
      *file = fopen(path, "ab");
      if (!*file) error = errno;
      else setvbuf(*file, NULL, _IONBF, 0); /* nothing is kept that could be written after a failure */
    }
    free(text);
  }
  PetscCallMPI(MPI_Bcast(&ours, 1, MPI_INT, 0, o->comm));
  PetscCheck(ours, o->comm, PETSC_ERR_USER_INPUT,
             "%s has other columns than this program writes; restart into another folder", path);
  PetscCall(OutputAgree(o, error, path));
  PetscFunctionReturn(0);
}

int output_append(FILE *f, const char row[])
{
  const off_t length = lseek(fileno(f), 0, SEEK_END);
  int         error;

  errno = 0;
  if (fputs(row, f) >= 0) return 0;
  error = errno ? errno : EIO;
  if (length >= 0 && ftruncate(fileno(f), length)) return error;
  return error;
}

PetscErrorCode OutputTableAppend(Output o, const char name[], FILE *file, const char row[])
{
  const char *path;

  PetscFunctionBeginUser;
  PetscCall(OutputPath(o, name, &path));
  PetscCall(OutputAgree(o, o->rank == 0 && file ? output_append(file, row) : 0, path));
  PetscFunctionReturn(0);
}
