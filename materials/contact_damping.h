/*
  contact_damping.h - normal dashpots shared by the laws.
*/
#ifndef MATERIALS_CONTACT_DAMPING_H
#define MATERIALS_CONTACT_DAMPING_H

/*
  damping_tsuji - alpha(e) in eta = alpha sqrt(m_eff F/delta), for a Hertz contact with restitution e in [0, 1] [-].
  Polynomial fit as in Tsuji, Tanaka & Ishida 1992 and LAMMPS; its residue at e = 1 (-9e-5) is cut to 0.
*/
static inline double damping_tsuji(double e)
{
  const double alpha =
      1.2728 + e * (-4.2783 + e * (11.087 + e * (-22.348 + e * (27.467 + e * (-18.022 + e * 4.8218)))));

  return alpha > 0.0 ? alpha : 0.0;
}

#endif
