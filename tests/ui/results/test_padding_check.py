"""Texts of the padding check."""

from core.invariance.report import ALONE, GRADIENT, Check, Proof
from ui.results.padding_check import build_table, describe_data, explain_result, format_title

TABLE = (
    Check("1 step of padding more", "keras", 0.0, 1e-4),
    Check("1 step of padding more", "engine", 2e-7, 1e-4),
    Check(ALONE, "keras", 1.5, 1e-4),
    Check(GRADIENT, "keras", 0.25, 0.0),
    Check("the scaling, against the real training steps", "preprocessing", None, 1e-6, "new"),
)


def make_proof(mask: str = "none", table=TABLE, **changes) -> Proof:
    defaults = {"spread": 3.0, "classes": False, "sequences": 32, "of": 1370, "steps": 29}
    return Proof(mask, table, **defaults | {"cut": False, "seconds": 0.6} | changes)


def test_a_row_shows_the_worse_of_two_networks_or_why_it_was_not_measured():
    table = build_table(make_proof())
    assert table["What was done"].tolist() == list(dict.fromkeys(c.name for c in TABLE))
    assert table[""].tolist() == ["✓", "✗", "✗", "–"]
    assert table["Largest change"].tolist() == ["2e-07", "1.5", "0.25", "new"]
    assert table["Of the answers' spread"].tolist() == ["7e-08", "50%", "", ""]


def test_the_title_states_the_effect_of_padding():
    assert "Padding never counts" in format_title(make_proof("lengths", TABLE[:2]))
    assert "by up to 1.5" in format_title(make_proof())
    assert "by up to 150%" in format_title(make_proof(classes=True))


def test_a_mask_that_leaks_is_not_excused():
    assert "counts as data" in explain_result(make_proof())
    assert "should not count" in explain_result(make_proof("lengths"))


def test_the_measured_data_is_described():
    assert "32 sequences of 1,370, up to 29 steps" in describe_data(make_proof())
    assert "cut" in describe_data(make_proof(cut=True))
