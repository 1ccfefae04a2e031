/*
  units.h - numbers with a unit, to and from the internal units nm, ns, fg, hence nN, GPa, aJ.

  Conversion happens here and nowhere else.  One table holds every unit; reading, messages, echo and manual use it.
*/
#ifndef SOLVER_UNITS_H
#define SOLVER_UNITS_H

#include "materials/params.h"
#include <petscsys.h>

enum { QUANTITY_TEXT = 64 }; /* room for any formatted quantity */

/*
  QuantityParse - "0.6 GPa" to 0.6; a bare number (or a percentage) only where dim is DIM_NONE.

  Collective: every rank parses the same text and fails alike, with PETSC_ERR_USER_INPUT.
  In:  key   what the text belongs to, for the message
*/
PetscErrorCode QuantityParse(const char key[], const char text[], Dimension dim, double *value);

/* The same without raising: returns NULL, or why [n] filled with what is wrong with the text. */
const char *quantity_parse(const char text[], Dimension dim, double *value, char why[], size_t n);

/* Shortest text that parses back to the same double, in the largest unit that is not above ten times the value. Returns
 * text. */
const char *quantity_format(double value, Dimension dim, char text[QUANTITY_TEXT]);

/* Three digits in the same unit, for the eye: "597 MPa".  Returns text. */
const char *quantity_round(double value, Dimension dim, char text[QUANTITY_TEXT]);

const char *dimension_name(Dimension dim);                         /* "pressure" */
const char *dimension_units(Dimension dim, char list[], size_t n); /* "GPa, MPa, kPa, Pa"; "" for DIM_NONE */

#endif
