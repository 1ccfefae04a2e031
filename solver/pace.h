/*
  pace.h - how fast a press of meshed grains may go: as fast as it stays quasi-static, seen by its own numbers.

  The inertial number of a stage says what is slow for grains that rearrange.  Meshed grains that already touch all
  around can be pressed faster; how much is read off the run: little kinetic energy beside the work of deformation, and
  forces of the tools on the powder that balance.
*/
#ifndef SOLVER_PACE_H
#define SOLVER_PACE_H

typedef struct {
  double kinetic;   /* largest kinetic energy over the work of deformation [-]; 0: the pace stays 1 */
  double imbalance; /* largest net force on the powder over that of the punch [-] */
} PaceLimits;

/* What one look at the press shows; forces are means since the look before. */
typedef struct {
  double waited;        /* since the look before [ns] */
  double transit;       /* time of a wave through the powder [ns] */
  double kinetic, work; /* kinetic energy, work of deformation [aJ] */
  double net, load;     /* net force of all tools on the powder along z, force of the punch [nN] */
} PaceLook;

typedef struct {
  double pace;      /* speed over that of the inertial number, >= 1 [-] */
  double imbalance; /* |net|/load, mean over the last transits [-] */
} Pace;

/* pace_next - the pace until the next look.  Pure.  Start with {1, 0}. */
Pace pace_next(const PaceLimits *limits, Pace now, const PaceLook *look);

#endif
