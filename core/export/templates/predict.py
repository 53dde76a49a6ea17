"""Predict with the model in this folder. Needs only tensorflow and numpy.

python predict.py new.csv > predictions.csv   a table like the training data; targets may be
                                              missing
python predict.py "[[1.5], [2, 5]]"           sequences as JSON, each (steps,) or (steps, features),
                                              or a file that contains them

Prints one line per sequence, or one line per step if the model predicts at every step: the id, the
prediction, and the probability of each class.
"""

import csv
import datetime
import io
import json
import pathlib
import re
import sys

import numpy as np

HERE = pathlib.Path(__file__).parent
MISSING = {"", "na", "n/a", "#n/a", "nan", "-nan", "null", "none", "?"}
NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)(e[+-]?[0-9]+)?", re.I)
DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+(e[+-]?\d+)?", re.I)
UNKNOWN = "unknown"
BATCH = 64


# 1. From a table to sequences, according to "table" in ``preprocessing.json``.


def read_csv(path, schema, cut=("windows",)):
    """Read the sequences of a table.

    Args:
        path: Path of a text file.
        schema: How to read it.
        cut: Ways of cutting series that are applied: "windows", "prefixes".

    Returns:
        A list of dictionaries: "id", "steps" (steps, features) with NaN for missing values,
        "target", "split" and "group", None if the table does not have it.
    """
    lines = [line for line in io.StringIO(text_of(path)) if line.strip(" ,;\t\r\n")]
    comments = [line.lstrip("#% ") for line in lines if line[0] in "#%"]
    lines = [line for line in lines if line[0] not in "#%"]
    if not lines:
        sys.exit(f"{path} holds no rows")
    bare = re.sub('"[^"]*"', "", lines[0] if schema["layout"] != "rows" else "".join(lines))
    delimiter = next((mark for mark in "\t;," if mark in bare), ",")
    if delimiter not in bare and " " in bare.strip():  # separated by spaces
        delimiter, lines = "\t", ["\t".join(line.split()) for line in lines]
    csv.field_size_limit(2**31 - 1)
    rows = [[cell.strip() for cell in row] for row in csv.reader(lines, delimiter=delimiter)]
    # 2,5 is two and a half if the cells are separated by something else.
    commas = delimiter != "," and any(DECIMAL_COMMA.fullmatch(c) for row in rows for c in row)
    schema = schema | {"commas": commas}
    if schema["layout"] == "rows":
        cells = numbers([cell for row in rows for cell in trimmed(row)], schema)
        ends = np.cumsum([len(trimmed(row)) for row in rows])
        found = [one(number, part) for number, part in enumerate(np.split(cells, ends[:-1]), 1)]
    else:
        table, names = named(rows, comments, delimiter, schema)
        found = {"long": from_long, "list": from_lists, "wide": from_wide}[schema["layout"]](
            table, names, schema
        )
    found = [settled(each, schema) for each in found]
    found = [each for each in found if len(each["steps"])]
    if schema["cut"] in cut:
        found = [part for each in found for part in pieces(each, schema)]
    if schema["target_at"] == "end":  # of each window, if series are cut
        for each in found:
            each["target"] = each["target"] and each["target"][-1]
    return found


def text_of(path):
    """Read a text file, whatever its encoding."""
    content = pathlib.Path(path).read_bytes()
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            pass
    return content.decode("latin-1")


def named(rows, comments, delimiter, schema):
    """Return the rows as {name: cell}, and the names; an unnamed column gets its number."""
    first, *others = rows
    tried = [(first, others)]
    tried += [(next(csv.reader([line], delimiter=delimiter)), rows) for line in comments[-1:]]
    tried.append(([""] * len(first), rows))  # a table without a header
    names, below = next(
        (columns(line), below)
        for line, below in tried
        if set(schema["features"]) & set(columns(line)) or line == tried[-1][0]
    )
    return [dict(zip(names, row)) for row in below], names  # noqa: B905  rows may be short


def columns(line):
    """Return the names of a header, with the column number for an empty one."""
    return [name.strip() or str(number) for number, name in enumerate(line, start=1)]


def from_long(table, names, schema):
    """Read one step per row; the rows of a sequence share its id."""
    sequences = {}
    by_id, timed = schema["id"] in names, schema["time"] in names
    for number, row in enumerate(table, start=2):
        lacks = [
            role for role in ("id", "time") if schema[role] in names and lacking(row, schema[role])
        ]
        if lacks and "incomplete" not in schema["fixes"]:
            sys.exit(f"row {number}: the {lacks[0]} is missing")
        if not lacks:
            sequences.setdefault(row[schema["id"]] if by_id else "1", []).append(row)
    found = []
    for key, rows in sequences.items():
        if timed:
            when = [seconds(row[schema["time"]]) for row in rows]
            order = np.argsort(when, kind="stable")
            rows, when = [rows[i] for i in order], np.array(when)[order]
        columns = []
        for name in schema["features"]:
            cells = [row.get(name, "") for row in rows]
            words = schema["categories"].get(name)
            columns.append(numbers(cells, schema) if words is None else indicated(cells, words))
        for name in schema["indicated"] or ():
            place = schema["features"].index(name)
            columns.append(np.isnan(columns[place][:, :1]))
        if schema["elapsed"]:
            columns.append(np.diff(when, prepend=when[0])[:, None])
        sequence = one(key, np.concatenate(columns, axis=1), rows[-1], schema)
        if schema["target_at"] != "sequence" and sequence["target"] is not None:
            sequence["target"] = [row[schema["target"]] for row in rows]
        if schema["duplicates"] != "keep" and timed:
            without_duplicates(sequence, when, schema["duplicates"])
        found.append(sequence)
    return found


def lacking(row, name):
    """Return True if a cell is missing."""
    return row.get(name, "").lower() in MISSING


def from_lists(table, names, schema):
    """Read one sequence per row, its steps as a list in a cell."""
    found = []
    for number, row in enumerate(table, start=1):
        cells = [row.get(name, "") for name in schema["features"]]
        if schema["commas"]:
            cells = [cell if "." in cell else cell.replace(",", ".") for cell in cells]
        parts = [np.array(as_list(cell), dtype=float) for cell in cells]
        steps = np.concatenate([part.reshape(len(part), -1) for part in parts], axis=1)
        sequence = one(row.get(schema["id"], number), steps, row, schema)
        if schema["target_at"] != "sequence" and sequence["target"] is not None:
            sequence["target"] = as_list(sequence["target"])
        found.append(sequence)
    return found


def from_wide(table, names, schema):
    """Read one sequence per row, one step per column in the order of their numbers.

    Blank cells at the end of a row end its sequence.
    """
    features = schema["features"]
    each = len(features) // max(len(schema["channels"]), 1)  # x_1, x_2, …, y_1, y_2, …
    by_number = []
    for start in range(0, len(features), each):
        own = features[start : start + each]
        before = {counted(name) and counted(name)[0] for name in own}
        if None in before or len(before) > 1:  # not numbered: take the known columns
            by_number.append([name for name in names if name in own])
            continue
        steps = [name for name in names if counted(name) and counted(name)[0] in before]
        by_number.append(sorted(steps, key=lambda name: counted(name)[1]))
    found = []
    for number, row in enumerate(table, start=1):
        cells = [[row.get(name, "") for name in columns] for columns in by_number]
        length = max(len(trimmed(column)) for column in cells)
        steps = np.concatenate([numbers(column[:length], schema) for column in cells], axis=1)
        found.append(one(row.get(schema["id"], number), steps, row, schema))
    return found


def counted(name):
    """Split a name into prefix and step number: ("x_", 12) for x_12; None without a number."""
    match = re.fullmatch(r"(.*?)(\d+)[\])]?", name)
    return match and (match[1], int(match[2]))


def one(key, steps, row=None, schema=None):
    """Build the dictionary of one sequence; target, split and group come from ``row``."""
    roles = {} if schema is None else {r: schema[r] for r in ("target", "split", "group")}
    found = {role: row.get(name) or None for role, name in roles.items() if name}
    return {"target": None, "split": None, "group": None} | found | {"id": str(key), "steps": steps}


def settled(sequence, schema):
    """Apply the policy for missing values."""
    steps = sequence["steps"]
    lacks = np.isnan(steps).any(axis=1)
    if schema["missing"] == "drop":
        if isinstance(sequence["target"], list):
            sequence["target"] = [t for t, gone in zip(sequence["target"], lacks) if not gone]  # noqa: B905
        steps = steps[~lacks]
    elif schema["missing"] == "forward":
        for step in range(1, len(steps)):
            steps[step] = np.where(np.isnan(steps[step]), steps[step - 1], steps[step])
    if schema["missing"] in ("forward", "refuse") and np.isnan(steps).any():
        sys.exit(f"sequence {sequence['id']}: a value is missing or is no number")
    return sequence | {"steps": steps}


def without_duplicates(sequence, when, policy):
    """Keep one step per time: the first, the last, or their mean."""
    begins = np.flatnonzero(np.append(True, np.diff(when) > 0))
    ends = np.append(begins[1:], len(when)) - 1
    chosen = begins if policy == "first" else ends
    steps = sequence["steps"]
    sequence["steps"] = steps[chosen]
    if policy == "mean":  # of the values that are not missing
        for place, (first, last) in enumerate(zip(begins, ends, strict=True)):
            known = ~np.isnan(steps[first : last + 1])
            sums = np.where(known, steps[first : last + 1], 0).sum(axis=0)
            with np.errstate(invalid="ignore"):
                sequence["steps"][place] = sums / known.sum(axis=0)
    if isinstance(sequence["target"], list):
        sequence["target"] = [sequence["target"][i] for i in chosen]


def pieces(sequence, schema):
    """Cut a series into windows of ``cut_steps`` every ``cut_every`` steps, or into prefixes."""
    steps, size, every = sequence["steps"], schema["cut_steps"], schema["cut_every"]
    for begin in range(0, max(len(steps) - size, 0) + every, every):
        start, end = begin, min(begin + size, len(steps))
        if schema["cut"] == "prefixes":
            start = 0
        name, target = sequence["id"], sequence["target"]
        if end - start < len(steps):
            name += f" {start + 1}–{end}"
        if isinstance(target, list):
            target = target[start:end]
        group = sequence["group"] or sequence["id"]
        piece = {"id": name, "steps": steps[start:end], "target": target, "group": group}
        yield sequence | piece


def numbers(cells, schema):
    """Convert cells to numbers, (cells, 1); NaN if a cell is missing or not a number."""
    if schema["commas"] and not any("." in cell for cell in cells):
        cells = [cell.replace(",", ".") for cell in cells]
    found = [float(cell) if NUMBER.fullmatch(cell) else float("nan") for cell in cells]
    return np.array(found, dtype=float).reshape(-1, 1)


def indicated(cells, words):
    """One-hot encode cells, (cells, words + 1); other words are in the last column."""
    known = [word for word in words if word != UNKNOWN]
    found = np.zeros((len(cells), len(known) + 1))
    for row, cell in enumerate(cells):
        found[row, known.index(cell) if cell in known else -1] = 1
        if cell.lower() in MISSING:
            found[row] = np.nan
    return found


def as_list(cell):
    """Parse [1, 2], (1, 2), [1 2], "1 2", "1;2" or nested lists; strings may be bare or quoted."""
    text = cell.strip().replace("(", "[").replace(")", "]")
    text = text if text.startswith("[") else f"[{text}]"
    if "," not in text:
        text = re.sub(r"(?<=[^\s\[;])[\s;]+(?=[^\s\];])", ",", text)
    text = re.sub(r"[^\s\[\],][^\[\],]*", lambda item: json.dumps(item[0].strip(" \"'")), text)
    items = json.loads(re.sub(r",\s*\]", "]", text))

    def value(item):
        if isinstance(item, list):
            return [value(each) for each in item]
        if item.lower() in MISSING:
            return float("nan")
        try:
            return float(item)
        except ValueError:
            return item

    return value(items)


def trimmed(cells):
    """Drop the blank cells at the end."""
    cells = list(cells)
    while cells and not cells[-1]:
        cells.pop()
    return cells


def seconds(cell):
    """Convert a time: a number unchanged, or an ISO date to seconds."""
    if NUMBER.fullmatch(cell):
        return float(cell)
    try:
        date = re.sub(r"^(\d{4}-\d\d)$", r"\1-01", cell.replace("/", "-"))
        when = datetime.datetime.fromisoformat(date)
    except ValueError:
        sys.exit(f"{cell!r} is no time: write all as numbers, or all as dates like 2026-01-31")
    return (when if when.tzinfo else when.replace(tzinfo=datetime.UTC)).timestamp()


# 2. From a sequence to the network's input.


def with_indicators(steps, names):
    """Add the missing-value indicators of the model if the steps do not have them."""
    lacking = [name for name in names if name + " missing" in names]
    said = [name + " missing" for name in lacking]
    base = [name for name in names if name not in said]
    if steps.shape[1] != len(base):
        return steps
    columns = dict(zip(base, steps.T, strict=True))
    columns |= {new: np.isnan(columns[name]) for new, name in zip(said, lacking, strict=True)}
    return np.stack([columns[name] for name in names], axis=1).astype("float32")


def prepare(sequence, recipe, fitted):
    """Preprocess one sequence, (steps,) or (steps, features), as in training.

    Returns:
        (m, features) float32, the network's input, and (m,) the step of the sequence that each of
        its rows comes from; -1 for padding that counts as data.
    """
    steps = np.asarray(sequence, dtype="float32")
    steps = with_indicators(steps.reshape(len(steps), -1), fitted["feature_names"])
    if steps.shape[1] != len(fitted["feature_names"]):
        sys.exit(f"each step needs {len(fitted['feature_names'])} features, not {steps.shape[1]}")
    where = np.arange(len(steps))
    width = fitted["width"] if recipe["mask"] == "none" else recipe["maxlen"]
    if width and len(steps) > width:
        print(f"a sequence of {len(steps)} steps is cut to {width}", file=sys.stderr)
        where = where[-width:] if recipe["truncating"] == "pre" else where[:width]
    if recipe["mask"] == "value":
        where = where[(steps[where] != np.float32(recipe["mask_value"])).any(axis=1)]
        if len(where) == 0:
            sys.exit("a sequence holds nothing but the mask value")
    steps = steps[where]
    steps = np.where(np.isnan(steps), np.float32(fitted["fill"]), steps)
    if recipe["mask"] == "none":
        lack = width - len(steps)
        before, after = (lack, 0) if recipe["padding"] == "pre" else (0, lack)
        steps = np.pad(steps, ((before, after), (0, 0)), constant_values=recipe["value"])
        where = np.pad(where, (before, after), constant_values=-1)
    return (steps - np.float32(fitted["mean"])) / np.float32(fitted["std"]), where


# 3. The prediction.


def described():
    """Read the recipe and the fitted preprocessing in this folder."""
    return (
        json.loads((HERE / name).read_text(encoding="utf-8"))
        for name in ("recipe.json", "preprocessing.json")
    )


def predict(sequences):
    """Run the network on sequences.

    Returns:
        One float32 array per sequence: (outputs,), or (steps, outputs) if the network predicts at
        every step, with NaN at steps that it does not see.
    """
    import tensorflow as tf

    recipe, fitted = described()
    network = tf.keras.models.load_model(HERE / "model.keras", compile=False)
    prepared = [prepare(sequence, recipe, fitted) for sequence in sequences]
    found = [None] * len(prepared)
    by_length = np.argsort([len(steps) for steps, _ in prepared], kind="stable")
    for rows in np.split(by_length, range(BATCH, len(by_length), BATCH)):
        lengths = np.array([len(prepared[row][0]) for row in rows])
        values = np.zeros((len(rows), lengths.max(), len(fitted["mean"])), dtype="float32")
        for place, row in enumerate(rows):
            values[place, : lengths[place]] = prepared[row][0]
        mask = np.arange(lengths.max()) < lengths[:, None]  # True at real steps
        outputs = network.predict_on_batch([values, mask])
        for row, length, output in zip(rows, lengths, outputs, strict=True):
            found[row] = output
            if recipe["return_sequences"]:
                where, steps = prepared[row][1], len(sequences[row])
                found[row] = np.full((steps, output.shape[-1]), np.nan, dtype="float32")
                found[row][where[where >= 0]] = output[:length][where >= 0]
    return found


def answer(output, fitted):
    """Convert one output, (outputs,), to cells.

    They are a number in the target's unit, or a label and the probability of each class; blank at a
    step that the network does not see.
    """
    if np.isnan(output).any():
        return [""] * (1 + len(fitted["classes"] or ()))
    if fitted["classes"] is None:
        return [float(output[0]) * fitted["target_std"] + fitted["target_mean"]]
    return [fitted["classes"][int(output.argmax())], *(f"{each:.7g}" for each in output)]


def main(given):
    """Predict on a path or on JSON text and print the predictions as CSV."""
    recipe, fitted = described()
    text = given if given.lstrip().startswith("[") else text_of(given)
    if text.lstrip().startswith("["):  # sequences as JSON
        sequences = [(number, steps) for number, steps in enumerate(json.loads(text), start=1)]
        sequences = [(number, np.array(steps, dtype=float)) for number, steps in sequences]
    else:
        sequences = [(each["id"], each["steps"]) for each in read_csv(given, fitted["table"])]
    of_classes = [f"probability of {label}" for label in fitted["classes"] or ()]
    lines = csv.writer(sys.stdout)
    per_step = ["step"] if recipe["return_sequences"] else []
    lines.writerow(["id", *per_step, "prediction", *of_classes])
    outputs = predict([steps for _, steps in sequences])
    for (key, _), output in zip(sequences, outputs, strict=True):
        if per_step:
            for step, each in enumerate(output, start=1):
                lines.writerow([key, step, *answer(each, fitted)])
        else:
            lines.writerow([key, *answer(output, fitted)])


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.stdout.reconfigure(encoding="utf-8", newline="")  # the csv module writes line ends itself
    main(sys.argv[1])
