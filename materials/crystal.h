/*
  crystal.h - cubic crystals that meet: how far their lattices are turned against each other, which facets face each
  other, and what the boundary between them costs.

  An orientation is a unit quaternion q = (w, x, y, z) that turns vectors of the lattice into vectors of the press.
  Lattices are the same up to the 24 rotations of the cube, so the misorientation of two of them is the smallest angle
  among 24; it never exceeds 62.8 deg (Mackenzie 1958, Biometrika 45, 229).  Angles in rad.
*/
#ifndef MATERIALS_CRYSTAL_H
#define MATERIALS_CRYSTAL_H

typedef struct {
  int    facet;    /* family of the facets: 100, 110 or 111 */
  double surface;  /* energy of a bare facet [nN/nm] */
  double boundary; /* energy of a high-angle boundary [nN/nm] */
} Crystal;

extern const double crystal_align_angle;    /* tilt of either facet and twist below which facets join */
extern const double crystal_boundary_angle; /* misorientation from which a boundary costs its full energy */

/* Turns q by the angular velocity w [1/ns] over dt [ns]: exact when w is constant, and a unit quaternion again. */
void crystal_turn(const double w[3], double dt, double q[4]);

/* Angle by which b's lattice is turned against a's; axis: of the turn from a to b, unit, in the frame of the press
   (zero when the angle is). */
double crystal_misorientation(const double a[4], const double b[4], double axis[3]);
/* The same without the axis, and cheaper: is it below `angle`? */
int crystal_within(const double a[4], const double b[4], double angle);

/* Angle between the direction n (unit) and the nearest facet normal of the crystal. */
double crystal_facet_angle(const Crystal *c, const double q[4], const double n[3]);
/* Part of the misorientation that is a turn about n (unit): the swing-twist decomposition. */
double crystal_twist(const double a[4], const double b[4], const double n[3]);
/* Do facets of the two face each other across a contact of normal n, each tilted less than crystal_align_angle, and
   twisted less than that? */
int crystal_aligned(const Crystal *c, const double a[4], const double b[4], const double n[3]);

/*
  Energy of the boundary at misorientation phi [nN/nm], gamma x (1 - ln x) with x = phi/15 deg, the full energy from
  there on (Read & Shockley 1950, Phys. Rev. 78, 275), and its derivative.

  The derivative of the formula diverges at phi = 0.  So phi is replaced by sqrt(phi^2 + c^2) - c, c = 0.5 deg: smooth
  everywhere, zero slope at zero; at 5 deg the energy is 5 % lower than that of the formula.
*/
double crystal_boundary_energy(const Crystal *c, double phi);
double crystal_boundary_slope(const Crystal *c, double phi); /* [nN/nm] per rad */

/* Work of adhesion of two crystals that are one but for a boundary: 2 surface - boundary(phi), not below 0 [nN/nm]. */
double crystal_bond_work(const Crystal *c, double phi);

/* Eyring: rate at which facing facets join over a barrier [aJ] at T [K]: 1e13 /s exp(-barrier/kT) [1/ns]. */
double crystal_joining_rate(double barrier, double T);

#endif
