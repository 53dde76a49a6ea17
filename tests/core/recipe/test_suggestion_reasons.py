"""Every choice of a suggested recipe is explained."""

import pytest

from core import Sequences, suggest


def test_every_choice_has_a_reason():
    suggestion = suggest(make_classes(120), "recurrent")
    assert [reason.split(":")[0] for reason in suggestion.reasons][:1] == ["A class is predicted"]
    text = " ".join(suggestion.reasons)
    recipe = suggestion.recipe
    for value in (recipe.layers[0].units, recipe.batch_size, recipe.epochs, recipe.patience):
        assert str(value) in text


def make_classes(n: int, n_test: int = 0) -> Sequences:
    split = ["train"] * (n - n_test) + ["test"] * n_test
    return Sequences.from_lists([[1]] * n, targets=["a", "b"] * (n // 2), split=split)


def test_the_family_and_the_held_out_share_have_a_reason():
    text = " ".join(suggest(make_classes(120)).reasons)
    assert "Random convolutions: for classes of 120 sequences" in text
    assert "20% of the sequences are held out" in text
    text = " ".join(suggest(make_classes(120, n_test=20)).reasons)
    assert "for classes of 100 sequences" in text
    assert "Every sequence outside the test set is learned from" in text


@pytest.mark.parametrize(("n", "is_explained"), [(3, True), (9, True), (10, False)])
def test_a_missing_validation_set_is_explained(n, is_explained):
    suggestion = suggest(Sequences.from_lists([[1]] * n, targets=[0.5] * n))
    assert ("none can be spared" in " ".join(suggestion.reasons)) == is_explained


def test_convolutions_are_explained():
    text = " ".join(suggest(make_classes(120, n_test=20), "convolution").reasons)
    assert "3 Inception blocks" in text
    assert "100 epochs with a learning rate that falls to 0" in text
    assert "Every sequence outside the test set is learned from." in text
