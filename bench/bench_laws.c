/*
  bench_laws.c - nanoseconds per batch of eight contacts for every registered law.  Not a test: prints a table.

  Contacts sit in a store larger than L2, each batch with its own overlap history (load, then oscillation), so that the
  states the law branches on are mixed as in a packing.  Run: bench_laws [batches] [sweeps]
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

static double run(const ContactModel *m, int n_batch, int n_sweep)
{
  ContactBatch *in    = aligned_alloc(64, sizeof(ContactBatch) * (size_t)n_batch);
  const int     n_s   = contact_n_state(m);
  Lanes        *state = aligned_alloc(64, sizeof(Lanes) * (size_t)(n_batch * n_s));
  ContactForce  out;
  double        t = 0.0, check = 0.0;

  memset(state, 0, sizeof(Lanes) * (size_t)(n_batch * n_s));
  for (int b = 0; b < n_batch; b++) fill(&in[b], b);
  for (int k = 0; k < n_sweep; k++) {
    for (int b = 0; b < n_batch; b++)
      for (int l = 0; l < CONTACT_LANES; l++)
        in[b].delta[l] = 0.4 * k / n_sweep + 0.02 * sin(0.3 * k + b + 0.7 * l) + 0.01 * ((b + l) % 5);
    t -= now_ns();
    for (int b = 0; b < n_batch; b++) {
      contact_force(m, &in[b], state + b * n_s, &out);
      check += out.fn[b % 8];
    }
    t += now_ns();
  }
  free(in);
  free(state);
  return check == 0.12345 ? 0.0 : t / ((double)n_batch * n_sweep);
}

int main(int argc, char **argv)
{
  const int n_batch = argc > 1 ? atoi(argv[1]) : 500, n_sweep = argc > 2 ? atoi(argv[2]) : 2000;

  printf("%-16s %8s %12s %16s\n", "law", "states", "ns/batch", "with roll+twist");
  for (int k = 0; contact_laws[k]; k++) {
    double       p[32] = {0};
    ContactModel m     = {
            .law = contact_laws[k], .p = p, .G_star = 8.8, .G_star_tool = 17.6, .kt_ratio = 1.0, .damping_t = 1.0};
    double plain;

    gold(m.law, p);
    plain     = run(&m, n_batch, n_sweep);
    m.rolling = m.twisting = 1;
    printf("%-16s %8d %12.1f %16.1f\n", m.law->name, contact_n_state(&m), plain, run(&m, n_batch, n_sweep));
  }
  return 0;
}
