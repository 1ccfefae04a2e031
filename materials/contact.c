/*
  contact.c - the registry of contact laws, and the composition of a normal law with its parts.
*/
#include "materials/contact.h"
#include "materials/contact_interface.h"
#include "materials/contact_parts.h"

#include <string.h>

extern const ContactLaw contact_hertz_mindlin, contact_jkr, contact_mdr;

const ContactLaw *const contact_laws[] = {&contact_hertz_mindlin, &contact_jkr, &contact_mdr, NULL};

const ContactLaw *contact_law_find(const char name[])
{
  for (size_t k = 0; contact_laws[k]; k++)
    if (!strcmp(contact_laws[k]->name, name)) return contact_laws[k];
  return NULL;
}

/* First state of each part; the parts follow the law in a fixed order. */
static int turn_at(const ContactModel *m) { return m->law->n_state + SLIDE_N; }
static int roll_at(const ContactModel *m) { return turn_at(m) + (m->partial_slip ? TURN_N : 0); }
static int twist_at(const ContactModel *m) { return roll_at(m) + (m->rolling ? ROLL_N : 0); }

int contact_face_at(const ContactModel *m) { return twist_at(m) + (m->twisting ? TWIST_N : 0); }

int contact_n_state(const ContactModel *m)
{
  return contact_face_at(m) + (m->interface ? contact_interface_states(m->interface) : 0);
}

const char *contact_state_name(const ContactModel *m, int k)
{
  static const char *const slide[SLIDE_N]     = {"slide_x_nN", "slide_y_nN", "slide_z_nN", "slide_a_nm"};
  static const char *const turn[TURN_N]       = {"turn_x_nN", "turn_y_nN", "turn_z_nN", "turn_peak_nN"};
  static const char *const roll[ROLL_N]       = {"roll_x_nN", "roll_y_nN", "roll_z_nN", "roll_k_nN_nm"};
  static const char *const twist[TWIST_N]     = {"twist_nN_nm", "twist_k_nN_nm"};
  static const char *const face[FACE_IONIC_N] = {"bond",      "coverage",   "neck_nm", "layer_nm",
                                                 "layer_set", "gain_nN_nm", "waited"};

  if (k < 0 || k >= contact_n_state(m)) return NULL;
  if (k < m->law->n_state) return m->law->state_names[k];
  if (k < turn_at(m)) return slide[k - m->law->n_state];
  if (k < roll_at(m)) return turn[k - turn_at(m)];
  if (k < twist_at(m)) return roll[k - roll_at(m)];
  if (k < contact_face_at(m)) return twist[k - twist_at(m)];
  return face[k - contact_face_at(m)];
}

void contact_forces(const ContactModel *m, int n, ContactBatch in[], Lanes *const state[], ContactForce out[])
{
  const ContactInterface *f       = n && in[0].tool ? NULL : m->interface;
  const int               face_at = contact_face_at(m);

  for (int b = 0; b < n; b++) {
    memset(out[b].bond, 0, sizeof out[b].bond);
    memset(out[b].thinned, 0, sizeof out[b].thinned);
    if (f) contact_interface_before(f, &in[b], state[b] + face_at);
  }
  m->law->normal(m->p, n, in, state, out);
  for (int b = 0; f && b < n; b++)
    contact_interface_after(f, &in[b], state[b][m->law->lives_state], state[b] + face_at, &out[b]);
  for (int b = 0; b < n && !m->partial_slip; b++) contact_slide_try(m, &in[b], state[b] + m->law->n_state, &out[b]);
  for (int b = 0; b < n; b++) {
    if (m->partial_slip) contact_slide_partial(m, &in[b], state[b] + m->law->n_state, &out[b]);
    else contact_slide(m, &in[b], state[b] + m->law->n_state, &out[b]);
    if (m->rolling) contact_roll(m, &in[b], state[b] + roll_at(m), &out[b]);
    if (m->twisting) contact_twist(m, &in[b], state[b] + twist_at(m), &out[b]);
    if (f && f->crystals) contact_interface_cleave(state[b] + face_at, &out[b]);
  }
}

void contact_force(const ContactModel *m, ContactBatch *in, Lanes state[], ContactForce *out)
{
  contact_forces(m, 1, in, &state, out);
}

void contact_stored(const ContactModel *m, ContactBatch *in, Lanes state[], Lanes energy)
{
  const ContactInterface *f     = in->tool ? NULL : m->interface;
  Lanes                  *layer = f ? state + contact_face_at(m) + FACE_LAYER : NULL;

  for (int l = 0; f && l < CONTACT_LANES; l++) in->delta[l] += layer[0][l];
  m->law->stored(m->p, in, state, energy);
  for (int l = 0; f && l < CONTACT_LANES; l++) in->delta[l] -= layer[0][l];
  contact_slide_energy(m, in, state + m->law->n_state, energy);
  if (m->rolling) contact_roll_energy(state + roll_at(m), energy);
  if (m->twisting) contact_twist_energy(state + twist_at(m), energy);
  if (f) contact_interface_energy(f, in, state + contact_face_at(m), energy);
}
