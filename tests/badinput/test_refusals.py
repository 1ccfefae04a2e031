#!/usr/bin/env python3
"""What can only be refused once the run has begun: packings, the disk, checkpoints.

Every case on 1 and on 2 ranks, and what is asked is what refuse.py asks of a deck: exit code 2, exactly one message, the
same one, no trace, no hang.  In the folder stand the results of a former run that may be overwritten (overwrite: yes):
a run that is refused before its first step leaves them as they were, byte for byte.  One that fails later, for the disk
is full, leaves a whole history, a whole checkpoint and no file of which a half is missing.

Disks that are full or read-only are small ones that root may mount; where it may not, these cases are left out."""
import os
import shutil
import subprocess
import sys
import traceback
from concurrent.futures import ThreadPoolExecutor

sys.dont_write_bytecode = True
from refuse import Wrong, judge, listing, run, touched

STOPPED = 75
DECK = """title: to be refused
material: au
powder:
  packing: random
  relative_density: 0.4
  grains: 40
  diameter: 6.5 nm
contact: {law: mdr}
die: {diameter: 30 nm}
programme: [fill, press, release]
fill: {time: 0.05 ns}
press: {pressure: 0.6 GPa}
time: {max_steps: 400}
output: {folder: out, overwrite: yes, history_every: 10, vtk_every: -1, checkpoint_every: -1}
"""
FORMER = {"history.csv": "results of a former run\n", "checkpoint.h5": "its checkpoint\n", "summary.json": "{}\n",
          "grains_000000010.vtk": "its grains\n"}
FROM_FILE = ("packing: random\n  relative_density: 0.4", "packing: file\n  file: grains.xyzr")
SIZES = ("diameter: 6.5 nm", "sizes: file\n  sizes_file: sizes.txt")
GRAINS = [f"{x} {y} {z} 3.25" for x in (-4, 4) for y in (-4, 4) for z in (3.25, 9.75)]


def grains(line, count=8):
    """A packing from a file that is right but for its last line."""
    return {"grains.xyzr": "\n".join(GRAINS[: count - 1] + [line]) + "\n"}


# name: (changes of the deck, files beside it, arguments, what the message says)
PACKINGS = {
    "three_columns": ([FROM_FILE], grains("4 4 9.75"), [], "grains.xyzr:8: 3 columns where 4 are needed: x y z r"),
    "not_a_number": ([FROM_FILE], grains("4 4 nan 3.25"), [], "grains.xyzr:8: column 3 is NaN, not a finite number"),
    "negative_radius": ([FROM_FILE], grains("4 4 9.75 -3.25"), [], "grains.xyzr:8: radius is -3.25, must be positive"),
    "overlap": ([FROM_FILE], grains("4 4 5 3.25"), [], "grains 7 and 8 overlap by 1.46 of the smaller radius, 0.2 is"),
    "outside": ([FROM_FILE], grains("14 4 9.75 3.25"), [], "grain 8 at (14, 4, 9.75) nm, radius 3.25 nm, is 2.81 nm out"),
    "larger_than_the_die": ([FROM_FILE], grains("0 0 40 20"), [],
                            "die_diameter: the bore of 30 nm is smaller than a grain of 40 nm"),
    "cut": ([FROM_FILE], {"grains.xyzr": "# grains 9\n" + "\n".join(GRAINS) + "\n"}, [],
            "the file ends after 8 grains, its header says 9"),
    "no_grains": ([FROM_FILE], {"grains.xyzr": "# nothing\n"}, [], "the file holds no grains"),
    "vtk_without_radii": ([FROM_FILE], {"grains.xyzr": "# vtk DataFile Version 3.0\nx\nASCII\nDATASET POLYDATA\n"
                                                       "POINTS 1 float\n0 0 4\n"}, [],
                          "no point array named radius or diameter (found: none)"),
    "sizes_negative": ([SIZES], {"sizes.txt": "6.5\n-6.5\n"}, [], "sizes.txt:2: diameter is -6.5, must be positive"),
    "sizes_not_a_number": ([SIZES], {"sizes.txt": "6.5\nnan\n"}, [], "sizes.txt:2: column 1 is NaN"),
    "no_sizes": ([SIZES], {"sizes.txt": ""}, [], "the file holds no diameters"),
    "sizes_larger_than_the_die": ([SIZES], {"sizes.txt": "6.5\n31\n"}, [], "the bore of 30 nm is smaller than a grain"),
    "cannot_be_packed": ([("0.4", "0.64"), ("30 nm", "14 nm")], {}, [],
                         "powder_relative_density: 0.64 cannot be packed: grains still overlap by"),
    "no_room": ([SIZES], {"sizes.txt": "6.5\n"}, ["-powder_grains", "3"], "have no room for grains of 6.5 nm"),
    "nothing_that_sticks": ([("random", "cohesive"), ("0.4", "0.28")], {}, ["-contact_law", "hertz_mindlin"],
                            "cohesive grains must stick: choose a law with adhesion"),
    "no_adhesion": ([("random", "cohesive"), ("0.4", "0.28")], {}, ["-contact_work_of_adhesion", "0 J/m^2"],
                    "contact_work_of_adhesion above 0, or packing random"),
    "region_without_grains": ([], {}, ["-mesh_grains", "region", "-mesh_region_z_max", "1e-4"],
                              "mesh_region holds the centre of no grain"),
}
NO_OVERWRITING = [("overwrite: yes", "overwrite: no")]
FOLDERS = {
    "below_a_file": ([], {}, ["-output_folder", "deck.yml/out"], "deck.yml/out cannot be written: Not a directory"),
    "a_file": ([], {}, ["-output_folder", "deck.yml"], "deck.yml cannot be written: Not a directory"),
    "long_name": ([], {}, ["-output_folder", "o" * 300], "cannot be written: File name too long"),
    "former_run": (NO_OVERWRITING, {}, [], "out already holds a run; give output_folder another name, set output_over"),
    "former_history": (NO_OVERWRITING, {"is/history.csv": ""}, ["-output_folder", "is"], "is already holds a run"),
    "former_checkpoint": (NO_OVERWRITING, {"is/checkpoint.h5": ""}, ["-output_folder", "is"], "is already holds a run"),
}


class Bench:
    """Folders to work in, all below one."""

    def __init__(self, program, work):
        self.program, self.work, self.checkpoint = program, work, None

    def folder(self, name, edits=(), files=None, former=FORMER):
        folder = os.path.join(self.work, name)
        shutil.rmtree(folder, ignore_errors=True)
        deck = DECK
        for old, new in edits:
            assert deck.count(old) == 1, f"{name}: '{old}' stands {deck.count(old)} times in the deck"
            deck = deck.replace(old, new)
        written = {"deck.yml": deck, **(files or {}), **{"out/" + file: text for file, text in former.items()}}
        for file, text in written.items():
            path = os.path.join(folder, file)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as f:
                f.write(text if isinstance(text, bytes) else text.encode())
        return folder

    def command(self, ranks, args):
        ahead = ["mpirun", "-n", str(ranks)] if ranks > 1 else []
        return ahead + [self.program, "deck.yml", *args]


def files_of(folder):
    """Files with their contents: folders may be looked into, files may not be touched."""
    return {name: found[::2] for name, found in listing(folder).items() if os.path.isfile(os.path.join(folder, name))}


def refused(bench, name, edits, files, args, says):
    """Both ranks, one message, nothing touched."""
    first = None
    for ranks in (1, 2):
        folder = bench.folder(f"{name}.{ranks}", edits, files)
        before = files_of(folder)
        code, said = run(bench.command(ranks, args), folder)
        try:
            message = judge(code, said, says)
            if message.replace(folder, "") != (first or message).replace(folder[:-1] + "1", ""):
                raise Wrong(f"another message than on one rank: {first}")
            changed = touched(before, files_of(folder))
            if changed:
                raise Wrong("it touched " + ", ".join(changed))
        except Wrong as wrong:
            raise Wrong(f"{ranks} ranks: {wrong}\n{said}")
        first = message
    return first


def make_checkpoint(bench):
    """The checkpoint the next cases spoil: in the second stage, with contacts."""
    folder = bench.folder("good", former={})
    code, said = run(bench.command(2, []), folder)
    if code != STOPPED:
        raise Wrong(f"the deck that should run: exit code {code}\n{said}")
    with open(os.path.join(folder, "out", "checkpoint.h5"), "rb") as f:
        bench.checkpoint = f.read()


def checkpoints(bench):
    """Cases: a checkpoint that is not one, or of another run."""
    good, again = bench.checkpoint, ["-restart", "some.h5"]
    middle = bytearray(good)
    for at in range(len(good) // 3, 2 * len(good) // 3, 64):
        middle[at] ^= 0xFF
    cases = {
        "text": ([], {"some.h5": "not a checkpoint\n"}, again, "some.h5 is not a checkpoint of nanomint (not HDF5 at"),
        "empty": ([], {"some.h5": ""}, again, "some.h5 is not a checkpoint of nanomint (not HDF5 at all)"),
        "flipped": ([], {"some.h5": bytes(middle)}, again, "some.h5 is damaged: its content does not match its finger"),
        "another_law": ([], {"some.h5": good}, again + ["-contact_law", "hertz_mindlin"],
                        "some.h5 does not fit this run: contact law mdr in the checkpoint, hertz_mindlin in the deck"),
        "partial_slip": ([], {"some.h5": good}, again + ["-contact_partial_slip", "yes"],
                       "some.h5 does not fit this run: other contact histories (only in the checkpoint: none; only in this run: turn_x_nN"),
        "fewer_stages": ([], {"some.h5": good}, again + ["-programme", "fill"], "some.h5: stands in stage 2, but the programme of deck.yml has only 1"),
        "other_columns": ([], {"some.h5": good}, again, "out/history.csv has other columns than this program writes"),
    }
    for part in (0.02, 0.5, 0.999):
        cases[f"cut_{part}"] = ([], {"some.h5": good[: int(part * len(good))]}, again,
                                "some.h5 is damaged or cut short: HDF5 cannot open it")
    return cases


# ------------------------------------------------------------------------------------------------ disks


class Disk:
    """A small file system of its own on a folder, while it is needed."""

    def __init__(self, folder, size):
        self.folder, self.size = folder, size

    def __enter__(self):
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={self.size}", "none", self.folder], check=True,
                       stderr=subprocess.DEVNULL)
        return self

    def read_only(self):
        subprocess.run(["mount", "-o", "remount,ro", self.folder], check=True, stderr=subprocess.DEVNULL)

    def fill(self, keep=0):
        """Until only `keep` bytes are left."""
        room = os.statvfs(self.folder)
        with open(os.path.join(self.folder, "ballast"), "wb") as f:
            f.write(b"\0" * (room.f_bavail * room.f_frsize - keep))

    def __exit__(self, *_):
        subprocess.run(["umount", "--lazy", self.folder], check=False)


def may_mount(bench):
    try:
        with Disk(bench.folder("mount"), "64k") as disk:
            disk.read_only()
        return True
    except (subprocess.CalledProcessError, OSError):
        return False


def whole_files(folder):
    """No temporary file, no half row, no half frame; frames in the series are there."""
    for name in os.listdir(folder):
        path = os.path.join(folder, name)
        if name.endswith(".tmp"):
            raise Wrong(f"{name} is left behind")
        if name == "history.csv":
            with open(path) as f:
                rows = f.read().split("\n")
            if rows.pop() or any(row.count(",") != rows[0].count(",") for row in rows):
                raise Wrong("history.csv holds half a row")
            if len(rows) < 3:
                raise Wrong("history.csv holds no rows: the disk was full too early for this test")
        if name.endswith(".vtk"):
            with open(path, "rb") as f:
                text = f.read()
            if b"POINTS" not in text or not text.endswith(b"\n"):
                raise Wrong(f"{name} is cut")
        if name.endswith(".series"):
            with open(path) as f:
                for frame in f.read().split('"name" : "')[1:]:
                    if not os.path.exists(os.path.join(folder, frame.split('"')[0])):
                        raise Wrong(f"{name} names {frame.split(chr(34))[0]}, which is not there")


def disk_read_only(bench, ranks):
    folder = bench.folder(f"disk_read_only.{ranks}")
    with Disk(os.path.join(folder, "out"), "1m") as disk:
        disk.read_only()
        return judge(*run(bench.command(ranks, []), folder), "out cannot be written: Read-only file system")


def disk_full_at_once(bench, ranks):
    folder = bench.folder(f"disk_full_at_once.{ranks}")
    with Disk(os.path.join(folder, "out"), "64k") as disk:
        out = bench.folder(f"disk_full_at_once.{ranks}/out/former", former={})
        disk.fill()
        before = files_of(out)
        message = judge(*run(bench.command(ranks, []), folder), "out/history.csv cannot be written: No space left on dev")
        if touched(before, files_of(out)):
            raise Wrong("it touched what was there")
        return message


def disk_full_of_rows(bench, ranks):
    folder = bench.folder(f"disk_full_of_rows.{ranks}", former={})
    os.makedirs(os.path.join(folder, "out"))
    with Disk(os.path.join(folder, "out"), "32k"):
        message = judge(*run(bench.command(ranks, ["-time_max_steps", "2000"]), folder),
                        "out/history.csv cannot be written: No space left on device")
        whole_files(os.path.join(folder, "out"))
        return message


def disk_full_of_frames(bench, ranks):
    folder = bench.folder(f"disk_full_of_frames.{ranks}", former={})
    os.makedirs(os.path.join(folder, "out"))
    with Disk(os.path.join(folder, "out"), "256k"):
        message = judge(*run(bench.command(ranks, ["-output_vtk_every", "50"]), folder), "cannot be written: No space")
        if ".vtk" not in message:
            raise Wrong("it was not a frame that found the disk full")
        whole_files(os.path.join(folder, "out"))
        return message


def disk_full_of_checkpoints(bench, ranks):
    """Room for one checkpoint and not for the next beside it: the first must be whole, and the run can go on from it."""
    folder = bench.folder(f"disk_full_of_checkpoints.{ranks}", former={})
    os.makedirs(os.path.join(folder, "out"))
    args = ["-output_history_every", "200", "-output_checkpoint_every", "200"]
    with Disk(os.path.join(folder, "out"), "1m") as disk:
        code, said = run(bench.command(ranks, args + ["-time_max_steps", "200"]), folder)
        if code != STOPPED:
            raise Wrong(f"the run up to the first checkpoint: exit code {code}\n{said}")
        path = os.path.join(folder, "out", "checkpoint.h5")
        with open(path, "rb") as f:
            former = f.read()
        again = bench.command(ranks, args + ["-restart", "out/checkpoint.h5"])
        disk.fill(keep=len(former) // 2)
        message = judge(*run(again, folder), "out/checkpoint.h5: the checkpoint cannot be written: No space left on dev")
        with open(path, "rb") as f:
            if f.read() != former:
                raise Wrong("the former checkpoint is not what it was")
        os.remove(os.path.join(folder, "out", "ballast"))
        whole_files(os.path.join(folder, "out"))
        code, said = run(again, folder)
        if code != STOPPED:
            raise Wrong(f"it does not go on from the former checkpoint: exit code {code}\n{said}")
        return message


def in_the_way(bench, ranks, name, args, says):
    """A folder where a file should go: as good as a disk that refuses it, and needs no mount."""
    folder = bench.folder(f"way_{name}.{ranks}", files={f"out/{name}/x": ""}, former={})
    message = judge(*run(bench.command(ranks, args), folder), says)
    if os.path.exists(os.path.join(folder, "out", name + ".tmp")):
        raise Wrong(f"{name}.tmp is left behind")
    return message


def on_both(bench, case, *args):
    first, second = (case(bench, ranks, *args) for ranks in (1, 2))
    if first != second:
        raise Wrong(f"two messages: on one rank '{first}', on two '{second}'")
    return first


# ------------------------------------------------------------------------------------------------ all


def all_cases(bench):
    for kind, cases in (("packing", PACKINGS), ("output", FOLDERS), ("restart", checkpoints(bench))):
        for name, case in cases.items():
            yield f"{kind}_{name}", refused, (bench, f"{kind}_{name}", *case)
    for name, args, says in (
        ("history.csv", [], "out/history.csv cannot be written: Is a directory"),
        ("checkpoint.h5", [], "out/checkpoint.h5: the checkpoint cannot be written: Is a directory"),
        ("grains_000000020.vtk", ["-output_vtk_every", "10"], "out/grains_000000020.vtk cannot be written: Is a direc"),
        ("summary.json", [], "out/summary.json cannot be written: Is a directory"),
    ):
        yield f"in_the_way_{name}", on_both, (bench, in_the_way, name, args, says)
    if not may_mount(bench):
        print("left out, for they need the right to mount: disks that are full or read-only")
        return
    for case in (disk_read_only, disk_full_at_once, disk_full_of_rows, disk_full_of_frames, disk_full_of_checkpoints):
        yield case.__name__, on_both, (bench, case)


def main():
    program, work = sys.argv[1], os.path.abspath(sys.argv[2])
    shutil.rmtree(work, ignore_errors=True)
    os.makedirs(work)
    bench = Bench(program, work)
    make_checkpoint(bench)
    failed = 0
    with ThreadPoolExecutor(2) as pool:
        asked = [(name, pool.submit(case, *args)) for name, case, args in all_cases(bench)]
        for name, answer in asked:
            try:
                print(f"{name}: {answer.result()}", flush=True)
            except Wrong as wrong:
                failed += 1
                print(f"FAILED: {name}: {wrong}", flush=True)
            except Exception:
                failed += 1
                print(f"FAILED: {name}: the test itself\n{traceback.format_exc()}", flush=True)
    print(f"{len(asked)} cases, {failed} failed")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
