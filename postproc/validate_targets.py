"""What nanomint is held against, and the verdict on each.  Pure: it is given what the runs said, and runs nothing.  Used by
validate.py.

found[study][case] is one run: "state", "message" of one that is not done, "coin" (of summary.json), "echo" (key -> text of
deck.echo.yml), and rows of history.csv: "first", "load" (the last of the press), "hold" (the last of the dwell), "last".  What a run
has not said is None, and so is what follows."""
import math
import re

OBSERVED = "Nagaoka 2023"
STUDIES = ("gold", "spheres", "washing", "fusion")
YIELDS = [f"yield, powder_yield_strength={y} GPa" for y in ("0.22", "0.5", "1", "2")]
GOLD, SLOW = "reference", "slow boundaries"
WASHED = {c: f"washed, ligand_coverage={c}" for c in ("0.2", "0.3", "0.4", "1")}
BARE, BARE_SOFT, BARE_HARD = ([f"{name}, press_pressure={p} GPa" for p in ("0.05", "0.2")]
                              for name in ("bare", "bare soft", "bare hard"))
COVERED = [f"covered, press_pressure={p} GPa" for p in ("0.6", "2", "4", "6", "8", "10", "14")]
LOW_VOLUME = [f"low volume, press_pressure={p} GPa" for p in ("6", "10", "14")]
PACKINGS = [[f"packing, press_pressure={p} GPa, powder_seed={seed}" for p in ("6", "10")] for seed in ("2", "3")]
HIGH_VOLUME = [f"high volume, press_pressure={p} GPa" for p in ("2", "4", "6")]
SPHERES = ("Au 61 nm", "Ag 9.5 nm", "Bi 18.9 nm", "Pd glass")
SPHERE_YIELDS = {name: [f"{name}, powder_yield_strength={y} GPa" for y in yields] for name, yields in
                 zip(SPHERES, (("0.22", "0.85"), ("0.5", "2"), ("0.2", "0.8")))}
GLASS = [f"glass, material_resistivity={r} nOhm m" for r in ("1000", "1500")] \
    + [f"glass, powder_yield_strength={y} GPa" for y in ("1.2", "1.8")]
QUICK = {"gold": [GOLD], "spheres": list(SPHERES), "washing": list(WASHED.values()), "fusion": BARE + COVERED}
BAND_OF_COVERAGE = {c: [f"threshold{s}, ligand_threshold={t}" for t in ("0.2", "0.4")]
                    + [f"activation{s}, ligand_activation_volume={v} nm^3" for v in ("0.007", "0.025")]
                    for c, s in (("0.4", ""), ("1", " covered"))}
LIGANDED = [*(("washing", case) for case in BAND_OF_COVERAGE["1"]), ("fusion", COVERED[0])]  # another packing at 0.6 GPa
FIELDS = ["target", "what", "observed", "source", "computed", "band", "verdict", "why", "value", "value_low", "value_high"]
FAILED = "failed"   # state of a run that came to no end
MET, WITHIN, MISSED, NO_RESULT = "met", "met within the band", "missed", "no result"
AJ_PER_EV = 0.1602176634
COARSE_GOLD = 0.3   # [GPa] hardness of coarse gold
SERVO = 1.02        # a press ends within 2 % of its pressure


# ------------------------------------------------------------------------------------------------------------ verdicts

def clean(value):
    """A number, infinite at most, or None."""
    if value is None or isinstance(value, bool) or not isinstance(value, (int, float)) or math.isnan(value):
        return None
    return value


def span(value, band):
    """(least, greatest) of the reference and the band, None where there is no number."""
    values = [v for v in (clean(v) for v in [value, *band]) if v is not None]
    return (min(values), max(values)) if values else (None, None)


def judge(value, band, low, high):
    """The reference decides; else whether its band and low .. high have anything in common."""
    value = clean(value)
    if value is None:
        return NO_RESULT
    if low <= value <= high:
        return MET
    least, greatest = span(value, band)
    return WITHIN if least <= high and greatest >= low else MISSED


# ------------------------------------------------------------------------------------------------- what the runs have said

def run_of(found, study, case):
    """found["read"], where there is one, keeps what was asked for."""
    run = found.get(study, {}).get(case, {})
    if "read" in found:
        found["read"][study, case] = run
    return run


def failures(read):
    """{"study: case": reason} of the runs that came to no end."""
    return {f"{study}: {case}": brief_reason(run.get("message", "")) for (study, case), run in read.items()
            if run.get("state") == FAILED}


def brief_reason(message):
    """What a cell has room for; the whole of it stands in the table of runs."""
    return re.split(r"[;:|]", message, maxsplit=1)[0].strip() or "no reason given"


def tell_failures(failed):
    """failed: reason (case, case); ..."""
    by_reason = {}
    for case, reason in failed.items():
        by_reason.setdefault(re.sub(r"\d+", "N", reason), []).append((case.partition(": ")[2], reason))
    return "; ".join(f"failed: {cases[0][1]} ({'; '.join(case for case, _ in cases)})" for cases in by_reason.values())


def coin(found, study, case, key):
    return clean(run_of(found, study, case).get("coin", {}).get(key))


def coins(found, study, cases, key):
    return [coin(found, study, case, key) for case in cases]


def end_to_end(found, study, case):
    """Share of the grains in the bonded cluster that reaches from punch to punch; 0 if none does."""
    spans, share = (coin(found, study, case, key) for key in ("bonded_spans", "bonded_cluster"))
    return None if spans is None or share is None else share if spans > 0 else 0.0


def conductivity(found, study, case):
    """A powder without any path has no conductivity to write down: 0."""
    run = run_of(found, study, case)
    if "conductivity_S_per_m" not in run.get("coin", {}):
        return None
    return clean(run["coin"]["conductivity_S_per_m"]) or 0.0


def decades(upper, lower):
    if upper is None or lower is None or upper <= 0:
        return None
    return math.inf if lower <= 0 else math.log10(upper / lower)


def threshold(found):
    """(highest coverage with a metal coin, lowest without), of the sweep."""
    shares = {float(c): end_to_end(found, "washing", case) for c, case in WASHED.items()}
    shares[0.0] = end_to_end(found, "gold", GOLD)
    if None in shares.values():
        return None, None
    with_coin = [c for c, share in shares.items() if share > 0.5]
    without = [c for c, share in shares.items() if share <= 0.5]
    return max(with_coin, default=None), min(without, default=None)


def fusion(found, cases):
    """(highest pressure reached without fusion below the lowest with, lowest with), [GPa].

    Without any that fused the second is inf, or None if runs are not done: one of them might have."""
    runs = [(coin(found, "fusion", case, "pressure_reached_GPa"), end_to_end(found, "fusion", case)) for case in cases]
    done = [(p, share) for p, share in runs if p is not None and share is not None]
    if not done:
        return None, None
    fused = min((p for p, share in done if share > 0.5), default=math.inf)
    apart = max((p for p, share in done if share <= 0.5 and p < fused), default=0.0)
    return apart, None if math.isinf(fused) and len(done) < len(runs) else fused


def fusion_ratio(found, covered):
    """A lower bound: the highest pressure that leaves covered grains apart, over the lowest tried that fuses bare ones."""
    (apart, _), (_, bare) = fusion(found, covered), fusion(found, BARE)
    if None in (apart, bare) or math.isinf(bare):
        return None
    return apart / bare if apart > 0 else None


def electron_volts(text):
    """0.2323 aJ, 1.45 eV: of the echo of a deck."""
    found = re.fullmatch(r"\s*([-+.\deE]+)\s*(aJ|eV)\s*", text or "")
    return None if not found else float(found.group(1)) / (AJ_PER_EV if found.group(2) == "aJ" else 1.0)


def squeeze(found, case):
    """How much more the ligand layer is strained by the press than the cores are: (ratio, layer strain, core strain).

    overlap_mean is that of the cores in radii, negative by the layer that keeps them apart: what the approach of two grains
    leaves when the layer's own thinning is taken off is the flattening of the cores, over a diameter."""
    run = run_of(found, "washing", case)
    before, after = run.get("first", {}), run.get("load", {})
    try:
        radius = float(re.match(r"[\d.]+", run["echo"]["powder_diameter"]).group()) / 2
        layer = after["layer_mean_nm"] - before["layer_mean_nm"]
        approach = (after["overlap_mean"] - before["overlap_mean"]) * radius
        layer_strain, core_strain = -layer / before["layer_mean_nm"], (approach + layer) / (2 * radius)
    except (KeyError, TypeError, ValueError, ZeroDivisionError, AttributeError):
        return None, None, None
    if clean(layer_strain) is None or clean(core_strain) is None:
        return None, None, None
    return (layer_strain / core_strain if core_strain > 0 else math.inf), layer_strain, core_strain


def displaced(found, study, case):
    """Share of a grain's volume that its neighbours' caps have pushed aside: what apparent spheres have beyond the true
    volume and its error."""
    row = run_of(found, study, case).get("last", {})
    growth, error = clean(row.get("radius_growth")), clean(row.get("volume_error"))
    return None if growth is None or error is None else (1 + growth) ** 3 - (1 + error)


def growth(found, study, case):
    return clean(run_of(found, study, case).get("last", {}).get("radius_growth"))


# -------------------------------------------------------------------------------------------------------------- targets

def text(value, form="{:.3g}"):
    value = clean(value)
    return "none" if value is None else "infinite" if math.isinf(value) else form.format(value)


class Target:
    """value and band are functions of found; why says, for a miss, what the physics of the model has to say to it."""

    def __init__(self, target, what, observed, source, low, high, value, band=None, why=None, form="{:.3g}",
                 show=None, missing=None, show_band=None):
        self.target, self.what, self.observed, self.source, self.low, self.high = target, what, observed, source, low, high
        self.value, self.band, self.why, self.form, self.show, self.missing = value, band, why, form, show, missing
        self.show_band = show_band

    def row(self, found):
        """failed, which no table has: the runs that it needed and that came to no end, of the value and of the band."""
        read, read_band = {}, {}
        value = clean(self.value({**found, "read": read}))
        band = self.band({**found, "read": read_band}) if self.band else []
        band = [v for v in (clean(v) for v in band) if v is not None]
        failed, failed_band = failures(read), failures(read_band)
        verdict = judge(value, band, self.low, self.high)
        least, greatest = span(value, band)
        why = ""
        if verdict in (MISSED, WITHIN):
            why = self.why(found) if self.why else "not explained yet"
        elif verdict == NO_RESULT:
            why = self.missing(found) if self.missing else "a run that it needs is not done"
        shown = self.show(found) if self.show and value is not None else text(value, self.form)
        spread = self.show_band(found) if self.show_band else f"{text(least, self.form)} .. {text(greatest, self.form)}"
        return {"target": self.target, "what": self.what, "observed": self.observed, "source": self.source,
                "computed": "; ".join(filter(None, ["" if failed and value is None else shown, tell_failures(failed)])),
                "band": "; ".join(filter(None, [spread if band else "", tell_failures(failed_band)])) or "-",
                "failed": {**failed, **failed_band}, "verdict": verdict, "why": why, "value": value,
                "value_low": least if band else None, "value_high": greatest if band else None}


def of_gold(key):
    return {"value": lambda f: coin(f, "gold", GOLD, key), "band": lambda f: coins(f, "gold", [*YIELDS, SLOW], key)}


def sphere(name):
    """With the pressure that the run came to: grains that flow fast let the servo overshoot."""
    def show(found):
        reached = text(coin(found, "spheres", name, "pressure_reached_GPa"))
        return f"{text(end_to_end(found, 'spheres', name))} (reached {reached} GPa)"

    return Target("V5", f"{name}: grains in one bonded cluster, end to end", "a coin", OBSERVED, 0.9, 1.0,
                  lambda f: end_to_end(f, "spheres", name),
                  lambda f: [end_to_end(f, "spheres", case) for case in SPHERE_YIELDS[name]],
                  lambda f: "yield strength, half to double that of the card", show=show)


def hardness_band(scale):
    """Over the yield strengths, and that which the estimate from pores and bonds has by itself."""
    def band(found):
        values = [coin(found, "gold", GOLD, key) for key in ("hardness_low_GPa", "hardness_high_GPa")]
        values += coins(found, "gold", [*YIELDS, SLOW], "hardness_GPa")
        return [v * scale for v in values if v is not None]
    return band


def hardness_ratio(found):
    hardness = coin(found, "gold", GOLD, "hardness_GPa")
    return None if hardness is None else hardness / COARSE_GOLD


def why_density(found):
    return (f"a die of a few hundred grains is seven grains wide, and the loose layer at its walls weighs in (the core has "
            f"{text(coin(found, 'gold', GOLD, 'core_density'))}); bare grains bond where they touch, with a pull-off of 20 nN "
            f"against a mean contact force of 22 nN at 0.6 GPa, which holds pores open; of the yield strength, 0.22 GPa gives "
            f"{text(coin(found, 'gold', YIELDS[0], 'density_under_load'))}")


def why_core(found):
    return (f"a yield strength of 0.22 GPa gives {text(coin(found, 'gold', YIELDS[0], 'core_density'))}, 2 GPa "
            f"{text(coin(found, 'gold', YIELDS[-1], 'core_density'))}; the card has 1.1 GPa; no density of the coin "
            "was reported, 0.85 is what a bulk-like solid should have")


def why_hardness(found):
    soft, next_soft = (text(coin(found, "gold", case, "hardness_GPa")) for case in YIELDS[:2])
    return ("the card's yield strength of 1.1 GPa continues Hall-Petch from coarse gold down to 6.5 nm, where gold softens "
            f"again (below 10 nm); 0.22 and 0.5 GPa, as the hardness of coins and of dense nanocrystalline gold have it, give "
            f"{soft} and {next_soft} GPa")


def why_glass(found):
    return (f"at a core density of {text(coin(found, 'spheres', 'Pd glass', 'core_density'))} all contacts are perfect metal "
            "here: a glass has no boundaries that scatter, and nothing of the surfactant is left; the glass's resistivity is "
            "an estimate, and the source gives the observed number with a unit that is no conductivity's: S/m is our reading")


def why_spread(found):
    return "coverage at which cores touch and activation volume are estimates"


def why_washing(found):
    return "whether cores touch at this coverage is decided by the threshold, 0.2 to 0.4, an estimate"


def why_fusion(found):
    apart, fused = fusion(found, COVERED)
    if apart and fused and math.isfinite(fused):
        return (f"covered grains stay apart up to {text(apart)} GPa and fuse at {text(fused)} GPa; activation volume and the "
                "share of the pressure that acts on a molecule are estimates")
    runs = [(coin(found, "fusion", c, "pressure_reached_GPa"), coin(found, "fusion", c, "bonded_cluster"), c) for c in COVERED]
    runs = [run for run in runs if None not in run]
    if not runs:
        return "no run is done"
    cut = [p for p, _, c in runs if any("density_limit" in str(w) for w in run_of(found, "fusion", c).get("warnings", ()))]
    best, share, case = max(runs, key=lambda run: run[1])
    hold, after = run_of(found, "fusion", case).get("hold", {}), run_of(found, "fusion", case).get("coin", {})
    dense, loose, deep = (text(v, "{:.2g}") for v in (hold.get("relative_density"), after.get("relative_density"),
                                                      hold.get("overlap_max")))
    limit = (f"; from {text(min(cut))} GPa on the dwell ends at its density limit before its 0.01 s are over, so that what bonds "
             "there is not what the pressure would bond") if cut else ""
    return (f"of the covered grains at most {text(share, '{:.2g}')} become one cluster, at {text(best)} GPa, and the release parts "
            f"some of their contacts again (density {dense} to {loose}: layers spring back); the deepest overlap is {deep} R "
            f"there, more than a model of spheres carries{limit}; activation volume and packing decide (see the band), and a "
            "minute instead of 0.01 s does what 2.3 GPa more on the molecules would do")


def why_bare(found):
    return "bare grains bond where they touch; of the yield strength hangs how many touch"


def no_fusion(found):
    apart, _ = fusion(found, COVERED)
    if apart is None:
        return "no run is done"
    return f"covered grains stay apart up to {text(apart)} GPa; not all runs came to an end (see the runs)"


def no_ratio(found):
    (apart, _), (_, bare) = fusion(found, COVERED), fusion(found, BARE)
    if apart is None or bare is None:
        return "a run that it needs is not done"
    return "bare grains do not fuse at the pressures tried" if math.isinf(bare) else "covered grains fuse at the lowest pressure tried"


def show_fusion(cases):
    def show(found):
        apart, fused = fusion(found, cases)
        if apart is None:
            return "no result"
        if fused is None or math.isinf(fused):
            return f"> {apart:.3g} GPa"
        return f"{apart:.3g} .. {fused:.3g} GPa" if apart > 0 else f"<= {fused:.3g} GPa"
    return show


def show_each(show):
    """What the least and the greatest activation volume and two other packings give, each by itself."""
    def each(found):
        others = ", ".join(show(cases)(found) for cases in PACKINGS)
        return f"0.007 nm^3: {show(LOW_VOLUME)(found)}, 0.025 nm^3: {show(HIGH_VOLUME)(found)}, other packings: {others}"
    return each


def show_ratio(cases):
    def show(found):
        least = fusion_ratio(found, cases)
        return "none" if least is None else f"> {least:.3g}"
    return show


def show_threshold(found):
    last, first = threshold(found)
    return f"{text(last)} coin, {text(first)} none"


def threshold_value(found):
    last, first = threshold(found)
    return None if last is None or first is None else (last + first) / 2


def show_squeeze(found):
    _, layer, core = squeeze(found, WASHED["1"])
    return f"{100 * layer:.2g} % against {100 * core:.2g} %"


def show_growth(found):
    return f"{text(growth(found, 'gold', GOLD))} ({text(displaced(found, 'gold', GOLD), '{:.2g}')})"


TARGETS = [
    Target("V1", "Au 6.5 nm, 0.6 GPa: grains in one bonded cluster, end to end", "golden, bulk-like; > 0.9", OBSERVED, 0.9, 1.0,
           lambda f: end_to_end(f, "gold", GOLD), lambda f: [end_to_end(f, "gold", c) for c in [*YIELDS, SLOW]]),
    Target("V1", "density under load, whole die", ">= 0.85", "criterion", 0.85, 1.0, **of_gold("density_under_load"),
           why=why_density),
    Target("V1", "density of the core, after release", ">= 0.85", "criterion", 0.85, 1.0, **of_gold("core_density"),
           why=why_core),
    Target("V2", "hardness of the Au coin, GPa", "0.65 +- 0.2", OBSERVED, 0.45, 0.85,
           lambda f: coin(f, "gold", GOLD, "hardness_GPa"), hardness_band(1.0), why_hardness),
    Target("V3", "the same over that of coarse gold, 0.3 GPa", "2 to 4", "press release 2021", 2.0, 4.0, hardness_ratio,
           hardness_band(1 / COARSE_GOLD), why_hardness),
    Target("V4", "conductivity of amorphous Pd, S/m", "1e5 within x3", OBSERVED, 1e5 / 3, 3e5,
           lambda f: conductivity(f, "spheres", "Pd glass"), lambda f: [conductivity(f, "spheres", c) for c in GLASS],
           why_glass),
    *[sphere(name) for name in SPHERES[:3]],
    Target("V6", "coverage 0.4, 0.6 GPa: grains in one bonded cluster, end to end", "no metal", OBSERVED, 0.0, 0.0,
           lambda f: end_to_end(f, "washing", WASHED["0.4"]),
           lambda f: [end_to_end(f, "washing", c) for c in BAND_OF_COVERAGE["0.4"]], why_washing),
    Target("V6", "coverage between coin and powder (input: cores touch below 0.3)", "0.2 to 0.4", "estimate", 0.2, 0.4,
           threshold_value, show=show_threshold, why=why_spread),
    Target("V7", "conductivity at coverage 1, S/m", "< 0.01", OBSERVED, 0.0, 0.01,
           lambda f: conductivity(f, "washing", WASHED["1"]),
           lambda f: [conductivity(f, *run) for run in LIGANDED], why_spread),
    Target("V8", "conductivity of connected cores, S/m", "> 1e3", OBSERVED, 1e3, math.inf,
           lambda f: conductivity(f, "gold", GOLD), lambda f: [conductivity(f, "gold", c) for c in [*YIELDS, SLOW]]),
    Target("V8", "decades between V8 and V7", ">= 5", OBSERVED, 5.0, math.inf,
           lambda f: decades(conductivity(f, "gold", GOLD), conductivity(f, "washing", WASHED["1"])),
           lambda f: [decades(conductivity(f, "gold", GOLD), conductivity(f, *run)) for run in LIGANDED], why_spread),
    Target("V9", "fusion pressure, covered", "8 to 10 GPa", OBSERVED, 8.0, 10.0 * SERVO,
           lambda f: fusion(f, COVERED)[1],
           lambda f: [fusion(f, c)[1] for c in (LOW_VOLUME, HIGH_VOLUME, *PACKINGS)], why_fusion,
           show=show_fusion(COVERED), missing=no_fusion, show_band=show_each(show_fusion)),
    Target("V9", "fusion pressure, bare", "< 1 GPa", OBSERVED, 0.0, 1.0, lambda f: fusion(f, BARE)[1],
           lambda f: [fusion(f, cases)[1] for cases in (BARE_SOFT, BARE_HARD)], why=why_bare, show=show_fusion(BARE)),
    Target("V9", "fusion pressure, covered over bare", ">= 8", OBSERVED, 8.0, math.inf, lambda f: fusion_ratio(f, COVERED),
           lambda f: [fusion_ratio(f, c) for c in (LOW_VOLUME, HIGH_VOLUME, *PACKINGS)], why_fusion, missing=no_ratio,
           show=show_ratio(COVERED), show_band=show_each(show_ratio)),
    Target("V16", "bond of a ligand, eV (input)", "1.3 to 1.6", "Buergi 2015", 1.3, 1.6,
           lambda f: electron_volts(run_of(f, "washing", WASHED["1"]).get("echo", {}).get("ligand_bond_energy"))),
    Target("V17", "molecules per nm^2 at coverage 1 (input)", "5", OBSERVED, 5.0, 5.0, lambda f: f.get("per_nm2")),
    Target("V18", "strain by the press: ligand layer over core", "layer first: > 1", OBSERVED, 1.0, math.inf,
           lambda f: squeeze(f, WASHED["1"])[0], lambda f: [squeeze(f, c)[0] for c in BAND_OF_COVERAGE["1"]], why_spread),
    Target("V27", "growth of a grain's radius (share of its volume displaced)", "outermost layers; < 0.1", OBSERVED, -0.1, 0.1,
           lambda f: growth(f, "gold", GOLD), lambda f: [growth(f, "gold", c) for c in [*YIELDS, SLOW]], show=show_growth,
           why=lambda f: "spheres that touch flatten each other: what their caps displace has to go somewhere"),
]


def target_ids():
    return list(dict.fromkeys(t.target for t in TARGETS))


def judge_all(found, only=None):
    """One row per quantity; only: of these targets."""
    return [t.row(found) for t in TARGETS if not only or t.target in only]
