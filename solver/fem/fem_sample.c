/*
  fem_sample.c - the contacts of one step, nodes of each pair added up, written down for observables and output.

  A pair across ranks has the nodes of one body on each: what they add up to is exchanged, so that both have the whole.
  Sums are integers: the same bits however bodies are spread.
*/
#include "materials/contact_interface.h"
#include "solver/fem/fem_impl.h"
#include "solver/grains/exchange.h"
#include "solver/grains/residence.h"

#include <string.h>

/* A pair of bodies by its ids, and where Fem.between has it. */
typedef struct {
  PetscInt64 first, second;
  int        at;
} FaceOf;

/* Step of the sums that are not forces [nN nm, nN, nm^2, nN/nm, aJ]: they may come to 1e8. */
static const double STEP = 0x1p-36;

static int64_t whole(double x, double inv_unit) { return (int64_t)(x * inv_unit); }

/* Nodes come body by body: the sum is among the last, or new. */
static PetscErrorCode Find(Fem fem, int body, int partner, SampleSum **found)
{
  const PetscInt64 id = fem->id[body], other = partner < 0 ? partner : fem->id[partner];
  PetscInt         k = fem->n_sums - 1;

  PetscFunctionBeginUser;
  while (k >= 0 && fem->sums[k].body == body && fem->sums[k].partner != partner) k--;
  if (k < 0 || fem->sums[k].body != body) {
    if (fem->n_sums == fem->sums_cap) {
      fem->sums_cap += fem->sums_cap / 2 + 64;
      PetscCall(PetscRealloc((size_t)fem->sums_cap * sizeof *fem->sums, &fem->sums));
    }
    k            = fem->n_sums++;
    fem->sums[k] = (SampleSum){.first = id, .second = other, .body = body, .partner = partner};
    if (partner >= 0 && other < id) fem->sums[k].first = other, fem->sums[k].second = id;
  }
  *found = &fem->sums[k];
  PetscFunctionReturn(0);
}

SampleShare fem_sample_share(const SurfaceSpots *in, const SurfaceForces *out, const double node[SF_N], int l)
{
  const int   press = out->push[l] > 0.0;
  SampleShare share = {.fn     = out->fn[l],
                       .area   = press ? in->area[l] : 0.0,
                       .kn     = press ? out->kn[l] : 0.0,
                       .stored = out->stored[l],
                       .bonded = in->bond[l] > 0.0 ? in->area[l] : 0.0,
                       .layer  = out->layer[l]};

  for (int k = 0; k < 3; k++) {
    share.n[k] = in->n[k][l];
    share.f[k] = out->fn[l] * in->n[k][l] + out->ft[k][l];
    share.x[k] = node[SF_X + k];
  }
  return share;
}

PetscErrorCode FemSampleAdd(Fem fem, int body, int partner, const SampleShare *share)
{
  const double *centre = fem->g->rec[fem->row[body]], size = fabs(share->fn);
  SampleSum    *s = NULL;

  PetscFunctionBeginUser;
  PetscCall(Find(fem, body, partner, &s));
  {
    const double sign = s->first == fem->id[body] ? 1.0 : -1.0;
    for (int k = 0; k < 3; k++) {
      s->sum[SAMPLE_F + k] += whole(sign * share->f[k], fem->inv_force);
      s->sum[SAMPLE_N + k] += whole(sign * size * share->n[k], 1.0 / STEP);
      s->sum[SAMPLE_ARM + k] += whole(size * (share->x[k] - centre[k]), 1.0 / STEP);
    }
  }
  s->sum[SAMPLE_WEIGHT] += whole(size, 1.0 / STEP);
  s->sum[SAMPLE_AREA] += whole(share->area, 1.0 / STEP);
  s->sum[SAMPLE_KN] += whole(share->kn, 1.0 / STEP);
  s->sum[SAMPLE_STORED] += whole(share->stored, 1.0 / STEP);
  s->sum[SAMPLE_BONDED] += whole(share->bonded, 1.0 / STEP);
  s->sum[SAMPLE_LAYER] += whole(share->area * share->layer, 1.0 / STEP);
  PetscFunctionReturn(0);
}

/* Sums against ghosts go to the ghosts' owners, and theirs come here. */
static PetscErrorCode Exchange(Fem fem)
{
  const PetscSFNode *owner = NULL;
  PetscMPIInt       *dest;
  SampleSum         *got;
  PetscInt           n;

  PetscFunctionBeginUser;
  if (!fem->halo) PetscFunctionReturn(0);
  PetscCall(PetscSFGetGraph(fem->halo, NULL, NULL, NULL, &owner));
  PetscCall(PetscMalloc1(fem->n_sums + 1, &dest));
  for (PetscInt k = 0; k < fem->n_sums; k++) {
    const PetscInt ghost = fem->sums[k].partner - fem->n_body;
    dest[k]              = ghost >= 0 ? (PetscMPIInt)owner[ghost].rank : -1;
  }
  PetscCall(ExchangeRecords(fem->g->comm, sizeof *got, fem->n_sums, dest, fem->sums, &n, &got, NULL));
  PetscCall(PetscFree(dest));
  if (fem->n_sums + n > fem->sums_cap) {
    fem->sums_cap = fem->n_sums + n;
    PetscCall(PetscRealloc((size_t)fem->sums_cap * sizeof *fem->sums, &fem->sums));
  }
  PetscCall(PetscArraycpy(fem->sums + fem->n_sums, got, n));
  fem->n_sums += n;
  PetscCall(PetscFree(got));
  PetscFunctionReturn(0);
}

static int pair_order(const void *a, const void *b)
{
  const SampleSum *p = a, *q = b;

  if (p->first != q->first) return p->first < q->first ? -1 : 1;
  return (p->second > q->second) - (p->second < q->second);
}

/* Rows of all bodies, owned and ghosts, by id. */
static PetscErrorCode Rows(Fem fem, PetscInt *n, Residence **map)
{
  const Grains g = fem->g;

  PetscFunctionBeginUser;
  *n = 0;
  PetscCall(PetscMalloc1(fem->n_body + g->n_ghost + 1, map));
  for (PetscInt b = 0; b < fem->n_body; b++) (*map)[(*n)++] = (Residence){fem->id[b], fem->row[b]};
  for (PetscInt i = g->n_owned; i < g->n_owned + g->n_ghost; i++) (*map)[(*n)++] = (Residence){g->id[i], i};
  residence_sort(*n, *map);
  PetscFunctionReturn(0);
}

static PetscErrorCode RowOf(const Residence *map, PetscInt n, PetscInt64 id, PetscInt *row)
{
  PetscFunctionBeginUser;
  *row = residence_find(n, map, id);
  PetscCheck(*row >= 0, PETSC_COMM_SELF, PETSC_ERR_PLIB, "a sampled contact of grain %lld, which is not here",
             (long long)id);
  PetscFunctionReturn(0);
}

static int between_order(const void *a, const void *b)
{
  const FaceOf *p = a, *q = b;

  if (p->first != q->first) return p->first < q->first ? -1 : 1;
  return (p->second > q->second) - (p->second < q->second);
}

/* Pairs of bodies by ids. */
static PetscErrorCode Betweens(Fem fem, FaceOf **of)
{
  PetscFunctionBeginUser;
  PetscCall(PetscMalloc1(fem->n_pair + 1, of));
  for (PetscInt p = 0; p < fem->n_pair; p++) {
    const PetscInt64 a = fem->id[fem->pair[p].body[0]], b = fem->id[fem->pair[p].body[1]];

    (*of)[p] = (FaceOf){PetscMin(a, b), PetscMax(a, b), fem->pair[p].between};
  }
  if (fem->n_pair) qsort(*of, (size_t)fem->n_pair, sizeof **of, between_order);
  PetscFunctionReturn(0);
}

/* The interface of a pair of bodies: a bond where some of its spots are one metal. */
static void sample_face(const PairFace *face, PetscInt at, const SampleSum *s, ContactSample *c)
{
  const double bonded = (double)s->sum[SAMPLE_BONDED] * STEP, area = (double)s->sum[SAMPLE_AREA] * STEP;

  c->at       = at;
  c->bonded   = sqrt(bonded / PETSC_PI);
  c->neck     = pair_face_neck(face, c->bonded);
  c->coverage = face->coverage;
  c->layer    = area > 0.0 ? (double)s->sum[SAMPLE_LAYER] * STEP / area : face->layer;
  c->bond     = bonded > 0.0 ? BOND_METAL : area > 0.0 && face->layer == 0.0 ? BOND_TOUCH : BOND_LIGAND;
}

/* The sample of a pair from its sum; rows are set. */
static void sample_of(Fem fem, const SampleSum *s, ContactSample *c)
{
  const double *a = fem->g->rec[c->i], *b = c->j < 0 ? NULL : fem->g->rec[c->j];
  double        size = 0.0, distance = 0.0;

  for (int k = 0; k < 3; k++) {
    c->f[k] = (double)s->sum[SAMPLE_F + k] * fem->unit_force;
    c->n[k] = (double)s->sum[SAMPLE_N + k] * STEP;
    size += c->n[k] * c->n[k];
    if (b) c->branch[k] = a[REC_X + k] - b[REC_X + k];
    else c->branch[k] = -(double)s->sum[SAMPLE_ARM + k] / (double)PetscMax(s->sum[SAMPLE_WEIGHT], 1);
  }
  size = sqrt(size);
  for (int k = 0; k < 3; k++) {
    c->n[k] = size > 0.0 ? c->n[k] / size : 0.0;
    c->fn += c->f[k] * c->n[k];
    distance += c->branch[k] * (b ? c->branch[k] : c->n[k]);
  }
  c->delta  = b ? a[REC_R0] + b[REC_R0] - sqrt(distance) : a[REC_R0] - distance;
  c->a      = sqrt((double)s->sum[SAMPLE_AREA] * STEP / PETSC_PI);
  c->kn     = (double)s->sum[SAMPLE_KN] * STEP;
  c->stored = (double)s->sum[SAMPLE_STORED] * STEP;
  c->bond   = -1;
  c->at     = -1;
}

PetscErrorCode FemSampleEnd(Fem fem)
{
  PetscInt   n;
  Residence *map;
  FaceOf    *of, *found;

  PetscFunctionBeginUser;
  PetscCall(Exchange(fem));
  PetscCall(GrainsHaloBegin(fem->g)); /* centres of ghosts, which are bodies' only since the last step */
  PetscCall(GrainsHaloEnd(fem->g));
  PetscCall(Rows(fem, &n, &map));
  PetscCall(Betweens(fem, &of));
  if (fem->n_sums) qsort(fem->sums, (size_t)fem->n_sums, sizeof *fem->sums, pair_order);
  if (fem->n_sums > fem->samples_cap) {
    fem->samples_cap = fem->n_sums + fem->n_sums / 2;
    PetscCall(PetscRealloc((size_t)fem->samples_cap * sizeof *fem->samples, &fem->samples));
  }
  fem->n_samples = 0;
  for (PetscInt k = 0, next; k < fem->n_sums; k = next) {
    SampleSum     *s = &fem->sums[k];
    ContactSample *c = &fem->samples[fem->n_samples++];

    for (next = k + 1; next < fem->n_sums && !pair_order(s, &fem->sums[next]); next++)
      for (int m = 0; m < SAMPLE_SUMS; m++) s->sum[m] += fem->sums[next].sum[m];
    *c = (ContactSample){.id_i = s->first, .id_j = s->second, .j = (PetscInt)s->second};
    PetscCall(RowOf(map, n, s->first, &c->i));
    if (s->second >= 0) PetscCall(RowOf(map, n, s->second, &c->j));
    sample_of(fem, s, c);
    if (!fem->cfg.ligand || s->second < 0) continue;
    found =
        bsearch(&(FaceOf){.first = s->first, .second = s->second}, of, (size_t)fem->n_pair, sizeof *of, between_order);
    PetscCheck(found, PETSC_COMM_SELF, PETSC_ERR_PLIB, "a sampled contact of grains %lld and %lld, which are no pair",
               (long long)s->first, (long long)s->second);
    sample_face(&fem->between[found->at], found->at, s, c);
  }
  PetscCall(PetscFree(of));
  PetscCall(PetscFree(map));
  PetscFunctionReturn(0);
}
