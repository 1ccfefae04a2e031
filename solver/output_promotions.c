/* output_promotions.c - promotions.csv: when rigid grains became meshed, how many, and what that left of the powder. */
#include "solver/output_impl.h"
#include <stddef.h>

#define AT(field) offsetof(Promotion, field)

static const TableColumn columns[] = {
    {"step",              AT(step),           12},
    {"time_ns",           AT(time),           12},
    {"relative_density",  AT(density),        12},
    {"promoted",          AT(grains),         12},
    {"meshed",            AT(meshed),         12},
    {"rigid",             AT(rigid),          12},
    {"pressure_top_GPa",  AT(pressure_top),   12},
    {"p_GPa",             AT(p),              12},
    {"q_GPa",             AT(q),              12},
    {"volume_error",      AT(volume_error),   12},
    {"force_error",       AT(force_error),    12},
    {"force_held",        AT(force_held),     12},
    {"momentum_error",    AT(momentum_error), 12},
    {"kinetic_before_aJ", AT(kinetic_before), 12},
    {"kinetic_aJ",        AT(kinetic),        12},
};
enum { COLUMNS = sizeof columns / sizeof *columns };

PetscErrorCode OutputPromotionsOpen(Output o, PetscInt64 restart_step)
{
  char        header[TABLE_ROW];
  const Table table = {"promotions.csv", header, NULL};

  PetscFunctionBeginUser;
  output_table_header(COLUMNS, columns, header);
  PetscCall(OutputTableOpen(o, &table, restart_step, mesh_promotes(&o->config.mesh) ? &o->promotions : NULL));
  PetscFunctionReturn(0);
}

PetscErrorCode OutputPromotion(Output o, const Promotion *made)
{
  char row[TABLE_ROW];

  PetscFunctionBeginUser;
  output_table_row(COLUMNS, columns, made, row);
  PetscCall(OutputTableAppend(o, "promotions.csv", o->promotions, row));
  PetscFunctionReturn(0);
}
