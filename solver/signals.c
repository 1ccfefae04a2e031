#include "solver/signals.h"
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* A process has one set of signals: these are the only globals, and handlers touch nothing else. */
static volatile sig_atomic_t stop_flag, checkpoint_flag;
static volatile sig_atomic_t stop_second; /* monotonic second of the first SIGINT or SIGTERM, modulo 2^20 */
static double                deadline;    /* monotonic [s]; 0: none */

enum { CAUGHT_N = 4 };
static const int        caught[CAUGHT_N] = {SIGINT, SIGTERM, SIGUSR1, SIGUSR2};
static struct sigaction former[CAUGHT_N];
static int              installed;

static double now(void)
{
  struct timespec t;

  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* A queue and mpirun may both pass on the same SIGTERM: only one that comes seconds later is a second one. */
static void stop_now(int signal_number)
{
  const sig_atomic_t second = (sig_atomic_t)((int64_t)now() & 0xfffff); /* clock_gettime is async-signal-safe */

  if (stop_flag == STOP_SIGTERM && second - stop_second > 2) _exit(128 + signal_number);
  if (stop_flag != STOP_SIGTERM) stop_second = second;
  stop_flag = STOP_SIGTERM;
}

static void handle(int signal_number)
{
  if (signal_number == SIGUSR2) {
    checkpoint_flag = 1;
  } else if (signal_number == SIGUSR1) {
    if (stop_flag < STOP_SIGUSR1) stop_flag = STOP_SIGUSR1;
  } else {
    stop_now(signal_number);
  }
}

PetscErrorCode SignalsInstall(double wall_limit)
{
  struct sigaction action;

  PetscFunctionBeginUser;
  memset(&action, 0, sizeof(action));
  action.sa_handler = handle;
  action.sa_flags   = SA_RESTART; /* a write under way goes on */
  sigemptyset(&action.sa_mask);
  stop_flag = checkpoint_flag = 0;
  deadline                    = wall_limit > 0 ? now() + wall_limit : 0;
  for (int k = 0; k < CAUGHT_N; k++)
    PetscCheck(!sigaction(caught[k], &action, installed ? NULL : &former[k]), PETSC_COMM_SELF, PETSC_ERR_SYS,
               "signal %d cannot be caught", caught[k]);
  installed = 1;
  PetscFunctionReturn(0);
}

PetscErrorCode SignalsRestore(void)
{
  PetscFunctionBeginUser;
  if (installed)
    for (int k = 0; k < CAUGHT_N; k++)
      PetscCheck(!sigaction(caught[k], &former[k], NULL), PETSC_COMM_SELF, PETSC_ERR_SYS,
                 "signal %d cannot be given back", caught[k]);
  installed = 0;
  stop_flag = checkpoint_flag = 0;
  deadline                    = 0;
  PetscFunctionReturn(0);
}

StopReason stop_requested(double reserve)
{
  if (stop_flag != STOP_NONE) return (StopReason)stop_flag;
  return deadline > 0 && now() + reserve >= deadline ? STOP_WALL_LIMIT : STOP_NONE;
}

int checkpoint_requested(void)
{
  const int asked = checkpoint_flag;

  checkpoint_flag = 0;
  return asked;
}

const char *stop_reason_text(StopReason reason)
{
  static const char *const text[] = {"not stopped", "wall-time limit", "SIGUSR1", "SIGTERM or SIGINT",
                                     "time_max_steps"};

  return text[reason];
}
