"""A model from elsewhere whose names are links and markup: pages show them as they are written."""

import io
import json

from core import LSTM, Recipe, read_sequences, train
from core.engine.progress import Progress
from runs import RunState
from runs.store import Content, Result
from tests.pages.conftest import labelled, until
from tests.pages.test_runs import opened
from tests.support.hostile_models import LINK, packed, parts_of, with_value
from ui import backend

TABLE = f'id,"{LINK}",outcome\n' + "".join(
    f'"{LINK}{n}",{n + day},"{["well", LINK][n % 2]}"\n' for n in range(8) for day in range(2)
)
SHOWN = (
    "title",
    "header",
    "subheader",
    "markdown",
    "caption",
    "info",
    "warning",
    "error",
    "success",
)


def refuse_links(page) -> None:
    """No text with Markdown has it unescaped, and no figure has it as HTML."""
    assert not page.exception, page.exception
    for kind in SHOWN:
        for element in page.get(kind):
            assert "](https://x.example" not in element.value, (kind, element.value)
            assert "<b>now" not in element.value, (kind, element.value)
    for figure in page.get("plotly_chart"):
        assert "<b>now" not in figure.proto.spec


def test_names_of_a_model_from_elsewhere_are_text_on_every_part_of_its_page(app):
    data = read_sequences(io.StringIO(TABLE))
    model = train(data, Recipe(task="classification", layers=(LSTM(2),), epochs=2))
    saved = io.BytesIO()
    model.save(saved)
    noted = with_value(
        parts_of(saved.getvalue()), ("training.json", "notes"), lambda _: [LINK] * 100
    )
    owner = app.session_state["state"].owner.id
    asked = backend.runs().bring_back(owner, LINK, packed(saved.getvalue(), noted))
    until(app, lambda app: asked.done)
    assert asked.error is None, asked.error
    page = opened(app, asked.result)
    until(page, lambda page: not page.get("progress"))
    refuse_links(page)
    assert sum("Your session expired" in each.value for each in page.caption) == 100
    labelled(page.text_area, "Sequences").set_value("[[1], [2]]").run()
    until(page, lambda page: page.dataframe)
    refuse_links(page)
    labelled(page.toggle, "X-ray: look inside the network").set_value(True).run()
    until(page, lambda page: page.get("plotly_chart") and not page.get("progress"))
    refuse_links(page)


def test_what_an_older_version_let_in_is_text_too(app):
    """Ways of layers, which were not checked when the file was opened."""
    store, owner = backend.store(), app.session_state["state"].owner.id
    run = store.runs.create(owner, "x", Recipe(), Content.of(b"packed"), {}, 1.0, begun=True)
    computed = {"layers": [LINK, json.dumps([LINK])], "groups": 1}
    result = Result(
        RunState.FINISHED,
        history={"loss": [1.0]},
        progress=Progress(1, 1, 0, 0, 1, {}, 1.0),
        computed=computed,
    )
    store.work.end(run, 1, result)
    page = opened(app, run)
    assert any("Your session expired" in each.value for each in page.markdown)
    refuse_links(page)
