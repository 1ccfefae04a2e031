#!/usr/bin/env python3
"""What a restart may change: more stages behind those of a finished run, the time step, and numbers of any block of the
deck, which it names.

With more stages, history.csv is that of a run that had them from the start.  With another step, time goes on from where
it stood."""
import csv
import filecmp
import json
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAM, WORK = sys.argv[1], sys.argv[2]
STOPPED = 75


def run(ranks, folder, *extra, code=0):
    words = ["mpirun", "-n", str(ranks), PROGRAM, os.path.join(HERE, "presses.yml"), "-press_inertial_number", "2e-2", "-output_folder", path(folder)]
    done = subprocess.run(words + list(extra), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
                          stderr=subprocess.STDOUT)
    if done.returncode != code:
        sys.exit(f"FAILED: {' '.join(words + list(extra))}: exit code {done.returncode}\n{done.stdout}")
    return " ".join(done.stdout.split())


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


CHANGES = {"ligand_gap": ("1.56 nm", "2 nm"), "sinter_neck_limit": ("0.02", "0.03"), "die_wall_friction": ("0.15", "0.4"),
           "material_boundary_activation": ("0.140991543792 aJ", "0.15 aJ"), "contact_mdr_psi_b": ("0.5", "0.6"),
           "ligand_coverage": ("0", "0.1")}


def other_numbers():
    """Whatever changes the answer is named, with both values; what comes too late is said to be without effect."""
    run(1, "numbers", "-time_max_steps", "500", "-output_overwrite", "yes", code=STOPPED)
    again = ["-restart", path("numbers", "checkpoint.h5"), "-time_max_steps", "1000"]
    same = run(2, "numbers", *again, code=STOPPED)
    if "parameters differ" in same or "without effect" in same:
        sys.exit(f"FAILED: nothing was changed, but it said so\n{same}")
    words = [word for key, (_, value) in CHANGES.items() for word in (f"-{key}", value)]
    said = run(2, "numbers", *again, "-powder_seed", "9", *words, code=STOPPED)
    for key, (before, after) in CHANGES.items():
        if f"{key} {before} -> {after}" not in said:
            sys.exit(f"FAILED: it did not say that {key} has changed\n{said}")
    note = said.partition("without effect: ")[2]
    if not note.startswith("powder_seed ") or said.count("powder_seed") != 1:
        sys.exit(f"FAILED: it did not say that the powder is that of the checkpoint\n{said}")
    with open(path("numbers", "summary.json")) as f:
        if not any("ligand_coverage 0 -> 0.1" in text for text in json.load(f)["warnings"]):
            sys.exit("FAILED: summary.json does not warn of other parameters")


os.makedirs(WORK, exist_ok=True)
more_stages()
another_step()
other_numbers()
