/*
  test_fem_adhesion.c - meshed grains pressed on their middle plane: what adhesion adds to the force of a plastic
  contact.

  usage: test_fem_adhesion n m W strength Y [depth [out]]   prints one press, and how it comes off over `out` nm

  A sphere on a smooth plane with half of the work of adhesion of a pair is one of two equal grains; eight of them, each
  turned otherwise, stand side by side: a mesh of 256 elements has few nodes in a contact, and single ones make waves.
*/
#include "tests/verify/fem_world.h"

static const double RADIUS = 3.25, APART = 20.0; /* [nm] */
static const double HELD = 0.5; /* of the radius: the cap above it is moved, and nothing else of the sphere */

enum { LANES = 8, POINTS = 400, RINGS = 60 }; /* rings: vibrations of a sphere while it moves by 1 nm */

typedef struct {
  int    n, m;           /* of the mesh */
  double W, strength, Y; /* of the pair [nN/nm], [GPa] */
  double depth, out;     /* largest overlap of the pair; way back [nm] */
} Case;

/* Means of the eight at each point: overlap of the pair over 2R, force [nN], area that is pressed [nm^2]. */
typedef struct {
  int    n, deepest;
  double overlap[POINTS], force[POINTS], area[POINTS], scatter[POINTS];
} Curve;

/* Volume of the mesh counts, not its mass: the middle of each sphere along z. */
static void middles(const FemWorld *w, double z[LANES])
{
  v8 sum = v8_set(0.0), all = sum;

  for (int e = 0; e < w->fem->n_elem; e++) {
    v8       products[6], at = v8_set(0.0);
    const v8 volume = element_gradients((const v8(*)[3])w->fem->x, w->mesh.hex[e], products);

    for (int a = 0; a < 8; a++) at += 0.125 * w->fem->x[w->mesh.hex[e][a]][2];
    sum += volume * at, all += volume;
  }
  for (int b = 0; b < LANES; b++) z[b] = sum[b] / all[b];
}

/* The caps move along z by `way` from where they were at first. */
static void hold_caps(FemWorld *w, const v8 (*first)[3], double way, double v)
{
  for (int n = 0; n < w->fem->n_node; n++)
    for (int b = 0; b < LANES; b++) {
      if (first[n][2][b] < HELD * RADIUS) continue;
      for (int k = 0; k < 3; k++) {
        w->fem->x[n][k][b] = first[n][k][b] + (k == 2 ? way : 0.0);
        w->fem->v[n][k][b] = k == 2 ? v : 0.0;
      }
    }
  fem_world_show(w);
}

/* Adds force and pressed area of each sphere. */
static void look(FemWorld *w, double force[LANES], double area[LANES])
{
  for (int b = 0; b < LANES; b++) {
    force[b] += fem_world_force(w, b, 2);
    for (int n = 0; n < w->fem->n_surf; n++) {
      const double *r = w->fem->surf[b * w->fem->n_surf + n];
      if (r[SF_Z] < w->tools.z[TOOL_BOTTOM]) area[b] += r[SF_AREA];
    }
  }
}

static void start(FemWorld *w, const Case *c)
{
  const GrainShape shape = {.form = GRAIN_SPHERE};

  memset(w, 0, sizeof *w);
  assert_int_equal(GrainMeshMake(&shape, c->n, c->m, &w->mesh), MESH_OK);
  fem_world_begin(w, LANES);
  w->cfg.penalty = 1.0, w->cfg.dashpot = 0.5, w->cfg.courant = 0.35, w->cfg.shrink = 0.6;
  w->cfg.strength = c->strength;
  for (int b = 0; b < LANES; b++) {
    const double x[3] = {APART * b, 0.0, 0.0}, rest[3] = {0};
    fem_world_grain(w, b, b, RADIUS, c->Y, x, rest);
  }
  fem_world_start(w);
  fem_drag(w->fem, 0.02 / w->fem->dt);
  w->tools.W[TOOL_BOTTOM] = 0.5 * c->W;
}

/* Down to the depth and back, a point every 0.0125 nm: means over the second half of the way to it. */
static void press(const Case *c, Curve *out)
{
  const double per = 0.0125;
  double       gap, at_first[LANES], now[LANES], way = 0.0;
  FemWorld     w;
  v8(*first)[3];
  int in, back, steps;

  start(&w, c);
  gap   = 0.05 + (c->W > 0.0 ? 1.1 * surface_reach(0.5 * c->W, fem_strength(&w.cfg, 0.5 * c->W)) : 0.0);
  in    = (int)ceil((gap + 0.5 * c->depth) / per);
  back  = (int)ceil(0.5 * c->out / per);
  steps = (int)(RINGS * 4.0 * (c->n + 2 * c->m) / w.cfg.courant * per);
  assert_true(in + back <= POINTS);
  first = aligned_alloc(64, (size_t)w.fem->n_node * sizeof *first);
  assert_non_null(first);
  memcpy(first, w.fem->x, (size_t)w.fem->n_node * sizeof *first);
  middles(&w, at_first);
  w.tools.z[TOOL_BOTTOM] = -RADIUS - gap;
  out->n = in + back, out->deepest = in - 1;
  for (int p = 0; p < out->n; p++) {
    const double v            = (p < in ? -per : per) / (steps * w.fem->dt);
    double       force[LANES] = {0}, area[LANES] = {0}, square = 0.0;

    for (int s = 0; s < steps; s++) {
      MUST(FemForces(w.fem, &w.tools));
      if (s >= steps / 2) look(&w, force, area);
      MUST(FemMove(w.fem, &w.tools));
      way += v * w.fem->dt;
      hold_caps(&w, (const v8(*)[3])first, way, v);
    }
    middles(&w, now);
    out->overlap[p] = out->force[p] = out->area[p] = 0.0;
    for (int b = 0; b < LANES; b++) {
      const double f = force[b] / (steps - steps / 2);

      out->overlap[p] += (at_first[b] - now[b] - gap) / RADIUS / LANES;
      out->force[p] += f / LANES, square += f * f / LANES;
      out->area[p] += area[b] / (steps - steps / 2) / LANES;
    }
    out->scatter[p] = sqrt(fmax(square - out->force[p] * out->force[p], 0.0));
  }
  free(first);
  fem_world_end(&w);
}

/* Mean force on loading between two overlaps over 2R. */
static double between(const Curve *c, double from, double to)
{
  double sum = 0.0;
  int    n   = 0;

  for (int p = 0; p <= c->deepest; p++)
    if (c->overlap[p] >= from && c->overlap[p] <= to) sum += c->force[p], n++;
  assert_true(n > 0);
  return sum / n;
}

/*
  What decides is the cohesive traction over the yield stress.  Below it the surface stands still, and the rim of a cut
  sphere pulls with 2 pi R* W (1 - d/2R).  Far above it metal flows into the gap: the contact is wider, and is pressed
  as without adhesion (Maugis & Pollock 1984: F + 2 pi R* W = pi a^2 H, of the area that is there).  15 % of the rim's
  pull: 4 nN, where one mesh scatters by 3.
*/
static void metal_flows_or_stands(void **state)
{
  const double range[3] = {0.03, 0.07, 0.11};

  (void)state;
  for (int flows = 0; flows < 2; flows++) {
    const double Y = flows ? 1.0 : 5.0, W = 2.62;
    Curve        with, without;

    press(&(Case){4, 2, W, flows ? 6.0 : 3.0, Y, 0.9, 0.0}, &with);
    press(&(Case){4, 2, 0.0, 3.0, Y, 0.9, 0.0}, &without);
    for (int r = 0; r < 2; r++) {
      const double f = between(&with, range[r], range[r + 1]), f0 = between(&without, range[r], range[r + 1]);
      const double rim = PETSC_PI * RADIUS * W * (1.0 - 0.5 * (range[r] + range[r + 1]));

      print_message("yield stress %g GPa, overlaps of %g to %g: %.2f nN, without adhesion %.2f, rim %.2f\n", Y,
                    range[r], range[r + 1], f, f0, rim);
      assert_true(fabs((f0 - f) / rim - (flows ? 0.0 : 1.0)) < 0.15);
    }
    if (flows) assert_true(with.area[with.deepest] > 1.1 * without.area[without.deepest]);
  }
}

int main(int argc, char **argv)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(metal_flows_or_stands)};
  int                     failed  = 0;

  if (PetscInitialize(&argc, &argv, NULL, NULL)) return 1;
  if (argc > 5) {
    const Case c = {atoi(argv[1]),
                    atoi(argv[2]),
                    atof(argv[3]),
                    atof(argv[4]),
                    atof(argv[5]),
                    argc > 6 ? atof(argv[6]) : 0.9,
                    argc > 7 ? atof(argv[7]) : 0.6};
    Curve      got;

    press(&c, &got);
    printf("overlap/2R, force +- scatter of eight [nN], pressed area [nm^2]\n");
    for (int p = 0; p < got.n; p++)
      printf("%.4f %.3f %.3f %.2f\n", got.overlap[p], got.force[p], got.scatter[p], got.area[p]);
  } else failed = cmocka_run_group_tests(tests, NULL, NULL);
  return PetscFinalize() ? 1 : failed;
}
