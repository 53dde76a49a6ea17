"""Those we measure ourselves against, and ourselves: each trains one epoch when called.

Each runs in a process of its own (``python -m benchmarks.process``), with its own threads. What
a call returns is measured by itself; the rest is timed from outside.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np

from benchmarks.workloads import Workload, lengths_of, sequences
from core import Sequences, pad

Epoch = Callable[[], dict[str, float] | None]


def ours(workload: Workload) -> Epoch:
    """``core.train``, as the app's workers run it; its own second epoch, as peers warmed up."""
    as_a_worker()
    from core import train

    data = sequences(lengths_of(workload.lengths))
    recipe = workload.recipe(epochs=2)
    return lambda: {"seconds": train(data, recipe).history["seconds"][1]}


def keras(workload: Workload) -> Epoch:
    """Masking and ``fit``, everything padded in front to the longest: the usual way."""
    import keras

    data = sequences(lengths_of(workload.lengths))
    padded = pad(data).values
    model = keras.Sequential([keras.Input(padded.shape[1:]), keras.layers.Masking(0.0)])
    for units in workload.units[:-1]:
        model.add(keras.layers.LSTM(units, return_sequences=True))
    model.add(keras.layers.LSTM(workload.units[-1]))
    model.add(keras.layers.Dense(1))
    model.compile("adam", "mse")

    def epoch() -> None:
        model.fit(padded, data.targets, batch_size=workload.batch_size, epochs=1, verbose=0)

    return epoch


def torch_packed(workload: Workload) -> Epoch:
    """Shuffled batches as packed sequences, which skip the padding step by step."""
    import torch

    data = sequences(lengths_of(workload.lengths))
    parts = [torch.tensor(data[i]) for i in range(len(data))]
    targets = torch.tensor(data.targets, dtype=torch.float32)
    net, rng = _torch_network(workload), np.random.default_rng(0)

    def epoch() -> None:
        order = rng.permutation(len(data))
        for start in range(0, len(order), workload.batch_size):
            rows = order[start : start + workload.batch_size]
            packed = torch.nn.utils.rnn.pack_sequence(
                [parts[row] for row in rows], enforce_sorted=False
            )
            hidden = packed
            for layer in net.layers:
                hidden, (last, _) = layer(hidden)
            net.step(last[0], targets[rows])

    return epoch


def torch_sorted(workload: Workload) -> Epoch:
    """The best hand-tuned way we know: sorted by length once, cut into batches, padded and
    copied to tensors before the clock starts, oneDNN, denormals flushed, batches shuffled."""
    import torch

    torch.set_flush_denormal(True)
    data = sequences(lengths_of(workload.lengths))
    order = np.argsort(data.lengths, kind="stable")
    batches = []
    for start in range(0, len(order), workload.batch_size):
        part = data[order[start : start + workload.batch_size]]
        batches.append(
            (
                torch.tensor(pad(part, padding="post").values),
                torch.tensor(part.lengths),
                torch.tensor(part.targets, dtype=torch.float32),
            )
        )
    net, rng = _torch_network(workload), np.random.default_rng(0)

    def epoch() -> None:
        for number in rng.permutation(len(batches)):
            hidden, lengths, targets = batches[number]
            for layer in net.layers:
                hidden, _ = layer(hidden)
            net.step(hidden[torch.arange(len(lengths)), lengths - 1], targets)

    return epoch


class _torch_network:
    """The workload's layers, an output and Adam, in PyTorch."""

    def __init__(self, workload: Workload) -> None:
        import torch

        sizes = (sequences(np.ones(1, np.int64)).features, *workload.units)
        self.layers = torch.nn.ModuleList(
            torch.nn.LSTM(a, b, batch_first=True) for a, b in itertools.pairwise(sizes)
        )
        self.output = torch.nn.Linear(sizes[-1], 1)
        weights = [*self.layers.parameters(), *self.output.parameters()]
        self.optimizer = torch.optim.Adam(weights)

    def step(self, last, targets) -> None:
        loss = ((self.output(last)[:, 0] - targets) ** 2).mean()
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()


def reference_keras() -> Epoch:
    """The three-sequence program as people write it."""
    import keras

    lists, targets = [[1], [2, 5], [3, 9, 9, 4, 8]], np.array([2, 4, 6])
    padded = keras.utils.pad_sequences(lists, maxlen=15, dtype="float32")[:, :, None]

    def program() -> None:
        model = keras.Sequential(
            [
                keras.layers.Masking(0.0, input_shape=(15, 1)),
                keras.layers.LSTM(100, return_sequences=True),
                keras.layers.LSTM(20),
                keras.layers.Dropout(0.2),
                keras.layers.Dense(1),
            ]
        )
        model.compile("rmsprop", "mse")
        model.fit(padded, targets, epochs=100, batch_size=1, verbose=0)

    return program


def reference_ours(cold: bool) -> Epoch:
    """The same by ``core.train``; ``cold`` compiles its graph each time."""
    as_a_worker()
    from core import Recipe, train
    from core.engine import compiled

    data = Sequences.from_lists([[1], [2, 5], [3, 9, 9, 4, 8]], targets=[2, 4, 6])

    def program() -> None:
        if cold:
            compiled.clear_idle_engines()
        train(data, Recipe.example())

    return program


def as_a_worker() -> None:
    """TensorFlow's threads, and memory, as in the app's workers."""
    from runs.cluster.worker_preload import prepare_process

    prepare_process()


PEERS = {
    "ours": ours,
    "keras": keras,
    "torch packed": torch_packed,
    "torch sorted": torch_sorted,
}
