"""The inputs of Train: the network and its training, as a Recipe."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from core import GRU, LSTM, Recipe
from core.recipe import (
    LOSSES,
    MAX_BATCH_SIZE,
    MAX_EPOCHS,
    MAX_LAYERS,
    MAX_UNITS,
    OPTIMIZERS,
    POOLINGS,
    SCHEDULES,
    VALIDATION_ROWS,
)
from core.schedules import PLATEAU_EPOCHS
from core.suggesting import has_classes, suggest
from ui.inputs import one_of
from ui.state import State, seeded
from ui.words import _, loss_name, plain, pooling_name, schedule_name, told

KINDS = {"LSTM": LSTM, "GRU": GRU}
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
    except ValueError as error:
        st.error(_("This cannot be trained: {reason}.").format(reason=plain(error)))
        return None


def reasons(visitor: State, recipe: Recipe) -> None:
    """Why the settings are what they are, as long as they are those suggested for the data."""
    known = "example" if visitor.kept is None else visitor.kept.data
    suggested = visitor.once("suggested", known, lambda: suggest(visitor.data))
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
    words = data.targets is not None and data.targets.dtype.kind == "O"
    decimals = data.targets is not None and data.targets.dtype.kind == "f"
    return one_of(
        _("Predict"),
        names,
        key("task"),
        "classification" if has_classes(data) else visitor.recipe.task,
        format_func=names.get,
        disabled=words or decimals,  # words are no numbers, and decimals no classes
    )


def _layers(visitor: State) -> tuple[LSTM, ...]:
    before, key = visitor.recipe.layers, visitor.key
    number = st.number_input(
        _("Recurrent layers"),
        1,
        MAX_LAYERS,
        key=seeded(key("layers"), len(before)),
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
            key=seeded(f"{place}-kind", type(old).__name__),
        )
        layers.append(
            KINDS[chosen](
                units=units.number_input(
                    _("Units"), 1, MAX_UNITS, key=seeded(f"{place}-units", old.units)
                ),
                dropout=dropout.number_input(
                    _("Dropout"),
                    0.0,
                    0.95,
                    step=0.05,
                    key=seeded(f"{place}-dropout", float(old.dropout)),
                    help=_("Share of this layer's outputs set to 0 at each training update."),
                ),
                bidirectional=both.checkbox(
                    _("Both ways"),
                    key=seeded(f"{place}-both", old.bidirectional),
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
        format_func=pooling_name,
        key=seeded(visitor.key("pooling"), visitor.recipe.pooling),
        help=_(
            "What the answer is made from: the last recurrent layer's state at the last real step, "
            "or the mean or the maximum of its states over all real steps, which is better where "
            "what matters may happen anywhere. Padding has no part in any of them."
        ),
    )


def _dense(visitor: State) -> tuple[int, ...]:
    text = st.text_input(
        _("Hidden dense layers"),
        key=seeded(visitor.key("dense"), ", ".join(map(str, visitor.recipe.dense))),
        placeholder=_("none"),
        help=_("Units of each, after the recurrent layers, such as 32, 16. Activation: relu."),
    )
    try:
        return tuple(int(part) for part in text.replace(",", " ").split())
    except ValueError:
        raise ValueError(_("hidden dense layers are whole numbers such as 32, 16")) from None


def _training(visitor: State, task: str) -> dict[str, object]:
    before, key = visitor.recipe, visitor.key
    left, right = st.columns(2)
    epochs = left.number_input(_("Epochs"), 1, MAX_EPOCHS, key=seeded(key("epochs"), before.epochs))
    batch_size = right.number_input(
        _("Batch size, in sequences"),
        1,
        MAX_BATCH_SIZE,
        key=seeded(key("batch_size"), before.batch_size),
    )
    optimizer = left.selectbox(
        _("Optimizer"), list(OPTIMIZERS), key=seeded(key("optimizer"), before.optimizer)
    )
    same = optimizer == before.optimizer
    rate = right.number_input(
        _("Learning rate"),
        1e-7,
        10.0,
        step=0.0005,
        format="%g",
        # Each optimizer has a learning rate of its own.
        key=seeded(
            key(f"rate-{optimizer}"), before.learning_rate if same else OPTIMIZERS[optimizer]
        ),
    )
    marked = _validation_is_marked(visitor)
    share = left.slider(
        _("Validation share"),
        0,
        50,
        step=5,
        format="%d %%",
        disabled=marked,
        key=seeded(key("validation"), round(before.validation_split * 100)),
        help=_("Part of the training sequences that is only measured, never learned from."),
    )
    patience = right.number_input(
        _("Patience, in epochs"),
        0,
        MAX_EPOCHS,
        key=seeded(key("patience"), before.patience or 0),
        help=_(
            "Stop after so many epochs without a better validation loss, and keep the best "
            "weights. 0 trains all epochs."
        ),
    )
    loss = left.selectbox(
        _("Loss"),
        LOSSES[task],
        format_func=loss_name,
        key=seeded(key(f"loss-{task}"), _loss(before, task)),
    )
    seed = right.number_input(_("Seed"), 0, 2**31 - 1, key=seeded(key("seed"), before.seed))
    standardize = st.checkbox(
        _("Standardize features and numeric targets"),
        key=seeded(key("standardize"), before.standardize),
        help=_("Mean 0 and standard deviation 1, measured on real training steps only."),
    )
    return {
        "epochs": epochs,
        "batch_size": batch_size,
        "optimizer": optimizer,
        "learning_rate": float(rate),
        "validation_split": share / 100,
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
        format_func=schedule_name,
        key=seeded(key("schedule"), before.schedule),
        help=_(
            "Halved on plateaus: after every {n} epochs without a better loss. Cosine: down to "
            "nothing in the last epoch, along half a cosine."
        ).format(n=PLATEAU_EPOCHS),
    )
    decay = second.number_input(
        _("Weight decay"),
        0.0,
        1.0,
        step=0.001,
        format="%g",
        key=seeded(key("weight_decay"), float(before.weight_decay)),
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
        key=seeded(key("clip_norm"), before.clip_norm),
        help=_(
            "A larger norm of all gradients together is scaled down to this: against trainings "
            "that jump, on long sequences above all. 1 is usual. Empty: none are clipped."
        ),
    )
    even = fifth.checkbox(
        _("Weigh classes alike"),
        disabled=task != "classification",
        key=seeded(key("class_weight"), before.class_weight == "balanced"),
        help=_(
            "Each class has the same weight in the loss, however rare it is. Without, a rare one "
            "may never be answered."
        ),
    )
    marked = _validation_is_marked(visitor)
    rows = fourth.selectbox(
        _("Validation sequences"),
        VALIDATION_ROWS,
        format_func={
            "random": _("drawn at random"),
            "last": _("the last ones"),
            "folds": _("one of equal parts, by the seed"),
        }.get,
        disabled=marked,
        key=seeded(key("validation_rows"), before.validation_rows),
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
