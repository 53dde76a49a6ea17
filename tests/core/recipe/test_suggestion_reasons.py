"""Every choice of a suggested recipe is explained."""

import pytest

from core import Sequences, suggest


def test_every_choice_has_a_reason():
    suggestion = suggest(Sequences.from_lists([[1]] * 120, targets=["a", "b"] * 60))
    assert [reason.split(":")[0] for reason in suggestion.reasons][:1] == ["A class is predicted"]
    text = " ".join(suggestion.reasons)
    recipe = suggestion.recipe
    for value in (recipe.layers[0].units, recipe.batch_size, recipe.epochs, recipe.patience):
        assert str(value) in text


@pytest.mark.parametrize(("n", "is_explained"), [(3, True), (9, True), (10, False)])
def test_a_missing_validation_set_is_explained(n, is_explained):
    suggestion = suggest(Sequences.from_lists([[1]] * n, targets=[0.5] * n))
    assert ("none can be spared" in " ".join(suggestion.reasons)) == is_explained
