/*
  deck.c - DeckRead: the keys this run has, in order, and their values.
*/
#include "solver/deck_impl.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ENTRIES_MAX = 1024 };

static void flatten(const char block[], const char key[], char name[2 * NAME_MAX_LEN])
{
  snprintf(name, 2 * NAME_MAX_LEN, "%s%s%s", block, *block ? "_" : "", key);
  for (char *c = name; *c; c++)
    if (*c == '/') *c = '_';
}

static DeckEntry *add_entry(Config *config, const char block[], DeckKey key, size_t base)
{
  DeckEntry *entry = &config->entries[config->n_entries++];

  snprintf(entry->block, sizeof(entry->block), "%s", block);
  flatten(block, key.key, entry->name);
  entry->key = key;
  entry->at  = base + key.offset;
  return entry;
}

static void add_keys(Config *config, const char block[], const DeckKey keys[], size_t base)
{
  for (const DeckKey *key = keys; key->key; key++) (void)add_entry(config, block, *key, base);
}

/* The numbers of the card; work_of_adhesion may be left open, material_complete derives it. */
static void add_material(Config *config)
{
  for (const ParamSpec *p = material_params; p->key; p++) {
    DeckKey key = key_of_param(p);

    if (!strcmp(key.key, "work_of_adhesion")) key.word = "derived";
    (void)add_entry(config, "material", key, offsetof(Config, material));
  }
}

static void add_params(Config *config, const char block[], const ParamSpec params[], size_t base)
{
  for (const ParamSpec *p = params; p->key; p++) (void)add_entry(config, block, key_of_param(p), base);
}

/* Law and programme decide which keys there are, so they are read first. */
static PetscErrorCode ReadLawAndProgramme(Deck *deck)
{
  const char *text;
  Source      source;
  DeckEntry   law = {.block = "contact", .name = "contact_law", .at = offsetof(Config, contact.law)};
  char        label[2 * PATH_MAX_LEN];

  PetscFunctionBeginUser;
  for (const DeckBlock *b = deck_blocks; b->name; b++)
    for (const DeckKey *key = b->keys; key->key; key++)
      if (key->kind == KEY_LAW) law.key = *key;
  PetscCall(DeckValue(deck, &law));
  PetscCall(PetscCalloc(deck->config->contact.law->param_size + 1, &deck->config->contact.law_params));
  PetscCall(PetscCalloc(bulk_laws[0]->param_size, &deck->config->mesh.law_params));
  PetscCall(DeckFind(deck, "programme", &text, &source));
  PetscCheck(text, deck->comm, PETSC_ERR_USER_INPUT,
             "%s: programme is missing: list of stages, e.g. programme: [fill, press, dwell, release, eject]",
             deck->path);
  deck_label(deck, "programme", source, label, sizeof(label));
  PetscCall(DeckProgramme(deck, label, text));
  PetscFunctionReturn(0);
}

static PetscErrorCode LayOut(Deck *deck)
{
  Config *config = deck->config;
  char    block[NAME_MAX_LEN];

  PetscFunctionBeginUser;
  PetscCall(PetscCalloc1(ENTRIES_MAX, &config->entries));
  for (const DeckBlock *b = deck_blocks; b->name; b++) {
    add_keys(config, b->name, b->keys, b->base);
    if (!strcmp(b->name, "material")) add_material(config);
    if (!strcmp(b->name, "ligand")) add_params(config, b->name, ligand_params, offsetof(Config, ligand));
    if (!strcmp(b->name, "contact")) {
      snprintf(block, sizeof(block), "contact/%s", config->contact.law->name);
      for (const ParamSpec *p = config->contact.law->params; p->key; p++)
        add_entry(config, block, key_of_param(p), 0)->in = IN_CONTACT_LAW;
    }
    if (!strcmp(b->name, "mesh"))
      for (const ParamSpec *p = bulk_laws[0]->params; p->key; p++)
        add_entry(config, b->name, key_of_param(p), 0)->in = IN_BULK_LAW;
    if (!strcmp(b->name, "die/bottom")) {
      for (PetscInt k = 0; k < config->n_stages; k++)
        add_keys(config, config->stage[k].name, deck_stages[config->stage[k].kind].keys,
                 offsetof(Config, stage) + (size_t)k * sizeof(StageConfig));
    }
  }
  PetscCheck(config->n_entries <= ENTRIES_MAX, deck->comm, PETSC_ERR_PLIB, "more than %d keys", ENTRIES_MAX);
  PetscFunctionReturn(0);
}

/* `material: au` or material: {card: au}; what the command line says of either wins. */
static PetscErrorCode ReadCard(Deck *deck, DeckEntry *entry)
{
  const char *text, *other_text;
  Source      other;
  PetscBool   named;

  PetscFunctionBeginUser;
  PetscCall(DeckFind(deck, "material", &text, &entry->source));
  PetscCall(DeckFind(deck, "material_card", &other_text, &other));
  if (other_text && (!text || other == FROM_COMMAND)) {
    text          = other_text;
    entry->source = other;
  }
  PetscCheck(text && *text, deck->comm, PETSC_ERR_USER_INPUT,
             "%s: material is missing: the name of a card, e.g. material: au", deck->path);
  PetscCall(DeckOpenCard(deck, text, entry->source));
  PetscCall(DeckRefuseUnknownInCard(deck));
  PetscCall(PetscOptionsGetString(deck->card, NULL, "-name", deck->config->material.name, NAME_MAX_LEN, &named));
  if (!named) PetscCall(PetscStrncpy(deck->config->material.name, text, NAME_MAX_LEN));
  PetscFunctionReturn(0);
}

static PetscErrorCode ReadValues(Deck *deck)
{
  Config  *config   = deck->config;
  PetscInt complete = 0;

  PetscFunctionBeginUser;
  for (PetscInt k = 0; k < config->n_entries; k++) {
    DeckEntry *entry = &config->entries[k];

    if (!complete && !strcmp(entry->block, "powder")) {
      material_complete(&config->material);
      complete = 1;
    }
    if (entry->key.kind == KEY_CARD) PetscCall(ReadCard(deck, entry));
    else if (entry->key.kind != KEY_PROGRAMME) PetscCall(DeckValue(deck, entry));
    else PetscCall(DeckFind(deck, entry->name, &(const char *){NULL}, &entry->source));
  }
  PetscFunctionReturn(0);
}

/* What followed the deck, as one line that a shell would read again. */
static PetscErrorCode KeepCommandLine(Config *config, int argc, char *argv[])
{
  size_t length = 1;
  char  *at;

  PetscFunctionBeginUser;
  for (int k = 2; k < argc; k++) length += strlen(argv[k]) + 3;
  PetscCall(PetscCalloc1(length, &config->command_line));
  at = config->command_line;
  for (int k = 2; k < argc; k++) {
    const char *quote = strchr(argv[k], ' ') ? "\"" : "";

    at += sprintf(at, "%s%s%s%s", k > 2 ? " " : "", quote, argv[k], quote);
  }
  for (at = config->command_line; *at; at++)
    if (*at == '\n' || *at == '\r') *at = ' ';
  PetscFunctionReturn(0);
}

static PetscErrorCode ReadAll(Deck *deck, int argc, char *argv[])
{
  PetscFunctionBeginUser;
  PetscCall(DeckOpen(deck, argc, argv));
  PetscCall(KeepCommandLine(deck->config, argc, argv));
  PetscCall(PetscStrncpy(deck->config->deck, deck->path, sizeof(deck->config->deck)));
  PetscCall(ReadLawAndProgramme(deck));
  PetscCall(LayOut(deck));
  PetscCall(DeckRefuseUnknown(deck));
  PetscCall(ReadValues(deck));
  PetscCall(DeckComplete(deck));
  PetscFunctionReturn(0);
}

PetscErrorCode DeckRead(MPI_Comm comm, int argc, char *argv[], Config *config)
{
  Deck           deck = {.comm = comm, .config = config};
  PetscErrorCode ierr;

  PetscFunctionBeginUser;
  PetscCall(PetscMemzero(config, sizeof(*config)));
  PetscCall(PetscOptionsCreate(&deck.file));
  PetscCall(PetscOptionsCreate(&deck.card));
  ierr = ReadAll(&deck, argc, argv);
  PetscCall(PetscOptionsDestroy(&deck.file));
  PetscCall(PetscOptionsDestroy(&deck.card));
  PetscCall(ierr);
  PetscFunctionReturn(0);
}

PetscErrorCode ConfigDestroy(Config *config)
{
  PetscFunctionBeginUser;
  PetscCall(PetscFree(config->contact.law_params));
  PetscCall(PetscFree(config->mesh.law_params));
  PetscCall(PetscFree(config->entries));
  PetscCall(PetscFree(config->command_line));
  PetscFunctionReturn(0);
}

PetscErrorCode DeckWarnings(MPI_Comm comm, const Config *config, FILE *file)
{
  PetscFunctionBeginUser;
  for (PetscInt k = 0; k < config->n_warnings; k++)
    PetscCall(PetscFPrintf(comm, file, "nanomint: warning: %s\n", config->warning[k]));
  PetscFunctionReturn(0);
}

PetscErrorCode DeckCheck(MPI_Comm comm, int argc, char *argv[])
{
  Config         config;
  PetscErrorCode ierr;

  PetscFunctionBeginUser;
  ierr = DeckRead(comm, argc, argv, &config);
  if (!ierr) ierr = DeckWarnings(comm, &config, stdout);
  if (!ierr) ierr = PetscPrintf(comm, "%s: deck is fine\n", config.deck);
  PetscCall(ConfigDestroy(&config));
  PetscCall(ierr);
  PetscFunctionReturn(0);
}
