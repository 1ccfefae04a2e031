#!/usr/bin/env python3
"""Covered grains, rigid, meshed and becoming meshed, in a dwell on the slow clock: a run that is stopped in its midst and goes on
with another number of ranks has the history.csv of the straight one, byte for byte.  Covered contacts do not weld by
themselves; those that have lost enough ligands do, of every kind; what left them is on the free surfaces."""
import csv
import os
import shutil
import sys

sys.dont_write_bytecode = True
from stopped import check_goes_on, rows, run  # noqa: E402

DECK = "sinter.yml"
CASES = { # ranks before and after the stop, what else the program is told
    "region": ((2, 3), []),
    "all": ((1, 2), ["-mesh_grains", "all"]),
    "promoted": ((2, 1), ["-mesh_grains", "by_trigger", "-mesh_trigger_contact_radius", "0.2", "-mesh_promote_every", "100", "-mesh_cap", "0.6"]),
}
SHARES = {"region": (0.1, 0.9), "all": (1.0, 1.0), "promoted": (0.1, 0.9)}


def check(name, history):
    press, dwell = ([r for r in history if r["stage"] == stage] for stage in "01")
    last = history[-1]
    least, most = SHARES[name]
    assert least <= float(last["meshed_fraction"]) <= most, f"{name}: not the grains that should be meshed"
    assert all(float(r["bonded_fraction"]) == 0.0 for r in press), f"{name}: covered grains have welded"
    assert float(last["bonded_fraction"]) > 0.3, f"{name}: nothing has welded"
    assert float(last["coverage_contact"]) < 0.3 < float(press[-1]["coverage_contact"]), f"{name}: ligands stayed"
    assert float(last["coverage_free"]) > float(press[-1]["coverage_free"]), f"{name}: ligands are lost"
    assert float(last["slow_time_s"]) == 1.0 and float(last["slow_steps"]) > 5, f"{name}: hardly a step of the slow clock"
    # 1 % is what a run must keep
    assert max(abs(float(r["energy_error"])) for r in history) < 0.01, f"{name}: energy is not accounted for"
    return dwell


def check_conduction(name, folder):
    """Ligands are tunnelled through; metal of every kind of pair conducts a thousand times better at the least."""
    with open(os.path.join(folder, "conduction.csv"), newline="") as f:
        pressed, held = (float(r["sigma_zz_S_per_m"]) for r in csv.DictReader(f))
    print(f"{name}: {pressed:.3g} S/m pressed, {held:.3g} S/m held")
    assert 0.0 < 1e3 * pressed < held, f"{name}: it does not conduct as metal"


def main():
    program, work = sys.argv[1:3]
    shutil.rmtree(work, ignore_errors=True)
    os.makedirs(work)
    for name, (ranks, extra) in CASES.items():
        straight = os.path.join(work, name)
        run(program, DECK, 1, straight, extra)
        history = rows(straight)
        dwell = check(name, history)
        check_conduction(name, straight)
        print(f"{name}: {history[-1]['step']} steps, {history[-1]['slow_steps']} of the slow clock, "
              f"{float(history[-1]['bonded_fraction']):.2f} of the contacts bonded, energy error "
              f"{max(abs(float(row['energy_error'])) for row in history):.1e}")
        check_goes_on(program, DECK, ranks, [dwell[len(dwell) // 2]["step"]], straight, extra)


if __name__ == "__main__":
    main()
