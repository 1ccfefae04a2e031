#!/usr/bin/env python3
"""Draws study_bands.csv of a study: collected quantities over a key that was varied, the band shaded.

    python3 postproc/plot_study.py STUDY [-x COLUMN] [-y QUANTITY ...] [-o picture.png]

STUDY is the folder of a study or its study_bands.csv.  One panel per quantity; -y picks some, -x the key (default: that
with most numbers).  What else was varied becomes lines of its own.  Colours after Okabe & Ito (2008), told
apart by the colour-blind; each line has a marker of its own too."""
import argparse
import csv
import math
import re
import sys
from pathlib import Path

try:
    import matplotlib
except ImportError:
    sys.exit("plot_study: this needs matplotlib (Debian: apt-get install python3-matplotlib, and /usr/bin/python3)")

matplotlib.use("Agg")
import matplotlib.pyplot as plt

COLOURS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000"]
MARKERS = "osD^vPX"
UNITS = r"(GPa|MPa|kPa|Pa|bar|nm|um|mm|ns|ps|s|nN|uN|N|aJ|K|percent|\w?J_per_m2|\w?N_per_m|k?g_per_c?m3|nm_per_ns|m_per_s)"


def stop(text):
    sys.exit(f"plot_study: {text}")


def number(text):
    try:
        return float(text)
    except (TypeError, ValueError):
        return math.nan


def read_bands(study):
    path = Path(study)
    path = path / "study_bands.csv" if path.is_dir() else path
    try:
        with open(path, newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
    except OSError as error:
        stop(f"{path}: {error.strerror}; ./mint study FILE --gather writes it")
    if not rows or "case" not in rows[0] or "runs_done" not in rows[0]:
        stop(f"{path} is not the study_bands.csv of a study")
    return path, rows


def columns_of(rows):
    """Columns of what was varied, and quantities that have a value somewhere."""
    names = list(rows[0])
    varied = names[1:names.index("runs")]
    return varied, [name[:-4] for name in names if name.endswith(".ref") and any(row[name] for row in rows)]


def pick(wanted, known, what):
    """Of known: by its whole name, or by its last part, unit or not, when there is only one."""
    found = [name for name in known if name == wanted] or \
            [name for name in known if re.fullmatch(rf"(.*\.)?{re.escape(wanted)}(_{UNITS})?", name)]
    if len(found) != 1:
        stop(f"{what} '{wanted}': there {'is none' if not found else 'are several'}; there are: {', '.join(known) or 'none'}")
    return found[0]


def label(name):
    """coin.springback_axial -> springback axial; stages.press.height_end_nm -> press: height end [nm]"""
    parts = name.split(".")
    stage = f"{parts[1]}: " if parts[0] == "stages" and len(parts) > 2 else ""
    found = re.fullmatch(r"(.+?)_" + UNITS, parts[-1])
    text, unit = found.groups() if found else (parts[-1], "")
    unit = {"percent": "%"}.get(unit, unit.replace("_per_", "/").replace("m2", "m$^2$").replace("m3", "m$^3$"))
    return stage + text.replace("_", " ") + (f" [{unit}]" if unit else "")


def value_text(name, value):
    """press_pressure_GPa, 0.2 -> press pressure 0.2 GPa"""
    text, _, unit = label(name).partition(" [")
    return f"{text} {value} {unit.rstrip(']')}".strip()


def lines_of(rows, x, varied):
    """Cases that differ in x only belong to one line: [(its name, its rows)]."""
    others, lines = [name for name in varied if name != x], {}
    for row in rows:
        lines.setdefault(tuple(row[name] for name in others), []).append(row)
    key = re.sub("_" + UNITS + "$", "", x)
    named = []
    for values, mine in lines.items():
        names = {", ".join(p for p in row["case"].split(", ") if not p.startswith(key + "=")) for row in mine}
        text = names.pop() if len(names) == 1 else ""
        named.append((text or ", ".join(value_text(n, v) for n, v in zip(others, values) if v), mine))
    return named


def scale(set_scale, values):
    """Logarithmic over three decades and more, linear around 0 where some are 0."""
    values = [v for v in values if not math.isnan(v)]
    above = [v for v in values if v > 0]
    if not above or min(values) < 0 or max(above) < 1e3 * min(above):
        return
    if len(above) == len(values):
        set_scale("log")
    else:
        set_scale("symlog", linthresh=min(above))


def draw(axes, rows, x, quantity, colour, marker, text, places, shift):
    """False when there is nothing to draw.  places: of words on the axis; None for numbers."""
    where = (lambda row: number(row[x])) if places is None else (lambda row: places[row[x]] + shift)
    points = [[where(row)] + [number(row[f"{quantity}.{end}"]) for end in ("ref", "low", "high")]
              + [row["runs"] == row["runs_done"]] for row in rows]
    points = sorted(p for p in points if not math.isnan(p[0]) and not all(math.isnan(v) for v in p[1:4]))
    if not points:
        return False
    at, ref, low, high, whole = zip(*points)
    if places is None:
        axes.plot(at, ref, color=colour, marker=marker, ms=5, lw=1.6, label=text, zorder=3)
        if any(h > l for l, h in zip(low, high)):
            banded = [not math.isnan(r) for r in ref]  # without the reference it is not the band
            axes.fill_between(at, low, high, where=banded, color=colour, alpha=0.2, lw=0)
            for edge in low, high:
                axes.plot(at, [e if there else math.nan for e, there in zip(edge, banded)], color=colour, lw=0.7, ls="--", zorder=2)
    else:
        axes.vlines(at, low, high, color=colour, lw=7, alpha=0.3)
        axes.plot(at, ref, color=colour, marker=marker, ms=6, ls="none", label=text, zorder=3)
    rest = [k for k in range(len(at)) if not whole[k]]  # hollow: part of the band is not there yet
    middle = [(low[k] + high[k]) / 2 if math.isnan(ref[k]) else ref[k] for k in rest]
    axes.plot([at[k] for k in rest], middle, marker, ms=5, mfc="white", mec=colour, zorder=4)
    return True


def figure_of(path, rows, x, quantities):
    lines = lines_of(rows, x, columns_of(rows)[0])
    words = all(math.isnan(number(row[x])) for row in rows)
    places = {text: k for k, text in enumerate(dict.fromkeys(row[x] for row in rows))} if words else None
    across = 1 if len(quantities) == 1 else 2 if len(quantities) in (2, 4) else 3
    down = -(-len(quantities) // across)
    figure, grid = plt.subplots(down, across, figsize=(4.3 * across + 0.8, 3.3 * down + 0.7), layout="constrained",
                                squeeze=False)
    figure.get_layout_engine().set(w_pad=0.1, h_pad=0.08)
    for axes, quantity in zip(grid.flat, quantities):
        for k, (text, mine) in enumerate(lines):
            shift = 0.5 * ((k + 0.5) / len(lines) - 0.5)
            draw(axes, mine, x, quantity, COLOURS[k % len(COLOURS)], MARKERS[k % len(MARKERS)], text, places, shift)
        scale(axes.set_yscale, [number(row[f"{quantity}.{end}"]) for row in rows for end in ("ref", "low", "high")])
        if places is None:
            scale(axes.set_xscale, [number(row[x]) for row in rows])
        axes.set_xlabel(label(x))
        axes.set_ylabel(label(quantity))
        axes.grid(color="0.9", lw=0.6)
        axes.set_axisbelow(True)
        if places:
            axes.set_xticks(list(places.values()), list(places), rotation=0 if len(places) < 6 else 45)
            axes.set_xlim(-0.6, len(places) - 0.4)
    for axes in list(grid.flat)[len(quantities):]:
        axes.set_visible(False)
    if len(lines) > 1:
        grid.flat[0].legend(fontsize=8, framealpha=0.7)
    band = any(int(row["runs"]) > 1 for row in rows)
    missing = sum(int(row["runs"]) - int(row["runs_done"]) for row in rows)
    note = (f"{path.parent.resolve().name}" + (": line: reference, shaded: all values of the band" if band else "")
            + (f"; hollow: {missing} runs are missing" if missing else ""))
    figure.supxlabel(note, fontsize=8, color="0.4")
    return figure


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("study", metavar="STUDY")
    parser.add_argument("-x", metavar="COLUMN", help="key on the axis; default: that with most numbers")
    parser.add_argument("-y", metavar="QUANTITY", nargs="+", help="what to draw; default: all that was collected")
    parser.add_argument("-o", "--output", help="default: study.png in the folder of the study")
    args = parser.parse_args()
    path, rows = read_bands(args.study)
    varied, known = columns_of(rows)
    several = sorted(varied, key=lambda name: -len({row[name] for row in rows if not math.isnan(number(row[name]))}))
    x = pick(args.x, ["case"] + varied, "-x") if args.x else several[0] if several else "case"
    quantities = [pick(name, known, "-y") for name in args.y] if args.y else known
    if not quantities:
        stop(f"{path} holds no results yet")
    output = Path(args.output) if args.output else path.parent / "study.png"
    try:
        figure_of(path, rows, x, quantities).savefig(output, dpi=130)
    except OSError as error:
        stop(f"{output}: {error.strerror}")
    print(output)


if __name__ == "__main__":
    main()
