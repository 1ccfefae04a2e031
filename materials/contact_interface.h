/*
  contact_interface.h - what lies between two grains: ligands, the bond, the neck.  A part of a contact like sliding or
  rolling, but around the normal law rather than behind it: it tells the law how far apart the cores are and how sticky,
  and turns what the law answers into what a bonded contact carries.

  Bond classes (physics: Nagaoka, Saghy & Chen 2023):
    ligand   a layer separates the cores: soft, lubricated, van der Waals
    touch    cores touch, nothing more (ionic crystals that are not aligned)
    ionic    aligned crystals joined: carries what a metal bond carries, but cleaves where that would flow
    metal    one metal: carries tension, shear, bending and twist up to the flow of its neck
*/
#ifndef MATERIALS_CONTACT_INTERFACE_H
#define MATERIALS_CONTACT_INTERFACE_H

#include "materials/contact.h"
#include "materials/ligand.h"

enum { BOND_LIGAND, BOND_TOUCH, BOND_IONIC, BOND_METAL, BOND_CLASSES };
extern const char *const bond_names[BOND_CLASSES];

/* State of the part, behind all others; zero before the first touch. */
enum {
  FACE_BOND,  /* bond class + 1; 0: nothing yet */
  FACE_COVER, /* coverage in the contact [-] */
  FACE_NECK,  /* radius of the neck, 0: none [nm] */
  FACE_LAYER, /* thickness of the ligand layer [nm] */
  FACE_SET,   /* how far it was ever squeezed, 1 - thickness/unloaded thickness [-] */
  FACE_N,
  FACE_GAIN = FACE_N, /* from here only where grains join as crystals: work of adhesion above W_bare [nN/nm] */
  FACE_WAITED,        /* expected number of joinings, rate x time aligned; a contact joins above its draw [-] */
  FACE_IONIC_N
};

struct ContactInterface {
  Ligand ligand;
  double W_bare;     /* work of adhesion of bare grains [nN/nm] */
  double friction;   /* of bare grains [-] */
  int    bond_class; /* that touching cores of this material reach by themselves: BOND_METAL, or BOND_TOUCH */
  int    crystals;   /* 1: touching cores may join as crystals (dem_contact_change), and cleave again */
};

/* Numbers of state per contact. */
static inline int contact_interface_states(const ContactInterface *f) { return f->crystals ? FACE_IONIC_N : FACE_N; }

/*
  Before the law: coverage of the contact gives W; the layer's thickness is added to the overlap, so that the law sees
  cores that touch through it.  in: delta and W change, everything else stays.
*/
void contact_interface_before(const ContactInterface *f, ContactBatch *in, Lanes state[]);
/*
  After the law: the layer settles between the cores, the bond class follows from coverage and touch, necks grow with
  the contact and thin with it; out: a, fc, shear, bond of a bonded contact; in: delta is that of
  the grains again.
  lives: > 0 where the law has a history.
*/
void contact_interface_after(const ContactInterface *f, ContactBatch *in, const double *lives, Lanes state[],
                             ContactForce *out);
/*
  After sliding: an ionic bond that reached the strength of its neck in tension or shear is cut, at once and for good
  until the slow clock joins it again.
*/
void contact_interface_cleave(Lanes state[], const ContactForce *out);
/* Energy that squeezed layers would give back, added to energy [aJ]. */
void contact_interface_energy(const ContactInterface *f, const ContactBatch *in, Lanes state[], Lanes energy);

/* Work of adhesion of a contact so bare [nN/nm], and its friction over that of bare grains. */
static inline double interface_work(const ContactInterface *f, double bare)
{
  const double vdW = lm_min(f->ligand.adhesion, f->W_bare);

  return vdW + (f->W_bare - vdW) * bare;
}

static inline double interface_slick(const ContactInterface *f, double bare)
{
  const double slick = f->friction > f->ligand.friction ? f->ligand.friction / f->friction : 1.0;

  return slick + (1.0 - slick) * bare;
}

/* What a step leaves of a layer that has lost its molecules and is pressed out, of thickness D [nm]. */
double interface_pressed_out(const Ligand *l, double D);
/* Whether cores that touch with a layer of thickness D between them, so bare, become one metal. */
int interface_welds(const ContactInterface *f, double bare, double D);

/* Radius of the area that a layer of thickness D carries on, between cores that touch over radius a [nm]. */
double contact_layer_radius(const Ligand *l, double coverage, double D, double a, double r_star);

#endif
