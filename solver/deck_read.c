/*
  deck_read.c - one key: where its text is found, and what the text means.
*/
#include "solver/deck_impl.h"
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { WHY_LEN = 1024, LABEL_LEN = 1280 };

void deck_label(const Deck *deck, const char name[], Source source, char label[], size_t n)
{
  if (source == FROM_COMMAND) snprintf(label, n, "command line: -%s", name);
  else snprintf(label, n, "%s: %s", source == FROM_CARD ? deck->card_path : deck->path, name);
}

void *entry_value(const Config *config, const DeckEntry *entry)
{
  const void *const base[] = {config, config->contact.law_params, config->mesh.law_params};

  return (char *)base[entry->in] + entry->at;
}

PetscErrorCode DeckFind(const Deck *deck, const char name[], const char **text, Source *source)
{
  const PetscOptions from[]      = {NULL, deck->file};
  const Source       source_of[] = {FROM_COMMAND, FROM_DECK};
  char               option[2 * NAME_MAX_LEN + 2];

  PetscFunctionBeginUser;
  *text   = NULL;
  *source = FROM_DEFAULT;
  snprintf(option, sizeof(option), "-%s", name);
  for (int k = 0; k < 2; k++) {
    PetscBool set;

    PetscCall(PetscOptionsFindPair(from[k], NULL, option, text, &set));
    if (!set) continue;
    if (!*text) *text = "";
    *source = source_of[k];
    PetscFunctionReturn(0);
  }
  *text = NULL;
  PetscFunctionReturn(0);
}

/* "allowed 1 MPa .. 100 GPa" */
static void range_text(const DeckKey *key, char text[], size_t n)
{
  char low[QUANTITY_TEXT], high[QUANTITY_TEXT];

  quantity_format(key->min, key->dim, low);
  quantity_format(key->max, key->dim, high);
  snprintf(text, n, "allowed %s .. %s", low, high);
}

/* A whole number, also as 1e6; NULL or why not. */
static const char *parse_integer(const char text[], PetscInt64 *value, char why[])
{
  char  *rest;
  double real;

  errno  = 0;
  *value = (PetscInt64)strtoll(text, &rest, 10);
  if (rest != text && !*rest && !errno) return NULL;
  real = strtod(text, &rest);
  if (rest == text || *rest || !(fabs(real) < 9e15) || real != floor(real))
    return snprintf(why, WHY_LEN, "'%s' is not a whole number", text), why;
  *value = (PetscInt64)real;
  return NULL;
}

/* A number of any kind into *real, and a whole one into *whole as well; NULL or why not. */
static const char *parse_number(const DeckKey *key, const char text[], double *real, PetscInt64 *whole, char why[])
{
  char        range[256];
  const char *bad;
  size_t      used;

  if (key->word && !strcmp(text, key->word)) return *real = NAN, NULL;
  if (key->kind == KEY_INT || key->kind == KEY_INT64) {
    bad   = parse_integer(text, whole, why);
    *real = (double)*whole;
  } else {
    bad = quantity_parse(text, key->dim, real, why, WHY_LEN);
  }
  range_text(key, range, sizeof(range));
  if (bad) {
    used = strlen(why);
    snprintf(why + used, WHY_LEN - used, " (%s%s%s)", range, key->word ? ", or the word " : "",
             key->word ? key->word : "");
    return why;
  }
  if (*real < key->min || *real > key->max)
    return snprintf(why, WHY_LEN, "'%s' is out of range (%s)", text, range), why;
  return NULL;
}

static const char *parse_bool(const char text[], PetscBool *value, char why[])
{
  static const char *const yes[] = {"yes", "true", "on", "1"}, *const no[] = {"no", "false", "off", "0"};

  for (int k = 0; k < 4; k++) {
    *value = (PetscBool)!strcasecmp(text, yes[k]);
    if (*value || !strcasecmp(text, no[k])) return NULL;
  }
  return snprintf(why, WHY_LEN, "'%s' is neither yes nor no", text), why;
}

static const char *parse_choice(const DeckKey *key, const char text[], char value[], char why[])
{
  size_t used;

  snprintf(value, NAME_MAX_LEN, "%s", text);
  if (choice_find(key->choices, text)) return NULL;
  used = (size_t)snprintf(why, WHY_LEN, "there is no '%.200s'; choose from", text);
  for (const DeckChoice *c = key->choices; c->name; c++)
    used += (size_t)snprintf(why + used, WHY_LEN - used, "%s %s", c == key->choices ? "" : ",", c->name);
  return why;
}

static const char *parse_law(const char text[], const ContactLaw **law, char why[])
{
  size_t used;

  *law = contact_law_find(text);
  if (*law) return NULL;
  used = (size_t)snprintf(why, WHY_LEN, "there is no contact law '%.200s'; choose from", text);
  for (size_t k = 0; contact_laws[k]; k++)
    used += (size_t)snprintf(why + used, WHY_LEN - used, "%s %s", k ? "," : "", contact_laws[k]->name);
  return why;
}

static const char *parse_path(const char text[], char value[], char why[])
{
  if (strlen(text) >= PATH_MAX_LEN)
    return snprintf(why, WHY_LEN, "is longer than %d characters", PATH_MAX_LEN - 1), why;
  snprintf(value, PATH_MAX_LEN, "%s", text);
  return NULL;
}

/* Text to value; NULL or why not. */
static const char *parse_value(const DeckKey *key, const char text[], void *value, char why[])
{
  double      real  = 0.0;
  PetscInt64  whole = 0;
  const char *bad   = NULL;

  switch (key->kind) {
  case KEY_REAL:
  case KEY_SECONDS:
    bad              = parse_number(key, text, &real, &whole, why);
    *(double *)value = key->kind == KEY_SECONDS ? real / 1e9 : real;
    break;
  case KEY_INT:
    bad                = parse_number(key, text, &real, &whole, why);
    *(PetscInt *)value = bad ? 0 : (PetscInt)whole;
    break;
  case KEY_INT64:
    bad                  = parse_number(key, text, &real, &whole, why);
    *(PetscInt64 *)value = whole;
    break;
  case KEY_BOOL:
    bad = parse_bool(text, (PetscBool *)value, why);
    break;
  case KEY_CHOICE:
    bad = parse_choice(key, text, (char *)value, why);
    break;
  case KEY_LAW:
    bad = parse_law(text, (const ContactLaw **)value, why);
    break;
  default:
    bad = parse_path(text, (char *)value, why);
    break;
  }
  return bad;
}

/* What a key without text is worth: of the card, or the default.  A required one is an error. */
static PetscErrorCode TakeDefault(Deck *deck, DeckEntry *entry)
{
  const DeckKey *key   = &entry->key;
  void          *value = entry_value(deck->config, entry);
  char           why[WHY_LEN];

  PetscFunctionBeginUser;
  entry->source = FROM_DEFAULT;
  if (key->card) {
    for (const ParamSpec *p = material_params; p->key; p++)
      if (!strcmp(p->key, key->card))
        *(double *)value = *(const double *)((const char *)&deck->config->material + p->offset);
    entry->source = FROM_CARD;
    PetscCheck(isfinite(*(double *)value), deck->comm, PETSC_ERR_USER_INPUT,
               "%s has no '%s' (%s), which %s needs; add it to the card, or %s: to the deck", deck->card_path,
               key->card, key->what, entry->name, entry->name);
  } else if (key->word) {
    PetscCheck(!parse_value(key, key->word, value, why), deck->comm, PETSC_ERR_PLIB, "default of %s: %s", entry->name,
               why);
  } else {
    const int is_real = key->kind == KEY_REAL || key->kind == KEY_SECONDS;
    char      range[256];

    range_text(key, range, sizeof(range));
    PetscCheck(isfinite(key->def), deck->comm, PETSC_ERR_USER_INPUT, "%s: %s is missing: %s%s%s%s", deck->path,
               entry->name, key->what, is_real ? " (" : "", is_real ? range : "", is_real ? ")" : "");
    if (key->kind == KEY_SECONDS) *(double *)value = key->def / 1e9;
    else if (key->kind == KEY_REAL) *(double *)value = key->def;
    else if (key->kind == KEY_INT) *(PetscInt *)value = (PetscInt)key->def;
    else *(PetscInt64 *)value = (PetscInt64)key->def;
  }
  PetscFunctionReturn(0);
}

/* Of the card itself: its own file stands between the deck and the default. */
static PetscErrorCode FindInCard(const Deck *deck, const DeckEntry *entry, const char **text, Source *source)
{
  char      option[2 * NAME_MAX_LEN + 2];
  PetscBool set;

  PetscFunctionBeginUser;
  snprintf(option, sizeof(option), "-%s", entry->key.key);
  PetscCall(PetscOptionsFindPair(deck->card, NULL, option, text, &set));
  if (!set) *text = NULL;
  else if (!*text) *text = "";
  if (set) *source = FROM_CARD;
  PetscCheck(set || isfinite(entry->key.def) || entry->key.word, deck->comm, PETSC_ERR_USER_INPUT,
             "%s: '%s' is missing (%s); add it to the card with its source, or to the deck as material: {%s: ...}",
             deck->card_path, entry->key.key, entry->key.what, entry->key.key);
  PetscFunctionReturn(0);
}

PetscErrorCode DeckValue(Deck *deck, DeckEntry *entry)
{
  char        why[WHY_LEN], label[LABEL_LEN];
  const char *text, *bad;
  void       *value = entry_value(deck->config, entry);

  PetscFunctionBeginUser;
  PetscCall(DeckFind(deck, entry->name, &text, &entry->source));
  if (!text && !strcmp(entry->block, "material")) PetscCall(FindInCard(deck, entry, &text, &entry->source));
  if (!text) {
    PetscCall(TakeDefault(deck, entry));
    PetscFunctionReturn(0);
  }
  deck_label(deck, entry->source == FROM_CARD ? entry->key.key : entry->name, entry->source, label, sizeof(label));
  PetscCheck(*text || (entry->key.word && !*entry->key.word), deck->comm, PETSC_ERR_USER_INPUT, "%s has no value: %s",
             label, entry->key.what);
  bad = parse_value(&entry->key, text, value, why);
  PetscCheck(!bad, deck->comm, PETSC_ERR_USER_INPUT, "%s: %s", label, bad);
  if (entry->key.kind == KEY_FILE && *text) PetscCall(DeckFindFile(deck, label, text, entry->source, (char *)value));
  PetscFunctionReturn(0);
}
