/* fem_pending.c - stands in for contact between bodies until fem_contact.c is there. */
#include "solver/fem/fem_impl.h"
PetscErrorCode FemCandidates(Fem f) { return 0; }
PetscErrorCode FemCandidatesCheck(Fem f) { return 0; }
PetscErrorCode FemContact(Fem f) { return 0; }
PetscErrorCode FemSampleAdd(Fem f, int b, int p, const SampleShare *s) { return 0; }
PetscErrorCode FemSampleEnd(Fem f) { return 0; }
