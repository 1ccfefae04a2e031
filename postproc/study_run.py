"""The runs of a study: what is done already, who holds a folder, starting and stopping the program.  Used by study.py.

A run has its folder RUNS/CASE/BAND with what nanomint writes, and besides log.txt (all it said) and inputs.json: what it
was started with, so that it is run again when deck, card or keys are other than they were."""
import contextlib
import json
import os
import re
import shlex
import signal
import socket
import subprocess
import time

from study_file import Bad, digest, flat, read_yaml

STOPPED = 75          # exit code of a run that left a checkpoint to go on from
LOST_AFTER = 600      # [s] a lock of another machine is renewed every half minute
DONE, AGAIN, GO_ON, NEW, FAILED = "done", "inputs changed", "stopped", "not run", "failed"


# --------------------------------------------------------------------------------------------------------------- files

def read_json(path):
    try:
        with open(path, encoding="utf-8") as f:
            found = json.load(f)
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def replace_file(path, text):
    """The whole of it, or the file stays as it was."""
    new = f"{path}.{socket.gethostname()}.{os.getpid()}.tmp"
    try:
        with open(new, "w", encoding="utf-8") as f:
            f.write(text)
            f.flush()
            os.fsync(f.fileno())
        os.replace(new, path)
    except OSError as error:
        with contextlib.suppress(OSError):
            os.unlink(new)
        raise Bad(f"{path} cannot be written: {error.strerror}") from None


def write_json(path, what):
    replace_file(path, json.dumps(what, indent=1) + "\n")


def make_folder(path):
    try:
        os.makedirs(path, exist_ok=True)
    except OSError as error:
        raise Bad(f"{path} cannot be made: {error.strerror}") from None


def file_digest(path):
    try:
        with open(path, "rb") as f:
            return digest(f.read().hex())
    except OSError:
        return "gone"


# --------------------------------------------------------------------------------------------------------------- locks

def alive(pid):
    try:
        os.kill(pid, 0)
        with open(f"/proc/{pid}/stat") as f:  # one that only waits to be buried is dead
            return f.read().rpartition(")")[2].split()[0] not in "ZX"
    except PermissionError:
        return True
    except ProcessLookupError:
        return False
    except OSError:
        return True


class Held(Exception):
    """Somebody else has the folder."""


class Lock:
    """A file with pid and host; whose owner is no more is taken over.  Processes of one Slurm job are one owner."""

    def __init__(self, folder, name="lock"):
        self.path, self.child, self.beat = os.path.join(folder, name), None, 0.0
        self.job = "_".join(os.environ.get(k, "") for k in ("SLURM_JOB_ID", "SLURM_ARRAY_TASK_ID")).strip("_")

    def holder(self, path=None):
        """Who holds it, as text, or None."""
        by = read_json(path or self.path)
        try:
            age = time.time() - os.stat(path or self.path).st_mtime
        except OSError:
            return None
        if by.get("host") == socket.gethostname() or not by:
            pids = [pid for pid in (by.get("pid"), by.get("child")) if isinstance(pid, int)]
            held = any(alive(pid) for pid in pids) if by else age < 2  # empty: being written just now
        else:
            held = age < LOST_AFTER and not (self.job and by.get("job") == self.job)
        return f"process {by.get('child') or by.get('pid', '?')} on {by.get('host', 'this machine')}" if held else None

    def take(self):
        for _ in range(10):
            holder = self.holder()
            if holder:
                raise Held(holder)
            with contextlib.suppress(OSError):  # only one of two who find it lost moves it away
                lost = f"{self.path}.{socket.gethostname()}.{os.getpid()}"
                os.rename(self.path, lost)
                if self.holder(lost):  # that of one who was quicker: put back
                    os.link(lost, self.path)
                os.unlink(lost)
            try:
                os.close(os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
            except FileExistsError:
                continue
            except OSError as error:
                raise Bad(f"{self.path} cannot be written: {error.strerror}") from None
            self.write()
            return self
        raise Held("somebody who was as quick")

    def write(self):
        self.beat = time.monotonic()
        write_json(self.path, {"pid": os.getpid(), "host": socket.gethostname(), "job": self.job, "child": self.child})

    def renew(self):
        if time.monotonic() - self.beat > 30:
            self.write()

    def release(self):
        with contextlib.suppress(OSError):
            os.unlink(self.path)


# -------------------------------------------------------------------------------------------------------- one run's state

class Folder:
    """Of one run: what is in it, beside what is wanted of it."""

    def __init__(self, root, run, deck):
        self.run, self.path = run, os.path.join(root, run.name)
        self.wanted = digest({"deck": deck, "keys": run.keys})

    def file(self, name):
        return os.path.join(self.path, name)

    def state(self):
        record, summary = read_json(self.file("inputs.json")), read_json(self.file("summary.json"))
        if not record:
            return NEW
        if record.get("inputs") != self.wanted:
            return AGAIN
        if any(file_digest(path) != was for path, was in record.get("files", {}).items()):
            return AGAIN
        if summary.get("ended") == "done":
            return DONE
        if record.get("exit") in (2, 3):  # it would only fail once more there
            return FAILED
        if os.path.exists(self.file("checkpoint.h5")):
            return GO_ON
        return FAILED if record.get("exit") not in (None, STOPPED) else NEW

    def echo(self):
        """Values in force, key -> text, as nanomint wrote them down."""
        try:
            return dict(flat(read_yaml(self.file("deck.echo.yml"))))
        except Bad:
            return {}

    def named_files(self):
        echo = self.echo()
        paths = [echo.get(key) for key in ("material_card", "powder_file", "powder_sizes_file")]
        return {path: file_digest(path) for path in paths if path and os.path.isabs(path)}

    def begin(self):
        """Makes room; True when there is a checkpoint to go on from."""
        go_on = self.state() == GO_ON
        make_folder(self.path)
        if not go_on:
            for name in "summary.json", "checkpoint.h5", "history.csv":
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(self.file(name))
        write_json(self.file("inputs.json"), {"inputs": self.wanted, "keys": self.run.keys,
                                              "files": self.named_files() if go_on else {}})
        return go_on

    def end(self, code, message):
        write_json(self.file("inputs.json"), {"inputs": self.wanted, "keys": self.run.keys, "exit": code, "message": message,
                                              "files": self.named_files()})

    def message(self):
        return read_json(self.file("inputs.json")).get("message", "")


def read_deck(path):
    """What identifies a deck: its keys, not its comments; the text where YAML fails us."""
    try:
        return sorted(flat(read_yaml(path)), key=str)
    except Bad:
        return file_digest(path)


# --------------------------------------------------------------------------------------------------------- the program

def words_of(keys):
    for key, text in keys.items():
        yield f"-{key}"
        if text is not None:
            yield text


def launcher(ranks):
    given = os.environ.get("MPIEXEC")
    if not given and ranks == 1:
        return []
    return shlex.split(given or "mpirun") + ["-n", str(ranks)]


def environment(busy):
    """busy: more than one run at a time, so none may bind its ranks to the first cores."""
    env = dict(os.environ)
    env.setdefault("OMP_NUM_THREADS", "1")
    env.setdefault("OPENBLAS_NUM_THREADS", "1")
    if busy:
        env.setdefault("OMPI_MCA_hwloc_base_binding_policy", "none")
        env.setdefault("OMPI_MCA_rmaps_base_oversubscribe", "1")
    return env


class Job:
    """A run under way."""

    def __init__(self, folder, lock):
        self.folder, self.lock, self.process, self.begun, self.asked = folder, lock, None, time.monotonic(), False

    def start(self, program, study, busy):
        folder, run = self.folder, self.folder.run
        self.goes_on = folder.begin()
        words = launcher(study.ranks) + [program, study.deck, *words_of(run.keys), "-output_folder", folder.path,
                                         "-output_overwrite", "yes"]
        words += ["-restart", folder.file("checkpoint.h5")] if self.goes_on else []
        with open(folder.file("log.txt"), "ab" if self.goes_on else "wb") as log:
            log.write(f"$ {shlex.join(words)}\n".encode())
            log.flush()
            self.said = log.tell()
            try:
                # in a session of its own: Ctrl-C reaches it through us, once
                self.process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
                                                cwd=study.home, env=environment(busy), start_new_session=True)
            except OSError as error:
                raise Bad(f"{words[0]} cannot be started: {error.strerror}") from None
        self.lock.child = self.process.pid
        self.lock.write()

    def ask_to_stop(self):
        """SIGUSR1: mpirun and srun hand it on and wait, where a SIGTERM would give the ranks one second."""
        if not self.asked and self.process.poll() is None:
            self.asked = True
            self.process.send_signal(signal.SIGUSR1)

    def kill(self):
        with contextlib.suppress(OSError):
            os.killpg(self.process.pid, signal.SIGKILL)

    def finish(self):
        """(state, message) once the process has ended."""
        code, summary = self.process.returncode, read_json(self.folder.file("summary.json"))
        message = ""
        if code == 0 and summary.get("ended") != "done":
            code, message = 1, "it ended without a summary"
        elif code == STOPPED and summary.get("ended") == "time_max_steps":
            self.folder.end(code, "ended by time_max_steps, before the programme was through")
            self.lock.release()
            return FAILED, self.folder.message()
        elif code == STOPPED:
            message = f"stopped: {summary.get('ended', '?')}"
        elif code and self.asked:
            code, message = STOPPED, "stopped before there was a checkpoint"
        elif code:
            message = self.last_words() or (f"killed by signal {-code}" if code < 0 else f"exit code {code}")
        self.folder.end(code, message)
        self.lock.release()
        return {0: DONE, STOPPED: GO_ON}.get(code, FAILED), message

    def last_words(self):
        """The error of nanomint, else the first line that sounds like one, else the last."""
        with open(self.folder.file("log.txt"), "rb") as f:
            f.seek(self.said)
            lines = [line.strip() for line in f.read().decode(errors="replace").splitlines() if re.search(r"\w", line)]
        errors = [line.partition("error: ")[2] for line in lines if line.startswith("nanomint: error: ")]
        errors = errors or [line for line in lines if re.search("error|detected|not |killed|signal", line, re.IGNORECASE)]
        return (errors or lines[-1:] or [""])[0].replace("command line: ", "", 1)
