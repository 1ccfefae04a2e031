/* output_summary.c - summary.json: what the coin is, drawn from the rows of history.csv. */
#include "postproc/files.h"
#include "solver/output_impl.h"
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const kind_names[STAGE_N] = {"fill", "press", "dwell", "release", "eject"};

/* JSON under way: how deep, and whether a comma is due. */
typedef struct {
  FILE *file;
  int   depth, comma;
} Json;

static void lead(Json *j, const char key[])
{
  fprintf(j->file, "%s\n%*s", j->comma ? "," : "", 2 * j->depth, "");
  if (key) fprintf(j->file, "\"%s\": ", key);
  j->comma = 1;
}

static void json_open(Json *j, const char key[], char bracket)
{
  if (j->depth) lead(j, key);
  putc(bracket, j->file);
  j->depth++;
  j->comma = 0;
}

static void json_close(Json *j, char bracket)
{
  j->depth--;
  fprintf(j->file, "\n%*s%c", 2 * j->depth, "", bracket);
  j->comma = 1;
}

static void json_number(Json *j, const char key[], double v)
{
  lead(j, key);
  if (isfinite(v)) fprintf(j->file, "%.10g", v);
  else fputs("null", j->file);
}

/* As exact as conduction.csv: what is the same after a restart. */
static void json_rough(Json *j, const char key[], double v)
{
  lead(j, key);
  if (isfinite(v)) fprintf(j->file, "%.6g", v);
  else fputs("null", j->file);
}

static void json_text(Json *j, const char key[], const char text[])
{
  lead(j, key);
  putc('"', j->file);
  for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
    if (*c == '"' || *c == '\\') fprintf(j->file, "\\%c", *c);
    else if (*c < 0x20) fprintf(j->file, "\\u%04x", *c);
    else putc(*c, j->file);
  }
  putc('"', j->file);
}

static void write_stage(Json *j, const StageConfig *cfg, const StageSummary *s)
{
  const Observation *o = &s->last;

  json_open(j, NULL, '{');
  json_text(j, "name", cfg->name);
  json_text(j, "kind", kind_names[cfg->kind]);
  json_number(j, "step_end", o->step);
  json_number(j, "time_begin_ns", s->first.time);
  json_number(j, "time_end_ns", o->time);
  json_number(j, "target_GPa", o->target);
  json_number(j, "pressure_top_end_GPa", o->pressure_top);
  json_number(j, "pressure_top_max_GPa", s->pressure_max);
  json_number(j, "pressure_bottom_end_GPa", o->pressure_bottom);
  json_number(j, "pressure_wall_end_GPa", o->pressure_wall);
  json_number(j, "transmission_end", o->transmission);
  json_number(j, "relative_density_end", o->relative_density);
  json_number(j, "core_density_end", o->core_density);
  json_number(j, "height_end_nm", o->height);
  json_number(j, "height_moment_end_nm", o->height_moment);
  json_number(j, "radius_moment_end_nm", o->radius_moment);
  json_number(j, "coordination_end", o->coordination);
  json_number(j, "rattlers_end", o->rattlers);
  json_number(j, "contact_radius_mean_end", o->contact_radius_mean);
  json_rough(j, "conductivity_end_S_per_m", s->conducted ? s->electric.sigma : NAN);
  json_number(j, "q_over_p_end", o->q_over_p);
  json_number(j, "inertial_number_end", o->inertial_number);
  json_number(j, "inertial_number_max", s->inertial_max);
  json_number(j, "unbalance_end", o->unbalance);
  json_number(j, "slow_time_end_s", o->slow_time);
  json_number(j, "slow_steps_end", o->slow_steps);
  json_number(j, "slow_residual_max", o->slow_residual);
  json_number(j, "overlap_max", s->overlap_max);
  json_number(j, "push_force_max_nN", s->push_max);
  json_close(j, '}');
}

static void write_equilibrium(Json *j, const Coin *c)
{
  if (!isfinite(c->static_residual)) return;
  json_open(j, "equilibrium", '{');
  json_number(j, "residual", c->static_residual);
  json_number(j, "increments", c->static_increments);
  json_number(j, "newton_iterations", c->static_newton);
  json_number(j, "damped_steps", c->static_steps);
  json_close(j, '}');
}

static void write_coin(Json *j, Output out)
{
  char why[2 * WARNING_LEN];
  Coin c;

  output_coin(out, &c);
  json_open(j, "coin", '{');
  if (output_verdict(out, &c)) {
    output_verdict_why(out, &c, why, sizeof(why));
    json_text(j, "verdict", output_verdict(out, &c));
    json_text(j, "why", why);
  }
  json_number(j, "grains", c.grains);
  json_number(j, "relative_density", c.relative_density);
  json_number(j, "core_density", c.core_density);
  json_number(j, "height_moment_nm", c.height_moment);
  json_number(j, "radius_moment_nm", c.radius_moment);
  json_number(j, "coordination", c.coordination);
  json_number(j, "contact_radius_mean", c.contact_radius_mean);
  json_number(j, "bonded_fraction", c.bonded);
  json_number(j, "bonded_coordination", c.bonded_coordination);
  json_number(j, "bonded_cluster", c.bonded_cluster);
  json_number(j, "bonded_spans", c.bonded_spans);
  json_number(j, "neck_radius_mean", c.neck_radius_mean);
  json_number(j, "coverage_contact", c.coverage_contact);
  json_number(j, "coverage_free", c.coverage_free);
  json_rough(j, "conductivity_S_per_m", c.conductivity);
  json_number(j, "hardness_GPa", c.hardness);
  json_number(j, "hardness_low_GPa", c.hardness_low);
  json_number(j, "hardness_high_GPa", c.hardness_high);
  json_number(j, "modulus_GPa", c.modulus);
  json_number(j, "modulus_low_GPa", c.modulus_low);
  json_number(j, "modulus_high_GPa", c.modulus_high);
  json_open(j, "conductivity_tensor_S_per_m", '['); /* xx yy zz xy yz zx */
  for (int k = 0; k < SYM_N; k++) json_rough(j, NULL, c.conductivity_tensor[k]);
  json_close(j, ']');
  json_number(j, "slow_time_s", c.slow_time);
  json_number(j, "pressure_reached_GPa", c.pressure_reached);
  json_number(j, "density_under_load", c.density_under_load);
  json_number(j, "transmission_under_load", c.transmission_under_load);
  json_number(j, "springback_axial", c.springback_axial);
  json_number(j, "springback_radial", c.springback_radial);
  json_number(j, "residual_wall_pressure_GPa", c.residual_wall_pressure);
  json_number(j, "ejection_force_nN", c.ejection_force);
  json_number(j, "ejection_shear_GPa", c.ejection_shear);
  json_number(j, "energy_error", c.energy_error);
  if (!isfinite(c.meshed)) write_equilibrium(j, &c); /* else it stands beside what is known of meshes */
  json_close(j, '}');
}

/* Only of a run with meshed grains.  Means over the volume of them all; shares of the work that elements took up. */
static void write_meshed(Json *j, Output out)
{
  Coin c;

  output_coin(out, &c);
  if (!isfinite(c.meshed)) return;
  json_open(j, "meshed", '{');
  json_number(j, "grains", c.meshed);
  json_number(j, "elements_each", c.mesh_elements);
  json_number(j, "plastic_strain_mean", c.plastic_strain_mean);
  json_number(j, "von_mises_mean_GPa", c.mises_mean);
  json_number(j, "von_mises_rms_GPa", c.mises_rms);
  json_number(j, "von_mises_max_GPa", c.mises_max);
  json_number(j, "volume", c.mesh_volume);
  json_number(j, "element_worst", c.element_worst);
  json_number(j, "mass_added", c.mass_added);
  json_number(j, "plastic_share", c.plastic_share);
  json_number(j, "uneven_share", c.uneven_share);
  json_number(j, "hourglass_share", c.hourglass_share);
  json_number(j, "kinetic_share", c.kinetic_share);
  if (isfinite(c.residual_stress[0])) {       /* of the coin at its end; the distribution: von_mises_* */
    json_open(j, "residual_stress_GPa", '['); /* xx yy zz xy yz zx, over the volume of the coin, compression positive */
    for (int k = 0; k < SYM_N; k++) json_number(j, NULL, c.residual_stress[k]);
    json_close(j, ']');
  }
  write_equilibrium(j, &c);
  if (isfinite(c.stiffness[C_33])) { /* of the compact in the die, a little unloaded; the press is axis 3 */
    static const char *const name[STIFFNESS_N] = {"c11", "c12", "c13", "c33", "c44"};
    const double            *C = c.stiffness, across = C[C_11] + C[C_12];

    json_open(j, "stiffness_GPa", '{');
    for (int k = 0; k < STIFFNESS_N; k++) json_number(j, name[k], C[k]);
    json_number(j, "young_axial", C[C_33] - 2.0 * C[C_13] * C[C_13] / across);
    json_close(j, '}');
    json_number(j, "poisson_axial", C[C_13] / across);
  }
  json_close(j, '}');
}

static void write_provenance(Json *j, const Provenance *p)
{
  json_open(j, "provenance", '{');
  json_text(j, "nanomint", p->version);
  json_text(j, "commit", p->commit);
  json_text(j, "compiler", p->compiler);
  json_text(j, "flags", p->flags);
  json_text(j, "petsc", p->petsc);
  json_text(j, "mpi", p->mpi);
  json_text(j, "hdf5", p->hdf5);
  json_text(j, "host", p->host);
  json_text(j, "started", p->started);
  json_number(j, "ranks", p->ranks);
  json_number(j, "nodes", p->nodes);
  json_close(j, '}');
}

static void write_doubt(void *to, const char text[]) { json_text(to, NULL, text); }

static void write_failure(Json *j, const Failure *f)
{
  json_open(j, "failure", '{');
  json_text(j, "stage", f->stage);
  json_text(j, "why", f->why);
  json_number(j, "step", f->step);
  json_number(j, "time_ns", f->time);
  json_number(j, "unbalanced", f->unbalanced);
  json_text(j, "checkpoint", f->checkpoint);
  json_close(j, '}');
}

static void write_summary(Json *j, Output o, const char reason[], const Failure *failure, const SessionFacts *session)
{
  const Config *cfg = &o->config;

  json_open(j, NULL, '{');
  json_text(j, "format", "nanomint summary 1");
  json_text(j, "title", cfg->title);
  json_text(j, "deck", cfg->deck);
  json_text(j, "ended", reason);
  if (failure) write_failure(j, failure);
  write_coin(j, o);
  write_meshed(j, o);
  json_open(j, "stages", '[');
  for (PetscInt k = 0; k < cfg->n_stages && k < STAGES_MAX; k++)
    if (o->stage[k].rows) write_stage(j, &cfg->stage[k], &o->stage[k]);
  json_close(j, ']');
  json_open(j, "warnings", '[');
  output_doubts(o, !strcmp(reason, "done"), write_doubt, j);
  json_close(j, ']');
  json_open(j, "session", '{');
  json_number(j, "wall_s", session->wall);
  json_number(j, "grain_steps_per_s", session->speed);
  json_number(j, "partitions", session->balance.partitions);
  json_number(j, "imbalance", session->balance.imbalance);
  json_number(j, "imbalance_rigid", session->balance.rigid);
  json_number(j, "imbalance_meshed", session->balance.meshed);
  json_number(j, "rigid_grain_us", session->balance.grain_us);
  json_number(j, "meshed_grain_us", session->balance.body_us);
  json_number(j, "step_busy_us", session->balance.step_us);
  json_close(j, '}');
  write_provenance(j, &o->provenance);
  json_close(j, '}');
  putc('\n', j->file);
}

PetscErrorCode OutputSummary(Output o, const char reason[], const Failure *failure, const SessionFacts *session)
{
  const char *path;
  int         error = 0;

  PetscFunctionBeginUser;
  PetscCall(OutputPath(o, "summary.json", &path));
  if (o->rank == 0) {
    char  *text = NULL;
    size_t length;
    Json   j = {.file = open_memstream(&text, &length)};

    if (j.file) {
      write_summary(&j, o, reason, failure, session);
      if (fclose(j.file)) error = errno;
      if (!error) error = file_replace(path, text);
      free(text);
    } else error = errno;
  }
  PetscCall(OutputAgree(o, error, path));
  PetscFunctionReturn(0);
}
