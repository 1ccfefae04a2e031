/* output_summary.c - summary.json: what the coin is, drawn from the rows of history.csv. */
#include "postproc/files.h"
#include "solver/output_impl.h"
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static const char *const kind_names[STAGE_N] = {"fill", "press", "dwell", "release", "eject"};

/* Larger of the two; a NaN counts for nothing. */
static double larger(double a, double b) { return isnan(a) || b > a ? b : a; }

void output_summary_take(Output out, const Observation *o)
{
  const int index = (int)o->stage;

  if (index < 0 || index >= STAGES_MAX) return;
  StageSummary *s = &out->stage[index];
  if (!s->rows) {
    s->first        = *o;
    s->pressure_max = s->push_max = s->inertial_max = s->overlap_max = NAN;
  }
  s->rows++;
  s->last         = *o;
  s->pressure_max = larger(s->pressure_max, o->pressure_top);
  s->push_max     = larger(s->push_max, fmax(fabs(o->force_top), fabs(o->force_bottom)));
  s->inertial_max = larger(s->inertial_max, o->inertial_number);
  s->overlap_max  = larger(s->overlap_max, o->overlap_max);
}

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
  json_number(j, "q_over_p_end", o->q_over_p);
  json_number(j, "inertial_number_end", o->inertial_number);
  json_number(j, "inertial_number_max", s->inertial_max);
  json_number(j, "unbalance_end", o->unbalance);
  json_number(j, "overlap_max", s->overlap_max);
  json_number(j, "push_force_max_nN", s->push_max);
  json_close(j, '}');
}

/* The stages that tell the coin: the last one under load, the last release, the last ejection; NULL when not there. */
typedef struct {
  const StageSummary *loaded, *released, *ejected, *last;
} Coin;

static Coin coin_of(Output o)
{
  Coin c = {NULL, NULL, NULL, NULL};

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

static void write_coin(Json *j, Output out)
{
  const Coin         c     = coin_of(out);
  const StageSummary none  = {.pressure_max = NAN, .push_max = NAN};
  const Observation *o     = c.last ? &c.last->last : NULL;
  const Observation *under = c.loaded ? &c.loaded->last : NULL;
  const Observation *after = c.ejected ? &c.ejected->last : c.released ? &c.released->last : NULL;
  double             peak = NAN, shear = NAN;

  for (int k = 0; k < STAGES_MAX; k++)
    if (out->stage[k].rows) peak = larger(peak, out->stage[k].pressure_max);
  json_open(j, "coin", '{');
  json_number(j, "grains", o ? o->grains : NAN);
  json_number(j, "relative_density", o ? o->relative_density : NAN);
  json_number(j, "core_density", o ? o->core_density : NAN);
  json_number(j, "height_moment_nm", o ? o->height_moment : NAN);
  json_number(j, "radius_moment_nm", o ? o->radius_moment : NAN);
  json_number(j, "coordination", o ? o->coordination : NAN);
  json_number(j, "contact_radius_mean", o ? o->contact_radius_mean : NAN);
  json_number(j, "pressure_reached_GPa", peak);
  json_number(j, "density_under_load", under ? under->relative_density : NAN);
  json_number(j, "transmission_under_load", under ? under->transmission : NAN);
  json_number(j, "springback_axial",
              under && c.released ? growth(c.released->last.height_moment, under->height_moment) : NAN);
  json_number(j, "springback_radial",
              under && c.ejected && after ? growth(after->radius_moment, under->radius_moment) : NAN);
  json_number(j, "residual_wall_pressure_GPa", c.released ? c.released->last.pressure_wall : NAN);
  json_number(j, "ejection_force_nN", (c.ejected ? c.ejected : &none)->push_max);
  if (c.ejected && under && under->radius_moment > 0) /* over the side of the compact as it stood under load */
    shear = c.ejected->push_max / (2 * M_PI * under->radius_moment * under->height_moment);
  json_number(j, "ejection_shear_GPa", shear);
  json_number(j, "energy_error", o ? o->energy_error : NAN);
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

__attribute__((format(printf, 2, 3))) static void warn(Json *j, const char format[], ...)
{
  char    text[2 * WARNING_LEN];
  va_list args;

  va_start(args, format);
  vsnprintf(text, sizeof(text), format, args);
  va_end(args);
  json_text(j, NULL, text);
}

/* What a reader should know before he believes the numbers: the run's own warnings, and limits of the model. */
static void write_warnings(Json *j, Output o, int done)
{
  const Config *cfg = &o->config;
  const Coin    c   = coin_of(o);

  json_open(j, "warnings", '[');
  for (PetscInt k = 0; k < cfg->n_warnings; k++) warn(j, "%s", cfg->warning[k]);
  for (PetscInt k = 0; k < o->n_warnings; k++) warn(j, "%s", o->warning[k]);
  for (PetscInt k = 0; k < cfg->n_stages && k < STAGES_MAX; k++) {
    const StageSummary *s    = &o->stage[k];
    const char         *name = cfg->stage[k].name;

    if (!s->rows || cfg->stage[k].kind != STAGE_PRESS) continue;
    if (s->pressure_max > cfg->die.pressure_limit)
      warn(j, "%s reached %.3g GPa; the tool carries %.3g GPa", name, s->pressure_max, cfg->die.pressure_limit);
    if (!done && s == c.last) continue; /* it was stopped in the middle */
    if (s->last.inertial_number > 1e-3)
      warn(j, "%s ends at inertial number %.2g: not quasi-static (1e-3)", name, s->last.inertial_number);
    if (s->last.pressure_top < (1 - fmax(cfg->stage[k].servo_tolerance, 0.02)) * cfg->stage[k].pressure)
      warn(j, "%s reached %.3g GPa of %.3g GPa", name, s->last.pressure_top, cfg->stage[k].pressure);
  }
  if (c.loaded && c.loaded->last.contact_radius_mean > 0.35)
    warn(j, "mean contact radius %.2f R under load: contacts are no longer independent (0.35)",
         c.loaded->last.contact_radius_mean);
  if (c.last && fabs(c.last->last.energy_error) > 0.01)
    warn(j, "energy balance is off by %.2g of its largest term", c.last->last.energy_error);
  json_close(j, ']');
}

static void write_summary(Json *j, Output o, const char reason[], const SessionFacts *session)
{
  const Config *cfg = &o->config;

  json_open(j, NULL, '{');
  json_text(j, "format", "nanomint summary 1");
  json_text(j, "title", cfg->title);
  json_text(j, "deck", cfg->deck);
  json_text(j, "ended", reason);
  write_coin(j, o);
  json_open(j, "stages", '[');
  for (PetscInt k = 0; k < cfg->n_stages && k < STAGES_MAX; k++)
    if (o->stage[k].rows) write_stage(j, &cfg->stage[k], &o->stage[k]);
  json_close(j, ']');
  write_warnings(j, o, !strcmp(reason, "done"));
  json_open(j, "session", '{');
  json_number(j, "wall_s", session->wall);
  json_number(j, "grain_steps_per_s", session->speed);
  json_number(j, "partitions", session->partitions);
  json_number(j, "imbalance", session->imbalance);
  json_close(j, '}');
  write_provenance(j, &o->provenance);
  json_close(j, '}');
  putc('\n', j->file);
}

PetscErrorCode OutputSummary(Output o, const char reason[], const SessionFacts *session)
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
      write_summary(&j, o, reason, session);
      if (fclose(j.file)) error = errno;
      if (!error) error = file_replace(path, text);
      free(text);
    } else error = errno;
  }
  PetscCall(OutputAgree(o, error, path));
  PetscFunctionReturn(0);
}
