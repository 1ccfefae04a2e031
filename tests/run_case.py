#!/usr/bin/env python3
"""One run of the program and the verdict on it, for nm_add_run (see nm_add_run.cmake).  Exit code 0: passed.

The run writes into --work, which is emptied first; files named by the checks are relative to it."""
import argparse
import csv
import filecmp
import json
import math
import os
import shutil
import subprocess
import sys


def fail(text):
    print("FAILED: " + text)
    sys.exit(1)


def table(path):
    """Columns of a CSV file as lists of strings; lines that begin with # are comments."""
    with open(path, newline="") as f:
        rows = list(csv.reader(line for line in f if not line.startswith("#")))
    if len(rows) < 2:
        fail(f"{path} holds no row")
    if any(len(row) != len(rows[0]) for row in rows):
        fail(f"{path} has rows of different length")
    return {name.strip(): [row[c].strip() for row in rows[1:]] for c, name in enumerate(rows[0])}


def final_value(path, key):
    """The last row's entry of a CSV column, or a JSON value under a dotted key."""
    if path.endswith(".json"):
        with open(path) as f:
            value = json.load(f)
        for part in key.split("."):
            if part not in value:
                fail(f"{path} has no key {key}")
            value = value[part]
        return float(value)
    columns = table(path)
    if key not in columns:
        fail(f"{path} has no column {key}; it has {', '.join(columns)}")
    return float(columns[key][-1])


def close(a, b, rtol, atol):
    return a == b or (math.isnan(a) and math.isnan(b)) or abs(a - b) <= atol + rtol * abs(b)


def expect(work, here, args):
    """FILE COLUMN VALUE, once or several times."""
    for k in range(0, len(args.expect), 3):
        name, key, wanted = args.expect[k : k + 3]
        found = final_value(os.path.join(work, name), key)
        print(f"{name}: {key} = {found:.10g}, expected {wanted}, rtol {args.rtol:g}, atol {args.atol:g}")
        if not close(found, float(wanted), args.rtol, args.atol):
            fail(f"{key} is off by {abs(found - float(wanted)):.3g}")


def compare(work, here, args):
    """FILE REFERENCE: all columns of the reference, every row; text must be equal, numbers close."""
    name, reference = args.compare
    ours, theirs = table(os.path.join(work, name)), table(os.path.join(here, reference))
    for key, column in theirs.items():
        if key not in ours:
            fail(f"{name} has no column {key}")
        if len(ours[key]) != len(column):
            fail(f"{name} has {len(ours[key])} rows, {reference} {len(column)}")
        for row, (a, b) in enumerate(zip(ours[key], column)):
            try:
                same = close(float(a), float(b), args.rtol, args.atol)
            except ValueError:
                same = a == b
            if not same:
                fail(f"{name}: row {row + 1}, {key}: {a}, reference {b}")


def same(work, here, args):
    for name in args.same:
        if not os.path.exists(os.path.join(work, name)):
            fail(f"{name} was not written")
        if work != args.first and not filecmp.cmp(os.path.join(work, name), os.path.join(args.first, name), shallow=False):
            fail(f"{name} differs from {args.first}/{name}: the answer depends on the number of ranks")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("--work", "--first", "--here"):
        parser.add_argument(name, required=True)
    parser.add_argument("--expect", nargs="+")
    parser.add_argument("--compare", nargs=2)
    parser.add_argument("--same", nargs="+")
    parser.add_argument("--fails", nargs="+")
    parser.add_argument("--matches", nargs="+")
    parser.add_argument("--rtol", type=float, default=0.0)
    parser.add_argument("--atol", type=float, default=0.0)
    at = sys.argv.index("--")
    args, command = parser.parse_args(sys.argv[1:at]), sys.argv[at + 1 :]

    shutil.rmtree(args.work, ignore_errors=True)
    os.makedirs(args.work)
    command += ["-output_folder", args.work, "-output_overwrite", "yes"]
    print(" ".join(command), flush=True)
    run = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                         errors="replace")
    said = " ".join(run.stdout.split()) # PETSc breaks lines where it likes
    print(run.stdout)

    if args.fails:
        if run.returncode == 0:
            fail("it should have refused, but exited 0")
        if run.returncode < 0 or run.returncode >= 128 and "Caught signal" in run.stdout:
            fail("it crashed instead of refusing")
    elif run.returncode != 0:
        fail(f"exit code {run.returncode}")
    for text in (args.fails or []) + (args.matches or []):
        if " ".join(text.split()) not in said:
            fail(f"it did not say: {text}")
    for check in (expect, compare, same):
        if getattr(args, check.__name__):
            check(args.work, args.here, args)
    print("passed")


if __name__ == "__main__":
    main()
