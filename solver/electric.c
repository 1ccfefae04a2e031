#include "solver/electric.h"

#include "materials/conduct.h"
#include "materials/contact_interface.h"
#include "solver/conduct/conduct.h"
#include <math.h>

static const double TOUCH = 0.05; /* transmission of cores that touch without a bond, 0.01 to 0.1 [estimate] */

int electric_wanted(const Config *config)
{
  return config->output.conduction && !material_missing_conduction(&config->material);
}

static double tunnel(const ElectricModel *m, const Sample *s, const ContactSample *c, double Ri, double Rj)
{
  const TunnelInput in = {.flat        = M_PI * c->a * c->a,
                          .r_star      = Ri * Rj / (Ri + Rj),
                          .gap         = fmax(c->layer, -c->delta),
                          .coverage    = c->coverage,
                          .radius      = fmin(Ri, Rj),
                          .temperature = s->temperature};

  return conduct_tunnel(m->ligand, &in, conduct_sharvin(m->metal->resistivity, m->metal->mean_free_path));
}

double electric_contact(const ElectricModel *m, const Sample *s, const ContactSample *c)
{
  const Material *metal = m->metal;
  const double    bare  = ligand_bare(c->coverage, m->ligand->threshold);

  if (c->j < 0) return 0.0;
  if (c->bond >= BOND_IONIC)
    return bare *
           conduct_metal(metal->resistivity, metal->mean_free_path, fmax(c->neck, c->a),
                         c->bond == BOND_IONIC ? 1.0 : 1.0 - metal->gb_reflection); /* one crystal has no boundary */
  if (c->bond != BOND_LIGAND && c->a > 0.0)
    return bare * conduct_metal(metal->resistivity, metal->mean_free_path, c->a, TOUCH);
  return tunnel(m, s, c, s->grains->rec[c->i][REC_R0], s->grains->rec[c->j][REC_R0]);
}

/* What a sample makes of a network; freed by Unwire. */
typedef struct {
  PetscInt (*edge)[2];
  double        *g;
  unsigned char *touch;
  ConductNetwork network;
} Wires;

static PetscErrorCode Wire(const Sample *s, const Observation *seen, const ElectricModel *m, Wires *w)
{
  PetscInt n = 0;

  PetscFunctionBeginUser;
  PetscCall(PetscMalloc3(s->n_contacts, &w->edge, s->n_contacts, &w->g, s->grains->n_owned, &w->touch));
  for (PetscInt k = 0; k < s->n_contacts; k++) {
    const ContactSample *c = &s->contacts[k];

    if (c->j < 0) continue;
    w->edge[n][0] = c->i;
    w->edge[n][1] = c->j;
    w->g[n++]     = electric_contact(m, s, c);
  }
  for (PetscInt k = 0; k < s->grains->n_owned; k++) w->touch[k] = observe_ends(seen, s->grains->rec[k]);
  w->network = (ConductNetwork){n, (const PetscInt(*)[2])w->edge, w->g, w->touch};
  PetscFunctionReturn(0);
}

static PetscErrorCode Unwire(Wires *w)
{
  PetscFunctionBeginUser;
  PetscCall(PetscFree3(w->edge, w->g, w->touch));
  PetscFunctionReturn(0);
}

/* Every direction; NAN where there is nothing within the outermost centres. */
static PetscErrorCode Tensor(const Sample *s, const Observation *o, const ConductNetwork *network, Electric *e)
{
  static const int at[SYM_N][2] = {
      {0, 0},
      {1, 1},
      {2, 2},
      {0, 1},
      {1, 2},
      {2, 0}
  };
  const double  wide = o->radius_moment - 0.5 * o->diameter, high = o->height_moment - o->diameter;
  double        sigma[3][3];
  ConductHealth health;

  PetscFunctionBeginUser;
  for (int k = 0; k < SYM_N; k++) e->tensor[k] = NAN;
  if (!(wide > 0.0 && high > 0.0)) PetscFunctionReturn(0);
  PetscCall(ConductTensor(s->grains, network, M_PI * wide * wide * high, sigma, &health));
  for (int k = 0; k < SYM_N; k++) e->tensor[k] = 0.5 * (sigma[at[k][0]][at[k][1]] + sigma[at[k][1]][at[k][0]]);
  e->unknowns   = fmax(e->unknowns, (double)health.unknowns);
  e->iterations = fmax(e->iterations, (double)health.iterations);
  e->residual   = fmax(e->residual, health.residual);
  if (health.diverged) e->diverged = health.diverged;
  PetscFunctionReturn(0);
}

PetscErrorCode ElectricMeasure(const Sample *s, const Observation *seen, const ElectricModel *m, Electric *e)
{
  Wires         wires;
  ConductResult r;

  PetscFunctionBeginUser;
  PetscCall(Wire(s, seen, m, &wires));
  PetscCall(ConductSolve(s->grains, &wires.network, M_PI * seen->radius_moment * seen->radius_moment, &r));
  *e = (Electric){.step        = seen->step,
                  .stage       = seen->stage,
                  .slow_time   = seen->slow_time,
                  .conductance = 1e-9 * r.conductance,
                  .length      = r.length,
                  .sigma       = r.sigma,
                  .unknowns    = (double)r.health.unknowns,
                  .iterations  = (double)r.health.iterations,
                  .residual    = r.health.residual,
                  .kirchhoff   = r.kirchhoff,
                  .diverged    = r.health.diverged};
  PetscCall(Tensor(s, seen, &wires.network, e));
  PetscCall(Unwire(&wires));
  PetscFunctionReturn(0);
}
