/*
  test_ligand.c - the layer of ligands: how hard it is, how bare it leaves a contact, and how fast it goes.
*/
#include "materials/constants.h"
#include "materials/ligand.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static Ligand defaults(void)
{
  Ligand l = {0};

  for (const ParamSpec *p = ligand_params; p->key; p++) *(double *)((char *)&l + p->offset) = p->def;
  return l;
}

static void close_to(double value, double wanted, double rtol)
{
  if (!(fabs(value - wanted) <= rtol * fabs(wanted))) fail_msg("%.9g, not %.9g", value, wanted);
}

/* The stress that lowers the bond by this many eV. */
static double stress_for(const Ligand *l, double work) { return work * ELECTRON_VOLT / l->activation_volume; }

static void rates_of_a_thiol_on_gold(void **state)
{
  Ligand l = defaults();

  (void)state;
  l.bond_energy = 1.3 * ELECTRON_VOLT;
  close_to(ligand_rate(&l, 0.0, 300.0), 1.45e-9 * 1e-9, 5e-3); /* 1.45e-9 /s: three digits, and 0.03 % of kT are 2 % */
  l = defaults();
  /* 1/e within 100 s where 0.893 eV are left, within 10 ns after 1.15 eV of work on 1.45 eV: three digits of an energy
     are 0.0005 eV and 0.005 eV, exp(0.0005/kT) = 1.02 and exp(0.005/kT) = 1.21 */
  close_to(ligand_rate(&l, stress_for(&l, 1.45 - 0.893), 300.0), 1e-11, 0.02);
  close_to(ligand_rate(&l, stress_for(&l, 1.15), 300.0), 0.1, 0.21);
  close_to(1e-11 / ligand_rate(&l, stress_for(&l, 1.45), 300.0), 1e-15, 1e-12); /* no barrier: attempts */
  assert_true(ligand_rate(&l, 1e6, 300.0) == l.attempt_rate);                   /* never faster */
  assert_true(ligand_rate(&l, 1.0, 350.0) > ligand_rate(&l, 1.0, 300.0));
}

static void only_shear_takes_molecules(void **state)
{
  Ligand l = defaults();

  (void)state;
  close_to(ligand_stress(&l, 5.0, 0.0), 2.0, 1e-15);
  close_to(ligand_stress(&l, 0.0, 1.0), sqrt(3.0), 1e-15);
  close_to(ligand_stress(&l, 5.0, -1.0), sqrt(7.0), 1e-15);
  assert_true(ligand_stress(&l, -5.0, 0.0) == 0.0);
  l.medium_pressure = 55.0; /* PbS in argon, 55 GPa: no sintering */
  assert_true(ligand_stress(&l, 55.0, 0.0) == 0.0);
}

/* Oleate between PbS, Podsiadlo et al. 2011: 1.56 nm, 0.91 nm at 12.5 GPa, 1.36 nm after.  Two digits of the gap are
   0.5 % and 7 times as much in pressure. */
static void murnaghan_there_and_back(void **state)
{
  const Ligand l = defaults();

  (void)state;
  assert_true(fabs(ligand_pressure(l.modulus, l.stiffening, 1.0, 1.0)) < 1e-14);
  close_to(ligand_pressure(l.modulus, l.stiffening, 1.0, 0.91 / l.gap), 12.5, 0.04);
  close_to(ligand_pressure(l.unload_modulus, l.stiffening, 1.36 / l.gap, 0.91 / l.gap), 12.5, 0.04);
  assert_true(fabs(ligand_pressure(l.unload_modulus, l.stiffening, 1.36 / l.gap, 1.36 / l.gap)) < 1e-13);
  assert_true(l.unload_modulus > l.modulus); /* a loop loses work */
}

static void bare_from_the_threshold_on(void **state)
{
  (void)state;
  assert_true(ligand_bare(0.0, 0.3) == 1.0 && ligand_bare(0.3, 0.3) == 0.0 && ligand_bare(1.0, 0.3) == 0.0);
  close_to(ligand_bare(0.15, 0.3), 0.5, 1e-15);
}

static void every_number_has_a_key_and_a_default(void **state)
{
  int n = 0;

  (void)state;
  for (const ParamSpec *s = ligand_params; s->key; s++, n++) {
    assert_true(s->offset + sizeof(double) <= sizeof(Ligand) && s->what);
    assert_true(s->def >= s->min && s->def <= s->max && s->min < s->max);
    for (const ParamSpec *t = ligand_params; t != s; t++) assert_true(t->offset != s->offset && strcmp(t->key, s->key));
  }
  assert_int_equal(n, (int)(sizeof(Ligand) / sizeof(double)));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(rates_of_a_thiol_on_gold),
      cmocka_unit_test(only_shear_takes_molecules),
      cmocka_unit_test(murnaghan_there_and_back),
      cmocka_unit_test(bare_from_the_threshold_on),
      cmocka_unit_test(every_number_has_a_key_and_a_default),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
