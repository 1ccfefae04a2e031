#include "solver/progress.h"
#include <fcntl.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

struct _p_Progress {
  PetscMPIInt rank;
  int         terminal, bar_open;          /* bar_open: the cursor stands at the end of a bar */
  int         stage;                       /* of the last line, -1 none */
  double      start, last_line, last_bar;  /* wall clock [s] */
  double      stage_start, stage_fraction; /* where this stage began in this session */
  double      first_time;                  /* wall clock of the first look [s] */
  PetscInt64  first_step, step, grains;
};

enum { BAR_CELLS = 16 };

/* Seconds between lines of a log: often at first, rare in a long run. */
static double line_interval(double elapsed)
{
  return elapsed < 60 ? 5 : elapsed < 600 ? 30 : elapsed < 7200 ? 120 : 600;
}

static double now(void)
{
  struct timespec t;

  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* mpirun may hand us a pseudo-terminal although its own output goes to a file: what counts is where that goes. */
static int on_terminal(void)
{
  char path[64];
  int  fd, terminal = isatty(STDOUT_FILENO);

  if (!terminal || !(getenv("OMPI_COMM_WORLD_SIZE") || getenv("PMI_RANK") || getenv("PMIX_RANK"))) return terminal;
  snprintf(path, sizeof(path), "/proc/%ld/fd/1", (long)getppid());
  fd       = open(path, O_WRONLY | O_NOCTTY | O_APPEND);
  terminal = fd >= 0 && isatty(fd);
  if (fd >= 0) close(fd);
  return terminal;
}

PetscErrorCode ProgressCreate(MPI_Comm comm, Progress *progress)
{
  PetscFunctionBeginUser;
  PetscCall(PetscNew(progress));
  PetscCallMPI(MPI_Comm_rank(comm, &(*progress)->rank));
  (*progress)->terminal   = on_terminal();
  (*progress)->start      = now();
  (*progress)->stage      = -1;
  (*progress)->first_step = -1;
  PetscFunctionReturn(0);
}

static void close_bar(Progress p)
{
  if (p->bar_open) putchar('\n');
  p->bar_open = 0;
}

PetscErrorCode ProgressDestroy(Progress *progress)
{
  PetscFunctionBeginUser;
  if (*progress && (*progress)->rank == 0) {
    close_bar(*progress);
    fflush(stdout);
  }
  PetscCall(PetscFree(*progress));
  PetscFunctionReturn(0);
}

PetscErrorCode ProgressBanner(Progress progress, const Provenance *p)
{
  PetscFunctionBeginUser;
  if (progress->rank) PetscFunctionReturn(0);
  printf("nanomint %s (%s)  %s, %s, %s\n", p->version, p->commit, p->petsc, p->mpi, p->hdf5);
  printf("built by %s: %s\n", p->compiler, p->flags);
  printf("%d rank%s on %d node%s, %s, %s\n", p->ranks, p->ranks == 1 ? "" : "s", p->nodes, p->nodes == 1 ? "" : "s",
         p->host, p->started);
  if (p->deck[0]) printf("deck %s%s%s\n", p->deck, p->title[0] ? ": " : "", p->title);
  fflush(stdout);
  PetscFunctionReturn(0);
}

/* 3725 -> "1h02m"; "?" when unknown. */
static void format_seconds(double seconds, char text[32])
{
  const long s = isfinite(seconds) ? lround(fmin(seconds, 1e9)) : -1;

  if (s < 0) snprintf(text, 32, "?");
  else if (s < 60) snprintf(text, 32, "%lds", s);
  else if (s < 3600) snprintf(text, 32, "%ldm%02lds", s / 60, s % 60);
  else if (s < 172800) snprintf(text, 32, "%ldh%02ldm", s / 3600, s / 60 % 60);
  else snprintf(text, 32, "%ldd%02ldh", s / 86400, s / 3600 % 24);
}

/* 12345678 -> "12.3M". */
static void format_rate(double rate, char text[32])
{
  if (!(rate > 0)) snprintf(text, 32, "?");
  else if (rate >= 1e9) snprintf(text, 32, "%.3gG", rate / 1e9);
  else if (rate >= 1e6) snprintf(text, 32, "%.3gM", rate / 1e6);
  else if (rate >= 1e3) snprintf(text, 32, "%.3gk", rate / 1e3);
  else snprintf(text, 32, "%.3g", rate);
}

/* Wall time this stage still needs: the pace since the stage began in this session. */
static double stage_eta(Progress p, const ProgressState *s)
{
  const double done = s->fraction - p->stage_fraction;

  return done > 1e-6 ? (now() - p->stage_start) * (1 - s->fraction) / done : NAN;
}

static void print_state(Progress p, const ProgressState *s)
{
  char eta[32], rate[32], target[32] = "", percent[16] = "  ? ";

  format_seconds(stage_eta(p, s), eta);
  format_rate(progress_speed(p), rate);
  if (isfinite(s->target)) snprintf(target, sizeof(target), "/%.3g", s->target);
  if (isfinite(s->fraction)) snprintf(percent, sizeof(percent), "%3.0f%%", 100 * s->fraction);
  printf("%d/%d %-7s ", s->stage_index + 1, s->n_stages, s->stage);
  if (p->terminal) {
    const int full = isfinite(s->fraction) ? (int)lround(BAR_CELLS * fmin(fmax(s->fraction, 0.0), 1.0)) : 0;

    putchar('[');
    for (int k = 0; k < BAR_CELLS; k++) putchar(k < full ? '#' : '.');
    printf("] ");
  }
  printf("%s  P %.3g%s GPa  density %.4f  t %.4g ns  ", percent, s->pressure, target, s->density, s->time);
  if (!p->terminal) printf("step %lld  ", (long long)s->step); /* a bar must fit into one line */
  printf("%s grain-steps/s  ETA %s", rate, eta);
}

PetscErrorCode ProgressStep(Progress p, const ProgressState *s)
{
  const double t = now();

  PetscFunctionBeginUser;
  if (p->first_step < 0) {
    p->first_step = s->step;
    p->first_time = t;
  }
  p->step   = s->step;
  p->grains = s->grains;
  if (p->rank) PetscFunctionReturn(0);
  const int new_stage = s->stage_index != p->stage;
  if (new_stage) {
    if (p->stage >= 0) close_bar(p);
    p->stage          = s->stage_index;
    p->stage_start    = t;
    p->stage_fraction = isfinite(s->fraction) ? s->fraction : 0;
  }
  if (p->terminal) {
    if (!new_stage && t - p->last_bar < 0.2 && s->fraction < 1) PetscFunctionReturn(0);
    printf("\r\033[K");
    print_state(p, s);
    p->bar_open = 1;
    p->last_bar = t;
  } else {
    if (!new_stage && t - p->last_line < line_interval(t - p->start)) PetscFunctionReturn(0);
    print_state(p, s);
    putchar('\n');
    p->last_line = t;
  }
  fflush(stdout);
  PetscFunctionReturn(0);
}

PetscErrorCode ProgressSay(Progress p, const char format[], ...)
{
  va_list args;

  PetscFunctionBeginUser;
  if (p->rank) PetscFunctionReturn(0);
  close_bar(p);
  va_start(args, format);
  vprintf(format, args);
  va_end(args);
  putchar('\n');
  fflush(stdout);
  PetscFunctionReturn(0);
}

double progress_wall(Progress p) { return p->rank ? 0 : now() - p->start; }

double progress_speed(Progress p)
{
  const double wall = now() - p->first_time;

  return p->rank == 0 && p->first_step >= 0 && wall > 0 ? (double)(p->step - p->first_step) * (double)p->grains / wall
                                                        : 0;
}
