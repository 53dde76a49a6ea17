"""Make what this folder's tests open, by the code of an earlier commit.

Run in a checkout of that commit, with its requirements installed:

    python make_fixtures.py FOLDER                          models, checkpoints and links
    python make_fixtures.py FOLDER sqlite                   a server's store, as SQLite
    DATABASE_URL=postgresql://… python make_fixtures.py FOLDER postgresql

Everything is made through what that commit offers to its users: its library, and its pages.
"""

from __future__ import annotations

import gzip
import io
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path.cwd()))  # the checkout

VISITS = "patient,visit,ward,pulse,weight,outcome\n" + "".join(
    f"p{i},{t},{'ABC'[(i + t) % 3]},{'' if (i, t) == (3, 0) else 60 + 7 * i % 31 + t},"
    f"{50 + i % 9}.5,{'ill' if i % 2 else 'well'}\n"
    for i in range(24)
    for t in range(2 + i % 4)
)
HEATING = "room,time,power,target\n" + "".join(
    f"r{i},2024-01-{1 + t:02d},{(i * 7 + t * 3) % 11},{(i + t) % 5}.25\n"
    for i in range(12)
    for t in range(3 + i % 3)
)


def kinds() -> dict[str, tuple[object, object]]:
    """Data and a recipe for each kind of model."""
    from core import GRU, LSTM, Recipe, Sequences, read_sequences

    example = Sequences.from_lists([[1], [2, 5], [3, 9, 9, 4, 8]], targets=[2, 4, 6])
    visits = read_sequences(io.StringIO(VISITS), missing="mean", target="outcome")
    heating = read_sequences(io.StringIO(HEATING), target_at="step")
    zeros = Sequences.from_lists([[0, 1.5], [2.5, 0, 0], [4.5], [0, 3.5]], targets=[1, 0, 1, 0])
    short = {"epochs": 3, "batch_size": 4}
    return {
        "example": (example, replace(Recipe.example(), epochs=5)),
        "bidirectional classes": (
            visits,
            Recipe(
                task="classification",
                layers=(LSTM(6, bidirectional=True, dropout=0.3),),
                pooling="mean",
                class_weight="balanced",
                **short,
            ),
        ),
        "every step": (heating, Recipe(return_sequences=True, layers=(LSTM(5),), **short)),
        "gru by value": (
            zeros,
            Recipe(
                task="classification",
                layers=(GRU(4), GRU(3)),
                mask="value",
                pooling="max",
                optimizer="sgd",
                schedule="cosine",
                validation_split=0.0,
                **short,
            ),
        ),
        "unmasked": (
            example,
            Recipe(
                layers=(LSTM(4),),
                dense=(3,),
                mask="none",
                maxlen=4,
                padding="post",
                truncating="post",
                value=-1,
                loss="mae",
                clip_norm=1.0,
                weight_decay=0.01,
                validation_split=0.0,
                **short,
            ),
        ),
    }


def library(folder: Path) -> None:
    """Models with their predictions, a checkpoint in the middle of a training with the weights it
    ends with, and links with the recipes they mean."""
    import numpy as np
    from core.packing import pack

    from core import Recipe, read_sequences, train
    from ui import links

    notes = {}
    for name, (data, recipe) in kinds().items():
        model = train(data, recipe)
        model.save(folder / f"{name}.zip")
        (folder / f"{name}.data").write_bytes(pack(data))
        predictions = np.asarray(model.predict(data)).tolist()
        notes[name] = {"recipe": recipe.to_dict(), "predictions": predictions}
    (folder / "models.json").write_text(json.dumps(notes, indent=1))

    data, recipe = kinds()["bidirectional classes"]
    recipe = replace(recipe, epochs=8, patience=4)
    whole, halfway, asked = train(data, recipe), [], []

    def should_stop() -> bool:
        asked.append(None)
        return len(asked) > 12

    train(data, recipe, should_stop=should_stop, on_checkpoint=halfway.append)
    assert 0 < halfway[-1].epoch < recipe.epochs, halfway[-1].epoch
    (folder / "checkpoint").write_bytes(halfway[-1].to_bytes())
    np.savez(folder / "checkpoint_end.npz", *whole.network.get_weights())

    suggested = {"example": Recipe.example()}
    for name in ("japanese_vowels", "real_zeros"):
        suggested[name] = Recipe.suggest(read_sequences(f"samples/{name}.csv"))
    queries = [
        "data=example",
        "data=example&mask=none&layers=BiLSTM-24,GRU-12-0.1&dense=8,4",
        "data=japanese_vowels",
        "data=japanese_vowels&mask=none",
        "data=japanese_vowels&epochs=7&patience=none&learning_rate=0.004&standardize=no",
        "data=japanese_vowels&maxlen=20&padding=post&truncating=post&value=-1&seed=3",
        "data=real_zeros&mask=value&maxlen=4&epochs=7",
        "data=real_zeros&task=regression&loss=mae&optimizer=sgd&schedule=plateau&clip_norm=1",
    ]
    means = []
    for query in queries:
        address = dict(part.split("=") for part in query.split("&"))
        recipe = links.read(address, suggested[address["data"]])
        means.append({"query": query, "recipe": recipe.to_dict()})
    (folder / "links.json").write_text(json.dumps(means, indent=1))


def server(folder: Path, database: str) -> None:
    """Save a server's store after a visit, with the cookies and the ids of the runs."""
    from benchmarks.server import AppServer
    from benchmarks.visitor import Visitor

    from runs.store import Store

    said: dict[str, str] = {}
    with tempfile.TemporaryDirectory() as data, AppServer(Path(data)) as app:
        address = f"sqlite:///{data}/unpadded.sqlite3"
        if database == "postgresql":
            address = os.environ["DATABASE_URL"].replace("postgresql://", "postgresql+psycopg://")
        store = Store(address)

        def until(run: str, *kinds: str) -> None:
            deadline = time.monotonic() + 120
            while any(store.runs.artifact(run, kind) is None for kind in kinds):
                assert time.monotonic() < deadline, (run, kinds)
                time.sleep(0.05)

        with Visitor(app.address) as visitor:
            visitor.open("/Data")
            visitor.upload("upload", "visits.csv", VISITS.encode())
            visitor.click("Take the mean, and say where")
            visitor.page_link("Train")
            visitor.type("Units", 6)
            visitor.type("Epochs", 4)
            visitor.click("Start training")
            said["finished"] = visitor.query["run"]
            visitor.wait_for("4 epochs in", 120)
            until(said["finished"], "proof", "evaluation")
            said["address of Train"] = visitor._tab.query  # noqa: SLF001  (as that commit has it)

            visitor.page_link("Compare")
            visitor.type("Seeds", 1)
            visitor.click("Compare")
            visitor.wait_for(lambda page: len(page.find_all("plotly_chart")) == 2, 240)

            visitor.page_link("Data")
            visitor.upload("upload", "heating.csv", HEATING.encode())
            visitor.page_link("Train")
            visitor.type("Units", 4)
            visitor.type("Epochs", 10_000)
            visitor.type("Patience, in epochs", 0)
            visitor.click("Start training")
            said["stopped"] = visitor.query["run"]
            until(said["stopped"], "checkpoint")
            visitor.wait_for("Epoch ", 60)
            visitor.click("Stop")
            visitor.wait_for("Stopped", 60)
            visitor.type("Epochs", 2_000)
            visitor.type("Batch size, in sequences", 1)
            visitor.click("Train again")
            said["interrupted"] = visitor.query["run"]
            until(said["interrupted"], "checkpoint")
            cookies = visitor.cookies
        assert store.runs.line(said["interrupted"]).state.value == "running"
        app.stop()  # which interrupts the run
        said["state"] = store.runs.line(said["interrupted"]).state.value
        store.close()
        (folder / "cookies.json").write_text(json.dumps(cookies))
        (folder / "runs.json").write_text(json.dumps(said, indent=1))
        if database == "sqlite":
            with sqlite3.connect(Path(data) / "unpadded.sqlite3") as connection:
                connection.execute("vacuum")
                connection.execute("pragma wal_checkpoint(truncate)")
            connection.close()
            content, name = (Path(data) / "unpadded.sqlite3").read_bytes(), "unpadded.sqlite3.gz"
        else:
            command = ["pg_dump", "--no-owner", "--no-privileges", os.environ["DATABASE_URL"]]
            content, name = subprocess.check_output(command), "unpadded.sql.gz"
        (folder / name).write_bytes(gzip.compress(content, 9, mtime=0))


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    if len(sys.argv) == 2:
        library(folder)
    else:
        server(folder, sys.argv[2])


if __name__ == "__main__":
    main()
