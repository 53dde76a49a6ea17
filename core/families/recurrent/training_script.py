"""The training script of an exported model: the same training in plain Keras, as an example."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ...layers.registry import get_network
from ...network.derived_features import MIN_DEVIATION
from ...recipe.derived_features import DerivedFeatures
from ...recipe.network_shape import NetworkShape
from ...recipe.recipe import FIELDS, Recipe
from ...recipe.schedules import PLATEAU_EPOCHS, PLATEAU_FACTOR
from ..templates import load_template
from .pooling_code import render_pools

TEMPLATE = "train.py.jinja"

LOSSES = {
    "mse": "MeanSquaredError",
    "mae": "MeanAbsoluteError",
    "sparse_categorical_crossentropy": "SparseCategoricalCrossentropy",
}
OPTIMIZERS = {"adam": "Adam", "rmsprop": "RMSprop", "sgd": "SGD"}


@dataclass(frozen=True)
class ConvolutionCode:
    """Code of the convolutional layers that come first.

    Attributes:
        layers: Lines of each layer, which set x.
        mask: Variable with the mask behind them, which shortened sequences and patches have another
            of.
    """

    layers: Sequence[Sequence[str]] = ()
    mask: str = "mask"


def render_training_script(recipe: Recipe, shape: NetworkShape) -> str:
    """Render ``train.py`` for a saved ZIP; see ``FamilyNetwork.render_training_script``."""
    mask = "mask" if recipe.steps_per_patch == 1 else "patch_mask"
    return render_script(recipe, shape, ConvolutionCode(mask=mask))


def render_script(recipe: Recipe, shape: NetworkShape, convolutions: ConvolutionCode) -> str:
    """Render ``train.py`` with convolutional layers in front of the recurrent ones.

    Nothing but numbers and checked choices of the recipe gets into the script: the names of
    features and classes are read from the saved files when it runs.
    """
    features = DerivedFeatures.from_recipe(recipe, shape)
    return load_template(__package__, TEMPLATE).render(
        recipe=recipe,
        convolutions=convolutions,
        inputs=shape.inputs,
        features=features,
        feature_code=_render_features(features),
        min_deviation=MIN_DEVIATION,
        outputs=shape.outputs,
        get_network=get_network,
        pools=render_pools(recipe, convolutions.mask),
        loss=LOSSES[recipe.loss_name],
        optimizer=OPTIMIZERS[recipe.optimizer],
        options=[
            f"{field.keras}={getattr(recipe, name)!r}"
            for name, field in FIELDS.items()
            if field.keras and getattr(recipe, name) != field.default
        ],
        watches=recipe.schedule == "plateau" or recipe.patience is not None,
        plateau_factor=PLATEAU_FACTOR,
        plateau_epochs=PLATEAU_EPOCHS,
    )


def _render_features(features: DerivedFeatures) -> list[str]:
    """Render the lines that set x to the derived features."""
    lines, numbers = [], "values"
    if features.coded:
        numbers = "numbers"
        lines.append(f"numbers = {_take(features.numeric)}")
    over_data_set, series = ["values"], [numbers]
    if features.differences:
        lines.append(f"differences = subtract_before({numbers}, mask)")
        series.append("differences")
        over_data_set.append("differences")
        if features.difference_scaling:
            over_data_set[-1] = "scaled"
            lines.append('mean = fitted.difference_mean.astype("float32")')
            lines.append('scaled = (differences - mean) / fitted.difference_std.astype("float32")')
    parts = over_data_set
    if features.normalization != "data_set":
        if features.normalization == "sequence":
            parts = [_take(features.coded)] if features.coded else []
        normalized = [f"normalize({each}, mask)" for each in series]
        lines.append(f"per_sequence = [{', '.join(normalized)}]")
        parts = [*parts, "*per_sequence"]
    if len(parts) == len(series) == 1:
        return [*lines, "x = per_sequence[0]"]  # Keras concatenates at least two
    return [*lines, f"x = keras.layers.Concatenate()([{', '.join(parts)}])"]


def _take(inputs: tuple[int, ...]) -> str:
    return f"keras.ops.take(values, {list(inputs)}, axis=-1)"
