/*
  sinter.h - the slow clock: ligands leave contacts, necks grow, the free surfaces take up what left.
  The only header of this folder that others may include.

  Mechanics stands still here: forces are those of the press at rest, and a step of the slow clock ends before they
  would change much.  What comes out, the approach of the centres above all, is for mechanics to follow.
*/
#ifndef SOLVER_SINTER_SINTER_H
#define SOLVER_SINTER_SINTER_H

#include "materials/contact_interface.h"
#include "materials/crystal.h"
#include "materials/neck.h"
#include "solver/grains/grains.h"

/* Borrows everything. */
typedef struct {
  const Material *metal;
  const Ligand   *ligand;
  const NeckLaw  *necks;
  int             removal;        /* ligands are torn off by stress */
  double          approach_limit; /* of a step, see SinterStep: approach over radius [-] */
  double          neck_limit;     /* growth of a neck over its radius [-] */
  double          removal_limit;  /* loss of coverage [-] */
  const Crystal  *crystal;        /* grains are crystals that join where aligned; NULL: they are not */
  double          barrier;        /* of joining [aJ] */
  PetscInt64      seed;           /* of the waiting times */
} SinterModel;

/* A contact between two grains of which at least one is owned; both owners hold it and find the same. */
typedef struct {
  PetscInt i, j;      /* rows */
  int      counted;   /* this rank's in sums over all contacts */
  double   radius;    /* 2 R* [nm] */
  double   force;     /* normal, > 0 in compression [nN] */
  double   stiffness; /* of the contact [nN/nm] */
  double   shear;     /* tangential [nN] */
  double   carrying;  /* radius of the area that carries them [nm] */
  int      bond;      /* class */
  double   coverage;  /* in and out [-] */
  double   neck;      /* in and out [nm] */
  double   approach;  /* out: of the centres by diffusion in this step [nm] */
  double   limit;     /* widest neck that neighbours leave room for [nm]; SinterCrowd */
  double   sink;      /* free surface around, 0..1; SinterCrowd */
  double   n[3];      /* normal; crystals only, like the next three: sinter_join */
  double   waited;    /* in and out: expected joinings so far [-] */
  double   gain;      /* out: work of adhesion above that of touching cores [nN/nm] */
  int      joined;    /* out: facets have become one crystal in this step */
  double   coverage0; /* what a step starts from; private */
  double   neck0;
} SinterContact;

/*
  SinterStep - one step of the slow clock.

  Collective.  T [K]; left: time the step may take [ns]; guess: of the step, 0 for none; c [n].
  Out: dt, the time taken, at most left: the largest at which the root mean square of each change over the contacts
  keeps its limit (single contacts relax on their own: their force falls as they flow).  The same bits on any number of
  ranks.
*/
PetscErrorCode SinterStep(MPI_Comm comm, const SinterModel *m, double T, double left, double guess, PetscInt n,
                          SinterContact c[], double *dt);

/*
  SinterCrowd - what the neighbours leave to each contact: fills limit and sink.

  Collective.  Z grains around one share its surface: each neck is at most a face of area 4 pi R^2/Z, which is 0.58 R at
  Z = 12.  The sink is the free-area ratio of the more crowded grain, over SINK_FULL.
*/
PetscErrorCode SinterCrowd(Grains grains, PetscInt n, SinterContact c[]);

/*
  sinter_join - crystals that touch with facets face to face (crystal_aligned) join, after SinterStep took dt [ns] at T.

  Not collective; the ghosts' orientations must be up to date (SinterCrowd brings them).  W_bare: work of adhesion of
  touching cores [nN/nm]; a bond's is crystal_bond_work at the present misorientation, gain what it has more.
  A contact joins by a Poisson process of the Eyring rate times the bare share of its area while it is aligned: when
  the expected number of joinings exceeds -ln u, u a random number of the pair, the same on any rank.
*/
void sinter_join(Grains grains, const SinterModel *m, double W_bare, double T, double dt, PetscInt n,
                 SinterContact c[]);

/*
  SinterSpread - ligands that left the contacts go to the free surface of their grains.

  Not collective.  Sets aux[AUX_FREE] of the owned grains so that coverage x area, summed over free surface and
  contacts, stays aux[AUX_COVER] x 4 pi R0^2.  Each grain keeps a twentieth of its surface free for the purpose.
*/
PetscErrorCode SinterSpread(Grains grains, PetscInt n, const SinterContact c[]);

#endif
