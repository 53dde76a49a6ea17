"""The quota of a visitor includes the rows of runs."""

from core.engine.progress import Progress
from core.errors import Note
from runs.limits import Limits
from runs.store import EPOCH_BYTES, Content, DataSet, Result, Store
from runs.types import RunState
from tests.support.stores import PACKED, RECIPE


def count_used_bytes(
    store: Store, notes: tuple[Note, ...] = (), epochs: int = 0, reading: str = ""
) -> int:
    """Return the bytes that such a run takes of its owner's quota."""
    before = store.visitors.read_usage("ada").bytes
    more = {"columns": reading}
    run = store.runs.create("ada", "", RECIPE, PACKED, more, 1.0, is_running=True)
    history = {"loss": [1.0] * epochs}
    progress = Progress(epochs, epochs or 1, 0, 0, 1, {}, 1.0)
    result = Result(RunState.FINISHED, history=history, progress=progress, notes=notes)
    store.attempts.end(run, 1, result)
    return store.visitors.read_usage("ada").bytes - before


def test_notes_the_history_and_how_new_data_is_read_count(store: Store):
    count_used_bytes(store)  # its content is there from now on
    nothing = count_used_bytes(store)
    assert 0 < nothing < 2000
    noted = count_used_bytes(store, notes=(Note("x" * 500),) * 20)
    assert 10_000 <= noted - nothing < 12_000
    trained = count_used_bytes(store, epochs=1000)
    assert 0 <= trained - nothing - 1000 * EPOCH_BYTES < 1000
    assert 100_000 <= count_used_bytes(store, reading="x" * 100_000) - nothing < 101_000


def test_samples_do_not_count(url: str):
    own, sample = Content.from_bytes(b"x" * 1000), Content.from_bytes(b"y" * 1000)
    store = Store(url, Limits(data_sets=1), lambda: {sample.digest})
    store.visitors.record_visit("ada", lasting=False)
    for each in (sample, own):
        file = Content.from_bytes(each.content[:500])
        data_set = DataSet(each.digest[:4], each.digest, file.digest, 1, 1, 1)
        store.data_sets.save("ada", data_set, each, file)
    assert store.visitors.read_usage("ada").bytes == 1500
    store.close()


def test_a_list_of_runs_leaves_out_how_new_data_is_read(store: Store):
    count_used_bytes(store, reading="x" * 100_000)
    [line] = store.runs.list("ada")
    assert line.reading == {}
    assert store.runs.get(line.id).reading == {"columns": "x" * 100_000}
