/* test_checkpoint.c - what was written on some ranks is read on others, bit for bit; bad files are refused in words. */
#include "postproc/files.h"
#include "solver/checkpoint.h"
#include <hdf5.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>
// cmocka wants four of the above
#include <cmocka.h>

enum { GRAINS = 1003, CONTACTS = 2501 };
static char         folder[] = "/tmp/nanomint_checkpoint_XXXXXX";
static char         said[2048]; /* the last error message */
static PetscMPIInt  rank, size;
static ContactModel model;
static void        *params;

static PetscErrorCode Listen(MPI_Comm comm, int line, const char *function, const char *file, PetscErrorCode code,
                             PetscErrorType type, const char *message, void *context)
{
  if (type == PETSC_ERROR_INITIAL) snprintf(said, sizeof(said), "%s", message ? message : "");
  return code;
}

static void path_of(const char name[], char path[256]) { snprintf(path, 256, "%s/%s", folder, name); }

static double number(int64_t row, int column) { return sin((double)(row * 31 + column)) * 1e3; }

/* Row k lives on rank k * k % size: no order, no balance. */
static void build(CheckpointRows *r, CheckpointScalars *s)
{
  const int n_state = contact_n_state(&model);

  *r                  = (CheckpointRows){0};
  r->contacts.n_state = n_state;
  r->id               = malloc(GRAINS * sizeof(*r->id));
  r->rec              = aligned_alloc(64, GRAINS * sizeof(*r->rec));
  r->aux              = malloc(GRAINS * sizeof(*r->aux));
  r->contacts.key     = malloc(CONTACTS * sizeof(*r->contacts.key));
  r->contacts.state   = malloc(CONTACTS * sizeof(double) * (size_t)n_state);
  for (int64_t k = 0; k < GRAINS; k++) {
    if (k * k % size != rank) continue;
    r->id[r->n_grains] = k;
    for (int c = 0; c < REC_N; c++) r->rec[r->n_grains][c] = number(k, c);
    for (int c = 0; c < GRAINS_AUX; c++) r->aux[r->n_grains][c] = number(k, 20 + c);
    r->n_grains++;
  }
  for (int64_t k = 0; k < CONTACTS; k++) {
    if (k * k % size != rank) continue;
    r->contacts.key[r->contacts.n] = (ContactKey){k % GRAINS, k % 7 ? k % GRAINS + 1 + k / GRAINS : -1 - k % 3};
    for (int c = 0; c < n_state; c++) r->contacts.state[r->contacts.n * n_state + c] = number(k, 40 + c);
    r->contacts.n++;
  }
  *s = (CheckpointScalars){
      .step = 12345678901, .time = 0.1, .stage = 3, .n_blob = 2, .blob = {M_PI, -0.0},
                    .n_words = 4
  };
  s->tools.die_radius  = 50;
  s->tools.z[TOOL_TOP] = 33.3;
  s->tool_force[1][2]  = -7;
  s->words[0]          = rank;
  s->words[1]          = 0xffffffff; /* lo words of several ranks overflow 32 bits together */
  s->words[3]          = rank == 0;
}

static void release(CheckpointRows *r)
{
  free(r->id);
  free(r->rec);
  free(r->aux);
  free(r->contacts.key);
  free(r->contacts.state);
}

static void write_good(const char path[])
{
  CheckpointRows    r;
  CheckpointScalars s;

  build(&r, &s);
  assert_int_equal(CheckpointWrite(PETSC_COMM_WORLD, path, &model, "deck: text\n", &s, &r), 0);
  release(&r);
}

/* Reads on `comm` and checks every number. */
static void read_and_check(MPI_Comm comm, const char path[])
{
  CheckpointRows    r;
  CheckpointScalars s;
  char              changed[256];
  PetscMPIInt       my_rank;
  int64_t           n[3] = {0}, words[2] = {0, 0};

  MPI_Comm_rank(comm, &my_rank);
  assert_int_equal(CheckpointRead(comm, path, &model, &s, &r, changed, sizeof(changed)), 0);
  assert_string_equal(changed, "");
  assert_true(s.step == 12345678901 && s.stage == 3 && s.time == 0.1);
  assert_true(s.blob[0] == M_PI && signbit(s.blob[1]) && s.tools.z[TOOL_TOP] == 33.3 && s.tool_force[1][2] == -7);
  for (int k = 0; k < size; k++) { /* the ranks' words, added and carried */
    words[0] += k;
    words[1] += 0xffffffff;
  }
  assert_true(my_rank ? s.words[0] == 0 && s.words[1] == 0
                      : s.words[0] == words[0] + (words[1] >> 32) && s.words[1] == (words[1] & 0xffffffff) &&
                            s.words[3] == 1);
  for (PetscInt k = 0; k < r.n_grains; k++) {
    for (int c = 0; c < REC_N; c++) assert_true(r.rec[k][c] == number(r.id[k], c));
    for (int c = 0; c < GRAINS_AUX; c++) assert_true(r.aux[k][c] == number(r.id[k], 20 + c));
    n[2] += r.id[k];
  }
  n[0] = r.n_grains;
  n[1] = r.contacts.n;
  MPI_Allreduce(MPI_IN_PLACE, n, 3, MPI_INT64_T, MPI_SUM, comm);
  assert_true(n[0] == GRAINS && n[1] == CONTACTS && n[2] == (int64_t)GRAINS * (GRAINS - 1) / 2);
  assert_int_equal(r.n_global, GRAINS);
  assert_int_equal(CheckpointRowsDestroy(&r), 0);
}

static void read_on_fewer_ranks(void **state)
{
  char path[256];

  path_of("good.h5", path);
  write_good(path);
  for (int fewer = 1; fewer <= size; fewer++) {
    MPI_Comm part;

    MPI_Comm_split(PETSC_COMM_WORLD, rank < fewer ? 0 : MPI_UNDEFINED, rank, &part);
    if (part == MPI_COMM_NULL) continue;
    read_and_check(part, path);
    MPI_Comm_free(&part);
  }
  MPI_Barrier(PETSC_COMM_WORLD);
}

static void read_what_one_rank_wrote(void **state)
{
  const PetscMPIInt all = size, me = rank;
  char              path[256];

  path_of("alone.h5", path);
  if (me == 0) {
    CheckpointRows    r;
    CheckpointScalars s;

    size = 1;
    build(&r, &s);
    assert_int_equal(CheckpointWrite(PETSC_COMM_SELF, path, &model, NULL, &s, &r), 0);
    release(&r);
  }
  MPI_Barrier(PETSC_COMM_WORLD);
  size = 1; /* what the words should add up to */
  read_and_check(PETSC_COMM_WORLD, path);
  size = all;
}

static void refuses(const char path[], const ContactModel *m, const char words[])
{
  CheckpointRows    r;
  CheckpointScalars s;

  said[0] = 0;
  MPI_Barrier(PETSC_COMM_WORLD);
  assert_int_equal(CheckpointRead(PETSC_COMM_WORLD, path, m, &s, &r, NULL, 0), PETSC_ERR_USER_INPUT);
  if (!strstr(said, words)) fail_msg("'%s' does not say '%s'", said, words);
  assert_int_equal(CheckpointRowsDestroy(&r), 0);
}

static void files_that_are_no_checkpoints(void **state)
{
  char path[256];

  path_of("absent.h5", path);
  refuses(path, &model, "absent.h5: the checkpoint cannot be read: No such file");
  refuses(folder, &model, "cannot be read: Is a directory");
  path_of("text.h5", path);
  if (rank == 0) assert_int_equal(file_replace(path, "not a checkpoint, not even HDF5\n"), 0);
  refuses(path, &model, "not HDF5 at all");
  path_of("foreign.h5", path);
  if (rank == 0) H5Fclose(H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT));
  refuses(path, &model, "an HDF5 file, but not a checkpoint of nanomint");
}

static void checkpoints_cut_short_or_changed(void **state)
{
  char path[256];
  long length = 0;

  path_of("cut.h5", path);
  write_good(path);
  if (rank == 0) {
    struct stat st;

    assert_int_equal(stat(path, &st), 0);
    length = (long)st.st_size;
    assert_int_equal(truncate(path, length / 2), 0);
  }
  refuses(path, &model, "damaged or cut short");
  path_of("flipped.h5", path);
  write_good(path);
  if (rank == 0) { /* one bit of one number */
    FILE  *f      = fopen(path, "r+b");
    double wanted = number(500, 3), found = 0;
    long   at      = 0;
    int    changed = 0;

    for (; at < length && !changed; at += 8) {
      fseek(f, at, SEEK_SET);
      if (fread(&found, 8, 1, f) != 1) break;
      if (found != wanted) continue;
      found = nextafter(found, INFINITY);
      fseek(f, at, SEEK_SET);
      fwrite(&found, 8, 1, f);
      changed = 1;
    }
    fclose(f);
    assert_true(changed);
  }
  refuses(path, &model, "does not match its fingerprint");
}

static void numbers_that_are_not_finite(void **state)
{
  CheckpointRows    r;
  CheckpointScalars s;
  char              path[256];

  path_of("nan.h5", path);
  build(&r, &s);
  for (PetscInt k = 0; k < r.n_grains; k++)
    if (r.id[k] == 77) r.rec[k][REC_VX] = NAN;
  assert_int_equal(CheckpointWrite(PETSC_COMM_WORLD, path, &model, NULL, &s, &r), 0);
  release(&r);
  refuses(path, &model, "grain 77 has a number that is not finite");
}

static void set_version(const char path[], int version)
{
  const hid_t f = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT), a = H5Aopen(f, "version", H5P_DEFAULT);

  H5Awrite(a, H5T_NATIVE_INT, &version);
  H5Aclose(a);
  H5Fclose(f);
}

static void another_version_law_or_list(void **state)
{
  const ParamSpec more[] = {
      {.key = "stickiness", .dim = DIM_NONE},
      {.key = NULL                  }
  };
  const double value   = 1;
  ContactLaw   renamed = *model.law, other_list = *model.law;
  ContactModel m = model;
  char         path[256];

  path_of("version.h5", path);
  write_good(path);
  m.law        = &renamed;
  renamed.name = "velcro";
  refuses(path, &m, "in the checkpoint, velcro in the deck");
  m.law             = &other_list;
  m.p               = &value;
  other_list.params = more;
  refuses(path, &m, "only in this program: stickiness");
  m         = model;
  m.rolling = !model.rolling;
  refuses(path, &m, "other contact histories");
  if (rank == 0) set_version(path, 99);
  refuses(path, &model, "format version 99, this program reads version 3 only");
}

static void changed_values_are_told(void **state)
{
  CheckpointRows    r;
  CheckpointScalars s;
  ContactModel      m = model;
  char              path[256], changed[256];

  path_of("values.h5", path);
  write_good(path);
  m.kt_ratio = 0.5;
  assert_int_equal(CheckpointRead(PETSC_COMM_WORLD, path, &m, &s, &r, changed, sizeof(changed)), 0);
  assert_string_equal(changed, "kt_ratio 1 -> 0.5");
  assert_int_equal(CheckpointRowsDestroy(&r), 0);
}

/* The former checkpoint must outlive a failed one.  Needs the right to mount; else left out. */
static void a_full_disk_keeps_the_former(void **state)
{
  char              path[256], small[256], tmp[300], wrong[2048];
  int               mounted = 0, error;
  CheckpointRows    r;
  CheckpointScalars s;

  path_of("small", small);
  if (rank == 0) mounted = mkdir(small, 0700) == 0 && mount("none", small, "tmpfs", 0, "size=400k") == 0;
  MPI_Bcast(&mounted, 1, MPI_INT, 0, PETSC_COMM_WORLD);
  if (!mounted) skip();
  path_of("small/x.h5", path);
  write_good(path);
  build(&r, &s);
  s.step  = 1;
  said[0] = 0;
  error   = CheckpointWrite(PETSC_COMM_WORLD, path, &model, NULL, &s, &r);
  release(&r);
  snprintf(tmp, sizeof(tmp), "%s.tmp", path);
  const int left = access(tmp, F_OK) == 0;
  snprintf(wrong, sizeof(wrong), "%s", said);
  const int former = CheckpointRead(PETSC_COMM_WORLD, path, &model, &s, &r, NULL, 0) == 0 && s.step == 12345678901;
  (void)CheckpointRowsDestroy(&r);
  MPI_Barrier(PETSC_COMM_WORLD);
  if (rank == 0) umount2(small, MNT_DETACH);
  assert_true(former);
  assert_int_equal(error, PETSC_ERR_USER_INPUT);
  assert_non_null(strstr(wrong, "x.h5: the checkpoint cannot be written: No space left"));
  assert_false(left);
}

static PetscErrorCode MakeModel(void)
{
  PetscFunctionBeginUser;
  model.law      = contact_laws[0];
  model.kt_ratio = model.damping_t = 1;
  PetscCall(PetscCalloc1(model.law->param_size + sizeof(double), (char **)&params));
  model.p = params;
  PetscFunctionReturn(0);
}

int main(int argc, char **argv)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(read_on_fewer_ranks),           cmocka_unit_test(read_what_one_rank_wrote),
      cmocka_unit_test(files_that_are_no_checkpoints), cmocka_unit_test(checkpoints_cut_short_or_changed),
      cmocka_unit_test(numbers_that_are_not_finite),   cmocka_unit_test(another_version_law_or_list),
      cmocka_unit_test(changed_values_are_told),       cmocka_unit_test(a_full_disk_keeps_the_former),
  };
  char command[300];
  int  failed;

  if (PetscInitialize(&argc, &argv, NULL, NULL)) return 1;
  MPI_Comm_rank(PETSC_COMM_WORLD, &rank);
  MPI_Comm_size(PETSC_COMM_WORLD, &size);
  if (rank == 0 && !mkdtemp(folder)) MPI_Abort(PETSC_COMM_WORLD, 1);
  MPI_Bcast(folder, sizeof(folder), MPI_CHAR, 0, PETSC_COMM_WORLD);
  if (MakeModel() || PetscPushErrorHandler(Listen, NULL)) return 1;
  failed = cmocka_run_group_tests(tests, NULL, NULL);
  (void)PetscPopErrorHandler();
  (void)PetscFree(params);
  MPI_Barrier(PETSC_COMM_WORLD);
  snprintf(command, sizeof(command), "rm -rf %s", folder);
  if (rank == 0 && system(command)) fprintf(stderr, "%s is left behind\n", folder);
  return PetscFinalize() ? 1 : failed;
}
