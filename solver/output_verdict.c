/*
  output_verdict.c - the question of the experimentalist: did the powder become one solid, and how good is it?

  Metal coin: bonds reach from end to end and hold nearly all grains (the experiment's coin is one solid of grains that
  kept their size); ionic coin: the same with bonds between aligned crystals.  Hardness and stiffness are estimates in
  closed form (materials/quality.h) from the porosity of the core, where the wall of so small a die does not rule the
  packing.
*/
#include "materials/contact_interface.h"
#include "materials/quality.h"
#include "solver/output_impl.h"
#include <math.h>

static const double WHOLE = 0.9; /* of the grains in one bonded cluster */

void output_quality(Output o, Coin *c)
{
  const Config *cfg      = &o->config;
  const double  porosity = fmin(fmax(1.0 - c->core_density, 0.0), 1.0), d = cfg->powder.diameter;

  if (!isfinite(c->bonded) || !isfinite(c->core_density) || !isfinite(d)) return;
  const QualityBand H = quality_hardness(&cfg->material, d, cfg->powder.yield_strength, porosity, c->bonded);
  const QualityBand E = quality_modulus(&cfg->material, porosity, c->bonded);

  c->hardness      = H.value;
  c->hardness_low  = H.low;
  c->hardness_high = H.high;
  c->modulus       = E.value;
  c->modulus_low   = E.low;
  c->modulus_high  = E.high;
}

const char *output_verdict(Output o, const Coin *c)
{
  if (!isfinite(c->bonded)) return NULL;
  if (c->bonded_spans > 0 && c->bonded_cluster >= WHOLE)
    return o->config.interface.crystals ? "ionic coin" : "metal coin";
  if (c->bonded_spans > 0) return "partly sintered";
  return "pressed powder";
}

void output_verdict_why(Output o, const Coin *c, char text[], size_t n)
{
  const Ligand *l       = &o->config.ligand;
  const int     ionic   = o->config.interface.crystals;
  const char   *of_what = ionic ? "ionic bonds" : "one metal";

  if (c->bonded_spans > 0)
    (void)snprintf(text, n, "%.3g %% of the contacts are %s, and join %.3g %% of the grains from end to end",
                   100 * c->bonded, of_what, 100 * c->bonded_cluster);
  else if (c->coverage_contact >= l->threshold)
    (void)snprintf(
        text, n,
        "ligands keep the cores apart: coverage in the contacts is %.2g, cores touch below %.2g; wash better, "
        "press harder or hold longer",
        c->coverage_contact, l->threshold);
  else if (ionic)
    (void)snprintf(
        text, n,
        "cores touch, but only %.3g %% of the contacts have their facets aligned and became ionic bonds; the "
        "largest cluster holds %.3g %% of the grains",
        100 * c->bonded, 100 * c->bonded_cluster);
  else
    (void)snprintf(text, n, "%.3g %% of the contacts are bonded, but the largest cluster holds %.3g %% of the grains",
                   100 * c->bonded, 100 * c->bonded_cluster);
}
