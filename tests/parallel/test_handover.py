#!/usr/bin/env python3
"""Rigid grains that have lost ligands and grown bonds on the slow clock become meshed: contacts keep coverage, bond class and neck.
Stopped behind the handover and gone on with on other ranks: the same bits."""
import sys

sys.dont_write_bytecode = True
from stopped import check_goes_on, rows, run_straight  # noqa: E402

DECK = "handover.yml"


def main():
    program, straight = run_straight(DECK)
    history = [{key: float(value) for key, value in row.items()} for row in rows(straight)]
    at = next(k for k, row in enumerate(history) if row["meshed_fraction"] > 0.0)
    before, after = history[at - 1], history[at]
    assert before["bonded_fraction"] > 0.5 and before["coverage_contact"] < 0.28 and 0.1 < after["meshed_fraction"] < 0.9, \
        "nothing to hand over"
    bonds = [row["bonded_coordination"] * 10.0 for row in (before, after)]  # of 20 grains, each bond counted on both
    print(f"bonds {bonds[0]:.0f} and {bonds[1]:.0f}, coverage of contacts {before['coverage_contact']:.4f} and "
          f"{after['coverage_contact']:.4f}, necks {before['neck_radius_mean']:.3f} and {after['neck_radius_mean']:.3f} R")
    # contacts that come and go with the shape of the new bodies: 2 of some 50
    assert abs(bonds[1] - bonds[0]) <= 2.01
    assert abs(after["coverage_contact"] - before["coverage_contact"]) < 0.005
    assert abs(after["neck_radius_mean"] / before["neck_radius_mean"] - 1.0) < 0.03
    assert after["coverage_free"] == before["coverage_free"]
    check_goes_on(program, DECK, (3, 2), [int(after["step"])], straight)


if __name__ == "__main__":
    main()
