/*
  deck_lint.h - slips in a YAML text that the YAML reader lets pass or reports without saying where.
*/
#ifndef SOLVER_DECK_LINT_H
#define SOLVER_DECK_LINT_H

#include <stddef.h>

/*
  deck_lint - fills why [n] with the first slip and its line, or leaves it empty: indentation with tabs, a key given
  twice (YAML keeps the last one), a last line without end (a file cut short).
*/
void deck_lint(const char path[], const char text[], char why[], size_t n);

#endif
