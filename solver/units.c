#include "solver/units.h"
#include "materials/constants.h"
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  const char *symbol;
  Dimension   dim;
  double times, per; /* one of these is times/per internal units; two numbers, so that 600 MPa is 0.6 to the last bit */
  int    shown;      /* quantity_format may choose it */
} Unit;

/* 1 fg = 1e-18 kg, so 1 nN = 1 fg nm/ns^2 and 1 GPa = 1 nN/nm^2.  Within a dimension from small to large where shown;
   the unit that is 1 always exists. */
/* clang-format off */
static const Unit units[] = {
    {"", DIM_NONE, 1.0, 1.0, 1},
    {"%", DIM_NONE, 1.0, 1e2, 0},
    {"pm", DIM_LENGTH, 1.0, 1e3, 0},
    {"nm", DIM_LENGTH, 1.0, 1.0, 1},
    {"um", DIM_LENGTH, 1e3, 1.0, 1},
    {"mm", DIM_LENGTH, 1e6, 1.0, 1},
    {"cm", DIM_LENGTH, 1e7, 1.0, 0},
    {"m", DIM_LENGTH, 1e9, 1.0, 1},
    {"fs", DIM_TIME, 1.0, 1e6, 1},
    {"ps", DIM_TIME, 1.0, 1e3, 1},
    {"ns", DIM_TIME, 1.0, 1.0, 1},
    {"us", DIM_TIME, 1e3, 1.0, 1},
    {"ms", DIM_TIME, 1e6, 1.0, 1},
    {"s", DIM_TIME, 1e9, 1.0, 1},
    {"min", DIM_TIME, 6e10, 1.0, 0},
    {"h", DIM_TIME, 3.6e12, 1.0, 0},
    {"fg", DIM_MASS, 1.0, 1.0, 1},
    {"pg", DIM_MASS, 1e3, 1.0, 1},
    {"ng", DIM_MASS, 1e6, 1.0, 1},
    {"ug", DIM_MASS, 1e9, 1.0, 0},
    {"mg", DIM_MASS, 1e12, 1.0, 1},
    {"g", DIM_MASS, 1e15, 1.0, 1},
    {"kg", DIM_MASS, 1e18, 1.0, 1},
    {"nm/ns", DIM_VELOCITY, 1.0, 1.0, 0},
    {"m/s", DIM_VELOCITY, 1.0, 1.0, 1},
    {"mm/s", DIM_VELOCITY, 1.0, 1e3, 0},
    {"km/s", DIM_VELOCITY, 1e3, 1.0, 0},
    {"m/s^2", DIM_ACCELERATION, 1.0, 1e9, 1},
    {"nm/ns^2", DIM_ACCELERATION, 1.0, 1.0, 1},
    {"1/h", DIM_RATE, 1.0, 3.6e12, 0},
    {"1/s", DIM_RATE, 1.0, 1e9, 1},
    {"1/ns", DIM_RATE, 1.0, 1.0, 1},
    {"pN", DIM_FORCE, 1.0, 1e3, 1},
    {"nN", DIM_FORCE, 1.0, 1.0, 1},
    {"uN", DIM_FORCE, 1e3, 1.0, 1},
    {"mN", DIM_FORCE, 1e6, 1.0, 1},
    {"N", DIM_FORCE, 1e9, 1.0, 1},
    {"kN", DIM_FORCE, 1e12, 1.0, 1},
    {"Pa", DIM_PRESSURE, 1.0, 1e9, 1},
    {"kPa", DIM_PRESSURE, 1.0, 1e6, 1},
    {"MPa", DIM_PRESSURE, 1.0, 1e3, 1},
    {"bar", DIM_PRESSURE, 1.0, 1e4, 0},
    {"GPa", DIM_PRESSURE, 1.0, 1.0, 1},
    {"eV", DIM_ENERGY, ELECTRON_VOLT, 1.0, 0},
    {"meV", DIM_ENERGY, ELECTRON_VOLT, 1e3, 0},
    {"zJ", DIM_ENERGY, 1.0, 1e3, 0},
    {"aJ", DIM_ENERGY, 1.0, 1.0, 1},
    {"fJ", DIM_ENERGY, 1e3, 1.0, 1},
    {"pJ", DIM_ENERGY, 1e6, 1.0, 1},
    {"nJ", DIM_ENERGY, 1e9, 1.0, 1},
    {"J", DIM_ENERGY, 1e18, 1.0, 1},
    {"mJ/m^2", DIM_SURFACE_ENERGY, 1.0, 1e3, 1},
    {"mN/m", DIM_SURFACE_ENERGY, 1.0, 1e3, 0},
    {"J/m^2", DIM_SURFACE_ENERGY, 1.0, 1.0, 1},
    {"N/m", DIM_SURFACE_ENERGY, 1.0, 1.0, 0},
    {"nN/nm", DIM_SURFACE_ENERGY, 1.0, 1.0, 0},
    {"kg/m^3", DIM_DENSITY, 1.0, 1e9, 1},
    {"g/cm^3", DIM_DENSITY, 1.0, 1e6, 1},
    {"fg/nm^3", DIM_DENSITY, 1.0, 1.0, 0},
    {"MPa m^0.5", DIM_HALL_PETCH, 31.622776601683793, 1.0, 1}, /* 1e-3 GPa x sqrt(1e9 nm) */
    {"GPa nm^0.5", DIM_HALL_PETCH, 1.0, 1.0, 0},
    {"K", DIM_TEMPERATURE, 1.0, 1.0, 1},
    {"nOhm m", DIM_RESISTIVITY, 1.0, 1e9, 1},
    {"uOhm cm", DIM_RESISTIVITY, 1.0, 1e8, 0},
    {"uOhm m", DIM_RESISTIVITY, 1.0, 1e6, 1},
    {"Ohm m", DIM_RESISTIVITY, 1.0, 1.0, 1},
    {"A^3", DIM_VOLUME, 1.0, 1e3, 0},
    {"nm^3", DIM_VOLUME, 1.0, 1.0, 1},
    {"1/nm", DIM_PER_LENGTH, 1.0, 1.0, 1},
    {"1/A", DIM_PER_LENGTH, 10.0, 1.0, 0},
    {"nS", DIM_CONDUCTANCE, 1.0, 1.0, 1},
    {"uS", DIM_CONDUCTANCE, 1e3, 1.0, 1},
    {"mS", DIM_CONDUCTANCE, 1e6, 1.0, 1},
    {"S", DIM_CONDUCTANCE, 1e9, 1.0, 1},
    {"m^3/s", DIM_BOUNDARY_DIFFUSION, 1e18, 1.0, 1},
    {"nm^3/ns", DIM_BOUNDARY_DIFFUSION, 1.0, 1.0, 0},
    {NULL, DIM_N, 0.0, 1.0, 0},
};

/* clang-format on */

static const char *const dimension_names[DIM_N] = {
    [DIM_NONE]               = "number without unit",
    [DIM_LENGTH]             = "length",
    [DIM_TIME]               = "time",
    [DIM_MASS]               = "mass",
    [DIM_VELOCITY]           = "velocity",
    [DIM_ACCELERATION]       = "acceleration",
    [DIM_RATE]               = "rate",
    [DIM_FORCE]              = "force",
    [DIM_PRESSURE]           = "pressure",
    [DIM_ENERGY]             = "energy",
    [DIM_SURFACE_ENERGY]     = "energy per area",
    [DIM_DENSITY]            = "density",
    [DIM_HALL_PETCH]         = "stress times root of length",
    [DIM_TEMPERATURE]        = "temperature",
    [DIM_RESISTIVITY]        = "resistivity",
    [DIM_VOLUME]             = "volume",
    [DIM_PER_LENGTH]         = "decay per length",
    [DIM_CONDUCTANCE]        = "conductance",
    [DIM_BOUNDARY_DIFFUSION] = "width times diffusivity",
};

static double factor_of(const Unit *u) { return u->times / u->per; }

const char *dimension_name(Dimension dim) { return dimension_names[dim]; }

const char *dimension_units(Dimension dim, char list[], size_t n)
{
  size_t used = 0;

  list[0] = '\0';
  for (const Unit *u = units; u->symbol; u++) {
    if (u->dim != dim || !u->symbol[0]) continue;
    used += (size_t)snprintf(list + used, n - used, "%s%s", used ? ", " : "", u->symbol);
    if (used >= n) break;
  }
  return list;
}

/* The unit a reader would expect of this dimension: the one that is 1, if it is shown, else the last shown. */
static const Unit *unit_usual(Dimension dim)
{
  const Unit *usual = NULL;

  for (const Unit *u = units; u->symbol; u++)
    if (u->dim == dim && u->shown && (!usual || factor_of(usual) != 1.0)) usual = u;
  return usual;
}

/* Compares a symbol with text up to its end, taking any run of blanks, '.' or '*' between factors for one blank. */
static int symbol_equal(const char symbol[], const char text[])
{
  while (*symbol && *text) {
    if (*symbol == ' ') {
      if (!strchr(" .*", *text)) return 0;
      text += strspn(text, " .*");
      symbol++;
    } else if (*symbol++ != *text++) {
      return 0;
    }
  }
  return !*symbol && !*text;
}

static const Unit *unit_find(const char text[])
{
  for (const Unit *u = units; u->symbol; u++)
    if (symbol_equal(u->symbol, text)) return u;
  return NULL;
}

const char *quantity_parse(const char text[], Dimension dim, double *value, char why[], size_t n)
{
  char        unit_text[QUANTITY_TEXT], list[256];
  char       *rest;
  const Unit *unit;
  size_t      length;

  *value = strtod(text, &rest);
  if (rest == text) return snprintf(why, n, "'%s' is not a number", text), why;
  if (!isfinite(*value)) return snprintf(why, n, "'%s' is not a finite number", text), why;
  rest += strspn(rest, " ");
  length = strlen(rest);
  while (length && isspace((unsigned char)rest[length - 1])) length--;
  snprintf(unit_text, sizeof(unit_text), "%.*s", (int)length, rest);
  unit = unit_find(unit_text);
  dimension_units(dim, list, sizeof(list));
  if (!unit)
    return snprintf(why, n, "'%s' has no unit I know; use %s", text, dim == DIM_NONE ? "a bare number" : list), why;
  if (dim != DIM_NONE && !unit->symbol[0])
    return snprintf(why, n, "'%s' has no unit; write e.g. '%s %s'", text, text, unit_usual(dim)->symbol), why;
  if (unit->dim != dim) {
    if (dim == DIM_NONE) snprintf(why, n, "'%s' has the wrong dimension; write a number without unit", text);
    else snprintf(why, n, "'%s' has the wrong dimension; a %s has units %s", text, dimension_names[dim], list);
    return why;
  }
  *value = *value * unit->times / unit->per;
  if (!isfinite(*value)) return snprintf(why, n, "'%s' is not a finite number", text), why;
  return NULL;
}

PetscErrorCode QuantityParse(const char key[], const char text[], Dimension dim, double *value)
{
  char why[512];

  PetscFunctionBeginUser;
  PetscCheck(!quantity_parse(text, dim, value, why, sizeof(why)), PETSC_COMM_WORLD, PETSC_ERR_USER_INPUT, "%s: %s", key,
             why);
  PetscFunctionReturn(0);
}

/* Fewest digits with which value, written in this unit, reads back as the same double; 0 when none do. */
static int write_exact(double value, const Unit *unit, char text[QUANTITY_TEXT])
{
  char   why[256];
  double back;

  for (int digits = 6; digits <= 17; digits++) {
    const char *gap = unit->symbol[0] ? " " : "";

    snprintf(text, QUANTITY_TEXT, "%.*g%s%s", digits, value * unit->per / unit->times, gap, unit->symbol);
    if (!quantity_parse(text, unit->dim, &back, why, sizeof(why)) && back == value) return digits;
  }
  return 0;
}

/* The largest unit that is not above ten times the value. */
static const Unit *unit_fitting(double value, Dimension dim)
{
  const Unit *best = NULL;

  if (value == 0.0 || !isfinite(value)) return unit_usual(dim);
  for (const Unit *u = units; u->symbol; u++)
    if (u->dim == dim && u->shown && (!best || fabs(value) >= 0.1 * factor_of(u) * (1.0 - 1e-12))) best = u;
  return best;
}

const char *quantity_round(double value, Dimension dim, char text[QUANTITY_TEXT])
{
  const Unit *u = unit_fitting(value, dim);

  snprintf(text, QUANTITY_TEXT, "%.3g%s%s", value / factor_of(u), u->symbol[0] ? " " : "", u->symbol);
  return text;
}

const char *quantity_format(double value, Dimension dim, char text[QUANTITY_TEXT])
{
  const Unit *best = unit_fitting(value, dim), *one = NULL;

  for (const Unit *u = units; u->symbol && !one; u++)
    if (u->dim == dim && factor_of(u) == 1.0) one = u;
  if (!isfinite(value)) snprintf(text, QUANTITY_TEXT, "%g", value);
  else if (!write_exact(value, best, text)) (void)write_exact(value, one, text);
  return text;
}
