#!/usr/bin/env python3
"""Bonds and currents of a small run: history.csv byte for byte on 1, 2 and 3 ranks, conduction.csv to the last digit it
shows, the same rows after a restart, options of the solver, and a run that does not ask for it.

    test_conduction.py PROGRAM WORK_FOLDER"""
import csv
import filecmp
import json
import os
import shutil
import subprocess
import sys

PROGRAM, WORK = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
DECK = os.path.join(os.path.dirname(os.path.abspath(__file__)), "conduct.yml")
DONE, STOPPED = 0, 75
STAGES = ["press", "dwell", "release"]
SOLVER = ("iterations", "residual", "kirchhoff")  # how it was solved, not what is there


def check(ok, text):
    if not ok:
        print("FAILED: " + text)
        sys.exit(1)


def run(ranks, folder, *more, code=DONE):
    command = ["mpirun", "-n", str(ranks), PROGRAM, DECK, "-output_folder", folder, *more]
    done = subprocess.run(command, cwd=WORK, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    check(done.returncode == code, f"exit code {done.returncode} on {ranks} ranks:\n{done.stdout}")
    return done.stdout


def path(folder, name):
    return os.path.join(WORK, folder, name)


def rows(folder, name="conduction.csv"):
    with open(path(folder, name), newline="") as f:
        return list(csv.DictReader(f))


def summary(folder):
    with open(path(folder, "summary.json")) as f:
        return json.load(f)


def same(one, other):
    """Six digits are shown, so 1e-5 is one unit of the last; the tensor's small components are rounding of the large."""
    check(filecmp.cmp(path(one, "history.csv"), path(other, "history.csv"), shallow=False), f"history.csv of {other} differs")
    a, b = rows(one), rows(other)
    check([r["stage"] for r in a] == [r["stage"] for r in b] == STAGES, f"{other}: rows are not the ends of stages")
    for p, q in zip(a, b):
        scale = float(p["sigma_zz_S_per_m"])
        for key in p:
            if key in SOLVER or key == "stage":
                continue
            u, v = float(p[key]), float(q[key])
            allowed = 1.01e-5 * abs(u) + (1e-6 * scale if key.startswith("tensor") else 0)
            check(abs(u - v) <= allowed, f"{other}, {p['stage']}: {key} is {v}, on one rank {u}")


def check_numbers(folder, said):
    found, last = rows(folder), rows(folder, "history.csv")[-1]
    for r in found:
        check(float(r["sigma_zz_S_per_m"]) > 0 and int(r["unknowns"]) > 0, f"nothing conducts after {r['stage']}")
        check(float(r["residual"]) < 1e-7 and float(r["kirchhoff"]) < 1e-6, f"not solved after {r['stage']}")
        check(float(r["tensor_zz_S_per_m"]) > float(r["sigma_zz_S_per_m"]), "the tensor is an upper bound")
    check(float(found[1]["sigma_zz_S_per_m"]) > float(found[0]["sigma_zz_S_per_m"]), "necks do not grow in the dwell")
    coin = summary(folder)["coin"]
    check(coin["conductivity_S_per_m"] == float(found[-1]["sigma_zz_S_per_m"]), "summary.json has another conductivity")
    check(len(coin["conductivity_tensor_S_per_m"]) == 6, "not a tensor")
    for stage, r in zip(summary(folder)["stages"], found):
        check(stage["conductivity_end_S_per_m"] == float(r["sigma_zz_S_per_m"]), f"summary.json, {stage['name']}")
    check(coin["bonded_cluster"] == float(last["bonded_cluster"]) > 0.5 and coin["bonded_spans"] == 1, "the coin is no metal")
    check(abs(coin["slow_time_s"] - 1) < 1e-9, "the slow clock shows another time than the dwell")
    for word in ("bonded   ", "largest bonded cluster", ", from end to end\n", "S/m from end to end"):
        check(word in said, f"the screen does not say '{word}':\n{said}")


def not_solved(short):
    """A solver without time to converge: the run goes on to its end, and the number is left out in every file."""
    said = run(2, "poor", *short, "-conduct_ksp_max_it", "1", "-conduct_pc_type", "jacobi")
    row, found = rows("poor")[0], summary("poor")
    for key in ("conductance_S", "sigma_zz_S_per_m", "tensor_xx_S_per_m", "tensor_zz_S_per_m", "kirchhoff"):
        check(row[key] == "nan", f"{key} is {row[key]} without a solution")
    check(row["iterations"] == "1" and float(row["residual"]) > 1e-4, "how it was solved is not told")
    check(found["coin"]["conductivity_S_per_m"] is None, "a conductivity without a solution")
    check("press: conductivity is left out, the solve ended with DIVERGED_ITS after 1 iterations" in said, said)
    check(any("press: the conductivity is left out" in text for text in found["warnings"]), "summary.json does not warn")
    check("bonded   " in said, "the coin is not told")


def main():
    shutil.rmtree(WORK, ignore_errors=True)
    os.makedirs(WORK)
    check_numbers("one", run(1, "one"))
    few = "NM_FEW" in os.environ
    for ranks, folder in ((3, "three"),) if few else ((2, "two"), (3, "three")):
        run(ranks, folder)
        same("one", folder)

    # stopped in the release; the rows of a future that never was must go
    step = int(rows("one")[1]["step"])
    run(2, "again", "-time_max_steps", str(step + 300), code=STOPPED)
    check([r["stage"] for r in rows("again")] == STAGES[:2], "rows of stages that have not ended")
    check(summary("again")["coin"]["conductivity_S_per_m"] is None, "the coin conducts before its stage is over")
    with open(path("again", "conduction.csv"), "a") as f:
        f.write(f"{step + 400},release,1,1,1,1,1,1,1,1,1,1,1,1,1,1\n{step + 500},rel")
    run(1, "again", "-restart", "again/checkpoint.h5")
    same("one", "again")
    check(summary("one")["coin"]["bonded_coordination"] == summary("again")["coin"]["bonded_coordination"], "summary.json")

    short = ("-programme", "press", "-press_pressure", "0.05 GPa")
    run(1, "direct", *short, "-conduct_ksp_type", "preonly", "-conduct_pc_type", "lu")
    check(rows("direct")[0]["iterations"] == "1", "-conduct_ksp_type was not heard")
    not_solved(short)
    for folder, extra in (("off", ("-output_conduction", "no")), ("no_metal", ("-material_resistivity", "0 nOhm m"))):
        said = run(1, folder, *short, *extra)
        check(not os.path.exists(path(folder, "conduction.csv")), f"{folder}: conduction.csv is there")
        check(summary(folder)["coin"]["conductivity_S_per_m"] is None and "S/m" not in said, f"{folder}: a conductivity")
        check(summary(folder)["warnings"] == summary("direct")["warnings"], f"{folder}: warns of what was not asked for")
    print("passed")


if __name__ == "__main__":
    main()
