# nm_provenance - "solver/provenance.h": what was built, from which commit, with what.  Included by the project it adds a
# target that looks at git at every build; run as a script (cmake -P) it writes the header, and only if it changed.
if(NOT CMAKE_SCRIPT_MODE_FILE)
  set(NM_PROVENANCE_DIR ${CMAKE_BINARY_DIR}/generated)
  string(TOUPPER "${CMAKE_BUILD_TYPE}" type)
  get_target_property(flags nm_flags INTERFACE_COMPILE_OPTIONS)
  list(FILTER flags EXCLUDE REGEX "^-W")
  string(JOIN " " flags ${CMAKE_C_FLAGS} ${CMAKE_C_FLAGS_${type}} ${flags})
  add_custom_target(
    provenance ALL
    COMMAND
      ${CMAKE_COMMAND} -DSOURCE=${CMAKE_CURRENT_SOURCE_DIR} -DOUTPUT=${NM_PROVENANCE_DIR}/solver/provenance.h
      -DVERSION=${PROJECT_VERSION} -DBUILD_TYPE=${CMAKE_BUILD_TYPE} "-DFLAGS=${flags}"
      "-DCOMPILER=${CMAKE_C_COMPILER_ID} ${CMAKE_C_COMPILER_VERSION}" -DPETSC=${PETSC_VERSION}
      "-DMPI=MPI ${MPI_C_VERSION}" -P ${CMAKE_CURRENT_LIST_FILE}
    BYPRODUCTS ${NM_PROVENANCE_DIR}/solver/provenance.h
    COMMENT "Provenance"
    VERBATIM)
  add_library(nm_provenance INTERFACE)
  target_include_directories(nm_provenance INTERFACE ${NM_PROVENANCE_DIR})
  add_dependencies(nm_provenance provenance)
  return()
endif()

set(GIT_HASH "unknown")
set(GIT_DIRTY 0)
find_program(GIT git)
if(GIT AND EXISTS ${SOURCE}/.git)
  set(git ${GIT} -c "safe.directory=${SOURCE}" -C ${SOURCE}) # a clone may belong to somebody else
  execute_process(COMMAND ${git} rev-parse --short=12 HEAD OUTPUT_VARIABLE hash RESULT_VARIABLE failed ERROR_QUIET
                  OUTPUT_STRIP_TRAILING_WHITESPACE)
  if(NOT failed)
    set(GIT_HASH ${hash})
    execute_process(COMMAND ${git} status --porcelain --untracked-files=no OUTPUT_VARIABLE changes ERROR_QUIET)
    if(changes)
      set(GIT_DIRTY 1)
    endif()
  endif()
endif()
configure_file(${SOURCE}/solver/provenance.h.in ${OUTPUT} @ONLY)
