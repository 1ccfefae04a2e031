/*
  material.h - a grain material: the numbers of a card in inputs/materials/, and the size-dependent strength.
*/
#ifndef MATERIALS_MATERIAL_H
#define MATERIALS_MATERIAL_H

#include "materials/params.h"

typedef struct {
  char   name[64];
  double E, nu;            /* Young's modulus [GPa], Poisson ratio */
  double density;          /* [fg/nm^3] */
  double yield_bulk;       /* coarse-grained yield stress [GPa] */
  double hall_petch;       /* k in Y = yield_bulk + k d^(-1/2) [GPa nm^(1/2)]; 0: strength independent of size */
  double surface_energy;   /* gamma_s [nN/nm] */
  double gb_energy;        /* gamma_gb [nN/nm] */
  double work_of_adhesion; /* of two bare grains, 2 gamma_s - gamma_gb unless the card says otherwise [nN/nm] */
  double resistivity;      /* of the bulk [Ohm m -> internal 1/(S/m)] */
  double mean_free_path;   /* of the electrons [nm] */
  double melting_point;    /* [K] */
  double atomic_volume;    /* [nm^3] */
  double boundary_diffusion, boundary_activation; /* delta_b D_b of grain boundaries at 1/T = 0 [nm^3/ns], [aJ] */
  double surface_diffusion, surface_activation;   /* delta_s D_s of bare surfaces at 1/T = 0 [nm^3/ns], [aJ] */
  double gb_reflection;                           /* of conduction electrons at a boundary [-] */
  double bond;  /* class of bond that bare cores make: 3 metal, 2 ionic where aligned */
  double facet; /* family of the facets that join, 100, 110, 111 of a cubic lattice; 0: not known */
} Material;

extern const ParamSpec material_params[]; /* ends with key == NULL */

/*
  material_yield - yield stress of a grain of diameter d [nm]: min(yield_bulk + k d^(-1/2), G/10) [GPa].
  Hall 1951, Petch 1953; the cap is the ideal strength.
*/
double material_yield(const Material *m, double d);

/* First number that diffusion (necks), conduction or the joining of crystals need and the card does not have; NULL: all
   there. */
const char *material_missing_diffusion(const Material *m);
const char *material_missing_conduction(const Material *m);
const char *material_missing_alignment(const Material *m);

/*
  material_complete - fills what a card may leave out: work_of_adhesion = 2 gamma_s - gamma_gb where it is NAN.
  (Dupre; a card table cannot tell "required" from "derived", so the reader lets NAN pass for this one key.)
*/
void material_complete(Material *m);

double material_shear_modulus(const Material *m); /* E/(2 (1 + nu)) [GPa] */

#endif
