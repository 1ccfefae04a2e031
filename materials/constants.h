/*
  constants.h - constants of nature in nm, ns, fg, K; macros, so that tables may use them.  Exact since the 2019 SI.
*/
#ifndef MATERIALS_CONSTANTS_H
#define MATERIALS_CONSTANTS_H

#define BOLTZMANN     1.380649e-5  /* aJ/K */
#define ELECTRON_VOLT 0.1602176634 /* aJ */

#endif
