/*
  bulk.h - what the inside of a meshed grain does: isotropic elasticity in logarithmic strain and plastic flow.

  F = F_e F_p with det F_p = 1; the state is the elastic left Cauchy-Green tensor b_e = F_e F_e^T and what flow has
  accumulated.  Kirchhoff stress tau = K tr(eps) 1 + 2 G dev(eps), eps = ln(b_e)/2; Cauchy stress sigma = tau/J.  Flow
  follows von Mises and keeps the volume, integrated by backward Euler in principal directions, which is exact in J.
  Simo 1992 (CMAME 99, 61); Weber & Anand 1990 (CMAME 79, 173); de Souza Neto, Peric & Owen 2008, ch. 14.

  Yield stress of a point of a grain whose own is Y0 (material_yield), at accumulated plastic strain alpha and rate:
    (Y0 + H alpha + max(Ys - Y0, 0) (1 - exp(-alpha/a0))) (1 + (rate/edot0)^m)
  H: linear; Ys, a0: saturating (Voce 1948), for a grain that is not above saturation already; edot0 = 0: no rate.

  This file is one Gauss point in plain doubles, for implicit use; bulk_lanes.h the return map of eight for an explicit
  kernel, with the same formulas.  Symmetric tensors are xx yy zz xy yz zx.  Energies are per volume of the undeformed
  grain [GPa = aJ/nm^3].
*/
#ifndef MATERIALS_BULK_H
#define MATERIALS_BULK_H

#include "materials/params.h"

/* Which of the terms above a model has: what is not there is not computed. */
typedef enum { BULK_ELASTIC, BULK_LINEAR, BULK_VOCE, BULK_RATE } BulkFlow;

typedef struct {
  double   K, G;       /* bulk and shear modulus [GPa] */
  BulkFlow flow;       /* each has the terms of those before it */
  double   H;          /* [GPa] */
  double   Ys;         /* 0: none [GPa] */
  double   inv_a0;     /* 1/a0 [-] */
  double   m, inv_m;   /* [-] */
  double   edot0;      /* [1/ns] */
  double   log_G3;     /* ln(3 G) */
  double   compliance; /* 1/(3 G + H) [1/GPa] */
} BulkModel;

typedef struct {
  const char      *name, *cite;
  const ParamSpec *params; /* ends with key == NULL; E and nu come from the card */
  size_t           param_size;
  const char *(*validate)(const void *p);     /* NULL, or what is wrong with the parameters */
  void (*model)(const void *p, BulkModel *m); /* constants of the formulas above */
} BulkLaw;

extern const BulkLaw *const bulk_laws[]; /* THE registry, ends with NULL */
const BulkLaw              *bulk_law_find(const char name[]);

/* Constants of a law with its parameters.  NULL, or what is wrong, with what is allowed; then *m is not set. */
const char *bulk_model(const BulkLaw *law, const void *p, BulkModel *m);

typedef struct {
  double be[6]; /* elastic left Cauchy-Green tensor [-] */
  double alpha; /* accumulated plastic strain [-] */
} BulkState;

typedef struct {
  double sigma[6];   /* Cauchy stress, > 0 in tension [GPa] */
  double J;          /* volume over undeformed volume [-] */
  double stored;     /* elastic energy [GPa] */
  double dissipated; /* of this step, >= 0 [GPa] */
} BulkStress;

typedef enum {
  BULK_OK,
  BULK_FOLDED,   /* det f is not above 0, or f is not finite */
  BULK_EXTREME,  /* a stretch that no double holds */
  BULK_NO_TIME,  /* a law with a rate needs dt > 0 */
  BULK_NO_STATE, /* a mean tension beyond K/e, which no volume has */
  BULK_STATUS_N
} BulkStatus;

const char *bulk_status_text(BulkStatus status); /* half a sentence for a message */

extern const BulkState bulk_rest; /* no stress, no history */

/*
  bulk_update - one step at one point.  Pure; `old` and `now` may be the same object; on an error nothing is written.

  In:  Y0     yield stress of the grain, > 0 [GPa]; not used by an elastic law
       dt     [ns]; used by a law with a rate only
       f      incremental deformation gradient, F_{n+1} F_n^{-1}
  Out: a      NULL, or the spatial tangent [GPa]: a[3 i + j][3 k + l] = a_ijkl, such that the force of a virtual
  gradient eta changes by the integral of eta_ij a_ijkl (grad du)_kl over the present volume. a = D : L : B/(2 J) -
  sigma_il delta_jk (de Souza Neto, Peric & Owen 2008, box 14.3)
*/
BulkStatus bulk_update(const BulkModel *m, double Y0, double dt, const double f[3][3], const BulkState *old,
                       BulkState *now, BulkStress *out, double a[9][9]);

/* Stress and stored energy of a state; nothing is dissipated. */
BulkStatus bulk_stress(const BulkModel *m, const BulkState *state, BulkStress *out);

/* The state that has this Kirchhoff or Cauchy stress [GPa]: for grains handed over with a stress. */
BulkStatus bulk_from_kirchhoff(const BulkModel *m, const double tau[6], double alpha, BulkState *state);
BulkStatus bulk_from_cauchy(const BulkModel *m, const double sigma[6], double alpha, BulkState *state);

#endif
