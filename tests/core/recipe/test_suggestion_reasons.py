"""Every choice of a suggested recipe is explained."""

import pytest

from core import Sequences, suggest


def test_every_choice_has_a_reason():
    suggestion = suggest(make_classes(120), "recurrent")
    assert [reason.split(":")[0] for reason in suggestion.reasons][:1] == ["Classification"]
    text = " ".join(suggestion.reasons)
    recipe = suggestion.recipe
    for value in (recipe.layers[0].units, recipe.batch_size, recipe.epochs, recipe.patience):
        assert str(value) in text


def make_classes(n: int, n_test: int = 0) -> Sequences:
    split = ["train"] * (n - n_test) + ["test"] * n_test
    return Sequences.from_lists([[1]] * n, targets=["a", "b"] * (n // 2), split=split)


def test_the_family_and_the_held_out_share_have_a_reason():
    text = " ".join(suggest(make_classes(120)).reasons)
    assert "Random convolutions: for 120 sequences with classes" in text
    assert "20% of the sequences are held out" in text
    text = " ".join(suggest(make_classes(120, n_test=20)).reasons)
    assert "for 100 sequences with classes" in text
    assert "All sequences outside the test set are used for training" in text


@pytest.mark.parametrize(("n", "is_explained"), [(3, True), (9, True), (10, False)])
def test_a_missing_validation_set_is_explained(n, is_explained):
    suggestion = suggest(Sequences.from_lists([[1]] * n, targets=[0.5] * n))
    assert ("none can be held out" in " ".join(suggestion.reasons)) == is_explained


def test_convolutions_are_explained():
    text = " ".join(suggest(make_classes(120, n_test=20), "convolution").reasons)
    assert "3 Inception blocks" in text
    assert "100 epochs with a learning rate that decays to 0" in text
    assert "All sequences outside the test set are used for training." in text
