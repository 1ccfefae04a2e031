#!/usr/bin/env python3
"""The job scripts of inputs/jobs without a queue: stand-ins for srun, scontrol and qsub, a real run.  tests/slurm/trial.sh has a real Slurm."""
import filecmp
import os
import shutil
import signal
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
JOBS = os.path.join(HERE, "..", "..", "inputs", "jobs")
PROGRAM, WORK = sys.argv[1], sys.argv[2]
DECK = os.path.join(HERE, "presses.yml")
STOPPED = 75


def path(*names):
    return os.path.join(WORK, *names)


def stand_in(name, text):
    """An executable in front of the PATH; what it was asked goes into the file called."""
    with open(path("bin", name), "w") as file:
        file.write(f"#!/bin/bash\necho {name} \"$@\" >>{path('called')}\n{text}\n")
    os.chmod(path("bin", name), 0o755)


def environment(**more):
    return dict(os.environ, PATH=path("bin") + os.pathsep + os.environ["PATH"], NANOMINT=PROGRAM, **more)


def called():
    try:
        with open(path("called")) as file:
            return file.read()
    except FileNotFoundError:
        return ""


def slurm(folder, *keys, tell=None, code=0):
    """One start of the job; tell: the signal its batch shell gets once the run has written a row of its history."""
    words = ["bash", os.path.join(JOBS, "coin.slurm"), DECK, "-programme", "fill,press", "-press_inertial_number", "1e-2", "-output_history_every", "50", *keys]
    history = path(folder, "history.csv")
    before = os.path.getsize(history) if os.path.exists(history) else 0
    job = subprocess.Popen(words, env=environment(RUN=path(folder), SLURM_JOB_ID="17"), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                           stderr=subprocess.STDOUT, text=True)
    while tell and job.poll() is None and not (os.path.exists(history) and os.path.getsize(history) > before + 2000):
        time.sleep(0.01)
    if tell:
        job.send_signal(tell)
    said = job.communicate(timeout=100)[0]
    assert job.returncode == code, f"exit code {job.returncode}, not {code}:\n{said}"
    return said


def near_the_limit():
    """Told of its limit it goes back into the queue, started again it goes on, with the same rows as a run in one piece."""
    said = slurm("told", tell=signal.SIGUSR1, code=STOPPED)
    assert "scontrol requeue 17" in called() and "goes on from" not in said, said
    said = slurm("told")
    assert "goes on from" in said and called().count("scontrol") == 1, said
    slurm("straight")
    assert filecmp.cmp(path("told", "history.csv"), path("straight", "history.csv"), shallow=False), "a requeued job has another history"


def other_ends():
    """A run that stops because its deck says so, and one that fails, stay out of the queue."""
    slurm("few", "-time_max_steps", "500", code=STOPPED)
    slurm("wrong", "-press_pressure", "7 nm", code=2)
    assert called().count("scontrol") == 1, called()


def pbs():
    """Submits itself again at its wall limit, with all it was given; not for another reason."""
    with open(path("nodes"), "w") as file:
        file.write("here\n")
    given = dict(PBS_O_WORKDIR=WORK, PBS_NODEFILE=path("nodes"), PBS_JOBID="5", DECK=DECK, RUN="pbs", KEYS="-programme fill,press -press_inertial_number 1e-2 -powder_seed 2")
    script = os.path.join(JOBS, "coin.pbs")
    # 10 s are kept back for the checkpoint: a limit of 6 s is met at once
    done = subprocess.run(["bash", script], env=environment(LIMIT="0.1", **given), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert done.returncode == STOPPED, done.stdout
    for words in "qsub -W depend=afterany:5 -v DECK,KEYS,RUN,", "RUN=pbs\n", "LIMIT=0.1\n", "KEYS=-programme fill,press -press_inertial_number 1e-2 -powder_seed 2\n":
        assert words in called(), called()
    done = subprocess.run(["bash", script], env=environment(**given), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert done.returncode == 0 and "goes on from" in done.stdout and called().count("qsub -W") == 1, done.stdout


shutil.rmtree(WORK, ignore_errors=True)
os.makedirs(path("bin"))
stand_in("srun", 'shift; exec mpirun -n 1 "$@"')  # its first word is --cpu-bind
stand_in("scontrol", "")
stand_in("qsub", f"env | grep -E '^(DECK|KEYS|RUN|LIMIT)=' >>{path('called')}")  # what -v with names alone hands over
for test in near_the_limit, other_ends, pbs:
    print(test.__name__, flush=True)
    test()
