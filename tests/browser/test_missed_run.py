"""A slow browser receives only the second run of a page; every run must set all choices.

A visitor who reloads around the end of a training run has such a browser.
"""

from urllib.parse import urlencode

import pytest
from streamlit.proto.Common_pb2 import StringArray
from streamlit.proto.WidgetStates_pb2 import WidgetState

from tests.support.streamlit_client import Visitor
from tests.support.workbooks import write_workbook

SETTINGS = {
    "data": "japanese_vowels",
    "mask": "value",
    "maxlen": "20",
    "padding": "post",
    "layers": "GRU-24-0.25,BiLSTM-12",
    "dense": "8,4",
    "optimizer": "sgd",
    "learning_rate": "0.004",
    "schedule": "cosine",
    "clip_norm": "3",
    "epochs": "12",
    "batch_size": "24",
    "validation_split": "0.333333",
    "validation_rows": "last",
    "patience": "4",
    "seed": "7",
    "standardize": "no",
}
BOOK = write_workbook(
    first=[["id", "t", "value"], ["a", 0, 1], ["a", 1, 2.5], ["b", 0, 3]],
    second=[["id", "t", "w"], ["a", 0, 1], ["a", 1, 2.5], ["c", 0, 3], ["d", 1, 1]],
)


@pytest.mark.parametrize("name", ["Data", "Mask", "Train", "Compare"])
def test_every_run_of_a_page_sets_all_choices(address, name):
    with Visitor(address) as visitor:
        visitor.open(f"/{name}?{urlencode(SETTINGS)}")
        first, settings = visitor.values, visitor.query
        visitor.miss_the_last_run()
        assert {id: state for id, state in visitor.values.items() if state != first[id]} == {}
        assert visitor.query == settings
        assert SETTINGS.items() <= settings.items()
        assert visitor.errors == []


def test_settings_between_the_steps_of_the_form_are_kept(address):
    with Visitor(address) as visitor:
        visitor.open("/Train?data=japanese_vowels&validation_split=0.85&epochs=7")
        visitor.type("Epochs", 8)
        assert visitor.query["validation_split"] == "0.85"
        assert visitor.query["epochs"] == "8"


def test_a_sheet_is_undone_in_a_browser_that_has_not_drawn_the_next_page_to_its_end(address):
    with Visitor(address) as visitor:
        visitor.open("/Data")
        visitor.upload("A file of sequences", "book.xlsx", BOOK)
        first = visitor.find("button_group", "Sheet of the workbook").id
        visitor.choose("Sheet of the workbook", "second")
        kept = StringArray(data=["second"])  # a browser forgets it only when a run has ended
        visitor.tab.states[first] = WidgetState(id=first, string_array_value=kept)
        visitor.click("Undo")
        assert visitor.value("Sheet of the workbook") == ["first"]
        assert visitor.errors == []
