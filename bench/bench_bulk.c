/*
  bench_bulk.c - nanoseconds of a step of a meshed grain's law: per Gauss point with and without a tangent, and per
  eight points of the return map.  Not a test: prints a table.

  Points that stay in cache take the same small steps in every sweep; the least time of the sweeps counts.
  Run: bench_bulk [points] [sweeps]
*/
#include "materials/bulk_lanes.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double now_ns(void)
{
  struct timespec t;

  clock_gettime(CLOCK_MONOTONIC, &t);
  return 1e9 * (double)t.tv_sec + (double)t.tv_nsec;
}

typedef struct {
  const char *name, *law;
  double      number[7]; /* of j2; hencky has the first two */
} Case;

static const Case cases[] = {
    {"hencky",        "hencky", {79.0, 0.42}                           },
    {"j2 ideal",      "j2",     {79.0, 0.42, 0.0, 0.0, 0.1, 0.02, 0.0} },
    {"j2 linear",     "j2",     {79.0, 0.42, 3.0, 0.0, 0.1, 0.02, 0.0} },
    {"j2 voce",       "j2",     {79.0, 0.42, 0.0, 2.0, 0.1, 0.02, 0.0} },
    {"j2 voce, rate", "j2",     {79.0, 0.42, 0.0, 2.0, 0.1, 0.02, 1e-3}},
};

/* A step of simple shear with some stretch, of its own for every point. */
static void step_of(int k, double size, double f[3][3])
{
  for (int i = 0; i < 3; i++)
    for (int j = 0; j < 3; j++) f[i][j] = (i == j) + size * sin(1.0 + 3.7 * i + 1.3 * j + 0.01 * k);
}

static double one_point(const BulkModel *m, double size, int n, int sweeps, int tangent)
{
  BulkState *state = malloc(sizeof(BulkState) * (size_t)n);
  double(*f)[3][3] = malloc(sizeof(double[3][3]) * (size_t)n), best = HUGE_VAL, check = 0.0, a[9][9];

  for (int k = 0; k < n; k++) step_of(k, size, f[k]);
  for (int s = 0; s < sweeps; s++) {
    double t = now_ns();

    for (int k = 0; k < n; k++) {
      BulkStress out;

      state[k] = bulk_rest;
      bulk_update(m, 1.1, 1e-3, f[k], &bulk_rest, &state[k], &out, tangent ? a : NULL);
      check += out.sigma[3] + (tangent ? a[1][2] : 0.0);
    }
    best = fmin(best, now_ns() - t);
  }
  free(state);
  free(f);
  return check == 0.12345 ? 0.0 : best / n;
}

static double eight_points(const BulkModel *m, int n, int sweeps)
{
  typedef struct {
    Lanes s[6], alpha, Y0, work;
  } Block;
  Block *block = aligned_alloc(64, sizeof(Block) * (size_t)n);
  double best  = HUGE_VAL;

  for (int s = 0; s < sweeps; s++) {
    double t;

    for (int b = 0; b < n; b++)
      for (int l = 0; l < CONTACT_LANES; l++) { /* some yield, some do not */
        block[b].Y0[l]    = 1.1;
        block[b].alpha[l] = 0.05;
        for (int k = 0; k < 6; k++) block[b].s[k][l] = sin(k + b + 0.1 * l);
      }
    t = now_ns();
    for (int b = 0; b < n; b++) bulk_return(m, 1e-3, block[b].s, block[b].alpha, block[b].Y0, block[b].work);
    best = fmin(best, now_ns() - t);
  }
  free(block);
  return best / n;
}

int main(int argc, char **argv)
{
  const int n = argc > 1 ? atoi(argv[1]) : 200, sweeps = argc > 2 ? atoi(argv[2]) : 2000;

  printf("%-14s %34s %34s %10s\n", "", "elastic step, ns per point", "plastic step, ns per point", "ns/eight");
  printf("%-14s %17s %16s %17s %16s %10s\n", "law", "stress", "with tangent", "stress", "with tangent", "lanes");
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    BulkModel m;

    if (bulk_model(bulk_law_find(cases[k].law), cases[k].number, &m)) return 1;
    printf("%-14s %17.1f %16.1f %17.1f %16.1f %10.1f\n", cases[k].name, one_point(&m, 1e-3, n, sweeps, 0),
           one_point(&m, 1e-3, n, sweeps, 1), one_point(&m, 0.05, n, sweeps, 0), one_point(&m, 0.05, n, sweeps, 1),
           eight_points(&m, n, sweeps));
  }
  return 0;
}
