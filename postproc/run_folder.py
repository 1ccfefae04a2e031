"""The folder of a run, whatever state it is in: history, summary, frames, and what is wrong with them.

Nothing here raises for a file that is missing, cut short or of another program: it is named in `problems`, so that tools
can show what is there and say what is not."""
import csv
import json
import os
import time
from pathlib import Path

import numpy as np

STAGE_KINDS = ("fill", "press", "dwell", "release", "eject")
PAUSE_S, PAUSES = 5.0, 50.0  # what makes one doubt: files are written and currents solved within that, steps of the slow clock too
QUIET_S = 120.0  # a run that writes nothing for that long is not called running, unless its rows are that far apart


class NoRun(Exception):
    """There is nothing of nanomint at that place."""


class Run:
    """
    history   columns of history.csv by name, one number per row        summary   summary.json, {} if there is none
    conduction, balance   the same of conduction.csv, balance.csv      deck      text of the echoed deck, "" if none
    problems     what is missing or broken, one sentence each          state     done, stopped, failed, running, silent
    """

    def __init__(self, folder):
        self.folder = Path(folder)
        self.name = self.folder.resolve().name
        self.problems = []
        if not self.folder.is_dir():
            raise NoRun(f"{folder}: no such folder")
        if not any((self.folder / name).exists() for name in ("history.csv", "summary.json", "deck.echo.yml")):
            raise NoRun(f"{folder}: no folder of a run: it has no history.csv, summary.json or deck.echo.yml")
        self.history = self._table("history.csv", ("step", "time_ns", "pressure_top_GPa", "relative_density"))
        self.conduction = self._table("conduction.csv", (), needed=False)
        self.balance = self._table("balance.csv", (), needed=False)
        self.summary = self._summary()
        self.deck = self._text("deck.echo.yml")
        if not (self.history or self.summary or self.deck):
            raise NoRun(f"{folder}: no folder of a run: {'; '.join(self.problems)}")
        self.rows = len(self.history.get("step", ()))
        self.state = self._state()
        broken = [n for n in ("pressure_top_GPa", "relative_density", "kinetic_aJ") if self.rows and not np.isfinite(self[n][-1])]
        if broken:
            self.problems.append(f"the last row of history.csv is not a number in {', '.join(broken)}: the run went wrong")

    def __getitem__(self, name):
        """A column of the history; NaN where there is none of that name."""
        return self.history.get(name, np.full(self.rows, np.nan))

    def _text(self, name):
        try:
            return (self.folder / name).read_text(errors="replace")
        except OSError:
            self.problems.append(f"{name} is not there")
            return ""

    def _table(self, name, columns, needed=True):
        try:
            with open(self.folder / name, newline="", errors="replace") as file:
                lines = list(csv.reader(file))
        except (OSError, csv.Error) as error:
            if needed or not isinstance(error, FileNotFoundError):
                self.problems.append(f"{name} is not there" if isinstance(error, FileNotFoundError) else f"{name}: {error}")
            return {}
        if not lines:
            self.problems.append(f"{name} is empty")
            return {}
        names = lines[0]
        missing = [column for column in columns if column not in names]
        if missing:
            self.problems.append(f"{name} is none of nanomint: it has no column {', '.join(missing)}")
            return {}
        whole = [line for line in lines[1:] if len(line) == len(names)]
        if len(whole) != len(lines) - 1:
            self.problems.append(f"{name}: {len(lines) - 1 - len(whole)} rows are not whole and were left out")
        if not whole and needed:
            self.problems.append(f"{name} holds no row yet")
        return {column: np.array([number(line[k]) for line in whole]) for k, column in enumerate(names)}

    def _summary(self):
        try:
            summary = json.loads((self.folder / "summary.json").read_text())
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            self.problems.append(f"summary.json cannot be read: {error}")
            return {}
        if not isinstance(summary, dict) or not str(summary.get("format", "")).startswith("nanomint summary"):
            self.problems.append("summary.json is none of nanomint")
            return {}
        return summary

    def age(self, name):
        """Seconds since the file was written; None without it."""
        try:
            return max(0.0, time.time() - os.path.getmtime(self.folder / name))
        except OSError:
            return None

    def _state(self):
        history, summary = self.age("history.csv"), self.age("summary.json")
        # a run that goes on writes rows behind the summary of the session before; a copy has ages of its own
        ended = [stage.get("step_end") for stage in self.summary.get("stages", [])]
        if self.summary.get("ended") == "done" and self.rows and ended and self["step"][-1] == ended[-1]:
            return "done"
        if self.summary and summary is not None and (history is None or history >= summary - 2.0):
            return {"done": "done", "failed": "failed"}.get(self.summary.get("ended"), "stopped")
        return "running" if history is not None and history < QUIET_S else "silent"

    def state_text(self):
        if self.state == "done":
            return "the programme ran to its end"
        if self.state == "stopped":
            return f"stopped before the end of its programme ({self.summary.get('ended')}); checkpoint.h5 goes on from there"
        if self.state == "failed":
            failure = self.summary.get("failure", {})
            place = failure.get("checkpoint")
            return (f"it failed in {failure.get('stage', '?')}, at step {failure.get('step', '?')}: {failure.get('why', '?')}; "
                    + (f"by other means it goes on with -restart {place}" if place else "there is no checkpoint to go on from"))
        age = self.age("history.csv")
        if self.state == "running":
            usual = self.usual_pause()
            if usual > 0 and age > max(PAUSE_S, PAUSES * usual):
                return (f"still running, or it failed: the last row of history.csv is {age:.0f} s old, where one came every {usual:.2g} s, and there is no "
                        "summary; its screen or the job's log knows")
            return f"still running: the last row of history.csv is {age:.0f} s old, and there is no summary yet"
        if age is None:
            return "the run left neither history nor summary"
        return (f"no summary, and nothing written for {duration(age)}: the run failed or was killed, or its rows are far apart; "
                "its screen or the job's log has the last word")

    def usual_pause(self):
        """Seconds from row to row, over the life of the folder's files; NaN when not known."""
        born, now = self.age("deck.echo.yml"), self.age("history.csv")
        return (born - now) / self.rows if self.rows and born is not None and now is not None and born > now else float("nan")

    def stage_names(self):
        """Names of the stages by number, from the summary, else from the echo of the deck."""
        for line in self.deck.splitlines():
            if line.startswith("programme:"):
                return [word.strip() for word in line.split("[")[-1].split("]")[0].split(",")]
        return [stage.get("name", "?") for stage in self.summary.get("stages", [])]

    def stages(self):
        """(name, first row, last row) of each stage of the history."""
        numbers_of, names = self["stage"], self.stage_names()
        spans = []
        for row, stage in enumerate(numbers_of):
            if not np.isfinite(stage):
                continue
            if not spans or spans[-1][0] != stage:
                spans.append([stage, row, row])
            spans[-1][2] = row
        return [(names[int(s)] if 0 <= s < len(names) else f"stage {s:.0f}", a, b) for s, a, b in spans]

    def frames(self, kind):
        """(time in ns, path) of the frames of grains, contacts, tools or meshed that are there."""
        try:
            listed = json.loads((self.folder / f"{kind}.vtk.series").read_text())["files"]
            frames = [(float(entry["time"]), self.folder / entry["name"]) for entry in listed]
        except FileNotFoundError:
            return []
        except (OSError, ValueError, KeyError, TypeError) as error:
            self.problems.append(f"{kind}.vtk.series cannot be read: {error}")
            return []
        gone = [path.name for _, path in frames if not path.exists()]
        if gone:
            self.problems.append(f"{len(gone)} frames of {kind}.vtk.series are not there, {gone[0]} the first")
        return [frame for frame in frames if frame[1].exists()]

    def at(self, column, moment):
        """A column at a time in ns."""
        good = np.isfinite(self["time_ns"]) & np.isfinite(self[column])
        return float(np.interp(moment, self["time_ns"][good], self[column][good])) if good.any() else float("nan")


def number(text):
    try:
        return float(text)
    except ValueError:
        return float("nan")


def duration(seconds):
    if seconds is None or not np.isfinite(seconds):
        return "?"
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.1f} {unit}"
    return f"{seconds:.0f} s"
