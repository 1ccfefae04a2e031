/*
  status.h - what the functions of this folder that may fail return: 0 or one of these.

  The values are those of PETSc's error codes of the same meaning, so that PetscCall(CellsBuild(...)) prints the right
  words without this folder knowing PETSc.
*/
#ifndef MESH_STATUS_H
#define MESH_STATUS_H

typedef enum {
  MESH_OK          = 0,
  MESH_ERR_MEMORY  = 55, /* PETSC_ERR_MEM */
  MESH_ERR_RANGE   = 63, /* PETSC_ERR_ARG_OUTOFRANGE: an argument has no valid answer */
  MESH_ERR_OPEN    = 65, /* PETSC_ERR_FILE_OPEN */
  MESH_ERR_READ    = 66, /* PETSC_ERR_FILE_READ: the operating system failed */
  MESH_ERR_LIBRARY = 76, /* PETSC_ERR_LIB: METIS failed */
  MESH_ERR_CONTENT = 79  /* PETSC_ERR_FILE_UNEXPECTED: the file says something it must not */
} MeshStatus;

#endif
