/*
  grain_mesh.h - a grain as eight-node hexahedra: how it is made, asked and checked.

  Unit of length: the grain's size, which is the radius of the sphere of the same volume.  Every mesh has its centroid
  at the origin and the volume 4/3 pi to rounding, whatever its shape and however coarse; multiply by the size to get
  nm. A faceted sphere of that volume has its nodes a little outside radius 1, by O(h^2).

  The mesh is an O-grid: an inner block of n x n x n hexahedra, rounded, and m layers from each of its six sides to the
  surface.  All shapes are a core box swept by a ball; a sphere has no core, a rod a line, a rounded cube a cube.
*/
#ifndef MESH_GRAIN_MESH_H
#define MESH_GRAIN_MESH_H

#include "mesh/hex.h"
#include "mesh/status.h"
#include <stddef.h>

#define GRAIN_MESH_VOLUME 4.18879020478639098462 /* 4/3 pi */

typedef struct {
  int n_node, n_elem, n_face; /* nodes, hexahedra, facets of the surface */
  int n_surf;                 /* nodes of the surface, which come first: [0, n_surf) */
  double (*x)[3];             /* [n_node] */
  int (*hex)[8];              /* [n_elem] VTK_HEXAHEDRON order, det > 0 at all 8 nodes and the centre */
  int (*face)[4];             /* [n_face] outward by the right-hand rule, indices < n_surf */
  double volume;              /* sum of the hexahedra's exact volumes */
} GrainMesh;

typedef enum { GRAIN_SPHERE, GRAIN_CUBE, GRAIN_ROD } GrainForm;

typedef struct {
  GrainForm form;
  double    rounding; /* cube: radius of edges and corners over half the edge, in (0, 1]; 1 is a sphere */
  double    aspect;   /* rod along z with half spheres at its ends: length over diameter, in [1, 20]; 1 is a sphere */
} GrainShape;

/*
  GrainMeshMake - the O-grid of a shape; n >= 2 elements along an edge of the inner block, m >= 1 layers around it.

  A rod has more than n along z, so that its facets stay nearly square.  MESH_ERR_RANGE when n, m or the shape is
  outside its range.  Start with a zeroed GrainMesh; free with grain_mesh_free.
*/
MeshStatus GrainMeshMake(const GrainShape *shape, int n, int m, GrainMesh *mesh);

void grain_mesh_free(GrainMesh *mesh);

/* Half the extents of the true, not faceted, shape in units of its size: a cube has the edge 2 half[0] size. */
void grain_shape_half(const GrainShape *shape, double half[3]);

/* What GrainMeshMake(shape, n, m) will give, for arguments it takes; any pointer may be NULL. */
void grain_mesh_count(const GrainShape *shape, int n, int m, int *n_node, int *n_elem, int *n_surf);

/* The n and m that come nearest to a wished number, with layers about as thick as facets are wide: m = 3/8 n. */
void grain_mesh_for_elements(const GrainShape *shape, int n_elem, int *n, int *m);
void grain_mesh_for_nodes(const GrainShape *shape, int n_node, int *n, int *m);

/* The nodes of an element and of a facet. */
void grain_mesh_hex(const GrainMesh *mesh, int elem, Hex x);
void grain_mesh_quad(const GrainMesh *mesh, int face, Quad x);

typedef struct {
  double scaled_jacobian; /* smallest, of all corners: hex_scaled_jacobian */
  double volume_ratio;    /* largest over smallest element */
  double facet_ratio;     /* largest over smallest area of a facet */
  double length;          /* smallest hex_length: an explicit step is this over the speed of sound */
  double edge;            /* shortest */
  int    elem;            /* the one with the smallest scaled Jacobian */
} GrainMeshQuality;

GrainMeshQuality grain_mesh_quality(const GrainMesh *mesh);

/* The first element with a number that is not finite or with det <= 0 at a node or the centre; -1 when all are good. */
int grain_mesh_check(const GrainMesh *mesh);

/* GrainMeshCentre - moves the centroid to the origin and scales to the volume 4/3 pi; needs positive volume. */
MeshStatus GrainMeshCentre(GrainMesh *mesh);

/* Who meets at a node: elements first[i] .. first[i + 1] of lists sorted by element. */
typedef struct {
  int *first;  /* [n_node + 1] */
  int *elem;   /* [first[n_node]] an element of the node */
  int *corner; /* [first[n_node]] which of its eight corners the node is: hex[elem][corner] == i */
} GrainIncidence;

MeshStatus GrainIncidenceBuild(const GrainMesh *mesh, GrainIncidence *incidence);
void       grain_incidence_free(GrainIncidence *incidence);

/*
  GrainFacetsBuild - next[f][k]: the facet across edge k of facet f, which joins its nodes k and (k + 1) % 4.

  MESH_ERR_CONTENT when an edge has not exactly two facets that run along it in opposite directions: the surface is not
  closed or touches itself.  Free *next with free().
*/
MeshStatus GrainFacetsBuild(const GrainMesh *mesh, int (**next)[4]);

/* Vertices - edges + facets of a closed surface of quadrilaterals: 2 for one without holes and cavities. */
int grain_mesh_euler(const GrainMesh *mesh);

/*
  GrainMeshSurface - finds the facets, which belong to one element each, and renumbers the nodes: surface first, nodes
  of no element left out, the order kept otherwise.  Needs x and hex; sets face, n_face, n_surf, n_node.

  MESH_ERR_CONTENT when three elements share a face; *elem is one of them.
*/
MeshStatus GrainMeshSurface(GrainMesh *mesh, int *elem);

/* GrainMeshBodies - the number of parts of the mesh that no face joins. */
MeshStatus GrainMeshBodies(const GrainMesh *mesh, int *n_body);

#endif
