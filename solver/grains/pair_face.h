/* pair_face.h - what lies between two grains of which one or both are meshed, as their surfaces feel it. */
#ifndef SOLVER_GRAINS_PAIR_FACE_H
#define SOLVER_GRAINS_PAIR_FACE_H

#include <math.h>

typedef struct {
  double W;        /* work of adhesion [nN/nm] */
  double mu;       /* friction [-] */
  double layer;    /* thickness of the ligands between, without load [nm]; 0: none */
  double overlap;  /* by which surfaces lie in each other before they touch: diffusion took that much away there [nm] */
  double wider;    /* area of the neck over that which is bonded on the surfaces, >= 1; 0: not known yet [-] */
  double neck;     /* radius of the neck as the slow clock left it, or a law of rigid grains; 0: neither [nm] */
  double coverage; /* by ligands [-] */
  int    welds;    /* what touches becomes one metal */
} PairFace;

/*
  Radius of the neck where spots of this radius are bonded [nm]: they and their share of what diffusion has built
  beside, no wider than that was built, unless the bonded spots are.  Pure.
*/
static inline double pair_face_neck(const PairFace *f, double bonded)
{
  return bonded > 0.0 ? fmax(bonded, f->wider > 0.0 ? fmin(f->neck, bonded * sqrt(f->wider)) : f->neck) : 0.0;
}

#endif
