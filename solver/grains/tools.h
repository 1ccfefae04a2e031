/* tools.h - the press as grains see it, rigid or meshed. */
#ifndef SOLVER_GRAINS_TOOLS_H
#define SOLVER_GRAINS_TOOLS_H

/* A rigid cylinder about z and two flat punches. */
enum { TOOL_DIE, TOOL_BOTTOM, TOOL_TOP, TOOL_N };
typedef struct {
  double die_radius;                             /* [nm] */
  double die_top;                                /* the bore ends here; above it grains are free [nm] */
  double z[TOOL_N], v[TOOL_N];                   /* punch faces [nm] and their velocities [nm/ns]; the die's stay 0 */
  double mu[TOOL_N], mu_roll[TOOL_N], W[TOOL_N]; /* friction [-], work of adhesion [nN/nm] */
} Tools;

#endif
