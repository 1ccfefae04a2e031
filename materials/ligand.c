/*
  ligand.c - the numbers of a ligand layer, and how fast stress takes its molecules.
*/
#include "materials/ligand.h"
#include "materials/constants.h"

#include <math.h>

/*
  Defaults.  Coverage and layer: Podsiadlo et al. 2011 (oleate between PbS: 1.56 nm, 0.91 nm at 12.5 GPa, 1.36 nm after
  release; K 2.2 to 2.95 GPa); unload_modulus from those: 12.5 x 6.5/((1.36/0.91)^6.5 - 1).  bond_energy 1.3 to 1.6 eV
  for a thiol on gold (Buergi 2015), 1.45 eV taken.  Estimates: threshold 0.2 to 0.4 (an incompletely washed powder
  stays black), activation_volume 0.007 to 0.025 nm^3, normal_share 0.2 to 0.6, friction 0.1 to 0.2, decay 8 to 10 /nm
  per alkane, conductance 0.1 to 1 times 2 e^2/h (77.5 uS), 0.3 taken.
*/
#define AT(field) offsetof(Ligand, field)
/* clang-format off */
const ParamSpec ligand_params[] = {
    /* key                dimension           min   max    default        where                   card  what */
    {"coverage",          DIM_NONE,           0.0,  1.0,   0.0,           AT(coverage),           NULL,
     "of the powder as filled; 1 is 5 molecules per nm^2, 0 a bare powder"},
    {"threshold",         DIM_NONE,           0.01, 1.0,   0.3,           AT(threshold),          NULL,
     "coverage of a contact below which cores touch"},
    {"gap",               DIM_LENGTH,         0.01, 10.0,  1.56,          AT(gap),                NULL,
     "between cores at full coverage, without load"},
    {"modulus",           DIM_PRESSURE,       1e-3, 1e3,   2.5,           AT(modulus),            NULL,
     "of the layer on first loading (Murnaghan K)"},
    {"stiffening",        DIM_NONE,           2.5,  20.0,  6.5,           AT(stiffening),         NULL,
     "of the layer under pressure (Murnaghan K')"},
    {"unload_modulus",    DIM_PRESSURE,       1e-3, 1e4,   6.45,          AT(unload_modulus),     NULL,
     "of the layer on unloading and reloading; what was squeezed stays partly squeezed"},
    {"friction",          DIM_NONE,           0.0,  5.0,   0.15,          AT(friction),           NULL,
     "of grains that the layer separates"},
    {"adhesion",          DIM_SURFACE_ENERGY, 0.0,  10.0,  0.05,          AT(adhesion),           NULL,
     "work of adhesion across the layer"},
    {"bond_energy",       DIM_ENERGY,         0.0,  10.0,  0.2323,        AT(bond_energy),        NULL,
     "of a molecule on the metal"},
    {"activation_volume", DIM_VOLUME,         0.0,  1.0,   0.016,         AT(activation_volume),  NULL,
     "by which deviatoric stress lowers the bond energy"},
    {"attempt_rate",      DIM_RATE,           0.0,  1e7,   1e4,           AT(attempt_rate),       NULL,
     "of a molecule to leave"},
    {"normal_share",      DIM_NONE,           0.0,  1.0,   0.4,           AT(normal_share),       NULL,
     "deviatoric stress on the molecules per contact pressure"},
    {"medium_pressure",   DIM_PRESSURE,       0.0,  1e3,   0.0,           AT(medium_pressure),    NULL,
     "of a fluid around the grains, which squeezes but does not shear"},
    {"decay",             DIM_PER_LENGTH,     0.1,  100.0, 9.0,           AT(decay),              NULL,
     "of tunnelling along a molecule"},
    {"conductance",       DIM_CONDUCTANCE,    0.0,  1e6,   2.3e4,         AT(conductance),        NULL,
     "of one molecule of no length"},
    {"permittivity",      DIM_NONE,           1.0,  1e3,   2.5,           AT(permittivity),       NULL,
     "relative, of the layer: sets the charging energy of a grain"},
    {0},
};
/* clang-format on */

double ligand_rate(const Ligand *l, double sigma, double T)
{
  const double barrier = fmax(l->bond_energy - l->activation_volume * sigma, 0.0);

  return l->attempt_rate * exp(-barrier / (BOLTZMANN * T));
}

double ligand_stress(const Ligand *l, double p, double tau)
{
  const double normal = l->normal_share * fmax(p - l->medium_pressure, 0.0);

  return sqrt(normal * normal + 3.0 * tau * tau);
}
