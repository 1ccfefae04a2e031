"""Eight spheres pressed in a bore by CalculiX: its deck, and the stress on the moving plate from its .dat.

Units nm, GPa, nN.  The mesh of a sphere is an O-grid like nanomint's: a cube of n^3 hexahedra and m layers around it.  Bore
and plates are elements all of whose nodes are held or moved; surfaces meet surface to surface with a linear penalty."""
import itertools
import math
import re

SECTORS = 96  # of the bore


def sphere(n, m, core=0.55):
    """Nodes (unit radius), hexahedra, and (element, face) of the surface; faces as CalculiX numbers those of C3D8."""
    index, nodes, hexes, surface = {}, [], [], []

    def point(key, layer):
        c = [2 * k / n - 1 for k in key]
        turn = [math.tan(math.pi / 4 * v) for v in c]
        length = math.sqrt(sum(v * v for v in turn)) or 1.0
        round_ = [v * max(map(abs, c)) / length for v in turn]  # the cube, pressed to a sphere
        inner = [core * (0.6 * v + 0.4 * 1.3 * w) for v, w in zip(c, round_)]
        outer = [v / length for v in turn]
        return [a + layer / m * (b - a) for a, b in zip(inner, outer)] if layer else inner

    def node(key, layer=0):
        if (key, layer) not in index:
            index[key, layer] = len(nodes)
            nodes.append(point(key, layer))
        return index[key, layer]

    def quad(axis, side, u, v):
        corners = []
        for du, dv in ((0, 0), (1, 0), (1, 1), (0, 1)) if side else ((0, 0), (0, 1), (1, 1), (1, 0)):
            key = [0, 0, 0]
            key[axis], key[(axis + 1) % 3], key[(axis + 2) % 3] = side, u + du, v + dv
            corners.append(tuple(key))
        return corners

    for i, j, k in itertools.product(range(n), repeat=3):
        hexes.append([node((i + a, j + b, k + c)) for c in (0, 1) for a, b in ((0, 0), (1, 0), (1, 1), (0, 1))])
    for axis, side, u, v in itertools.product(range(3), (0, n), range(n), range(n)):
        for layer in range(m):
            hexes.append([node(key, layer + up) for up in (0, 1) for key in quad(axis, side, u, v)])
        surface.append((len(hexes) - 1, 2))
    return nodes, hexes, surface


class Model:
    """Parts of nodes and hexahedra, each with a surface of its name."""

    def __init__(self):
        self.nodes, self.parts = [], {}
        self.elements = 0

    def add(self, name, nodes, hexes, surface):
        at = len(self.nodes)
        self.nodes += nodes
        self.parts[name] = ([[at + k for k in h] for h in hexes], [(self.elements + e, f) for e, f in surface],
                            range(at, at + len(nodes)), self.elements)
        self.elements += len(hexes)

    def lines(self, element):
        yield "*NODE, NSET=ALL"
        yield from (f"{k},{x:.10g},{y:.10g},{z:.10g}" for k, (x, y, z) in enumerate(self.nodes, 1))
        for name, (hexes, surface, nodes, first) in self.parts.items():
            tool = not name.startswith("G")
            yield f"*ELEMENT, TYPE={'C3D8' if tool else element}, ELSET={name}"
            yield from (f"{first + k}," + ",".join(str(a + 1) for a in h) for k, h in enumerate(hexes, 1))
            yield f"*NSET, NSET=N{name}, GENERATE"
            yield f"{nodes[0] + 1},{nodes[-1] + 1}"
            yield f"*SURFACE, NAME=S{name}, TYPE=ELEMENT"
            yield from (f"{e + 1},S{f}" for e, f in surface)
            yield f"*SOLID SECTION, ELSET={name}, MATERIAL={'TOOL' if tool else 'GRAIN'}"


def plate(z, thick, half):
    """A slab whose face at z looks along -thick."""
    low, high = sorted((z, z + thick))
    square = ((-half, -half), (half, -half), (half, half), (-half, half))
    nodes = [[x, y, level] for level in (low, high) for x, y in square]
    return nodes, [list(range(8))], [(0, 1 if thick > 0 else 2)]


def bore(radius, low, high):
    nodes, hexes, surface = [], [], []
    for k in range(SECTORS):
        angle = 2 * math.pi * k / SECTORS
        for r, z in ((radius, low), (radius + 1, low), (radius + 1, high), (radius, high)):
            nodes.append([r * math.cos(angle), r * math.sin(angle), z])
    for k in range(SECTORS):
        a, b = 4 * k, 4 * ((k + 1) % SECTORS)
        hexes.append([a, a + 1, b + 1, b, a + 3, a + 2, b + 2, b + 3])
        surface.append((k, 6))  # corners 1 4 8 5: at the radius
    return nodes, hexes, surface


def deck(case):
    """Lines of the deck.  case: dict of R, bore (radius), n, m, E, nu, yield, mu, penalty (GPa/nm), strain, element."""
    R, model, pairs = case["R"], Model(), []
    nodes, hexes, surface = sphere(case["n"], case["m"])
    size = (4 / 3 * math.pi / volume(nodes, hexes)) ** (1 / 3) * R  # the grain's volume, as nanomint has it
    inset = 0.002 * R  # what lies beside each other overlaps, so that the first step has something to hold on to
    d, height = 2 * (R - inset), 4 * R
    for g, (i, j, k) in enumerate(itertools.product((-0.5, 0.5), (-0.5, 0.5), (0, 1))):
        centre = (i * d, j * d, R + 2 * R * k)
        model.add(f"G{g}", [[c + size * v for c, v in zip(centre, p)] for p in nodes], hexes, surface)
        pairs.append((f"G{g}", "BORE"))
        pairs.append((f"G{g}", "TOP" if k else "BOTTOM"))
    for a, b in itertools.combinations(range(8), 2):
        if bin(a ^ b).count("1") == 1:
            pairs.append((f"G{a}", f"G{b}"))
    model.add("BORE", *bore(case["bore"] - inset, -R, 5 * R))
    model.add("BOTTOM", *plate(inset, -R, 4 * R))
    model.add("TOP", *plate(height - inset, R, 4 * R))
    yield from model.lines(case["element"])
    yield f"*MATERIAL, NAME=GRAIN\n*ELASTIC\n{case['E']},{case['nu']}\n*PLASTIC\n{case['yield']},0."
    yield "*MATERIAL, NAME=TOOL\n*ELASTIC\n790.,0.3"
    yield f"*SURFACE INTERACTION, NAME=TOUCH\n*SURFACE BEHAVIOR, PRESSURE-OVERCLOSURE=LINEAR\n{case['penalty']},0.1"
    yield f"*FRICTION\n{case['mu']},{0.5 * case['penalty']}"
    for slave, master in pairs:
        yield f"*CONTACT PAIR, INTERACTION=TOUCH, TYPE=SURFACE TO SURFACE\nS{slave},S{master}"
    yield "*BOUNDARY\nNBORE,1,3\nNBOTTOM,1,3\nNTOP,1,2"
    yield f"*STEP, NLGEOM, INC=100000\n*STATIC\n0.01,1.,1e-6,0.02\n*BOUNDARY\nNTOP,3,3,{-case['strain'] * height}"
    yield "*NODE PRINT, NSET=NTOP, TOTALS=ONLY, FREQUENCY=1\nRF\n*END STEP"


def volume(nodes, hexes):
    """Of hexahedra, each cut into six tetrahedra about the diagonal from corner 0 to corner 6."""
    total = 0.0
    for h in hexes:
        x = [nodes[k] for k in h]
        for a, b in ((1, 2), (2, 3), (3, 7), (7, 4), (4, 5), (5, 1)):
            u, v, w = ([q - p for p, q in zip(x[0], x[k])] for k in (a, b, 6))
            total += (u[0] * (v[1] * w[2] - v[2] * w[1]) + u[1] * (v[2] * w[0] - v[0] * w[2]) +
                      u[2] * (v[0] * w[1] - v[1] * w[0])) / 6
    return total


def curve(text, case):
    """(strain, stress on the moving plate in GPa) of every increment, from the text of a .dat."""
    found = []
    for time, _, _, force in re.findall(r"for set NTOP and time\s+(\S+)\s+(\S+)\s+(\S+)\s+(\S+)", text):
        found.append((case["strain"] * float(time), -float(force) / (math.pi * case["bore"] ** 2)))
    return found
