/*
  quality.h - what a coin would show under an indenter and in a tension test, from its porosity and its bonds.

  Estimates in closed form, each with a band: the yield stress of a nanocrystal is known within a factor of ten only.
*/
#ifndef MATERIALS_QUALITY_H
#define MATERIALS_QUALITY_H

#include "materials/material.h"

typedef struct {
  double value, low, high;
} QualityBand;

/*
  quality_yield - yield stress of grains of diameter d [nm], and what evidence allows [GPa].

  value  yield [GPa] of the grains as they were computed; NAN: material_yield, Hall-Petch to the smallest grains
  low    Hall-Petch with 0.75 k down to 10 nm, where it turns round: yield_bulk + k/sqrt(10 nm) (0.75 - 1.12 (10 nm/d -
  1)), at least yield_bulk.  0.75 k is the scatter of measured k; 1.12 makes 0.22 GPa of gold at 6.5 nm, a third of the
         hardness of the coin (Nagaoka, Saghy & Chen 2023), pores and weak boundaries included: lower it cannot be.
  high   1.92 k, at most G/10: 2 GPa of gold at 6.5 nm, grains that are free of defects and boundaries, where
  dislocations must nucleate (Ag 2.7 GPa: Sharma et al. 2018).  Dense gold of 50 nm grains, 0.47 to 0.67 GPa, lies
  between (Hodge et al. 2006). Only the part of the strength that comes from size is uncertain in this way, and it
  scales with k, which is 0.18 G sqrt(b): so what is known of gold carries over to other metals, and a glass (k = 0) has
  no band.  yield_bulk is taken as exact.
*/
QualityBand quality_yield(const Material *m, double d, double yield);

/*
  quality_hardness - indentation hardness [GPa]: 3 Y exp(-6 porosity) bonded.

  3: constraint under an indenter, Tabor 1951.  exp(-6 p): pores between fully bonded grains (Rice 1998; 4 to 7).
  bonded: share of the contact area between grains that is metal, at most 1; a contact that only touches is taken to
  carry nothing, since an indenter shears and opens contacts around it.  That is a lower estimate; 1 gives the upper.
*/
QualityBand quality_hardness(const Material *m, double d, double yield, double porosity, double bonded);

/*
  quality_modulus - Young's modulus [GPa]: E (1 - porosity)^2 (Gibson & Ashby 1997).  Yield does not enter.

  low   times bonded: in tension a contact that only touches opens
  high  E (1 - p)/(1 + p), Hashin & Shtrikman 1963 for round pores: no isotropic porous solid is stiffer
*/
QualityBand quality_modulus(const Material *m, double porosity, double bonded);

#endif
