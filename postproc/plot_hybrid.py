#!/usr/bin/env python3
"""One powder pressed with rigid grains, meshed ones, and grains that become meshed on the way: one figure, and its numbers.

    plot_hybrid.py RUN [RUN ...] --of REFERENCE [--density 0.75] [--seconds S [S ...]] [-o hybrid.png]

Runs of the same powder; the reference is one of them, usually that with all grains meshed: what the others have is given relative
to it.  Frames are those nearest to the density."""
import argparse
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
from report_plots import bins_for, force_density
from run_folder import NoRun, Run
from vtk_frame import read_frame

ROWS = (0.62, 0.66, 0.70, 0.75, 0.80, 0.85, 0.90, 0.94)
STRONG = 0.9  # quantile of the grains' mean stress above which they are the strong network: its top decile
WINDOW = 0.004  # of relative density, over which rows are averaged


class Pressed:
    """A run by its relative density, and its frame nearest to one."""

    def __init__(self, folder, density):
        self.run = Run(folder)
        self.name = self.run.name
        self.density = self.run["relative_density"]
        self.pressure = 0.5 * (self.run["pressure_top_GPa"] + self.run["pressure_bottom_GPa"])
        self.cost = self.run.summary.get("session", {}).get("wall_s", np.nan)
        self.grains, self.frame_density = self.frame("grains", density)
        self.contacts = SimpleNamespace(fn=self.frame("contacts", density)[0]["fn_nN"])

    def frame(self, kind, density):
        at = min(self.run.frames(kind), key=lambda frame: abs(self.run.at("relative_density", frame[0]) - density))
        return read_frame(at[1]), self.run.at("relative_density", at[0])

    def mean(self, values, density):
        near = abs(self.density - density) < WINDOW
        return values[near].mean() if near.any() else np.nan

    def strong(self):
        """Deviatoric stress q of the grains that carry most, by mean stress."""
        p = self.grains["p_GPa"]
        return np.sort(self.grains["q_GPa"][p >= np.quantile(p, STRONG)])


def print_table(runs, reference):
    print(f"mean of top and bottom pressure [GPa], and over that of {reference.name}")
    print("density " + "".join(f"{run.name:>20}" for run in runs))
    for density in ROWS:
        mine = reference.mean(reference.pressure, density)
        cells = [(run.mean(run.pressure, density), run.mean(run.pressure, density) / mine - 1) for run in runs]
        print(f"{density:7.2f} " + "".join(f"{p:11.3f} {100 * off:+6.1f} %" if np.isfinite(p) else f"{'-':>20}" for p, off in cells))
    print("\nstrong network (top decile of the grains by mean stress): q [GPa], and over that of the reference")
    other = reference.strong()
    for run in runs:
        q = run.strong()
        quartiles = ", ".join(f"{np.quantile(q, x):.3f} ({100 * (np.quantile(q, x) / np.quantile(other, x) - 1):+.0f} %)" for x in (0.25, 0.5, 0.75))
        print(f"{run.name:>12}: density {run.frame_density:.3f}, mean {q.mean():.3f} ({100 * (q.mean() / other.mean() - 1):+.0f} %), quartiles {quartiles}")
    print("\nseconds of computing: " + ", ".join(f"{run.name} {run.cost:.0f}" for run in runs))


def draw(runs, density, path):
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, ((a, b, c), (d, e, f)) = plt.subplots(2, 3, figsize=(11, 6.2), layout="constrained")
    most = max(run.density[-1] for run in runs if np.nanmax(run.run["meshed_fraction"]) > 0)
    for number, run in enumerate(runs):
        style = {"label": run.name, "color": f"C{number}", "lw": 1.3}
        shown = run.density <= most
        a.plot(run.density[shown], run.pressure[shown], **style)
        b.plot(run.density[shown], run.run["coordination"][shown], **style)
        c.plot(run.density[shown], 100 * run.run["meshed_fraction"][shown], **style)
        x, pdf = force_density(run.contacts)
        d.semilogy(x, np.where(pdf > 0, pdf, np.nan), "o-", ms=3, **style)
        q = run.grains["q_GPa"]
        e.hist(q, bins_for(len(q), 60), density=True, histtype="step", **style)
        f.bar(number, run.cost, color=f"C{number}")
    meshed_last = max((run for run in runs if np.nanmax(run.run["meshed_fraction"]) > 0), key=lambda run: run.pressure.max())
    a.set(xlabel="relative density", ylabel="pressure [GPa]", ylim=(0, 1.1 * meshed_last.pressure.max()))
    b.set(xlabel="relative density", ylabel="contacts per grain")
    c.set(xlabel="relative density", ylabel="meshed grains [%]", ylim=(0, 105))
    d.set(xlabel="contact force over its mean", ylabel="P(f)", title=f"at a density of {density:g}")
    e.set(xlabel="deviatoric stress q of a grain [GPa]", ylabel="probability density [1/GPa]", title=f"at a density of {density:g}")
    f.set(ylabel="computing [s]", xticks=range(len(runs)), yscale="log")
    f.set_xticklabels([run.name for run in runs])
    a.legend(fontsize=8)
    figure.savefig(path, dpi=120)
    print(path)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", metavar="RUN", nargs="+")
    parser.add_argument("--of", metavar="RUN", required=True, help="the reference; one of the runs")
    parser.add_argument("--density", type=float, default=0.75, help="at which forces and stresses of grains are compared")
    parser.add_argument("--seconds", metavar="S", nargs="+", type=float, help="CPU seconds of the runs, where the wall clock says little")
    parser.add_argument("-o", "--output", default="hybrid.png")
    args = parser.parse_args()
    try:
        runs = [Pressed(folder, args.density) for folder in args.runs]
    except (NoRun, ValueError, OSError) as error:
        sys.exit(f"plot_hybrid: {error}")
    if args.seconds and len(args.seconds) != len(runs):
        sys.exit(f"plot_hybrid: {len(args.seconds)} numbers of seconds for {len(runs)} runs")
    for run, seconds in zip(runs, args.seconds or []):
        run.cost = seconds
    reference = next((run for run in runs if run.run.folder.resolve() == Path(args.of).resolve()), None)
    if reference is None:
        sys.exit(f"plot_hybrid: {args.of} is none of the runs")
    print_table(runs, reference)
    draw(runs, args.density, args.output)


if __name__ == "__main__":
    main()
