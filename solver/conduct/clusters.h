/*
  clusters.h - which grains hang together, and what a cluster of them touches; the same answer on any number of ranks.

  Rows are those of Grains: owned, then ghosts.  Each rank gives all edges of its own grains, so that an edge between
  two ranks stands on both.  No rank holds more than its rows and as many records again.
*/
#ifndef SOLVER_CONDUCT_CLUSTERS_H
#define SOLVER_CONDUCT_CLUSTERS_H

#include "solver/grains/grains.h"

/*
  ClustersFind - connected components.  Collective.

  In:  edge   [n_edge] rows (i, j)
  Out: label  [n_owned + n_ghost] smallest global id of the cluster; a grain without edges is its own
  Union-find on each rank, then the smallest label crosses the ranks until nothing changes: as many rounds as the most
  winding cluster has passages from rank to rank, a few for a packing.
*/
PetscErrorCode ClustersFind(Grains grains, PetscInt n_edge, const PetscInt (*edge)[2], PetscInt64 label[]);

typedef struct {
  PetscInt64 count;           /* clusters, lone grains too */
  PetscInt64 largest;         /* grains of the largest */
  PetscInt64 largest_label;   /* its label, the smallest one when several are as large */
  PetscInt64 spanning;        /* clusters that touch all of `ends` */
  PetscInt64 spanning_grains; /* grains of those */
} ClusterStats;

/*
  ClustersMeasure - what the clusters are.  Collective.  All exact integers.

  In:  label   from ClustersFind
       touch   [n_owned] bits of your own: what the grain touches, 0 for nothing
       ends    bits that a spanning cluster has: bottom | top
  Out: size    [n_owned] grains in the cluster of each grain; NULL when not wanted
       joined  [n_owned] all bits that its cluster has; NULL when not wanted
       stats   the same on every rank; all zero when there is no grain
*/
PetscErrorCode ClustersMeasure(Grains grains, const PetscInt64 label[], const unsigned char touch[], unsigned char ends,
                               PetscInt64 size[], unsigned char joined[], ClusterStats *stats);

#endif
