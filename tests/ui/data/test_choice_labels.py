"""Every answer that is offered about a table has words of its own, in every language."""

import io
import re
from pathlib import Path

import pytest

import core.reading
from core.data.choices import FIELDS, Choices
from core.data.missing import MISSING_POLICIES
from core.data.schema import DUPLICATES, TARGET_AT
from core.errors import DataError
from core.reading import open_table, read_with_choices
from core.reading.findings import list_choices_after_refusal
from core.reading.table.roles import ROLES
from tests.support.workbooks import write_workbook
from ui import i18n
from ui.data.choice_labels import ACCEPTED, MAX_KEYS, format_choices

DATES = b"id,date,v\na,01/02/2024,1\na,02/01/2024,2\nb,01/01/2024,3\n"
STEPS = [["id", "t", "value"], ["a", 0, 1], ["a", 1, 2.5], ["b", 0, 3]]
# A table for each code of a finding that comes with remedies.
TABLES = {
    "day_order": DATES,
    "padding": b"id,x1,x2,x3,x4\na,1,0,0,0\nb,2,3,0,0\nc,3,4,3,0\nd,1,2,0,0\n",
    "decimal_mark": b'id,t,v\na,0,"1,234"\na,1,"2,345"\nb,0,"3,456"\nb,1,"9,876"\n',
    "missing": b"id,t,v\na,0,1\na,1,\nb,0,2\nb,1,3\n",
    "incomplete": b"id,t,v,target\na,0,1,x\na,1,2,x\nb,,3,y\nb,1,4,y\nb,2,5,\n",
    "duplicate": b"id,t,v\na,0,1\na,1,2\na,1,2\nb,0,3\nb,1,4\nb,1,5\n",
    "empty": b's,target\n"[1, 2]",4\n[],6\n[3],5\n',
    "no_target": b"id,t,v\na,0,1\na,1,2\nb,0,3\nb,1,4\n",
    "single_steps": b"id,t,v\na,0,1\nb,1,2\nc,2,3\n",
    "sheet": write_workbook(first=STEPS, second=STEPS),
    "split": b"id,t,v,fold\na,0,1,1\na,1,2,1\nb,0,3,2\nb,1,4,2\nc,0,3,3\nc,1,5,3\n",
    "assumed_target": b"id,t,v,z\na,0,1,0\na,1,2,0\nb,0,3,1\nb,1,4,1\nc,0,3,0\nc,1,4,0\n",
}
ASSUMED = [{"target": "**y**"}, {"id": "subject"}, {"id": ["subject", "trial"]}, {"id": ""}]
ONE_CHOICE: list[Choices] = [
    *({"missing": policy} for policy in MISSING_POLICIES),
    *({"duplicates": choice} for choice in DUPLICATES),
    *({"target_at": place} for place in TARGET_AT),
    *({role: column} for role in ROLES for column in ("", "a", ("a", "b"))),
    *({"dayfirst": order} for order in (True, False)),
    *({"decimal": {"v": mark}} for mark in (".", ",")),
    {"padding": 0.0},
    {"padding": -999},
    {"sheet": "one"},
    {"remaining_steps": 125},
    {"cut": "windows", "cut_steps": 50, "cut_every": 50},
    {"features": ["a", "b"]},
    {"layout": "long", "id": ""},
    *({"accept": [code]} for code in ACCEPTED),
]


def list_remedies(content: bytes) -> list[tuple[str, list[Choices]]]:
    """List the remedies of each finding about a table, with its code."""
    report = read_with_choices(open_table(io.BytesIO(content)), {})[0].report
    return [(each.code, [*each.remedies]) for each in report if each.remedies]


def list_offered() -> list[Choices]:
    """List all answers that are offered about the tables."""
    found = [
        remedy for content in TABLES.values() for _, all in list_remedies(content) for remedy in all
    ]
    return [*found, *ASSUMED, *ONE_CHOICE]


@pytest.mark.parametrize("code", TABLES)
def test_the_answers_to_a_finding_have_different_words(code):
    remedies = dict(list_remedies(TABLES[code]))
    assert code in remedies
    for answers in remedies.values():
        labels = [format_choices(answer) for answer in answers]
        assert all(labels), list(zip(answers, labels, strict=True))
        assert len(set(labels)) == len(labels)


@pytest.mark.parametrize("choices", ONE_CHOICE, ids=str)
def test_every_choice_of_a_form_or_button_has_words_that_begin_with_a_capital(choices):
    label = format_choices(choices)
    assert label
    assert label[0].isupper() or label[0].isdigit() or label[0] == "-"


def test_every_question_that_can_be_accepted_has_words():
    folder = Path(core.reading.__file__).parent
    text = "".join(path.read_text(encoding="utf-8") for path in folder.rglob("*.py"))
    codes = set(re.findall(r'"accept": \["(\w+)"\]', text))
    assert codes - {"missing"} == set(ACCEPTED)  # the treatment of missing values has its own


def test_the_choices_after_a_refusal_have_words():
    tables = {
        b"id,t,v\na,0,1\na,1,\nb,0,2\n": {"missing": "refuse"},
        b"id,t,v,target\na,0,1,0\na,1,2,1\nb,0,3,0\nb,1,4,0\nc,0,1,1\nc,1,1,1\n": {},
    }
    for content, choices in tables.items():
        with pytest.raises(DataError) as refused:
            read_with_choices(open_table(io.BytesIO(content)), choices)
        offered = list_choices_after_refusal(refused.value.report)
        labels = [format_choices(each) for each in offered]
        assert len(labels) == len(set(labels)) == 3
        assert all(labels)


def test_several_choices_are_joined_and_those_of_the_form_are_not_listed():
    both = format_choices({"missing": "mean", "accept": ["missing"]})
    assert both == "Fill with the training mean"
    assert format_choices({"dayfirst": True, "missing": "drop"}) == (
        "Day before month, drop the step"
    )
    form: Choices = dict.fromkeys(FIELDS)
    assert len(form) > MAX_KEYS
    assert format_choices(form) == "Columns as chosen"


def test_the_words_are_translated(monkeypatch):
    offered = list_offered()
    english = [format_choices(each) for each in offered]
    monkeypatch.setattr(i18n, "get_language", lambda: "zh_CN")
    chinese = [format_choices(each) for each in offered]
    for label, translated in zip(english, chinese, strict=True):
        assert re.search(r"[\u4e00-\u9fff]", translated), label
