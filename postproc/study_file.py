"""What a study file says: a table of runs of one deck.  Used by study.py; inputs/README.md describes the file.

read_study(path) gives a Study, or raises Bad with one line that names file, key and what is allowed.  Scalars are kept
as the file spells them: the program, not YAML, decides what "yes" or "5e-4" mean."""
import difflib
import hashlib
import itertools
import json
import os
import re
from dataclasses import dataclass, field

KEYS = {"title": "one line that says what the study is",
        "deck": "the deck that is varied, as seen from the study file",
        "set": "keys of the deck that are other in all runs",
        "vary": "lists of values of keys of the deck; all combinations are run",
        "cases": "rows of their own: a name, and keys of the deck with a value or a list",
        "band": "lists of values of keys that are not known well; each case is run with all of them",
        "collect": "what goes into the tables: places in summary.json such as coin.relative_density",
        "ranks": "ranks of each run, default 1",
        "folder": "where files go, default out/studies/ and the name of the file"}
OWNED = {"output_folder": "each run has a folder of its own", "output_overwrite": "the study decides what is run again",
         "restart": "the study goes on by itself from where a run stopped"}
OWN = "own"
QUANTITY = re.compile(r"([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*(.*)")


class Bad(Exception):
    """One line for the user; nothing was run."""


class Text(str):
    """A scalar that knows its line."""
    line = 0


@dataclass
class Run:
    case: str
    band: str
    keys: dict    # what this run says to the program: key -> text
    name: str     # of its folder below the folder of the study
    index: int = 0


@dataclass
class Study:
    path: str
    title: str
    deck: str
    ranks: int
    folder: str
    collect: list
    varied: list  # keys of vary and cases
    bands: list   # keys of band
    units: dict   # of both, where the values have one
    runs: list = field(default_factory=list)

    @property
    def home(self):
        """Paths in a study are as seen from where it lies."""
        return os.path.dirname(os.path.abspath(self.path))

    def table(self):
        """Changes with the rows and their order: the number of a run means something else then."""
        return digest([[run.case, run.band, run.keys] for run in self.runs])[:12]


def digest(what):
    return hashlib.sha256(json.dumps(what, sort_keys=True).encode()).hexdigest()


def did_you_mean(word, words):
    near = difflib.get_close_matches(word, list(words), 3, 0.6)
    return f"did you mean {' or '.join(repr(str(n)) for n in near)}?" if near else f"there are: {', '.join(words)}"


# --------------------------------------------------------------------------------------------------------------- YAML

def read_yaml(path):
    """Nested dict, list and Text; a key that stands twice is an error."""
    import yaml
    try:
        with open(path, encoding="utf-8") as f:
            node = yaml.compose(f.read(), Loader=yaml.BaseLoader)
    except OSError as error:
        raise Bad(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise Bad(f"{path}: not a text file in UTF-8") from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise Bad(f"{path}: line {mark.line + 1 if mark else '?'}: not YAML: {error.problem or error.context}") from None
    except yaml.YAMLError as error:
        raise Bad(f"{path}: not YAML: {' '.join(str(error).split())}") from None
    if node is None:
        raise Bad(f"{path}: is empty")
    return plain(node, path, 0)


def plain(node, path, depth):
    line = node.start_mark.line + 1
    if depth > 20:
        raise Bad(f"{path}: line {line}: nested too deeply")
    if node.id == "scalar":
        text = Text(node.value.strip())
        text.line = line
        return text
    if node.id == "sequence":
        return [plain(item, path, depth + 1) for item in node.value]
    found = {}
    for key, value in node.value:
        if key.id != "scalar" or not key.value:
            raise Bad(f"{path}: line {key.start_mark.line + 1}: a key must be a word")
        name = plain(key, path, depth + 1)
        if name in found:
            raise Bad(f"{path}: line {name.line}: '{name}' is given a second time")
        found[name] = plain(value, path, depth + 1)
    return found


def flat(block, stem=""):
    """Of a deck: (press_pressure, text), as the command line would have it."""
    for key, value in block.items() if isinstance(block, dict) else ():
        if isinstance(value, dict):
            yield from flat(value, f"{stem}{key}_")
        else:
            yield stem + key, ",".join(value) if isinstance(value, list) and all(isinstance(v, str) for v in value) else value


def own_values(deck):
    try:
        return dict(flat(read_yaml(deck)))
    except Bad:  # the program will say what is wrong with it
        return {}


# ------------------------------------------------------------------------------------------------------ keys and values

class Reader:
    def __init__(self, path):
        self.path = path

    def bad(self, key, what):
        line = f"line {key.line}: " if isinstance(key, Text) and key.line else ""
        return Bad(f"{self.path}: {line}{what}")

    def flatten(self, block, where, into=None, stem=""):
        """{press: {pressure: x}} and {press_pressure: x} are the same key, and may stand once."""
        into = {} if into is None else into
        if not isinstance(block, dict):
            raise Bad(f"{self.path}: {where}: must be lines of 'key: value'")
        for key, value in block.items():
            if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", key):
                raise self.bad(key, f"{where}: '{key}' is not a key of a deck; write press_pressure, or press: {{pressure: ...}}")
            name = Text(stem + key)
            name.line = key.line
            if name == "material_card":
                name = Text("material")
            if isinstance(value, dict):
                self.flatten(value, where, into, name + "_")
                continue
            if name in OWNED:
                raise self.bad(key, f"{where}: {name} may not be given in a study: {OWNED[name]}")
            if name.lower() in (k.lower() for k in into):
                raise self.bad(key, f"{where}: {name} is given a second time")
            into[name] = value
        return into

    def one(self, key, value, where):
        """A value, as the command line has it; a programme is a list in itself."""
        if key == "programme" and isinstance(value, list) and value and all(isinstance(v, str) for v in value):
            return ",".join(value)
        if isinstance(value, str) and value:
            return str(value)
        raise self.bad(key, f"{where}: {key} has " + ("no value" if value in ("", []) else "a list where one value is allowed"))

    def many(self, key, value, where):
        example = "[[fill, press], [fill, press, dwell]]" if key == "programme" else "[a, b]"
        if not isinstance(value, list) or (key == "programme" and any(isinstance(v, str) for v in value)):
            raise self.bad(key, f"{where}: {key} must be a list of values: {key}: {example}")
        if not value:
            raise self.bad(key, f"{where}: the list of {key} is empty")
        texts = [self.one(key, v, where) for v in value]
        for k, text in enumerate(texts):
            if text in texts[:k]:
                raise self.bad(key, f"{where}: {key}: '{text}' stands twice in the list")
        return texts

    def lists(self, block, where):
        return {key: self.many(key, value, where) for key, value in self.flatten(block, where).items()}

    def row(self, block, where):
        """Of cases: values alone or lists of them."""
        lists = {}
        for key, value in self.flatten(block, where).items():
            single = isinstance(value, str) or (key == "programme" and isinstance(value, list) and value
                                                and all(isinstance(v, str) for v in value))
            lists[key] = [self.one(key, value, where)] if single else self.many(key, value, where)
        return lists


def product(lists):
    """Every combination, the last key fastest."""
    return [dict(zip(lists, values)) for values in itertools.product(*lists.values())]


def label(keys):
    return ", ".join(f"{key}={text}" for key, text in keys.items())


def unit_of(text):
    found = QUANTITY.fullmatch(text)
    return found.group(2) if found and re.match(r"[A-Za-z%]|1/|$", found.group(2)) else None


def slug(text):
    """Part of a path: readable, and another for another text."""
    short = re.sub(r"[^A-Za-z0-9.+=,-]+", "_", text).strip("._")
    clear = short == text.replace(", ", ",_").replace(" ", "_")
    return short if clear and len(short) <= 80 else f"{short[:70]}-{digest(text)[:8]}"


# ----------------------------------------------------------------------------------------------------------- the study

def read_cases(reader, tree):
    """[(name, keys)] of vary and of cases."""
    vary = reader.lists(tree["vary"], "vary") if "vary" in tree else {}
    cases = [(label(keys), keys) for keys in product(vary)] if vary else []
    rows = tree.get("cases", [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise Bad(f"{reader.path}: cases: must be a list of '- name: ...' with keys of the deck below each")
    for k, row in enumerate(rows):
        name = row.get("name")
        if not isinstance(name, str) or not name:
            raise Bad(f"{reader.path}: cases: number {k + 1} has no name")
        lists = reader.row({key: value for key, value in row.items() if key != "name"}, f"case '{name}'")
        several = [key for key, texts in lists.items() if len(texts) > 1]
        for keys in product(lists):
            cases.append((", ".join([name] + [f"{key}={keys[key]}" for key in several]), keys))
    if not cases:
        raise Bad(f"{reader.path}: the table is empty: give vary a key with a list of values, or cases a row with a name")
    return cases


def refuse_twins(path, cases):
    names, tables = {}, {}
    for name, keys in cases:
        if name in names:
            raise Bad(f"{path}: there are two cases '{name}'")
        twin = tables.get(digest(keys))
        if twin is not None:
            raise Bad(f"{path}: the cases '{twin}' and '{name}' are the same")
        names[name], tables[digest(keys)] = keys, name


def common_units(path, values):
    """The unit of each key; the tables hold numbers, so all values of a key have the same."""
    units = {}
    for key, texts in values.items():
        found = {unit_of(text) for text in texts} - {None}
        if len(found) > 1:
            raise Bad(f"{path}: {key}: values in different units ({', '.join(sorted(found))}); give all in one")
        if found - {""}:
            units[key] = found.pop()
    return units


def own_first(bands, common):
    """The run with the value that stands anyway, then all combinations of the bands."""
    rows = [(OWN, {})]
    for keys in product(bands) if bands else []:
        if any(common.get(key) != text for key, text in keys.items()):
            rows.append((label(keys), keys))
    return rows


def read_collect(reader, value):
    if not isinstance(value, list) or not value or not all(isinstance(v, str) and v for v in value):
        raise Bad(f"{reader.path}: collect: must be a list of places in summary.json, e.g. [coin.relative_density]")
    for k, place in enumerate(value):
        if place in value[:k]:
            raise reader.bad(place, f"collect: {place} is given a second time")
    return [str(v) for v in value]


def read_ranks(reader, text):
    if not isinstance(text, str) or not re.fullmatch(r"[1-9]\d{0,6}", text):
        raise Bad(f"{reader.path}: ranks: '{text}' is not a number of ranks (1 or more)")
    return int(text)


def read_study(path, extra=None):
    """extra: keys of the command line, which win over those of deck and set."""
    tree, reader, extra = read_yaml(path), Reader(path), extra or {}
    if not isinstance(tree, dict):
        raise Bad(f"{path}: must be lines of 'key: value', with the keys {', '.join(KEYS)}")
    for key in tree:
        if key not in KEYS:
            raise reader.bad(key, f"unknown key '{key}'; {did_you_mean(key, KEYS)}")
    for key in "deck", "collect":
        if key not in tree:
            raise Bad(f"{path}: {key} is missing: {KEYS[key]}")
    for key in "deck", "title", "folder":
        if key in tree and not (isinstance(tree[key], str) and tree[key]):
            raise Bad(f"{path}: {key} must be one text: {KEYS[key]}")
    common = {key: reader.one(key, value, "set") for key, value in reader.flatten(tree["set"], "set").items()} \
        if "set" in tree else {}
    cases = read_cases(reader, tree)
    bands = reader.lists(tree["band"], "band") if "band" in tree else {}
    if "band" in tree and not bands:
        raise Bad(f"{path}: band is empty: give it a key with a list of values, or leave it out")
    refuse_twins(path, cases)
    values = {}
    for keys in [keys for _, keys in cases] + product(bands):
        for key, text in keys.items():
            values.setdefault(key, []).append(text)
    for key in extra:
        if key in values:
            raise Bad(f"{path}: {key} is varied by the study and cannot be given on the command line too")
    vary = tree.get("vary", {})
    for key in bands:
        if key in (reader.flatten(vary, "vary") if vary else {}):
            raise Bad(f"{path}: {key} stands in vary and in band; it can be in one of them")
    study = Study(path=path, title=tree.get("title", ""), deck=os.path.join(os.path.dirname(os.path.abspath(path)), tree["deck"]),
                  ranks=read_ranks(reader, tree.get("ranks", "1")),
                  folder=tree.get("folder", os.path.join("out", "studies", os.path.splitext(os.path.basename(path))[0])),
                  collect=read_collect(reader, tree["collect"]), bands=list(bands),
                  varied=list(dict.fromkeys(key for _, keys in cases for key in keys)), units=common_units(path, values))
    study.deck = os.path.normpath(study.deck)
    if not os.path.isfile(study.deck):
        raise Bad(f"{path}: deck: there is no file '{study.deck}'")
    own = own_values(study.deck)
    for case, keys in cases:
        for band, uncertain in own_first(bands, {**own, **common, **extra, **keys}):
            study.runs.append(Run(case, band, {**common, **extra, **keys, **uncertain},
                                  os.path.join("runs", slug(case), slug(band)), len(study.runs)))
    return study
