#include "postproc/files.h"
#include "solver/checkpoint_impl.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define NUMBER(field, kind)                                                                                            \
  {                                                                                                                    \
#field, offsetof(CheckpointNumbers, field), kind                                                                   \
  }

const NumberSpec checkpoint_numbers[CHECKPOINT_NUMBERS] = {
    NUMBER(step, 0),       NUMBER(stage, 0),   NUMBER(n_grains, 0),    NUMBER(n_contacts, 0), NUMBER(n_blob, 0),
    NUMBER(n_words, 0),    NUMBER(n_state, 0), NUMBER(n_params, 0),    NUMBER(n_tools, 0),    NUMBER(n_bodies, 0),
    NUMBER(body_width, 0), NUMBER(time, 1),    NUMBER(fingerprint, 2),
};

hid_t checkpoint_type(const NumberSpec *n)
{
  return n->kind == 0 ? H5T_NATIVE_INT64 : n->kind == 1 ? H5T_NATIVE_DOUBLE : H5T_NATIVE_UINT64;
}

static void add_name(char names[CHECKPOINT_NAMES_LEN], const char name[])
{
  const size_t at = strlen(names);

  snprintf(names + at, CHECKPOINT_NAMES_LEN - at, "%s\n", name);
}

static void add_param(ModelCard *card, const char name[], double value)
{
  if (card->n_params == CHECKPOINT_PARAMS_MAX) return;
  add_name(card->params, name);
  card->value[card->n_params++] = value;
}

void checkpoint_card(const ContactModel *m, ModelCard *card)
{
  *card = (ModelCard){.n_state = contact_n_state(m)};
  snprintf(card->law, sizeof(card->law), "%s", m->law->name);
  for (const ParamSpec *p = m->law->params; p && p->key; p++) {
    double value;

    memcpy(&value, (const char *)m->p + p->offset, sizeof(value));
    add_param(card, p->key, value);
  }
  add_param(card, "G_star", m->G_star);
  add_param(card, "G_star_tool", m->G_star_tool);
  add_param(card, "kt_ratio", m->kt_ratio);
  add_param(card, "damping_t", m->damping_t);
  add_param(card, "rolling", m->rolling);
  add_param(card, "twisting", m->twisting);
  add_param(card, "partial_slip", m->partial_slip);
  for (int k = 0; k < card->n_state; k++) add_name(card->states, contact_state_name(m, k));
}

/* Mixes n words into one; Vigna's splitmix64 finaliser. */
static uint64_t mix(uint64_t h, const void *words, size_t n)
{
  for (size_t k = 0; k < n; k++) {
    uint64_t w;

    memcpy(&w, (const char *)words + 8 * k, 8);
    h = (h ^ w) + 0x9e3779b97f4a7c15u;
    h = (h ^ (h >> 30)) * 0xbf58476d1ce4e5b9u;
    h = (h ^ (h >> 27)) * 0x94d049bb133111ebu;
    h ^= h >> 31;
  }
  return h;
}

uint64_t checkpoint_fingerprint(const CheckpointRows *r)
{
  const ContactHistories *c   = &r->contacts;
  uint64_t                sum = 0;

  for (PetscInt k = 0; k < r->n_grains; k++) {
    uint64_t h = mix(1, &r->id[k], 1);

    h = mix(h, r->rec[k], REC_N);
    sum += mix(h, r->aux[k], GRAINS_AUX);
  }
  for (PetscInt k = 0; k < r->n_bodies; k++) {
    const uint64_t h = mix(4, &r->body_id[k], 1);

    sum += mix(h, r->body + (size_t)k * (size_t)r->body_width, (size_t)r->body_width);
  }
  for (PetscInt k = 0; k < c->n; k++) {
    const uint64_t h = mix(2, &c->key[k], 2);

    sum += mix(h, c->state + (size_t)k * (size_t)c->n_state, (size_t)c->n_state);
  }
  return sum;
}

uint64_t checkpoint_scalars_fingerprint(const CheckpointScalars *s)
{
  const int64_t stage = s->stage;
  uint64_t      h     = mix(3, &s->step, 1);

  h = mix(h, &s->time, 1);
  h = mix(h, &stage, 1);
  h = mix(h, s->blob, (size_t)s->n_blob);
  h = mix(h, &s->tools, sizeof(Tools) / 8);
  h = mix(h, s->tool_force, sizeof(s->tool_force) / 8);
  return mix(h, s->words, (size_t)s->n_words);
}

/* Adds up what ranks hold: the words of the exact sums and the fingerprints; where this rank's rows begin. */
static PetscErrorCode Gather(MPI_Comm comm, const CheckpointScalars *in, const CheckpointRows *rows,
                             CheckpointScalars *s, CheckpointNumbers *numbers, int64_t first[3])
{
  const int64_t n[3] = {rows->n_grains, rows->contacts.n, rows->n_bodies};
  int64_t       total[3];
  uint64_t      fingerprint = checkpoint_fingerprint(rows);

  PetscFunctionBeginUser;
  *s       = *in;
  first[0] = first[1] = first[2] = 0;
  PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, s->words, s->n_words, MPI_INT64_T, MPI_SUM, comm));
  for (PetscInt k = 0; k + 1 < s->n_words; k += 2) { /* pairs hi, lo: one form whatever the number of ranks */
    ExactSum sum = {s->words[k], s->words[k + 1]};

    exact_normalize(&sum);
    s->words[k]     = sum.hi;
    s->words[k + 1] = sum.lo;
  }
  PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, &fingerprint, 1, MPI_UINT64_T, MPI_SUM, comm));
  PetscCallMPI(MPI_Exscan(n, first, 3, MPI_INT64_T, MPI_SUM, comm));
  PetscCallMPI(MPI_Allreduce(n, total, 3, MPI_INT64_T, MPI_SUM, comm));
  *numbers = (CheckpointNumbers){.step        = s->step,
                                 .stage       = s->stage,
                                 .n_grains    = total[0],
                                 .n_contacts  = total[1],
                                 .n_bodies    = total[2],
                                 .body_width  = rows->body_width,
                                 .n_blob      = s->n_blob,
                                 .n_words     = s->n_words,
                                 .n_tools     = sizeof(Tools) / sizeof(double),
                                 .time        = s->time,
                                 .fingerprint = fingerprint + checkpoint_scalars_fingerprint(s)};
  PetscFunctionReturn(0);
}

static void put_all(CheckpointFile *f, const ModelCard *card, const char deck[], const CheckpointScalars *s,
                    const CheckpointNumbers *numbers, const CheckpointRows *rows, const int64_t first[3])
{
  const int               version = CHECKPOINT_VERSION, small = f->rank == 0; /* rank 0 writes the small ones */
  const PetscInt64        deck_n = (PetscInt64)strlen(deck);
  const ContactHistories *c      = &rows->contacts;

  checkpoint_put_text(f, "format", CHECKPOINT_FORMAT);
  checkpoint_put_number(f, "version", H5T_NATIVE_INT, &version);
  for (int k = 0; k < CHECKPOINT_NUMBERS; k++)
    checkpoint_put_number(f, checkpoint_numbers[k].name, checkpoint_type(&checkpoint_numbers[k]),
                          (const char *)numbers + checkpoint_numbers[k].offset);
  checkpoint_put_text(f, "law", card->law);
  checkpoint_put_text(f, "parameter_names", card->params);
  checkpoint_put_text(f, "state_names", card->states);
  checkpoint_put_rows(f, "parameters", H5T_NATIVE_DOUBLE, card->n_params, 1, 0, small * card->n_params, card->value);
  checkpoint_put_rows(f, "blob", H5T_NATIVE_DOUBLE, s->n_blob, 1, 0, small * s->n_blob, s->blob);
  checkpoint_put_rows(f, "words", H5T_NATIVE_INT64, s->n_words, 1, 0, small * s->n_words, s->words);
  checkpoint_put_rows(f, "tools", H5T_NATIVE_DOUBLE, numbers->n_tools, 1, 0, small * numbers->n_tools, &s->tools);
  checkpoint_put_rows(f, "tool_force", H5T_NATIVE_DOUBLE, TOOL_N, 3, 0, small * TOOL_N, s->tool_force);
  checkpoint_put_rows(f, "deck", H5T_NATIVE_CHAR, deck_n, 1, 0, small * deck_n, deck);
  checkpoint_put_rows(f, "grain_id", H5T_NATIVE_INT64, numbers->n_grains, 1, first[0], rows->n_grains, rows->id);
  checkpoint_put_rows(f, "grain_rec", H5T_NATIVE_DOUBLE, numbers->n_grains, REC_N, first[0], rows->n_grains, rows->rec);
  checkpoint_put_rows(f, "grain_aux", H5T_NATIVE_DOUBLE, numbers->n_grains, GRAINS_AUX, first[0], rows->n_grains,
                      rows->aux);
  checkpoint_put_rows(f, "contact_key", H5T_NATIVE_INT64, numbers->n_contacts, 2, first[1], c->n, c->key);
  checkpoint_put_rows(f, "contact_state", H5T_NATIVE_DOUBLE, numbers->n_contacts, card->n_state, first[1], c->n,
                      c->state);
  if (!rows->body_width) return;
  checkpoint_put_rows(f, "body_id", H5T_NATIVE_INT64, numbers->n_bodies, 1, first[2], rows->n_bodies, rows->body_id);
  checkpoint_put_rows(f, "body", H5T_NATIVE_DOUBLE, numbers->n_bodies, rows->body_width, first[2], rows->n_bodies,
                      rows->body);
}

/* Length of the file, generously. */
static long long bytes_of(const CheckpointNumbers *n, const char deck[])
{
  const long long grain   = sizeof(int64_t) + sizeof(GrainRecord) + sizeof(GrainAux);
  const long long contact = (long long)sizeof(ContactKey) + n->n_state * (long long)sizeof(double);

  const long long body = (long long)sizeof(int64_t) + n->body_width * (long long)sizeof(double);

  return n->n_grains * grain + n->n_contacts * contact + n->n_bodies * body + (long long)strlen(deck) + 65536;
}

PetscErrorCode CheckpointWrite(MPI_Comm comm, const char path[], const ContactModel *model, const char deck[],
                               const CheckpointScalars *scalars, const CheckpointRows *rows)
{
  CheckpointFile    f;
  CheckpointScalars s;
  CheckpointNumbers numbers;
  ModelCard         card;
  char              tmp[PETSC_MAX_PATH_LEN];
  int64_t           first[3];
  PetscMPIInt       rank;
  PetscBool         good  = PETSC_FALSE;
  int               error = 0;

  PetscFunctionBeginUser;
  PetscCallMPI(MPI_Comm_rank(comm, &rank));
  PetscCheck(scalars->n_blob <= CHECKPOINT_BLOB_MAX && scalars->n_words <= CHECKPOINT_WORDS_MAX, comm,
             PETSC_ERR_ARG_SIZ, "blob or words too long for a checkpoint");
  PetscCheck(rows->contacts.n == 0 || rows->contacts.n_state == contact_n_state(model), comm, PETSC_ERR_ARG_SIZ,
             "histories have %d states, the law %d", (int)rows->contacts.n_state, contact_n_state(model));
  checkpoint_card(model, &card);
  PetscCall(Gather(comm, scalars, rows, &s, &numbers, first));
  numbers.n_state  = card.n_state;
  numbers.n_params = card.n_params;
  PetscCall(PetscSNPrintf(tmp, sizeof(tmp), "%s.tmp", path));
  /* HDF5 does not get over a disk that fills up under it: look first */
  if (rank == 0) error = file_room(tmp, bytes_of(&numbers, deck ? deck : ""));
  PetscCallMPI(MPI_Bcast(&error, 1, MPI_INT, 0, comm));
  if (!error) {
    PetscCall(CheckpointFileOpen(comm, tmp, PETSC_TRUE, &f, &good));
    error = good ? 0 : EIO;
  }
  if (!error) {
    put_all(&f, &card, deck ? deck : "", &s, &numbers, rows, first);
    PetscCall(CheckpointFileClose(&f, &good, &error));
    if (!good && !error) error = ENOSPC; /* MPI-IO tells of a short write, not why */
  }
  if (!error && rank == 0) error = file_commit(tmp, path);
  if (error && rank == 0) unlink(tmp);
  PetscCallMPI(MPI_Bcast(&error, 1, MPI_INT, 0, comm));
  PetscCheck(!error, comm, PETSC_ERR_USER_INPUT, "%s: the checkpoint cannot be written: %s", path, strerror(error));
  PetscFunctionReturn(0);
}
