/*
  params.h - how a law, a material card or a block of the deck declares the numbers it takes.

  The table is the only place where a key is spelled: parsing, defaults, range checks, the help text, the manual, the
  echo of a run and the checkpoint all read it.  Values are held in internal units: nm, ns, fg, hence nN, GPa, aJ, K.
*/
#ifndef MATERIALS_PARAMS_H
#define MATERIALS_PARAMS_H

#include <stddef.h>

typedef enum {
  DIM_NONE,
  DIM_LENGTH,             /* nm      */
  DIM_TIME,               /* ns      */
  DIM_MASS,               /* fg      */
  DIM_VELOCITY,           /* nm/ns   */
  DIM_ACCELERATION,       /* nm/ns^2 */
  DIM_RATE,               /* 1/ns    */
  DIM_FORCE,              /* nN      */
  DIM_PRESSURE,           /* GPa     */
  DIM_ENERGY,             /* aJ      */
  DIM_SURFACE_ENERGY,     /* nN/nm   */
  DIM_DENSITY,            /* fg/nm^3 */
  DIM_HALL_PETCH,         /* GPa nm^(1/2) */
  DIM_TEMPERATURE,        /* K       */
  DIM_RESISTIVITY,        /* GPa-free: nm/nS = 1/(S/m) */
  DIM_VOLUME,             /* nm^3    */
  DIM_PER_LENGTH,         /* 1/nm    */
  DIM_CONDUCTANCE,        /* nS      */
  DIM_BOUNDARY_DIFFUSION, /* nm^3/ns: width times diffusivity */
  DIM_N
} Dimension;

/* One number. def = NAN: required, or taken from the material card's key `card` when that is not NULL. */
typedef struct {
  const char *key;
  Dimension   dim;
  double      min, max, def; /* internal units, both ends allowed */
  size_t      offset;        /* of a double in the struct the table describes */
  const char *card;          /* key of the material card that fills it, or NULL */
  const char *what;          /* one line for help and manual */
} ParamSpec;                 /* a table ends with key == NULL */

#endif
