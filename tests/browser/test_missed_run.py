"""A slow browser receives only the second run of a page; every run must set all choices.

A visitor who reloads around the end of a training run has such a browser.
"""

from urllib.parse import urlencode

import pytest

from tests.support.streamlit_client import Visitor

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
