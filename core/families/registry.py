"""Registry of the families of models.

To add a family, add a folder with ``declaration.py`` and ``network.py`` beside this file, and a
choice with the name of the folder to ``FAMILIES`` in ``core.recipe.recipe``.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from ..recipe.recipe import Recipe
from .family import Family

if TYPE_CHECKING:
    from .network import FamilyNetwork


def get_family(recipe: Recipe) -> Family:
    """Return the declaration of a recipe's family."""
    family: Family = import_module(f".{recipe.family}.declaration", __package__).FAMILY
    return family


def get_network(recipe: Recipe) -> FamilyNetwork:
    """Return the networks of a recipe's family, which imports TensorFlow."""
    network: FamilyNetwork = import_module(f".{recipe.family}.network", __package__).NETWORK
    return network
