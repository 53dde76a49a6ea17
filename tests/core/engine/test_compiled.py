"""The compiled network against the stock Keras model on the same batches."""

import dataclasses
import itertools
import threading

import keras
import numpy as np
import pytest
import tensorflow as tf
from sklearn.utils.class_weight import compute_class_weight

from core import GRU, LSTM, Conv1D, Inception, Recipe, Sequences, train
from core.data.padding import pad
from core.engine.batching import plan_epoch
from core.engine.compiled import MAX_IDLE, Engine, RaggedTensors, borrow_engine
from core.engine.spec import EngineSpec
from core.layers.convolution.declaration import Convolutional
from core.layers.lstm import fast_lstm
from tests.support.matrix import sample

RATES = {"adam": 0.01, "rmsprop": 0.01, "sgd": 0.3}
LAYERS = {
    "one": (LSTM(7),),
    "stacked": (LSTM(12), LSTM(5)),
    "bidirectional": (LSTM(6, True), LSTM(5, True)),
    "mixed directions": (LSTM(6), LSTM(5, True), LSTM(4)),
    "GRU": (GRU(12), GRU(5, True)),
    "normalized": (LSTM(64, layer_normalization=True), GRU(5, True, layer_normalization=True)),
    "mixed kinds": (LSTM(64), GRU(6, True), LSTM(5), GRU(4)),
    "convolutions": (Conv1D(6, 4, dilation_rate=2, residual=True), Inception(3, 8)),
    "shortened": (Conv1D(6, 5, strides=2), Inception(3, 8), Conv1D(5, 3, pool_size=2), LSTM(4)),
}


def make_sequences(n=60, features=3, longest=20) -> Sequences:
    rng = np.random.default_rng(0)  # not shared: no test depends on those before it
    lengths = rng.integers(1, longest, n)
    return Sequences(
        rng.normal(size=(lengths.sum(), features)), lengths, targets=rng.integers(0, 3, n)
    )


def make_engine(layers, groups=2, batch_size=16, task="classification", **fields):
    family = "convolution" if isinstance(layers[0], Convolutional) else "recurrent"
    recipe = Recipe(task=task, family=family, layers=layers, batch_size=batch_size, **fields)
    return Engine(EngineSpec.from_recipe(recipe, 3, 3 if task == "classification" else 1, groups))


def to_tensors(data, fast):
    dtype = np.int64 if fast.recipe.task == "classification" else np.float32
    return RaggedTensors(data, data.targets.astype(dtype))


FIFTY_UPDATES = [
    ("stacked", 10**9, "adam", {"pooling": "mean", "weight_decay": 0.1}),
    ("one", 1, "rmsprop", {"pooling": "max", "clip_norm": 0.05}),
    ("stacked", 10**9, "sgd", {"weight_decay": 0.01, "clip_norm": 0.05}),
    ("GRU", 10**9, "adam", {}),
    ("bidirectional", 10**9, "adam", {}),
    ("mixed directions", 10**9, "adam", {"class_weight": "balanced"}),
    ("mixed kinds", 1, "adam", {"pooling": "max", "class_weight": "balanced"}),
    ("stacked", 1, "rmsprop", {}),
    ("bidirectional", 1, "rmsprop", {"pooling": "max", "weight_decay": 0.01}),
    ("convolutions", 10**9, "sgd", {"pooling": "mean", "clip_norm": 0.5}),
    ("convolutions", 10**9, "sgd", {"pooling": "max", "weight_decay": 0.01}),
    ("convolutions", 10**9, "sgd", {}),
    ("shortened", 10**9, "sgd", {}),
    ("bidirectional", 10**9, "adam", {"pooling": ("attention", "last", "std")}),
    ("convolutions", 10**9, "sgd", {"pooling": ("last", "std", "attention", "max")}),
    ("normalized", 10**9, "sgd", {"pooling": ("last", "max")}),
    ("stacked", 10**9, "adam", {"pooling": "mean", "patch_size": 4}),
]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "wide", "optimizer", "settings"), sample(FIFTY_UPDATES, 6))
def test_fifty_updates_give_the_weights_of_stock_keras(
    monkeypatch, name, wide, optimizer, settings
):
    monkeypatch.setattr(fast_lstm, "MIN_WIDE_SIZE", wide)
    data = make_sequences(160)
    fast = make_engine(LAYERS[name], dense=(4,), optimizer=optimizer, **settings)
    weights = np.ones(3, "f4")
    if "class_weight" in settings:
        weights = compute_class_weight("balanced", classes=np.arange(3), y=data.targets)
        weights = weights.astype("f4")
        fast.set_class_weights(weights)
    # Keras's GRU sometimes sums in another order. If two states are equal up to the last bit, that
    # decides which of them is the maximum and learns: 1.6e-4 after some epochs, observed once.
    tolerance = 1e-3 if name in ("GRU", "mixed kinds") else 1e-4
    before = fast.network.get_weights()
    model = keras.models.clone_model(fast.network)
    model.set_weights(before)
    config = {
        "learning_rate": RATES[optimizer],
        "weight_decay": settings.get("weight_decay"),
        "global_clipnorm": settings.get("clip_norm"),
    }
    stock = keras.optimizers.get({"class_name": optimizer, "config": config})

    @tf.function(reduce_retracing=True)
    def learn(values, mask, targets):
        with tf.GradientTape() as tape:
            outputs = model([values, mask], training=True)
            losses = keras.losses.sparse_categorical_crossentropy(targets, outputs)
            losses *= tf.gather(weights, targets)
            loss = tf.reduce_mean(losses)
        stock.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)
        return tf.reduce_sum(losses)

    rng = np.random.default_rng(3)
    for epoch in range(5):
        plan = plan_epoch(data.lengths, 16, fast.spec.training_groups, rng)
        sums = fast.train_batches(
            to_tensors(data, fast),
            plan,
            0,
            len(plan),
            np.zeros(3),
            RATES[optimizer],
            seed=0,
            epoch=epoch,
        )
        loss = 0.0
        for first, *_, last in plan.cuts:
            rows = plan.order[first:last]
            padded = pad(data[rows], 25, padding="pre", value=7.0)
            loss += float(learn(padded.values, padded.mask, data.targets[rows]))
        assert sums[0] == pytest.approx(loss, rel=tolerance)
    assert fast.updates.numpy() == 50
    for results, right, old in zip(
        fast.network.get_weights(), model.get_weights(), before, strict=True
    ):
        np.testing.assert_allclose(results, right, atol=tolerance)
        assert np.abs(results - old).max() > 1e-3


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "pooling"),
    sample(
        [
            *((name, "last") for name in LAYERS),
            ("stacked", "mean"),
            ("bidirectional", "max"),
            ("mixed kinds", "mean"),
            ("convolutions", "mean"),
            ("convolutions", "max"),
            ("mixed directions", ("attention", "last", "std", "mean", "max")),
            ("convolutions", ("attention", "last", "std", "mean", "max")),
            ("shortened", ("std", "attention")),
        ],
        6,
    ),
)
def test_predictions_equal_those_of_the_stock_network_in_the_plans_order(name, pooling):
    data, fast = make_sequences(), make_engine(LAYERS[name], pooling=pooling)
    plan = fast.plan_forward(data.lengths)
    results = fast.predict_batches(RaggedTensors(data), plan, 0, len(plan))
    padded = pad(data, 33, padding="pre", value=-5.0)
    np.testing.assert_allclose(
        results, fast.network([padded.values, padded.mask]).numpy()[plan.order], atol=1e-5
    )


def train_epoch(fast, cuts, seed=4):
    """Return the weights and sums after one epoch in calls that end at ``cuts``."""
    data = Sequences(DATA.values, DATA.lengths, DATA.targets)
    start = [np.full(w.shape, 0.1, "f4") for w in fast.network.get_weights()]
    fast.set_weights(start)
    plan = plan_epoch(data.lengths, 16, fast.spec.training_groups, np.random.default_rng(1))
    sums, bounds = np.zeros(3), [0, *cuts, len(plan)]
    for first, last in itertools.pairwise(bounds):
        tensors = to_tensors(data, fast)
        sums = fast.train_batches(tensors, plan, first, last, sums, 0.01, seed, epoch=2)
    return [*fast.network.get_weights(), sums]


DATA = make_sequences(100)


def has_same_arrays(one, other) -> bool:
    return all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


@pytest.mark.slow
@pytest.mark.parametrize(
    "layers",
    [
        (LSTM(6, dropout=0.3), LSTM(4, True, dropout=0.2)),
        (Conv1D(6, dropout=0.3), Inception(4, 8, dropout=0.2)),
    ],
)
def test_a_result_depends_on_the_seed_and_not_on_where_calls_are_cut(layers):
    fast = make_engine(layers)
    whole = train_epoch(fast, [])
    assert has_same_arrays(whole, train_epoch(fast, [1, 2, 5]))
    assert has_same_arrays(whole, train_epoch(fast, [3]))
    assert not has_same_arrays(whole, train_epoch(fast, [], seed=5))


def test_no_number_of_rows_or_steps_compiles_again():
    fast = make_engine((LSTM(6),), batch_size=16)
    for n, longest in ((60, 20), (17, 90), (1, 2)):
        data = make_sequences(n, longest=longest)
        plan = plan_epoch(data.lengths, 16, fast.spec.training_groups, np.random.default_rng(1))
        fast.train_batches(to_tensors(data, fast), plan, 0, len(plan), np.zeros(3), 0.01, 0, 0)
    assert fast.train_function.experimental_get_tracing_count() == 1


@pytest.mark.slow
@pytest.mark.parametrize("layers", [(LSTM(6, True), LSTM(4)), (Inception(4, 8), LSTM(4))])
def test_a_group_without_rows_contributes_nothing(layers):
    """One sequence longer than all others together gets its own group, and others may be empty."""
    fast = make_engine(layers, groups=4, batch_size=32)
    lengths = np.array([900, 1, 1, 2])
    values = np.random.default_rng(0).normal(size=(904, 3))
    data = Sequences(values, lengths, targets=[0, 1, 2, 0])
    plan = plan_epoch(lengths, 32, 4, np.random.default_rng(0))
    assert (np.diff(plan.cuts) == 0).any()
    sums = fast.train_batches(to_tensors(data, fast), plan, 0, 1, np.zeros(3), 0.01, 0, 0)
    assert np.isfinite(sums).all()
    assert all(np.isfinite(weight).all() for weight in fast.network.get_weights())


@pytest.mark.slow
@pytest.mark.parametrize("layers", [(LSTM(6), LSTM(4)), (Conv1D(6), Inception(4, 8))])
def test_groups_change_no_more_than_the_last_bits(layers):
    data = make_sequences(100)
    results = []
    for groups in (1, 2, 5):
        fast = make_engine(layers, groups=groups, batch_size=50, optimizer="sgd")
        plan = plan_epoch(data.lengths, 50, fast.spec.training_groups, np.random.default_rng(1))
        fast.train_batches(to_tensors(data, fast), plan, 0, len(plan), np.zeros(3), 0.01, 0, 0)
        results.append(fast.network.get_weights())
    for others in results[1:]:
        for one, other in zip(results[0], others, strict=True):
            np.testing.assert_allclose(one, other, atol=1e-5)


@pytest.mark.slow
def test_an_engine_is_reused_for_its_spec_by_one_user_at_a_time():
    spec = EngineSpec.from_recipe(Recipe(layers=(LSTM(3),)), 2, 1, 1)
    with borrow_engine(spec) as one, borrow_engine(spec) as other:
        assert one is not other
    with borrow_engine(spec) as again:
        assert again in (one, other)
    for units in range(4, 5 + MAX_IDLE):
        with borrow_engine(EngineSpec.from_recipe(Recipe(layers=(LSTM(units),)), 2, 1, 1)):
            pass
    with borrow_engine(spec) as fresh:
        assert fresh not in (one, other)


@pytest.mark.slow
def test_parallel_trainings_equal_sequential_ones(words, quick_recipe):
    recipe = dataclasses.replace(quick_recipe, epochs=3)
    alone = train(words, recipe).network.get_weights()
    results = []
    threads = [
        threading.Thread(target=lambda: results.append(train(words, recipe).network.get_weights()))
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 2
    assert all(has_same_arrays(alone, weights) for weights in results)
