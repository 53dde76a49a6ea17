"""Home page, and the ASGI application that ``streamlit run app.py`` serves.

The page shows the reference example of three sequences and trains a network on it. Streamlit runs
this file twice: as a script for the page, and as the module ``app`` to build the server.
"""

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

from core import DataError
from core.errors import UnpaddedError
from core.reading.new_data import Reading
from runs import Runs, json_log
from runs.memory_allocator import return_freed_memory
from ui import backend, samples
from ui.context import get_services
from ui.data import open_data
from ui.home import padding_effect
from ui.http import visitor_cookie
from ui.http.headers import SecurityHeaders
from ui.http.hosts import HostNames, get_allowed_names
from ui.http.metrics import HiddenMetrics
from ui.http.uploads import UploadLimit, sweep_forever
from ui.http.visitor_cookie import VisitorCookie
from ui.i18n import _
from ui.page import explain_failure, is_fault, open_page
from ui.predict import new_data
from ui.results import padding_check, predictions_table, progress
from ui.samples import load_example
from ui.session import training, workspace
from ui.session.requests import send_request
from ui.shell import menu, requests
from ui.shell.plots import draw, get_figure_labels, is_dark


def show_home() -> None:
    """Show the home page."""
    visitor = open_page("Home")
    example = load_example()
    pictures = samples.draw_example(is_dark(), get_figure_labels())

    st.title(_("Train on the sequences, not on the padding"))
    st.markdown(
        _(
            "Networks expect rectangular input, so shorter sequences are **padded**. A **mask** "
            "marks the real steps; the network skips all others, in training and in prediction."
        )
    )

    def show_picture(
        column: DeltaGenerator, title: str, figure: Figure, key: str, alt: str
    ) -> None:
        with column.container(gap="xxsmall"):
            st.markdown(f"**{title}**")
            draw(figure, key=key, alt=alt)

    lists, array, mask = st.columns([5, 8, 8], gap="small")
    show_picture(
        lists,
        "1 · " + _("Sequences and targets"),
        pictures[0],
        key="home-sequences",
        alt=_("Sequences and targets. a: 1 → 2. b: 2, 5 → 4. c: 3, 9, 9, 4, 8 → 6"),
    )
    show_picture(
        array,
        "2 · " + _("Padded to 15 steps with 0"),
        pictures[1],
        key="home-padded",
        alt=_("Padded array of 3 × 15 cells: hatched padding first, then the real values"),
    )
    show_picture(
        mask,
        "3 · " + _("Mask: 1 at real steps"),
        pictures[2],
        key="home-mask",
        alt=_("Mask of 3 × 15 cells: 1 at each of the 8 real steps, otherwise 0"),
    )

    def start_training() -> None:
        try:
            training.train_example(visitor, get_services())
        except UnpaddedError as error:
            visitor.refusals.example_run = error

    run = None if visitor.example_run is None else backend.get_runs().get(visitor.example_run)
    button, network = st.columns([1, 3], vertical_alignment="top")
    button.button(
        _("Train the network") if run is None else _("Train again"),
        key="home-train",  # a common key, so that only one of the two buttons exists at a time
        type="primary" if run is None else "secondary",
        icon=":material/play_arrow:",
        width="stretch",
        on_click=start_training,
    )
    with network.expander(_("Recipe")):
        st.markdown(
            _(
                "LSTM(100) → LSTM(20) → Dropout(0.2) → Dense(1), masked. Loss mse, RMSprop, 100 "
                "epochs, batch size 1. Only the 8 real steps are used."
            )
        )

    error, visitor.refusals.example_run = visitor.refusals.example_run, None
    if error is not None:
        open_data.explain(error)
    if run is not None:
        curve, predictions = st.columns([3, 2], gap="large")
        with curve:
            has_ended = progress.show_training(visitor, run, "home-run")
        with predictions:
            if has_ended and run.has_model:
                text = st.text_input(
                    _("Sequences to predict"),
                    value=visitor.typed_texts.get("home", "[1.5], [2, 5], [4, 4, 4]"),
                    key="home-text",
                    help=_("One pair of brackets per sequence, e.g. [1.5], [2, 5]."),
                )
                place, services = visitor.places.home, get_services()
                workspace.remember_text(visitor, services, "home", text)
                reading = Reading(example.features)
                sequences = new_data.read_typed(visitor, place, text, reading)
                if sequences is not None:
                    sent = place.prediction
                    requests.show_result(
                        send_request(sent, visitor, services, Runs.predict, run, sequences),
                        lambda request: predictions_table.show_example_predictions(
                            request, sequences, example
                        ),
                    )
                padding_check.show_badge(run)
                st.page_link(
                    "pages/6_Runs.py",
                    label=_("Result and export"),
                    icon=":material/arrow_forward:",
                    query_params={"run": run.id},
                )
                st.page_link(
                    "pages/1_Data.py",
                    label=_("Use your own data"),
                    icon=":material/arrow_forward:",
                )
    padding_effect.show_padding_effect()


@asynccontextmanager
async def run_services(app: st.App) -> AsyncIterator[None]:
    """Start the background services with the server, and stop them with it.

    The services do not depend on a visitor: they start before the first one arrives.
    """
    runs, reading = backend.get_runs(), backend.get_guard()
    if not st.get_option("server.headless"):  # Streamlit opens a browser only without st.App
        address = st.get_option("server.address") or st.get_option("browser.serverAddress")
        open_browser(get_url(get_display_address(address)))
    json_log.log_event("server started")
    sweeping = asyncio.create_task(sweep_forever())
    yield
    sweeping.cancel()
    json_log.log_event("server stopped")
    reading.close()
    # Workers whose server is gone exit on their own, so a short wait is enough.
    closing = Thread(target=runs.close, daemon=True)
    closing.start()
    closing.join(timeout=1)


if __name__ == "__main__":  # Streamlit runs this file as the script of the first page
    show_home()
else:  # Streamlit imports it as the module "app" to build the server
    json_log.configure()
    return_freed_memory()
    logging.getLogger("streamlit.error_util").addFilter(is_fault)
    # Some hosts offer secrets, not variables. Streamlit exports secrets to the environment on load.
    st.secrets.load_if_toml_exists()
    try:
        settings = backend.get_runs().settings
        visitor_cookie.read_key()
    except (ValueError, DataError) as error:  # an invalid setting: no traceback hides the message
        sys.exit(f"Unpadded cannot start: {error}")
    app = st.App(
        __file__,
        lifespan=run_services,
        routes=[menu.make_route()],
        middleware=[  # the first is the outermost
            Middleware(SecurityHeaders, settings.frame_ancestors),
            Middleware(HostNames, get_allowed_names(settings.hosts)),
            Middleware(HiddenMetrics),
            Middleware(VisitorCookie),
            Middleware(UploadLimit),
        ],
        on_script_error=explain_failure,
    )
