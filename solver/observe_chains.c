/*
  observe_chains.c - force chains: quasi-linear strings of grains that carry more than the others.

  Peters et al. 2005, PRE 72, 041307: of the grains whose major principal stress is above the mean of all, two that
  press on each other are linked when the branch between them is within 45 degrees of the direction of that stress in
  both; what is linked is a chain when it has three grains or more.
*/
#include "solver/conduct/clusters.h"
#include "solver/observe_impl.h"
#include "solver/totals.h"

enum { CHAIN_LEAST = 3 };
static const double ANGLE_COS2 = 0.5; /* cos^2 of 45 degrees */

/* The direction a grain is pressed in most; length 0: none, or pressed less than the mean. */
typedef struct {
  double axis[3];
} Pressed;

enum { T_MAJOR, T_MAJOR_N };
enum { T_CHAINS, T_MEMBERS, T_LINKS, T_LOAD, T_ALL_LOAD, T_ALIGNED, T_LINK_N };

/* Eigenvector of the eigenvalue e, which is the largest; zero when it is not the only one that large. */
static void principal_axis(const double s[SYM_N], double e, double scale, double axis[3])
{
  const double row[3][3] = {
      {s[SYM_XX] - e, s[SYM_XY],     s[SYM_ZX]    },
      {s[SYM_XY],     s[SYM_YY] - e, s[SYM_YZ]    },
      {s[SYM_ZX],     s[SYM_YZ],     s[SYM_ZZ] - e}
  };
  double best = 0.0;

  axis[0] = axis[1] = axis[2] = 0.0;
  for (int k = 0; k < 3; k++) {
    const double *a = row[k], *b = row[(k + 1) % 3];
    const double  c[3] = {a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]};
    const double  size = norm3(c);

    if (size <= best || size <= 1e-12 * scale * scale) continue; /* both rows vanish for an eigenvalue that is double */
    best = size;
    for (int i = 0; i < 3; i++) axis[i] = c[i] / size;
  }
}

/* Collective.  Of all rows, ghosts too: which way the grains above the mean are pressed. */
static PetscErrorCode FindPressed(const Sample *s, const double (*stress)[SYM_N], Pressed pressed[])
{
  const Grains g      = s->grains;
  Totals       totals = {.n = T_MAJOR_N};
  double       value[T_MAJOR_N], *major;
  PetscBool    finite;
  MPI_Datatype type;

  PetscFunctionBeginUser;
  PetscCall(PetscMalloc1(g->n_owned, &major));
  for (int pass = 0; pass < 2; pass++) {
    for (PetscInt k = 0; k < g->n_owned; k++) {
      double p, q, lode;

      if (!pass) tensor_invariants(stress[k], &p, &q, &lode, &major[k]);
      totals_add(&totals, T_MAJOR, major[k]);
    }
    if (!pass) PetscCall(TotalsPeaks(g->comm, &totals, &finite));
  }
  PetscCall(TotalsSum(g->comm, &totals, value));
  for (PetscInt k = 0; k < g->n_owned; k++) {
    const double mean = value[T_MAJOR] / (double)g->n_global;

    pressed[k] = (Pressed){{0}};
    if (major[k] > mean && major[k] > 0.0) principal_axis(stress[k], major[k], major[k], pressed[k].axis);
  }
  PetscCall(PetscFree(major));
  if (!g->halo) PetscFunctionReturn(0);
  PetscCallMPI(MPI_Type_contiguous(3, MPI_DOUBLE, &type));
  PetscCallMPI(MPI_Type_commit(&type));
  PetscCall(PetscSFBcastBegin(g->halo, type, pressed, pressed + g->n_owned, MPI_REPLACE));
  PetscCall(PetscSFBcastEnd(g->halo, type, pressed, pressed + g->n_owned, MPI_REPLACE));
  PetscCallMPI(MPI_Type_free(&type));
  PetscFunctionReturn(0);
}

static double dot3(const double a[3], const double b[3]) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; }

static int along(const Pressed *p, const double l[3])
{
  const double d = dot3(p->axis, l);

  return d * d > ANGLE_COS2 * dot3(l, l); /* never for an axis of length 0 */
}

static int linked(const ContactSample *c, const Pressed pressed[])
{
  return c->j >= 0 && c->fn > 0.0 && along(&pressed[c->i], c->branch) && along(&pressed[c->j], c->branch);
}

static void add_chains(const Sample *s, const Pressed pressed[], const PetscInt64 label[], const PetscInt64 size[],
                       Totals *t)
{
  const Grains g = s->grains;

  for (PetscInt k = 0; k < g->n_owned; k++) {
    totals_add(t, T_MEMBERS, size[k] >= CHAIN_LEAST);
    totals_add(t, T_CHAINS, size[k] >= CHAIN_LEAST && label[k] == g->id[k]); /* counted where its first grain is */
  }
  for (PetscInt k = 0; k < s->n_contacts; k++) {
    const ContactSample *c    = &s->contacts[k];
    const double         load = dot3(c->f, c->branch), l2 = dot3(c->branch, c->branch);

    if (c->j < 0 || c->fn <= 0.0 || contact_row(c) >= g->n_owned) continue;
    totals_add(t, T_ALL_LOAD, load);
    if (!linked(c, pressed) || size[contact_row(c)] < CHAIN_LEAST) continue;
    totals_add(t, T_LINKS, 1.0);
    totals_add(t, T_LOAD, load);
    totals_add(t, T_ALIGNED, 1.5 * c->branch[2] * c->branch[2] / l2 - 0.5);
  }
}

static PetscErrorCode FillFields(const Sample *s, const Pressed pressed[], const PetscInt64 label[],
                                 const PetscInt64 size[], GrainFields *f)
{
  PetscFunctionBeginUser;
  for (PetscInt k = 0; k < f->n; k++) f->chain[k] = size[k] >= CHAIN_LEAST ? label[k] : -1;
  PetscCall(PetscFree(f->contact_chain));
  PetscCall(PetscMalloc1(s->n_contacts, &f->contact_chain));
  for (PetscInt k = 0; k < s->n_contacts; k++) { /* linked grains are of one chain: the side that is owned tells */
    const ContactSample *c   = &s->contacts[k];
    const PetscInt       row = c->i < f->n ? c->i : c->j;

    f->contact_chain[k] = linked(c, pressed) ? f->chain[row] : -1;
  }
  PetscFunctionReturn(0);
}

PetscErrorCode ObserveChains(const Sample *s, const double (*stress)[SYM_N], Observation *o, GrainFields *f)
{
  const Grains   g      = s->grains;
  Totals         totals = {.n = T_LINK_N};
  double         v[T_LINK_N];
  PetscInt       n = 0, (*edge)[2];
  PetscInt64    *label, *size;
  Pressed       *pressed;
  unsigned char *none;
  ClusterStats   stats;
  PetscBool      finite;

  PetscFunctionBeginUser;
  PetscCall(PetscMalloc5(g->n_owned + g->n_ghost, &pressed, s->n_contacts, &edge, g->n_owned + g->n_ghost, &label,
                         g->n_owned, &size, g->n_owned, &none));
  PetscCall(FindPressed(s, stress, pressed));
  for (PetscInt k = 0; k < s->n_contacts; k++) {
    if (!linked(&s->contacts[k], pressed)) continue;
    edge[n][0]   = s->contacts[k].i;
    edge[n++][1] = s->contacts[k].j;
  }
  PetscCall(PetscArrayzero(none, g->n_owned));
  PetscCall(ClustersFind(g, n, (const PetscInt(*)[2])edge, label));
  PetscCall(ClustersMeasure(g, label, none, 0, size, NULL, &stats));
  add_chains(s, pressed, label, size, &totals);
  PetscCall(TotalsPeaks(g->comm, &totals, &finite));
  add_chains(s, pressed, label, size, &totals);
  PetscCall(TotalsSum(g->comm, &totals, v));
  o->chains          = v[T_CHAINS];
  o->chain_length    = v[T_CHAINS] > 0.0 ? v[T_MEMBERS] / v[T_CHAINS] : NAN;
  o->chain_grains    = g->n_global > 0 ? v[T_MEMBERS] / (double)g->n_global : NAN;
  o->chain_load      = v[T_ALL_LOAD] > 0.0 ? v[T_LOAD] / v[T_ALL_LOAD] : NAN;
  o->chain_alignment = v[T_LINKS] > 0.0 ? v[T_ALIGNED] / v[T_LINKS] : NAN;
  if (f) PetscCall(FillFields(s, pressed, label, size, f));
  PetscCall(PetscFree5(pressed, edge, label, size, none));
  PetscFunctionReturn(0);
}
