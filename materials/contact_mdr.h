/*
  contact_mdr.h - private to contact_mdr*.c: one side of an MDR contact, a grain squeezed by a rigid flat.
*/
#ifndef MATERIALS_CONTACT_MDR_H
#define MATERIALS_CONTACT_MDR_H

#include "materials/contact.h"

/* Mean pressure of a small plastic contact over the yield stress, less 1; it falls as (contact radius/R)^2 grows. */
#define MDR_HARD 1.75
#define MDR_FALL 4.4

typedef struct {
  double E, nu, psi_b, damping, loading_adhesion, adhesion_range, adhesive_flow, ductile_cap, wall_factor;
} Mdr;

/* History: the pair, then each side. */
enum {
  MDR_PEAK    = 0, /* largest overlap of the pair; > 0 once it touched [nm] */
  MDR_PENALTY = 1, /* screening of contacts through an obstructing grain [-], written by the solver */
  MDR_SIDE    = 2,
  SIDE_SHIFT  = 0, /* overlap measured from the undeformed radius, last step [nm] */
  SIDE_BULK   = 1, /* overlap taken by uniform compression of the grain [nm] */
  SIDE_PEAK   = 2, /* largest overlap taken by the contact itself; the plastic state [nm] */
  SIDE_CA     = 3, /* area intercept frozen at yield, < 0 once yielded [nm^2] */
  SIDE_STUCK  = 4, /* adhesive contact radius [nm] */
  SIDE_FREE   = 5, /* overlap at which the unloaded flat would lie [nm] */
  SIDE_N      = 6,
  MDR_N       = MDR_SIDE + 2 * SIDE_N
};

/* Sums over the contacts of a grain. */
enum {
  SUM_AREA,      /* contact area [nm^2] */
  SUM_AREA_MOVE, /* area times displacement of this step [nm^3] */
  SUM_AREA_FREE, /* contact area minus the free surface it replaced [nm^2] */
  SUM_CAPS,      /* caps cut off the apparent sphere [nm^3] */
  SUM_GROW,      /* volume displaced by yielded contacts, to be held by the apparent radius [nm^3] */
  SUM_RIM,       /* its derivative by the apparent radius [nm^2] */
  MDR_SUMS
};

/* Constants of a batch. */
typedef struct {
  double E; /* E_h = E/(1 - nu^2) of the half problem [GPa] */
  double nu, psi_b, kappa;
  double cap;   /* sigma_t/Y, 1e30: none */
  double gamma; /* half-problem work of adhesion per W of the pair: 1/2, tool 1 */
  double rim;   /* 1: adhesion acts while loading and across a gap */
  double range; /* of that adhesion [nm] */
  double flow;  /* 1: metal flows into gaps across which adhesion pulls harder than the metal bears */
  double tear;  /* pi/(8 E_h): the stretch of a stuck pair is bounded by 6.6 (tear W R^2)^(2/3)/R [1/GPa] */
  int    sides;
} MdrBatch;

/* One side over the lanes. */
typedef struct {
  Lanes overlap; /* share of the pair's overlap [nm] */
  Lanes share;   /* d overlap/d delta [-] */
  Lanes fresh;   /* 1 in the step of first touch */
  Lanes bulk, peak, ca, stuck, free;
  Lanes A, B;  /* height and width of the ellipse profile [nm] */
  Lanes a_max; /* [nm] */
  Lanes borne; /* part of the attraction across the gap that metal bears without flow [-] */
  Lanes drawn; /* area over pi by which flow into the gap has made the plastic contact wider [nm^2] */
  Lanes flex;  /* contact displacement per foundation displacement [-] */
  Lanes stiff; /* 1/flex */
  Lanes de;    /* foundation displacement [nm] */
  Lanes u;     /* de/A */
  Lanes per_B; /* 1/B, 0 for B = 0 */
  Lanes depth; /* of the profile at the adhesive radius [nm] */
  Lanes a;     /* contact radius [nm] */
  Lanes rim;   /* attraction of the rim [nN] */
  Lanes F;     /* [nN] */
  Lanes thin;  /* what flow in tension left of the radius of the neck in this step [-] */
  Lanes k;     /* dF/d overlap, elastic [nN/nm] */
} MdrSide;

MdrBatch mdr_batch(const Mdr *p, int tool, int mirror);
/* Pair overlap to the two sides; keep: 1 where history lives on. */
void mdr_place(const MdrBatch *c, const ContactBatch *in, Lanes state[], MdrSide side[2], double *keep, double *r_star);
/* Yield, ellipse profile, foundation displacement of one side. */
void mdr_profile(const MdrBatch *c, const ContactSide *g, const double *keep, Lanes state[], MdrSide *s);
/* Adhesive radius: grows on loading, peels on unloading; broken: 1 where the side came off in this step. */
void mdr_peel(const MdrBatch *c, const double *W, MdrSide *s, double *broken);
/* Force of one side from its profile and adhesive radius; may stretch its neck, of radius neck[] where that is wider.
 */
void mdr_side_force(const MdrBatch *c, const ContactSide *g, const double *broken, const double *neck, MdrSide *s);
/* ContactLaw.flow: contact_mdr_flow.c */
void mdr_flow(const void *params, const double R[2], const double Y[2], double approach, double *state);
/* Elastic energy of one side, in its own displacement [aJ]; slope: of the rim by the foundation displacement [nN/nm].
 */
void mdr_side_stored(const MdrBatch *c, const ContactSide *g, const double *gap, const double *slope, const MdrSide *s,
                     double *energy);
void mdr_grain(const void *params, GrainBatch *g);

#endif
