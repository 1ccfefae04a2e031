/* output_coin.c - the coin in a few numbers, what to doubt about them, and both on one screen when the run is over. */
#include "solver/output_impl.h"
#include "solver/units.h"
#include <math.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

/* Larger or smaller of the two; a NaN counts for nothing. */
static double larger(double a, double b) { return isnan(a) || b > a ? b : a; }
static double smaller(double a, double b) { return isnan(a) || b < a ? b : a; }

void output_stage_take(Output out, const Observation *o)
{
  const int index = (int)o->stage;

  if (index < 0 || index >= STAGES_MAX) return;
  StageSummary *s = &out->stage[index];
  if (!s->rows) {
    s->first        = *o;
    s->pressure_max = s->push_max = s->inertial_max = s->overlap_max = s->element_worst = NAN;
  }
  s->rows++;
  s->last          = *o;
  s->pressure_max  = larger(s->pressure_max, o->pressure_top);
  s->push_max      = larger(s->push_max, fmax(fabs(o->force_top), fabs(o->force_bottom)));
  s->inertial_max  = larger(s->inertial_max, o->inertial_number);
  s->overlap_max   = larger(s->overlap_max, o->overlap_max);
  s->element_worst = smaller(s->element_worst, o->element_worst);
}

/* The stages that tell the coin: the last one under load, the last release, the last ejection; NULL when not there. */
typedef struct {
  const StageSummary *loaded, *released, *ejected, *last;
} CoinStages;

static CoinStages stages_of(Output o)
{
  CoinStages c = {NULL, NULL, NULL, NULL};

  for (PetscInt k = 0; k < o->config.n_stages && k < STAGES_MAX; k++) {
    const StageSummary *s = &o->stage[k];

    if (!s->rows) continue;
    c.last = s;
    switch (o->config.stage[k].kind) {
    case STAGE_PRESS:
    case STAGE_DWELL:
      c.loaded = s;
      break;
    case STAGE_RELEASE:
      c.released = s;
      break;
    case STAGE_EJECT:
      c.ejected = s;
      break;
    default:
      break;
    }
  }
  return c;
}

static double growth(double after, double before) { return before > 0 ? after / before - 1 : NAN; }

/* What the elements say: `o` at the end, `loaded` under load. */
static void coin_of_meshed(Output out, const Observation *o, const Observation *loaded, Coin *coin)
{
  const double strain = loaded->work[WORK_STRAIN];

  if (!(o->meshed > 0)) return;
  coin->meshed              = o->meshed * o->grains;
  coin->mesh_elements       = o->elements / coin->meshed;
  coin->mises_mean          = o->mises_mean;
  coin->mises_rms           = o->mises_rms;
  coin->mises_max           = o->mises_max;
  coin->plastic_strain_mean = o->alpha_mean;
  coin->mesh_volume         = o->mesh_volume;
  coin->mass_added          = o->mass_added;
  for (int k = 0; k < STAGES_MAX; k++)
    if (out->stage[k].rows) coin->element_worst = smaller(coin->element_worst, out->stage[k].element_worst);
  if (!(strain > 0)) return;
  coin->plastic_share   = loaded->work[WORK_PLASTIC] / strain;
  coin->hourglass_share = loaded->work[WORK_HOURGLASS] / strain;
  coin->uneven_share    = loaded->work[WORK_UNEVEN] / strain;
  if (o->meshed >= 1) coin->kinetic_share = loaded->kinetic / strain; /* strain work is that of bodies alone */
}

void output_coin(Output out, Coin *coin)
{
  const CoinStages   c     = stages_of(out);
  const Observation *o     = c.last ? &c.last->last : NULL;
  const Observation *under = c.loaded ? &c.loaded->last : NULL;
  double            *v     = (double *)coin;

  for (size_t k = 0; k < sizeof(*coin) / sizeof(double); k++) v[k] = NAN;
  for (int k = 0; k < STAGES_MAX; k++)
    if (out->stage[k].rows) coin->pressure_reached = larger(coin->pressure_reached, out->stage[k].pressure_max);
  for (PetscInt k = 0; k < out->config.n_stages; k++)
    if (out->config.stage[k].kind == STAGE_PRESS && out->stage[k].rows)
      coin->pressure_wanted = larger(coin->pressure_wanted, out->config.stage[k].pressure);
  if (o) {
    coin->grains              = o->grains;
    coin->relative_density    = o->relative_density;
    coin->core_density        = o->core_density;
    coin->height_moment       = o->height_moment;
    coin->radius_moment       = o->radius_moment;
    coin->coordination        = o->coordination;
    coin->contact_radius_mean = o->contact_radius_mean;
    coin->energy_error        = o->energy_error;
    coin->bonded              = o->bonded;
    coin->bonded_coordination = o->bonded_coordination;
    coin->bonded_cluster      = o->giant_cluster;
    coin->bonded_spans        = o->spans;
    coin->neck_radius_mean    = o->neck_mean;
    coin->coverage_contact    = o->coverage_contact;
    coin->coverage_free       = o->coverage_free;
    coin->slow_time           = o->slow_time;
    coin_of_meshed(out, o, under ? under : o, coin);
  }
  if (c.last && c.last->conducted) {
    coin->conductivity = c.last->electric.sigma;
    for (int k = 0; k < SYM_N; k++) coin->conductivity_tensor[k] = c.last->electric.tensor[k];
  }
  if (under) {
    coin->density_under_load      = under->relative_density;
    coin->transmission_under_load = under->transmission;
  }
  if (o && o->static_increments > 0) {
    coin->static_increments = o->static_increments;
    coin->static_newton     = o->static_newton;
    coin->static_steps      = o->static_steps;
    coin->static_residual   = o->static_residual;
  }
  if (o)
    for (int k = 0; k < STIFFNESS_N; k++) coin->stiffness[k] = o->stiffness[k];
  if (c.released && o->meshed >= 1) /* of all grains: that of a part is not the coin's */
    for (int k = 0; k < SYM_N; k++) coin->residual_stress[k] = o->mesh_stress[k];
  if (c.released) {
    coin->residual_wall_pressure = c.released->last.pressure_wall;
    if (under) coin->springback_axial = growth(c.released->last.height_moment, under->height_moment);
  }
  if (c.ejected) {
    coin->ejection_force = c.ejected->push_max;
    if (under) coin->springback_radial = growth(c.ejected->last.radius_moment, under->radius_moment);
    if (under && under->radius_moment > 0) /* over the side of the compact as it stood under load */
      coin->ejection_shear = c.ejected->push_max / (2 * M_PI * under->radius_moment * under->height_moment);
  }
  if (c.ejected && under && !strcmp(out->config.stage[(int)c.ejected->last.stage].method, "equilibrium")) {
    /* the wall gave way, nobody pushed: Coulomb's friction of what it carried */
    coin->ejection_shear = out->config.die.wall.friction * coin->residual_wall_pressure;
    coin->ejection_force = coin->ejection_shear * 2 * M_PI * under->radius_moment * under->height_moment;
  }
  output_quality(out, coin);
}

typedef struct {
  void (*line)(void *to, const char text[]);
  void *to;
} Teller;

static void tell(const Teller *t, const char format[], ...) PETSC_ATTRIBUTE_FORMAT(2, 3);
static void tell(const Teller *t, const char format[], ...)
{
  char    text[2 * WARNING_LEN];
  va_list args;

  va_start(args, format);
  (void)vsnprintf(text, sizeof(text), format, args);
  va_end(args);
  t->line(t->to, text);
}

/* From the row of conduction.csv, so that a restart says it, too.  A tensor without numbers next to a conductivity with
 * them may be that of a coin without inside: that its solve was poor tells the two apart. */
static void doubt_conduction(const Teller *t, const StageSummary *s, const char name[])
{
  static const double POOR = 1e-4; /* a residual that no tolerance asks for */
  const Electric     *e    = &s->electric;

  if (!s->conducted || !(isnan(e->sigma) || (isnan(e->tensor[SYM_XX]) && e->residual > POOR))) return;
  tell(t,
       "%s: %s is left out: the solver came to a residual of %.2g in %g iterations; try a larger -conduct_ksp_max_it, "
       "or "
       "-conduct_pc_type cholesky -conduct_pc_factor_mat_solver_type mumps; -conduct_ksp_monitor shows more",
       name, isnan(e->sigma) ? "the conductivity" : "the tensor of conductivity", e->residual, e->iterations);
}

/*
  What hourglass modes hold is no deformation of the grain; explicit codes keep it below 5 to 10 % of the internal
  energy. What flows in them is, but coarsely: pressures of dense packs are off by up to its share (solver/fem/README).
*/
static void doubt_mesh(const Teller *t, Output o)
{
  static const double HOURGLASS_MOST = 0.05, UNEVEN_MOST = 0.12;
  Coin                c;

  output_coin(o, &c);
  if (c.hourglass_share > HOURGLASS_MOST)
    tell(t, "%.2g %% of the strain work went into hourglass modes: the mesh is too coarse (mesh_elements)",
         100 * c.hourglass_share);
  if (c.uneven_share > UNEVEN_MOST)
    tell(t,
         "%.2g %% of the strain work is flow that varies within elements: the mesh is coarse (mesh_elements), and "
         "pressures may be off by as much",
         100 * c.uneven_share);
}

static const double DEEP = 1.0; /* [radii] */

void output_doubts(Output o, int done, void (*line)(void *to, const char text[]), void *to)
{
  const Teller     t   = {line, to};
  const Config    *cfg = &o->config;
  const CoinStages c   = stages_of(o);

  for (PetscInt k = 0; k < cfg->n_warnings; k++) tell(&t, "%s", cfg->warning[k]);
  for (PetscInt k = 0; k < o->n_warnings; k++) tell(&t, "%s", o->warning[k]);
  for (PetscInt k = 0; k < cfg->n_stages && k < STAGES_MAX; k++) {
    const StageSummary *s    = &o->stage[k];
    const char         *name = cfg->stage[k].name;

    doubt_conduction(&t, s, name);
    if (!s->rows || cfg->stage[k].kind != STAGE_PRESS) continue;
    if (s->pressure_max > cfg->die.pressure_limit)
      tell(&t, "%s reached %.3g GPa; the tool carries %.3g GPa", name, s->pressure_max, cfg->die.pressure_limit);
    if (!done && s == c.last) continue;                       /* it was stopped in the middle */
    if (s->last.meshed < 1 && s->last.inertial_number > 1e-3) /* meshed grains have their own measures: pace.h */
      tell(&t, "%s ends at inertial number %.2g: not quasi-static (1e-3)", name, s->last.inertial_number);
    if (s->last.pressure_top < (1 - fmax(cfg->stage[k].servo_tolerance, 0.02)) * cfg->stage[k].pressure)
      tell(&t, "%s reached %.3g GPa of %.3g GPa", name, s->last.pressure_top, cfg->stage[k].pressure);
  }
  doubt_mesh(&t, o);
  if (c.loaded && c.loaded->last.meshed < 1 && c.loaded->last.contact_radius_mean > 0.35)
    tell(&t, "mean contact radius %.2f R under load: contacts are no longer independent (0.35)",
         c.loaded->last.contact_radius_mean);
  for (PetscInt k = 0; k < cfg->n_stages && k < STAGES_MAX; k++)
    if (o->stage[k].rows && o->stage[k].overlap_max > DEEP)
      tell(&t, "%s: two grains overlap by %.2f of their radius: the centre of one lies within the other (1)",
           cfg->stage[k].name, o->stage[k].overlap_max);
  if (c.last && fabs(c.last->last.energy_error) > 0.01)
    tell(&t, "energy balance is off by %.2g of its largest term", c.last->last.energy_error);
}

static void print_head(FILE *f, const char label[]) { fprintf(f, "  %-26s ", label); }

/* "label  0.597 GPa of 0.6 GPa"; nothing when there is no number. */
static void print_quantities(FILE *f, const char label[], double a, const char between[], double b, Dimension dim_a,
                             Dimension dim_b, const char behind[])
{
  char text[2][QUANTITY_TEXT];

  if (!isfinite(a)) return;
  print_head(f, label);
  fputs(quantity_round(a, dim_a, text[0]), f);
  if (isfinite(b)) fprintf(f, "%s%s%s", between, quantity_round(b, dim_b, text[1]), behind);
  putc('\n', f);
}

/* What hangs together, and what current it carries. */
static void print_bonds(FILE *f, const Coin *c)
{
  if (isfinite(c->bonded)) {
    print_head(f, "bonded");
    fprintf(f, "%.3g %% of the contacts, %.2f per grain\n", 100 * c->bonded, c->bonded_coordination);
    print_head(f, "largest bonded cluster");
    fprintf(f, "%.3g %% of the grains%s\n", 100 * c->bonded_cluster,
            c->bonded_spans > 0 ? ", from end to end" : "; none reaches from end to end");
  }
  if (!isfinite(c->conductivity)) return;
  print_head(f, "conductivity");
  if (c->conductivity > 0) fprintf(f, "%.3g S/m from end to end\n", c->conductivity);
  else fputs("none: no contacts reach from end to end\n", f);
}

/* "label  0.65 GPa, between 0.22 and 2 GPa" */
static void print_band(FILE *f, const char label[], double value, double low, double high)
{
  if (!isfinite(value)) return;
  print_head(f, label);
  fprintf(f, "%.2g GPa, between %.2g and %.2g GPa (estimate)\n", value, low, high);
}

static void print_equilibrium(FILE *f, const Coin *c)
{
  if (!isfinite(c->static_residual)) return;
  print_head(f, "static equilibrium");
  fprintf(
      f,
      "unbalanced forces %.1e of those of contact, after %.0f increments, %.0f iterations of Newton and %.0f steps of "
      "damped motion\n",
      c->static_residual, c->static_increments, c->static_newton, c->static_steps);
}

/* Grains with an inside: how far they flowed, and how good the mesh was. */
static void print_meshed(FILE *f, const Coin *c)
{
  if (!isfinite(c->meshed)) return;
  print_head(f, "meshed grains");
  fprintf(f, "%.0f, of %.0f elements each\n", c->meshed, c->mesh_elements);
  print_head(f, "plastic strain");
  fprintf(f, "%.3g, von Mises stress %.3g GPa (means)\n", c->plastic_strain_mean, c->mises_mean);
  if (isfinite(c->residual_stress[0])) {
    print_head(f, "residual stress");
    fprintf(f, "von Mises %.3g GPa (root mean square), at most %.3g GPa\n", c->mises_rms, c->mises_max);
  }
  if (isfinite(c->stiffness[C_33])) {
    const double *C = c->stiffness, across = C[C_11] + C[C_12];
    print_head(f, "stiffness in the die");
    fprintf(f, "confined %.3g GPa, Young's modulus %.3g GPa, Poisson's ratio %.2g along the press\n", C[C_33],
            C[C_33] - 2.0 * C[C_13] * C[C_13] / across, C[C_13] / across);
  }
  print_head(f, "worst element");
  fprintf(f, "%.2f of its volume without load; %.2g %% of mass added to thin ones\n", c->element_worst,
          100 * c->mass_added);
  if (!isfinite(c->hourglass_share)) return;
  print_head(f, "of the strain work");
  fprintf(f, "%.3g %% plastic, of it %.2g %% uneven in elements; %.2g %% hourglass", 100 * c->plastic_share,
          100 * c->uneven_share, 100 * c->hourglass_share);
  if (isfinite(c->kinetic_share)) fprintf(f, "; kinetic energy %.2g %%", 100 * c->kinetic_share);
  fprintf(f, "\n");
}

static void print_verdict(FILE *f, Output o, const Coin *c)
{
  char why[2 * WARNING_LEN];

  if (!output_verdict(o, c)) return;
  output_verdict_why(o, c, why, sizeof(why));
  fprintf(f, "  %s: %s\n", output_verdict(o, c), why);
}

static void print_coin(FILE *f, const Coin *c)
{
  if (isfinite(c->relative_density)) {
    print_head(f, "relative density");
    fprintf(f, "%.3f", c->relative_density);
    if (isfinite(c->core_density)) fprintf(f, ", core %.3f", c->core_density);
    if (isfinite(c->density_under_load)) fprintf(f, ", under load %.3f", c->density_under_load);
    putc('\n', f);
  }
  print_quantities(f, "diameter", 2 * c->radius_moment, ", height ", c->height_moment, DIM_LENGTH, DIM_LENGTH, "");
  print_quantities(f, "pressure reached", c->pressure_reached, " of ", c->pressure_wanted, DIM_PRESSURE, DIM_PRESSURE,
                   "");
  if (isfinite(c->transmission_under_load)) {
    print_head(f, "at the bottom punch");
    fprintf(f, "%.3g %% of it\n", 100 * c->transmission_under_load);
  }
  if (isfinite(c->springback_axial)) {
    print_head(f, "springback");
    fprintf(f, "axial %+.2f %%", 100 * c->springback_axial);
    if (isfinite(c->springback_radial)) fprintf(f, ", radial %+.2f %%", 100 * c->springback_radial);
    putc('\n', f);
  }
  print_quantities(f, "on the wall after release", c->residual_wall_pressure, "", NAN, DIM_PRESSURE, DIM_NONE, "");
  print_quantities(f, "ejection force", c->ejection_force, ", ", c->ejection_shear, DIM_FORCE, DIM_PRESSURE,
                   " over the side");
  if (isfinite(c->coordination)) {
    print_head(f, "contacts per grain");
    fprintf(f, "%.2f", c->coordination);
    if (isfinite(c->contact_radius_mean)) fprintf(f, ", of mean radius %.2f R", c->contact_radius_mean);
    putc('\n', f);
  }
  print_equilibrium(f, c);
  print_meshed(f, c);
  print_bonds(f, c);
  print_band(f, "hardness", c->hardness, c->hardness_low, c->hardness_high);
  print_band(f, "Young's modulus", c->modulus, c->modulus_low, c->modulus_high);
  if (isfinite(c->energy_error)) {
    print_head(f, "energy error");
    fprintf(f, "%.2g of the largest term\n", fabs(c->energy_error));
  }
}

static void print_doubt(void *to, const char text[]) { fprintf(to, "  warning: %s\n", text); }

/* Those files of a run that are there, and what to do with them. */
static void print_files(FILE *f, Output o)
{
  static const char *const names[] = {"summary.json", "history.csv", "grains.vtk.series", "meshed.vtk.series",
                                      "checkpoint.h5"};
  const char              *folder  = o->config.output.folder;
  char                     path[2 * PATH_MAX_LEN];
  int                      n = 0, frames = 0;

  fprintf(f, "files in %s:", folder);
  for (int k = 0; k < 5; k++) {
    (void)snprintf(path, sizeof(path), "%s/%s", folder, names[k]);
    if (access(path, F_OK)) continue;
    fprintf(f, "%s %s", n++ ? "," : "", names[k]);
    frames = frames || k == 2;
  }
  fprintf(f, "\n  one page of all of it: ./mint report %s\n", folder);
  if (frames) fprintf(f, "  to look into it:       ./mint view %s, or pvbatch postproc/paraview/coin.py\n", folder);
}

PetscErrorCode OutputTell(Output o, const char reason[], const SessionFacts *session, FILE *f)
{
  const int done = !strcmp(reason, "done");
  Coin      coin;

  PetscFunctionBeginUser;
  if (o->rank) PetscFunctionReturn(0);
  output_coin(o, &coin);
  if (done) {
    fprintf(f, "the coin: %.0f grains, %.3g s of computing\n", coin.grains, session->wall);
    print_verdict(f, o, &coin);
    print_coin(f, &coin);
  }
  if (done && o->provenance.ranks > 1 && session->balance.imbalance > 0.0) /* not NAN */
    fprintf(f, "shared out over %d ranks: the most work %.2f of the mean, distributed anew %.0f times (balance.csv)\n",
            (int)o->provenance.ranks, session->balance.imbalance, session->balance.partitions);
  output_doubts(o, done, print_doubt, f);
  if (done) print_files(f, o);
  fflush(f);
  PetscFunctionReturn(0);
}
