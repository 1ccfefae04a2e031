/*
  deck_help.c - the manual of the deck, long and short, from the same tables that read it.
*/
#include "solver/deck_impl.h"
#include "solver/provenance.h"
#include <petscversion.h>
#include <stdio.h>
#include <string.h>

enum { CELL_LEN = 512 };

/* Walks every block there can be, in the order of a deck; title says what it is, name is its path ("contact/mdr"). */
typedef void (*BlockWriter)(FILE *file, const char name[], const char title[], const DeckKey keys[]);

static void write_params(FILE *file, const char name[], const char title[], const ParamSpec params[], BlockWriter write)
{
  DeckKey keys[64] = {{0}};

  for (int k = 0; k < 63 && params[k].key; k++) {
    keys[k] = key_of_param(&params[k]);
    if (params == material_params && !strcmp(params[k].key, "work_of_adhesion")) keys[k].word = "derived";
  }
  write(file, name, title, keys);
}

static void walk(FILE *file, BlockWriter write)
{
  char name[NAME_MAX_LEN], title[CELL_LEN];

  for (const DeckBlock *b = deck_blocks; b->name; b++) {
    if (!strcmp(b->name, "ligand")) write_params(file, b->name, b->what, ligand_params, write);
    else write(file, b->name, b->what, b->keys);
    if (!strcmp(b->name, "contact")) {
      for (size_t k = 0; contact_laws[k]; k++) {
        snprintf(name, sizeof(name), "contact/%s", contact_laws[k]->name);
        snprintf(title, sizeof(title), "numbers of the law %s: %s", contact_laws[k]->name, contact_laws[k]->cite);
        write_params(file, name, title, contact_laws[k]->params, write);
      }
    }
    if (!strcmp(b->name, "die/bottom"))
      for (const DeckStage *s = deck_stages; s->name; s++) {
        snprintf(title, sizeof(title), "stage: %s", s->what);
        write(file, s->name, title, s->keys);
      }
  }
  write_params(file, "card", "keys of a material card; in a deck they go under material", material_params, write);
}

static void help_block(FILE *file, const char name[], const char title[], const DeckKey keys[])
{
  char def[CELL_LEN], allowed[CELL_LEN];

  fprintf(file, "\n%s%s%s\n", name, *name ? ": " : "", title);
  for (const DeckKey *key = keys; key->key; key++) {
    key_default(key, def, sizeof(def));
    fprintf(file, "  %-18s %s [%s; %s%s]\n", key->key, key->what, key_allowed(key, allowed, sizeof(allowed)),
            strcmp(def, "required") ? "default: " : "", def);
  }
}

void deck_help(FILE *file)
{
  fprintf(file,
          "nanomint %s - presses a powder of nanocrystals in a piston-cylinder and says what comes out\n\n"
          "usage:  nanomint DECK.yml [-key value ...]        mpirun -n 4 nanomint inputs/au_coin.yml\n"
          "        nanomint DECK.yml [-key value ...] -check  reads and checks the deck, runs nothing\n"
          "        nanomint -help | -version | -manual\n\n"
          "Any key can be given again on the command line, which wins: press: {pressure: ...} is -press_pressure \"0.6 "
          "GPa\".\n"
          "Every physical value has its unit.  Options of PETSc (-log_view, -ksp_...) go there too.\n\n"
          "Keys, what they are, what is allowed:\n",
          NANOMINT_VERSION);
  walk(file, help_block);
}

static void manual_block(FILE *file, const char name[], const char title[], const DeckKey keys[])
{
  char def[CELL_LEN], allowed[CELL_LEN];

  if (*name) fprintf(file, "\n## `%s`\n\n%c%s.\n", name, title[0] >= 'a' ? title[0] - 'a' + 'A' : title[0], title + 1);
  else fprintf(file, "\n## Top of the deck\n");
  fprintf(file, "\n| key | allowed | default | what |\n| --- | --- | --- | --- |\n");
  for (const DeckKey *key = keys; key->key; key++)
    fprintf(file, "| `%s` | %s | %s | %s |\n", key->key, key_allowed(key, allowed, sizeof(allowed)),
            key_default(key, def, sizeof(def)), key->what);
  for (const DeckKey *key = keys; key->key; key++) {
    if (!key->choices) continue;
    fprintf(file, "\n`%s`:\n\n", key->key);
    for (const DeckChoice *c = key->choices; c->name; c++) {
      fprintf(file, "- `%s`: %s", c->name, c->what);
      if (key->choices == deck_packings && c->max < 1.0)
        fprintf(file, "; relative density %g .. %g, auto %g", c->min, c->max, c->def);
      if (key->choices == deck_tools) fprintf(file, "; carries %g GPa", c->def);
      fprintf(file, "\n");
    }
  }
}

void deck_manual(FILE *file)
{
  char units[CELL_LEN];

  fprintf(file, "# The deck\n\n"
                "<!-- written by `nanomint -manual`; change the tables in solver/deck_keys.c instead -->\n\n"
                "A deck is a YAML file.  The shortest one:\n\n"
                "```yaml\n"
                "material: au\n"
                "powder: {diameter: 6.5 nm}\n"
                "programme: [fill, press, release, eject]\n"
                "press: {pressure: 0.6 GPa}\n"
                "```\n\n"
                "- Run it: `mpirun -n 4 nanomint deck.yml`.  Any key can be given again on the command line, which "
                "wins: the key\n"
                "  `pressure` of the block `press` is `-press_pressure \"0.4 GPa\"`, `friction` of `die`, `wall` is\n"
                "  `-die_wall_friction 0.2`.\n"
                "- Every physical value has its unit.  Numbers without dimension stand alone or as a percentage.\n"
                "- The programme is a list of stages; each takes its numbers from the block of its name.  Digits tell "
                "stages of a kind\n"
                "  apart: `[fill, press, release, press2, release2, eject]` has the blocks `press` and `press2`.\n"
                "- A file named in the deck is looked for from where the deck lies, one named on the command line from "
                "where you are.\n"
                "- Options of PETSc's solvers (`ksp_type: cg`) may stand at the top of the deck; those PETSc reads "
                "when it starts\n"
                "  (`-log_view`) only on the command line.\n"
                "- A deck that is not right in every key is refused before any work, and the message names the key; "
                "`-check` behind it\n"
                "  asks for no more than that, and runs nothing.\n"
                "- `deck.echo.yml` in the folder of a run holds every value in force and where it came from, and is a "
                "deck itself.\n\n"
                "## Units\n\n| of | units |\n| --- | --- |\n");
  for (int d = DIM_NONE + 1; d < DIM_N; d++)
    fprintf(file, "| %s | %s |\n", dimension_name((Dimension)d), dimension_units((Dimension)d, units, sizeof(units)));
  walk(file, manual_block);
}

static int is_word(const char token[], const char word[])
{
  return token[0] == '-' && (!strcmp(token + 1, word) || (token[1] == '-' && !strcmp(token + 2, word)));
}

int deck_take_check(int *argc, char **argv)
{
  const int given = *argc;

  *argc = 0;
  for (int k = 0; k < given; k++)
    if (k == 0 || !is_word(argv[k], "check")) argv[(*argc)++] = argv[k];
  argv[*argc] = NULL;
  return *argc < given;
}

int deck_answers(int *argc, char ***argv)
{
  enum { NOTHING, HELP, VERSION, MANUAL } wanted = NOTHING;
  int rank                                       = 0;

  for (int k = 1; k < *argc && !wanted; k++) {
    if (is_word((*argv)[k], "help") || is_word((*argv)[k], "h")) wanted = HELP;
    if (is_word((*argv)[k], "version")) wanted = VERSION;
    if (is_word((*argv)[k], "manual")) wanted = MANUAL;
  }
  if (!wanted) return 0;
  (void)MPI_Init(argc, argv);
  (void)MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  if (rank == 0) {
    if (wanted == HELP) deck_help(stdout);
    if (wanted == MANUAL) deck_manual(stdout);
    if (wanted == VERSION)
      printf("nanomint %s (%s%s), PETSc %d.%d.%d\n", NANOMINT_VERSION, NANOMINT_GIT_HASH,
             NANOMINT_GIT_DIRTY ? ", changed" : "", PETSC_VERSION_MAJOR, PETSC_VERSION_MINOR, PETSC_VERSION_SUBMINOR);
    fflush(stdout);
  }
  (void)MPI_Finalize();
  return 1;
}
