/* busy.c - laps on the processor's clock, and what the ranks make of them together. */
#include "solver/grains/busy.h"

#include <string.h>
#include <time.h>

/* Costs until they have been measured, in moves of a rigid grain: as found with law mdr and meshes of 256 elements
   (bench/fem_mixed.yml: 0.073, 0.024, 0.66, 11.5 us). */
static const double FIRST_GUESS[BUSY_N] = {3.0, 1.0, 28.0, 490.0};

enum { TIMED_LEAST = 8 }; /* timed steps from which on costs are known better than before */

/* Of this thread: others may share the core, and MPI may have threads of its own. */
static double cpu_seconds(void)
{
  struct timespec t;

  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

void busy_step(Busy *b)
{
  b->on = b->steps++ % BUSY_EVERY == 0;
  b->timed += b->on;
}

void busy_start(Busy *b)
{
  if (b->on) b->since = cpu_seconds();
}

void busy_lap(Busy *b, int kind, PetscInt done)
{
  double now;

  if (!b->on) return;
  now = cpu_seconds();
  b->seconds[kind] += now - b->since;
  b->done[kind] += (double)done;
  b->since = now;
}

void busy_reset(Busy *b)
{
  memset(b->seconds, 0, sizeof b->seconds);
  memset(b->done, 0, sizeof b->done);
  b->timed = 0;
}

Imbalance imbalance_of(const double most[2], const double sum[2], PetscMPIInt ranks)
{
  const double all = sum[0] + sum[1];

  return (Imbalance){.rigid  = sum[0] > 0.0 ? most[0] * ranks / sum[0] : 1.0,
                     .meshed = sum[1] > 0.0 ? most[1] * ranks / sum[1] : 1.0,
                     .all    = all > 0.0 ? (most[0] + most[1]) * ranks / all : 1.0};
}

/* Costs of what has not been done yet are guessed from that of a move. */
static void take_units(Busy *b, const int64_t ns[BUSY_N], const int64_t done[BUSY_N])
{
  const double move = done[BUSY_MOVES] > 0 ? 1e-9 * (double)ns[BUSY_MOVES] / (double)done[BUSY_MOVES] : 1.0;

  for (int k = 0; k < BUSY_N; k++)
    b->unit[k] = done[k] > 0 ? 1e-9 * (double)ns[k] / (double)done[k] : move * FIRST_GUESS[k];
}

PetscErrorCode BusyMeasure(MPI_Comm comm, Busy *b, BusyMeasured *found)
{
  int64_t     sum[2 * BUSY_N], most[2]; /* integers: the same on every rank */
  double      all[2], top[2];
  PetscMPIInt size;

  PetscFunctionBeginUser;
  for (int k = 0; k < BUSY_N; k++) sum[k] = (int64_t)(1e9 * b->seconds[k]), sum[BUSY_N + k] = (int64_t)b->done[k];
  most[0] = sum[BUSY_PAIRS] + sum[BUSY_MOVES];
  most[1] = sum[BUSY_SURFACES] + sum[BUSY_ELEMENTS];
  PetscCallMPI(MPI_Comm_size(comm, &size));
  PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, sum, 2 * BUSY_N, MPI_INT64_T, MPI_SUM, comm));
  PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, most, 2, MPI_INT64_T, MPI_MAX, comm));
  if (b->unit[BUSY_MOVES] == 0.0 || b->timed >= TIMED_LEAST) take_units(b, sum, sum + BUSY_N);
  all[0] = (double)(sum[BUSY_PAIRS] + sum[BUSY_MOVES]);
  all[1] = (double)(sum[BUSY_SURFACES] + sum[BUSY_ELEMENTS]);
  for (int k = 0; k < 2; k++) top[k] = (double)most[k];
  *found = (BusyMeasured){.timed  = b->timed,
                          .rigid  = 1e-9 * all[0] / PetscMax(b->timed, 1),
                          .meshed = 1e-9 * all[1] / PetscMax(b->timed, 1),
                          .most   = 1e-9 * (top[0] + top[1]) / PetscMax(b->timed, 1),
                          .off    = imbalance_of(top, all, size)};
  PetscFunctionReturn(0);
}
