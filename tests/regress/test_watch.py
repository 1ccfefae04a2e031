#!/usr/bin/env python3
"""Following a run (postproc/watch.py): it goes with the run to its end, and says so when something is wrong."""
import os
import shutil
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
WATCH, REPORT = (os.path.join(HERE, "..", "..", "postproc", name) for name in ("watch.py", "report.py"))
PROGRAM, WORK = sys.argv[1], sys.argv[2]

try:
    import numpy  # noqa: F401
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)


def path(*names):
    return os.path.join(WORK, *names)


def command(*extra):
    return ["mpirun", "-n", "1", PROGRAM, os.path.join(HERE, "presses.yml"), "-output_folder", path("run"), "-programme", "fill,press",
            "-output_history_every", "50", *extra]


def watch(run, *options, code=0, says=()):
    done = subprocess.run([sys.executable, WATCH, run, *options], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=100)
    assert done.returncode == code, f"exit code {done.returncode}, not {code}:\n{done.stdout}"
    for words in says:
        assert words in done.stdout, f"does not say '{words}':\n{done.stdout}"


def follows():
    """A watcher that starts with the run ends with it."""
    run = subprocess.Popen(command(), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    while not os.path.exists(path("run", "history.csv")) and run.poll() is None:
        time.sleep(0.02)
    watch(path("run"), "--every", "0.2", says=["press", "ns mechanical", "done: ", "pressure  "])
    assert run.wait() == 0


def spoil(name, change):
    shutil.copytree(path("run"), path(name))
    os.remove(path(name, "summary.json"))
    with open(path(name, "history.csv"), "r+") as file:
        lines = file.readlines()
        file.seek(0)
        file.truncate()
        names = lines[0].strip().split(",")
        last = dict(zip(names, lines[-1].strip().split(",")))
        change(last)
        file.writelines(lines[:-1] + [",".join(last[n] for n in names) + "\n"])
    return path(name)


def uneven(name, look):
    """A look at the balance of the ranks, as a run on more than one writes it."""
    with open(path(name, "balance.csv"), "r+") as file:
        names = file.readline().strip().split(",")
        file.seek(0, os.SEEK_END)
        file.write(",".join(look.get(n, "0") for n in names) + "\n")


def fails():
    """A release that finds no balance: the run's end, and the report's first line."""
    checkpoint = path("run", "checkpoint.h5")
    done = subprocess.run(command("-restart", checkpoint, "-programme", "fill,press,release", "-release_method", "equilibrium", "-release_steps_max",
                                  "50", "-release_tolerance", "1e-12"), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert done.returncode == 3, done.stdout
    why = ("it failed in release, at step ", "release: no balance after 50 steps", f"goes on with -restart {checkpoint}")
    watch(path("run"), code=3, says=["3/3 release", *why])
    subprocess.run([sys.executable, REPORT, path("run"), "--no-pictures"], check=True, stdout=subprocess.DEVNULL)
    with open(path("run", "report.html")) as file:
        page = file.read()
    assert all(words in page for words in why), "the report does not say how the run failed"


def main():
    shutil.rmtree(WORK, ignore_errors=True)
    os.makedirs(WORK)
    follows()
    watch(path("nowhere"), "--once", code=2, says=["no such folder"])
    watch(path("run"), "--once", says=["2/2 press", "done: "])
    watch(spoil("going", lambda row: None), "--once", says=["last row"])
    uneven("going", {"imbalance": "1.25", "imbalance_rigid": "1.1", "imbalance_meshed": "1.3", "partitions": "3"})
    watch(path("going"), "--once", says=["the most work 1.25 of the mean (rigid grains 1.10, meshed 1.30), distributed anew 3 times"])
    watch(spoil("nan", lambda row: row.update(pressure_top_GPa="nan")), "--once", code=3, says=["WRONG", "not a number in pressure_top_GPa"])
    watch(spoil("energy", lambda row: row.update(energy_error="-0.3")), "--once", code=3, says=["energy error -0.3"])
    for name in "history.csv", "deck.echo.yml":
        os.utime(path("going", name), (time.time() - 4000, time.time() - 4000))
    watch(path("going"), code=3, says=["no progress for 66"])
    fails()
    shutil.rmtree(path("run"))
    done = subprocess.run(command("-time_max_steps", "400"), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    assert done.returncode == 75
    watch(path("run"), code=75, says=["stopped before the end", "time_max_steps"])


if __name__ == "__main__":
    main()
