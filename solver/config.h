/*
  config.h - what a deck says, typed, checked and in internal units (nm, ns, fg, nN, GPa, K).

  Filled by DeckRead (deck.c) from tables of keys; every module gets its own block and nothing else.
*/
#ifndef SOLVER_CONFIG_H
#define SOLVER_CONFIG_H

#include "materials/bulk.h"
#include "materials/contact_interface.h"
#include "materials/crystal.h"
#include "materials/material.h"
#include <petscsys.h>

enum { NAME_MAX_LEN = 64, PATH_MAX_LEN = 1024, STAGES_MAX = 32, WARNINGS_MAX = 8, WARNING_LEN = 256 };

typedef struct {
  char       packing[NAME_MAX_LEN];    /* random, cohesive, sc, bcc, fcc, file */
  char       sizes[NAME_MAX_LEN];      /* monodisperse, lognormal, file */
  char       file[PATH_MAX_LEN];       /* packing: file (xyzr text or legacy VTK) */
  char       sizes_file[PATH_MAX_LEN]; /* sizes: file, one diameter in nm per line */
  PetscInt64 grains;
  PetscInt64 seed;
  double     diameter;         /* mean [nm] */
  double     size_spread;      /* standard deviation of ln d, sizes: lognormal [-] */
  double     relative_density; /* of the packing in the die, true grain volumes [-] */
  PetscBool  aligned;          /* all crystals have the axes of the press; else at random */
  double     yield_strength;   /* [GPa]; NAN: from the card, material_yield(d) */
} PowderConfig;

typedef struct {
  const ContactLaw *law;
  void             *law_params;                                    /* law->param_size bytes, owned */
  double            friction, rolling_friction, twisting_friction; /* grain on grain [-] */
  double            work_of_adhesion;                              /* grain on grain [nN/nm]; default: the card's */
  double            kt_ratio, damping_t;
  PetscBool         partial_slip; /* Mindlin-Deresiewicz instead of a spring inside Coulomb's cone */
} ContactConfig;

/* A tool face: the die wall, the top or the bottom punch. */
typedef struct {
  double friction, rolling_friction; /* [-] */
  double work_of_adhesion;           /* grain on tool [nN/nm] */
} ToolConfig;

typedef struct {
  double     diameter;     /* bore [nm]; NAN: chosen so that height = aspect_ratio * diameter at density 0.70 */
  double     aspect_ratio; /* see diameter; [-] */
  ToolConfig wall, top, bottom;
  double     pressure_limit; /* what the tool material carries [GPa]; steel 1, WC or sintered diamond 3-7 */
  char       tool_material[NAME_MAX_LEN];
} DieConfig;

typedef enum { STAGE_FILL, STAGE_PRESS, STAGE_DWELL, STAGE_RELEASE, STAGE_EJECT, STAGE_N } StageKind;

/* A dwell longer than this is shown by the slow clock [ns]. */
#define SLOW_FROM 1e3

/* One stage of the programme; its block in the deck has the stage's name (press, press2, ...). */
typedef struct {
  StageKind kind;
  char      name[NAME_MAX_LEN];
  char      method[NAME_MAX_LEN];  /* release, eject: explicit, equilibrium */
  char      element[NAME_MAX_LEN]; /* release, eject by equilibrium: of fem/fem_static.h */
  char      balance[NAME_MAX_LEN]; /* release, eject by equilibrium: auto, newton, damped */
  double    tolerance;       /* release, eject by equilibrium: unbalanced forces over those of contact; NAN: auto [-] */
  PetscInt  steps_max;       /* release, eject by damped motion: of an increment */
  PetscBool moduli;          /* release by equilibrium: of the compact, before */
  double    pressure;        /* press: target P = F/A on the top punch [GPa] */
  double    inertial_number; /* press, release, eject: sets the punch speed */
  double    servo_time;      /* press: time the servo holds P within tolerance before the stage ends [ns] */
  double    servo_tolerance; /* relative */
  double    time;            /* dwell: duration; fill: settling time [ns] */
  double    temperature;     /* dwell: of the slow clock [K]; NAN: that of the deck */
  double    density_limit;   /* press: stop here even when P is not reached; dwell: stop the slow clock here [-] */
} StageConfig;

typedef struct {
  double     step_fraction;    /* of the Rayleigh time of the smallest grain [-] */
  double     skin;             /* of the neighbour list, in mean radii [-] */
  double     drag;             /* fraction of critical damping relative to the affine motion [-] */
  double     gravity;          /* along -z [nm/ns^2] */
  PetscInt   control_interval; /* steps between global decisions (servo, rebuild, stage end) */
  PetscInt64 max_steps;        /* stop with a checkpoint after this many; 0: no limit */
} TimeConfig;

/* Part of the powder: over the bore's radius, over the height between the punches [-]. */
typedef struct {
  double r_min, r_max, z_min, z_max;
} MeshRegion;

/* When contact laws no longer describe a rigid grain, so that it gets a mesh; any of them. */
typedef struct {
  double    contact_radius; /* mean radius of its contacts over its own is above [-] */
  double    free_area;      /* free-area ratio psi of the law is below [-] */
  double    density;        /* relative density of the powder is above [-] */
  PetscBool patches;        /* neighbouring contacts touch each other */
} MeshTrigger;

/* Grains as meshed bodies. */
typedef struct {
  char        grains[NAME_MAX_LEN]; /* which: none, all, region, by_trigger, force_chains */
  MeshRegion  region;               /* grains: region */
  MeshTrigger trigger;              /* grains: by_trigger */
  double      from_density;  /* relative density of the powder from which on grains get a mesh; 0: the start [-] */
  double      cap;           /* share of the grains that may be meshed [-] */
  PetscInt    promote_every; /* steps between two looks at who is to be meshed */
  double      promote_share; /* of the grains, that become meshed at one look at most [-] */
  PetscBool   buffer;        /* grains: force_chains; neighbours of the chains too */
  char        shape[NAME_MAX_LEN]; /* sphere, cube, rod, file */
  char        file[PATH_MAX_LEN];  /* shape: file; Gmsh, hexahedra of one grain */
  PetscInt    elements;            /* of a grain, about */
  double      rounding, aspect;    /* of a cube's edges, of a rod: mesh/grain_mesh.h [-] */
  char        law[NAME_MAX_LEN];   /* of bulk_laws[] */
  void       *law_params;          /* of bulk_laws[0], of which those of the others are the first; owned */
  double      mass_scaling;        /* mass of a grain over its true one [-] */
  double      courant;             /* part of the stable step that is used [-] */
  double      shrink;              /* of the length of elements that the step allows for [-] */
  double      hourglass;           /* stiffness against hourglass modes over that of elements [-] */
  double      penalty;             /* stiffness of surfaces over K/h [-] */
  double      dashpot;             /* of surfaces in contact, part of critical [-] */
  double      strength;            /* largest traction of adhesion between surfaces [GPa] */
  double      drag;                /* part of a velocity relative to the affine motion that a step takes [-] */
  double      kinetic_limit, imbalance_limit; /* of the pace of a press: pace.h [-] */
} MeshConfig;

/* May rigid and meshed grains stand side by side?  Do rigid grains become meshed while the powder is pressed?  Pure. */
int mesh_mixes(const MeshConfig *mesh);
int mesh_promotes(const MeshConfig *mesh);

typedef struct {
  double   imbalance;   /* re-partition when max/mean measured cost exceeds this [-] */
  PetscInt check_every; /* steps between two looks at the balance */
} PartitionConfig;

typedef struct {
  char      folder[PATH_MAX_LEN];
  PetscInt  history_every;    /* steps between rows of history.csv; a multiple of control_interval */
  PetscInt  vtk_every;        /* steps between VTK frames, 0: only at the ends of stages, -1: none */
  PetscInt  checkpoint_every; /* steps between checkpoints, 0: only at the ends of stages, -1: none */
  double    wall_limit;       /* [s of wall clock]; checkpoint and exit code before it; 0: none */
  PetscBool overwrite;        /* a folder that already holds a run may be written over */
  PetscBool conduction;       /* conductivity at the ends of stages, when the card has a resistivity */
} OutputConfig;

/* The slow clock. */
typedef struct {
  char      necks[NAME_MAX_LEN]; /* of neck_laws[] */
  PetscBool removal;             /* stress takes ligands out of contacts */
  double    approach_limit;      /* of a step: diffusive approach of the centres over the radius [-] */
  double    neck_limit;          /* of a step: growth of the necks [-] */
  double    removal_limit;       /* of a step: loss of coverage [-] */
  double    joining_barrier;     /* of aligned crystals [aJ] */
  double    relax_unbalance;     /* the press is at rest when unbalanced per contact forces are below this [-] */
  PetscInt  relax_steps_max;     /* mechanical steps to wait for it */
} SinterConfig;

typedef struct {
  char                 title[PATH_MAX_LEN], deck[PATH_MAX_LEN], restart[PATH_MAX_LEN];
  Material             material;
  PowderConfig         powder;
  double               temperature; /* [K] */
  ContactConfig        contact;
  MeshConfig           mesh;
  Ligand               ligand;
  SinterConfig         sinter;
  DieConfig            die;
  PetscInt             n_stages;
  StageConfig          stage[STAGES_MAX];
  TimeConfig           time;
  PartitionConfig      partition;
  OutputConfig         output;
  ContactInterface     interface; /* between the grains, when has_interface: setup_interface */
  PetscBool            has_interface;
  Crystal              crystal;            /* of the grains, when interface.crystals */
  char                 card[PATH_MAX_LEN]; /* file the material was read from */
  char                *command_line;       /* owned: what followed the deck, "" for nothing */
  PetscInt             n_warnings;
  char                 warning[WARNINGS_MAX][WARNING_LEN]; /* does not stop the run; DeckWarnings prints them */
  struct _p_DeckEntry *entries;                            /* [n_entries] owned; what DeckView tells of each key */
  PetscInt             n_entries;
} Config;

#endif
