/*
  conduct_net.c - from contacts to a network that can be solved: what does not reach from punch to punch goes, and
  conductances stay within the decades that rounding leaves apart.
*/
#include "solver/conduct/clusters.h"
#include "solver/conduct/conduct_impl.h"

static const double WIDE = 1e8;   /* a spread below this needs no care; a stronger contact is a short circuit */
static const double WEAK = 1e-10; /* of the backbone: carries nothing */

PetscErrorCode NetHalo(const Net *net, MPI_Datatype type, void *values)
{
  PetscMPIInt bytes;
  char       *ghosts;

  PetscFunctionBeginUser;
  if (!net->g->halo) PetscFunctionReturn(0);
  PetscCallMPI(MPI_Type_size(type, &bytes));
  ghosts = (char *)values + (size_t)bytes * (size_t)net->g->n_owned;
  PetscCall(PetscSFBcastBegin(net->g->halo, type, values, ghosts, MPI_REPLACE));
  PetscCall(PetscSFBcastEnd(net->g->halo, type, values, ghosts, MPI_REPLACE));
  PetscFunctionReturn(0);
}

/* True if every edge names rows that are there and a conductance that is a number. */
static PetscBool edges_valid(PetscInt n_rows, const ConductNetwork *in)
{
  for (PetscInt k = 0; k < in->n_edge; k++) {
    const PetscInt *e = in->edge[k];
    if (e[0] < 0 || e[1] < 0 || e[0] >= n_rows || e[1] >= n_rows || !(in->g[k] >= 0.0) || isinf(in->g[k]))
      return PETSC_FALSE;
  }
  return PETSC_TRUE;
}

/* Copies the edges that conduct. */
static PetscErrorCode TakeLinks(Net *net, const ConductNetwork *in)
{
  PetscBool valid = edges_valid(net->g->n_owned + net->g->n_ghost, in);

  PetscFunctionBeginUser;
  PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, &valid, 1, MPIU_BOOL, MPI_LAND, net->g->comm));
  PetscCheck(valid, net->g->comm, PETSC_ERR_ARG_OUTOFRANGE, "conduction: an edge without row, or a conductance < 0");
  PetscCall(PetscMalloc1(PetscMax(in->n_edge, 1), &net->link));
  for (PetscInt k = 0; k < in->n_edge; k++)
    if (in->g[k] > 0.0 && in->edge[k][0] != in->edge[k][1])
      net->link[net->n_links++] = (Link){in->edge[k][0], in->edge[k][1], in->g[k]};
  PetscFunctionReturn(0);
}

/* Clusters of the links not weaker than `weakest`; `kept` marks those from bottom to top when there is one. */
static PetscErrorCode Span(Net *net, double weakest, PetscBool *spans, PetscInt64 *grains)
{
  const Grains   g = net->g;
  PetscInt       n = 0, (*edge)[2];
  PetscInt64    *label;
  unsigned char *joined;
  ClusterStats   stats;

  PetscFunctionBeginUser;
  PetscCall(PetscMalloc3(net->n_links, &edge, g->n_owned + g->n_ghost, &label, g->n_owned, &joined));
  for (PetscInt k = 0; k < net->n_links; k++)
    if (net->link[k].w >= weakest) edge[n][0] = net->link[k].i, edge[n++][1] = net->link[k].j;
  PetscCall(ClustersFind(g, n, (const PetscInt(*)[2])edge, label));
  PetscCall(ClustersMeasure(g, label, net->touch, CONDUCT_ENDS, NULL, joined, &stats));
  *spans  = stats.spanning > 0 ? PETSC_TRUE : PETSC_FALSE;
  *grains = stats.spanning_grains;
  for (PetscInt i = 0; i < g->n_owned; i++) net->kept[i] = (joined[i] & CONDUCT_ENDS) == CONDUCT_ENDS;
  PetscCall(NetHalo(net, MPIU_BOOL, net->kept));
  PetscCall(PetscFree3(edge, label, joined));
  PetscFunctionReturn(0);
}

/* Smallest and largest conductance of all ranks; the former is 0 without any. */
static PetscErrorCode Range(const Net *net, double *least, double *most)
{
  double range[2] = {-PETSC_MAX_REAL, 0.0};

  PetscFunctionBeginUser;
  for (PetscInt k = 0; k < net->n_links; k++) {
    range[0] = PetscMax(range[0], -net->link[k].w);
    range[1] = PetscMax(range[1], net->link[k].w);
  }
  PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, range, 2, MPI_DOUBLE, MPI_MAX, net->g->comm));
  *most  = range[1];
  *least = *most > 0.0 ? -range[0] : 0.0;
  PetscFunctionReturn(0);
}

/* Bisects the decades: links above 10^lo span, those above 10^hi do not. */
static PetscErrorCode FindBackbone(Net *net, double least, double most)
{
  int        lo = (int)floor(log10(least)), hi = (int)ceil(log10(most)) + 1;
  PetscInt64 grains;
  PetscBool  spans;

  PetscFunctionBeginUser;
  while (hi - lo > 1) {
    const int mid = lo + (hi - lo) / 2;
    PetscCall(Span(net, pow(10.0, mid), &spans, &grains));
    if (spans) lo = mid;
    else hi = mid;
  }
  net->health.backbone = pow(10.0, lo);
  PetscFunctionReturn(0);
}

/* A link that stands on two ranks is half of each. */
static double share(const Grains g, const Link *l) { return 0.5 * ((l->i < g->n_owned) + (l->j < g->n_owned)); }

static PetscErrorCode ClipLinks(Net *net)
{
  const double weak = WEAK * net->health.backbone, strong = WIDE * net->health.backbone;
  PetscInt     kept = 0;

  PetscFunctionBeginUser;
  for (PetscInt k = 0; k < net->n_links; k++) {
    Link l = net->link[k];
    if (l.w < weak) net->health.neglected += share(net->g, &l) * l.w;
    else net->link[kept++] = (Link){l.i, l.j, PetscMin(l.w, strong)};
  }
  net->n_links = kept;
  PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, &net->health.neglected, 1, MPI_DOUBLE, MPI_SUM, net->g->comm));
  PetscFunctionReturn(0);
}

/* Only what is kept, in units in which the backbone (or the strongest link) is 1. */
static void scale_links(Net *net)
{
  PetscInt kept = 0;

  for (PetscInt k = 0; k < net->n_links; k++) {
    const Link l = net->link[k];
    if (net->kept[l.i]) net->link[kept++] = (Link){l.i, l.j, l.w / net->unit};
  }
  net->n_links = kept;
}

PetscErrorCode NetCreate(Grains g, const ConductNetwork *in, Net *net)
{
  double least, most;

  PetscFunctionBeginUser;
  *net = (Net){.g = g};
  PetscCall(PetscMalloc2(g->n_owned + g->n_ghost, &net->touch, g->n_owned + g->n_ghost, &net->kept));
  PetscCall(PetscArraycpy(net->touch, in->touch, g->n_owned));
  PetscCall(NetHalo(net, MPI_UNSIGNED_CHAR, net->touch));
  PetscCall(TakeLinks(net, in));
  PetscCall(Range(net, &least, &most));
  PetscCall(Span(net, 0.0, &net->spans, &net->health.grains));
  if (!net->spans) PetscFunctionReturn(0);
  net->unit = most > 0.0 ? most : 1.0; /* without links a grain may still touch both punches */
  if (most > WIDE * least) {
    PetscCall(FindBackbone(net, least, most));
    PetscCall(ClipLinks(net));
    PetscCall(Span(net, 0.0, &net->spans, &net->health.grains));
    net->unit = net->health.backbone;
  }
  scale_links(net);
  PetscFunctionReturn(0);
}

PetscErrorCode NetDestroy(Net *net)
{
  PetscFunctionBeginUser;
  PetscCall(PetscFree2(net->touch, net->kept));
  PetscCall(PetscFree(net->link));
  PetscFunctionReturn(0);
}
