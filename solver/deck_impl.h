/*
  deck_impl.h - the tables of keys, and what the deck_*.c files share.
*/
#ifndef SOLVER_DECK_IMPL_H
#define SOLVER_DECK_IMPL_H

#include "solver/config.h"
#include "solver/deck.h"
#include "solver/units.h"

typedef enum {
  KEY_REAL,      /* double with a dimension */
  KEY_SECONDS,   /* double, a time held in seconds (wall clock) */
  KEY_INT,       /* PetscInt */
  KEY_INT64,     /* PetscInt64 */
  KEY_BOOL,      /* PetscBool */
  KEY_TEXT,      /* char[PATH_MAX_LEN] */
  KEY_CHOICE,    /* char[NAME_MAX_LEN], one of choices */
  KEY_FILE,      /* char[PATH_MAX_LEN], a file that exists; "" for none */
  KEY_CARD,      /* char[PATH_MAX_LEN], the material card */
  KEY_LAW,       /* const ContactLaw * */
  KEY_PROGRAMME, /* the stages of the Config */
  KEY_KINDS
} KeyKind;

/* A word a key may have, and the range of the number that goes with it (DeckKey of that number says which). */
typedef struct {
  const char *name;
  double      min, max, def;
  const char *what;
} DeckChoice; /* a table ends with name == NULL */

typedef struct {
  const char       *key;
  KeyKind           kind;
  Dimension         dim;
  double            min, max; /* internal units, both ends allowed */
  double            def;      /* of a number; NAN: required, unless word or card is given */
  const char       *word;     /* default of a text, NULL: required; of a number: the word that leaves it open (NAN) */
  size_t            offset;   /* in the struct of the block */
  const DeckChoice *choices;
  const char       *card; /* key of the material card that fills it, or NULL */
  const char       *what; /* one line for help and manual */
} DeckKey;                /* a table ends with key == NULL */

typedef struct {
  const char    *name; /* "die/wall"; "" for the top of the deck */
  const DeckKey *keys;
  size_t         base; /* of the struct in Config */
  const char    *what;
} DeckBlock; /* a table ends with name == NULL */

/* What a stage of this kind takes; the block has the name of the stage. */
typedef struct {
  const char    *name;
  StageKind      kind;
  const DeckKey *keys;
  const char    *what;
} DeckStage;

extern const DeckBlock  deck_blocks[];
extern const DeckStage  deck_stages[]; /* by StageKind, ends with name == NULL */
extern const DeckChoice deck_packings[], deck_tools[];
DeckKey                 key_of_param(const ParamSpec *p);
const DeckChoice       *choice_find(const DeckChoice choices[], const char name[]); /* NULL when there is none */

typedef enum { FROM_DEFAULT, FROM_CARD, FROM_DECK, FROM_COMMAND, FROM_N } Source;
extern const char *const source_names[FROM_N];

/* One key of this run: where it stands, where its value goes and where that came from. */
struct _p_DeckEntry {
  char    block[NAME_MAX_LEN], name[2 * NAME_MAX_LEN]; /* "die/wall", "die_wall_friction" */
  DeckKey key;
  enum { IN_CONFIG, IN_CONTACT_LAW, IN_BULK_LAW } in; /* the Config itself or law_params in it */
  size_t at;
  Source source;
};
typedef struct _p_DeckEntry DeckEntry;

void *entry_value(const Config *config, const DeckEntry *entry);

/* What DeckRead works on. */
typedef struct {
  MPI_Comm     comm;
  Config      *config;
  char         path[PATH_MAX_LEN], folder[PATH_MAX_LEN]; /* of the deck, as given */
  PetscOptions file, card;                               /* what deck and card say, flattened */
  char         card_path[PATH_MAX_LEN];
} Deck;

/* deck_file.c: all collective; rank 0 reads */
PetscErrorCode DeckOpen(Deck *deck, int argc, char *argv[]);
PetscErrorCode DeckOpenCard(Deck *deck, const char name[], Source source);
PetscErrorCode DeckFindFile(Deck *deck, const char label[], const char name[], Source source, char found[PATH_MAX_LEN]);

/* deck_read.c: not collective, but the same on every rank */
PetscErrorCode DeckFind(const Deck *deck, const char name[], const char **text,
                        Source *source); /* text NULL: nowhere */
PetscErrorCode DeckValue(Deck *deck, DeckEntry *entry);
void           deck_label(const Deck *deck, const char name[], Source source, char label[], size_t n);

/* deck_unknown.c */
PetscErrorCode DeckRefuseUnknown(Deck *deck); /* in deck and command line; passes PETSc's own on */
PetscErrorCode DeckRefuseUnknownInCard(Deck *deck);
PetscErrorCode DeckRefuseStray(Deck *deck, int argc, char *argv[]);

/* deck_check.c */
PetscErrorCode DeckProgramme(Deck *deck, const char label[], const char text[]); /* fills n_stages, name and kind */
PetscErrorCode DeckComplete(Deck *deck);                                         /* open values, checks across keys */

/* deck_text.c: what help and manual say of a key; both return text */
const char *key_default(const DeckKey *key, char text[], size_t n);
const char *key_allowed(const DeckKey *key, char text[], size_t n);

#endif
