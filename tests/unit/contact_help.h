/*
  contact_help.h - shared by the contact tests: a law with chosen parameters, and one contact driven by hand.
*/
#ifndef TESTS_CONTACT_HELP_H
#define TESTS_CONTACT_HELP_H

#include "materials/contact.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define PI 3.14159265358979323846

/* One contact in lane 0; the other lanes stay zero unless a test fills them. */
typedef struct {
  double       p[32];
  ContactModel m;
  ContactBatch in;
  Lanes        state[CONTACT_STATE_MAX];
  ContactForce out;
  double       slack; /* what jumps of the force leave open in the work of rig_move [aJ] */
} Rig;

static inline void rig_set(Rig *r, const char key[], double value)
{
  for (const ParamSpec *s = r->m.law->params; s->key; s++)
    if (!strcmp(s->key, key)) *(double *)((char *)r->p + s->offset) = value;
}

/* Defaults of the table, gold for what the card gives; G* of gold. */
static inline void rig_init(Rig *r, const char law[])
{
  memset(r, 0, sizeof *r);
  r->m.law = contact_law_find(law);
  for (const ParamSpec *s = r->m.law->params; s->key; s++) *(double *)((char *)r->p + s->offset) = s->def;
  r->m.p         = r->p;
  r->m.kt_ratio  = 1.0;
  r->m.damping_t = 1.0;
  rig_set(r, "E", 79.0);
  rig_set(r, "nu", 0.42);
  r->m.G_star_tool = 79.0 / (2.0 * 1.42) / (2.0 - 0.42);
  r->m.G_star      = 0.5 * r->m.G_star_tool;
  r->in.dt         = 1e-3;
}

static inline void rig_lane(Rig *r, int l, double R0, double R1, double Y, double W)
{
  const double R[2] = {R0, R1};

  r->in.n[2][l]  = 1.0;
  r->in.m_eff[l] = 1.4e-3;
  r->in.W[l]     = W;
  for (int s = 0; s < 2; s++) {
    r->in.side[s].R[l] = r->in.side[s].R0[l] = R[s];
    r->in.side[s].Y[l]                       = Y;
    r->in.side[s].psi[l]                     = 1.0;
  }
  if (R1 >= 1e29) r->in.tool = 1;
}

/* Normal force at overlap delta of lane 0, quasi-static; history moves on [nN]. */
static inline double rig_fn(Rig *r, double delta)
{
  r->in.delta[0] = delta;
  contact_force(&r->m, &r->in, r->state, &r->out);
  return r->out.fn[0];
}

/* Goes from overlap d0 to d1 in n steps; returns the work done on the contact, by the trapezoidal rule [aJ]. */
static inline double rig_move(Rig *r, double d0, double d1, int n)
{
  double work = 0.0, f0 = r->out.fn[0];

  for (int k = 1; k <= n; k++) {
    const double f1 = rig_fn(r, d0 + (d1 - d0) * k / n);
    work += 0.5 * (f0 + f1) * (d1 - d0) / n;
    if (fabs(f1 - f0) > 1250.0 * fabs(d1 - d0) / n) r->slack += 0.5 * fabs((f1 - f0) * (d1 - d0)) / n;
    f0 = f1;
  }
  return work;
}

static inline int close_to(double got, double want, double rtol, double atol)
{
  const int ok = fabs(got - want) <= rtol * fabs(want) + atol;

  if (!ok) print_error("got %.10g, want %.10g (rtol %g, atol %g)\n", got, want, rtol, atol);
  return ok;
}

#define CHECK_CLOSE(got, want, rtol, atol) assert_true(close_to(got, want, rtol, atol))

#endif
