/* test_observe.c - stress, fabric and density of states that can be worked out by hand. */
#include "solver/observe.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
// cmocka wants the four above
#include <cmocka.h>

static void assert_close(double a, double b, double tolerance)
{
  if (!(fabs(a - b) <= tolerance)) fail_msg("%.17g is not %.17g within %g", a, b, tolerance);
}

static double volume(double r) { return 4 * M_PI / 3 * r * r * r; }

static void invariants_of_known_tensors(void **state)
{
  const double uniaxial[SYM_N] = {0, 0, 3, 0, 0, 0}, extension[SYM_N] = {3, 3, 0, 0, 0, 0},
               shear[SYM_N] = {0, 0, 0, 2, 0, 0};
  double p, q, lode, major;

  tensor_invariants(uniaxial, &p, &q, &lode, &major);
  assert_close(p, 1, 1e-14);
  assert_close(q, 3, 1e-14);
  assert_close(lode, 0, 1e-6);
  assert_close(major, 3, 1e-14);
  tensor_invariants(extension, &p, &q, &lode, &major);
  assert_close(lode, 60, 1e-6);
  assert_close(major, 3, 1e-7);
  tensor_invariants(shear, &p, &q, &lode, &major);
  assert_close(q, 2 * sqrt(3), 1e-14);
  assert_close(lode, 30, 1e-12);
  assert_close(major, 2, 1e-14);
}

static void sphere_cut_by_planes(void **state)
{
  assert_close(sphere_in_cylinder(0, 0, 1, 5, -9, 9), volume(1), 1e-14);
  assert_close(sphere_in_cylinder(0, 0, 1, 5, 0, 9), volume(1) / 2, 1e-14);
  assert_close(sphere_in_cylinder(0, 0, 1, 5, 0.5, 9), M_PI * 0.25 * 2.5 / 3,
               1e-14); /* cap of height h: pi h^2 (3R-h)/3 */
  assert_close(sphere_in_cylinder(0, 0, 1, 5, 2, 9), 0, 0);
  assert_close(sphere_in_cylinder(7, 0, 1, 5, -9, 9), 0, 0);
}

static void sphere_cut_by_a_cylinder(void **state)
{
  /* a cylinder along a diameter leaves a ring: pi (4/3) (R^2 - rc^2)^(3/2) is what is outside */
  assert_close(sphere_in_cylinder(0, 0, 1, 0.6, -9, 9), volume(1) - 4 * M_PI / 3 * pow(1 - 0.36, 1.5), 1e-4);
  /* far from the axis the cylinder is a plane: half the sphere */
  assert_close(sphere_in_cylinder(1e4, 0, 1, 1e4, -9, 9), volume(1) / 2, 2e-4);
  /* sphere and cylinder of the same radius, axis through the surface: Viviani 1692 */
  assert_close(sphere_in_cylinder(0.5, 0, 1, 0.5, -9, 9), 2.0 / 3 * (M_PI - 4.0 / 3), 1e-4);
}

/* A column of grains under the top punch: every contact carries the same axial force. */
enum { COLUMN = 5 };
typedef struct {
  struct _p_Grains grains;
  PetscInt64       id[COLUMN];
  GrainRecord      rec[COLUMN + GRAINS_PAD];
  GrainAux         aux[COLUMN];
  ContactSample    contact[COLUMN + 1];
  Tools            tools;
  Sample           sample;
} Column;

static void build_column(Column *c, double force)
{
  const double R = 2, gap = 2 * R - 0.1;

  memset(c, 0, sizeof(*c));
  c->grains = (struct _p_Grains){
      .comm = PETSC_COMM_SELF, .n_owned = COLUMN, .n_global = COLUMN, .id = c->id, .rec = c->rec, .aux = c->aux};
  for (int k = 0; k < COLUMN; k++) {
    c->id[k]             = k;
    c->rec[k][REC_Z]     = R - 0.05 + k * gap;
    c->rec[k][REC_R]     = R;
    c->rec[k][REC_R0]    = R;
    c->rec[k][REC_INV_M] = 1 / volume(R);
  }
  for (int k = 0; k <= COLUMN; k++) {
    const int tool = k == 0 ? TOOL_BOTTOM : TOOL_TOP;

    c->contact[k] = (ContactSample){
        .i = k, .j = k + 1, .id_i = k, .id_j = k + 1, .n = {0, 0, -1  },
                          .branch = {0, 0, -gap}
    };
    if (k == 0)
      c->contact[k] = (ContactSample){
          .i = 0, .n = {0, 0, 1       },
               .branch = {0, 0, R - 0.05}
      };
    else if (k == COLUMN)
      c->contact[k] = (ContactSample){
          .i = COLUMN - 1, .n = {0, 0, -1         },
                 .branch = {0, 0, -(R - 0.05)}
      };
    else
      c->contact[k] = (ContactSample){
          .i = k - 1, .j = k, .id_i = k - 1, .id_j = k, .n = {0, 0, -1  },
                            .branch = {0, 0, -gap}
      };
    if (k == 0 || k == COLUMN) {
      c->contact[k].j    = -1 - tool;
      c->contact[k].id_i = c->contact[k].i;
      c->contact[k].id_j = -1 - tool;
    }
    c->contact[k].fn     = force;
    c->contact[k].a      = 0.5;
    c->contact[k].delta  = k == 0 || k == COLUMN ? 0.05 : 0.1;
    c->contact[k].stored = 1;
    c->contact[k].f[2]   = force * c->contact[k].n[2];
  }
  c->tools = (Tools){
      .die_radius = 3, .die_top = 100, .z = {0, 0, COLUMN * gap}
  };
  c->sample = (Sample){
      .stage_name = "press",
      .target     = NAN,
      .grains     = &c->grains,
      .n_contacts = COLUMN + 1,
      .contacts   = c->contact,
      .tools      = &c->tools,
      .tool_force = {{0}, {0, 0, -force}, {0, 0, force}}
  };
}

static void column_under_load(void **state)
{
  const double force = 7, R = 2, H = COLUMN * (2 * R - 0.1), bore = M_PI * 9 * H;
  Column       c;
  Observation  o;
  GrainFields  f = {0};

  build_column(&c, force);
  assert_int_equal(Observe(&c.sample, &o, &f), 0);
  assert_close(o.pressure_top, force / (9 * M_PI), 1e-14);
  assert_close(o.transmission, 1, 1e-14);
  assert_close(o.stress[SYM_ZZ], force * H / bore, 1e-13); /* the force crosses every height */
  assert_close(o.stress[SYM_XX], 0, 1e-14);
  assert_close(o.stress[SYM_ZZ], o.pressure_top, 1e-13);
  assert_close(o.relative_density, COLUMN * volume(R) / bore, 1e-14);
  assert_close(o.coordination, 2, 1e-14);
  assert_close(o.rattlers, 0, 1e-14);
  assert_close(o.contacts, COLUMN - 1, 0);
  assert_close(o.tool_contacts, 2, 0);
  assert_close(o.fabric[SYM_ZZ], 1, 1e-14);
  assert_close(o.anisotropy, 7.5, 1e-12); /* 15/2 sqrt(3/2 (4/9 + 2/9)) */
  assert_close(o.unbalance, 0, 1e-15);
  assert_close(o.overlap_max, 0.05, 1e-14);
  assert_close(o.stored, COLUMN + 1, 1e-12);
  assert_close(o.q_over_p, 3, 1e-12);
  assert_true(isnan(o.target));
  for (int k = 0; k < COLUMN; k++) {
    assert_close(f.stress[k][SYM_ZZ], force * (2 * R - 0.1) / volume(R), 1e-12);
    assert_int_equal(f.coordination[k], 2);
    assert_close(f.unbalance[k], 0, 1e-12);
  }
  assert_int_equal(GrainFieldsDestroy(&f), 0);
}

/* The contacts of the middle grain carry twice as much: it and its neighbours are above the mean. */
static void build_chain(Column *c)
{
  build_column(c, 7);
  for (int k = 2; k <= 3; k++) c->contact[k].fn = 14, c->contact[k].f[2] *= 2;
}

static void the_middle_of_a_column_is_a_chain(void **state)
{
  Column      c;
  Observation o;
  GrainFields f = {0};

  build_chain(&c);
  assert_int_equal(Observe(&c.sample, &o, &f), 0);
  assert_close(o.chains, 1, 0);
  assert_close(o.chain_length, 3, 0);
  assert_close(o.chain_grains, 3.0 / COLUMN, 1e-15);
  assert_close(o.chain_load, 2.0 / 3, 1e-14); /* 14 + 14 of 7 + 14 + 14 + 7 */
  assert_close(o.chain_alignment, 1, 1e-14);
  for (int k = 0; k < COLUMN; k++) assert_int_equal(f.chain[k], k >= 1 && k <= 3 ? 1 : -1);
  for (int k = 0; k <= COLUMN; k++) assert_int_equal(f.contact_chain[k], k == 2 || k == 3 ? 1 : -1);
  assert_int_equal(GrainFieldsDestroy(&f), 0);
}

static void chains_end_where_they_bend_or_pull(void **state)
{
  Column       c;
  Observation  o;
  const double turn[2] = {M_PI / 3, 0.0}; /* of a branch against the stress of its grains */

  for (int pull = 0; pull < 2; pull++) {
    ContactSample *k = &c.contact[2];
    build_chain(&c);
    k->branch[0] = k->branch[2] * sin(turn[pull]);
    k->branch[2] *= cos(turn[pull]);
    if (pull) k->fn = -14;
    assert_int_equal(Observe(&c.sample, &o, NULL), 0);
    assert_close(o.chains, 0, 0); /* two grains are left, which are none */
    assert_close(o.chain_load, 0, 0);
    assert_true(isnan(o.chain_length) && isnan(o.chain_alignment));
  }
}

static void lost_volume_is_that_of_the_caps(void **state)
{
  const double R = 2, pair = M_PI / 3 * 0.05 * 0.05 * (3 * R - 0.05);
  Column       c;
  Observation  o;

  build_column(&c, 1);
  assert_int_equal(Observe(&c.sample, &o, NULL), 0);
  assert_close(o.volume_error, -2 * COLUMN * pair / (COLUMN * volume(R)), 1e-14);
  assert_close(o.radius_growth, 0, 0);
}

static void grain_with_one_contact_is_a_rattler(void **state)
{
  Column      c;
  Observation o;

  build_column(&c, 1);
  c.contact[COLUMN].a  = 0; /* the top grain has lost the punch: near, but not touching */
  c.contact[COLUMN].fn = 0;
  memset(c.contact[COLUMN].f, 0, sizeof(c.contact[COLUMN].f));
  assert_int_equal(Observe(&c.sample, &o, NULL), 0);
  assert_close(o.rattlers, 1.0 / COLUMN, 1e-14);
  assert_close(o.coordination, 9.0 / 5, 1e-14);
  assert_close(o.coordination_mechanical, 2, 1e-14);
  assert_true(o.unbalance > 0);
}

static void affine_motion_is_no_temperature(void **state)
{
  const double mass = volume(2); /* density 1 in this test */
  Column       c;
  Observation  o;

  build_column(&c, 1);
  c.tools.v[TOOL_TOP] = -0.5;
  for (int k = 0; k < COLUMN; k++) c.rec[k][REC_VZ] = -0.5 * c.rec[k][REC_Z] / c.tools.z[TOOL_TOP];
  assert_int_equal(Observe(&c.sample, &o, NULL), 0);
  assert_close(o.kinetic_pressure, 0, 1e-20);
  assert_true(o.kinetic > 0);
  c.rec[0][REC_VX] = 3;
  assert_int_equal(Observe(&c.sample, &o, NULL), 0);
  assert_close(o.kinetic_pressure, mass * 9 / (3 * M_PI * 9 * c.tools.z[TOOL_TOP]), 1e-13);
  assert_close(o.inertial_number, 0.5 / c.tools.z[TOOL_TOP] * 4 * sqrt(1 / o.pressure_top), 1e-12);
}

static void balance_of_energies(void **state)
{
  Column      c;
  Observation o;

  build_column(&c, 1);
  c.sample.work[WORK_TOOLS]      = 10;
  c.sample.work[WORK_NORMAL]     = 6;
  c.sample.work[WORK_TANGENTIAL] = 3;
  c.sample.work[WORK_FRICTION]   = 2; /* inside TANGENTIAL */
  c.sample.work[WORK_VISCOUS]    = 0.5;
  assert_int_equal(Observe(&c.sample, &o, NULL), 0);
  assert_close(o.energy_error, -0.05, 1e-14); /* 0.5 of 10 has gone nowhere */
}

static PetscErrorCode Quiet(MPI_Comm comm, int line, const char *function, const char *file, PetscErrorCode code,
                            PetscErrorType type, const char *message, void *context)
{
  return code;
}

static void a_number_that_is_not_finite_is_refused(void **state)
{
  Column      c;
  Observation o;

  build_column(&c, 1);
  c.rec[3][REC_X] = NAN;
  PetscPushErrorHandler(Quiet, NULL);
  assert_int_not_equal(Observe(&c.sample, &o, NULL), 0);
  PetscPopErrorHandler();
}

int main(int argc, char **argv)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(invariants_of_known_tensors),
      cmocka_unit_test(sphere_cut_by_planes),
      cmocka_unit_test(sphere_cut_by_a_cylinder),
      cmocka_unit_test(column_under_load),
      cmocka_unit_test(the_middle_of_a_column_is_a_chain),
      cmocka_unit_test(chains_end_where_they_bend_or_pull),
      cmocka_unit_test(lost_volume_is_that_of_the_caps),
      cmocka_unit_test(grain_with_one_contact_is_a_rattler),
      cmocka_unit_test(affine_motion_is_no_temperature),
      cmocka_unit_test(balance_of_energies),
      cmocka_unit_test(a_number_that_is_not_finite_is_refused),
  };
  int failed;

  if (PetscInitialize(&argc, &argv, NULL, NULL)) return 1;
  failed = cmocka_run_group_tests(tests, NULL, NULL);
  return PetscFinalize() ? 1 : failed;
}
