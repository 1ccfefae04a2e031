/*
  fem_prestress.c - the stress of bodies that were rigid grains a moment ago: in equilibrium with their contacts.

  The shape of such a body is that under load, and its elements remember none without: any stress may be given to them.
  Given is the one that the law of the bulk finds when the faces are pushed in, from a state without stress, until they
  carry what the contacts carried, by the explicit engine's own kernel with critical damping.  That is done twice: once
  to know how far nodes go, and from so far before the shape that is wanted, to arrive there.  No face goes in by more
  than a part of how deep it lies: a body of this mesh may be softer than the contact law, and would be crushed.  What
  each face carries at the end is what it has to carry from now on.  Loads that would move or turn the body as a whole
  are balanced by its inertia.
*/
#include "solver/fem/fem_cut.h"
#include "solver/fem/fem_rigid.h"

#include <string.h>

static const double DEPTH   = 0.5;  /* of the depth of a face below the sphere that it cuts off: the most it goes in */
static const double SHALLOW = 0.02; /* of the radius: or this, where it lies less deep */
static const double GAIN    = 5.0;  /* of what a face lacks: it slows down when less than 1/GAIN is missing */
static const double SPOILT  = 0.01; /* error of a volume above which it is put right before the second time */
static const double WIDEST  = 1.3;  /* times the radius without load: the largest sphere that depths count from */
static const double ALONG   = 2.0;  /* times the friction of a contact: the most that a face has */
static const double SHARE   = 0.3;  /* of the steps until a face is that deep, if it meets no resistance */

/* Eight bodies in work. */
typedef struct {
  Fem  fem;
  Cut *cut[8];
  v8 (*x0)[3], (*x)[3], (*v)[3], (*load)[3], (*f)[3], *mass; /* [n_node]; x0: where they were at first */
  v8    *volume, (*state)[EL_N];                             /* [n_elem] */
  v8     yield, rate;
  double in[8][FACES], carried[8][FACES]; /* by which faces have gone in [nm], what they carry [nN] */
} Press;

static PetscErrorCode PressCreate(Fem fem, Press *r)
{
  const size_t node = (size_t)fem->n_node * sizeof *r->x, elem = (size_t)fem->n_elem;

  PetscFunctionBeginUser;
  *r        = (Press){.fem = fem};
  r->x0     = fem_grow(NULL, 0, node);
  r->x      = fem_grow(NULL, 0, node);
  r->v      = fem_grow(NULL, 0, node);
  r->load   = fem_grow(NULL, 0, node);
  r->f      = fem_grow(NULL, 0, node);
  r->mass   = fem_grow(NULL, 0, (size_t)fem->n_node * sizeof(v8));
  r->volume = fem_grow(NULL, 0, elem * sizeof(v8));
  r->state  = fem_grow(NULL, 0, elem * sizeof *r->state);
  PetscCheck(r->x0 && r->x && r->v && r->load && r->f && r->mass && r->volume && r->state, PETSC_COMM_SELF,
             PETSC_ERR_MEM, "no memory for the stress of new meshed grains");
  PetscFunctionReturn(0);
}

static void press_free(Press *r)
{
  free(r->x0), free(r->x), free(r->v), free(r->load), free(r->f), free(r->mass), free(r->volume), free(r->state);
}

/* A body into lane l. */
static void press_fill(Press *r, int l, Cut *c)
{
  r->cut[l]   = c;
  r->yield[l] = c->yield;
  r->rate[l]  = fem_settle_rate(fem_lowest_mode(r->fem, c->R0, c->mass));
  for (int n = 0; n < r->fem->n_node; n++) {
    for (int k = 0; k < 3; k++) r->x0[n][k][l] = c->body.node[n][ROW_X + k];
    r->mass[n][l] = c->body.node[n][ROW_MASS];
  }
}

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
    const GrainFace *f = k == FREE ? NULL : &c->faces[k];
    double           gone, push;

    if (k == FREE || !cut_carries(f)) continue;
    gone = r->in[l][k];
    for (int d = 0; d < 3; d++) gone += f->n[d] * (r->x[n][d][l] - r->x0[n][d][l]);
    push = (f->push > 0.0 ? fmax(gone, 0.0) : fmin(gone, 0.0)) * stiff * c->node_area[n];
    r->carried[l][k] += push;
    c->node_push[n] = push;
    for (int d = 0; d < 3; d++) r->load[n][d][l] = -push * f->n[d];
  }
  for (int n = 0; n < r->fem->n_surf; n++) {
    const int k = c->face[n];
    double    along;

    if (k == FREE || !cut_carries(&c->faces[k])) continue;
    along = fmin(fmax(r->carried[l][k] / c->faces[k].push, 0.0), ALONG); /* a force near zero may be missed by much */
    for (int d = 0; d < 3; d++) r->load[n][d][l] += along * c->faces[k].ft[d] * c->node_area[n] / c->area[k];
  }
}

/* Faces go in, those that pull out, as long as they carry too little, the more slowly the less there is missing. */
static void push_in(Press *r, int l, int steps)
{
  const Cut *c = r->cut[l];

  for (int k = 0; k < c->start.n_face; k++) {
    const GrainFace *f    = &c->faces[k];
    const double     sign = f->push > 0.0 ? 1.0 : -1.0, ball = fmin(c->radius, WIDEST * c->R0);
    const double     most = fmax(DEPTH * (ball - f->place), SHALLOW * c->R0);
    const double     lack = cut_carries(f) ? 1.0 - r->carried[l][k] / f->push : 0.0;
    const double     way  = sign * r->in[l][k] + most / (SHARE * steps) * fmin(fmax(GAIN * lack, -1.0), 1.0);

    r->in[l][k] = sign * fmin(fmax(way, 0.0), most);
  }
}

/* Loads without net force and moment. */
static void relieve(Press *r)
{
  const RigidPart all = rigid_part(r->fem->n_node, r->mass, (const v8(*)[3])r->x, (const v8(*)[3])r->load, NULL);

  for (int n = 0; n < r->fem->n_node; n++) {
    v8 a[3];
    rigid_at(&all, r->x[n], a);
    for (int k = 0; k < 3; k++) r->f[n][k] = r->load[n][k] - r->mass[n] * a[k];
  }
}

static void press_step(Press *r, int steps)
{
  const Fem   fem  = r->fem;
  const v8    keep = 1.0 - r->rate;
  ElementWork work = {.worst = v8_set(1.0)};

  memset(r->load, 0, (size_t)fem->n_node * sizeof *r->load);
  for (int l = 0; l < 8; l++) {
    face_loads(r, l);
    push_in(r, l, steps);
  }
  relieve(r);
  element_forces(&fem->model, (const v8(*)[3])r->x, (const v8(*)[3])r->v, r->volume, r->yield, r->state, r->f, &work);
  for (int n = 0; n < fem->n_node; n++)
    for (int k = 0; k < 3; k++) {
      r->v[n][k] = keep * (r->v[n][k] + fem->dt / r->mass[n] * r->f[n][k]);
      r->x[n][k] += fem->dt * r->v[n][k];
    }
}

/* Places and state into the body. */
static void press_take(const Press *r, int l)
{
  Cut *c = r->cut[l];

  for (int n = 0; n < r->fem->n_node; n++)
    for (int k = 0; k < 3; k++) c->body.node[n][ROW_X + k] = r->x[n][k][l];
  for (int e = 0; e < r->fem->n_elem; e++)
    for (int k = 0; k < EL_N; k++) c->body.state[e][k] = r->state[e][k][l];
  for (int k = 0; k < c->start.n_face; k++)
    if (cut_carries(&c->faces[k])) c->faces[k].push = r->carried[l][k];
  cut_keep_volume(c);
}

/* Of all sizes, for masses are in proportion to radii: the same whoever stands side by side. */
static int steps_to_rest(Fem fem) { return 2 * fem_settle_steps(fem_lowest_mode(fem, 1.0, fem_body_mass(fem, 1.0))); }

PetscErrorCode FemPrestress(Fem fem, PetscInt n, Cut cut[])
{
  const int steps = steps_to_rest(fem);
  Press     r;

  PetscFunctionBeginUser;
  PetscCall(PressCreate(fem, &r));
  for (PetscInt first = 0; first < n; first += 8) {
    for (int l = 0; l < 8; l++) press_fill(&r, l, &cut[PetscMin(first + l, n - 1)]); /* free lanes repeat the last */
    press_begin(&r);
    for (int s = 0; s < steps; s++) press_step(&r, steps);
    step_back(&r);
    press_begin(&r);
    for (int s = 0; s < steps; s++) press_step(&r, steps);
    for (int l = 0; l < 8 && first + l < n; l++) press_take(&r, l);
  }
  press_free(&r);
  PetscFunctionReturn(0);
}
