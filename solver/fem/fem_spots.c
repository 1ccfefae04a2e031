/* fem_spots.c - the stiffness of contacts, spot by spot, for whoever wants it. */
#include "solver/fem/fem_impl.h"

static PetscErrorCode Room(ContactSpots *s)
{
  PetscFunctionBeginUser;
  if (s->n < s->cap) PetscFunctionReturn(0);
  s->cap = s->n + s->n / 2 + 64;
  PetscCall(PetscRealloc((size_t)s->cap * sizeof *s->spot, &s->spot));
  PetscFunctionReturn(0);
}

/*
  Slopes below zero, of cohesion that tears, are left out: what is left is never indefinite.  Spots that slide count as
  if they stuck: as a preconditioner this is too stiff for them, which costs less than grains that nothing would hold.
*/
PetscErrorCode FemSpotAdd(ContactSpots *s, int n, const int node[], const double weight[], const double normal[3],
                          double kn, double kt)
{
  const double push = PetscMax(kn, 0.0);
  ContactSpot *spot;

  PetscFunctionBeginUser;
  PetscCall(Room(s));
  spot    = &s->spot[s->n++];
  spot->n = n;
  for (int a = 0; a < n; a++) spot->node[a] = node[a], spot->weight[a] = weight[a];
  for (int i = 0; i < 3; i++)
    for (int j = 0; j < 3; j++) spot->stiff[i][j] = (push - kt) * normal[i] * normal[j] + (i == j ? kt : 0.0);
  PetscFunctionReturn(0);
}
