/*
  crush.h - a sphere crushed between rigid plates: what is crushed, and the curves of tests/reference/sphere_crush.

  Strain is the way of one plate over R, from where it touches the sphere of the grain's volume; pressure the force on a
  plate over pi R^2.
*/
#ifndef TESTS_VERIFY_CRUSH_H
#define TESTS_VERIFY_CRUSH_H

#include <math.h>
#include <stdio.h>

static const double CRUSH_R         = 5.0;  /* [nm] */
static const double CRUSH_E         = 79.0; /* [GPa] */
static const double CRUSH_NU        = 0.42;
static const double CRUSH_YIELD     = 1.0; /* [GPa] */
static const double CRUSH_HARDENING = 0.1; /* of the yield stress per plastic strain [GPa] */
static const double CRUSH_MU        = 0.2; /* sphere on plate */

enum { CRUSH_STOPS = 5 };
static const double CRUSH_STRAIN[CRUSH_STOPS] = {0.05, 0.10, 0.20, 0.30, 0.40};

/* The pressure that meshes converge to at a strain of 0.4, and how well that is known [GPa]. */
static const double CRUSH_CONVERGED = 1.00, CRUSH_KNOWN_TO = 0.02;

/*
  The pressure of a curve at a strain, linear between its rows; NAN when there is no such file or strain.  name:
  "explicit_fine", "c3d8_fine" ..., see the README there.  Tests run in the folder tests/.
*/
static inline double crush_reference(const char name[], double strain)
{
  char   path[256], line[256];
  double found = NAN, at[2], p[2];
  int    rows  = 0;
  FILE  *f;

  snprintf(path, sizeof path, "reference/sphere_crush/%s.csv", name);
  if (!(f = fopen(path, "r"))) return NAN;
  while (fgets(line, sizeof line, f)) {
    const char *last = NULL;
    for (const char *c = line; *c; c++)
      if (*c == ',') last = c + 1;
    if (!last || sscanf(line, "%lf", &at[rows > 0]) != 1 || sscanf(last, "%lf", &p[rows > 0]) != 1) continue;
    if (rows++ && strain >= at[0] && strain <= at[1]) found = p[0] + (p[1] - p[0]) * (strain - at[0]) / (at[1] - at[0]);
    if (rows > 1) at[0] = at[1], p[0] = p[1];
  }
  fclose(f);
  return found;
}

/* How far a pressure is from what lies between the two fine curves, one-point hexahedra and fully integrated ones; NAN
 * when they are not there. */
static inline double crush_off(double pressure, double strain)
{
  const double a = crush_reference("explicit_fine", strain), b = crush_reference("c3d8_fine", strain);

  if (isnan(a) || isnan(b)) return NAN;
  if (pressure < fmin(a, b)) return pressure / fmin(a, b) - 1.0;
  return pressure > fmax(a, b) ? pressure / fmax(a, b) - 1.0 : 0.0;
}

#endif
