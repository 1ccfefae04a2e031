"""What tests share that stop a run and go on with it."""
import csv
import filecmp
import json
import os
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True
from test_restart import STOPPED  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))


def run(program, deck, ranks, folder, extra, wanted=0):
    """Runs a deck of this folder; returns what it said."""
    got = subprocess.run(["mpirun", "-n", str(ranks), program, os.path.join(HERE, deck), "-output_folder", folder, *extra],
                         stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=300,
                         check=False)
    assert got.returncode == wanted, f"exit {got.returncode}, not {wanted}\n{got.stdout}"
    return got.stdout


def check_error(said, words):
    """A failed run has said one error, with all of these words in it.  Returns the error."""
    errors = [line for line in said.splitlines() if "nanomint: error:" in line]
    assert len(errors) == 1, said
    for word in words:
        assert word in errors[0], f"it did not say '{word}': {errors[0]}"
    return errors[0]


def check_failure(said, folder, stage, error, checkpoint):
    """What a failed run leaves: a summary that says of which stage and why, and which checkpoint goes on.  Returns its block."""
    found = summary(folder)
    failure = found["failure"]
    assert found["ended"] == "failed" and failure["stage"] == stage and failure["checkpoint"] == checkpoint, failure
    assert error.endswith("nanomint: error: " + failure["why"]), failure
    assert f"failed: {stage}, at step {failure['step']}" in said and folder in said, said
    assert f"go on with -restart {checkpoint}" in said if checkpoint else "there was no checkpoint yet" in said, said
    return failure


def run_straight(deck, extra=()):
    """The program and the folder that a test is given, emptied: runs the deck there on one rank.  Returns program, folder of
    the run."""
    program, work = sys.argv[1:3]
    shutil.rmtree(work, ignore_errors=True)
    os.makedirs(work)
    straight = os.path.join(work, "straight")
    run(program, deck, 1, straight, extra)
    return program, straight


def rows(folder):
    """The whole rows of history.csv so far."""
    try:
        with open(os.path.join(folder, "history.csv"), newline="") as f:
            return [r for r in csv.DictReader(f) if None not in r.values()]
    except OSError:
        return []


def last(folder, stage):
    """The last row of a stage, by its number."""
    return [row for row in rows(folder) if row["stage"] == str(stage)][-1]


def summary(folder):
    with open(os.path.join(folder, "summary.json")) as f:
        return json.load(f)


def check_goes_on(program, deck, ranks, steps, straight, extra=()):
    """A run on ranks[0], stopped at steps[0], that goes on with ranks[1], is stopped again and so on to its end, has the
    history.csv of the straight one, byte for byte.  steps: one number less than of ranks.  Returns its folder."""
    stopped, go_on = straight + "_stopped", []
    for n, step in zip(ranks, [*steps, None]):
        run(program, deck, n, stopped, [*extra, *go_on, "-time_max_steps", str(step or 0)], STOPPED if step else 0)
        go_on = ["-restart", os.path.join(stopped, "checkpoint.h5")]
    assert filecmp.cmp(os.path.join(stopped, "history.csv"), os.path.join(straight, "history.csv"), shallow=False), \
        f"{stopped}: history.csv differs from the straight run's"
    return stopped
