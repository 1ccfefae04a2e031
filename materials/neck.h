/*
  neck.h - how the neck between two touching metal grains grows by diffusion, on the clock of seconds.

  A law takes one contact through a time in which mechanics stands still; laws are listed in neck_laws[].  The
  neighbours hold the grains meanwhile, so that the force on a contact falls as its neck takes the centres nearer: by
  `stiffness` times the approach.  (0: a force that stays.)  The time may be long: a law integrates to its own accuracy.
*/
#ifndef MATERIALS_NECK_H
#define MATERIALS_NECK_H

#include "materials/material.h"

typedef struct {
  double radius;      /* of the grains; 2 R* of unequal ones [nm] */
  double force;       /* transmitted at the begin, > 0 in compression [nN] */
  double stiffness;   /* by which the force falls with the approach [nN/nm] */
  double limit;       /* widest neck that the neighbours leave room for; 0: none but the dihedral angle's [nm] */
  double sink;        /* free surface around that takes up what diffuses, 0: none left .. 1 [-] */
  double bare;        /* what is left of the diffusivities under ligands, 1 - coverage [-] */
  double temperature; /* [K] */
} NeckInput;

typedef struct {
  double radius;   /* of the neck, 0: none, and none grows [nm] */
  double approach; /* of the centres by diffusion, adds up [nm] */
} Neck;

typedef struct {
  const char *name, *cite, *what;
  void (*grow)(const Material *m, const NeckInput *in, double dt, Neck *neck); /* dt [ns] */
} NeckLaw;

extern const NeckLaw *const neck_laws[]; /* THE registry, ends with NULL */
const NeckLaw              *neck_law_find(const char name[]);

/* Diffusivities of the metal at T [K]: delta_b D_b of boundaries and delta_s D_s of bare surfaces [nm^3/ns]. */
double neck_boundary_diffusion(const Material *m, double T);
double neck_surface_diffusion(const Material *m, double T);
/* Largest neck the dihedral angle allows: R sin(Psi/2), 2 gamma_s cos(Psi/2) = gamma_gb [nm]. */
double neck_limit(const Material *m, double radius);

#endif
