"""Compiled networks that are dropped are freed, whatever their layers."""

import gc
from dataclasses import replace

import numpy as np
import pytest
from tensorflow.python.framework import func_graph, ops

from core import GRU, LSTM, Recipe, Sequences, train
from core.engine.compiled import clear_idle_engines
from core.engine.memory import release_memory


@pytest.mark.slow
@pytest.mark.parametrize("kind", [LSTM, GRU])
def test_the_graphs_of_a_dropped_network_are_freed(kind):
    data = Sequences.from_lists(np.ones((4, 3, 1)), targets=[1, 2, 3, 4])
    recipe = Recipe(layers=(kind(3, bidirectional=True),), epochs=1)

    def train_and_drop(units: int) -> tuple[int, int]:
        train(data, replace(recipe, layers=(kind(units, bidirectional=True),)))
        clear_idle_engines()
        release_memory()
        graphs = [each for each in gc.get_objects() if isinstance(each, func_graph.FuncGraph)]
        return len(graphs), len(ops.gradient_registry.list())

    assert train_and_drop(3) == train_and_drop(4)
