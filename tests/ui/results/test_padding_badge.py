"""What the badge says."""

from core.invariance.report import ALONE, GRADIENT, Check, Proof
from ui.results.padding_badge import _meaning, _on_what, _table, _title

TABLE = (
    Check("1 step of padding more", "keras", 0.0, 1e-4),
    Check("1 step of padding more", "engine", 2e-7, 1e-4),
    Check(ALONE, "keras", 1.5, 1e-4),
    Check(GRADIENT, "keras", 0.25, 0.0),
    Check("the scaling, against the real training steps", "preprocessing", None, 1e-6, "new"),
)


def proof(mask: str = "none", table=TABLE, **changes) -> Proof:
    known = {"spread": 3.0, "classes": False, "sequences": 32, "of": 1370, "steps": 29}
    return Proof(mask, table, **known | {"cut": False, "seconds": 0.6} | changes)


def test_a_row_shows_the_worse_of_two_networks_and_why_something_was_not_measured():
    table = _table(proof())
    assert table["What was done"].tolist() == list(dict.fromkeys(c.name for c in TABLE))
    assert table[""].tolist() == ["✓", "✗", "✗", "–"]
    assert table["Largest change"].tolist() == ["2e-07", "1.5", "0.25", "new"]
    assert table["Of the answers' spread"].tolist() == ["7e-08", "50%", "", ""]


def test_the_title_says_whether_padding_counts_and_how_much():
    assert "Padding never counts" in _title(proof("lengths", TABLE[:2]))
    assert "by up to 1.5" in _title(proof())
    assert "by up to 150%" in _title(proof(classes=True))


def test_a_mask_that_leaks_is_not_excused():
    assert "counts as data" in _meaning(proof())
    assert "should not count" in _meaning(proof("lengths"))


def test_it_says_on_what_it_was_measured():
    assert "32 sequences of 1,370, up to 29 steps" in _on_what(proof())
    assert "cut" in _on_what(proof(cut=True))
