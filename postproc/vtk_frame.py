"""One frame of a run, read with numpy alone: legacy VTK, binary, versions 3.0 and 5.1, as vtk_legacy.c writes them.

Format: The VTK User's Guide, "VTK File Formats".  Numbers in the file are big-endian; arrays stand in FIELDs."""
import numpy as np

TYPES = {"int": ">i4", "vtktypeint64": ">i8", "float": ">f4", "double": ">f8"}


class NoFrame(ValueError):
    """The file is no frame of nanomint, or a part of one."""


def numbers(file, count, kind):
    values = np.fromfile(file, TYPES[kind], count)
    if len(values) != count:
        raise NoFrame("ends too early")
    return values.astype(values.dtype.newbyteorder("="))


def fields(file, count, into):
    for _ in range(count):
        words = words_of(file)
        name, components, tuples, kind = words[0], int(words[1]), int(words[2]), words[3]
        values = numbers(file, components * tuples, kind)
        into[name] = values.reshape(tuples, components) if components > 1 else values


def words_of(file):
    """The next line that is not empty, as words; none at the end of the file."""
    while True:
        line = file.readline(1024)
        if not line or line.strip():
            return line.decode("ascii", "replace").split()


def cells(file, words):
    """[cells, corners] point numbers; all cells of a frame have the same number of corners."""
    if file.read(7) == b"OFFSETS":  # version 5.1
        file.readline()
        offsets = numbers(file, int(words[1]), "vtktypeint64")
        words_of(file)
        corners = numbers(file, int(words[2]), "vtktypeint64")
        return corners.reshape(len(offsets) - 1, -1)
    file.seek(-7, 1)
    count, size = int(words[1]), int(words[2])
    return numbers(file, size, "int").reshape(count, -1)[:, 1:] if count else np.zeros((0, 1), int)


def read_frame(path):
    """Arrays by name, and among them `points` [n, 3] in nm and `cells` [m, corners]; TIME [ns] and STEP, too."""
    found = {}
    try:
        with open(path, "rb") as file:
            if not file.readline().startswith(b"# vtk DataFile") or not file.readline() or file.readline() != b"BINARY\n":
                raise NoFrame("is no binary legacy VTK file")
            while words := words_of(file):
                if words[0] == "POINTS":
                    found["points"] = numbers(file, 3 * int(words[1]), words[2]).reshape(-1, 3)
                elif words[0] == "FIELD":
                    fields(file, int(words[2]), found)
                elif words[0] in ("VERTICES", "LINES", "POLYGONS", "CELLS"):
                    found["cells"] = cells(file, words)
                elif words[0] == "CELL_TYPES":
                    numbers(file, int(words[1]), "int")
                elif words[0] not in ("DATASET", "POINT_DATA", "CELL_DATA"):
                    raise NoFrame(f"has a section {words[0][:40]!r}")
    except (KeyError, IndexError, ValueError, OSError) as error:
        raise NoFrame(f"{path}: {error}") from None
    if "points" not in found:
        raise NoFrame(f"{path}: has no points")
    return found
