#!/usr/bin/env python3
"""Meshed grains of which elements have become too thin for the step, so that nodes got more mass: a run that is stopped
and goes on with another number of ranks has the same history.csv, byte for byte, as one that was never stopped."""
import filecmp
import os
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True
from test_dwell_restart import rows  # noqa: E402
from test_restart import STOPPED  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))


def run(program, ranks, folder, extra, wanted=0):
    got = subprocess.run(["mpirun", "-n", str(ranks), program, os.path.join(HERE, "meshed.yml"), "-mesh_shrink", "1",
                          "-output_vtk_every", "-1", "-output_folder", folder, *extra], stdin=subprocess.DEVNULL,
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=300, check=False)
    assert got.returncode == wanted, f"exit {got.returncode}, not {wanted}\n{got.stdout}"


def main():
    program, work = sys.argv[1:3]
    shutil.rmtree(work, ignore_errors=True)
    os.makedirs(work)
    straight, stopped = os.path.join(work, "straight"), os.path.join(work, "stopped")
    run(program, 1, straight, [])
    added = [float(row["mesh_mass_added"]) for row in rows(straight)]
    assert 0.0 < added[0] < added[1] < added[-1], f"mass was not added before and after the stop: {added}"
    run(program, 3, stopped, ["-time_max_steps", "150"], STOPPED)
    run(program, 2, stopped, ["-restart", os.path.join(stopped, "checkpoint.h5"), "-time_max_steps", "0"])
    assert filecmp.cmp(os.path.join(stopped, "history.csv"), os.path.join(straight, "history.csv"), shallow=False), \
        "history.csv differs from the straight run's"


if __name__ == "__main__":
    main()
