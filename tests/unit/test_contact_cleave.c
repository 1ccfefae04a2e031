/* test_contact_cleave.c - an ionic bond is worth what it is told, holds up to the strength of its neck, and cleaves. */
#include "contact_help.h"
#include "materials/contact_interface.h"

static const double R = 3.5, Y = 0.25, W_TOUCH = 0.12, GAIN = 0.48;

typedef struct {
  Rig              r;
  ContactInterface f;
  int              at;
} Pair;

/* Two bare grains of lead sulphide, pressed together by 0.2 nm and joined (or only touching). */
static void begin(Pair *p, int joined)
{
  memset(p, 0, sizeof *p);
  rig_init(&p->r, "mdr");
  rig_set(&p->r, "E", 70.0);
  rig_set(&p->r, "nu", 0.29);
  for (const ParamSpec *s = ligand_params; s->key; s++) *(double *)((char *)&p->f.ligand + s->offset) = s->def;
  p->f.W_bare      = W_TOUCH;
  p->f.friction    = 0.5;
  p->f.bond_class  = BOND_TOUCH;
  p->f.crystals    = 1;
  p->r.m.interface = &p->f;
  p->r.m.rolling = p->r.m.twisting = 1;
  p->r.in.mu                       = 0.5;
  p->at                            = contact_face_at(&p->r.m);
  assert_int_equal(contact_n_state(&p->r.m), p->at + FACE_IONIC_N);
  assert_string_equal(contact_state_name(&p->r.m, p->at + FACE_GAIN), "gain_nN_nm");
  assert_string_equal(contact_state_name(&p->r.m, p->at + FACE_WAITED), "waited");
  rig_lane(&p->r, 0, R, R, Y, W_TOUCH);
  for (int k = 1; k <= 40; k++) rig_fn(&p->r, 0.005 * k);
  assert_true(p->r.state[p->at + FACE_BOND][0] == BOND_TOUCH + 1.0);
  if (!joined) return;
  p->r.state[p->at + FACE_BOND][0]   = BOND_IONIC + 1.0;
  p->r.state[p->at + FACE_GAIN][0]   = GAIN;
  p->r.state[p->at + FACE_WAITED][0] = 2.5;
  rig_fn(&p->r, 0.2);
}

static double face(const Pair *p, int what) { return p->r.state[p->at + what][0]; }

static int cleaved(const Pair *p)
{
  return face(p, FACE_BOND) == BOND_TOUCH + 1.0 && face(p, FACE_GAIN) == 0.0 && face(p, FACE_WAITED) == 0.0;
}

static void a_bond_is_worth_its_gain(void **state)
{
  Pair p;

  (void)state;
  begin(&p, 0);
  assert_true(p.r.in.W[0] == W_TOUCH && p.r.out.bond[0] == 0.0);
  begin(&p, 1);
  CHECK_CLOSE(p.r.in.W[0], W_TOUCH + GAIN, 1e-15, 0.0);
  assert_true(p.r.out.bond[0] == 1.0 && face(&p, FACE_BOND) == BOND_IONIC + 1.0 && face(&p, FACE_WAITED) == 2.5);
}

/* Sheared until pi a^2 Y/sqrt(3), without a sign of it before, whatever presses it; then friction is left. */
static void sheared_at_the_strength_of_the_neck(void **state)
{
  Pair   p;
  double limit, most = 0.0;
  int    k = 0;

  (void)state;
  begin(&p, 1);
  limit           = PI * p.r.out.a[0] * p.r.out.a[0] * Y / sqrt(3.0);
  p.r.in.vt[0][0] = 0.01;
  CHECK_CLOSE(p.r.out.shear[0], limit, 1e-12, 0.0);
  for (; k < 100000 && face(&p, FACE_BOND) == BOND_IONIC + 1.0; k++) {
    rig_fn(&p.r, 0.2);
    most = fmax(most, fabs(p.r.out.ft[0][0]));
  }
  assert_true(k > 10 && cleaved(&p));
  CHECK_CLOSE(most, limit, 1e-3, 0.0); /* the neck follows the contact a little */
  rig_fn(&p.r, 0.2);
  assert_true(p.r.out.bond[0] == 0.0 && p.r.in.W[0] == W_TOUCH && cleaved(&p));
  assert_true(fabs(p.r.out.ft[0][0]) <= 0.5 * p.r.out.fc[0] * (1.0 + 1e-12));
}

/* Pulled until the neck would flow, when it still has its whole area: the tension is above what cores that only touch
   can hold, and below that area at the flow stress (2 Y) with the attraction of the rim, pi R W, on top. */
static void pulled_apart(void **state)
{
  double most[2] = {0.0, 0.0}, area = 0.0;
  int    seen = 0;

  (void)state;
  for (int joined = 0; joined < 2; joined++) {
    Pair p;

    begin(&p, joined);
    for (double d = 0.2; d > -1.0; d -= 1e-4) {
      const int was = face(&p, FACE_BOND) == BOND_IONIC + 1.0;

      if (was) area = PI * pow(face(&p, FACE_NECK), 2.0);
      most[joined] = fmax(most[joined], -rig_fn(&p.r, d));
      if (was && face(&p, FACE_BOND) != BOND_IONIC + 1.0) {
        seen++;
        assert_true(cleaved(&p) && p.r.out.thinned[0] > 0.0);
        CHECK_CLOSE(face(&p, FACE_NECK), sqrt(area / PI), 1e-3, 0.0); /* of one step, 1e-4 nm */
      }
      assert_true(was || face(&p, FACE_BOND) != BOND_IONIC + 1.0); /* none comes back */
    }
    assert_true(face(&p, FACE_GAIN) == 0.0 && face(&p, FACE_WAITED) == 0.0);
  }
  print_message("touching %g nN, joined %g nN\n", most[0], most[1]);
  assert_int_equal(seen, 1);
  assert_true(most[1] > 1.2 * most[0] && most[1] <= 2.0 * Y * area + PI * R * (W_TOUCH + GAIN));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_bond_is_worth_its_gain),
      cmocka_unit_test(sheared_at_the_strength_of_the_neck),
      cmocka_unit_test(pulled_apart),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
