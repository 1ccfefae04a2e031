/*
  deck_changes.h - what two echoes of a deck (DeckEcho) have different: that of a checkpoint and that of the run which
  goes on from it.
*/
#ifndef SOLVER_DECK_CHANGES_H
#define SOLVER_DECK_CHANGES_H

#include <stddef.h>

typedef enum {
  CHANGE_FELT,  /* changes what comes: laws, ligands, material, tools, programme, slow clock, step */
  CHANGE_PACKED /* says how the die was filled, and comes too late: powder and bore are those of the checkpoint */
} ChangeKind;

/*
  deck_changes - "ligand_gap 1.56 nm -> 2 nm, press_pressure 0.6 GPa -> 1 GPa" into text (n characters; "" for nothing),
  keys as the command line spells them, values with their units and every digit.

  Pure.  Left out: where the values come from, keys that only one of the two has (another programme or law, which are
  lines of their own), and what changes no answer: title, restart, path of the card, time_max_steps, output, partition.
  More changes than text has room for end in "...".
*/
void deck_changes(const char former[], const char now[], ChangeKind kind, char text[], size_t n);

#endif
