"""Detection finds the roles that a table shows, and asks for those that it does not."""

import io

import pytest

from core import read_sequences
from core.reading import detect_schema, open_table
from tests.support.findings import list_doubts, list_reasons

STEPS = "{0},0,1.5,2\n{0},1,2.5,2\n{1},0,3.5,4\n{1},1,4.5,4\n"


def detect(text, **choices):
    return detect_schema(open_table(io.StringIO(text)), **choices)


def roles(layout):
    return {
        name: getattr(layout, name)
        for name in ("layout", "id", "time", "target", "split", "group", "features")
        if getattr(layout, name) is not None
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "id,t,v,target\n" + STEPS.format("a", "b"),
            {"layout": "long", "id": "id", "time": "t", "target": "target", "features": ("v",)},
        ),
        (  # the last column is constant within each sequence
            "unit,cycle,v,rul\n" + STEPS.format(1, 2),
            {"layout": "long", "id": "unit", "time": "cycle", "target": "rul", "features": ("v",)},
        ),
        (  # a first column of numbers that repeats, each time once
            "bearing,t,v,life\n" + STEPS.format(1, 2),
            {"layout": "long", "id": "bearing", "time": "t", "target": "life", "features": ("v",)},
        ),
        (  # a target that changes from step to step is a feature
            "id,t,x,y\na,0,1,2\na,1,2,3\nb,0,1,2\n",
            {"layout": "long", "id": "id", "time": "t", "features": ("x", "y")},
        ),
        (  # a last column that is the same everywhere has no information about a sequence
            "id,t,v,w\na,0,1,0\na,1,2,0\nb,0,1,0\n",
            {"layout": "long", "id": "id", "time": "t", "features": ("v", "w")},
        ),
        (
            "id,x1,x2,target\na,1,,5\nb,1,2,6\n",
            {"layout": "wide", "id": "id", "target": "target", "features": ("x1", "x2")},
        ),
        (
            "x1,x2,x3,score\n1,2,,5\n1,,,6\n",
            {"layout": "wide", "target": "score", "features": ("x1", "x2", "x3")},
        ),
        (
            "patient,jan,feb,mar\na,1,2,3\nb,1,,\n",
            {"layout": "wide", "id": "patient", "features": ("jan", "feb", "mar")},
        ),
        (
            "a,1,2,x\nb,3,,y\n",
            {"layout": "wide", "id": "1", "target": "4", "features": ("2", "3")},
        ),
        (
            'id,group,s,r,fold,score\na,g,"[1]","[2]",train,3\nb,g,"[1]","[2]",dev,3\n',
            {
                "layout": "list",
                "id": "id",
                "group": "group",
                "split": "fold",
                "target": "score",
                "features": ("s", "r"),
            },
        ),
        ("1\n2,5\n", {"layout": "rows", "features": ("value",)}),
        ("[[1], [2, 5]]", {"layout": "list", "features": ("value",)}),
    ],
)  # fmt: skip
def test_a_table_shows_its_layout_and_roles(text, expected):
    schema = detect(text)
    assert roles(schema) == expected
    assert schema.findings


@pytest.mark.parametrize(
    ("choices", "expected"),
    [
        ({"target": ""}, {"target": None, "features": ("v", "w", "target")}),
        ({"target": "w"}, {"target": "w", "features": ("v", "target")}),
        ({"time": ""}, {"time": None, "features": ("t", "v", "w")}),
        ({"split": ""}, {"split": None}),
        ({"features": ["w"]}, {"features": ("w",), "target": "target"}),
        ({"features": ["w", "v"]}, {"features": ("w", "v")}),
        ({"group": "split", "split": ""}, {"group": "split", "split": None}),
        ({"id": "split"}, {"id": "split", "split": None}),
        ({"layout": "wide"}, {"layout": "wide", "time": None}),
        ({"layout": "long", "id": ""}, {"layout": "long", "id": None}),
    ],
)
def test_detection_never_overrides_choices(choices, expected):
    text = "id,split,t,v,w,target\na,train,0,1,5,2\na,train,1,2,5,2\nb,test,0,3,6,4\n"
    automatic = roles(detect(text))
    assert automatic["target"] == "target"
    assert automatic["split"] == "split"
    schema = detect(text, **choices)
    assert {name: getattr(schema, name) for name in expected} == expected


@pytest.mark.parametrize("name", ["", "Unnamed: 0"])
def test_a_pandas_index_is_not_a_feature(name):
    schema = detect(name + ",bearing,t,v\n0,1,0,5\n1,1,1,6\n2,2,0,7\n")
    assert (schema.layout, schema.id, schema.time, schema.features) == (
        "long",
        "bearing",
        "t",
        ("v",),
    )
    reason = f"`{name or 1}` counts the rows: not used"
    assert ("row_numbers", reason) in list_reasons(schema)


@pytest.mark.parametrize(
    ("text", "features"),
    [
        (",id,v\n0,a,5\n0.5,a,6\n", ("1", "v")),  # does not count the rows
        ("n,id,v\n0,a,5\n1,a,6\n", ("n", "v")),  # has a name
    ],
)
def test_any_other_first_column_of_numbers_is_a_feature(text, features):
    assert detect(text).features == features


def test_an_index_can_be_chosen_as_a_feature():
    assert detect(",id,v\n0,a,5\n1,a,6\n", features=["1", "v"]).features == ("1", "v")


def test_an_unused_column_is_reported():
    schema = detect("id,t,v,note\na,0,1,x\na,1,2,y\n")
    assert schema.features == ("v",)
    assert ("unused", "`note` is not used") in list_reasons(schema)


@pytest.mark.parametrize("first", ["patient", "who"])
def test_visits_of_a_patient_are_steps_in_time(first):
    rows = "".join(f"p{i},{t},{i}.5\n" for i in range(4) for t in range(1, 4))
    schema = detect_schema(open_table(io.StringIO(f"{first},visit,pulse\n{rows}")))
    assert (schema.layout, schema.id, schema.time) == ("long", first, "visit")
    assert schema.features == ("pulse",)
    reason = f"`{first}` repeats and `visit` increases within it: long layout"
    assert ("layout", reason) in list_reasons(schema)


HOURS = [f"2025-01-{1 + h // 24:02d} {h % 24:02d}:00" for h in range(96)]
LEVELS = [("low", "normal", "high", "normal")[h // 6 % 4] for h in range(96)]


def write_recording(times, *columns: str, **values) -> str:
    rows = zip(times, *(map(str, values[name]) for name in columns), strict=True)
    return "\n".join([",".join(["time", *columns]), *map(",".join, rows)])


NUMBERS = [20 + h // 5 % 4 for h in range(96)]
FLOW = [f"{h * 7 % 11 / 8:.3f}" for h in range(96)]
IRREGULAR = [str(h * h + h) for h in range(96)]


@pytest.mark.parametrize("times", [HOURS, IRREGULAR], ids=["regular", "irregular"])
def test_measurements_are_no_ids_of_a_table_whose_time_rises(times):
    data = read_sequences(io.StringIO(write_recording(times, "flow", "heat", flow=FLOW, heat=FLOW)))
    assert (len(data), data.schema.id, data.schema.time) == (1, None, "time")
    assert data.feature_names == ("flow", "heat")
    assert "one_series" in [each.code for each in data.report.findings]
    assert list_doubts(data) == []


@pytest.mark.parametrize("times", [HOURS, IRREGULAR], ids=["regular", "irregular"])
@pytest.mark.parametrize(
    "state", [LEVELS, [20 + h // 5 % 4 for h in range(96)]], ids=["words", "n"]
)
def test_states_that_come_back_may_be_ids_or_a_feature(times, state):
    text = write_recording(times, "state", "flow", flow=FLOW, state=state)
    data = read_sequences(io.StringIO(text))
    [question] = data.report.select("question")
    assert question.code == "assumed_id"
    assert (len(data) == 1) == (times is HOURS)
    as_one = read_sequences(io.StringIO(text), layout="long", id="")
    as_ids = read_sequences(io.StringIO(text), id="state")
    assert [len(as_one), len(as_ids)] == [1, len(set(state))]
    assert data == (as_one if times is HOURS else as_ids)
    assert [*question.remedies][(times is HOURS) ^ 1] == {"layout": "long", "id": ""}


def test_ids_in_blocks_stay_ids_though_the_time_rises():
    machines = [f"{100 + h // 24}" for h in range(96)]
    data = read_sequences(
        io.StringIO(write_recording(HOURS, "which", "flow", which=machines, flow=FLOW))
    )
    assert (len(data), data.schema.id) == (4, "which")


BLOOD = "patient,bp,temp,outcome\n" + "".join(
    f"p{i},{120 + i % 9}/{80 + i % 7},{36 + i % 3}.5,{'home' if i % 2 else 'icu'}\n"
    for i in range(12)
)


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        (BLOOD, ("bp (1)", "bp (2)", "temp")),
        ("who,age,heat,y\na,30,36.5,0\nb,41,37.2,1\nc,52,36.9,1\n", ("age", "heat")),
    ],
)
def test_columns_that_count_no_steps_are_asked_about(text, columns):
    data = read_sequences(io.StringIO(text))
    [question] = data.report.select("question")
    assert question.code == "step_names"
    assert data.schema.features == columns
    long = read_sequences(io.StringIO(text), layout="long")
    assert (long.lengths.max(), long.feature_names) == (1, columns)
    assert not read_sequences(io.StringIO(text), layout="wide").report.select("question")
