#!/usr/bin/env python3
"""Rigid grains beside meshed ones: a press that is stopped, and goes on with another number of ranks, has the same
history.csv, byte for byte, as one that was never stopped: where plates stand, what the law and the nodes remember of them
goes through the checkpoint.  With and without adhesion."""
import csv
import filecmp
import os
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True
from test_restart import STOPPED  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
CASES = {"bare": [], "sticky": ["-contact_work_of_adhesion", "0.3 J/m^2", "-mesh_region_r_max", "0.6", "-mesh_region_z_max", "0.8"]}


def run(program, ranks, folder, extra, wanted=0):
    got = subprocess.run(["mpirun", "-n", str(ranks), program, os.path.join(HERE, "mixed.yml"), "-output_folder", folder,
                          *extra], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                         timeout=300, check=False)
    assert got.returncode == wanted, f"exit {got.returncode}, not {wanted}\n{got.stdout}"


def main():
    program, work = sys.argv[1:3]
    shutil.rmtree(work, ignore_errors=True)
    os.makedirs(work)
    for name, extra in CASES.items():
        straight, stopped = os.path.join(work, name), os.path.join(work, name + "_stopped")
        run(program, 1, straight, extra)
        with open(os.path.join(straight, "history.csv"), newline="") as f:
            rows = list(csv.DictReader(f))
        last = rows[-1]
        assert 0.0 < float(last["meshed_fraction"]) < 1.0, "grains of one kind only: nothing was tested"
        # 1 % is what a run must keep
        assert max(abs(float(row["energy_error"])) for row in rows) < 0.01, f"{name}: energy is not accounted for"
        print(f"{name}: {last['step']} steps, {float(last['meshed_fraction']):.2f} of the grains meshed, energy error "
              f"{max(abs(float(row['energy_error'])) for row in rows):.1e}")
        run(program, 2, stopped, [*extra, "-time_max_steps", rows[len(rows) // 2]["step"]], STOPPED)
        run(program, 3, stopped, [*extra, "-restart", os.path.join(stopped, "checkpoint.h5"), "-time_max_steps", "0"])
        assert filecmp.cmp(os.path.join(stopped, "history.csv"), os.path.join(straight, "history.csv"), shallow=False), \
            f"{name}: history.csv differs from the straight run's"


if __name__ == "__main__":
    main()
