"""Recipe form of Train: network and training settings."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from core import GRU, LSTM, Recipe
from core.errors import RecipeError
from core.recipe.layers import MAX_UNITS
from core.recipe.recipe import (
    LOSSES,
    MAX_BATCH_SIZE,
    MAX_EPOCHS,
    MAX_LAYERS,
    OPTIMIZERS,
    POOLINGS,
    SCHEDULES,
    VALIDATION_ROWS,
)
from core.recipe.schedules import PLATEAU_EPOCHS
from ui.i18n import _, format_loss, format_pooling, format_schedule, translate
from ui.session.state import State
from ui.shell.widgets import choose_one, initialize_number

KINDS = {"LSTM": LSTM, "GRU": GRU}
MAX_VALIDATION_PERCENT = 90  # limit of a recipe
# Fields that are set on the page Mask.
PADDING_FIELDS = ("mask", "mask_value", "maxlen", "padding", "truncating", "value")


def choose_recipe(visitor: State) -> Recipe | None:
    """Show the form. Returns the recipe; None, after showing the reason, if it is invalid."""
    network, training = st.columns(2, gap="large")
    try:
        with network:
            st.markdown(f"**{_('Network')}**")
            fields = {"task": _choose_task(visitor), "layers": _choose_layers(visitor)}
            fields |= {"pooling": _choose_pooling(visitor), "dense": _choose_dense(visitor)}
            fields["return_sequences"] = visitor.data.per_step
        with training:
            st.markdown(f"**{_('Training')}**")
            fields |= _choose_training(visitor, fields["task"])
        with st.expander(_("Finer settings"), icon=":material/tune:"):
            fields |= _choose_finer_settings(visitor, fields["task"])
        return replace(visitor.recipe, **fields)
    except RecipeError as error:
        st.error(_("This cannot be trained: {reason}.").format(reason=translate(error)))
        return None


def show_reasons(visitor: State, recipe: Recipe) -> None:
    """Show the reasons of the suggested settings, if the recipe has them all."""
    suggested = visitor.suggest_recipe()
    padding = {name: getattr(recipe, name) for name in PADDING_FIELDS}
    if recipe == replace(suggested.recipe, **padding):
        with st.expander(_("Why these settings"), icon=":material/lightbulb:"):
            for reason in suggested.reasons:
                st.markdown(f"- {translate(reason)}")


def _choose_task(visitor: State) -> str:
    data, key = visitor.data, visitor.get_widget_key
    names = {"regression": _("a number"), "classification": _("a class")}
    if data.per_step:
        names = {
            "regression": _("a number at every step"),
            "classification": _("a class at every step"),
        }
    kind = "" if data.targets is None else data.targets.dtype.kind
    only_task = {"O": "classification", "f": "regression"}.get(kind)  # text; decimal numbers
    return choose_one(
        _("Predict"),
        names,
        key("task"),
        only_task or visitor.recipe.task,
        format_func=names.get,
        disabled=only_task is not None,
    )


def _choose_layers(visitor: State) -> tuple[LSTM, ...]:
    layers_before, key = visitor.recipe.layers, visitor.get_widget_key
    number = st.number_input(
        _("Recurrent layers"),
        1,
        MAX_LAYERS,
        value=len(layers_before),
        key=key("layers"),
        help=_("“Both ways” makes a layer bidirectional: a second one reads from the end."),
    )
    layers = []
    for i in range(number):
        old = layers_before[min(i, len(layers_before) - 1)]
        prefix = key(f"layer-{i}")
        kind, units, dropout, direction = st.columns([4, 3, 3, 4], vertical_alignment="bottom")
        name = kind.selectbox(
            _("Layer {n}").format(n=i + 1),
            list(KINDS),
            index=list(KINDS).index(type(old).__name__),
            key=f"{prefix}-kind",
        )
        layers.append(
            KINDS[name](
                units=units.number_input(
                    _("Units"), 1, MAX_UNITS, value=old.units, key=f"{prefix}-units"
                ),
                dropout=dropout.number_input(
                    _("Dropout"),
                    0.0,
                    0.95,
                    value=float(old.dropout),
                    step=0.05,
                    key=f"{prefix}-dropout",
                    help=_("Share of this layer's outputs set to 0 at each training update."),
                ),
                bidirectional=direction.checkbox(
                    _("Both ways"),
                    value=old.bidirectional,
                    key=f"{prefix}-both",
                ),
            )
        )
    if visitor.data.per_step and any(layer.bidirectional for layer in layers):
        st.caption(
            _(
                "“Both ways” lets the answer at a step depend on the steps after it, also on how "
                "many there are: for sequences that are over when they are asked about."
            )
        )
    return tuple(layers)


def _choose_pooling(visitor: State) -> str:
    if visitor.data.per_step:
        return "last"  # each step has a prediction
    return st.selectbox(
        _("Pooling over steps"),
        POOLINGS,
        index=POOLINGS.index(visitor.recipe.pooling),
        format_func=format_pooling,
        key=visitor.get_widget_key("pooling"),
        help=_(
            "What the answer is made from: the last recurrent layer's state at the last real step, "
            "or the mean or the maximum of its states over all real steps, which is better where "
            "what matters may happen anywhere. Padding has no part in any of them."
        ),
    )


def _choose_dense(visitor: State) -> tuple[int, ...]:
    text = st.text_input(
        _("Hidden dense layers"),
        value=", ".join(map(str, visitor.recipe.dense)),
        key=visitor.get_widget_key("dense"),
        placeholder=_("none"),
        help=_("Units of each, after the recurrent layers, such as 32, 16. Activation: relu."),
    )
    try:
        return tuple(int(part) for part in text.replace(",", " ").split())
    except ValueError:
        raise RecipeError("hidden dense layers are whole numbers such as 32, 16") from None


def _choose_training(visitor: State, task: str) -> dict[str, object]:
    recipe, key = visitor.recipe, visitor.get_widget_key
    left, right = st.columns(2)
    epochs = left.number_input(_("Epochs"), 1, MAX_EPOCHS, value=recipe.epochs, key=key("epochs"))
    batch_size = right.number_input(
        _("Batch size, in sequences"),
        1,
        MAX_BATCH_SIZE,
        value=recipe.batch_size,
        key=key("batch_size"),
    )
    optimizer = left.selectbox(
        _("Optimizer"),
        list(OPTIMIZERS),
        index=list(OPTIMIZERS).index(recipe.optimizer),
        key=key("optimizer"),
    )
    is_same = optimizer == recipe.optimizer
    rate = right.number_input(
        _("Learning rate"),
        1e-7,
        10.0,
        # Each optimizer has its own default.
        value=recipe.learning_rate if is_same else OPTIMIZERS[optimizer],
        step=0.0005,
        format="%g",
        key=key(f"rate-{optimizer}"),
    )
    is_marked = _has_marked_validation(visitor)
    percent = round(recipe.validation_split * 100)
    chosen_percent = left.slider(
        _("Validation share"),
        0,
        MAX_VALIDATION_PERCENT,
        value=percent,
        step=5,
        format="%d %%",
        disabled=is_marked,
        key=key("validation"),
        help=_("Part of the training sequences that is only measured, never learned from."),
    )
    patience = right.number_input(
        _("Patience, in epochs"),
        0,
        MAX_EPOCHS,
        value=recipe.patience or 0,
        key=key("patience"),
        help=_(
            "Stop after so many epochs without a better validation loss, and keep the best "
            "weights. 0 trains all epochs."
        ),
    )
    loss = left.selectbox(
        _("Loss"),
        LOSSES[task],
        index=LOSSES[task].index(_get_default_loss(recipe, task)),
        format_func=format_loss,
        key=key(f"loss-{task}"),
    )
    seed = right.number_input(_("Seed"), 0, 2**31 - 1, value=recipe.seed, key=key("seed"))
    standardize = st.checkbox(
        _("Standardize features and numeric targets"),
        value=recipe.standardize,
        key=key("standardize"),
        help=_("Mean 0 and standard deviation 1, measured on real training steps only."),
    )
    return {
        "epochs": epochs,
        "batch_size": batch_size,
        "optimizer": optimizer,
        "learning_rate": float(rate),
        # A share between two percents, such as a third, is kept until another is chosen.
        "validation_split": recipe.validation_split
        if chosen_percent == percent
        else chosen_percent / 100,
        "patience": patience or None,
        "loss": loss,
        "seed": seed,
        "standardize": standardize,
    }


def _has_marked_validation(visitor: State) -> bool:
    split = visitor.data.split
    return split is not None and bool((split == "validation").any())


def _choose_finer_settings(visitor: State, task: str) -> dict[str, object]:
    recipe, key = visitor.recipe, visitor.get_widget_key
    first, second, third = st.columns(3, vertical_alignment="bottom")
    fourth, fifth, _room = st.columns(3, vertical_alignment="bottom")
    schedule = first.selectbox(
        _("Learning rate schedule"),
        SCHEDULES,
        index=SCHEDULES.index(recipe.schedule),
        format_func=format_schedule,
        key=key("schedule"),
        help=_(
            "Halved on plateaus: after every {n} epochs without a better loss. Cosine: down to "
            "nothing in the last epoch, along half a cosine."
        ).format(n=PLATEAU_EPOCHS),
    )
    decay = second.number_input(
        _("Weight decay"),
        0.0,
        1.0,
        value=float(recipe.weight_decay),
        step=0.001,
        format="%g",
        key=key("weight_decay"),
        help=_(
            "Each update takes this share of every weight, times the learning rate, off it, which "
            "keeps a network simple. 0: none."
        ),
    )
    clip = third.number_input(
        _("Clip gradients at"),
        1e-6,
        1e6,
        value=None,
        format="%g",
        placeholder=_("no limit"),
        key=initialize_number(key("clip_norm"), recipe.clip_norm),
        help=_(
            "A larger norm of all gradients together is scaled down to this: against trainings "
            "that jump, on long sequences above all. 1 is usual. Empty: none are clipped."
        ),
    )
    is_balanced = fifth.checkbox(
        _("Weigh classes alike"),
        disabled=task != "classification",
        value=recipe.class_weight == "balanced",
        key=key("class_weight"),
        help=_(
            "Each class has the same weight in the loss, however rare it is. Without, a rare one "
            "may never be answered."
        ),
    )
    is_marked = _has_marked_validation(visitor)
    rows = fourth.selectbox(
        _("Validation sequences"),
        VALIDATION_ROWS,
        index=VALIDATION_ROWS.index(recipe.validation_rows),
        format_func={
            "random": _("drawn at random"),
            "last": _("the last ones"),
            "folds": _("one of equal parts, by the seed"),
        }.get,
        disabled=is_marked,
        key=key("validation_rows"),
        help=_(
            "The last ones of the file, where it stands in the order of time and the network will "
            "be asked about what comes later. Of equal parts, each seed validates another: with "
            "so many seeds every sequence once. A group is never on both sides."
        ),
    )
    return {
        "validation_rows": rows,
        "schedule": schedule,
        "weight_decay": decay,
        "clip_norm": clip,
        "class_weight": "balanced" if is_balanced and task == "classification" else "none",
    }


def _get_default_loss(recipe: Recipe, task: str) -> str:
    return recipe.loss if recipe.loss in LOSSES[task] else LOSSES[task][0]
