/*
  output_frame.c - one VTK frame: grains, contacts, tools; output_meshed.c has the meshed grains.

  Rows first go to the rank that writes their range of ids, so that a file lists grains by id and contacts by pair of
  ids, whatever the number of ranks was.
*/
#include "solver/grains/exchange.h"
#include "solver/output_impl.h"
#include <math.h>
#include <stdlib.h>

typedef struct {
  int64_t id;
  double  x[3], radius, radius0, velocity[3], spin[3], stress[9], p, q, lode, major, unbalance, yield;
  double  coverage, orientation[4], mises, alpha;
  int64_t cluster, chain;
  int32_t coordination, bonds, rank, meshed;
} GrainRow;

typedef struct {
  int64_t id[2]; /* lower first; -1 - tool second for a tool */
  double  end[6], fn, ft, a, delta, neck, coverage, layer, conductance;
  int64_t chain;
  int32_t bond;
} ContactRow;

static int by_id(const void *a, const void *b)
{
  const int64_t p = ((const GrainRow *)a)->id, q = ((const GrainRow *)b)->id;

  return (p > q) - (p < q);
}

static int by_pair(const void *a, const void *b)
{
  const ContactRow *p = a, *q = b;

  for (int k = 0; k < 2; k++)
    if (p->id[k] != q->id[k]) return p->id[k] < q->id[k] ? -1 : 1;
  return 0;
}

PetscMPIInt output_writer(int64_t id, int64_t end, PetscMPIInt size)
{
  const int64_t block = (end + size - 1) / size;

  return (PetscMPIInt)(id / block);
}

static void fill_grain(const Sample *s, const GrainFields *f, PetscInt k, PetscMPIInt rank, GrainRow *row)
{
  static const int full[9] = {SYM_XX, SYM_XY, SYM_ZX, SYM_XY, SYM_YY, SYM_YZ, SYM_ZX, SYM_YZ, SYM_ZZ};
  const double    *r       = s->grains->rec[k];

  *row = (GrainRow){.id           = s->grains->id[k],
                    .radius       = r[REC_R],
                    .radius0      = r[REC_R0],
                    .yield        = r[REC_YIELD],
                    .p            = f->p[k],
                    .q            = f->q[k],
                    .lode         = f->lode[k],
                    .major        = f->major[k],
                    .unbalance    = f->unbalance[k],
                    .mises        = f->mises[k],
                    .alpha        = f->alpha[k],
                    .meshed       = s->grains->aux[k][AUX_MESHED] > 0.0,
                    .coverage     = s->grains->aux[k][AUX_FREE],
                    .cluster      = f->cluster[k],
                    .chain        = f->chain[k],
                    .bonds        = f->bonds[k],
                    .coordination = f->coordination[k],
                    .rank         = rank};
  for (int c = 0; c < 3; c++) {
    row->x[c]        = r[REC_X + c];
    row->velocity[c] = r[REC_VX + c];
    row->spin[c]     = r[REC_WX + c];
  }
  for (int c = 0; c < 4; c++) row->orientation[c] = s->grains->aux[k][AUX_QW + c];
  for (int c = 0; c < 9; c++) row->stress[c] = f->stress[k][full[c]];
}

static void fill_contact(const Sample *s, const ElectricModel *model, const ContactSample *c, ContactRow *row)
{
  const double *xi = s->grains->rec[c->i];
  double        ft[3];

  *row = (ContactRow){
      .fn          = c->fn,
      .a           = c->a,
      .delta       = c->delta,
      .bond        = c->bond,
      .neck        = c->neck,
      .coverage    = c->coverage,
      .layer       = c->layer,
      .conductance = electric_contact(model, s, c),
      .id          = {c->id_i, c->id_j}
  };
  for (int k = 0; k < 3; k++) {
    row->end[k]     = xi[k];
    row->end[3 + k] = c->j < 0 ? xi[k] - c->branch[k] : s->grains->rec[c->j][k];
    ft[k]           = c->f[k] - c->fn * c->n[k];
  }
  row->ft = sqrt(ft[0] * ft[0] + ft[1] * ft[1] + ft[2] * ft[2]);
  if (c->j < 0 || c->id_i < c->id_j) return;
  row->id[0] = c->id_j; /* the lower id first */
  row->id[1] = c->id_i;
  for (int k = 0; k < 3; k++) {
    row->end[k]     = s->grains->rec[c->j][k];
    row->end[3 + k] = xi[k];
  }
}

/* Collective.  Rows of this rank's range of ids, sorted; the caller frees. */
static PetscErrorCode GrainRows(Output o, const Sample *s, const GrainFields *f, int64_t end, PetscInt *n,
                                GrainRow **rows)
{
  const PetscInt n_owned = s->grains->n_owned;
  GrainRow      *mine;
  PetscMPIInt   *dest, size;

  PetscFunctionBeginUser;
  PetscCallMPI(MPI_Comm_size(o->comm, &size));
  PetscCall(PetscMalloc2(n_owned, &mine, n_owned, &dest));
  for (PetscInt k = 0; k < n_owned; k++) {
    fill_grain(s, f, k, o->rank, &mine[k]);
    dest[k] = output_writer(mine[k].id, end, size);
  }
  PetscCall(ExchangeRecords(o->comm, sizeof(GrainRow), n_owned, dest, mine, n, rows, NULL));
  PetscCall(PetscFree2(mine, dest));
  qsort(*rows, (size_t)*n, sizeof(GrainRow), by_id);
  PetscFunctionReturn(0);
}

/* Collective.  Same for contacts, each once: the owner of the lower id sends it. */
static PetscErrorCode ContactRows(Output o, const Sample *s, const GrainFields *f, int64_t end, PetscInt *n,
                                  ContactRow **rows)
{
  const ElectricModel model = {&o->config.material, &o->config.ligand};
  ContactRow         *mine;
  PetscMPIInt        *dest, size;
  PetscInt            count = 0;

  PetscFunctionBeginUser;
  PetscCallMPI(MPI_Comm_size(o->comm, &size));
  PetscCall(PetscMalloc2(s->n_contacts, &mine, s->n_contacts, &dest));
  for (PetscInt k = 0; k < s->n_contacts; k++) {
    const ContactSample *c = &s->contacts[k];

    if ((c->j < 0 || c->id_i < c->id_j ? c->i : c->j) >= s->grains->n_owned) continue;
    fill_contact(s, &model, c, &mine[count]);
    mine[count].chain = f->contact_chain[k];
    dest[count]       = output_writer(mine[count].id[0], end, size);
    count++;
  }
  PetscCall(ExchangeRecords(o->comm, sizeof(ContactRow), count, dest, mine, n, rows, NULL));
  PetscCall(PetscFree2(mine, dest));
  qsort(*rows, (size_t)*n, sizeof(ContactRow), by_pair);
  PetscFunctionReturn(0);
}

PetscErrorCode OutputDataset(Output o, int series, const Sample *s, VtkDataset *data)
{
  char path[2 * PATH_MAX_LEN], title[256], message[VTK_MESSAGE_MAX];
  int  error = 0;

  PetscFunctionBeginUser;
  (void)snprintf(title, sizeof(title), "nanomint %s, step %lld, %.9g ns", output_series_names[series],
                 (long long)s->step, s->time);
  data->title = title;
  data->time  = s->time;
  data->step  = s->step;
  vtk_frame_path(o->config.output.folder, output_series_names[series], s->step, path, sizeof(path));
  PetscCheck(!VtkWrite(o->comm, path, data, message), o->comm, PETSC_ERR_USER_INPUT, "%s", message);
  if (o->rank == 0) error = vtk_series_add(&o->series[series], s->step, s->time);
  PetscCall(OutputAgree(o, error, path));
  PetscFunctionReturn(0);
}

static PetscErrorCode WriteGrains(Output o, const Sample *s, const GrainFields *f, int64_t end)
{
  GrainRow *r;
  PetscInt  n;

  PetscFunctionBeginUser;
  PetscCall(GrainRows(o, s, f, end, &n, &r));
  const int      crystals = o->config.interface.crystals, bodies = s->fem != NULL;
  const VtkArray all[] = {
      {"id",                      VTK_INT64, 1, &r->id,           sizeof(*r)},
      {"rank",                    VTK_INT32, 1, &r->rank,         sizeof(*r)},
      {"radius_nm",               VTK_FLOAT, 1, &r->radius,       sizeof(*r)},
      {"radius0_nm",              VTK_FLOAT, 1, &r->radius0,      sizeof(*r)},
      {"coordination",            VTK_INT32, 1, &r->coordination, sizeof(*r)},
      {"bonds",                   VTK_INT32, 1, &r->bonds,        sizeof(*r)},
      {"cluster",                 VTK_INT64, 1, &r->cluster,      sizeof(*r)},
      {"chain",                   VTK_INT64, 1, &r->chain,        sizeof(*r)},
      {"coverage_free",           VTK_FLOAT, 1, &r->coverage,     sizeof(*r)},
      {"stress_GPa",              VTK_FLOAT, 9, r->stress,        sizeof(*r)},
      {"p_GPa",                   VTK_FLOAT, 1, &r->p,            sizeof(*r)},
      {"q_GPa",                   VTK_FLOAT, 1, &r->q,            sizeof(*r)},
      {"lode_deg",                VTK_FLOAT, 1, &r->lode,         sizeof(*r)},
      {"stress_major_GPa",        VTK_FLOAT, 1, &r->major,        sizeof(*r)},
      {"unbalance_nN",            VTK_FLOAT, 1, &r->unbalance,    sizeof(*r)},
      {"yield_GPa",               VTK_FLOAT, 1, &r->yield,        sizeof(*r)},
      {"velocity_nm_per_ns",      VTK_FLOAT, 3, r->velocity,      sizeof(*r)},
      {"angular_velocity_per_ns", VTK_FLOAT, 3, r->spin,          sizeof(*r)},
      {"orientation_wxyz",        VTK_FLOAT, 4, r->orientation,   sizeof(*r)}, /* crystals only */
      {"meshed",                  VTK_INT32, 1, &r->meshed,       sizeof(*r)}, /* from here: with meshed grains only */
      {"von_mises_mean_GPa",      VTK_FLOAT, 1, &r->mises,        sizeof(*r)},
      {"plastic_strain_mean",     VTK_FLOAT, 1, &r->alpha,        sizeof(*r)},
  };
  enum { ALL = sizeof(all) / sizeof(all[0]), OF_BODIES = 3, OF_CRYSTALS = 1 };
  VtkArray arrays[ALL];
  int      count = 0;
  for (int k = 0; k < ALL; k++)
    if (k >= ALL - OF_BODIES ? bodies : k >= ALL - OF_BODIES - OF_CRYSTALS ? crystals : 1) arrays[count++] = all[k];
  VtkDataset data = {.n_points       = n,
                     .points         = r->x,
                     .point_stride   = sizeof(*r),
                     .point_type     = VTK_DOUBLE,
                     .shape          = VTK_VERTICES,
                     .n_cells        = n,
                     .corners        = 1,
                     .n_point_arrays = count,
                     .point_arrays   = arrays};
  PetscCall(OutputDataset(o, SERIES_GRAINS, s, &data));
  PetscCall(PetscFree(r));
  PetscFunctionReturn(0);
}

static PetscErrorCode WriteContacts(Output o, const Sample *s, const GrainFields *f, int64_t end)
{
  ContactRow *r;
  PetscInt    n;
  int64_t     first = 0, *cells;
  double     *ends;

  PetscFunctionBeginUser;
  PetscCall(ContactRows(o, s, f, end, &n, &r));
  const int64_t n64 = n;
  PetscCallMPI(MPI_Exscan(&n64, &first, 1, MPI_INT64_T, MPI_SUM, o->comm));
  PetscCall(PetscMalloc2(2 * (size_t)n, &cells, 6 * (size_t)n, &ends));
  for (PetscInt k = 0; k < n; k++) {
    PetscCall(PetscArraycpy(ends + 6 * (size_t)k, r[k].end, 6));
    cells[2 * (size_t)k]     = 2 * (first + k);
    cells[2 * (size_t)k + 1] = 2 * (first + k) + 1;
  }
  const VtkArray arrays[] = {
      {"id_i",              VTK_INT64, 1, &r->id[0],       sizeof(*r)},
      {"id_j",              VTK_INT64, 1, &r->id[1],       sizeof(*r)},
      {"fn_nN",             VTK_FLOAT, 1, &r->fn,          sizeof(*r)},
      {"ft_nN",             VTK_FLOAT, 1, &r->ft,          sizeof(*r)},
      {"contact_radius_nm", VTK_FLOAT, 1, &r->a,           sizeof(*r)},
      {"overlap_nm",        VTK_FLOAT, 1, &r->delta,       sizeof(*r)},
      {"bond_class",        VTK_INT32, 1, &r->bond,        sizeof(*r)},
      {"chain",             VTK_INT64, 1, &r->chain,       sizeof(*r)},
      {"neck_radius_nm",    VTK_FLOAT, 1, &r->neck,        sizeof(*r)},
      {"coverage",          VTK_FLOAT, 1, &r->coverage,    sizeof(*r)},
      {"layer_nm",          VTK_FLOAT, 1, &r->layer,       sizeof(*r)},
      {"conductance_nS",    VTK_FLOAT, 1, &r->conductance, sizeof(*r)},
  };
  VtkDataset data = {.n_points      = 2 * (int64_t)n,
                     .points        = ends,
                     .point_type    = VTK_FLOAT,
                     .shape         = VTK_LINES,
                     .n_cells       = n,
                     .corners       = 2,
                     .cells         = cells,
                     .n_cell_arrays = sizeof(arrays) / sizeof(arrays[0]),
                     .cell_arrays   = arrays};
  PetscCall(OutputDataset(o, SERIES_CONTACTS, s, &data));
  PetscCall(PetscFree2(cells, ends));
  PetscCall(PetscFree(r));
  PetscFunctionReturn(0);
}

/* The die as a tube of quads and each punch as a fan of quads; SEGMENTS must be even. */
enum {
  SEGMENTS    = 64,
  TUBE_POINTS = 2 * SEGMENTS,
  DISC_POINTS = SEGMENTS + 1,
  TOOL_POINTS = TUBE_POINTS + 2 * DISC_POINTS
};
enum { DISC_CELLS = SEGMENTS / 2, TOOL_CELLS = SEGMENTS + 2 * DISC_CELLS };

typedef struct {
  double  point[TOOL_POINTS][3], force[TOOL_CELLS][3];
  int64_t cell[TOOL_CELLS][4];
  int32_t tool[TOOL_CELLS];
} ToolSurface;

static void ring(double z, double radius, double point[][3])
{
  for (int k = 0; k < SEGMENTS; k++) {
    point[k][0] = radius * cos(2 * M_PI * k / SEGMENTS);
    point[k][1] = radius * sin(2 * M_PI * k / SEGMENTS);
    point[k][2] = z;
  }
}

static void draw_tools(const Sample *s, ToolSurface *t)
{
  const Tools *tools = s->tools;
  const double low   = fmin(tools->z[TOOL_BOTTOM], 0.0);
  const double high  = tools->die_top < 1e6 * tools->die_radius ? tools->die_top : tools->z[TOOL_TOP];
  int          cell  = 0;

  ring(low, tools->die_radius, t->point);
  ring(high, tools->die_radius, t->point + SEGMENTS);
  for (int k = 0; k < SEGMENTS; k++, cell++) {
    const int64_t next = (k + 1) % SEGMENTS, quad[4] = {k, next, SEGMENTS + next, SEGMENTS + k};

    for (int c = 0; c < 4; c++) t->cell[cell][c] = quad[c];
    t->tool[cell] = TOOL_DIE;
  }
  for (int tool = TOOL_BOTTOM; tool <= TOOL_TOP; tool++) {
    const int64_t base = TUBE_POINTS + (tool == TOOL_TOP) * DISC_POINTS, middle = base + SEGMENTS;

    ring(tools->z[tool], tools->die_radius, t->point + base);
    t->point[middle][0] = t->point[middle][1] = 0;
    t->point[middle][2]                       = tools->z[tool];
    for (int k = 0; k < SEGMENTS; k += 2, cell++) {
      const int64_t quad[4] = {middle, base + k, base + k + 1, base + (k + 2) % SEGMENTS};

      for (int c = 0; c < 4; c++) t->cell[cell][c] = quad[c];
      t->tool[cell] = tool;
    }
  }
  for (int k = 0; k < TOOL_CELLS; k++)
    for (int c = 0; c < 3; c++) t->force[k][c] = s->tool_force[t->tool[k]][c];
}

static PetscErrorCode WriteTools(Output o, const Sample *s)
{
  const int    mine = o->rank == 0; /* rank 0 has all of it: it is small */
  ToolSurface *t;

  PetscFunctionBeginUser;
  PetscCall(PetscNew(&t));
  draw_tools(s, t);
  const VtkArray arrays[] = {
      {"tool",     VTK_INT32, 1, t->tool,  0}, /* 0 die, 1 bottom punch, 2 top punch */
      {"force_nN", VTK_FLOAT, 3, t->force, 0},
  };
  VtkDataset data = {.n_points      = mine * TOOL_POINTS,
                     .points        = t->point[0],
                     .point_type    = VTK_FLOAT,
                     .shape         = VTK_POLYGONS,
                     .n_cells       = mine * TOOL_CELLS,
                     .corners       = 4,
                     .cells         = t->cell[0],
                     .n_cell_arrays = sizeof(arrays) / sizeof(arrays[0]),
                     .cell_arrays   = arrays};
  PetscCall(OutputDataset(o, SERIES_TOOLS, s, &data));
  PetscCall(PetscFree(t));
  PetscFunctionReturn(0);
}

PetscErrorCode OutputFrame(Output o, const Sample *sample, const GrainFields *fields)
{
  int64_t end = 1;

  PetscFunctionBeginUser;
  for (PetscInt k = 0; k < sample->grains->n_owned; k++) end = PetscMax(end, sample->grains->id[k] + 1);
  PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, &end, 1, MPI_INT64_T, MPI_MAX, o->comm));
  PetscCall(WriteGrains(o, sample, fields, end));
  PetscCall(WriteContacts(o, sample, fields, end));
  PetscCall(WriteTools(o, sample));
  if (sample->fem) PetscCall(OutputMeshed(o, sample, end));
  PetscFunctionReturn(0);
}
