# nm_flags - how every file of the project is compiled.
include(CheckCCompilerFlag)

add_library(nm_flags INTERFACE)
target_include_directories(nm_flags INTERFACE ${CMAKE_CURRENT_SOURCE_DIR})
target_compile_options(nm_flags INTERFACE -Wall -Wextra -Wno-unused-parameter -Wno-format-truncation) # snprintf cuts on purpose
if(NANOMINT_WERROR)
  target_compile_options(nm_flags INTERFACE -Werror)
endif()

# No errno, no traps: sqrt and selects become vector instructions.  No contraction: one formula rounds one way wherever
# it is inlined, so answers are the same bits on any number of ranks.  Never -ffast-math: NaN checks must work.
target_compile_options(nm_flags INTERFACE -fno-math-errno -fno-trapping-math -ffp-contract=off)

if(NANOMINT_NATIVE)
  foreach(flag -march=native -mprefer-vector-width=512)
    string(MAKE_C_IDENTIFIER "HAVE${flag}" have)
    check_c_compiler_flag(${flag} ${have})
    if(${have})
      target_compile_options(nm_flags INTERFACE ${flag})
    endif()
  endforeach()
endif()

set(CMAKE_C_FLAGS_RELEASE "-O3 -g -DNDEBUG")
set(CMAKE_C_FLAGS_DEBUG "-Og -g3") # -Og: PETSc of Debian asks for _FORTIFY_SOURCE, which wants an optimiser
set(CMAKE_C_FLAGS_SANITIZE "-O2 -g1 -fsanitize=address,undefined -fno-omit-frame-pointer -fno-sanitize-recover=undefined")
