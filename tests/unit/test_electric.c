/* test_electric.c - columns of a few grains: conductances of contacts, and currents that can be worked out by hand. */
#include "materials/conduct.h"
#include "materials/contact_interface.h"
#include "solver/conduct/conduct.h"
#include "solver/electric.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
// cmocka wants the four above
#include <cmocka.h>

#define MUST(call)        assert_int_equal(call, 0)
#define CLOSE(a, b, rtol) assert_true(fabs((a) - (b)) <= (rtol)*fabs(b))

enum { N_MAX = 8 };
static const double R = 3.25; /* nm */

static const Material gold  = {.resistivity = 22.1e-9, .mean_free_path = 37.7, .gb_reflection = 0.7};
static const Ligand   thiol = {.threshold = 0.3, .gap = 1.56, .decay = 9.0, .conductance = 2.3e4, .permittivity = 2.5};
static const ElectricModel model = {&gold, &thiol};

/* n grains one upon the other, and the contacts between them. */
typedef struct {
  struct _p_Grains grains;
  PetscInt64       id[N_MAX];
  GrainRecord      rec[N_MAX + GRAINS_PAD];
  GrainAux         aux[N_MAX];
  ContactSample    contact[N_MAX];
  Tools            tools;
  Sample           sample;
} Column;

static void build(Column *c, int n)
{
  memset(c, 0, sizeof *c);
  c->grains = (struct _p_Grains){
      .comm = PETSC_COMM_SELF, .n_owned = n, .n_global = n, .id = c->id, .rec = c->rec, .aux = c->aux};
  for (int k = 0; k < n; k++) {
    c->id[k]             = k;
    c->rec[k][REC_Z]     = R + 2 * R * k;
    c->rec[k][REC_R]     = R;
    c->rec[k][REC_R0]    = R;
    c->rec[k][REC_INV_M] = 1;
  }
  for (int k = 0; k + 1 < n; k++)
    c->contact[k] = (ContactSample){
        .i      = k,
        .j      = k + 1,
        .id_i   = k,
        .id_j   = k + 1,
        .n      = {0, 0, -1    },
        .branch = {0, 0, -2 * R},
        .a      = 1,
        .fn     = 1,
        .bond   = BOND_METAL,
        .neck   = 1.2
    };
  c->tools = (Tools){
      .die_radius = 2 * R, .die_top = 1e3, .z = {0, 0, 2 * R * n + 30}
  }; /* the top punch is far off */
  c->sample = (Sample){.stage_name  = "release",
                       .target      = NAN,
                       .grains      = &c->grains,
                       .n_contacts  = n - 1,
                       .contacts    = c->contact,
                       .tools       = &c->tools,
                       .slow_time   = 2e9,
                       .temperature = 300};
}

static void measure(Column *c, Observation *o, Electric *e)
{
  GrainFields fields = {0};

  MUST(Observe(&c->sample, o, &fields));
  MUST(ElectricMeasure(&c->sample, o, &model, e));
  MUST(GrainFieldsDestroy(&fields));
}

static double metal(double radius, double transmission)
{
  return conduct_metal(gold.resistivity, gold.mean_free_path, radius, transmission);
}

static void contacts_of_each_class(void **state)
{
  Column         c;
  ContactSample *k = c.contact;

  build(&c, 2);
  CLOSE(electric_contact(&model, &c.sample, k), metal(1.2, 0.3), 1e-14); /* the neck is wider than the contact */
  k->coverage = 0.15;                                                    /* half of what keeps cores apart */
  CLOSE(electric_contact(&model, &c.sample, k), 0.5 * metal(1.2, 0.3), 1e-14);
  k->bond = BOND_IONIC, k->coverage = 0; /* one crystal: no boundary turns electrons back */
  CLOSE(electric_contact(&model, &c.sample, k), metal(1.2, 1.0), 1e-14);
  k->bond = BOND_TOUCH;
  CLOSE(electric_contact(&model, &c.sample, k), metal(1, 0.05), 1e-14);
  k->bond = -1; /* a model without bonds */
  CLOSE(electric_contact(&model, &c.sample, k), metal(1, 0.05), 1e-14);
  k->j = -1 - TOOL_TOP;
  assert_true(electric_contact(&model, &c.sample, k) == 0);
}

/* Covered grains, 0.8 nm of a layer between them: molecules where cores are flat, and around it. */
static void a_layer_tunnels(void **state)
{
  const double sharvin = conduct_sharvin(gold.resistivity, gold.mean_free_path);
  Column       c;
  TunnelInput  in;

  build(&c, 2);
  c.contact[0].bond     = BOND_LIGAND;
  c.contact[0].coverage = 0.9;
  c.contact[0].layer    = 0.8;
  c.contact[0].delta    = -0.7;
  in                    = (TunnelInput){
                         .flat = M_PI, .r_star = 0.5 * R, .gap = 0.8, .coverage = 0.9, .radius = R, .temperature = 300}; /* a = 1 nm */
  CLOSE(electric_contact(&model, &c.sample, c.contact), conduct_tunnel(&thiol, &in, sharvin), 1e-14);
  c.contact[0].delta = -0.9; /* the grains are further apart than the layer is thick */
  in.gap             = 0.9;
  CLOSE(electric_contact(&model, &c.sample, c.contact), conduct_tunnel(&thiol, &in, sharvin), 1e-14);
  c.contact[0].bond = -1, c.contact[0].a = c.contact[0].coverage = c.contact[0].layer = 0; /* bare, near */
  in.flat = in.coverage = 0;
  CLOSE(electric_contact(&model, &c.sample, c.contact), conduct_tunnel(&thiol, &in, sharvin), 1e-14);
}

/* Contacts in a row: resistances add up; the punch that has come off does not matter. */
static void a_column_is_a_series(void **state)
{
  Column      c;
  Observation o;
  Electric    e;
  double      resistance = 0;

  build(&c, 4);
  for (int k = 0; k < 3; k++) {
    c.contact[k].neck = 1.0 + 0.3 * k;
    resistance += 1 / metal(c.contact[k].neck, 0.3);
  }
  measure(&c, &o, &e);
  CLOSE(e.conductance, 1e-9 / resistance, 1e-7);
  CLOSE(e.length, 6 * R, 1e-12);
  CLOSE(e.sigma, 1e9 * e.conductance * e.length / (M_PI * o.radius_moment * o.radius_moment), 1e-12);
  assert_true(e.unknowns == 2 && e.kirchhoff < 1e-7 && e.slow_time == 2);
  for (int k = 0; k < SYM_N; k++) assert_true(isnan(e.tensor[k])); /* one grain wide: nothing inside */
  assert_true(o.giant_cluster == 1 && o.spans == 1);
}

static void two_covered_grains(void **state)
{
  Column      c;
  Observation o;
  Electric    e;

  build(&c, 2);
  c.contact[0].bond     = BOND_LIGAND;
  c.contact[0].coverage = 0.9;
  c.contact[0].layer    = 0.8;
  measure(&c, &o, &e);
  CLOSE(e.conductance, 1e-9 * electric_contact(&model, &c.sample, c.contact), 1e-12);
  assert_true(e.unknowns == 0 && o.giant_cluster == 0 && o.spans == 0); /* a current, and no metal */
}

static void a_broken_column(void **state)
{
  Column      c;
  Observation o;
  Electric    e;
  GrainFields f = {0};

  build(&c, 4);
  c.contact[1]        = c.contact[2];
  c.sample.n_contacts = 2; /* 0-1, 2-3 */
  measure(&c, &o, &e);
  assert_true(e.conductance == 0 && e.sigma == 0);
  assert_true(o.giant_cluster == 0.5 && o.spans == 0);
  MUST(Observe(&c.sample, &o, &f));
  assert_true(f.cluster[0] == 0 && f.cluster[1] == 0 && f.cluster[2] == 2 && f.cluster[3] == 2);
  assert_true(f.bonds[0] == 1 && f.bonds[3] == 1);
  MUST(GrainFieldsDestroy(&f));
}

static void ends_are_those_of_the_powder(void **state)
{
  const Observation o = {
      .height_moment = 60, .radius_moment = 30, .diameter = 8, .centre = {1, 0, 100}
  };

  assert_int_equal(observe_ends(&o, (double[3]){1, 0, 100}), 0);
  assert_int_equal(observe_ends(&o, (double[3]){1, 0, 75}), CONDUCT_BOTTOM);
  assert_int_equal(observe_ends(&o, (double[3]){1, 0, 77}), 0);
  assert_int_equal(observe_ends(&o, (double[3]){1, 0, 400}), CONDUCT_TOP); /* astray */
  assert_int_equal(observe_ends(&o, (double[3]){26, 0, 125}), CONDUCT_TOP | CONDUCT_DIE);
  assert_int_equal(observe_ends(&o, (double[3]){-22, 0, 100}), 0);
}

int main(int argc, char **argv)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(contacts_of_each_class), cmocka_unit_test(a_layer_tunnels),
      cmocka_unit_test(a_column_is_a_series),   cmocka_unit_test(two_covered_grains),
      cmocka_unit_test(a_broken_column),        cmocka_unit_test(ends_are_those_of_the_powder),
  };
  int failed;

  if (PetscInitialize(&argc, &argv, NULL, NULL)) return 1;
  failed = cmocka_run_group_tests(tests, NULL, NULL);
  return PetscFinalize() ? 1 : failed;
}
