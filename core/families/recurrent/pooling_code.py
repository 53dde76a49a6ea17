"""Code of the pools over steps in a training script."""

from __future__ import annotations

from collections.abc import Iterator

from ...layers.layer import Layer
from ...layers.recurrent.declaration import Recurrent
from ...recipe.pooling import MIN_OUTPUT, STD_EPSILON
from ...recipe.recipe import Recipe

# Variables of the pools, where there are several.
VARIABLES = {
    "last": "last",
    "mean": "mean",
    "max": "maximum",
    "std": "deviation",
    "attention": "attention",
}


def render_pools(recipe: Recipe, mask: str) -> list[str]:
    """Render the lines that pool x (batch, steps, units) over its real steps, and set x.

    Args:
        recipe: The recipe.
        mask: Variable with the mask of x.
    """
    pools, final = recipe.pools, recipe.layers[-1]
    lines = [] if pools == ("mean",) else [f"real = keras.ops.expand_dims({mask}, -1)"]
    results = [VARIABLES[pool] for pool in pools] if len(pools) > 1 else ["x"]
    for pool, result in zip(pools, results, strict=True):
        lines += _render_pool(pool, result, mask, final)
    if len(pools) > 1:
        lines.append(f"x = keras.layers.Concatenate()([{', '.join(results)}])")
    return lines


def _render_pool(pool: str, result: str, mask: str, final: Layer) -> Iterator[str]:
    """Render one pool; the variable real is the mask, (batch, steps, 1)."""

    def average(code: str) -> str:
        return f"keras.layers.GlobalAveragePooling1D()({code}, mask={mask})"

    if pool == "last":
        yield from _render_last(result, final)
    elif pool == "mean":
        yield f"{result} = {average('x')}  # over real steps"
    elif pool == "max":
        yield f"{result} = keras.ops.max(keras.ops.where(real, x, {MIN_OUTPUT}), axis=1)"
    elif pool == "std":
        yield f"centered = x - keras.ops.expand_dims({average('x')}, 1)"
        yield "squares = keras.ops.square(keras.ops.where(real, centered, 0.0))"
        yield f"{result} = keras.ops.sqrt({average('squares')} + {STD_EPSILON})"
    else:
        yield "scores = keras.layers.Dense(1, use_bias=False)(x)  # one per step"
        yield f"scores = keras.ops.where(real, scores, {MIN_OUTPUT})"
        yield f"{result} = keras.ops.sum(keras.ops.softmax(scores, axis=1) * x, axis=1)"


def _render_last(result: str, final: Layer) -> Iterator[str]:
    yield 'count = keras.ops.cumsum(keras.ops.cast(real, "int32"), axis=1)'
    yield "end = keras.ops.logical_and(real, keras.ops.equal(count, count[:, -1:]))"
    if final.directions == 1:
        yield f"{result} = keras.ops.sum(keras.ops.where(end, x, 0.0), axis=1)"
        return
    yield "start = keras.ops.logical_and(real, keras.ops.equal(count, 1))"
    is_normalized = isinstance(final, Recurrent) and final.layer_normalization
    states = "states" if is_normalized else "x"
    yield f"forward, backward = keras.ops.split({states}, 2, axis=-1)  # ends at the first step"
    yield "ends = [keras.ops.where(end, forward, 0.0), keras.ops.where(start, backward, 0.0)]"
    yield f"{result} = keras.ops.sum(keras.layers.Concatenate()(ends), axis=1)"
    if is_normalized:
        yield f"{result} = layer_normalization({result})"
