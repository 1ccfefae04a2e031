#!/bin/sh
# mint - sets up what is missing, builds, runs.  Everything it does is plain CMake, CTest and mpirun: see README.md.
set -eu

usage() {
  cat <<'TEXT'
usage: ./mint COMMAND

  run [DECK] [-key value ...]  press a coin: build, then run DECK (inputs/au_coin.yml) on NP ranks
  study FILE [options]         build, then run a table of variations of a deck and gather it in one CSV; goes on where it
                               stopped;  ./mint study --help,  ./mint study inputs/studies/pressure.yml --list
  report RUN [RUN ...]         one page of a run to look at and to mail, RUN/report.html; further runs are compared with it
  watch RUN [--once]           follows a run in the terminal to its end; says when something goes wrong
  view RUN                     opens the run in ParaView: grains, force chains, inside of meshed grains, bonds
  validate [--quick] [options] build, then hold the code against what was observed: runs inputs/studies/validate_*.yml, prints
                               target, observed, computed, band, verdict;  --quick: no bands;  goes on where it stopped
  test [ctest arguments]       build, then run the tests;  ./mint test -L unit  runs one kind
  bench [dem [arguments]]      speed on standard dense packings, beside the codes installed here (bench/README.md)
  bench fem [arguments]        speed of meshed grains: a step by parts, a whole press, a cluster among rigid grains, eight beside CalculiX
  bench conduct [CELLS]        time of the conductivity of 101,306 grains (or 2 CELLS^3), on 1 and on NP ranks
  build [preset [arguments]]   only build: release (build/), debug (build-debug/), sanitize (build-sanitize/); arguments: of cmake --build
  format                       clang-format every C file in place
  clean                        remove the build folders
  help                         this text

environment
  NP=4              ranks; default: 2, or 1 on a machine with one core; of studies: what their files say
  MPIEXEC=srun      what starts the ranks, given "-n NP"; default: mpirun
  CMAKE_ARGS="..."  more arguments for cmake when it configures, e.g. -DNANOMINT_NATIVE=OFF
TEXT
}

root=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)

say() { printf 'mint: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }
cores() { (unset OMP_NUM_THREADS && nproc) 2>/dev/null || getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1; }

# Ranks are the parallelism; a threaded BLAS inside each would only fight for the cores.
environment() {
  export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
  export OMPI_MCA_btl_vader_single_copy_mechanism="${OMPI_MCA_btl_vader_single_copy_mechanism:-none}" # containers forbid it
  if [ "$(id -u)" -eq 0 ]; then export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1; fi
  if command -v ninja >/dev/null; then export CMAKE_GENERATOR="${CMAKE_GENERATOR:-Ninja}"; fi
}

# ---------------------------------------------------------------------------------------------------------- what is missing

packages_build="build-essential cmake ninja-build pkg-config petsc-dev libopenmpi-dev openmpi-bin libmetis-dev libhdf5-openmpi-dev"
packages_study="python3 python3-yaml"
packages_report="python3 python3-numpy python3-matplotlib python3-vtk9"
packages_test="libcmocka-dev python3 python3-numpy python3-matplotlib python3-vtk9 python3-yaml"

advice() { # log of a failed cmake, if there is one
  if [ -f "${1:-}" ]; then grep -A 6 '^CMake Error' "$1" | head -n 20 >&2; fi
  cat >&2 <<TEXT
mint: something is missing to build nanomint.  Install or load it, then say the same again:

  Debian 12 (as root)        apt-get install $packages_build $packages_test
  Spack                      spack install petsc@3.18: +hdf5+mpi+mumps ^hdf5+mpi metis cmocka cmake python py-numpy py-matplotlib py-pyyaml vtk+python
                             spack load petsc hdf5 metis cmocka cmake python py-numpy py-matplotlib py-pyyaml vtk
  environment modules        module load gcc openmpi petsc hdf5 metis cmake python   (names differ: module avail petsc)
  anything else              a C11 compiler, CMake 3.21, pkg-config, MPI, PETSc 3.18 or newer (real, double), METIS 5,
                             parallel HDF5, cmocka;  Python 3 with numpy, vtk, matplotlib and yaml for tests and plots.
                             Where they are: export CMAKE_PREFIX_PATH=DIR:DIR PKG_CONFIG_PATH=DIR/lib/pkgconfig
TEXT
  exit 1
}

as_root() { if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -n "$@"; fi; }

can_install() {
  command -v apt-get >/dev/null || return 1
  [ "$(id -u)" -eq 0 ] || { command -v sudo >/dev/null && sudo -n true 2>/dev/null; }
}

# ParaView's own Python reads VTK too, and excludes python3-vtk9.
reads_vtk() { /usr/bin/python3 -c 'import vtkmodules.vtkIOLegacy' 2>/dev/null; }

# Installs those of the given Debian packages that are not there; false if that is not possible here.
install_packages() {
  can_install || return 1
  absent=""
  for package in "$@"; do
    case $package,$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null) in
      *,*' installed') ;;
      python3-vtk9,*) reads_vtk || absent="$absent $package" ;;
      *) absent="$absent $package" ;;
    esac
  done
  [ -n "$absent" ] || return 0
  say "installing (a few minutes):$absent"
  log=$(mktemp)
  # apt-get update may fail for a source nobody needs here; if a list is truly missing, install says so
  as_root apt-get -q update >"$log" 2>&1 || say "apt-get update failed; trying with the lists that are there"
  # shellcheck disable=SC2086  # a list
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-remove --no-install-recommends $absent >>"$log" 2>&1 || {
    tail -n 20 "$log" >&2
    return 1
  }
  rm -f "$log"
}

# CMake is the judge of what is missing: Debian, Spack and modules put things in different places.
configure() { # preset, build folder
  if [ -z "${CMAKE_ARGS:-}" ] && { [ -f "$2/build.ninja" ] || [ -f "$2/Makefile" ]; }; then return 0; fi
  command -v cmake >/dev/null || return 1
  mkdir -p "$2"
  # shellcheck disable=SC2086  # a list
  if (cd "$root" && cmake --preset "$1" ${CMAKE_ARGS:-}) >"$2/configure.log" 2>&1; then return 0; fi
  rm -f "$2/CMakeCache.txt" # it remembers what was not there
  return 1
}

set_up() { # preset, build folder, Debian packages
  preset=$1 folder=$2
  shift 2
  if ! configure "$preset" "$folder"; then
    install_packages "$@" || advice "$folder/configure.log"
    configure "$preset" "$folder" || advice "$folder/configure.log"
  fi
}

# ----------------------------------------------------------------------------------------------------------------- commands

folder_of() { case $1 in release) echo "$root/build" ;; *) echo "$root/build-$1" ;; esac; }

build() { # preset, cmake --build arguments
  preset=$1 folder=$(folder_of "$1")
  shift
  # shellcheck disable=SC2086  # a list
  set_up "$preset" "$folder" $packages_build
  say "building in $folder"
  cmake --build "$folder" --parallel "${JOBS:-$(cores)}" "$@" >"$folder/build.log" 2>&1 || {
    tail -n 60 "$folder/build.log" >&2
    die "the build failed; all of it: $folder/build.log"
  }
}

mint_build() {
  [ $# -gt 0 ] || set -- release
  build "$@" && say "built in $(folder_of "$1")"
}

mint_run() {
  build release --target nanomint
  deck=$root/inputs/au_coin.yml
  case ${1:-} in
    '' | -*) ;;
    *) deck=$1 && shift ;;
  esac
  [ -f "$deck" ] || die "$deck: no such deck; those of the project are in inputs/"
  if [ -z "${NP:-}" ]; then NP=$(($(cores) < 2 ? 1 : 2)); fi
  if [ "$NP" -gt "$(cores)" ]; then export OMPI_MCA_rmaps_base_oversubscribe=1; fi
  exec "${MPIEXEC:-mpirun}" -n "$NP" "$root/build/nanomint" "$deck" "$@"
}

# A python3 of one's own often hides the system's modules.
python_with() { # modules
  for python in python3 /usr/bin/python3; do
    if "$python" -c "import $1" 2>/dev/null; then echo "$python" && return; fi
  done
}

ready_for_studies() {
  build release --target nanomint
  python=$(python_with yaml)
  # shellcheck disable=SC2086  # a list
  if [ -z "$python" ] && install_packages $packages_study; then python=$(python_with yaml); fi
  python=${python:-python3}
}

mint_study() {
  ready_for_studies
  exec "$python" "$root/postproc/study.py" "$root/build/nanomint" ${NP:+--ranks "$NP"} "$@"
}

# The page needs numpy and matplotlib; VTK draws its 3-D pictures, and it says so when that is missing.
mint_report() {
  python=$(python_with "matplotlib, numpy, vtkmodules")
  # shellcheck disable=SC2086  # a list
  if [ -z "$python" ] && install_packages $packages_report; then python=$(python_with "matplotlib, numpy"); fi
  [ -n "$python" ] || python=$(python_with "matplotlib, numpy")
  exec "${python:-python3}" "$root/postproc/report.py" "$@"
}

mint_watch() {
  python=$(python_with numpy)
  exec "${python:-python3}" "$root/postproc/watch.py" "$@"
}

mint_view() {
  [ $# -eq 1 ] || die "view: give it the folder of one run"
  [ -d "$1" ] || die "$1: no such folder"
  [ -f "$1/grains.vtk.series" ] || die "$1: has no grains.vtk.series; was the run told to write VTK frames (output: vtk_every)?"
  command -v paraview >/dev/null || die "ParaView is not installed.  Debian (as root): apt-get install paraview python3-paraview, which takes the place
  of python3-vtk9; anywhere: a binary from www.paraview.org in the PATH.  Without it: ./mint report $1 draws pictures with VTK"
  # Debian parts ParaView from its Python, and its Python excludes python3-vtk9, which the tests want
  if [ "$(command -v paraview)" = /usr/bin/paraview ] && ! command -v pvpython >/dev/null; then
    die "ParaView has no Python here.  Debian (as root): apt-get install python3-paraview, which takes the place of python3-vtk9"
  fi
  NANOMINT_RUN=$(cd "$1" && pwd) NANOMINT_PARAVIEW=$root/postproc/paraview exec paraview --dr --script="$root/postproc/paraview/macro.py"
}

mint_validate() {
  ready_for_studies
  exec "$python" "$root/postproc/validate.py" "$root/build/nanomint" "$@"
}

mint_test() {
  # shellcheck disable=SC2086  # a list
  if can_install; then install_packages $packages_build $packages_test || advice; fi
  build release
  if [ ! -f "$root/build/tests/CTestTestfile.cmake" ]; then # configured before cmocka was there
    rm -f "$root/build/build.ninja" "$root/build/Makefile"
    build release
    [ -f "$root/build/tests/CTestTestfile.cmake" ] || advice
  fi
  export OMPI_MCA_rmaps_base_oversubscribe=1
  exec ctest --test-dir "$root/build" --output-on-failure --no-tests=error --parallel "$(cores)" "$@"
}

mint_bench() {
  build release --target benchmarks nanomint
  case ${1:-dem} in
    dem) [ $# -eq 0 ] || shift && exec python3 "$root/bench/run_dem.py" "$root/build/bench_dem" "$@" ;;
    fem) shift && exec python3 "$root/bench/run_fem.py" "$root/build" ${NP:+--ranks "$NP"} "$@" ;;
    conduct) shift && bench_conduct "$@" ;;
    *) die "bench: 'dem', 'fem' or 'conduct'" ;;
  esac
}

bench_conduct() {
  if [ -z "${NP:-}" ]; then NP=$(($(cores) < 2 ? 1 : 2)); fi
  "${MPIEXEC:-mpirun}" -n 1 "$root/build/bench_conduct" "$@"
  if [ "$NP" -gt "$(cores)" ]; then export OMPI_MCA_rmaps_base_oversubscribe=1; fi
  if [ "$NP" -gt 1 ]; then "${MPIEXEC:-mpirun}" -n "$NP" "$root/build/bench_conduct" "$@"; fi
}

mint_format() {
  command -v clang-format >/dev/null || install_packages clang-format || die "clang-format is missing"
  cd "$root"
  find bench materials mesh postproc solver tests -name '*.[ch]' -exec clang-format -i {} +
}

mint_clean() { rm -rf "$root/build" "$root/build-debug" "$root/build-sanitize"; }

environment
command=${1:-help}
[ $# -eq 0 ] || shift
case $command in
  run | study | report | watch | view | validate | test | bench | build | format | clean) "mint_$command" "$@" ;;
  help | -h | --help) usage ;;
  *) usage >&2 && die "no command '$command'" ;;
esac
