"""A study under way: asks the program whether its decks are right, runs them N at a time, says how far it is.  Used by
study.py."""
import collections
import concurrent.futures
import os
import signal
import subprocess
import sys
import time

from study_file import OWN, Bad
from study_run import DONE, FAILED, Held, Job, Lock, environment, make_folder, read_json, words_of
from study_table import check_collect


def say(text):
    print(f"study: {text}", file=sys.stderr, flush=True)


def duration(seconds):
    s = round(seconds)
    if s < 60:
        return f"{s}s"
    return f"{s // 60}m{s % 60:02}s" if s < 3600 else f"{s // 3600}h{s // 60 % 60:02}m"


def title_of(run):
    return run.case if run.band == OWN else f"{run.case} [{run.band}]"


def cores():
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1


def check_decks(program, study, runs):
    """Asks the program itself; every value of every key once, which need not be every run."""
    seen, asked = set(), []
    for run in runs:
        values = set(run.keys.items())
        if not asked or not values <= seen:
            asked.append(run)
            seen |= values

    def ask(run):
        return subprocess.run([program, study.deck, *words_of(run.keys), "-check"], cwd=study.home, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace",
                              env=environment(True))

    try:
        with concurrent.futures.ThreadPoolExecutor(cores()) as pool:
            answers = list(pool.map(ask, asked))
    except OSError as error:
        raise Bad(f"{program} cannot be started: {error.strerror}") from None
    for run, answer in zip(asked, answers):
        said = [line for line in answer.stderr.splitlines() if line.startswith("nanomint: error: ")]
        if said:
            what = said[0].partition("error: ")[2].replace("command line: ", "", 1)
            raise Bad(f"{study.path}: {title_of(run)}: {what}")
        if answer.returncode:  # some machines start no MPI program where they compile
            say(f"note: '{program} -check' ends with {answer.returncode} here: decks are checked when they run")
            return


def one_programme(study):
    """All runs have the same stages in their summary."""
    return len({run.keys.get("programme") for run in study.runs}) == 1


class Work:
    """The runs still to be done, those under way, and what became of the others."""

    def __init__(self, args, study, root, folders, jobs):
        self.args, self.study, self.root, self.jobs = args, study, root, jobs
        self.waiting, self.running = collections.deque(folders), []
        self.ended = collections.Counter()
        self.failed, self.walls, self.total, self.stop, self.error = [], [], len(folders), 0, None
        self.one_programme = one_programme(study)
        self.shown = ""

    def on_signal(self, *_):
        self.stop += 1

    def start_next(self):
        folder = self.waiting.popleft()
        make_folder(folder.path)
        try:
            lock = Lock(folder.path).take()
        except Held as held:
            self.note_end(folder, FAILED, f"is being run by {held}")
            return
        job = Job(folder, lock)
        try:
            job.start(self.args.program, self.study, self.jobs > 1)
        except Bad:
            lock.release()
            raise
        self.running.append(job)
        if job.goes_on:
            self.line(f"{title_of(folder.run)}: goes on from its checkpoint")

    def try_next(self):
        try:
            self.start_next()
        except Bad as error:  # the disk, the program
            self.error = error

    def note_end(self, folder, state, message, seconds=0.0):
        self.ended[state] += 1
        if state == DONE:
            self.walls.append(seconds)
            self.line(f"{title_of(folder.run)}: done in {duration(seconds)}")
            try:
                check_collect(self.study, read_json(folder.file("summary.json")), self.one_programme)
            except Bad as error:
                self.error = error
        else:
            self.line(f"{title_of(folder.run)}: {'FAILED: ' if state == FAILED else ''}{message}")
            self.failed.append((folder, state, message))

    def eta(self):
        if not self.walls:
            return "?"
        mean, now = sum(self.walls) / len(self.walls), time.monotonic()
        left = len(self.waiting) * mean + sum(max(mean - (now - job.begun), 0.0) for job in self.running)
        return duration(left / max(min(self.jobs, len(self.waiting) + len(self.running)), 1))

    def progress(self):
        return f"{self.counts()}, {len(self.running)} running, ETA {self.eta()}"

    def counts(self):
        return f"{self.ended[DONE]}/{self.total} done" + (f", {self.ended[FAILED]} failed" if self.ended[FAILED] else "")

    def line(self, text):
        """A line for good; on a terminal the counts stay below it."""
        if sys.stderr.isatty():
            print("\r\033[K", end="", file=sys.stderr)
            say(text)
            self.shown = ""
        else:
            say(f"{text}  ({self.counts()}, ETA {self.eta()})")

    def show(self):
        if sys.stderr.isatty() and self.progress() != self.shown:
            self.shown = self.progress()
            print(f"\r\033[Kstudy: {self.shown}", end="", file=sys.stderr, flush=True)

    def reap(self):
        for job in list(self.running):
            if job.process.poll() is None:
                job.lock.renew()
                continue
            self.running.remove(job)
            try:
                self.note_end(job.folder, *job.finish(), time.monotonic() - job.begun)
            except Bad as error:  # the disk
                self.error = self.error or error

    def halt(self, told):
        """Once: ask for checkpoints; again: no more patience."""
        if told == 1:
            self.line(f"stopping: {len(self.running)} runs write their checkpoints (once more kills them)")
        for job in self.running:
            job.ask_to_stop() if told == 1 else job.kill()

    def all(self, lock):
        handled = 0
        former = {s: signal.signal(s, self.on_signal)
                  for s in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1)
                  if signal.getsignal(s) != signal.SIG_IGN}  # nohup
        try:
            while self.running or (self.waiting and not self.stop and not self.error):
                while self.waiting and len(self.running) < self.jobs and not self.stop and not self.error:
                    self.try_next()
                told = max(self.stop, 1 if self.error else 0)
                if told > handled:
                    handled = told
                    self.halt(told)
                self.show()
                time.sleep(0.05)
                self.reap()
                if lock:
                    lock.renew()
        finally:
            for job in self.running:  # only after a fault of our own
                job.ask_to_stop()
            for s, handler in former.items():
                signal.signal(s, handler)
            if sys.stderr.isatty():
                print("\r\033[K", end="", file=sys.stderr, flush=True)
        if self.error:
            raise self.error
