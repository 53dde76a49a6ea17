"""What is refused because it exceeds a limit of the server or of a file."""

from __future__ import annotations

import io
import json
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core import DataError, Recipe, Sequences, load
from core.data.serialization import pack, unpack
from core.errors import UnpaddedError
from core.export.verify import measure_agreement
from core.invariance.predict_padded import predict_padded
from core.preprocessing.input_encoder import InputEncoder
from runs.jobs import compare
from runs.limits import Limits
from runs.reading import reading_jobs
from runs.store import Content, Store
from tests.messages.case import Result, case
from tests.messages.models import train_once
from tests.support.files import make_zip
from tests.support.stores import ENDED, FILE, PACKED, RECIPE, SET, create_queued


def refuse(fill: Callable[[Store], object], **limits: float) -> str:
    """Return why a store with these limits refuses what a visitor does."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store(f"sqlite:///{Path(folder) / 'store.sqlite3'}", Limits(**limits))
        for visitor in ("ada", "bob"):
            store.visitors.record_visit(visitor, lasting=False)
        try:
            with pytest.raises(UnpaddedError) as caught:
                fill(store)
        finally:
            store.close()
    return str(caught.value)


@case("You have {n} data sets…")
def save_too_many_data_sets() -> Result:
    def fill(store: Store) -> None:
        for number in range(4):
            store.data_sets.save("ada", replace(SET, name=f"{number}"), PACKED, FILE)

    return refuse(fill, data_sets=3), {"n": 3}


@case("{n} of your runs are waiting…")
def queue_too_many_runs() -> Result:
    return refuse(lambda store: [create_queued(store) for _ in range(3)], waiting_runs=2), {"n": 2}


@case("You have {n} runs, which is the limit…")
def keep_too_many_runs() -> Result:
    return refuse(lambda store: [create_queued(store) for _ in range(5)], runs=4), {"n": 4}


@case("{n:,} runs of all visitors…")
def fill_the_queue_of_all() -> Result:
    def fill(store: Store) -> None:
        for _ in range(4):
            create_queued(store, "ada")

    return refuse(fill, all_waiting_runs=3), {"n": 3}


@case("Your data, models and waiting runs take…")
def take_too_many_bytes() -> Result:
    """Each waiting run reserves bytes, so that three do not fit."""
    reserved = 1_400_000

    def fill(store: Store) -> None:
        for _ in range(3):
            store.runs.create("ada", "", RECIPE, PACKED, {}, 1.0, reserved=reserved)

    numbers = {"taken": round(2 * reserved / 1e6), "more": round(reserved / 1e6), "most": 3}
    return refuse(fill, megabytes=3), numbers


@case("The server's {most:,} MB for all…")
def fill_the_disk_of_all() -> Result:
    def fill(store: Store) -> None:
        run = create_queued(store, "ada")
        claim = store.attempts.claim(run, "worker")
        store.attempts.save_checkpoint(
            run, claim.attempt, np.random.default_rng(0).bytes(3_000_000)
        )
        create_queued(store, "bob")

    return refuse(fill, all_megabytes=2), {"most": 2}


# --- Files ---


def refuse_file(text: str, **choices: object) -> str:
    refused = reading_jobs.open_file(text.encode(), 10_000_000, choices)
    assert isinstance(refused, reading_jobs.Refused)
    return str(refused.error)


@case("{found!r} is {what} of {n:,} characters…")
def count_the_characters_of_an_id() -> Result:
    id = "n" * 12_345
    return refuse_file(f"id,v\n{id},1\n{id},2\nb,3\n"), {"n": len(id), "most": 10_000}


@case("The sequences take {found:,} MB of memory…")
def count_the_bytes_of_sequences() -> Result:
    """Each of 500 words is an input of the network, so that a small file takes much memory."""

    def build(rows: int) -> str:
        lines = [f"{row // 90},{row},w{row % 500:03},{row % 7}" for row in range(rows)]
        return "\n".join(["id,t,word,v", *lines])

    choices = {"id": "id", "time": "t", "features": ("word", "v")}
    few = reading_jobs.open_file(build(1000).encode(), 10_000_000, choices)
    assert isinstance(few, reading_jobs.Opened)
    inputs = len(InputEncoder.fit(unpack(bytes(few.packed))).names)
    rows = 64_100
    megabytes = rows * inputs * np.dtype(np.float32).itemsize / 1e6
    return refuse_file(build(rows), **choices), {"found": int(np.ceil(megabytes)), "most": 128}


@case("The ZIP contains {n} files…")
def count_files() -> Result:
    files = {f"{number}.csv": "" for number in range(100_001)}
    with pytest.raises(DataError) as caught:
        reading_jobs.open_table(io.BytesIO(make_zip(files)))
    return str(caught.value), {"n": len(files), "most": 100_000}


@case("{name}, seed {seed}: not evaluated…")
def find_a_run_that_was_not_evaluated() -> Result:
    seeds = (7, 8)
    data = Sequences.from_lists([[1], [2, 5]], [2, 4])
    content = Content.from_bytes(pack(data))
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        store = Store(f"sqlite:///{Path(folder) / 'store.sqlite3'}")
        patch.setattr(compare, "get_store", lambda: store)
        ids = []
        for seed in seeds:
            ids.append(store.runs.create("ada", "", Recipe(seed=seed), content, {}, 1.0))
            claim = store.attempts.claim(ids[-1], "worker")
            store.attempts.end(ids[-1], claim.attempt, ENDED)
        failure = compare.compare_runs(
            "", compare.ComparisonRequest({"a": tuple(ids)}, seeds), "", ""
        )
        store.close()
    return str(failure.error), {"seed": seeds[0]}


# --- Saved models ---


def change_file(content: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    """Change one file of a saved model."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for each in old.namelist():
            new.writestr(each, change(old.read(each)) if each == name else old.read(each))
    return out.getvalue()


def save() -> bytes:
    out = io.BytesIO()
    train_once("numbers")[0].save(out)
    return out.getvalue()


@case("This model was saved by a newer version…")
def open_a_newer_model() -> Result:
    def renew(content: bytes) -> bytes:
        return json.dumps({**json.loads(content), "format": 99}).encode()

    with pytest.raises(UnpaddedError) as caught:
        load(io.BytesIO(change_file(save(), "training.json", renew)))
    return str(caught.value), {"found": 99, "most": 2}


@case("{script} returned {found} predictions…")
def count_the_predictions_of_a_script() -> Result:
    model, data = train_once("numbers")
    script = b"print('id,prediction\\n1,2.5\\n2,3.5')"
    content = change_file(save(), "predict.py", lambda _content: script)
    with pytest.raises(DataError) as caught:
        measure_agreement(content, model, data[:9])
    return str(caught.value), {"found": 2, "expected": 9}


@case("Give a single sequence to pad…")
def pad_several_sequences() -> Result:
    model, data = train_once("numbers")
    with pytest.raises(DataError) as caught:
        predict_padded(model, data[:3], [0], "pre")
    return str(caught.value), {"n": 3}
