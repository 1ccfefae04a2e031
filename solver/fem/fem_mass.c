/*
  fem_mass.c - step and masses: every element gets the density that makes the common step its own.

  Small elements become heavier, large ones lighter; the mass of a whole grain is mass_scaling times the true one for
  the smallest grains, and in inverse proportion to the square of the radius for others.  Elements that become thinner
  than the step was chosen for (shrink) get more mass while they do.
*/
#include "materials/lanes_matrix.h"
#include "mesh/hex.h"
#include "solver/fem/fem_impl.h"

static double p_wave_modulus(const FemConfig *c) { return c->bulk.K + 4.0 / 3.0 * c->bulk.G; }

/*
  Length over which a wave must not pass in a step, of an element in each lane: with the mean gradients B_a of the shape
  functions and `products`, the sum of B_a B_a^T, omega^2 = 8 c^2 times the largest eigenvalue of products (Flanagan &
  Belytschko 1984, IJNME 20, 1 bound it by the trace).  A cube of edge h has length h; it comes out up to 4 % short.
*/
static v8 wave_length(v8 products[6]) { return 1.0 / v8_sqrt(2.0 * v8_largest(products)); }

double fem_element_mass(const FemConfig *c, double dt, Hex x, double *volume)
{
  double B[8][3], length;
  v8     products[6] = {v8_set(0.0)};

  *volume = hex_mean_gradients(x, B);
  for (int k = 0; k < 6; k++) {
    const int i = EL_ROW[k], j = EL_COLUMN[k];
    double    sum = 0.0;
    for (int a = 0; a < 8; a++) sum += B[a][i] * B[a][j];
    products[k] = v8_set(sum);
  }
  length = c->courant * c->shrink * wave_length(products)[0];
  return p_wave_modulus(c) * (dt / length) * (dt / length) * *volume;
}

/* Mass of the unit mesh for a step of dt, and its volume. */
static double unit_mesh(const FemConfig *c, double dt, double *volume)
{
  double mass = 0.0, v;
  Hex    x;

  *volume = 0.0;
  for (int e = 0; e < c->mesh->n_elem; e++) {
    grain_mesh_hex(c->mesh, e, x);
    mass += fem_element_mass(c, dt, x, &v);
    *volume += v;
  }
  return mass;
}

double fem_time_step(const FemConfig *c)
{
  double       volume;
  const double mass = unit_mesh(c, 1.0, &volume);

  return c->radius_min * sqrt(c->mass_scaling * c->density * volume / mass);
}

double fem_unit_mass(const FemConfig *c, double dt)
{
  double volume;

  return unit_mesh(c, dt, &volume);
}

double fem_body_mass(Fem fem, double radius) { return fem->unit_mass * radius; }

/* Masses of the nodes of a pack with which the contacts of the last step alone would just bear it: two nodes that move
   against each other stretch a spring by twice their ways. */
static void contact_masses(Fem fem, PetscInt pack, v8 (*need)[3])
{
  const int    last  = (int)PetscMin(8, fem->n_body - 8 * pack);
  const double scale = 0.5 * fem->dt * fem->dt * fem->unit_force;

  for (int n = 0; n < fem->n_surf && fem->interval_steps > 0; n++)
    for (int l = 0; l < last; l++) need[n][0][l] += scale * (double)fem->force[(8 * pack + l) * fem->n_surf + n][3];
}

/*
  Least masses of the nodes of a pack, need[n][0], with which its elements bear the step as they are now, by what
  `courant` leaves; it leaves room for contacts, and where they need more than that both add up.
*/
static void least_masses(Fem fem, PetscInt pack, v8 (*need)[3])
{
  const FemConfig *c     = &fem->cfg;
  const double     stiff = 0.125 * p_wave_modulus(c) * (fem->dt / c->courant) * (fem->dt / c->courant);
  const v8(*at)[3]       = (const v8(*)[3])fem->x + pack * fem->n_node;

  for (int n = 0; n < fem->n_node; n++) need[n][0] = v8_set(0.0);
  for (int e = 0; e < fem->n_elem; e++) {
    const int *hex = c->mesh->hex[e];
    v8         products[6], mass;
    const v8   volume = element_gradients(at, hex, products), length = wave_length(products);

    /* one that has turned over is for FemControl to report */
    mass = v8_where((i8)(volume > v8_set(0.0)), stiff * fem->volume[pack * fem->n_elem + e] / (length * length));
    for (int a = 0; a < 8; a++) need[hex[a]][0] += mass;
  }
  for (int n = 0; n < fem->n_surf; n++) {
    need[n][1] = need[n][0];
    need[n][0] *= c->courant * c->courant;
  }
  contact_masses(fem, pack, need);
  for (int n = 0; n < fem->n_surf; n++) need[n][0] = v8_max(need[n][0], need[n][1]);
}

void fem_keep_step(Fem fem, PetscInt pack)
{
  const int last = (int)PetscMin(8, fem->n_body - 8 * pack);
  v8(*need)[3] = fem->f, (*v)[3] = fem->v + pack * fem->n_node, *mass = fem->mass + pack * fem->n_node;
  v8  lost    = v8_set(0.0);
  int changed = 0;

  least_masses(fem, pack, need);
  for (int n = 0; n < fem->n_node; n++) {
    const v8 m      = mass[n];
    const i8 light  = (i8)(need[n][0] > m * (1.0 + 1e-9)); /* rounding alone raises no mass */
    v8       before = v8_set(0.0), after = before, slower;

    if (!i8_any(light)) continue;
    mass[n] = v8_pick(light, need[n][0], m);
    slower  = v8_pick(light, m / mass[n], v8_set(1.0));
    for (int k = 0; k < 3; k++) {
      before += v[n][k] * v[n][k];
      v[n][k] *= slower;
      after += v[n][k] * v[n][k];
    }
    lost += v8_where(light, 0.5 * (m * before - mass[n] * after));
    changed = 1;
  }
  if (!changed) return;
  for (int l = 0; l < last; l++) exact_add(&fem->work[WORK_DRAG], lost[l], fem->inv_work);
  fem_surface(fem, pack);
}
