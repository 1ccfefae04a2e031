#!/usr/bin/env python3
"""Meshed grains clustered at one end of the powder, from the start or after some steps: on 1, 2, 3 and 4 ranks the same
history.csv, byte for byte, through partitions that move meshed and rigid grains; and the ranks' shares are even by what grains
of either kind cost as measured.

Costs are measured while other programs run; how many grains of either kind a rank has is a fact.  Its work is taken from
both, and from packs of eight: so the verdict does not hang on a clock."""
import csv
import filecmp
import os
import shutil
import sys
from collections import Counter

sys.dont_write_bytecode = True
from frames import arrays  # noqa: E402
from stopped import run  # noqa: E402

DECK = "balance.yml"
PACK = 8


def frames(folder):
    return [arrays(os.path.join(folder, n)) for n in sorted(os.listdir(folder)) if n.startswith("grains_") and n.endswith(".vtk")]


def moved(one, other):
    """Meshed grains with another owner."""
    home = [{i: r for i, r, m in zip(f["id"], f["rank"], f["meshed"]) if m} for f in (one, other)]
    return sum(home[1][i] != r for i, r in home[0].items())


def check_shares(frame, folder, ranks, last):
    """Most over mean of the ranks' work."""
    bodies = Counter(frame["rank"][frame["meshed"] == 1].tolist())
    rigid = Counter(frame["rank"][frame["meshed"] == 0].tolist())
    packs = [-(-bodies[r] // PACK) for r in range(ranks)]
    need = -(-sum(bodies.values()) // (PACK * ranks))
    assert max(packs) == need, f"{folder}: {max(packs)} packs of meshed grains on a rank, {need} would do"
    per_body = float(last["meshed_grain_us"]) * sum(bodies.values()) / (PACK * sum(packs))
    work = [rigid[r] * float(last["rigid_grain_us"]) + PACK * packs[r] * per_body for r in range(ranks)]
    print(f"{ranks} ranks: rigid {dict(sorted(rigid.items()))}, meshed {dict(sorted(bodies.items()))}, imbalance {max(work) * ranks / sum(work):.3f}")
    assert max(work) * ranks / sum(work) <= 1.1, f"{folder}: uneven work"


def check_rows(folder, ranks):
    """What the run says of its balance; its last row."""
    with open(os.path.join(folder, "balance.csv"), newline="") as f:
        rows = list(csv.DictReader(f))
    again = [row for row in rows if row["partition_follows"] == "1"]
    assert again[0] is rows[0] and int(rows[-1]["partitions"]) == len(again) - 1, "partitions are not counted"
    for row in again:
        print(f"{ranks} ranks, step {row['step']}: imbalance {row['imbalance']}, expected {row['imbalance_unmoved']} before, "
              f"{row['imbalance_expected']} after")
        assert float(row["imbalance_expected"]) <= 1.1, "the partition leaves the work uneven"
    assert float(rows[-1]["meshed_grain_us"]) > float(rows[-1]["rigid_grain_us"]) > 0.0
    return rows[-1], max(float(row["imbalance_unmoved"]) for row in again)


def check_case(program, work, name, extra, many):
    """Returns how many meshed grains have changed their owner from frame to frame, and the most uneven shares before a
    partition."""
    alone, travels = os.path.join(work, f"{name}_np1"), []
    run(program, DECK, 1, alone, extra)
    for ranks in many:
        folder = os.path.join(work, f"{name}_np{ranks}")
        run(program, DECK, ranks, folder, extra)
        assert filecmp.cmp(*(os.path.join(f, "history.csv") for f in (alone, folder)), shallow=False), \
            f"{folder}: history.csv differs from that of one rank"
        (last, uneven), states = check_rows(folder, ranks), frames(folder)
        check_shares(states[-1], folder, ranks, last)
        travels += [moved(*pair) for pair in zip(states, states[1:])]
    return travels, uneven


def main():
    program, work = sys.argv[1:3]
    shutil.rmtree(work, ignore_errors=True)
    os.makedirs(work)
    few = "NM_FEW" in os.environ
    travels, _ = check_case(program, work, "start", [], (3,) if few else (2, 3, 4))
    print(f"meshed grains with another owner than in the frame before: {travels}")
    assert any(travels), "no meshed grain has travelled: nothing was tested"
    # the same grains, rigid for 40 steps, as long as 100 of meshed grains: balanced by then, and the cluster is where it is
    _, uneven = check_case(program, work, "promoted", ["-mesh_from_density", "0.521", "-mesh_promote_every", "40"], (2,) if few else (2, 4))
    assert uneven > 1.2, f"the new meshed grains were spread evenly as they were ({uneven}): nothing was tested"


if __name__ == "__main__":
    main()
