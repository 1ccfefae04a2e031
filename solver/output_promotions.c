/* output_promotions.c - promotions.csv: when rigid grains became meshed, how many, and what that left of the powder. */
#include "solver/output_impl.h"
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum { ROW_BYTES = 512 };

#define AT(field) offsetof(Promotion, field)

static const struct {
  const char *name;
  size_t      offset;
} columns[] = {
    {"step",              AT(step)          },
    {"time_ns",           AT(time)          },
    {"relative_density",  AT(density)       },
    {"promoted",          AT(grains)        },
    {"meshed",            AT(meshed)        },
    {"rigid",             AT(rigid)         },
    {"pressure_top_GPa",  AT(pressure_top)  },
    {"p_GPa",             AT(p)             },
    {"q_GPa",             AT(q)             },
    {"volume_error",      AT(volume_error)  },
    {"force_error",       AT(force_error)   },
    {"momentum_error",    AT(momentum_error)},
    {"kinetic_before_aJ", AT(kinetic_before)},
    {"kinetic_aJ",        AT(kinetic)       },
};
enum { COLUMNS = sizeof columns / sizeof *columns };

static void format_header(char text[ROW_BYTES])
{
  size_t at = 0;

  for (int c = 0; c < COLUMNS; c++)
    at += (size_t)snprintf(text + at, ROW_BYTES - at, "%s%s", c ? "," : "", columns[c].name);
  snprintf(text + at, ROW_BYTES - at, "\n");
}

static int keep(Output o, const char line[], PetscInt64 restart_step)
{
  char        *rest;
  const double step = strtod(line, &rest);

  if (rest == line || !strchr(line, '\n')) return -1;
  if (step > (double)restart_step) return 0;
  o->last_promotion = step;
  return 1;
}

PetscErrorCode OutputPromotionsOpen(Output o, PetscInt64 restart_step)
{
  char        header[ROW_BYTES];
  const Table table = {"promotions.csv", header, keep};

  PetscFunctionBeginUser;
  format_header(header);
  o->last_promotion = -1;
  PetscCall(OutputTableOpen(o, &table, restart_step, mesh_promotes(&o->config.mesh) ? &o->promotions : NULL));
  PetscCallMPI(MPI_Bcast(&o->last_promotion, 1, MPI_DOUBLE, 0, o->comm));
  PetscFunctionReturn(0);
}

PetscErrorCode OutputPromotion(Output o, const Promotion *made)
{
  char        row[ROW_BYTES];
  const char *path;
  size_t      at    = 0;
  int         error = 0;

  PetscFunctionBeginUser;
  if (made->step <= o->last_promotion) PetscFunctionReturn(0);
  o->last_promotion = made->step;
  PetscCall(OutputPath(o, "promotions.csv", &path));
  if (o->rank == 0 && o->promotions) {
    for (int c = 0; c < COLUMNS; c++)
      at += (size_t)snprintf(row + at, ROW_BYTES - at, "%s%.12g", c ? "," : "",
                             *(const double *)((const char *)made + columns[c].offset));
    snprintf(row + at, ROW_BYTES - at, "\n");
    error = output_append(o->promotions, row);
  }
  PetscCall(OutputAgree(o, error, path));
  PetscFunctionReturn(0);
}
