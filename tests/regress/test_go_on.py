#!/usr/bin/env python3
"""What a restart may change: more stages behind those of a finished run, and the time step.

With more stages, history.csv is that of a run that had them from the start.  With another step, time goes on from where
it stood."""
import csv
import filecmp
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAM, WORK = sys.argv[1], sys.argv[2]
STOPPED = 75


def run(ranks, folder, *extra, code=0):
    words = ["mpirun", "-n", str(ranks), PROGRAM, os.path.join(HERE, "presses.yml"), "-output_folder", path(folder)]
    done = subprocess.run(words + list(extra), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
                          stderr=subprocess.STDOUT)
    if done.returncode != code:
        sys.exit(f"FAILED: {' '.join(words + list(extra))}: exit code {done.returncode}\n{done.stdout}")


def path(*names):
    return os.path.join(WORK, *names)


def times(folder):
    with open(path(folder, "history.csv"), newline="") as f:
        return [float(row["time_ns"]) for row in csv.DictReader(f)]


def more_stages():
    run(1, "straight", "-programme", "fill,press,dwell", "-output_overwrite", "yes")
    run(1, "longer", "-programme", "fill,press", "-output_overwrite", "yes")
    run(2, "longer", "-programme", "fill,press,dwell", "-restart", path("longer", "checkpoint.h5"))
    if not filecmp.cmp(path("straight", "history.csv"), path("longer", "history.csv"), shallow=False):
        sys.exit("FAILED: a dwell added after the end differs from one that was there from the start")


def another_step():
    common = ["-output_history_every", "100"]
    run(1, "step", "-time_max_steps", "1000", "-output_overwrite", "yes", *common, code=STOPPED)
    before = times("step")
    step = (before[-1] - before[-2]) / 2
    for stop in "1500", "2000":
        run(1, "step", "-time_max_steps", stop, "-time_step_fraction", "0.05", "-restart", path("step", "checkpoint.h5"),
            *common, code=STOPPED)
    after = times("step")[len(before):]
    for k, time in enumerate(after):
        wanted = before[-1] + (k + 1) * step
        if abs(time - wanted) > 1e-9 * wanted:
            sys.exit(f"FAILED: {k + 1} rows after the step was halved time is {time} ns, not {wanted}")


os.makedirs(WORK, exist_ok=True)
more_stages()
another_step()
