/* test_fem_nonsense.c - bodies whose numbers have become nonsense: the next control fails and names the grain. */
#include "tests/verify/fem_world.h"

static char said[512];

static PetscErrorCode Listen(MPI_Comm comm, int line, const char *function, const char *file, PetscErrorCode ierr,
                             PetscErrorType type, const char *message, void *context)
{
  (void)comm, (void)line, (void)function, (void)file, (void)context;
  if (type == PETSC_ERROR_INITIAL) snprintf(said, sizeof said, "%s", message);
  return ierr;
}

/* Ten bodies, two packs; one number of one of them changed; a step; control. */
static void spoiled(PetscInt64 id, const char *words, void (*spoil)(FemWorld *, int pack, int lane))
{
  const GrainShape sphere  = {.form = GRAIN_SPHERE};
  const double     rest[3] = {0};
  PetscErrorCode   ierr;
  FemStatus        status;
  FemWorld         w;
  char             grain[32];

  memset(&w, 0, sizeof w);
  assert_int_equal(GrainMeshMake(&sphere, 3, 1, &w.mesh), MESH_OK);
  fem_world_begin(&w, 10);
  for (int b = 0; b < 10; b++) fem_world_grain(&w, b, 70 + b, 3.25, 1.0, (const double[]){20.0 * b, 0, 0}, rest);
  fem_world_start(&w);
  MUST(FemStep(w.fem, &w.tools));
  MUST(FemControl(w.fem, &status)); /* as it was it is well */
  spoil(&w, (int)(id - 70) / 8, (int)(id - 70) % 8);
  MUST(FemStep(w.fem, &w.tools));
  said[0] = '\0';
  MUST(PetscPushErrorHandler(Listen, NULL));
  ierr = FemControl(w.fem, &status);
  MUST(PetscPopErrorHandler());
  print_message("%s\n", said);
  assert_int_equal(ierr, PETSC_ERR_CONV_FAILED);
  snprintf(grain, sizeof grain, "grain %d: ", (int)id);
  assert_non_null(strstr(said, grain));
  assert_non_null(strstr(said, words));
  fem_world_end(&w);
}

static void nan_place(FemWorld *w, int pack, int lane) { w->fem->x[pack * w->fem->n_node + 30][1][lane] = NAN; }
static void inf_speed(FemWorld *w, int pack, int lane) { w->fem->v[pack * w->fem->n_node][2][lane] = INFINITY; }
static void nan_stress(FemWorld *w, int pack, int lane) { w->fem->state[pack * w->fem->n_elem][EL_XX][lane] = NAN; }

/* The first element becomes its mirror image. */
static void mirror(FemWorld *w, int pack, int lane)
{
  const int *hex = w->mesh.hex[0];
  v8(*x)[3]      = w->fem->x + pack * w->fem->n_node;

  for (int k = 0; k < 4; k++)
    for (int c = 0; c < 3; c++) {
      const double low       = x[hex[k]][c][lane];
      x[hex[k]][c][lane]     = x[hex[k + 4]][c][lane];
      x[hex[k + 4]][c][lane] = low;
    }
}

static void places_that_are_no_numbers(void **state)
{
  (void)state;
  spoiled(73, "not a number", nan_place);
  spoiled(78, "not a number", nan_place);
}

static void speed_without_end(void **state)
{
  (void)state;
  spoiled(79, "not a number", inf_speed);
}

static void stress_that_is_no_number(void **state)
{
  (void)state;
  spoiled(70, "not a number", nan_stress);
}

static void element_turned_over(void **state)
{
  (void)state;
  spoiled(75, "an element of its mesh has turned over (volume -", mirror);
}

int main(int argc, char **argv)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(places_that_are_no_numbers), cmocka_unit_test(speed_without_end),
                                     cmocka_unit_test(stress_that_is_no_number), cmocka_unit_test(element_turned_over)};
  int                     failed;

  if (PetscInitialize(&argc, &argv, NULL, NULL)) return 1;
  failed = cmocka_run_group_tests(tests, NULL, NULL);
  return PetscFinalize() ? 1 : failed;
}
