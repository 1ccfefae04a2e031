#!/usr/bin/env python3
"""./mint validate: verdicts on rows made by hand, what is missing, what is refused.  No run of the solver."""
import math
import os
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
POSTPROC = os.path.join(HERE, "..", "..", "postproc")
sys.dont_write_bytecode = True
sys.path.insert(0, POSTPROC)

from study_file import read_study  # noqa: E402
from study_run import Folder, read_deck  # noqa: E402
import validate_targets as vt  # noqa: E402

PROGRAM, WORK = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
NAN = float("nan")


class Wrong(Exception):
    """validate did not do as it should."""


def check(right, what, said=""):
    if not right:
        raise Wrong(f"{what}\n{said}")


def same(got, wanted, what):
    close = got == wanted or (isinstance(got, float) and isinstance(wanted, float) and math.isclose(got, wanted, rel_tol=1e-9))
    check(close, f"{what}: {got!r} instead of {wanted!r}")


def test_verdicts():
    for value, band, verdict in ((0.65, [], vt.MET), (0.65, [9.0], vt.MET), (0.45, [], vt.MET), (0.85, [], vt.MET),
                                 (1.2, [], vt.MISSED), (1.2, [1.0, 2.0], vt.MISSED), (1.2, [0.8], vt.WITHIN),
                                 (1.2, [0.1], vt.WITHIN), (0.1, [0.44], vt.MISSED), (1.2, [None, NAN], vt.MISSED),
                                 (None, [0.6], vt.NO_RESULT), (NAN, [0.6], vt.NO_RESULT), (math.inf, [], vt.MISSED),
                                 ("0.65", [], vt.NO_RESULT), (True, [], vt.NO_RESULT)):
        same(vt.judge(value, band, 0.45, 0.85), verdict, f"verdict on {value} with {band}")
    same(vt.judge(math.inf, [], 5.0, math.inf), vt.MET, "verdict on an infinite jump")
    same(vt.span(None, [NAN, None]), (None, None), "span of nothing")
    same(vt.span(2.0, [1.0, NAN, 3.0]), (1.0, 3.0), "span")


def run(**coin):
    return {"state": "done", "coin": coin}


def pressed(p, share, spans=1):
    return run(pressure_reached_GPa=p, bonded_cluster=share, bonded_spans=spans)


def test_quantities():
    for coin, share in (({"bonded_cluster": 0.97, "bonded_spans": 1}, 0.97), ({"bonded_cluster": 0.97, "bonded_spans": 0}, 0.0),
                        ({"bonded_spans": 0}, None), ({"bonded_cluster": NAN, "bonded_spans": 1}, None)):
        same(vt.end_to_end({"gold": {"a": run(**coin)}}, "gold", "a"), share, f"end to end of {coin}")
    same(vt.end_to_end({}, "gold", "a"), None, "missing run")
    same(vt.conductivity({"gold": {"a": run(conductivity_S_per_m=None)}}, "gold", "a"), 0.0, "no path conducts nothing")
    same(vt.conductivity({"gold": {"a": run()}}, "gold", "a"), None, "not computed is not zero")
    for upper, lower, jump in ((1e6, 1e-2, 8.0), (1e6, 0.0, math.inf), (0.0, 0.0, None), (None, 1.0, None), (1.0, None, None)):
        same(vt.decades(upper, lower), jump, f"decades of {upper} over {lower}")
    same(vt.electron_volts("0.2323 aJ"), 0.2323 / 0.1602176634, "aJ")
    same(vt.electron_volts("1.45 eV"), 1.45, "eV")
    for text in None, "", "1.45", "1.45 kJ":
        same(vt.electron_volts(text), None, f"'{text}' is no energy")


def test_fusion():
    covered = dict(zip(vt.COVERED, [pressed(0.6, 0.0, 0), pressed(2.0, 0.4), pressed(4.0, 0.8, 0), {}, pressed(8.0, 0.9),
                                    pressed(10.0, 1.0)]))
    found = {"fusion": {**covered, vt.BARE[0]: pressed(0.05, 1.0), vt.BARE[1]: pressed(0.2, 1.0)}}
    same(vt.fusion(found, vt.COVERED), (4.0, 8.0), "fusion between")
    same(vt.fusion(found, vt.BARE), (0.0, 0.05), "fused at the lowest pressure")
    same(vt.fusion_ratio(found, vt.COVERED), 80.0, "ratio")
    same(vt.fusion(found, vt.COVERED[:3]), (4.0, math.inf), "not fused at all")
    same(vt.fusion(found, [*vt.COVERED[:3], vt.COVERED[6]]), (4.0, None), "not fused as far as runs are done")
    same(vt.fusion_ratio(found, vt.COVERED[:3]), 80.0, "the ratio is a lower bound also when covered grains never fuse")
    hard = {"fusion": {**covered, vt.BARE[0]: pressed(0.05, 0.0, 0), vt.BARE[1]: pressed(0.2, 0.1)}}
    same(vt.fusion_ratio(hard, vt.COVERED), None, "no ratio when bare grains never fuse")
    same(vt.fusion({}, vt.COVERED), (None, None), "no runs")
    same(vt.fusion_ratio({}, vt.COVERED), None, "no ratio without runs")


def test_table():
    ids = vt.target_ids()
    for rows, which in ((vt.judge_all({}), ids), (vt.judge_all({}, ["V2", "V9"]), ["V2", "V9"])):
        same(list(dict.fromkeys(row["target"] for row in rows)), which, "targets of the table")
        check(all(row["verdict"] == vt.NO_RESULT and row["why"] for row in rows), "rows without runs", rows)
        check(all(sorted(row) == sorted([*vt.FIELDS, "failed"]) for row in rows), "fields of a row", rows)
        check(not any(row["failed"] for row in rows), "what is not run has not failed", rows)
    gold = {"reference": run(hardness_GPa=1.2, hardness_low_GPa=0.3, hardness_high_GPa=2.0),
            vt.YIELDS[0]: run(hardness_GPa=NAN)}
    hardness, ratio = vt.judge_all({"gold": gold}, ["V2", "V3"])
    same((hardness["computed"], hardness["band"], hardness["verdict"]), ("1.2", "0.3 .. 2", vt.WITHIN), "hardness")
    same((ratio["computed"], ratio["verdict"], ratio["why"]), ("4", vt.MET, ""), "ratio")
    check(hardness["why"], "a target met only within the band is explained")
    for target in vt.TARGETS:
        check("|" not in target.what + target.observed + target.source, f"{target.target}: a bar would end the cell")


def lost(n):
    return {"state": "failed", "message": f"grain {n} has left the die; forces were too large | got to stage 3"}


def test_failures():
    """A run that failed shows in the row that needs it, with its reason, and takes nothing from the others."""
    spheres = {"Au 61 nm": pressed(0.6, 1.0), "Ag 9.5 nm": lost(3), "Bi 18.9 nm": pressed(0.6, 0.98)}
    low, high = vt.SPHERE_YIELDS["Au 61 nm"]
    spheres.update({low: pressed(0.6, 0.95), high: lost(17)})
    spheres.update({case: lost(k) for k, case in enumerate(vt.SPHERE_YIELDS["Bi 18.9 nm"])})
    gold, silver, bismuth = vt.judge_all({"spheres": spheres}, ["V5"])
    same((gold["computed"], gold["verdict"]), ("1 (reached 0.6 GPa)", vt.MET), "a failed variation leaves the verdict")
    same(gold["band"], f"0.95 .. 1; failed: grain 17 has left the die ({high})", "band with a failed variation")
    same(list(gold["failed"]), [f"spheres: {high}"], "what failed")
    same((silver["computed"], silver["verdict"]), ("failed: grain 3 has left the die (Ag 9.5 nm)", vt.NO_RESULT), "no reference")
    same(bismuth["band"], f"failed: grain 0 has left the die ({'; '.join(vt.SPHERE_YIELDS['Bi 18.9 nm'])})", "all the same")
    fusion = {case: pressed(p, 0.0, 0) for case, p in zip(vt.COVERED, (0.6, 2.0, 4.0, 6.0, 8.0, 10.0, 14.0))}
    fusion.update({vt.BARE[0]: pressed(0.05, 1.0), vt.BARE[1]: pressed(0.2, 1.0), vt.HIGH_VOLUME[0]: pressed(2.0, 0.0, 0),
                   vt.HIGH_VOLUME[1]: pressed(4.0, 0.95), vt.HIGH_VOLUME[2]: lost(5)})
    fusion.update({case: pressed(p, 0.0, 0) for case, p in zip(vt.LOW_VOLUME, (6.0, 10.0, 14.0))})
    fusion.update({case: pressed(p, 0.0, 0) for cases in vt.PACKINGS for case, p in zip(cases, (6.0, 10.0))})
    covered, _, ratio = vt.judge_all({"fusion": fusion}, ["V9"])
    same((ratio["computed"], ratio["verdict"]), ("> 280", vt.MET), "a lower bound of the ratio")
    same(ratio["band"], f"0.007 nm^3: > 280, 0.025 nm^3: > 40, other packings: > 200, > 200; "
         f"failed: grain 5 has left the die ({vt.HIGH_VOLUME[2]})", "bounds of the ratio")
    same(covered["computed"], "> 14 GPa", "covered grains stay apart")
    same(covered["band"], "0.007 nm^3: > 14 GPa, 0.025 nm^3: 2 .. 4 GPa, other packings: > 10 GPa, > 10 GPa; "
         f"failed: grain 5 has left the die ({vt.HIGH_VOLUME[2]})", "the band of the activation volume")
    same(covered["verdict"], vt.WITHIN, "a band from 4 GPa to more than 14 has 8 to 10 in it")


def test_studies():
    """Every case that a target reads is one that the study runs, and the other way round."""
    named = {"gold": [vt.GOLD, vt.SLOW, *vt.YIELDS], "spheres": [*vt.SPHERES, *vt.GLASS, *sum(vt.SPHERE_YIELDS.values(), [])],
             "washing": [*vt.WASHED.values(), *vt.BAND_OF_COVERAGE["0.4"], *vt.BAND_OF_COVERAGE["1"]],
             "fusion": vt.BARE + vt.BARE_SOFT + vt.BARE_HARD + vt.COVERED + vt.LOW_VOLUME + vt.HIGH_VOLUME
             + sum(vt.PACKINGS, [])}
    for name in vt.STUDIES:
        study = read_study(os.path.join(HERE, "..", "..", "inputs", "studies", f"validate_{name}.yml"))
        same(sorted(run.case for run in study.runs), sorted(named[name]), f"cases of {name}")
        check(set(vt.QUICK[name]) <= set(named[name]), f"quick cases of {name}")


def call(*words):
    return subprocess.run([sys.executable, os.path.join(POSTPROC, "validate.py"), PROGRAM, *words], cwd=WORK, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def failed_run(root):
    """As a study leaves it."""
    study = read_study(os.path.join(HERE, "..", "..", "inputs", "studies", "validate_spheres.yml"))
    folder = Folder(root, next(run for run in study.runs if run.case == "Ag 9.5 nm"), read_deck(study.deck))
    os.makedirs(folder.path)
    folder.end(3, "grain 3 has left the die; forces were too large")


def test_command():
    refused = call("--only", "V99")
    check(refused.returncode == 2 and "no target 'V99'" in refused.stderr, "unknown target", refused.stderr)
    check(not os.listdir(WORK), "a refusal leaves no file")
    check(call("--jobs", "0").returncode == 2, "no jobs")
    empty = call("--table", "--folder", "empty")
    check(empty.returncode == 0 and vt.NO_RESULT in empty.stdout, "a table of nothing", empty.stdout + empty.stderr)
    failed_run(os.path.join(WORK, "broken", "spheres"))
    failed = call("--table", "--folder", "broken")
    check(failed.returncode == 1 and "failed: grain 3 has left the die (Ag 9.5 nm)" in failed.stdout, "a failed run", failed.stdout)
    check("not evaluated: spheres: Ag 9.5 nm: grain 3 has left the die" in failed.stderr, "it is named", failed.stderr)
    check(call("--table", "--folder", "broken", "--only", "V2").returncode == 0, "what is printed does not need it")
    for name in "validation.md", "validation.csv":
        check(os.path.getsize(os.path.join(WORK, "empty", name)) > 0, f"{name} is written")


def main():
    shutil.rmtree(WORK, ignore_errors=True)
    os.makedirs(WORK)
    for test in test_verdicts, test_quantities, test_fusion, test_table, test_failures, test_studies, test_command:
        test()
        print(f"{test.__name__}: right")


if __name__ == "__main__":
    try:
        main()
    except Wrong as wrong:
        print(f"WRONG: {wrong}", file=sys.stderr)
        sys.exit(1)
