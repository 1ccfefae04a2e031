/*
  test_units.c - quantities: every unit there is, what is refused, and that formatting loses no bit.
*/
#include "solver/units.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
/* cmocka wants the headers above first */
#include <cmocka.h>

static void values_are_in_internal_units(void **state)
{
  static const struct {
    const char *text;
    Dimension   dim;
    double      value;
  } known[] = {
      {"6.5 nm",         DIM_LENGTH,             6.5               },
      {"10 mm",          DIM_LENGTH,             1e7               },
      {"1 um",           DIM_LENGTH,             1e3               },
      {"60 s",           DIM_TIME,               6e10              },
      {"1 min",          DIM_TIME,               6e10              },
      {"2 h",            DIM_TIME,               7.2e12            },
      {"9 fs",           DIM_TIME,               9e-6              },
      {"1 g",            DIM_MASS,               1e15              },
      {"3 m/s",          DIM_VELOCITY,           3.0               },
      {"1 nm/ns",        DIM_VELOCITY,           1.0               },
      {"9.81 m/s^2",     DIM_ACCELERATION,       9.81e-9           },
      {"1 1/s",          DIM_RATE,               1e-9              },
      {"47.1 kN",        DIM_FORCE,              47.1e12           },
      {"22 nN",          DIM_FORCE,              22.0              },
      {"0.6 GPa",        DIM_PRESSURE,           0.6               },
      {"600MPa",         DIM_PRESSURE,           0.6               },
      {"1 eV",           DIM_ENERGY,             0.1602176634      },
      {"1 J/m^2",        DIM_SURFACE_ENERGY,     1.0               },
      {"50 mJ/m^2",      DIM_SURFACE_ENERGY,     0.05              },
      {"1.5 N/m",        DIM_SURFACE_ENERGY,     1.5               },
      {"19.30 g/cm^3",   DIM_DENSITY,            1.930e-5          },
      {"19300 kg/m^3",   DIM_DENSITY,            1.930e-5          },
      {"0.08 MPa m^0.5", DIM_HALL_PETCH,         2.5298221281347035},
      {"300 K",          DIM_TEMPERATURE,        300.0             },
      {"22.1 nOhm m",    DIM_RESISTIVITY,        22.1e-9           },
      {"2.21 uOhm cm",   DIM_RESISTIVITY,        22.1e-9           },
      {"0.01695 nm^3",   DIM_VOLUME,             0.01695           },
      {"16.95 A^3",      DIM_VOLUME,             0.01695           },
      {"9 1/nm",         DIM_PER_LENGTH,         9.0               },
      {"0.9 1/A",        DIM_PER_LENGTH,         9.0               },
      {"77.48 uS",       DIM_CONDUCTANCE,        77480.0           },
      {"1 S",            DIM_CONDUCTANCE,        1e9               },
      {"250 nS",         DIM_CONDUCTANCE,        250.0             },
      {"3.1e-16 m^3/s",  DIM_BOUNDARY_DIFFUSION, 310.0             },
      {"310 nm^3/ns",    DIM_BOUNDARY_DIFFUSION, 310.0             },
      {"15 %",           DIM_NONE,               0.15              },
      {"0.15",           DIM_NONE,               0.15              },
      {"  -2e-3 ",       DIM_NONE,               -2e-3             },
  };

  for (size_t k = 0; k < sizeof(known) / sizeof(known[0]); k++) {
    char   why[256];
    double value;

    assert_null(quantity_parse(known[k].text, known[k].dim, &value, why, sizeof(why)));
    if (fabs(value - known[k].value) > 1e-14 * fabs(known[k].value)) fail_msg("%s gives %.17g", known[k].text, value);
  }
}

static void nonsense_is_refused(void **state)
{
  static const struct {
    const char *text;
    Dimension   dim;
    const char *why;
  } known[] = {
      {"0.6",         DIM_PRESSURE,    "'0.6' has no unit; write e.g. '0.6 GPa'"                                      },
      {"0.6 nm",      DIM_PRESSURE,    "'0.6 nm' has the wrong dimension; a pressure has units Pa, kPa, MPa, bar, GPa"},
      {"0.6 gpa",     DIM_PRESSURE,    "'0.6 gpa' has no unit I know; use Pa, kPa, MPa, bar, GPa"                     },
      {"0.6 GPa GPa", DIM_PRESSURE,    "has no unit I know"                                                           },
      {"0,6 GPa",     DIM_PRESSURE,    "has no unit I know"                                                           },
      {"GPa",         DIM_PRESSURE,    "'GPa' is not a number"                                                        },
      {"",            DIM_PRESSURE,    "'' is not a number"                                                           },
      {"nan GPa",     DIM_PRESSURE,    "is not a finite number"                                                       },
      {"-inf GPa",    DIM_PRESSURE,    "is not a finite number"                                                       },
      {"1e999 GPa",   DIM_PRESSURE,    "is not a finite number"                                                       },
      {"1e305 kg",    DIM_MASS,        "is not a finite number"                                                       },
      {"5 nm",        DIM_NONE,        "'5 nm' has the wrong dimension; write a number without unit"                  },
      {"1 ns",        DIM_CONDUCTANCE, "has the wrong dimension; a conductance has units nS, uS, mS, S"               },
      {"9 nm",        DIM_PER_LENGTH,  "has the wrong dimension"                                                      },
      {"15 %",        DIM_LENGTH,      "has the wrong dimension"                                                      },
      {"5 %s%n",      DIM_NONE,        "has no unit I know; use a bare number"                                        },
  };

  for (size_t k = 0; k < sizeof(known) / sizeof(known[0]); k++) {
    char   why[256];
    double value;

    assert_non_null(quantity_parse(known[k].text, known[k].dim, &value, why, sizeof(why)));
    if (!strstr(why, known[k].why)) fail_msg("%s: says \"%s\"", known[k].text, why);
  }
}

/* Over forty decades of every dimension. */
static void formatting_loses_no_bit(void **state)
{
  for (int dim = 0; dim < DIM_N; dim++)
    for (int e = -20; e <= 20; e++)
      for (int k = 1; k < 8; k++) {
        const double value = (k % 2 ? 1.0 : -1.0) * pow(10.0, e) * (1.0 + sqrt(k - 1.0) / 3.0);
        char         text[QUANTITY_TEXT], why[256];
        double       back;

        quantity_format(value, (Dimension)dim, text);
        if (quantity_parse(text, (Dimension)dim, &back, why, sizeof(why)) || back != value)
          fail_msg("%.17g of %s becomes \"%s\"", value, dimension_name((Dimension)dim), text);
      }
}

static void formatting_is_readable(void **state)
{
  char text[QUANTITY_TEXT];

  assert_string_equal(quantity_format(0.6, DIM_PRESSURE, text), "0.6 GPa");
  assert_string_equal(quantity_format(1e-3, DIM_PRESSURE, text), "1 MPa");
  assert_string_equal(quantity_format(100.0, DIM_PRESSURE, text), "100 GPa");
  assert_string_equal(quantity_format(6.5, DIM_LENGTH, text), "6.5 nm");
  assert_string_equal(quantity_format(6e10, DIM_TIME, text), "60 s");
  assert_string_equal(quantity_format(0.0, DIM_TIME, text), "0 ns");
  assert_string_equal(quantity_format(2000.0, DIM_NONE, text), "2000");
  assert_string_equal(quantity_format(1.93e-5, DIM_DENSITY, text), "19.3 g/cm^3");
  assert_string_equal(quantity_format(310.0, DIM_BOUNDARY_DIFFUSION, text), "3.1e-16 m^3/s");
  assert_string_equal(quantity_format(2.3e4, DIM_CONDUCTANCE, text), "23 uS");
}

static void rounding_keeps_three_digits(void **state)
{
  char text[QUANTITY_TEXT];

  assert_string_equal(quantity_round(0.59733698, DIM_PRESSURE, text), "0.597 GPa");
  assert_string_equal(quantity_round(0.000117, DIM_PRESSURE, text), "0.117 MPa");
  assert_string_equal(quantity_round(-0.01386954, DIM_PRESSURE, text), "-13.9 MPa");
  assert_string_equal(quantity_round(136.61, DIM_FORCE, text), "0.137 uN");
  assert_string_equal(quantity_round(0.0, DIM_FORCE, text), "0 nN");
  assert_string_equal(quantity_round(0.61009, DIM_NONE, text), "0.61");
}

static void every_dimension_has_a_name_and_units(void **state)
{
  for (int dim = 0; dim < DIM_N; dim++) {
    char list[256];

    assert_non_null(dimension_name((Dimension)dim));
    dimension_units((Dimension)dim, list, sizeof(list));
    assert_true(strlen(list) > 0 && strlen(list) < sizeof(list) - 1);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(values_are_in_internal_units), cmocka_unit_test(nonsense_is_refused),
      cmocka_unit_test(formatting_loses_no_bit),      cmocka_unit_test(formatting_is_readable),
      cmocka_unit_test(rounding_keeps_three_digits),  cmocka_unit_test(every_dimension_has_a_name_and_units),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
