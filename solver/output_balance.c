/* output_balance.c - balance.csv: how even the work of the ranks was, and what a partition made of it. */
#include "solver/output_impl.h"
#include <stddef.h>

#define AT(field) offsetof(BalanceRow, field)

static const TableColumn columns[] = {
    {"step",                      AT(step),            12},
    {"partitions",                AT(partitions),      12},
    {"imbalance",                 AT(imbalance),       4 },
    {"imbalance_rigid",           AT(rigid),           4 },
    {"imbalance_meshed",          AT(meshed),          4 },
    {"rigid_grain_us",            AT(grain_us),        4 },
    {"meshed_grain_us",           AT(body_us),         4 },
    {"step_us",                   AT(step_us),         4 },
    {"partition_follows",         AT(again),           4 },
    {"imbalance_unmoved",         AT(unmoved),         4 },
    {"imbalance_expected",        AT(expected),        4 },
    {"imbalance_rigid_expected",  AT(expected_rigid),  4 },
    {"imbalance_meshed_expected", AT(expected_meshed), 4 },
};
enum { COLUMNS = sizeof columns / sizeof *columns };

PetscErrorCode OutputBalanceOpen(Output o, PetscInt64 restart_step)
{
  char        header[TABLE_ROW];
  const Table table = {"balance.csv", header, NULL};

  PetscFunctionBeginUser;
  output_table_header(COLUMNS, columns, header);
  PetscCall(OutputTableOpen(o, &table, restart_step, &o->balance));
  PetscFunctionReturn(0);
}

PetscErrorCode OutputBalance(Output o, const BalanceRow *row)
{
  char text[TABLE_ROW];

  PetscFunctionBeginUser;
  output_table_row(COLUMNS, columns, row, text);
  PetscCall(OutputTableAppend(o, "balance.csv", o->balance, text));
  PetscFunctionReturn(0);
}
