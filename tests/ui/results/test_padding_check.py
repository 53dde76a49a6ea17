"""Texts of the padding check."""

from core.invariance.report import ALONE, GRADIENT, SCALING, Check, Proof
from ui.results.padding_check import build_table, describe_data, explain_result, format_title

TABLE = (
    Check("1 more step of padding", "keras", 0.0, 1e-4),
    Check("1 more step of padding", "engine", 2e-7, 1e-4),
    Check(ALONE, "keras", 1.5, 1e-4),
    Check(GRADIENT, "keras", 0.25, 0.0),
    Check("scaling, compared with the real training steps", "preprocessing", None, 1e-6, "new"),
)


LEAK = Check(ALONE, "keras", 0.0031, 1e-4)


def make_proof(mask: str = "none", table=TABLE, **changes) -> Proof:
    defaults = {"spread": 3.0, "classes": False, "sequences": 32, "of": 1370, "steps": 29}
    return Proof(mask, table, **defaults | {"cut": False, "seconds": 0.6} | changes)


def test_a_row_shows_the_worse_of_two_networks_or_why_it_was_not_measured():
    table = build_table(make_proof())
    assert table["Change"].tolist() == list(dict.fromkeys(c.name for c in TABLE))
    assert table[""].tolist() == ["✓", "✗", "✗", "–"]
    assert table["Largest change"].tolist() == ["2e-07", "1.5", "0.25", "new"]
    assert table["Share of the predictions' spread"].tolist() == ["7e-08", "50%", "", ""]


def test_the_title_states_the_effect_of_padding():
    assert "Padding never counts" in format_title(make_proof("lengths", TABLE[:2]))
    assert "by up to 1.5" in format_title(make_proof())
    assert "by up to 150%" in format_title(make_proof(classes=True))
    assert "by up to 0.3%" in format_title(make_proof(classes=True, table=(LEAK,)))


def test_the_title_states_the_maximum_of_the_table():
    table = (*TABLE, Check("padding filled with −1", "engine", 5.1, 1e-4))
    assert "by up to 5.1" in format_title(make_proof(table=table))
    shown = build_table(make_proof(table=table))["Largest change"].tolist()
    assert max(float(cell) for cell in shown if cell != "new") == 5.1


def test_a_leak_that_changed_no_prediction_is_not_shown_as_a_change_by_0():
    for name, network in ((GRADIENT, "keras"), (SCALING, "preprocessing")):
        title = format_title(make_proof("lengths", (*TABLE[:2], Check(name, network, 0.2, 0.0))))
        assert title == "Padding changes the network, but no prediction"


UNDECIDED = Check(ALONE, "engine", 0.3, 1e-4, rounding=0.2)


def test_what_cannot_be_decided_is_neither_passed_nor_called_a_leak():
    proof = make_proof("lengths", (*TABLE[:2], UNDECIDED))
    assert format_title(proof) == "Padding check undecided"
    assert "by up to 0.2" in explain_result(proof)
    assert "smaller learning rate" in explain_result(proof)
    table = build_table(proof)
    assert table[""].tolist() == ["✓", "?"]
    assert table["From rounding"].tolist() == ["", "0.2"]


def test_predictions_that_are_not_finite_are_named_as_the_reason():
    proof = make_proof("lengths", (Check(ALONE, "engine", 0.0, float("nan")),))
    assert "not finite" in explain_result(proof)


def test_a_row_shows_the_worse_verdict_before_the_larger_difference():
    table = build_table(make_proof("lengths", (UNDECIDED, Check(ALONE, "keras", 0.2, 1e-4))))
    assert table[""].tolist() == ["✗"]
    assert table["Largest change"].tolist() == ["0.2"]


def test_a_mask_that_leaks_is_not_excused():
    assert "counts as data" in explain_result(make_proof())
    assert "although it is masked" in explain_result(make_proof("lengths"))


def test_the_measured_data_is_described():
    assert "32 of 1,370 sequences (up to 29 steps)" in describe_data(make_proof())
    assert "truncated" in describe_data(make_proof(cut=True))
