/*
  sizes.h - the diameter of every grain, as a function of the seed and of the grain's id only.

  A law is a row of size_laws[]; to add one, write its two functions in sizes.c and add the row.
*/
#ifndef MESH_SIZES_H
#define MESH_SIZES_H

#include <stdint.h>

typedef struct {
  int64_t       seed;
  double        mean;   /* number mean of the diameter [nm]; file: ignored */
  double        spread; /* standard deviation of ln d before truncation [-]; lognormal only */
  const double *value;  /* [n_values] diameters [nm]; file only, borrowed */
  int64_t       n_values;
  int64_t n_grains; /* file: when equal to n_values, grain id has value[id]; else each grain draws one at random */
} SizeSpec;

typedef struct {
  const char *name; /* as in the deck */
  /* Diameter of grain id [nm].  Pure. */
  double (*diameter)(const SizeSpec *spec, int64_t id);
  /* Expected value of d^k over the law, k >= 0 [nm^k]; for the file law the average over its values. */
  double (*moment)(const SizeSpec *spec, int k);
  /* Bounds that no grain exceeds [nm]. */
  void (*range)(const SizeSpec *spec, double *smallest, double *largest);
} SizeLaw;

/*
  monodisperse  every grain has the mean
  lognormal     ln d normal with the given spread, cut at three standard deviations to either side; the median is
                chosen so that the number mean of the cut law is `mean` exactly
  file          the values of a file, one per grain or drawn at random
*/
extern const SizeLaw *const size_laws[]; /* ends with NULL */

/* The law of that name, or NULL. */
const SizeLaw *size_law_find(const char *name);

#endif
