/* grain_face.h - a contact as a face of a grain: where it cuts the grain off, what goes across it. */
#ifndef SOLVER_GRAINS_GRAIN_FACE_H
#define SOLVER_GRAINS_GRAIN_FACE_H

#include <petscsys.h>

typedef struct {
  PetscInt   row;     /* of the grain, owned */
  PetscInt64 partner; /* id of the other grain, or -1 - tool */
  double     n[3];    /* unit, out of the grain */
  double     place;   /* distance of the face from the grain's centre, along n [nm] */
  double     bore;    /* radius of the cylinder about z that the face is a part of [nm]; 0: a plane */
  double     radius;  /* of the contact [nm] */
  double     push;    /* normal force without dashpots, > 0 in compression [nN] */
  double     ft[3];   /* tangential force on the grain [nN] */
  PetscBool  meshed;  /* the other grain has, or gets, a body, too */
  int        bonded;  /* one metal with the other grain */
  double     set;     /* how far the ligands between were ever squeezed, 1 - thickness/unloaded thickness [-] */
} GrainFace;

#endif
