#!/usr/bin/env python3
"""Frames of meshed grains as VTK's own reader finds them: whole hexahedra, volumes, stress, and what the grains' frame,
history.csv and summary.json say of the same bodies.

    test_meshed_frames.py PROGRAM WORK_FOLDER"""
import csv
import json
import os
import shutil
import subprocess
import sys

try:
    import numpy as np
    from vtkmodules.util.numpy_support import vtk_to_numpy
    from vtkmodules.vtkIOLegacy import vtkPolyDataReader, vtkUnstructuredGridReader
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

PROGRAM, WORK = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
DECK = os.path.join(os.path.dirname(os.path.abspath(__file__)), "meshed.yml")
GRAINS, STEPS, STOPPED = 27, 400, 75
FLOAT = 1e-6  # numbers in the frames have 24 bits
FULL = [0, 4, 8, 1, 5, 2]  # xx yy zz xy yz zx in a tensor of nine


def check(ok, text):
    if not ok:
        print("FAILED: " + text)
        sys.exit(1)


def close(a, b, tolerance, text):
    a, b = np.asarray(a, float), np.asarray(b, float)
    error = np.abs(a - b).max()
    check(error <= tolerance * np.abs(b).max(), f"{text}: off by {error:.3g} of {np.abs(b).max():.3g}")


def run():
    shutil.rmtree(WORK, ignore_errors=True)
    os.makedirs(WORK)
    command = ["mpirun", "-n", "2", PROGRAM, DECK, "-output_folder", WORK, "-output_overwrite", "yes",
               "-time_max_steps", str(STEPS), "-press_density_limit", "0.7", "-press_inertial_number", "0.1"]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    check(done.returncode == STOPPED, f"exit code {done.returncode}:\n{done.stdout}")


def read(reader, name):
    reader.SetFileName(os.path.join(WORK, name))
    reader.Update()
    return reader.GetOutput()


def arrays(attributes):
    return {attributes.GetArrayName(k): vtk_to_numpy(attributes.GetArray(k)).astype(float)
            for k in range(attributes.GetNumberOfArrays())}


CORNER = np.array([[-1, -1, -1], [1, -1, -1], [1, 1, -1], [-1, 1, -1], [-1, -1, 1], [1, -1, 1], [1, 1, 1], [-1, 1, 1]])


def jacobian(x, point):
    """Determinants of trilinear hexahedra [n, 8, 3] at a point of the reference cube."""
    f = 1 + CORNER * point
    slope = np.stack([CORNER[:, k] * f[:, (k + 1) % 3] * f[:, (k + 2) % 3] for k in range(3)], axis=1) / 8
    return np.linalg.det(np.einsum("nai,ak->nik", x, slope))


def volumes(x):
    """Two points of Gauss along each edge are exact."""
    return sum(jacobian(x, point) for point in CORNER / np.sqrt(3))


def check_mesh(data, row):
    """Returns places and cells."""
    check(data.GetNumberOfCells() == row["mesh_elements"], "another number of elements than in the history")
    check({data.GetCellType(k) for k in range(data.GetNumberOfCells())} == {12}, "cells are not hexahedra")
    x = vtk_to_numpy(data.GetPoints().GetData())
    cells = vtk_to_numpy(data.GetCells().GetConnectivityArray()).reshape(-1, 8)
    check(np.array_equal(np.unique(cells), np.arange(len(x))), "nodes without elements")
    nodes = len(x) // GRAINS
    check((cells.reshape(GRAINS, -1) // nodes == np.arange(GRAINS)[:, None]).all(), "elements with nodes of other bodies")
    ids = arrays(data.GetCellData())["grain_id"].reshape(GRAINS, -1)
    check((ids == np.arange(GRAINS)[:, None]).all(), "bodies are not in the order of their ids")
    return x, cells


def check_displacement(data, x, radius, last):
    """It grows with the load; without it bodies are the mesh at their size, at most turned.  Returns its largest."""
    u = arrays(data.GetPointData())["displacement_nm"]
    size = np.linalg.norm(u, axis=1).max()
    check(last < size < radius.max(), f"displacements of {size:.3g} nm after {last:.3g} nm")
    rest = (x - u).reshape(GRAINS, -1, 3)
    span = np.linalg.norm(rest - rest.mean(axis=1, keepdims=True), axis=2) / radius[:, None]
    close(span, np.broadcast_to(span[0], span.shape), 10 * FLOAT, "bodies without displacement and the same mesh at its size")
    return size


def check_volume(x, rest, cells, radius, row):
    """Returns the volumes of the elements, without load and now."""
    now, before = volumes(x[cells]), volumes(rest[cells])
    check(now.min() > 0, "an element is turned over")
    close(before.reshape(GRAINS, -1).sum(axis=1), 4 / 3 * np.pi * radius**3, 10 * FLOAT, "grains without displacement")
    # the law's volume is a step behind the places: 3e-4 where the first frame rings
    close(now.sum(), row["mesh_volume"] * before.sum(), 1e-3, "volume of the bodies")
    return before, now


def check_stress(found, before, volume, grains, row):
    """Means: by the volumes that the law has, a step behind (see check_volume)."""
    STEP = 1e-3
    stress = found["stress_GPa"][:, FULL]
    pressure = stress[:, :3].mean(axis=1)
    s = stress - np.outer(pressure, [1, 1, 1, 0, 0, 0])
    mises = np.sqrt(1.5 * (s[:, :3] ** 2).sum(axis=1) + 3 * (s[:, 3:] ** 2).sum(axis=1))
    close(found["pressure_GPa"], pressure, FLOAT, "pressure and mean stress")
    close(found["von_mises_GPa"], mises, 3 * FLOAT, "von Mises stress and that of the stress")

    weight = volume.reshape(GRAINS, -1, 1)
    of_grain = (weight * stress.reshape(GRAINS, -1, 6)).sum(axis=1) / weight.sum(axis=1)
    close(of_grain, grains["stress_GPa"][:, FULL], STEP, "mean stress of a body and stress of the grain")
    bore = before.sum() / row["relative_density"]
    history = [row[f"mesh_stress_{k}_GPa"] for k in ("xx", "yy", "zz", "xy", "yz", "zx")]
    close(volume @ stress / bore, history, STEP, "mean stress of the bodies and that of the history")
    close(volume @ mises / volume.sum(), row["mises_mean_GPa"], STEP, "von Mises stress of bodies and history")
    close(before @ found["plastic_strain"] / before.sum(), row["plastic_strain_mean"], 10 * FLOAT,
          "plastic strain of bodies and history")
    share = before.reshape(GRAINS, -1).sum(axis=1) / before.sum()
    close(share @ grains["von_mises_mean_GPa"], row["mises_mean_GPa"], STEP, "von Mises stress of grains and history")
    close(share @ grains["plastic_strain_mean"], row["plastic_strain_mean"], 10 * FLOAT, "plastic strain of grains and history")
    check((grains["meshed"] == 1).all(), "grains that are not meshed")


def main():
    run()
    with open(os.path.join(WORK, "meshed.vtk.series")) as f:
        files = json.load(f)["files"]
    with open(os.path.join(WORK, "history.csv"), newline="") as f:
        rows = [{key: float(value) for key, value in row.items()} for row in csv.DictReader(f)]
    check(len(files) == len(rows) == STEPS // 100, "not a frame a row")
    size = 0.0
    for entry, row in zip(files, rows):
        close(entry["time"], row["time_ns"], 1e-11, "time in the series")
        data = read(vtkUnstructuredGridReader(), entry["name"])
        grains = arrays(read(vtkPolyDataReader(), entry["name"].replace("meshed", "grains")).GetPointData())
        x, cells = check_mesh(data, row)
        size = check_displacement(data, x, grains["radius0_nm"], size)
        rest = x - arrays(data.GetPointData())["displacement_nm"]
        before, volume = check_volume(x, rest, cells, grains["radius0_nm"], row)
        check_stress(arrays(data.GetCellData()), before, volume, grains, row)
    with open(os.path.join(WORK, "summary.json")) as f:
        meshed, last = json.load(f)["meshed"], rows[-1]
    check(meshed["grains"] == GRAINS and meshed["elements_each"] == last["mesh_elements"] / GRAINS, "summary: elements")
    for part in ("plastic", "uneven", "hourglass"):
        close(meshed[part + "_share"], last[f"work_{part}_aJ"] / last["work_strain_aJ"], 1e-9, f"summary: {part} share")
    close(meshed["element_worst"], min(row["element_worst"] for row in rows), 1e-9, "summary: worst element")
    print(f"{len(rows)} frames, displacement {size:.3g} nm, von Mises {last['mises_mean_GPa']:.3g} GPa, "
          f"plastic strain {last['plastic_strain_mean']:.3g}: passed")


if __name__ == "__main__":
    main()
