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
  The direction of sliding has no stiffness of its own: the force there follows the normal one, which is not symmetric
  and left out.  Slopes below zero, of cohesion that tears, are left out too: what is left is never indefinite.
*/
PetscErrorCode FemSpotAdd(ContactSpots *s, int n, const int node[], const double weight[], const double normal[3],
                          double kn, double kt, double back, const double ft[3])
{
  const double size2 = ft[0] * ft[0] + ft[1] * ft[1] + ft[2] * ft[2], across = back * kt;
  const double slide = back < 1.0 && size2 > 0.0 ? across / size2 : 0.0, push = PetscMax(kn, 0.0);
  ContactSpot *spot;

  PetscFunctionBeginUser;
  PetscCall(Room(s));
  spot    = &s->spot[s->n++];
  spot->n = n;
  for (int a = 0; a < n; a++) spot->node[a] = node[a], spot->weight[a] = weight[a];
  for (int i = 0; i < 3; i++)
    for (int j = 0; j < 3; j++)
      spot->stiff[i][j] = (push - across) * normal[i] * normal[j] + (i == j ? across : 0.0) - slide * ft[i] * ft[j];
  PetscFunctionReturn(0);
}
