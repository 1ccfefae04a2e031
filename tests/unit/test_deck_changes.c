/* test_deck_changes.c - what two echoes of a deck have different. */
#include "solver/deck_changes.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
// cmocka wants the four above
#include <cmocka.h>

static const char former[] = "# Echo of a.yml\n# Command line: -powder_seed 3\n\n"
                             "title: one # deck\n"
                             "programme: [fill, press]           # deck\n"
                             "\n"
                             "material:\n"
                             "  card: /a/au.yml                  # deck\n"
                             "  E: 79 GPa                        # card\n"
                             "\n"
                             "powder:\n"
                             "  file: \"a # b.xyzr\"             # deck\n"
                             "  grains: 300                      # deck\n"
                             "  yield_strength: card             # default\n"
                             "\n"
                             "contact:\n"
                             "  friction: 0.5                    # deck\n"
                             "  mdr:\n"
                             "    psi_b: 0.5                     # default\n"
                             "\n"
                             "die:\n"
                             "  diameter: auto                   # default\n"
                             "  wall:\n"
                             "    friction: 0.15                 # default\n"
                             "  top:\n"
                             "    friction: 0.15                 # default\n"
                             "ligand:\n"
                             "  gap: 1.56 nm                     # default\n"
                             "time:\n"
                             "  max_steps: 100                   # deck\n"
                             "output:\n"
                             "  folder: out                      # deck\n";
static char       now[sizeof former + 200], text[512];

/* now: former, with one text in it replaced */
static void edit(const char old[], const char by[])
{
  const char *at = strstr(former, old);

  assert_non_null(at);
  memcpy(now, former, (size_t)(at - former));
  strcpy(now + (at - former), by);
  strcat(now, at + strlen(old));
}

static const char *felt(void)
{
  deck_changes(former, now, CHANGE_FELT, text, sizeof text);
  return text;
}

static const char *packed(void)
{
  deck_changes(former, now, CHANGE_PACKED, text, sizeof text);
  return text;
}

static void nothing_changes_an_answer(void **state)
{
  (void)state;
  edit("# Echo of a.yml", "# Echo of elsewhere.yml");
  assert_string_equal(felt(), "");
  edit("79 GPa                        # card", "79 GPa # deck"); /* the same number from elsewhere */
  assert_string_equal(felt(), "");
  edit("title: one", "title: two");
  assert_string_equal(felt(), "");
  edit("/a/au.yml", "/b/au.yml");
  assert_string_equal(felt(), "");
  edit("max_steps: 100", "max_steps: 200");
  assert_string_equal(felt(), "");
  edit("folder: out", "folder: other");
  assert_string_equal(felt(), "");
  assert_string_equal(packed(), "");
}

/* One of every block, at every depth. */
static void numbers_that_count(void **state)
{
  static const char *const cases[][3] = {
      {"[fill, press]",             "[fill, press, dwell]",      "programme [fill, press] -> [fill, press, dwell]"},
      {"79 GPa",                    "80 GPa",                    "material_E 79 GPa -> 80 GPa"                    },
      {"yield_strength: card",      "yield_strength: 1 GPa",     "powder_yield_strength card -> 1 GPa"            },
      {"psi_b: 0.5",                "psi_b: 0.6",                "contact_mdr_psi_b 0.5 -> 0.6"                   },
      {"top:\n    friction: 0.15",  "top:\n    friction: 0.2",   "die_top_friction 0.15 -> 0.2"                   },
      {"wall:\n    friction: 0.15", "wall:\n    friction: 0.25", "die_wall_friction 0.15 -> 0.25"                 },
      {"1.56 nm",                   "2 nm",                      "ligand_gap 1.56 nm -> 2 nm"                     },
  };

  (void)state;
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    edit(cases[k][0], cases[k][1]);
    assert_string_equal(felt(), cases[k][2]);
    assert_string_equal(packed(), "");
  }
}

static void what_comes_too_late(void **state)
{
  (void)state;
  edit("grains: 300", "grains: 400");
  assert_string_equal(packed(), "powder_grains 300 -> 400");
  assert_string_equal(felt(), "");
  edit("a # b.xyzr", "a # c.xyzr"); /* only the last # is a remark */
  assert_string_equal(packed(), "powder_file \"a # b.xyzr\" -> \"a # c.xyzr\"");
  edit("diameter: auto", "diameter: 50 nm");
  assert_string_equal(packed(), "die_diameter auto -> 50 nm");
}

static void other_keys_and_no_room(void **state)
{
  (void)state;
  edit("  gap:", "  gap2:"); /* of another programme */
  assert_string_equal(felt(), "");
  edit("1.56 nm", "2 nm");
  deck_changes(former, now, CHANGE_FELT, text, 16);
  assert_string_equal(text, "ligand_gap 1...");
  deck_changes("", now, CHANGE_FELT, text, sizeof text); /* a checkpoint without an echo */
  assert_string_equal(text, "");
  deck_changes(former, "", CHANGE_FELT, text, sizeof text);
  assert_string_equal(text, "");
  strcpy(now, "a:\n  b:\n    c:\n      d:\n        e:\n          f: 1\n:\n  :\n#"); /* deeper than any, and no deck */
  assert_string_equal(felt(), "");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(nothing_changes_an_answer),
      cmocka_unit_test(numbers_that_count),
      cmocka_unit_test(what_comes_too_late),
      cmocka_unit_test(other_keys_and_no_room),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
