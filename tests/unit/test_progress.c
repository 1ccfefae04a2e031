/* test_progress.c - signals become flags, the wall-time limit fires early enough, a log gets plain lines with an ETA.
 */
#include "solver/progress.h"
#include "solver/signals.h"
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
// cmocka wants four of the above
#include <cmocka.h>

static void signals_become_flags(void **state)
{
  assert_int_equal(SignalsInstall(0), 0);
  assert_int_equal(stop_requested(0), STOP_NONE);
  raise(SIGUSR2);
  assert_int_equal(checkpoint_requested(), 1);
  assert_int_equal(checkpoint_requested(), 0); /* asked once, told once */
  assert_int_equal(stop_requested(0), STOP_NONE);
  raise(SIGUSR1);
  assert_int_equal(stop_requested(0), STOP_SIGUSR1);
  raise(SIGTERM);
  raise(SIGTERM); /* the queue and mpirun both pass it on */
  assert_int_equal(stop_requested(0), STOP_SIGTERM);
  assert_string_equal(stop_reason_text(stop_requested(0)), "SIGTERM or SIGINT");
  assert_int_equal(SignalsRestore(), 0);
  assert_int_equal(stop_requested(0), STOP_NONE);
}

static void handlers_are_given_back(void **state)
{
  struct sigaction before, after;

  sigaction(SIGTERM, NULL, &before);
  assert_int_equal(SignalsInstall(0), 0);
  assert_int_equal(SignalsInstall(0), 0);
  assert_int_equal(SignalsRestore(), 0);
  sigaction(SIGTERM, NULL, &after);
  assert_true(before.sa_handler == after.sa_handler);
}

static void wall_limit_keeps_a_reserve(void **state)
{
  assert_int_equal(SignalsInstall(100), 0);
  assert_int_equal(stop_requested(10), STOP_NONE);
  assert_int_equal(stop_requested(100), STOP_WALL_LIMIT);
  assert_int_equal(SignalsRestore(), 0);
}

/* What is printed goes to a file, so there is no terminal: lines, not a bar. */
static void a_log_gets_lines(void **state)
{
  char          path[] = "/tmp/nanomint_progress_XXXXXX", text[4096] = "";
  const int     file = mkstemp(path), out = dup(STDOUT_FILENO);
  ProgressState s = {
      .stage = "press", .stage_index = 1, .n_stages = 3, .grains = 1000, .pressure = 0.25, .target = 0.6};
  Progress   p;
  Provenance provenance;

  fflush(stdout);
  dup2(file, STDOUT_FILENO);
  assert_int_equal(ProvenanceGet(PETSC_COMM_WORLD, "x.yml", "a title", &provenance), 0);
  assert_int_equal(ProgressCreate(PETSC_COMM_WORLD, &p), 0);
  assert_int_equal(ProgressBanner(p, &provenance), 0);
  s.fraction = 0.25;
  assert_int_equal(ProgressStep(p, &s), 0);
  s.step = 100;
  assert_int_equal(ProgressStep(p, &s), 0); /* too soon for another line */
  s.stage_index = 2;
  s.stage       = "release";
  s.target      = NAN;
  assert_int_equal(ProgressStep(p, &s), 0);
  assert_int_equal(ProgressSay(p, "%d words", 2), 0);
  assert_true(progress_speed(p) > 0);
  assert_int_equal(ProgressDestroy(&p), 0);
  fflush(stdout);
  dup2(out, STDOUT_FILENO);
  close(out);
  lseek(file, 0, SEEK_SET);
  assert_true(read(file, text, sizeof(text) - 1) > 0);
  close(file);
  unlink(path);
  assert_non_null(strstr(text, "deck x.yml: a title\n"));
  assert_non_null(strstr(text, "1 rank on 1 node"));
  assert_non_null(strstr(text, "2/3 press    25%  P 0.25/0.6 GPa"));
  assert_non_null(strstr(text, "3/3 release  25%  P 0.25 GPa"));
  assert_non_null(strstr(text, "2 words\n"));
  assert_null(strchr(text, '\r'));
  int lines = 0;
  for (const char *c = text; *c; c++) lines += *c == '\n';
  assert_int_equal(lines, 7); /* four of the banner, two of the stages, one said */
}

int main(int argc, char **argv)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(signals_become_flags),
      cmocka_unit_test(handlers_are_given_back),
      cmocka_unit_test(wall_limit_keeps_a_reserve),
      cmocka_unit_test(a_log_gets_lines),
  };
  int failed;

  if (PetscInitialize(&argc, &argv, NULL, NULL)) return 1;
  failed = cmocka_run_group_tests(tests, NULL, NULL);
  return PetscFinalize() ? 1 : failed;
}
