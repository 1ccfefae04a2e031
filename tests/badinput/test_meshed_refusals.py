#!/usr/bin/env python3
"""What goes wrong with meshed grains once the run has begun: meshes from files, and presses that a mesh does not survive.

    test_meshed_refusals.py PROGRAM WORK_FOLDER

A mesh that is none is refused as refuse.py asks: one message, the same on 1 and 2 ranks, nothing written.  A press in
which an element turns over, or a grain is thrown out, stops with exit code 3 and names the grain and what to change, the
same on 1 and 2 ranks; its last checkpoint is whole, and with contacts that suit the step the press goes on from it to its end.
So does a dwell in which diffusion takes more away between two meshes than they can show."""
import csv
import json
import os
import shutil
import sys

sys.dont_write_bytecode = True
from refuse import MARK, TRACES, Wrong, judge, listing, run, touched

PROGRAM, WORK = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
STOPPED, PHYSICS = 75, 3  # exit codes: by max_steps, by a state that has become nonsense
DECK = """title: to be refused
material: au
powder: {packing: random, grains: 40, diameter: 6.5 nm, relative_density: 0.5, yield_strength: 1 GPa}
contact: {work_of_adhesion: 0 J/m^2}
mesh: {grains: all, elements: 81}
programme: [press]
press: {pressure: 40 GPa, inertial_number: 3e-2, density_limit: 0.62}
output: {folder: out, overwrite: yes, history_every: 100, checkpoint_every: 100}
"""
FILE = ("elements: 81", "shape: file, file: grain.msh")
# steps of 95 % of what elements bear, under contacts twenty times as stiff as usual: masses of thin elements do not help
TOO_LONG = ["-mesh_courant", "0.95", "-mesh_shrink", "1", "-mesh_penalty", "10"]


def cube(edge, spoil=None):
    """Gmsh text of edge^3 hexahedra; `spoil` changes the list of nodes of each."""
    n = edge + 1
    nodes = [f"{1 + i + n * (j + n * k)} {i} {j} {k}" for k in range(n) for j in range(n) for i in range(n)]
    cells = []
    for k in range(edge):
        for j in range(edge):
            for i in range(edge):
                low = [1 + i + n * (j + n * k) + step for step in (0, 1, 1 + n, n)]
                cells.append(low + [node + n * n for node in low])
    if spoil:
        cells = spoil(cells)
    lines = [f"{1 + c} 5 2 0 1 " + " ".join(map(str, cell)) for c, cell in enumerate(cells)]
    return "\n".join(["$MeshFormat", "2.2 0 8", "$EndMeshFormat", "$Nodes", str(len(nodes)), *nodes, "$EndNodes", "$Elements",
                      str(len(lines)), *lines, "$EndElements", ""])


def turn_over(cells):
    """The 15th as a mesher numbers it that takes the other hand."""
    cells[14] = cells[14][4:] + cells[14][:4]
    return cells


MESHES = {
    "inverted": (cube(3, turn_over), "grain.msh:87: hexahedron 15 is inverted or flat"),
    "all_inverted": (cube(3, lambda cells: [c[4:] + c[:4] for c in cells]), "hexahedron 1 is inverted or flat"),
    "too_few": (cube(2), "8 hexahedra, at least 27"),
    "a_cavity": (cube(4, lambda cells: cells[:21] + cells[22:]), "Euler characteristic 4"),
    "twice": (cube(3, lambda cells: cells + cells[:1]), "shares a face with two others"),
    "nan": (cube(3).replace("\n2 1 0 0", "\n2 nan 0 0"), "grain.msh:7: coordinate x is NaN"),
    "cut": (cube(3)[:1200], "grain.msh:90: the file ends too early; is it cut?"),
    "no_mesh": ("solid\n", "not a MSH file"),
}


def folder_of(name, edits=(), files=None):
    folder, deck = os.path.join(WORK, name), DECK
    for old, new in edits:
        assert deck.count(old) == 1
        deck = deck.replace(old, new)
    for file, text in {"deck.yml": deck, **(files or {})}.items():
        path = os.path.join(folder, file)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as f:
            f.write(text)
    return folder


def files_of(folder):
    """Files with their contents: the folder of the results may be looked into, its files may not be touched."""
    return {name: found[::2] for name, found in listing(folder).items() if os.path.isfile(os.path.join(folder, name))}


def start(folder, ranks, *args):
    ahead = ["mpirun", "-n", str(ranks)] if ranks > 1 else []
    return run(ahead + [PROGRAM, "deck.yml", *args], folder)


def mesh_is_refused(name, text, says):
    first = None
    for ranks in (1, 2):
        former = {"grain.msh": text, "out/history.csv": "results of a former run\n"}
        folder = folder_of(f"mesh_{name}.{ranks}", [FILE], former)
        before = files_of(folder)
        message = judge(*start(folder, ranks), says).replace(folder, "")
        if first not in (None, message):
            raise Wrong(f"another message than on one rank: {message}")
        if touched(before, files_of(folder)):
            raise Wrong("it wrote something")
        first = message
    return first


def good_mesh_runs():
    """The file that the others spoil is right."""
    folder = folder_of("mesh_good", [FILE], {"grain.msh": cube(3)})
    code, said = start(folder, 1, "-time_max_steps", "10")
    if code != STOPPED:
        raise Wrong(f"exit code {code}\n{said}")
    return "the mesh they spoil: accepted"


def rows(folder):
    with open(os.path.join(folder, "out", "history.csv"), newline="") as f:
        return list(csv.DictReader(f))


def stopped(code, said, *wanted):
    messages = [line for line in said.splitlines() if MARK in line]
    if code != PHYSICS or len(messages) != 1 or any(trace in said for trace in TRACES):
        raise Wrong(f"exit code {code}, {len(messages)} messages\n{said}")
    for words in wanted:
        if words not in messages[0]:
            raise Wrong(f"it did not say '{words}': {messages[0]}")
    return messages[0]


def step_too_long():
    first = None
    for ranks in (1, 2):
        folder = folder_of(f"too_long.{ranks}")
        code, said = start(folder, ranks, "-time_max_steps", "100")
        if code != STOPPED:
            raise Wrong(f"the beginning of the press: exit code {code}\n{said}")
        message = stopped(*start(folder, ranks, "-restart", "out/checkpoint.h5", "-time_max_steps", "0", *TOO_LONG), "grain ",
                          "mesh_courant", "inertial")
        if not any(words in message for words in ("an element of its mesh has turned over", "has left the die")):
            raise Wrong(f"it stopped for another reason: {message}")
        if first not in (None, message):
            raise Wrong(f"another message than on one rank: {message}")
        first = message
        with open(os.path.join(folder, "out", "summary.json")) as f:
            failure = json.load(f)["failure"]
        if not message.endswith(failure["why"]) or failure["stage"] != "press" or failure["unbalanced"] is not None:
            raise Wrong(f"summary.json says {failure}")
        last = rows(folder)[-1]
        if float(last["element_worst"]) <= 0.5:
            raise Wrong("the last row is not of a good state")
        if any(name.endswith(".tmp") for name in os.listdir(os.path.join(folder, "out"))):
            raise Wrong("a temporary file is left behind")
        code, said = start(folder, 3 - ranks, "-restart", "out/checkpoint.h5", "-time_max_steps", "0")
        if code:
            raise Wrong(f"it does not go on from the last checkpoint: exit code {code}\n{said}")
        again = rows(folder)
        if [row for row in again if row["step"] == last["step"]] != [last]:
            raise Wrong("the row of the checkpoint is not what it was")
        if float(again[-1]["relative_density"]) < 0.62 or float(again[-1]["element_worst"]) < 0.8:
            raise Wrong(f"it does not reach its end: {again[-1]}")
    return first


def boundary_gone():
    """Gold at 900 K: in 0.1 us diffusion takes more away at a boundary than surfaces can lie in each other."""
    first = None
    edits = [("grains: 40", "grains: 12"), ("relative_density: 0.5", "relative_density: 0.45"), ("adhesion: 0 J", "adhesion: 0.2 J"),
             ("[press]", "[press, dwell]"), ("density_limit: 0.62}", "density_limit: 0.5}\ndwell: {time: 1 s, temperature: 900 K}\n"
              "sinter: {relax_steps_max: 50}")]
    for ranks in (1, 2):
        message = stopped(*start(folder_of(f"boundary_gone.{ranks}", edits), ranks), "dwell: after ", "diffusion has taken",
                          "hold shorter (dwell_time), or choose fewer mesh_elements")
        if first not in (None, message):
            raise Wrong(f"another message than on one rank: {message}")
        first = message
    return first


def main():
    shutil.rmtree(WORK, ignore_errors=True)
    os.makedirs(WORK)
    cases = [(good_mesh_runs, ())] + [(mesh_is_refused, (name, *case)) for name, case in MESHES.items()] + [(step_too_long, ()), (boundary_gone, ())]
    failed = 0
    for case, args in cases:
        try:
            print(case(*args), flush=True)
        except Wrong as wrong:
            failed += 1
            print(f"FAILED: {case.__name__} {args[:1]}: {wrong}", flush=True)
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
