#!/usr/bin/env python3
"""The page of a run (postproc/report.py): whole, cut short, going on, failed, foreign, missing; and what it computes of a frame."""
import contextlib
import io
import os
import re
import shutil
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
POSTPROC = os.path.join(HERE, "..", "..", "postproc")
PROGRAM, WORK = sys.argv[1], sys.argv[2]
sys.path.insert(0, POSTPROC)

try:
    import matplotlib  # noqa: F401
    import numpy as np
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)
import report as page_of  # noqa: E402
import report_plots  # noqa: E402
import run_folder  # noqa: E402
import structure  # noqa: E402
import vtk_frame  # noqa: E402


def path(*names):
    return os.path.join(WORK, *names)


def press():
    """50 grains, pressed."""
    shutil.rmtree(WORK, ignore_errors=True)
    os.makedirs(WORK)
    words = ["mpirun", "-n", "2", PROGRAM, os.path.join(HERE, "presses.yml"), "-output_folder", path("whole"), "-programme", "fill,press",
             "-output_vtk_every", "1000", "-output_history_every", "50"]
    done = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert done.returncode == 0, done.stdout


PLOTS = list(report_plots.PLOTS)


def report(*runs, code=0, plots=("press_curve",)):
    """In this process, which has matplotlib already; all plots only where they are looked for."""
    report_plots.PLOTS[:] = [entry for entry in PLOTS if entry[0] in plots]
    sys.argv = ["report.py", *runs, "--no-pictures"]
    said, ended = io.StringIO(), 0
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        try:
            page_of.main()
        except SystemExit as end:
            ended = end.code or 0
    assert ended == code, f"exit code {ended}, not {code}: {said.getvalue()}"
    return said.getvalue()


def page(run):
    with open(os.path.join(run, "report.html")) as file:
        return file.read()


def says(text, *wanted):
    for words in wanted:
        assert words in text, f"does not say '{words}':\n{text[:3000]}"


def copy(name, keep=lambda name: True):
    shutil.copytree(path("whole"), path(name), ignore=lambda folder, names: [n for n in names if n == "report" or not keep(n)])
    return path(name)


def whole_run():
    """As a program of its own, with all plots."""
    done = subprocess.run([sys.executable, os.path.join(POSTPROC, "report.py"), path("whole"), "--no-pictures"], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True)
    assert done.returncode == 0, done.stdout
    text = page(path("whole"))
    says(text, "Press curve", "Heckel plot", "Contact forces", "Force chains", "Pair correlation", "Energy balance", "ran to its end")
    links = re.findall(r"(?:src|href)='([^']{0,40})|url\(([^)]{0,40})", text)
    assert len(links) > 10 and all(a.startswith("data:") for a, b in links), "the page is not self-contained"
    for name in "press_curve", "heckel", "forces", "pair_correlation":
        with open(path("whole", "report", name + ".csv")) as file:
            assert len(file.readlines()) > 10, f"{name}.csv holds nothing"


def other_folders():
    says(report(path("nowhere"), code=2), "no such folder")
    os.makedirs(path("foreign"))
    with open(path("foreign", "notes.txt"), "w") as file:
        file.write("nothing\n")
    says(report(path("foreign"), code=2), "no folder of a run")
    with open(path("foreign", "history.csv"), "w") as file:
        file.write("a,b\n1,2\n")
    with open(path("foreign", "summary.json"), "w") as file:
        file.write("{}")
    says(report(path("foreign"), code=2), "no folder of a run", "history.csv is none of nanomint", "summary.json is none of nanomint")
    os.makedirs(path("begun"))
    shutil.copy(path("whole", "deck.echo.yml"), path("begun"))
    with open(path("begun", "history.csv"), "w"):
        pass
    says(report(path("begun")), "still running", "history.csv is empty")
    says(page(path("begun")), "There is nothing to draw yet")


def cut_short():
    run = copy("running", lambda name: name != "summary.json")
    with open(os.path.join(run, "history.csv"), "r+") as file:
        rows = file.readlines()
        kept = int(0.6 * len(rows))
        file.seek(0)
        file.truncate()
        file.write("".join(rows[:kept]) + rows[kept][: len(rows[kept]) // 2])
    frame = sorted(name for name in os.listdir(run) if name.startswith("grains_"))[-1]
    with open(os.path.join(run, frame), "r+b") as file:
        file.truncate(os.path.getsize(os.path.join(run, frame)) // 2)
    says(report(run), "still running", "rows are not whole", "ends too early")
    says(page(run), "There is no summary of the coin yet", "Press curve")
    born, rows = os.stat(os.path.join(run, "deck.echo.yml")).st_mtime, kept - 1
    os.utime(os.path.join(run, "history.csv"), (time.time() - 60, time.time() - 60))
    os.utime(os.path.join(run, "deck.echo.yml"), (time.time() - 61, time.time() - 61))
    says(report(run), "still running, or it failed", f"one came every {1 / rows:.2g} s")
    os.utime(os.path.join(run, "deck.echo.yml"), (born, born))
    long_ago = time.time() - 3600
    os.utime(os.path.join(run, "history.csv"), (long_ago, long_ago))
    says(report(run), "the run failed or was killed")
    copied = copy("no_frames", lambda name: ".vtk" not in name)
    os.utime(os.path.join(copied, "summary.json"), (long_ago, long_ago))  # a copy's files have ages of their own
    says(report(copied), "ran to its end")
    says(page(path("no_frames")), "No VTK frames", "Press curve")


def not_a_number():
    run = copy("nan", lambda name: name != "summary.json")
    with open(os.path.join(run, "history.csv"), "r+") as file:
        lines = file.readlines()
        column = lines[0].split(",").index("pressure_top_GPa")
        words = lines[-1].split(",")
        words[column] = "nan"
        file.seek(0)
        file.truncate()
        file.writelines(lines[:-1] + [",".join(words)])
    says(report(run), "not a number in pressure_top_GPa")


def several_runs():
    report(path("whole"), path("no_frames"))
    says(page(path("whole")), "Side by side", "Press curves", "Plots of no_frames")


def frames():
    """The reader against VTK's own, where that is installed."""
    run = run_folder.Run(path("whole"))
    _, name = run.frames("contacts")[-1]
    mine = vtk_frame.read_frame(name)
    try:
        from vtkmodules.util.numpy_support import vtk_to_numpy
        from vtkmodules.vtkIOLegacy import vtkDataSetReader
    except ImportError:
        print("no vtk: reader not compared")
        return
    reader = vtkDataSetReader()
    reader.SetFileName(str(name))
    reader.ReadAllFieldsOn()
    reader.Update()
    theirs = reader.GetOutput()
    for key in "fn_nN", "id_j", "bond_class":
        assert np.array_equal(mine[key], vtk_to_numpy(theirs.GetCellData().GetArray(key))), key
    assert np.array_equal(mine["points"], vtk_to_numpy(theirs.GetPoints().GetData()))


def column(forces, stress):
    """Grains of radius 1 above each other; force between each and the next; the largest stress of each along z."""
    n = len(stress)
    grains = {"id": np.arange(n) * 10, "points": np.stack([np.zeros(n), np.zeros(n), 2.0 * np.arange(n)], axis=1), "radius_nm": np.ones(n),
              "stress_GPa": np.array([np.diag([0, 0, s]).ravel() for s in stress], float)}
    contacts = {"id_i": np.append(grains["id"][:-1], 0), "id_j": np.append(grains["id"][1:], -1), "fn_nN": np.append(forces, 99.0),
                "ft_nN": np.zeros(n)}
    return grains, structure.Contacts(grains, contacts)


def what_it_computes():
    grains, c = column([5, 5, 5, -5, 5, 1], [2, 2, 2, 2, 2, 2, 0.1])
    facts, chain, link = structure.force_chains(grains, c)
    # grains 0..3 push on each other; 3-4 pulls, 4-5 are only two; the last carries less than the mean
    assert facts["chains"] == 1 and facts["mean_members"] == 4 and list(chain) == [0, 0, 0, 0, -1, -1, -1], (facts, chain)
    assert abs(facts["force_share"] - 15 / 21) < 1e-12 and link.sum() == 3, "shares are over the contacts that push"
    assert structure.strong_network(*column([5, 5, 5, 5, 1], [1] * 6))["percolates"] == 0
    assert list(structure.components(5, np.array([3, 1]), np.array([4, 3]))) == [0, 1, 2, 1, 1]
    rng = np.random.default_rng(2)
    gas = rng.uniform(-1, 1, (40000, 3)) * [20, 20, 30]
    gas = gas[np.hypot(gas[:, 0], gas[:, 1]) < 20]
    pair = structure.pair_correlation({"points": gas, "radius_nm": np.full(len(gas), 0.5)}, bin_width=0.1)
    far = pair["g"][20:]
    # about 1e5 pairs a bin; directions (96) and centres (400) leave half a percent
    assert np.abs(far - 1).max() < 0.03, f"g of points without order is 1, not {far.min()} .. {far.max()}"
    assert not report_plots.wide_enough(structure.pair_correlation({"points": gas[:40], "radius_nm": np.full(40, 8.0)})), "S(q) of two diameters"
    lattice = np.stack(np.meshgrid(*[np.arange(14.0)] * 3), axis=-1).reshape(-1, 3)
    pair = structure.pair_correlation({"points": lattice, "radius_nm": np.full(len(lattice), 0.5)}, reach=5)
    peaks = pair["r_over_d"][pair["g"] > 1]
    assert abs(peaks[0] - 1) < 0.02 and np.min(np.abs(peaks - 2**0.5)) < 0.02 and not np.any((peaks > 1.02) & (peaks < 1.39)), peaks
    q_d, s = structure.structure_factor(pair, np.linspace(4, 8, 81))
    # Lorch's window is 5.4/5 d wide in q, the next peak is sqrt(2) away
    assert s.max() > 2 and abs(q_d[s.argmax()] - 2 * np.pi) < 0.2, f"first peak of a cubic lattice at q d = {q_d[s.argmax()]}, not 2 pi"


def main():
    press()
    for test in whole_run, other_folders, cut_short, not_a_number, several_runs, frames, what_it_computes:
        print(test.__name__, flush=True)
        test()


if __name__ == "__main__":
    main()
