/* meshed_motion.h - what the neighbour list must reckon with of grains that solver/fem moves; of one rank. */
#ifndef SOLVER_GRAINS_MESHED_MOTION_H
#define SOLVER_GRAINS_MESHED_MOTION_H

typedef struct {
  double accel;    /* largest acceleration to come: contact forces may double [nm/ns^2] */
  double widening; /* fastest growth of a body's bounding sphere [nm/ns] */
} MeshedMotion;

#endif
