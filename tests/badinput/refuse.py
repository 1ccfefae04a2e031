#!/usr/bin/env python3
"""One deck that must be refused, for nm_add_bad (cases.cmake).  Exit code 0: it was, as it should be.

On every number of ranks: exit code 2, exactly one message, the same one, and it says what --says asks for; no trace, no
hang; and not a file in the folder was written, changed or removed, the results of a former run least of all.

test_refusals.py asks the same of what is found only when the run has begun."""
import argparse
import os
import shutil
import stat
import subprocess
import sys

MARK = "nanomint: error: "
TRACES = ("PETSC ERROR", "Caught signal", "Sanitizer", "HDF5-DIAG")


class Wrong(Exception):
    """The program did not refuse as it should."""


def run(command, folder):
    """Exit code and all that was said."""
    try:
        done = subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
                              stderr=subprocess.STDOUT, errors="replace", timeout=60)
    except subprocess.TimeoutExpired:
        raise Wrong("it hangs: " + " ".join(command))
    return done.returncode, done.stdout


def judge(code, said, wanted):
    """The one message of a run that was refused."""
    messages = [line for line in said.splitlines() if MARK in line]
    for trace in TRACES:
        if trace in said:
            raise Wrong(f"a trace: {trace}")
    if code != 2:
        raise Wrong(f"exit code {code}, not 2")
    if len(messages) != 1:
        raise Wrong(f"{len(messages)} messages, not one")
    if wanted not in messages[0]:
        raise Wrong(f"it did not say: {wanted}")
    return messages[0]


def touched(before, after):
    """Names that are not as they were in the former listing."""
    return sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))


def unescape(text):
    return text.encode().decode("unicode_escape")


def spoil(args, folder):
    """Writes the spoiled deck; returns what the program is given as deck."""
    with open(args.deck) as f:
        text = f.read()
    for k in range(0, len(args.edit), 2):
        old, new = (unescape(t) for t in args.edit[k : k + 2])
        if text.count(old) != 1:
            raise Wrong(f"'{old}' stands {text.count(old)} times in {args.deck}, not once")
        text = text.replace(old, new)
    if args.cut:
        cut = unescape(args.cut)
        text = text[: text.index(cut) + len(cut)]
    if args.text is not None:
        text = unescape(args.text)
    path = os.path.join(folder, "deck.yml")
    with open(path, "w", newline="") as f:
        f.write(text)
    if args.card:
        card, old, new = (unescape(t) for t in args.card)
        with open(card) as f:
            lines = f.read()
        if old not in lines:
            raise Wrong(f"'{old}' is not in {card}")
        with open(os.path.join(folder, "card.yml"), "w") as f:
            f.write(lines.replace(old, new))
    return None if args.instead == "NONE" else args.instead or "deck.yml"


def listing(folder):
    """Every file and folder below, with contents and times."""
    found = {}
    for where, _, files in os.walk(folder):
        for name in files + ["."]:
            path = os.path.join(where, name)
            status = os.stat(path)
            content = b"" if stat.S_ISDIR(status.st_mode) else open(path, "rb").read()
            found[os.path.relpath(path, folder)] = (status.st_mode, status.st_mtime_ns, content)
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--deck", required=True, help="a deck that is right")
    parser.add_argument("--work", required=True)
    parser.add_argument("--program", required=True)
    parser.add_argument("--says", required=True, help="part of the message, word for word")
    parser.add_argument("--ranks", nargs="+", default=["1", "2"])
    parser.add_argument("--edit", nargs="+", default=[], help="OLD NEW ...: OLD stands once in the deck")
    parser.add_argument("--cut", help="end the deck right behind this text")
    parser.add_argument("--text", help="the whole deck")
    parser.add_argument("--card", nargs=3, help="CARD OLD NEW: card.yml beside the deck is CARD, changed")
    parser.add_argument("--instead", help="give this to the program in place of the deck; NONE: nothing")
    parser.usage = "%(prog)s [options] -- mpiexec -n RANKS PROGRAM DECK ..., with these three words as they stand"
    at = sys.argv.index("--")
    args, template = parser.parse_args(sys.argv[1:at]), sys.argv[at + 1 :]

    shutil.rmtree(args.work, ignore_errors=True)
    os.makedirs(os.path.join(args.work, "out"))
    with open(os.path.join(args.work, "out", "history.csv"), "w") as f:
        f.write("results of a former run\n")
    deck = spoil(args, args.work)
    before, first = listing(args.work), None

    for ranks in args.ranks:
        command = template if ranks != "1" else template[template.index("PROGRAM") :] # mpiexec is half of the time
        command = [{"RANKS": ranks, "PROGRAM": args.program, "DECK": deck}.get(word, word) for word in command]
        command = [word for word in command if word is not None]
        print(" ".join(command), flush=True)
        code, said = run(command, args.work)
        print(said)
        message = judge(code, said, args.says)
        if first not in (None, message):
            raise Wrong("another message than on " + args.ranks[0])
        first, changed = message, touched(before, listing(args.work))
        if changed:
            raise Wrong("it touched " + ", ".join(changed))
    print("passed")


if __name__ == "__main__":
    try:
        main()
    except Wrong as wrong:
        sys.exit(f"FAILED: {wrong}")
