#!/usr/bin/env python3
"""A run that is stopped in the middle of a dwell on the slow clock and goes on with another number of ranks must not
differ from one that was never stopped: history.csv byte for byte.  Stopped by its own limit of steps and by SIGTERM.
A row of history.csv shows one state, also where the slow clock makes a step."""
import filecmp
import os
import shutil
import signal
import subprocess
import sys
import time

sys.dont_write_bytecode = True
from stopped import rows  # noqa: E402
from test_restart import STOPPED, ranks_of  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))


def start(program, ranks, folder, extra):
    command = ["mpirun", "-n", str(ranks), program, os.path.join(HERE, "dwell.yml"), "-output_folder", folder, *extra]
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                            text=True)


def finish(run, wanted):
    said, _ = run.communicate(timeout=300)
    assert run.returncode == wanted, f"exit {run.returncode}, not {wanted}\n{said}"


def check_stop(folder, end):
    """It did stop within the dwell, when the slow clock had moved and was not done."""
    last = rows(folder)[-1]
    slow, done = float(last["slow_time_s"]), float(end["slow_time_s"])
    print(f"{folder}: stopped at step {last['step']} of {end['step']}, slow clock {slow:.3g} of {done:.3g} s")
    assert last["stage"] == "1" and 0.0 < slow < done, "it was not stopped in the middle of the dwell"


def check_rows(dwell):
    """Between two steps of the slow clock nothing but a new contact changes the coverage of contacts, one in 188 by 0.0025
    on the mean; a step changes it by a tenth.  A row with contacts before and clock after the step would show the change
    a row late."""
    stepped = 0
    for a, b in zip(dwell, dwell[1:]):
        contact, free = (abs(float(b[key]) - float(a[key])) for key in ("coverage_contact", "coverage_free"))
        if a["slow_steps"] == b["slow_steps"]:
            assert free == 0.0 and contact < 0.006, f"step {b['step']}: ligands moved while the slow clock stood"
        else:
            assert free > 0.005 and contact > 0.015, f"step {b['step']}: the slow clock moved, contacts did not"
            stepped += 1
    assert stepped >= 3 and len(dwell) > 3 * stepped, "too few steps of the slow clock, or rows between them"


def main():
    program, work = sys.argv[1:3]
    shutil.rmtree(work, ignore_errors=True)
    os.makedirs(work)
    straight = os.path.join(work, "straight")
    finish(start(program, 1, straight, []), 0)
    history = rows(straight)
    end, dwell = history[-1], [r for r in history if r["stage"] == "1"]
    assert float(end["coverage_contact"]) < 0.45 and float(end["bonded_fraction"]) > 0.0, "nothing happened in the dwell"

    check_rows(dwell)
    middle = next(r for r in dwell if float(r["slow_time_s"]) > 0.0)
    limit = (int(middle["step"]) + int(end["step"])) // 2
    steps, signalled = os.path.join(work, "steps"), os.path.join(work, "signalled")
    finish(start(program, 3, steps, ["-time_max_steps", str(limit)]), STOPPED)
    check_stop(steps, end)
    run = start(program, 2, signalled, [])
    while run.poll() is None and not any(float(r["slow_time_s"]) > 0.0 for r in rows(signalled)[-1:]):
        time.sleep(0.01)
    for pid in ranks_of(program, signalled)[:1]:  # one rank that is told tells the others
        os.kill(pid, signal.SIGTERM)
    finish(run, STOPPED)
    check_stop(signalled, end)
    for folder, ranks in (steps, 2), (signalled, 1):
        finish(start(program, ranks, folder, ["-restart", os.path.join(folder, "checkpoint.h5"), "-time_max_steps",
                                              "0"]), 0)
        assert filecmp.cmp(os.path.join(folder, "history.csv"), os.path.join(straight, "history.csv"), shallow=False), \
            f"{folder}/history.csv differs from the straight run's"


if __name__ == "__main__":
    main()
