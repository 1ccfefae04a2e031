/*
  bench_fem - what a step of meshed grains costs, by parts: 125 spheres of gold pressed towards a given density.

  usage: bench_fem [grains along an edge, 5] [n of the mesh, 4] [m of the mesh, 2] [density, 0.95] [W nN/nm, 0]

  Every rank presses grains of its own, so that all cores are at work, and the first prints.  Each number is that of the
  fastest of some rounds: others may share the machine.
*/
#include "tests/verify/fem_gold.h"
#include <inttypes.h>
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
  int       prints; /* this rank */
} Bench;

static PetscErrorCode Begin(Bench *b, int edge, double W)
{
  const double R = b->R = 3.25, d = 2.02 * R, rest[3] = {0};
  const int    n = edge * edge * edge;

  PetscFunctionBeginUser;
  b->cfg         = gold_config(&b->mesh, R);
  b->cfg.courant = 0.6, b->cfg.dashpot = 0.5, b->cfg.mu = 0.3, b->cfg.W = W, b->cfg.strength = 3.0;
  b->tools = (Tools){
      .die_radius = edge * 0.72 * d, .die_top = 1e6, .z = {0, 0.0, edge * d}
  };
  PetscCall(GrainsCreate(PETSC_COMM_SELF, n, &b->g));
  for (int i = 0; i < n; i++) {
    const double half = 0.5 * (edge - 1);
    const double x[3] = {(i % edge - half) * d, (i / edge % edge - half) * d, (i / edge / edge + 0.5) * d};
    gold_grain(b->g, i, i, R, 0.5, x, rest);
  }
  PetscCall(GoldBodies(b->g, &b->cfg, 1.0, &b->fem));
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
  int          step = 0;
  FemStatus    status;

  PetscFunctionBeginUser;
  for (; solid_fraction(b) < density; step++) {
    const double way     = v * b->fem->dt;
    b->tools.v[TOOL_TOP] = -v, b->tools.die_speed = -0.5 * v;
    b->tools.z[TOOL_TOP] -= way;
    b->tools.die_radius -= 0.5 * way;
    if (step % 50 == 0) PetscCall(GoldPairs(b->fem, 1.0));
    PetscCall(FemStep(b->fem, &b->tools));
    if (step % 50 == 49) PetscCall(FemControl(b->fem, &status));
  }
  PetscCall(FemControl(b->fem, &status));
  if (b->prints)
    printf("pressed in %d steps: density %.3f, punch %.0f nN (%.2f GPa), worst element %.2f\n", step, solid_fraction(b),
           status.force[TOOL_TOP][2],
           status.force[TOOL_TOP][2] / (PETSC_PI * b->tools.die_radius * b->tools.die_radius), status.worst);
  PetscFunctionReturn(0);
}

/* Of this process: others may share the machine. */
static double cpu_seconds(void)
{
  struct timespec t;

  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* The parts of a step; KERNEL is the elements alone, which ELEMENTS holds, too. */
enum { CHECK, CONTACT, TOOLS, LIST, ELEMENTS, KERNEL, PARTS };

/* A step, and seconds of its parts added to `sum`; with a new list of candidates if wanted. */
static PetscErrorCode Step(Bench *b, int list, double sum[PARTS])
{
  Fem    fem = b->fem;
  double t[KERNEL + 1];

  PetscFunctionBeginUser;
  memset(fem->force, 0, (size_t)(fem->n_body * fem->n_surf) * sizeof *fem->force);
  t[0] = cpu_seconds();
  PetscCall(FemCandidatesCheck(fem));
  t[1] = cpu_seconds();
  PetscCall(FemContact(fem));
  t[2] = cpu_seconds();
  PetscCall(FemTools(fem, &b->tools));
  t[3] = cpu_seconds();
  if (list) PetscCall(FemCandidates(fem));
  t[4] = cpu_seconds();
  fem_move(fem, &b->tools);
  t[5] = cpu_seconds();
  for (int c = 0; c < KERNEL; c++) sum[c] += t[c + 1] - t[c];
  PetscFunctionReturn(0);
}

/* Once through the elements of all bodies, whose state is what it was afterwards: `keep` has room for it. */
static double kernel_seconds(Fem fem, void *keep)
{
  const size_t size = (size_t)(fem->n_pack * fem->n_elem) * sizeof *fem->state;
  double       start, end;

  memcpy(keep, fem->state, size);
  start = cpu_seconds();
  for (PetscInt p = 0; p < fem->n_pack; p++)
    element_forces(&fem->model, (const v8(*)[3])fem->x + p * fem->n_node, (const v8(*)[3])fem->v + p * fem->n_node,
                   fem->volume + p * fem->n_elem, fem->yield[p], fem->state + p * fem->n_elem, fem->f,
                   &fem->work_pack[p]);
  end = cpu_seconds();
  memcpy(fem->state, keep, size);
  return end - start;
}

/* Of the bits of all places: two programs with the same answer print the same. */
static uint64_t places_hash(Fem fem)
{
  const size_t n = (size_t)(fem->n_body * fem->n_surf);
  uint64_t     h = 0xcbf29ce484222325; /* FNV-1a, word by word */

  for (size_t k = 0; k < n; k++)
    for (int c = 0; c < 3; c++) h = (h ^ ((const uint64_t *)fem->surf[k])[SF_X + c]) * 0x100000001b3;
  return h;
}

static PetscErrorCode Measure(Bench *b)
{
  enum { ROUNDS = 5, TIMES = 60 };
  Fem    fem = b->fem;
  double best[PARTS], step = 1e300, elements = (double)fem->n_body * fem->n_elem;
  void  *keep = aligned_alloc(64, (size_t)(fem->n_pack * fem->n_elem) * sizeof *fem->state);

  PetscFunctionBeginUser;
  PetscCheck(keep, PETSC_COMM_SELF, PETSC_ERR_MEM, "no memory for the state of the elements");
  b->tools.v[TOOL_TOP] = b->tools.die_speed = 0.0;
  for (int k = 0; k < 400; k++) PetscCall(FemStep(fem, &b->tools)); /* to rest: a press is slower than this one was */
  for (int c = 0; c < PARTS; c++) best[c] = 1e300;
  for (int round = 0; round < ROUNDS; round++) {
    double sum[PARTS] = {0}, whole = 0.0;

    for (int k = 0; k < TIMES; k++) PetscCall(Step(b, k == 0, sum));
    for (int k = 0; k < TIMES; k++) sum[KERNEL] += kernel_seconds(fem, keep);
    for (int c = 0; c < PARTS; c++) best[c] = PetscMin(best[c], sum[c] / (c == LIST ? 1 : TIMES));
    for (int c = 0; c <= ELEMENTS; c++) whole += c == LIST ? 0.0 : sum[c] / TIMES;
    step = PetscMin(step, whole);
  }
  free(keep);
  if (!b->prints) PetscFunctionReturn(0);
  printf(
      "ms per step: check %.3f  contact %.3f  tools %.3f  elements and motion %.3f (elements %.3f); a list %.2f ms\n",
      1e3 * best[CHECK], 1e3 * best[CONTACT], 1e3 * best[TOOLS], 1e3 * best[ELEMENTS], 1e3 * best[KERNEL],
      1e3 * best[LIST]);
  printf("%d surface nodes, %d candidates with %.1f blocks each, %d near with %.2f facets each\n",
         (int)(fem->n_body * fem->n_surf), (int)fem->list.n, (double)fem->list.n_block / (double)fem->list.n,
         (int)fem->near.n, (double)fem->near.n_block / (double)fem->near.n);
  printf("million element-steps per second of a core: kernel %.1f, step without lists %.2f\n",
         1e-6 * elements / best[KERNEL], 1e-6 * elements / step);
  printf("bits of the places at the end: %016" PRIx64 "\n", places_hash(fem));
  PetscFunctionReturn(0);
}

int main(int argc, char **argv)
{
  const GrainShape sphere = {.form = GRAIN_SPHERE};
  const int   edge = argc > 1 ? atoi(argv[1]) : 5, n = argc > 2 ? atoi(argv[2]) : 4, m = argc > 3 ? atoi(argv[3]) : 2;
  PetscMPIInt rank;
  Bench       b = {0};

  PetscCall(PetscInitialize(&argc, &argv, NULL, NULL));
  if (GrainMeshMake(&sphere, n, m, &b.mesh) != MESH_OK) return 2;
  PetscCallMPI(MPI_Comm_rank(PETSC_COMM_WORLD, &rank));
  b.prints = rank == 0;
  if (b.prints)
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
