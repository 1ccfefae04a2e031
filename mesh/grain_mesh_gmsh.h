/*
  grain_mesh_gmsh.h - the mesh of one grain from a file of Gmsh: MSH 2.2 or 4.1, ASCII, eight-node hexahedra (type 5).

  Points, lines and quadrilaterals are passed over, nodes of no hexahedron dropped, facets found.  As all grains' meshes
  it then has its surface nodes first, its centroid at the origin and the volume 4/3 pi: the file's unit does not
  matter.

  Refused, with file, line and Gmsh's number of the element: other formats and versions, binary, a cut file, numbers
  that are not finite, solid elements of other types, fewer than 27 hexahedra, det <= 0 at a node or centre of one,
  unknown nodes, several bodies (also: nodes that were not merged), a surface that touches itself or has holes or
  cavities.
*/
#ifndef MESH_GRAIN_MESH_GMSH_H
#define MESH_GRAIN_MESH_GMSH_H

#include "mesh/grain_mesh.h"

enum { GRAIN_MESH_LEAST = 27 }; /* hexahedra: three along an edge, so that one is inside */

/* GrainMeshRead - fails with one line for the user in why[n_why]; free with grain_mesh_free. */
MeshStatus GrainMeshRead(const char *path, GrainMesh *mesh, char why[], size_t n_why);

#endif
