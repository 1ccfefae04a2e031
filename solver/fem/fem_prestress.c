/*
  fem_prestress.c - the stress of bodies that were rigid grains a moment ago: in equilibrium with their contacts.

  The shape of such a body is that under load, and its elements remember none without: any stress may be given to them.
  Given is the one that the law of the bulk finds when the faces are pushed in, from a state without stress, until they
  carry what the contacts carried, by the explicit engine's own kernel with critical damping.  That is done three times.
  First, to know what the body holds: it may be softer than the contact law, and would flow as long as such loads last,
  so faces stand still in the end, and what they then carry less than they should the contact will not have; of two new
  bodies the smaller share counts.  Then, to know how far nodes go under what is left; and from so far before the shape
  that is wanted, to arrive there.  Loads that would move or turn the body as a whole are balanced by its inertia.
*/
#include "solver/fem/fem_press.h"
#include "solver/grains/residence.h"

#include <string.h>

static const double DEPTH   = 0.5;  /* of the depth of a face below the sphere that it cuts off: the most it goes in */
static const double SHALLOW = 0.02; /* of the radius: or this, where it lies less deep */
static const double GAIN    = 5.0;  /* of what a face lacks: it slows down when less than 1/GAIN is missing */
static const double SPOILT  = 0.01; /* error of a volume above which it is put right before the second time */
static const double WIDEST  = 1.3;  /* times the radius without load: the largest sphere that depths count from */
static const double ALONG   = 2.0;  /* times the friction of a contact: the most that a face has */
static const double SWIFT   = 0.3;  /* of the steps until a face is that deep, if it meets no resistance */
static const double RAMP    = 0.5;  /* of the steps until all of the load is there */
static const double STILL   = 0.6;  /* of the steps after which faces stand still, and bodies come to rest */
static const double HELD    = 0.98; /* of what a body holds that has flowed: it flows no more */
static const double SLIGHT  = 0.1;  /* of the yield stress, on the face: smaller forces are missed by as much */

/* Volumes of the elements as they are now, in each lane. */
static void volumes(const Press *r, v8 *volume)
{
  for (int e = 0; e < r->fem->n_elem; e++) {
    v8 products[6];
    volume[e] = element_gradients((const v8(*)[3])r->x, r->fem->cfg.mesh->hex[e], products);
  }
}

/* Bodies at x0, at rest and without stress. */
static void press_begin(Press *r)
{
  const size_t nodes = (size_t)r->fem->n_node;

  memcpy(r->x, r->x0, nodes * sizeof *r->x);
  memset(r->v, 0, nodes * sizeof *r->v);
  memset(r->in, 0, sizeof r->in);
  volumes(r, r->volume);
  for (int e = 0; e < r->fem->n_elem; e++)
    for (int k = 0; k < EL_N; k++)
      for (int l = 0; l < 8; l++) r->state[e][k][l] = k == EL_ALPHA ? r->cut[l]->start.alpha : 0.0;
}

/*
  Nodes start from before the shape that is wanted by as much as they have gone.  Where that is far, the volume is no
  longer that of the grain, which flow keeps: then they start closer to the centre, or farther from it.
*/
static void step_back(Press *r)
{
  v8 sum = v8_set(0.0), scale;

  for (int n = 0; n < r->fem->n_node; n++)
    for (int k = 0; k < 3; k++) r->x0[n][k] -= r->x[n][k] - r->x0[n][k];
  memcpy(r->x, r->x0, (size_t)r->fem->n_node * sizeof *r->x);
  volumes(r, r->volume);
  for (int e = 0; e < r->fem->n_elem; e++) sum += r->volume[e];
  for (int l = 0; l < 8; l++) {
    const double off = sum[l] / r->cut[l]->volume;
    scale[l]         = fabs(off - 1.0) > SPOILT ? cbrt(1.0 / fmin(fmax(off, 0.5), 2.0)) : 1.0;
  }
  for (int n = 0; n < r->fem->n_node; n++)
    for (int k = 0; k < 3; k++)
      for (int l = 0; l < 8; l++) {
        const double centre = r->cut[l]->centre[k];
        r->x0[n][k][l]      = scale[l] == 1.0 ? r->x0[n][k][l] : centre + scale[l] * (r->x0[n][k][l] - centre);
      }
}

/* Forces of the faces of one body on the nodes at them: as stiff as surfaces, without friction but that of the contact.
 */
static void face_loads(Press *r, int l)
{
  Cut         *c     = r->cut[l];
  const double stiff = r->fem->cfg.penalty * r->fem->cfg.bulk.K / c->body.tail[BODY_FACET];

  for (int k = 0; k < c->start.n_face; k++) r->carried[l][k] = 0.0;
  for (int n = 0; n < r->fem->n_surf; n++) {
    const int        k = c->face[n];
    const GrainFace *f;
    double           gone, push;

    if (!cut_at_face(c, n)) continue;
    f    = &c->faces[k];
    gone = r->in[l][k];
    for (int d = 0; d < 3; d++) gone += f->n[d] * (r->x[n][d][l] - r->x0[n][d][l]);
    push = (cut_wanted(c, k) > 0.0 ? fmax(gone, 0.0) : fmin(gone, 0.0)) * stiff * c->node_area[n];
    r->carried[l][k] += push;
    c->node_push[n] = push;
    for (int d = 0; d < 3; d++) r->load[n][d][l] = -push * f->n[d];
  }
  for (int n = 0; n < r->fem->n_surf; n++) {
    const int k = c->face[n];
    double    along;

    if (!cut_at_face(c, n)) continue;
    along = fmin(fmax(r->carried[l][k] / c->faces[k].push, 0.0), ALONG); /* a force near zero may be missed by much */
    for (int d = 0; d < 3; d++) r->load[n][d][l] += along * c->faces[k].ft[d] * c->node_area[n] / c->area[k];
  }
}

/* Faces go in as long as they carry too little, out where they carry too much, the more slowly the less it is. */
static void push_in(Press *r, int l, int steps, double ramp)
{
  const Cut *c = r->cut[l];

  for (int k = 0; k < c->start.n_face; k++) {
    const GrainFace *f    = &c->faces[k];
    const double     ball = fmin(c->radius, WIDEST * c->R0), most = fmax(DEPTH * (ball - f->place), SHALLOW * c->R0);
    const double     wanted = cut_wanted(c, k), slight = SLIGHT * c->yield * c->area[k];
    const double     lack = (ramp * wanted - r->carried[l][k]) / fmax(fabs(wanted), slight);

    if (!cut_carries(f)) continue;
    r->in[l][k] += most / (SWIFT * steps) * fmin(fmax(GAIN * lack, -1.0), 1.0);
    r->in[l][k] = fmin(fmax(r->in[l][k], -most), most);
  }
}

/* Faces have stood still: what they carry less than they should the metal does not hold. */
static void find_shares(const Press *r, int l)
{
  Cut *c = r->cut[l];

  for (int k = 0; k < c->start.n_face; k++) {
    const double law = c->faces[k].push, share = r->carried[l][k] / law;
    if (fabs(law) > SLIGHT * c->yield * c->area[k] && share < HELD) c->share[k] = fmax(HELD * share, 0.0);
  }
}

static void press_step(Press *r, int step, int steps)
{
  const Fem    fem  = r->fem;
  const double ramp = fmin((step + 1) / (RAMP * steps), 1.0);

  memset(r->load, 0, (size_t)fem->n_node * sizeof *r->load);
  for (int l = 0; l < 8; l++) {
    if (l && r->cut[l] == r->cut[l - 1]) break;
    face_loads(r, l);
    if (step < STILL * steps) push_in(r, l, steps, ramp);
  }
  press_move(r);
}

/* Of all sizes, for masses are in proportion to radii: the same whoever stands side by side. */
static int steps_to_rest(Fem fem) { return 2 * fem_settle_steps(fem_lowest_mode(fem, 1.0, fem_body_mass(fem, 1.0))); }

/* What the other side of a contact between two bodies has to know. */
typedef struct {
  double partner[FACES], share[FACES];
} Shares;

/* Of a contact between two new bodies the smaller share counts. */
static PetscErrorCode Agree(Fem fem, PetscInt n, Cut cut[])
{
  const PetscInt bodies = fem->n_body + fem->n_ghost_body, first = fem->n_body - n;
  Shares        *of;   /* [bodies] */
  Residence     *list; /* [bodies] */
  MPI_Datatype   type;

  PetscFunctionBeginUser;
  PetscCall(PetscCalloc1(bodies + 1, &of));
  PetscCall(PetscMalloc1(bodies + 1, &list));
  for (PetscInt k = 0; k < n; k++)
    for (int f = 0; f < cut[k].start.n_face; f++) {
      of[first + k].partner[f] = 1.0 + (double)cut[k].faces[f].partner;
      of[first + k].share[f]   = cut[k].share[f];
    }
  if (fem->halo) {
    PetscCallMPI(MPI_Type_contiguous(2 * FACES, MPI_DOUBLE, &type));
    PetscCallMPI(MPI_Type_commit(&type));
    PetscCall(PetscSFBcastBegin(fem->halo, type, of, of + fem->n_body, MPI_REPLACE));
    PetscCall(PetscSFBcastEnd(fem->halo, type, of, of + fem->n_body, MPI_REPLACE));
    PetscCallMPI(MPI_Type_free(&type));
  }
  for (PetscInt b = 0; b < bodies; b++) list[b] = (Residence){fem->id[b], b};
  residence_sort(bodies, list);
  for (PetscInt k = 0; k < n; k++)
    for (int f = 0; f < cut[k].start.n_face; f++) {
      const PetscInt other = residence_find(bodies, list, cut[k].faces[f].partner);

      for (int o = 0; other >= 0 && o < FACES; o++)
        if (of[other].partner[o] == 1.0 + (double)fem->id[first + k])
          cut[k].share[f] = fmin(cut[k].share[f], of[other].share[o]);
    }
  PetscCall(PetscFree(of));
  PetscCall(PetscFree(list));
  PetscFunctionReturn(0);
}

/* What a press of bodies is for: to know what they hold; how far they go under that; to arrive at the shape wanted. */
enum { HOLDS, GOES, ARRIVES };
enum { SLOWLY = 4 }; /* times the steps of the others, for the first: metal that flows fast seems to hold more */

PetscErrorCode FemPrestress(Fem fem, PetscInt n, Cut cut[])
{
  Press r;

  PetscFunctionBeginUser;
  PetscCall(PressCreate(fem, &r));
  for (int what = HOLDS; what <= ARRIVES; what++) {
    const int steps = (what == HOLDS ? SLOWLY : 1) * steps_to_rest(fem);

    for (PetscInt first = 0; first < n; first += 8) {
      for (int l = 0; l < 8; l++) press_fill(&r, l, &cut[PetscMin(first + l, n - 1)]); /* free lanes repeat the last */
      press_begin(&r);
      for (int s = 0; s < steps; s++) press_step(&r, s, steps);
      if (what == GOES) step_back(&r);
      for (int l = 0; l < 8 && first + l < n; l++)
        if (what == HOLDS) find_shares(&r, l);
        else press_give(&r, l);
    }
    for (PetscInt k = 0; k < n && what == ARRIVES; k++) cut_keep_volume(&cut[k]);
    if (what == HOLDS) PetscCall(Agree(fem, n, cut));
  }
  press_free(&r);
  PetscFunctionReturn(0);
}
