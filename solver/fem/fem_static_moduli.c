/*
  fem_static_moduli.c - the stiffness of a compact between its tools: six strains to and fro from the same equilibrium.

  The tools deform with the powder, as surfaces: a point x of die and punches goes to x + e (x - centre), and grains
  that stick to them are taken along, up to friction (kinematic uniform boundary conditions of a body that fills its
  container; an upper bound of the moduli where friction holds).  Stress is the moment of the forces of the tools over
  the volume between them (Love 1927), both as they were without the strain: a nominal stress, so that C has an energy
  and is symmetric where the compact is under load.  The mean over the elements is larger by what surfaces overlap. What
  slides has a stress that falls with either sense of a strain: the mean slope of both senses is that of a small cycle.
  Where the powder still flows under its load it is a mean of flow and unloading: unload a little before.
*/
#include "solver/fem/fem_static_impl.h"

/* Nominal stress after strain k of size e, compression positive [GPa]; bodies are afterwards as they were. */
static PetscErrorCode Strained(FemStatic st, const Tools *tools, int k, double e, double volume, double stress[6])
{
  static const char *const name[6] = {"xx", "yy", "zz", "xy", "yz", "zx"};
  const int                i = EL_ROW[k], j = EL_COLUMN[k];
  ToolStrain               strain = {
                    .centre = {0.0, 0.0, 0.5 * (tools->z[TOOL_BOTTOM] + tools->z[TOOL_TOP])}
  };
  const Goal stay = {
      .z = {tools->z[0], tools->z[1], tools->z[2]},
        .radius = tools->die_radius
  };
  SNESConvergedReason why;

  PetscFunctionBeginUser;
  strain.e[i][j] = strain.e[j][i] = k < 3 ? e : 0.5 * e;
  PetscCall(StaticStrained(st, tools, &stay, &strain, &why));
  PetscCheck(why > 0, st->fem->g->comm, PETSC_ERR_CONV_FAILED,
             "static equilibrium: no balance for the strain %s of %g that moduli need (%s); ask for no moduli", name[k],
             e, SNESConvergedReasons[why]);
  PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, strain.moment, 9, MPI_DOUBLE, MPI_SUM, st->fem->g->comm));
  for (int c = 0; c < 6; c++) {
    const double both = strain.moment[EL_ROW[c]][EL_COLUMN[c]] + strain.moment[EL_COLUMN[c]][EL_ROW[c]];
    stress[c]         = -0.5 * both / volume;
  }
  PetscCall(StaticRestore(st));
  PetscFunctionReturn(0);
}

PetscErrorCode FemStaticModuli(FemStatic st, Tools *tools, double strain, double C[6][6], FemStaticStatus *status)
{
  const double volume = PETSC_PI * tools->die_radius * tools->die_radius * (tools->z[TOOL_TOP] - tools->z[TOOL_BOTTOM]);
  double       more[6], less[6];

  PetscFunctionBeginUser;
  PetscCall(FemStaticSolve(st, tools, tools->z, status));
  for (int k = 0; k < 6; k++) {
    PetscCall(Strained(st, tools, k, strain, volume, more));
    PetscCall(Strained(st, tools, k, -strain, volume, less));
    for (int r = 0; r < 6; r++) C[r][k] = (less[r] - more[r]) / (2.0 * strain);
  }
  PetscCall(FemStaticSolve(st, tools, tools->z, status));
  PetscFunctionReturn(0);
}
