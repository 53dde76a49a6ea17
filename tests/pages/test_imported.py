"""A foreign model whose names are links and markup: pages show them literally."""

import io
import json

import pytest

from core import LSTM, Recipe, read_sequences, train
from core.engine.progress import Progress
from runs import RunState
from runs.store import Content, Result
from tests.support.app_pages import find_labelled, open_run, wait_until
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
    """Check that no text has unescaped Markdown, and no figure has HTML."""
    assert not page.exception, page.exception
    for kind in SHOWN:
        for element in page.get(kind):
            assert "](https://x.example" not in element.value, (kind, element.value)
            assert "<b>now" not in element.value, (kind, element.value)
    for figure in page.get("plotly_chart"):
        assert "<b>now" not in figure.proto.spec


@pytest.mark.slow
def test_names_of_a_foreign_model_are_text_everywhere_on_its_page(app):
    data = read_sequences(io.StringIO(TABLE))
    model = train(data, Recipe(task="classification", layers=(LSTM(2),), epochs=2))
    model.evaluate_held_out(data)
    saved = io.BytesIO()
    model.save(saved)
    noted = with_value(
        parts_of(saved.getvalue()), ("training.json", "notes"), lambda _: [LINK] * 100
    )
    for path, value in (
        (("notes",), [[LINK, {}], ["{x}", {"x": LINK}]]),
        (("copied",), LINK),
        (("copies",), 2),
        (("pictures", "classes"), [LINK, "well"]),
    ):
        noted = with_value(noted, ("training.json", "evaluation", *path), lambda _, v=value: v)
    owner = app.session_state["state"].owner.id
    request = backend.get_runs().import_model(owner, LINK, packed(saved.getvalue(), noted))
    wait_until(app, lambda app: request.done)
    assert request.error is None, request.error
    page = open_run(app, request.result)
    wait_until(page, lambda page: not page.get("progress"))
    refuse_links(page)
    assert sum("Your session expired" in each.value for each in page.caption) == 100
    assert page.info[0].value.startswith("Values from the imported file")
    shown = [*page.warning, *page.success, *page.info]  # two conclusions and the copy
    assert sum("Your session expired" in each.value for each in shown) == 3
    assert page.dataframe[0].value["Model"][0] == "this network"
    figures = len(page.get("plotly_chart"))  # curves and evaluation
    find_labelled(page.text_area, "Sequences").set_value("[[1], [2]]").run()
    wait_until(page, lambda page: len(page.dataframe) > 1)
    refuse_links(page)
    find_labelled(page.toggle, "Inspect").set_value(True).run()
    wait_until(
        page,
        lambda page: len(page.get("plotly_chart")) > figures and not page.get("progress"),
    )
    refuse_links(page)


def test_names_accepted_by_an_older_version_are_text_too(app):
    """Implementations of layers were not validated on import by earlier versions."""
    store, owner = backend.get_store(), app.session_state["state"].owner.id
    run = store.runs.create(
        owner, "x", Recipe(), Content.from_bytes(b"packed"), {}, 1.0, is_running=True
    )
    computed = {"layers": [LINK, json.dumps([LINK])], "groups": 1}
    result = Result(
        RunState.FINISHED,
        model=b"a model",
        history={"loss": [1.0]},
        progress=Progress(1, 1, 0, 0, 1, {}, 1.0),
        computed=computed,
    )
    store.attempts.end(run, 1, result)
    page = open_run(app, run)
    assert any("Your session expired" in each.value for each in page.caption)
    refuse_links(page)
