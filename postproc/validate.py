#!/usr/bin/env python3
"""Holds nanomint against what was observed: runs the studies inputs/studies/validate_*.yml, prints one table.

    ./mint validate [--quick] [--jobs N] [--only V2]
    python3 postproc/validate.py PROGRAM [options]

Each target has what was observed and its source, what the reference run gives, the least and greatest over the inputs
that are not known well, and a verdict.  Nothing is tuned to a target: one that is missed is printed as it is, with what
explains it; so is a run that failed, with its reason, in the row that needs it.  Writes validation.md and validation.csv
into out/validate/.  Goes on where it stopped.

Exit code 0: all that is printed was evaluated, met or missed; 1: it needs a run that failed; 2: the command line, nothing
was run; 75: stopped, say the same again to go on."""
import argparse
import csv
import math
import os
import re
import subprocess
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
try:
    import yaml  # noqa: F401  (study_file needs it)
except ImportError:
    print("validate: error: this needs PyYAML for Python 3 (Debian: apt-get install python3-yaml)", file=sys.stderr)
    sys.exit(2)

from study_file import Bad, did_you_mean, read_study
from study_run import DONE, STOPPED, Folder, make_folder, read_deck, read_json, replace_file
from study_table import number
from validate_targets import FIELDS, QUICK, STUDIES, judge_all, target_ids

PRESS, DWELL = 1.0, 2.0  # stages of history.csv: all programmes are fill, press, dwell, ...
STUDY_FILES = os.path.join(HERE, "..", "inputs", "studies")


def say(text):
    print(f"validate: {text}", file=sys.stderr, flush=True)


def whole(text):
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"'{text}' is not a whole number of 1 or more")
    return int(text)


def parse(argv):
    parser = argparse.ArgumentParser(prog="./mint validate", description=__doc__.partition("\n\n")[0])
    parser.add_argument("program", help=argparse.SUPPRESS)
    parser.add_argument("--quick", action="store_true", help="the reference runs alone, no bands")
    parser.add_argument("--jobs", type=whole, metavar="N", help="runs at a time; default: as many as there are cores")
    parser.add_argument("--only", action="append", metavar="TARGET", help="print this target; may be repeated")
    parser.add_argument("--table", action="store_true", help="print the table of what is done; runs nothing")
    parser.add_argument("--folder", metavar="DIR", default=os.path.join("out", "validate"), help="default: out/validate")
    args = parser.parse_args(argv)
    for target in args.only or ():
        if target not in target_ids():
            raise Bad(f"--only: there is no target '{target}'; {did_you_mean(target, target_ids())}")
    args.program = os.path.abspath(args.program)
    return args


# -------------------------------------------------------------------------------------------------------------- the runs

def study_file(name):
    return os.path.normpath(os.path.join(STUDY_FILES, f"validate_{name}.yml"))


def run_study(args, name):
    words = [sys.executable, os.path.join(HERE, "study.py"), args.program, study_file(name),
             "--folder", os.path.join(args.folder, name)]
    words += ["--jobs", str(args.jobs)] if args.jobs else []
    for case in QUICK[name] if args.quick else ():
        words += ["--only", case]
    child = subprocess.Popen(words)
    while True:
        try:
            return child.wait()
        except KeyboardInterrupt:  # the study has heard it too and lets its runs write checkpoints
            continue


def history(path):
    """Rows of numbers; what is no number is left out."""
    rows = []
    try:
        with open(path, encoding="utf-8", newline="") as f:
            for line in csv.DictReader(f):
                row = {}
                for key, text in line.items():
                    try:
                        row[key] = float(text)
                    except (TypeError, ValueError):
                        pass
                rows.append(row)
    except OSError:
        pass
    return rows


def facts_of(folder):
    """What one run has to say, as validate_targets wants it."""
    state = folder.state()
    summary = read_json(folder.file("summary.json")) if state == DONE else {}
    rows, done = history(folder.file("history.csv")), state == DONE
    said = "; ".join(filter(None, [folder.message(), how_far(rows)]))
    return {"state": state, "coin": summary.get("coin", {}), "echo": folder.echo(), "warnings": summary.get("warnings", []),
            "first": rows[0] if rows and done else {}, "last": rows[-1] if rows and done else {},
            "load": ([row for row in rows if row.get("stage") == PRESS and done] or [{}])[-1],
            "hold": ([row for row in rows if row.get("stage") == DWELL and done] or [{}])[-1],
            "message": "" if done else said, "commit": summary.get("provenance", {}).get("commit", "")}


def how_far(rows):
    """Of a run that is not done."""
    if not rows:
        return ""
    last = rows[-1]
    return (f"got to stage {last.get('stage', -1) + 1:.0f} with {last.get('pressure_top_GPa', math.nan):.3g} GPa, "
            f"{last.get('slow_time_s', 0):.2g} s on the slow clock, bonded cluster {last.get('bonded_cluster', 0):.2g}, "
            f"deepest overlap {last.get('overlap_max', math.nan):.2g} R")


def per_nm2(program):
    """What the program's manual says coverage 1 is, in molecules per nm^2."""
    try:
        manual = subprocess.run([program, "-manual"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
                                check=False).stdout
    except OSError as error:
        raise Bad(f"{program} cannot be started: {error.strerror}") from None
    said = re.search(r"1 is ([\d.]+) molecules per nm", manual)
    return float(said.group(1)) if said else None


def facts(folder):
    found = {}
    for name in STUDIES:
        study = read_study(study_file(name))
        deck, root = read_deck(study.deck), os.path.abspath(os.path.join(folder, name))
        found[name] = {run.case: facts_of(Folder(root, run, deck)) for run in study.runs}
    return found


# ------------------------------------------------------------------------------------------------------------ the table

def markdown(rows, found):
    commits = sorted({run["commit"] for runs in found.values() for run in runs.values() if run["commit"]})
    text = ["# Validation of nanomint", "", f"Built from {', '.join(commits) or '?'}.  `./mint validate` repeats it.", "",
            "| target | what | observed | computed | band | verdict |", "| --- | --- | --- | --- | --- | --- |"]
    text += [f"| {row['target']} | {row['what']} | {row['observed']} ({row['source']}) | {row['computed']} | {row['band']} "
             f"| {row['verdict']} |" for row in rows]
    misses = [row for row in rows if row["why"]]
    if misses:
        text += ["", "## What explains the misses", ""]
        text += [f"- {row['target']}, {row['what']}: {row['why']}" for row in misses]
    text += ["", "## The runs", "", "| study | case | state | bonded cluster | from end to end | density under load | "
             "conductivity S/m | said |", "| --- | --- | --- | --- | --- | --- | --- | --- |"]
    for name, runs in found.items():
        for case, run in runs.items():
            coin = run["coin"]
            cells = [brief(coin.get(key)) for key in ("bonded_cluster", "bonded_spans", "density_under_load",
                                                      "conductivity_S_per_m")]
            said = run["message"] or "; ".join(str(w) for w in run["warnings"])
            text.append(" | ".join([f"| {name}", case, run["state"], *cells, said.replace("|", "/")]) + " |")
    return "\n".join(text) + "\n"


def brief(value):
    return f"{value:.3g}" if isinstance(value, (int, float)) else "none"


def write_tables(folder, rows, found):
    make_folder(folder)
    replace_file(os.path.join(folder, "validation.md"), markdown(rows, found))
    lines = []
    for row in rows:
        lines.append([row[key] if isinstance(row[key], str) else number(row[key]) for key in FIELDS])
    path = os.path.join(folder, "validation.csv")
    try:
        with open(path + ".tmp", "w", encoding="utf-8", newline="") as f:
            csv.writer(f, lineterminator="\n").writerows([FIELDS, *lines])
        os.replace(path + ".tmp", path)
    except OSError as error:
        raise Bad(f"{path} cannot be written: {error.strerror}") from None


def show(rows):
    keys = ["target", "what", "observed", "computed", "band", "verdict"]
    width = {key: max(len(row[key]) for row in [*rows, {k: k for k in keys}]) for key in keys}
    print("  ".join(f"{key:{width[key]}}" for key in keys).rstrip())
    for row in rows:
        print("  ".join(f"{row[key]:{width[key]}}" for key in keys).rstrip())
        if row["why"]:
            print(f"{'':{width['target']}}  why: {row['why']}")


def main(argv):
    args = parse(argv)
    for name in () if args.table else STUDIES:
        say(f"{study_file(name)}")
        code = run_study(args, name)
        if code not in (0, 1):
            return code if code in (2, STOPPED) else 1
    found = facts(args.folder)
    rows = judge_all({**found, "per_nm2": per_nm2(args.program)})
    write_tables(args.folder, rows, found)
    rows = [row for row in rows if not args.only or row["target"] in args.only]
    show(rows)
    say(f"{os.path.join(args.folder, 'validation.md')}, {os.path.join(args.folder, 'validation.csv')}")
    failed = {run: reason for row in rows for run, reason in row["failed"].items()}
    for run, reason in failed.items():
        say(f"not evaluated: {run}: {reason}")
    return 1 if failed else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Bad as error:
        print(f"validate: error: {error}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(STOPPED)
