/* pair_face.h - what lies between two grains of which one or both are meshed, as their surfaces feel it. */
#ifndef SOLVER_GRAINS_PAIR_FACE_H
#define SOLVER_GRAINS_PAIR_FACE_H

typedef struct {
  double W;  /* work of adhesion [nN/nm] */
  double mu; /* friction [-] */
} PairFace;

#endif
