"""Columns that mark a split, and features with the same names."""

from .expected import Case
from .tables import LENGTHS, measure, write_csv, write_long, write_wide

ROLES = {
    "id": "speaker_id",
    "time": "frame",
    "target": "label",
    "lengths": LENGTHS,
    "features": ("f0",),
    "first": [measure(0, step) for step in range(4)],
}


def _write(name, mark, group=None):
    """Write speakers with a column that marks a part, and perhaps one of groups."""
    header = ["speaker_id", "frame", "f0", name, "label", *(["group"] if group else [])]
    return write_long(
        header,
        lambda i, t: [
            *(f"sp{i}", t, measure(i, t), mark(i, t), ["yes", "no", "maybe"][i % 3]),
            *([group(i)] if group else []),
        ],
    )


def _constant(values):
    return lambda i, t: values[i % len(values)]


WORDS = {
    "split": ("train", "val", "test"),
    "set": ("Train", "Test"),
    "partition": ("training", "validation", "testing"),
    "subset": ("TRAIN", "DEV", "TEST"),
    "Datensatz": ("train", "test"),
    "fold": ("train", "test"),
}
PARTS = {"tr": "train", "va": "validation", "de": "validation", "te": "test"}
ANSWERS = {
    "is_test": ("0", "1"),
    "Is Test": ("False", "True"),
    "test": ("no", "yes"),
    "is_train": ("1", "0"),
    "isTest": ("false", "true"),
    "is_val": ("0", "1"),
}
UNDECIDED = {
    "fold": "12345",
    "set": "01",
    "partition": "ABC",
    "cv_fold": "01234",
}
VARYING = {
    "set": lambda i, t: 1 + (t + i) % 3,  # of an exercise
    "train": lambda i, t: 40 + (3 * t + i) % 7,  # wagons
    "test": lambda i, t: round((t * 3 + i) % 5 / 4, 2),  # a reading
    "fold": lambda i, t: 1 + (t * 5 + i) % 9,  # fold change
    "partition": lambda i, t: t * 2 % 5,
    "split": lambda i, t: round(31.2 + t % 3 / 10, 1),  # split times of a runner
}


CASES = [
    *(
        Case(
            f"{name} says {', '.join(values)}",
            _write(name, _constant(values)),
            **ROLES,
            split=name,
            splits=tuple(PARTS[values[i % len(values)].lower()[:2]] for i in range(3)),
            infos=(name,),
        )
        for name, values in WORDS.items()
    ),
    *(
        Case(
            f"{name} says {', '.join(values)}",
            _write(name, _constant(values)),
            **ROLES,
            split=name,
            splits=("train", "validation" if name == "is_val" else "test"),
            warnings=(name,),
        )
        for name, values in ANSWERS.items()
    ),
    *(
        Case(
            f"{name} has the parts {', '.join(values)}",
            _write(name, _constant(values)),
            **ROLES,
            questions=(name,),
        )
        for name, values in UNDECIDED.items()
    ),
    Case(
        "a fold in a wide table",
        write_wide(
            "id,x1,x2,x3,fold,label",
            lambda i: [f"w{i}", 1.5, i, measure(i, 3), 1 + i % 3, "pq"[i % 2]],
        ),
        layout="wide",
        id="id",
        target="label",
        features=("x1", "x2", "x3"),
        lengths=(3,) * 12,
        questions=("fold",),
    ),
    Case(
        "is_test in a wide table",
        write_wide(
            "id,is_test,x1,x2,x3,label",
            lambda i: [f"w{i}", int(i > 7), 1.5, i, measure(i, 3), "pq"[i % 2]],
        ),
        layout="wide",
        id="id",
        target="label",
        split="is_test",
        features=("x1", "x2", "x3"),
        lengths=(3,) * 12,
        splits=("train",) * 8 + ("test",) * 4,
        warnings=("is_test",),
    ),
    Case(
        "a set of words beside lists",
        write_csv(
            "id,set,signal,label",
            [
                [
                    f"w{i}",
                    ["train", "test"][i % 2],
                    str([measure(i, t) for t in range(2 + i % 3)]),
                    "pq"[i % 2],
                ]
                for i in range(8)
            ],
        ),
        layout="list",
        id="id",
        target="label",
        split="set",
        features=("signal",),
        lengths=(2, 3, 4, 2, 3, 4, 2, 3),
        splits=("train", "test"),
    ),
    Case(
        "groups on both sides",
        _write("split", _constant(("train", "test")), lambda i: f"family {i // 2}"),
        **ROLES,
        split="split",
        group="group",
        warnings=("groups in both the training set",),
    ),
    Case(
        "near miss: groups on one side",
        _write("split", _constant(("train", "test")), lambda i: f"family {i % 2}"),
        **ROLES,
        split="split",
        group="group",
    ),
    *(
        Case(
            f"near miss: {name} varies within sequences",
            _write(name, value),
            **(ROLES | {"features": ("f0", name), "first": [[measure(0, 0), value(0, 0)]]}),
            infos=(name,),
        )
        for name, value in VARYING.items()
    ),
    Case(
        "near miss: test has too many values",
        write_long(
            "id,t,test,v,label",
            lambda i, t: [f"s{i}", t, round(17.5 + i * 0.3, 1), measure(i, t), "ab"[i % 2]],
            (3,) * 24,
        ),
        id="id",
        time="t",
        target="label",
        features=("test", "v"),
        lengths=(3,) * 24,
        first=[[17.5, measure(0, 0)]],
    ),
    Case(
        "near miss: testosterone and training_load are features",
        write_long(
            "id,t,testosterone,training_load,label",
            lambda i, t: [f"s{i}", t, 4 + i % 3, measure(i, t), "ab"[i % 2]],
        ),
        id="id",
        time="t",
        target="label",
        features=("testosterone", "training_load"),
        lengths=LENGTHS,
        first=[[4, measure(0, 0)]],
    ),
]
