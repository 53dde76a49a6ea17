"""Ends of sequences, padding, missing steps and missing values."""

from .expected import Case
from .tables import LENGTHS, measure, write_csv, write_long

STEPS = 8
ENDS = (5, 8, 3, 6, 7, 4, 8, 5, 2, 6, 3, 7)
LABELS = ["Bruch", "Fließen"]


def _write_wide(header, end="", behind=(), value=measure, lengths=ENDS):
    """Write a row per sample_id, the cells after its last value filled with ``end``."""
    return write_csv(
        header,
        [
            [
                f"Probe {i + 1}",
                *(value(i, t) if t < steps else end for t in range(STEPS)),
                *(cell(i) for cell in behind),
            ]
            for i, steps in enumerate(lengths)
        ],
    )


def _count(name, steps=range(1, STEPS + 1)):
    return ["sample_id", *(name.format(step) for step in steps)]


MONTHS = ("Jan", "Feb", "Mrz", "Apr", "Mai", "Jun", "Jul", "Aug")
HEADERS = {
    "forces with a unit": [*_count("Force {} [N]"), "Max strain (%)"],
    "x1 to x8": [*_count("x{}"), "Max strain (%)"],
    "numbers": [*_count("{}"), "Max strain (%)"],
    "steps from 0": [*_count("t_{}", range(STEPS)), "Max strain (%)"],
    "months": ["sample_id", *MONTHS, "Max strain (%)"],
    "years": [*_count("{}", range(2016, 2016 + STEPS)), "Max strain (%)"],
    "seconds": [*_count("{} s", range(0, 5 * STEPS, 5)), "Max strain (%)"],
    "brackets": [*_count("测量[{}]"), "Max strain (%)"],
    "semaine": [*_count("Semaine {}"), "Max strain (%)"],
}
WIDE = {
    "layout": "wide",
    "id": "sample_id",
    "lengths": ENDS,
    "first": [measure(0, t) for t in range(5)],
}
STRAIN = {"target": "Max strain (%)", "targets": [0.5, 0.75, 1], "kind": "decimal"}


def _get_strain(i):
    return 0.5 + i / 4


def _get_label(i):
    return LABELS[i % 2]


LABELLED = [*_count("x{}"), "label"]
LIST_ENDS = (5, 3, 6, 4, 5, 2)


def _write_lists(end, value=measure):
    def write(i, steps):
        cells = [str(value(i, t)) for t in range(steps)] + [end] * (6 - steps)
        return f"[{', '.join(cells)}]"

    return write_csv(
        "sample_id,force,label",
        [[f"P{i}", write(i, steps), LABELS[i % 2]] for i, steps in enumerate(LIST_ENDS)],
    )


LISTS = {
    "layout": "list",
    "id": "sample_id",
    "features": ("force",),
    "target": "label",
    "lengths": LIST_ENDS,
}
LABEL = {"target": "label", "targets": LABELS}


def _leave_out(text, share):
    """Blank cells of the third column of a long table, none in the first row of a sequence."""
    rows = [line.split(",") for line in text.splitlines()]
    for number, row in enumerate(rows[1:]):
        if row[1] != "0" and number % 10 < 10 * share:
            row[2] = ""
    return "".join(",".join(row) + "\n" for row in rows)


LONG = {
    "id": "patient_id",
    "time": "t",
    "target": "label",
    "lengths": LENGTHS,
    "features": ("crp", "pulse"),
}
LABORATORY = write_long(
    "patient_id,t,crp,pulse,label",
    lambda i, t: [f"K{i}", t, measure(i, t), 60 + t, ["A", "B"][i % 2]],
)


def _blank_inside(i, t, share=0.1):
    """Return a measurement, or a blank that is never at the end of a row."""
    return "" if t in (1, 2) and (i * 3 + t) % 10 < 20 * share else measure(i, t)


CASES = [
    *(
        Case(
            f"blanks behind the last value: {name}",
            _write_wide(header, "", [_get_strain]),
            **WIDE,
            **STRAIN,
            infos=("Max strain",),
        )
        for name, header in HEADERS.items()
    ),
    Case(
        "words of the first column name the rows",
        _write_wide(["Prüfling", *LABELLED[1:]], "", [_get_label]),
        **(WIDE | {"id": "Prüfling"}),
        **LABEL,
        warnings=("Prüfling",),
    ),
    Case(
        "near miss: months that are all full are all steps",
        write_csv(
            ["sample_id", *MONTHS],
            [[f"P{i}", *(measure(i, t) for t in range(STEPS))] for i in range(6)],
        ),
        layout="wide",
        id="sample_id",
        features=MONTHS,
        lengths=(STEPS,) * 6,
    ),
    Case(
        "near miss: numbered sensors of a named machine are features",
        write_long(
            "Maschine,s1,s2,s3", lambda i, t: [f"M{i}", *(measure(i, t, k) for k in range(3))]
        ),
        id="Maschine",
        features=("s1", "s2", "s3"),
        lengths=LENGTHS,
        warnings=("Maschine", "order of the file"),
    ),
    *(
        Case(
            f"{end} behind the last value",
            _write_wide(LABELLED, end, [_get_label]),
            **WIDE,
            **LABEL,
        )
        for end in ("NaN", "NA", "#N/A", "null", "None")
    ),
    Case("NaN behind the last item of a list", _write_lists("NaN"), **LISTS),
    Case("null behind the last item of a list", _write_lists("null"), **LISTS),
    Case(
        "empty columns and rows at the end",
        "".join(line + ",,\n" for line in _write_wide(LABELLED, "", [_get_label]).splitlines())
        + "," * 11
        + "\n"
        + "," * 11
        + "\n",
        **WIDE,
        **LABEL,
    ),
    *(
        Case(
            f"{value} repeated at the ends",
            _write_wide(LABELLED, value, [_get_label]),
            **(WIDE | {"lengths": (STEPS,) * 12}),
            **LABEL,
            questions=(f"end in {value}",),
        )
        for value in (0, -1, -999)
    ),
    Case(
        "zeros repeated at the ends of lists",
        _write_lists("0"),
        **(LISTS | {"lengths": (6,) * 6}),
        questions=("end in 0",),
    ),
    Case(
        "near miss: zeros at the ends that also occur inside",
        _write_wide(
            LABELLED, 0, [_get_label], lambda i, t: 0 if (t + i) % 3 == 1 else measure(i, t)
        ),
        **(WIDE | {"lengths": (STEPS,) * 12, "first": [20, 0]}),
        **LABEL,
    ),
    Case(
        "near miss: counts that come down to zero",
        _write_wide(
            LABELLED, 0, [_get_label], lambda i, t: max(9 + i % 3 - 2 * t, 0), (STEPS,) * 12
        ),
        **(WIDE | {"lengths": (STEPS,) * 12, "first": [9, 7, 5, 3, 1, 0]}),
        **LABEL,
    ),
    Case(
        "near miss: one zero at the end is data",
        _write_wide(LABELLED, 0, [_get_label], lengths=(8, 7, 8, 8, 7, 8, 7, 8, 8, 7, 8, 8)),
        **(WIDE | {"lengths": (STEPS,) * 12}),
        **LABEL,
    ),
    Case(
        "a missing step column",
        write_csv(
            "sample_id,x1,x2,x4,x5,label",
            [[f"P{i}", *(measure(i, t) for t in range(4)), LABELS[i % 2]] for i in range(8)],
        ),
        layout="wide",
        id="sample_id",
        lengths=(4,) * 8,
        features=("x1", "x2", "x4", "x5"),
        **LABEL,
        warnings=("x3",),
    ),
    Case(
        "near miss: every second step",
        write_csv(
            "sample_id,x2,x4,x6,x8,label",
            [[f"P{i}", *(measure(i, t) for t in range(4)), LABELS[i % 2]] for i in range(8)],
        ),
        layout="wide",
        id="sample_id",
        lengths=(4,) * 8,
        features=("x2", "x4", "x6", "x8"),
        **LABEL,
    ),
    Case("missing values", _leave_out(LABORATORY, 0.1), **LONG, infos=("crp",)),
    Case(
        "more than a fifth missing in a long table",
        _leave_out(LABORATORY, 0.6),
        **LONG,
        warnings=("crp",),
    ),
    Case(
        "missing values inside the rows of a wide table",
        _write_wide(LABELLED, "", [_get_label], lambda i, t: _blank_inside(i, t, 0.1)),
        **(WIDE | {"first": ()}),
        **LABEL,
    ),
    Case(
        "more than a fifth missing in a wide table",
        _write_wide(
            LABELLED,
            "",
            [_get_label],
            lambda i, t: "" if t % 2 and t != 7 and i % 5 else measure(i, t),
            (8,) * 12,
        ),
        **(WIDE | {"first": (), "lengths": (8,) * 12}),
        **LABEL,
        questions=("missing",),
    ),
    Case(
        "words among the values",
        write_long(
            "patient_id,t,crp,pulse,label",
            lambda i, t: [
                f"K{i}",
                t,
                "<0.5" if (i, t) in ((1, 2), (3, 1)) else measure(i, t),
                60 + t,
                "AB"[i % 2],
            ],
        ),
        **LONG,
        warnings=("crp",),
    ),
    Case(
        "near miss: the letters of Na, None and null inside words",
        write_long(
            "patient_id,t,ward,pulse,label",
            lambda i, t: [f"K{i}", t, ["Nancy", "nullipara"][t % 2], 60 + t, "AB"[i % 2]],
        ),
        **(LONG | {"features": ("ward", "pulse")}),
        infos=("ward",),
    ),
]
