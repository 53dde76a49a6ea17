"""Models and a checkpoint saved by the library of commit 3c4f589, see ``make_fixtures.py``."""

import io
import json
from pathlib import Path

import numpy as np
import pytest

from core import Recipe, load, train
from core.data.serialization import unpack
from core.engine.checkpoint import Checkpoint
from tests.compatibility.make_fixtures import VISITS

FOLDER = Path(__file__).parent / "3c4f589"
MODELS = json.loads((FOLDER / "models.json").read_text(encoding="utf-8"))


@pytest.mark.filterwarnings("ignore:Real steps erased|Sequences longer than")
@pytest.mark.parametrize("name", MODELS)
def test_a_saved_model_predicts_as_it_did(name):
    model = load(FOLDER / f"{name}.zip")
    assert model.recipe == Recipe.from_dict(MODELS[name]["recipe"])
    predicted = np.asarray(model.predict(unpack((FOLDER / f"{name}.data").read_bytes())))
    expected = np.asarray(MODELS[name]["predictions"])
    if predicted.dtype.kind == "f":
        np.testing.assert_allclose(predicted, expected, rtol=1e-4, atol=1e-5)
    else:
        assert predicted.tolist() == expected.tolist()


def test_a_training_continues_from_its_checkpoint_to_the_same_weights():
    data = unpack((FOLDER / "bidirectional classes.data").read_bytes())
    checkpoint = Checkpoint.from_bytes((FOLDER / "checkpoint").read_bytes())
    assert 0 < checkpoint.epoch < checkpoint.recipe.epochs
    model = train(data, checkpoint.recipe, resume=checkpoint)
    with np.load(FOLDER / "checkpoint_end.npz") as end:
        for weights, expected in zip(model.network.get_weights(), end.values(), strict=True):
            np.testing.assert_allclose(weights, expected, rtol=1e-3, atol=1e-4)


def test_a_saved_model_reads_words_and_missing_values_of_a_table_as_it_did():
    model = load(FOLDER / "bidirectional classes.zip")
    table = io.StringIO(VISITS.replace(",outcome", ",other"))
    expected = MODELS["bidirectional classes"]["predictions"]
    assert model.predict(table).tolist() == expected
    assert model.preprocessing.feature_names == ("ward", "pulse", "weight")
    assert model.preprocessing.inputs.vocabularies == {"ward": ("A", "B", "C")}
    new = io.StringIO("patient,visit,ward,pulse,weight\nx,0,D,,50\n")
    with pytest.warns(UserWarning, match="'D' is not in the training vocabulary"):
        assert model.predict(new)[0] in ("ill", "well")
