/* output_balance.c - balance.csv: how even the work of the ranks was, and what a partition made of it. */
#include "solver/output_impl.h"
#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum { ROW_BYTES = 512 };

#define AT(field) offsetof(BalanceRow, field)

static const struct {
  const char *name;
  size_t      offset;
} columns[] = {
    {"step",                      AT(step)           },
    {"partitions",                AT(partitions)     },
    {"imbalance",                 AT(imbalance)      },
    {"imbalance_rigid",           AT(rigid)          },
    {"imbalance_meshed",          AT(meshed)         },
    {"rigid_grain_us",            AT(grain_us)       },
    {"meshed_grain_us",           AT(body_us)        },
    {"step_us",                   AT(step_us)        },
    {"partition_follows",         AT(again)          },
    {"imbalance_expected",        AT(expected)       },
    {"imbalance_rigid_expected",  AT(expected_rigid) },
    {"imbalance_meshed_expected", AT(expected_meshed)},
};
enum { COLUMNS = sizeof columns / sizeof *columns };

static void format_header(char text[ROW_BYTES])
{
  size_t at = 0;

  for (int c = 0; c < COLUMNS; c++)
    at += (size_t)snprintf(text + at, ROW_BYTES - at, "%s%s", c ? "," : "", columns[c].name);
  snprintf(text + at, ROW_BYTES - at, "\n");
}

static void format_row(const BalanceRow *row, char text[ROW_BYTES])
{
  size_t at = 0;

  for (int c = 0; c < COLUMNS; c++) {
    const double v = *(const double *)((const char *)row + columns[c].offset);

    if (c) text[at++] = ',';
    if (isnan(v)) at += (size_t)snprintf(text + at, ROW_BYTES - at, "nan"); /* printf shows the sign of a NaN */
    else at += (size_t)snprintf(text + at, ROW_BYTES - at, c ? "%.4g" : "%.12g", v);
  }
  snprintf(text + at, ROW_BYTES - at, "\n");
}

static int keep(Output o, const char line[], PetscInt64 restart_step)
{
  const char *comma = line;

  (void)o;
  for (int c = 1; c < COLUMNS && comma; c++) comma = strchr(comma + 1, ',');
  if (!comma) return -1;
  return strtod(line, NULL) <= (double)restart_step;
}

PetscErrorCode OutputBalanceOpen(Output o, PetscInt64 restart_step)
{
  char        header[ROW_BYTES];
  const Table table = {"balance.csv", header, keep};

  PetscFunctionBeginUser;
  format_header(header);
  PetscCall(OutputTableOpen(o, &table, restart_step, &o->balance));
  PetscFunctionReturn(0);
}

PetscErrorCode OutputBalance(Output o, const BalanceRow *row)
{
  char        text[ROW_BYTES];
  const char *path;
  int         error = 0;

  PetscFunctionBeginUser;
  PetscCall(OutputPath(o, "balance.csv", &path));
  if (o->rank == 0 && o->balance) {
    format_row(row, text);
    error = output_append(o->balance, text);
  }
  PetscCall(OutputAgree(o, error, path));
  PetscFunctionReturn(0);
}
