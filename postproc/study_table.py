"""The tables of a study: study.csv, one row per run, and study_bands.csv, one per case.  Used by study.py.

Numbers that were varied have their unit in the name of the column, as those of summary.json have."""
import csv
import difflib
import io
import math
import os
import re

from study_file import OWN, QUANTITY, Bad
from study_run import DONE, read_json, replace_file


class NoSuch(Exception):
    """A place that a summary does not have; says which names are near."""


def look_up(summary, place):
    """coin.relative_density, stages.press.height_end_nm: a number, or None where the run had none to give."""
    at, so_far = summary, []
    for word in place.split("."):
        if isinstance(at, list):  # of blocks with a name: stages
            at = {str(item.get("name")): item for item in at if isinstance(item, dict)}
        if not isinstance(at, dict) or word not in at:
            raise NoSuch(f"no summary has '{place}'; {near_places(summary, place, so_far)}")
        at = at[word]
        so_far.append(word)
    if at is not None and (isinstance(at, bool) or not isinstance(at, (int, float))):
        if isinstance(at, (dict, list)):
            raise NoSuch(f"'{place}' is a block of the summary, not a number; {near_places(summary, place, so_far)}")
        raise NoSuch(f"'{place}' is a text in the summary, not a number")
    return at if at is None or math.isfinite(at) else None


def places(at, stem=""):
    """All that look_up would find."""
    if isinstance(at, list):
        at = {str(item["name"]): item for item in at if isinstance(item, dict) and "name" in item}
    if isinstance(at, dict):
        for key, value in at.items():
            yield from places(value, f"{stem}.{key}" if stem else key)
    elif at is None or (isinstance(at, (int, float)) and not isinstance(at, bool)):
        yield stem


def near_places(summary, place, so_far):
    known = list(places(summary))
    near = difflib.get_close_matches(place, known, 3, 0.6)
    if not near:  # the last word may be right in another block
        last = {name.rsplit(".", 1)[-1]: name for name in known}
        near = [last[word] for word in difflib.get_close_matches(place.rsplit(".", 1)[-1], last, 3, 0.7)]
    if near:
        return f"did you mean {' or '.join(near)}?"
    stem = ".".join(so_far)
    inside = [name for name in known if not stem or name.startswith(stem + ".")]
    return f"there are: {', '.join(inside[:40])}"


def check_collect(study, summary, alone):
    """Bad for a place this summary does not have; not alone: another run may have that stage."""
    for place in study.collect:
        try:
            look_up(summary, place)
        except NoSuch as error:
            if alone or not place.startswith("stages."):
                raise Bad(f"{study.path}: collect: {error}") from None


def column(study, key):
    unit = study.units.get(key)
    if not unit:
        return key
    unit = unit.replace("1/", "per ", 1) if unit.startswith("1/") else unit
    return f"{key}_" + re.sub(r"\W+", "_", unit.replace("^", "").replace("/", " per ").replace("%", "percent"))


def cell(study, key, text):
    """A number without its unit, which the column has; a word as it stands."""
    found = QUANTITY.fullmatch(text or "")
    return found.group(1) if found and found.group(2) == study.units.get(key, "") else text or ""


def own_cell(study, key, echo):
    """The value a run had anyway: a number only if it is in the unit of the column."""
    text = echo.get(key, "")
    if key == "material":
        return os.path.splitext(os.path.basename(echo.get("material_card", "")))[0]
    if not isinstance(text, str):
        return ""
    found, unit = QUANTITY.fullmatch(text), study.units.get(key, "")
    if found:
        return found.group(1) if found.group(2) == unit else ""
    return text if not unit else ""


def number(value):
    return "" if value is None else repr(value)


def rows_of(study, folders):
    """One dict per run, in the order of the study file."""
    rows = []
    for folder in folders:
        run, state = folder.run, folder.state()
        summary = read_json(folder.file("summary.json")) if state == DONE else {}
        echo = folder.echo() if state == DONE else {}
        row = {"case": run.case, "band": run.band}
        for key in dict.fromkeys(study.varied + study.bands):
            row[column(study, key)] = cell(study, key, run.keys[key]) if key in run.keys else own_cell(study, key, echo)
        for place in study.collect:
            try:
                row[place] = look_up(summary, place) if summary else None
            except NoSuch:
                row[place] = None
        row["state"] = state
        row["warnings"] = len(summary.get("warnings", [])) if summary else None
        row["commit"] = summary.get("provenance", {}).get("commit", "")
        row["folder"] = run.name
        row["message"] = folder.message() if state != DONE else ""
        rows.append(row)
    return rows


def bands_of(study, rows):
    """One dict per case: the reference, and the least and greatest over the band."""
    found = []
    for case in dict.fromkeys(row["case"] for row in rows):
        mine = [row for row in rows if row["case"] == case]
        ref = next(row for row in mine if row["band"] == OWN)
        line = {"case": case, **{column(study, key): ref[column(study, key)] for key in study.varied},
                "runs": len(mine), "runs_done": sum(row["state"] == DONE for row in mine)}
        for place in study.collect:
            values = [row[place] for row in mine if row[place] is not None]
            line[f"{place}.ref"] = ref[place]
            line[f"{place}.low"], line[f"{place}.high"] = (min(values), max(values)) if values else (None, None)
        found.append(line)
    return found


def write_csv(path, rows):
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({key: value if isinstance(value, str) else number(value) for key, value in row.items()})
    replace_file(path, text.getvalue())


def gather(study, root, folders):
    """Writes both tables; returns the rows of study.csv."""
    rows = rows_of(study, folders)
    summaries = [read_json(f.file("summary.json")) for f, row in zip(folders, rows) if row["state"] == DONE]
    for place in study.collect if summaries else []:
        missing = None
        for summary in summaries:
            try:
                look_up(summary, place)
                break
            except NoSuch as error:
                missing = missing or error
        else:
            raise Bad(f"{study.path}: collect: {missing}")
    write_csv(os.path.join(root, "study.csv"), rows)
    write_csv(os.path.join(root, "study_bands.csv"), bands_of(study, rows))
    return rows
