/*
  test_deck.c - decks to Config: values, defaults, precedence, echo, and that no text whatever does more than be
  refused. Runs in tests/; decks are written to a folder of their own.
*/
#include "materials/neck.h"
#include "solver/deck.h"
#include "solver/deck_impl.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[] = "/tmp/test_deck_XXXXXX", path[PATH_MAX_LEN];
static char said[4096]; /* the last error */

static PetscErrorCode Remember(MPI_Comm comm, int line, const char *function, const char *file, PetscErrorCode ierr,
                               PetscErrorType type, const char *message, void *context)
{
  if (type == PETSC_ERROR_INITIAL) snprintf(said, sizeof(said), "%s", message);
  return ierr;
}

/* Writes text into the deck and reads it, with up to four more arguments. */
static PetscErrorCode read_deck(const char text[], size_t length, char *more[], int n_more, Config *config)
{
  char          *argv[8] = {"nanomint", path};
  FILE          *file    = fopen(path, "wb");
  PetscErrorCode ierr;

  assert_non_null(file);
  assert_int_equal(fwrite(text, 1, length, file), length);
  fclose(file);
  for (int k = 0; k < n_more; k++) argv[2 + k] = more[k];
  PetscOptionsClear(NULL);
  PetscOptionsInsertArgs(NULL, n_more, more);
  said[0] = '\0';
  PetscPushErrorHandler(Remember, NULL);
  ierr = DeckRead(PETSC_COMM_WORLD, 2 + n_more, argv, config);
  PetscPopErrorHandler();
  return ierr;
}

static void good(const char text[], Config *config)
{
  if (read_deck(text, strlen(text), NULL, 0, config)) fail_msg("refused: %s", said);
}

static void good_with(const char text[], char *key, char *value, Config *config)
{
  char *more[] = {key, value};

  if (read_deck(text, strlen(text), more, 2, config)) fail_msg("refused: %s", said);
}

static void bad_with(const char text[], char *more[], int n_more, const char why[])
{
  Config               config;
  const PetscErrorCode ierr = read_deck(text, strlen(text), more, n_more, &config);

  ConfigDestroy(&config);
  if (ierr != PETSC_ERR_USER_INPUT || !strstr(said, why))
    fail_msg("error %d, says \"%s\", not \"%s\"", (int)ierr, said, why);
}

static void bad(const char text[], const char why[]) { bad_with(text, NULL, 0, why); }

static const char *shortest; /* a deck with nothing but what it needs */

static int set_up(void **state)
{
  static char text[2 * PATH_MAX_LEN];
  char        cwd[PATH_MAX_LEN / 2];

  assert_non_null(mkdtemp(folder));
  snprintf(path, sizeof(path), "%s/deck.yml", folder);
  assert_non_null(getcwd(cwd, sizeof(cwd)));
  snprintf(text, sizeof(text),
           "material: %s/../inputs/materials/au.yml\npowder: {diameter: 6.5 nm}\nprogramme: [fill, press, release]\n"
           "press: {pressure: 0.6 GPa}\n",
           cwd);
  shortest = text;
  return 0;
}

static int tear_down(void **state)
{
  unlink(path);
  return rmdir(folder);
}

/* shortest with more lines behind it; borrowed until the next call */
static const char *with(const char lines[])
{
  static char text[3 * PATH_MAX_LEN];

  snprintf(text, sizeof(text), "%s%s", shortest, lines);
  return text;
}

static void values_and_defaults(void **state)
{
  Config c;

  good(with("title: a test\ntime: {control_interval: 30}\noutput: {wall_limit: 2 h, overwrite: yes}\n"
            "release: {inertial_number: 2e-4}\ndie: {top: {friction: 0.3}, diameter: 0.1 um}\n"),
       &c);
  assert_string_equal(c.title, "a test");
  assert_string_equal(c.material.name, "Au");
  assert_true(c.material.E == 79.0 && c.material.nu == 0.42);
  assert_true(fabs(c.material.work_of_adhesion - 2.622) < 1e-12);
  assert_true(c.contact.work_of_adhesion == c.material.work_of_adhesion);
  assert_string_equal(c.contact.law->name, "mdr");
  assert_true(c.powder.diameter == 6.5 && c.powder.grains == 2000 && c.powder.seed == 1);
  assert_string_equal(c.powder.packing, "cohesive");
  assert_true(c.powder.relative_density == 0.28 && isnan(c.powder.yield_strength));
  assert_int_equal(c.n_stages, 3);
  assert_int_equal(c.stage[1].kind, STAGE_PRESS);
  assert_true(c.stage[1].pressure == 0.6 && c.stage[1].inertial_number == 5e-4);
  assert_true(c.stage[2].inertial_number == 2e-4);
  assert_true(c.die.diameter == 100.0 && c.die.pressure_limit == 1.0);
  assert_true(c.die.top.friction == 0.3 && c.die.bottom.friction == 0.15 && c.die.wall.friction == 0.15);
  assert_true(c.output.wall_limit == 7200.0 && c.output.overwrite);
  assert_int_equal(c.output.history_every, 210); /* default 200, rounded up to a control step */
  assert_string_equal(c.output.folder, "out/deck");
  assert_int_equal(c.n_warnings, 0);
  ConfigDestroy(&c);
}

static void laws_take_their_numbers_from_card_and_deck(void **state)
{
  for (size_t k = 0; contact_laws[k]; k++) {
    char   text[256];
    Config c;

    snprintf(text, sizeof(text), "contact: {law: %s}\nmaterial_E: 80 GPa\n", contact_laws[k]->name);
    good(with(text), &c);
    assert_ptr_equal(c.contact.law, contact_laws[k]);
    for (const ParamSpec *p = contact_laws[k]->params; p->key; p++) {
      const double value = *(const double *)((const char *)c.contact.law_params + p->offset);

      assert_true(value >= p->min && value <= p->max);
      if (p->card && !strcmp(p->card, "E")) assert_true(value == 80.0);
    }
    ConfigDestroy(&c);
  }
}

static void the_command_line_wins(void **state)
{
  Config c;

  good_with(shortest, "-press_pressure", "0.4 GPa", &c);
  assert_true(c.stage[1].pressure == 0.4);
  ConfigDestroy(&c);
  good_with(with("dwell: {time: 3 ns}\nfill: {time: 2 ns}\n"), "-programme", "fill,press,dwell", &c);
  assert_true(c.n_stages == 3 && c.stage[2].time == 3.0 && c.stage[0].time == 2.0);
  ConfigDestroy(&c);
  /* a block of a stage the command line took out may stay in the deck */
  good_with(with("fill: {time: 2 ns}\n"), "-programme", "press", &c);
  assert_true(c.n_stages == 1);
  ConfigDestroy(&c);
}

static void options_of_petsc_pass(void **state)
{
  Config    c;
  PetscReal value;
  PetscBool set;

  good(with("ksp_rtol: 1e-3\nstatic_pc_type: lu\n"), &c);
  PetscOptionsGetReal(NULL, NULL, "-ksp_rtol", &value, &set);
  assert_true(set && value == 1e-3);
  ConfigDestroy(&c);
  good_with(with("ksp_rtol: 1e-3\n"), "-ksp_rtol", "1e-5", &c);
  PetscOptionsGetReal(NULL, NULL, "-ksp_rtol", &value, &set);
  assert_true(set && value == 1e-5);
  ConfigDestroy(&c);
  bad(with("log_view: ascii\n"), "log_view: PETSc reads this from the command line only");
}

static void stages_of_a_kind_have_blocks_of_their_own(void **state)
{
  Config c;
  char   text[2 * PATH_MAX_LEN];

  snprintf(text, sizeof(text), "%.*s%s", (int)(strstr(shortest, "programme") - shortest), shortest,
           "programme: fill, press, release, press2, dwell, release2, eject\n"
           "press: {pressure: 0.3 GPa}\npress2: {pressure: 0.9 GPa}\n");
  good(text, &c);
  assert_int_equal(c.n_stages, 7);
  assert_true(c.stage[1].pressure == 0.3 && c.stage[3].pressure == 0.9);
  assert_string_equal(c.stage[3].name, "press2");
  assert_int_equal(c.stage[6].kind, STAGE_EJECT);
  ConfigDestroy(&c);
}

/* The echo is a deck, says the same, and is its own echo but for the sources. */
static void strip(char *text)
{
  char *to = text;

  for (char *from = text; *from; from++) {
    if (*from == '#')
      while (*from && *from != '\n') from++;
    if (!*from) break;
    *to++ = *from;
  }
  *to = '\0';
}

static void the_echo_reads_back(void **state)
{
  Config c, again;
  char  *first, *second;

  good(with("title: 'quotes \" and: colons # in it'\ntime: {step_fraction: 0.1234567890123}\ndie: {diameter: 77.7 nm}\n"
            "output: {wall_limit: 100 min}\n"),
       &c);
  assert_int_equal(DeckEcho(&c, &first), 0);
  good(first, &again);
  assert_int_equal(DeckEcho(&again, &second), 0);
  assert_memory_equal(&c.powder.grains, &again.powder.grains, sizeof(c.powder) - offsetof(PowderConfig, grains));
  assert_memory_equal(&c.time, &again.time, sizeof(c.time));
  assert_memory_equal(&c.material.E, &again.material.E, sizeof(c.material) - offsetof(Material, E));
  assert_memory_equal(c.contact.law_params, again.contact.law_params, c.contact.law->param_size);
  assert_string_equal(c.title, again.title);
  strip(first);
  strip(second);
  assert_string_equal(first, second);
  PetscFree(first);
  PetscFree(second);
  assert_int_equal(DeckSave(PETSC_COMM_WORLD, &c, path), 0); /* over the deck itself */
  ConfigDestroy(&again);
  assert_int_equal(DeckRead(PETSC_COMM_WORLD, 2, (char *[]){"nanomint", path}, &again), 0);
  assert_string_equal(c.title, again.title);
  ConfigDestroy(&c);
  ConfigDestroy(&again);
}

/* A table says nothing that its own reader would refuse. */
static void check_keys(const DeckKey keys[])
{
  for (const DeckKey *key = keys; key->key; key++) {
    const int number = key->kind <= KEY_INT64;

    assert_true(strlen(key->key) < NAME_MAX_LEN && key->what && key->kind < KEY_KINDS);
    if (number) assert_true(key->min < key->max);
    if (number && isfinite(key->def)) assert_true(key->def >= key->min && key->def <= key->max);
    if (key->kind == KEY_CHOICE) assert_non_null(choice_find(key->choices, key->word));
  }
}

static void tables_are_sound(void **state)
{
  for (const DeckBlock *b = deck_blocks; b->name; b++) check_keys(b->keys);
  for (const DeckStage *s = deck_stages; s->name; s++) {
    check_keys(s->keys);
    assert_ptr_equal(&deck_stages[s->kind], s);
  }
}

static void messages_name_key_value_and_remedy(void **state)
{
  bad(with("dwel: {time: 1 ns}\n"), "dwel_time: unknown key");
  bad(with("time: {contorl_interval: 10}\n"),
      "time_contorl_interval: unknown key; did you mean 'time_control_interval'?");
  bad(with("die: {wall: {fricton: 0.1}}\n"), "did you mean 'die_wall_friction'?");
  bad(with("friction: 0.1\n"), "friction: unknown key; did you mean 'contact_friction'?");
  bad(with("die: {diameter: 100}\n"),
      "die_diameter: '100' has no unit; write e.g. '100 nm' (allowed 1 nm .. 1 m, or the word auto)");
  bad(with("press2: {pressure: 1 GPa}\n"), "press2_pressure: there is no stage 'press2' in the programme");
  bad(with("contact: {hertz_mindlin: {E: 1 GPa}}\n"), "belongs to the law hertz_mindlin, but contact_law is mdr");
  bad(with("press: {pressure: 1 GPa}\n"), "line 5: 'press' is given a second time (first on line 4)");
  bad(with("time:\n"), "time is a block");
  bad(with("time: {\n"), "not a YAML deck");
  bad(with("time:\n\tskin: 0.1\n"), "line 6 is indented with a tab");
  bad(with("title: x"), "line 5, the last, has no end");
  bad_with(shortest, (char *[]){"-press_pressure", "0.6", "GPa"}, 3, "stray 'GPa' after '0.6'");
  bad_with(shortest, (char *[]){"-press_presure", "0.6 GPa"}, 2,
           "command line: -press_presure: unknown key; did you mean");
  bad_with(shortest, (char *[]){"-material", "unobtainium"}, 2, "there is no material 'unobtainium'");
}

static void steel_carries_one_gigapascal(void **state)
{
  Config c;

  good_with(shortest, "-press_pressure", "2 GPa", &c);
  assert_int_equal(c.n_warnings, 1);
  assert_non_null(strstr(c.warning[0], "press_pressure: 2 GPa is more than tools of steel carry (1 GPa)"));
  ConfigDestroy(&c);
  good_with(with("die: {tool_material: sintered_diamond}\n"), "-press_pressure", "2 GPa", &c);
  assert_int_equal(c.n_warnings, 0);
  ConfigDestroy(&c);
}

/* Temperatures are handed down; a dwell of hours is read; what the slow clock cannot do is refused. */
static void dwells_on_the_slow_clock(void **state)
{
  static const char hot[] = "temperature: 350 K\ndwell: {time: 1 h}\ndwell2: {time: 1 ns, temperature: 400 K}\n";
  const char       *bare  = "material_atomic_volume: 0 nm^3\ndwell: {time: 2 us}\n";
  Config            c;

  good_with(with(hot), "-programme", "fill,press,dwell,dwell2", &c);
  assert_true(c.temperature == 350.0 && c.stage[1].temperature == 350.0 && c.stage[2].temperature == 350.0);
  assert_true(c.stage[3].temperature == 400.0 && c.stage[2].time == 3.6e12);
  assert_string_equal(c.sinter.necks, "parhami_mcmeeking");
  assert_non_null(neck_law_find(c.sinter.necks));
  assert_true(c.sinter.removal && c.sinter.approach_limit == 0.005 && c.sinter.relax_steps_max == 1000);
  assert_true(c.ligand.coverage == 0.0 && c.ligand.threshold == 0.3 && c.ligand.attempt_rate == 1e4);
  ConfigDestroy(&c);
  bad_with(with(bare), (char *[]){"-programme", "fill,press,dwell"}, 2, "needs 'atomic_volume' of the material");
  good_with(with("dwell: {time: 2 us}\nmaterial_atomic_volume: 0 nm^3\nsinter: {necks: none, removal: no}\n"),
            "-programme", "fill,press,dwell", &c);
  assert_true(!c.sinter.removal);
  ConfigDestroy(&c);
  bad(with("temperature: 1400 K\n"), "temperature: 1400 K is not below the melting point of Au, 1337.3 K");
}

/* The words of sinter_necks are the registry. */
static void necks_of_the_deck_are_the_laws(void **state)
{
  for (const DeckBlock *b = deck_blocks; b->name; b++)
    for (const DeckKey *key = b->keys; key->key; key++) {
      size_t n = 0;

      if (strcmp(key->key, "necks")) continue;
      for (const DeckChoice *choice = key->choices; choice->name; choice++, n++)
        assert_non_null(neck_law_find(choice->name));
      assert_null(neck_laws[n]);
    }
}

static void every_input_is_read(void **state)
{
  static const struct {
    const char *card;
    double      boundary, surface; /* delta D at 300 K [nm^3/ns], two digits */
  } cards[] = {
      {"au",           5.1e-13, 7.9e-11},
      {"ag",           9.6e-13, 7.3e-10},
      {"pd",           9.7e-21, 1.7e-15},
      {"pt",           1.5e-23, 1.6e-17},
      {"rh",           4.1e-26, 2.2e-19},
      {"bi",           7e-4,    3e-3   },
      {"pd_amorphous", 9.7e-21, 1.7e-15},
  };

  for (size_t k = 0; k < sizeof(cards) / sizeof(cards[0]); k++) {
    char   card[64];
    Config c;

    snprintf(card, sizeof(card), "../inputs/materials/%s.yml", cards[k].card);
    good_with(shortest, "-material", card, &c);
    assert_true(c.material.work_of_adhesion > 0.5 && c.material.work_of_adhesion < 6.0);
    assert_true(material_yield(&c.material, 6.5) >= c.material.yield_bulk);
    assert_null(material_missing_conduction(&c.material));
    assert_null(material_missing_diffusion(&c.material));
    assert_true(c.material.bond == 3.0);
    /* activation energies have three digits, 0.0005 eV of kT is 2 %; the numbers compared with have two, 5 % */
    assert_true(fabs(neck_boundary_diffusion(&c.material, 300.0) / cards[k].boundary - 1.0) < 0.08);
    assert_true(fabs(neck_surface_diffusion(&c.material, 300.0) / cards[k].surface - 1.0) < 0.08);
    ConfigDestroy(&c);
  }
}

/* Cut anywhere, or with any byte changed, a deck is read or refused as user input: never a crash, never another error.
 */
static void any_damage_is_survived(void **state)
{
  const char *whole  = with("title: \"a # b\" # c\ncontact: {law: mdr, mdr: {psi_b: 0.4}}\nfill:\n  time: 1 ns\n");
  size_t      length = strlen(whole), accepted = 0;
  char        text[3 * PATH_MAX_LEN];
  unsigned    seed = 1;

  memcpy(text, whole, length);
  for (size_t cut = 0; cut < length; cut++) {
    Config               c;
    const PetscErrorCode ierr = read_deck(text, cut, NULL, 0, &c);

    if (ierr && ierr != PETSC_ERR_USER_INPUT) fail_msg("cut at %zu: error %d", cut, (int)ierr);
    if (!ierr && text[cut - 1] != '\n') fail_msg("cut at %zu: accepted", cut);
    ConfigDestroy(&c);
  }
  for (int trial = 0; trial < 2000; trial++) {
    Config         c;
    PetscErrorCode ierr;
    size_t         at;
    char           was;

    seed     = seed * 1664525u + 1013904223u;
    at       = (seed >> 8) % length;
    was      = text[at];
    text[at] = (char)(seed >> 3);
    ierr     = read_deck(text, length, NULL, 0, &c);
    if (ierr && ierr != PETSC_ERR_USER_INPUT) fail_msg("byte %zu: error %d %s", at, (int)ierr, said);
    accepted += !ierr;
    text[at] = was;
    ConfigDestroy(&c);
  }
  assert_true(accepted < 1000); /* what is left are titles, comments and digits */
}

int main(int argc, char *argv[])
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(values_and_defaults),
      cmocka_unit_test(laws_take_their_numbers_from_card_and_deck),
      cmocka_unit_test(the_command_line_wins),
      cmocka_unit_test(options_of_petsc_pass),
      cmocka_unit_test(stages_of_a_kind_have_blocks_of_their_own),
      cmocka_unit_test(the_echo_reads_back),
      cmocka_unit_test(tables_are_sound),
      cmocka_unit_test(messages_name_key_value_and_remedy),
      cmocka_unit_test(steel_carries_one_gigapascal),
      cmocka_unit_test(dwells_on_the_slow_clock),
      cmocka_unit_test(necks_of_the_deck_are_the_laws),
      cmocka_unit_test(every_input_is_read),
      cmocka_unit_test(any_damage_is_survived),
  };
  int failed;

  if (PetscInitialize(&argc, &argv, NULL, NULL)) return 1;
  failed = cmocka_run_group_tests(tests, set_up, tear_down);
  PetscOptionsClear(NULL);
  return PetscFinalize() ? 1 : failed;
}
