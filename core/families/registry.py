"""Registry of the families of models.

To add a family, add a folder with ``declaration.py`` and ``network.py`` beside this file, and a
choice with the name of the folder to ``FAMILIES`` in ``core.recipe.recipe``. The folder
``ensemble`` is not such a choice: a recipe with members is an ensemble, and each of them has a
family.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from ..recipe.recipe import Recipe
from .family import Family

if TYPE_CHECKING:
    from .network import FamilyNetwork


def get_family(recipe: Recipe) -> Family:
    """Return the declaration of a recipe's family, or that of ensembles if it has members."""
    folder = _get_folder(recipe)
    family: Family = import_module(f".{folder}.declaration", __package__).FAMILY
    return family


def get_network(recipe: Recipe) -> FamilyNetwork:
    """Return the networks of a recipe's family, or ensembles, which imports TensorFlow."""
    folder = _get_folder(recipe)
    network: FamilyNetwork = import_module(f".{folder}.network", __package__).NETWORK
    return network


def _get_folder(recipe: Recipe) -> str:
    return "ensemble" if recipe.members else recipe.family
