/*
  bench_dem.c - particle-steps per second of the grain engine on a dense packing at rest.

    bench_dem STATE LAW STEPS WARMUP

  STATE: a file of bench/states.  The work item, and what it is compared with, is in README.md of this folder.  The mdr
  run has the same grains with a yield stress that the contacts exceed, so that every branch of the law is at work.
*/
#include "materials/contact.h"
#include "solver/dem/dem.h"
#include <malloc.h>
#include <petsctime.h>
#include <string.h>

enum { D = 1000000 };                                       /* grain diameter [nm] */
static const double E = 0.1, NU = 0.3, RHO = 2.5e-6;        /* GPa, -, fg/nm^3 */
static const double MU = 0.3, DT = 1368.32, YIELD = 0.0025; /* -, ns, GPa: E/Y = 40 as in nanocrystalline gold */

static PetscErrorCode LawParams(const ContactLaw *law, void **params)
{
  PetscFunctionBeginUser;
  PetscCall(PetscCalloc1(law->param_size, (char **)params));
  for (const ParamSpec *s = law->params; s->key; s++) {
    double *value = (double *)((char *)*params + s->offset);
    *value        = s->def;
    if (!strcmp(s->key, "E")) *value = E;
    if (!strcmp(s->key, "nu")) *value = NU;
  }
  PetscFunctionReturn(0);
}

/* Every rank reads the file and keeps a slice of it: setup only. */
static PetscErrorCode ReadState(const char *path, Grains *grains, Tools *tools)
{
  PetscMPIInt  rank, size;
  FILE        *file = fopen(path, "r");
  double       die, height, h1, x[3];
  int          n, row = 0, first, last;
  const double m = RHO * 4.0 / 3.0 * PETSC_PI * pow(0.5 * D, 3);

  PetscFunctionBeginUser;
  PetscCallMPI(MPI_Comm_rank(PETSC_COMM_WORLD, &rank));
  PetscCallMPI(MPI_Comm_size(PETSC_COMM_WORLD, &size));
  PetscCheck(file && fscanf(file, "%d %lf %lf %lf", &n, &die, &height, &h1) == 4, PETSC_COMM_WORLD, PETSC_ERR_FILE_OPEN,
             "%s: not a state file", path);
  first = (int)((int64_t)n * rank / size);
  last  = (int)((int64_t)n * (rank + 1) / size);
  PetscCall(GrainsCreate(PETSC_COMM_WORLD, last - first, grains));
  for (int k = 0; k < n; k++) {
    double *r;
    PetscCheck(fscanf(file, "%lf %lf %lf", x, x + 1, x + 2) == 3, PETSC_COMM_WORLD, PETSC_ERR_FILE_READ,
               "%s: grain %d is missing", path, k);
    if (k < first || k >= last) continue;
    (*grains)->id[row] = k;
    r                  = (*grains)->rec[row++];
    for (int c = 0; c < 3; c++) r[REC_X + c] = x[c] * D;
    r[REC_R] = r[REC_R0] = 0.5 * D;
    r[REC_YIELD] = YIELD, r[REC_PSI] = 1.0, r[REC_INV_M] = 1.0 / m;
  }
  fclose(file);
  *tools = (Tools){
      .die_radius = 0.5 * die * D, .die_top = 2.0 * height * D, .mu = {MU, MU, MU}
  };
  tools->z[TOOL_TOP] = height * D;
  PetscFunctionReturn(0);
}

static PetscErrorCode Steps(Dem dem, const Tools *tools, PetscInt n, PetscInt every)
{
  DemStatus status;

  PetscFunctionBeginUser;
  for (PetscInt s = 0; s < n; s++) {
    PetscCall(DemRefresh(dem, tools, PETSC_FALSE));
    PetscCall(DemForces(dem, tools));
    dem_move(dem, tools);
    if ((s + 1) % every == 0) PetscCall(DemControl(dem, tools, 0, &status));
  }
  PetscFunctionReturn(0);
}

static PetscErrorCode Contacts(Dem dem, const Tools *tools, Grains g, double *z)
{
  const ContactSample *c;
  PetscInt             n;
  double               sum = 0.0;

  PetscFunctionBeginUser;
  dem_sample_next(dem);
  PetscCall(DemForces(dem, tools));
  dem_samples(dem, &n, &c);
  for (PetscInt k = 0; k < n; k++)
    if (c[k].j >= 0) sum += (c[k].i < g->n_owned) + (c[k].j < g->n_owned);
  PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, &sum, 1, MPI_DOUBLE, MPI_SUM, PETSC_COMM_WORLD));
  *z = sum / (double)g->n_global;
  PetscFunctionReturn(0);
}

static double heap_bytes(void)
{
  const struct mallinfo2 m = mallinfo2();
  return (double)m.uordblks + (double)m.hblkhd;
}

static PetscErrorCode Run(const char *state, const ContactLaw *law, PetscInt steps, PetscInt warmup)
{
  const double G = E / (2.0 * (1.0 + NU));
  DemConfig cfg  = {.modulus = E, .mu = MU, .dt = DT, .skin = 0.04 * D, .radius_max = 0.5 * D, .control_interval = 10};
  Grains    grains;
  Tools     tools;
  Dem       dem;
  void     *params;
  double    z = 0.0, bytes, before = heap_bytes();
  PetscLogDouble start, end;

  PetscFunctionBeginUser;
  PetscCall(LawParams(law, &params));
  cfg.model = (ContactModel){.law         = law,
                             .p           = params,
                             .G_star      = G / (2.0 * (2.0 - NU)),
                             .G_star_tool = G / (2.0 - NU),
                             .kt_ratio    = 1.0,
                             .damping_t   = 1.0};
  PetscCall(ReadState(state, &grains, &tools));
  PetscCall(DemCreate(grains, &cfg, &dem));
  PetscCall(DemRefresh(dem, &tools, PETSC_TRUE));
  PetscCall(DemRepartition(dem, &tools, NULL));
  PetscCall(Steps(dem, &tools, warmup, cfg.control_interval));
  PetscCall(DemRepartition(dem, &tools, NULL));
  PetscCallMPI(MPI_Barrier(PETSC_COMM_WORLD));
  PetscCall(PetscTime(&start));
  PetscCall(Steps(dem, &tools, steps, cfg.control_interval));
  PetscCallMPI(MPI_Barrier(PETSC_COMM_WORLD));
  PetscCall(PetscTime(&end));
  malloc_trim(0);
  bytes = heap_bytes() - before;
  PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, &bytes, 1, MPI_DOUBLE, MPI_SUM, PETSC_COMM_WORLD));
  PetscCall(Contacts(dem, &tools, grains, &z));
  PetscCall(PetscPrintf(PETSC_COMM_WORLD, "particle_steps_per_s %.0f contacts_per_grain %.3f bytes_per_grain %.0f\n",
                        (double)grains->n_global * (double)steps / (end - start), z, bytes / (double)grains->n_global));
  PetscCall(DemDestroy(&dem));
  PetscCall(GrainsDestroy(&grains));
  PetscCall(PetscFree(params));
  PetscFunctionReturn(0);
}

int main(int argc, char **argv)
{
  const ContactLaw *law;

  PetscFunctionBeginUser;
  PetscCall(PetscInitialize(&argc, &argv, NULL, "usage: bench_dem STATE LAW STEPS WARMUP\n"));
  PetscCheck(argc >= 5 && (law = contact_law_find(argv[2])), PETSC_COMM_WORLD, PETSC_ERR_USER_INPUT,
             "usage: bench_dem STATE LAW STEPS WARMUP");
  PetscCall(Run(argv[1], law, atoi(argv[3]), atoi(argv[4])));
  PetscCall(PetscFinalize());
  return 0;
}
