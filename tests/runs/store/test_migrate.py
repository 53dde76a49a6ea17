"""Databases of other versions: older ones are migrated as a whole or not at all."""

import shutil
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
import sqlalchemy
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from core.data.read_report import ReadReport
from runs import TableReading
from runs.store import NewerStoreError, Store, StoreError, tables
from runs.store.database import Database
from runs.store.errors import NEWER, NOT_COPIED, NOT_MIGRATED, OLDER
from runs.store.migrate import VERSION_TABLE
from runs.threads import start_thread
from tests.support.cluster_runs import wait_for
from tests.support.migrations import ADD_COLUMN, NEXT, VERSION, read_rows, write_next_version
from tests.support.stores import FILE, PACKED, SET, create_queued

ROOT = Path(__file__).parents[3]
FAILING = """
    op.add_column("runs", sa.Column("colour", sa.Text()))
    op.execute("DELETE FROM epochs")
    op.drop_table("turns")
    op.execute("UPDATE runs SET nothing = 1")
"""


def execute(url: str, *statements: str) -> None:
    engine = sqlalchemy.create_engine(url)
    with engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    engine.dispose()


NEW_TABLES = {
    3: ["readings"],
    4: ["hold_outs", "run_hold_outs"],
    5: ["run_notes", "compared"],
    6: ["timings"],
}  # by version


def list_tables_after(version: int) -> list[str]:
    return [name for new, names in NEW_TABLES.items() if new > version for name in names]


def drop_tables_after(version: int) -> list[str]:
    return [f"DROP TABLE {name}" for name in list_tables_after(version)]


def fill(url: str) -> str:
    """Store a run with epochs and a checkpoint; return its id."""
    store = Store(url)
    store.visitors.record_visit("ada", lasting=False)
    run = create_queued(store)
    store.attempts.claim(run, "worker")
    store.attempts.save_checkpoint(run, 1, b"state")
    store.close()
    execute(url, f"INSERT INTO epochs (run, epoch, figures) VALUES ('{run}', 1, '{{}}')")
    return run


def read_file(url: str) -> Path:
    return Path(sqlalchemy.make_url(url).database)


def list_files(url: str) -> list[str]:
    return sorted(path.name for path in read_file(url).parent.glob("store*"))


def start_server(url: str, migrations: Path) -> subprocess.Popen:
    """Open the database in another process."""
    program = (
        "import sys; from pathlib import Path; from runs.store.database import Database;"
        "Database(sys.argv[1], migrations=Path(sys.argv[2])).close()"
    )
    return subprocess.Popen([sys.executable, "-c", program, url, str(migrations)], cwd=ROOT)


@pytest.mark.slow
def test_migrations_make_the_declared_tables(store: Store, url: str):
    engine = sqlalchemy.create_engine(url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
        assert compare_metadata(context, tables.METADATA) == []
    engine.dispose()
    rows = read_rows(url)
    assert set(rows) == {*tables.METADATA.tables, "unpadded_version"}
    assert rows["schema"] == [f"({VERSION},)"]
    assert rows["unpadded_version"] == [f"('{VERSION:04}',)"]


def test_a_database_of_the_last_version_before_alembic_keeps_all_rows(url: str):
    fill(url)
    execute(
        url, *drop_tables_after(1), f"DROP TABLE {VERSION_TABLE}", "UPDATE schema SET version = 1"
    )
    before = read_rows(url)
    Store(url).close()
    after = read_rows(url)
    assert after.pop(VERSION_TABLE)
    assert not any(after.pop(name) for name in list_tables_after(1))
    assert (before.pop("schema"), after.pop("schema")) == (["(1,)"], [f"({VERSION},)"])
    assert after == before


def test_a_database_without_readings_keeps_all_rows_and_stores_them_then(url: str):
    fill(url)
    store = Store(url)
    old = store.data_sets.save("ada", SET, PACKED, FILE)
    store.close()
    down = [f"UPDATE {VERSION_TABLE} SET version_num = '0002'", "UPDATE schema SET version = 2"]
    execute(url, *drop_tables_after(2), *down)
    before = read_rows(url)
    store = Store(url)
    after = read_rows(url)
    assert not any(after.pop(name) for name in list_tables_after(2))
    assert (before.pop("schema"), after.pop("schema")) == (["(2,)"], [f"({VERSION},)"])
    assert (before.pop(VERSION_TABLE), after.pop(VERSION_TABLE)) == (
        ["('0002',)"],
        [f"('{VERSION:04}',)"],
    )
    assert after == before
    assert store.data_sets.list("ada") == [old]
    assert store.data_sets.read_reading(old.id) is None
    reading = TableReading(({"missing": "mean"},), ReadReport(rows=3, used=3))
    new = store.data_sets.save("ada", old, PACKED, FILE, reading=reading)
    assert store.data_sets.read_reading(new.id) == reading
    store.close()


@pytest.mark.slow
def test_a_current_database_is_opened_without_alembic(store: Store, url: str):
    program = "import sys; from runs.store import Store; Store(sys.argv[1]).close()"
    program += "; sys.exit('alembic' in sys.modules)"
    subprocess.run([sys.executable, "-c", program, url], cwd=ROOT, check=True)


def test_a_migration_needs_no_current_folder(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    fill(url)
    monkeypatch.chdir(tmp_path)
    Database(url, migrations=write_next_version(tmp_path)).close()
    assert read_rows(url)["visitors"][0].endswith(", None)")  # the new column


def test_a_failed_migration_leaves_the_database_as_it_was(
    url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    run = fill(url)
    before = read_rows(url)
    is_file = url.startswith("sqlite")
    content = read_file(url).read_bytes() if is_file else b""
    with pytest.raises(StoreError) as failed:
        Database(url, migrations=write_next_version(tmp_path, FAILING))
    assert failed.value.template == NOT_MIGRATED
    assert f"from schema {VERSION} to {NEXT}: " in str(failed.value)
    assert "\n" not in str(failed.value)
    [line] = [record for record in caplog.records if record.getMessage() == str(failed.value)]
    assert f"{NEXT:04}_next.py" in line.facts["traceback"]
    assert read_rows(url) == before
    if is_file:
        assert read_file(url).read_bytes() == content
        assert list_files(url) == ["store.sqlite3"]
    store = Store(url)
    assert store.runs.read_artifact(run, "checkpoint") == b"state"
    store.close()


def test_a_failed_first_migration_leaves_an_empty_database(url: str, tmp_path: Path):
    with pytest.raises(StoreError, match=f"from schema 0 to {NEXT}"):
        Database(url, migrations=write_next_version(tmp_path, FAILING))
    assert read_rows(url) == {}


def test_sqlite_is_copied_for_its_user_before_a_migration(tmp_path: Path):
    url = f"sqlite:///{tmp_path / 'store.sqlite3'}"
    fill(url)
    before = read_rows(url)
    (tmp_path / f"store.schema-{VERSION}.sqlite3").write_bytes(b"an earlier copy")
    Database(url, migrations=write_next_version(tmp_path)).close()
    assert (tmp_path / f"store.schema-{VERSION}.sqlite3").read_bytes() == b"an earlier copy"
    copy = tmp_path / f"store.schema-{VERSION}-2.sqlite3"
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert read_rows(f"sqlite:///{copy}") == before
    store = Store(f"sqlite:///{copy}")  # the previous version continues from it
    store.close()


def test_a_full_disk_prevents_the_copy_and_the_migration(small_disk: Path, tmp_path: Path):
    url = f"sqlite:///{small_disk / 'store.sqlite3'}"
    run = fill(url)
    store = Store(url)
    store.attempts.save_checkpoint(run, 1, b"x" * 1_200_000)
    store.close()
    (small_disk / "filler").write_bytes(b"x" * 1_000_000)
    content = read_file(url).read_bytes()
    migrations = write_next_version(tmp_path)
    with pytest.raises(StoreError) as failed:
        Database(url, migrations=migrations)
    assert failed.value.template == NOT_COPIED
    assert "is full" in str(failed.value)
    assert list_files(url) == ["store.sqlite3"]
    assert read_file(url).read_bytes() == content
    (small_disk / "filler").unlink()
    Database(url, migrations=migrations).close()
    assert list_files(url) == [f"store.schema-{VERSION}.sqlite3", "store.sqlite3"]


@pytest.mark.slow
def test_servers_that_start_at_the_same_time_migrate_once(url: str, tmp_path: Path):
    run = fill(url)
    insert = f"INSERT INTO turns (run, attempt, fruitless) VALUES ('{run}', 1, 0)"
    body = f"    import time\n    op.execute({insert!r})\n    time.sleep(1)"
    migrations = write_next_version(tmp_path, body)
    with start_server(url, migrations) as one, start_server(url, migrations) as another:
        assert (one.wait(60), another.wait(60)) == (0, 0)
    assert len(read_rows(url)["turns"]) == 1
    if url.startswith("sqlite"):
        assert list_files(url) == [f"store.schema-{VERSION}.sqlite3", "store.sqlite3"]


@pytest.mark.slow
def test_servers_that_start_with_an_empty_database_create_the_tables_once(url: str, tmp_path: Path):
    migrations = write_next_version(tmp_path, "    import time\n    time.sleep(1)")
    with start_server(url, migrations) as one, start_server(url, migrations) as another:
        assert (one.wait(60), another.wait(60)) == (0, 0)
    assert read_rows(url)["schema"] == [f"({NEXT},)"]


@pytest.mark.slow
def test_a_server_that_is_killed_during_a_migration_changes_nothing(tmp_path: Path):
    url = f"sqlite:///{tmp_path / 'store.sqlite3'}"
    fill(url)
    before = read_rows(url)
    body = f"{ADD_COLUMN}\n    import time\n    time.sleep(60)"
    migrations = write_next_version(tmp_path, body)
    with start_server(url, migrations) as server:
        part = tmp_path / f"store.schema-{VERSION}.part"
        wait_for(part.exists, "the migration to start")
        time.sleep(1)
        server.kill()
    assert read_rows(url) == before
    shutil.rmtree(migrations)
    Database(url, migrations=write_next_version(tmp_path)).close()
    assert list_files(url) == [f"store.schema-{VERSION}.sqlite3", "store.sqlite3"]


def test_a_table_that_sqlite_must_create_again_keeps_the_rows_that_refer_to_it(
    url: str, tmp_path: Path
):
    fill(url)
    before = read_rows(url)
    body = '    with op.batch_alter_table("runs") as batch:\n'
    body += '        batch.alter_column("name", existing_type=sa.String(), nullable=True)'
    Database(url, migrations=write_next_version(tmp_path, body)).close()
    after = read_rows(url)
    assert (after["epochs"], after["artifacts"]) == (before["epochs"], before["artifacts"])
    assert after["runs"] == before["runs"]


def test_a_migration_that_breaks_references_fails(url: str, tmp_path: Path):
    fill(url)
    before = read_rows(url)
    migrations = write_next_version(tmp_path, '    op.execute("DELETE FROM contents")')
    with pytest.raises(StoreError) as failed:
        Database(url, migrations=migrations)
    assert failed.value.template == NOT_MIGRATED
    assert read_rows(url) == before


@pytest.mark.parametrize(
    "change", ["schema SET version = 999", f"{VERSION_TABLE} SET version_num = 'f00'"]
)
def test_a_database_of_a_newer_version_is_refused(store: Store, url: str, change: str):
    execute(url, f"UPDATE {change}")
    with pytest.raises(NewerStoreError) as refused:
        Database(url)
    assert refused.value.template == NEWER


def test_a_worker_does_not_migrate(url: str, tmp_path: Path):
    with pytest.raises(StoreError) as empty:
        Database(url, migrates=False)
    fill(url)
    with pytest.raises(StoreError) as older:
        Database(url, migrates=False, migrations=write_next_version(tmp_path))
    assert empty.value.template == older.value.template == OLDER
    Database(url, migrates=False).close()


def test_a_database_that_was_migrated_meanwhile_is_not_written(
    store: Store, url: str, tmp_path: Path
):
    Database(url, migrations=write_next_version(tmp_path)).close()
    before = read_rows(url)
    with pytest.raises(NewerStoreError):
        create_queued(store)
    with pytest.raises(NewerStoreError):
        store.database.refuse_newer()
    assert read_rows(url) == before


def test_a_migration_waits_for_transactions_that_write(store: Store, url: str, tmp_path: Path):
    migrations = write_next_version(tmp_path)
    with store.database.writing() as connection:
        migrating = start_thread(lambda: Database(url, migrations=migrations).close())
        time.sleep(0.5)
        assert migrating.is_alive()
        connection.execute(sqlalchemy.update(tables.visitors).values(born=7.5))
    migrating.join(20)
    [ada] = read_rows(url)["visitors"]
    assert ", 7.5, " in ada
    assert ada.endswith(", None)")  # the new column
