/*
  surface.h - what two surfaces do to each other where they meet, per area: the contact of meshed grains.

  A penalty in compression, a cohesive traction in tension, Coulomb friction with a stored force; a layer of ligands
  stands in series with the penalty.  Pure functions on eight spots side by side; a lane without area gives zeros.
*/
#ifndef MATERIALS_SURFACE_H
#define MATERIALS_SURFACE_H

#include "materials/lanes.h"
#include "materials/ligand.h"

/* Stiffness of sticking over the penalty's: as stiff at most in all three directions together as 1.5 in one. */
#define SURFACE_STICK 0.5

typedef struct {
  double        penalty; /* pressure = penalty/h times penetration, h the size of facets [GPa] */
  double        zeta;    /* dashpot over critical [-] */
  const Ligand *ligand;  /* of the layers; NULL: there are none */
} SurfaceLaw;

/* Eight spots.  n points from the other surface to this one; velocities are of this one relative to the other. */
typedef struct {
  v8 gap;      /* < 0: penetration [nm] */
  v8 h;        /* size of the facets, scale of the penalty [nm] */
  v8 area;     /* of the spot [nm^2]; 0: nothing here */
  v8 turned;   /* part of it that is turned to the other surface, and adheres [nm^2] */
  v8 mass;     /* that moves when the gap does [fg] */
  v8 n[3];     /* unit */
  v8 vn;       /* along n, > 0 apart [nm/ns] */
  v8 vt[3];    /* across n [nm/ns] */
  v8 ft[3];    /* tangential force stored so far [nN] */
  v8 W;        /* work of adhesion of the pair [nN/nm]; 0: no cohesion */
  v8 strength; /* largest cohesive traction of the pair [GPa]; > 0 where W > 0 */
  v8 mu;       /* friction of the pair [-] */
  v8 bond;     /* bonded area over that of the spot: 0 none, 1 the spot, more: with its share of the neck beside [-] */
  v8 layer;    /* thickness of the ligands between, without load [nm]; 0: none */
  v8 set;      /* how far they were ever squeezed, 1 - thickness/unloaded thickness [-] */
} SurfaceSpots;

typedef struct {
  v8 fn;         /* on this surface along n, > 0 apart [nN] */
  v8 viscous;    /* the dashpot's part of it [nN] */
  v8 push;       /* of the elastic compression, >= 0 [nN] */
  v8 ft[3];      /* tangential force on this surface, to be stored [nN] */
  v8 kn;         /* stiffness in compression [nN/nm] */
  v8 held;       /* what a step of dt feels of it: spring, and dashpot half a step late, k + 2 c/dt [nN/nm] */
  v8 open;       /* gap less the layer; > 0 where cohesion acts [nm] */
  v8 layer, set; /* thickness of the ligands now [nm]; set, to be stored [-] */
  v8 stored;     /* elastic energy less what adhesion would cost [aJ] */
  v8 slip_power; /* dissipated by sliding [aJ/ns] */
} SurfaceForces;

/*
  surface_reach - opening beyond which surfaces do not act on each other [nm]; 0 without adhesion.  Pure.

  Needleman 1987 (J. Appl. Mech. 54, 525), eq. 6: T = 27/4 strength s (1 - s)^2, s = opening/reach, whose integral is
  W = 9/16 strength reach.  The traction falls by at most 9/4 strength/reach per opening: the bodies follow without a
  snap where their own stiffness, of the order penalty/h, is larger.
*/
double surface_reach(double W, double strength);

/*
  surface_slope - of the spot in a lane, of which surface_forces made out: how fast its normal force falls as the gap
  opens [nN/nm].  Pure.  Below zero where the cohesive traction falls.
*/
double surface_slope(const SurfaceSpots *in, const SurfaceForces *out, int lane);

/* surface_forces - of eight spots in a step of dt [ns].  Pure; in and out may not overlap. */
void surface_forces(const SurfaceLaw *law, double dt, const SurfaceSpots *in, SurfaceForces *out);

#endif
