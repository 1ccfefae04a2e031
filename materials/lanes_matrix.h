/* lanes_matrix.h - symmetric matrices, one in each lane. */
#ifndef MATERIALS_LANES_MATRIX_H
#define MATERIALS_LANES_MATRIX_H

#include "materials/lanes.h"

#include <string.h>

/* Largest eigenvalue of a symmetric, positive matrix xx yy zz xy yz zx, from above: (trace M^16)^(1/16), at most 7 %
   more; m is used up. */
static inline v8 v8_largest(v8 m[6])
{
  const v8 trace = m[0] + m[1] + m[2], scale = 1.0 / trace;
  v8       s[6], size;

  for (int k = 0; k < 6; k++) m[k] *= scale;
  for (int power = 1; power < 8; power *= 2) { /* M^2, M^4, M^8 */
    s[0] = m[0] * m[0] + m[3] * m[3] + m[5] * m[5];
    s[1] = m[1] * m[1] + m[3] * m[3] + m[4] * m[4];
    s[2] = m[2] * m[2] + m[4] * m[4] + m[5] * m[5];
    s[3] = m[3] * (m[0] + m[1]) + m[4] * m[5];
    s[4] = m[4] * (m[1] + m[2]) + m[3] * m[5];
    s[5] = m[5] * (m[2] + m[0]) + m[3] * m[4];
    memcpy(m, s, sizeof s);
  }
  size = m[0] * m[0] + m[1] * m[1] + m[2] * m[2] + 2.0 * (m[3] * m[3] + m[4] * m[4] + m[5] * m[5]);
  for (int k = 0; k < 4; k++) size = v8_sqrt(size);
  return trace * size;
}

#endif
