#!/usr/bin/env python3
"""Rigid grains beside meshed ones: a press that is stopped, and goes on with another number of ranks, has the same
history.csv, byte for byte, as one that was never stopped: where plates stand, what the law and the nodes remember of them
goes through the checkpoint.  With and without adhesion."""
import os
import shutil
import sys

sys.dont_write_bytecode = True
from stopped import check_goes_on, rows, run  # noqa: E402

DECK = "mixed.yml"
CASES = {"bare": ((2, 3), []), "sticky": ((1, 2), ["-contact_work_of_adhesion", "0.3 J/m^2", "-mesh_region_r_max", "0.6", "-mesh_region_z_max", "0.8"])}


def main():
    program, work = sys.argv[1:3]
    shutil.rmtree(work, ignore_errors=True)
    os.makedirs(work)
    for name, (ranks, extra) in CASES.items():
        straight = os.path.join(work, name)
        run(program, DECK, 1, straight, extra)
        history = rows(straight)
        last = history[-1]
        assert 0.0 < float(last["meshed_fraction"]) < 1.0, "grains of one kind only: nothing was tested"
        # 1 % is what a run must keep
        assert max(abs(float(row["energy_error"])) for row in history) < 0.01, f"{name}: energy is not accounted for"
        print(f"{name}: {last['step']} steps, {float(last['meshed_fraction']):.2f} of the grains meshed, energy error "
              f"{max(abs(float(row['energy_error'])) for row in history):.1e}")
        check_goes_on(program, DECK, ranks, [history[len(history) // 2]["step"]], straight, extra)


if __name__ == "__main__":
    main()
