#!/usr/bin/env python3
"""A tall column pressed from above: what the wall takes, against Janssen 1895, Z. Ver. Dt. Ing. 39, 1045.

While the punch moves, all of the wall slips upwards against the powder, so that shear = mu times pressure there.  A
slice in balance then has d(sigma_zz)/dz = 4 mu k sigma_zz/D with k = wall pressure/sigma_zz: sigma_zz falls towards the
bottom as exp(-4 mu k h/D).  k is measured in the same frames, from the grains' stresses: the mean of sigma_rr +
sigma_tt over a section is twice the pressure on its rim."""
import csv
import math
import os
import shutil
import subprocess
import sys

try:
    import numpy as np
    from vtkmodules.util.numpy_support import vtk_to_numpy
    from vtkmodules.vtkIOLegacy import vtkPolyDataReader
except ImportError:
    print("skipped: this Python has no numpy or no vtk")
    sys.exit(77)

HERE = os.path.dirname(os.path.abspath(__file__))
GRAIN = 6.5  # nm, mean diameter in janssen.yml
SLABS = 8    # about two grains high each
PRESSURES = 0.2, 0.95  # GPa; above the start, below the target, where the servo stops the punch
# Balance of punches and wall, mean over the rows and in any of them: the powder moves, and rearranges with a jolt.
BALANCE_MEAN, BALANCE = 2e-3, 1e-2
# Mobilised: grains that have just met the wall, and the lowest ones, which hardly move, do not slip yet.
MOBILISED = 0.95, 1.0
# Decay: 6.6 grains per bore make slabs of 40 grains; four seeds gave lengths from 1 % below to 4 % above Janssen's
# (wall shear is 2 % short of mu times pressure, k belongs to the slabs, not to the rim), and 3 % of scatter.
DECAY, SCATTER = 0.08, 0.05


def run(program, folder, mu):
    command = ["mpirun", "-n", "2", program, os.path.join(HERE, "janssen.yml"), "-die_wall_friction", str(mu),
               "-output_folder", folder]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True)
    assert done.returncode == 0, done.stdout


def history(folder):
    with open(os.path.join(folder, "history.csv"), newline="") as f:
        rows = [{k: float(v) for k, v in row.items()} for row in csv.DictReader(f)]
    return {int(r["step"]): r for r in rows if PRESSURES[0] < r["pressure_top_GPa"] < PRESSURES[1]}


def grains(path):
    reader = vtkPolyDataReader()
    reader.SetFileName(path)
    for kind in ("Scalars", "Vectors", "Tensors", "Fields"):
        getattr(reader, f"ReadAll{kind}On")()
    reader.Update()
    points = reader.GetOutput()
    array = lambda name: vtk_to_numpy(points.GetPointData().GetArray(name)).astype(float)
    return vtk_to_numpy(points.GetPoints().GetData()), array("radius0_nm"), array("stress_GPa").reshape(-1, 9)


def volume_below(z, centre, radius):
    h = np.clip(z - centre, -radius, radius)
    return math.pi / 3 * (2 * radius**3 + 3 * radius**2 * h - h**3)


def check_frame(path, row, mu):
    """The profile of sigma_zz away from the punches, against exp(-4 mu k h/D)."""
    x, radius, stress = grains(path)
    area = row["force_top_nN"] / row["pressure_top_GPa"]
    bore = 2 * math.sqrt(area / math.pi)
    z = np.linspace(row["z_bottom_nm"] + 1.5 * GRAIN, row["z_top_nm"] - 1.5 * GRAIN, SLABS + 1)
    share = np.diff([volume_below(level, x[:, 2], radius) for level in z], axis=0) / (area * (z[1] - z[0]))
    axial, radial = share @ stress[:, 8], share @ (0.5 * (stress[:, 0] + stress[:, 4]))
    middle = 0.5 * (z[1:] + z[:-1])
    slope, level = np.polyfit(middle, np.log(axial), 1)
    scatter = np.abs(np.log(axial) - slope * middle - level).max()
    k = radial.sum() / axial.sum()
    janssen = 4 * mu * k / bore
    print(f"P {row['pressure_top_GPa']:.3f} GPa, H/D {row['height_nm'] / bore:.2f}, D/d {bore / GRAIN:.2f}, k {k:.3f}: "
          f"decay length {1 / slope:.1f} nm, Janssen {1 / janssen:.1f} nm; scatter {scatter:.3f}")
    assert abs(slope / janssen - 1) < DECAY, "the decay of sigma_zz is not Janssen's"
    assert scatter < SCATTER, "sigma_zz is not exponential"


def check_tools(rows, mu):
    left, slip = [], []
    for row in rows.values():
        left.append((row["force_top_nN"] - row["force_bottom_nN"] + row["force_wall_nN"]) / row["force_top_nN"])
        slip.append(-row["shear_wall_GPa"] / row["pressure_wall_GPa"] / mu)
    print(f"mu {mu}, {len(left)} rows: out of balance by {np.mean(left):.1e}, at most {np.abs(left).max():.1e}; wall "
          f"shear {min(slip):.3f} to {max(slip):.3f} of mu times pressure")
    assert abs(np.mean(left)) < BALANCE_MEAN and np.abs(left).max() < BALANCE, "punches and wall are out of balance"
    assert MOBILISED[0] < min(slip) and max(slip) <= MOBILISED[1], "wall friction is not mobilised"


def main():
    program, work = sys.argv[1:3]
    shutil.rmtree(work, ignore_errors=True)
    for mu in (0.25, 0.1):
        folder = os.path.join(work, f"mu_{mu}")
        run(program, folder, mu)
        rows = history(folder)
        frames = [s for s in rows if os.path.exists(os.path.join(folder, f"grains_{s:09d}.vtk"))]
        assert len(frames) >= 4, f"only {len(frames)} frames: nothing was tested"
        check_tools(rows, mu)
        for step in frames:
            check_frame(os.path.join(folder, f"grains_{step:09d}.vtk"), rows[step], mu)


if __name__ == "__main__":
    main()
