/* output_conduction.c - conduction.csv: what current the powder carries at the end of each stage. */
#include "solver/output_impl.h"
#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum { NAME = 0 }; /* NAME: the stage, by its name */

#define AT(field) offsetof(Electric, field)

/* Digits: what the solver's tolerance is good for. */
static const TableColumn columns[] = {
    {"step",              AT(step),           12  },
    {"stage",             AT(stage),          NAME},
    {"slow_time_s",       AT(slow_time),      12  },
    {"conductance_S",     AT(conductance),    6   },
    {"length_nm",         AT(length),         6   },
    {"sigma_zz_S_per_m",  AT(sigma),          6   }, /* from end to end */
    {"tensor_xx_S_per_m", AT(tensor[SYM_XX]), 6   },
    {"tensor_yy_S_per_m", AT(tensor[SYM_YY]), 6   },
    {"tensor_zz_S_per_m", AT(tensor[SYM_ZZ]), 6   },
    {"tensor_xy_S_per_m", AT(tensor[SYM_XY]), 6   },
    {"tensor_yz_S_per_m", AT(tensor[SYM_YZ]), 6   },
    {"tensor_zx_S_per_m", AT(tensor[SYM_ZX]), 6   },
    {"unknowns",          AT(unknowns),       12  },
    {"iterations",        AT(iterations),     12  },
    {"residual",          AT(residual),       6   },
    {"kirchhoff",         AT(kirchhoff),      6   },
};
enum { COLUMNS = sizeof columns / sizeof *columns };

static void format_row(Output o, const Electric *e, char text[TABLE_ROW])
{
  size_t at = 0;

  for (int c = 0; c < COLUMNS; c++) {
    const double v = *(const double *)((const char *)e + columns[c].offset);

    if (c) text[at++] = ',';
    if (columns[c].digits == NAME)
      at += (size_t)snprintf(text + at, TABLE_ROW - at, "%s", o->config.stage[(int)v].name);
    else at += (size_t)output_number(text + at, TABLE_ROW - at, v, columns[c].digits);
  }
  snprintf(text + at, TABLE_ROW - at, "\n");
}

/* Index of the stage whose name stands up to the comma; -1: none of this programme. */
static int stage_find(const Config *config, const char name[])
{
  const size_t n = strcspn(name, ",\n");

  for (int k = 0; k < config->n_stages && k < STAGES_MAX; k++)
    if (strlen(config->stage[k].name) == n && !strncmp(config->stage[k].name, name, n)) return k;
  return -1;
}

/* False when the line is not a whole row. */
static int parse_row(Output o, const char line[], Electric *e)
{
  for (int c = 0; c < COLUMNS; c++) {
    double *v    = (double *)((char *)e + columns[c].offset);
    char   *rest = (char *)line + strcspn(line, ",\n");

    if (columns[c].digits == NAME) *v = stage_find(&o->config, line);
    else *v = strtod(line, &rest);
    if (rest == line || *rest != (c + 1 < COLUMNS ? ',' : '\n')) return 0;
    line = rest + 1;
  }
  return 1;
}

static void take(Output o, const Electric *e)
{
  const int k = (int)e->stage;

  o->last_conduction = e->step;
  if (k >= 0 && k < STAGES_MAX) o->stage[k].electric = *e, o->stage[k].conducted = 1;
}

static int keep(Output o, const char line[], PetscInt64 restart_step)
{
  Electric e;

  if (!parse_row(o, line, &e)) return -1;
  if (e.step > (double)restart_step) return 0;
  take(o, &e);
  return 1;
}

PetscErrorCode OutputConductionOpen(Output o, PetscInt64 restart_step)
{
  char        header[TABLE_ROW];
  const Table table = {"conduction.csv", header, keep};

  PetscFunctionBeginUser;
  output_table_header(COLUMNS, columns, header);
  o->last_conduction = -1;
  PetscCall(OutputTableOpen(o, &table, restart_step, electric_wanted(&o->config) ? &o->conduction : NULL));
  PetscCallMPI(MPI_Bcast(&o->last_conduction, 1, MPI_DOUBLE, 0, o->comm));
  PetscFunctionReturn(0);
}

PetscErrorCode OutputConduction(Output o, const Electric *e)
{
  char row[TABLE_ROW];

  PetscFunctionBeginUser;
  if (e->step <= o->last_conduction) PetscFunctionReturn(0);
  take(o, e);
  format_row(o, e, row);
  PetscCall(OutputTableAppend(o, "conduction.csv", o->conduction, row));
  PetscFunctionReturn(0);
}
