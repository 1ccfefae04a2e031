#!/usr/bin/env python3
"""Holds the pressing of a powder of meshed grains against the model of Helle, Easterling & Ashby 1985 (Acta Metall. 33, 2163).

    python3 postproc/plot_densification.py RUN [--voxel 0.2] [-o picture.png]

RUN is the folder of a run with mesh: {grains: all}, one yield strength, no hardening and no adhesion, as in the model:

    stage 1, necks, D < 0.9:    P = 2.97 sigma_y D^2 (D - D0)/(1 - D0),  D0 = 0.64
    stage 2, closed pores:      P = (2/3) sigma_y ln(1/(1 - D))

The model is isostatic and without friction; a die is neither.  So two pressures of the run stand beside it: that of the top
punch, and the mean of the three principal stresses on the tools, (top + bottom)/2 along the press and that of the wall
twice.

Density.  `relative_density` of the history is the volume of the grains without load over the room in the die.  Under load
bodies are smaller (`mesh_volume`), and where the surfaces of two meshes or of a mesh and a tool have passed into each
other, as far as the penalty of the contact allows, room is counted twice.  With --voxel, for each frame meshed_*.vtk of a row of the history, the
room that is truly solid is counted in cubes of that edge [nm] (a cube is solid if its middle is inside a hexahedron):
bodies, what they share, what stands out of the die, and the solid fraction that is left, times what the bodies' volume is
known to be (`mesh_volume`) over what was counted of them: errors of the counting go with the volume.  Needs VTK for Python; an edge of
0.2 nm takes half a minute for 125 grains of 256 elements."""
import argparse
import csv
import math
import re
import sys
from pathlib import Path

D0 = 0.64
CORNER = ((-1, -1, -1), (1, -1, -1), (1, 1, -1), (-1, 1, -1), (-1, -1, 1), (1, -1, 1), (1, 1, 1), (-1, 1, 1))
ROWS = (0.60, 0.65, 0.70, 0.75, 0.80, 0.85, 0.90, 0.925)  # and the last of the run


def stage_1(density):
    """Pressure over the yield stress."""
    return 2.97 * density**2 * (density - D0) / (1 - D0)


def stage_2(density):
    return 2 / 3 * math.log(1 / (1 - density))


def echo(run, block, key, unit):
    """A number of deck.echo.yml."""
    inside = False
    for line in (run / "deck.echo.yml").read_text(encoding="utf-8").splitlines():
        if line and not line[0].isspace():
            inside = line.startswith(block + ":")
        found = re.match(rf"\s+{key}: ([-+.\de]+) {unit}\b", line)
        if inside and found:
            return float(found.group(1))
    sys.exit(f"plot_densification: {run}/deck.echo.yml: no {block}_{key} in {unit}")


def read_history(run):
    """Rows while the powder is pressed: none from where the top punch goes back, nor where it has just stopped, which takes
    the momentum of the powder behind it off the punch for a moment.  And all rows, by their steps."""
    rows, by_step = [], {}
    with open(run / "history.csv", newline="", encoding="utf-8") as f:
        for line in csv.DictReader(f):
            row = {key: float(text) for key, text in line.items() if key}
            by_step[int(row["step"])] = row
            if rows and row["relative_density"] <= rows[-1]["relative_density"] or row["velocity_top_nm_per_ns"] == 0:
                continue
            row["mean_GPa"] = (0.5 * (row["pressure_top_GPa"] + row["pressure_bottom_GPa"]) + 2 * row["pressure_wall_GPa"]) / 3
            rows.append(row)
    if len(rows) < 2 or not rows[-1].get("meshed_fraction", 0) == 1:
        sys.exit(f"plot_densification: {run}: no history of meshed grains")
    return rows, by_step


def at(rows, density, key):
    """Linear between rows; None outside."""
    for a, b in zip(rows, rows[1:]):
        if a["relative_density"] <= density <= b["relative_density"]:
            t = (density - a["relative_density"]) / (b["relative_density"] - a["relative_density"])
            return a[key] + t * (b[key] - a[key])
    return None


# ------------------------------------------------------------------------------------------------ what is truly solid


def inside_hexahedra(x, points, np):
    """Which points [n, 3] lie in their trilinear hexahedra [n, 8, 3]: Newton's steps from the middle, which elements that
    are not inverted need few of."""
    corner, at_ = np.array(CORNER, float), np.zeros_like(points)
    for _ in range(6):
        f = 1 + at_[:, None, :] * corner
        gap = points - np.einsum("pa,pai->pi", f.prod(axis=2) / 8, x)
        slope = np.stack([corner[:, k] * f[:, :, (k + 1) % 3] * f[:, :, (k + 2) % 3] for k in range(3)], axis=2) / 8
        j = np.einsum("pak,pai->pik", slope, x)
        cross = np.stack([np.cross(j[:, :, 1], j[:, :, 2]), np.cross(j[:, :, 2], j[:, :, 0]), np.cross(j[:, :, 0], j[:, :, 1])], axis=1)
        det = np.einsum("pi,pi->p", j[:, :, 0], cross[:, 0])
        at_ = np.clip(at_ + np.einsum("pki,pi->pk", cross, gap) / np.where(abs(det) < 1e-12, 1e-12, det)[:, None], -3, 3)
    return (abs(at_).max(axis=1) <= 1 + 1e-9) & (abs(gap).max(axis=1) < 1e-3)


def cubes_near(body, low, edge, np):
    """(hexahedron, cube [3]) of all cubes whose middles are in the box around a hexahedron."""
    first = np.ceil((body.min(axis=1) - low) / edge - 0.5).astype(int)
    many = np.maximum(np.floor((body.max(axis=1) - low) / edge - 0.5).astype(int) - first + 1, 0)
    total = many.prod(axis=1)
    which = np.repeat(np.arange(len(body)), total)
    k = np.arange(total.sum()) - np.repeat(total.cumsum() - total, total)
    n = many[which]
    return which, first[which] + np.stack([k % n[:, 0], k // n[:, 0] % n[:, 1], k // (n[:, 0] * n[:, 1])], axis=1)


def frame(path):
    import numpy as np
    from vtkmodules.util.numpy_support import vtk_to_numpy
    from vtkmodules.vtkIOLegacy import vtkUnstructuredGridReader

    reader = vtkUnstructuredGridReader()
    reader.SetFileName(str(path))
    reader.ReadAllScalarsOn()
    reader.Update()
    data = reader.GetOutput()
    x = vtk_to_numpy(data.GetPoints().GetData()).astype(float)
    cells = vtk_to_numpy(data.GetCells().GetConnectivityArray()).reshape(-1, 8)
    return np, x, cells, vtk_to_numpy(data.GetCellData().GetArray("grain_id")).astype(int)


def count_solid(path, row, radius, edge):
    """Volumes [nm^3]: bodies, shared by two or more, out of the die, room of the die; and the solid fraction."""
    np, x, cells, grain = frame(path)
    low, high = x.min(axis=0) - edge, x.max(axis=0) + edge
    size = np.ceil((high - low) / edge).astype(int)
    count = np.zeros(size, np.uint8)
    for g in np.unique(grain):
        body = x[cells[grain == g]]
        which, cube = cubes_near(body, low, edge, np)
        hit = np.unique(cube[inside_hexahedra(body[which], low + (cube + 0.5) * edge, np)], axis=0)
        count[tuple(hit.T)] += 1
    px, py, pz = (low[k] + (np.arange(size[k]) + 0.5) * edge for k in range(3))
    room = ((px[:, None] ** 2 + py[None, :] ** 2) <= radius**2)[:, :, None] & ((pz >= row["z_bottom_nm"]) & (pz <= row["z_top_nm"]))
    voxel, die = edge**3, math.pi * radius**2 * row["height_nm"]
    return {"bodies": count.sum(dtype=int) * voxel, "shared": (np.maximum(count, 1) - 1).sum(dtype=int) * voxel,
            "outside": ((count > 0) & ~room).sum() * voxel, "die": die, "solid": ((count > 0) & room).sum() * voxel / die}


def print_solid(run, by_step, radius, edge):
    """One line a frame; returns (relative_density, solid fraction) of each."""
    found = []
    print(f"\nwhat is solid, counted in cubes of {edge:g} nm; volumes over the room in the die\n"
          "relative_density  mesh_volume  bodies  shared  outside  solid")
    for path in sorted(run.glob("meshed_*.vtk")):
        row = by_step.get(int(path.stem.split("_")[1]))
        if row is None:
            continue
        v = count_solid(path, row, radius, edge)
        v["solid"] *= row["relative_density"] * row["mesh_volume"] / (v["bodies"] / v["die"])
        found.append((row["relative_density"], v["solid"]))
        print(f"{row['relative_density']:16.4f}  {row['mesh_volume']:11.4f}  {v['bodies'] / v['die']:6.4f}  {v['shared'] / v['die']:6.4f}"
              f"  {v['outside'] / v['die']:7.4f}  {v['solid']:6.4f}", flush=True)
    return found


# ------------------------------------------------------------------------------------------------------- table, picture


def print_table(rows, y):
    print(f"pressures over the yield stress of {y:g} GPa\nrelative density   top    mean   wall   model: stage 1  stage 2")
    for d in (*ROWS, rows[-1]["relative_density"]):
        top = at(rows, d, "pressure_top_GPa")
        if top is None:
            continue
        model = f"{stage_1(d):14.3f}  {stage_2(d):7.3f}" if d > D0 else f"{'-':>14}  {'-':>7}"
        print(f"{d:16.3f}  {top / y:5.3f}  {at(rows, d, 'mean_GPa') / y:5.3f}  {at(rows, d, 'pressure_wall_GPa') / y:5.3f}  {model}")


def draw(rows, y, solid, path):
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(6.5, 4.6), layout="constrained")
    density = [row["relative_density"] for row in rows]
    for key, label, colour in (("pressure_top_GPa", "top punch", "C0"), ("mean_GPa", "mean of punches and wall", "C1")):
        axes.plot(density, [row[key] / y for row in rows], label=label, color=colour, lw=1.4)
    if solid:
        axes.plot([s for _, s in solid], [at(rows, min(d, max(density)), "pressure_top_GPa") / y for d, _ in solid], "o", color="C0", ms=4, mfc="none",
                  label="top punch, over what is truly solid")
    last = max(density)
    first = [D0 + k * (0.92 - D0) / 60 for k in range(61)]
    then = [0.85 + k * (max(last, 0.95) - 0.85) / 60 for k in range(61)]
    axes.plot(first, [stage_1(d) for d in first], "k--", lw=1, label="Helle, Easterling & Ashby 1985: necks")
    axes.plot(then, [stage_2(d) for d in then], "k:", lw=1.2, label="the same: closed pores")
    axes.set_xlabel("relative density")
    axes.set_ylabel("pressure / yield stress")
    axes.set_ylim(bottom=0)
    axes.legend(fontsize=8)
    figure.savefig(path, dpi=130)
    print(path)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", metavar="RUN")
    parser.add_argument("--voxel", type=float, metavar="NM", help="count what is solid in the frames, in cubes of this edge")
    parser.add_argument("-o", "--output", help="default: densification.png in the folder of the run")
    args = parser.parse_args()
    run = Path(args.run)
    try:
        y, (rows, by_step) = echo(run, "powder", "yield_strength", "GPa"), read_history(run)
    except OSError as error:
        sys.exit(f"plot_densification: {error.filename}: {error.strerror}")
    print_table(rows, y)
    radius = math.sqrt(rows[-1]["force_top_nN"] / rows[-1]["pressure_top_GPa"] / math.pi)
    solid = print_solid(run, by_step, radius, args.voxel) if args.voxel else []
    draw(rows, y, solid, Path(args.output) if args.output else run / "densification.png")


if __name__ == "__main__":
    main()
