"""Targets: words among numbers, booleans, and columns that are not called target."""

from .expected import Case
from .tables import LENGTHS, measure, write_csv, write_long, write_wide

VALUES = [7.25, 3.5, 4.75, 9.5, 6.25, 8.5, 5.25, 2.75]
COUNTS = [131, 40, 87, 212, 65, 18, 301, 44]
ROLES = {"id": "engine", "time": "cycle", "lengths": LENGTHS, "features": ("temp",)}


def _write(targets, name="target"):
    return write_long(
        f"engine,cycle,temp,{name}", lambda i, t: [f"E{i}", t, measure(i, t), targets[i]]
    )


def _without(index):
    return LENGTHS[:index] + LENGTHS[index + 1 :]


WORDS = (
    "n.a.",
    "-",
    "TBD",
    "#DIV/0!",
    "<0.5",
    "pending",
    "N/A",
    "unknown",
    "ausstehend",
    "s/d",
    "待定",
)

CASES = [
    *(
        Case(
            f"{word} among decimal targets",
            _write([word if i == 2 else value for i, value in enumerate(VALUES)]),
            **(ROLES | {"lengths": _without(2)}),
            target="target",
            targets=[7.25, 3.5, 9.5],
            kind="decimal",
            warnings=("target",),
        )
        for word in WORDS
    ),
    *(
        Case(
            f"{word} among counts",
            _write([word if i == 5 else value for i, value in enumerate(COUNTS)], "RUL"),
            **(ROLES | {"lengths": _without(5)}),
            target="RUL",
            targets=[131, 40, 87, 212, 65, 301],
            kind="whole",
            warnings=("RUL",),
        )
        for word in ("n.a.", "pending", "#DIV/0!")
    ),
    Case(
        "two words among the targets of a wide table",
        write_wide(
            "sample_id,s1,s2,s3,yield",
            lambda i: [
                f"w{i}",
                1,
                measure(i, 1),
                2,
                {3: "TBD", 7: "-"}.get(i, round(60 + 1.7 * i, 1)),
            ],
        ),
        layout="wide",
        id="sample_id",
        features=("s1", "s2", "s3"),
        lengths=(3,) * 10,
        target="yield",
        targets=[60, 61.7, 63.4, 66.8],
        kind="decimal",
        warnings=("yield",),
    ),
    Case(
        "booleans",
        _write([i % 3 == 0 for i in range(8)], "label"),
        **ROLES,
        target="label",
        targets=["True", "False"],
        kind="words",
    ),
    Case(
        "booleans of R",
        _write([str(i % 3 == 0).upper() for i in range(8)], "label"),
        **ROLES,
        target="label",
        targets=["True", "False"],
        kind="words",
    ),
    Case(
        "near miss: 0 and 1 are numbers",
        _write([i % 2 for i in range(8)], "label"),
        **ROLES,
        target="label",
        targets=[0, 1, 0],
        kind="whole",
    ),
    Case(
        "0 and 1 that are constant in every sequence",
        _write([int(i in (1, 4)) for i in range(8)], "failed"),
        **ROLES,
        target="failed",
        targets=[0, 1, 0, 0, 1],
        kind="whole",
        infos=("failed",),
    ),
    Case(
        "words that are constant in every sequence",
        _write(["gut", "mangelhaft", "defekt"] * 3, "Zustand"),
        **ROLES,
        target="Zustand",
        targets=["gut", "mangelhaft", "defekt"],
        kind="words",
        infos=("Zustand",),
    ),
    Case(
        "a constant column that is not the last",
        write_long(
            "engine,diagnostic,cycle,temp,flow",
            lambda i, t: [f"E{i}", ["sain", "usé"][i % 2], t, measure(i, t), measure(i, t, 1)],
        ),
        **(ROLES | {"features": ("temp", "flow")}),
        target="diagnostic",
        targets=["sain", "usé"],
        infos=("diagnostic",),
    ),
    Case(
        "two columns that may be the target",
        write_long(
            "engine,cycle,sexo,temp,resultado,flow",
            lambda i, t: [
                f"E{i}",
                t,
                "HM"[i % 2],
                measure(i, t),
                ["bien", "mal"][i // 4],
                measure(i, t, 1),
            ],
        ),
        **(ROLES | {"features": ("sexo", "temp", "resultado", "flow")}),
        questions=("sexo, resultado",),
    ),
    Case(
        "a target per step",
        write_long(
            "engine,cycle,temp,label",
            lambda i, t: [f"E{i}", t, measure(i, t), ["idle", "run"][t > 2]],
        ),
        **ROLES,
        target="label",
        targets=["idle", "idle", "idle", "run"],
        kind="words",
    ),
    Case(
        "near miss: a word per sequence among classes",
        _write(["1", "2", "normal", "1", "2", "normal", "1", "normal"], "class"),
        **ROLES,
        target="class",
        targets=["1", "2", "normal"],
        kind="words",
    ),
    Case(
        "near miss: grades such as A and - are classes",
        _write(["A", "B", "B", "A", "C", "B", "A", "C"], "class"),
        **ROLES,
        target="class",
        targets=["A", "B"],
        kind="words",
    ),
    Case(
        "near miss: stages 1, 2, 3a, 3b are classes",
        _write(["1", "2", "3a", "3b", "1", "2", "3a", "2"], "label"),
        **ROLES,
        target="label",
        targets=["1", "2", "3a", "3b"],
        kind="words",
    ),
    Case(
        "near miss: 0 and 1 that change are a feature",
        write_long(
            "engine,cycle,valve,temp", lambda i, t: [f"E{i}", t, (t + i) % 2, measure(i, t)]
        ),
        **(ROLES | {"features": ("valve", "temp")}),
        first=[[0, measure(0, 0)]],
    ),
    Case(
        "near miss: a measurement called y that changes is a feature",
        write_long(
            "engine,cycle,x,y,z", lambda i, t: [f"E{i}", t, *(measure(i, t, k) for k in range(3))]
        ),
        **(ROLES | {"features": ("x", "y", "z")}),
        first=[[measure(0, 0, k) for k in range(3)]],
    ),
    Case(
        "a target before the steps",
        write_csv(
            ["Klasse", *(f"t{t}" for t in range(1, 13))],
            [[["Riss", "ok"][i % 2], *(measure(i, t) for t in range(12))] for i in range(10)],
        ),
        layout="wide",
        lengths=(12,) * 10,
        target="Klasse",
        targets=["Riss", "ok"],
        infos=("Klasse",),
    ),
]
