#!/usr/bin/env python3
"""What a dwell of ten seconds does must not depend on how the slow clock cuts it, but on the material it must.

cut      half the limits of a step: mean neck and density at the end within 1 %
matter   without surface diffusion necks are thinner; without diffusion they do not grow at all"""
import csv
import os
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
RUNS = {
    "whole": [],
    "half": ["-sinter_approach_limit", "0.0025", "-sinter_neck_limit", "0.01"],
    "boundaries": ["-material_surface_diffusion", "1e-60 m^3/s"],
    "none": ["-sinter_necks", "none"],
}


def dwell(program, folder, more):
    """Rows of the dwell, from the end of the press on."""
    command = ["mpirun", "-n", "1", program, os.path.join(HERE, "dwell.yml"), "-output_folder", folder, *more]
    run = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert run.returncode == 0, run.stdout
    with open(os.path.join(folder, "history.csv"), newline="") as f:
        rows = [{k: float(v) for k, v in row.items()} for row in csv.DictReader(f)]
    first = max(k for k, row in enumerate(rows) if row["stage"] == 0)
    assert rows[-1]["slow_time_s"] == 10.0 and rows[-1]["bonded_fraction"] > 0.9
    return rows[first:]


def main():
    program, work = sys.argv[1:3]
    shutil.rmtree(work, ignore_errors=True)
    os.makedirs(work)
    runs = {name: dwell(program, os.path.join(work, name), more) for name, more in RUNS.items()}
    end = {name: rows[-1] for name, rows in runs.items()}
    start = runs["whole"][0]
    for name, row in end.items():
        print(f"{name}: {row['step'] - start['step']:.0f} steps, neck {start['neck_radius_mean']:.5f} -> "
              f"{row['neck_radius_mean']:.5f}, density {start['relative_density']:.5f} -> {row['relative_density']:.5f}")
    whole, half = end["whole"], end["half"]
    assert half["step"] - start["step"] > 1.2 * (whole["step"] - start["step"]), "the limits did not cut the dwell"
    # the operator split is of first order in the limits: 0.2 % is seen; 1 % is what a result may owe to them
    for key in "neck_radius_mean", "relative_density":
        assert abs(half[key] / whole[key] - 1.0) < 0.01, f"{key} depends on the limits of a step"
    assert whole["neck_radius_mean"] > 1.1 * start["neck_radius_mean"], "necks did not grow: nothing was tested"
    assert end["none"]["neck_radius_mean"] < 1.02 * start["neck_radius_mean"], "necks grew without diffusion"
    assert end["none"]["neck_radius_mean"] < end["boundaries"]["neck_radius_mean"] < whole["neck_radius_mean"]


if __name__ == "__main__":
    main()
