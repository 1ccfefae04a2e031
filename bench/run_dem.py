#!/usr/bin/env python3
"""Particle-steps per second of nanomint and of the codes installed here, on the standard dense packings.

    python3 bench/run_dem.py build/bench_dem [--grains 2000 10000] [--ranks 1 2] [--rounds 5]

Every round runs every contestant once, one after the other (A B C A B C ...): a machine that drifts drifts for all.
Printed: best and median rate over the rounds; "ours/it", the rate of nanomint hertz_mindlin divided by this one's, paired by
round, median; contacts per grain; bytes per grain where the code says so.
bench/README.md says what is computed.  Needs nothing but Python 3 and mpirun."""
import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

HERE = Path(__file__).resolve().parent
STEPS = {2000: (300, 2000), 10000: (200, 600)}  # warm-up, timed
REFERENCE = "nanomint hertz_mindlin"
DIAMETER, DENSITY = 1e-3, 2500.0  # m, kg/m3


def write_data(state, prefix):
    """The packing (lengths in diameters) as LAMMPS and LIGGGHTS read it, and the die as variables."""
    header, *rows = state.read_text().splitlines()
    n, bore, height = (float(word) for word in header.split()[:3])
    half, top = (bore / 2 + 1) * DIAMETER, (height + 1) * DIAMETER
    lines = [f"standard dense work item\n\n{n:.0f} atoms\n1 atom types\n"]
    lines += [f"{-half:.9g} {half:.9g} {axis}lo {axis}hi" for axis in "xy"]
    lines += [f"{-DIAMETER:.9g} {top:.9g} zlo zhi\n\nAtoms\n"]
    for k, row in enumerate(rows[: int(n)], 1):
        x, y, z = (float(word) * DIAMETER for word in row.split())
        lines.append(f"{k} 1 {DIAMETER:.9g} {DENSITY:.9g} {x:.10g} {y:.10g} {z:.10g}")
    prefix.with_suffix(".data").write_text("\n".join(lines) + "\n")
    prefix.with_suffix(".var").write_text(
        f"variable Rcyl equal {bore / 2 * DIAMETER:.10g}\nvariable H0 equal {height * DIAMETER:.10g}\n")


def loop_rate(text):
    """The timed loop is the last LAMMPS-style loop; the last thermo line before it ends with contacts per grain."""
    loops = re.findall(r"Loop time of (\S+) on \d+ procs for (\d+) steps with (\d+) atoms", text)
    if len(loops) < 2:
        return None
    seconds, steps, atoms = (float(word) for word in loops[-1])
    thermo = re.findall(r"^\s*\d+\s+\S+\s+([0-9.]+)\s*$", text, re.M)
    return steps * atoms / seconds, float(thermo[-1]) if thermo else float("nan"), float("nan")


def our_rate(text):
    words = text.split()
    if "particle_steps_per_s" not in words:
        return None
    keys = "particle_steps_per_s", "contacts_per_grain", "bytes_per_grain"
    return tuple(float(words[words.index(key) + 1]) for key in keys)


def contestants(bench_dem, n):
    """name -> (command, what reads the rate from its output)"""
    warm, steps = (str(k) for k in STEPS[n])

    def deck(name):
        variables = {"base": f"dense_{n}", "warm": warm, "steps": steps}
        return ["-in", str(HERE / "peers" / name)] + [word for item in variables.items() for word in ("-var", *item)]

    found = {}
    if bench_dem:
        for law in ("hertz_mindlin", "mdr"):
            found[f"nanomint {law}"] = [bench_dem, str(HERE / "states" / f"dense_{n}.txt"), law, steps, warm], our_rate
    if shutil.which("lmp"):
        for law in ("hertz", "granular"):
            found[f"lammps {law}"] = ["lmp", *deck("in.lammps"), "-var", "law", law, "-log", "none"], loop_rate
    if shutil.which("liggghts"):
        found["liggghts hertz"] = ["liggghts", *deck("in.liggghts"), "-log", "none"], loop_rate
    return found


def run(command, read, ranks, work, environment):
    mpirun = [os.environ.get("MPIEXEC", "mpirun"), "-n", str(ranks)]
    done = subprocess.run(mpirun + command, cwd=work, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="replace")
    result = read(done.stdout) if done.returncode == 0 else None
    if result is None:
        print(f"failed: {' '.join(command)}\n{done.stdout[-2000:]}", file=sys.stderr)
    return result


def versions(work):
    """What the others say they are, for the record; liggghts leaves a log wherever it starts."""
    for name in filter(shutil.which, ("lmp", "liggghts")):
        text = subprocess.run([name, "-h"], cwd=work, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, errors="replace").stdout
        match = re.search(r"Massively Parallel Simulator - ([^\n]*)|Version (LIGGGHTS[^\n,]*)", text)
        print(f"# {name}: {match.group(1) or match.group(2) if match else 'version unknown'}")


def compete(args, n, ranks, work, environment):
    """All rounds for one packing and one number of ranks; one line per contestant.  True if nobody failed."""
    field = contestants(args.bench_dem, n)
    results = {name: [] for name in field}
    failed = set()
    for _ in range(args.rounds):
        for name, (command, read) in field.items():
            result = None if name in failed else run(command, read, ranks, work, environment)
            if result is None:
                failed.add(name)
            else:
                results[name].append(result)
    for name in field:
        if name in failed:
            print(f"{name:24s} {n:7d} {ranks:5d}   failed")
            continue
        rates = [result[0] for result in results[name]]
        pairs = [] if REFERENCE in failed else zip(results.get(REFERENCE, []), rates)
        ratios = [ours[0] / rate for ours, rate in pairs]
        z, size = results[name][-1][1:]
        print(f"{name:24s} {n:7d} {ranks:5d} {max(rates) / 1e6:8.2f} {median(rates) / 1e6:8.2f}",
              f"{median(ratios):8.2f}" if ratios else f"{'-':>8s}",
              f"{z:6.2f}", f"{size:7.0f}" if size == size else f"{'-':>7s}", flush=True)
    return not failed


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bench_dem", nargs="?", help="nanomint's side; without it only the others run")
    parser.add_argument("--grains", type=int, nargs="+", default=sorted(STEPS), choices=sorted(STEPS))
    parser.add_argument("--ranks", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    args.bench_dem = args.bench_dem and os.path.abspath(args.bench_dem)

    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    environment.setdefault("OMPI_MCA_btl_vader_single_copy_mechanism", "none")  # containers forbid the other
    if os.geteuid() == 0:
        environment.update(OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1")
    good = True
    with tempfile.TemporaryDirectory() as work:
        versions(work)
        busy = os.getloadavg()[0]
        if busy > 0.3:
            print(f"# the load of this machine is {busy:.1f} before the start: trust ratios, not rates")
        print(f"# {args.rounds} rounds; rates in million particle-steps per second, all ranks together")
        print(f"{'code and law':24s}   grains ranks     best   median  ours/it      z B/grain")
        shutil.copy(HERE / "peers" / "material.inc", work)
        for n in args.grains:
            write_data(HERE / "states" / f"dense_{n}.txt", Path(work) / f"dense_{n}")
            for ranks in args.ranks:
                good = compete(args, n, ranks, work, environment) and good
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
