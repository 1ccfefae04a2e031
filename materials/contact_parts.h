/*
  contact_parts.h - what goes with every normal law: sliding, rolling and twisting resistance, and damping.

  Each part is a pure function over the lanes.  A part is an elastic spring that keeps its FORCE (not its stretch), so
  that a change of stiffness never creates energy (Thornton & Yin 1991), a friction limit, and a dashpot.
  No limit exceeds what the contact area carries as a plastic junction: shear pi a^2 Y/sqrt(3), bending (4/3) a^3 Y,
  twist (2/3) a of the shear.  A bonded contact (out->bond) carries that much whatever presses it.  Needs of the normal
  law, already in `out`: fn, a, kn, fc, shear, eta, bond.  Adds to out: ft, couple, slip_power.
*/
#ifndef MATERIALS_CONTACT_PARTS_H
#define MATERIALS_CONTACT_PARTS_H

#include "materials/contact.h"

/* State of each part, in this order behind the state of the normal law. */
enum {
  SLIDE_F   = 0, /* elastic sliding force on i, 3 [nN] */
  SLIDE_A   = 3, /* contact radius at which it was reached [nm] */
  SLIDE_N   = 4,
  TURN_F    = 0, /* partial slip: sliding force at the last turning point, 3 [nN] */
  TURN_PEAK = 3, /* largest sliding force of the virgin curve, 0 while on it [nN] */
  TURN_N    = 4,
  ROLL_F    = 0, /* rolling pseudo-force, 3 [nN] */
  ROLL_K    = 3, /* stiffness at which it was reached [nN/nm] */
  ROLL_N    = 4,
  TWIST_M   = 0, /* twisting moment about n [nN nm] */
  TWIST_K   = 1, /* stiffness at which it was reached [nN nm] */
  TWIST_N   = 2
};

/* Sliding: Mindlin's k_t = 8 G* a, Coulomb's limit mu fc.  state: SLIDE_N lanes.  First _try, for many batches. */
void contact_slide_try(const ContactModel *m, const ContactBatch *in, Lanes state[], ContactForce *out);
void contact_slide(const ContactModel *m, const ContactBatch *in, Lanes state[], ContactForce *out);
/* Sliding with partial slip (Mindlin & Deresiewicz 1953).  state: SLIDE_N, then TURN_N lanes. */
void contact_slide_partial(const ContactModel *m, const ContactBatch *in, Lanes state[], ContactForce *out);
/* Rolling: k_r = 2.25 mu_r^2 kn, limit mu_r fc (Ai et al. 2011, type C); bonded: k_r = kn a^2/(4 R*^2), the bending of
   a disc (Johnson 1985).  state: ROLL_N lanes. */
void contact_roll(const ContactModel *m, const ContactBatch *in, Lanes state[], ContactForce *out);
/* Twisting: k = k_t a^2/2, limit (2/3) a mu_twist fc (Marshall 2009).  state: TWIST_N lanes. */
void contact_twist(const ContactModel *m, const ContactBatch *in, Lanes state[], ContactForce *out);

/* Energy of a spring that holds f [nN] at stiffness k: f^2/(2k), 0 for k = 0; added to energy [aJ]. */
void contact_slide_energy(const ContactModel *m, const ContactBatch *in, Lanes state[], Lanes energy);
void contact_roll_energy(Lanes state[], Lanes energy);
void contact_twist_energy(Lanes state[], Lanes energy);

#endif
