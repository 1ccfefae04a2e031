/*
  ligand.h - organic molecules on a grain: they keep cores apart, weaken adhesion, and go when contact stress takes
  them.

  Coverage is the number of molecules per surface over 5 /nm^2; 1 is a full layer.  It is a number of the contact
  (coverage there falls under load) and of the grain (its free surface takes up what left the contacts).
  In a contact the layer is as thick as its molecules need: gap x coverage.  Below `threshold` it separates no longer:
  cores touch, and adhesion rises towards that of the bare metal as the rest goes.
*/
#ifndef MATERIALS_LIGAND_H
#define MATERIALS_LIGAND_H

#include "materials/lanes_math.h"
#include "materials/params.h"

typedef struct {
  double coverage;          /* of the powder as filled [-] */
  double threshold;         /* coverage below which cores touch [-] */
  double gap;               /* between cores at full coverage, without load [nm] */
  double modulus;           /* K of the layer, first loading [GPa] */
  double stiffening;        /* K' = dK/dp [-] */
  double unload_modulus;    /* K on unloading and reloading: what was squeezed stays partly squeezed [GPa] */
  double friction;          /* of grains that the layer separates [-] */
  double adhesion;          /* work of adhesion across the layer [nN/nm] */
  double bond_energy;       /* of a molecule on the metal [aJ] */
  double activation_volume; /* by which deviatoric stress lowers it [nm^3] */
  double attempt_rate;      /* [1/ns] */
  double normal_share;      /* deviatoric stress per contact pressure [-] */
  double medium_pressure;   /* of the fluid around the grains: it squeezes but does not shear [GPa] */
  double decay;             /* of tunnelling along a molecule [1/nm] */
  double conductance;       /* of one molecule of no length [nS] */
  double permittivity;      /* relative, of the layer: charging of a grain [-] */
} Ligand;

extern const ParamSpec ligand_params[]; /* ends with key == NULL */

enum { LIGAND_PER_NM2 = 5 }; /* molecules/nm^2 at coverage 1 */

/* How bare a contact is: 1 without ligands, 0 at the threshold and above. */
static inline double ligand_bare(double coverage, double threshold)
{
  return lm_max(1.0 - lm_ratio(coverage, threshold), 0.0);
}

/*
  Pressure of the layer [GPa] at gap x D0, by Murnaghan in one dimension: (K/K') ((g/x)^K' - 1), g: gap without load
  over D0, 1 on first loading.  Podsiadlo et al. 2011 (Nano Lett. 11, 579): K = 2.5 GPa and K' = 6.5 take an oleate
  layer from 1.56 to 0.91 nm at 12.5 GPa.
*/
static inline double ligand_pressure(double K, double stiffening, double g, double x)
{
  return K / stiffening * (lm_exp(stiffening * lm_log(g / x)) - 1.0);
}

/*
  Bell 1978/Eyring: share of the molecules that leave per time [1/ns] under deviatoric stress sigma [GPa],
  attempt_rate exp(-(bond_energy - activation_volume sigma)/kT); never faster than attempts.  T [K].
*/
double ligand_rate(const Ligand *l, double sigma, double T);

/* Deviatoric stress on the molecules of a contact [GPa]: sqrt((normal_share max(0, p - medium))^2 + 3 tau^2). */
double ligand_stress(const Ligand *l, double p, double tau);

#endif
