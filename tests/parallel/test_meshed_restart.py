#!/usr/bin/env python3
"""Meshed grains of which elements have become too thin for the step, so that nodes got more mass: a run that is stopped
and goes on with another number of ranks has the same history.csv, byte for byte, as one that was never stopped."""
import sys

sys.dont_write_bytecode = True
from stopped import check_goes_on, rows, run_straight  # noqa: E402

DECK, THIN = "meshed.yml", ["-mesh_shrink", "1", "-output_vtk_every", "-1"]


def main():
    program, straight = run_straight(DECK, THIN)
    added = [float(row["mesh_mass_added"]) for row in rows(straight)]
    assert 0.0 < added[0] < added[1] < added[-1], f"mass was not added before and after the stop: {added}"
    check_goes_on(program, DECK, (3, 2), [150], straight, THIN)


if __name__ == "__main__":
    main()
