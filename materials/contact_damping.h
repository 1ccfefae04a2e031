/*
  contact_damping.h - normal dashpots shared by the laws: alpha in eta = alpha sqrt(m_eff F/delta) of a Hertz contact.
*/
#ifndef MATERIALS_CONTACT_DAMPING_H
#define MATERIALS_CONTACT_DAMPING_H

#include "materials/lanes_math.h"

/* alpha = -sqrt(5) ln e/sqrt(ln^2 e + pi^2): restitution e in (0, 1], exact.  Antypov & Elliott 2011, EPL 94, 50004. */
static inline double damping_exact(double e)
{
  const double l = lm_log(lm_max(e, 1e-6));

  return -2.2360679774997897 * l / sqrt(l * l + 9.8696044010893586);
}

/*
  Tsuji, Tanaka & Ishida's 1992 fit, with m_eff as LAMMPS `damping tsuji` takes it: smaller than the exact alpha by
  about sqrt(2) (the fit was made for the mass of one of two equal spheres), so 0.5 asked gives about 0.6.  For
  comparison runs.
*/
static inline double damping_tsuji(double e)
{
  const double alpha =
      1.2728 + e * (-4.2783 + e * (11.087 + e * (-22.348 + e * (27.467 + e * (-18.022 + e * 4.8218)))));

  return alpha > 0.0 ? alpha : 0.0;
}

static inline double damping_alpha(double e, double tsuji) { return tsuji > 0.0 ? damping_tsuji(e) : damping_exact(e); }

#endif
