#include "solver/setup.h"

#include <math.h>
#include <string.h>

int mesh_promotes(const MeshConfig *mesh)
{
  return strcmp(mesh->grains, "none") != 0 &&
         (mesh->from_density > 0.0 || !strcmp(mesh->grains, "by_trigger") || !strcmp(mesh->grains, "force_chains"));
}

int mesh_mixes(const MeshConfig *mesh) { return mesh_promotes(mesh) || !strcmp(mesh->grains, "region"); }

static double shear_modulus(const Material *m) { return m->E / (2.0 * (1.0 + m->nu)); }

/* The usual step: a part of the Rayleigh time. */
static double rayleigh(const Config *config, double radius_min)
{
  const Material *m = &config->material;

  return config->time.step_fraction * PETSC_PI * radius_min * sqrt(m->density / shear_modulus(m)) /
         (0.1631 * m->nu + 0.8766);
}

/* Does the programme press harder than single contacts of such grains carry, three times their yield stress? */
static int confines(const Config *config)
{
  const double given = config->powder.yield_strength;
  const double Y     = isnan(given) ? material_yield(&config->material, config->powder.diameter) : given;
  double       most  = 0.0;

  for (PetscInt k = 0; k < config->n_stages; k++)
    if (config->stage[k].kind == STAGE_PRESS) most = fmax(most, config->stage[k].pressure);
  return most > 3.0 * Y;
}

double setup_time_step(const Config *config, double radius_min)
{
  const Material   *m    = &config->material;
  const ContactLaw *law  = config->contact.law;
  const double      mass = m->density * 4.0 / 3.0 * PETSC_PI * pow(radius_min, 3), usual = rayleigh(config, radius_min);

  return law->step && confines(config) ? fmin(usual, law->step(config->contact.law_params, mass, radius_min)) : usual;
}

/*
  What lies between the grains: with a law that can flow, and grains that stick or carry ligands.  W stays that of bare
  grains; the interface makes less of it where ligands are.
*/
void setup_interface(Config *config)
{
  const ContactConfig *c     = &config->contact;
  const int            ionic = config->material.bond == BOND_IONIC;

  config->has_interface = (PetscBool)(c->law->flow && (c->work_of_adhesion > 0.0 || config->ligand.coverage > 0.0));
  config->interface     = (ContactInterface){.ligand     = config->ligand,
                                             .W_bare     = c->work_of_adhesion,
                                             .friction   = c->friction,
                                             .bond_class = ionic ? BOND_TOUCH : BOND_METAL,
                                             .crystals   = ionic && config->has_interface};
  config->crystal       = (Crystal){.facet    = (int)config->material.facet,
                                    .surface  = config->material.surface_energy,
                                    .boundary = config->material.gb_energy};
}

double setup_layer(const Config *config)
{
  return config->has_interface && config->ligand.coverage > 0.0 ? config->ligand.gap : 0.0;
}

/* Critical damping of a grain on a contact of stiffness E R is 2 sqrt(E R/m) per unit mass; rigid grains beside meshed
   ones are as heavy for their size as those (MeshedStart). */
double setup_drag(const Config *config, double fraction, double radius_min)
{
  const Material *m       = &config->material;
  const double    density = m->density * (strcmp(config->mesh.grains, "none") ? config->mesh.mass_scaling : 1.0);

  return fraction * 2.0 * sqrt(m->E * radius_min / (density * 4.0 / 3.0 * PETSC_PI * pow(radius_min, 3)));
}

DemConfig setup_dem(const Config *config, double radius_min, double radius_max)
{
  const ContactConfig *c = &config->contact;
  const DieConfig     *d = &config->die;
  const Material      *m = &config->material;
  const double         G = shear_modulus(m);

  return (DemConfig){
      .model            = {.law          = c->law,
                           .p            = c->law_params,
                           .G_star       = G / (2.0 * (2.0 - m->nu)),
                           .G_star_tool  = G / (2.0 - m->nu),
                           .kt_ratio     = c->kt_ratio,
                           .damping_t    = c->damping_t,
                           .rolling      = c->rolling_friction > 0.0 || config->has_interface,
                           .twisting     = c->twisting_friction > 0.0 || config->has_interface,
                           .partial_slip = c->partial_slip,
                           .interface    = config->has_interface ? &config->interface : NULL},
      .modulus          = m->E,
      .mu               = c->friction,
      .mu_roll          = c->rolling_friction,
      .mu_twist         = c->twisting_friction,
      .W                = c->work_of_adhesion,
      .W_bond           = config->interface.crystals ? crystal_bond_work(&config->crystal, 0.0) : 0.0,
      .W_tool           = fmax(d->wall.work_of_adhesion, fmax(d->top.work_of_adhesion, d->bottom.work_of_adhesion)),
      .dt               = setup_time_step(config, radius_min),
      .skin             = config->time.skin * 0.5 * (radius_min + radius_max),
      .layer            = setup_layer(config),
      .radius_max       = radius_max,
      .gravity          = config->time.gravity,
      .control_interval = config->time.control_interval,
      .crystal          = config->interface.crystals ? &config->crystal : NULL,
      .drag             = setup_drag(config, config->time.drag, radius_min),
  };
}

GrainShape setup_shape(const MeshConfig *c)
{
  const GrainForm form = !strcmp(c->shape, "cube") ? GRAIN_CUBE : !strcmp(c->shape, "rod") ? GRAIN_ROD : GRAIN_SPHERE;

  return (GrainShape){.form = form, .rounding = c->rounding, .aspect = c->aspect};
}

FemConfig setup_fem(const Config *config, const GrainMesh *mesh, double radius_min, double radius_max)
{
  const MeshConfig *c = &config->mesh;
  BulkModel         bulk;

  bulk_model(bulk_law_find(c->law), c->law_params, &bulk); /* checked with the deck */
  return (FemConfig){.mesh         = mesh,
                     .bulk         = bulk,
                     .density      = config->material.density,
                     .hourglass    = c->hourglass,
                     .courant      = c->courant,
                     .shrink       = c->shrink,
                     .mass_scaling = c->mass_scaling,
                     .penalty      = c->penalty,
                     .dashpot      = c->dashpot,
                     .mu           = config->contact.friction,
                     .W            = config->contact.work_of_adhesion,
                     .strength     = c->strength,
                     .ligand       = config->has_interface ? &config->ligand : NULL,
                     .layer        = setup_layer(config),
                     .gravity      = config->time.gravity,
                     .radius_min   = radius_min,
                     .radius_max   = radius_max};
}

PetscErrorCode SetupRadii(Grains g, double *radius_min, double *radius_max)
{
  double r[2] = {-1e300, -1e300};

  PetscFunctionBeginUser;
  for (PetscInt i = 0; i < g->n_owned; i++) {
    r[0] = fmax(r[0], -g->rec[i][REC_R0]);
    r[1] = fmax(r[1], g->rec[i][REC_R0]);
  }
  PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, r, 2, MPI_DOUBLE, MPI_MAX, g->comm));
  *radius_min = -r[0];
  *radius_max = r[1];
  PetscFunctionReturn(0);
}

PetscErrorCode SetupTotals(Grains g, double radius_max, PowderTotals *powder)
{
  const double length = fixed_unit(2.0 * radius_max), volume = fixed_unit(8.0 * pow(radius_max, 3));
  ExactSum     sum[2] = {0}; /* of diameters, of volumes */

  PetscFunctionBeginUser;
  for (PetscInt i = 0; i < g->n_owned; i++) {
    const double d = 2.0 * g->rec[i][REC_R0];
    exact_add(&sum[0], d, 1.0 / length);
    exact_add(&sum[1], PETSC_PI / 6.0 * d * d * d, 1.0 / volume);
  }
  PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, sum, 4, MPI_INT64_T, MPI_SUM, g->comm));
  for (int k = 0; k < 2; k++) exact_normalize(&sum[k]);
  powder->diameter = exact_value(&sum[0], length) / (double)g->n_global;
  powder->volume   = exact_value(&sum[1], volume);
  PetscFunctionReturn(0);
}
