/* What is asked of a grain's mesh, however it was made. */
#include "mesh/grain_mesh.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

void grain_mesh_free(GrainMesh *mesh)
{
  free(mesh->x);
  free(mesh->hex);
  free(mesh->face);
  *mesh = (GrainMesh){0};
}

void grain_mesh_hex(const GrainMesh *mesh, int elem, Hex x)
{
  for (int a = 0; a < 8; a++) memcpy(x[a], mesh->x[mesh->hex[elem][a]], sizeof x[a]);
}

void grain_mesh_quad(const GrainMesh *mesh, int face, Quad x)
{
  for (int a = 0; a < 4; a++) memcpy(x[a], mesh->x[mesh->face[face][a]], sizeof x[a]);
}

GrainMeshQuality grain_mesh_quality(const GrainMesh *mesh)
{
  GrainMeshQuality q         = {.scaled_jacobian = 2.0, .length = INFINITY, .edge = INFINITY, .elem = -1};
  double           volume[2] = {INFINITY, 0.0}, area[2] = {INFINITY, 0.0};

  for (int e = 0; e < mesh->n_elem; e++) {
    Hex    x;
    double v, j;

    grain_mesh_hex(mesh, e, x);
    v         = hex_volume(x);
    j         = hex_scaled_jacobian(x);
    volume[0] = fmin(volume[0], v);
    volume[1] = fmax(volume[1], v);
    q.length  = fmin(q.length, hex_length(x));
    q.edge    = fmin(q.edge, hex_shortest_edge(x));
    if (j < q.scaled_jacobian) q.elem = e;
    q.scaled_jacobian = fmin(q.scaled_jacobian, j);
  }
  for (int f = 0; f < mesh->n_face; f++) {
    Quad   x;
    double n[3], a;

    grain_mesh_quad(mesh, f, x);
    a       = quad_area(x, n);
    area[0] = fmin(area[0], a);
    area[1] = fmax(area[1], a);
  }
  q.volume_ratio = volume[1] / volume[0];
  q.facet_ratio  = area[1] / area[0];
  return q;
}

int grain_mesh_check(const GrainMesh *mesh)
{
  for (int e = 0; e < mesh->n_elem; e++) {
    Hex x;

    grain_mesh_hex(mesh, e, x);
    if (!(hex_smallest_jacobian(x) > 0.0) || !isfinite(hex_volume(x))) return e;
  }
  return -1;
}

/* Adds with the rounding errors kept apart (Kahan 1965 CACM 8, 40), so that fine meshes lose nothing. */
static void add(double sum[2], double term)
{
  const double y = term - sum[1], total = sum[0] + y;

  sum[1] = (total - sum[0]) - y;
  sum[0] = total;
}

/* Volume and centroid. */
static double moments(const GrainMesh *mesh, double centroid[3])
{
  double sum[4][2] = {{0}};

  for (int e = 0; e < mesh->n_elem; e++) {
    Hex    x;
    double moment[3];

    grain_mesh_hex(mesh, e, x);
    add(sum[3], hex_first_moment(x, moment));
    for (int d = 0; d < 3; d++) add(sum[d], moment[d]);
  }
  for (int d = 0; d < 3; d++) centroid[d] = sum[d][0] / sum[3][0];
  return sum[3][0];
}

/* Twice: what the first pass leaves when the grain stands far from the origin, the second takes away. */
MeshStatus GrainMeshCentre(GrainMesh *mesh)
{
  double centroid[3];

  for (int pass = 0; pass < 2; pass++) {
    const double volume = moments(mesh, centroid), scale = cbrt(GRAIN_MESH_VOLUME / volume);

    if (!(volume > 0.0) || !isfinite(scale)) return MESH_ERR_RANGE;
    for (int i = 0; i < mesh->n_node; i++)
      for (int d = 0; d < 3; d++) mesh->x[i][d] = scale * (mesh->x[i][d] - centroid[d]);
  }
  mesh->volume = moments(mesh, centroid);
  return MESH_OK;
}

MeshStatus GrainIncidenceBuild(const GrainMesh *mesh, GrainIncidence *in)
{
  int *fill = malloc((size_t)mesh->n_node * sizeof *fill);

  in->first  = calloc((size_t)mesh->n_node + 1, sizeof *in->first);
  in->elem   = malloc((size_t)mesh->n_elem * 8 * sizeof *in->elem);
  in->corner = malloc((size_t)mesh->n_elem * 8 * sizeof *in->corner);
  if (!fill || !in->first || !in->elem || !in->corner) {
    free(fill);
    grain_incidence_free(in);
    return MESH_ERR_MEMORY;
  }
  for (int k = 0; k < 8 * mesh->n_elem; k++) in->first[mesh->hex[k / 8][k % 8] + 1]++;
  for (int i = 0; i < mesh->n_node; i++) {
    in->first[i + 1] += in->first[i];
    fill[i] = in->first[i];
  }
  for (int k = 0; k < 8 * mesh->n_elem; k++) {
    const int slot = fill[mesh->hex[k / 8][k % 8]]++;

    in->elem[slot]   = k / 8;
    in->corner[slot] = k % 8;
  }
  free(fill);
  return MESH_OK;
}

void grain_incidence_free(GrainIncidence *incidence)
{
  free(incidence->first);
  free(incidence->elem);
  free(incidence->corner);
  *incidence = (GrainIncidence){0};
}
