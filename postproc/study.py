#!/usr/bin/env python3
"""Runs a table of variations of a deck, goes on where it stopped, and gathers the results in two CSV files.

    ./mint study FILE [options] [-- -key value ...]
    python3 postproc/study.py PROGRAM FILE [options] [-- -key value ...]

FILE says what is varied (inputs/README.md, "Studies").  Keys of a deck behind -- hold for all runs.  A run that is done
is not run again unless deck, card or keys have changed; Ctrl-C lets the runs under way write a checkpoint.

Exit code 0: all runs are done; 1: some failed; 2: the study file or the command line, nothing was run; 75: stopped, say
the same again to go on."""
import argparse
import collections
import os
import shlex
import signal
import sys

sys.dont_write_bytecode = True
try:
    import yaml  # noqa: F401  (study_file needs it)
except ImportError:
    print("study: error: this needs PyYAML for Python 3 (Debian: apt-get install python3-yaml; else: pip install pyyaml)",
          file=sys.stderr)
    sys.exit(2)

from study_file import OWNED, Bad, did_you_mean, read_study
from study_run import DONE, FAILED, GO_ON, NEW, STOPPED, Folder, Held, Lock, make_folder, read_deck, read_json, \
    replace_file, words_of, write_json
from study_table import check_collect, gather
from study_work import Work, check_decks, cores, one_programme, say, title_of

USER = 2


# -------------------------------------------------------------------------------------------------------- what is asked

def whole(text):
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"'{text}' is not a whole number of 1 or more")
    return int(text)


def parse(argv):
    at = argv.index("--") if "--" in argv else len(argv)
    parser = argparse.ArgumentParser(prog="./mint study", usage="%(prog)s FILE [options] [-- -key value ...]",
                                     description=__doc__.partition("\n\n")[0])
    parser.add_argument("program", help=argparse.SUPPRESS)
    parser.add_argument("file", metavar="FILE", help="the study, e.g. inputs/studies/pressure.yml")
    parser.add_argument("--list", action="store_true", help="the runs and how far they are; runs nothing")
    parser.add_argument("--jobs", type=whole, metavar="N", help="runs at a time; default: cores/ranks")
    parser.add_argument("--only", action="append", metavar="CASE", help="this case with its band; may be repeated")
    parser.add_argument("--folder", metavar="DIR", help="where files go; default: out/studies/ and the name of FILE")
    parser.add_argument("--ranks", type=whole, metavar="N", help="of each run, in place of those in FILE (mint: NP=N)")
    parser.add_argument("--slurm", action="store_true", help="write a job array for Slurm; runs nothing")
    parser.add_argument("--gather", action="store_true", help="write the tables of what is done; runs nothing")
    parser.add_argument("--task", type=int, metavar="K", help=argparse.SUPPRESS)   # of the job array
    parser.add_argument("--table", metavar="ID", help=argparse.SUPPRESS)           # that the job array was written for
    args = parser.parse_args(argv[:at])
    if args.list + args.slurm + args.gather + (args.task is not None) > 1:
        raise Bad("--list, --slurm and --gather are three things; give one of them")
    args.program, args.extra = os.path.abspath(args.program), extra_keys(argv[at + 1:])
    return args


def extra_keys(words):
    """-key value ... behind --; a file is as seen from here, the runs are elsewhere."""
    keys, key = {}, None
    for word in words:
        if word[:1] == "-" and word[1:2].isalpha():
            key = word[1:]
            key = "material" if key == "material_card" else key
            if key in OWNED:
                raise Bad(f"command line: -{key} may not be given to a study: {OWNED[key]}")
            keys[key] = None
        elif key is None or keys[key] is not None:
            raise Bad(f"command line: stray '{word}' behind --; a key begins with '-', and a value with a blank stands in quotes")
        else:
            keys[key] = os.path.abspath(word) if os.path.isfile(word) else word
    return keys


def chosen(study, only):
    if not only:
        return list(study.runs)
    cases = list(dict.fromkeys(run.case for run in study.runs))
    for case in only:
        if case not in cases:
            raise Bad(f"{study.path}: --only: there is no case '{case}'; {did_you_mean(case, cases)}")
    return [run for run in study.runs if run.case in only]


# ------------------------------------------------------------------------------------------------------- before any run

def refuse_foreign(study, root, idle=True):
    """The folder must be this study's, or nobody's yet; idle: and nobody may be at work in it."""
    mine = os.path.realpath(study.path)
    owner = read_json(os.path.join(root, "study.json")).get("study")
    if owner is None and os.path.isdir(root) and os.listdir(root):
        raise Bad(f"{root} holds something that is not a study; give --folder another name")
    if owner is not None and owner != mine:
        if os.path.exists(owner) or os.path.basename(owner) != os.path.basename(mine):
            raise Bad(f"{root} belongs to the study {owner}; give --folder another name, or remove it")
        say(f"note: {root} was that of {owner}, which is gone: taken over")
    holder = Lock(root).holder()
    if holder and idle:
        raise in_use(root, holder)


def claim(study, root):
    make_folder(root)
    write_json(os.path.join(root, "study.json"), {"study": os.path.realpath(study.path), "title": study.title})


def in_use(root, holder):
    return Bad(f"{root} is in use by another call of study: {holder}; wait for it, or remove {os.path.join(root, 'lock')} "
               "if it is no more")


# --------------------------------------------------------------------------------------------------------- running them

def tell_end(work, root, rows):
    done = sum(row["state"] == DONE for row in rows)
    say(f"{done} of {len(rows)} runs are done: {os.path.join(root, 'study.csv')}, {os.path.join(root, 'study_bands.csv')}")
    commits = {row["commit"] for row in rows if row["commit"]}
    if len(commits) > 1:
        say(f"note: the runs come from {len(commits)} builds of nanomint: {', '.join(sorted(commits))}")
    failed = [(folder, message) for folder, state, message in work.failed if state == FAILED] if work else []
    for folder, message in failed:
        say(f"failed: {title_of(folder.run)}: {message} ({os.path.relpath(folder.file('log.txt'))})")
    if failed:
        return 1
    if work and (work.stop or work.failed):
        say("stopped; say the same again to go on")
        return STOPPED
    return 0


def run_study(args, study, root, folders):
    refuse_foreign(study, root)
    states = [(folder, folder.state()) for folder in folders]
    todo = [folder for folder, state in states if state != DONE]
    summaries = [read_json(folder.file("summary.json")) for folder, state in states if state == DONE]
    for summary in summaries:
        check_collect(study, summary, one_programme(study))
    check_decks(args.program, study, [folder.run for folder in todo])
    for folder, state in states:
        if state not in (DONE, GO_ON, NEW):
            say(f"{title_of(folder.run)}: {state}, run again")
    if todo and len(todo) < len(folders):
        say(f"{len(folders) - len(todo)} of {len(folders)} runs are done already")
    elif not todo:
        say(f"all {len(folders)} runs are done already: nothing to run")
    claim(study, root)
    lock = take_lock(root)
    try:
        work = Work(args, study, root, todo, min(args.jobs or max(cores() // study.ranks, 1), max(len(todo), 1)))
        work.walls = [s["session"]["wall_s"] for s in summaries if s.get("session", {}).get("wall_s")]
        work.all(lock)
        return tell_end(work, os.path.relpath(root), gather(study, root, folders_of(study, root)))
    finally:
        lock.release()


def take_lock(root):
    try:
        return Lock(root).take()
    except Held as held:
        raise in_use(root, held) from None


def run_task(args, study, root):
    """One element of a job array: others have the folder too, so only its own run is held."""
    if args.table and args.table != study.table():
        raise Bad(f"{study.path} has changed since the job array was written; write it again with --slurm")
    if not 0 <= args.task < len(study.runs):
        raise Bad(f"--task {args.task}: runs are 0 to {len(study.runs) - 1}")
    folder = Folder(root, study.runs[args.task], read_deck(study.deck))
    if folder.state() == DONE:
        say(f"{title_of(folder.run)}: done already")
        return 0
    work = Work(args, study, root, [folder], 1)
    work.all(None)
    if not work.failed:
        return 0
    return STOPPED if work.failed[0][1] == GO_ON else 1


# ------------------------------------------------------------------------------------------------------- without running

def list_runs(study, root, folders):
    width = max(len(title_of(f.run)) for f in folders)
    for folder in folders:
        message = folder.message() if folder.state() in (FAILED, GO_ON) else ""
        print(f"{folder.run.index:4}  {title_of(folder.run):{width}}  {folder.state()}{': ' if message else ''}{message}")
    states = collections.Counter(folder.state() for folder in folders)
    print(f"{len(folders)} runs of {study.ranks} rank{'s' if study.ranks > 1 else ''} in {root}: "
          + ", ".join(f"{n} {state}" for state, n in states.items()))
    return 0


def indices(runs):
    """0-3,7 as sbatch wants it."""
    spans = []
    for k in sorted(run.index for run in runs):
        if spans and k == spans[-1][1] + 1:
            spans[-1][1] = k
        else:
            spans.append([k, k])
    return ",".join(f"{a}-{b}" if b > a else str(a) for a, b in spans)


def write_slurm(args, study, root, runs):
    folder = os.path.abspath(root)
    extra = ["--", *words_of(args.extra)] if args.extra else []
    words = [sys.executable, os.path.abspath(__file__), args.program, os.path.abspath(study.path), "--folder", folder,
             "--ranks", str(study.ranks)]
    again = ["./mint", "study", study.path, "--folder", root, "--gather", *extra]
    path, logs = os.path.join(root, "study.sbatch"), os.path.join(folder, "slurm-%A_%a.log")
    refuse_foreign(study, root)
    check_decks(args.program, study, runs)
    claim(study, root)
    replace_file(path, f"""#!/bin/bash
# Job array of the study {study.path}: one run of {study.ranks} rank{'s' if study.ranks > 1 else ''} per element.
#   submit   sbatch {shlex.quote(path)}          (partition, account: sbatch -p ... -A ...)
#   gather   {shlex.join(again)}
# A run that nears its time limit writes a checkpoint and puts itself back into the queue; so does a second sbatch
# go on where the first one ended.
#SBATCH --job-name=study --array={indices(runs)}%{args.jobs or min(len(runs), 16)}
#SBATCH --ntasks={study.ranks} --cpus-per-task=1 --time=04:00:00
#SBATCH --signal=USR1@180 --requeue --open-mode=append
#SBATCH --output={shlex.quote(logs)}
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MPIEXEC="${{MPIEXEC:-srun --cpu-bind=cores}}"
cd {shlex.quote(os.getcwd())} || exit 1
{shlex.join(words)} --table {study.table()} --task "$SLURM_ARRAY_TASK_ID"{" " + shlex.join(extra) if extra else ""}
code=$?
[ $code -ne 75 ] || scontrol requeue "$SLURM_JOB_ID"
exit $code
""")
    print(f"{path}: {len(runs)} runs of {study.ranks} rank{'s' if study.ranks > 1 else ''}; look at --time in it, then\n"
          f"  sbatch {shlex.quote(path)}\n  {shlex.join(again)}     # when they are done, or to see what is there so far")
    return 0


def folders_of(study, root, runs=None):
    deck = read_deck(study.deck)
    return [Folder(root, run, deck) for run in (study.runs if runs is None else runs)]


def main(argv):
    args = parse(argv)
    study = read_study(args.file, args.extra)
    study.ranks = args.ranks or study.ranks
    root = os.path.abspath(args.folder or study.folder)
    runs = chosen(study, args.only)
    folders = folders_of(study, root, runs)
    if args.list:
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # --list | head
        return list_runs(study, os.path.relpath(root), folders)
    if args.task is not None:
        return run_task(args, study, root)
    if args.slurm:
        return write_slurm(args, study, os.path.relpath(root), runs)
    if args.gather:
        if not os.path.isdir(root):
            raise Bad(f"{root}: there is no such folder: nothing has been run yet")
        refuse_foreign(study, root, idle=False)
        return tell_end(None, os.path.relpath(root), gather(study, root, folders_of(study, root)))
    return run_study(args, study, root, folders)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Bad as bad:
        print(f"study: error: {bad}", file=sys.stderr)
        sys.exit(USER)
    except KeyboardInterrupt:
        sys.exit(STOPPED)
