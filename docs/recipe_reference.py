"""Write ``docs/recipe.md``, the reference of recipe fields: ``python docs/recipe_reference.py``."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import MISSING
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from core.fields.declaration import Field, list_fields  # noqa: E402
from core.fields.value_types import (  # noqa: E402
    Boolean,
    Choice,
    ChoiceList,
    Number,
    Whole,
    WholeList,
)
from core.layers.registry import LAYERS  # noqa: E402
from core.recipe.members import MAX_MEMBERS, MemberList  # noqa: E402
from core.recipe.recipe import FIELDS  # noqa: E402

HEAD = """\
# Fields of a recipe

Written by `python docs/recipe_reference.py` from the declarations in `core/recipe/recipe.py`.
`Recipe(epochs=100)` names the fields that differ from the defaults, and so does a link: the name in
a link is the name here. Fields are kept as given; `default` is resolved when the recipe is used, so
that `dataclasses.replace(recipe, optimizer="sgd")` trains with the learning rate of SGD.
"""


def render() -> str:
    """Render the reference in Markdown."""
    parts = [HEAD, *_render_table(FIELDS)]
    for name, kind in LAYERS.items():
        parts += [f"\n## {name}\n", *_render_table(list_fields(kind))]
    return "\n".join(parts) + "\n"


def _render_table(fields: Mapping[str, Field]) -> Iterator[str]:
    yield "| field | values | default | meaning |"
    yield "|---|---|---|---|"
    for name, field in fields.items():
        default = "required" if field.default is MISSING else f"`{field.to_text(field.default)}`"
        yield f"| `{name}` | {_describe_values(field)} | {default} | {field.help} |"


def _describe_values(field: Field) -> str:
    match field.type:
        case Choice(names):
            text = ", ".join(f"`{value}`" for value in names)
        case ChoiceList(names):
            words = [f"`{value}`" for value in names]
            text = f"one or several of {', '.join(words)}, as in `{'-'.join(list(names)[:3])}`"
        case Boolean():
            text = "`yes`, `no`"
        case Whole(low, high):
            text = f"whole number, {low:,} to {high:,}"
        case Number(low, high):
            text = f"number, {low:g} to {high:g}"
        case WholeList(low, high, max_items):
            text = f"up to {max_items} whole numbers, {low:,} to {high:,}"
        case MemberList():
            text = (
                f"number of members, 0 to {MAX_MEMBERS}, or what each member changes: "
                "`same;family:random_convolution/n_kernels:5000`"
            )
        case _:
            text = "layers, see below"
    return text + (f", or `{field.to_text(None)}`: {field.none}" * bool(field.none))


if __name__ == "__main__":
    (ROOT / "docs" / "recipe.md").write_text(render(), encoding="utf-8")
