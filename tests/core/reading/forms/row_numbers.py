"""Row numbers: unnamed, first or named like an index; and numbers that mean something."""

from itertools import count

import numpy as np

from .expected import Case
from .tables import LENGTHS, measure, write_csv, write_long

LABELS = ["steht", "geht"]
STEPS = sum(LENGTHS)
FIRST = [measure(0, step) for step in range(LENGTHS[0])]


def _write(header, numbers, place=0, timed=True, shuffle=False):
    """Write walking trials with a column of numbers at a place."""
    numbers = iter(numbers)

    def cells(i, t):
        row = [f"P{i + 1:02}", *([f"{t / 10:.1f}"] if timed else []), measure(i, t), LABELS[i % 2]]
        row.insert(place, next(numbers))
        return row

    return write_long(header, cells, shuffle=shuffle)


def _shuffle(numbers):
    return np.random.default_rng(3).permutation(list(numbers)).tolist()


def _drop_some(step=3):
    return [number for number in range(1, 2 * STEPS) if number % step][:STEPS]


ROLES = {
    "id": "subject",
    "time": "time_s",
    "target": "label",
    "features": ("acc",),
    "lengths": LENGTHS,
    "first": FIRST,
    "targets": ["steht", "geht", "steht"],
    "kind": "words",
}
REST = "subject,time_s,acc,label"
RESTARTING = [t for steps in LENGTHS for t in range(1, steps + 1)]

CASES = [
    Case(
        "the unnamed index of pandas",
        _write("," + REST, count()),
        **ROLES,
        infos=("counts the rows",),
    ),
    Case("Unnamed: 0", _write("Unnamed: 0," + REST, count()), **ROLES),
    Case("row names of R", _write('"",' + REST, count(1)), **ROLES),
    Case("an unnamed index, filtered", _write("," + REST, _drop_some()), **ROLES),
    Case("an unnamed index, shuffled", _write("," + REST, count(), shuffle=True), **ROLES),
    *(
        Case(f"first column {name}", _write(f"{name},{REST}", count(1)), **ROLES)
        for name in (
            "index",
            "row",
            "Row_ID",
            "Nr.",
            "lfd. Nr.",
            "Zeile",
            "ligne",
            "N°",
            "fila",
            "序号",
            "行号",
            "#",
        )
    ),
    Case("an index, filtered and shuffled", _write("idx," + REST, _shuffle(_drop_some())), **ROLES),
    Case("a later column called row_number", _write(REST + ",row_number", count(1), 4), **ROLES),
    Case("a first column without such a name", _write("lfd," + REST, count(1)), **ROLES),
    Case(
        "numbers that restart in every sequence",
        _write(",subject,acc,label", RESTARTING, timed=False),
        **(ROLES | {"time": "1"}),
    ),
    Case(
        "obs restarts in every sequence",
        _write("subject,obs,acc,label", RESTARTING, 1, timed=False),
        **(ROLES | {"time": "obs"}),
    ),
    Case(
        "nothing else orders the rows",
        _write(",subject,acc,label", count(), timed=False),
        **(ROLES | {"time": "1"}),
    ),
    Case(
        "a filtered index orders the rows",
        _write("index,subject,acc,label", _drop_some(), timed=False),
        **(ROLES | {"time": "index"}),
    ),
    Case(
        "near miss: a refractive index is a feature",
        _write(
            REST.replace("acc", "index,acc"),
            [round(1.33 + (n * 7 % 13) / 100, 2) for n in range(STEPS)],
            2,
        ),
        **(ROLES | {"features": ("index", "acc"), "first": [[1.33, FIRST[0]], [1.4, FIRST[1]]]}),
    ),
    Case(
        "near miss: a price index of whole numbers is a feature",
        _write(REST.replace("acc", "index,acc"), [100 + n * 7 % 13 for n in range(STEPS)], 2),
        **(ROLES | {"features": ("index", "acc"), "first": [[100, FIRST[0]], [107, FIRST[1]]]}),
    ),
    Case(
        "near miss: a number of visits is a feature",
        _write("no," + REST, [n * n % 7 for n in range(STEPS)]),
        **(ROLES | {"features": ("no", "acc"), "first": [[0, FIRST[0]], [1, FIRST[1]]]}),
    ),
    Case(
        "near miss: an odometer that rises through the file is a feature",
        _write("km," + REST, [4000 + 37 * n + n * n % 5 for n in range(STEPS)]),
        **(ROLES | {"features": ("km", "acc"), "first": [[4000, FIRST[0]], [4038, FIRST[1]]]}),
    ),
    Case(
        "near miss: machines from 1 to n are ids",
        write_long(
            "Maschine,Takt,Druck,label", lambda i, t: [i + 1, t, measure(i, t), LABELS[i % 2]]
        ),
        features=("Druck",),
        lengths=LENGTHS,
        id="Maschine",
        time="Takt",
        target="label",
        first=FIRST,
        warnings=("Maschine",),
    ),
    Case(
        "near miss: bottles from 1 to n name the rows of a wide table",
        write_csv(
            "bottle,d1,d2,d3,d4,yield",
            [
                [n + 1, *(measure(n, t) if t < 2 + n % 3 else "" for t in range(4)), 5.5 + n]
                for n in range(9)
            ],
        ),
        layout="wide",
        features=("d1", "d2", "d3", "d4"),
        lengths=(2, 3, 4) * 3,
        id="bottle",
        target="yield",
        targets=[5.5, 6.5],
        kind="decimal",
        warnings=("bottle",),
        infos=("yield",),
    ),
]
