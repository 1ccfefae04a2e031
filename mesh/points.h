/*
  points.h - where the grains of a random packing start, and how they are kicked: functions of the grain's id only.

  The cylinder is cut into as many cells of equal volume as there are grains - slices along z, rings in a slice, sectors
  in a ring - numbered upwards, and grain id starts at random inside cell id.  So the expected density is uniform,
  crowding is limited to neighbouring cells, and grains of neighbouring ids are neighbours.
*/
#ifndef MESH_POINTS_H
#define MESH_POINTS_H

#include "mesh/status.h"
#include <stdint.h>

/* Fill by PointsPlan. */
typedef struct {
  int64_t seed, n, n_slices;
  double  radius, z_lo, height; /* of the region of the centres [nm] */
  double  jitter;               /* extent of the random place in units of the cell, per direction, 0 .. 1 [-] */
} PointsPlan;

/*
  PointsPlanSet - n places in the cylinder of `radius` about the z axis between z_lo and z_lo + height.

  These bounds are for the centres: take the radius of the largest grain off the die first.  jitter 1: uniform in the
  cell; 0: at its centre.  Fails with MESH_ERR_RANGE when n < 1, a length is not positive or jitter is outside [0, 1].
*/
MeshStatus PointsPlanSet(int64_t n, double radius, double z_lo, double height, double jitter, int64_t seed,
                         PointsPlan *plan);

/* Place of grain id, 0 <= id < n [nm]. */
void point_of(const PointsPlan *plan, int64_t id, double x[3]);

/* Places of the grains [first, last); x is [3 (last - first)].  The same bits however the ids are split. */
void points_range(const PointsPlan *plan, int64_t first, int64_t last, double x[]);

/* Velocity of grain id: each component normal with standard deviation rms / sqrt(3), so that rms is that of |v|. */
void point_kick(int64_t seed, int64_t id, double rms, double v[3]);

/* A turn of grain id for the use `stream` (rng.h): a unit quaternion (w, x, y, z), uniform over all rotations. */
void point_turn(int64_t seed, int stream, int64_t id, double q[4]);

#endif
