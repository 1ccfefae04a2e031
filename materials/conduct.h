/*
  conduct.h - what current a contact carries, and what a coin of such contacts conducts at most.

  Conductances in nS, lengths in nm, so resistivities are in nm/nS = Ohm m and conductivities in nS/nm = S/m, the
  internal units of a material card.  R, the share of electrons that a grain boundary reflects, and the transmission T =
  1 - R of a contact are arguments: a grain boundary of gold has T = 0.3, cores that only touch 0.01 to 0.1.
*/
#ifndef MATERIALS_CONDUCT_H
#define MATERIALS_CONDUCT_H

#include "materials/ligand.h"

/*
  conduct_metal - conductance of a round metal contact of radius a between two half-spaces [nS]:
    1/G = rho/(2 a) Gamma(K) + 4 rho lambda/(3 pi a^2 T),  K = lambda/a,  Gamma(K) = (1 + 0.83 K)/(1 + 1.33 K).
  Wexler 1966 (Proc. Phys. Soc. 89, 927), Gamma from Nikolic and Allen 1999 (PRB 60, 3963).  Holm's 2 a/rho at lambda =
  0. The boundary resists electrons that meet it once, so T divides the ballistic (Sharvin) term. 0 where there is no
  contact (a <= 0), no transmission, or no resistivity on the card (rho <= 0).
*/
double conduct_metal(double rho, double lambda, double a, double transmission);

/* The ballistic term alone, per area [nS/nm^2]: 3/(4 rho lambda); pi a^2 of it is Sharvin's conductance. */
double conduct_sharvin(double rho, double lambda);

/* Two cores apart. */
typedef struct {
  double flat;        /* area where their faces are parallel [nm^2] */
  double r_star;      /* R1 R2/(R1 + R2) of the spheres that curve away around it; 0: nothing around it [nm] */
  double gap;         /* between the parallel faces, or where the spheres are closest; < 0 counts as 0 [nm] */
  double coverage;    /* of the contact [-] */
  double radius;      /* of the grains; the smaller one charges [nm] */
  double temperature; /* [K] */
} TunnelInput;

/*
  conduct_tunnel - conductance of two cores that a layer or a gap separates [nS].

  Per area of parallel faces at distance g there are two ways side by side,
    j(g) = 5 /nm^2 c g0 exp(-beta L) exp(-2 kappa (g - L)) + (1 - c) G_S exp(-2 kappa g).
  Along the molecules: L is the smaller of g and the layer's own thickness, what is left of the gap is empty.  Between
  them, where the surface is bare: an empty gap, which at gap 0 is a ballistic contact, G_S = conduct_sharvin(); 0 takes
  that way out.  kappa = 10.5 /nm, a barrier of 4.2 eV.  Simmons 1963 (J. Appl. Phys. 34, 1793) for the form; numbers of
  the molecules in the card.  c is the coverage, at most 1 in the second term.

  Spheres curve away from each other: at distance r from the axis (from the edge of the flat) the gap is gap + r^2/(2
  r_star), so that an area of 2 pi r_star dg lies at gaps g .. g + dg, and in all
    exp(-E_C/kT) (flat j(gap) + 2 pi r_star integral of j from gap on),
  both of which pay for the charge of one electron on a grain.  For one exponential exp(-b g) that is an area of
  2 pi r_star/b: 1.1 nm^2 along molecules between grains of 6.5 nm.
*/
double conduct_tunnel(const Ligand *l, const TunnelInput *in, double sharvin);

/* exp(-E_C/kT), E_C = e^2/(8 pi eps0 eps R): what thermal charging of a sphere of radius R [nm] leaves [-]. */
double conduct_charging(double permittivity, double radius, double temperature);

/*
  conduct_mayadas - resistivity of metal with grains of diameter d over that of the bulk, 1/(1 - 3a/2 + 3a^2 - 3a^3 ln(1
  + 1/a)), a = lambda/d R/(1 - R), times rho0.  Mayadas and Shatzkes 1970 (PRB 1, 1382).  R < 1.
*/
double conduct_mayadas(double rho0, double lambda, double d, double reflection);

/* Upper bound for Z contacts of mean conductance G per grain of radius R at relative density phi [S/m]: affine
 * potential. */
double conduct_affine(double density, double coordination, double conductance, double radius);

#endif
