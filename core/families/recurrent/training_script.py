"""The training script of an exported model: the same training in plain Keras, as an example."""

from __future__ import annotations

import functools
from importlib import resources

import jinja2

from ...layers.registry import get_network
from ...recipe.recipe import FIELDS, MIN_STATE, Recipe
from ...recipe.schedules import PLATEAU_EPOCHS, PLATEAU_FACTOR

TEMPLATE = "train.py.jinja"

LOSSES = {
    "mse": "MeanSquaredError",
    "mae": "MeanAbsoluteError",
    "sparse_categorical_crossentropy": "SparseCategoricalCrossentropy",
}
OPTIMIZERS = {"adam": "Adam", "rmsprop": "RMSprop", "sgd": "SGD"}


def render_training_script(recipe: Recipe, inputs: int, outputs: int) -> str:
    """Render ``train.py`` for a saved ZIP; see ``FamilyNetwork.render_training_script``.

    Nothing but numbers and checked choices of the recipe gets into the script: the names of
    features and classes are read from the saved files when it runs.

    Args:
        recipe: The recipe of the model.
        inputs: Inputs of the network per step.
        outputs: Units of the output layer.
    """
    return _load_template().render(
        recipe=recipe,
        inputs=inputs,
        outputs=outputs,
        get_network=get_network,
        min_state=MIN_STATE,
        loss=LOSSES[recipe.loss_name],
        optimizer=OPTIMIZERS[recipe.optimizer],
        options=[
            f"{field.keras}={getattr(recipe, name)!r}"
            for name, field in FIELDS.items()
            if field.keras and getattr(recipe, name) != field.default
        ],
        plateau_factor=PLATEAU_FACTOR,
        plateau_epochs=PLATEAU_EPOCHS,
    )


@functools.cache
def _load_template() -> jinja2.Template:
    environment = jinja2.Environment(
        autoescape=False,  # the script is not HTML
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    text = resources.files(__package__).joinpath(TEMPLATE).read_text(encoding="utf-8")
    return environment.from_string(text)
