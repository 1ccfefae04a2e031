/*
  test_neck.c - necks by diffusion: closed forms, the times of the metals, and what must hold for any cut of a time.
*/
#include "materials/constants.h"
#include "materials/neck.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const double second = 1e9, pi = 3.14159265358979, point = 3.25e-3; /* a neck to start from [nm] */

/* Gold of inputs/materials/au.yml. */
static const Material gold = {.surface_energy      = 1.5,
                              .gb_energy           = 0.378,
                              .atomic_volume       = 0.01695,
                              .boundary_diffusion  = 310.0,
                              .boundary_activation = 0.88 * ELECTRON_VOLT,
                              .surface_diffusion   = 360.0,
                              .surface_activation  = 0.754 * ELECTRON_VOLT};

static const NeckInput room = {.radius = 3.25, .force = 0.0, .sink = 1.0, .bare = 1.0, .temperature = 300.0};

static Material only_boundaries(Material m)
{
  m.surface_diffusion = 0.0;
  return m;
}

static Material only_surfaces(Material m)
{
  m.boundary_diffusion = 0.0;
  return m;
}

static Neck grown(const Material *m, NeckInput in, double radius, double dt)
{
  Neck neck = {.radius = radius};

  neck_law_find("parhami_mcmeeking")->grow(m, &in, dt, &neck);
  return neck;
}

static void close_to(double value, double wanted, double rtol)
{
  if (!(fabs(value - wanted) <= rtol * fabs(wanted))) fail_msg("%.12g, not %.12g", value, wanted);
}

static double tau_gb(const Material *m, double R, double T)
{
  return pow(R, 4) * BOLTZMANN * T / (m->surface_energy * m->atomic_volume * neck_boundary_diffusion(m, T));
}

static double tau_s(const Material *m, double R, double T)
{
  return pow(R, 4) * BOLTZMANN * T / (m->surface_energy * m->atomic_volume * neck_surface_diffusion(m, T));
}

static void diffusivities_of_gold(void **state)
{
  (void)state;
  close_to(neck_boundary_diffusion(&gold, 300.0), 5.1e-13, 0.02); /* 5.1e-31 m^3/s, given to two digits */
  close_to(neck_surface_diffusion(&gold, 300.0), 7.9e-11, 0.02);
  close_to(2.0 * asin(neck_limit(&gold, 3.25) / 3.25) * 180.0 / pi, 165.5, 1e-3); /* dihedral angle, four digits */
}

/* (a/R)^6 = 54 t/tau_gb and (a/R)^7 = 56 t/tau_s, over seven decades of time, from 0.001 R, which is as good as
   nothing; 1e-6 is what the law promises. */
static void free_pairs_follow_the_closed_forms(void **state)
{
  const Material boundaries = only_boundaries(gold), surfaces = only_surfaces(gold);

  (void)state;
  for (double x = 1e-10; x < 1e-3; x *= 10.0) {
    const Neck b = grown(&boundaries, room, point, x * tau_gb(&gold, 3.25, 300.0));
    const Neck s = grown(&surfaces, room, point, x * tau_s(&gold, 3.25, 300.0));

    close_to(b.radius / 3.25, pow(54.0 * x, 1.0 / 6.0), 1e-6);
    close_to(b.approach, (b.radius * b.radius - point * point) / (2.0 * 3.25), 1e-6); /* Coble: a^2 = 4 R* h */
    close_to(s.radius / 3.25, pow(56.0 * x, 1.0 / 7.0), 1e-6);
    assert_true(s.approach == 0.0);
  }
}

/* Seconds until a/R = 0.5 at 300 K, one metal after the other: the diffusivities of the fcc correlations
   9.7e-15 exp(-9.07 Tm/T), 1.4e-6 omega^(1/3) exp(-6.54 Tm/T) m^3/s, and two measured sets.  The times are given to one
   digit: factor 1.5.  Bismuth: below 1e-6 s. */
static void times_of_the_metals(void **state)
{
  static const struct {
    double radius, melting, surface_energy, omega, d0, q, boundary, surface; /* nm, K, nN/nm, nm^3, nm^3/ns, eV, s, s */
  } metals[] = {
      {3.25, 1337.3, 1.50, 0.01695, 310.0,  0.88,   10.0, 0.03},
      {3.25, 1337.3, 1.50, 0.01695, 9.7e3,  NAN,    2e2,  0.03},
      {4.75, 1234.9, 1.25, 0.01706, 9.7e3,  NAN,    5e1,  0.02},
      {4.75, 1234.9, 1.25, 0.01706, 4500.0, 0.9328, 3e1,  0.02}, /* 9.6e-31 m^3/s instead of 5.9e-31 */
      {3.0,  1828.0, 2.05, 0.01470, 9.7e3,  NAN,    3e8,  9e2 },
      {4.2,  2041.0, 2.49, 0.01510, 9.7e3,  NAN,    7e11, 3e5 },
      {3.65, 2237.0, 2.70, 0.01375, 9.7e3,  NAN,    1e14, 1e7 },
      {9.45, 544.5,  0.50, 0.0354,  9.7e3,  NAN,    1e-6, 1e-6},
  };
  const double k_ev = BOLTZMANN / ELECTRON_VOLT;

  (void)state;
  for (size_t i = 0; i < sizeof(metals) / sizeof(metals[0]); i++) {
    const double    kTm = k_ev * metals[i].melting, q = isnan(metals[i].q) ? 9.07 * kTm : metals[i].q;
    const Material  m = {.surface_energy      = metals[i].surface_energy,
                         .atomic_volume       = metals[i].omega,
                         .boundary_diffusion  = metals[i].d0,
                         .boundary_activation = q * ELECTRON_VOLT,
                         .surface_diffusion   = 1.4e3 * cbrt(metals[i].omega),
                         .surface_activation  = 6.54 * kTm * ELECTRON_VOLT};
    const Material  b = only_boundaries(m), s = only_surfaces(m);
    const NeckInput in       = {.radius = metals[i].radius, .sink = 1.0, .bare = 1.0, .temperature = 300.0};
    const double    a        = 0.5 * in.radius;
    const int       at_least = metals[i].melting > 600.0;

    assert_true(grown(&b, in, point, 1.5 * metals[i].boundary * second).radius > a);
    assert_true(grown(&s, in, point, 1.5 * metals[i].surface * second).radius > a);
    if (at_least) assert_true(grown(&b, in, point, metals[i].boundary / 1.5 * second).radius < a);
    if (at_least) assert_true(grown(&s, in, point, metals[i].surface / 1.5 * second).radius < a);
  }
}

/* Forces [nN] in units of the sintering force 9/8 pi R gamma_s = 17.2 nN: pressed, free, held, drawn. */
static const double loads[] = {5.0, 0.0, -0.9, -1.0, -1.001, -2.0, -50.0};
enum { LOADS = sizeof(loads) / sizeof(loads[0]) };

static NeckInput loaded(double load)
{
  NeckInput in = room;

  in.force = load * 1.125 * pi * in.radius * gold.surface_energy;
  return in;
}

/* What a time may be cut into, at a stiffness by which the force falls. */
static void check_cuts(const Material *m, NeckInput in, double start, double time)
{
  const Neck   once  = grown(m, in, start, time);
  const double force = in.force;

  for (int cuts = 2; cuts <= 32; cuts *= 4) {
    Neck   often = {.radius = start};
    double last  = start;

    for (int n = 0; n < cuts; n++) {
      in.force = force - in.stiffness * often.approach;
      neck_law_find("parhami_mcmeeking")->grow(m, &in, time / cuts, &often);
      if (in.stiffness == 0.0 && once.radius > 0.0 &&
          (often.radius - last) * copysign(1.0, once.radius - start) < -1e-6 * in.radius)
        fail_msg("not monotone");
      last = often.radius;
    }
    if (fabs(often.radius - once.radius) > 2e-5 * in.radius ||
        fabs(often.approach - once.approach) > 2e-5 * fmax(in.radius, fabs(once.approach)))
      fail_msg("force %g, k %g, start %g, %g ns in %d: a %.9g and %.9g, h %.9g and %.9g", force, in.stiffness, start,
               time, cuts, often.radius, once.radius, often.approach, once.approach);
  }
}

/* However a time is cut, the neck is the same.  2e-5 of the radius and of the way: a neck thinner than 0.01 R under
   tension is torn wherever a substep ends, which may be sooner or later; elsewhere it is 1e-6. */
static void a_time_may_be_cut_anyhow(void **state)
{
  static const double times[]  = {1.0, 1e6, 1e9, 1e11, 1e13};
  static const double starts[] = {0.01, 0.1, 1.0, 3.0, 3.24}; /* the last is above the limit, 3.224 nm */
  Material            kinds[]  = {gold, only_boundaries(gold), only_surfaces(gold), gold};

  (void)state;
  kinds[3].surface_diffusion *= 1e-3;
  for (int i = 0; i < LOADS; i++)
    for (int k = 0; k < 4; k++)
      for (int j = 0; j < 5; j++)
        for (int t = 0; t < 5; t++)
          for (double stiffness = 0.0; stiffness <= 150.0; stiffness += 150.0) {
            NeckInput in = loaded(loads[i]);

            in.stiffness = stiffness;
            check_cuts(&kinds[k], in, starts[j], times[t]);
          }
}

/* Both at once against fine steps of a fourth-order scheme in a^7, which is smooth: 1e-6 is what the law promises. */
static void both_mechanisms_against_a_plain_scheme(void **state)
{
  Material  m = gold;
  NeckInput in;
  double    A, B;

  (void)state;
  m.surface_diffusion *= 1e-3;
  for (int i = 0; i < LOADS; i++) {
    const double t = 3e7, start = 0.8, dt = t / 20000.0;
    double       a = start, h = 0.0;

    in = loaded(loads[i]);
    A  = 8.0 * m.atomic_volume / (BOLTZMANN * 300.0) * neck_boundary_diffusion(&m, 300.0) * in.radius / pi *
        (in.force + 1.125 * pi * in.radius * m.surface_energy);
    B = 8.0 * pow(in.radius, 7) / tau_s(&m, in.radius, 300.0);
    for (int n = 0; n < 20000 && a > 0.05; n++) {
      double k[4], g[4];
      for (int s = 0; s < 4; s++) {
        const double b = s == 0 ? a : a + (s == 3 ? 1.0 : 0.5) * dt * k[s - 1];

        k[s] = (A * b + B) / pow(b, 6);
        g[s] = A / (in.radius * pow(b, 4));
      }
      a += dt * (k[0] + 2.0 * k[1] + 2.0 * k[2] + k[3]) / 6.0;
      h += dt * (g[0] + 2.0 * g[1] + 2.0 * g[2] + g[3]) / 6.0;
    }
    if (a <= 0.1 || a >= 0.95 * neck_limit(&m, in.radius)) continue; /* too stiff for the plain scheme, or at the end */
    close_to(grown(&m, in, start, t).radius, a, 1e-6);
    if (fabs(h) > 1e-6) close_to(grown(&m, in, start, t).approach, h, 1e-5);
  }
}

static void tension_thins_and_tears(void **state)
{
  const Material  boundaries = only_boundaries(gold);
  Material        slow       = gold;
  const NeckInput in         = loaded(-2.0);
  const double    rate       = 6.0 * 9.0 * pow(3.25, 6) / tau_gb(&gold, 3.25, 300.0); /* of a^6 at this load */
  Neck            neck;

  (void)state;
  close_to(grown(&boundaries, in, 1.0, 0.5 / rate).radius, pow(0.5, 1.0 / 6.0), 1e-6);
  neck = grown(&boundaries, in, 1.0, 1e3 / rate);
  assert_true(neck.radius == 0.0);
  close_to(neck.approach, -1.0 / (2.0 * 3.25), 1e-6); /* Coble backwards */
  neck = grown(&boundaries, in, 0.0, 1e13);           /* what is torn stays torn */
  assert_true(neck.radius == 0.0 && neck.approach == 0.0);
  slow.surface_diffusion *= 1e-3;
  neck = grown(&slow, loaded(-4.0), 0.2, 2e6); /* the surface mends: rest where B = |A| a, 8/27 tau_gb/tau_s R */
  close_to(neck.radius, 8.0 / 27.0 * tau_gb(&slow, 3.25, 300.0) / tau_s(&slow, 3.25, 300.0) * 3.25, 1e-4);
  neck = grown(&slow, loaded(-4.0), 1.0, 1e13); /* a bridge, ever longer */
  assert_true(neck.radius == 0.0 && neck.approach == -3.25);
}

static void growth_ends_at_the_dihedral_angle(void **state)
{
  const double limit = neck_limit(&gold, 3.25);
  const Neck   full = grown(&gold, loaded(5.0), 0.1, 1e13), larger = grown(&gold, loaded(5.0), 3.24, 1e13);

  (void)state;
  assert_true(full.radius == limit);
  assert_true(larger.radius == 3.24 && larger.approach > 0.0); /* made by plasticity: stays, and centres go on */
}

static void what_pins_a_neck(void **state)
{
  NeckInput in   = room;
  Neck      neck = {1.0, 0.1};

  (void)state;
  in.bare = 0.0;
  assert_true(grown(&gold, in, 1.0, 1e13).radius == 1.0);
  in.bare = 0.25; /* the same in four times the time */
  close_to(grown(&gold, in, 0.5, 4e8).radius, grown(&gold, room, 0.5, 1e8).radius, 1e-9);
  in       = room;
  in.limit = 1.2; /* neighbours leave no more room */
  assert_true(grown(&gold, in, 0.5, 1e13).radius == 1.2);
  in.sink = 0.0; /* nowhere to go: centres stay */
  assert_true(grown(&gold, in, 0.5, 1e13).approach == 0.0);
  neck_law_find("none")->grow(&gold, &room, 1e18, &neck);
  assert_true(neck.radius == 1.0 && neck.approach == 0.1);
  assert_null(neck_law_find("hope"));
}

/* The lens that the approach takes out of two spheres is what fills the gap between them out to a.  With true spheres
   this holds to first order in h/R: the error is below h/R. */
static void what_the_boundary_gives_the_rim_takes(void **state)
{
  const Material m = only_boundaries(gold);

  (void)state;
  for (double x = 1e-10; x < 1e-5; x *= 10.0) {
    const double R = 3.25;
    const Neck   n = grown(&m, room, 1e-6, x * tau_gb(&gold, R, 300.0));
    const double h = n.approach, c = sqrt(R * h - 0.25 * h * h); /* c: radius of the lens */
    const double lens = 2.0 * pi * 0.25 * h * h * (R - h / 6.0);
    double       gap  = 0.0;

    for (int k = 0; k < 4000; k++) {
      const double r = c + (n.radius - c) * (k + 0.5) / 4000.0;

      gap += 2.0 * pi * r * (2.0 * R - h - 2.0 * sqrt(R * R - r * r)) * (n.radius - c) / 4000.0;
    }
    close_to(gap, lens, 2.0 * h / R + 1e-6);
  }
}

static void every_law_is_whole(void **state)
{
  (void)state;
  for (size_t k = 0; neck_laws[k]; k++) {
    const NeckLaw *law = neck_laws[k];

    assert_true(law->name && law->cite && law->what && law->grow);
    assert_ptr_equal(neck_law_find(law->name), law);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(diffusivities_of_gold),
      cmocka_unit_test(free_pairs_follow_the_closed_forms),
      cmocka_unit_test(times_of_the_metals),
      cmocka_unit_test(a_time_may_be_cut_anyhow),
      cmocka_unit_test(both_mechanisms_against_a_plain_scheme),
      cmocka_unit_test(tension_thins_and_tears),
      cmocka_unit_test(growth_ends_at_the_dihedral_angle),
      cmocka_unit_test(what_pins_a_neck),
      cmocka_unit_test(what_the_boundary_gives_the_rim_takes),
      cmocka_unit_test(every_law_is_whole),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
