#!/usr/bin/env python3
"""The files of a short run: the same bytes on 1, 2 and 3 ranks and after a restart, and what VTK's own reader finds in them.

    test_run_files.py PROGRAM WORK_FOLDER"""
import csv
import filecmp
import json
import os
import shutil
import subprocess
import sys

try:
    import numpy
    from vtkmodules.util.numpy_support import vtk_to_numpy
    from vtkmodules.vtkIOLegacy import vtkPolyDataReader
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

PROGRAM, WORK = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
HERE = os.path.dirname(os.path.abspath(__file__))
DECK = os.path.join(HERE, "..", "..", "inputs", "au_coin_rigid.yml")
GRAINS, STOPPED = 200, 75
KEYS = {
    "powder_grains": GRAINS, "powder_packing": "random", "powder_relative_density": 0.5, "contact_law": "hertz_mindlin",
    "dwell_time": "1 ns", "output_conduction": "no",
    "output_vtk_every": 200, "output_history_every": 100, "output_checkpoint_every": 400,
}


def check(ok, text):
    if not ok:
        print("FAILED: " + text)
        sys.exit(1)


def run(ranks, folder, steps, *more):
    command = ["mpirun", "-n", str(ranks), PROGRAM, DECK, "-output_folder", folder, "-time_max_steps", str(steps), *more]
    for key, value in KEYS.items():
        command += ["-" + key, str(value)]
    done = subprocess.run(command, cwd=WORK, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    check(done.returncode == STOPPED, f"exit code {done.returncode} on {ranks} ranks:\n{done.stdout}")
    return done.stdout


def read(folder, name):
    reader = vtkPolyDataReader()
    reader.SetFileName(os.path.join(WORK, folder, name))
    reader.Update()
    return reader.GetOutput()


def arrays(attributes):
    return {attributes.GetArrayName(k): vtk_to_numpy(attributes.GetArray(k)) for k in range(attributes.GetNumberOfArrays())}


def same_files(one, other):
    """Byte for byte, but for what may depend on ranks: the array `rank`, the order in a checkpoint, times."""
    names = sorted(os.listdir(os.path.join(WORK, one)))
    check(names == sorted(os.listdir(os.path.join(WORK, other))), f"{one} and {other} hold different files")
    check(not any(name.endswith(".tmp") for name in names), "a temporary file was left behind")
    for name in names:
        if name in ("checkpoint.h5", "summary.json", "deck.echo.yml", "balance.csv"):  # the echo names its folder
            continue
        if name.startswith("grains_"):
            a, b = (arrays(read(folder, name).GetPointData()) for folder in (one, other))
            for key in a:
                check(key == "rank" or numpy.array_equal(a[key], b[key]), f"{key} differs in {one}/{name} and {other}/{name}")
        else:
            paths = [os.path.join(WORK, folder, name) for folder in (one, other)]
            check(filecmp.cmp(*paths, shallow=False), f"{one}/{name} and {other}/{name} differ")


def history(folder):
    with open(os.path.join(WORK, folder, "history.csv"), newline="") as f:
        return [{key: float(value) for key, value in row.items()} for row in csv.DictReader(f)]


def check_frames(folder):
    with open(os.path.join(WORK, folder, "grains.vtk.series")) as f:
        files = json.load(f)["files"]
    rows = {int(row["step"]): row for row in history(folder)}
    check(len(files) >= 3, "fewer than three frames")
    for entry in files:
        step = int(entry["name"].split("_")[1].split(".")[0])
        row = rows[step]
        check(abs(entry["time"] - row["time_ns"]) <= 1e-11 * row["time_ns"], "the series has another time than the history")
        grains = read(folder, entry["name"])
        check_grains(grains, row)
        check_contacts(read(folder, entry["name"].replace("grains", "contacts")), row)
        check(vtk_to_numpy(grains.GetFieldData().GetArray("TIME"))[0] - entry["time"] < 1e-11, "TIME in the frame")
        tools = read(folder, entry["name"].replace("grains", "tools"))
        check(abs(tools.GetBounds()[5] - tools.GetBounds()[4]) >= row["height_nm"] * 0.999, "the die is shorter than the powder")


def check_grains(data, row):
    found = arrays(data.GetPointData())
    check(data.GetNumberOfPoints() == data.GetNumberOfVerts() == GRAINS, "not every grain is there")
    check(numpy.array_equal(found["id"], numpy.arange(GRAINS)), "ids are not sorted")
    check(found["stress_GPa"].shape == (GRAINS, 9), "stress is not a tensor")
    check(abs(found["coordination"].mean() - row["coordination"]) < 1e-9, "coordination is not that of the history")
    check(numpy.array_equal(found["cluster"], found["id"]) and not found["bonds"].any(), "bonds without an interface")
    pressure = found["stress_GPa"][:, [0, 4, 8]].mean(axis=1)
    check(numpy.allclose(pressure, found["p_GPa"], rtol=1e-4, atol=1e-6 * abs(pressure).max()), "p is not the mean stress")
    radius = found["radius0_nm"].astype(float)
    # Love-Weber: what the grains carry together is the stress of the compact (without its kinetic part)
    volume = 4 / 3 * numpy.pi * radius**3
    compact = (volume @ pressure) / volume.sum() * row["relative_density"]
    check(abs(compact + row["kinetic_pressure_GPa"] - row["p_GPa"]) < 1e-5 * abs(row["p_GPa"]), "grains do not add up to the compact")


def check_contacts(data, row):
    found = arrays(data.GetCellData())
    tool = found["id_j"] < 0
    check(data.GetNumberOfLines() == len(tool) and data.GetNumberOfPoints() == 2 * len(tool), "contacts are not lines")
    touching = (found["contact_radius_nm"] > 0) | (found["fn_nN"] != 0)
    check((touching & ~tool).sum() == row["contacts"], "another number of contacts than in the history")
    check((touching & tool).sum() == row["tool_contacts"], "another number of tool contacts than in the history")
    check(numpy.all(found["bond_class"] == -1) and not found["neck_radius_nm"].any(), "bonds without an interface")
    check(numpy.all((found["conductance_nS"] > 0)[(found["contact_radius_nm"] > 0) & ~tool]), "cores touch, but do not conduct")
    check(numpy.all(found["conductance_nS"][tool] == 0), "a tool conducts")
    check(numpy.all(found["id_i"][~tool] < found["id_j"][~tool]), "the lower id does not come first")


def main():
    shutil.rmtree(WORK, ignore_errors=True)
    os.makedirs(WORK)
    run(1, "one", 700)
    run(2, "two", 700)
    same_files("one", "two")
    check_frames("two")

    run(2, "again", 500)
    shutil.copy(os.path.join(WORK, "again", "checkpoint.h5"), os.path.join(WORK, "at_500.h5"))
    run(2, "again", 600, "-restart", "at_500.h5")
    log = run(3, "again", 700, "-restart", "at_500.h5")  # rows and frames later than step 500 must go
    same_files("one", "again")
    check("go on with -restart again/checkpoint.h5" in log, "the last line does not say how to go on:\n" + log)
    with open(os.path.join(WORK, "one", "summary.json")) as f, open(os.path.join(WORK, "again", "summary.json")) as g:
        a, b = json.load(f), json.load(g)
    for part in ("coin", "stages", "warnings", "ended", "title"):
        check(a[part] == b[part], f"summary.json: {part} differs after a restart")
    check(a["coin"]["grains"] == GRAINS and a["session"]["grain_steps_per_s"] > 0, "summary.json")
    print("passed")


if __name__ == "__main__":
    main()
