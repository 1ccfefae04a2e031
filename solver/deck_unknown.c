/*
  deck_unknown.c - what nobody would read is refused: keys that are neither ours nor PETSc's, and stray words on the
  command line.
*/
#include "solver/deck_impl.h"
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { LABEL_LEN = 1280, LIST_LEN = 1024, WORD_MAX = 2 * NAME_MAX_LEN };

/* PETSc's own.  Of the solvers: also behind a module's prefix.  Ending in '_': anything that begins so. */
static const char *const solver_options[]  = {"ksp_",     "pc_",     "snes_",       "mat_",        "vec_", "sf_",
                                              "dm_",      "tao_",    "is_",         "mg_",         "sub_", "st_",
                                              "matptap_", "coarse_", "fieldsplit_", "matproduct_", NULL};
static const char *const startup_options[] = {"log_",
                                              "options_",
                                              "malloc",
                                              "malloc_",
                                              "memory_",
                                              "info",
                                              "info_",
                                              "on_error_",
                                              "error_",
                                              "debugger_",
                                              "start_in_debugger",
                                              "stop_for_debugger",
                                              "fp_trap",
                                              "get_total_flops",
                                              "objects_dump",
                                              "checkstack",
                                              "mpi_",
                                              "use_gpu_aware_mpi",
                                              "x_",
                                              "display",
                                              "nox",
                                              "nox_warning",
                                              "shared_tmp",
                                              "history",
                                              "citations",
                                              "petsc_",
                                              "device_",
                                              "viewfromoptions",
                                              "check_pointer_intensity",
                                              "no_signal_handler",
                                              "skip_petscrc",
                                              "random_",
                                              "draw_",
                                              "sys_",
                                              NULL};

static int begins(const char name[], const char word[])
{
  const size_t n = strlen(word);

  return word[n - 1] == '_' ? !strncasecmp(name, word, n) : !strcasecmp(name, word);
}

static int is_solver_option(const char name[])
{
  for (int k = 0; solver_options[k]; k++)
    for (const char *at = name; at; at = strchr(at, '_') ? strchr(at, '_') + 1 : NULL)
      if (begins(at, solver_options[k])) return 1;
  return 0;
}

static int is_startup_option(const char name[])
{
  for (int k = 0; startup_options[k]; k++)
    if (begins(name, startup_options[k])) return 1;
  return 0;
}

static int is_entry(const Config *config, const char name[])
{
  if (!strcasecmp(name, "material")) return 1;
  for (PetscInt k = 0; k < config->n_entries; k++)
    if (!strcasecmp(config->entries[k].name, name)) return 1;
  return 0;
}

static int least(int a, int b) { return a < b ? a : b; }

/* Slips between two words: letters changed, left out, added or swapped (Damerau 1964). */
static int edit_distance(const char a[], const char b[])
{
  const int n = least((int)strlen(a), WORD_MAX - 1), m = least((int)strlen(b), WORD_MAX - 1);
  int       row[3][WORD_MAX] = {{0}};

  for (int j = 0; j <= m; j++) row[0][j] = j;
  for (int i = 1; i <= n; i++) {
    int *now = row[i % 3], *last = row[(i + 2) % 3], *before = row[(i + 1) % 3];

    now[0] = i;
    for (int j = 1; j <= m; j++) {
      const int same = tolower((unsigned char)a[i - 1]) == tolower((unsigned char)b[j - 1]);

      now[j] = least(least(now[j - 1] + 1, last[j] + 1), last[j - 1] + !same);
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) now[j] = least(now[j], before[j - 2] + 1);
    }
  }
  return row[n % 3][m];
}

/* The nearest of the candidates so far. */
typedef struct {
  int  distance;
  char name[2 * NAME_MAX_LEN];
} Near;

static void consider(Near *near, const char name[], const char candidate[])
{
  const int distance = edit_distance(name, candidate);

  if (distance >= near->distance) return;
  near->distance = distance;
  snprintf(near->name, sizeof(near->name), "%s", candidate);
}

static int near_enough(const Near *near, const char name[]) { return near->distance <= 1 + (int)strlen(name) / 5; }

/* By the whole name first; else by the key alone, for a key that stands outside its block. */
static void find_near(const Config *config, const char name[], Near *near)
{
  for (PetscInt k = 0; k < config->n_entries; k++) consider(near, name, config->entries[k].name);
  if (near_enough(near, name)) return;
  for (PetscInt k = 0; k < config->n_entries; k++) {
    const int distance = edit_distance(name, config->entries[k].key.key);

    if (distance >= near->distance || distance > 1) continue;
    near->distance = distance;
    snprintf(near->name, sizeof(near->name), "%s", config->entries[k].name);
  }
}

static size_t append(char list[], size_t used, const char word[])
{
  if (used >= LIST_LEN) return used;
  return used + (size_t)snprintf(list + used, LIST_LEN - used, "%s%s", used ? ", " : "", word);
}

/* Keys of the block a name most likely belongs to; of the top of the deck when it belongs to none. */
static void list_neighbours(const Config *config, const char name[], char list[LIST_LEN])
{
  const char *block = "";
  size_t      used  = 0;

  for (PetscInt k = 0; k < config->n_entries; k++) {
    const DeckEntry *e = &config->entries[k];
    const size_t     n = strlen(e->block), stem = strlen(e->name) - strlen(e->key.key);

    if (n > strlen(block) && !strncasecmp(name, e->name, stem)) block = e->block;
  }
  list[0] = '\0';
  for (PetscInt k = 0; k < config->n_entries; k++)
    if (!strcmp(config->entries[k].block, block)) used = append(list, used, config->entries[k].name);
  if (*block) return;
  for (PetscInt k = 1; k < config->n_entries; k++) {
    const DeckEntry *e = &config->entries[k];

    if (strcmp(e->block, e[-1].block) && !strchr(e->block, '/')) used = append(list, used, e->block);
  }
}

/* Is name a key of a stage or a law that the run does not have?  Then why says so. */
static int belongs_elsewhere(const Config *config, const char name[], char why[LIST_LEN])
{
  for (const DeckStage *s = deck_stages; s->name; s++) {
    const size_t n = strlen(s->name), digits = strspn(name + least((int)n, (int)strlen(name)), "0123456789");

    if (strncmp(name, s->name, n) || name[n + digits] != '_') continue;
    for (const DeckKey *key = s->keys; key->key; key++) {
      if (strcmp(name + n + digits + 1, key->key)) continue;
      snprintf(why, LIST_LEN, "there is no stage '%.*s' in the programme", (int)(n + digits), name);
      return 1;
    }
  }
  for (size_t k = 0; contact_laws[k]; k++) {
    const size_t n = strlen(contact_laws[k]->name);

    if (strncmp(name, "contact_", 8) || strncmp(name + 8, contact_laws[k]->name, n) || name[8 + n] != '_') continue;
    for (const ParamSpec *p = contact_laws[k]->params; p->key; p++) {
      if (strcmp(name + 9 + n, p->key)) continue;
      snprintf(why, LIST_LEN, "belongs to the law %s, but contact_law is %s", contact_laws[k]->name,
               config->contact.law->name);
      return 1;
    }
  }
  return 0;
}

static int is_block(const Config *config, const char name[])
{
  for (PetscInt k = 0; k < config->n_entries; k++) {
    const DeckEntry *e = &config->entries[k];
    const size_t     n = strlen(e->name) - strlen(e->key.key);

    if (n > 1 && strlen(name) == n - 1 && !strncasecmp(name, e->name, n - 1)) return 1;
  }
  for (const DeckStage *s = deck_stages; s->name; s++)
    if (!strcmp(s->name, name)) return 1;
  return 0;
}

static PetscErrorCode RefuseKey(const Deck *deck, const char name[], Source source)
{
  char label[LABEL_LEN], list[LIST_LEN];
  Near near = {.distance = WORD_MAX};

  PetscFunctionBeginUser;
  deck_label(deck, name, source, label, sizeof(label));
  PetscCheck(!is_startup_option(name), deck->comm, PETSC_ERR_USER_INPUT,
             "%s: PETSc reads this from the command line only", label);
  PetscCheck(!is_block(deck->config, name), deck->comm, PETSC_ERR_USER_INPUT,
             "%s is a block: its keys go indented under it, or leave it out (is the deck cut short?)", label);
  PetscCheck(!belongs_elsewhere(deck->config, name, list), deck->comm, PETSC_ERR_USER_INPUT, "%s: %s", label, list);
  find_near(deck->config, name, &near);
  PetscCheck(!near_enough(&near, name), deck->comm, PETSC_ERR_USER_INPUT, "%s: unknown key; did you mean '%s'?", label,
             near.name);
  list_neighbours(deck->config, name, list);
  SETERRQ(deck->comm, PETSC_ERR_USER_INPUT, "%s: unknown key; there are: %s", label, list);
}

/* A block of a stage or law the command line has taken out of the run may stay in the deck. */
static PetscErrorCode IsIdle(const Deck *deck, const char name[], PetscBool *idle)
{
  const char *text;
  char        why[LIST_LEN];
  Source      programme, law;

  PetscFunctionBeginUser;
  PetscCall(DeckFind(deck, "programme", &text, &programme));
  PetscCall(DeckFind(deck, "contact_law", &text, &law));
  *idle = (PetscBool)((strncmp(name, "contact_", 8) ? programme : law) == FROM_COMMAND &&
                      belongs_elsewhere(deck->config, name, why));
  PetscFunctionReturn(0);
}

/* Looks at one option; *refuse when nobody would read it.  PETSc's own go to the database of PETSc. */
static PetscErrorCode LookAt(const Deck *deck, const char name[], const char value[], Source source, PetscBool *refuse)
{
  char option[WORD_MAX + 2];

  PetscFunctionBeginUser;
  *refuse = PETSC_FALSE;
  if (is_entry(deck->config, name)) PetscFunctionReturn(0);
  if (source == FROM_COMMAND) {
    *refuse = (PetscBool) !(is_solver_option(name) || is_startup_option(name));
  } else if (is_solver_option(name)) {
    PetscBool given;

    snprintf(option, sizeof(option), "-%s", name);
    PetscCall(PetscOptionsHasName(NULL, NULL, option, &given));
    if (!given) PetscCall(PetscOptionsSetValue(NULL, option, value));
  } else {
    PetscBool idle = PETSC_FALSE;

    PetscCall(IsIdle(deck, name, &idle));
    *refuse = (PetscBool)!idle;
  }
  PetscFunctionReturn(0);
}

PetscErrorCode DeckRefuseUnknown(Deck *deck)
{
  const PetscOptions from[]      = {deck->file, NULL};
  const Source       source_of[] = {FROM_DECK, FROM_COMMAND};

  PetscFunctionBeginUser;
  for (int k = 0; k < 2; k++) {
    PetscInt n, count;
    char   **names, **values, bad[WORD_MAX] = "";

    PetscCall(PetscOptionsLeftGet(from[k], &n, &names, &values));
    count = n; /* PetscOptionsLeftRestore sets n to zero */
    for (PetscInt i = 0; i < count && !bad[0]; i++) {
      PetscBool refuse;

      PetscCall(LookAt(deck, names[i], values[i], source_of[k], &refuse));
      if (refuse) snprintf(bad, sizeof(bad), "%s", names[i]);
    }
    PetscCall(PetscOptionsLeftRestore(from[k], &n, &names, &values));
    if (bad[0]) PetscCall(RefuseKey(deck, bad, source_of[k]));
  }
  PetscFunctionReturn(0);
}

PetscErrorCode DeckRefuseUnknownInCard(Deck *deck)
{
  PetscInt n, count;
  char   **names, **values, bad[WORD_MAX] = "";
  Near     near = {.distance = WORD_MAX};

  PetscFunctionBeginUser;
  PetscCall(PetscOptionsLeftGet(deck->card, &n, &names, &values));
  count = n;
  for (PetscInt i = 0; i < count && !bad[0]; i++) {
    int known = !strcasecmp(names[i], "name");

    for (const ParamSpec *p = material_params; p->key; p++) known = known || !strcasecmp(names[i], p->key);
    if (!known) snprintf(bad, sizeof(bad), "%s", names[i]);
  }
  PetscCall(PetscOptionsLeftRestore(deck->card, &n, &names, &values));
  if (!bad[0]) PetscFunctionReturn(0);
  for (const ParamSpec *p = material_params; p->key; p++) consider(&near, bad, p->key);
  PetscCheck(!near_enough(&near, bad), deck->comm, PETSC_ERR_USER_INPUT, "%s: %s: unknown key; did you mean '%s'?",
             deck->card_path, bad, near.name);
  SETERRQ(deck->comm, PETSC_ERR_USER_INPUT, "%s: %s: a material card has no such key (nanomint -manual lists them)",
          deck->card_path, bad);
}

PetscErrorCode DeckRefuseStray(Deck *deck, int argc, char *argv[])
{
  PetscBool after_key = PETSC_FALSE;

  PetscFunctionBeginUser;
  for (int k = 2; k < argc; k++) {
    PetscBool key;

    PetscCall(PetscOptionsValidKey(argv[k], &key));
    PetscCheck(key || after_key, deck->comm, PETSC_ERR_USER_INPUT,
               "command line: stray '%s' after '%s'; a key begins with '-', and a value with a blank stands in quotes: "
               "-press_pressure \"0.6 GPa\"",
               argv[k], argv[k - 1]);
    after_key = key;
  }
  PetscFunctionReturn(0);
}
