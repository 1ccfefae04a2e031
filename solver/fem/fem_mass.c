/*
  fem_mass.c - step and masses: every element gets the density that makes the common step its own.

  Small elements become heavier, large ones lighter; the mass of a whole grain is mass_scaling times the true one for
  the smallest grains, and in inverse proportion to the square of the radius for others.
*/
#include "mesh/hex.h"
#include "solver/fem/fem_impl.h"

static double p_wave_modulus(const FemConfig *c) { return c->bulk.K + 4.0 / 3.0 * c->bulk.G; }

/* Largest eigenvalue of a symmetric, positive matrix, from above: norm of its eighth power; at most 7 % too large. */
static double largest(double M[3][3])
{
  double scale = 1.0, norm = 0.0;

  for (int power = 1; power < 8; power *= 2) {
    double S[3][3];
    norm = 0.0;
    for (int i = 0; i < 3; i++)
      for (int j = 0; j < 3; j++) {
        S[i][j] = M[i][0] * M[0][j] + M[i][1] * M[1][j] + M[i][2] * M[2][j];
        norm += S[i][j] * S[i][j];
      }
    norm = sqrt(norm);
    scale *= pow(norm, 0.5 / power);
    for (int i = 0; i < 3; i++)
      for (int j = 0; j < 3; j++) M[i][j] = S[i][j] / norm;
  }
  return scale;
}

/*
  Length over which a wave must not pass in a step: with the mean gradients B_a of the shape functions, omega^2 = 8 c^2
  times the largest eigenvalue of sum B_a B_a^T (Flanagan & Belytschko 1984, IJNME 20, 1 bound it by the trace); a cube
  of edge h has length h.
*/
static double wave_length(Hex x)
{
  double B[8][3], M[3][3] = {{0}};

  hex_mean_gradients(x, B);
  for (int a = 0; a < 8; a++)
    for (int i = 0; i < 3; i++)
      for (int j = 0; j < 3; j++) M[i][j] += B[a][i] * B[a][j];
  return 1.0 / sqrt(2.0 * largest(M));
}

double fem_element_mass(const FemConfig *c, double dt, Hex x, double *volume)
{
  const double length = c->courant * c->shrink * wave_length(x);

  *volume = hex_volume(x);
  return p_wave_modulus(c) * (dt / length) * (dt / length) * *volume;
}

double fem_time_step(const FemConfig *c)
{
  double mass = 0.0, volume = 0.0, v; /* of the unit mesh with dt = 1 */
  Hex    x;

  for (int e = 0; e < c->mesh->n_elem; e++) {
    grain_mesh_hex(c->mesh, e, x);
    mass += fem_element_mass(c, 1.0, x, &v);
    volume += v;
  }
  return c->radius_min * sqrt(c->mass_scaling * c->density * volume / mass);
}
