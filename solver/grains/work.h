/* work.h - where energy goes, for rigid and meshed grains alike. */
#ifndef SOLVER_GRAINS_WORK_H
#define SOLVER_GRAINS_WORK_H

/* Energy taken from the grains' motion, by cause; counted since the start of the run [aJ]. */
enum {
  WORK_NORMAL,     /* absorbed by normal contact forces without damping: elastic + plastic + surface */
  WORK_VISCOUS,    /* normal damping */
  WORK_TANGENTIAL, /* absorbed by tangential, rolling, twisting and aligning forces in all */
  WORK_FRICTION,   /* the part of it that sliding, rolling and twisting dissipated */
  WORK_TOOLS,      /* given to the grains by the moving tools */
  WORK_DRAG,       /* taken by the drag */
  WORK_GRAVITY,    /* given by gravity */
  WORK_STRAIN,     /* absorbed by the elements of meshed grains in all */
  WORK_PLASTIC,    /* the part of it that plastic flow dissipated */
  WORK_HOURGLASS,  /* the part of it that hourglass modes hold or have lost otherwise than by flow */
  WORK_UNEVEN,     /* the part of WORK_PLASTIC that hourglass modes did: flow that varies within an element */
  WORK_N
};

#endif
