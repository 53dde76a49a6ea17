"""Any value in a field of a saved model's JSON files is harmless or refused in one sentence."""

import io
import json
import zipfile

import numpy as np
import pytest

from core import LSTM, DataError, Recipe, Sequences, load, read_sequences, train
from core.errors import MAX_VALUE_LENGTH
from core.export.archive import MAX_DOCUMENT_BYTES
from core.export.model_card import render_model_card
from tests.support.hostile_models import LINK, VALUES, packed, parts_of, places, with_value
from tests.support.matrix import sample

pytestmark = pytest.mark.slow  # it trains, saves or starts a process for each case

TABLE = "visit,day,pulse,ward,outcome\n" + "".join(
    f"v{n},{day},{day * 0.5 + n},{'AB'[n % 2]},{['well', 'ill'][n % 2]}\n"
    for n in range(12)
    for day in range(3)
)


@pytest.fixture(scope="module")
def data():
    return read_sequences(io.StringIO(TABLE))


@pytest.fixture(scope="module")
def content(data) -> bytes:
    model = train(data, Recipe(task="classification", layers=(LSTM(2),), epochs=2))
    model.evaluate_held_out(data)
    model.proof = model.prove(data, 0.5)
    saved = io.BytesIO()
    model.save(saved)
    return saved.getvalue()


@pytest.mark.parametrize("kind", sample(VALUES, 4))
def test_a_field_with_anything_in_it_is_refused_or_harmless(content, data, kind):
    parts = parts_of(content)
    accepted = []
    for path in places(parts):
        changed = packed(content, with_value(parts, path, VALUES[kind]))
        message = ""
        try:
            model = load(io.BytesIO(changed))
            accepted.append(path)
            if "preprocessing.json" in path:  # the other files do not change predictions
                assert len(model.predict(data)) == len(data), path
        except DataError as error:
            message = str(error)
        assert len(message) < 500, path
        assert "\n" not in message, path
        if not message:
            assert len(model.notes) <= 100
            assert all(
                note.template == "{text}" and len(note) <= MAX_VALUE_LENGTH for note in model.notes
            )
            assert set(model.computed["layers"]) <= {"fused", "wide", "stepwise", "keras"}
            render_model_card(model)
    names = {path[-1] for path in accepted if isinstance(path[-1], str)}
    assert len(accepted) < len(list(places(parts))) / 2, names


def refuse(saved: io.BytesIO) -> str:
    """Load a model that is refused; returns the cause, which the message itself does not quote."""
    with pytest.raises(DataError, match="or it is damaged") as refusal:
        load(saved)
    return str(refusal.value.__cause__)


@pytest.mark.parametrize("name", ["vocabularies", "missing", "indicated", "fill"])
def test_inputs_without_one_of_their_parts_are_refused(content, name):
    parts = parts_of(content)
    changed = with_value(
        parts,
        ("preprocessing.json",),
        lambda whole: {field: part for field, part in whole.items() if field != name},
    )
    assert f"the preprocessing lacks {name}" in refuse(io.BytesIO(packed(content, changed)))


def test_many_notes_and_endless_ones_are_refused_or_cut(content):
    parts = parts_of(content)

    def save_notes(*notes) -> io.BytesIO:
        changed = with_value(parts, ("training.json", "notes"), lambda _: notes)
        return io.BytesIO(packed(content, changed))

    assert "notes has 60,000 entries; use 0 to 100" in refuse(save_notes(*["x"] * 60_000))
    assert load(save_notes(LINK, "x" * 5000)).notes == [LINK, "x" * (MAX_VALUE_LENGTH - 1) + "…"]
    wide = ["{x}" * 3000, {"x": "y" * 100_000}]
    assert "notes" in refuse(save_notes(wide))
    deep = "x"
    for _ in range(9):
        deep = ["{x}" * 9, {"x": deep}]
    assert "notes" in refuse(save_notes(deep))


def test_a_model_of_thousands_of_features_loads_and_so_does_one_with_a_large_example(content):
    steps = np.random.default_rng(0).normal(size=(60, 2000))
    wide = Sequences.from_lists([steps, steps[:2]], targets=[1.0, 2.5])
    model = train(wide, Recipe(layers=(LSTM(1),), epochs=1, validation_split=0.0))
    saved = io.BytesIO()
    model.save(saved)
    assert 0 < len(load(saved).example) < 300_000
    model.example *= 10
    saved = io.BytesIO()
    model.save(saved)
    assert load(saved).example == ""


def test_fields_of_a_newer_version_are_ignored(content):
    parts = parts_of(content)
    for path in (("training.json",), ("preprocessing.json",), ("preprocessing.json", "table")):
        newer = with_value(parts, path, lambda known: known | {"later": [1]})
        assert load(io.BytesIO(packed(content, newer))).evaluation is not None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b'{"task": "regression", "task": "classification"}', "names a field twice"),
        (b"[" + b"[]," * 1_000_001 + b"[]]", "more than 1,000,000 values"),
        (b" " * (MAX_DOCUMENT_BYTES + 1), "larger than"),
        (b"[" * 10**5, "recursion"),
        (b"\xff\xfe", "decode"),
        (b"1" * 5000, "integer string conversion"),
    ],
)
def test_json_that_this_library_never_writes_is_refused(content, text, message):
    saved = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(saved, "w") as new:
        for name in old.namelist():
            new.writestr(name, text if name == "recipe.json" else old.read(name))
    assert message in refuse(saved)


def test_extreme_numbers_never_lose_a_prediction(content, data):
    parts = parts_of(content)
    for name, value in (("std", 1.2e-38), ("mean", 3.4e38), ("fill", -3.4e38)):
        path = ("preprocessing.json", name, 0)
        changed = packed(content, with_value(parts, path, lambda _, value=value: value))
        probabilities = load(io.BytesIO(changed)).predict_proba(data)
        assert probabilities.shape == (len(data), 2)
    assert np.isfinite(load(io.BytesIO(content)).predict_proba(data)).all()
    assert json.dumps(parts["preprocessing.json"]["classes"]) == '["ill", "well"]'
