/*
  programme.h - the stages of a run and what the tools do in them: fill, press, dwell, release, eject.

  The tools move every step; what they do is decided once per control interval, from forces all ranks agree on.
*/
#ifndef SOLVER_PROGRAMME_H
#define SOLVER_PROGRAMME_H

#include "solver/config.h"
#include "solver/dem/dem.h"
#include "solver/grains/withdraw.h"
#include "solver/pace.h"
#include "solver/setup.h"

/* A tool withdraws by damped motion (damped.c); all zero: there is none in this stage. */
typedef struct {
  double     phase;               /* what the powder comes to rest from */
  double     adhesion;            /* work of adhesion of the tool, which does not adhere meanwhile [nN/nm] */
  double     left;                /* the tool has still to go in this increment [nm] */
  double     step, since;         /* length of the increment [nm]; step of the run since which the tool stands still */
  Withdrawal way;                 /* what the next increment goes by */
  double     increments, started; /* in this stage; step of the run at which it began */
  double     scale;               /* largest norm of the forces of contact so far [nN] */
} DampedState;

/* All doubles, so that a checkpoint keeps it whole; the same on every rank. */
typedef struct {
  double stage;           /* index of the present stage */
  double stage_start;     /* time it began [ns] */
  double ending;          /* 1: the stage ends with the next control, which is reported */
  double pressure;        /* on the top punch, mean over the last interval [GPa] */
  double pressure_bottom; /* on the bottom punch, the same [GPa] */
  double held_since;      /* time since which the pressure has been within tolerance; < 0: not yet [ns] */
  double reached;         /* 1: this press has reached its pressure, the servo is at work */
  double target;          /* pressure the servo holds, also in the dwell after a press [GPa] */
  double free_since;      /* release: time since which the top punch carries nothing; < 0: it does [ns] */
  double height_slack;    /* release: between the punches when the load was off, < 0: it is not [nm] */
  double height_start;    /* between the punches when the stage began [nm] */
  double late_lists;      /* controls at which the neighbour list was found late */
  double done;            /* 1: no stage is left */
  double slow_time;       /* shown by the slow clock since the run began [ns] */
  double slow_left;       /* time the slow clock has still to show in this stage; 0: none [ns] */
  double slow_steps;      /* it has made since the run began */
  double slow_dt;         /* its last step [ns] */
  double slow_since;      /* mechanical time of its last step, or of the begin of the stage [ns] */
  double residual;        /* largest unbalance at which a step of the slow clock began [-] */
  double rested;          /* 1: the press is at rest after its last step */
  double follow_gain;     /* slow clock: of the punch, speed over that of a wave of the missing pressure; 0: not yet */
  double follow_off;      /* the pressure's difference from the target at the last control; 0: a new one [GPa] */
  double looked;          /* time of the last control [ns] */
  double pace, imbalance; /* of a press of meshed grains: pace.h */
  double balanced;        /* this stage's equilibrium: 1 found, 0.5 stopped on the way, moduli known; 0 not begun */
  double bore;            /* radius of the die before its wall gave way to an equilibrium; 0: it has not [nm] */
  double static_increments, static_newton; /* of equilibria since the run began: increments, iterations of Newton */
  double static_steps;                     /* of equilibria since the run began: steps of damped motion */
  double static_residual;                  /* of the last one, over the forces of contact; 0: none yet [-] */
  DampedState damped;                      /* of a balance by damped motion: damped.c */
  double      stiffness[5];                /* of the compact, STIFFNESS_N of observe.h [GPa]; 0: not looked for yet */
  double too_dense; /* bit k: stage k ended at its density limit, a press below its pressure, a dwell before its time */
} ProgrammeState;

typedef struct {
  ProgrammeState     now;
  PetscInt           n_stages;
  const StageConfig *stage; /* [n_stages] borrowed */
  PowderTotals       powder;
  double             density, modulus; /* of the grains, as heavy as they move [fg/nm^3], [GPa] */
  PaceLimits         pace;
} Programme;

/* Starts with the first stage at the given time.  Borrows config. */
void programme_start(Programme *p, const Config *config, const PowderTotals *powder, double time, Tools *tools);
/* Goes on with a state from a checkpoint; where that was at the end of its programme, with the stage added since. */
void programme_resume(Programme *p, const Config *config, const PowderTotals *powder, double time,
                      const ProgrammeState *state, Tools *tools);

/* A press may go faster than its inertial number from now on, as long as its kinetic energy is below this part of the
   work of deformation; 0, as at the start: it may not. */
void programme_paces(Programme *p, double kinetic);

/* Tools move by one step. */
void programme_move_tools(double dt, Tools *tools);

/*
  programme_control - looks at the forces and sets the tools' velocities; tells when the stage is over.

  Returns 1 when the present stage has just ended: report it, then call programme_next.
*/
int  programme_control(Programme *p, const DemStatus *status, double time, Tools *tools);
void programme_next(Programme *p, double time, Tools *tools);

/*
  Stages by equilibrium (equilibrium.h).  Is one still to be found in this stage, and has it been begun before a
  restart?  When it has been found, the next control ends the stage.
*/
typedef struct {
  double increments, newton, steps, residual;
  int    found;
} Balanced;
int programme_balances(const Programme *p);
int programme_balance_begun(const Programme *p);
/* The wall has given way until it carries nothing: the bore is as wide again as it was, and ends below the coin. */
void programme_leaves_die(const Programme *p, Tools *tools);
/* Speed of a tool that withdraws by damped motion: its waves are small beside the largest pressure [nm/ns]. */
double programme_withdrawal_speed(const Programme *p);
void   programme_balanced(Programme *p, const Balanced *how);

/*
  The slow clock (design: two clocks).  A dwell longer than SLOW_FROM is not followed nanosecond by nanosecond: the
  press is brought to rest, the slow clock makes a step, the press is brought to rest again, until the time is over.
*/
int  programme_slow(const Programme *p); /* is the present stage on the slow clock? */
void programme_ticked(Programme *p, double dt,
                      double time);  /* the slow clock went on by dt [ns] at mechanical `time` */
void programme_rested(Programme *p); /* the press is at rest after its last step */

/* How much of the present stage is done, 0..1. */
double             programme_fraction(const Programme *p, double time, const Tools *tools);
const StageConfig *programme_stage(const Programme *p);
/* Did stage k end at its density limit: a press below its pressure, a dwell before its time? */
int programme_too_dense(const Programme *p, PetscInt k);

#endif
