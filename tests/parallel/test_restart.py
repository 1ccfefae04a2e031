#!/usr/bin/env python3
"""A run that is stopped and goes on with another number of ranks must not differ from one that was never stopped.

Killed without warning (kill -9 on every rank), by SIGTERM as a queue does, by SIGUSR1, by its own wall-time limit:
after the restart history.csv must be byte for byte that of the straight run.  A stop that was asked for exits with 75
and leaves a checkpoint."""
import csv
import filecmp
import os
import shutil
import signal
import subprocess
import sys
import time

STOPPED = 75
HERE = os.path.dirname(os.path.abspath(__file__))
HERTZ = ["-press_inertial_number", "2e-3", "-programme", "press,dwell,release", "-time_step_fraction", "0.2"]
MDR = ["-contact_law", "mdr", "-time_skin", "0.3", "-programme", "press,dwell",
       "-press_pressure", "0.4 GPa", "-press_inertial_number", "4e-3", "-dwell_time", "0.2 ns"]
# law, ranks before and after, how it ends, after which part of the steps
CASES = [
    (HERTZ, [2, 3], signal.SIGKILL, [0.2]),
    (HERTZ, [4, 2], signal.SIGKILL, [0.9]),
    (MDR, [2, 1, 3], signal.SIGKILL, [0.3, 0.6]),
    (MDR, [2, 4], signal.SIGTERM, [0.5]),
    (HERTZ, [1, 2], signal.SIGUSR1, [0.6]),
    (MDR, [2, 1], "wall", [0.0]),
]


def command(program, ranks, folder, law, extra):
    return ["mpirun", "-n", str(ranks), program, os.path.join(HERE, "press.yml"), *law, "-output_vtk_every", "-1",
            "-output_checkpoint_every", "500", "-output_folder", folder, *extra]


def start(*args):
    return subprocess.Popen(command(*args), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                            text=True)


def ranks_of(program, folder):
    """Processes of the run that writes into this folder, and of no other."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as f:
                words = f.read().decode(errors="replace").split("\0")
        except OSError:
            continue
        if words[0] == program and folder in words:
            found.append(int(pid))
    return found


def last_step(folder):
    try:
        with open(os.path.join(folder, "history.csv"), newline="") as f:
            return int(float(list(csv.DictReader(f))[-1]["step"]))
    except (OSError, IndexError, ValueError, TypeError):
        return 0


def interrupt(program, run, folder, how, step):
    """Waits until the run has passed `step`, ends it; its exit code and what it said."""
    checkpoint = os.path.join(folder, "checkpoint.h5")
    while run.poll() is None and (last_step(folder) < step or not os.path.exists(checkpoint)):
        time.sleep(0.002)
    pids = ranks_of(program, folder)
    for pid in pids if how == signal.SIGKILL else pids[:1]:  # one rank that is told tells the others
        os.kill(pid, how)
    return run.wait(timeout=60), run.stdout.read()


def check_case(program, work, number, straight):
    law, ranks, how, parts = CASES[number]
    folder = os.path.join(work, f"case{number}")
    end, extra = last_step(straight), []
    for n, part in zip(ranks, parts + [None]):
        if how == "wall" and part is not None:
            extra += ["-output_wall_limit", "10.4 s"]  # 10 s of it are kept back for the checkpoint
        run = start(program, n, folder, law, extra)
        if part is None or how == "wall":
            said, _ = run.communicate(timeout=100)
            code = run.returncode
        else:
            code, said = interrupt(program, run, folder, how, part * end)
        wanted = 0 if part is None else STOPPED if how != signal.SIGKILL else None
        assert code == wanted if wanted is not None else code != 0, f"case {number}, {n} ranks: exit {code}\n{said}"
        assert part is None or last_step(folder) < end, f"case {number}: it had ended before it was stopped"
        print(f"case {number}: {n} ranks until step {last_step(folder)} of {end}, exit {code}")
        extra = ["-restart", os.path.join(folder, "checkpoint.h5")]
    assert filecmp.cmp(os.path.join(folder, "history.csv"), os.path.join(straight, "history.csv"), shallow=False), \
        f"case {number}: {folder}/history.csv differs from the straight run's"


def main():
    program, work = sys.argv[1:3]
    shutil.rmtree(work, ignore_errors=True)
    os.makedirs(work)
    straight = {}
    for name, law in (("hertz", HERTZ), ("mdr", MDR)):
        straight[name] = os.path.join(work, name)
        run = start(program, 1, straight[name], law, [])
        said, _ = run.communicate(timeout=100)
        assert run.returncode == 0, said
        print(f"{name}: {last_step(straight[name])} steps")
    for number, case in enumerate(CASES):
        check_case(program, work, number, straight["mdr" if case[0] is MDR else "hertz"])


if __name__ == "__main__":
    main()
