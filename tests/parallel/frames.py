#!/usr/bin/env python3
"""frames.py RUN RUN ...: VTK frames of one deck on different numbers of ranks, first of all on one.

They must be the same bit for bit except for the array `rank`.  On three ranks or more that array must have changed
between frames, or no grain ever moved house and the runs' agreement says little; halves of so small a powder may stay
what they are."""
import filecmp
import json
import os
import sys

try:
    import numpy as np
    from vtkmodules.util.numpy_support import vtk_to_numpy
    from vtkmodules.vtkIOLegacy import vtkDataSetReader
except ImportError:
    print("skipped: this Python has no numpy or no vtk")
    sys.exit(77)


def arrays(path):
    """All arrays of a frame by name; points, lines and fields among them."""
    reader = vtkDataSetReader()
    reader.SetFileName(path)
    for kind in ("Scalars", "Vectors", "Normals", "Tensors", "Fields"):
        getattr(reader, f"ReadAll{kind}On")()
    reader.Update()
    data = reader.GetOutput()
    found = {"points": vtk_to_numpy(data.GetPoints().GetData())}
    if data.IsA("vtkUnstructuredGrid"):
        found["cells"] = vtk_to_numpy(data.GetCells().GetConnectivityArray())
    elif data.GetNumberOfLines():
        found["lines"] = vtk_to_numpy(data.GetLines().GetData())
    for part in (data.GetPointData(), data.GetCellData(), data.GetFieldData()):
        for k in range(part.GetNumberOfArrays()):
            found[part.GetArrayName(k)] = vtk_to_numpy(part.GetArray(k))
    return found


def names(run):
    return sorted(n for n in os.listdir(run) if n.endswith((".vtk", ".series")))


def check_same(paths):
    """All arrays but `rank`; returns those of the second."""
    first, frame = (arrays(path) for path in paths)
    assert first.keys() == frame.keys(), f"{paths[1]}: arrays {sorted(frame)}, expected {sorted(first)}"
    for key, values in first.items():
        same = values.dtype == frame[key].dtype and values.tobytes() == frame[key].tobytes()
        assert key == "rank" or same, f"{paths[1]}: {key} differs from the run on one rank"
    return frame


def check_grains(paths, ranks, homes):
    frame = check_same(paths)
    assert len(np.unique(frame["rank"])) == ranks, f"{paths[1]}: some rank has no grain"
    homes.append(frame["rank"][np.argsort(frame["id"])])


def main():
    runs = sys.argv[1:]
    for ranks, run in list(enumerate(runs, 1))[1:]:
        homes = []
        assert names(run) == names(runs[0]), f"{run} has other frames than {runs[0]}"
        for name in names(run):
            paths = [os.path.join(runs[0], name), os.path.join(run, name)]
            if name.startswith("grains_"):
                check_grains(paths, ranks, homes)
            elif name.startswith("meshed_"):
                check_same(paths)
            else:
                assert filecmp.cmp(*paths, shallow=False), f"{paths[1]} differs from {paths[0]}"
        moved = [int(np.sum(a != b)) for a, b in zip(homes, homes[1:])]
        print(f"{run}: {len(homes)} frames; grains with another owner than in the frame before: {moved}")
        with open(os.path.join(run, "summary.json")) as f:
            partitions = json.load(f)["session"]["partitions"]
        print(f"{run}: distributed anew {partitions} times")
        assert partitions > 0 and (ranks < 3 or any(moved)), "no partition differed from the first one: nothing was tested"


if __name__ == "__main__":
    main()
