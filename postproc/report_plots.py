"""The plots of a report: each draws one thing of one run (or of several) and returns the numbers it drew.

A plot is a function of a View that returns (title, caption, figure, table) or None when the run has nothing to show;
table: columns by name, as written to CSV.  Colours: Okabe & Ito (2008), which people see apart whatever their eyes."""
import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.ticker import LogLocator, MaxNLocator, NullLocator

import structure

BLACK, ORANGE, SKY, GREEN, YELLOW, BLUE, RED, PURPLE = (
    "#000000", "#E69F00", "#56B4E9", "#009E73", "#F0E442", "#0072B2", "#D55E00", "#CC79A7")
LINES = (BLUE, RED, GREEN, PURPLE, ORANGE, SKY, BLACK, "#7f7f7f")
MOST_POINTS = 1500  # of a line: more than a plot has pixels
plt.rcParams.update({"font.size": 9.5, "axes.grid": True, "grid.color": "0.9", "axes.axisbelow": True, "svg.hashsalt": "nanomint",
                     "legend.fontsize": 8, "legend.framealpha": 0.8, "figure.max_open_warning": 0,
                     "axes.prop_cycle": plt.cycler(color=LINES)})


class View:
    """A run with the frames a report looks at, each read once: under the greatest load, and the last."""

    def __init__(self, run, read):
        self.run, self.frames, self.problems = run, {}, []
        grains = run.frames("grains")
        if grains:
            load = [run.at("pressure_top_GPa", time) for time, _ in grains]
            chosen = {len(grains) - 1: "last frame"}
            if np.isfinite(load).any():
                chosen[int(np.nanargmax(load))] = "greatest load"
            if len(chosen) == 1:
                chosen = {k: "greatest load, last frame" for k in chosen}
            for k in sorted(chosen):
                self._take(chosen[k], grains[k][0], load[k], read)

    def _take(self, name, time, load, read):
        path = {kind: dict(self.run.frames(kind)).get(time) for kind in ("grains", "contacts", "meshed", "tools")}
        frame = {"time": time, "load": load, "path": path}
        for kind in ("grains", "contacts", "meshed"):
            try:
                frame[kind] = read(path[kind]) if path[kind] else None
            except ValueError as error:
                frame[kind] = None
                self.problems.append(str(error))
        grains, contacts = frame["grains"], frame["contacts"]
        if grains is None or "id" not in grains or "radius_nm" not in grains or not len(grains["points"]):
            return
        try:
            frame["c"] = structure.Contacts(grains, contacts) if contacts else None
        except (KeyError, IndexError) as error:
            frame["c"] = None
            self.problems.append(f"{path['contacts']}: contacts do not belong to the grains ({error})")
        self.frames[name] = frame

    def title(self, name):
        frame = self.frames[name]
        return f"{name}: {frame['load']:.3g} GPa, {frame['time']:.4g} ns" if np.isfinite(frame["load"]) else f"{name}: {frame['time']:.4g} ns"

    def loaded(self):
        """The frame under the greatest load, or None."""
        return next((frame for name, frame in self.frames.items() if name.startswith("greatest")), None)


def axes_of(xlabel, ylabel, size=(4.9, 3.5), **how):
    figure, axes = plt.subplots(figsize=size, layout="constrained", **how)
    axes.xaxis.set_major_locator(MaxNLocator(7))  # more would touch each other where they have many digits
    axes.set_xlabel(xlabel)
    axes.set_ylabel(ylabel)
    return figure, axes


def legend_below(axes, ncols):
    """Where many lines fill the axes."""
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.19), ncols=ncols, fontsize=7)


def thin(x, y):
    """At most MOST_POINTS points; the first and the last stay."""
    step = max(1, -(-len(x) // MOST_POINTS))
    pick = np.unique(np.append(np.arange(0, len(x), step), len(x) - 1)) if len(x) else slice(None)
    return np.asarray(x)[pick], np.asarray(y)[pick]


def line(axes, x, y, label, **how):
    """False if there is nothing finite to draw."""
    good = np.isfinite(x) & np.isfinite(y)
    if not good.any():
        return False
    axes.plot(*thin(np.asarray(x)[good], np.asarray(y)[good]), label=label, lw=how.pop("lw", 1.3), marker="." if good.sum() < 3 else None, **how)
    return True


def shade(axes, run, x):
    """Every other stage grey, its name above the axes, where no legend lies, if there is room for it."""
    for k, (name, a, b) in enumerate(run.stages()):
        left, right = x[a], x[min(b + 1, len(x) - 1)]
        if k % 2:
            axes.axvspan(left, right, color="0.95", zorder=0)
        low, high = axes.get_xlim()
        if right - left > 0.035 * (high - low):
            tall = right - left < 0.16 * (high - low)
            axes.annotate(name, ((left + right) / 2, 1.01), xycoords=("data", "axes fraction"), fontsize=7.5, color="0.35", ha="center", va="bottom",
                          rotation=90 if tall else 0)


def stages_of_kind(run, kind):
    """First and last row of each; before the summary is written, a stage is called after its kind."""
    kinds = {stage.get("name"): stage.get("kind") for stage in run.summary.get("stages", [])}
    return [(a, b) for name, a, b in run.stages() if kinds.get(name, name.rstrip("0123456789_")) == kind]


def moving(run, wanted):
    """Those of the columns that are not zero all the time: no meshed grains, no bonds, no ligands."""
    return [entry for entry in wanted if np.nanmax(np.abs(run[entry[0]]), initial=0.0) > 0]


def over(run, x, wanted, xlabel, ylabel, stages=True, **how):
    """Columns of the history over one of them; None if none of them is there."""
    figure, axes = axes_of(xlabel, ylabel, **how)
    table = {x: run[x]}
    for column, text, look in wanted:
        if line(axes, run[x], run[column], text, **look):
            table[column] = run[column]
    if len(table) == 1:
        plt.close(figure)
        return None
    if stages:
        axes.margins(y=0.08)
        axes.autoscale_view()
        shade(axes, run, run[x])
    if len(table) > 2:
        axes.legend()
    return figure, axes, table


# ------------------------------------------------------------------------------------------------------- the press

PRESSURES = [("pressure_top_GPa", "top punch", {"color": BLUE}), ("pressure_bottom_GPa", "bottom punch", {"color": RED, "ls": "--"}),
             ("pressure_wall_GPa", "die wall", {"color": GREEN, "ls": "-."})]


def press_curve(view):
    done = over(view.run, "relative_density", PRESSURES, "relative density between the punches", "pressure [GPa]", stages=False)
    if done:
        figure, axes, table = done
        return "Press curve", "Pressure on the punches and on the wall of the die over the density of the powder between the punches.", figure, table


def pressure_time(view):
    run = view.run
    done = over(run, "time_ns", PRESSURES + [("target_GPa", "target", {"color": "0.4", "ls": ":"})], "mechanical time [ns]", "pressure [GPa]")
    if done:
        figure, axes, table = done
        return "Pressure on the mechanical clock", "Mechanics runs in nanoseconds; a press of nanoseconds stands for one of any length.", figure, table


def pressure_slow(view):
    run = view.run
    slow = run["slow_time_s"]
    rows = np.zeros(run.rows, bool)
    for a, b in stages_of_kind(run, "dwell"):
        rows[a : b + 1] = slow[a : b + 1] > 0
    if rows.sum() < 2:
        return None
    figure, axes = axes_of("time of the dwell on the slow clock [s]", "pressure [GPa]")
    table = {"slow_time_s": slow[rows]}
    for column, text, look in PRESSURES:
        if line(axes, slow[rows], run[column][rows], text, **look):
            table[column] = run[column][rows]
    axes.set_xscale("log")
    twin = axes.twinx()
    twin.grid(False)
    line(twin, slow[rows], run["core_density"][rows], "density of the core", color=ORANGE)
    twin.set_ylabel("relative density of the core", color="#8a5f00")
    table["core_density"] = run["core_density"][rows]
    handles = [h + g for h, g in zip(axes.get_legend_handles_labels(), twin.get_legend_handles_labels())]
    axes.margins(y=0.35)
    axes.legend(*handles, fontsize=7, ncols=2, loc="upper left")
    return ("Pressure and density on the slow clock", "Ligands leave, bonds form and necks grow in seconds, while the press holds.",
            figure, table)


def density_time(view):
    done = over(view.run, "time_ns", [("relative_density", "between the punches", {}), ("core_density", "core", {"ls": "--"})],
                "mechanical time [ns]", "relative density")
    if done:
        return "Density", "The core leaves out the layer at the walls, where spheres pack loosely.", done[0], done[2]


def loading_rows(run):
    """Rows of the first press, up to its greatest pressure."""
    for a, b in stages_of_kind(run, "press"):
        p = run["pressure_top_GPa"][a : b + 1]
        if np.isfinite(p).any():
            return np.arange(a, a + int(np.nanargmax(p)) + 1)
    return np.zeros(0, int)


def heckel_fit(run):
    """ln(1/(1-D)) = K P + A over the upper half of the pressure (Heckel, Trans. AIME 221, 671 and 1001, 1961)."""
    rows = loading_rows(run)
    p, d = run["pressure_top_GPa"][rows], run["core_density"][rows]
    if not (d < 1).all():  # not there, or a die too narrow to have a core
        d = run["relative_density"][rows]
    good = np.isfinite(p) & np.isfinite(d) & (d < 1) & (d > 0) & (p > 0)
    p, y = p[good], -np.log(1 - d[good])
    upper = p > 0.5 * p.max() if len(p) else np.zeros(0, bool)
    fit = np.polyfit(p[upper], y[upper], 1) if upper.sum() > 2 and np.ptp(p[upper]) > 0 else (np.nan, np.nan)
    return p, y, fit


def heckel(view):
    p, y, (slope, offset) = heckel_fit(view.run)
    if len(p) < 3:
        return None
    figure, axes = axes_of("pressure on the top punch [GPa]", "ln(1/(1 - D)), D relative density")
    line(axes, p, y, "loading", color=BLUE)
    if slope > 0:
        x = np.array([0.5 * p.max(), p.max()])
        axes.plot(x, slope * x + offset, color=RED, ls="--", lw=2, label=f"upper half: 1/K = {1 / slope:.3g} GPa")
    axes.legend()
    return ("Heckel plot", "D of the core, between the punches in narrow dies. Heckel (1961): a straight line in the upper half gives the yield pressure 1/K, about three times the yield stress of the grains.",
            figure, {"pressure_top_GPa": p, "ln_1_over_1_minus_D": y})


def coordination(view):
    wanted = [("coordination", "contacts, all grains", {}), ("coordination_mechanical", "without rattlers", {"ls": "--"}),
              ("bonded_coordination", "bonds", {"ls": "-."})]
    done = over(view.run, "time_ns", moving(view.run, wanted), "mechanical time [ns]", "per grain")
    if done:
        return "Contacts and bonds per grain", "Rattlers carry nothing: grains with fewer contacts than hold them.", done[0], done[2]


def energies(view):
    wanted = [("work_tools_aJ", "done by the tools", {"color": BLACK}), ("work_normal_aJ", "normal: elastic, plastic", {"color": BLUE}),
              ("work_tangential_aJ", "tangential", {"color": SKY}), ("work_friction_aJ", "of it, lost in sliding", {"color": ORANGE, "ls": "--"}),
              ("work_viscous_aJ", "viscous", {"color": GREEN}), ("work_drag_aJ", "drag", {"color": PURPLE}),
              ("work_strain_aJ", "elements", {"color": RED}), ("work_plastic_aJ", "of it, plastic", {"color": RED, "ls": "--"}),
              ("stored_aJ", "stored", {"color": "0.5", "ls": "-."}), ("kinetic_aJ", "kinetic", {"color": "#b8a800", "ls": ":"})]
    run = view.run
    done = over(run, "time_ns", moving(run, wanted), "mechanical time [ns]", "since the start [aJ]")
    if done:
        legend_below(done[1], 3)
        return "Energy balance", "What the tools did and where it went.", done[0], done[2]


def checks(view):
    run = view.run
    figure, axes = axes_of("mechanical time [ns]", "relative")
    table = {"time_ns": run["time_ns"]}
    for column, text in (("inertial_number", "inertial number"), ("unbalance", "unbalanced force"), ("energy_error", "energy error"),
                         ("volume_error", "volume error")):
        y = np.abs(run[column])
        if line(axes, run["time_ns"], np.where(y > 0, y, np.nan), text):
            table[column] = run[column]
    if len(table) == 1:
        plt.close(figure)
        return None
    axes.set_yscale("log")
    axes.set_ylim(bottom=max(axes.get_ylim()[0], 1e-9))
    axes.axhline(1e-3, color="0.3", lw=0.8, ls=":")
    axes.legend(fontsize=7)
    volume = " Volume error: grown spheres less their caps, over the true volume of the grains, less 1." if "volume_error" in table else ""
    return ("Can it be believed", "An inertial number below 1e-3 (dotted) is quasi-static; the balance of energy should close to 1e-2." + volume, figure, table)


def bonding(view):
    run = view.run
    wanted = [("bonded_fraction", "bonded contacts", {}), ("bonded_cluster", "grains in the largest bonded cluster", {"ls": "--"}),
              ("coverage_contact", "ligands left in contacts", {"ls": "-."})]
    done = over(run, "time_ns", wanted, "mechanical time [ns]", "fraction") if moving(run, wanted) else None
    if done:
        done[1].set_ylim(-0.03, 1.13)
        return "Bonds", "Which share of the contacts has become metal, and how far it hangs together.", done[0], done[2]


def conductivity(view):
    c = view.run.conduction
    steps = c.get("sigma_zz_S_per_m")
    if steps is None or not np.isfinite(steps).any():
        return None
    # the column of names is text: the row's place in the programme comes from its step
    stage = [name for step in c["step"] for name in [next((n for n, a, b in view.run.stages() if view.run["step"][a] <= step <= view.run["step"][b]), "?")]]
    figure, axes = axes_of("at the end of", "conductivity [S/m]")
    x = np.arange(len(steps))
    table = {"step": c["step"]}
    for column, text, marker in (("sigma_zz_S_per_m", "end to end", "o"), ("tensor_xx_S_per_m", "tensor xx", "x"), ("tensor_zz_S_per_m", "tensor zz", "+")):
        y = c.get(column)
        if y is not None and np.isfinite(y).any() and (y > 0).any():
            axes.plot(x, np.where(y > 0, y, np.nan), marker, label=text, ms=8, mew=2, ls="none")
            table[column] = y
    if len(table) == 1:
        plt.close(figure)
        return None
    axes.set_xticks(x, stage)
    axes.margins(x=0.1, y=0.1)
    values = np.concatenate([y[y > 0] for name, y in table.items() if name != "step"])
    if values.max() > 10 * values.min():
        axes.set_yscale("log")
    else:
        axes.set_ylim(bottom=0)
    axes.legend()
    return "Conductivity", "From one outermost layer of grains to the other, and as a tensor; where nothing conducts there is no point.", figure, table


# ------------------------------------------------------------------------------------------- forces and structure

def bins_for(count, most):
    """As many as the numbers fill without gaps."""
    return int(np.clip(np.sqrt(count), 8, most))


def force_density(c):
    push = c.fn > 0
    if push.sum() < 20:
        return None
    x = c.fn / c.fn[push].mean()
    edges = np.linspace(max(-4.0, np.floor(2 * x.min()) / 2), min(10.0, np.ceil(2 * x.max()) / 2), bins_for(len(x), 60) + 1)
    density, _ = np.histogram(x, edges)
    return (edges[1:] + edges[:-1]) / 2, density / (len(x) * np.diff(edges))


def forces(view):
    figure, axes = axes_of("normal force over the mean of those that push", "probability density")
    table = {}
    for k, (name, frame) in enumerate(view.frames.items()):
        drawn = force_density(frame["c"]) if frame["c"] else None
        if drawn:
            axes.plot(drawn[0], np.where(drawn[1] > 0, drawn[1], np.nan), "o-", ms=3, lw=0.8, color=LINES[k], label=view.title(name))
            table[f"f ({name})"], table[f"P ({name})"] = drawn
    if not table:
        plt.close(figure)
        return None
    x = np.linspace(0, 6, 100)
    axes.plot(x, 3 * (1 - 0.75 * np.exp(-x * x)) * np.exp(-1.5 * x), color="0.4", ls="--", lw=1, label="rigid beads (Mueth 1998)")
    axes.set_yscale("log")
    axes.legend(fontsize=7)
    return ("Contact forces", "P(f), signed: what adheres pulls. Dashed: Mueth, Jaeger & Nagel, Phys. Rev. E 57, 3164 (1998), dry glass beads under weak load.",
            figure, table)


def chains(view):
    figure, axes = axes_of("grains in the chain", "chains")
    table, words = {}, []
    for k, (name, frame) in enumerate(view.frames.items()):
        if not frame["c"]:
            continue
        facts, chain, link = structure.force_chains(frame["grains"], frame["c"])
        strong = structure.strong_network(frame["grains"], frame["c"])
        frame["chain"], frame["link"] = chain, link
        if not facts.get("chains"):
            continue
        members = np.bincount(chain[chain >= 0])
        edges = np.unique(np.round(np.geomspace(3, members.max() + 1, 12)).astype(int)) if members.max() > 14 else np.arange(3, members.max() + 2)
        count, _ = np.histogram(members, edges)
        axes.stairs(count, edges - 0.5, color=LINES[k], lw=1.5, ls="-" if k == 0 else "--", label=view.title(name))
        table[f"members ({name})"] = members
        words.append(f"{name}: {facts['chains']:.0f} chain{'s' if facts['chains'] > 1 else ''} of {facts['mean_members']:.1f} grains on average hold {100 * facts['grains_in_chains']:.0f} % of the "
                     f"grains, and {100 * facts['links_share']:.0f} % of the pushing contacts carry {100 * facts['force_share']:.0f} % of the force there; contacts "
                     f"above the mean ({strong['mean_force_nN']:.3g} nN) {'reach' if strong['percolates'] else 'do not reach'} from punch to punch.")
    if not table:
        plt.close(figure)
        return None
    if max(np.unique(members, return_counts=True)[1].max() for members in table.values()) > 10:
        axes.set_yscale("log")
        axes.set_ylim(bottom=0.7)
    else:
        axes.yaxis.set_major_locator(MaxNLocator(5, integer=True))
        axes.margins(y=0.25)
    if max(members.max() for members in table.values()) > 30:
        axes.set_xscale("log")
        axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 3, 5)))
        axes.xaxis.set_major_formatter("{x:.0f}")
        axes.xaxis.set_minor_locator(NullLocator())
    axes.legend(fontsize=7)
    return "Force chains", "Peters et al., Phys. Rev. E 72, 041307 (2005), 45 degrees. " + " ".join(words), figure, table


def fabric(view):
    frame = view.loaded() or next(iter(view.frames.values()), None)
    if not frame or not frame["c"] or len(frame["c"].fn) < 20:
        return None
    c = frame["c"]
    strong = c.fn > c.fn[c.fn > 0].mean() if (c.fn > 0).any() else np.zeros(len(c.fn), bool)
    edges = np.linspace(0, np.pi / 2, 10)
    theta = np.arccos(np.clip(np.abs(c.n[:, 2]), 0, 1))
    table = {"degrees_from_press_axis": np.degrees((edges[1:] + edges[:-1]) / 2)}
    figure, axes = plt.subplots(figsize=(4.9, 3.9), layout="constrained", subplot_kw={"projection": "polar"})
    middle = (edges[1:] + edges[:-1]) / 2
    all_round = np.concatenate([middle, np.pi - middle[::-1], np.pi + middle, 2 * np.pi - middle[::-1]])
    for which, text, colour, style in ((np.ones(len(theta), bool), "all contacts", BLUE, "-"), (strong, "contacts above the mean force", RED, "--")):
        if which.sum() < 10:
            continue
        count, _ = np.histogram(theta[which], edges)
        share = count / which.sum() / (np.cos(edges[:-1]) - np.cos(edges[1:]))  # over that of directions without preference
        table[text] = share
        ring = np.concatenate([share, share[::-1], share, share[::-1]])
        axes.plot(np.append(all_round, all_round[0]), np.append(ring, ring[0]), color=colour, ls=style, lw=1.6, label=text)
    axes.plot(np.linspace(0, 2 * np.pi, 100), np.ones(100), color="0.4", ls=":", lw=1, label="no preference")
    axes.set_theta_zero_location("N")
    axes.set_xticks(np.radians([0, 45, 90, 135, 180, 225, 270, 315]), ["press axis", "", "across", "", "", "", "across", ""])
    axes.set_ylim(0, None)
    axes.set_rlabel_position(40)
    axes.tick_params(labelsize=8)
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.06), ncols=3, fontsize=7)
    return ("Fabric", f"Density of contact directions over the angle to the axis of the press, {frame['load']:.3g} GPa.", figure, table)


def pairs(view):
    figure, axes = axes_of("distance over mean diameter", "g(r)")
    table = {}
    for k, (name, frame) in enumerate(view.frames.items()):
        pair = frame["pair"] = structure.pair_correlation(frame["grains"])
        if pair:
            line(axes, pair["r_over_d"], pair["g"], view.title(name), color=LINES[k], lw=1.1, ls="-" if k == 0 else "--")
            table[f"r_over_d ({name})"], table[f"g ({name})"] = pair["r_over_d"], pair["g"]
    if not table:
        plt.close(figure)
        return None
    axes.axhline(1, color="0.4", lw=0.8, ls=":")
    axes.set_xlim(left=0)
    axes.margins(y=0.15)
    axes.legend(fontsize=7)
    narrow = "" if any(wide_enough(frame.get("pair")) for frame in view.frames.values()) else " There is too little of it for a structure factor."
    return ("Pair correlation", "Of the centres of the grains, corrected for the walls of the die." + narrow, figure, table)


def wide_enough(pair):
    """For S(q): g(r) of less than three diameters makes it negative at small q."""
    return pair and pair["r_over_d"][-1] >= 3 - pair["bin_width"]


def scattering(view):
    figure, (upper, lower) = plt.subplots(2, 1, figsize=(4.9, 4.6), layout="constrained", sharex=True)
    table = {}
    for k, (name, frame) in enumerate(view.frames.items()):
        if not wide_enough(frame.get("pair")):
            continue
        q_d, s = structure.structure_factor(frame["pair"])
        intensity = structure.small_angle_scattering(frame["grains"], q_d, s, frame["pair"])
        q = q_d / frame["pair"]["diameter_nm"]
        upper.plot(q, s, color=LINES[k], lw=1.2, ls="-" if k == 0 else "--", label=view.title(name))
        lower.plot(q, np.where(intensity > 0, intensity, np.nan), color=LINES[k], lw=1.2, ls="-" if k == 0 else "--")
        table[f"q_per_nm ({name})"], table[f"S ({name})"], table[f"I ({name})"] = q, s, intensity
    if not table:
        plt.close(figure)
        return None
    upper.axhline(1, color="0.4", lw=0.8, ls=":")
    upper.set_ylabel("S(q)")
    upper.legend(fontsize=7)
    lower.set_yscale("log")
    lower.set_ylabel("I(q)/I$_1$(0) per grain")
    lower.set_xlabel("q [1/nm]")
    return ("Scattering", "Structure factor from g(r), and what small-angle scattering (SAXS) of spheres in vacuum would see; the shape of the coin is left out.",
            figure, table)


def histogram(axes, values, edges, label, **how):
    count, _ = np.histogram(values, edges)
    density = count / max(1, len(values)) / np.diff(edges)
    axes.stairs(density, edges, label=label, lw=1.4, **how)
    return density


def necks(view):
    series = []
    for k, (name, frame) in enumerate(view.frames.items()):
        if frame["c"] is None:
            continue
        for column, text, look in (("contact_radius_nm", "contacts", {"fill": True, "alpha": 0.3}), ("neck_radius_nm", "necks", {"ls": ("-", "--")[k]})):
            values = frame["c"].array.get(column, np.zeros(0))
            values = values[values > 0]
            if len(values) > 5:
                series.append((f"{text}, {name}", values, {"color": LINES[k]} | look))
    if not series:
        return None
    edges = np.linspace(0, 1.02 * max(np.max(values) for _, values, _ in series), bins_for(min(len(values) for _, values, _ in series), 40) + 1)
    figure, axes = axes_of("radius [nm]", "probability density [1/nm]")
    table = {"radius_nm": (edges[1:] + edges[:-1]) / 2}
    for text, values, look in series:
        table[text] = histogram(axes, values, edges, f"{text} ({len(values)})", **look)
    legend_below(axes, min(2, len(view.frames)))
    return "Contacts and necks", "Radii of all flats (filled) and of the metal necks between bonded grains (lines); their number in brackets.", figure, table


def grain_stress(view):
    series = [(name, frame["grains"]["q_GPa"]) for name, frame in view.frames.items() if "q_GPa" in frame["grains"]]
    series = [(name, q[np.isfinite(q)]) for name, q in series]
    series = [(name, q) for name, q in series if len(q) > 5 and q.max() > 0]
    if not series:
        return None
    top = max(np.quantile(q, 0.999) for _, q in series)
    edges = np.linspace(0, top if top > 0 else 1, bins_for(len(series[0][1]), 40) + 1)
    figure, axes = axes_of("deviatoric (von Mises) stress of a grain [GPa]", "probability density [1/GPa]")
    table = {"q_GPa": (edges[1:] + edges[:-1]) / 2}
    for k, (name, q) in enumerate(series):
        table[name] = histogram(axes, q, edges, view.title(name), color=LINES[k], ls="-" if k == 0 else "--")
    axes.margins(y=0.25)
    axes.legend(fontsize=7)
    return "Stress of the grains", "Mean over each grain, from the forces of its contacts; inside a meshed grain it is higher in places.", figure, table


def element_stress(view):
    series = [(name, frame["meshed"]["von_mises_GPa"]) for name, frame in view.frames.items() if frame["meshed"] and "von_mises_GPa" in frame["meshed"]]
    if not series:
        return None
    edges = np.linspace(0, max(np.quantile(q, 0.999) for _, q in series) or 1, 61)
    figure, axes = axes_of("von Mises stress of an element [GPa]", "probability density [1/GPa]")
    table = {"von_mises_GPa": (edges[1:] + edges[:-1]) / 2}
    for k, (name, q) in enumerate(series):
        table[name] = histogram(axes, q, edges, view.title(name), color=LINES[k], ls="-" if k == 0 else "--")
    axes.margins(y=0.25)
    axes.legend(fontsize=7)
    return "Stress inside meshed grains", "Of all elements; the edge at the right is the yield stress, where there is one.", figure, table


PLOTS = [("press_curve", press_curve), ("pressure_time", pressure_time), ("pressure_slow", pressure_slow), ("density", density_time),
         ("heckel", heckel), ("coordination", coordination), ("bonds", bonding), ("conductivity", conductivity), ("necks", necks),
         ("forces", forces), ("chains", chains), ("fabric", fabric), ("grain_stress", grain_stress), ("element_stress", element_stress),
         ("pair_correlation", pairs), ("scattering", scattering), ("energies", energies), ("checks", checks)]


# ---------------------------------------------------------------------------------------------------- several runs

def compare(views, x, y, xlabel, ylabel, title, caption):
    figure, axes = axes_of(xlabel, ylabel)
    table = {}
    for k, view in enumerate(views):
        if line(axes, view.run[x], view.run[y], view.run.name, color=LINES[k % len(LINES)], ls=("-", "--", "-.")[k // len(LINES) % 3]):
            table[f"{x} ({view.run.name})"], table[f"{y} ({view.run.name})"] = view.run[x], view.run[y]
    if not table:
        plt.close(figure)
        return None
    axes.legend()
    return title, caption, figure, table


def compare_heckel(views):
    figure, axes = axes_of("pressure on the top punch [GPa]", "ln(1/(1 - D)), D relative density")
    table = {}
    for k, view in enumerate(views):
        p, y, fit = heckel_fit(view.run)
        text = view.run.name + (f": 1/K = {1 / fit[0]:.3g} GPa" if fit[0] > 0 else "")
        if len(p) > 2 and line(axes, p, y, text, color=LINES[k % len(LINES)]):
            table[f"P ({view.run.name})"], table[f"ln ({view.run.name})"] = p, y
    if not table:
        plt.close(figure)
        return None
    axes.legend()
    return "Heckel plots", "Loading of the first press.", figure, table


def compare_forces(views):
    figure, axes = axes_of("normal force over the mean of those that push", "probability density")
    table = {}
    for k, view in enumerate(views):
        frame = view.loaded()
        drawn = force_density(frame["c"]) if frame and frame["c"] else None
        if drawn:
            axes.plot(drawn[0], np.where(drawn[1] > 0, drawn[1], np.nan), "o-", ms=3, lw=0.8, color=LINES[k % len(LINES)], label=view.run.name)
            table[f"f ({view.run.name})"], table[f"P ({view.run.name})"] = drawn
    if not table:
        plt.close(figure)
        return None
    axes.set_yscale("log")
    axes.legend()
    return "Contact forces", "Under the greatest load of each run.", figure, table


def comparisons(views):
    made = [("compare_press", compare(views, "relative_density", "pressure_top_GPa", "relative density between the punches", "pressure on the top punch [GPa]",
                                      "Press curves", "Loading, dwell and release of each run.")),
            ("compare_heckel", compare_heckel(views)),
            ("compare_coordination", compare(views, "relative_density", "coordination", "relative density between the punches", "contacts per grain",
                                             "Contacts per grain", "Over the density.")),
            ("compare_forces", compare_forces(views))]
    return [(name, drawn) for name, drawn in made if drawn]
