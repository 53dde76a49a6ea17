"""Findings of a reading on a page: questions, warnings and statements."""

import pytest
from streamlit.testing.v1 import AppTest

from core.data.read_report import Finding
from core.errors import Note
from ui.data.findings import format_finding


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("v", "“v” is not used"),
        ("**v**", r"“\*\*v\*\*” is not used"),
        ("a`b", r"“a\`b” is not used"),
        ("[x](http://y)", "“\\[x\\]\\(http\\:\u2060//y\\)” is not used"),
    ],
)
def test_names_of_columns_are_quoted_and_shown_as_text(name, shown):
    assert (
        format_finding(Finding("info", "unused", Note("`{name}` is not used", name=name))) == shown
    )


def test_a_finding_begins_with_a_capital():
    assert format_finding(Finding("info", "x", Note("no target column"))).startswith("No")


def show_all():
    import streamlit as st

    from core.data.read_report import Finding, ReadReport
    from core.errors import Note
    from ui.data.findings import show_questions, show_statements, show_warnings

    def answer(choices):
        st.session_state["answer"] = choices

    columns = [f"c{i}" for i in range(7)]
    report = ReadReport(
        (
            *(Finding("warning", "text", Note("`{c}` holds text", c=c), c) for c in columns),
            Finding("info", "layout", Note("long layout")),
            Finding("info", "unused", Note("one column is not used")),
            Finding("warning", "sheet", Note("two sheets"), remedies=({"sheet": "a"},)),
            Finding("warning", "split", Note("a split"), remedies=({"split": "**s**"},)),
            Finding(
                "question",
                "day_order",
                Note("which order?"),
                "d",
                remedies=({"dayfirst": True}, {"dayfirst": False}),
                examples=(("1*2",), ("2*1",)),
            ),
            Finding("question", "other", Note("is it so?"), remedies=({},)),
        )
    )
    show_questions(report, "key", answer)
    show_warnings(report, "key", answer)
    show_statements(report, skipped=("unused",))


@pytest.fixture
def page():
    page = AppTest.from_function(show_all, default_timeout=60).run()
    assert not page.exception, page.exception
    return page


@pytest.mark.slow
def test_a_question_has_a_button_and_a_preview_per_answer(page):
    labels = [button.label for button in page.button]
    assert labels[:3] == ["Day before month", "Month before day", "Confirm"]
    assert [caption.value for caption in page.caption][:2] == [
        "Current reading  \n1\\*2",
        "2\\*1",
    ]
    page.button[1].click().run()
    assert page.session_state["answer"] == {"dayfirst": False}


def test_warnings_beyond_the_first_are_in_a_section_to_open(page):
    assert len(page.warning) == 8
    [section] = page.expander
    assert section.label == "3 more notes"
    assert len(section.warning) == 3
    assert "two sheets" not in [warning.value for warning in page.warning]  # the page shows them


def test_names_in_answers_are_shown_as_text(page):
    [label] = [button.label for button in page.button if "Split" in button.label]
    assert label == r"Split\: “\*\*s\*\*”"


def test_statements_leave_out_what_the_page_shows_elsewhere(page):
    assert "- Long layout" in [markdown.value for markdown in page.markdown]
