/*
  bench_laws.c - nanoseconds per batch of eight contacts for every registered law.  Not a test: prints a table.

  A few batches that stay in cache run a history of loading with oscillation and a final release, so that the states a
  law branches on are mixed as in a packing.  Every sweep is timed in several runs of the same history and its
  least time counts: what the law costs, not what the neighbours on the machine do.  Run: bench_laws [batches] [sweeps]
  [repeats]
*/
#include "materials/contact.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double now_ns(void)
{
  struct timespec t;

  clock_gettime(CLOCK_MONOTONIC, &t);
  return 1e9 * (double)t.tv_sec + (double)t.tv_nsec;
}

/* Parameters of gold from the table's own defaults. */
static void gold(const ContactLaw *law, double *p)
{
  for (const ParamSpec *s = law->params; s->key; s++) {
    double *v = (double *)((char *)p + s->offset);

    *v = s->def;
    if (!strcmp(s->key, "E")) *v = 79.0;
    if (!strcmp(s->key, "nu")) *v = 0.42;
  }
}

static void fill(ContactBatch *b, int seed)
{
  memset(b, 0, sizeof *b);
  b->dt = 1e-3, b->mu = 0.3, b->mu_roll = 0.1, b->mu_twist = 0.3;
  for (int l = 0; l < CONTACT_LANES; l++) {
    b->n[2][l]  = 1.0;
    b->vt[0][l] = 0.5 + 0.01 * ((seed + l) % 7);
    b->m_eff[l] = 1.4e-3;
    b->W[l]     = 2.622;
    b->spin[l]  = 0.1;
    b->wr[0][l] = 0.1;
    for (int s = 0; s < 2; s++) {
      b->side[s].R[l] = b->side[s].R0[l] = 3.25;
      b->side[s].Y[l]                    = 1.0;
      b->side[s].psi[l]                  = 1.0;
    }
  }
}

/* Overlaps of one sweep: a slow press and release with a small oscillation of its own for every lane. */
static void set_overlaps(ContactBatch *in, int n_batch, double phase, int k)
{
  for (int b = 0; b < n_batch; b++)
    for (int l = 0; l < CONTACT_LANES; l++)
      in[b].delta[l] =
          0.4 * fmin(1.0, 4.0 - 4.0 * phase) * phase + 0.01 * sin(0.05 * k + b + 0.7 * l) + 0.01 * ((b + l) % 5);
}

/* Least time of every sweep over n_repeat runs of the same history, averaged over the sweeps [ns per batch]. */
static double run(const ContactModel *m, int n_batch, int n_sweep, int n_repeat)
{
  const int     n_s   = contact_n_state(m);
  ContactBatch *in    = aligned_alloc(64, sizeof(ContactBatch) * (size_t)n_batch);
  Lanes        *state = aligned_alloc(64, sizeof(Lanes) * (size_t)(n_batch * n_s));
  double       *best = calloc((size_t)n_sweep, sizeof(double)), sum = 0.0, check = 0.0;
  ContactForce  out;

  for (int b = 0; b < n_batch; b++) fill(&in[b], b);
  for (int r = 0; r < n_repeat; r++) {
    memset(state, 0, sizeof(Lanes) * (size_t)(n_batch * n_s));
    for (int k = 0; k < n_sweep; k++) {
      double t;

      set_overlaps(in, n_batch, (double)k / n_sweep, k);
      t = now_ns();
      for (int b = 0; b < n_batch; b++) {
        contact_force(m, &in[b], state + b * n_s, &out);
        check += out.fn[b % CONTACT_LANES];
      }
      t = now_ns() - t;
      if (r == 0 || t < best[k]) best[k] = t;
    }
  }
  for (int k = 0; k < n_sweep; k++) sum += best[k];
  free(in);
  free(state);
  free(best);
  return check == 0.12345 ? 0.0 : sum / ((double)n_batch * n_sweep);
}

int main(int argc, char **argv)
{
  const int n_batch = argc > 1 ? atoi(argv[1]) : 100, n_sweep = argc > 2 ? atoi(argv[2]) : 300,
            n_repeat = argc > 3 ? atoi(argv[3]) : 20;

  printf("%-16s %8s %12s %16s\n", "law", "states", "ns/batch", "with roll+twist");
  for (int k = 0; contact_laws[k]; k++) {
    double       p[32] = {0};
    ContactModel m     = {
            .law = contact_laws[k], .p = p, .G_star = 8.8, .G_star_tool = 17.6, .kt_ratio = 1.0, .damping_t = 1.0};
    double plain;

    gold(m.law, p);
    plain     = run(&m, n_batch, n_sweep, n_repeat);
    m.rolling = m.twisting = 1;
    printf("%-16s %8d %12.1f %16.1f\n", m.law->name, contact_n_state(&m), plain, run(&m, n_batch, n_sweep, n_repeat));
  }
  return 0;
}
