/* checkpoint_read.c - reads a checkpoint, or says why not. */
#include "solver/checkpoint_impl.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DECK_MAX = 1 << 20 }; /* longest echo that is read [characters] */

/* On rank 0: 0, an errno, or -1 when the file does not begin as HDF5 does. */
static int look_at(const char path[])
{
  static const unsigned char signature[8] = {0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n'};
  unsigned char              head[8];
  FILE                      *f = fopen(path, "rb");
  size_t                     got;

  if (!f) return errno;
  errno = 0;
  got   = fread(head, 1, sizeof(head), f);
  fclose(f);
  if (errno) return errno; /* a folder opens, but does not read */
  return got == sizeof(head) && !memcmp(head, signature, sizeof(head)) ? 0 : -1;
}

static PetscErrorCode Open(MPI_Comm comm, const char path[], CheckpointFile *f)
{
  PetscMPIInt rank;
  PetscBool   opened;
  int         state = 0, version = 0;
  char        format[64] = "";

  PetscFunctionBeginUser;
  PetscCallMPI(MPI_Comm_rank(comm, &rank));
  if (rank == 0) state = look_at(path);
  PetscCallMPI(MPI_Bcast(&state, 1, MPI_INT, 0, comm));
  PetscCheck(state <= 0, comm, PETSC_ERR_USER_INPUT, "%s: the checkpoint cannot be read: %s", path, strerror(state));
  PetscCheck(state == 0, comm, PETSC_ERR_USER_INPUT, "%s is not a checkpoint of nanomint (not HDF5 at all)", path);
  PetscCall(CheckpointFileOpen(comm, path, PETSC_FALSE, f, &opened));
  PetscCheck(opened, comm, PETSC_ERR_USER_INPUT, "%s is damaged or cut short: HDF5 cannot open it", path);
  if (checkpoint_has(f, "format")) checkpoint_get_text(f, "format", format, sizeof(format));
  if (checkpoint_has(f, "version")) checkpoint_get_number(f, "version", H5T_NATIVE_INT, &version);
  if (!strcmp(format, CHECKPOINT_FORMAT) && version == CHECKPOINT_VERSION) PetscFunctionReturn(0);
  PetscCall(CheckpointFileClose(f, &opened, &state));
  PetscCheck(!strcmp(format, CHECKPOINT_FORMAT), comm, PETSC_ERR_USER_INPUT,
             "%s is an HDF5 file, but not a checkpoint of nanomint", path);
  SETERRQ(comm, PETSC_ERR_USER_INPUT, "%s: checkpoint format version %d, this program reads version %d only", path,
          version, CHECKPOINT_VERSION);
}

/* Is `name` one of the lines of `names`? */
static int listed(const char names[], const char name[], size_t length)
{
  for (const char *line = names; *line;) {
    const size_t n = strcspn(line, "\n");

    if (n == length && !strncmp(line, name, n)) return 1;
    line += n + (line[n] == '\n');
  }
  return 0;
}

/* Lists the lines of `a` that `b` has not, ", " between, into text. */
static void only_in(const char a[], const char b[], char text[], size_t length)
{
  size_t at = 0;

  text[0] = 0;
  for (const char *line = a; *line && at + 1 < length;) {
    const size_t n = strcspn(line, "\n");

    if (!listed(b, line, n)) at += (size_t)snprintf(text + at, length - at, "%s%.*s", at ? ", " : "", (int)n, line);
    line += n + (line[n] == '\n');
  }
}

/* Why the file's law is not ours; "" when it is. */
static void compare_cards(const ModelCard *file, const ModelCard *ours, char why[], size_t length)
{
  char gone[256], more[256];

  why[0] = 0;
  if (strcmp(file->law, ours->law)) {
    snprintf(why, length, "contact law %.60s in the checkpoint, %.60s in the deck", file->law, ours->law);
  } else if (strcmp(file->params, ours->params)) {
    only_in(file->params, ours->params, gone, sizeof(gone));
    only_in(ours->params, file->params, more, sizeof(more));
    snprintf(why, length, "other parameters of law %.60s (only in the checkpoint: %s; only in this program: %s)",
             ours->law, gone[0] ? gone : "none", more[0] ? more : "none");
  } else if (strcmp(file->states, ours->states) || file->n_state != ours->n_state) {
    only_in(file->states, ours->states, gone, sizeof(gone));
    only_in(ours->states, file->states, more, sizeof(more));
    snprintf(why, length, "other contact histories (only in the checkpoint: %s; only in this run: %s)",
             gone[0] ? gone : "none", more[0] ? more : "none");
  }
}

static void list_changes(const ModelCard *file, const ModelCard *ours, char text[], size_t length)
{
  size_t at = 0;

  if (!text || !length) return;
  text[0]          = 0;
  const char *line = ours->params;
  for (int k = 0; k < ours->n_params; k++) {
    const size_t n = strcspn(line, "\n");

    if (file->value[k] != ours->value[k] && at + 1 < length)
      at += (size_t)snprintf(text + at, length - at, "%s%.*s %g -> %g", at ? ", " : "", (int)n, line, file->value[k],
                             ours->value[k]);
    line += n + (line[n] == '\n');
  }
}

/* What is wrong with the sizes, or NULL. */
static const char *check_numbers(const CheckpointNumbers *n)
{
  if (n->n_tools != (int64_t)(sizeof(Tools) / sizeof(double))) return "other tools";
  if (n->n_blob < 0 || n->n_blob > CHECKPOINT_BLOB_MAX || n->n_words < 0 || n->n_words > CHECKPOINT_WORDS_MAX)
    return "sizes out of range";
  if (n->n_params < 0 || n->n_params > CHECKPOINT_PARAMS_MAX || n->n_state < 0 || n->n_state > 1024)
    return "sizes out of range";
  if (n->n_grains < 1 || n->n_contacts < 0 || n->n_contacts / 1000000 > n->n_grains) return "sizes out of range";
  if (n->n_bodies < 0 || n->n_bodies > n->n_grains || n->body_width < 0 || n->body_width > 100000000)
    return "sizes out of range";
  return NULL;
}

static void get_head(CheckpointFile *f, CheckpointNumbers *n, ModelCard *card)
{
  *n    = (CheckpointNumbers){0};
  *card = (ModelCard){0};
  for (int k = 0; k < CHECKPOINT_NUMBERS; k++)
    checkpoint_get_number(f, checkpoint_numbers[k].name, checkpoint_type(&checkpoint_numbers[k]),
                          (char *)n + checkpoint_numbers[k].offset);
  checkpoint_get_text(f, "law", card->law, sizeof(card->law));
  checkpoint_get_text(f, "parameter_names", card->params, sizeof(card->params));
  checkpoint_get_text(f, "state_names", card->states, sizeof(card->states));
  card->n_params = (int)n->n_params;
  card->n_state  = (int)n->n_state;
}

/* Small rows: every rank reads them all. */
static void get_scalars(CheckpointFile *f, const CheckpointNumbers *n, CheckpointScalars *s)
{
  *s = (CheckpointScalars){.step    = n->step,
                           .time    = n->time,
                           .stage   = (PetscInt)n->stage,
                           .n_blob  = (PetscInt)n->n_blob,
                           .n_words = (PetscInt)n->n_words};
  checkpoint_get_rows(f, "blob", H5T_NATIVE_DOUBLE, n->n_blob, 1, 0, n->n_blob, s->blob);
  checkpoint_get_rows(f, "words", H5T_NATIVE_INT64, n->n_words, 1, 0, n->n_words, s->words);
  checkpoint_get_rows(f, "tools", H5T_NATIVE_DOUBLE, n->n_tools, 1, 0, n->n_tools, &s->tools);
  checkpoint_get_rows(f, "tool_force", H5T_NATIVE_DOUBLE, TOOL_N, 3, 0, TOOL_N, s->tool_force);
}

/* The whole echo on every rank; "" where its length is none that a deck has. */
static PetscErrorCode GetDeck(CheckpointFile *f, char **deck)
{
  PetscInt64 n = checkpoint_count_rows(f, "deck");

  PetscFunctionBeginUser;
  if (n > DECK_MAX) n = 0;
  PetscCall(PetscCalloc1(n + 1, deck));
  if (n) checkpoint_get_rows(f, "deck", H5T_NATIVE_CHAR, n, 1, 0, n, *deck);
  PetscFunctionReturn(0);
}

static PetscErrorCode AllocateRows(MPI_Comm comm, const CheckpointNumbers *n, CheckpointRows *r, PetscInt64 first[3])
{
  PetscMPIInt rank, size;
  PetscInt64  last[3];
  int         failed;

  PetscFunctionBeginUser;
  PetscCallMPI(MPI_Comm_rank(comm, &rank));
  PetscCallMPI(MPI_Comm_size(comm, &size));
  for (int k = 0; k < 3; k++) {
    const PetscInt64 all  = k == 0   ? n->n_grains
                            : k == 1 ? n->n_contacts
                                     : n->n_bodies,
                     each = all / size, more = all % size;

    first[k] = each * rank + PetscMin(rank, more);
    last[k]  = first[k] + each + (rank < more);
  }
  *r                  = (CheckpointRows){.n_global = n->n_grains, .n_grains = (PetscInt)(last[0] - first[0])};
  r->contacts.n       = (PetscInt)(last[1] - first[1]);
  r->contacts.n_state = (PetscInt)n->n_state;
  r->n_bodies         = (PetscInt)(last[2] - first[2]);
  r->body_width       = (PetscInt)n->body_width;
  r->rec              = aligned_alloc(64, sizeof(GrainRecord) * (size_t)(r->n_grains + 1));
  failed              = r->rec == NULL;
  PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, &failed, 1, MPI_INT, MPI_MAX, comm));
  PetscCheck(!failed, comm, PETSC_ERR_MEM, "no memory for the grains of the checkpoint");
  PetscCall(PetscMalloc1(r->n_grains + 1, &r->id));
  PetscCall(PetscMalloc1(r->n_grains + 1, &r->aux));
  PetscCall(PetscMalloc1(r->n_bodies + 1, &r->body_id));
  PetscCall(PetscMalloc1((size_t)(r->n_bodies + 1) * (size_t)PetscMax(n->body_width, 1), &r->body));
  PetscCall(PetscMalloc1(r->contacts.n + 1, &r->contacts.key));
  PetscCall(PetscMalloc1((size_t)(r->contacts.n + 1) * (size_t)PetscMax(n->n_state, 1), &r->contacts.state));
  PetscFunctionReturn(0);
}

static void get_rows(CheckpointFile *f, const CheckpointNumbers *n, const PetscInt64 first[3], CheckpointRows *r)
{
  const ContactHistories *c = &r->contacts;

  checkpoint_get_rows(f, "grain_id", H5T_NATIVE_INT64, n->n_grains, 1, first[0], r->n_grains, r->id);
  checkpoint_get_rows(f, "grain_rec", H5T_NATIVE_DOUBLE, n->n_grains, REC_N, first[0], r->n_grains, r->rec);
  checkpoint_get_rows(f, "grain_aux", H5T_NATIVE_DOUBLE, n->n_grains, GRAINS_AUX, first[0], r->n_grains, r->aux);
  checkpoint_get_rows(f, "contact_key", H5T_NATIVE_INT64, n->n_contacts, 2, first[1], c->n, c->key);
  checkpoint_get_rows(f, "contact_state", H5T_NATIVE_DOUBLE, n->n_contacts, c->n_state, first[1], c->n, c->state);
  if (!n->body_width) return;
  checkpoint_get_rows(f, "body_id", H5T_NATIVE_INT64, n->n_bodies, 1, first[2], r->n_bodies, r->body_id);
  checkpoint_get_rows(f, "body", H5T_NATIVE_DOUBLE, n->n_bodies, n->body_width, first[2], r->n_bodies, r->body);
}

static int all_finite(const double *v, size_t n)
{
  for (size_t k = 0; k < n; k++)
    if (!isfinite(v[k])) return 0;
  return 1;
}

/* Collective.  Numbers must be finite and add up to the fingerprint. */
static PetscErrorCode CheckContent(MPI_Comm comm, const char path[], const CheckpointNumbers *n,
                                   const CheckpointScalars *s, const CheckpointRows *r)
{
  const ContactHistories *c           = &r->contacts;
  int64_t                 bad[2]      = {INT64_MAX, INT64_MAX}; /* lowest id of a grain, of a contact's first grain */
  uint64_t                fingerprint = checkpoint_fingerprint(r);

  PetscFunctionBeginUser;
  for (PetscInt k = 0; k < r->n_grains; k++)
    if (!all_finite(r->rec[k], REC_N) || !all_finite(r->aux[k], GRAINS_AUX)) bad[0] = PetscMin(bad[0], r->id[k]);
  for (PetscInt k = 0; k < r->n_bodies; k++)
    if (!all_finite(r->body + (size_t)k * (size_t)r->body_width, (size_t)r->body_width))
      bad[0] = PetscMin(bad[0], r->body_id[k]);
  for (PetscInt k = 0; k < c->n; k++)
    if (!all_finite(c->state + (size_t)k * (size_t)c->n_state, (size_t)c->n_state))
      bad[1] = PetscMin(bad[1], c->key[k].lo);
  PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, bad, 2, MPI_INT64_T, MPI_MIN, comm));
  PetscCheck(bad[0] == INT64_MAX, comm, PETSC_ERR_USER_INPUT, "%s: grain %lld has a number that is not finite", path,
             (long long)bad[0]);
  PetscCheck(bad[1] == INT64_MAX, comm, PETSC_ERR_USER_INPUT,
             "%s: a contact of grain %lld has a number that is not finite", path, (long long)bad[1]);
  PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, &fingerprint, 1, MPI_UINT64_T, MPI_SUM, comm));
  PetscCheck(fingerprint + checkpoint_scalars_fingerprint(s) == n->fingerprint, comm, PETSC_ERR_USER_INPUT,
             "%s is damaged: its content does not match its fingerprint", path);
  PetscFunctionReturn(0);
}

PetscErrorCode CheckpointRead(MPI_Comm comm, const char path[], const ContactModel *model, CheckpointScalars *scalars,
                              CheckpointRows *rows, char changed[], size_t length)
{
  CheckpointFile    f;
  CheckpointNumbers numbers;
  ModelCard         card, ours;
  PetscInt64        first[3] = {0, 0, 0};
  PetscBool         good;
  const char       *wrong;
  char              why[1024] = "";
  int               error, head_failed;

  PetscFunctionBeginUser;
  *rows = (CheckpointRows){0};
  PetscCall(Open(comm, path, &f));
  get_head(&f, &numbers, &card);
  head_failed = f.failed;
  PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, &head_failed, 1, MPI_INT, MPI_MAX, comm));
  checkpoint_card(model, &ours);
  wrong = head_failed ? "something is missing in its header" : check_numbers(&numbers);
  if (!wrong) compare_cards(&card, &ours, why, sizeof(why));
  if (!wrong && !why[0]) {
    checkpoint_get_rows(&f, "parameters", H5T_NATIVE_DOUBLE, numbers.n_params, 1, 0, numbers.n_params, card.value);
    get_scalars(&f, &numbers, scalars);
    PetscCall(AllocateRows(comm, &numbers, rows, first));
    get_rows(&f, &numbers, first, rows);
    PetscCall(GetDeck(&f, &rows->deck));
  }
  PetscCall(CheckpointFileClose(&f, &good, &error));
  PetscCheck(!wrong, comm, PETSC_ERR_USER_INPUT, "%s is damaged or of another make: %s", path, wrong);
  PetscCheck(!why[0], comm, PETSC_ERR_USER_INPUT, "%s does not fit this run: %s", path, why);
  PetscCheck(good, comm, PETSC_ERR_USER_INPUT, "%s is damaged: a dataset is missing or has the wrong size", path);
  PetscCall(CheckContent(comm, path, &numbers, scalars, rows));
  if (f.rank) memset(scalars->words, 0, sizeof(scalars->words));
  list_changes(&card, &ours, changed, length);
  PetscFunctionReturn(0);
}

PetscErrorCode CheckpointRowsDestroy(CheckpointRows *r)
{
  PetscFunctionBeginUser;
  PetscCall(PetscFree(r->id));
  PetscCall(PetscFree(r->deck));
  free(r->rec);
  PetscCall(PetscFree(r->aux));
  PetscCall(PetscFree(r->body_id));
  PetscCall(PetscFree(r->body));
  PetscCall(PetscFree(r->contacts.key));
  PetscCall(PetscFree(r->contacts.state));
  *r = (CheckpointRows){0};
  PetscFunctionReturn(0);
}
