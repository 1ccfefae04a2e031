/* output_impl.h - what the files output*.c share; nobody else includes it. */
#ifndef SOLVER_OUTPUT_IMPL_H
#define SOLVER_OUTPUT_IMPL_H

#include "postproc/vtk_legacy.h"
#include "postproc/vtk_series.h"
#include "solver/output.h"
#include <stdio.h>

enum { SERIES_GRAINS, SERIES_CONTACTS, SERIES_TOOLS, SERIES_MESHED, SERIES_N };

/* What the rows of one stage say. */
typedef struct {
  int         rows;
  Observation first, last;
  Electric    electric; /* at its end, when conducted */
  int         conducted;
  double      pressure_max, push_max, inertial_max, overlap_max; /* [GPa], force of either punch [nN], [-], [-] */
  double      element_worst;                                     /* the smallest [-] */
} StageSummary;

/* The coin in numbers, NAN where the programme did not come so far; doubles only. */
typedef struct {
  double grains, relative_density, core_density;
  double height_moment, radius_moment;      /* [nm] */
  double coordination, contact_radius_mean; /* [-], of the smaller R0 */
  double pressure_reached, pressure_wanted; /* largest of all stages, and of the presses in the deck [GPa] */
  double density_under_load, transmission_under_load;
  double conductivity, conductivity_tensor[SYM_N]; /* at the end of the last stage [S/m] */
  double bonded, bonded_coordination, bonded_cluster, bonded_spans;
  double neck_radius_mean, coverage_contact, coverage_free; /* [-] */
  double slow_time;                                         /* [s] */
  double springback_axial, springback_radial;               /* relative */
  double residual_wall_pressure;                            /* after release [GPa] */
  double ejection_force, ejection_shear;                    /* [nN], over the side [GPa] */
  double meshed, mesh_elements;           /* grains; elements of each [-]; NAN, like what follows: none is meshed */
  double mises_mean, plastic_strain_mean; /* [GPa], [-] */
  double mesh_volume, element_worst;      /* over those without load: of all, of the worst element of any row [-] */
  double plastic_share, hourglass_share;  /* of the work that elements took up, under load [-] */
  double uneven_share;                    /* the part of plastic_share that varies within elements [-] */
  double mass_added;                      /* to elements that became thin, over the mass at the start [-] */
  double kinetic_share;                   /* kinetic energy over that work, under load [-] */
  double mises_rms, mises_max;            /* of the elements, like mises_mean; NAN: no meshed grains [GPa] */
  double residual_stress[SYM_N]; /* of a released coin of meshed grains, over its volume, compression > 0 [GPa] */
  double static_increments, static_newton, static_steps,
      static_residual;           /* of static equilibria; NAN: there was none */
  double stiffness[STIFFNESS_N]; /* of the compact in the die; NAN: not looked for [GPa] */
  double energy_error;
  double hardness, hardness_low, hardness_high; /* estimate and band [GPa] */
  double modulus, modulus_low, modulus_high;    /* the same [GPa] */
} Coin;

struct _p_Output {
  MPI_Comm     comm;
  PetscMPIInt  rank;
  Config       config; /* its pointers stay the caller's and are not used */
  Provenance   provenance;
  char         path[2 * PATH_MAX_LEN];
  FILE        *history, *conduction, *balance, *promotions; /* rank 0 */
  double       last_step, last_conduction;
  StageSummary stage[STAGES_MAX]; /* same on every rank, except rows taken from an earlier history: rank 0 */
  PetscInt     n_warnings, n_warnings_alloc;
  char (*warning)[WARNING_LEN];
  VtkSeries series[SERIES_N]; /* rank 0 */
};

extern const char *const output_series_names[SERIES_N];

/* Collective.  Rank 0's errno (0: fine) becomes the user error "path cannot be written: ..." of all ranks. */
PetscErrorCode OutputAgree(Output output, int error, const char path[]);
/* Columns of a file of numbers: where each stands in a struct of doubles, and how many digits of it are shown. */
typedef struct {
  const char *name;
  size_t      offset;
  int         digits;
} TableColumn;
enum { TABLE_ROW = 1024 };
/* Not collective, pure.  The line of names; a line of numbers. */
void output_table_header(int n, const TableColumn columns[], char text[TABLE_ROW]);
void output_table_row(int n, const TableColumn columns[], const void *row, char text[TABLE_ROW]);
/* Not collective, pure.  A number as files of numbers have it; what snprintf returns. */
int output_number(char text[], size_t n, double v, int digits);
/* A CSV file of the run. */
typedef struct {
  const char *name, *header;
  /* A row of an earlier session: < 0 it is not whole, 0 drop it, 1 keep it.  NULL: by its step, which comes first. */
  int (*keep)(Output output, const char line[], PetscInt64 restart_step);
} Table;

/* Collective.  Opens a table on rank 0: keeps rows up to restart_step (-1: none) and goes on behind them.  file NULL:
   nothing will be added, and nothing is made where there is none. */
PetscErrorCode OutputTableOpen(Output output, const Table *table, PetscInt64 restart_step, FILE **file);
/* Collective.  A row more; file and row: those of rank 0, NULL where the run has no such file. */
PetscErrorCode OutputTableAppend(Output output, const char name[], FILE *file, const char row[]);
/* Not collective.  All of a row or nothing of it: a disk that is full may have taken half.  Returns errno. */
int output_append(FILE *file, const char row[]);
/* Pure.  The rank that writes the rows of an id: ids from 0 to end - 1 in equal blocks. */
PetscMPIInt output_writer(int64_t id, int64_t end, PetscMPIInt size);
/* Collective.  Writes the dataset as the frame of this state, and puts it into the series. */
PetscErrorCode OutputDataset(Output output, int series, const Sample *sample, VtkDataset *data);
/* Collective.  The frame of meshed grains.  end: ids are smaller. */
PetscErrorCode OutputMeshed(Output output, const Sample *sample, int64_t end);
/* Collective.  Opens promotions.csv, when rigid grains may become meshed; else only drops rows. */
PetscErrorCode OutputPromotionsOpen(Output o, PetscInt64 restart_step);
/* Collective.  Opens conduction.csv, when the run measures conduction; else only drops rows. */
PetscErrorCode OutputConductionOpen(Output output, PetscInt64 restart_step);
/* Collective.  Opens balance.csv. */
PetscErrorCode OutputBalanceOpen(Output output, PetscInt64 restart_step);
/* Collective.  Opens history.csv: keeps rows up to restart_step (-1: none) and goes on behind them. */
PetscErrorCode OutputHistoryOpen(Output output, PetscInt64 restart_step);
/* Not collective.  Takes a row into the summary of its stage. */
void output_stage_take(Output output, const Observation *o);
/* Not collective, like the rows it is drawn from. */
void output_coin(Output output, Coin *coin);
/* Not collective.  Hardness and stiffness into the coin: output_verdict.c. */
void output_quality(Output output, Coin *coin);
/* Pure.  "metal coin" (or "ionic coin"), "partly sintered", "pressed powder"; NULL where contacts know no bonds. */
const char *output_verdict(Output output, const Coin *coin);
/* Not collective.  Why, in one line; only where there is a verdict. */
void output_verdict_why(Output output, const Coin *coin, char text[], size_t n);
/* Not collective.  What a reader should know before he believes the numbers, a line each: the run's own warnings, and
   limits of the model.  done: the programme ran to its end. */
void output_doubts(Output output, int done, void (*line)(void *to, const char text[]), void *to);

#endif
