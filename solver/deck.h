/*
  deck.h - from a deck and a command line to a checked Config.

  A deck is YAML, read by PETSc itself: `press: {pressure: 0.6 GPa}` is the option -press_pressure "0.6 GPa", so any key
  can be given again on the command line, which wins.  Keys are spelled in the tables of deck_keys.c, and by the laws
  and the material card in theirs; nowhere else.  A deck that is not right in every key is refused before any work: one
  message, PETSC_ERR_USER_INPUT on every rank (errors.h).

    nanomint DECK.yml [-key value ...] [-any_petsc_option ...]
*/
#ifndef SOLVER_DECK_H
#define SOLVER_DECK_H

#include "solver/config.h"
#include <stdio.h>

/*
  deck_answers - answers -help, -version and -manual on stdout; 0 when none of them is on the command line.

  Call before PetscInitialize, which has its own -help; when it returns 1, main returns at once.  Starts and ends MPI,
  so that only rank 0 speaks.
*/
int deck_answers(int *argc, char ***argv);

/*
  deck_take_check - takes -check out of the command line; 0 when it was not there.  Call before PetscInitialize.
  DeckCheck       - what is wrong with this deck, as an error, or its warnings and "deck is fine" on stdout.

  DeckCheck is collective and writes no file.
*/
int            deck_take_check(int *argc, char **argv);
PetscErrorCode DeckCheck(MPI_Comm comm, int argc, char *argv[]);

/*
  DeckRead - reads argv[1] and the options given after it.

  Collective.  Touches no file but reads the deck, the material card and looks whether the files they name exist (rank
  0). Options of PETSc's own that stand in the deck go to PETSc's database, unless the command line has them already.
  Out:  config  caller ends it with ConfigDestroy, also after an error
*/
PetscErrorCode DeckRead(MPI_Comm comm, int argc, char *argv[], Config *config);
PetscErrorCode ConfigDestroy(Config *config); /* Not collective. */

/* Collective.  Prints what the reader should know but what does not stop the run (config->warning) on rank 0. */
PetscErrorCode DeckWarnings(MPI_Comm comm, const Config *config, FILE *file);

/*
  DeckView - all values in force, with units and where each comes from (default, deck, command line, card), as a deck.

  Collective; rank 0 writes to file.  Reading this deck again gives the same Config bit for bit.
*/
PetscErrorCode DeckView(MPI_Comm comm, const Config *config, FILE *file);
PetscErrorCode DeckEcho(const Config *config, char **text); /* Not collective.  The same as text; PetscFree it. */
/* Collective.  The same into a file, complete or not at all; a user error when it cannot be written. */
PetscErrorCode DeckSave(MPI_Comm comm, const Config *config, const char path[]);

void deck_help(FILE *file);   /* short usage, all blocks and keys */
void deck_manual(FILE *file); /* the manual of the deck in Markdown */

#endif
