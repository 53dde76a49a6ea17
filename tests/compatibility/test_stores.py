"""Stores of a server of commit 3c4f589, opened by today's server, see ``make_fixtures.py``."""

import gzip
import json
import shutil
import subprocess
from pathlib import Path

import pytest
import sqlalchemy
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from runs import RunState
from runs.jobs.evaluate import read_evaluation
from runs.store import Store, tables
from runs.store.migrate import VERSION_TABLE
from tests.support import postgres
from tests.support.app_server import AppServer
from tests.support.migrations import VERSION, read_rows
from tests.support.streamlit_client import Visitor

FOLDER = Path(__file__).parent / "3c4f589"
DONE = 200  # epochs, long before the checkpoint of the interrupted run


@pytest.fixture(params=["sqlite", "postgresql"])
def left(request, tmp_path):
    """The folder of the fixture, and the address of a database with its content."""
    folder = FOLDER / request.param
    if request.param == "sqlite":
        file = tmp_path / "unpadded.sqlite3"
        file.write_bytes(gzip.decompress((folder / "unpadded.sqlite3.gz").read_bytes()))
        yield folder, f"sqlite:///{file}"
        return
    if not postgres.is_there() or shutil.which("psql") is None:
        pytest.skip(postgres.MISSING)
    with postgres.empty_database() as address:
        dump = gzip.decompress((folder / "unpadded.sql.gz").read_bytes())
        plain = address.replace("postgresql+psycopg", "postgresql")
        subprocess.run(
            ["psql", "--quiet", "--set=ON_ERROR_STOP=1", plain],
            input=dump,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        yield folder, address


def test_a_migration_changes_no_row_and_makes_todays_tables(left):
    _, address = left
    before = read_rows(address)
    Store(address).close()
    after = read_rows(address)
    assert before.pop("schema") == ["(1,)"]
    assert after.pop("schema") == [f"({VERSION},)"]  # so that commit 3c4f589 refuses it
    assert {name: after[name] for name in before} == before
    engine = sqlalchemy.create_engine(address)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
        assert compare_metadata(context, tables.METADATA) == []
    engine.dispose()


def test_an_evaluation_is_read_as_it_was_stored(left):
    folder, address = left
    runs = json.loads((folder / "runs.json").read_text(encoding="utf-8"))
    store = Store(address)
    evaluation = read_evaluation(store, runs["finished"])
    store.close()
    assert {each.name for each in evaluation.rivals} <= {"constant", "length", "last", "linear"}
    assert evaluation.table["model"].tolist()[0] == "network"


def test_a_visitor_finds_everything_and_the_interrupted_run_finishes(left, tmp_path):
    folder, address = left
    runs = json.loads((folder / "runs.json").read_text(encoding="utf-8"))
    cookies = json.loads((folder / "cookies.json").read_text(encoding="utf-8"))
    store = Store(address)
    before = store.runs.read_history(runs["interrupted"])
    environment = {"DATABASE_URL": address, "UNPADDED_DAYS_KEPT": "100000"}
    with AppServer(tmp_path, **environment) as server:
        with Visitor(server.address, cookies) as visitor:
            visitor.open("/Runs")
            assert len(_list_entries(visitor)) == 5  # two of them of the comparison
            visitor.open(f"/Runs?run={runs['finished']}")
            visitor.wait_for("4 epochs in")
            visitor.wait_for("visits.csv")
            cookies = visitor.cookies  # the server has replaced the one without a signature
        with Visitor(server.address, cookies) as visitor:
            visitor.open(f"/Train?{runs['address of Train']}")
            visitor.wait_for("4 epochs in")
            visitor.click("Change")
            assert (visitor.value("Epochs"), visitor.value("Units")) == (4, 6)
            visitor.page_link("Compare")
            visitor.wait_for(lambda page: len(page.find_all("plotly_chart")) == 2)
            visitor.page_link("Predict")
            visitor.wait_for("Predicted outcome")
            visitor.page_link("Data")
            assert any("24" in metric.value for metric in visitor.find_all("metric"))
            visitor.open(f"/Runs?run={runs['stopped']}")
            visitor.wait_for("Stopped")
            visitor.open(f"/Runs?run={runs['interrupted']}")
            visitor.wait_for("2,000 epochs in", 240)
            _read_otherwise_and_undo(visitor)
            assert visitor.errors == []
        line = store.runs.get(runs["interrupted"])
        assert (line.state, line.progress.epoch) == (RunState.FINISHED, 2000)
        history = store.runs.read_history(runs["interrupted"])
        assert len(history) == 2000
        assert history[:DONE] == before[:DONE]  # not trained a second time
    store.close()


def _list_entries(visitor: Visitor) -> list[str]:
    """Return the text of each run that is listed on Runs: a title above its details."""
    labels = [link.proto.label for link in visitor.find_all("page_link")]
    return [label for label in labels if "\n\n" in label]


def _read_otherwise_and_undo(visitor: Visitor) -> None:
    """Change how the open data, of which no answers are stored, is read; and take it back."""
    visitor.open("/Data")
    before = [metric.value for metric in visitor.find_all("metric")]
    assert "You chose" not in " ".join(visitor.texts())
    visitor.click("Change")
    visitor.choose("Missing values", "drop the step")
    visitor.click("Use these columns")
    assert "You chose: Columns as chosen" in " ".join(visitor.texts())
    assert [metric.value for metric in visitor.find_all("metric")] != before
    visitor.click("Undo")
    assert [metric.value for metric in visitor.find_all("metric")] == before
