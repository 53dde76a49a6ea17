"""Convolutional networks: speed against PyTorch, and memory with one very long sequence.

The network is the fully convolutional one of Wang, Yan and Oates (2017): 128, 256 and 128 filters
that read 8, 5 and 3 steps, batch normalization, relu, and the mean over steps.
"""

from __future__ import annotations

import itertools
import time

import numpy as np

from benchmarks.peers import Epoch, prepare_worker_process
from benchmarks.process import Competitor
from benchmarks.rounds import compute_ratios, run_interleaved
from benchmarks.workloads import FEATURES, draw_lengths, make_sequences
from core import Conv1D, Recipe, pad

FILTERS, KERNEL_SIZES = (128, 256, 128), (8, 5, 3)
BATCH_SIZE = 64
LONG_STEPS = 20_000
LENGTHS = {
    "ours": draw_lengths("lognormal"),
    "torch sorted": draw_lengths("lognormal"),
    "with an outlier": np.append(draw_lengths("lognormal"), LONG_STEPS),
}


def run(runs: int) -> dict[str, object]:
    """Compare an epoch with PyTorch, and the memory with that without an outlier."""
    competitors = {name: Competitor("convolutions", name) for name in LENGTHS}
    rounds = run_interleaved(competitors, runs)
    memory = {name: competitor.end() for name, competitor in competitors.items()}
    ratio = memory["with an outlier"] / memory["ours"]
    steps = int(LENGTHS["ours"].sum())
    return {
        **compute_ratios(rounds["seconds"], "ours", {"torch sorted": 2}),
        # Other processes on the machine change these less.
        "processor time": compute_ratios(rounds["cpu"], "ours", {"torch sorted": None}),
        "real steps a second": {
            name: round(steps / np.median(rounds["seconds"][name]))
            for name in ("ours", "torch sorted")
        },
        f"one sequence of {LONG_STEPS:,} steps beside the others": {
            "memory": round(ratio, 2),
            "memory at most": 1.5,
            "reached": ratio <= 1.5,
        },
        "peak memory, MB": {name: size >> 20 for name, size in memory.items()},
    }


def prepare(name: str) -> Epoch:
    """Prepare a competitor."""
    return prepare_torch() if name == "torch sorted" else prepare_ours(LENGTHS[name])


def prepare_ours(lengths: np.ndarray) -> Epoch:
    """Prepare ``core.train`` as in a worker; the last epoch is measured, as peers are warm."""
    prepare_worker_process()
    from core import Progress, train

    layers = tuple(
        Conv1D(filters, size) for filters, size in zip(FILTERS, KERNEL_SIZES, strict=True)
    )
    recipe = Recipe(
        family="convolution",
        layers=layers,
        pooling="mean",
        batch_size=BATCH_SIZE,
        epochs=2,
        validation_split=0.0,
        standardize=False,
    )
    data = make_sequences(lengths)

    def epoch() -> dict[str, float]:
        clock: list[float] = []

        def record(progress: Progress) -> None:
            if progress.epoch:
                clock.append(time.process_time())

        seconds = train(data, recipe, record).history["seconds"][-1]
        return {"seconds": seconds, "cpu": clock[-1] - clock[0]}

    return epoch


def prepare_torch() -> Epoch:
    """Prepare batches of sequences sorted by length, padded before the measurement."""
    import torch

    torch.set_flush_denormal(True)
    data = make_sequences(LENGTHS["torch sorted"])
    order, rng = np.argsort(data.lengths, kind="stable"), np.random.default_rng(0)
    batches = []
    for start in range(0, len(order), BATCH_SIZE):
        batch = data[order[start : start + BATCH_SIZE]]
        padded = pad(batch, padding="post")
        batches.append(
            (
                torch.tensor(padded.values).transpose(1, 2).contiguous(),
                torch.tensor(padded.mask, dtype=torch.float32)[:, None],
                torch.tensor(batch.lengths)[:, None],
                torch.tensor(batch.targets, dtype=torch.float32),
            )
        )
    layers: list[torch.nn.Module] = []
    sizes = zip(itertools.pairwise((FEATURES, *FILTERS)), KERNEL_SIZES, strict=True)
    for (inputs, filters), size in sizes:
        layers += [
            torch.nn.Conv1d(inputs, filters, size, padding="same", bias=False),
            torch.nn.BatchNorm1d(filters),
            torch.nn.ReLU(),
        ]
    network, output = torch.nn.Sequential(*layers), torch.nn.Linear(FILTERS[-1], 1)
    optimizer = torch.optim.Adam([*network.parameters(), *output.parameters()])

    def epoch() -> dict[str, float]:
        began = time.process_time()
        for number in rng.permutation(len(batches)):
            x, mask, lengths, targets = batches[number]
            pooled = (network(x) * mask).sum(-1) / lengths
            loss = ((output(pooled)[:, 0] - targets) ** 2).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        return {"cpu": time.process_time() - began}

    return epoch
