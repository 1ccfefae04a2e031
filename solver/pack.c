#include "solver/pack.h"

#include "mesh/lattice.h"
#include "mesh/points.h"
#include "mesh/rng.h"
#include "mesh/sizes.h"
#include "mesh/xyzr.h"
#include "solver/setup.h"
#include "solver/units.h"
#include <string.h>

enum { WHY = 512 };
static const double FILE_OVERLAP = 0.2; /* of a radius, that grains of a file may overlap or pass the wall by */

/* What every packing needs to know of the powder, and this rank's slice of the ids. */
typedef struct {
  const Config  *config;
  MPI_Comm       comm;
  PetscInt64     n, first, last; /* grains in all; ids [first, last) are this rank's */
  Spheres        file;           /* packing: file; this rank's slice */
  SizeSpec       sizes;
  const SizeLaw *law;
  double        *diameters; /* sizes: file */
  double         volume;    /* of all grains [nm^3] */
  double         d_max;     /* [nm] */
  double         shell;     /* ligands keep cores apart by it: packings are of shells, taken off at the end [nm] */
} Powder;

static void slice(Powder *p)
{
  PetscMPIInt rank, size;

  MPI_Comm_rank(p->comm, &rank);
  MPI_Comm_size(p->comm, &size);
  p->first = p->n / size * rank + PetscMin(rank, p->n % size);
  p->last  = p->first + p->n / size + (rank < p->n % size);
}

static double diameter_of(const Powder *p, PetscInt64 id)
{
  return p->file.sphere ? 2.0 * p->file.sphere[id - p->first][3] : p->law->diameter(&p->sizes, id) + p->shell;
}

/* Sum of the grain volumes, the same bits on any number of ranks, and the largest diameter. */
static PetscErrorCode Totals(Powder *p)
{
  double   top = 0.0, unit;
  ExactSum sum = {0};

  PetscFunctionBeginUser;
  for (PetscInt64 id = p->first; id < p->last; id++) top = fmax(top, diameter_of(p, id));
  PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, &top, 1, MPI_DOUBLE, MPI_MAX, p->comm));
  unit = fixed_unit(top * top * top);
  for (PetscInt64 id = p->first; id < p->last; id++)
    exact_add(&sum, PETSC_PI / 6.0 * pow(diameter_of(p, id), 3), 1.0 / unit);
  PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, &sum, 2, MPI_INT64_T, MPI_SUM, p->comm));
  exact_normalize(&sum);
  p->volume = exact_value(&sum, unit);
  p->d_max  = top;
  PetscFunctionReturn(0);
}

static PetscErrorCode PowderCreate(MPI_Comm comm, const Config *config, Powder *p)
{
  const PowderConfig *c        = &config->powder;
  char                why[WHY] = "";

  PetscFunctionBeginUser;
  *p = (Powder){.config = config, .comm = comm, .n = c->grains, .law = size_law_find(c->sizes)};
  if (!strcmp(c->packing, "file")) {
    Spheres whole = {0};
    PetscCheck(SpheresRead(c->file, 0, -1, &whole, why, WHY) == MESH_OK, comm, PETSC_ERR_USER_INPUT,
               "%s: powder_file: %s", config->deck, why);
    p->n = whole.n; /* read once to count, then each rank its slice */
    spheres_free(&whole);
    slice(p);
    PetscCheck(SpheresRead(c->file, p->first, p->last, &p->file, why, WHY) == MESH_OK, comm, PETSC_ERR_USER_INPUT,
               "%s: powder_file: %s", config->deck, why);
  } else slice(p);
  p->sizes = (SizeSpec){.seed = c->seed, .mean = c->diameter, .spread = c->size_spread, .n_grains = p->n};
  if (!strcmp(c->sizes, "file") && !p->file.sphere) {
    PetscCheck(DiametersRead(c->sizes_file, &p->diameters, &p->sizes.n_values, why, WHY) == MESH_OK, comm,
               PETSC_ERR_USER_INPUT, "%s: powder_sizes_file: %s", config->deck, why);
    p->sizes.value = p->diameters;
  }
  if (config->ligand.coverage >= config->ligand.threshold) p->shell = setup_layer(config) * config->ligand.coverage;
  PetscCall(Totals(p));
  PetscFunctionReturn(0);
}

static PetscErrorCode PowderDestroy(Powder *p)
{
  PetscFunctionBeginUser;
  spheres_free(&p->file);
  free(p->diameters);
  PetscFunctionReturn(0);
}

static double bore_of(const Powder *p)
{
  const DieConfig *d = &p->config->die;
  return isnan(d->diameter) ? cbrt(4.0 * p->volume / (0.70 * PETSC_PI * d->aspect_ratio)) : d->diameter;
}

/* Everything of a record but place and motion. */
static void fill_record(const Powder *p, double d, double *rec)
{
  const double    given = p->config->powder.yield_strength;
  const Material *m     = &p->config->material;

  rec[REC_R] = rec[REC_R0] = 0.5 * d;
  rec[REC_YIELD]           = isnan(given) ? material_yield(m, d) : given;
  rec[REC_PSI]             = 1.0;
  rec[REC_INV_M]           = 1.0 / (m->density * PETSC_PI / 6.0 * d * d * d);
}

/* Records with places x [3 per grain], ids as sliced. */
static PetscErrorCode MakeGrains(const Powder *p, const double x[], Grains *grains)
{
  PetscFunctionBeginUser;
  PetscCall(GrainsCreate(p->comm, (PetscInt)(p->last - p->first), grains));
  for (PetscInt64 id = p->first; id < p->last; id++) {
    const PetscInt row = (PetscInt)(id - p->first);
    (*grains)->id[row] = id;
    fill_record(p, diameter_of(p, id), (*grains)->rec[row]);
    for (int k = 0; k < 3; k++) (*grains)->rec[row][REC_X + k] = x[3 * row + k];
  }
  PetscFunctionReturn(0);
}

static void set_tools(const Config *config, double bore, double height, Tools *t)
{
  const ToolConfig *face[TOOL_N] = {
      [TOOL_DIE] = &config->die.wall, [TOOL_BOTTOM] = &config->die.bottom, [TOOL_TOP] = &config->die.top};

  *t             = (Tools){.die_radius = 0.5 * bore, .die_top = height + bore};
  t->z[TOOL_TOP] = height;
  for (int k = 0; k < TOOL_N; k++) {
    t->mu[k]      = face[k]->friction;
    t->mu_roll[k] = face[k]->rolling_friction;
    t->W[k]       = face[k]->work_of_adhesion;
  }
}

static PetscErrorCode PackLattice(Powder *p, const LatticeKind *kind, Grains *grains, Tools *tools)
{
  const Config *c    = p->config;
  const double  bore = bore_of(p);
  Lattice       lattice;
  double       *x;
  char          width[QUANTITY_TEXT];

  PetscFunctionBeginUser;
  PetscCheck(LatticeCreate(kind, p->d_max, c->powder.relative_density, 0.5 * bore, 0.0, &lattice) == MESH_OK, p->comm,
             PETSC_ERR_USER_INPUT,
             "%s: powder_relative_density: %g is not possible for %s in a bore of %s (touching grains have %g)",
             c->deck, c->powder.relative_density, kind->name, quantity_format(bore, DIM_LENGTH, width),
             lattice_touching_density(kind));
  PetscCall(PetscMalloc1(PetscMax(3 * (p->last - p->first), 1), &x));
  lattice_range(&lattice, p->first, p->last, x);
  PetscCall(MakeGrains(p, x, grains));
  set_tools(c, bore, lattice_height(&lattice, p->n, p->d_max), tools);
  lattice_free(&lattice);
  PetscCall(PetscFree(x));
  PetscFunctionReturn(0);
}

/* Every rank looks at the whole file: do the grains stand in the die, does no pair overlap too much? */
static PetscErrorCode CheckFile(const Powder *p, double bore, double z_lo, double z_hi)
{
  const Config *c        = p->config;
  char          why[WHY] = "", width[QUANTITY_TEXT];
  Spheres       whole    = {0};
  MeshStatus    status;

  PetscFunctionBeginUser;
  status = SpheresRead(c->powder.file, 0, -1, &whole, why, WHY);
  if (!status) status = SpheresInDie(&whole, 0.5 * bore, z_lo, z_hi, FILE_OVERLAP, why, WHY);
  spheres_free(&whole);
  PetscCheck(!status, p->comm, PETSC_ERR_USER_INPUT, "%s: powder_file: %s: %s (bore %s about the z axis: die_diameter)",
             c->deck, c->powder.file, why, quantity_format(bore, DIM_LENGTH, width));
  PetscFunctionReturn(0);
}

static PetscErrorCode PackFile(Powder *p, Grains *grains, Tools *tools)
{
  const PetscInt64 n    = p->last - p->first;
  const double     bore = bore_of(p);
  double          *x, z[2] = {-1e300, -1e300};

  PetscFunctionBeginUser;
  PetscCall(PetscMalloc1(PetscMax(3 * n, 1), &x));
  for (PetscInt64 i = 0; i < n; i++) {
    const double *s = p->file.sphere[i];
    for (int k = 0; k < 3; k++) x[3 * i + k] = s[k];
    z[0] = fmax(z[0], s[3] - s[2]);
    z[1] = fmax(z[1], s[3] + s[2]);
  }
  PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, z, 2, MPI_DOUBLE, MPI_MAX, p->comm));
  PetscCall(CheckFile(p, bore, 0.0 - z[0], z[1]));
  PetscCall(MakeGrains(p, x, grains));
  for (PetscInt i = 0; i < (*grains)->n_owned; i++) (*grains)->rec[i][REC_Z] += z[0]; /* the lowest grain on z = 0 */
  set_tools(p->config, bore, z[0] + z[1], tools);
  PetscCall(PetscFree(x));
  PetscFunctionReturn(0);
}

/* Growth: radii from START of their size to full in GROW steps, then REST steps for what still overlaps. */
enum { GROW = 3000, REST = 6000 };
static const double START = 0.60, OVERLAP_OK = 0.002, OVERLAP_MAX = 0.05;

static PetscErrorCode MaxOverlap(Dem dem, Grains g, const Tools *tools, double *overlap)
{
  const ContactSample *c;
  PetscInt             n;

  PetscFunctionBeginUser;
  *overlap = 0.0;
  dem_sample_next(dem);
  PetscCall(DemForces(dem, tools));
  dem_samples(dem, &n, &c);
  for (PetscInt k = 0; k < n; k++) *overlap = fmax(*overlap, c[k].delta / (2.0 * g->rec[c[k].i][REC_R]));
  PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, overlap, 1, MPI_DOUBLE, MPI_MAX, g->comm));
  PetscFunctionReturn(0);
}

/* The engine with elastic, frictionless, overdamped grains. */
static PetscErrorCode GrowthEngine(const Config *config, Grains g, double law_params[], Dem *dem)
{
  const ContactLaw *law = contact_law_find("hertz_mindlin");
  double            r_min, r_max;
  DemConfig         cfg;

  PetscFunctionBeginUser;
  PetscCall(SetupRadii(g, &r_min, &r_max));
  for (const ParamSpec *s = law->params; s->key; s++) {
    double *value = (double *)((char *)law_params + s->offset);
    *value        = !strcmp(s->key, "E") ? config->material.E : !strcmp(s->key, "nu") ? config->material.nu : s->def;
  }
  cfg       = setup_dem(config, r_min, r_max);
  cfg.model = (ContactModel){.law         = law,
                             .p           = law_params,
                             .G_star      = cfg.model.G_star,
                             .G_star_tool = cfg.model.G_star_tool,
                             .kt_ratio    = 1.0,
                             .damping_t   = 1.0};
  cfg.mu = cfg.mu_roll = cfg.mu_twist = cfg.W = cfg.W_tool = cfg.gravity = cfg.layer = 0.0;
  cfg.crystal                                                                        = NULL;
  cfg.W_bond                                                                         = 0.0;
  cfg.drag = 0.02 / cfg.dt; /* forgets velocities in about 50 steps */
  cfg.skin = 0.2 * r_max;
  PetscCall(DemCreate(g, &cfg, dem));
  PetscFunctionReturn(0);
}

static PetscErrorCode Grow(const Config *config, Grains g, const Tools *tools)
{
  double    params[16], overlap = 1.0;
  PetscInt  control = 1; /* steps done at the next control */
  Tools     smooth  = *tools;
  DemStatus status;
  Dem       dem;

  PetscFunctionBeginUser;
  for (int k = 0; k < TOOL_N; k++) smooth.mu[k] = smooth.mu_roll[k] = smooth.W[k] = 0.0;
  PetscCall(GrowthEngine(config, g, params, &dem));
  for (PetscInt step = 0; step < GROW + REST; step++) {
    const double share = START + (1.0 - START) * fmin(1.0, (double)(step + 1) / GROW);

    PetscCall(DemRefresh(dem, &smooth, PETSC_FALSE));
    PetscCall(DemForces(dem, &smooth));
    dem_move(dem, &smooth);
    for (PetscInt i = 0; i < g->n_owned; i++) g->rec[i][REC_R] = share * g->rec[i][REC_R0];
    if (step + 1 >= control) {
      PetscCall(DemControl(dem, &smooth, 0, &status));
      control = step + 1 + status.interval;
    }
    if (step >= GROW && step % 200 == 0) {
      PetscCall(MaxOverlap(dem, g, &smooth, &overlap));
      if (overlap < OVERLAP_OK) break;
    }
  }
  PetscCheck(overlap < OVERLAP_MAX, g->comm, PETSC_ERR_USER_INPUT,
             "%s: powder_relative_density: %g cannot be packed: grains still overlap by %.2g of their diameter; lower "
             "it (random close packing of equal spheres is 0.64, less beside walls)",
             config->deck, config->powder.relative_density, overlap);
  PetscCall(DemDestroy(&dem));
  PetscFunctionReturn(0);
}

/* Grown grains at rest again, or with the velocities that make a network of sticky ones. */
static void set_motion(const Config *config, Grains g, int kicked)
{
  const double rms =
      0.01 * sqrt(config->material.E / config->material.density); /* 1 % of the bar wave speed: they stick */

  for (PetscInt i = 0; i < g->n_owned; i++) {
    double *r = g->rec[i], v[3] = {0.0, 0.0, 0.0};
    if (kicked) point_kick(config->powder.seed, g->id[i], rms, v);
    for (int k = 0; k < 3; k++) {
      r[REC_VX + k] = v[k];
      r[REC_WX + k] = 0.0;
    }
    r[REC_R] = r[REC_R0];
  }
}

static PetscErrorCode PackRandom(Powder *p, int cohesive, Grains *grains, Tools *tools)
{
  const Config *c    = p->config;
  const double  bore = bore_of(p), height = p->volume / (c->powder.relative_density * 0.25 * PETSC_PI * bore * bore);
  PointsPlan    plan;
  double       *x;
  char          text[3][QUANTITY_TEXT];

  PetscFunctionBeginUser;
  PetscCheck(!cohesive || (c->contact.work_of_adhesion > 0.0 && strcmp(c->contact.law->name, "hertz_mindlin")), p->comm,
             PETSC_ERR_USER_INPUT,
             "%s: powder_packing: cohesive grains must stick: choose a law with adhesion (contact_law: mdr or jkr) and "
             "contact_work_of_adhesion above 0, or packing random",
             c->deck);
  PetscCheck(PointsPlanSet(p->n, 0.5 * (bore - p->d_max), 0.5 * p->d_max, height - p->d_max, 1.0, c->powder.seed,
                           &plan) == MESH_OK,
             p->comm, PETSC_ERR_USER_INPUT,
             "%s: die_diameter: a bore of %s and a height of %s have no room for grains of %s", c->deck,
             quantity_format(bore, DIM_LENGTH, text[0]), quantity_format(height, DIM_LENGTH, text[1]),
             quantity_format(p->d_max, DIM_LENGTH, text[2]));
  PetscCall(PetscMalloc1(PetscMax(3 * (p->last - p->first), 1), &x));
  points_range(&plan, p->first, p->last, x);
  PetscCall(MakeGrains(p, x, grains));
  PetscCall(PetscFree(x));
  set_tools(c, bore, height, tools);
  for (PetscInt i = 0; i < (*grains)->n_owned; i++) (*grains)->rec[i][REC_R] = START * (*grains)->rec[i][REC_R0];
  PetscCall(Grow(c, *grains, tools));
  set_motion(c, *grains, cohesive);
  PetscFunctionReturn(0);
}

/* The shells come off, and every grain gets its ligands. */
static void cover_grains(const Powder *p, Grains g)
{
  const double off = p->file.sphere ? 0.0 : p->shell;

  for (PetscInt i = 0; i < g->n_owned; i++) {
    if (off > 0.0) fill_record(p, 2.0 * g->rec[i][REC_R0] - off, g->rec[i]);
    g->aux[i][AUX_COVER] = g->aux[i][AUX_FREE] = p->config->ligand.coverage;
  }
}

/* The lattice of every grain: at random, or along the press. */
static void turn_grains(const PowderConfig *c, Grains g)
{
  for (PetscInt i = 0; i < g->n_owned; i++) {
    double *q = &g->aux[i][AUX_QW];

    if (c->aligned) q[0] = 1.0;
    else point_turn(c->seed, RNG_TURNS, g->id[i], q);
  }
}

PetscErrorCode PackGrains(MPI_Comm comm, const Config *config, Grains *grains, Tools *tools)
{
  const char        *name = config->powder.packing;
  const LatticeKind *kind = lattice_kind_find(name);
  Powder             p;
  char               bore[QUANTITY_TEXT], grain[QUANTITY_TEXT];

  PetscFunctionBeginUser;
  PetscCall(PowderCreate(comm, config, &p));
  PetscCheck(bore_of(&p) > p.d_max, comm, PETSC_ERR_USER_INPUT,
             "%s: die_diameter: the bore of %s is smaller than a grain of %s", config->deck,
             quantity_format(bore_of(&p), DIM_LENGTH, bore), quantity_format(p.d_max, DIM_LENGTH, grain));
  if (kind) PetscCall(PackLattice(&p, kind, grains, tools));
  else if (!strcmp(name, "file")) PetscCall(PackFile(&p, grains, tools));
  else PetscCall(PackRandom(&p, !strcmp(name, "cohesive"), grains, tools));
  cover_grains(&p, *grains);
  if (config->interface.crystals) turn_grains(&config->powder, *grains);
  PetscCall(PowderDestroy(&p));
  PetscFunctionReturn(0);
}
