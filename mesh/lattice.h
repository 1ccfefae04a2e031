/*
  lattice.h - superlattices of grains in the die: the place of grain id without holding the others.

  A lattice is a stack of equal planar nets, each shifted against the one below; sites are numbered plane by plane
  upwards, row by row in a plane, along x in a row, and the first N of those that fit in the cylinder are the grains.
  A row of lattice_kinds[] describes it with nearest neighbours at distance 1; to add a stacking, add a row.
*/
#ifndef MESH_LATTICE_H
#define MESH_LATTICE_H

#include "mesh/status.h"
#include <stdint.h>

enum { LATTICE_PERIOD_MAX = 3 };

typedef struct {
  const char *name;                         /* as in the deck */
  double      along, row[2];                /* net: step along x, step to the next row */
  double      plane;                        /* distance between planes */
  int         period;                       /* planes until the stack repeats */
  double      shift[LATTICE_PERIOD_MAX][2]; /* of each plane of the period */
  int         neighbours;                   /* coordination number */
} LatticeKind;

/*
  sc, bcc, fcc  cube axes along x, y, z
  fcc111, hcp   close-packed planes flat on the punch, as nanocrystals settle; stacked ABC and AB
*/
extern const LatticeKind *const lattice_kinds[]; /* ends with NULL */

/* Filled by LatticeCreate; freed by lattice_free. */
typedef struct {
  const LatticeKind *kind;
  double             radius;  /* of the region of the centres: die radius - grain radius [nm] */
  double             z_first; /* of the first plane [nm] */
  double             nearest; /* distance between nearest neighbours [nm] */
  int64_t            per_period;
  int64_t            per_plane[LATTICE_PERIOD_MAX];
  int64_t            n_rows[LATTICE_PERIOD_MAX], row_lo[LATTICE_PERIOD_MAX]; /* rows row_lo .. row_lo + n_rows - 1 */
  int64_t           *first[LATTICE_PERIOD_MAX]; /* [n_rows + 1] sites of the plane before each row */
} Lattice;

/* The kind of that name, or NULL. */
const LatticeKind *lattice_kind_find(const char *name);

/* Relative density at which nearest neighbours touch: pi/6, pi sqrt(3)/8, pi/sqrt(18) for sc, bcc, fcc. */
double lattice_touching_density(const LatticeKind *kind);

/*
  LatticeCreate - a lattice of grains of `diameter` in a die of die_radius about the z axis, standing on z_bottom.

  relative_density is that of the endless lattice; in a die it is lower, for no grain may cut the wall (lattice_density
  says how much).  A site of the first plane is on the axis.  Memory: 8 bytes per row of the nets.  Fails with
  MESH_ERR_RANGE when the density is not in (0, touching] or no grain fits in the die.
*/
MeshStatus LatticeCreate(const LatticeKind *kind, double diameter, double relative_density, double die_radius,
                         double z_bottom, Lattice *lattice);
void       lattice_free(Lattice *lattice);

/* Place of site id >= 0 [nm]. */
void lattice_site(const Lattice *lattice, int64_t id, double x[3]);

/* Places of the sites [first, last); x is [3 (last - first)].  The same bits however the ids are split. */
void lattice_range(const Lattice *lattice, int64_t first, int64_t last, double x[]);

/* Height that n grains of `diameter` fill: from below the first plane to above the last [nm]; 0 for none. */
double lattice_height(const Lattice *lattice, int64_t n, double diameter);

/* Relative density of n grains of `diameter` in the die up to lattice_height. */
double lattice_density(const Lattice *lattice, int64_t n, double diameter);

#endif
