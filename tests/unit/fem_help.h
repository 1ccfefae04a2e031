/* fem_help.h - hexahedra for tests: the distorted patch of seven (MacNeal & Harder 1985, Finite Elem. Anal. Des. 1, 3).
 */
#ifndef TESTS_UNIT_FEM_HELP_H
#define TESTS_UNIT_FEM_HELP_H

#include "tests/unit/bulk_help.h"

enum { PATCH_NODES = 16, PATCH_HEXES = 7 };

/* Nodes 0 to 7 are inside, 8 to 15 the corners of the unit cube. */
static const double patch_place[PATCH_NODES][3] = {
    {0.249, 0.342, 0.192},
    {0.826, 0.288, 0.288},
    {0.850, 0.649, 0.263},
    {0.273, 0.750, 0.230},
    {0.320, 0.186, 0.643},
    {0.677, 0.305, 0.683},
    {0.788, 0.693, 0.644},
    {0.165, 0.745, 0.702},
    {0,     0,     0    },
    {1,     0,     0    },
    {1,     1,     0    },
    {0,     1,     0    },
    {0,     0,     1    },
    {1,     0,     1    },
    {1,     1,     1    },
    {0,     1,     1    }
};

static const int patch_hex[PATCH_HEXES][8] = {
    {0, 1,  2,  3,  4,  5,  6,  7 },
    {8, 9,  10, 11, 0,  1,  2,  3 },
    {4, 5,  6,  7,  12, 13, 14, 15},
    {8, 12, 13, 9,  0,  4,  5,  1 },
    {3, 7,  6,  2,  11, 15, 14, 10},
    {8, 11, 15, 12, 0,  3,  7,  4 },
    {1, 2,  6,  5,  9,  10, 14, 13}
};

/* The unit cube, its corners moved by up to size. */
static inline void random_hex(uint64_t *seed, double size, double x[8][3])
{
  static const int corner[8] = {0, 1, 3, 2, 4, 5, 7, 6};

  for (int n = 0; n < 8; n++)
    for (int k = 0; k < 3; k++) x[n][k] = (corner[n] >> k & 1) + size * random1(seed);
}

/* out = F x + c of n places. */
static inline void affine(const double F[3][3], const double c[3], int n, const double x[][3], double out[][3])
{
  for (int a = 0; a < n; a++) {
    const double y[3] = {x[a][0], x[a][1], x[a][2]};

    for (int i = 0; i < 3; i++) out[a][i] = F[i][0] * y[0] + F[i][1] * y[1] + F[i][2] * y[2] + (c ? c[i] : 0.0);
  }
}

#endif
