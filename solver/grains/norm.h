/* norm.h - length of a vector of three numbers. */
#ifndef SOLVER_GRAINS_NORM_H
#define SOLVER_GRAINS_NORM_H

#include <math.h>

static inline double norm3(const double v[3]) { return sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]); }

#endif
