/*
  simulation.h - the whole run as a plain struct of handles; known to the top level of solver/ only.
*/
#ifndef SOLVER_SIMULATION_H
#define SOLVER_SIMULATION_H

#include "solver/balance.h"
#include "solver/checkpoint.h"
#include "solver/fem/fem.h"
#include "solver/output.h"
#include "solver/programme.h"
#include "solver/signals.h"

typedef struct Simulation {
  MPI_Comm       comm;
  Config         config;
  Tools          tools;
  Grains         grains;
  Dem            dem;
  GrainMesh      grain_mesh; /* of meshed grains */
  Fem            fem;        /* NULL: all grains are rigid */
  FemStatus      bodies;     /* of the last control */
  DemFollower    follower;
  PetscBool      mixed;  /* some grains are meshed, others rigid */
  PetscInt64     meshed; /* grains of the run that are */
  PetscInt       lists;  /* neighbour lists that fem has followed */
  Programme      programme;
  DemStatus      status;       /* of the last control */
  PetscInt64     step;         /* steps done */
  PetscInt64     next_control; /* step after which the ranks agree again */
  Balance        balance;      /* of the ranks */
  double         dt;           /* one of the next two [ns] */
  double         dt_rigid;     /* of rigid grains, as heavy as bodies where there may be some [ns] */
  double         dt_meshed;    /* as soon as some grain is meshed [ns] */
  PetscInt64     step_start;   /* since then time has run by dt a step: where dt was changed last, or 0 */
  double         time_start;   /* time then [ns] */
  PowderTotals   powder;
  double         kinetic_start; /* kinetic energy when the account of energies was opened [aJ] */
  double         radius_min;    /* of the undeformed grains [nm] */
  char           changed[1024]; /* parameters that are others than when the checkpoint was written; "" for none */
  PetscBool      stage_over;    /* the step just done was the last of its stage */
  PetscBool      checkpoint_wanted, checkpoint_written;
  double         unbalanced; /* forces over those of contact, where a balance was not found; else 0 [-] */
  StopReason     stop;
  Output         output;
  Progress       progress;
  Observation    seen;      /* of step seen_step */
  PetscInt64     seen_step; /* -1: none yet */
  PetscBool      seen_fields;
  GrainFields    fields;
  ContactSample *contacts; /* of rigid and meshed grains together, of the last sample */
} Simulation;

/* All collective. */

/* Packs the die or reads the checkpoint, distributes the grains, opens the output. */
PetscErrorCode SimulationCreate(MPI_Comm comm, int argc, char **argv, Simulation *sim);
PetscErrorCode SimulationDestroy(Simulation *sim);
/* Time of the state [ns]. */
double simulation_time(const Simulation *sim);
int    simulation_running(const Simulation *sim);
/* Not collective.  Step and pace for the grains of this moment, rigid or not: at the start, and when the first ones
   have become meshed.  Masses, velocities and the inertial number stay what they are.  time: of the state [ns]. */
void simulation_take_step(Simulation *sim, double time);

/* Neighbours: a new partition when ranks are out of balance, a new list when grains moved too far. */
PetscErrorCode RefreshNeighbours(Simulation *sim);
/* Every control interval: ranks agree on forces, the programme decides, signals are heard. */
PetscErrorCode Control(Simulation *sim);
/* Not collective.  Why this rank wants the run to stop, with time left for a checkpoint. */
StopReason simulation_stop_asked(void);
/* Not collective.  Is the step that comes next one to be reported?  Then its contacts must be written down. */
int simulation_report_next(const Simulation *sim);
/* Contacts of the step that comes are written down. */
void simulation_sample_next(Simulation *sim);
/* The state as observables see it; borrowed until the next step. */
PetscErrorCode SimulationSample(Simulation *sim, Sample *sample);
/* The state just reached in numbers, worked out once a step: fields, of the grains too, when sim->fields is to hold
   them. Borrowed until the next step. */
PetscErrorCode SimulationObserve(Simulation *sim, PetscBool fields, const Observation **seen);
/* When due: history row, frame, progress; and the next stage when one is over. */
PetscErrorCode Report(Simulation *sim);
/* In a dwell on the slow clock: is the press at rest?  Then ligands, bonds and necks go on (slow.c).  After the report,
   so that a row shows one state: the one before. */
PetscErrorCode Sinter(Simulation *sim);
/* When due. */
PetscErrorCode Checkpoint(Simulation *sim);
/* Summary and last words.  failure: what went wrong, said already; NULL: the run is done or was stopped. */
PetscErrorCode Conclude(Simulation *sim, const char failure[]);

#endif
