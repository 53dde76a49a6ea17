"""The training script of an exported model: the same fit with Keras and scikit-learn."""

from __future__ import annotations

from ...recipe.network_shape import NetworkShape
from ...recipe.recipe import Recipe
from ..templates import load_template
from .fit import PENALTIES
from .keras_network import MAX_SCALED


def render_training_script(recipe: Recipe, shape: NetworkShape) -> str:
    """Render ``train.py`` for a saved ZIP; see ``FamilyNetwork.render_training_script``."""
    return load_template(__package__, "train.py.jinja").render(
        recipe=recipe, max_scaled=MAX_SCALED, penalties=PENALTIES.tolist()
    )
