/*
  bench_fem - what a step of meshed grains costs, by parts: 125 spheres of gold pressed towards a given density.

  usage: bench_fem [grains along an edge, 5] [n of the mesh, 4] [m of the mesh, 2] [density, 0.95] [W nN/nm, 0]
*/
#include "solver/fem/fem_impl.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct {
  GrainMesh mesh;
  FemConfig cfg;
  Grains    g;
  Tools     tools;
  Fem       fem;
  double    R;
} Bench;

static PetscErrorCode Begin(Bench *b, int edge, double W)
{
  const double R = b->R = 3.25, d = 2.02 * R;
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
      .W            = W,
      .strength     = 3.0,
      .drag         = 0.0,
      .radius_min   = R,
      .radius_max   = R
  };
  b->tools = (Tools){
      .die_radius = edge * 0.72 * d, .die_top = 1e6, .z = {0, 0.0, edge * d}
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

/* All pairs whose spheres are near. */
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

static double solid_fraction(const Bench *b)
{
  const double R = b->R;
  return (double)b->g->n_owned * GRAIN_MESH_VOLUME * R * R * R /
         (PETSC_PI * b->tools.die_radius * b->tools.die_radius * (b->tools.z[TOOL_TOP] - b->tools.z[TOOL_BOTTOM]));
}

/* The die closes about the spheres, the punches come together. */
static PetscErrorCode Press(Bench *b, double density)
{
  const double v    = 100.0;
  int          step = 0, lists = 0;
  FemStatus    status;

  PetscFunctionBeginUser;
  for (; solid_fraction(b) < density; step++) {
    const double way     = v * b->fem->dt;
    b->tools.v[TOOL_TOP] = -v;
    b->tools.z[TOOL_TOP] -= way;
    b->tools.die_radius -= 0.5 * way;
    if (step % 50 == 0) {
      PetscCall(Pairs(b));
      lists++;
    }
    PetscCall(FemStep(b->fem, &b->tools));
    if (step % 50 == 49) PetscCall(FemControl(b->fem, &status));
  }
  PetscCall(FemControl(b->fem, &status));
  printf("pressed in %d steps: density %.3f, punch %.0f nN (%.2f GPa), worst element %.2f\n", step, solid_fraction(b),
         status.force[TOOL_TOP][2], status.force[TOOL_TOP][2] / (PETSC_PI * b->tools.die_radius * b->tools.die_radius),
         status.worst);
  PetscFunctionReturn(0);
}

/* Of this process: others may share the machine. */
static double cpu_seconds(void)
{
  struct timespec t;

  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static PetscErrorCode Measure(Bench *b)
{
  enum { TIMES = 200 };
  double t[6], sum[5] = {0};
  Fem    fem = b->fem;

  PetscFunctionBeginUser;
  b->tools.v[TOOL_TOP] = 0.0;
  for (int k = 0; k < 400; k++) PetscCall(FemStep(fem, &b->tools)); /* to rest: a press is slower than this one was */
  for (int k = 0; k < TIMES; k++) {
    memset(fem->force, 0, (size_t)(fem->n_body * fem->n_surf) * sizeof *fem->force);
    t[0] = cpu_seconds();
    PetscCall(FemCandidatesCheck(fem));
    t[1] = cpu_seconds();
    PetscCall(FemContact(fem));
    t[2] = cpu_seconds();
    PetscCall(FemTools(fem, &b->tools));
    t[3] = cpu_seconds();
    if (k % 20 == 0) PetscCall(FemCandidates(fem));
    t[4] = cpu_seconds();
    fem_move(fem, &b->tools);
    t[5] = cpu_seconds();
    for (int c = 0; c < 5; c++) sum[c] += t[c + 1] - t[c];
  }
  printf("ms per step: check %.3f  contact %.3f  tools %.3f  elements and motion %.3f; a list %.2f ms\n",
         1e3 * sum[0] / TIMES, 1e3 * sum[1] / TIMES, 1e3 * sum[2] / TIMES, 1e3 * sum[4] / TIMES,
         1e3 * sum[3] / (TIMES / 20));
  printf("%d surface nodes, %d candidates with %.1f blocks each\n", (int)(fem->n_body * fem->n_surf), (int)fem->list.n,
         (double)fem->list.n_block / (double)fem->list.n);
  PetscFunctionReturn(0);
}

int main(int argc, char **argv)
{
  const GrainShape sphere = {.form = GRAIN_SPHERE};
  const int edge = argc > 1 ? atoi(argv[1]) : 5, n = argc > 2 ? atoi(argv[2]) : 4, m = argc > 3 ? atoi(argv[3]) : 2;
  Bench     b = {0};

  PetscCall(PetscInitialize(&argc, &argv, NULL, NULL));
  if (GrainMeshMake(&sphere, n, m, &b.mesh) != MESH_OK) return 2;
  printf("%d grains, each %d nodes (%d on the surface), %d elements\n", edge * edge * edge, b.mesh.n_node,
         b.mesh.n_surf, b.mesh.n_elem);
  PetscCall(Begin(&b, edge, argc > 5 ? atof(argv[5]) : 0.0));
  PetscCall(Press(&b, argc > 4 ? atof(argv[4]) : 0.95));
  PetscCall(Measure(&b));
  PetscCall(FemDestroy(&b.fem));
  PetscCall(GrainsDestroy(&b.g));
  grain_mesh_free(&b.mesh);
  return PetscFinalize();
}
