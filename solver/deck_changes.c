#include "solver/deck_changes.h"

#include <stdio.h>
#include <string.h>

enum { DEPTH_MAX = 4, NAME_LEN = 64, KEY_LEN = DEPTH_MAX * NAME_LEN, VALUE_LEN = 2048 };

/* Where reading an echo has come to. */
typedef struct {
  const char *at;
  char        block[DEPTH_MAX][NAME_LEN]; /* heads above the line, by depth */
} Reader;

typedef struct {
  char key[KEY_LEN], value[VALUE_LEN];
} Entry;

static void copy(char to[], size_t room, const char from[], size_t n)
{
  if (n >= room) n = room - 1;
  memcpy(to, from, n);
  to[n] = '\0';
}

/* block_block_name */
static void join(const Reader *r, int depth, const char name[], char key[KEY_LEN])
{
  size_t used = 0;

  for (int k = 0; k < depth; k++) used += (size_t)snprintf(key + used, KEY_LEN - used, "%s_", r->block[k]);
  snprintf(key + used, KEY_LEN - used, "%s", name);
}

/* A line `key: value   # source`, or the head of a block, without a value. */
static int parse(Reader *r, const char line[], size_t length, Entry *e)
{
  const size_t indent = strspn(line, " "), name_n = strcspn(line + indent, ":\n");
  const char  *value = line + indent + name_n + 1, *end = line + length;
  int          depth = (int)(indent / 2);
  char         name[NAME_LEN];

  if (indent + name_n >= length || line[indent] == '#') return 0;
  if (depth >= DEPTH_MAX) depth = DEPTH_MAX - 1;
  copy(name, sizeof name, line + indent, name_n);
  if (value >= end) {
    snprintf(r->block[depth], NAME_LEN, "%s", name);
    return 0;
  }
  for (const char *c = end; c > value + 1; c--) /* the last " # ": a value in quotes may hold one, too */
    if (c[-1] == '#' && c[-2] == ' ') {
      end = c - 1;
      break;
    }
  while (value < end && *value == ' ') value++;
  while (end > value && end[-1] == ' ') end--;
  join(r, depth, name, e->key);
  copy(e->value, sizeof e->value, value, (size_t)(end - value));
  return 1;
}

/* The next key and its value; 0 at the end. */
static int next_entry(Reader *r, Entry *e)
{
  while (*r->at) {
    const char  *line   = r->at;
    const size_t length = strcspn(line, "\n");

    r->at += length + (line[length] == '\n');
    if (parse(r, line, length, e)) return 1;
  }
  return 0;
}

static int find(const char echo[], const char key[], Entry *e)
{
  Reader r = {.at = echo};

  while (next_entry(&r, e))
    if (!strcmp(e->key, key)) return 1;
  return 0;
}

static int begins(const char key[], const char with[]) { return !strncmp(key, with, strlen(with)); }

static int changes_nothing(const char key[])
{
  static const char *const exact[] = {"title", "restart", "material_card", "time_max_steps"};

  for (size_t k = 0; k < sizeof exact / sizeof *exact; k++)
    if (!strcmp(key, exact[k])) return 1;
  return begins(key, "output_") || begins(key, "partition_");
}

static ChangeKind kind_of(const char key[])
{
  const int packed =
      (begins(key, "powder_") && strcmp(key, "powder_yield_strength") != 0) || begins(key, "mesh_region_");

  return packed || !strcmp(key, "die_diameter") || !strcmp(key, "die_aspect_ratio") ? CHANGE_PACKED : CHANGE_FELT;
}

void deck_changes(const char former[], const char now[], ChangeKind kind, char text[], size_t n)
{
  Reader r    = {.at = now};
  size_t used = 0;
  Entry  ours, theirs;

  text[0] = '\0';
  while (next_entry(&r, &ours) && used + 1 < n) {
    if (changes_nothing(ours.key) || kind_of(ours.key) != kind) continue;
    if (!find(former, ours.key, &theirs) || !strcmp(ours.value, theirs.value)) continue;
    used +=
        (size_t)snprintf(text + used, n - used, "%s%s %s -> %s", used ? ", " : "", ours.key, theirs.value, ours.value);
  }
  if (used >= n && n > 4) memcpy(text + n - 4, "...", 4);
}
