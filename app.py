"""Home: the three-sequence example, alive. At the end: the server that ``streamlit run app.py``
starts."""

import asyncio
import logging
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from threading import Thread

import streamlit as st
from plotly.graph_objects import Figure
from starlette.middleware import Middleware
from streamlit.cli_util import open_browser
from streamlit.delta_generator import DeltaGenerator
from streamlit.web.server.server_util import get_display_address, get_url

from core import DataError, Recipe
from core.reading.new_data import Reading
from runs import json_log
from ui import backend, samples
from ui.data import open_data
from ui.http import cookie
from ui.http.cookie import VisitorCookie
from ui.http.headers import SecurityHeaders
from ui.http.hosts import HostNames, names_answered
from ui.http.memory import give_back
from ui.http.metrics import HiddenMetrics
from ui.http.uploads import UploadLimit, sweep_for_ever
from ui.i18n import _
from ui.page import explain_failure, is_fault, open_page
from ui.predict import new_data
from ui.results import padding_badge, predictions_table
from ui.samples import EXAMPLE_NAME, example_data
from ui.session import requests
from ui.shell import menu
from ui.shell.plots import draw, figure_words, is_dark
from ui.train import progress


def home() -> None:
    visitor = open_page("Home")
    example, recipe = example_data(), Recipe.example()
    pictures = samples.example_figures(is_dark(), figure_words())

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
        pictures[0],
        key="home-sequences",
        alt=_("Three sequences as cells: 1; 2, 5; 3, 9, 9, 4, 8"),
    )
    picture(
        array,
        "2 · " + _("Padded in front with 0, to 15 steps"),
        pictures[1],
        key="home-padded",
        alt=_("The padded array, 3 rows of 15 cells; padding is hatched, real values stand last"),
    )
    picture(
        mask,
        "3 · " + _("The mask: 1 where a step is real"),
        pictures[2],
        key="home-mask",
        alt=_("The mask matrix, 3 rows of 15 cells: 1 where a real step stands, else 0"),
    )

    def start() -> None:
        try:
            visitor.example_run = backend.runs().train(
                visitor.owner.id, example, recipe, EXAMPLE_NAME, reuse=True
            )
            visitor.save()
        except DataError as error:
            visitor.refused["home"] = error

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

    if "home" in visitor.refused:
        open_data.explain(visitor.refused.pop("home"))
    if visitor.example_run is not None:
        curve, answers = st.columns([3, 2], gap="large")
        with curve:
            run = progress.training(visitor, visitor.example_run, "home-run")
        with answers:
            if run is not None and run.has_model:
                text = st.text_input(
                    _("Sequences to predict"),
                    value=visitor.typed.get("home", "[1.5], [2, 5], [4, 4, 4]"),
                    key="home-text",
                    help=_("Type numbers in brackets, one pair of brackets a sequence."),
                )
                visitor.remember("home", text)
                new = new_data.typed_sequences(visitor, text, Reading(example.features))
                if new is not None:
                    requests.answer(
                        requests.ask(visitor, "home", run, new, backend.runs().predict),
                        lambda found: predictions_table.example_predictions(found, new, example),
                    )
                padding_badge.badge(run)
                st.page_link(
                    "pages/1_Data.py",
                    label=_("Now with your own data"),
                    icon=":material/arrow_forward:",
                )


@asynccontextmanager
async def serving(app: st.App) -> AsyncIterator[None]:
    """What the server does besides answering: its work starts and ends with it, and not with its
    first visitor."""
    runs, reading = backend.runs(), backend.reading()
    if not st.get_option("server.headless"):  # Streamlit opens a browser only where no st.App is
        address = st.get_option("server.address") or st.get_option("browser.serverAddress")
        open_browser(get_url(get_display_address(address)))
    json_log.say("server started")
    sweeping = asyncio.create_task(sweep_for_ever())
    yield
    sweeping.cancel()
    json_log.say("server stopped")
    reading.close()
    # Workers whose server is gone end by themselves: nobody needs to wait long for them here.
    closing = Thread(target=runs.close, daemon=True)
    closing.start()
    closing.join(timeout=1)


if __name__ == "__main__":  # Streamlit runs this file as the first page's script
    home()
else:  # and imports it, as the module "app", to learn how to serve it
    json_log.configure()
    give_back()
    logging.getLogger("streamlit.error_util").addFilter(is_fault)
    # Where a host has no variables but secrets, these become some once they are read.
    st.secrets.load_if_toml_exists()
    try:
        settings = backend.runs().settings
        cookie.read_key()
    except (ValueError, DataError) as error:  # a setting that is not right; no traceback hides it
        sys.exit(f"Unpadded cannot start: {error}")
    app = st.App(
        __file__,
        lifespan=serving,
        routes=[menu.route()],
        middleware=[  # the first is the outermost
            Middleware(SecurityHeaders, settings.frame_ancestors),
            Middleware(HostNames, names_answered(settings.hosts)),
            Middleware(HiddenMetrics),
            Middleware(VisitorCookie),
            Middleware(UploadLimit),
        ],
        on_script_error=explain_failure,
    )
