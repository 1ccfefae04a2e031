/*
  deck_file.c - decks and material cards as files: found and read by rank 0, looked over for slips that YAML lets pass,
  and flattened by PETSc.
*/
#include "solver/deck_impl.h"
#include "solver/deck_lint.h"
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_MAX = 1 << 20, WHY_LEN = 1024, FOLDERS_MAX = 8 };

static int is_file(const char path[])
{
  struct stat s;

  return !stat(path, &s) && !S_ISDIR(s.st_mode);
}

/* Folder part of path, "." when it has none. */
static void folder_of(const char path[], char folder[PATH_MAX_LEN])
{
  const char *slash = strrchr(path, '/');

  if (!slash) snprintf(folder, PATH_MAX_LEN, ".");
  else snprintf(folder, PATH_MAX_LEN, "%.*s", slash == path ? 1 : (int)(slash - path), path);
}

/* Rank 0: the whole file in *text (free()), or NULL and why. */
static char *slurp(const char path[], char why[WHY_LEN])
{
  struct stat s;
  FILE       *f    = NULL;
  char       *text = NULL;
  size_t      length;

  why[0] = '\0';
  if (stat(path, &s)) snprintf(why, WHY_LEN, "%s: %s", path, strerror(errno));
  else if (S_ISDIR(s.st_mode)) snprintf(why, WHY_LEN, "%s is a folder, not a deck", path);
  else if (s.st_size > FILE_MAX) snprintf(why, WHY_LEN, "%s is too large for a deck (more than 1 MB)", path);
  else if (!(f = fopen(path, "rb"))) snprintf(why, WHY_LEN, "%s: %s", path, strerror(errno));
  if (why[0]) return NULL;
  text         = (char *)malloc(FILE_MAX + 1);
  length       = text ? fread(text, 1, FILE_MAX, f) : 0;
  text[length] = '\0';
  if (ferror(f)) snprintf(why, WHY_LEN, "%s: cannot be read: %s", path, strerror(errno));
  else if (strlen(text) != length) snprintf(why, WHY_LEN, "%s is not a text file", path);
  else if (!length) snprintf(why, WHY_LEN, "%s is empty", path);
  fclose(f);
  if (why[0]) {
    free(text);
    return NULL;
  }
  return text;
}

/* Collective: what rank 0 says about it, or nothing. */
static PetscErrorCode AgreeOn(MPI_Comm comm, char why[WHY_LEN])
{
  PetscFunctionBeginUser;
  PetscCallMPI(MPI_Bcast(why, WHY_LEN, MPI_CHAR, 0, comm));
  PetscCheck(!why[0], comm, PETSC_ERR_USER_INPUT, "%s", why);
  PetscFunctionReturn(0);
}

/* Collective.  Reads path on rank 0 and inserts what it says into options on every rank. */
static PetscErrorCode ReadYaml(MPI_Comm comm, const char path[], PetscOptions options)
{
  char           why[WHY_LEN] = "", *text = NULL, *copy;
  PetscMPIInt    rank;
  int            length = 0;
  PetscErrorCode ierr;

  PetscFunctionBeginUser;
  PetscCallMPI(MPI_Comm_rank(comm, &rank));
  if (rank == 0) {
    text = slurp(path, why);
    if (text) deck_lint(path, text, why, WHY_LEN);
    length = text ? (int)strlen(text) : 0;
  }
  ierr = AgreeOn(comm, why);
  if (ierr) free(text);
  PetscCall(ierr);
  PetscCallMPI(MPI_Bcast(&length, 1, MPI_INT, 0, comm));
  PetscCall(PetscMalloc1((size_t)length + 1, &copy));
  if (rank == 0) memcpy(copy, text, (size_t)length + 1);
  free(text);
  PetscCallMPI(MPI_Bcast(copy, length + 1, MPI_CHAR, 0, comm));
  PetscCall(PetscPushErrorHandler(PetscReturnErrorHandler, NULL)); /* its message would not name the file */
  ierr = PetscOptionsInsertStringYAML(options, copy);
  PetscCall(PetscPopErrorHandler());
  PetscCall(PetscFree(copy));
  PetscCheck(
      !ierr, comm, PETSC_ERR_USER_INPUT,
      "%s is not a YAML deck of 'key: value' lines; look for a bracket, brace or quote that is not closed, or a line "
      "without colon (is the file cut short?)",
      path);
  PetscFunctionReturn(0);
}

PetscErrorCode DeckOpen(Deck *deck, int argc, char *argv[])
{
  PetscBool key = PETSC_FALSE;
  char     *all;
  size_t    length;

  PetscFunctionBeginUser;
  if (argc > 1) PetscCall(PetscOptionsValidKey(argv[1], &key));
  PetscCheck(
      argc > 1 && !key, deck->comm, PETSC_ERR_USER_INPUT,
      "no deck; usage: nanomint DECK.yml [-key value ...] (the deck comes first; nanomint -help lists the keys)");
  PetscCheck(strlen(argv[1]) < PATH_MAX_LEN / 2, deck->comm, PETSC_ERR_USER_INPUT, "the path of the deck is too long");
  snprintf(deck->path, sizeof(deck->path), "%s", argv[1]);
  folder_of(deck->path, deck->folder);
  PetscCall(DeckRefuseStray(deck, argc, argv));
  PetscCall(ReadYaml(deck->comm, deck->path, deck->file));
  PetscCall(PetscOptionsGetAll(deck->file, &all));
  PetscCall(PetscStrlen(all, &length));
  PetscCall(PetscFree(all));
  PetscCheck(length, deck->comm, PETSC_ERR_USER_INPUT, "%s holds no keys", deck->path);
  PetscFunctionReturn(0);
}

/* Rank 0: where cards are looked for, in this order. */
static int card_folders(const char deck_folder[], char folder[FOLDERS_MAX][PATH_MAX_LEN])
{
  char        program[PATH_MAX_LEN] = "";
  const char *given                 = getenv("NANOMINT_INPUTS");
  int         n                     = 0;

  snprintf(folder[n++], PATH_MAX_LEN, "%.900s/materials", deck_folder);
  snprintf(folder[n++], PATH_MAX_LEN, "%.900s", deck_folder);
  if (given) snprintf(folder[n++], PATH_MAX_LEN, "%.900s/materials", given);
  if (readlink("/proc/self/exe", program, sizeof(program) - 1) > 0) {
    char bin[PATH_MAX_LEN];

    folder_of(program, bin);
    snprintf(folder[n++], PATH_MAX_LEN, "%.900s/../share/nanomint/inputs/materials", bin);
  }
#ifdef NANOMINT_INPUTS
  snprintf(folder[n++], PATH_MAX_LEN, "%s/materials", NANOMINT_INPUTS);
#endif
  return n;
}

static int is_card_name(const struct dirent *d)
{
  const char *dot = strrchr(d->d_name, '.');

  return dot && !strcmp(dot, ".yml");
}

/* Rank 0: the cards there are in these folders called materials, for a message. */
static void list_cards(int n, char folder[FOLDERS_MAX][PATH_MAX_LEN], char list[], size_t size)
{
  size_t used = 0;

  list[0] = '\0';
  for (int k = 0; k < n; k++) {
    struct dirent **found = NULL;
    const int       m     = strstr(folder[k], "materials") ? scandir(folder[k], &found, is_card_name, alphasort) : 0;

    for (int i = 0; i < m; i++) {
      char name[NAME_MAX_LEN];

      snprintf(name, sizeof(name), "%.*s", (int)strlen(found[i]->d_name) - 4, found[i]->d_name);
      if (used < size) used += (size_t)snprintf(list + used, size - used, "%s%s", used ? ", " : "", name);
      free(found[i]);
    }
    free(found);
    if (m > 0) return; /* further folders hold the same cards */
  }
}

/* Rank 0: the card of this name, or why not. */
static void find_card(const Deck *deck, const char label[], const char name[], char found[PATH_MAX_LEN],
                      char why[WHY_LEN])
{
  char      folder[FOLDERS_MAX][PATH_MAX_LEN], list[512];
  const int n = card_folders(deck->folder, folder);

  for (int k = 0; k < n; k++) {
    snprintf(found, PATH_MAX_LEN, "%.900s/%.100s.yml", folder[k], name);
    if (is_file(found)) return;
  }
  list_cards(n, folder, list, sizeof(list));
  snprintf(why, WHY_LEN,
           "%.400s: there is no material '%.100s'; cards are: %s (a card of your own: give the path of its YAML file)",
           label, name, list);
}

PetscErrorCode DeckFindFile(Deck *deck, const char label[], const char name[], Source source, char found[PATH_MAX_LEN])
{
  char        why[WHY_LEN] = "", path[2 * PATH_MAX_LEN], full[PATH_MAX];
  PetscMPIInt rank;

  PetscFunctionBeginUser;
  PetscCallMPI(MPI_Comm_rank(deck->comm, &rank));
  if (rank == 0) {
    const int beside = source == FROM_DECK && name[0] != '/'; /* a deck names files as seen from where it lies */

    if (beside) snprintf(path, sizeof(path), "%s/%s", deck->folder, name);
    else snprintf(path, sizeof(path), "%s", name);
    if (!is_file(path)) snprintf(why, WHY_LEN, "%s: there is no file '%.500s'", label, path);
    else if (!realpath(path, full) || strlen(full) >= PATH_MAX_LEN) snprintf(why, WHY_LEN, "%s: path too long", label);
    else if (access(full, R_OK)) snprintf(why, WHY_LEN, "%s: '%.500s': %s", label, path, strerror(errno));
    else snprintf(found, PATH_MAX_LEN, "%.*s", PATH_MAX_LEN - 1, full);
  }
  PetscCall(AgreeOn(deck->comm, why));
  PetscCallMPI(MPI_Bcast(found, PATH_MAX_LEN, MPI_CHAR, 0, deck->comm));
  PetscFunctionReturn(0);
}

PetscErrorCode DeckOpenCard(Deck *deck, const char name[], Source source)
{
  char        why[WHY_LEN] = "", label[WHY_LEN], full[PATH_MAX] = "";
  PetscMPIInt rank;

  PetscFunctionBeginUser;
  deck_label(deck, "material", source, label, sizeof(label));
  PetscCallMPI(MPI_Comm_rank(deck->comm, &rank));
  if (strchr(name, '/') || strstr(name, ".y")) {
    PetscCall(DeckFindFile(deck, label, name, source, deck->card_path));
  } else {
    if (rank == 0) find_card(deck, label, name, deck->card_path, why);
    PetscCall(AgreeOn(deck->comm, why));
    PetscCallMPI(MPI_Bcast(deck->card_path, PATH_MAX_LEN, MPI_CHAR, 0, deck->comm));
  }
  if (rank == 0 && realpath(deck->card_path, full))
    snprintf(deck->config->card, PATH_MAX_LEN, "%.*s", PATH_MAX_LEN - 1, full);
  PetscCallMPI(MPI_Bcast(deck->config->card, PATH_MAX_LEN, MPI_CHAR, 0, deck->comm));
  PetscCall(ReadYaml(deck->comm, deck->card_path, deck->card));
  PetscFunctionReturn(0);
}
