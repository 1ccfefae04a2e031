#include "mesh/points.h"
#include "mesh/rng.h"

static const double TWO_PI = 6.28318530717958647693;

MeshStatus PointsPlanSet(int64_t n, double radius, double z_lo, double height, double jitter, int64_t seed,
                         PointsPlan *plan)
{
  double slices;

  if (n < 1 || !(radius > 0.0) || !(height > 0.0) || !(jitter >= 0.0 && jitter <= 1.0)) return MESH_ERR_RANGE;
  if (!isfinite(radius) || !isfinite(height) || !isfinite(z_lo)) return MESH_ERR_RANGE;
  slices = height / cbrt(0.5 * TWO_PI * radius * radius * height / (double)n); /* as thick as a cubic cell */
  *plan  = (PointsPlan){.seed = seed, .n = n, .radius = radius, .z_lo = z_lo, .height = height, .jitter = jitter};
  plan->n_slices = (int64_t)fmin(fmax(round(slices), 1.0), (double)n);
  return MESH_OK;
}

/* First id of slice s: ids are dealt evenly to slices, the remainder spread over them. */
static int64_t slice_first(const PointsPlan *p, int64_t s)
{
  const int64_t each = p->n / p->n_slices, rest = p->n % p->n_slices;

  return s * each + s * rest / p->n_slices;
}

static int64_t slice_of(const PointsPlan *p, int64_t id)
{
  int64_t s = (int64_t)((double)id / (double)p->n * (double)p->n_slices);

  while (s > 0 && slice_first(p, s) > id) s--;
  while (s + 1 < p->n_slices && slice_first(p, s + 1) <= id) s++;
  return s;
}

/* Cells inside ring j of `rings` when a slice has m cells: the area within ring j over that of the disc, rounded. */
static int64_t ring_first(int64_t m, int64_t rings, int64_t j)
{
  const double f = (double)j / (double)rings;

  return j >= rings ? m : llround((double)m * f * f);
}

void point_of(const PointsPlan *plan, int64_t id, double x[3])
{
  const int64_t s = slice_of(plan, id), first = slice_first(plan, s), m = slice_first(plan, s + 1) - first,
                k     = id - first;
  const int64_t rings = (int64_t)fmax(1.0, round(sqrt((double)m / 3.0))); /* cells of a ring about as long as wide */
  int64_t       j     = (int64_t)((double)rings * sqrt(((double)k + 0.5) / (double)m)), in, out;
  double        u[3], area, r, phase;

  while (j > 0 && ring_first(m, rings, j) > k) j--;
  while (ring_first(m, rings, j + 1) <= k) j++;
  in  = ring_first(m, rings, j);
  out = ring_first(m, rings, j + 1);
  for (int d = 0; d < 3; d++) u[d] = 0.5 + plan->jitter * (rng_uniform(plan->seed, RNG_POINTS, id, d) - 0.5);
  area  = ((double)in + u[0] * (double)(out - in)) / (double)m;           /* share of the disc within this radius */
  phase = rng_uniform(plan->seed, RNG_POINTS, plan->n + s, (int)(3 + j)); /* each ring is turned at random */
  phase = TWO_PI * (((double)(k - in) + u[1]) / (double)(out - in) + phase);
  r     = plan->radius * sqrt(area);
  x[0]  = r * cos(phase);
  x[1]  = r * sin(phase);
  x[2]  = plan->z_lo + plan->height * ((double)first + u[2] * (double)m) / (double)plan->n;
}

void points_range(const PointsPlan *plan, int64_t first, int64_t last, double x[])
{
  for (int64_t id = first; id < last; id++) point_of(plan, id, x + 3 * (id - first));
}

void point_kick(int64_t seed, int64_t id, double rms, double v[3])
{
  for (int d = 0; d < 3; d++) v[d] = rms * 0.57735026918962576451 * rng_normal(seed, RNG_KICKS, id, d);
}

/* Shoemake 1992, Graphics Gems III, 124: uniform on the unit sphere in four dimensions. */
void point_turn(int64_t seed, int stream, int64_t id, double q[4])
{
  const double turn = 6.28318530717958647692, u = rng_uniform(seed, stream, id, 0);
  const double a = turn * rng_uniform(seed, stream, id, 1), b = turn * rng_uniform(seed, stream, id, 2);

  q[0] = sqrt(u) * cos(b);
  q[1] = sqrt(1.0 - u) * sin(a);
  q[2] = sqrt(1.0 - u) * cos(a);
  q[3] = sqrt(u) * sin(b);
}
