"""Text that cannot be read yet, tables whose rows are sequences of one step, and no header."""

import numpy as np

from .expected import Case
from .tables import LENGTHS, measure, write_csv, write_long

NOTES = [
    "Lüfter laut",
    "keine Auffälligkeit",
    "Öl nachgefüllt",
    "Sensor getauscht",
    "Pumpe läuft heiß",
]
BASES = "ACGTTGCAAGCTTGACCA"


def _write_note(i, t):
    return f"{NOTES[(i + t) % 5]}, {3 * t + i} min, Schicht {t % 3 + 1}"


def _write_engines(units=6, delimiter=" ", end="  "):
    """Write engines without a header: unit, cycle, settings and sensors."""
    rows = []
    for unit in range(1, units + 1):
        for cycle in range(1, 12 + unit * 3 % 7):
            values = [
                unit,
                cycle,
                0.0023,
                -0.0003,
                100.0,
                *(measure(unit, cycle, k) for k in range(5)),
            ]
            rows.append(delimiter.join(map(str, values)) + end)
    return "\n".join(rows) + "\n"


ENGINE_LENGTHS = tuple(11 + unit * 3 % 7 for unit in range(1, 7))
ENGINES = {
    "id": "1",
    "time": "2",
    "features": tuple(map(str, range(3, 11))),
    "lengths": ENGINE_LENGTHS,
    "header": 0,
    "first": [[0.0023, -0.0003, 100, measure(1, 1), measure(1, 1, 1)]],
}


def _write_ucr(padded):
    rows = []
    for i in range(14):
        length = 30 - (i % 4 if padded else 0)
        values = [f"{np.sin(t / 3 + i):.6f}" for t in range(length)] + ["NaN"] * (30 - length)
        rows.append("\t".join([str(i % 3 + 1), *values]))
    return "\n".join(rows) + "\n"


CASES = [
    Case(
        "notes beside measurements",
        write_long(
            "machine,t,temp,note,label",
            lambda i, t: [f"M{i}", t, measure(i, t), _write_note(i, t), "AB"[i % 2]],
        ),
        id="machine",
        time="t",
        target="label",
        features=("temp",),
        lengths=LENGTHS,
        warnings=("note",),
    ),
    Case(
        "letters of DNA beside a length",
        write_csv(
            "id,n1,n2,n3,dna,label",
            [
                [f"g{i}", 4, i, measure(i, 2), BASES[i:] + BASES[: i + 2], "PN"[i % 2]]
                for i in range(10)
            ],
        ),
        layout="wide",
        id="id",
        target="label",
        features=("n1", "n2", "n3"),
        lengths=(3,) * 10,
        warnings=("dna",),
    ),
    Case(
        "a name per row that is no category",
        write_long(
            "machine,t,temp,operator,label",
            lambda i, t: [f"M{i}", t, measure(i, t), f"Bediener {i}{t}", "AB"[i % 2]],
        ),
        id="machine",
        time="t",
        target="label",
        features=("temp",),
        lengths=LENGTHS,
        warnings=("operator",),
    ),
    Case(
        "near miss: a few words are categories",
        write_long(
            "machine,t,temp,mode,label",
            lambda i, t: [
                f"M{i}",
                t,
                measure(i, t),
                ["idle", "boost", "eco"][(t + i) % 3],
                "AB"[i % 2],
            ],
        ),
        id="machine",
        time="t",
        target="label",
        features=("temp", "mode"),
        lengths=LENGTHS,
        infos=("mode",),
    ),
    Case(
        "near miss: a base per step is a category",
        write_long(
            "read_id,pos,t,base,quality,label",
            lambda i, t: [f"r{i}", 7 * t % 5, t, BASES[t + i], 30 + t, "AB"[i % 2]],
        ),
        id="read_id",
        time="t",
        target="label",
        features=("pos", "base", "quality"),
        lengths=LENGTHS,
        infos=("base",),
    ),
    Case(
        "every sequence has one step",
        write_csv(
            "customer_id,date,age,income,label",
            [
                [f"c{i}", f"2025-03-{i + 1:02}", 30 + i, 1000 + 7 * i, "AB"[i % 2]]
                for i in range(20)
            ],
        ),
        id="customer_id",
        time="date",
        target="label",
        features=("age", "income"),
        lengths=(1,) * 20,
        questions=("every sequence has one step",),
    ),
    Case(
        "near miss: one of many sequences has one step",
        write_long(
            "customer_id,date,spent,label",
            lambda i, t: [f"c{i}", f"2025-03-{t + 1:02}", measure(i, t), "AB"[i % 2]],
            (4, 1, 6, 3),
        ),
        id="customer_id",
        time="date",
        target="label",
        features=("spent",),
        lengths=(4, 1, 6, 3),
    ),
    Case("engines without a header", _write_engines(), **ENGINES),
    Case("engines separated by tabs", _write_engines(delimiter="\t", end=""), **ENGINES),
    Case("engines separated by commas", _write_engines(delimiter=",", end=""), **ENGINES),
    Case(
        "near miss: numbers without a header that count nothing",
        "".join(" ".join(str(measure(i, t)) for t in range(6)) + "\n" for i in range(9)),
        layout="rows",
        lengths=(6,) * 9,
        header=0,
    ),
    Case(
        "a file of the UCR archive",
        _write_ucr(padded=True),
        layout="wide",
        target="1",
        lengths=tuple(30 - i % 4 for i in range(14)),
        targets=[1, 2, 3, 1],
        kind="whole",
        header=0,
    ),
    Case(
        "a file of the UCR archive of equal lengths",
        _write_ucr(padded=False),
        layout="wide",
        target="1",
        lengths=(30,) * 14,
        targets=[1, 2, 3, 1],
        kind="whole",
        header=0,
        infos=("is the target",),
    ),
    Case(
        "near miss: measurements separated by tabs have no class",
        "\n".join("\t".join(f"{np.cos(t + i / 3):.4f}" for t in range(20)) for i in range(9))
        + "\n",
        layout="rows",
        lengths=(20,) * 9,
        header=0,
    ),
]
