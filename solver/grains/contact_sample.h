/* contact_sample.h - a contact as observables and output see it, whoever has computed it. */
#ifndef SOLVER_GRAINS_CONTACT_SAMPLE_H
#define SOLVER_GRAINS_CONTACT_SAMPLE_H

#include <petscsys.h>

/* One contact as it stands after a sampled step. */
typedef struct {
  PetscInt   i, j;         /* rows; j = -1 - tool for a tool */
  PetscInt64 id_i, id_j;   /* global ids; id_j = -1 - tool */
  double     n[3];         /* from j to i */
  double     branch[3];    /* x_i - x_j; from the contact point to x_i for a tool [nm] */
  double     f[3];         /* force on i [nN] */
  double     fn, a, delta; /* normal force [nN], contact radius [nm], overlap [nm] */
  double     kn;           /* stiffness [nN/nm] */
  double     fast;         /* that of a motion which the plate between does not follow; 0: no plate [nN/nm] */
  double     place;    /* of the face of i, `layer` before that of j, from its centre; 0: between meshed grains [nm] */
  double     stored;   /* energy it would give back [aJ] */
  int        bond;     /* class, contact_interface.h; -1 where the model has no interface, and on tools */
  double     coverage; /* ligands in the contact [-] */
  double     neck, layer; /* radius of the bonded neck, thickness of the ligand layer [nm] */
  double     set;         /* FACE_SET of contact_interface.h; of meshes the nodes have it */
  double     bonded; /* where a mesh has part in it: radius of the spots that are one metal, the neck's part [nm] */
  double     waited; /* FACE_WAITED of contact_interface.h; 0 where grains are no crystals */
  PetscInt   at;     /* where its history is, for dem_contact_change; -1: elsewhere */
} ContactSample;

#endif
