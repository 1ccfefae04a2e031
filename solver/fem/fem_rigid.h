/* fem_rigid.h - the part of a body's motion, or of the forces on it, that moves it as a whole; for eight bodies at
 * once. */
#ifndef SOLVER_FEM_FEM_RIGID_H
#define SOLVER_FEM_FEM_RIGID_H

#include "solver/fem/fem_element.h"

/* x from J x = b, J symmetric: xx yy zz xy yz zx. */
static inline void solve_symmetric(const v8 J[6], const v8 b[3], v8 x[3])
{
  const v8 A[6] = {J[1] * J[2] - J[4] * J[4], J[0] * J[2] - J[5] * J[5], J[0] * J[1] - J[3] * J[3],
                   J[4] * J[5] - J[2] * J[3], J[3] * J[5] - J[0] * J[4], J[3] * J[4] - J[1] * J[5]}; /* adjugate */
  const v8 inv  = 1.0 / (J[0] * A[0] + J[3] * A[3] + J[5] * A[5]);

  x[0] = (A[0] * b[0] + A[3] * b[1] + A[5] * b[2]) * inv;
  x[1] = (A[3] * b[0] + A[1] * b[1] + A[4] * b[2]) * inv;
  x[2] = (A[5] * b[0] + A[4] * b[1] + A[2] * b[2]) * inv;
}

static inline void v8_cross(const v8 a[3], const v8 b[3], v8 c[3])
{
  for (int k = 0; k < 3; k++) c[k] = a[(k + 1) % 3] * b[(k + 2) % 3] - a[(k + 2) % 3] * b[(k + 1) % 3];
}

typedef struct {
  v8 mass, centre[3];  /* [fg], centre of mass [nm] */
  v8 inertia[6];       /* about it, xx yy zz xy yz zx [fg nm^2] */
  v8 mean[3], turn[3]; /* sum of q over the mass; inertia^-1 times its moment about the centre */
} RigidPart;

/*
  Of q per node: m v gives velocity and angular velocity, a force gives accelerations.  All sums are taken about the
  first node, so that a place far from the origin costs no digits.
*/
static inline RigidPart rigid_part(int n_node, const v8 *mass, const v8 (*x)[3], const v8 (*q)[3], const v8 *times)
{
  RigidPart r = {.mass = v8_set(0.0)};
  v8        s[3], p[3], L[3], c[3], second[6], trace;

  for (int k = 0; k < 3; k++) s[k] = p[k] = L[k] = v8_set(0.0);
  for (int k = 0; k < 6; k++) second[k] = v8_set(0.0);
  for (int n = 0; n < n_node; n++) {
    const v8 m = mass[n], w = times ? times[n] : v8_set(1.0);
    const v8 d[3]  = {x[n][0] - x[0][0], x[n][1] - x[0][1], x[n][2] - x[0][2]};
    const v8 qn[3] = {w * q[n][0], w * q[n][1], w * q[n][2]};
    v8       l[3];

    v8_cross(d, qn, l);
    r.mass += m;
    for (int k = 0; k < 3; k++) p[k] += qn[k], s[k] += m * d[k], L[k] += l[k];
    for (int k = 0; k < 6; k++) second[k] += m * d[EL_ROW[k]] * d[EL_COLUMN[k]];
  }
  for (int k = 0; k < 3; k++) r.mean[k] = p[k] / r.mass, r.centre[k] = s[k] / r.mass;
  v8_cross(r.centre, p, c);
  for (int k = 0; k < 3; k++) L[k] -= c[k];
  for (int k = 0; k < 6; k++) second[k] -= s[EL_ROW[k]] * r.centre[EL_COLUMN[k]];
  trace = second[0] + second[1] + second[2];
  for (int k = 0; k < 3; k++) r.inertia[k] = trace - second[k], r.inertia[k + 3] = -second[k + 3];
  solve_symmetric(r.inertia, L, r.turn);
  for (int k = 0; k < 3; k++) r.centre[k] += x[0][k];
  return r;
}

/* What the rigid part is at a place: mean + turn x (x - centre). */
static inline void rigid_at(const RigidPart *r, const v8 x[3], v8 at[3])
{
  const v8 d[3] = {x[0] - r->centre[0], x[1] - r->centre[1], x[2] - r->centre[2]};

  v8_cross(r->turn, d, at);
  for (int k = 0; k < 3; k++) at[k] += r->mean[k];
}

#endif
