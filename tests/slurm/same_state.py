#!/usr/bin/env python3
"""Two checkpoints hold the same bits: same_state.py A.h5 B.h5.  Grains stand in them in the order of the ranks, contacts in that of the
grains, so both are sorted by their ids first.  Reads with h5dump of hdf5-tools, which many machines have and h5py few.  Exit code 1: not."""
import os
import subprocess
import sys
import tempfile

import numpy as np

ROWS = {"grain_id": ["grain_rec", "grain_aux"], "contact_key": ["contact_state"]}
WHOLE = ["blob", "tools", "tool_force", "words", "parameters"]


def read(path, name, folder):
    """A data set as rows of 8-byte words: bits, whatever they mean."""
    raw = os.path.join(folder, name)
    done = subprocess.run(["h5dump", "-d", "/" + name, "-b", "LE", "-o", raw, path], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        sys.exit(f"{path}: {done.stdout.strip()}")
    shape = [int(n) for n in done.stdout.split("SIMPLE { (")[1].split(")")[0].split(",")]
    return np.fromfile(raw, np.int64).reshape(shape)


def load(path):
    """All of a checkpoint by names, rows in the order of their ids."""
    state = {}
    with tempfile.TemporaryDirectory() as folder:
        for key, names in ROWS.items():
            ids = read(path, key, folder)
            order = np.lexsort(ids.T[::-1])
            state[key] = ids[order]
            for name in names:
                state[name] = read(path, name, folder)[order]
        for name in WHOLE:
            state[name] = read(path, name, folder)
    return state


def main():
    a, b = load(sys.argv[1]), load(sys.argv[2])
    bad = [name for name in a if a[name].shape != b[name].shape or not np.array_equal(a[name], b[name])]
    for name in bad:
        print(f"{name} differs" + (f" in {(a[name] != b[name]).sum()} of {a[name].size} numbers" if a[name].shape == b[name].shape else " in size"))
    print(f"{len(a['grain_id'])} grains, {len(a['contact_key'])} contacts, {sum(x.size for x in a.values())} numbers: {'not ' if bad else ''}the same bits")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
