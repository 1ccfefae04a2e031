/* checkpoint_impl.h - what the files checkpoint*.c share; nobody else includes it. */
#ifndef SOLVER_CHECKPOINT_IMPL_H
#define SOLVER_CHECKPOINT_IMPL_H

#include "solver/checkpoint.h"
#include "solver/checkpoint_file.h"

#define CHECKPOINT_FORMAT "nanomint checkpoint"

enum { CHECKPOINT_NAMES_LEN = 4096, CHECKPOINT_PARAMS_MAX = 128, CHECKPOINT_NUMBERS = 13 };

/* What a contact model is, in words and numbers: its parameters, then its history per contact. */
typedef struct {
  char   law[64];
  char   params[CHECKPOINT_NAMES_LEN]; /* names, each ended by a newline */
  char   states[CHECKPOINT_NAMES_LEN];
  int    n_params, n_state;
  double value[CHECKPOINT_PARAMS_MAX];
} ModelCard;

/* The attributes that are plain numbers. */
typedef struct {
  int64_t  step, stage, n_grains, n_contacts, n_blob, n_words, n_state, n_params, n_tools, n_bodies, body_width;
  double   time;
  uint64_t fingerprint;
} CheckpointNumbers;

typedef struct {
  const char *name;
  size_t      offset;
  int         kind; /* 0 int64, 1 double, 2 uint64 */
} NumberSpec;
extern const NumberSpec checkpoint_numbers[CHECKPOINT_NUMBERS];
hid_t                   checkpoint_type(const NumberSpec *n);

void     checkpoint_card(const ContactModel *model, ModelCard *card);
uint64_t checkpoint_scalars_fingerprint(const CheckpointScalars *s);

#endif
