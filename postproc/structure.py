"""What a frame says of the packing: clusters, force chains, fabric, g(r), S(q), SAXS.  numpy only; SI-free: nm, nN, GPa."""
import numpy as np


def components(n, i, j):
    """The number of the cluster (its lowest member) of each of n grains linked by pairs i, j."""
    label = np.arange(n)
    while len(i):
        low = np.minimum(label[i], label[j])
        new = label.copy()
        np.minimum.at(new, label[i], low)
        np.minimum.at(new, label[j], low)
        new = new[new]
        if np.array_equal(new, label):
            break
        label = new
    while not np.array_equal(label, label[label]):
        label = label[label]
    return label


class Contacts:
    """Contacts between grains of a frame, by rows of the grains.  fn > 0 pushes; branch from i to j [nm]."""

    def __init__(self, grains, contacts):
        order = np.argsort(grains["id"])
        both = contacts["id_j"] >= 0
        self.i, self.j = (order[np.searchsorted(grains["id"], contacts[name][both], sorter=order)] for name in ("id_i", "id_j"))
        self.fn, self.ft = contacts["fn_nN"][both].astype(float), contacts["ft_nN"][both].astype(float)
        self.branch = grains["points"][self.j] - grains["points"][self.i]
        self.length = np.linalg.norm(self.branch, axis=1)
        self.n = self.branch / np.maximum(self.length, 1e-300)[:, None]
        self.array = {name: values[both] for name, values in contacts.items() if len(values) == len(both)}


def spans(grains, label):
    """Clusters that reach from the lowest to the highest layer of grains: half a grain's width beyond the outermost ones."""
    z, r = grains["points"][:, 2], grains["radius_nm"]
    low, high = z < (z - r).min() + 2 * r.mean(), z > (z + r).max() - 2 * r.mean()
    return np.intersect1d(label[low], label[high])


def strong_network(grains, c):
    """Contacts pushed harder than the mean of all that push: their share, largest cluster, does it reach from end to end."""
    push = c.fn > 0
    if not push.any():
        return {}
    strong = c.fn > c.fn[push].mean()
    label = components(len(grains["points"]), c.i[strong], c.j[strong])
    members = np.bincount(label, minlength=len(label))
    reach = spans(grains, label)
    return {"mean_force_nN": c.fn[push].mean(), "strong_contacts": strong.sum() / push.sum(),
            "force_share": c.fn[strong].sum() / c.fn[push].sum(), "largest_cluster": members.max() / len(label),
            "percolates": float(len(reach[members[reach] > 1]) > 0)}


def force_chains(grains, c, angle=45.0):
    """
    Force chains after Peters, Muthuswamy, Wibowo & Tordesillas, Phys. Rev. E 72, 041307 (2005): grains whose largest
    compressive principal stress is above the mean, linked where a pushing contact lies within `angle` degrees of that
    stress in both; three or more make a chain.

    Returns (facts, chain): chain [grains] is the number of the chain or -1.
    """
    chain = np.full(len(grains["points"]), -1)
    if "stress_GPa" not in grains or not len(c.fn):
        return {}, chain, np.zeros(len(c.fn), bool)
    values, vectors = np.linalg.eigh(grains["stress_GPa"].reshape(-1, 3, 3))
    major, axis = values[:, 2], vectors[:, :, 2]
    high = (major > major.mean()) & (major > 0)
    along = [np.abs(np.einsum("ij,ij->i", axis[end], c.n)) > np.cos(np.radians(angle)) for end in (c.i, c.j)]
    link = (c.fn > 0) & high[c.i] & high[c.j] & along[0] & along[1]
    label = components(len(chain), c.i[link], c.j[link])
    members = np.bincount(label, minlength=len(label))
    long = np.flatnonzero(members >= 3)
    number = np.full(len(chain), -1)
    number[long] = np.arange(len(long))
    chain = number[label]
    link &= chain[c.i] >= 0
    push = c.fn > 0
    facts = {"chains": float(len(long)), "grains_in_chains": float(np.mean(chain >= 0)),
             "mean_members": float(members[long].mean()) if len(long) else np.nan,
             "longest_members": float(members[long].max()) if len(long) else np.nan,
             "force_share": float(c.fn[link].sum() / c.fn[push].sum()) if push.any() else np.nan,
             "links_share": float(link.sum() / push.sum()) if push.any() else np.nan}
    return facts, chain, link


def random_directions(count):
    """Evenly over the sphere: a Fibonacci lattice."""
    k = np.arange(count) + 0.5
    z, turn = 1 - 2 * k / count, np.pi * (1 + 5**0.5) * k
    return np.stack([np.sqrt(1 - z * z) * np.cos(turn), np.sqrt(1 - z * z) * np.sin(turn), z], axis=1)


def pair_distances(points, centres, reach):
    """Distances below reach from the given rows to all others: cells of that width, a row of cells at a time."""
    low = points.min(axis=0)
    cell = np.floor((points - low) / reach).astype(int) + 1
    shape = cell.max(axis=0) + 2
    key = np.ravel_multi_index(cell.T, shape)
    order = np.argsort(key, kind="stable")
    keys = key[order]
    found = []
    for block in np.array_split(centres, max(1, len(centres) // 256)):
        for shift in np.ndindex(3, 3, 3):
            other = np.ravel_multi_index((cell[block] + np.array(shift) - 1).T, shape)
            begin, end = np.searchsorted(keys, other), np.searchsorted(keys, other, side="right")
            count = end - begin
            if not count.sum():
                continue
            first = np.repeat(begin - np.concatenate([[0], np.cumsum(count)[:-1]]), count)
            distance = np.linalg.norm(points[order[first + np.arange(count.sum())]] - np.repeat(points[block], count, axis=0), axis=1)
            found.append(distance[(distance > 0) & (distance < reach)].astype(np.float32))
    return np.concatenate(found) if found else np.zeros(0, np.float32)


def pair_correlation(grains, reach=6.0, bin_width=None, most=3000, seed=1):
    """
    g(r) of centres, r over the mean diameter, in bins of 0.02, of few grains wider ones.  The powder ends at the die: what a shell around a centre
    would hold is counted only as far as the shell lies inside the cylinder of the centres (96 directions a shell).
    At most `most` centres, drawn with a fixed seed.  None for fewer than 30 grains.
    """
    points, d = grains["points"], 2 * float(grains["radius_nm"].mean())
    if len(points) < 30:
        return None
    bin_width = bin_width or 0.02 * max(1.0, (1000 / len(points)) ** 0.5)
    middle = (points[:, :2].min(axis=0) + points[:, :2].max(axis=0)) / 2
    radial = np.linalg.norm(points[:, :2] - middle, axis=1)
    wall, low, high = radial.max(), points[:, 2].min(), points[:, 2].max()
    if wall <= 0 or high <= low:
        return None
    reach = min(reach, 0.8 * min(2 * wall, high - low) / d)
    edges = np.arange(0.0, reach, bin_width)
    centres = np.arange(len(points))
    if len(centres) > most:
        centres = np.random.default_rng(seed).choice(centres, most, replace=False)
    count, _ = np.histogram(pair_distances(points, centres, reach * d) / d, edges)
    r = (edges[1:] + edges[:-1]) / 2
    inside = np.zeros(len(r))
    directions = random_directions(96)
    some = centres[:: max(1, len(centres) // 400)]
    for k, radius in enumerate(r * d):
        at = points[some][:, None, :] + radius * directions
        inside[k] = np.mean((np.linalg.norm(at[..., :2] - middle, axis=-1) <= wall) & (at[..., 2] >= low) & (at[..., 2] <= high))
    density = len(points) / (np.pi * wall**2 * (high - low))
    shell = 4 / 3 * np.pi * (edges[1:] ** 3 - edges[:-1] ** 3) * d**3 * density * inside * len(centres)
    return {"r_over_d": r, "g": count / np.maximum(shell, 1e-300), "diameter_nm": d, "density_per_nm3": density, "bin_width": bin_width}


def structure_factor(pair, q_d=None):
    """S(q) = 1 + 4 pi n int r^2 (g - 1) sin(qr)/(qr) dr with Lorch's window, as g(r) ends (Lorch, J. Phys. C 2, 229, 1969)."""
    r, g, d = pair["r_over_d"], pair["g"], pair["diameter_nm"]
    q_d = np.linspace(2.0, 30.0, 400) if q_d is None else q_d
    window = np.sinc(r / r[-1])
    kernel = np.sinc(np.outer(q_d, r) / np.pi) * (r**2 * (g - 1) * window)
    return q_d, 1 + 4 * np.pi * pair["density_per_nm3"] * d**3 * kernel.sum(axis=1) * (r[1] - r[0])


def small_angle_scattering(grains, q_d, s, pair):
    """
    I(q) per grain over its value at q = 0 without interference: <F^2> + <F>^2 (S - 1), F = V 3 (sin x - x cos x)/x^3,
    x = qR: spheres whose sizes do not know their places (Kotlarchyk & Chen, J. Chem. Phys. 79, 2461, 1983).
    """
    radius = np.asarray(grains["radius_nm"], float)
    if len(radius) > 4000:
        radius = radius[:: len(radius) // 4000]
    x = np.outer(q_d / pair["diameter_nm"], radius)
    f = radius**3 * 3 * (np.sin(x) - x * np.cos(x)) / x**3
    mean2, mean = (f**2).mean(axis=1), f.mean(axis=1)
    return (mean2 + mean**2 * (s - 1)) / (radius**6).mean()
