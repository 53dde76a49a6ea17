"""Numbers as people write them, and cells that only look like it."""

from .expected import Case
from .tables import LENGTHS, measure, write_csv, write_long

ROLES = {"id": "shop_id", "time": "day", "target": "label", "lengths": LENGTHS}
LABELS = ["gain", "loss"]


def _write(values, name="amount", delimiter=",", decimal="."):
    """Write a column of text beside a plain one."""

    def plain(i, t):
        return str(measure(i, t)).replace(".", decimal)

    return write_long(
        ["shop_id", "day", name, "plain", "label"],
        lambda i, t: [
            f"S{i}",
            t + 1,
            values[(t + 2 * i) % len(values)],
            plain(i, t),
            LABELS[i % 2],
        ],
        delimiter=delimiter,
    )


def _build(
    name, values, numbers, features=("amount", "plain"), delimiter=",", decimal=".", **expected
):
    first = [
        [*(number if isinstance(number, list) else [number]), measure(0, t)]
        for t, number in enumerate(numbers)
    ]
    return Case(
        name,
        _write(values, delimiter=delimiter, decimal=decimal),
        **ROLES,
        features=features,
        first=first,
        **expected,
    )


STATED = {"infos": ("amount",)}
CASES = [
    _build("percent", ["45%", "7.5%", "0%", "100%", "12%"], [45, 7.5, 0], **STATED),
    _build(
        "percent with a space",
        ["45 %", "7,5 %", "0 %", "100 %"],
        [45, 7.5, 0],
        delimiter=";",
        decimal=",",
        **STATED,
    ),
    _build("kilograms", ["5 kg", "12.5 kg", "0.8 kg", "40 kg"], [5, 12.5, 0.8], **STATED),
    _build("degrees", ["21.5°C", "-3.0°C", "0.5°C", "18.0°C"], [21.5, -3, 0.5], **STATED),
    _build("dollars", ["$5.00", "$1,234.50", "$0.99", "-$3.20"], [5, 1234.5, 0.99, -3.2], **STATED),
    _build(
        "euros",
        ["5,00 €", "1.234,50 €", "0,99 €", "-3,20 €"],
        [5, 1234.5, 0.99, -3.2],
        delimiter=";",
        decimal=",",
        **STATED,
    ),
    _build("yuan", ["¥5.00", "¥12.50", "¥0.99", "¥3.20"], [5, 12.5, 0.99], **STATED),
    _build(
        "thousands by commas",
        ["1,234", "12,345", "980", "1,002,000", "47"],
        [1234, 12345, 980],
        **STATED,
    ),
    _build(
        "thousands by points",
        ["1.037,5", "12.345,25", "980,0", "47,75"],
        [1037.5, 12345.25, 980],
        delimiter=";",
        decimal=",",
        **STATED,
    ),
    _build(
        "thousands by spaces",
        ["1 234", "12 345,5", "980", "1 002 000"],
        [1234, 12345.5, 980],
        delimiter=";",
        decimal=",",
        **STATED,
    ),
    _build(
        "thousands by narrow spaces",
        ["1\u202f234", "12\u202f345", "980", "47"],
        [1234, 12345, 980],
        **STATED,
    ),
    _build(
        "thousands by apostrophes",
        ["1'234", "12'345.5", "980", "1’002’000"],
        [1234, 12345.5, 980],
        **STATED,
    ),
    _build(
        "decimal commas in quotes", ["4,5", "12,25", "0,75", "3,5"], [4.5, 12.25, 0.75], **STATED
    ),
    _build(
        "two numbers in a cell",
        ["120/80", "135/85", "118/76", "140/95"],
        [[120, 80], [135, 85]],
        features=("amount (1)", "amount (2)", "plain"),
        **STATED,
    ),
    _build(
        "a mark that may be either",
        ["1,234", "2,048", "9,750", "3,141"],
        [1234, 2048],
        questions=("amount",),
    ),
    _build(
        "a mark that may be either, with a unit",
        ["1,234 kg", "2,048 kg", "9,750 kg", "3,141 kg"],
        [1234, 2048],
        questions=("amount",),
    ),
    _build(
        "near miss: readings with three decimals",
        ["1.234", "2.048", "9.750", "3.141"],
        [1.234, 2.048, 9.75],
    ),
    _build(
        "near miss: below one, a comma is decimal",
        ["0,234", "1,048", "0,750", "3,141"],
        [0.234, 1.048, 0.75],
    ),
    _build(
        "near miss: one with two digits decides",
        ["1,234", "2,04", "9,750", "3,141"],
        [1.234, 2.04, 9.75],
    ),
    _build(
        "near miss: three decimals beside decimal commas",
        ["1,234", "2,048", "9,750", "3,141"],
        [1.234, 2.048],
        delimiter=";",
        decimal=",",
    ),
    _build(
        "near miss: scientific notation",
        ["1.5e-3", "2E4", "-3.25e+02", "7e0"],
        [0.0015, 20000, -325, 7],
    ),
    _build("near miss: signs", ["+5", "-4", "+0.5", "-12.25"], [5, -4, 0.5, -12.25]),
    Case(
        "blood pressure in two features",
        write_csv(
            "patient_id,date,bp,pulse,label",
            [
                [
                    f"K{i}",
                    f"2025-01-{t + 1:02}",
                    f"{118 + 3 * i + t}/{76 + t}",
                    60 + t,
                    ["stable", "relapse"][i % 2],
                ]
                for i in range(6)
                for t in range(3 + i % 3)
            ],
        ),
        id="patient_id",
        time="date",
        target="label",
        lengths=(3, 4, 5) * 2,
        features=("bp (1)", "bp (2)", "pulse"),
        first=[[118, 76, 60], [119, 77, 61]],
        infos=("bp",),
    ),
    Case(
        "a target with a unit",
        write_long(
            "shop_id,day,visits,target", lambda i, t: [f"S{i}", t, measure(i, t), f"{10 + i}.5 €"]
        ),
        **ROLES | {"target": "target"},
        features=("visits",),
        targets=[10.5, 11.5],
        kind="decimal",
        infos=("target",),
    ),
    Case(
        "two units in one column",
        _write(["5 kg", "300 g", "12 kg", "250 g"]),
        **ROLES,
        features=("amount", "plain"),
        warnings=("amount",),
    ),
    Case(
        "near miss: codes with a letter are words",
        _write(["A5", "B2", "A5", "C1"], "shelf"),
        **ROLES,
        features=("shelf", "plain"),
        infos=("shelf",),
    ),
    Case(
        "near miss: sizes such as 10x20 are words",
        _write(["10x20", "15x30", "10x20", "20x20"], "box"),
        **ROLES,
        features=("box", "plain"),
        infos=("box",),
    ),
    Case(
        "near miss: a date with slashes is not a pair",
        _write(["05/11", "17/12", "05/11", "03/02"], "due"),
        **ROLES,
        features=("due", "plain"),
    ),
    Case(
        "near miss: ids with a slash are ids",
        write_long(
            "sample_id,t,v,label",
            lambda i, t: [f"{120 + i}/{80 + i}", t, measure(i, t), "ab"[i % 2]],
        ),
        id="sample_id",
        time="t",
        target="label",
        features=("v",),
        lengths=LENGTHS,
    ),
]
