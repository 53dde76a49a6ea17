"""Forged requests: replayed widget events of other visitors, and file names that are paths.

They are sent over Streamlit's own protocol.
"""

import secrets
import tempfile
from pathlib import Path

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetState

from tests.support.browser import ROOT
from tests.support.streamlit_client import Visitor

MINE = "mine.csv"
TABLE = b"id,t,v,y\n" + b"".join(
    b"%d,%d,%d,%d\n" % (i, t, i + t, i) for i in range(12) for t in range(1 + i % 3)
)


@pytest.fixture
def owner(address):
    with Visitor(address) as visitor:
        yield visitor


@pytest.fixture
def stranger(address):
    with Visitor(address) as visitor:
        yield visitor


def start_training(visitor: Visitor, epochs: int) -> str:
    """Train on a file of the visitor's; returns the address to share."""
    visitor.open("/Data")
    visitor.upload("A file of sequences", MINE, TABLE)
    visitor.page_link("Train")
    visitor.type("Epochs", epochs)
    visitor.type("Patience, in epochs", None)
    visitor.click("Start training")
    visitor.wait_for(lambda seen: "run" in seen.query)
    return f"/Runs?run={visitor.query['run']}"


def open_downloads(visitor: Visitor) -> None:
    """Show the downloads of a trained model."""
    visitor.check("Export")
    visitor.wait_for(
        lambda seen: "Model (ZIP)" in {each.label for each in seen.find_all("download_button")}
    )


def forge(owner: Visitor, visitor: Visitor, only: str = "") -> set[str]:
    """Replay the owner's widget events in another visitor's session.

    All buttons of the owner's page are pressed, or only one, and its inputs are changed.

    Returns:
        Labels of the buttons.
    """
    tab, buttons = visitor.tab, [*owner.find_all("button"), *owner.find_all("download_button")]
    buttons = [button for button in buttons if only in ("", button.label)]
    forged = {button.id: WidgetState(id=button.id, trigger_value=True) for button in buttons}
    # Streamlit silently ignores a fragment that the session has not drawn.
    drawn = {part for part, *_ in tab.places.values()}
    parts = {"", *(owner.tab.places[button][0] for button in forged)} & {"", *drawn}
    for name, value in (("Name", "taken"), ("Allow predictions with this model", True)):
        widget = owner.find("text_input toggle", name)
        field = owner.tab.states[widget.id].WhichOneof("value")
        forged[widget.id] = WidgetState(id=widget.id, **{field: value})
    for part in parts:
        tab.states |= forged
        tab.ask("forged", part)
    return {button.label for button in buttons}


def test_only_the_owner_can_use_the_owners_widgets(owner, stranger, address):
    run = start_training(owner, 10_000)
    owner.open(run)
    owner.wait_for(lambda seen: any("Epoch" in bar.proto.text for bar in seen.find_all("progress")))
    stranger.open(run)
    assert "belongs to somebody else" in " ".join(stranger.texts())
    assert {"Stop", "Delete this run", "Edit and retrain"} <= forge(owner, stranger)
    assert stranger.path == "Runs"  # and was not led to Train with the owner's data
    owner.refresh()
    assert owner.texts()[0] == MINE  # its name
    assert not owner.value("Allow predictions with this model")
    owner.click("Stop")  # it still runs
    owner.wait_for("Stopped")

    stranger.open(run)
    open_downloads(owner)
    assert {"Continue training", "Model (ZIP)"} <= forge(owner, stranger)
    owner.open_tab("Type")
    box = owner.find("text_area", "Sequences")
    stranger.tab.states[box.id] = WidgetState(id=box.id, string_value="[7]")
    stranger.tab.ask("forged question")
    assert not stranger.find_all("text_area")
    assert not any("prediction" in frame for frame in stranger.dataframes())
    stranger.open("/Runs")
    assert "No runs yet" in " ".join(stranger.texts())
    stranger.open("/Data")
    assert MINE not in " ".join(stranger.texts())

    owner.refresh()
    assert owner.texts()[0] == MINE
    with Visitor(address, owner.cookies) as herself:  # shows that the replay itself works
        herself.open(run)
        forge(owner, herself, "Delete this run")
        owner.refresh()
    assert "This run is not available to you." in " ".join(owner.texts())


@pytest.mark.parametrize("run", ["../../etc/passwd", "' OR 1=1 --", "%00", "x" * 5000, "*"])
def test_a_guessed_run_id_opens_nothing(stranger, run):
    stranger.open(f"/Runs?run={run}")
    assert "This run is not available to you." in " ".join(stranger.texts())
    assert stranger.errors == []


def test_a_file_name_is_never_used_as_a_path(stranger, tmp_path_factory):
    mark = f"escaped{secrets.token_hex(4)}"
    names = [f"../../{mark}.csv", f"{tempfile.gettempdir()}/{mark}.csv", f"..\\..\\{mark}.csv"]
    names += [
        f"C:\\{mark}.csv",
        f"{mark}\0.csv",
        f"{mark}\r\nX: y.csv",
        f"{mark * 40}.csv",
        "..",
        ".",
    ]
    stranger.open("/Data")
    for name in names:
        stranger.upload("A file of sequences", name, TABLE)
        assert any("all used" in text for text in stranger.texts()), stranger.texts()
    stranger.page_link("Train")
    stranger.type("Epochs", 1)
    stranger.click("Start training")
    stranger.wait_for("1 epoch in")
    open_downloads(stranger)
    stranger.download("Model (ZIP)")
    data = tmp_path_factory.getbasetemp()
    near = {*data.parents, *ROOT.parents, Path.home()}
    written = [path for folder in near for path in folder.glob(f"*{mark}*")]
    for folder in (data, *(path for path in ROOT.iterdir() if path.is_dir())):
        written += folder.rglob(f"*{mark}*")
    assert written == []
