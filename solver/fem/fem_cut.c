/*
  fem_cut.c - the shape of a grain from its contacts: the mesh of a sphere drawn onto a sphere that is cut off at faces.

  Each node of the surface stays on its ray from the centre, those inside follow smoothly; the radius of the sphere is
  what gives the volume.  A contact smaller than the mesh is taken by the node nearest to its axis.
*/
#include "solver/fem/fem_cut.h"
#include "solver/fem/fem_rigid.h"

#include <string.h>

enum { TRIALS = 40, SWEEPS = 20 }; /* of the radius; of a smoothing, from rays on */

static const double CLOSE    = 1e-13; /* error of the volume that is good enough [-] */
static const double NEAREST  = 0.85;  /* cosine: how far from its axis a small contact may find its node */
static const double MOST_IN  = 0.01;  /* of the radius: the most that the free surface moves at once */
static const double VACANT   = 0.15;  /* of the surface: with less of it free all of it moves */
static const double DEEPEST  = 0.3;   /* of the size of a facet: the most that a node is moved at a face */
static const double OUTREACH = 1.6;   /* of the radius without load: the largest sphere to be cut off */

/* How far a face is along a ray; 1e300: it goes away from it. */
static double face_along(const Cut *c, const GrainFace *f, const double u[3])
{
  const double cosine = cut_dot(f->n, u);

  if (f->bore > 0.0) { /* |(centre + t u) across z| = bore */
    const double a = u[0] * u[0] + u[1] * u[1], b = c->centre[0] * u[0] + c->centre[1] * u[1],
                 e = c->centre[0] * c->centre[0] + c->centre[1] * c->centre[1] - f->bore * f->bore;
    return a > 1e-12 && e < 0.0 ? (sqrt(b * b - a * e) - b) / a : 1e300;
  }
  return cosine > 1e-6 ? f->place / cosine : 1e300;
}

/* Where the surface is along a ray, and at which face. */
static double surface_along(const Cut *c, double radius, const double u[3], int *face)
{
  double least = radius;

  *face = FREE;
  for (int k = 0; k < c->start.n_face; k++) {
    const double t = face_along(c, &c->faces[k], u);
    if (t < least) least = t, *face = k;
  }
  return least;
}

static double volume(const Cut *c)
{
  const GrainMesh *m   = c->fem->cfg.mesh;
  double           sum = 0.0;

  for (int e = 0; e < m->n_elem; e++) {
    Hex x;
    for (int a = 0; a < 8; a++) memcpy(x[a], c->body.node[m->hex[e][a]], sizeof x[a]);
    sum += hex_volume(x);
  }
  return sum;
}

/* Nodes inside move by the mean of how far those move that they share an edge with: what varies along the surface fades
   towards the centre. */
static void smooth(Cut *c)
{
  const GrainMesh *m = c->fem->cfg.mesh;

  for (int sweep = 0; sweep < SWEEPS; sweep++) {
    memset(c->sum, 0, (size_t)m->n_node * sizeof *c->sum);
    for (int e = 0; e < m->n_elem; e++)
      for (int a = 0; a < 8; a++) {
        double *sum = c->sum[m->hex[e][a]];
        for (int k = 0; k < 3; k++)
          for (int d = 0; d < 3; d++) sum[d] += c->shift[m->hex[e][hex_next[a][k]]][d];
        sum[3] += 3.0;
      }
    for (int n = m->n_surf; n < m->n_node; n++)
      for (int d = 0; d < 3; d++) c->shift[n][d] = c->sum[n][d] / c->sum[n][3];
  }
}

/* Nodes onto the sphere of this radius, cut off. */
static void draw(Cut *c, double radius)
{
  for (int n = 0; n < c->fem->n_node; n++) {
    int    face;
    double t = surface_along(c, radius, c->ray[n], &face);

    if (n < c->fem->n_surf) {
      for (int k = 0; k < c->start.n_face; k++)
        if (c->taker[k] == n) t = face_along(c, &c->faces[k], c->ray[n]), face = k;
      c->face[n] = face;
    }
    for (int k = 0; k < 3; k++) c->shift[n][k] = c->depth[n] * (t - radius) * c->ray[n][k];
  }
  smooth(c);
  for (int n = 0; n < c->fem->n_node; n++)
    for (int k = 0; k < 3; k++)
      c->body.node[n][ROW_X + k] = c->centre[k] + c->depth[n] * radius * c->ray[n][k] + c->shift[n][k];
}

/* The sphere that has the volume wanted when it is cut off, from the last one: regula falsi after Dowell & Jarratt 1971
   (BIT 11, 168).  Leaves the error of the volume [-]. */
static void fit(Cut *c)
{
  double low = 0.5 * c->R0, high = OUTREACH * c->R0, f_low = -1.0, f_high = 1.0, radius = c->radius, f = 1.0;
  int    side = 0; /* the last sphere was too small (-1) or too large (1) */

  for (int k = 0; k < TRIALS; k++) {
    draw(c, radius);
    f = volume(c) / c->wanted - 1.0;
    if (fabs(f) < CLOSE) break;
    if (f < 0.0) {
      if (side < 0) f_high *= 0.5;
      low = radius, f_low = f, side = -1;
    } else {
      if (side > 0) f_low *= 0.5;
      high = radius, f_high = f, side = 1;
    }
    radius = k < 2 ? radius * (1.0 - f / 2.5) : (low * f_high - high * f_low) / (f_high - f_low);
    if (!(radius > low && radius < high)) radius = 0.5 * (low + high);
  }
  c->radius = radius;
  c->off    = fabs(f);
}

/* Areas of the nodes at each face: a quarter of each facet's vector for each of its nodes. */
static void face_areas(Cut *c)
{
  const GrainMesh *m = c->fem->cfg.mesh;
  double(*node)[3]   = c->vector;

  memset(node, 0, (size_t)c->fem->n_surf * sizeof *node);
  for (int f = 0; f < m->n_face; f++) {
    double a[3];
    Quad   x;
    for (int k = 0; k < 4; k++) memcpy(x[k], c->body.node[m->face[f][k]], sizeof x[k]);
    quad_area(x, a);
    for (int k = 0; k < 4; k++)
      for (int d = 0; d < 3; d++) node[m->face[f][k]][d] += 0.25 * a[d];
  }
  for (int k = 0; k < c->start.n_face; k++) c->area[k] = 0.0;
  for (int n = 0; n < c->fem->n_surf; n++) {
    c->node_area[n] = sqrt(cut_dot(node[n], node[n]));
    if (c->face[n] != FREE) c->area[c->face[n]] += c->node_area[n];
  }
}

/* Faces that carry something and have no node get the one nearest to their axis that no other has. */
static void find_takers(Cut *c)
{
  for (int k = 0; k < c->start.n_face; k++) {
    const GrainFace *f    = &c->faces[k];
    double           best = NEAREST;
    int              had  = 0;

    for (int n = 0; n < c->fem->n_surf; n++) had |= c->face[n] == k;
    if (had || !cut_carries(f)) continue;
    for (int n = 0; n < c->fem->n_surf; n++)
      if (c->face[n] == FREE && cut_dot(f->n, c->ray[n]) > best) best = cut_dot(f->n, c->ray[n]), c->taker[k] = n;
    if (c->taker[k] != FREE) c->face[c->taker[k]] = k;
  }
}

/* Which contact each node of the surface is a part of. */
static void find_beside(Cut *c)
{
  for (int n = 0; n < c->fem->n_surf; n++) {
    double best = 0.0;

    c->beside[n] = cut_at_face(c, n) ? c->face[n] : FREE;
    if (c->beside[n] != FREE) continue;
    for (int k = 0; k < c->start.n_face; k++)
      if (cut_carries(&c->faces[k]) && cut_dot(c->faces[k].n, c->ray[n]) > best)
        best = cut_dot(c->faces[k].n, c->ray[n]), c->beside[n] = k;
  }
}

void cut_move(Cut *c, int node, double out)
{
  const double most = DEEPEST * c->body.tail[BODY_FACET];

  out = fmin(fmax(out, -most), most);
  for (int k = 0; k < 3; k++) c->body.node[node][ROW_X + k] += (out - c->node_out[node]) * c->faces[c->face[node]].n[k];
  c->node_out[node] = out;
}

void cut_add_forces(const Cut *c, const SurfaceForce *force, double sum[])
{
  for (int n = 0; n < c->fem->n_surf; n++)
    for (int k = 0; k < 3 && c->beside[n] != FREE; k++)
      sum[c->beside[n]] += c->fem->unit_force * (double)force[n][k] * c->faces[c->beside[n]].n[k];
}

void cut_keep_volume(Cut *c)
{
  const GrainMesh *m   = c->fem->cfg.mesh;
  double           sum = 0.0, all = 0.0, vacant = 0.0, most = MOST_IN * c->R0, in;
  int              whole;

  for (int e = 0; e < m->n_elem; e++) {
    Hex x;
    for (int a = 0; a < 8; a++) memcpy(x[a], c->body.node[m->hex[e][a]], sizeof x[a]);
    c->body.volume[e] = hex_volume(x) / exp(c->body.state[e][EL_MEAN] / c->fem->cfg.bulk.K);
    sum += c->body.volume[e];
  }
  c->off = fabs(sum / c->volume - 1.0);
  for (int n = 0; n < m->n_surf; n++) all += c->node_area[n], vacant += cut_at_face(c, n) ? 0.0 : c->node_area[n];
  whole = vacant <= VACANT * all;
  in    = fmin(fmax((sum - c->volume) / (whole ? all : vacant), -most), most);
  for (int n = 0; n < m->n_surf; n++)
    for (int k = 0; k < 3 && (whole || !cut_at_face(c, n)); k++) c->body.node[n][ROW_X + k] -= in * c->ray[n][k];
}

/* Rays of the nodes and how deep they lie, of the mesh without load. */
static void take_rays(Cut *c)
{
  double far = 0.0;

  for (int n = 0; n < c->fem->n_node; n++) {
    double size = 0.0;
    for (int k = 0; k < 3; k++) c->ray[n][k] = c->body.node[n][ROW_X + k] - c->centre[k];
    size        = sqrt(cut_dot(c->ray[n], c->ray[n]));
    c->depth[n] = size;
    far         = fmax(far, size);
    for (int k = 0; k < 3; k++) c->ray[n][k] = size > 0.0 ? c->ray[n][k] / size : (double)(k == 0);
  }
  for (int n = 0; n < c->fem->n_node; n++) c->depth[n] = n < c->fem->n_surf ? 1.0 : c->depth[n] / far;
}

void cut_set_in_motion(Cut *c)
{
  double mass = 0.0, centre[3] = {0};
  v8     J[6], L[3], w[3];

  for (int n = 0; n < c->fem->n_node; n++) mass += c->body.node[n][ROW_MASS];
  for (int n = 0; n < c->fem->n_node; n++) {
    c->body.node[n][ROW_MASS] *= c->mass / mass;
    for (int k = 0; k < 3; k++)
      centre[k] += c->body.node[n][ROW_MASS] * (c->body.node[n][ROW_X + k] - c->centre[k]) / c->mass;
  }
  for (int k = 0; k < 3; k++) centre[k] += c->centre[k], L[k] = v8_set(0.4 * c->mass * c->R0 * c->R0 * c->w[k]);
  for (int k = 0; k < 6; k++) J[k] = v8_set(0.0);
  for (int n = 0; n < c->fem->n_node; n++) {
    double *r = c->body.node[n], d[3];
    for (int k = 0; k < 3; k++) d[k] = r[ROW_X + k] - centre[k];
    for (int k = 0; k < 6; k++) J[k] += r[ROW_MASS] * ((k < 3 ? cut_dot(d, d) : 0.0) - d[EL_ROW[k]] * d[EL_COLUMN[k]]);
  }
  solve_symmetric(J, L, w);
  for (int n = 0; n < c->fem->n_node; n++) {
    double *r = c->body.node[n], d[3];
    for (int k = 0; k < 3; k++) d[k] = r[ROW_X + k] - centre[k];
    for (int k = 0; k < 3; k++) {
      const int i = (k + 1) % 3, j = (k + 2) % 3;
      r[ROW_V + k] = c->v[k] + w[i][0] * d[j] - w[j][0] * d[i];
    }
  }
}

void cut_kinetic(const Cut *c, double kinetic[2])
{
  kinetic[0] = 0.5 * c->mass * (cut_dot(c->v, c->v) + 0.4 * c->R0 * c->R0 * cut_dot(c->w, c->w));
  kinetic[1] = 0.0;
  for (int n = 0; n < c->fem->n_node; n++) {
    const double *r = c->body.node[n];
    kinetic[1] += 0.5 * r[ROW_MASS] * cut_dot(r + ROW_V, r + ROW_V);
  }
}

/* Tangential force of each contact onto the nodes at its face, as slots keep it, by their number; bond and set. */
static void store_contacts(const Cut *c)
{
  for (int k = 0; k < c->start.n_face; k++) {
    const GrainFace *f               = &c->faces[k];
    const double     share           = f->meshed ? 0.5 : 1.0; /* two passes, each with half of the traction */
    int              nodes           = 0;
    double           keep[SLOT_KEPT] = {0.0, 0.0, 0.0, f->bonded, f->set};

    for (int n = 0; n < c->fem->n_surf; n++) nodes += c->face[n] == k;
    for (int d = 0; d < 3; d++) keep[d] = nodes ? share * f->ft[d] / nodes : 0.0;
    for (int n = 0; n < c->fem->n_surf; n++)
      if (c->face[n] == k)
        slot_store(c->body.slot[n], f->partner < 0 ? (double)f->partner : 1.0 + (double)f->partner, keep);
  }
}

PetscErrorCode CutCreate(Fem fem, const GrainStart *start, double numbers[], Cut *c)
{
  const double *rec = fem->g->rec[start->row];
  const double  J   = exp(-start->pressure / fem->cfg.bulk.K);

  PetscFunctionBeginUser;
  PetscCheck(start->n_face <= FACES, PETSC_COMM_SELF, PETSC_ERR_SUP,
             "grain %lld has %" PetscInt_FMT " contacts, more than the %d that a meshed one can begin with",
             (long long)fem->g->id[start->row], start->n_face, FACES);
  *c = (Cut){.fem    = fem,
             .start  = *start,
             .R0     = rec[REC_R0],
             .radius = rec[REC_R0],
             .yield  = rec[REC_YIELD],
             .mass   = 1.0 / rec[REC_INV_M]};
  fem_new_body(fem, start->row, numbers);
  c->body = fem_body_numbers(fem, numbers);
  memcpy(c->centre, rec + REC_X, sizeof c->centre);
  memcpy(c->v, rec + REC_VX, sizeof c->v);
  memcpy(c->w, rec + REC_WX, sizeof c->w);
  for (int k = 0; k < FACES; k++) c->taker[k] = FREE, c->share[k] = 1.0;
  PetscCall(PetscMalloc5(fem->n_node, &c->ray, fem->n_node, &c->depth, fem->n_surf, &c->face, fem->n_surf,
                         &c->node_area, fem->n_surf, &c->vector));
  PetscCall(PetscMalloc2(start->n_face, &c->faces, fem->n_surf, &c->beside));
  PetscCall(PetscMalloc2(fem->n_node, &c->shift, fem->n_node, &c->sum));
  PetscCall(PetscCalloc2(fem->n_surf, &c->node_push, fem->n_surf, &c->node_out));
  PetscCall(PetscArraycpy(c->faces, start->face, start->n_face));
  take_rays(c);
  for (int e = 0; e < fem->n_elem; e++) c->volume += c->body.volume[e];
  c->wanted = J * c->volume;
  fit(c);
  find_takers(c);
  fit(c);
  face_areas(c);
  find_beside(c);
  cut_set_in_motion(c);
  store_contacts(c);
  PetscFunctionReturn(0);
}

PetscErrorCode CutDestroy(Cut *c)
{
  PetscFunctionBeginUser;
  PetscCall(PetscFree5(c->ray, c->depth, c->face, c->node_area, c->vector));
  PetscCall(PetscFree2(c->faces, c->beside));
  PetscCall(PetscFree2(c->shift, c->sum));
  PetscCall(PetscFree2(c->node_push, c->node_out));
  PetscFunctionReturn(0);
}
