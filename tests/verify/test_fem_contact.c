/* test_fem_contact.c - surfaces of meshed grains on each other: momentum, continuity, pressure, energy, order. */
#include "tests/verify/fem_world.h"

#include "solver/fem/fem_facet.h"

static double uniform(void) { return (double)rand() / RAND_MAX; }

static void sphere(FemWorld *w, int n, int m)
{
  const GrainShape shape = {.form = GRAIN_SPHERE};

  memset(w, 0, sizeof *w);
  assert_int_equal(GrainMeshMake(&shape, n, m, &w->mesh), MESH_OK);
}

/* A brick of cells[0] x cells[1] x cells[2] cubes, its edges 2 each: not of the volume of a grain, which only scales.
 */
static void brick(FemWorld *w, const int cells[3])
{
  const int nx = cells[0] + 1, ny = cells[1] + 1, nz = cells[2] + 1;
  int       failed;

  memset(w, 0, sizeof *w);
  w->mesh.n_node = nx * ny * nz;
  w->mesh.n_elem = cells[0] * cells[1] * cells[2];
  w->mesh.x      = malloc((size_t)w->mesh.n_node * sizeof *w->mesh.x);
  w->mesh.hex    = malloc((size_t)w->mesh.n_elem * sizeof *w->mesh.hex);
  for (int i = 0, n = 0; i < nz; i++)
    for (int j = 0; j < ny; j++)
      for (int k = 0; k < nx; k++, n++) {
        w->mesh.x[n][0] = 2.0 * k / cells[0] - 1.0;
        w->mesh.x[n][1] = 2.0 * j / cells[1] - 1.0;
        w->mesh.x[n][2] = 2.0 * i / cells[2] - 1.0;
      }
  for (int i = 0, e = 0; i < cells[2]; i++)
    for (int j = 0; j < cells[1]; j++)
      for (int k = 0; k < cells[0]; k++, e++)
        for (int a = 0; a < 8; a++) {
          const int dx = (a % 4 == 1 || a % 4 == 2), dy = a % 4 >= 2, dz = a / 4;
          w->mesh.hex[e][a] = (i + dz) * nx * ny + (j + dy) * nx + k + dx;
        }
  assert_int_equal(GrainMeshSurface(&w->mesh, &failed), MESH_OK);
}

/* Turned by FemMesh at random, put straight here: places of body b from the mesh by edge lengths and a centre. */
static void place(FemWorld *w, int b, const double scale[3], const double centre[3])
{
  v8(*x)[3] = w->fem->x + (b / 8) * w->fem->n_node;

  for (int n = 0; n < w->fem->n_node; n++)
    for (int k = 0; k < 3; k++) x[n][k][b % 8] = centre[k] + scale[k] * w->mesh.x[n][k];
}

static void shift(FemWorld *w, int b, const double by[3], double noise)
{
  v8(*x)[3] = w->fem->x + (b / 8) * w->fem->n_node;

  for (int n = 0; n < w->fem->n_node; n++)
    for (int k = 0; k < 3; k++) x[n][k][b % 8] += by[k] + noise * (uniform() - 0.5);
}

/* Any two bodies, dented and moving, with cohesion, dashpot and friction: integers that add up to nothing. */
static void momentum_is_exact(void **state)
{
  int touched = 0;

  (void)state;
  srand(3);
  for (int trial = 0; trial < 30; trial++) {
    const double x[2][3] =
        {
            {0,               0,               0  },
            {3.0 * uniform(), 3.0 * uniform(), 5.0}
    },
                 v[2][3] = {{0, 0, 30}, {10, 0, -40}};
    const double zero[3] = {0};
    FemWorld     w;

    sphere(&w, 4, 2);
    fem_world_begin(&w, 2);
    w.cfg.W = trial % 2 ? 2.0 : 0.0, w.cfg.strength = 3.0, w.cfg.mu = 0.3, w.cfg.dashpot = 0.5;
    for (int b = 0; b < 2; b++) fem_world_grain(&w, b, 5 + b + 2 * trial, 3.25, 1.0, x[b], v[b]);
    fem_world_start(&w);
    shift(&w, 0, zero, 0.3);
    shift(&w, 1, zero, 0.3);
    fem_world_show(&w);
    for (int step = 0; step < 3; step++) {
      int64_t sum[3] = {0};

      fem_world_contact(&w);
      for (int n = 0; n < 2 * w.fem->n_surf; n++)
        for (int k = 0; k < 3; k++) sum[k] += w.fem->force[n][k];
      for (int k = 0; k < 3; k++) assert_true(sum[k] == 0);
      touched += fabs(fem_world_force(&w, 0, 2)) > 0.01;
    }
    fem_world_end(&w);
  }
  assert_true(touched > 60);
}

/*
  A body glides over another along a line, pressed into it: nodes cross the edges of facets.  The force on it must
  follow: with half the step, half the largest jump (factor 2 within 1.5 to 3: the largest jump is where a node comes
  into touch, where force grows from zero with a slope).
*/
static void force_is_continuous(void **state)
{
  double jump[3];

  (void)state;
  for (int level = 0; level < 3; level++) {
    const double x[2][3] =
        {
            {0,    0,   0  },
            {-1.6, 0.3, 6.2}
    },
                 v[2][3] = {{0}};
    const int    steps   = 1000 << level;
    const double by[3]   = {3.2 / steps, 0.4 / steps, 0.0};
    double       old[3]  = {0};
    FemWorld     w;

    sphere(&w, 4, 2);
    fem_world_begin(&w, 2);
    for (int b = 0; b < 2; b++) fem_world_grain(&w, b, b, 3.25, 1.0, x[b], v[b]);
    fem_world_start(&w);
    jump[level] = 0.0;
    for (int s = 0; s < steps; s++) {
      double f[3], d = 0.0;
      fem_world_show(&w);
      fem_world_contact(&w);
      for (int k = 0; k < 3; k++) {
        f[k] = fem_world_force(&w, 1, k);
        d += (f[k] - old[k]) * (f[k] - old[k]);
        old[k] = f[k];
      }
      if (s) jump[level] = fmax(jump[level], sqrt(d));
      shift(&w, 1, by, 0.0);
    }
    fem_world_end(&w);
  }
  print_message("largest jump of the force: %g, %g, %g nN\n", jump[0], jump[1], jump[2]);
  for (int k = 0; k < 2; k++) assert_true(jump[k] > 1.5 * jump[k + 1] && jump[k] < 3.0 * jump[k + 1]);
}

/*
  What the body's force gives on a closed way of so many steps a side before another, of which diffusion has taken
  `gone` away: there both are nearer by as much.  way: sum of all work, whatever its sign; jump: largest of the force.
*/
static double around(int steps, double gone, double *way, double *jump)
{
  enum { SIDES = 4 };
  const double corner[SIDES + 1][3] = {
      {-1.2, -0.9, 6.75 - gone},
      {1.1,  -0.3, 6.95 - gone},
      {0.6,  1.3,  6.70 - gone},
      {-0.8, 0.7,  7.00 - gone},
      {-1.2, -0.9, 6.75 - gone}
  };
  const double x[2][3] =
      {
          {0            },
          { corner[0][0], corner[0][1], corner[0][2]}
  },
               v[2][3] = {{0}}, zero[3] = {0};
  double   left = 0.0, old[3];
  FemWorld w;

  srand(7);
  sphere(&w, 4, 2);
  fem_world_begin(&w, 2);
  w.cfg.W = 2.0, w.cfg.strength = 3.0;
  for (int b = 0; b < 2; b++) fem_world_grain(&w, b, b, 3.25, 1.0, x[b], v[b]);
  fem_world_start(&w);
  w.fem->between[0].overlap = gone;
  shift(&w, 0, zero, 0.3);
  shift(&w, 1, zero, 0.3);
  *way = *jump = 0.0;
  for (int s = 0; s <= SIDES * steps; s++) {
    const int side = s ? (s - 1) / steps : 0;
    double    by[3], work = 0.0, d = 0.0;

    for (int k = 0; k < 3; k++) by[k] = (corner[side + 1][k] - corner[side][k]) / steps;
    if (s) shift(&w, 1, by, 0.0);
    fem_world_show(&w);
    fem_world_contact(&w);
    for (int k = 0; k < 3; k++) {
      const double f = fem_world_force(&w, 1, k);
      if (s) work += 0.5 * (f + old[k]) * by[k], d += (f - old[k]) * (f - old[k]);
      old[k] = f;
    }
    left += work;
    *way += fabs(work);
    *jump = fmax(*jump, sqrt(d));
  }
  fem_world_end(&w);
  return left;
}

/*
  A dented body is led around a closed way before another, within the reach of cohesion: what it gives on the way out it
  takes on the way back, up to the area of its nodes that is turned to the other body: that changes on the way, and
  forces know nothing of its slope.  Hence 1.5 % of the work done on the way; with that area held still it is 0.01 %.
  The same where 0.3 nm are gone and nodes pull from within the other surface (2.2 %; 3.3 % along rounded normals, from
  which a node changed where it crossed the surface, by 0.93 nN at any step).  With a quarter of the step, a quarter of
  the largest jump of the force.
*/
static void cohesion_has_an_energy(void **state)
{
  (void)state;
  for (int k = 0; k < 2; k++) {
    double left[2], way[2], jump[2];

    for (int level = 0; level < 2; level++) {
      left[level] = around(200 << 2 * level, k ? 0.3 : 0.0, &way[level], &jump[level]);
      print_message("around in steps of a %dth: left %g of %g aJ, largest jump of the force %g nN\n", 200 << 2 * level,
                    left[level], way[level], jump[level]);
      assert_true(fabs(left[level]) < 0.025 * way[level] && way[level] > 5.0);
    }
    assert_true(jump[0] > 2.5 * jump[1]);
  }
}

/* Two bricks overlap by d; force by hand, node by node. */
static void brick_pair(FemWorld *w, const int cells[3], const double scale[2][3], double d)
{
  const double x[2][3] =
      {
          {0, 0, 0 },
          {0, 0, 12}
  },
               v[2][3] = {{0}};

  brick(w, cells);
  fem_world_begin(w, 2);
  for (int b = 0; b < 2; b++) fem_world_grain(w, b, b, 3.25, 1.0, x[b], v[b]);
  fem_world_start(w);
  for (int b = 0; b < 2; b++) {
    const double centre[3] = {0, 0, b ? scale[0][2] + scale[1][2] - d : 0.0};
    place(w, b, scale[b], centre);
  }
  fem_world_show(w);
  w->fem->pair[0] =
      (BodyPair){
          .body = {0, 1}
  },
  w->fem->n_pair = 1;
  MUST(FemCandidates(w->fem));
  fem_world_contact(w);
}

/* Largest departure of the nodes' forces on brick b from uniform pressure, where `inside` of the edges. */
static double patch_error(FemWorld *w, int b, double inside, double d, int *nodes)
{
  double worst = 0.0;

  *nodes = 0;
  for (int n = 0; n < w->fem->n_surf; n++) {
    const double *r = w->fem->surf[b * w->fem->n_surf + n], sign = b ? 1.0 : -1.0;
    const double  expected = sign * w->cfg.penalty * w->cfg.bulk.K / r[SF_H] * r[SF_AREA] * d;
    if (fabs(r[SF_X]) > inside || fabs(r[SF_Y]) > inside || sign * r[SF_NZ] > -0.99) continue;
    for (int k = 0; k < 3; k++) {
      const double f = (double)w->fem->force[b * w->fem->n_surf + n][k] * w->fem->unit_force;
      worst          = fmax(worst, fabs(f - (k == 2 ? expected : 0.0)) / fabs(expected));
    }
    ++*nodes;
  }
  return worst;
}

/*
  Flat on flat with uniform overlap: matching nodes carry penalty K/h times overlap times their area, to the rounding of
  the foot (three Newton steps from the exact linear estimate).  Where meshes do not match, half of the load comes
  through the other's nodes, as they happen to lie: the pressure is right in the mean only.  A facet 10 % smaller shifts
  the nodes by up to half a facet: 12 % at most was measured, and 15 % are allowed; two passes of the penalty method do
  not pass the patch test.
*/
static void patch_test(void **state)
{
  const int    cells[3] = {8, 8, 2};
  const double same[2][3] =
      {
          {3.25, 3.25, 3.25},
          {3.25, 3.25, 3.25}
  },
               other[2][3] = {{3.25, 3.25, 3.25}, {2.925, 2.925, 3.25}};
  double   error;
  int      nodes;
  FemWorld w;

  (void)state;
  for (int match = 0; match < 2; match++)
    for (int b = 0; b < 2; b++) {
      brick_pair(&w, cells, match ? same : other, 0.02);
      error = patch_error(&w, b, 2.1, 0.02, &nodes);
      print_message("patch, %s meshes, brick %d: %g at %d nodes\n", match ? "matching" : "other", b, error, nodes);
      assert_true(nodes >= 25);
      assert_true(error < (match ? 1e-9 : 0.15));
      fem_world_end(&w);
    }
}

/* Puts body 0 back: it does not move. */
static void hold(FemWorld *w, const v8 (*x)[3])
{
  for (int n = 0; n < w->fem->n_node; n++)
    for (int k = 0; k < 3; k++) {
      w->fem->x[n][k][0] = x[n][k][0];
      w->fem->v[n][k][0] = 0.0;
    }
  fem_surface(w->fem, 0);
}

/* Velocity of body b's centre along a direction. */
static double speed(FemWorld *w, int b, const double along[3])
{
  const double *r = w->g->rec[w->fem->row[b]];

  return r[REC_VX] * along[0] + r[REC_VY] * along[1] + r[REC_VZ] * along[2];
}

/*
  A small brick on one facet of a large, fixed one, whose normals are those of its face there: no node of the large one
  meets the rounded normals about the small one's edges.  Both are tilted; gravity presses and pulls.  Returns the
  acceleration along the slope in the second half, over g.
*/
static double slide(double slope, double mu, double *moved)
{
  enum { STEPS = 2400 };
  const double x[2][3] =
      {
          {0, 0, 0 },
          {0, 0, 17}
  },
               v[2][3] = {{0}}, R[2] = {13.0, 2.6}, gravity = 400.0;
  const double c = cos(slope), s = sin(slope), down[3] = {c, 0, -s};
  const int    cells[3] = {4, 4, 4};
  double       half     = 0.0;
  v8(*fixed)[3];
  FemWorld w;

  brick(&w, cells);
  fem_world_begin(&w, 2);
  w.cfg.mu = mu, w.cfg.dashpot = 0.5, w.cfg.gravity = gravity, w.cfg.radius_min = R[1], w.cfg.radius_max = R[0];
  for (int b = 0; b < 2; b++) fem_world_grain(&w, b, b, R[b], 100.0, x[b], v[b]);
  fem_world_start(&w);
  for (int n = 0; n < w.fem->n_node; n++)
    for (int b = 0; b < 2; b++) {
      const double *m = w.mesh.x[n], X = R[b] * m[0] + (b ? -3.2 : 0.0), Y = R[b] * m[1] + (b ? 3.2 : 0.0);
      const double  Z   = R[b] * m[2] + (b ? R[0] + R[1] : 0.0);
      w.fem->x[n][0][b] = c * X + s * Z;
      w.fem->x[n][1][b] = Y;
      w.fem->x[n][2][b] = -s * X + c * Z;
    }
  fem_world_show(&w);
  w.fem->pair[0] =
      (BodyPair){
          .body = {0, 1}
  },
  w.fem->n_pair = 1;
  MUST(FemCandidates(w.fem));
  fixed = aligned_alloc(64, (size_t)w.fem->n_node * sizeof *fixed);
  memcpy(fixed, w.fem->x, (size_t)w.fem->n_node * sizeof *fixed);
  for (int k = 0; k < STEPS; k++) {
    if (k == STEPS / 2) half = speed(&w, 1, down);
    MUST(FemStep(w.fem, &w.tools));
    hold(&w, (const v8(*)[3])fixed);
  }
  *moved = speed(&w, 1, down);
  half   = (*moved - half) / (0.5 * STEPS * w.fem->dt) / gravity;
  free(fixed);
  fem_world_end(&w);
  return half;
}

/*
  Steeper than mu it slides with g (sin - mu cos), less steep it stays.  2 % of g: the brick bounces on its penalty
  springs while it slides, and the mean over half a run does not hold a whole number of bounces.
*/
static void brick_on_a_slope(void **state)
{
  const double mu = 0.3;

  (void)state;
  for (int k = 0; k < 4; k++) {
    const double slope = (double[]){0.1, 0.25, 0.35, 0.45}[k], expected = fmax(sin(slope) - mu * cos(slope), 0.0);
    double       end;
    const double a = slide(slope, mu, &end);
    print_message("slope %g: acceleration %g g, expected %g g; speed at the end %g nm/ns\n", slope, a, expected, end);
    assert_true(fabs(a - expected) < 0.02);
  }
}

static double kinetic(FemWorld *w)
{
  double sum = 0.0;

  for (PetscInt b = 0; b < w->fem->n_body; b++)
    for (int n = 0; n < w->fem->n_node; n++) {
      const PetscInt at = (b / 8) * w->fem->n_node + n;
      for (int k = 0; k < 3; k++) sum += 0.5 * w->fem->mass[at][b % 8] * pow(w->fem->v[at][k][b % 8], 2);
    }
  return sum;
}

static double work_of(FemWorld *w, int k) { return exact_value(&w->fem->work[k], w->fem->unit_work); }

/* Hertz' pressure through the touching nodes of both bodies about the z axis: p^2 = p0^2 (1 - r^2/a^2), least squares.
 */
static void fit_hertz(FemWorld *w, double *p0, double *a)
{
  double n = 0.0, sx = 0.0, sy = 0.0, sxx = 0.0, sxy = 0.0, slope;

  for (int k = 0; k < 2 * w->fem->n_surf; k++) {
    const double *r = w->fem->surf[k];
    const double  p = fabs((double)w->fem->force[k][2]) * w->fem->unit_force / r[SF_AREA];
    const double  x = r[SF_X] * r[SF_X] + r[SF_Y] * r[SF_Y], y = p * p;
    if (p < 1.0) continue; /* GPa; of some ten at the centre: the rim is blurred by the mesh */
    n++, sx += x, sy += y, sxx += x * x, sxy += x * y;
  }
  slope = (n * sxy - sx * sy) / (n * sxx - sx * sx);
  *p0   = sqrt((sy - slope * sx) / n);
  *a    = *p0 / sqrt(-slope);
}

/*
  Two elastic spheres meet head-on.  Pressure and contact radius at the turning point against Hertz for the force, which
  are local: a is off by (a/R)^2 = 7 % at most, p0 by twice that, since F goes with p0 a^2.  The layer that the penalty
  puts between the bodies is as soft as (h/4 K)/(a/E*) = 3 % of the contact here (at a penalty of one 12 %).  The
  approach of the centres of mass falls short of Hertz' by no more than what a point force moves them in a half-space, F
  (1 + nu) (3 - 2 nu)/(2 pi E R) each (Johnson 1985, eq. 3.19): far away is not far here.  Energy: what the books leave
  out, and what comes back.
*/
static void spheres_meet_as_hertz_has_it(void **state)
{
  const double R = 3.25, u = 30.0, E_star = GOLD_E / (2.0 * (1.0 - GOLD_NU * GOLD_NU)), R_star = 0.5 * R;
  const double x[2][3] =
      {
          {0, 0, 0             },
          {0, 0, 2.0 * R + 0.02}
  },
               v[2][3] = {{0, 0, u}, {0, 0, -u}};
  double   start, F = 0.0, approach = 0.0, p0 = 0.0, a = 0.0, p0_hertz, a_hertz, d_hertz, shift_, books, back;
  FemWorld w;

  (void)state;
  sphere(&w, 14, 7);
  fem_world_begin(&w, 2);
  w.cfg.penalty = 4.0, w.cfg.courant = 0.35;
  for (int b = 0; b < 2; b++) fem_world_grain(&w, b, b, R, 1e3, x[b], v[b]);
  fem_world_start(&w);
  start = kinetic(&w);
  for (int k = 0; k < 4000; k++) {
    const double gap = w.g->rec[1][REC_Z] - w.g->rec[0][REC_Z] - 2.0 * R;
    MUST(FemStep(w.fem, &w.tools));
    if (fem_world_force(&w, 1, 2) > F) {
      F = fem_world_force(&w, 1, 2), approach = -gap;
      fit_hertz(&w, &p0, &a);
    }
    if (gap > 0.05 && w.g->rec[1][REC_VZ] > 0.0) break;
  }
  a_hertz  = cbrt(0.75 * F * R_star / E_star);
  p0_hertz = 1.5 * F / (PETSC_PI * a_hertz * a_hertz);
  d_hertz  = a_hertz * a_hertz / R_star;
  shift_   = 2.0 * F * (1.0 + GOLD_NU) * (3.0 - 2.0 * GOLD_NU) / (2.0 * PETSC_PI * GOLD_E * R);
  back     = kinetic(&w);
  books    = back - start + work_of(&w, WORK_STRAIN) + work_of(&w, WORK_NORMAL);
  print_message("F %g nN, a/R %.2f: p0 %g GPa, Hertz %g; a %g nm, Hertz %g; approach %g nm, Hertz %g - %g\n", F, a / R,
                p0, p0_hertz, a, a_hertz, approach, d_hertz, shift_);
  print_message("kinetic %g of %g aJ, books off by %g\n", back, start, books);
  assert_true(fabs(a / a_hertz - 1.0) < 0.07 && fabs(p0 / p0_hertz - 1.0) < 0.14);
  assert_true(approach < d_hertz && approach > d_hertz - shift_);
  assert_true(fabs(books) < 2e-3 * start);
  assert_true(back < start && back > 0.95 * start);
  fem_world_end(&w);
}

/* Eight bodies with everything switched on, listed forwards and backwards, near and far candidates: the same bits. */
static void order_does_not_matter(void **state)
{
  enum { N = 8, STEPS = 60 };
  double  *bits[2];
  FemWorld w;

  (void)state;
  for (int turn = 0; turn < 2; turn++) {
    sphere(&w, 4, 2);
    fem_world_begin(&w, N);
    w.cfg.W = 1.0, w.cfg.strength = 3.0, w.cfg.mu = 0.3, w.cfg.dashpot = 0.5;
    for (int k = 0; k < N; k++) {
      const int    id   = turn ? N - 1 - k : k;
      const double x[3] = {6.2 * (id & 1), 6.2 * (id >> 1 & 1) + 0.5 * (id & 1), 6.2 * (id >> 2) + 0.3 * (id & 2)};
      const double v[3] = {20.0 * (1 - 2 * (id & 1)), 30.0 * (1 - (id & 2)), 25.0 * (1 - 2 * (id >> 2))};
      fem_world_grain(&w, k, id, 3.25, 0.5, x, v);
    }
    fem_world_start(&w);
    w.fem->skin *= turn ? 4.0 : 0.2;
    MUST(FemCandidates(w.fem));
    for (int s = 0; s < STEPS; s++) MUST(FemStep(w.fem, &w.tools));
    bits[turn] = malloc(N * fem_width(w.fem) * sizeof(double));
    for (int b = 0; b < N; b++) fem_body_pass(w.fem, b, bits[turn] + (size_t)w.fem->id[b] * fem_width(w.fem), BODY_OUT);
    if (turn) {
      int held = 0;
      assert_memory_equal(bits[0], bits[1], N * fem_width(w.fem) * sizeof(double));
      for (int n = 0; n < N * w.fem->n_surf; n++)
        for (int k = 0; k < SLOTS; k++) held += w.fem->slot[n][k][SLOT_PARTNER] > 0.0;
      assert_true(held > 50); /* friction is among what was compared */
    }
    fem_world_end(&w);
  }
  free(bits[0]);
  free(bits[1]);
}

/* How often the surface of body b winds around x: 1 inside, 0 outside (van Oosterom & Strackee 1983). */
static double winding(Fem fem, int b, const double x[3])
{
  double sum = 0.0;

  for (int f = 0; f < fem->n_face; f++)
    for (int t = 0; t < 2; t++) {
      double r[3][3], len[3], det, den;
      for (int c = 0; c < 3; c++) {
        const double *p = fem->surf[b * fem->n_surf + fem->face[f][c == 0 ? 0 : c + t]];
        for (int k = 0; k < 3; k++) r[c][k] = p[k] - x[k];
        len[c] = sqrt(r[c][0] * r[c][0] + r[c][1] * r[c][1] + r[c][2] * r[c][2]);
      }
#define DOT(a, b) (r[a][0] * r[b][0] + r[a][1] * r[b][1] + r[a][2] * r[b][2])
      det = r[0][0] * (r[1][1] * r[2][2] - r[1][2] * r[2][1]) - r[0][1] * (r[1][0] * r[2][2] - r[1][2] * r[2][0]) +
            r[0][2] * (r[1][0] * r[2][1] - r[1][1] * r[2][0]);
      den = len[0] * len[1] * len[2] + DOT(0, 1) * len[2] + DOT(1, 2) * len[0] + DOT(2, 0) * len[1];
#undef DOT
      sum += 2.0 * atan2(det, den);
    }
  return sum / (4.0 * PETSC_PI);
}

/* Distance from x to the nearest node or middle of a facet of body b. */
static double depth(Fem fem, int b, const double x[3])
{
  double least = 1e300;

  for (int f = 0; f < fem->n_face; f++) {
    double middle[3] = {0}, d = 0.0;
    for (int c = 0; c < 4; c++) {
      const double *p = fem->surf[b * fem->n_surf + fem->face[f][c]];
      double        e = 0.0;
      for (int k = 0; k < 3; k++) middle[k] += 0.25 * p[k], e += (p[k] - x[k]) * (p[k] - x[k]);
      least = fmin(least, e);
    }
    for (int k = 0; k < 3; k++) d += (middle[k] - x[k]) * (middle[k] - x[k]);
    least = fmin(least, d);
  }
  return sqrt(least);
}

/* Energy that the contacts of the last, sampled step would give back [aJ]. */
static double stored(FemWorld *w)
{
  const ContactSample *s;
  PetscInt             n;
  double               sum = 0.0;

  fem_sample_next(w->fem);
  MUST(FemStep(w->fem, &w->tools));
  fem_samples(w->fem, &n, &s);
  for (PetscInt k = 0; k < n; k++) sum += s[k].stored;
  return sum;
}

/*
  Twenty-seven soft grains pressed until nearly no pores are left: no node has passed into another body deeper than its
  facets let it be caught, half of h; nodes and middles of facets are 0.5 h apart at most on a facet stretched to twice
  its area, hence sqrt(0.5) h.

  With the punch held, contacts give back what they have stored.  Not exactly: gaps are measured along normals that are
  not those of the facets, areas change, and a node deep in a rim, where normals have crossed, may be lost or found.  1
  % of the plastic work of the press is allowed.
*/
static void nothing_passes_through(void **state)
{
  enum { EDGE = 3, N = EDGE * EDGE * EDGE };
  const double R = 3.25, d = 2.02 * R, v = 60.0;
  double       density = 0.0, worst = 0.0, before, after, work, given;
  int          inside = 0;
  FemStatus    status;
  FemWorld     w;

  (void)state;
  sphere(&w, 4, 2);
  fem_world_begin(&w, N);
  w.cfg.mu = 0.2, w.cfg.dashpot = 0.5;
  w.tools.die_radius = 0.72 * EDGE * d, w.tools.z[TOOL_BOTTOM] = 0.0, w.tools.z[TOOL_TOP] = EDGE * d;
  for (int i = 0; i < N; i++) {
    const double x[3] = {(i % EDGE - 1) * d, (i / EDGE % EDGE - 1) * d, (i / EDGE / EDGE + 0.5) * d}, rest[3] = {0};
    fem_world_grain(&w, i, i, R, 0.3, x, rest);
  }
  fem_world_start(&w);
  for (int k = 0; density < 0.98; k++) {
    const double way = v * w.fem->dt, a = w.tools.die_radius;
    w.tools.v[TOOL_TOP] = -v, w.tools.die_speed = -0.5 * v;
    w.tools.z[TOOL_TOP] -= way;
    w.tools.die_radius -= 0.5 * way;
    density = N * GRAIN_MESH_VOLUME * R * R * R / (PETSC_PI * a * a * w.tools.z[TOOL_TOP]);
    if (k % 50 == 0) {
      PetscInt(*pair)[2], m = 0;
      MUST(PetscMalloc1(N * N, &pair));
      for (int i = 0; i < N; i++)
        for (int j = 0; j < i; j++) pair[m][0] = i, pair[m++][1] = j;
      MUST(FemRefresh(w.fem, m, (const PetscInt(*)[2])pair));
      MUST(PetscFree(pair));
    }
    MUST(FemStep(w.fem, &w.tools));
  }
  MUST(FemControl(w.fem, &status));
  for (int b = 0; b < N; b++)
    for (int n = 0; n < w.fem->n_surf; n++)
      for (int c = 0; c < N; c++) {
        const double *r = w.fem->surf[b * w.fem->n_surf + n];
        if (c == b || winding(w.fem, c, r) < 0.5) continue;
        inside++;
        worst = fmax(worst, depth(w.fem, c, r) / r[SF_H]);
      }
  print_message("density %.3f, punch %.0f nN; %d of %d nodes inside another body, at most %.2f h from its surface\n",
                density, status.force[TOOL_TOP][2], inside, N * w.fem->n_surf, worst);
  assert_true(status.force[TOOL_TOP][2] > 0.0 && inside > N * w.fem->n_surf / 3);
  assert_true(worst < sqrt(0.5));
  w.tools.v[TOOL_TOP] = w.tools.die_speed = 0.0;
  for (int k = 0; k < 30; k++) MUST(FemStep(w.fem, &w.tools));
  before = stored(&w), work = work_of(&w, WORK_NORMAL);
  for (int k = 0; k < 270; k++) MUST(FemStep(w.fem, &w.tools));
  given = work_of(&w, WORK_NORMAL) - work, after = stored(&w);
  print_message("contacts at rest: stored %g -> %g aJ, taken %g; plastic work %g\n", before, after, given,
                work_of(&w, WORK_PLASTIC));
  assert_true(fabs(given - (after - before)) < 0.01 * work_of(&w, WORK_PLASTIC));
  fem_world_end(&w);
}

/* Eight plastic spheres between closing punches in a closing die. */
static void begin_press(FemWorld *w)
{
  const double R = 3.25, d = 2.01 * R;

  sphere(w, 3, 2);
  fem_world_begin(w, 8);
  w->cfg.mu = 0.3, w->cfg.dashpot = 0.5, w->cfg.W = 1.0, w->cfg.strength = 3.0;
  for (int i = 0; i < 8; i++) {
    const double x[3] = {(i % 2 - 0.5) * d, (i / 2 % 2 - 0.5) * d, (i / 4 + 0.5) * d};
    fem_world_grain(w, i, 100 + i, R, 0.5, x, (const double[3]){0.0, 0.0, 0.0});
  }
  w->tools = (Tools){
      .die_radius = 1.72 * d, .die_top = 1e6, .z = {0.0, 0.0, 2.0 * d},
                .v = {0.0, 0.0, -50.0  },
                .die_speed = -15.0
  };
  fem_world_start(w);
}

static void press_on(FemWorld *w)
{
  w->tools.z[TOOL_TOP] += w->tools.v[TOOL_TOP] * w->fem->dt;
  w->tools.die_radius += w->tools.die_speed * w->fem->dt;
  MUST(FemStep(w->fem, &w->tools));
}

/* Who is looked at is found seldom in one world, every step in the other: the same bits far into plastic contact. */
static void lists_change_no_bit(void **state)
{
  FemWorld seldom, often;
  int      steps = 0, before = 0, differ = 0;

  (void)state;
  begin_press(&seldom), begin_press(&often);
  for (; seldom.tools.z[TOOL_TOP] > 9.0; steps++) { /* from 13 */
    press_on(&seldom);
    MUST(FemCandidates(often.fem));
    press_on(&often);
    before += memcmp(seldom.fem->x_near, often.fem->x_near, sizeof *seldom.fem->x_near) != 0;
    differ += seldom.fem->near.n != often.fem->near.n;
    if (steps % 50) continue;
    assert_memory_equal(seldom.fem->x, often.fem->x, (size_t)seldom.fem->n_node * sizeof *seldom.fem->x);
    assert_memory_equal(seldom.fem->slot, often.fem->slot, 8 * (size_t)seldom.fem->n_surf * sizeof *seldom.fem->slot);
  }
  print_message("%d steps, looked before in %d, other candidates in %d\n", steps, before, differ);
  assert_true(before > steps / 4 && differ > 20); /* they did look at other times, and found others */
  fem_world_end(&seldom), fem_world_end(&often);
}

int main(int argc, char **argv)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(momentum_is_exact),      cmocka_unit_test(force_is_continuous),
      cmocka_unit_test(cohesion_has_an_energy), cmocka_unit_test(patch_test),
      cmocka_unit_test(brick_on_a_slope),       cmocka_unit_test(order_does_not_matter),
      cmocka_unit_test(lists_change_no_bit),    cmocka_unit_test(spheres_meet_as_hertz_has_it),
      cmocka_unit_test(nothing_passes_through),

  };
  int failed;

  if (PetscInitialize(&argc, &argv, NULL, NULL)) return 1;
  failed = cmocka_run_group_tests(tests, NULL, NULL);
  return PetscFinalize() ? 1 : failed;
}
