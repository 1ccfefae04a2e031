/*
  material.c - the table of a material card, what is derived from it, and the size-dependent strength.
*/
#include "materials/material.h"

#include <math.h>

#define AT(field) offsetof(Material, field)
/* clang-format off */
const ParamSpec material_params[] = {
    /* key               dimension           min   max   default  where                 card  what */
    {"E",                DIM_PRESSURE,       1e-3, 2e3,  NAN,     AT(E),                NULL, "Young's modulus"},
    {"nu",               DIM_NONE,           0.0,  0.49, NAN,     AT(nu),               NULL, "Poisson ratio"},
    {"density",          DIM_DENSITY,        1e-8, 1e-3, NAN,     AT(density),          NULL, "mass density"},
    {"yield_bulk",       DIM_PRESSURE,       1e-4, 1e3,  NAN,     AT(yield_bulk),       NULL,
     "yield stress of coarse grains"},
    {"hall_petch",       DIM_HALL_PETCH,     0.0,  1e3,  0.0,     AT(hall_petch),       NULL,
     "k in Y = yield_bulk + k d^(-1/2)"},
    {"surface_energy",   DIM_SURFACE_ENERGY, 0.0,  1e2,  NAN,     AT(surface_energy),   NULL, "of the bare surface"},
    {"gb_energy",        DIM_SURFACE_ENERGY, 0.0,  1e2,  0.0,     AT(gb_energy),        NULL, "of a grain boundary"},
    {"work_of_adhesion", DIM_SURFACE_ENERGY, 0.0,  2e2,  NAN,     AT(work_of_adhesion), NULL,
     "of two bare grains; 2 surface_energy - gb_energy when left out"},
    {"resistivity",      DIM_RESISTIVITY,    0.0,  1e30, 0.0,     AT(resistivity),      NULL, "of the bulk metal"},
    {"mean_free_path",   DIM_LENGTH,         0.0,  1e6,  0.0,     AT(mean_free_path),   NULL,
     "of the conduction electrons"},
    {"melting_point",    DIM_TEMPERATURE,    1.0,  1e5,  NAN,     AT(melting_point),    NULL,
     "melting point of the bulk"},
    {"atomic_volume",       DIM_VOLUME,             0.0, 10.0, 0.0, AT(atomic_volume),       NULL, "of an atom in the metal"},
    {"boundary_diffusion",  DIM_BOUNDARY_DIFFUSION, 0.0, 1e9,  0.0, AT(boundary_diffusion),  NULL,
     "width times diffusivity of grain boundaries, prefactor"},
    {"boundary_activation", DIM_ENERGY,             0.0, 10.0, 0.0, AT(boundary_activation), NULL, "its activation energy"},
    {"surface_diffusion",   DIM_BOUNDARY_DIFFUSION, 0.0, 1e9,  0.0, AT(surface_diffusion),   NULL,
     "thickness times diffusivity of bare surfaces, prefactor"},
    {"surface_activation",  DIM_ENERGY,             0.0, 10.0, 0.0, AT(surface_activation),  NULL, "its activation energy"},
    {"gb_reflection",       DIM_NONE,               0.0, 0.99, 0.0, AT(gb_reflection),       NULL,
     "of conduction electrons at a grain boundary"},
    {"bond",                DIM_NONE,               2.0, 3.0,  3.0, AT(bond),                NULL,
     "that bare cores make: 3 metal, 2 ionic where aligned"},
    {"facet",               DIM_NONE,               0.0, 111., 0.0, AT(facet),               NULL,
     "of grains that join where aligned (bond 2): 100, 110 or 111; 0: not known"},
    {0},
};
/* clang-format on */

void material_complete(Material *m)
{
  if (isnan(m->work_of_adhesion)) m->work_of_adhesion = fmax(2.0 * m->surface_energy - m->gb_energy, 0.0);
}

/* The first of the named numbers that is not there. */
static const char *missing(const double value[], const char *const key[], int n)
{
  for (int k = 0; k < n; k++)
    if (value[k] <= 0.0) return key[k];
  return NULL;
}

const char *material_missing_diffusion(const Material *m)
{
  return missing((double[]){m->surface_energy, m->atomic_volume, m->boundary_diffusion, m->boundary_activation,
                            m->surface_diffusion, m->surface_activation},
                 (const char *[]){"surface_energy", "atomic_volume", "boundary_diffusion", "boundary_activation",
                                  "surface_diffusion", "surface_activation"},
                 6);
}

const char *material_missing_conduction(const Material *m)
{
  return missing((double[]){m->resistivity, m->mean_free_path}, (const char *[]){"resistivity", "mean_free_path"}, 2);
}

const char *material_missing_alignment(const Material *m)
{
  return missing((double[]){m->facet, m->surface_energy, m->gb_energy},
                 (const char *[]){"facet", "surface_energy", "gb_energy"}, 3);
}

double material_shear_modulus(const Material *m) { return m->E / (2.0 * (1.0 + m->nu)); }

double material_yield(const Material *m, double d)
{
  const double ideal = material_shear_modulus(m) / 10.0;

  return fmin(m->yield_bulk + m->hall_petch / sqrt(d), ideal);
}
