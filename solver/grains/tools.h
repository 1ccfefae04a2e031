/* tools.h - the press as grains see it, rigid or meshed. */
#ifndef SOLVER_GRAINS_TOOLS_H
#define SOLVER_GRAINS_TOOLS_H

/*
  A rigid cylinder about z and two flat punches.  Whoever moves a tool sets its velocity: dashpots, friction and the
  work of the tools go by it.  Lists of rigid grains watch the punches, not a die that moves.
*/
enum { TOOL_DIE, TOOL_BOTTOM, TOOL_TOP, TOOL_N };
typedef struct {
  double die_radius;           /* [nm] */
  double die_speed;            /* of the bore's wall, outwards: the rate of die_radius [nm/ns] */
  double die_top;              /* the bore ends here; above it grains are free [nm] */
  double z[TOOL_N], v[TOOL_N]; /* punch faces [nm]; velocities along z, the die's that of die_top [nm/ns] */
  double mu[TOOL_N], mu_roll[TOOL_N], W[TOOL_N]; /* friction [-], work of adhesion [nN/nm] */
} Tools;

#endif
