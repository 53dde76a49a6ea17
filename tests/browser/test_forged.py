"""What somebody could send who does not use the page as it is: another's presses, and files whose
names are paths. Sent over Streamlit's own protocol, as a browser would."""

import secrets
import tempfile
from pathlib import Path

import pytest

from benchmarks.visitor import Visitor
from tests.browser.conftest import ROOT

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


def begin(visitor: Visitor, epochs: int) -> str:
    """Train on a file of the visitor's; returns the address that others may be given."""
    visitor.open("/Data")
    visitor.upload("A file of sequences", MINE, TABLE)
    visitor.page_link("Train")
    visitor.type("Epochs", epochs)
    visitor.type("Patience, in epochs", 0)
    visitor.click("Start training")
    visitor.wait_for(lambda seen: "run" in seen.query)
    return f"/Runs?run={visitor.query['run']}"


def pressed_by(stranger: Visitor, owner: Visitor) -> set[str]:
    """Every button on the owner's page pressed, and every input there changed, in the stranger's
    name; returns the buttons' labels."""
    theirs, buttons = stranger._tab, [*owner.find_all("button"), *owner.find_all("download_button")]
    for name, value in (("Name", "taken"), ("They may also predict with its model", True)):
        widget = owner.find("text_input toggle", name)
        owner_has = owner._tab.states[widget.id]
        forged = type(owner_has)(id=widget.id)
        setattr(forged, owner_has.WhichOneof("value"), value)
        theirs.states[widget.id] = forged
    for button in buttons:
        theirs.ask(f"forged {button.label}", pressed=button.id)
        fragment = owner._tab.places[button.id][0]
        if fragment:
            theirs.ask(f"forged {button.label}, in its part", fragment, pressed=button.id)
    return {button.label for button in buttons}


def test_a_strangers_presses_of_the_owners_buttons_do_nothing(owner, stranger):
    address = begin(owner, 10_000)
    owner.open(address)
    owner.wait_for(lambda seen: any("Epoch" in bar.proto.text for bar in seen.find_all("progress")))
    stranger.open(address)
    assert "belongs to somebody else" in " ".join(stranger.texts())
    labels = pressed_by(stranger, owner)
    assert {"Stop", "Delete this run", "Train again with …"} <= labels
    assert stranger.path == "Runs"  # and was not led to Train with the owner's data

    stranger.open("/Data")
    assert MINE not in " ".join(stranger.texts())
    owner.refresh()
    assert owner.texts()[:1] != ["taken"]
    assert MINE in " ".join(owner.texts())
    assert not owner.value("They may also predict with its model")
    owner.click("Stop")  # it goes on, and the button works for her
    owner.wait_for("Stopped")

    stranger.open(address)  # it has ended: no other things can be done with it, either
    labels = pressed_by(stranger, owner)
    assert {"Continue training", "Delete this run", "Download the model (ZIP)"} <= labels
    box = owner.find("text_area", "Sequences")
    asked = owner._tab.states[box.id]
    stranger._tab.states[box.id] = type(asked)(id=box.id, string_value="[7]")
    stranger._tab.ask("forged question")
    assert not stranger.find_all("text_area")
    assert not any("prediction" in frame for frame in stranger.dataframes())
    stranger.open("/Runs")
    assert "No runs yet" in " ".join(stranger.texts())
    owner.refresh()
    assert MINE in " ".join(owner.texts())


@pytest.mark.parametrize("run", ["../../etc/passwd", "' OR 1=1 --", "%00", "x" * 5000, "*"])
def test_a_guessed_address_leads_to_nothing(stranger, run):
    stranger.open(f"/Runs?run={run}")
    assert "no run at this address" in " ".join(stranger.texts())
    assert stranger.errors == []


def test_a_files_name_never_becomes_a_path(stranger, tmp_path_factory):
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
        assert any("all of them used" in text for text in stranger.texts()), stranger.texts()
    stranger.page_link("Train")
    stranger.type("Epochs", 1)
    stranger.click("Start training")
    stranger.wait_for("1 epoch in")
    stranger.download("Download the model (ZIP)")
    data = tmp_path_factory.getbasetemp()
    near = {*data.parents, *ROOT.parents, Path.home()}
    written = [path for folder in near for path in folder.glob(f"*{mark}*")]
    for folder in (data, *(path for path in ROOT.iterdir() if path.is_dir())):
        written += folder.rglob(f"*{mark}*")
    assert written == []
