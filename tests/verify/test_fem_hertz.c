/*
  test_fem_hertz.c - an elastic sphere pressed on a rigid plate against Hertz: pressure and radius of contact, and how
  they converge with the mesh and with the penalty.

  usage: test_fem_hertz n m [penalty [focus [push]]]   prints one contact of the user's choice

  A plate that touches a tenth of the radius wants facets of some hundredth of it, there and nowhere else.  A Moebius
  map of the ball on itself draws its mesh together at one pole, and out at the other, by (1 + focus)/(1 - focus) in
  length; it is conformal, so that elements keep their shape.
*/
#include "tests/verify/fem_world.h"

static const double RADIUS = 3.25; /* [nm] */

typedef struct {
  int    n, m;
  double penalty, focus, push; /* push: way of the far plate over the radius [-] */
} Case;

typedef struct {
  double F, p0, a;         /* force [nN]; pressure in the middle [GPa] and radius [nm] of the contact, fitted */
  double a_hertz, p_hertz; /* of that force */
  double R, facet;         /* of the sphere that the nodes lie on, of the facets in contact [nm] */
  double layer;            /* the penalty's part of the approach: depth under the mean pressure [nm] */
  double kinetic;          /* over the work of the plate [-] */
  int    nodes;            /* in contact */
} Contact;

/*
  x -> ((1 - f^2)(x - f e) - |x - f e|^2 f e)/(1 - 2 f e.x + f^2 x^2), e = z, x in units of the sphere's radius: an
  automorphism of the ball, which takes f e to the middle.
*/
static void focus_mesh(GrainMesh *mesh, double f)
{
  double rho = 0.0;

  for (int k = 0; k < 3; k++) rho += mesh->x[0][k] * mesh->x[0][k];
  rho = sqrt(rho); /* of all surface nodes: an O-grid has them on a sphere */
  for (int n = 0; n < mesh->n_node; n++) {
    const double a[3] = {0.0, 0.0, f}, *x = mesh->x[n];
    double       y[3], d[3], dd = 0.0, xx = 0.0, ax = 0.0;

    for (int k = 0; k < 3; k++) {
      y[k] = x[k] / rho;
      d[k] = y[k] - a[k];
      dd += d[k] * d[k], xx += y[k] * y[k], ax += a[k] * y[k];
    }
    for (int k = 0; k < 3; k++)
      mesh->x[n][k] = rho * ((1.0 - f * f) * d[k] - dd * a[k]) / (1.0 - 2.0 * ax + f * f * xx);
  }
  assert_int_equal(grain_mesh_check(mesh), -1);
  assert_int_equal(GrainMeshCentre(mesh), MESH_OK);
}

static double lowest(const GrainMesh *m, double sign)
{
  double z = 1e300;

  for (int n = 0; n < m->n_surf; n++) z = fmin(z, sign * m->x[n][2]);
  return sign * z;
}

/* A stiff penalty wants a short step: a node in contact is held by it besides its elements. */
static double courant(const Case *c) { return 0.5 / sqrt(1.0 + c->penalty); }

/* The sphere as the mesh has it, not turned, its fine pole on the bottom plate. */
static void begin(FemWorld *w, const Case *c)
{
  const GrainShape shape = {.form = GRAIN_SPHERE};
  const double     x[3] = {0}, rest[3] = {0};

  memset(w, 0, sizeof *w);
  assert_int_equal(GrainMeshMake(&shape, c->n, c->m, &w->mesh), MESH_OK);
  if (c->focus > 0.0) focus_mesh(&w->mesh, c->focus);
  fem_world_begin(w, 1);
  w->cfg.penalty = c->penalty, w->cfg.dashpot = 0.5, w->cfg.courant = courant(c), w->cfg.shrink = 0.9;
  w->cfg.radius_min = w->cfg.radius_max = RADIUS;
  fem_world_grain(w, 0, 0, RADIUS, 1e3, x, rest);
  fem_world_start(w);
  fem_drag(w->fem, 0.02 / w->fem->dt);
  for (int n = 0; n < w->fem->n_node; n++)
    for (int k = 0; k < 3; k++) w->fem->x[n][k][0] = RADIUS * w->mesh.x[n][k];
  fem_world_show(w);
  w->tools.z[TOOL_BOTTOM] = RADIUS * lowest(&w->mesh, 1.0);
  w->tools.z[TOOL_TOP]    = RADIUS * lowest(&w->mesh, -1.0);
}

/* p^2 = p0^2 (1 - r^2/a^2) through the nodes that press, least squares; without the rim, which the mesh blurs. */
static void fit(FemWorld *w, Contact *c)
{
  double n = 0.0, sx = 0.0, sy = 0.0, sxx = 0.0, sxy = 0.0, most = 0.0, depth = 0.0, slope;

  for (int pass = 0; pass < 2; pass++)
    for (int k = 0; k < w->fem->n_surf; k++) {
      const double *r = w->fem->surf[k], p = (double)w->fem->force[k][2] * w->fem->unit_force / r[SF_AREA];
      const double  x = r[SF_X] * r[SF_X] + r[SF_Y] * r[SF_Y], y = p * p;
      if (pass == 0) most = fmax(most, p);
      if (pass == 0 || p <= 0.0) continue;
      c->nodes++;
      if (p < 0.3 * most) continue;
      n++, sx += x, sy += y, sxx += x * x, sxy += x * y;
      c->facet += sqrt(r[SF_AREA]), depth += p;
    }
  slope = (n * sxy - sx * sy) / (n * sxx - sx * sx);
  c->facet /= n;
  c->layer = depth / n * w->fem->surf[0][SF_H] / (w->cfg.penalty * w->cfg.bulk.K);
  c->p0    = sqrt((sy - slope * sx) / n);
  c->a     = c->p0 / sqrt(-slope);
}

static double kinetic(FemWorld *w)
{
  double sum = 0.0;

  for (int n = 0; n < w->fem->n_node; n++)
    for (int k = 0; k < 3; k++) sum += 0.5 * w->fem->mass[n][0] * pow(w->fem->v[n][k][0], 2);
  return sum;
}

/* The far plate comes in, slower and slower, and waits: a sphere of N elements across rings in some 4 N steps/courant.
 */
static Contact press(const Case *c)
{
  const double E_star = GOLD_E / (1.0 - GOLD_NU * GOLD_NU);
  const int    across = c->n + 2 * c->m, loading = (int)(12 * across / courant(c)), steps = 2 * loading;
  Contact      out = {0};
  FemWorld     w;
  double       top, middle;

  begin(&w, c);
  top    = w.tools.z[TOOL_TOP];
  middle = 0.5 * (top + w.tools.z[TOOL_BOTTOM]);
  out.R  = 0.5 * (top - w.tools.z[TOOL_BOTTOM]);
  for (int k = 0; k < steps; k++) {
    const double s = fmin((k + 1.0) / loading, 1.0), z = top - c->push * RADIUS * s * (2.0 - s);

    w.tools.v[TOOL_TOP] = (z - w.tools.z[TOOL_TOP]) / w.fem->dt;
    w.tools.z[TOOL_TOP] = z;
    MUST(FemStep(w.fem, &w.tools));
  }
  for (int k = 0; k < w.fem->n_surf; k++)
    if (w.fem->surf[k][SF_Z] < middle) out.F += (double)w.fem->force[k][2] * w.fem->unit_force;
  fit(&w, &out);
  out.a_hertz = cbrt(0.75 * out.F * out.R / E_star);
  out.p_hertz = 1.5 * out.F / (PETSC_PI * out.a_hertz * out.a_hertz);
  out.kinetic = kinetic(&w) / exact_value(&w.fem->work[WORK_TOOLS], w.fem->unit_work);
  print_message("n %d, m %d, penalty %g, focus %g: %d nodes in contact, a/R %.3f, a/facet %.1f\n"
                "  F %.4f nN: a %+.2f %%, p0 %+.2f %% of Hertz; layer %.4f nm; kinetic %.1e\n",
                c->n, c->m, c->penalty, c->focus, out.nodes, out.a_hertz / out.R, out.a_hertz / out.facet, out.F,
                100.0 * (out.a / out.a_hertz - 1.0), 100.0 * (out.p0 / out.p_hertz - 1.0), out.layer, out.kinetic);
  fem_world_end(&w);
  return out;
}

/*
  Mesh and penalty together: the penalty layer is about the mean size of the body's facets over `penalty`.  Radius and
  pressure come from a fit through nodes, of which 5 to 12 lie along the radius: the radius is off by less than 2 % at
  any of these, the pressure by what layer and mesh blur, 1.7 % at the finest.
*/
static void pressure_and_radius_converge(void **state)
{
  enum { MESHES = 4 };
  double pressure[MESHES];

  (void)state;
  for (int k = 0; k < MESHES; k++) {
    const int     n   = 6 + 2 * k;
    const Contact got = press(&(Case){n, n / 2, 0.5 * n, 0.85, 0.05});

    assert_true(got.kinetic < 1e-6); /* at rest */
    assert_true(fabs(got.a / got.a_hertz - 1.0) < 0.02);
    pressure[k] = fabs(got.p0 / got.p_hertz - 1.0);
    if (k) assert_true(pressure[k] < 0.65 * pressure[k - 1]); /* so much faster than with the facets' size */
  }
  assert_true(pressure[MESHES - 1] < 0.02);
}

int main(int argc, char **argv)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(pressure_and_radius_converge)};
  double                  with[3] = {2.0, 0.6, 0.03};
  int                     failed  = 0;

  if (PetscInitialize(&argc, &argv, NULL, NULL)) return 1;
  for (int k = 3; k < argc && k < 6; k++) with[k - 3] = atof(argv[k]);
  if (argc > 2) press(&(Case){atoi(argv[1]), atoi(argv[2]), with[0], with[1], with[2]});
  else failed = cmocka_run_group_tests(tests, NULL, NULL);
  return PetscFinalize() ? 1 : failed;
}
