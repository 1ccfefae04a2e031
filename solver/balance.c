#include "solver/balance.h"

#include "solver/meshed.h"
#include "solver/simulation.h"

static const BalanceRow nothing = {.imbalance       = NAN,
                                   .rigid           = NAN,
                                   .meshed          = NAN,
                                   .grain_us        = NAN,
                                   .body_us         = NAN,
                                   .step_us         = NAN,
                                   .unmoved         = NAN,
                                   .expected        = NAN,
                                   .expected_rigid  = NAN,
                                   .expected_meshed = NAN};

static double per(double seconds, double many) { return many > 0.0 ? 1e6 * seconds / many : NAN; }

static PetscErrorCode Look(Simulation *sim)
{
  const double bodies = sim->fem ? (double)sim->bodies.bodies : 0.0, grains = (double)sim->grains->n_global - bodies;
  BalanceRow  *row = &sim->balance.row;
  BusyMeasured m;

  PetscFunctionBeginUser;
  PetscCall(BusyMeasure(sim->comm, &sim->grains->busy, &m));
  sim->balance.next = sim->step + sim->config.partition.check_every;
  *row              = nothing;
  row->step         = (double)sim->step;
  row->partitions   = (double)sim->balance.partitions;
  if (!m.timed) PetscFunctionReturn(0);
  row->imbalance = m.off.all;
  row->rigid     = m.off.rigid;
  row->meshed    = bodies > 0.0 ? m.off.meshed : NAN;
  row->grain_us  = per(m.rigid, grains);
  row->body_us   = per(m.meshed, bodies);
  row->step_us   = 1e6 * m.most;
  PetscFunctionReturn(0);
}

/* Right after a look. */
static PetscErrorCode Distribute(Simulation *sim)
{
  BalanceRow      *row     = &sim->balance.row;
  const Imbalance *unmoved = &sim->grains->busy.unmoved, *expected = &sim->grains->busy.expected;

  PetscFunctionBeginUser;
  PetscCall(DemRepartition(sim->dem, &sim->tools, meshed_follower(sim)));
  row->again           = 1.0;
  row->unmoved         = unmoved->all;
  row->expected        = expected->all;
  row->expected_rigid  = expected->rigid;
  row->expected_meshed = sim->fem ? expected->meshed : NAN;
  sim->balance.partitions++;
  PetscFunctionReturn(0);
}

PetscErrorCode BalanceStart(Simulation *sim)
{
  PetscFunctionBeginUser;
  sim->balance.next     = sim->step + sim->config.partition.check_every;
  sim->balance.row      = nothing;
  sim->balance.row.step = (double)sim->step;
  PetscCall(Distribute(sim));
  sim->balance.partitions = 0; /* the first does not count */
  PetscCall(OutputBalance(sim->output, &sim->balance.row));
  PetscFunctionReturn(0);
}

PetscErrorCode BalanceRanks(Simulation *sim)
{
  Balance *b = &sim->balance;

  PetscFunctionBeginUser;
  if (sim->step < b->next || sim->step % sim->config.time.control_interval) PetscFunctionReturn(0);
  PetscCall(Look(sim));
  if (b->row.imbalance > sim->config.partition.imbalance) PetscCall(Distribute(sim));
  PetscCall(OutputBalance(sim->output, &b->row));
  PetscFunctionReturn(0);
}

PetscErrorCode BalanceAnew(Simulation *sim)
{
  PetscFunctionBeginUser;
  PetscCall(Look(sim));
  PetscCall(Distribute(sim));
  PetscCall(OutputBalance(sim->output, &sim->balance.row));
  PetscFunctionReturn(0);
}

PetscErrorCode BalanceEnd(Simulation *sim)
{
  PetscFunctionBeginUser;
  PetscCall(Look(sim));
  PetscCall(OutputBalance(sim->output, &sim->balance.row));
  PetscFunctionReturn(0);
}
