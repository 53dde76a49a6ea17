"""Home: the three-sequence example, alive."""

import streamlit as st
from plotly.graph_objects import Figure
from streamlit.delta_generator import DeltaGenerator

from core import Recipe, pad
from core.figures import mask_figure, padded_figure, sequences_figure
from ui import asking, live, new_data, server, tables
from ui.frame import draw, figure_words, is_dark, open_page
from ui.state import example_data, seeded
from ui.words import _

visitor = open_page(_("Home"))
look = {"dark": is_dark(), "words": figure_words()}
example, recipe = example_data(), Recipe.example()
padded = pad(example, recipe.maxlen, recipe.padding, recipe.truncating, recipe.value)

st.title(_("Learn from the sequences, not from the padding"))
st.markdown(
    _(
        "**Padding** makes sequences of unequal length a rectangle, so that a network can take "
        "them. A **mask** tells it which steps are real: the others never happened, neither in "
        "training nor in prediction."
    )
)


def picture(place: DeltaGenerator, title: str, figure: Figure, key: str, alt: str) -> None:
    with place.container(gap="xxsmall"):
        st.markdown(f"**{title}**")
        draw(figure, key=key, alt=alt)


lists, array, mask = st.columns([5, 8, 8], gap="small")
picture(
    lists,
    "1 · " + _("Three sequences"),
    sequences_figure(example, slice(None), **look),
    key="home-sequences",
    alt=_("Three sequences as cells: 1; 2, 5; 3, 9, 9, 4, 8"),
)
picture(
    array,
    "2 · " + _("Padded in front with 0, to 15 steps"),
    padded_figure(padded.values[:, :, 0], padded.mask, example.ids, **look),
    key="home-padded",
    alt=_("The padded array, 3 rows of 15 cells; padding is hatched, real values stand last"),
)
picture(
    mask,
    "3 · " + _("The mask: 1 where a step is real"),
    mask_figure(padded.mask, example.ids, **look),
    key="home-mask",
    alt=_("The mask matrix, 3 rows of 15 cells: 1 where a real step stands, else 0"),
)


def start() -> None:
    visitor.leave(visitor.example_run)
    visitor.example_run = server.runs().train(example, recipe, _("Three sequences"))


button, network = st.columns([1, 3], vertical_alignment="center")
again = visitor.example_run is not None
button.button(
    _("Train again") if again else _("Train the network"),
    key="home-train",  # or for a moment both buttons stand there
    type="secondary" if again else "primary",
    icon=":material/play_arrow:",
    width="stretch",
    on_click=start,
)
network.caption(
    _(
        "It learns to answer 2, 4 and 6, from the 8 real steps only. LSTM(100) → LSTM(20) → "
        "Dropout(0.2) → Dense(1), masked; loss mse, RMSprop, 100 epochs, batch size 1."
    )
)

if visitor.example_run is not None:
    curve, answers = st.columns([3, 2], gap="large")
    with curve:
        run = live.training(visitor.example_run, "home-run")
    with answers:
        if run is not None:
            text = st.text_input(
                _("Sequences to predict"),
                key=seeded("home-text", "[1.5], [2, 5], [4, 4, 4]"),
                help=_("Type numbers in brackets, one pair of brackets a sequence."),
            )
            new = new_data.typed_sequences(text, example.features)
            if new is not None:
                asking.answer(
                    asking.ask(visitor, "home", run.id, new),
                    lambda found: tables.example_predictions(found, new, example),
                )
            st.page_link(
                "pages/1_Data.py",
                label=_("Now with your own data"),
                icon=":material/arrow_forward:",
            )
