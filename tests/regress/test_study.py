#!/usr/bin/env python3
"""./mint study: the table of runs, the band, going on, and what is refused.

Small decks of 20 grains, a run takes half a second.  Every refusal must leave exit code 2, one line that says the right
thing, and no file changed."""
import concurrent.futures
import csv
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAM, WORK = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
POSTPROC = os.path.join(HERE, "..", "..", "postproc")
DECK = """title: small
material: au
powder: {packing: random, relative_density: 0.4, grains: 20, diameter: 6.5 nm, yield_strength: 0.5 GPa}
die: {tool_material: tungsten_carbide}
programme: [fill, press]
fill: {time: 0.02 ns}
press: {pressure: 0.3 GPa, inertial_number: 2e-2, servo_time: 0.02 ns}
output: {history_every: 500}
"""
GOOD = """# A study that is right.
title: small
deck: decks/small.yml
set: {output: {vtk_every: -1}}
vary: {press: {pressure: [0.2 GPa, 0.3 GPa]}}
band: {powder_yield_strength: [0.3 GPa, 0.5 GPa, 0.7 GPa]} # the deck has 0.5 GPa
collect: [coin.relative_density, stages.press.pressure_top_end_GPa]
"""
PATIENCE = 400  # [s] a busy machine may take ten times as long as a quiet one; the test as a whole has 600
OTHER = GOOD.replace("small.yml", "other.yml")


class Wrong(Exception):
    """The study did not do as it should."""


def check(right, what, said=""):
    if not right:
        raise Wrong(f"{what}\n{said}")


def path(*names):
    return os.path.join(WORK, *names)


def write(name, text):
    os.makedirs(os.path.dirname(path(name)), exist_ok=True)
    with open(path(name), "w") as f:
        f.write(text)
    return name


def words(*args):
    return [sys.executable, os.path.join(POSTPROC, "study.py"), PROGRAM, *args]


def study(*args, code=0):
    done = subprocess.run(words(*args), cwd=WORK, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
                          stderr=subprocess.STDOUT, timeout=PATIENCE)
    check(done.returncode == code, f"{' '.join(args)}: exit code {done.returncode}, not {code}", done.stdout)
    return done.stdout


def table(*names):
    with open(path(*names), newline="") as f:
        return list(csv.DictReader(f))


def starts(said):
    return len(re.findall(r": done in ", said))


def listing(*names):
    """Every file below, with its content."""
    found = {}
    for where, _, files in os.walk(path(*names)):
        for name in files:
            with open(os.path.join(where, name), "rb") as f:
                found[os.path.join(where, name)] = f.read()
    return found


# ------------------------------------------------------------------------------------------------------- what is right

def product_and_band():
    """2 pressures; each with its own yield strength and with two others."""
    write("good.yml", GOOD)
    said = study("good.yml", "--jobs", "4")
    check(starts(said) == 6, "2 cases with their reference and 2 others are 6 runs", said)
    rows, bands = table("out/studies/good/study.csv"), table("out/studies/good/study_bands.csv")
    check([r["press_pressure_GPa"] for r in rows] == ["0.2"] * 3 + ["0.3"] * 3, "the varied value is in its column", rows)
    check([r["powder_yield_strength_GPa"] for r in rows] == ["0.5", "0.3", "0.7"] * 2, "so is that of the band", rows)
    check({r["state"] for r in rows} == {"done"}, "all are done", rows)
    for row in bands:
        mine = [float(r["coin.relative_density"]) for r in rows if r["case"] == row["case"]]
        have = [float(row[f"coin.relative_density.{end}"]) for end in ("ref", "low", "high")]
        check(have == [mine[0], min(mine), max(mine)] and min(mine) < max(mine), "reference, low and high", row)
        press = float(row["stages.press.pressure_top_end_GPa.ref"])
        check(abs(press - float(row["press_pressure_GPa"])) < 0.1 * press, "a stage is found by its name", row)
    check(float(bands[0]["coin.relative_density.ref"]) < float(bands[1]["coin.relative_density.ref"]), "more is denser", bands)
    check(not any(".tmp" in name or name.endswith("/lock") for name in listing("out/studies/good")), "nothing is left over")


def picture():
    done = subprocess.run([sys.executable, os.path.join(POSTPROC, "plot_study.py"), path("out/studies/good")], text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    drawn = done.returncode == 0 and os.path.getsize(path("out/studies/good/study.png")) > 10000
    check(drawn or "needs matplotlib" in done.stdout, "the tables can be drawn", done.stdout)


def resume():
    tables = [open(path("out/studies/good", n)).read() for n in ("study.csv", "study_bands.csv")]
    before = listing("out/studies/good/runs")
    said = study("good.yml")
    check("nothing to run" in said and listing("out/studies/good/runs") == before, "a second call runs nothing", said)
    check(tables == [open(path("out/studies/good", n)).read() for n in ("study.csv", "study_bands.csv")], "same tables")
    write("decks/small.yml", DECK + "# only a comment\n")
    check("nothing to run" in study("good.yml"), "a comment in the deck changes nothing")
    write("good.yml", GOOD.replace("0.3 GPa, 0.5 GPa, 0.7 GPa]", "0.3 GPa]"))
    check("nothing to run" in study("good.yml"), "a shorter band needs no run")
    write("good.yml", GOOD.replace("[0.2 GPa", "[0.25 GPa, 0.2 GPa"))
    said = study("good.yml", "--only", "press_pressure=0.25 GPa", "--jobs", "4")
    check(starts(said) == 3 and "9 of 9" in said, "a new value is run, the others are not", said)
    write("good.yml", GOOD)


def changed_inputs():
    write("decks/small.yml", DECK.replace("fill: {time: 0.02 ns}", "fill: {time: 0.03 ns}"))
    check("6 inputs changed" in study("good.yml", "--list"), "they are listed")
    said = study("good.yml", "--only", "press_pressure=0.2 GPa", "--jobs", "4")
    check(starts(said) == 3 and said.count("inputs changed, run again") == 3, "a changed deck is run again, and said so", said)
    rows = table("out/studies/good/study.csv")
    check([r["state"] for r in rows] == ["done"] * 3 + ["inputs changed"] * 3, "old results are not taken for new ones", rows)
    check({r["coin.relative_density"] for r in rows[3:]} == {""}, "nor shown", rows)
    write("decks/small.yml", DECK)
    check("3 inputs changed" in study("good.yml", "--list"), "half of them are those of this deck")
    said = study("good.yml", "--list", "--", "-fill_time", "0.03 ns")
    check("6 inputs changed" in said, "the command line is an input", said)


def cases_and_failure():
    """Rows of their own, one of which packs grains that overlap: refused when it runs, and the others go on."""
    write("bad.xyzr", "0 0 3.25 3.25\n0 0 4 3.25\n")
    write("cases.yml", """deck: decks/other.yml
set: {output_vtk_every: -1}
cases:
  - {name: bad, powder_packing: file, powder_file: bad.xyzr}
  - {name: loose, powder: {relative_density: 35 %}}
  - {name: silver, material: ag, press_pressure: [0.2 GPa, 300e-3 GPa]}
collect: [coin.relative_density]
ranks: 2
""")
    said = study("cases.yml", "--jobs", "2", code=1)
    check(starts(said) == 3 and "overlap" in said and "failed: bad: " in said, "a failed run is named, the others run", said)
    rows = table("out/studies/cases/study.csv")
    check([r["case"] for r in rows] == ["bad", "loose", "silver, press_pressure=0.2 GPa", "silver, press_pressure=300e-3 GPa"],
          "names of cases", rows)
    check([r["state"] for r in rows] == ["failed"] + 3 * ["done"] and "overlap" in rows[0]["message"], "recorded", rows)
    check([r["press_pressure_GPa"] for r in rows] == ["", "0.3", "0.2", "300e-3"], "a value of the deck is found", rows)
    check([r["material"] for r in rows] == ["", "au", "ag", "ag"], "so is its material", rows)
    write("bad.xyzr", "0 0 3.25 3.25\n0 0 9.75 3.25\n")
    said = study("cases.yml", code=0)
    check(starts(said) == 1 and "bad: failed, run again" in said, "it alone is run again", said)
    write("bad.xyzr", "0 0 3.25 3.25\n0 0 9.8 3.25\n")
    said = study("cases.yml", "--list")
    check("1 inputs changed" in said, "a file the deck names is an input", said)


def interrupted():
    """SIGTERM then SIGINT while two runs of two ranks are under way: they leave checkpoints and go on from them.

    On a busy machine one run may come to its end before the other has begun: then there is one to stop, not two."""
    write("long.yml", """deck: decks/other.yml
set: {programme: [fill], fill: {time: 20 ns}, output_vtk_every: -1}
vary: {powder_seed: [1, 2, 3]}
collect: [coin.relative_density]
ranks: 2
""")
    before = {1: 0, 2: 0}
    for sent in signal.SIGTERM, signal.SIGINT:
        run = subprocess.Popen(words("long.yml", "--jobs", "2"), cwd=WORK, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, text=True)
        wait_for(lambda: all(ended("long", f"powder_seed={k}") or steps("long", f"powder_seed={k}") > before[k]
                             for k in before), run)
        if sent == signal.SIGTERM:
            locked(run)
        run.send_signal(sent)
        said = run.communicate(timeout=PATIENCE)[0]
        check(run.returncode == 75, f"exit code {run.returncode} after {sent}", said)
        listed = study("long.yml", "--list")
        check("stopped" in listed and "failed" not in listed, "they stopped", said + listed)
        check("1 not run" in listed or "done" in listed, "the third does not begin before one of the others is done", listed)
        before = {k: steps("long", f"powder_seed={k}") for k in before}
    said = study("long.yml")
    check("goes on from its checkpoint" in said and "3 of 3 runs are done" in said, "they go on", said)
    history = table("out/studies/long/runs/powder_seed=1/own/history.csv")
    numbers = [int(float(row["step"])) for row in history]
    check(numbers == sorted(set(numbers)) and before[1] in numbers, "one history, without a gap", numbers)


def steps(name, case):
    try:
        rows = table("out/studies", name, "runs", case, "own/history.csv")
        return int(float(rows[-1]["step"])) if len(rows) > 3 else 0
    except (OSError, ValueError, TypeError, IndexError):
        return 0


def ended(name, case):
    try:
        with open(path("out/studies", name, "runs", case, "own/summary.json")) as f:
            return json.load(f)["ended"] == "done"
    except (OSError, ValueError, KeyError):
        return False


def wait_for(what, run):
    for _ in range(100 * PATIENCE):
        if what():
            return
        check(run.poll() is None, "it ended before it was stopped", run.stdout.read() if run.poll() is not None else "")
        time.sleep(0.01)
    raise Wrong("it never began")


def locked(run):
    """While it runs nobody else may."""
    said = study("long.yml", code=2)
    check(f"is in use by another call of study: process {run.pid} on {socket.gethostname()}" in said, "a lock", said)


def lost_lock():
    """Of a process that is no more: taken over.  Of another machine: refused."""
    gone = subprocess.Popen(["true"])
    gone.wait()
    write("out/studies/good/lock", json.dumps({"pid": gone.pid, "host": socket.gethostname()}))
    study("good.yml", "--only", "press_pressure=0.3 GPa")
    write("out/studies/good/lock", json.dumps({"pid": 1, "host": "elsewhere"}))
    said = study("good.yml", code=2)
    check("process 1 on elsewhere" in said, "a lock of another machine holds", said)
    check("3 of 6 runs are done" in study("good.yml", "--gather"), "looking is free")
    os.unlink(path("out/studies/good/lock"))


def slurm():
    write("array.yml", OTHER)
    study("array.yml", "--slurm", "--jobs", "3", "--", "-press_servo_time", "0.03 ns")
    script = path("out/studies/array/study.sbatch")
    text = open(script).read()
    check(subprocess.run(["bash", "-n", script]).returncode == 0, "bash reads it", text)
    if shutil.which("shellcheck"):
        done = subprocess.run(["shellcheck", script], stdout=subprocess.PIPE, text=True)
        check(done.returncode == 0, "shellcheck has nothing to say", done.stdout)
    check("--array=0-5%3" in text and '--task "$SLURM_ARRAY_TASK_ID"' in text and "--gather" in text, "the array", text)
    for k in "0", "1":  # as Slurm would run them, but for srun
        env = {**os.environ, "SLURM_ARRAY_TASK_ID": k, "MPIEXEC": "mpirun"}
        done = subprocess.run(["bash", script], env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        check(done.returncode == 0, f"element {k} of the array", done.stdout)
    said = study("array.yml", "--gather", "--", "-press_servo_time", "0.03 ns")
    check("2 of 6 runs are done" in said, "gathered", said)
    check([r["runs_done"] for r in table("out/studies/array/study_bands.csv")] == ["2", "0"], "per case")
    write("array.yml", OTHER.replace("[0.2 GPa, ", "["))
    done = subprocess.run(["bash", script], env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    check(done.returncode == 2 and "has changed since the job array" in done.stdout, "numbers mean other runs now", done.stdout)


def requeued():
    """A run that is stopped in time puts its element of the array back into the queue."""
    write("again.yml", OTHER)
    write("bin/scontrol", '#!/bin/sh\necho "scontrol $*"\n')
    os.chmod(path("bin/scontrol"), 0o755)
    study("again.yml", "--slurm", "--", "-output_wall_limit", "10.01 s")  # 10 s are kept back
    env = {**os.environ, "SLURM_ARRAY_TASK_ID": "2", "SLURM_JOB_ID": "4711", "MPIEXEC": "mpirun",
           "PATH": path("bin") + os.pathsep + os.environ["PATH"]}
    done = subprocess.run(["bash", path("out/studies/again/study.sbatch")], env=env, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True)
    check(done.returncode == 75 and "scontrol requeue 4711" in done.stdout, "it asks to be queued again", done.stdout)


# ----------------------------------------------------------------------------------------------------- what is refused

# name: (old, new of GOOD; or the whole text), arguments, what is said
BAD = {
    "unknown_key": (("vary:", "varry:"), [], "line 5: unknown key 'varry'; did you mean 'vary'?"),
    "unknown_deck_key": (("press: {pressure", "press: {presure"), [],
                         "-press_presure: unknown key; did you mean 'press_pressure'?"),
    "unknown_in_set": (("vtk_every", "vtk_evry"), [], "-output_vtk_evry: unknown key; did you mean 'output_vtk_every'?"),
    "unknown_in_band": (("yield_strength", "strength"), [], "powder_strength: unknown key"),
    "bad_value": (("0.2 GPa, 0.3 GPa]}}", "0.2 GPa, 0.3 nm]}}"), [], "press_pressure: values in different units (GPa, nm)"),
    "bad_unit": (("[0.2 GPa, 0.3 GPa]", "[0.2 nm, 0.3 nm]"), [], "'0.2 nm' has the wrong dimension"),
    "out_of_range": (("[0.2 GPa, 0.3 GPa]", "[0.2 GPa, 300 GPa]"), [], "press_pressure: '300 GPa' is out of range"),
    "empty_list": (("[0.2 GPa, 0.3 GPa]", "[]"), [], "vary: the list of press_pressure is empty"),
    "empty_value": (("[0.2 GPa, 0.3 GPa]", "[0.2 GPa, ]\n  press_inertial_number:"), [], "not YAML"),
    "no_value": (("vary: {press: {pressure: [0.2 GPa, 0.3 GPa]}}", "cases: [{name: a, fill_time: }]"), [],
                 "case 'a': fill_time has no value"),
    "no_list": (("[0.2 GPa, 0.3 GPa]", "0.2 GPa"), [], "press_pressure must be a list of values"),
    "empty_table": (("{press: {pressure: [0.2 GPa, 0.3 GPa]}}", "{}"), [], "the table is empty"),
    "no_table": (("vary: {press: {pressure: [0.2 GPa, 0.3 GPa]}}\n", ""), [], "the table is empty"),
    "twice_in_list": (("[0.2 GPa, 0.3 GPa]", "[0.2 GPa, 0.2 GPa]"), [], "'0.2 GPa' stands twice in the list"),
    "twice_a_name": (("band:", "cases: [{name: a, fill_time: 1 ns}, {name: a, fill_time: 2 ns}]\nband:"), [],
                     "there are two cases 'a'"),
    "twice_a_case": (("band:", "cases: [{name: a, fill_time: 1 ns}, {name: b, fill: {time: 1 ns}}]\nband:"), [],
                     "the cases 'a' and 'b' are the same"),
    "twice_a_key": (("set:", "title: again\nset:"), [], "line 4: 'title' is given a second time"),
    "both_spellings": (("vary: {", "vary: {press_pressure: [1 GPa], "), [], "press_pressure is given a second time"),
    "vary_and_band": (("band: {", "band: {press_pressure: [1 GPa], "), [], "press_pressure stands in vary and in band"),
    "no_name": (("band:", "cases: [{fill_time: 1 ns}]\nband:"), [], "cases: number 1 has no name"),
    "missing_deck": (("small.yml", "none.yml"), [], "deck: there is no file"),
    "no_deck": (("deck: decks/small.yml\n", ""), [], "deck is missing"),
    "no_collect": (("collect", "#"), [], "collect is missing"),
    "bad_yaml": (("{powder_yield", "{[powder_yield"), [], "line 6: not YAML"),
    "not_a_mapping": ("- a\n- b\n", [], "must be lines of 'key: value'"),
    "empty_file": ("\n", [], "is empty"),
    "bad_ranks": (("title:", "ranks: none\ntitle:"), [], "ranks: 'none' is not a number of ranks"),
    "owned": (("vtk_every: -1", "folder: x"), [], "output_folder may not be given in a study"),
    "owned_by_line": (("", ""), ["--", "-output_folder", "x"], "-output_folder may not be given to a study"),
    "varied_by_line": (("", ""), ["--", "-press_pressure", "1 GPa"], "cannot be given on the command line too"),
    "stray": (("", ""), ["--", "1 GPa"], "stray '1 GPa' behind --"),
    "no_case": (("", ""), ["--only", "press_pressure=0.2"],
                "there is no case 'press_pressure=0.2'; did you mean 'press_pressure=0.2 GPa'"),
    "zero_jobs": (("", ""), ["--jobs", "0"], "'0' is not a whole number of 1 or more"),
    "foreign": (("", ""), ["--folder", "out/studies/good"], "belongs to the study"),
    "occupied": (("", ""), ["--folder", "decks"], "decks holds something that is not a study"),
}


def refused(name):
    edit, args, says = BAD[name]
    text = edit if isinstance(edit, str) else GOOD.replace(edit[0], edit[1], 1) if edit[0] else GOOD
    said = study(write(f"{name}.yml", text), *args, code=2)
    errors = [line for line in said.splitlines() if "error: " in line]
    check(len(errors) == 1 and says in errors[0], f"{name}: it did not say: {says}", said)
    check(name == "zero_jobs" or len(said.splitlines()) == 1, f"{name}: more than one line", said)
    check(not os.path.exists(path("out/studies", name)), f"{name}: it made a folder")


def refusals():
    before = listing("out/studies/good"), listing("decks")
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        list(pool.map(refused, BAD))
    check((listing("out/studies/good"), listing("decks")) == before, "a study that is refused touches no file")
    said = study("nowhere.yml", code=2)
    check("nowhere.yml: No such file" in said, "no study file", said)


def collect_nothing():
    """Known only when there is a summary: after the first run, and it says what is near."""
    write("collect.yml", OTHER.replace("coin.relative_density", "coin.relativ_density"))
    said = study("collect.yml", "--jobs", "1", code=2)
    check("no summary has 'coin.relativ_density'; did you mean coin.relative_density" in said, "near names", said)
    check(starts(said) == 1, "it stops after the first run", said)
    write("collect.yml", OTHER.replace("stages.press.p", "stages.pres.p"))
    check("did you mean stages.press.pressure_top_end_GPa" in study("collect.yml", code=2), "stages too")
    write("collect.yml", OTHER.replace("coin.relative_density", "coin"))
    check("'coin' is a block of the summary, not a number" in study("collect.yml", code=2), "a block")


def main():
    try:
        import yaml  # noqa: F401
    except ImportError:
        print("skipped: no PyYAML for", sys.executable)
        sys.exit(77)
    shutil.rmtree(WORK, ignore_errors=True)
    write("decks/small.yml", DECK)
    write("decks/other.yml", DECK)  # small.yml is changed while these run
    with concurrent.futures.ThreadPoolExecutor() as pool:  # most of it is waiting for MPI to start
        for done in [pool.submit(one_by_one, *parts) for parts in (
                (product_and_band, picture, resume, changed_inputs, lost_lock, refusals), (interrupted,),
                (cases_and_failure, slurm, requeued, collect_nothing))]:
            done.result()


def one_by_one(*parts):
    for part in parts:
        at = time.monotonic()
        part()
        print(f"{part.__name__}: passed in {time.monotonic() - at:.1f} s", flush=True)


if __name__ == "__main__":
    try:
        main()
    except Wrong as wrong:
        sys.exit(f"FAILED: {wrong}")
