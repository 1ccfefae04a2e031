/*
  test_material.c - derived numbers of a material card.
*/
#include "materials/material.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const Material gold = {.E              = 79.0,
                              .nu             = 0.42,
                              .yield_bulk     = 0.1,
                              .hall_petch     = 2.53, /* 0.08 MPa m^(1/2) */
                              .surface_energy = 1.5,
                              .gb_energy      = 0.378};

static void hall_petch_and_its_cap(void **state)
{
  (void)state;
  assert_true(fabs(material_yield(&gold, 6.5) - (0.1 + 2.53 / sqrt(6.5))) < 1e-15);
  assert_true(fabs(material_yield(&gold, 6.5) - 1.0) < 0.1); /* physics.md 7.2: about 1 GPa extrapolated to 6.5 nm */
  assert_true(material_yield(&gold, 0.01) == material_shear_modulus(&gold) / 10.0);
}

static void work_of_adhesion(void **state)
{
  Material m = gold;

  (void)state;
  m.work_of_adhesion = NAN;
  material_complete(&m);
  assert_true(fabs(m.work_of_adhesion - 2.622) < 1e-12);
  m.work_of_adhesion = 0.05; /* a card that says so is left alone */
  material_complete(&m);
  assert_true(m.work_of_adhesion == 0.05);
}

static void every_number_has_a_key(void **state)
{
  int n = 0;

  (void)state;
  for (const ParamSpec *s = material_params; s->key; s++, n++) {
    assert_true(s->offset >= offsetof(Material, E) && s->offset + sizeof(double) <= sizeof(Material) && s->what);
    for (const ParamSpec *t = material_params; t != s; t++)
      assert_true(t->offset != s->offset && strcmp(t->key, s->key));
  }
  assert_int_equal(n, (int)((sizeof(Material) - offsetof(Material, E)) / sizeof(double)));
}

static void what_a_model_needs_is_named(void **state)
{
  Material m = gold;

  (void)state;
  assert_string_equal(material_missing_diffusion(&m), "atomic_volume");
  m.atomic_volume = m.boundary_diffusion = m.boundary_activation = m.surface_diffusion = m.surface_activation = 1.0;
  m.resistivity = m.mean_free_path = 1.0;
  assert_null(material_missing_diffusion(&m));
  assert_null(material_missing_conduction(&m));
  m.surface_activation = m.mean_free_path = 0.0;
  assert_string_equal(material_missing_diffusion(&m), "surface_activation");
  assert_string_equal(material_missing_conduction(&m), "mean_free_path");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(hall_petch_and_its_cap),
      cmocka_unit_test(work_of_adhesion),
      cmocka_unit_test(every_number_has_a_key),
      cmocka_unit_test(what_a_model_needs_is_named),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
