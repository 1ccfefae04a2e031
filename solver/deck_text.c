/*
  deck_text.c - keys and values as text: the echo of a run, what help and manual say of a key.
*/
#include "solver/deck_impl.h"
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_LEN = 2 * PATH_MAX_LEN + 8 }; /* every character escaped, and quotes */

/* A text as a YAML scalar: bare where that is safe, else in double quotes. */
static void quote(const char text[], char out[TEXT_LEN])
{
  size_t n = strlen(text), used = 0;
  int    bare = n > 0 && (isalnum((unsigned char)text[0]) || strchr("/._", text[0])) && text[n - 1] != ' ';

  for (const char *c = text; *c; c++) bare = bare && (isalnum((unsigned char)*c) || strchr(" /._-+()%=", *c));
  if (bare) {
    snprintf(out, TEXT_LEN, "%s", text);
    return;
  }
  out[used++] = '"';
  for (const char *c = text; *c; c++) {
    if (*c == '"' || *c == '\\') out[used++] = '\\';
    out[used++] = *c;
  }
  out[used++] = '"';
  out[used]   = '\0';
}

static void programme_text(const Config *config, char out[TEXT_LEN])
{
  size_t used = (size_t)snprintf(out, TEXT_LEN, "[");

  for (PetscInt k = 0; k < config->n_stages; k++)
    used += (size_t)snprintf(out + used, TEXT_LEN - used, "%s%s", k ? ", " : "", config->stage[k].name);
  snprintf(out + used, TEXT_LEN - used, "]");
}

/* The value in force, as a deck would say it. */
static void value_text(const Config *config, const DeckEntry *entry, char out[TEXT_LEN])
{
  const DeckKey *key   = &entry->key;
  const void    *value = entry_value(config, entry);

  switch (key->kind) {
  case KEY_REAL:
  case KEY_SECONDS:
    if (isnan(*(const double *)value)) snprintf(out, TEXT_LEN, "%s", key->word ? key->word : "unset");
    else if (key->kind == KEY_REAL) quantity_format(*(const double *)value, key->dim, out);
    else snprintf(out, TEXT_LEN, "%.15g s", *(const double *)value);
    break;
  case KEY_INT:
    snprintf(out, TEXT_LEN, "%" PetscInt_FMT, *(const PetscInt *)value);
    break;
  case KEY_INT64:
    snprintf(out, TEXT_LEN, "%" PetscInt64_FMT, *(const PetscInt64 *)value);
    break;
  case KEY_BOOL:
    snprintf(out, TEXT_LEN, "%s", *(const PetscBool *)value ? "yes" : "no");
    break;
  case KEY_LAW:
    snprintf(out, TEXT_LEN, "%s", (*(const ContactLaw *const *)value)->name);
    break;
  case KEY_PROGRAMME:
    programme_text(config, out);
    break;
  default:
    quote((const char *)value, out);
    break;
  }
}

/* Heads of the blocks that open between two neighbouring entries, each indented by its depth; returns the depth. */
static int write_heads(FILE *file, const char last[], const char block[])
{
  const char *at    = block;
  int         depth = 0;

  if (*block && strcmp(last, block) && !(strchr(block, '/') && !strncmp(last, block, strcspn(block, "/"))))
    fprintf(file, "\n");
  while (*at) {
    const size_t n     = strcspn(at, "/");
    const size_t until = (size_t)(at - block) + n;

    if (strncmp(last, block, until) || (last[until] && last[until] != '/'))
      fprintf(file, "%*s%.*s:\n", 2 * depth, "", (int)n, at);
    at += n + (at[n] == '/');
    depth++;
  }
  return depth;
}

static void write_echo(const Config *config, FILE *file)
{
  const char *last = "";

  fprintf(file, "# All values in force, and where each comes from.  Echo of %s\n", config->deck);
  if (config->command_line && *config->command_line) fprintf(file, "# Command line: %s\n", config->command_line);
  fprintf(file, "\n");
  for (PetscInt k = 0; k < config->n_entries; k++) {
    const DeckEntry *entry = &config->entries[k];
    char             value[TEXT_LEN];
    const int        depth = write_heads(file, last, entry->block);

    value_text(config, entry, value);
    fprintf(file, "%*s%s: %-*s # %s\n", 2 * depth, "", entry->key.key, 32 - 2 * depth - (int)strlen(entry->key.key),
            value, source_names[entry->source]);
    last = entry->block;
  }
}

PetscErrorCode DeckView(MPI_Comm comm, const Config *config, FILE *file)
{
  PetscMPIInt rank;

  PetscFunctionBeginUser;
  PetscCallMPI(MPI_Comm_rank(comm, &rank));
  if (rank == 0) {
    write_echo(config, file);
    fflush(file);
  }
  PetscFunctionReturn(0);
}

PetscErrorCode DeckEcho(const Config *config, char **text)
{
  char  *buffer = NULL;
  size_t length = 0;
  FILE  *file   = open_memstream(&buffer, &length);

  PetscFunctionBeginUser;
  PetscCheck(file, PETSC_COMM_SELF, PETSC_ERR_MEM, "no memory for the echo of the deck");
  write_echo(config, file);
  fclose(file);
  PetscCall(PetscStrallocpy(buffer, text));
  free(buffer);
  PetscFunctionReturn(0);
}

PetscErrorCode DeckSave(MPI_Comm comm, const Config *config, const char path[])
{
  char        unfinished[PATH_MAX_LEN + 8];
  PetscMPIInt rank;
  int         error = 0;

  PetscFunctionBeginUser;
  PetscCallMPI(MPI_Comm_rank(comm, &rank));
  if (rank == 0) {
    FILE *file;

    snprintf(unfinished, sizeof(unfinished), "%s.part", path);
    file = fopen(unfinished, "w");
    if (file) write_echo(config, file);
    if (!file || fflush(file) || ferror(file)) error = errno ? errno : EIO;
    if (file && fclose(file) && !error) error = errno;
    if (!error && rename(unfinished, path)) error = errno;
    if (error) (void)remove(unfinished);
  }
  PetscCallMPI(MPI_Bcast(&error, 1, MPI_INT, 0, comm));
  PetscCheck(!error, comm, PETSC_ERR_USER_INPUT, "%s cannot be written: %s", path, strerror(error));
  PetscFunctionReturn(0);
}

const char *key_default(const DeckKey *key, char text[], size_t n)
{
  char number[QUANTITY_TEXT];

  if (key->card) snprintf(text, n, "card: %s", key->card);
  else if (key->word && !*key->word) snprintf(text, n, "none");
  else if (key->word) snprintf(text, n, "%s", key->word);
  else if (!isfinite(key->def)) snprintf(text, n, "required");
  else snprintf(text, n, "%s", quantity_format(key->def, key->dim, number));
  return text;
}

const char *key_allowed(const DeckKey *key, char text[], size_t n)
{
  char   low[QUANTITY_TEXT], high[QUANTITY_TEXT];
  size_t used = 0;

  text[0] = '\0';
  switch (key->kind) {
  case KEY_REAL:
  case KEY_SECONDS:
  case KEY_INT:
  case KEY_INT64:
    snprintf(text, n, "%s .. %s", quantity_format(key->min, key->dim, low), quantity_format(key->max, key->dim, high));
    break;
  case KEY_CHOICE:
    for (const DeckChoice *c = key->choices; c->name && used < n; c++)
      used += (size_t)snprintf(text + used, n - used, "%s%s", used ? ", " : "", c->name);
    break;
  case KEY_LAW:
    for (size_t k = 0; contact_laws[k] && used < n; k++)
      used += (size_t)snprintf(text + used, n - used, "%s%s", used ? ", " : "", contact_laws[k]->name);
    break;
  case KEY_BOOL:
    snprintf(text, n, "yes, no");
    break;
  case KEY_FILE:
    snprintf(text, n, "path");
    break;
  case KEY_CARD:
    snprintf(text, n, "name or path");
    break;
  case KEY_PROGRAMME:
    snprintf(text, n, "list of stages");
    break;
  default:
    snprintf(text, n, "text");
    break;
  }
  return text;
}
