/*
  graph.h - cutting a graph of grains into parts of equal weight with little between them (METIS).

  Vertices are grains (or coarse cells of grains), edges join grains within reach of each other, not only those that
  touch: a grain without contacts has no edge and METIS would put it anywhere.  Number the vertices by global id, and
  the answer does not depend on who holds them: same graph, same bits.

  METIS is serial: measured 0.3 s and 60 MB per 1e6 edges on one core.  Beyond 1e7 edges give it coarse cells instead of
  grains.  METIS manual 5.1, sec. 5.3 and 5.4; Karypis, Kumar (1998) SIAM J. Sci. Comput. 20, 359.
*/
#ifndef MESH_GRAPH_H
#define MESH_GRAPH_H

#include "mesh/status.h"
#include <stdint.h>

/* Every edge stands twice, i -> j and j -> i with equal weight; no edge from a vertex to itself. */
typedef struct {
  int           n;      /* vertices */
  const int    *first;  /* [n + 1] edges of vertex i are first[i] .. first[i + 1]; first[0] = 0 */
  const int    *other;  /* [first[n]] the vertex at the other end */
  const double *weight; /* [n] cost of a vertex, >= 0, any unit; NULL: all 1 */
  const double *second; /* [n] another one, which is to be spread evenly by itself; NULL: none */
  const double *link;   /* [first[n]] cost of cutting an edge, >= 0, any unit; NULL: all 1 */
} Graph;

typedef struct {
  double imbalance;  /* heaviest part over the mean that is still welcome; > 1, e.g. 1.03 */
  int    seed;       /* fixed, for the same answer every time */
  int    contiguous; /* nonzero: every part in one piece; ignored when the graph itself is not */
} GraphOptions;

typedef struct {
  double imbalance; /* heaviest part over the mean [-] */
  double cut;       /* weight of the edges between parts, each counted once */
  int    empty;     /* parts without a vertex */
} GraphQuality;

/*
  GraphPartition - the part of every vertex, 0 .. n_parts - 1.

  No part is empty when there are as many vertices as parts; with fewer, vertex i is part i.  Very small graphs (below
  GRAPH_WALK vertices per part) are cut along a breadth-first walk instead, which METIS does badly, by the sum of both
  costs.  Fails with
  MESH_ERR_RANGE when a weight is negative or not finite or the graph is not what Graph says.
*/
enum { GRAPH_WALK = 4 };
MeshStatus GraphPartition(const Graph *graph, int n_parts, const GraphOptions *options, int part[]);

/*
  GraphLimit - hands marked vertices from part to neighbouring part until none has more than `most` of them.

  In: marked [n].  In/out: part [n].  A part that has too many gives to a neighbour on the shortest way to one with
  room; a way goes where a marked vertex has an edge to.  Stops when there is none.
*/
MeshStatus GraphLimit(const Graph *graph, int n_parts, const char marked[], int most, int part[]);

/*
  GraphRelabel - renames the parts so that as much weight as a greedy choice can find keeps the part it had.

  In: old_part [n], any value outside 0 .. n_parts - 1 means "had none".  In/out: part [n].
*/
MeshStatus GraphRelabel(const Graph *graph, int n_parts, const int old_part[], int part[]);

/* What a partition is worth.  part_weight [n_parts] is written: the weight of each part. */
GraphQuality graph_quality(const Graph *graph, int n_parts, const int part[], double part_weight[]);

/* Connected pieces; piece [n] gets the number of each vertex's piece, queue [n] is scratch. */
int graph_pieces(const Graph *graph, int piece[], int queue[]);

#endif
