"""The inputs of Train: the network and its training, as a Recipe."""

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
from ui.i18n import _, loss_name, pooling_name, schedule_name, told
from ui.session.state import State
from ui.shell.widgets import one_of, set_in_each_run

KINDS = {"LSTM": LSTM, "GRU": GRU}
MAX_VALIDATION = 90  # percent, as a recipe may have
PADDING = ("mask", "mask_value", "maxlen", "padding", "truncating", "value")  # chosen on Mask


def recipe(visitor: State) -> Recipe | None:
    """The recipe as typed; None, with the reason on screen, while it is not valid."""
    network, training = st.columns(2, gap="large")
    try:
        with network:
            st.markdown(f"**{_('Network')}**")
            fields = {"task": _task(visitor), "layers": _layers(visitor)}
            fields |= {"pooling": _pooling(visitor), "dense": _dense(visitor)}
            fields["return_sequences"] = visitor.data.per_step
        with training:
            st.markdown(f"**{_('Training')}**")
            fields |= _training(visitor, fields["task"])
        with st.expander(_("Finer settings"), icon=":material/tune:"):
            fields |= _finer(visitor, fields["task"])
        return replace(visitor.recipe, **fields)
    except RecipeError as error:
        st.error(_("This cannot be trained: {reason}.").format(reason=told(error)))
        return None


def reasons(visitor: State, recipe: Recipe) -> None:
    """Why the settings are what they are, as long as they are those suggested for the data."""
    suggested = visitor.suggested()
    padding = {name: getattr(recipe, name) for name in PADDING}
    if recipe == replace(suggested.recipe, **padding):
        with st.expander(_("Why these settings"), icon=":material/lightbulb:"):
            for reason in suggested.reasons:
                st.markdown(f"- {told(reason)}")


def _task(visitor: State) -> str:
    data, key = visitor.data, visitor.key
    names = {"regression": _("a number"), "classification": _("a class")}
    if data.per_step:
        names = {
            "regression": _("a number at every step"),
            "classification": _("a class at every step"),
        }
    kind = "" if data.targets is None else data.targets.dtype.kind
    only = {"O": "classification", "f": "regression"}.get(kind)  # of words, of decimals
    return one_of(
        _("Predict"),
        names,
        key("task"),
        only or visitor.recipe.task,
        format_func=names.get,
        disabled=only is not None,
    )


def _layers(visitor: State) -> tuple[LSTM, ...]:
    before, key = visitor.recipe.layers, visitor.key
    number = st.number_input(
        _("Recurrent layers"),
        1,
        MAX_LAYERS,
        value=len(before),
        key=key("layers"),
        help=_("“Both ways” makes a layer bidirectional: a second one reads from the end."),
    )
    layers = []
    for i in range(number):
        old = before[min(i, len(before) - 1)]
        place = key(f"layer-{i}")
        kind, units, dropout, both = st.columns([4, 3, 3, 4], vertical_alignment="bottom")
        chosen = kind.selectbox(
            _("Layer {n}").format(n=i + 1),
            list(KINDS),
            index=list(KINDS).index(type(old).__name__),
            key=f"{place}-kind",
        )
        layers.append(
            KINDS[chosen](
                units=units.number_input(
                    _("Units"), 1, MAX_UNITS, value=old.units, key=f"{place}-units"
                ),
                dropout=dropout.number_input(
                    _("Dropout"),
                    0.0,
                    0.95,
                    value=float(old.dropout),
                    step=0.05,
                    key=f"{place}-dropout",
                    help=_("Share of this layer's outputs set to 0 at each training update."),
                ),
                bidirectional=both.checkbox(
                    _("Both ways"),
                    value=old.bidirectional,
                    key=f"{place}-both",
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


def _pooling(visitor: State) -> str:
    if visitor.data.per_step:
        return "last"  # each step has an answer of its own
    return st.selectbox(
        _("Pooling over steps"),
        POOLINGS,
        index=POOLINGS.index(visitor.recipe.pooling),
        format_func=pooling_name,
        key=visitor.key("pooling"),
        help=_(
            "What the answer is made from: the last recurrent layer's state at the last real step, "
            "or the mean or the maximum of its states over all real steps, which is better where "
            "what matters may happen anywhere. Padding has no part in any of them."
        ),
    )


def _dense(visitor: State) -> tuple[int, ...]:
    text = st.text_input(
        _("Hidden dense layers"),
        value=", ".join(map(str, visitor.recipe.dense)),
        key=visitor.key("dense"),
        placeholder=_("none"),
        help=_("Units of each, after the recurrent layers, such as 32, 16. Activation: relu."),
    )
    try:
        return tuple(int(part) for part in text.replace(",", " ").split())
    except ValueError:
        raise RecipeError("hidden dense layers are whole numbers such as 32, 16") from None


def _training(visitor: State, task: str) -> dict[str, object]:
    before, key = visitor.recipe, visitor.key
    left, right = st.columns(2)
    epochs = left.number_input(_("Epochs"), 1, MAX_EPOCHS, value=before.epochs, key=key("epochs"))
    batch_size = right.number_input(
        _("Batch size, in sequences"),
        1,
        MAX_BATCH_SIZE,
        value=before.batch_size,
        key=key("batch_size"),
    )
    optimizer = left.selectbox(
        _("Optimizer"),
        list(OPTIMIZERS),
        index=list(OPTIMIZERS).index(before.optimizer),
        key=key("optimizer"),
    )
    same = optimizer == before.optimizer
    rate = right.number_input(
        _("Learning rate"),
        1e-7,
        10.0,
        # Each optimizer has a learning rate of its own.
        value=before.learning_rate if same else OPTIMIZERS[optimizer],
        step=0.0005,
        format="%g",
        key=key(f"rate-{optimizer}"),
    )
    marked = _validation_is_marked(visitor)
    percent = round(before.validation_split * 100)
    chosen = left.slider(
        _("Validation share"),
        0,
        MAX_VALIDATION,
        value=percent,
        step=5,
        format="%d %%",
        disabled=marked,
        key=key("validation"),
        help=_("Part of the training sequences that is only measured, never learned from."),
    )
    patience = right.number_input(
        _("Patience, in epochs"),
        0,
        MAX_EPOCHS,
        value=before.patience or 0,
        key=key("patience"),
        help=_(
            "Stop after so many epochs without a better validation loss, and keep the best "
            "weights. 0 trains all epochs."
        ),
    )
    loss = left.selectbox(
        _("Loss"),
        LOSSES[task],
        index=LOSSES[task].index(_loss(before, task)),
        format_func=loss_name,
        key=key(f"loss-{task}"),
    )
    seed = right.number_input(_("Seed"), 0, 2**31 - 1, value=before.seed, key=key("seed"))
    standardize = st.checkbox(
        _("Standardize features and numeric targets"),
        value=before.standardize,
        key=key("standardize"),
        help=_("Mean 0 and standard deviation 1, measured on real training steps only."),
    )
    return {
        "epochs": epochs,
        "batch_size": batch_size,
        "optimizer": optimizer,
        "learning_rate": float(rate),
        # A share between two percents, such as a third, is kept until another one is chosen.
        "validation_split": before.validation_split if chosen == percent else chosen / 100,
        "patience": patience or None,
        "loss": loss,
        "seed": seed,
        "standardize": standardize,
    }


def _validation_is_marked(visitor: State) -> bool:
    split = visitor.data.split
    return split is not None and bool((split == "validation").any())


def _finer(visitor: State, task: str) -> dict[str, object]:
    before, key = visitor.recipe, visitor.key
    first, second, third = st.columns(3, vertical_alignment="bottom")
    fourth, fifth, _room = st.columns(3, vertical_alignment="bottom")
    schedule = first.selectbox(
        _("Learning rate schedule"),
        SCHEDULES,
        index=SCHEDULES.index(before.schedule),
        format_func=schedule_name,
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
        value=float(before.weight_decay),
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
        key=set_in_each_run(key("clip_norm"), before.clip_norm),
        help=_(
            "A larger norm of all gradients together is scaled down to this: against trainings "
            "that jump, on long sequences above all. 1 is usual. Empty: none are clipped."
        ),
    )
    even = fifth.checkbox(
        _("Weigh classes alike"),
        disabled=task != "classification",
        value=before.class_weight == "balanced",
        key=key("class_weight"),
        help=_(
            "Each class has the same weight in the loss, however rare it is. Without, a rare one "
            "may never be answered."
        ),
    )
    marked = _validation_is_marked(visitor)
    rows = fourth.selectbox(
        _("Validation sequences"),
        VALIDATION_ROWS,
        index=VALIDATION_ROWS.index(before.validation_rows),
        format_func={
            "random": _("drawn at random"),
            "last": _("the last ones"),
            "folds": _("one of equal parts, by the seed"),
        }.get,
        disabled=marked,
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
        "class_weight": "balanced" if even and task == "classification" else "none",
    }


def _loss(before: Recipe, task: str) -> str:
    return before.loss if before.loss in LOSSES[task] else LOSSES[task][0]
