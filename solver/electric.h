/*
  electric.h - what current the powder carries: conductances of its contacts, the network of conduct/ and what comes of
  it.

  Unlike an Observation this is as exact as the solver's tolerance, and its last digits depend on the number of ranks.
*/
#ifndef SOLVER_ELECTRIC_H
#define SOLVER_ELECTRIC_H

#include "solver/observe.h"

/* Borrowed. */
typedef struct {
  const Material *metal;
  const Ligand   *ligand;
} ElectricModel;

/* Not collective.  Does the deck ask for conduction, and has its card the numbers? */
int electric_wanted(const Config *config);

/*
  electric_contact - conductance of a sampled contact between grains [nS]; 0 for tools.  Pure, the same for i and j
  swapped.

    bonded       (ionic, metal)  a neck that electrons cross with 1 - gb_reflection, on the bare share of its area
    cores touch  the same with TOUCH, or where the model knows no bonds
    a layer      or a gap: tunnelling across the layer's thickness or the gap, whichever is wider, where the cores are
                 flattened under it, and around that across the gap between spheres that curve away
*/
double electric_contact(const ElectricModel *model, const Sample *sample, const ContactSample *contact);

/* One row of conduction.csv. */
typedef struct {
  double      step, stage, slow_time;     /* as in the Observation; [s] */
  double      conductance, length, sigma; /* from end to end [S], [nm], [S/m]; NAN: not solved */
  double      tensor[SYM_N];              /* [S/m]; NAN: not solved, or the coin has no inside */
  double      unknowns, iterations;       /* of the linear systems, the larger of both measures [-] */
  double      residual, kirchhoff;        /* of the solve; current in - current out over current [-] */
  const char *diverged; /* why a solve gave nothing, its numbers are NAN; NULL: both did. In no file */
} Electric;

/*
  ElectricMeasure - the conductivity of a sampled powder that was observed: from end to end, and as a tensor.

  Collective.  Ends are those of observe_ends: the coin's own, not the punches, so that the loaded, the released and the
  ejected coin are measured alike.  Section: pi radius_moment^2; volume of the tensor: within the outermost centres.
  Exactly 0 where no contacts reach from end to end.  What a solver that does not
  converge leaves out is NAN.
*/
PetscErrorCode ElectricMeasure(const Sample *sample, const Observation *seen, const ElectricModel *model,
                               Electric *found);

#endif
