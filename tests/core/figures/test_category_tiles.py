"""Categorical sequences as tiles."""

import numpy as np

from core.data.sequences import Sequences
from core.figures import count_drawn_tiles, plot_categories
from core.figures.theme import get_palette
from tests.support.figures import LIMIT, NASTY, contrast, list_tiles


def make(lengths, codes, words, **options) -> Sequences:
    return Sequences(
        np.array(codes, float).reshape(-1, 1),
        lengths,
        feature_names=["page"],
        categories={"page": words},
        **options,
    )


def test_each_word_has_a_colour_and_padding_has_no_tile():
    figure = plot_categories(make([2, 1], [1, 0, 0], ["cart<b>", "home"]), slice(None))
    cart, home = figure.data
    assert (cart.name, home.name) == ("cart&lt;b&gt;", "home")
    assert (list_tiles(figure, 0), list_tiles(figure, 1)) == ({(1, 2), (2, 1)}, {(1, 1)})
    assert cart.marker.color != home.marker.color
    assert set(home.text) == {"home"}
    assert figure.layout.showlegend


def test_rare_words_share_grey():
    words = [f"w{i:02}" for i in range(20)]
    figure = plot_categories(make([20] * 2, list(range(20)) * 2, words), slice(None), dark=True)
    assert [trace.name for trace in figure.data][-1] == "other"
    assert figure.data[-1].marker.color == get_palette(True).background
    assert len(figure.data[-1].text) == 16


def test_a_missing_word_is_a_question_mark():
    data = make([2], [np.nan, 1], ["a", "b"], missing="mean")
    figure = plot_categories(data, slice(None))
    assert [list(trace.text) for trace in figure.data] == [["b"], ["?"]]


def test_words_are_readable_on_every_colour():
    for dark in (False, True):
        data = make([12], range(12), [f"w{i:02}" for i in range(12)])
        for trace in plot_categories(data, slice(None), dark=dark).data:
            assert contrast(trace.textfont.color, trace.marker.color) >= 4.5


def test_large_data_is_drawn_in_part():
    words = [f"{NASTY}{i:03}" for i in range(300)]
    codes = np.random.default_rng(0).integers(0, 300, 30 * 500)
    data = make([500] * 30, codes, words, ids=[f"{NASTY}{i}" for i in range(30)])
    assert count_drawn_tiles(data, slice(None)) == (15, 40)
    figure = plot_categories(data, slice(None))
    assert sum(len(trace.text) for trace in figure.data) == 600
    assert len(figure.to_json()) < LIMIT
