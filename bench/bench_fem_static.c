/*
  bench_fem_static - static equilibrium of a pack of spheres of gold: iterations and seconds.

  usage: bench_fem_static [grains along an edge, 3] [n of the mesh, 4] [m, 2] [density, 0.9] [steps of rest, 0]
                          [options: -static_...]
  Steps of rest: after the press, explicit, velocities taken away whenever kinetic energy falls.
  -static_pc_two_level, -static_mat_assembled: as solver/fem/fem_static_pc.c.  Options of PETSc come last.
*/
#include "solver/fem/fem_impl.h"
#include "solver/fem/fem_static.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const double R = 3.25, DIE = 0.72; /* [nm]; radius of the die over the row of grains at the beginning */

typedef struct {
  GrainMesh mesh;
  FemConfig cfg;
  Grains    g;
  Tools     tools;
  Fem       fem;
} Bench;

static PetscErrorCode Begin(Bench *b, int edge)
{
  const double d = 2.02 * R;
  const int    n = edge * edge * edge;
  PetscInt    *row;

  PetscFunctionBeginUser;
  b->cfg = (FemConfig){
      .mesh         = &b->mesh,
      .bulk         = {.K = 164.6, .G = 27.8, .flow = BULK_LINEAR, .compliance = 1.0 / (3.0 * 27.8)},
      .density      = 19.3e-6,
      .hourglass    = 0.05,
      .courant      = 0.6,
      .shrink       = 0.5,
      .mass_scaling = 1.0,
      .penalty      = 1.0,
      .dashpot      = 0.5,
      .mu           = 0.3,
      .strength     = 3.0,
      .radius_min   = R,
      .radius_max   = R
  };
  b->tools = (Tools){
      .die_radius = edge * DIE * d, .die_top = 1e6, .z = {0.0, 0.0, edge * d},
                  .mu = {0.1, 0.1, 0.1     }
  };
  PetscCall(GrainsCreate(PETSC_COMM_WORLD, n, &b->g));
  PetscCall(PetscMalloc1(n, &row));
  for (int i = 0; i < n; i++) {
    double *r   = b->g->rec[row[i] = i];
    b->g->id[i] = i;
    r[REC_X]    = (i % edge - 0.5 * (edge - 1)) * d;
    r[REC_Y]    = (i / edge % edge - 0.5 * (edge - 1)) * d;
    r[REC_Z]    = (i / edge / edge + 0.5) * d;
    r[REC_R] = r[REC_R0] = R;
    r[REC_YIELD]         = 0.5;
  }
  PetscCall(FemCreate(b->g, &b->cfg, &b->fem));
  PetscCall(FemMesh(b->fem, n, row));
  PetscCall(PetscFree(row));
  PetscFunctionReturn(0);
}

static PetscErrorCode Pairs(Bench *b)
{
  const PetscInt n = b->g->n_owned;
  PetscInt(*pair)[2], m = 0;

  PetscFunctionBeginUser;
  PetscCall(PetscMalloc1(n * 64, &pair));
  for (PetscInt i = 0; i < n; i++)
    for (PetscInt j = 0; j < i; j++) {
      const double *p = b->g->rec[i], *q = b->g->rec[j];
      double        d = 0.0;
      for (int k = 0; k < 3; k++) d += (p[k] - q[k]) * (p[k] - q[k]);
      if (sqrt(d) < p[REC_R] + q[REC_R] + 1.0 && m < n * 64) pair[m][0] = j, pair[m++][1] = i;
    }
  PetscCall(FemRefresh(b->fem, m, (const PetscInt(*)[2])pair));
  PetscCall(PetscFree(pair));
  PetscFunctionReturn(0);
}

/* The die closes and the punch comes down until the last tenth, which is the punch's alone, and slower. */
static PetscErrorCode Press(Bench *b, double density)
{
  const double grains = (double)b->g->n_owned * GRAIN_MESH_VOLUME * R * R * R;
  double       part   = 0.0;
  int          step;

  PetscFunctionBeginUser;
  for (step = 0; part < density; step++) {
    const double speed = part < density - 0.1 ? 100.0 : 20.0, way = speed * b->fem->dt;

    b->tools.v[TOOL_TOP] = -speed;
    b->tools.z[TOOL_TOP] -= way;
    if (part < density - 0.1) b->tools.die_radius -= 0.5 * way;
    if (step % 50 == 0) PetscCall(Pairs(b));
    PetscCall(FemStep(b->fem, &b->tools));
    part = grains / (PETSC_PI * b->tools.die_radius * b->tools.die_radius * b->tools.z[TOOL_TOP]);
  }
  b->tools.v[TOOL_TOP] = 0.0;
  for (int k = 0; k < 200; k++) PetscCall(FemStep(b->fem, &b->tools));
  PetscCall(Pairs(b));
  printf("pressed in %d steps to a density of %.3f\n", step, part);
  PetscFunctionReturn(0);
}

static double kinetic(Fem fem)
{
  v8     lanes = v8_set(0.0);
  double sum   = 0.0;

  for (PetscInt n = 0; n < fem->n_pack * fem->n_node; n++)
    for (int k = 0; k < 3; k++) lanes += 0.5 * fem->mass[n] * fem->v[n][k] * fem->v[n][k];
  for (int l = 0; l < 8; l++) sum += lanes[l];
  return sum;
}

static PetscErrorCode Rest(Bench *b, int steps)
{
  double last = 0.0, now;

  PetscFunctionBeginUser;
  for (int step = 1; step <= steps; step++) {
    PetscCall(FemStep(b->fem, &b->tools));
    if (step % 50 == 0) PetscCall(Pairs(b));
    if (step % 10) continue;
    now = kinetic(b->fem);
    if (now < last) memset(b->fem->v, 0, (size_t)(b->fem->n_pack * b->fem->n_node) * sizeof *b->fem->v);
    last = now < last ? 0.0 : now;
  }
  PetscFunctionReturn(0);
}

/* Of this process: others may share the machine. */
static double cpu_seconds(void)
{
  struct timespec t;

  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static PetscErrorCode Solve(Bench *b, const char *what, double lift)
{
  const double    start     = cpu_seconds();
  double          z[TOOL_N] = {0.0, b->tools.z[TOOL_BOTTOM], b->tools.z[TOOL_TOP] * (1.0 + lift)};
  FemStaticStatus s;
  FemStatic       st;

  PetscFunctionBeginUser;
  PetscCall(FemStaticCreate(b->fem, &fem_static_defaults, &st));
  PetscCall(FemStaticSolve(st, &b->tools, z, &s));
  PetscCall(FemStaticDestroy(&st));
  printf("%s (%s): %.1f CPU s, %d increments (%d failed), %d Newton, %d Krylov (at most %d in one solve), residual "
         "%.1e, punch %.1f nN\n",
         what, s.two_level ? "two levels" : "direct", cpu_seconds() - start, s.increments, s.cuts, s.newton, s.krylov,
         s.krylov_most, s.residual, s.force[TOOL_TOP][2]);
  fflush(stdout);
  PetscFunctionReturn(0);
}

static double number(int argc, char **argv, int k, double otherwise)
{
  return argc > k && argv[k][0] != '-' ? atof(argv[k]) : otherwise;
}

int main(int argc, char **argv)
{
  const GrainShape sphere = {.form = GRAIN_SPHERE};
  const int edge = (int)number(argc, argv, 1, 3), n = (int)number(argc, argv, 2, 4), m = (int)number(argc, argv, 3, 2);
  const double dense = number(argc, argv, 4, 0.9);
  const int    rest  = (int)number(argc, argv, 5, 0);
  Bench        b     = {0};

  PetscCall(PetscInitialize(&argc, &argv, NULL, NULL));
  if (GrainMeshMake(&sphere, n, m, &b.mesh) != MESH_OK) return 2;
  printf("%d grains, each %d nodes, %d elements\n", edge * edge * edge, b.mesh.n_node, b.mesh.n_elem);
  PetscCall(Begin(&b, edge));
  PetscCall(Press(&b, dense));
  PetscCall(Rest(&b, rest));
  PetscCall(Solve(&b, "hold", 0.0));
  PetscCall(Solve(&b, "lift by 0.2 %", 0.002));
  PetscCall(FemDestroy(&b.fem));
  PetscCall(GrainsDestroy(&b.g));
  grain_mesh_free(&b.mesh);
  return PetscFinalize();
}
