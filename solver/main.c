/*
  main.c - the run, told once.

    mpirun -n RANKS nanomint DECK.yml [-key value ...]
*/
#include "solver/deck.h"
#include "solver/equilibrium.h"
#include "solver/errors.h"
#include "solver/meshed.h"
#include "solver/promote.h"
#include "solver/simulation.h"

static const char help[] = "nanomint: pressing powders of nanocrystals.  nanomint -help lists every key of a deck.\n";

/* One step of the grains between moving tools. */
static PetscErrorCode Step(Simulation *sim)
{
  PetscFunctionBeginUser;
  programme_move_tools(sim->dt, &sim->tools); /* punches move, driven by rate or by pressure          */
  PetscCall(RefreshNeighbours(sim));          /* when someone moved half a skin: ghosts, list, balance */
  if (simulation_report_next(sim)) simulation_sample_next(sim);
  PetscCall(MeshedSend(sim));                  /* surfaces, to ranks beside this one                   */
  PetscCall(DemForces(sim->dem, &sim->tools)); /* contacts of rigid grains, also with the tools        */
  PetscCall(MeshedForces(sim));                /* ... of meshed grains, also with rigid ones           */
  dem_move(sim->dem, &sim->tools);             /* rigid grains: velocities and places                  */
  PetscCall(MeshedMove(sim));                  /* meshed grains: elements, velocities, places          */
  sim->step++;
  PetscFunctionReturn(0);
}

static PetscErrorCode Press(Simulation *sim)
{
  PetscFunctionBeginUser;
  while (simulation_running(sim)) {
    PetscCall(Equilibrate(sim)); /* release, ejection: where the coin comes to rest, when the deck wants it by Newton */
    PetscCall(Step(sim));
    PetscCall(Control(sim)); /* forces agreed on by all ranks: servo, next stage?    */
    PetscCall(Report(sim));  /* observe, write, progress: when it is due              */
    PetscCall(Promote(sim)); /* rigid grains that have to become meshed                */
    PetscCall(Sinter(sim));  /* in a dwell, at rest: the clock of seconds makes a step */
    PetscCall(Checkpoint(sim));
  }
  PetscFunctionReturn(0);
}

static PetscErrorCode Run(int argc, char **argv, ExitCode *code)
{
  Simulation     sim;
  PetscErrorCode ierr;

  PetscFunctionBeginUser;
  PetscCall(SimulationCreate(PETSC_COMM_WORLD, argc, argv, &sim)); /* deck -> powder in the die, or restart */
  ierr = Press(&sim);
  if (!ierr || errors_physics(ierr)) PetscCall(Conclude(&sim, errors_physics(ierr))); /* what the coin is, or why not */
  PetscCall(ierr);
  *code = sim.stop ? EXIT_STOPPED : EXIT_DONE;
  PetscCall(SimulationDestroy(&sim));
  PetscFunctionReturn(0);
}

int main(int argc, char **argv)
{
  ExitCode       code = EXIT_DONE;
  PetscErrorCode ierr;
  int            check;

  if (deck_answers(&argc, &argv)) return EXIT_DONE; /* -help, -version, -manual */
  check = deck_take_check(&argc, argv);
  if (PetscInitialize(&argc, &argv, NULL, help)) return EXIT_INTERNAL;
  ierr = ErrorsBegin();
  if (!ierr) ierr = check ? DeckCheck(PETSC_COMM_WORLD, argc, argv) : Run(argc, argv, &code);
  return ErrorsEnd(ierr, code);
}
