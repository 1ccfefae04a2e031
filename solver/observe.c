#include "solver/observe_impl.h"
#include "solver/totals.h"

/* The sums over all grains and contacts that an observation is made of. */
enum {
  T_GRAINS,
  T_VOLUME,
  T_MASS,
  T_RADIUS0,
  T_GROWTH,
  T_SWOLLEN, /* apparent spheres less their caps */
  T_MX,      /* moments of volume, z from mid-height */
  T_MY,
  T_MZ,
  T_MRR,
  T_MZZ,
  T_CORE,
  T_KINETIC,
  T_KSTRESS,
  T_STRESS = T_KSTRESS + SYM_N,
  T_NET    = T_STRESS + SYM_N,
  T_ABS,
  T_ENDS,         /* of contacts on grains; tools have none */
  T_ENDS_BEARING, /* on grains with two or more */
  T_BEARING,
  T_PAIRS, /* contacts between grains */
  T_TOOLS, /* grain on tool */
  T_FORCE,
  T_TENSILE,
  T_OVERLAP,
  T_AREA_RADIUS,
  T_FACES, /* contacts between grains with an interface */
  T_BONDED,
  T_NECK,
  T_COVER,
  T_LAYER,
  T_COVER_FREE,
  T_STORED,
  T_WALL,
  T_FABRIC,
  T_N = T_FABRIC + SYM_N
};

/* The powder between the punches, cut to where grains are. */
typedef struct {
  double z_low, z_high, radius;
} Region;

static Region region_of(const Sample *s, const Extremes *x)
{
  const Tools *t = s->tools;

  return (Region){.z_low  = fmax(t->z[TOOL_BOTTOM], -x->minus_z_low),
                  .z_high = fmin(t->z[TOOL_TOP], x->z_high),
                  .radius = t->die_radius};
}

/* Kinetic energy, and the momentum flux of the motion that is not the affine one of the punches. */
static void add_motion(Totals *t, const Sample *s, const GrainRecord r, int meshed)
{
  const Tools *tools = s->tools;
  const double m = 1 / r[REC_INV_M], inertia = 0.4 * m * r[REC_R0] * r[REC_R0];
  const double height = tools->z[TOOL_TOP] - tools->z[TOOL_BOTTOM];
  const double along  = (r[REC_Z] - tools->z[TOOL_BOTTOM]) / height;
  const double affine = tools->v[TOOL_BOTTOM] + along * (tools->v[TOOL_TOP] - tools->v[TOOL_BOTTOM]);
  const double vx = r[REC_VX], vy = r[REC_VY], vz = r[REC_VZ] - affine;
  const double v2 = vx * vx + vy * vy + r[REC_VZ] * r[REC_VZ];
  const double w2 = r[REC_WX] * r[REC_WX] + r[REC_WY] * r[REC_WY] + r[REC_WZ] * r[REC_WZ];

  totals_add(t, T_MASS, m);
  totals_add(t, T_KINETIC, meshed ? 0.0 : 0.5 * (m * v2 + inertia * w2)); /* of bodies: FemStatus */
  totals_add(t, T_KSTRESS + SYM_XX, m * vx * vx);
  totals_add(t, T_KSTRESS + SYM_YY, m * vy * vy);
  totals_add(t, T_KSTRESS + SYM_ZZ, m * vz * vz);
  totals_add(t, T_KSTRESS + SYM_XY, m * vx * vy);
  totals_add(t, T_KSTRESS + SYM_YZ, m * vy * vz);
  totals_add(t, T_KSTRESS + SYM_ZX, m * vz * vx);
}

static void add_place(Totals *t, const Sample *s, const Region *region, const GrainRecord r, int meshed)
{
  const double V = sphere_volume(r[REC_R0]), own = r[REC_R0] * r[REC_R0] / 5; /* second moment of a sphere per axis */
  const double x = r[REC_X], y = r[REC_Y], z = r[REC_Z] - 0.5 * (region->z_low + region->z_high);
  const double quarter = 0.25 * (region->z_high - region->z_low), d = sqrt(x * x + y * y);

  totals_add(t, T_GRAINS, 1);
  totals_add(t, T_VOLUME, V);
  totals_add(t, T_RADIUS0, r[REC_R0]);
  totals_add(t, T_GROWTH, meshed ? 0.0 : r[REC_R] / r[REC_R0] - 1);
  totals_add(t, T_MX, V * x);
  totals_add(t, T_MY, V * y);
  totals_add(t, T_MZ, V * z);
  totals_add(t, T_MRR, V * (d * d + 2 * own));
  totals_add(t, T_MZZ, V * (z * z + own));
  /* the first pass takes the whole sphere: it must not be smaller than the second */
  totals_add(t, T_CORE, t->pass ? sphere_in_cylinder(d, z, r[REC_R0], 0.5 * region->radius, -quarter, quarter) : V);
}

static void add_grains(Totals *t, const Sample *s, const Region *region, const GrainTotals sum[], const int32_t z[],
                       const GrainUnits *u)
{
  for (PetscInt k = 0; k < s->grains->n_owned; k++) {
    const double *r      = s->grains->rec[k];
    const int     meshed = s->grains->aux[k][AUX_MESHED] > 0.0;
    const double  net[3] = {(double)sum[k][SUM_FX], (double)sum[k][SUM_FY], (double)sum[k][SUM_FZ]};

    add_place(t, s, region, r, meshed);
    add_motion(t, s, r, meshed);
    totals_add(t, T_SWOLLEN,
               meshed ? sphere_volume(r[REC_R0]) : sphere_volume(r[REC_R]) - (double)sum[k][SUM_CAPS] * u->volume);
    for (int c = 0; c < SYM_N; c++) totals_add(t, T_STRESS + c, (double)sum[k][SUM_STRESS + c] * u->moment);
    totals_add(t, T_NET, norm3(net) * u->force);
    totals_add(t, T_ABS, (double)sum[k][SUM_ABS] * u->force);
    totals_add(t, T_ENDS, z[k]);
    totals_add(t, T_ENDS_BEARING, z[k] >= 2 ? z[k] : 0);
    totals_add(t, T_BEARING, z[k] >= 2);
    totals_add(t, T_COVER_FREE, s->grains->aux[k][AUX_FREE]);
  }
}

/* What lies between two grains that touch. */
static void add_interface(Totals *t, const Sample *s, const ContactSample *c)
{
  const int bonded = contact_bonded(c);

  if (c->bond < 0) return;
  totals_add(t, T_FACES, 1);
  totals_add(t, T_BONDED, bonded);
  totals_add(t, T_NECK, bonded ? c->neck / contact_radius0(s, c) : 0.0);
  totals_add(t, T_COVER, c->coverage);
  totals_add(t, T_LAYER, c->layer);
}

static void add_contacts(Totals *t, const Sample *s)
{
  for (PetscInt k = 0; k < s->n_contacts; k++) {
    const ContactSample *c = &s->contacts[k];
    const double        *n = c->n;

    if (contact_row(c) >= s->grains->n_owned) continue; /* counted by the owner of the other end */
    totals_add(t, T_STORED, c->stored);
    if (c->j == -1 - TOOL_DIE) totals_add(t, T_WALL, c->fn);
    if (!contact_touches(c)) continue;
    totals_add(t, c->j < 0 ? T_TOOLS : T_PAIRS, 1);
    if (c->j < 0) continue;
    totals_add(t, T_FORCE, norm3(c->f));
    totals_add(t, T_TENSILE, c->fn < 0);
    totals_add(t, T_OVERLAP, c->delta / contact_radius0(s, c));
    totals_add(t, T_AREA_RADIUS, c->a / contact_radius0(s, c));
    add_interface(t, s, c);
    totals_add(t, T_FABRIC + SYM_XX, n[0] * n[0]);
    totals_add(t, T_FABRIC + SYM_YY, n[1] * n[1]);
    totals_add(t, T_FABRIC + SYM_ZZ, n[2] * n[2]);
    totals_add(t, T_FABRIC + SYM_XY, n[0] * n[1]);
    totals_add(t, T_FABRIC + SYM_YZ, n[1] * n[2]);
    totals_add(t, T_FABRIC + SYM_ZX, n[2] * n[0]);
  }
}

static double ratio(double a, double b) { return b > 0 ? a / b : NAN; }

/* What the elements of meshed grains say. */
static void see_bodies(const Sample *s, double bore, Observation *o)
{
  const FemStatus *b = s->bodies;

  o->meshed   = b ? (double)b->bodies / (double)s->grains->n_global : 0.0;
  o->elements = b ? (double)b->bodies * fem_mesh(s->fem)->n_elem : 0.0;
  for (int k = 0; k < SYM_N; k++) o->mesh_stress[k] = b ? -b->stress[k] / bore : NAN;
  o->mises_mean    = b ? b->mises : NAN;
  o->mises_rms     = b ? b->mises_rms : NAN;
  o->mises_max     = b ? b->mises_max : NAN;
  o->alpha_mean    = b ? b->alpha : NAN;
  o->mesh_volume   = b ? ratio(b->volume, b->volume0) : NAN;
  o->mass_added    = b ? b->mass_added : NAN;
  o->element_worst = b ? b->worst : NAN;
}

static void see_tools(const Sample *s, const Region *region, const double v[], Observation *o)
{
  const Tools *t    = s->tools;
  const double area = M_PI * t->die_radius * t->die_radius;
  const double side = 2 * M_PI * t->die_radius * (fmin(region->z_high, t->die_top) - region->z_low);

  o->height          = t->z[TOOL_TOP] - t->z[TOOL_BOTTOM];
  o->z_bottom        = t->z[TOOL_BOTTOM];
  o->z_top           = t->z[TOOL_TOP];
  o->velocity_top    = t->v[TOOL_TOP];
  o->velocity_bottom = t->v[TOOL_BOTTOM];
  o->force_top       = s->tool_force[TOOL_TOP][2];
  o->force_bottom    = -s->tool_force[TOOL_BOTTOM][2];
  o->force_wall      = s->tool_force[TOOL_DIE][2];
  o->pressure_top    = o->force_top / area;
  o->pressure_bottom = o->force_bottom / area;
  o->pressure_wall   = ratio(v[T_WALL], side);
  o->shear_wall      = ratio(o->force_wall, side);
  o->transmission    = ratio(o->pressure_bottom, o->pressure_top);
}

static void see_size(const Sample *s, const Region *region, const double v[], Observation *o)
{
  const double R = region->radius, height = region->z_high - region->z_low, V = v[T_VOLUME];
  const double bore = M_PI * R * R * height;
  const double cx = v[T_MX] / V, cy = v[T_MY] / V, cz = v[T_MZ] / V;
  const double load = fmax(o->pressure_top, o->pressure_bottom);

  o->centre[0]        = cx;
  o->centre[1]        = cy;
  o->centre[2]        = cz + 0.5 * (region->z_low + region->z_high);
  o->diameter         = 2 * v[T_RADIUS0] / v[T_GRAINS];
  o->relative_density = ratio(V, bore);
  o->core_density     = ratio(v[T_CORE], bore / 8);
  o->height_moment    = sqrt(12 * fmax(v[T_MZZ] / V - cz * cz, 0.0));
  o->radius_moment    = sqrt(2 * fmax(v[T_MRR] / V - cx * cx - cy * cy, 0.0));
  o->radius_growth    = v[T_GROWTH] / v[T_GRAINS];
  o->volume_error     = v[T_SWOLLEN] / V - 1;
  o->inertial_number  = NAN;
  if (load > 0 && o->height > 0)
    o->inertial_number = fabs(o->velocity_top - o->velocity_bottom) / o->height * 2 * v[T_RADIUS0] / v[T_GRAINS] *
                         sqrt(v[T_MASS] / V / load);
  for (int k = 0; k < SYM_N; k++) o->stress[k] = ratio(v[T_STRESS + k] + v[T_KSTRESS + k], bore);
  see_bodies(s, bore, o);
  o->kinetic_pressure = ratio(v[T_KSTRESS + SYM_XX] + v[T_KSTRESS + SYM_YY] + v[T_KSTRESS + SYM_ZZ], 3 * bore);
  double major;
  tensor_invariants(o->stress, &o->p, &o->q, &o->lode, &major);
  o->q_over_p = ratio(o->q, o->p);
}

static void see_structure(const Extremes *x, const double v[], Observation *o)
{
  const double pairs = v[T_PAIRS];
  double       sum   = 0;

  o->grains                  = v[T_GRAINS];
  o->contacts                = pairs;
  o->tool_contacts           = v[T_TOOLS];
  o->coordination            = v[T_ENDS] / v[T_GRAINS];
  o->coordination_mechanical = ratio(v[T_ENDS_BEARING], v[T_BEARING]);
  o->rattlers                = 1 - v[T_BEARING] / v[T_GRAINS];
  o->force_mean              = ratio(v[T_FORCE], pairs);
  o->force_max               = pairs > 0 ? x->pair_force : NAN;
  o->tensile                 = ratio(v[T_TENSILE], pairs);
  o->overlap_mean            = ratio(v[T_OVERLAP], pairs);
  o->overlap_max             = isfinite(x->overlap) ? x->overlap : NAN;
  o->contact_radius_mean     = ratio(v[T_AREA_RADIUS], pairs);
  o->bonded                  = ratio(v[T_BONDED], v[T_FACES]);
  o->bonded_coordination     = 2 * v[T_BONDED] / v[T_GRAINS];
  o->neck_mean               = ratio(v[T_NECK], v[T_BONDED]);
  o->coverage_contact        = ratio(v[T_COVER], v[T_FACES]);
  o->layer_mean              = ratio(v[T_LAYER], v[T_FACES]);
  o->coverage_free           = v[T_COVER_FREE] / v[T_GRAINS];
  o->unbalance               = ratio(v[T_NET], v[T_ABS]);
  for (int k = 0; k < SYM_N; k++) {
    o->fabric[k]   = ratio(v[T_FABRIC + k], pairs);
    const double A = 7.5 * (o->fabric[k] - (k <= SYM_ZZ ? 1.0 / 3 : 0.0));

    sum += (k <= SYM_ZZ ? 1 : 2) * A * A;
  }
  o->anisotropy = sqrt(1.5 * sum);
}

static void see_energy(const Sample *s, const double v[], Observation *o)
{
  const double *w        = s->work;
  const double  kinetic  = v[T_KINETIC] + (s->bodies ? s->bodies->kinetic : 0.0);
  double        residual = kinetic - s->kinetic_start, largest = fabs(residual);

  for (int k = 0; k < WORK_N; k++) {
    o->work[k] = w[k];
    if (k == WORK_FRICTION || k == WORK_PLASTIC || k == WORK_HOURGLASS || k == WORK_UNEVEN)
      continue; /* parts of others */
    residual += k == WORK_TOOLS || k == WORK_GRAVITY ? -w[k] : w[k];
    largest = fmax(largest, fabs(w[k]));
  }
  o->kinetic      = kinetic;
  o->stored       = v[T_STORED];
  o->energy_error = largest > 0 ? residual / largest : 0;
}

/* Not collective.  Makes room for n grains. */
static PetscErrorCode FieldsResize(GrainFields *f, PetscInt n)
{
  PetscFunctionBeginUser;
  if (n > f->n_alloc) {
    PetscCall(GrainFieldsDestroy(f));
    f->n_alloc = n + n / 8 + 64;
    PetscCall(PetscMalloc1(f->n_alloc, &f->stress));
    PetscCall(PetscMalloc5(f->n_alloc, &f->p, f->n_alloc, &f->q, f->n_alloc, &f->lode, f->n_alloc, &f->major,
                           f->n_alloc, &f->unbalance));
    PetscCall(PetscMalloc2(f->n_alloc, &f->mises, f->n_alloc, &f->alpha));
    PetscCall(PetscMalloc4(f->n_alloc, &f->coordination, f->n_alloc, &f->bonds, f->n_alloc, &f->cluster, f->n_alloc,
                           &f->chain));
  }
  f->n = n;
  PetscFunctionReturn(0);
}

PetscErrorCode GrainFieldsDestroy(GrainFields *f)
{
  PetscFunctionBeginUser;
  PetscCall(PetscFree(f->stress));
  PetscCall(PetscFree5(f->p, f->q, f->lode, f->major, f->unbalance));
  PetscCall(PetscFree2(f->mises, f->alpha));
  PetscCall(PetscFree4(f->coordination, f->bonds, f->cluster, f->chain));
  PetscCall(PetscFree(f->contact_chain));
  *f = (GrainFields){0};
  PetscFunctionReturn(0);
}

/* Stress of an owned grain: of a meshed one its body's, of another what its contacts say. */
static void stress_of(const Sample *s, PetscInt row, const GrainTotals sum, const GrainUnits *u, double stress[SYM_N])
{
  BodyMeans body;

  observe_stress(sum, u, sphere_volume(s->grains->rec[row][REC_R0]), stress);
  if (!fem_means(s->fem, row, &body)) return;
  for (int c = 0; c < SYM_N; c++) stress[c] = -body.stress[c];
}

static PetscErrorCode FillFields(const Sample *s, const double (*stress)[SYM_N], const GrainTotals sum[],
                                 const int32_t z[], const GrainUnits *u, GrainFields *f)
{
  PetscFunctionBeginUser;
  PetscCall(FieldsResize(f, s->grains->n_owned));
  for (PetscInt k = 0; k < f->n; k++) {
    const double net[3] = {(double)sum[k][SUM_FX], (double)sum[k][SUM_FY], (double)sum[k][SUM_FZ]};
    BodyMeans    body;

    for (int c = 0; c < SYM_N; c++) f->stress[k][c] = stress[k][c];
    f->mises[k] = f->alpha[k] = NAN;
    if (fem_means(s->fem, k, &body)) {
      f->mises[k] = body.mises;
      f->alpha[k] = body.alpha;
    }
    tensor_invariants(f->stress[k], &f->p[k], &f->q[k], &f->lode[k], &f->major[k]);
    f->unbalance[k]    = norm3(net) * u->force;
    f->coordination[k] = z[k];
  }
  PetscFunctionReturn(0);
}

PetscErrorCode Observe(const Sample *sample, Observation *seen, GrainFields *fields)
{
  const Grains g      = sample->grains;
  Totals       totals = {.n = T_N};
  double       value[T_N];
  GrainTotals *sum;
  int32_t     *z;
  double(*stress)[SYM_N];
  Extremes   extremes;
  GrainUnits units;
  PetscBool  finite;

  PetscFunctionBeginUser;
  PetscCall(PetscCalloc2(g->n_owned, &sum, g->n_owned, &z));
  PetscCall(GrainsHaloBegin(g)); /* owned grains have moved on since the forces: ghosts must not lag behind */
  PetscCall(GrainsHaloEnd(g));
  PetscCall(ObserveExtremes(sample, &extremes));
  const Region region = region_of(sample, &extremes);

  observe_grains(sample, &extremes, sum, z, &units);
  add_grains(&totals, sample, &region, sum, z, &units);
  add_contacts(&totals, sample);
  PetscCall(TotalsPeaks(g->comm, &totals, &finite));
  PetscCheck(finite, g->comm, PETSC_ERR_CONV_FAILED,
             "step %lld: a position, velocity or force is not finite; a smaller time.step_fraction may help",
             (long long)sample->step);
  add_grains(&totals, sample, &region, sum, z, &units);
  add_contacts(&totals, sample);
  PetscCall(TotalsSum(g->comm, &totals, value));

  *seen = (Observation){.step              = (double)sample->step,
                        .time              = sample->time,
                        .stage             = sample->stage,
                        .target            = sample->target,
                        .slow_time         = 1e-9 * sample->slow_time,
                        .slow_steps        = sample->slow_steps,
                        .slow_residual     = sample->slow_residual,
                        .temperature       = sample->temperature,
                        .static_increments = sample->static_increments,
                        .static_newton     = sample->static_newton,
                        .static_steps      = sample->static_steps,
                        .static_residual   = sample->static_increments > 0 ? sample->static_residual : NAN};
  for (int k = 0; k < STIFFNESS_N; k++) seen->stiffness[k] = sample->stiffness ? sample->stiffness[k] : NAN;
  see_tools(sample, &region, value, seen);
  see_size(sample, &region, value, seen);
  see_structure(&extremes, value, seen);
  see_energy(sample, value, seen);
  PetscCall(PetscMalloc1(g->n_owned, &stress));
  for (PetscInt k = 0; k < g->n_owned; k++) stress_of(sample, k, sum[k], &units, stress[k]);
  if (fields) PetscCall(FillFields(sample, (const double(*)[SYM_N])stress, sum, z, &units, fields));
  PetscCall(ObserveBonds(sample, seen, fields));
  PetscCall(ObserveChains(sample, (const double(*)[SYM_N])stress, seen, fields));
  PetscCall(PetscFree(stress));
  PetscCall(PetscFree2(sum, z));
  PetscFunctionReturn(0);
}
