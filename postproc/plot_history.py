#!/usr/bin/env python3
"""Draws history.csv of a run: what the press did, and whether the run can be believed.

    python3 postproc/plot_history.py RUN [RUN ...] [-o picture.png]

RUN is the folder of a run or a history.csv.  One run: six panels, stages shaded.  Several runs: pressure over relative
density of all of them in one panel.  Columns carry their units in their names; a panel shows those it finds."""
import argparse
import csv
import json
import math
import sys
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

COLOURS = plt.get_cmap("tab10").colors
# title, x, y label, log scale, columns: (name, label)
PANELS = [
    ("pressure over density", "relative_density", "pressure [GPa]", False,
     [("pressure_top_GPa", "top punch"), ("pressure_bottom_GPa", "bottom punch"), ("pressure_wall_GPa", "die wall")]),
    ("pressure", "time_ns", "pressure [GPa]", False,
     [("pressure_top_GPa", "top punch"), ("pressure_bottom_GPa", "bottom punch"), ("pressure_wall_GPa", "die wall"),
      ("target_GPa", "target")]),
    ("density", "time_ns", "relative density", False,
     [("relative_density", "between the punches"), ("core_density", "core")]),
    ("contacts", "time_ns", "contacts per grain", False,
     [("coordination", "all grains"), ("coordination_mechanical", "without rattlers")]),
    ("energies since the start", "time_ns", "energy [aJ]", False,
     [("work_tools_aJ", "done by the tools"), ("work_normal_aJ", "normal (elastic, plastic)"),
      ("work_tangential_aJ", "tangential"), ("work_friction_aJ", "lost in sliding"), ("work_viscous_aJ", "viscous"),
      ("work_drag_aJ", "drag"), ("stored_aJ", "stored"), ("kinetic_aJ", "kinetic")]),
    ("can it be believed", "time_ns", "relative (dotted: 1e-3)", True,
     [("inertial_number", "inertial number"), ("unbalance", "unbalanced force"), ("energy_error", "energy error"),
      ("volume_error", "volume error")]),
]


def number(text):
    try:
        return float(text)
    except ValueError:
        return math.nan


def read_history(run):
    """Columns of numbers by name; text becomes NaN."""
    path = Path(run)
    path = path / "history.csv" if path.is_dir() else path
    try:
        with open(path, newline="") as file:
            rows = list(csv.DictReader(line for line in file if not line.startswith("#")))
    except OSError as error:
        sys.exit(f"plot_history: {path}: {error.strerror}")
    if not rows:
        sys.exit(f"plot_history: {path} holds no row yet")
    return path, {name.strip(): [number(row[name] or "") for row in rows] for name in rows[0] if name}


def stage_names(path):
    """From summary.json beside the history, if it says; else numbers do."""
    try:
        stages = json.loads((path.parent / "summary.json").read_text()).get("stages", [])
        return [stage["name"] if isinstance(stage, dict) else str(stage) for stage in stages]
    except (OSError, ValueError, KeyError, AttributeError):
        return []


def stages(columns):
    """(index, first time, last time) of each stage."""
    spans = []
    for stage, time in zip(columns.get("stage", []), columns.get("time_ns", [])):
        if math.isnan(stage):
            continue
        if not spans or spans[-1][0] != stage:
            if spans:
                spans[-1][2] = time
            spans.append([stage, time, time])
        spans[-1][2] = time
    return spans


def shade(axes, spans, names):
    for k, (stage, begin, end) in enumerate(spans):
        if k % 2:
            axes.axvspan(begin, end, color="0.93", zorder=0)
        name = names[int(stage)] if 0 <= stage < len(names) else f"stage {stage:.0f}"
        axes.annotate(name, ((begin + end) / 2, 1.0), xycoords=("data", "axes fraction"), xytext=(0, -2), fontsize=7,
                      textcoords="offset points", ha="center", va="top", rotation=90 if len(spans) > 4 else 0, color="0.4")


def draw(axes, panel, columns):
    """False if the history has nothing to show here."""
    title, x, label, log, wanted = panel
    shown = 0
    for colour, (name, text) in zip(COLOURS, wanted):
        if x not in columns or name not in columns:
            continue
        y = [abs(v) if log else v for v in columns[name]]
        if all(math.isnan(v) or (log and v == 0) for v in y):
            continue
        axes.plot(columns[x], y, label=text, lw=1.2, color=colour, ls="--" if name == "target_GPa" else "-",
                  marker="." if len(y) < 3 else None)
        shown += 1
    axes.set_title(title, fontsize=10)
    axes.set_xlabel("time [ns]" if x == "time_ns" else "relative density")
    axes.set_ylabel(label)
    if log and shown:
        axes.set_yscale("log")
        axes.set_ylim(bottom=max(axes.get_ylim()[0], 1e-9))  # rounding is not worth the room
        axes.axhline(1e-3, color="0.3", lw=0.8, ls=":")
    if shown:
        axes.margins(y=0.12)  # room for the names of the stages
        axes.legend(fontsize=7, framealpha=0.7)
    return shown > 0


def one_run(run):
    path, columns = read_history(run)
    names, spans = stage_names(path), stages(columns)
    figure, grid = plt.subplots(2, 3, figsize=(13, 7.5), layout="constrained")
    for axes, panel in zip(grid.flat, PANELS):
        if not draw(axes, panel, columns):
            axes.text(0.5, 0.5, "not in this history", ha="center", transform=axes.transAxes, color="0.5")
        elif panel[1] == "time_ns":
            shade(axes, spans, names)
    figure.suptitle(str(path.parent.resolve().name), fontsize=11)
    return figure, path.parent


def many_runs(runs):
    figure, axes = plt.subplots(figsize=(6.5, 5), layout="constrained")
    for run in runs:
        path, columns = read_history(run)
        x, y = columns.get("relative_density"), columns.get("pressure_top_GPa")
        if x and y:
            axes.plot(x, y, lw=1.2, label=path.parent.resolve().name)
    axes.set_xlabel("relative density")
    axes.set_ylabel("pressure on the top punch [GPa]")
    axes.legend(fontsize=8)
    return figure, Path(".")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", nargs="+", metavar="RUN")
    parser.add_argument("-o", "--output", help="default: history.png in the folder of the run, or here for several")
    args = parser.parse_args()
    figure, folder = one_run(args.runs[0]) if len(args.runs) == 1 else many_runs(args.runs)
    output = Path(args.output) if args.output else folder / "history.png"
    figure.savefig(output, dpi=130)
    print(output)


if __name__ == "__main__":
    main()
