/*
  fem_block.h - one body of F-bar hexahedra in equilibrium: held nodes, dead loads, steps of a plain Newton with MUMPS.

  For problems with a known answer, on one rank.  A mesh is sewn of bricks of n x n x n elements whose coincident nodes
  become one.
*/
#ifndef TESTS_VERIFY_FEM_BLOCK_H
#define TESTS_VERIFY_FEM_BLOCK_H

#include "mesh/hex.h"
#include "solver/fem/fem_fbar.h"

#include <math.h>
#include <petscksp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
// cmocka wants the four above
#include <cmocka.h>

#define MUST(call) assert_int_equal(call, 0)

typedef struct {
  BulkModel bulk;
  double    yield;
  double    balance; /* of forces on free nodes, over the largest force: where Newton stops */
  int       n_node, n_elem;
  double (*rest)[3], (*begin)[3], (*x)[3]; /* [n_node] places without load, at the start of the step, now */
  double (*goal)[3];                       /* [n_node] where held components go in the next step */
  char (*held)[3];                         /* [n_node] */
  double (*load)[3], (*force)[3];          /* [n_node] outer forces; inner ones at the last solution */
  int (*hex)[8];                           /* [n_elem] */
  BulkState (*old)[FBAR_POINTS], (*now)[FBAR_POINTS];
  int steps, solves; /* so far */
  Mat K;
  Vec r, u;
  KSP ksp;
} Block;

/* Where a point of a unit brick is: part tells bricks apart, size is whatever the caller likes. */
typedef void (*BlockMap)(int part, const double uvw[3], const double *size, double x[3]);

static inline void *block_grow(void *p, size_t n, size_t size)
{
  p = realloc(p, n * size);
  assert_non_null(p);
  return p;
}

/* The node at x, or a new one; places that differ by 1e-9 are one. */
static inline int block_node(Block *b, const double x[3])
{
  for (int n = b->n_node; n-- > 0;)
    if (fabs(b->rest[n][0] - x[0]) + fabs(b->rest[n][1] - x[1]) + fabs(b->rest[n][2] - x[2]) < 1e-9) return n;
  b->rest = block_grow(b->rest, (size_t)b->n_node + 1, sizeof *b->rest);
  memcpy(b->rest[b->n_node], x, 3 * sizeof x[0]);
  return b->n_node++;
}

static inline void block_add(Block *b, int part, const int n[3], BlockMap map, const double *size)
{
  const int nu = n[0] + 1, nv = n[1] + 1, nw = n[2] + 1;
  int      *node = block_grow(NULL, (size_t)(nu * nv * nw), sizeof *node);

  for (int k = 0; k < nu * nv * nw; k++) {
    const double uvw[3] = {(double)(k % nu) / n[0], (double)(k / nu % nv) / n[1], (double)(k / nu / nv) / n[2]};
    double       x[3];

    map(part, uvw, size, x);
    node[k] = block_node(b, x);
  }
  b->hex = block_grow(b->hex, (size_t)(b->n_elem + n[0] * n[1] * n[2]), sizeof *b->hex);
  for (int w = 0; w < n[2]; w++)
    for (int v = 0; v < n[1]; v++)
      for (int u = 0; u < n[0]; u++, b->n_elem++)
        for (int a = 0; a < 8; a++)
          b->hex[b->n_elem][a] = node[u + (hex_corner[a][0] > 0) + nu * (v + (hex_corner[a][1] > 0)) +
                                      nu * nv * (w + (hex_corner[a][2] > 0))];
  free(node);
}

/* After the last block_add: memory, all at rest, nothing held. */
static inline void block_start(Block *b)
{
  const size_t n = (size_t)b->n_node, e = (size_t)b->n_elem;
  PC           pc;

  b->begin = block_grow(NULL, n, sizeof *b->begin), b->x = block_grow(NULL, n, sizeof *b->x);
  b->goal = block_grow(NULL, n, sizeof *b->goal), b->held = calloc(n, sizeof *b->held);
  b->load = calloc(n, sizeof *b->load), b->force = calloc(n, sizeof *b->force);
  b->old = block_grow(NULL, e, sizeof *b->old), b->now = block_grow(NULL, e, sizeof *b->now);
  assert_true(b->held && b->load && b->force);
  memcpy(b->begin, b->rest, n * sizeof *b->rest);
  memcpy(b->x, b->rest, n * sizeof *b->rest);
  memcpy(b->goal, b->rest, n * sizeof *b->rest);
  for (int k = 0; k < b->n_elem; k++)
    for (int g = 0; g < FBAR_POINTS; g++) b->old[k][g] = bulk_rest;
  MUST(MatCreateSeqAIJ(PETSC_COMM_SELF, 3 * b->n_node, 3 * b->n_node, 120, NULL, &b->K)); /* 27 neighbours, some more */
  MUST(MatSetOption(b->K, MAT_NEW_NONZERO_ALLOCATION_ERR, PETSC_FALSE));
  MUST(MatSetOption(b->K, MAT_KEEP_NONZERO_PATTERN, PETSC_TRUE));
  MUST(MatCreateVecs(b->K, &b->u, &b->r));
  MUST(KSPCreate(PETSC_COMM_SELF, &b->ksp));
  MUST(KSPSetOperators(b->ksp, b->K, b->K));
  MUST(KSPSetType(b->ksp, KSPPREONLY));
  MUST(KSPGetPC(b->ksp, &pc));
  MUST(PCSetType(pc, PCLU));
  MUST(PCFactorSetMatSolverType(pc, MATSOLVERMUMPS));
}

static inline void block_end(Block *b)
{
  void *const all[] = {b->rest, b->begin, b->x, b->goal, b->held, b->load, b->force, b->hex, b->old, b->now};

  for (size_t k = 0; k < sizeof all / sizeof *all; k++) free(all[k]);
  MUST(KSPDestroy(&b->ksp));
  MUST(MatDestroy(&b->K));
  MUST(VecDestroy(&b->r));
  MUST(VecDestroy(&b->u));
}

/* Symmetry: all nodes of the plane x_k = value stay in it. */
static inline void block_plane(Block *b, int k, double value)
{
  for (int n = 0; n < b->n_node; n++)
    if (fabs(b->rest[n][k] - value) < 1e-9) b->held[n][k] = 1;
}

static inline void block_place(const Block *b, int e, double (*const x)[3], double out[8][3])
{
  for (int a = 0; a < 8; a++) memcpy(out[a], x[b->hex[e][a]], 3 * sizeof(double));
}

/* Inner forces and their tangent at x.  Returns the largest force that is missing on free nodes over the largest. */
static inline double block_assemble(Block *b, BulkStatus *status)
{
  double missing = 0.0, top = 1e-300;

  *status = BULK_OK;
  memset(b->force, 0, (size_t)b->n_node * sizeof *b->force);
  MUST(MatZeroEntries(b->K));
  for (int e = 0; e < b->n_elem; e++) {
    double   begin[8][3], end[8][3], f[FBAR_DOF], K[FBAR_DOF][FBAR_DOF];
    PetscInt row[FBAR_DOF];

    block_place(b, e, b->begin, begin);
    block_place(b, e, b->x, end);
    *status = fbar_forces(&b->bulk, b->yield, 0.0, (const double(*)[3])begin, (const double(*)[3])end, b->old[e],
                          b->now[e], f, K, NULL);
    if (*status != BULK_OK) return HUGE_VAL;
    for (int r = 0; r < FBAR_DOF; r++) {
      row[r] = 3 * b->hex[e][r / 3] + r % 3;
      b->force[b->hex[e][r / 3]][r % 3] += f[r];
    }
    MUST(MatSetValues(b->K, FBAR_DOF, row, FBAR_DOF, row, &K[0][0], ADD_VALUES));
  }
  MUST(MatAssemblyBegin(b->K, MAT_FINAL_ASSEMBLY));
  MUST(MatAssemblyEnd(b->K, MAT_FINAL_ASSEMBLY));
  for (int n = 0; n < b->n_node; n++)
    for (int k = 0; k < 3; k++) {
      top = fmax(top, fmax(fabs(b->force[n][k]), fabs(b->load[n][k])));
      if (!b->held[n][k]) missing = fmax(missing, fabs(b->load[n][k] - b->force[n][k]));
    }
  return missing / top;
}

/* One Newton step; held components go all the way. */
static inline void block_solve(Block *b)
{
  PetscInt    *row, rows = 0;
  PetscScalar *r;

  row = block_grow(NULL, 3 * (size_t)b->n_node, sizeof *row);
  MUST(VecGetArray(b->r, &r));
  for (int n = 0; n < b->n_node; n++)
    for (int k = 0; k < 3; k++) {
      r[3 * n + k] = b->held[n][k] ? b->goal[n][k] - b->x[n][k] : b->load[n][k] - b->force[n][k];
      if (b->held[n][k]) row[rows++] = 3 * n + k;
    }
  MUST(VecRestoreArray(b->r, &r));
  MUST(MatZeroRows(b->K, rows, row, 1.0, NULL, NULL));
  MUST(KSPSolve(b->ksp, b->r, b->u));
  MUST(VecGetArray(b->u, &r));
  for (int n = 0; n < b->n_node; n++)
    for (int k = 0; k < 3; k++) b->x[n][k] += r[3 * n + k];
  MUST(VecRestoreArray(b->u, &r));
  free(row);
  b->solves++;
}

/*
  One step to `goal` under `load`.  The first guess carries on as the step before did, times `ahead` (0: none).  15
  solves are enough or the test fails.
*/
static inline void block_step(Block *b, double ahead)
{
  double     missing = HUGE_VAL;
  BulkStatus status;

  for (int n = 0; n < b->n_node; n++)
    for (int k = 0; k < 3; k++) {
      const double was = b->begin[n][k];

      b->begin[n][k] = b->x[n][k];
      b->x[n][k] += ahead * (b->x[n][k] - was);
    }
  for (int turn = 0; turn <= 15; turn++) {
    missing = block_assemble(b, &status);
    if (status != BULK_OK) fail_msg("step %d, solve %d: %s", b->steps, turn, bulk_status_text(status));
    if (turn && missing < b->balance) break;
    block_solve(b);
  }
  if (!(missing < b->balance)) fail_msg("step %d: forces balance to %g only", b->steps, missing);
  memcpy(b->old, b->now, (size_t)b->n_elem * sizeof *b->old);
  b->steps++;
}

/* Part of the octant of a shell between radii size[0] and size[1]: a quarter of a face of a cube, blown up; part 0..2.
 */
static inline void block_shell(int part, const double uvw[3], const double *size, double x[3])
{
  const double quarter = 0.25 * acos(-1.0), s = tan(uvw[0] * quarter), t = tan(uvw[1] * quarter);
  const double r = size[0] + uvw[2] * (size[1] - size[0]), scale = r / sqrt(1.0 + s * s + t * t);

  x[part]           = scale;
  x[(part + 1) % 3] = scale * s;
  x[(part + 2) % 3] = scale * t;
}

static inline void block_shell_octant(Block *b, int n, const double radius[2])
{
  for (int part = 0; part < 3; part++) block_add(b, part, (const int[]){n, n, n}, block_shell, radius);
  block_start(b);
  for (int k = 0; k < 3; k++) block_plane(b, k, 0.0);
}

static inline double block_radius(const double x[3]) { return sqrt(x[0] * x[0] + x[1] * x[1] + x[2] * x[2]); }

static inline void block_petsc(void) { MUST(PetscInitializeNoArguments()); }

#endif
