/* grains_impl.h - what the files of this folder share; nobody else includes it. */
#ifndef SOLVER_GRAINS_GRAINS_IMPL_H
#define SOLVER_GRAINS_GRAINS_IMPL_H

#include "solver/grains/exchange.h"
#include "solver/grains/grains.h"

/* A grain on its way to another rank, as its new owner's row or as a ghost. */
typedef struct {
  PetscInt64 id;
  PetscInt   owner_row;
  GrainAux   aux;
  double     rec[REC_N];
} Traveller;

void traveller_pack(Grains g, PetscInt row, Traveller *t);
int  traveller_by_id(const void *a, const void *b);
void grains_place_pads(Grains g);

/* Room for n rows in every array, contents kept. */
PetscErrorCode GrainsReserve(Grains g, PetscInt n);
PetscErrorCode GrainsDropGhosts(Grains g);

#endif
