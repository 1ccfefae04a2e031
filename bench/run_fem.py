#!/usr/bin/env python3
"""How fast meshed grains are: a step by parts, a whole press, a cluster of them among rigid grains, and eight grains beside
CalculiX where it is installed.

    python3 bench/run_fem.py build [--grains 125] [--ranks 2] [--only parts press mixed static ccx] [--ccx-limit 900]

--grains 1000 presses as many, of about 500 nodes each, with the same deck.  bench/README.md says what is computed.  Needs
nothing but Python 3 and mpirun."""
import argparse
import csv
import itertools
import json
import math
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import mean, median

import ccx_pack

STOPPED = 75  # solver/exit_codes.h
HERE = Path(__file__).resolve().parent
MESH = {125: 256, 1000: 424}  # elements of a grain: 321 and 503 nodes (n = 4, m = 2; n = 5, m = 2)
R = 3.25  # nm
MIXED_GRAINS = 1000  # of bench/fem_mixed.yml
# what bench/fem_eight.yml says, once more
EIGHT = {"R": R, "bore": (1 + math.sqrt(2)) * R, "n": 4, "m": 2, "E": 79.0, "nu": 0.42, "yield": 1.0, "mu": 0.2,
         "penalty": 100.0, "strain": 0.2, "element": "C3D8R"}


def mpirun(ranks, command, **more):
    return subprocess.run([os.environ.get("MPIEXEC", "mpirun"), "-n", str(ranks), *map(str, command)],
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          errors="replace", **more)


def good(done, what):
    if done.returncode == 0:
        return True
    print(f"failed: {what}\n{done.stdout[-2000:]}", file=sys.stderr)
    return False


def parts(args):
    print("## A step by parts, each core at work on a pack of its own, fastest of five rounds")
    done = mpirun(args.ranks, [args.build / "bench_fem"])
    print(done.stdout, end="", flush=True)
    return good(done, "bench_fem")


def press_run(args, work, ranks, deck, name, *options):
    """Wall time of the whole program [s], its summary, and its history; None if it failed."""
    start = time.monotonic()
    folder = work / name
    done = mpirun(ranks, [args.build / "nanomint", HERE / deck, "-output_folder", folder, *options], cwd=work)
    wall = time.monotonic() - start
    if not good(done, deck):
        return None
    with open(folder / "history.csv", encoding="utf-8") as rows:
        history = [{k: float(v) for k, v in row.items()} for row in csv.DictReader(rows)]
    return wall, json.loads((folder / "summary.json").read_text()), history


def press(args, work):
    print(f"## {args.grains} grains pressed by 45 % through the program, {args.ranks} ranks")
    mesh = MESH.get(args.grains, 256)
    run = press_run(args, work, args.ranks, "fem_press.yml", "press", "-powder_grains", args.grains, "-mesh_elements", mesh)
    if not run:
        return False
    wall, summary, history = run
    meshed, steps = summary["meshed"], history[-1]["step"]
    print(f"{wall:.1f} s of wall time: {meshed['elements_each']:.0f} elements a grain, {steps:.0f} steps, "
          f"{meshed['grains'] * meshed['elements_each'] * steps / wall / 1e6:.2f} million element-steps per second of all ranks")
    print(f"density {history[-1]['relative_density']:.3f}, pressure {summary['coin']['pressure_reached_GPa']:.2f} GPa, "
          f"kinetic energy {100 * meshed['kinetic_share']:.2f} % of the strain work, "
          f"energy error {summary['coin']['energy_error']:.1e}", flush=True)
    return True


def sessions(args, work, ranks, copies, options):
    """What copies of the mixed deck at the same time say of themselves."""
    folders = [work / f"mixed{k}" for k in range(copies)]
    runs = [subprocess.Popen([os.environ.get("MPIEXEC", "mpirun"), "-n", str(ranks), args.build / "nanomint", HERE / "fem_mixed.yml",
                              "-output_folder", folder, *options], cwd=work, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL) for folder in folders]
    if any([run.wait() != STOPPED for run in runs]):
        return None
    return [json.loads((folder / "summary.json").read_text())["session"] for folder in folders]


CLUSTERS = {"82 of 1,000": (), "500 of 1,000": ("-mesh_region_r_max", "1", "-mesh_region_z_max", "0.5")}


def cluster(args, work, name):
    """One row: as many runs side by side on a rank each, and one run on all, round by round."""
    alone, together = [], []
    for _ in range(args.rounds):
        for found, ranks, copies in ((alone, 1, args.ranks), (together, args.ranks, 1)):
            got = sessions(args, work, ranks, copies, CLUSTERS[name])
            if got is None:
                print("failed: fem_mixed.yml", file=sys.stderr)
                return False
            found += got
    busy, wall = ([median(of(s) for s in found) for found in (alone, together)]
                  for of in (lambda s: s["step_busy_us"], lambda s: 1e6 * MIXED_GRAINS / s["grain_steps_per_s"]))
    usual = {key: median(s[key] for s in together) for key in together[0]}
    print(f"{name}: a step without waiting {busy[0]:.0f} us on one rank, {busy[1]:.0f} us on {args.ranks}: {busy[0] / busy[1]:.2f} times as fast; "
          f"on the wall {wall[0]:.0f} and {wall[1]:.0f} us: {wall[0] / wall[1]:.2f} times, {wall[1] - busy[1]:.0f} us of them in waits, messages and files; "
          f"imbalance {usual['imbalance']:.3f} (rigid {usual['imbalance_rigid']:.3f}, meshed {usual['imbalance_meshed']:.3f}); "
          f"{usual['rigid_grain_us']:.2f} us a step of a rigid grain, {usual['meshed_grain_us']:.1f} us of a meshed one", flush=True)
    return True


def mixed(args, work):
    print(f"## Clusters of meshed grains among rigid ones on {args.ranks} ranks, beside as many runs on one each; medians of {args.rounds} rounds")
    return all([cluster(args, work, name) for name in CLUSTERS])


def stress_near(history, strain, half=0.01):
    """Mean of the stress on the punch about a strain, which is the way over the height at the start."""
    start = 8 * 4 / 3 * R**3 / (EIGHT["bore"] ** 2 * 4 * R)  # relative density
    near = [row["pressure_top_GPa"] for row in history[:-1] if abs(1 - start / row["relative_density"] - strain) < half]
    return mean(near) if near else math.nan


def processor():
    """Seconds of the processor that what was started has taken so far."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def beside_ccx(args, work):
    print("## Eight grains of 256 elements pressed by 20 %, one core each")
    places = [f"{i * R} {j * R} {k * R} {R}" for i, j, k in itertools.product((-1, 1), (-1, 1), (1, 3))]
    (work / "eight.txt").write_text("\n".join(places) + "\n")
    start = processor()
    ours = press_run(args, work, 1, "fem_eight.yml", "eight", "-powder_file", work / "eight.txt")
    mine = processor() - start
    if not ours:
        return False
    _, _, history = ours
    print(f"nanomint: {mine:.1f} s of the processor, {stress_near(history, 0.99 * EIGHT['strain']):.3f} GPa on the punch at the end", flush=True)
    if not shutil.which("ccx"):
        print("ccx is not installed (Debian: calculix-ccx): nothing to compare with")
        return True
    (work / "eight.inp").write_text("\n".join(ccx_pack.deck(EIGHT)) + "\n")
    start = processor()
    try:
        subprocess.run(["ccx", "eight"], cwd=work, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, timeout=args.ccx_limit, check=False)
    except subprocess.TimeoutExpired:
        pass
    theirs = processor() - start
    curve = ccx_pack.curve((work / "eight.dat").read_text() if (work / "eight.dat").exists() else "", EIGHT)
    if not curve:
        print(f"calculix: no increment in {theirs:.0f} s")
        return True
    strain, stress = curve[-1]
    share = strain / EIGHT["strain"]
    print(f"calculix: {theirs:.1f} s of the processor, {stress:.3f} GPa on the plate at a strain of {strain:.3f}, where nanomint has "
          f"{stress_near(history, min(strain, 0.99 * EIGHT['strain'])):.3f}; {len(curve)} increments"
          + ("" if share > 0.999 else "; stopped there, by the limit or by itself"))
    print(f"nanomint is {theirs / (share * mine):.0f} times as fast", "" if share > 0.999 else "so far", flush=True)
    return True


def static(args):
    program = args.build / "bench_fem_static"
    if not program.exists():
        return True
    print("## Iterations and time of the static solver")
    done = mpirun(1, [program, str(args.static_edge), "3", "1", "0.85", "4000", "-static_pc_two_level", "yes"])
    print(done.stdout, end="", flush=True)
    return good(done, "bench_fem_static")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=Path, help="folder of the built programs")
    parser.add_argument("--grains", type=int, default=125, help="of the press")
    parser.add_argument("--ranks", type=int, default=2)
    parser.add_argument("--only", nargs="+", default=["parts", "press", "mixed", "static", "ccx"],
                        choices=["parts", "press", "mixed", "static", "ccx"])
    parser.add_argument("--static-edge", type=int, default=3, help="grains along an edge of the static solver's pack")
    parser.add_argument("--rounds", type=int, default=7, help="of the mixed run")
    parser.add_argument("--ccx-limit", type=float, default=900.0, help="seconds after which CalculiX is stopped")
    args = parser.parse_args()
    args.build = args.build.resolve()

    os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
    os.environ.setdefault("OMPI_MCA_btl_vader_single_copy_mechanism", "none")  # containers forbid the other
    os.environ.setdefault("OMPI_MCA_hwloc_base_binding_policy", "none")  # runs side by side would all be bound to core 0
    if os.geteuid() == 0:
        os.environ.update(OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1")
    busy = os.getloadavg()[0]
    if busy > 0.3:
        print(f"# the load of this machine is {busy:.1f} before the start: trust ratios, not rates")
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        run = {"parts": lambda: parts(args), "press": lambda: press(args, work), "mixed": lambda: mixed(args, work),
               "static": lambda: static(args),
               "ccx": lambda: beside_ccx(args, work)}
        return 0 if all([run[name]() for name in args.only]) else 1


if __name__ == "__main__":
    sys.exit(main())
