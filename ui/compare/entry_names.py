"""Names of the recipes of a comparison, in the words of the form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from core import Recipe
from core.errors import Note
from core.experiments.compare import Comparison
from ui.compare.progress import Entries


def match_names(
    entries: Entries,
    entry_seeds: Sequence[int],
    recipes: Mapping[str, Recipe] | None,
    seeds: Sequence[int],
) -> dict[str, str] | None:
    """Find how the form names the recipes of a comparison.

    Names were stored in the language of the moment, and any of the recipes may be the reference
    now, so the recipes themselves are compared, in any order.

    Args:
        entries: Runs of the comparison by stored name.
        entry_seeds: Its seeds.
        recipes: Recipes that the form describes now, by name; None if it is invalid.
        seeds: Seeds that the form describes now.

    Returns:
        Names in the form by stored name; None if the form describes another comparison.
    """
    if recipes is None or len(entries) != len(recipes) or set(entry_seeds) != set(seeds):
        return None
    names = {_without_seed(recipe): name for name, recipe in recipes.items()}
    found = {
        stored: names.get(_without_seed(runs[0].recipe)) for stored, runs in entries.items() if runs
    }
    matched = {stored: name for stored, name in found.items() if name is not None}
    return matched if len(set(matched.values())) == len(recipes) else None


def _without_seed(recipe: Recipe) -> Recipe:
    """Return the recipe as it is trained, but for its seed, which a comparison replaces."""
    return replace(recipe.resolve(), seed=0)


def rename_entries(result: Comparison, names: Mapping[str, str]) -> Comparison:
    """Return a result whose recipes have other names.

    Args:
        result: The result.
        names: Other names by name; recipes without one keep theirs.
    """
    entries = tuple(replace(each, name=names.get(each.name, each.name)) for each in result.entries)
    values = {
        key: names.get(str(value), value) if key in ("name", "base") else value
        for key, value in result.sentence.values.items()
    }
    sentence = Note.from_plain([result.sentence.template, values])
    return replace(result, entries=entries, sentence=sentence)
