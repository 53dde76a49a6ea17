import io
import json
import subprocess
import sys
import zipfile
from dataclasses import replace

import h5py
import numpy as np
import pandas as pd
import pytest

from core import LSTM, DataError, Recipe, Sequences, load, read_sequences, train
from core.export.archive import MAX_DOCUMENT_BYTES
from core.preprocessing.masking import mask_steps
from tests.support.matrix import sample


def save_to_bytes(model) -> bytes:
    buffer = io.BytesIO()
    model.save(buffer)
    return buffer.getvalue()


def replace_member(content: bytes, name: str, new: bytes | None) -> io.BytesIO:
    """Replace one member of the ZIP, or remove it."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as source,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for member in source.namelist():
            if member != name:
                target.writestr(member, source.read(member))
        if new is not None:
            target.writestr(name, new)
    buffer.seek(0)
    return buffer


@pytest.mark.slow
def test_predictions_are_in_the_order_of_the_sequences(words_model, words):
    order = np.random.default_rng(0).permutation(len(words))
    shuffled = words_model.predict_proba(words[order])
    np.testing.assert_allclose(shuffled, words_model.predict_proba(words)[order], atol=1e-6)


def test_a_name_stays_with_the_file(words_model):
    buffer = io.BytesIO()
    words_model.save(buffer, "Rise *and* fall")
    again = load(buffer)
    assert again.name == "Rise *and* fall"
    assert "Rise \\*and\\* fall" in again.render_model_card()
    assert load(io.BytesIO(save_to_bytes(again))).name == "Rise *and* fall"
    assert load(io.BytesIO(save_to_bytes(words_model))).name == ""
    buffer = io.BytesIO()
    words_model.save(buffer, "x" * 100_000)
    assert len(load(buffer).name) == 10_000


def test_a_large_prediction_reports_progress(words_model):
    many = Sequences(np.ones((10_000, 2)), np.full(2000, 5), feature_names=["slope", "noise"])
    shares = []
    predicted = words_model.predict_proba(many, on_progress=shares.append)
    assert np.ptp(predicted, axis=0).max() < 1e-6  # all are alike
    assert shares == sorted(shares)
    assert len(shares) >= 2
    assert shares[-1] == 1


def test_a_classifier_predicts_its_own_labels(words_model, words):
    labels = words_model.predict(words)
    assert set(labels) <= {"falling", "rising"}
    probabilities = words_model.predict_proba(words)
    assert probabilities.shape == (60, 2)
    np.testing.assert_array_equal(labels, words_model.classes[probabilities.argmax(axis=1)])
    assert words_model.evaluate(words[words.split == "test"])["accuracy"] >= 0.9


@pytest.mark.slow
def test_whole_number_labels_stay_whole_numbers():
    data = Sequences.from_lists([[1], [2, 2], [9], [8, 8]], targets=[3, 3, 7, 7])
    model = train(data, Recipe(task="classification", layers=(LSTM(4),), epochs=2))
    assert model.predict(data).dtype.kind == "i"
    assert set(model.predict(data)) <= {3, 7}


@pytest.mark.slow
@pytest.mark.parametrize("sequence", [[1.5], np.array([1.0, 2.0]), ["1.5"]])
def test_one_bare_sequence_is_refused_with_the_remedy(example_model, sequence):
    with pytest.raises(DataError, match=r"\[\[1\.5\]\]"):
        example_model.predict(sequence)


def test_another_number_of_features_is_refused(example_model):
    with pytest.raises(DataError, match="per step is 2; the model was trained on 1: value"):
        example_model.predict([[[1, 2]]])


@pytest.mark.slow
def test_the_feature_columns_of_a_frame_are_found_by_name(words_model):
    frame = pd.DataFrame({"id": [1, 1, 2], "noise": [0.1, 0.2, 0.3], "slope": [1.0, 2.0, -3.0]})
    lists = [[[1.0, 0.1], [2.0, 0.2]], [[-3.0, 0.3]]]
    np.testing.assert_allclose(
        words_model.predict_proba(frame), words_model.predict_proba(lists), atol=1e-6
    )


def test_the_same_features_in_another_order_are_put_in_order(words_model, words):
    reordered = Sequences(
        words.values[:, ::-1], words.lengths, feature_names=words.feature_names[::-1]
    )
    np.testing.assert_array_equal(
        words_model.predict_proba(reordered), words_model.predict_proba(words)
    )


@pytest.mark.parametrize("names", [("speed", "noise"), ("slope", "noise", "speed")])
def test_features_of_other_names_are_refused_with_both_lists(words_model, names):
    data = Sequences.from_lists([np.ones((3, len(names)))], feature_names=names)
    with pytest.raises(DataError) as error:
        words_model.predict(data)
    assert error.value.values == {"expected": "slope, noise", "found": ", ".join(names)}


def test_features_with_default_names_are_matched_by_position(words_model, example_model, words):
    unnamed = Sequences(words.values, words.lengths)
    np.testing.assert_array_equal(
        words_model.predict_proba(unnamed), words_model.predict_proba(words)
    )
    named = Sequences.from_lists([[1.5]], feature_names=["speed"])
    assert example_model.predict(named) == example_model.predict([[1.5]])


@pytest.mark.slow
@pytest.mark.parametrize("channels", [("x",), ()])  # () by earlier versions
def test_the_only_feature_of_a_wide_table_is_matched_by_position(channels, tmp_path):
    data = read_sequences(io.StringIO("x1,x2,y\n1,2,3\n3,,4\n5,6,7\n"), target="y")
    data = replace(
        data,
        feature_names=channels or ("value",),
        schema=replace(data.schema, channels=channels),
    )
    trained = train(data, Recipe(layers=(LSTM(2),), epochs=1, validation_split=0.0))
    trained.save(tmp_path / "model.zip")
    model = load(tmp_path / "model.zip")
    expected = model.predict([[1, 2], [3]])
    table, other = "x1,x2,x3\n1,2,\n3,,\n", "t0,t10\n1,2\n3,\n"
    long = pd.DataFrame({"id": [1, 1, 2], "t": [0, 1, 0], "force": [1.0, 2.0, 3.0]})
    for new in (
        pd.read_csv(io.StringIO(other)),
        io.StringIO(table),
        read_sequences(io.StringIO(other), layout="wide"),
        read_sequences(io.StringIO(table), like=model),
        read_sequences(long, target=""),
    ):
        np.testing.assert_array_equal(model.predict(new), expected)


def test_a_frame_without_one_of_the_features_is_refused_by_its_name(words_model):
    frame = pd.DataFrame({"id": [1, 1], "slope": [1.0, 2.0], "speed": [0.5, 0.25]})
    with pytest.raises(DataError, match="no column 'noise'") as error:
        words_model.predict(frame)
    assert error.value.values["columns"] == "id, slope, speed"


@pytest.mark.parametrize("new", [1.5, None])
def test_other_types_are_refused_with_the_remedy(example_model, new):
    with pytest.raises(DataError, match=r"\[\[1\.5\]\]"):
        example_model.predict(new)


@pytest.mark.slow
def test_truncation_warns_and_never_happens_without_maxlen(example_model, words_model):
    with pytest.warns(UserWarning, match="longer than 15 steps were truncated: 1 of 1"):
        cut = example_model.predict([[5.0] * 5 + [1.0] * 15])
    np.testing.assert_allclose(cut, example_model.predict([[1.0] * 15]), atol=1e-6)
    long = np.ones((400, 2))  # far longer than any seen; the recipe sets no maxlen
    masked = mask_steps(Sequences.from_lists([long]), words_model.recipe)
    assert words_model.preprocessing.notes(masked) == []
    assert not np.allclose(
        words_model.predict_proba([long]), words_model.predict_proba([long[:9]]), atol=1e-7
    )


def test_predict_proba_is_for_classification(example_model):
    with pytest.raises(ValueError, match="classification"):
        example_model.predict_proba([[1.5]])


@pytest.fixture(scope="module", params=sample(["lengths", "value", "none"], 2))
def masked_model(request, example):
    layers = (LSTM(4, True), LSTM(3))
    recipe = Recipe(layers=layers, mask=request.param, maxlen=6, epochs=2, validation_split=0.0)
    return train(example, recipe)


def test_a_saved_model_predicts_the_same_when_loaded(masked_model, tmp_path):
    model = masked_model
    model.save(tmp_path / "model.zip")
    loaded = load(tmp_path / "model.zip")
    new = [[1.5], [4, 4, 4]]
    np.testing.assert_array_equal(loaded.predict(new), model.predict(new))
    assert (loaded.recipe, loaded.history) == (model.recipe, model.history)


def test_a_saved_classifier_keeps_its_labels_and_probabilities(words_model, words):
    loaded = load(io.BytesIO(save_to_bytes(words_model)))
    np.testing.assert_array_equal(loaded.predict_proba(words), words_model.predict_proba(words))
    assert loaded.predict(words).tolist() == words_model.predict(words).tolist()


@pytest.mark.slow
def test_the_zip_predicts_without_this_library(masked_model, tmp_path):
    model = masked_model
    zipfile.ZipFile(io.BytesIO(save_to_bytes(model))).extractall(tmp_path)
    new = [[1.5], [4, 0, 4], list(range(9))]
    process = subprocess.run(
        [sys.executable, "-I", "predict.py", json.dumps(new)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    with pytest.warns(UserWarning, match=r"longer than|erased because") as warned:
        ours = model.predict(new)
    masked = ["erased because"] if model.recipe.mask == "value" else []
    for warning, text in zip(
        warned, ["Sequences longer than 6 steps were truncated", *masked], strict=True
    ):
        assert text in str(warning.message)
    predictions = [float(line.split(",")[1]) for line in process.stdout.splitlines()[1:]]
    np.testing.assert_allclose(predictions, ours, rtol=1e-5)
    assert "longer than 6 steps were truncated" in process.stderr


def change_document(content: bytes, part: str, change) -> io.BytesIO:
    """Change one of the JSON files of the ZIP."""
    document = json.loads(zipfile.ZipFile(io.BytesIO(content)).read(f"{part}.json"))
    change(document)
    return replace_member(content, f"{part}.json", json.dumps(document).encode())


def change_weights(content: bytes, change) -> io.BytesIO:
    """Change the HDF5 file of the weights in the ZIP."""
    inner = zipfile.ZipFile(io.BytesIO(content)).read("model.keras")
    weights = io.BytesIO(zipfile.ZipFile(io.BytesIO(inner)).read("model.weights.h5"))
    with h5py.File(weights, "r+") as file:
        change(file)
    inner = replace_member(inner, "model.weights.h5", weights.getvalue()).getvalue()
    return replace_member(content, "model.keras", inner)


def find_first_array(file: h5py.File) -> h5py.Dataset:
    arrays = []
    file.visititems(
        lambda name, node: arrays.append(node) if isinstance(node, h5py.Dataset) else None
    )
    return arrays[0]


def read_from_another_file(file: h5py.File) -> None:
    """Let the first array read the bytes of a file on the machine that loads it."""
    array = find_first_array(file)
    name, shape = array.name, array.shape
    del file[name]
    file.create_dataset(name, shape, "f4", external=[("/etc/passwd", 0, h5py.h5f.UNLIMITED)])


def declare_only(file: h5py.File) -> None:
    name, shape = find_first_array(file).name, find_first_array(file).shape
    del file[name]
    file.create_dataset(name, shape, "f4")


def move_behind_link(file: h5py.File) -> None:
    name = find_first_array(file).name
    file.move(name, "/elsewhere")
    file[name] = h5py.ExternalLink("/tmp/other.h5", "/x")


TAMPERS = {
    "no zip": lambda content: io.BytesIO(b"no zip at all"),
    "cut": lambda content: io.BytesIO(content[: len(content) // 2]),
    "a byte changed": lambda content: io.BytesIO(
        content[:300] + bytes([content[300] ^ 255]) + content[301:]
    ),
    "no recipe": lambda content: replace_member(content, "recipe.json", None),
    "a list": lambda content: replace_member(content, "training.json", b"[1, 2]"),
    "no JSON": lambda content: replace_member(content, "preprocessing.json", b"{"),
    "deep": lambda content: replace_member(content, "recipe.json", b"[" * 10**6),
    "a bomb": lambda content: replace_member(
        content, "training.json", b" " * (MAX_DOCUMENT_BYTES + 1)
    ),
    "no network": lambda content: replace_member(content, "model.keras", b"PK"),
    "other units": lambda content: change_document(
        content, "recipe", lambda d: d["layers"][0].update(units=900)
    ),
    "enormous": lambda content: change_document(
        content, "recipe", lambda d: d["layers"][0].update(units=10**7)
    ),
    "no spread": lambda content: change_document(
        content, "preprocessing", lambda d: d.update(std=[0.0, 1.0])
    ),
    "no classes": lambda content: change_document(
        content, "preprocessing", lambda d: d.update(classes=None)
    ),
    "no table": lambda content: change_document(
        content, "preprocessing", lambda d: d["table"].update(layout="?")
    ),
    "no note": lambda content: change_document(
        content, "training", lambda d: d.update(notes=[["{x}", {}]])
    ),
    "ragged history": lambda content: change_document(
        content, "training", lambda d: d["history"].update(loss=[1.0])
    ),
    "no engine": lambda content: change_document(
        content, "training", lambda d: d.update(computed=[1])
    ),
    "no facts": lambda content: change_document(content, "training", lambda d: d.update(facts={})),
    "bytes of another file": lambda content: change_weights(content, read_from_another_file),
    "a link": lambda content: change_weights(content, move_behind_link),
    "declared and not stored": lambda content: change_weights(content, declare_only),
    "a huge note": lambda content: change_document(
        content, "training", lambda d: d.update(notes=[["{x:{y}}", {"x": 1, "y": 10**9}]])
    ),
    "no end": lambda content: change_document(
        content, "training", lambda d: d.update(best_epoch=float("inf"))
    ),
    "no loss": lambda content: change_document(
        content, "training", lambda d: d.update(history={"seconds": [1.0]})
    ),
    "endless history": lambda content: change_document(
        content, "training", lambda d: d.update(history={"loss": [1.0] * 10_001})
    ),
    "members in turn": lambda content: change_document(
        content, "training", lambda d: d.update(history={"loss": [1.0] * 3, "member": [1, 2, 1]})
    ),
    "a part of a member": lambda content: change_document(
        content, "training", lambda d: d.update(history={"loss": [1.0], "member": [1.5]})
    ),
    "a date that is none": lambda content: change_document(
        content, "training", lambda d: d["facts"].update(date="[x](y)")
    ),
    "not finite": lambda content: change_weights(
        content, lambda file: find_first_array(file).__setitem__(Ellipsis, np.nan)
    ),
}


@pytest.mark.parametrize("tamper", TAMPERS)
def test_a_tampered_file_is_refused_with_a_message(words_model, tamper):
    with pytest.raises(DataError, match="not a model file of Unpadded"):
        load(TAMPERS[tamper](save_to_bytes(words_model)))


def test_a_note_of_a_file_is_plain_text(words_model):
    link = ["[Sign in]({where})", {"where": "https://x.example"}]
    content = change_document(
        save_to_bytes(words_model), "training", lambda d: d.update(notes=[link])
    )
    [note] = load(content).notes
    assert note == "[Sign in](https://x.example)"
    assert note.template == "{text}"


def test_a_saved_model_names_its_format_and_a_newer_one_is_refused(example_model, monkeypatch):
    saved = io.BytesIO()
    example_model.save(saved)
    training = json.loads(zipfile.ZipFile(saved).read("training.json"))
    assert training["format"] == 2
    monkeypatch.setattr("core.export.archive.FORMAT", 0)
    with pytest.raises(
        DataError, match=r"^This .* newer version of Unpadded \(format 2\).* up to 0"
    ):
        load(saved)
