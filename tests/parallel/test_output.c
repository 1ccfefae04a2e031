/* test_output.c - a pack spread over the ranks: same observation, same files, whatever the number of ranks; restart. */
#include "postproc/files.h"
#include "solver/output.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
// cmocka wants four of the above
#include <cmocka.h>

enum { EDGE = 6, GRAINS = EDGE * EDGE * EDGE };
static char        folder[] = "/tmp/nanomint_output_XXXXXX";
static char        said[2048];
static PetscMPIInt rank, size;

static PetscErrorCode Listen(MPI_Comm comm, int line, const char *function, const char *file, PetscErrorCode code,
                             PetscErrorType type, const char *message, void *context)
{
  if (type == PETSC_ERROR_INITIAL) snprintf(said, sizeof(said), "%s", message ? message : "");
  return code;
}

/* A number in [-1, 1] that depends on its arguments only. */
static double noise(int64_t a, int64_t b, int c)
{
  return remainder(sin((double)(a * 7919 + b * 104729 + c * 611)) * 1e4, 1.0) * 2;
}

/* A jittered cubic pack in a wide die, on one rank or dealt out to all of them. */
typedef struct {
  Grains         grains;
  Tools          tools;
  ContactSample *contact;
  Sample         sample;
} Pack;

static void place(int64_t id, double *r)
{
  const int64_t at[3] = {id % EDGE, id / EDGE % EDGE, id / EDGE / EDGE};

  for (int c = 0; c < 3; c++) {
    r[REC_X + c]  = 3.9 * (double)at[c] - (c < 2 ? 3.9 * (EDGE - 1) / 2 : -2) + 0.1 * noise(id, 0, c);
    r[REC_VX + c] = noise(id, 1, c);
    r[REC_WX + c] = noise(id, 2, c);
  }
  r[REC_R0]    = 2 + 0.1 * noise(id, 3, 0);
  r[REC_R]     = 1.01 * r[REC_R0];
  r[REC_YIELD] = 0.5;
  r[REC_INV_M] = 1 / (r[REC_R0] * r[REC_R0] * r[REC_R0]);
}

static void add_contact(Pack *p, PetscInt i, PetscInt j, int tool)
{
  const Grains   g = p->grains;
  ContactSample *c = &p->contact[p->sample.n_contacts];
  const double  *x = g->rec[i], *y = j < 0 ? NULL : g->rec[j];
  double         d = 0;

  *c = (ContactSample){.i = i, .j = j < 0 ? -1 - tool : j, .id_i = g->id[i], .id_j = j < 0 ? -1 - tool : g->id[j]};
  for (int k = 0; k < 3; k++) c->branch[k] = y ? x[k] - y[k] : k == 2 ? x[k] - p->tools.z[tool] : 0;
  for (int k = 0; k < 3; k++) d += c->branch[k] * c->branch[k];
  d        = sqrt(d);
  c->delta = x[REC_R] + (y ? y[REC_R] : 0) - d;
  if (c->delta <= 0) return;
  c->fn     = 10 * c->delta - 0.5;
  c->a      = sqrt(c->delta);
  c->stored = 5 * c->delta * c->delta;
  c->bond   = y ? (int)((c->id_i * 7 + c->id_j) % 4) : -1; /* all classes, in a scattered way */
  c->neck = c->a, c->coverage = 0.1, c->layer = 0.01 * (double)c->bond;
  for (int k = 0; k < 3; k++) c->n[k] = c->branch[k] / d;
  for (int k = 0; k < 3; k++) c->f[k] = c->fn * c->n[k] + noise(c->id_i, c->id_j, k);
  p->sample.n_contacts++;
}

/* Every contact of an owned grain, the lower id first, in the order of rows: another order on other ranks. */
static void find_contacts(Pack *p)
{
  const Grains   g = p->grains;
  const PetscInt n = g->n_owned + g->n_ghost;

  p->contact = malloc(sizeof(ContactSample) * 40 * (size_t)(n + 1));
  for (PetscInt i = 0; i < n; i++) {
    for (PetscInt j = 0; j < n; j++)
      if (g->id[i] < g->id[j] && (i < g->n_owned || j < g->n_owned)) add_contact(p, i, j, 0);
    for (int tool = TOOL_BOTTOM; tool <= TOOL_TOP && i < g->n_owned; tool++) add_contact(p, i, -1, tool);
  }
}

/* The rank of `size` that owns a grain: scattered, and not alike. */
static PetscMPIInt dealt(int64_t id, PetscMPIInt s) { return (PetscMPIInt)((id + id * id / 7) % s); }

static void build(MPI_Comm comm, PetscInt64 step, Pack *p)
{
  PetscMPIInt r, s;
  PetscInt    n = 0;

  MPI_Comm_rank(comm, &r);
  MPI_Comm_size(comm, &s);
  memset(p, 0, sizeof(*p));
  for (int64_t id = 0; id < GRAINS; id++) n += dealt(id, s) == r;
  assert_int_equal(GrainsCreate(comm, n, &p->grains), 0);
  n = 0;
  for (int64_t id = GRAINS - 1; id >= 0; id--) {
    if (dealt(id, s) != r) continue;
    p->grains->id[n] = id;
    place(id, p->grains->rec[n++]);
  }
  assert_int_equal(GrainsFindGhosts(p->grains, 5.0), 0);
  PetscBool *keep   = calloc((size_t)p->grains->n_ghost + 1, sizeof(*keep));
  PetscInt  *row_of = calloc((size_t)p->grains->n_ghost + 1, sizeof(*row_of));
  for (PetscInt k = 0; k < p->grains->n_ghost; k++) keep[k] = PETSC_TRUE;
  assert_int_equal(GrainsKeepGhosts(p->grains, keep, row_of), 0);
  free(keep);
  free(row_of);
  p->tools = (Tools){
      .die_radius = 15, .die_top = 100, .z = {0, 0.2, 3.9 * EDGE},
              .v = {0, 0,   -0.1      }
  };
  p->sample = (Sample){
      .step       = step,
      .time       = 0.001 * (double)step,
      .stage      = step > 200,
      .stage_name = "press",
      .target     = 0.6,
      .grains     = p->grains,
      .tools      = &p->tools,
      .tool_force = {{0}, {0, 0, -100}, {1, 0, 120.0 + (double)step}},
      .work       = { 1, 2, 3, 4, 5, 6, 7}
  };
  find_contacts(p);
  p->sample.contacts = p->contact;
}

static void release(Pack *p)
{
  free(p->contact);
  assert_int_equal(GrainsDestroy(&p->grains), 0);
}

static void observation_has_the_same_bits(void **state)
{
  Pack        together, alone;
  Observation a, b;
  GrainFields f = {0}, g = {0};
  double      p_alone[GRAINS];
  int64_t     cluster_alone[GRAINS];
  int32_t     bonds_alone[GRAINS];

  build(PETSC_COMM_WORLD, 100, &together);
  assert_int_equal(Observe(&together.sample, &a, &f), 0);
  build(PETSC_COMM_SELF, 100, &alone);
  assert_int_equal(Observe(&alone.sample, &b, &g), 0);
  assert_memory_equal(&a, &b, sizeof(a));
  for (PetscInt k = 0; k < GRAINS; k++) {
    p_alone[alone.grains->id[k]]       = g.p[k];
    cluster_alone[alone.grains->id[k]] = g.cluster[k];
    bonds_alone[alone.grains->id[k]]   = g.bonds[k];
  }
  for (PetscInt k = 0; k < f.n; k++) assert_true(f.p[k] == p_alone[together.grains->id[k]]);
  for (PetscInt k = 0; k < f.n; k++) {
    const int64_t id = together.grains->id[k];

    assert_true(f.cluster[k] == cluster_alone[id] && f.bonds[k] == bonds_alone[id] && f.cluster[k] <= id);
  }
  assert_true(a.giant_cluster > 1.0 / GRAINS && a.giant_cluster <= 1 && a.bonded > 0.3 && a.bonded < 0.7);
  assert_true(a.contacts > 2 * GRAINS && a.contacts < 4 * GRAINS && a.tool_contacts > EDGE * EDGE);
  assert_int_equal(GrainFieldsDestroy(&f), 0);
  assert_int_equal(GrainFieldsDestroy(&g), 0);
  release(&together);
  release(&alone);
}

static void prepare(const char name[], Config *config, Provenance *provenance)
{
  memset(config, 0, sizeof(*config));
  snprintf(config->output.folder, sizeof(config->output.folder), "%s/%s", folder, name);
  snprintf(config->title, sizeof(config->title), "a \"quoted\" title");
  config->n_stages                 = 3;
  config->stage[0].kind            = STAGE_FILL;
  config->stage[1].kind            = STAGE_PRESS;
  config->stage[1].pressure        = 0.6;
  config->stage[1].servo_tolerance = 0.01;
  config->stage[2].kind            = STAGE_RELEASE;
  config->die.pressure_limit       = 1;
  memset(provenance, 0, sizeof(*provenance));
}

static char heard[4096], heard_stopped[4096]; /* what the last run told at its end; rank 0 */

static void hear(Output output, const char reason[], char text[4096])
{
  FILE *f = tmpfile();

  assert_non_null(f);
  assert_int_equal(OutputTell(output, reason, &(SessionFacts){.wall = 7}, f), 0);
  rewind(f);
  text[fread(text, 1, 4095, f)] = 0;
  fclose(f);
}

/* Steps first, first + 100 .. last: a row each, a frame every 200. */
static void run(MPI_Comm comm, const char name[], PetscInt64 restart, PetscInt64 first, PetscInt64 last)
{
  Config      config;
  Provenance  provenance;
  Output      output;
  Observation seen;
  GrainFields f = {0};

  prepare(name, &config, &provenance);
  assert_int_equal(OutputCreate(comm, &config, &provenance, restart, &output), 0);
  for (PetscInt64 step = first; step <= last; step += 100) {
    Pack p;

    build(comm, step, &p);
    assert_int_equal(Observe(&p.sample, &seen, &f), 0);
    assert_int_equal(OutputHistory(output, &seen), 0);
    assert_int_equal(OutputHistory(output, &seen), 0); /* a second row of one step is left out */
    if (step % 200 == 0) assert_int_equal(OutputFrame(output, &p.sample, &f), 0);
    release(&p);
  }
  assert_int_equal(OutputSummary(output, "done", NULL, &(SessionFacts){0}), 0);
  hear(output, "done", heard);
  hear(output, "SIGTERM", heard_stopped);
  assert_int_equal(OutputDestroy(&output), 0);
  assert_int_equal(GrainFieldsDestroy(&f), 0);
}

/* "" when equal. */
static void compare(const char one[], const char other[], const char files[])
{
  char command[1024];

  snprintf(command, sizeof(command), "cd %s && for f in %s; do cmp %s/$f %s/$f || exit 1; done", folder, files, one,
           other);
  assert_int_equal(system(command), 0);
}

static const char same_files[] =
    "history.csv summary.json contacts_000000400.vtk tools_000000200.vtk grains.vtk.series";

static void files_do_not_know_the_ranks(void **state)
{
  run(PETSC_COMM_WORLD, "together", -1, 100, 600);
  if (rank == 0) {
    run(PETSC_COMM_SELF, "alone", -1, 100, 600);
    compare("together", "alone", same_files);
    if (size == 1) compare("together", "alone", "grains_000000600.vtk");
  }
  MPI_Barrier(PETSC_COMM_WORLD);
}

/* A run that went on to 600 and fell over is taken up again from its checkpoint at 300. */
static void restart_leaves_no_seam(void **state)
{
  char path[256];

  run(PETSC_COMM_WORLD, "again", -1, 100, 600);
  if (rank == 0) { /* killed in the middle of a row */
    snprintf(path, sizeof(path), "%s/again/history.csv", folder);
    FILE *f = fopen(path, "a");
    fputs("700,0.7,1,0.", f);
    fclose(f);
    snprintf(path, sizeof(path), "%s/again/grains_000000600.vtk", folder);
  }
  MPI_Barrier(PETSC_COMM_WORLD);
  run(PETSC_COMM_WORLD, "again", 300, 400, 500);
  if (rank == 0) assert_int_equal(access(path, F_OK), -1); /* frame 600 was dropped */
  MPI_Barrier(PETSC_COMM_WORLD);
  run(PETSC_COMM_WORLD, "again", 500, 600, 600);
  if (rank == 0) compare("together", "again", same_files);
  MPI_Barrier(PETSC_COMM_WORLD);
}

static void the_coin_is_told_on_one_screen(void **state)
{
  static const char *const words[] = {
      "the coin: ",    " 7 s of computing\n",        "relative density ",
      "under load 0.", "pressure reached ",          "GPa of 0.6 GPa\n",
      "diameter ",     "warning:  reached 1.02 GPa", "summary.json, history.csv, grains.vtk.series\n",
      "./mint report "};
  int lines = 0;

  run(PETSC_COMM_WORLD, "told", -1, 100, 600);
  if (rank) {
    assert_string_equal(heard, "");
    return;
  }
  for (size_t k = 0; k < sizeof(words) / sizeof(words[0]); k++)
    if (!strstr(heard, words[k])) fail_msg("'%s' does not say '%s'", heard, words[k]);
  for (const char *c = heard; *c; c++) lines += *c == '\n';
  assert_in_range(lines, 8, 24);
  assert_null(strstr(heard, " nan"));
  assert_null(strstr(heard_stopped, "the coin"));
}

static void a_run_is_not_overwritten_unasked(void **state)
{
  Config     config;
  Provenance provenance;
  Output     output;
  char       path[256], *text = NULL;

  prepare("together", &config, &provenance);
  assert_int_equal(OutputCreate(PETSC_COMM_WORLD, &config, &provenance, -1, &output), PETSC_ERR_USER_INPUT);
  assert_non_null(strstr(said, "together already holds a run"));
  config.output.overwrite = PETSC_TRUE;
  assert_int_equal(OutputCreate(PETSC_COMM_WORLD, &config, &provenance, -1, &output), 0);
  assert_int_equal(OutputDestroy(&output), 0);
  snprintf(path, sizeof(path), "%s/together/history.csv", folder);
  if (rank == 0) {
    assert_int_equal(file_read(path, &text), 0);
    assert_int_equal(strcspn(text, "\n") + 1, strlen(text)); /* the header alone */
    free(text);
  }
  MPI_Barrier(PETSC_COMM_WORLD);
}

static void foreign_columns_are_refused(void **state)
{
  Config     config;
  Provenance provenance;
  Output     output;
  char       path[256];

  prepare("foreign", &config, &provenance);
  snprintf(path, sizeof(path), "%s/foreign/history.csv", folder);
  if (rank == 0) {
    assert_int_equal(file_make_folder(config.output.folder), 0);
    assert_int_equal(file_replace(path, "step,something\n1,2\n"), 0);
  }
  MPI_Barrier(PETSC_COMM_WORLD);
  assert_int_equal(OutputCreate(PETSC_COMM_WORLD, &config, &provenance, 10, &output), PETSC_ERR_USER_INPUT);
  assert_non_null(strstr(said, "other columns"));
}

static void a_folder_that_cannot_be_made(void **state)
{
  Config     config;
  Provenance provenance;
  Output     output;

  prepare("foreign/history.csv/below", &config, &provenance);
  assert_int_equal(OutputCreate(PETSC_COMM_WORLD, &config, &provenance, -1, &output), PETSC_ERR_USER_INPUT);
  assert_non_null(strstr(said, "below cannot be written: Not a directory"));
}

int main(int argc, char **argv)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(observation_has_the_same_bits),    cmocka_unit_test(files_do_not_know_the_ranks),
      cmocka_unit_test(restart_leaves_no_seam),           cmocka_unit_test(the_coin_is_told_on_one_screen),
      cmocka_unit_test(a_run_is_not_overwritten_unasked), cmocka_unit_test(foreign_columns_are_refused),
      cmocka_unit_test(a_folder_that_cannot_be_made),
  };
  char command[300];
  int  failed;

  if (PetscInitialize(&argc, &argv, NULL, NULL)) return 1;
  MPI_Comm_rank(PETSC_COMM_WORLD, &rank);
  MPI_Comm_size(PETSC_COMM_WORLD, &size);
  if (rank == 0 && !mkdtemp(folder)) MPI_Abort(PETSC_COMM_WORLD, 1);
  MPI_Bcast(folder, sizeof(folder), MPI_CHAR, 0, PETSC_COMM_WORLD);
  if (PetscPushErrorHandler(Listen, NULL)) return 1;
  failed = cmocka_run_group_tests(tests, NULL, NULL);
  (void)PetscPopErrorHandler();
  MPI_Barrier(PETSC_COMM_WORLD);
  snprintf(command, sizeof(command), "rm -rf %s", folder);
  if (rank == 0 && system(command)) fprintf(stderr, "%s is left behind\n", folder);
  return PetscFinalize() ? 1 : failed;
}
