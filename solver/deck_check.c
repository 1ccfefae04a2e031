/*
  deck_check.c - the programme, values left open, and what must hold between keys.
*/
#include "solver/deck_impl.h"
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define USER_ERROR PETSC_ERR_USER_INPUT
enum { LABEL_LEN = PATH_MAX_LEN + 4 * NAME_MAX_LEN };

static void warn(Config *config, const char format[], ...) PETSC_ATTRIBUTE_FORMAT(2, 3);
static void warn(Config *config, const char format[], ...)
{
  va_list args;

  if (config->n_warnings == WARNINGS_MAX) return;
  va_start(args, format);
  (void)vsnprintf(config->warning[config->n_warnings++], WARNING_LEN, format, args);
  va_end(args);
}

static const DeckEntry *entry_find(const Config *config, const char name[])
{
  for (PetscInt k = 0; k < config->n_entries; k++)
    if (!strcmp(config->entries[k].name, name)) return &config->entries[k];
  return NULL;
}

/* "press2" is a press: the name of a kind, then nothing but digits. */
static const DeckStage *stage_kind(const char name[])
{
  for (const DeckStage *s = deck_stages; s->name; s++) {
    const size_t n = strlen(s->name);

    if (!strncmp(name, s->name, n) && !name[n + strspn(name + n, "0123456789")]) return s;
  }
  return NULL;
}

static PetscErrorCode AddStage(Deck *deck, const char label[], const char name[])
{
  Config          *config = deck->config;
  const DeckStage *kind   = stage_kind(name);
  char             list[256];
  size_t           used = 0;

  PetscFunctionBeginUser;
  for (const DeckStage *s = deck_stages; s->name; s++)
    used += (size_t)snprintf(list + used, sizeof(list) - used, "%s%s", used ? ", " : "", s->name);
  PetscCheck(kind, deck->comm, USER_ERROR,
             "%s: there is no stage '%s'; stages are %s, with digits behind to tell them apart", label, name, list);
  for (PetscInt k = 0; k < config->n_stages; k++)
    PetscCheck(strcmp(config->stage[k].name, name), deck->comm, USER_ERROR,
               "%s: stage '%s' stands twice; tell them apart by digits: %s, %s2", label, name, kind->name, kind->name);
  PetscCheck(config->n_stages < STAGES_MAX, deck->comm, USER_ERROR, "%s: more than %d stages", label, STAGES_MAX);
  config->stage[config->n_stages].kind = kind->kind;
  snprintf(config->stage[config->n_stages++].name, NAME_MAX_LEN, "%s", name);
  PetscFunctionReturn(0);
}

/* What may follow what: powder comes in by filling, a coin goes out by ejection, and both punches must be off before.
 */
static PetscErrorCode CheckOrder(Deck *deck, const char label[])
{
  const Config *config = deck->config;
  PetscBool     loaded = PETSC_FALSE, pressed = PETSC_FALSE;

  PetscFunctionBeginUser;
  for (PetscInt k = 0; k < config->n_stages; k++) {
    const StageConfig *s = &config->stage[k];

    PetscCheck(s->kind != STAGE_FILL || k == 0, deck->comm, USER_ERROR, "%s: '%s' can only be the first stage", label,
               s->name);
    PetscCheck(s->kind != STAGE_RELEASE || loaded, deck->comm, USER_ERROR, "%s: '%s' needs a press before it", label,
               s->name);
    PetscCheck(s->kind != STAGE_DWELL || loaded, deck->comm, USER_ERROR,
               "%s: '%s' needs a press before it, whose pressure it holds", label, s->name);
    PetscCheck(s->kind != STAGE_EJECT || (pressed && !loaded), deck->comm, USER_ERROR, "%s: '%s' needs a %s before it",
               label, s->name, pressed ? "release" : "press and a release");
    PetscCheck(s->kind != STAGE_EJECT || k == config->n_stages - 1, deck->comm, USER_ERROR,
               "%s: nothing can come after '%s'", label, s->name);
    if (s->kind == STAGE_PRESS) loaded = pressed = PETSC_TRUE;
    if (s->kind == STAGE_RELEASE) loaded = PETSC_FALSE;
  }
  PetscFunctionReturn(0);
}

PetscErrorCode DeckProgramme(Deck *deck, const char label[], const char text[])
{
  const char *at = text;

  PetscFunctionBeginUser;
  while (*at) {
    char         name[NAME_MAX_LEN];
    const size_t length = strcspn(at, ",");
    size_t       first = strspn(at, " "), last = length;

    while (last > first && at[last - 1] == ' ') last--;
    PetscCheck(last > first && last - first < NAME_MAX_LEN - 1, deck->comm, USER_ERROR,
               "%s: '%s' is not a list of stages", label, text);
    snprintf(name, sizeof(name), "%.*s", (int)(last - first), at + first);
    PetscCall(AddStage(deck, label, name));
    at += length + (at[length] == ',');
  }
  PetscCheck(deck->config->n_stages, deck->comm, USER_ERROR, "%s: the list of stages is empty", label);
  PetscCall(CheckOrder(deck, label));
  PetscFunctionReturn(0);
}

/* "deck.yml: powder_file", or where else this value comes from. */
static const char *blame(const Deck *deck, const char name[], char label[LABEL_LEN])
{
  const DeckEntry *entry = entry_find(deck->config, name);

  deck_label(deck, name, entry && entry->source == FROM_COMMAND ? FROM_COMMAND : FROM_DECK, label, LABEL_LEN);
  return label;
}

/* A file and the choice that reads it come together or not at all. */
static PetscErrorCode CheckFile(const Deck *deck, const char choice[], const char value[], const char name[],
                                const char path[])
{
  const PetscBool wanted = (PetscBool)!strcmp(value, "file");
  char            label[LABEL_LEN];

  PetscFunctionBeginUser;
  PetscCheck(!wanted || path[0], deck->comm, USER_ERROR, "%s: file needs %s", blame(deck, choice, label), name);
  PetscCheck(wanted || !path[0], deck->comm, USER_ERROR, "%s needs %s: file, not %s", blame(deck, name, label), choice,
             value);
  PetscFunctionReturn(0);
}

static PetscErrorCode CompletePowder(Deck *deck)
{
  PowderConfig     *powder    = &deck->config->powder;
  const DeckChoice *packing   = choice_find(deck_packings, powder->packing);
  const PetscBool   from_file = (PetscBool)!strcmp(powder->packing, "file");
  double            phi;
  char              label[LABEL_LEN];

  PetscFunctionBeginUser;
  PetscCall(CheckFile(deck, "powder_packing", powder->packing, "powder_file", powder->file));
  PetscCall(CheckFile(deck, "powder_sizes", powder->sizes, "powder_sizes_file", powder->sizes_file));
  PetscCheck(from_file || !strcmp(powder->sizes, "file") || isfinite(powder->diameter), deck->comm, USER_ERROR,
             "%s: powder_diameter is missing: mean diameter of the grains, e.g. '6.5 nm'", deck->path);
  if (isnan(powder->relative_density)) powder->relative_density = packing->def;
  phi = powder->relative_density;
  PetscCheck(from_file || (phi >= packing->min && phi <= packing->max), deck->comm, USER_ERROR,
             "%s: %g is not possible for the packing %s (allowed %g .. %g)",
             blame(deck, "powder_relative_density", label), phi, packing->name, packing->min, packing->max);
  PetscFunctionReturn(0);
}

static PetscErrorCode CompleteDie(Deck *deck)
{
  const PowderConfig *powder = &deck->config->powder;
  DieConfig          *die    = &deck->config->die;
  const double        d = powder->diameter, D = die->diameter, phi = powder->relative_density;
  double              height;
  char                bore[QUANTITY_TEXT], grain[QUANTITY_TEXT], label[LABEL_LEN];

  PetscFunctionBeginUser;
  if (isnan(die->pressure_limit)) die->pressure_limit = choice_find(deck_tools, die->tool_material)->def;
  if (isnan(D) || isnan(d)) PetscFunctionReturn(0);
  blame(deck, "die_diameter", label);
  quantity_format(D, DIM_LENGTH, bore);
  quantity_format(d, DIM_LENGTH, grain);
  PetscCheck(D > d, deck->comm, USER_ERROR, "%s: %s is smaller than a grain (powder_diameter %s)", label, bore, grain);
  height =
      (double)powder->grains * d * d * d / (1.5 * D * D * (isnan(phi) ? 0.5 : phi)); /* n pi d^3/6 = phi H pi D^2/4 */
  PetscCheck(height > d, deck->comm, USER_ERROR,
             "%s: in a bore of %s the %" PetscInt64_FMT
             " grains of %s lie less than one grain high; give more grains or a smaller "
             "bore",
             label, bore, powder->grains, grain);
  if (D < 6.0 * d) warn(deck->config, "die_diameter: %s is less than six grains; the wall rules the packing", bore);
  PetscFunctionReturn(0);
}

static PetscErrorCode CheckPress(Deck *deck, const StageConfig *s)
{
  const DieConfig *die = &deck->config->die;
  const double     phi = deck->config->powder.relative_density;
  char             label[LABEL_LEN], name[2 * NAME_MAX_LEN], limit[QUANTITY_TEXT], wanted[QUANTITY_TEXT];

  PetscFunctionBeginUser;
  snprintf(name, sizeof(name), "%s_density_limit", s->name);
  PetscCheck(!(s->density_limit <= phi), deck->comm, USER_ERROR, "%s: %g is not above powder_relative_density, %g",
             blame(deck, name, label), s->density_limit, phi);
  if (s->pressure > die->pressure_limit)
    warn(deck->config,
         "%s_pressure: %s is more than tools of %s carry (%s); steel carries 1 GPa, the state of the art 3 to 7 GPa",
         s->name, quantity_format(s->pressure, DIM_PRESSURE, wanted), die->tool_material,
         quantity_format(die->pressure_limit, DIM_PRESSURE, limit));
  PetscFunctionReturn(0);
}

/* Reports fall on control steps: a default is rounded up to one, a number somebody wrote must be one. */
static PetscErrorCode CheckInterval(Deck *deck, const char name[], PetscInt *every)
{
  const PetscInt   control = deck->config->time.control_interval;
  const DeckEntry *entry   = entry_find(deck->config, name);
  char             label[LABEL_LEN];

  PetscFunctionBeginUser;
  if (*every <= 0 || *every % control == 0) PetscFunctionReturn(0);
  PetscCheck(entry && entry->source == FROM_DEFAULT, deck->comm, USER_ERROR,
             "%s: %" PetscInt_FMT " is not a multiple of time_control_interval, %" PetscInt_FMT,
             blame(deck, name, label), *every, control);
  *every += control - *every % control;
  PetscFunctionReturn(0);
}

/* What cannot be: a melt is no powder, a layer of ligands gives back no more work than was put in, a bond has a class.
 */
static PetscErrorCode CheckMatter(Deck *deck, const StageConfig *s)
{
  const Config   *config = deck->config;
  const Material *m      = &config->material;
  const Ligand   *l      = &config->ligand;
  char            label[LABEL_LEN], name[2 * NAME_MAX_LEN], value[QUANTITY_TEXT], limit[QUANTITY_TEXT];

  PetscFunctionBeginUser;
  snprintf(name, sizeof(name), "%s_temperature", s->name);
  if (s->kind != STAGE_DWELL || s->temperature == config->temperature) snprintf(name, sizeof(name), "temperature");
  PetscCheck(s->temperature < m->melting_point, deck->comm, USER_ERROR,
             "%s: %s is not below the melting point of %s, %s", blame(deck, name, label),
             quantity_format(s->temperature, DIM_TEMPERATURE, value), m->name,
             quantity_format(m->melting_point, DIM_TEMPERATURE, limit));
  PetscCheck(l->unload_modulus >= l->modulus, deck->comm, USER_ERROR,
             "%s: %s is softer than ligand_modulus, %s; a layer cannot give back more work than was put in",
             blame(deck, "ligand_unload_modulus", label), quantity_format(l->unload_modulus, DIM_PRESSURE, value),
             quantity_format(l->modulus, DIM_PRESSURE, limit));
  PetscCheck(m->bond == floor(m->bond), deck->comm, USER_ERROR, "%s: %s is no class of bond; 3 is metal, 2 ionic",
             blame(deck, "material_bond", label), quantity_format(m->bond, DIM_NONE, value));
  PetscFunctionReturn(0);
}

/* Grains that join where aligned need to know what aligned means, and what it is worth. */
static PetscErrorCode CheckCrystal(Deck *deck)
{
  const Material   *m       = &deck->config->material;
  const char *const missing = m->bond == BOND_IONIC ? material_missing_alignment(m) : NULL;
  char              label[LABEL_LEN], value[QUANTITY_TEXT];

  PetscFunctionBeginUser;
  PetscCheck(
      !missing, deck->comm, USER_ERROR,
      "%s: grains that join where they are aligned (2) need '%s' of the material, which %s does not have; add it "
      "to the card with its source, or to the deck as material: {%s: ...}",
      blame(deck, "material_bond", label), missing, deck->card_path, missing);
  PetscCheck(m->facet == 0.0 || m->facet == 100.0 || m->facet == 110.0 || m->facet == 111.0, deck->comm, USER_ERROR,
             "%s: %s is no family of facets; 100, 110 and 111 are", blame(deck, "material_facet", label),
             quantity_format(m->facet, DIM_NONE, value));
  PetscFunctionReturn(0);
}

/* A dwell of seconds needs a law that knows how to flow, and a metal whose diffusion is known. */
static PetscErrorCode CheckSlowDwell(Deck *deck, const StageConfig *s)
{
  const Config     *config    = deck->config;
  const PetscBool   diffusion = (PetscBool)strcmp(config->sinter.necks, "none");
  const char *const missing   = diffusion ? material_missing_diffusion(&config->material) : NULL;
  char              label[LABEL_LEN], name[2 * NAME_MAX_LEN], time[QUANTITY_TEXT];

  PetscFunctionBeginUser;
  if (s->time <= SLOW_FROM) PetscFunctionReturn(0);
  snprintf(name, sizeof(name), "%s_time", s->name);
  blame(deck, name, label);
  quantity_format(s->time, DIM_TIME, time);
  PetscCheck(
      config->contact.law->flow, deck->comm, USER_ERROR,
      "%s: a dwell of %s is on the slow clock, which needs a law whose contacts can flow: contact_law mdr, not %s "
      "(up to 1 us any law will do)",
      label, time, config->contact.law->name);
  PetscCheck(
      !missing, deck->comm, USER_ERROR,
      "%s: a dwell of %s needs '%s' of the material, which %s does not have; add it to the card with its source, "
      "or to the deck as material: {%s: ...}, or choose sinter: {necks: none}",
      label, time, missing, deck->card_path, missing);
  PetscFunctionReturn(0);
}

/* Work of adhesion over yield stress times radius up to which contacts of both kinds were seen to agree:
 * solver/README.md. */
static const double STICKY = 0.35;

/* Rigid and meshed grains together: what contacts between the two know.  Ranges of the region are those of its keys. */
static PetscErrorCode CheckMixed(Deck *deck)
{
  Config           *config = deck->config;
  const MeshRegion *r      = &config->mesh.region;
  const double      given  = config->powder.yield_strength;
  const double      Y      = isnan(given) ? material_yield(&config->material, config->powder.diameter) : given;
  double            sticky;
  char              label[LABEL_LEN];

  PetscFunctionBeginUser;
  PetscCheck(r->r_min < r->r_max, deck->comm, USER_ERROR,
             "%s: the region from %g to %g of the bore's radius holds nothing; "
             "mesh_region_r_min must be below mesh_region_r_max",
             blame(deck, "mesh_region_r_min", label), r->r_min, r->r_max);
  PetscCheck(r->z_min < r->z_max, deck->comm, USER_ERROR,
             "%s: the region from %g to %g of the powder's height holds nothing; "
             "mesh_region_z_min must be below mesh_region_z_max",
             blame(deck, "mesh_region_z_min", label), r->z_min, r->z_max);
  PetscCheck(
      config->contact.law->mirrors, deck->comm, USER_ERROR,
      "%s: rigid grains beside meshed ones need a law with a middle plane, which %s is not; take contact_law: mdr",
      blame(deck, "contact_law", label), config->contact.law->name);
  PetscCheck(!strcmp(config->mesh.shape, "sphere"), deck->comm, USER_ERROR,
             "%s: rigid grains beside meshed ones meet spheres, not a %s; take sphere, or mesh_grains: all",
             blame(deck, "mesh_shape", label), config->mesh.shape);
  PetscCheck(config->material.bond != BOND_IONIC, deck->comm, USER_ERROR,
             "%s: rigid grains beside meshed ones are no ionic crystals; take a metal, or mesh_grains: none or all",
             blame(deck, "mesh_grains", label));
  sticky = config->contact.work_of_adhesion / (Y * 0.5 * config->powder.diameter);
  if (sticky > STICKY)
    warn(config,
         "mesh_grains: %s: grains this sticky (work of adhesion/(yield stress x radius) %.2g, above %g) stick "
         "differently when rigid or meshed, less so with contact_mdr_adhesive_flow: 1%s",
         config->mesh.grains, sticky, STICKY,
         mesh_promotes(&config->mesh) ? "; pressure falls where they become meshed (promotions.csv)" : "");
  PetscFunctionReturn(0);
}

/* Meshed grains: a law that can be computed, a file for the shape that needs one, ligands and seconds on spheres. */
static PetscErrorCode CheckMesh(Deck *deck)
{
  const Config     *config = deck->config;
  const MeshConfig *m      = &config->mesh;
  const char       *wrong;
  BulkModel         bulk;
  char              label[LABEL_LEN];

  PetscFunctionBeginUser;
  PetscCall(CheckFile(deck, "mesh_shape", m->shape, "mesh_file", m->file));
  if (!strcmp(m->grains, "none")) PetscFunctionReturn(0);
  PetscCheck(config->ligand.coverage <= 0.0 || config->contact.law->flow, deck->comm, USER_ERROR,
             "%s: ligands between meshed grains need a law that knows them, which %s does not; take contact_law: mdr",
             blame(deck, "ligand_coverage", label), config->contact.law->name);
  PetscCheck(config->ligand.coverage <= 0.0 || !strcmp(m->shape, "sphere"), deck->comm, USER_ERROR,
             "%s: ligands are counted on the surface of spheres, not of a %s; take 0, or mesh_shape: sphere",
             blame(deck, "ligand_coverage", label), m->shape);
  if (mesh_mixes(m)) PetscCall(CheckMixed(deck));
  PetscCall(CheckInterval(deck, "mesh_promote_every", &deck->config->mesh.promote_every));
  PetscCheck(strcmp(m->grains, "force_chains") || m->from_density > 0.0, deck->comm, USER_ERROR,
             "%s: force chains are looked for when the powder has a relative density, and mesh_from_density is 0; give "
             "one, such as 0.7",
             blame(deck, "mesh_grains", label));
  wrong = bulk_model(bulk_law_find(m->law), m->law_params, &bulk);
  PetscCheck(!wrong, deck->comm, USER_ERROR, "%s: mesh: %s", deck->path, wrong);
  for (PetscInt k = 0; k < config->n_stages; k++) {
    const StageConfig *s = &config->stage[k];

    if (s->kind != STAGE_DWELL || s->time <= SLOW_FROM) continue;
    PetscCheck(
        config->material.bond != BOND_IONIC, deck->comm, USER_ERROR,
        "%s: %s is a dwell on the slow clock, where meshed grains are no ionic crystals; up to 1 us, a metal, or "
        "mesh_grains: none",
        blame(deck, "mesh_grains", label), s->name);
    PetscCheck(!strcmp(m->shape, "sphere"), deck->comm, USER_ERROR,
               "%s: %s is a dwell on the slow clock, which knows spheres, not a %s; up to 1 us, or mesh_shape: sphere",
               blame(deck, "mesh_shape", label), s->name, m->shape);
  }
  PetscFunctionReturn(0);
}

/* What only Newton's rule can do, and what it cannot. */
static PetscErrorCode CheckNewton(Deck *deck, const StageConfig *s)
{
  const Config *config = deck->config;
  const int     asked  = s->moduli || (*s->element && strcmp(s->element, "one_point"));
  char          label[LABEL_LEN], name[2 * NAME_MAX_LEN];

  PetscFunctionBeginUser;
  snprintf(name, sizeof(name), "%s_%s", s->name, s->moduli ? "moduli" : "element");
  PetscCheck(!asked || strcmp(s->balance, "damped"), deck->comm, USER_ERROR,
             "%s: that needs a balance by Newton's rule, and %s_balance is damped; choose newton",
             blame(deck, name, label), s->name);
  if (!asked && strcmp(s->balance, "newton")) PetscFunctionReturn(0);
  if (!asked) snprintf(name, sizeof(name), "%s_balance", s->name);
  PetscCheck(
      !strcmp(config->mesh.grains, "all"), deck->comm, USER_ERROR,
      "%s: Newton's rule balances meshed grains, and mesh_grains is %s; choose balance: damped, or mesh: {grains: "
      "all}",
      blame(deck, name, label), config->mesh.grains);
  PetscCheck(
      config->ligand.coverage <= 0.0, deck->comm, USER_ERROR,
      "%s: Newton's rule knows no ligands between grains, and ligand_coverage is %g; choose balance: damped, or 0",
      blame(deck, name, label), config->ligand.coverage);
  PetscFunctionReturn(0);
}

/* Weight is no force of an equilibrium. */
static PetscErrorCode CheckMethod(Deck *deck, const StageConfig *s)
{
  const Config *config = deck->config;
  char          label[LABEL_LEN], name[2 * NAME_MAX_LEN], gravity[QUANTITY_TEXT];

  PetscFunctionBeginUser;
  snprintf(name, sizeof(name), "%s_moduli", s->name);
  PetscCheck(!s->moduli || !strcmp(s->method, "equilibrium"), deck->comm, USER_ERROR,
             "%s: moduli are differences of equilibria; choose %s: {method: equilibrium}, or no moduli",
             blame(deck, name, label), s->name);
  snprintf(name, sizeof(name), "%s_element", s->name);
  PetscCheck(!*s->element || !strcmp(s->element, "one_point") || !strcmp(s->method, "equilibrium"), deck->comm,
             USER_ERROR, "%s: %s is an element of equilibria; choose %s: {method: equilibrium}, or one_point",
             blame(deck, name, label), s->element, s->name);
  if (strcmp(s->method, "equilibrium")) PetscFunctionReturn(0);
  PetscCall(CheckNewton(deck, s));
  snprintf(name, sizeof(name), "%s_method", s->name);
  PetscCheck(config->time.gravity == 0.0, deck->comm, USER_ERROR,
             "%s: equilibrium leaves out gravity, and time_gravity is %s; choose explicit, or no gravity",
             blame(deck, name, label), quantity_format(config->time.gravity, DIM_ACCELERATION, gravity));
  PetscFunctionReturn(0);
}

static PetscErrorCode CompleteOutput(Deck *deck)
{
  OutputConfig *output = &deck->config->output;
  const char   *slash = strrchr(deck->path, '/'), *stem = slash ? slash + 1 : deck->path, *dot = strrchr(stem, '.');

  PetscFunctionBeginUser;
  if (!strcmp(output->folder, "auto"))
    snprintf(output->folder, PATH_MAX_LEN, "out/%.*s", dot && dot > stem ? (int)(dot - stem) : (int)strlen(stem), stem);
  PetscCall(CheckInterval(deck, "output_history_every", &output->history_every));
  PetscCall(CheckInterval(deck, "output_vtk_every", &output->vtk_every));
  PetscCall(CheckInterval(deck, "output_checkpoint_every", &output->checkpoint_every));
  PetscFunctionReturn(0);
}

PetscErrorCode DeckComplete(Deck *deck)
{
  const ContactConfig *contact = &deck->config->contact;
  const char          *wrong   = NULL;

  PetscFunctionBeginUser;
  if (contact->law->validate) wrong = contact->law->validate(contact->law_params);
  PetscCheck(!wrong, deck->comm, USER_ERROR, "%s: contact_%s: %s", deck->path, contact->law->name, wrong);
  PetscCall(CheckCrystal(deck));
  PetscCall(CompletePowder(deck));
  PetscCall(CompleteDie(deck));
  PetscCall(CheckMesh(deck));
  for (PetscInt k = 0; k < deck->config->n_stages; k++) {
    StageConfig *s = &deck->config->stage[k];

    if (s->kind == STAGE_PRESS) PetscCall(CheckPress(deck, s));
    if (s->kind != STAGE_DWELL || isnan(s->temperature)) s->temperature = deck->config->temperature;
    PetscCall(CheckMatter(deck, s));
    PetscCall(CheckMethod(deck, s));
    if (s->kind == STAGE_DWELL) PetscCall(CheckSlowDwell(deck, s));
  }
  PetscCall(CompleteOutput(deck));
  PetscFunctionReturn(0);
}
