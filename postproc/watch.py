#!/usr/bin/env python3
"""Follows a run in the terminal: stage, both clocks, pressure against its target, density, inertial number, rate, time to go.

    python3 postproc/watch.py RUN [--every 5] [--once] [--quiet-limit SECONDS]

Reads history.csv, balance.csv, summary.json and the age of checkpoint.h5 over the file system, nothing else: it works from a login node.
Ends with the run.  Exit code: 0 the programme ran to its end (or, with --once, all is well); 75 stopped in time, to go on
from its checkpoint; 3 something is wrong: the run failed, nothing written for longer than --quiet-limit (default: ten times the usual time
between rows, at least 2 minutes), numbers that are none, an energy balance off by more than a tenth of the work; 2 no run."""
import argparse
import shutil
import sys
import time

try:
    import numpy as np
    import run_folder
except ImportError as error:
    sys.exit(f"watch: {error.name} is missing; Debian: apt-get install python3-numpy")

DONE, USER, WRONG, STOPPED = 0, 2, 3, 75
ENERGY_LIMIT = 0.1  # of the work; a run worth believing closes to 0.01, beyond a tenth something is broken
QUIET_ROWS, QUIET_LEAST = 10.0, 120.0
BARS = " ▁▂▃▄▅▆▇█"


class Pace:
    """How fast rows arrive, from the times this tool saw history.csv grow; before that from the life of the folder's files."""

    def __init__(self):
        self.seen = []

    def look(self, run):
        mark = (time.time() - (run.age("history.csv") or 0.0), run.rows, float(run["step"][-1]) if run.rows else 0.0)
        if not self.seen or mark[1] != self.seen[-1][1]:
            self.seen.append(mark)
        del self.seen[1:-50]

    def between(self, run):
        """Seconds from row to row; NaN when not known yet."""
        if len(self.seen) > 1 and self.seen[-1][1] > self.seen[0][1]:
            return (self.seen[-1][0] - self.seen[0][0]) / (self.seen[-1][1] - self.seen[0][1])
        return run.usual_pause()


def spark(values, width):
    """A line of blocks, the last values of a column."""
    values = np.asarray(values, float)
    if len(values) > width:  # means of as many blocks as there is room for
        values = np.array([np.nanmean(part) if np.isfinite(part).any() else np.nan for part in np.array_split(values, width)])
    if not np.isfinite(values).any():
        return ""
    low, high = np.nanmin(values), np.nanmax(values)
    scaled = np.zeros(len(values)) if high <= low else (values - low) / (high - low)
    return "".join(" " if not np.isfinite(v) else BARS[1 + int(round(7 * v))] for v in scaled)


def time_to_go(run, between):
    """Seconds to the target pressure of this stage at the speed of the last fifth of the stage; NaN if that says nothing."""
    stages = run.stages()
    if not stages or not between > 0:
        return float("nan")
    _, first, last = stages[-1]
    rows = np.arange(max(first, last - max(5, (last - first) // 5)), last + 1)
    target, p = run["target_GPa"][last], run["pressure_top_GPa"][rows]
    if len(rows) < 3 or not target > 0 or p[-1] >= 0.98 * target:
        return float("nan")
    slope = np.polyfit(np.arange(len(rows)), p, 1)[0]
    return (target - p[-1]) / slope * between if slope > 0 else float("nan")


def troubles(run, between, quiet_limit):
    """What is wrong, one sentence each.  A summary ends all worry about silence."""
    found = list(run.problems)
    if run.state in ("running", "silent"):
        age = run.age("history.csv")
        limit = quiet_limit if quiet_limit is not None else max(QUIET_LEAST, QUIET_ROWS * between if between > 0 else 0.0)
        if age is not None and age > limit:
            checkpoint = run.age("checkpoint.h5")
            found.append(f"no progress for {run_folder.duration(age)} (limit {run_folder.duration(limit)}): the run failed, was killed, or hangs; "
                         + ("there is no checkpoint" if checkpoint is None else f"its checkpoint is {run_folder.duration(checkpoint)} old"))
    if run.rows and abs(run["energy_error"][-1]) > ENERGY_LIMIT:
        found.append(f"energy error {run['energy_error'][-1]:.3g} of the work: the answer cannot be believed")
    return found


def ranks(run):
    """How even their work was at the last look, as lines of text; none on one rank."""
    looks = run.balance.get("imbalance", ())
    if not np.any(np.isfinite(looks)) or np.nanmax(looks) <= 1.0:
        return []
    k = np.flatnonzero(np.isfinite(looks))[-1]
    meshed = run.balance["imbalance_meshed"][k]
    return [f"ranks     the most work {looks[k]:.2f} of the mean (rigid grains {run.balance['imbalance_rigid'][k]:.2f}"
            + (f", meshed {meshed:.2f}" if np.isfinite(meshed) else "") + f"), distributed anew {run.balance['partitions'][-1]:.0f} times"]


def screen(run, pace, width):
    """The picture of the moment as lines of text."""
    if not run.rows:
        return [f"{run.name}: no row yet"]
    last = {name: float(column[-1]) for name, column in run.history.items()}
    stages, between = run.stages(), pace.between(run)
    programme = run.stage_names()
    place = f"{int(last.get('stage', 0)) + 1}/{len(programme) or '?'} {stages[-1][0] if stages else '?'}"
    checkpoint = run.age("checkpoint.h5")
    rate = ""
    if len(pace.seen) > 1 and pace.seen[-1][0] > pace.seen[0][0]:
        rate = f"{(pace.seen[-1][2] - pace.seen[0][2]) / (pace.seen[-1][0] - pace.seen[0][0]):.4g} steps/s"
    lines = [f"{run.name}: {place}   step {last['step']:.0f}   {rate}",
             f"clocks    {last['time_ns']:.5g} ns mechanical, {last.get('slow_time_s', 0):.4g} s slow",
             f"pressure  {last['pressure_top_GPa']:.4g} GPa" + (f" of {last['target_GPa']:.4g}" if last.get("target_GPa", 0) > 0 else ""),
             f"density   {last['relative_density']:.4f}   contacts per grain {last.get('coordination', float('nan')):.2f}",
             f"checks    inertial number {last.get('inertial_number', float('nan')):.2g}   unbalance {last.get('unbalance', float('nan')):.2g}   "
             f"energy error {last.get('energy_error', float('nan')):.2g}",
             f"files     last row {run_folder.duration(run.age('history.csv'))} ago"
             + (f", a row every {between:.3g} s" if between > 0 else "") + ("" if checkpoint is None else f", checkpoint {run_folder.duration(checkpoint)} old")]
    if np.isfinite(go := time_to_go(run, between)):
        lines[2] += f", reached in {run_folder.duration(go)} as it goes now"
    lines += ranks(run)
    room = max(10, min(width - 34, 70))
    for column, text in (("pressure_top_GPa", "pressure"), ("relative_density", "density")):
        values = run[column]
        if np.isfinite(values).any():
            lines.append(f"{text:9s} {spark(values, room)}  {np.nanmin(values):.3g} .. {np.nanmax(values):.3g}")
    return [row[: width - 1] for row in lines]


def ending(run):
    """(exit code, last words) once the run has ended, else None."""
    coin = run.summary.get("coin", {})
    if run.state == "done":
        return DONE, f"done: {coin.get('verdict', 'no verdict')}: {coin.get('why', '')}"
    if run.state in ("stopped", "failed"):
        return {"stopped": STOPPED, "failed": WRONG}[run.state], run.state_text()
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run")
    parser.add_argument("--every", type=float, default=5.0, help="seconds between looks")
    parser.add_argument("--once", action="store_true", help="look once")
    parser.add_argument("--quiet-limit", type=float, help="seconds without a new row after which something is wrong")
    args = parser.parse_args()
    pace, shown, told = Pace(), 0, set()
    while True:
        try:
            run = run_folder.Run(args.run)
        except run_folder.NoRun as error:
            print(f"watch: {error}", file=sys.stderr)
            return USER
        pace.look(run)
        lines = screen(run, pace, shutil.get_terminal_size((100, 24)).columns)
        if sys.stdout.isatty() and shown:
            print(f"\033[{shown}A\033[J", end="")
        print("\n".join(lines))
        shown = len(lines)
        wrong = troubles(run, pace.between(run), args.quiet_limit)
        for text in wrong:
            if text.split("(")[0][:40] not in told or args.once:
                told.add(text.split("(")[0][:40])
                print(f"WRONG: {text}", flush=True)
                shown = 0
        end = ending(run)
        if end:
            print(end[1])
            return WRONG if any("not a number" in text or "energy error" in text for text in wrong) else end[0]
        if any(text.startswith(("no progress", "the last row", "energy error")) for text in wrong):
            return WRONG
        if args.once:
            return DONE
        sys.stdout.flush()
        time.sleep(args.every)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(0)
