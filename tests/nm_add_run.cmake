# nm_add_run(NAME x DECK x.yml RANKS 1 2 4 LABELS verify ... WHY "...") - one deck, given to the program on each number of ranks.
#
#   DECK     file beside cases.cmake, or inputs/x.yml                  ARGS     more arguments of the program: -key value
#   EXPECT   FILE COLUMN VALUE     last row of a CSV, or key of a JSON  RTOL, ATOL   how close; WHY says where the number comes
#   COMPARE  FILE REFERENCE        every number of two CSV files                     from and why the tolerance is what it is
#   SAME     FILE ...              byte for byte the same on every number of ranks (of RANKS, the first is the reference)
#   FAILS    TEXT                  must exit non-zero AND say TEXT (literally)      MATCHES  TEXT   must exit 0 and say TEXT
#   TIMEOUT  seconds, default 600
#
# The test KIND.NAME.npN (KIND: the first label) fails by exit code.  All the judging is in run_case.py.

# The first Python that reads VTK, else any: a python3 of one's own often hides the system's modules.
if(NOT NM_PYTHON)
  find_program(NM_PYTHON_ANY python3 REQUIRED)
  foreach(candidate ${NM_PYTHON_ANY} /usr/bin/python3)
    execute_process(COMMAND ${candidate} -c "import numpy, vtkmodules.vtkIOLegacy" RESULT_VARIABLE failed OUTPUT_QUIET
                    ERROR_QUIET)
    if(NOT failed)
      set(NM_PYTHON ${candidate} CACHE FILEPATH "Python 3 with numpy and vtk, for tests")
      break()
    endif()
  endforeach()
  if(NOT NM_PYTHON)
    message(WARNING "No python3 with numpy and vtk (Debian: python3-numpy python3-vtk9): tests that read VTK are skipped")
    set(NM_PYTHON ${NM_PYTHON_ANY})
  endif()
endif()

# MPI keeps memory to the end by design, so leaks are not looked for.  Of a start of Open MPI most is waiting: ranks of one
# machine need no network, and mpirun need not wait a second before it cleans up behind a run that was stopped.
set(NM_TEST_ENVIRONMENT
    OMP_NUM_THREADS=1
    OPENBLAS_NUM_THREADS=1
    PYTHONDONTWRITEBYTECODE=1
    OMPI_MCA_rmaps_base_oversubscribe=1
    OMPI_MCA_hwloc_base_binding_policy=none # tests run side by side: bound, they would all share core 0
    OMPI_MCA_mpi_yield_when_idle=1 # where the machine has more to do than these tests
    OMPI_MCA_btl_vader_single_copy_mechanism=none # containers forbid the other
    OMPI_MCA_btl=self,vader
    OMPI_MCA_pml=ob1
    OMPI_MCA_odls_base_sigkill_timeout=0
    OMPI_ALLOW_RUN_AS_ROOT=1
    OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
    ASAN_OPTIONS=detect_leaks=0:abort_on_error=0
    UBSAN_OPTIONS=print_stacktrace=1)

function(nm_test_properties test labels processors)
  cmake_parse_arguments(P "" "TIMEOUT" "" ${ARGN})
  if(NOT P_TIMEOUT)
    set(P_TIMEOUT 600) # a busy machine may take ten times as long as a quiet one
  endif()
  if(CMAKE_BUILD_TYPE MATCHES "Sanitize|Debug")
    math(EXPR P_TIMEOUT "10 * ${P_TIMEOUT}")
  endif()
  set_tests_properties(${test} PROPERTIES LABELS "${labels}" PROCESSORS ${processors} TIMEOUT ${P_TIMEOUT}
                                          SKIP_RETURN_CODE 77 ENVIRONMENT "${NM_TEST_ENVIRONMENT}")
  if(CMAKE_BUILD_TYPE STREQUAL Sanitize) # one run of each kind shows what sanitizers see
    set_property(TEST ${test} APPEND PROPERTY ENVIRONMENT NM_FEW=1)
  endif()
endfunction()

# A program of its own on several numbers of ranks.
function(nm_add_ranks name labels ranks)
  foreach(n ${ranks})
    add_test(NAME ${name}.np${n} COMMAND ${MPIEXEC_EXECUTABLE} ${MPIEXEC_NUMPROC_FLAG} ${n} ${MPIEXEC_PREFLAGS} ${ARGN}
             WORKING_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR})
    nm_test_properties(${name}.np${n} "${labels}" ${n})
  endforeach()
endfunction()

function(nm_add_run)
  cmake_parse_arguments(R "" "NAME;DECK;RTOL;ATOL;WHY;TIMEOUT" "RANKS;LABELS;ARGS;EXPECT;COMPARE;SAME;FAILS;MATCHES" ${ARGN})
  if(R_UNPARSED_ARGUMENTS OR NOT R_NAME OR NOT R_DECK OR NOT R_RANKS OR NOT R_LABELS)
    message(FATAL_ERROR "nm_add_run ${R_NAME}: NAME DECK RANKS LABELS are needed; not understood: '${R_UNPARSED_ARGUMENTS}'")
  endif()
  if((R_EXPECT OR R_COMPARE) AND NOT (R_WHY AND (DEFINED R_RTOL OR DEFINED R_ATOL)))
    message(FATAL_ERROR "nm_add_run ${R_NAME}: a number is compared, so RTOL or ATOL and WHY are needed")
  endif()
  if(NOT (R_EXPECT OR R_COMPARE OR R_SAME OR R_FAILS OR R_MATCHES))
    message(FATAL_ERROR "nm_add_run ${R_NAME}: a test that only runs tests nothing; EXPECT, COMPARE, SAME, FAILS or MATCHES")
  endif()

  list(GET R_LABELS 0 kind)
  set(here ${CMAKE_CURRENT_SOURCE_DIR}/${kind})
  if(R_DECK MATCHES "^inputs/")
    set(deck ${PROJECT_SOURCE_DIR}/${R_DECK})
  else()
    set(deck ${here}/${R_DECK})
  endif()
  set(judge --here ${here})
  foreach(key EXPECT COMPARE SAME FAILS MATCHES)
    string(TOLOWER ${key} flag)
    if(R_${key})
      list(APPEND judge --${flag} ${R_${key}})
    endif()
  endforeach()
  foreach(key RTOL ATOL)
    string(TOLOWER ${key} flag)
    if(DEFINED R_${key})
      list(APPEND judge --${flag} ${R_${key}})
    endif()
  endforeach()

  list(GET R_RANKS 0 first)
  set(base ${CMAKE_CURRENT_BINARY_DIR}/work/${kind}.${R_NAME})
  foreach(n ${R_RANKS})
    set(test ${kind}.${R_NAME}.np${n})
    add_test(
      NAME ${test}
      COMMAND
        ${NM_PYTHON} ${PROJECT_SOURCE_DIR}/tests/run_case.py --work ${base}.np${n} --first ${base}.np${first} ${judge} --
        ${MPIEXEC_EXECUTABLE} ${MPIEXEC_NUMPROC_FLAG} ${n} ${MPIEXEC_PREFLAGS} $<TARGET_FILE:nanomint> ${deck} ${R_ARGS}
      WORKING_DIRECTORY ${here})
    nm_test_properties(${test} "${R_LABELS}" ${n} TIMEOUT ${R_TIMEOUT})
    if(NOT n EQUAL first)
      set_tests_properties(${test} PROPERTIES FIXTURES_REQUIRED ${kind}.${R_NAME})
    elseif(R_SAME)
      set_tests_properties(${test} PROPERTIES FIXTURES_SETUP ${kind}.${R_NAME})
    endif()
  endforeach()
endfunction()
