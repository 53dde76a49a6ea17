"""Unpadded and the peers that it is compared with: each function returns one that trains an epoch.

Each runs in a separate process (``python -m benchmarks.process``) with its own threads. A call may
return its own measurements; otherwise it is timed from outside.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from benchmarks.workloads import Workload, draw_lengths, make_sequences
from core import LSTM, Sequences, pad

Epoch = Callable[[], dict[str, float] | None]


def prepare_ours(workload: Workload) -> Epoch:
    """Prepare ``core.train`` as in a worker; the second epoch is measured, as peers are warm."""
    prepare_worker_process()
    from core import train

    data = make_sequences(draw_lengths(workload.lengths))
    recipe = workload.make_recipe(epochs=2)
    return lambda: {"seconds": train(data, recipe).history["seconds"][1]}


def prepare_our_lstm(workload: Workload) -> Epoch:
    """Prepare ``core.train`` with LSTM layers of the same size."""
    return prepare_ours(replace(workload, kind=LSTM))


def prepare_keras(workload: Workload) -> Epoch:
    """Prepare the usual method: ``Masking`` and ``fit``, everything pre-padded to the longest."""
    import keras

    data = make_sequences(draw_lengths(workload.lengths))
    padded = pad(data).values
    model = keras.Sequential([keras.Input(padded.shape[1:]), keras.layers.Masking(0.0)])
    layer = getattr(keras.layers, workload.kind.__name__)
    for units in workload.units[:-1]:
        model.add(layer(units, return_sequences=True))
    model.add(layer(workload.units[-1]))
    model.add(keras.layers.Dense(1))
    model.compile("adam", "mse")

    def epoch() -> None:
        model.fit(padded, data.targets, batch_size=workload.batch_size, epochs=1, verbose=0)

    return epoch


def prepare_torch_packed(workload: Workload) -> Epoch:
    """Prepare shuffled batches of packed sequences, which skip padded steps."""
    import torch

    data = make_sequences(draw_lengths(workload.lengths))
    tensors = [torch.tensor(data[i]) for i in range(len(data))]
    targets = torch.tensor(data.targets, dtype=torch.float32)
    net, rng = _TorchNetwork(workload), np.random.default_rng(0)

    def epoch() -> None:
        order = rng.permutation(len(data))
        for start in range(0, len(order), workload.batch_size):
            rows = order[start : start + workload.batch_size]
            packed = torch.nn.utils.rnn.pack_sequence(
                [tensors[row] for row in rows], enforce_sorted=False
            )
            hidden = packed
            for layer in net.layers:
                hidden, last = layer(hidden)  # last: (hidden, cell) state of an LSTM
            last = last[0] if isinstance(last, tuple) else last
            net.step(last[0], targets[rows])

    return epoch


def prepare_torch_sorted(workload: Workload) -> Epoch:
    """Prepare the fastest hand-tuned method that we know.

    Sequences are sorted by length once, cut into batches, padded and copied to tensors before the
    measurement; oneDNN is used, denormals are flushed, and batches are shuffled.
    """
    import torch

    torch.set_flush_denormal(True)
    data = make_sequences(draw_lengths(workload.lengths))
    order = np.argsort(data.lengths, kind="stable")
    batches = []
    for start in range(0, len(order), workload.batch_size):
        batch = data[order[start : start + workload.batch_size]]
        batches.append(
            (
                torch.tensor(pad(batch, padding="post").values),
                torch.tensor(batch.lengths),
                torch.tensor(batch.targets, dtype=torch.float32),
            )
        )
    net, rng = _TorchNetwork(workload), np.random.default_rng(0)

    def epoch() -> None:
        for number in rng.permutation(len(batches)):
            hidden, lengths, targets = batches[number]
            for layer in net.layers:
                hidden, _ = layer(hidden)
            net.step(hidden[torch.arange(len(lengths)), lengths - 1], targets)

    return epoch


class _TorchNetwork:
    """The workload's layers, an output layer and Adam in PyTorch."""

    def __init__(self, workload: Workload) -> None:
        import torch

        sizes = (make_sequences(np.ones(1, np.int64)).features, *workload.units)
        layer = getattr(torch.nn, workload.kind.__name__)
        self.layers = torch.nn.ModuleList(
            layer(inputs, units, batch_first=True) for inputs, units in itertools.pairwise(sizes)
        )
        self.output = torch.nn.Linear(sizes[-1], 1)
        weights = [*self.layers.parameters(), *self.output.parameters()]
        self.optimizer = torch.optim.Adam(weights)

    def step(self, last, targets) -> None:
        """Update the weights with a batch.

        Args:
            last: Hidden state at the last real step, shape (rows, units).
            targets: Shape (rows,).
        """
        loss = ((self.output(last)[:, 0] - targets) ** 2).mean()
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()


def prepare_reference_keras() -> Epoch:
    """Prepare the three-sequence example as it is usually written."""
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


def prepare_reference_ours(cold: bool) -> Epoch:
    """Prepare the three-sequence example with ``core.train``.

    Args:
        cold: Compile the graph each time.
    """
    prepare_worker_process()
    from core import Recipe, train
    from core.engine import compiled

    data = Sequences.from_lists([[1], [2, 5], [3, 9, 9, 4, 8]], targets=[2, 4, 6])

    def program() -> None:
        if cold:
            compiled.clear_idle_engines()
        train(data, Recipe.example())

    return program


def prepare_worker_process() -> None:
    """Configure TensorFlow's threads and memory as in the app's workers."""
    from runs.cluster.worker_setup import prepare_process

    prepare_process()


PEERS = {
    "ours": prepare_ours,
    "our LSTM": prepare_our_lstm,
    "keras": prepare_keras,
    "torch packed": prepare_torch_packed,
    "torch sorted": prepare_torch_sorted,
}
