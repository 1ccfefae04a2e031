/* residence.h - where grains are: by global id, on this rank or on any. */
#ifndef SOLVER_GRAINS_RESIDENCE_H
#define SOLVER_GRAINS_RESIDENCE_H

#include "solver/grains/grains.h"

/* A grain and where it is: a row, or the rank that owns it. */
typedef struct {
  PetscInt64 id;
  PetscInt   at;
} Residence;

/* Not collective.  Into the order that residence_find needs. */
void residence_sort(PetscInt n, Residence list[]);
/* Not collective.  `at` of a grain in a sorted list; -1: it is not there. */
PetscInt residence_find(PetscInt n, const Residence list[], PetscInt64 id);

/* Not collective.  The rank that knows where a grain lives, whoever owns it. */
PetscMPIInt residence_home(PetscInt64 id, PetscMPIInt size);
/*
  GrainsResidences - every grain's owner tells the grain's home where it lives.

  Collective.  Out: the grains at home here with the ranks that own them, sorted; caller frees with PetscFree().
*/
PetscErrorCode GrainsResidences(Grains grains, PetscInt *n, Residence **list);

#endif
