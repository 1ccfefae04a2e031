/*
  neck.h - how the neck between two touching metal grains grows by diffusion, on the clock of seconds.

  A law takes one contact through a time in which mechanics stands still; laws are listed in neck_laws[].  The
  neighbours hold the grains meanwhile, so that the force on a contact falls as its neck takes the centres nearer: by
  `stiffness` times the approach.  (0: a force that stays.)  The time may be long: a law integrates to its own accuracy,
  1e-6 of the radius, and two times one after the other are the same as their sum.

  parhami_mcmeeking (R: radius, F: force, gamma_s: surface energy):

    boundaries  dh/dt = 2 beta Delta_b/(pi a^4) (F + alpha/beta pi R gamma_s),  alpha = 9/2, beta = 4,
                Delta_b = sink bare atomic_volume delta_b D_b/(k_B T);  a da = R dh
    surfaces    da/dt = 8 R/tau_s (R/a)^6,  tau_s = R^4 k_B T/(bare delta_s D_s gamma_s atomic_volume);  no dh

  so a free pair follows (a/R)^6 = 54 t/tau_gb, tau_gb = R^4/(gamma_s Delta_b), or (a/R)^7 = 56 t/tau_s.  A neck at its
  limit stays, one that plasticity made larger, too, while centres go on nearing.  Tension beyond the sintering force
  thins a neck, without surface diffusion down to nothing: torn.  With it the radius comes to rest where both balance,
  and the bridge lengthens, until it is drawn out by R: torn as well.

  What is conserved: the lens pi R h^2/2 that the approach h takes out of two spheres is what fills the gap r^2/R - h
  between them out to a, a^2 = 2 R h (Coble 1958).  This holds to first order in h/R and for necks that grew from a
  point; one that plasticity made takes more by its rim than its boundary gives, one at its limit gives to pores
  elsewhere.  What surface diffusion brings comes off the free surface, whose change is not followed.
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
