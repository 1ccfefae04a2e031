/*
  hex.h - one trilinear hexahedron: x(xi) = sum of N_a(xi) x_a on [-1, 1]^3, nodes in VTK_HEXAHEDRON order (bottom face
  counter-clockwise seen from the top face, then the top face above it).

  Volume and centroid are exact: det(dx/dxi) is of degree 2 and x det of degree 3 in each coordinate, and two Gauss
  points per direction integrate degree 3.  Lengths in the unit of the nodes.
*/
#ifndef MESH_HEX_H
#define MESH_HEX_H

typedef double Hex[8][3];  /* the eight nodes */
typedef double Quad[4][3]; /* the four nodes of a facet; its normal by the right-hand rule */

/* Local nodes of the six faces, each outward by the right-hand rule. */
extern const int hex_face[6][4];

/* Corners in the parent cube, each coordinate -1 or +1. */
extern const int hex_corner[8][3];

/* The three corners that a corner shares an edge with. */
extern const int hex_next[8][3];

/* det(dx/dxi) at xi: a volume over 8 */
double hex_jacobian(Hex x, const double xi[3]);

/* The smallest det(dx/dxi) of the eight nodes and the centre; positive in every element that can be computed with. */
double hex_smallest_jacobian(Hex x);

/* The smallest over nodes of det(edges) / product of their lengths: 1 in a brick, <= 0 when inverted (Knupp 2003). */
double hex_scaled_jacobian(Hex x);

double hex_volume(Hex x);

/*
  B[a][d]: mean over the hexahedron of the slope along x_d of the shape function of node a, per length; returns the
  volume.  Flanagan & Belytschko 1981, eq. 16.
*/
double hex_mean_gradients(Hex x, double B[8][3]);

/* Integral of x over the hexahedron: volume times centroid; returns the volume. */
double hex_first_moment(Hex x, double moment[3]);

double hex_centroid(Hex x, double centroid[3]); /* returns the volume */

/* Volume over the largest face's area: the length a stable time step is measured by; the edge in a cube. */
double hex_length(Hex x);

double hex_shortest_edge(Hex x);

/* Vector area of the bilinear facet, exact: half the cross product of its diagonals; returns its length. */
double quad_area(Quad x, double area[3]);

/* A third of the integral of x . n over the bilinear facet, exact: summed over a closed surface, the volume inside. */
double quad_flux(Quad x);

#endif
