#!/usr/bin/env python3
"""Ionic grains: a run that is stopped in the middle of a dwell and goes on with another number of ranks has the same
history.csv, byte for byte, and the same orientations in its last frame, as one that was never stopped."""
import glob
import os
import sys

sys.dont_write_bytecode = True
from stopped import check_goes_on, rows, run, run_straight  # noqa: E402
from test_restart import STOPPED  # noqa: E402

DECK = "ionic.yml"


def orientations(folder):
    """The array as it stands in the last frame, and that it is there at all; big-endian floats behind its name."""
    frame = max(glob.glob(os.path.join(folder, "grains_*.vtk")))
    with open(frame, "rb") as f:
        text = f.read()
    head = text.index(b"orientation_wxyz 4 60 float\n")
    start = text.index(b"\n", head) + 1
    return os.path.basename(frame), text[start:start + 60 * 4 * 4]


def main():
    program, straight = run_straight(DECK)
    history = rows(straight)
    assert float(history[-1]["bonded_fraction"]) > 0.0, "no ionic bond was made"
    middle = next(r for r in history if float(r["bonded_fraction"]) > 0.0)
    assert 0.0 < float(middle["slow_time_s"]) < 0.9, "the first bond was not made within the dwell"
    stopped = check_goes_on(program, DECK, (3, 2), [middle["step"]], straight)
    name, turns = orientations(straight)
    assert (name, turns) == orientations(stopped), "orientations differ"
    run(program, DECK, 1, stopped, ["-output_overwrite", "yes", "-time_max_steps", "20"], STOPPED)
    said = run(program, DECK, 1, stopped, ["-restart", os.path.join(stopped, "checkpoint.h5"), "-time_max_steps", "30",
                                           "-sinter_joining_barrier", "0.6 eV"], STOPPED)
    assert "parameters differ" in said and "sinter_joining_barrier" in said, "another barrier is taken up in silence"
    assert len(set(turns[k:k + 16] for k in range(0, len(turns), 16))) == 60, "grains have not turned"


if __name__ == "__main__":
    main()
