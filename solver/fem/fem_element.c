#include "solver/fem/fem_element.h"

#include "materials/bulk_lanes.h"

/*
  Nodal values of a hexahedron and its eight modes are each other's Walsh-Hadamard transform: three rounds of sums and
  differences.  Node a of the binary order has xi, eta, zeta > 0 where bit 0, 1, 2 of a is set; so has mode m its
  factors.
*/
enum { MODE_MEAN, MODE_X, MODE_Y, MODE_XY, MODE_Z, MODE_XZ, MODE_YZ, MODE_XYZ, MODES };
enum { SLOPES = 6 }; /* modes of places and fields that have a mean slope */
static const int LINEAR[3] = {MODE_X, MODE_Y, MODE_Z}, HOURGLASS[4] = {MODE_XY, MODE_YZ, MODE_XZ, MODE_XYZ};
static const int SLOPE[SLOPES] = {MODE_X, MODE_Y, MODE_Z, MODE_XY, MODE_XZ, MODE_YZ};
static const int VTK_OF[8]     = {0, 1, 3, 2, 4, 5, 7, 6};

static inline __attribute__((always_inline)) void butterfly(v8 a[8])
{
  for (int bit = 1; bit < 8; bit *= 2)
    for (int k = 0; k < 8; k++)
      if (!(k & bit)) {
        const v8 lo = a[k], hi = a[k | bit];
        a[k]       = lo + hi;
        a[k | bit] = hi - lo;
      }
}

/* The transpose: modes back to nodes. */
static inline __attribute__((always_inline)) void butterfly_back(v8 a[8])
{
  for (int bit = 1; bit < 8; bit *= 2)
    for (int k = 0; k < 8; k++)
      if (!(k & bit)) {
        const v8 mean = a[k], slope = a[k | bit];
        a[k]       = mean - slope;
        a[k | bit] = mean + slope;
      }
}

/*
  Gradients averaged over the element: G[m][j] is what mode m of a field, per eight, adds to its mean slope along x_j.
  Returns the volume over eight.

  By the divergence theorem they are the volume's derivatives by the modes of the places over the volume, and the volume
  is, with the modes x, y, z, xy, ... of the places as vectors per eight,
    V/8 = det(x, y, z) + (det(x, xy, xz) + det(xy, y, yz) + det(xz, yz, z))/3:
  of all other products of the Jacobian's columns the mean over the element is zero.
*/
static inline __attribute__((always_inline)) v8 mean_gradients(const v8 X[3][8], v8 G[MODES][3])
{
  const v8 third = v8_set(1.0 / 3.0);
  v8       form  = v8_set(0.0), inv;

  for (int j = 0; j < 3; j++) {
    const int k = (j + 1) % 3, l = (j + 2) % 3;
    const v8  xk = X[k][MODE_X], yk = X[k][MODE_Y], zk = X[k][MODE_Z], xl = X[l][MODE_X], yl = X[l][MODE_Y],
             zl = X[l][MODE_Z];
    const v8 ak = X[k][MODE_XY], bk = X[k][MODE_XZ], ck = X[k][MODE_YZ], al = X[l][MODE_XY], bl = X[l][MODE_XZ],
             cl   = X[l][MODE_YZ];
    G[MODE_X][j]  = yk * zl - yl * zk + third * (ak * bl - al * bk);
    G[MODE_Y][j]  = zk * xl - zl * xk + third * (ck * al - cl * ak);
    G[MODE_Z][j]  = xk * yl - xl * yk + third * (bk * cl - bl * ck);
    G[MODE_XY][j] = third * (bk * xl - bl * xk + yk * cl - yl * ck);
    G[MODE_XZ][j] = third * (xk * al - xl * ak + ck * zl - cl * zk);
    G[MODE_YZ][j] = third * (ak * yl - al * yk + zk * bl - zl * bk);
  }
  /* x . dV/dx + yz . dV/dyz is the whole form: every determinant has one of the two */
  for (int j = 0; j < 3; j++) form += X[j][MODE_X] * G[MODE_X][j] + X[j][MODE_YZ] * G[MODE_YZ][j];
  inv = 8.0 / form;
  for (int m = 0; m < SLOPES; m++)
    for (int j = 0; j < 3; j++) G[SLOPE[m]][j] *= inv;
  return form * (1.0 / 512.0);
}

/* Rotation over the step from the spin w (axial, w01 = L01 - L10 over 2 ...): Q = 1 + (W + W^2/2)/(1 + w.w/4). */
static inline __attribute__((always_inline)) void spin_to_rotation(v8 w01, v8 w12, v8 w20, v8 Q[3][3])
{
  const v8 a = -w12, b = -w20, c = -w01; /* axial vector of W: W x = (a, b, c) cross x */
  const v8 k = 1.0 / (1.0 + 0.25 * (a * a + b * b + c * c)), h = 0.5 * k;

  Q[0][0] = 1.0 - h * (b * b + c * c);
  Q[1][1] = 1.0 - h * (a * a + c * c);
  Q[2][2] = 1.0 - h * (a * a + b * b);
  Q[0][1] = h * a * b - k * c;
  Q[1][0] = h * a * b + k * c;
  Q[0][2] = h * a * c + k * b;
  Q[2][0] = h * a * c - k * b;
  Q[1][2] = h * b * c - k * a;
  Q[2][1] = h * b * c + k * a;
}

/* s <- Q s Q^T, symmetric, order xx yy zz xy yz zx. */
static inline __attribute__((always_inline)) void rotate_tensor(const v8 Q[3][3], v8 s[6])
{
  const v8 S[3][3] = {
      {s[0], s[3], s[5]},
      {s[3], s[1], s[4]},
      {s[5], s[4], s[2]}
  };
  v8 T[3][3];

  for (int i = 0; i < 3; i++)
    for (int j = 0; j < 3; j++) T[i][j] = Q[i][0] * S[0][j] + Q[i][1] * S[1][j] + Q[i][2] * S[2][j];
  s[0] = T[0][0] * Q[0][0] + T[0][1] * Q[0][1] + T[0][2] * Q[0][2];
  s[1] = T[1][0] * Q[1][0] + T[1][1] * Q[1][1] + T[1][2] * Q[1][2];
  s[2] = T[2][0] * Q[2][0] + T[2][1] * Q[2][1] + T[2][2] * Q[2][2];
  s[3] = T[0][0] * Q[1][0] + T[0][1] * Q[1][1] + T[0][2] * Q[1][2];
  s[4] = T[1][0] * Q[2][0] + T[1][1] * Q[2][1] + T[1][2] * Q[2][2];
  s[5] = T[2][0] * Q[0][0] + T[2][1] * Q[0][1] + T[2][2] * Q[0][2];
}

static inline v8 dot6(const v8 a[6], const v8 b[6])
{
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2] + 2.0 * (a[3] * b[3] + a[4] * b[4] + a[5] * b[5]);
}

static inline __attribute__((always_inline)) void element(const ElementModel *m, const int node[8], const v8 (*x)[3],
                                                          const v8 (*v)[3], v8 volume, v8 yield, v8 state[EL_N],
                                                          v8 (*f)[3], ElementWork *work)
{
  v8       X[3][8], U[3][8], G[MODES][3], L[3][3], Q[3][3], g[4][3], s[6], before[6], e[6], F[3][3];
  v8       eighth, trace, mean, flow, p, bb = v8_set(0.0), stiff, power, hg_power = v8_set(0.0), hg_flow = v8_set(0.0);
  const v8 zero = v8_set(0.0);

  for (int i = 0; i < 3; i++) {
    for (int a = 0; a < 8; a++) {
      U[i][a] = m->dt * v[node[VTK_OF[a]]][i];
      X[i][a] = x[node[VTK_OF[a]]][i];
    }
    butterfly(X[i]);
    butterfly(U[i]);
    for (int k = 1; k < 8; k++) X[i][k] -= 0.5 * U[i][k]; /* to the middle of the step */
  }
  eighth = mean_gradients((const v8(*)[8])X, G);
  for (int i = 0; i < 3; i++)
    for (int j = 0; j < 3; j++) {
      v8 slope = U[i][SLOPE[0]] * G[SLOPE[0]][j];
      for (int k = 1; k < SLOPES; k++) slope += U[i][SLOPE[k]] * G[SLOPE[k]][j];
      L[i][j] = 0.125 * slope;
    }

  trace = L[0][0] + L[1][1] + L[2][2];
  mean  = trace * (1.0 / 3.0);
  e[0] = L[0][0] - mean, e[1] = L[1][1] - mean, e[2] = L[2][2] - mean;
  e[3] = 0.5 * (L[0][1] + L[1][0]), e[4] = 0.5 * (L[1][2] + L[2][1]), e[5] = 0.5 * (L[2][0] + L[0][2]);
  spin_to_rotation(0.5 * (L[0][1] - L[1][0]), 0.5 * (L[1][2] - L[2][1]), 0.5 * (L[2][0] - L[0][2]), Q);

  for (int k = 0; k < 6; k++) s[k] = state[EL_XX + k];
  rotate_tensor((const v8(*)[3])Q, s);
  for (int k = 0; k < 6; k++) before[k] = s[k];
  for (int k = 0; k < 6; k++) s[k] += 2.0 * m->bulk.G * e[k];
  bulk_return(&m->bulk, m->dt, (Lanes *)s, (double *)&state[EL_ALPHA], (const double *)&yield, (double *)&flow);
  p     = state[EL_MEAN] + m->bulk.K * trace;
  power = 0.5 * (dot6(before, e) + dot6(s, e) + (p + state[EL_MEAN]) * trace) * volume;
  work->plastic += flow * volume;
  work->worst = v8_min(work->worst, 8.0 * eighth / volume);
  for (int k = 0; k < 6; k++) state[EL_XX + k] = s[k];
  state[EL_MEAN] = p;

  for (int i = 0; i < 3; i++)
    for (int j = 0; j < 3; j++) bb += G[LINEAR[i]][j] * G[LINEAR[i]][j];
  /* Stress that varies within the element is brought back to the yield surface with its mean: in proportion. */
  stiff          = m->hourglass * m->bulk.G * volume * bb * (1.0 / 64.0);
  const i8 flows = (i8)(flow > zero);
  const v8 left = v8_pick(flows, 1.5 * dot6(s, s), v8_set(1.0)), drop = 3.0 * m->bulk.G * flow;
  const v8 inv  = 1.0 / (left * (left + drop) * stiff);
  const v8 keep = v8_pick(flows, left * left * stiff * inv, v8_set(1.0)); /* left/(left + drop) */
  const v8 lost = 0.5 * drop * (left + drop) * inv;                       /* (1/keep - 1)/(2 stiff) */
  for (int h = 0; h < 4; h++) {
    v8       *q = &state[EL_HOURGLASS + 3 * h], r[3];
    const int k = HOURGLASS[h];
    for (int i = 0; i < 3; i++) {
      g[h][i] = U[i][k] - (L[i][0] * X[0][k] + L[i][1] * X[1][k] + L[i][2] * X[2][k]);
      r[i]    = Q[i][0] * q[0] + Q[i][1] * q[1] + Q[i][2] * q[2];
    }
    for (int i = 0; i < 3; i++) {
      q[i]       = keep * (r[i] + stiff * g[h][i]);
      const v8 t = r[i] + q[i];
      hg_power += 0.5 * t * g[h][i];
      hg_flow += t * q[i];
    }
  }
  hg_flow *= lost;
  work->strain += power + hg_power;
  work->plastic += hg_flow;
  work->uneven += hg_flow;
  work->hourglass += hg_power - hg_flow;

  /* virtual work by modes: volume tau = P, hourglass modes less what the linear part of the motion puts into them */
  const v8 P[3][3] = {
      {s[0] + p, s[3],     s[5]    },
      {s[3],     s[1] + p, s[4]    },
      {s[5],     s[4],     s[2] + p}
  };
  for (int i = 0; i < 3; i++)
    for (int j = 0; j < 3; j++) {
      v8 t = volume * P[i][j];
      for (int h = 0; h < 4; h++) t -= state[EL_HOURGLASS + 3 * h + i] * X[j][HOURGLASS[h]];
      F[i][j] = t;
    }
  for (int i = 0; i < 3; i++) {
    v8 n[8];
    n[MODE_MEAN] = n[MODE_XYZ] = zero;
    for (int k = 0; k < SLOPES; k++) {
      const v8 *slope = G[SLOPE[k]];
      n[SLOPE[k]]     = 0.125 * (slope[0] * F[i][0] + slope[1] * F[i][1] + slope[2] * F[i][2]);
    }
    for (int h = 0; h < 4; h++) n[HOURGLASS[h]] += state[EL_HOURGLASS + 3 * h + i];
    butterfly_back(n);
    for (int a = 0; a < 8; a++) f[node[VTK_OF[a]]][i] -= n[a];
  }
}

void element_forces(const ElementModel *m, const v8 (*x)[3], const v8 (*v)[3], const v8 *volume, v8 yield,
                    v8 (*state)[EL_N], v8 (*f)[3], ElementWork *work)
{
  for (int k = 0; k < m->n_elem; k++) element(m, m->hex[k], x, v, volume[k], yield, state[k], f, work);
}

static inline v8 dot3(const v8 a[3], const v8 b[3]) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; }

/* The virtual work of `element`, solved for what does it. */
void element_from_forces(const v8 x[8][3], const v8 f[8][3], v8 volume, v8 state[EL_N])
{
  v8 X[3][8], N[3][8], G[MODES][3], C[3][3], F[3][3], P[3][3], p, inv;

  for (int i = 0; i < 3; i++) {
    for (int a = 0; a < 8; a++) X[i][a] = x[VTK_OF[a]][i], N[i][a] = -f[VTK_OF[a]][i];
    butterfly(X[i]);
    butterfly(N[i]);
  }
  mean_gradients((const v8(*)[8])X, G);
  for (int j = 0; j < 3; j++) G[MODE_XYZ][j] = v8_set(0.0); /* has no mean slope */
  for (int k = 0; k < 3; k++)
    for (int j = 0; j < 3; j++) {
      const v8 *g = G[LINEAR[(k + 1) % 3]], *h = G[LINEAR[(k + 2) % 3]];
      C[k][j] = g[(j + 1) % 3] * h[(j + 2) % 3] - g[(j + 2) % 3] * h[(j + 1) % 3];
    }
  inv = 1.0 / dot3(G[LINEAR[0]], C[0]);
  for (int i = 0; i < 3; i++)
    for (int j = 0; j < 3; j++)
      F[i][j] = inv * (C[0][j] * N[i][LINEAR[0]] + C[1][j] * N[i][LINEAR[1]] + C[2][j] * N[i][LINEAR[2]]);
  for (int i = 0; i < 3; i++) {
    for (int h = 0; h < 4; h++) {
      const int k = HOURGLASS[h];
      v8       *q = &state[EL_HOURGLASS + 3 * h + i];
      *q          = 0.125 * (N[i][k] - dot3(G[k], F[i]));
    }
    for (int j = 0; j < 3; j++) {
      P[i][j] = F[i][j];
      for (int h = 0; h < 4; h++) P[i][j] += state[EL_HOURGLASS + 3 * h + i] * X[j][HOURGLASS[h]];
    }
  }
  inv = 1.0 / volume;
  p   = inv * (P[0][0] + P[1][1] + P[2][2]) * (1.0 / 3.0);
  for (int k = 0; k < 6; k++) {
    const int i = EL_ROW[k], j = EL_COLUMN[k];
    state[EL_XX + k] = 0.5 * inv * (P[i][j] + P[j][i]);
    if (k < 3) state[EL_XX + k] -= p;
  }
  state[EL_MEAN] = p;
}

v8 element_gradients(const v8 (*x)[3], const int node[8], v8 products[6])
{
  v8 X[3][8], G[MODES][3], eighth;

  for (int i = 0; i < 3; i++) {
    for (int a = 0; a < 8; a++) X[i][a] = x[node[VTK_OF[a]]][i];
    butterfly(X[i]);
  }
  eighth = mean_gradients((const v8(*)[8])X, G);
  for (int k = 0; k < 6; k++) {
    products[k] = v8_set(0.0);
    for (int m = 0; m < SLOPES; m++) products[k] += G[SLOPE[m]][EL_ROW[k]] * G[SLOPE[m]][EL_COLUMN[k]];
    products[k] *= 0.125; /* modes are orthogonal, of norm eight */
  }
  return 8.0 * eighth;
}
