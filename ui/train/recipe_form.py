"""Recipe form of Train: network and training settings."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core import Recipe
from core.errors import RecipeError
from core.families.registry import get_family
from core.fields.declaration import Field, list_fields
from core.fields.value_types import Boolean, Choice
from core.layers.layer import Layer
from core.layers.registry import CONVOLUTIONAL, LAYERS, MAX_LAYERS, RECURRENT, convert_layer
from core.recipe.recipe import FIELDS
from ui.i18n import _, format_estimate, translate
from ui.recipe.format import format_value
from ui.recipe.inputs import choose_value
from ui.session.data import suggest_family, suggest_recipe
from ui.session.state import State
from ui.shell.widgets import choose_one, get_widget_key
from ui.train import ensemble_form
from ui.train.cost import estimate_seconds

# With one choice only if every step has a target.
PER_SEQUENCE = ("pooling", "normalization", "patch_size")
MARKED_VALIDATION = ("validation_split", "validation_rows")  # without effect if rows are marked


def choose_recipe(visitor: State) -> Recipe | None:
    """Show the form. Returns the recipe; None, after showing the reason, if it is invalid."""
    recipe = visitor.recipe.adapt(return_sequences=visitor.data.per_step)
    families = st.container()  # drawn last: the expected times are those of the inputs below
    ensemble, recipe, chosen = recipe, _read_family(visitor, recipe.adapt(members=())), None
    try:
        recipe = chosen = _choose_settings(visitor, recipe, ensemble)
    except RecipeError as error:
        st.error(_("These settings cannot be trained: {reason}.").format(reason=translate(error)))
    _show_families(visitor, recipe, families)
    return chosen


def _choose_settings(visitor: State, recipe: Recipe, ensemble: Recipe) -> Recipe:
    """Choose everything but the family.

    Args:
        visitor: The visitor.
        recipe: The recipe of the chosen family, without members.
        ensemble: The recipe before, with its members.

    Raises:
        RecipeError: The settings cannot be trained.
    """
    network, training = st.columns(2, gap="large")
    with network:
        st.markdown(f"**{_('Network')}**")
        recipe = recipe.adapt(task=_choose_task(visitor, recipe))
        if "layers" in get_family(recipe).fields:
            recipe = recipe.adapt(layers=_choose_layers(visitor, recipe))
        recipe = _choose_section(visitor, recipe, "network", n_columns=1)
    with training:
        st.markdown(f"**{_('Training')}**")
        recipe = _choose_section(visitor, recipe, "training", n_columns=2)
    if _list_fields(recipe, "finer"):
        with st.expander(_("Advanced settings"), icon=":material/tune:"):
            recipe = _choose_section(visitor, recipe, "finer", n_columns=3)
    return ensemble_form.choose_members(visitor, recipe, ensemble)


def show_reasons(visitor: State, recipe: Recipe) -> None:
    """Show the reasons of the suggested settings, if the recipe has them all."""
    suggested = suggest_recipe(visitor, recipe.family)
    if recipe.resolve() == suggest_family(visitor, recipe, recipe.family).resolve():
        with st.expander(_("Why these settings"), icon=":material/lightbulb:"):
            for reason in suggested.reasons:
                st.markdown(f"- {translate(reason)}")


def _choose_section(visitor: State, recipe: Recipe, section: str, n_columns: int) -> Recipe:
    """Show the inputs of a section, row by row; those of yes or no on rows of their own."""
    places: list[DeltaGenerator] = []
    for field in sorted(
        _list_fields(recipe, section), key=lambda field: isinstance(field.type, Boolean)
    ):
        if isinstance(field.type, Boolean) or n_columns == 1:
            place = st.container()
        else:
            places = places or list(st.columns(n_columns, vertical_alignment="bottom"))
            place = places.pop(0)
        recipe = _choose_field(visitor, recipe, field, place)
    return recipe


def _list_fields(recipe: Recipe, section: str) -> list[Field]:
    """List the fields of a section that its family has and that offer a choice."""
    return [
        field
        for name, field in FIELDS.items()
        if field.section == section
        and name not in ("task", "layers", "family", "members")
        and name in get_family(recipe).fields
        and not (isinstance(field.type, Choice) and len(field.type.names) == 1)
    ]


def _read_family(visitor: State, recipe: Recipe) -> Recipe:
    """Return the recipe with the family that is chosen in the form, before the form shows it.

    Another family has its suggested settings.
    """
    families = FIELDS["family"].list_choices(recipe)
    if len(families) == 1:
        return recipe.adapt(family=families[0])
    family = st.session_state.get(get_widget_key(visitor, "family"))
    if family not in families or family == recipe.family:
        return recipe
    return suggest_family(visitor, recipe, family)


def _show_families(visitor: State, recipe: Recipe, place: DeltaGenerator) -> None:
    """Show the families, each with its expected time; not where only one is possible.

    The suggested family is marked.
    """
    field = FIELDS["family"]
    families = field.list_choices(recipe)
    if len(families) == 1:
        return
    suggested, captions = suggest_recipe(visitor).recipe.family, []
    for family in families:
        is_same = family == recipe.family
        shown = recipe if is_same else suggest_family(visitor, recipe, family)
        time = format_estimate(estimate_seconds(visitor, shown))
        captions.append(_("suggested · {time}").format(time=time) if family == suggested else time)
    place.radio(
        _(field.label),
        families,
        families.index(recipe.family),
        key=get_widget_key(visitor, field.name),
        format_func=partial(format_value, field),
        captions=captions,
        horizontal=True,
        help=_(field.help),
    )


def _get_key(visitor: State, recipe: Recipe, name: str) -> str:
    """Return the key of an input; each family has inputs of its own."""
    return get_widget_key(visitor, f"{recipe.family}-{name}")


def _choose_field(visitor: State, recipe: Recipe, field: Field, place: DeltaGenerator) -> Recipe:
    key = _get_key(visitor, recipe, field.name)
    if field.resolve:
        # Another optimizer or task has another default, with which the input starts.
        before = getattr(visitor.recipe.adapt(**{field.name: None}), field.resolve)
        default = getattr(recipe.adapt(**{field.name: None}), field.resolve)
        key = f"{key}-{default}"
        if default != before:
            recipe = recipe.adapt(**{field.name: None})
    disabled = field.name in MARKED_VALIDATION and _has_marked_validation(visitor)
    if field.name in PER_SEQUENCE and visitor.data.per_step:
        return recipe  # each step has a prediction, of the steps so far
    value = choose_value(place, field, recipe, key, disabled=disabled)
    return recipe.adapt(**{field.name: value})


def _choose_task(visitor: State, recipe: Recipe) -> str:
    data = visitor.data
    names = {"regression": _("Number"), "classification": _("Class")}
    if data.per_step:
        names = {
            "regression": _("Number per step"),
            "classification": _("Class per step"),
        }
    kind = "" if data.targets is None else data.targets.dtype.kind
    only_task = {"O": "classification", "f": "regression"}.get(kind)  # text; decimal numbers
    return choose_one(
        _("Predict"),
        names,
        _get_key(visitor, recipe, "task"),
        only_task or recipe.task,
        format_func=names.__getitem__,
        disabled=only_task is not None,
    )


def _choose_layers(visitor: State, recipe: Recipe) -> tuple[Layer, ...]:
    """Choose the layers; each family has inputs of its own."""
    layers_before, family = recipe.layers, recipe.family
    key = partial(_get_key, visitor, recipe)
    help = _("Recurrent layers, in this order. Pooling and the output follow.")
    if family == "convolution":
        help = _("Conv1D and Inception come first; LSTM and GRU may follow.")
    number = st.number_input(
        _(FIELDS["layers"].label),
        1,
        MAX_LAYERS,
        value=len(layers_before),
        key=key("layers"),
        help=help,
    )
    layers = []
    for i in range(number):
        kinds: Mapping[str, type[Layer]] = RECURRENT
        if family == "convolution":
            kinds = LAYERS if i else CONVOLUTIONAL
        initial = layers_before[min(i, len(layers_before) - 1)]
        layers.append(_choose_layer(i + 1, initial, list(kinds), key(f"layer-{i}")))
    if visitor.data.per_step and any(layer.directions == 2 for layer in layers):
        st.caption(
            _(
                "A bidirectional prediction at a step depends on later steps, and on their number. "
                "Use it only for complete sequences."
            )
        )
    return tuple(layers)


def _choose_layer(number: int, initial: Layer, names: list[str], prefix: str) -> Layer:
    places = _make_places([5, 4, 4])
    name = next(places).selectbox(
        _("Layer {n}").format(n=number),
        names,
        index=names.index(type(initial).__name__),
        key=f"{prefix}-kind",
    )
    initial = convert_layer(initial, LAYERS[name])
    fields = list_fields(LAYERS[name])
    # A setting that may be left to its default is a list of choices.
    inputs = [f for f in fields.values() if f.none or not isinstance(f.type, Boolean)]
    values: dict[str, Any] = {
        field.name: choose_value(place, field, initial, f"{prefix}-{field.name}")
        for field, place in zip(inputs, places, strict=False)
    }
    checkboxes = st.container(horizontal=True)  # as wide as their labels
    for field in fields.values():
        if field not in inputs:
            key = f"{prefix}-{field.name}"
            values[field.name] = choose_value(checkboxes, field, initial, key)
    build: Callable[..., Layer] = LAYERS[name]
    return build(**values)


def _make_places(widths: list[int]) -> Iterator[DeltaGenerator]:
    """Make places for inputs, row by row, of these relative widths."""
    while True:
        yield from st.columns(widths, vertical_alignment="bottom")


def _has_marked_validation(visitor: State) -> bool:
    split = visitor.data.split
    return split is not None and bool((split == "validation").any())
