#include "mesh/lattice.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double PI = 3.14159265358979323846;

#define ROOT2 1.41421356237309504880
#define ROOT3 1.73205080756887729353

/* Ashcroft, Mermin (1976) Solid State Physics, ch. 4; lengths over the distance of nearest neighbours. */
static const LatticeKind sc = {
    "sc", 1.0, {0.0, 1.0},
      1.0, 1, {{0.0, 0.0}  },
      6
};
static const LatticeKind bcc = {
    "bcc", 2.0 / ROOT3, {0.0,        2.0 / ROOT3               },
        1.0 / ROOT3, 2, {{0.0, 0.0}, {1.0 / ROOT3, 1.0 / ROOT3}},
        8
};
static const LatticeKind fcc = {
    "fcc", ROOT2, {0.5 * ROOT2, 0.5 * ROOT2       },
      0.5 * ROOT2, 2, {{0.0, 0.0},  {0.5 * ROOT2, 0.0}},
      12
};
static const LatticeKind fcc111 = {
    "fcc111", 1.0, {0.5,                 0.5 * ROOT3       },
      ROOT2 / ROOT3, 3, { {0.0, 0.0}, {0.5, ROOT3 / 6.0}, {1.0, ROOT3 / 3.0}},
      12
};
static const LatticeKind hcp = {
    "hcp", 1.0, {0.5,        0.5 * ROOT3       },
      ROOT2 / ROOT3, 2, {{0.0, 0.0}, {0.5, ROOT3 / 6.0}},
      12
};

const LatticeKind *const lattice_kinds[] = {&sc, &bcc, &fcc, &fcc111, &hcp, NULL};

const LatticeKind *lattice_kind_find(const char *name)
{
  for (int k = 0; lattice_kinds[k]; k++) {
    if (strcmp(lattice_kinds[k]->name, name) == 0) return lattice_kinds[k];
  }
  return NULL;
}

double lattice_touching_density(const LatticeKind *kind)
{
  return PI / 6.0 / (kind->along * kind->row[1] * kind->plane);
}

/* First site and number of sites of a row of plane type p inside the disc. */
static int64_t row_sites(const Lattice *l, int p, int64_t row, int64_t *i_lo)
{
  const LatticeKind *k = l->kind;
  const double       r = l->radius / l->nearest * (1.0 + 1e-12); /* a site that touches the wall counts */
  const double       y = (double)row * k->row[1] + k->shift[p][1], x0 = (double)row * k->row[0] + k->shift[p][0];
  const double       half = sqrt(fmax(r * r - y * y, 0.0));

  if (fabs(y) > r) return 0;
  *i_lo = (int64_t)ceil((-half - x0) / k->along);
  return (int64_t)fmax(floor((half - x0) / k->along) - (double)*i_lo + 1.0, 0.0);
}

/* Counts the sites of every row of plane type p. */
static MeshStatus CountRows(Lattice *l, int p)
{
  const double r = l->radius / l->nearest * (1.0 + 1e-12), shift = l->kind->shift[p][1], step = l->kind->row[1];
  int64_t      i_lo;

  l->row_lo[p] = (int64_t)ceil((-r - shift) / step);
  l->n_rows[p] = (int64_t)fmax(floor((r - shift) / step) - (double)l->row_lo[p] + 1.0, 0.0);
  l->first[p]  = malloc((size_t)(l->n_rows[p] + 1) * sizeof *l->first[p]);
  if (!l->first[p]) return MESH_ERR_MEMORY;
  l->first[p][0] = 0;
  for (int64_t k = 0; k < l->n_rows[p]; k++)
    l->first[p][k + 1] = l->first[p][k] + row_sites(l, p, l->row_lo[p] + k, &i_lo);
  l->per_plane[p] = l->first[p][l->n_rows[p]];
  l->per_period += l->per_plane[p];
  return MESH_OK;
}

MeshStatus LatticeCreate(const LatticeKind *kind, double diameter, double relative_density, double die_radius,
                         double z_bottom, Lattice *lattice)
{
  const double touching = lattice_touching_density(kind);

  *lattice = (Lattice){.kind = kind};
  if (!(diameter > 0.0) || !isfinite(diameter) || !isfinite(die_radius) || !isfinite(z_bottom)) return MESH_ERR_RANGE;
  if (!(relative_density > 0.0) || relative_density > touching * (1.0 + 1e-9)) return MESH_ERR_RANGE;
  if (!(die_radius >= 0.5 * diameter)) return MESH_ERR_RANGE;
  lattice->radius  = die_radius - 0.5 * diameter;
  lattice->nearest = diameter * fmax(cbrt(touching / relative_density), 1.0);
  lattice->z_first = z_bottom + 0.5 * diameter;
  for (int p = 0; p < kind->period; p++) {
    const MeshStatus status = CountRows(lattice, p);

    if (status) {
      lattice_free(lattice);
      return status;
    }
  }
  return MESH_OK; /* the site on the axis of the first plane always fits, so per_period > 0 */
}

void lattice_free(Lattice *lattice)
{
  for (int p = 0; p < LATTICE_PERIOD_MAX; p++) {
    free(lattice->first[p]);
    lattice->first[p] = NULL;
  }
}

/* Plane of site id, counted from the bottom; *k becomes the number of the site in its plane. */
static int64_t plane_of(const Lattice *l, int64_t id, int64_t *k)
{
  int p = 0;

  *k = id % l->per_period;
  while (*k >= l->per_plane[p]) *k -= l->per_plane[p++];
  return id / l->per_period * l->kind->period + p;
}

void lattice_site(const Lattice *lattice, int64_t id, double x[3])
{
  const LatticeKind *kind = lattice->kind;
  int64_t            k, i_lo = 0, lo = 0, hi, row;
  const int64_t      plane = plane_of(lattice, id, &k);
  const int          p     = (int)(plane % kind->period);
  const int64_t     *first = lattice->first[p];

  for (hi = lattice->n_rows[p]; hi - lo > 1;) { /* the row with first[row] <= k < first[row + 1] */
    const int64_t mid = lo + (hi - lo) / 2;

    if (first[mid] <= k) lo = mid;
    else hi = mid;
  }
  row = lattice->row_lo[p] + lo;
  row_sites(lattice, p, row, &i_lo);
  x[0] = lattice->nearest *
         ((double)(i_lo + k - first[lo]) * kind->along + (double)row * kind->row[0] + kind->shift[p][0]);
  x[1] = lattice->nearest * ((double)row * kind->row[1] + kind->shift[p][1]);
  x[2] = lattice->z_first + lattice->nearest * kind->plane * (double)plane;
}

void lattice_range(const Lattice *lattice, int64_t first, int64_t last, double x[])
{
  for (int64_t id = first; id < last; id++) lattice_site(lattice, id, x + 3 * (id - first));
}

double lattice_height(const Lattice *lattice, int64_t n, double diameter)
{
  int64_t k;

  return n < 1 ? 0.0 : diameter + lattice->nearest * lattice->kind->plane * (double)plane_of(lattice, n - 1, &k);
}

double lattice_density(const Lattice *lattice, int64_t n, double diameter)
{
  const double R = lattice->radius + 0.5 * diameter, h = lattice_height(lattice, n, diameter);

  return h > 0.0 ? (double)n * diameter * diameter * diameter / (6.0 * R * R * h) : 0.0;
}
