"""The exported script is verified on a table that is written where the file is too large."""

import io

import pytest

from core import LSTM, Recipe, read_sequences, train
from core.export.verify import measure_agreement
from tests.support.files import make_zip
from tests.support.headerless_tables import CMAPSS


@pytest.mark.slow
@pytest.mark.parametrize("has_lives", [True, False])
def test_files_of_engines_without_a_header_are_written_and_predicted_alike(has_lives):
    files = {f"{name}_FD001.txt": CMAPSS for name in ("train", "test")}
    files |= {"RUL_FD001.txt": "3\n0\n"} if has_lives else {}
    data = read_sequences(io.BytesIO(make_zip(files)), remaining_steps=125)
    recipe = Recipe(layers=(LSTM(2),), epochs=1, return_sequences=True, validation_split=0.0)
    model = train(data, recipe)
    content = io.BytesIO()
    model.save(content)
    difference, sequences = measure_agreement(content.getvalue(), model, data, None)
    assert sequences == 4
    assert difference < 1e-5
