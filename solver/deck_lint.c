#include "solver/deck_lint.h"
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEPTH_MAX = 32, KEY_LEN = 64, FULL_LEN = 512 };

/* A key that is open at some place of the text: those of the lines above with less indentation, and open braces. */
typedef struct {
  int  indent; /* of its line; -1: a brace of flow style */
  char key[KEY_LEN];
} Level;

typedef struct {
  char name[FULL_LEN];
  int  line;
} Seen;

typedef struct {
  const char *path;
  int         line, depth;
  Level       level[DEPTH_MAX];
  Seen       *seen;
  size_t      n_seen, n_alloc;
  char       *why;
  size_t      n;
} Lint;

static void complain_twice(Lint *lint, const char name[], int first)
{
  snprintf(lint->why, lint->n, "%s: line %d: '%s' is given a second time (first on line %d)", lint->path, lint->line,
           name, first);
}

/* Notes the key that stands under the open levels; complains when it is not the first of its name. */
static void note_key(Lint *lint)
{
  char   name[FULL_LEN] = "";
  size_t used           = 0;

  for (int d = 0; d < lint->depth && used < FULL_LEN - 1; d++) {
    if (!lint->level[d].key[0]) continue;
    used += (size_t)snprintf(name + used, FULL_LEN - used, "%s%s", used ? "_" : "", lint->level[d].key);
  }
  for (size_t k = 0; k < lint->n_seen; k++)
    if (!strcmp(lint->seen[k].name, name)) return complain_twice(lint, name, lint->seen[k].line);
  if (lint->n_seen == lint->n_alloc) {
    lint->n_alloc = lint->n_alloc ? 2 * lint->n_alloc : 64;
    lint->seen    = (Seen *)realloc(lint->seen, lint->n_alloc * sizeof(Seen));
  }
  memcpy(lint->seen[lint->n_seen].name, name, FULL_LEN);
  lint->seen[lint->n_seen++].line = lint->line;
}

/* Length of a key `word:` at s, 0 when there is none; s may stand in quotes. */
static size_t key_length(const char s[])
{
  size_t n = 0;

  while (isalnum((unsigned char)s[n]) || s[n] == '_' || s[n] == '-' || s[n] == '.') n++;
  if (!n || n >= KEY_LEN || s[n] != ':') return 0;
  return strchr(" \t\r\n", s[n + 1]) ? n : 0; /* end of text included */
}

static void push(Lint *lint, int indent, const char key[], size_t length)
{
  if (lint->depth == DEPTH_MAX) return;
  lint->level[lint->depth].indent = indent;
  snprintf(lint->level[lint->depth++].key, KEY_LEN, "%.*s", (int)length, key);
}

/* Skips a quoted text; s stands on the opening quote. */
static const char *skip_quoted(const char *s)
{
  const char quote = *s++;

  while (*s && *s != quote && *s != '\n') s += *s == '\\' && quote == '"' && s[1] ? 2 : 1;
  return *s == quote ? s + 1 : s;
}

/* The rest of a line: keys in braces.  A level with an empty key is an open brace, the one above it its current key. */
static const char *scan_flow(Lint *lint, const char *s)
{
  int fresh = 1; /* a key may start here */

  while (*s && *s != '\n' && !lint->why[0]) {
    const int    brace  = lint->depth && lint->level[lint->depth - 1].indent < 0;
    const size_t length = brace && fresh ? key_length(s) : 0;

    if (*s == '"' || *s == '\'') {
      s     = skip_quoted(s);
      fresh = 0;
    } else if (*s == '#' && isspace((unsigned char)s[-1])) {
      return s + strcspn(s, "\n");
    } else if (*s == '{') {
      push(lint, -1, "", 0);
      fresh = 1;
      s++;
    } else if (*s == '}' && brace) {
      while (lint->depth && lint->level[lint->depth - 1].key[0] && lint->level[lint->depth - 1].indent < 0)
        lint->depth--;
      if (lint->depth) lint->depth--;
      fresh = 0;
      s++;
    } else if (*s == ',' && brace) {
      if (lint->level[lint->depth - 1].key[0]) lint->depth--;
      fresh = 1;
      s++;
    } else if (length) {
      push(lint, -1, s, length);
      note_key(lint);
      fresh = 0;
      s += length + 1;
    } else {
      if (!isspace((unsigned char)*s)) fresh = 0;
      s++;
    }
  }
  return s;
}

static const char *scan_line(Lint *lint, const char *s)
{
  const int    indent = (int)strspn(s, " ");
  const int    brace  = lint->depth && lint->level[lint->depth - 1].indent < 0;
  const size_t length = key_length(s + indent);

  s += indent;
  if (*s == '\t' && s[strspn(s, " \t\r")] && !strchr("#\n", s[strspn(s, " \t\r")]))
    snprintf(lint->why, lint->n, "%s: line %d is indented with a tab; YAML wants blanks", lint->path, lint->line);
  if (*s == '#') return s + strcspn(s, "\n");
  if (!brace && length) {
    while (lint->depth && lint->level[lint->depth - 1].indent >= indent) lint->depth--;
    push(lint, indent, s, length);
    note_key(lint);
    s += length + 1;
  }
  return scan_flow(lint, s);
}

void deck_lint(const char path[], const char text[], char why[], size_t n)
{
  Lint lint = {.path = path, .line = 1, .why = why, .n = n};

  why[0] = '\0';
  for (const char *s = text; *s && !why[0]; lint.line++) {
    s = scan_line(&lint, s);
    if (*s == '\n') s++;
    else if (!*s && !why[0])
      snprintf(why, n, "%s: line %d, the last, has no end; is the file cut short? (finish it with a newline)", path,
               lint.line);
  }
  free(lint.seen);
}
