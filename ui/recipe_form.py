"""The inputs of Train: the network and its training, as a Recipe."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from core import GRU, LSTM, Recipe
from core.recipe import LOSSES, MAX_BATCH_SIZE, MAX_EPOCHS, MAX_LAYERS, MAX_UNITS, OPTIMIZERS
from ui.first_recipe import has_classes
from ui.state import State, seeded
from ui.words import _, loss_name

KINDS = {"LSTM": LSTM, "GRU": GRU}


def recipe(visitor: State) -> Recipe | None:
    """The recipe as typed; None, with the reason on screen, while it is not valid."""
    network, training = st.columns(2, gap="large")
    try:
        with network:
            st.markdown(f"**{_('Network')}**")
            fields = {"task": _task(visitor), "layers": _layers(visitor), "dense": _dense(visitor)}
            fields["return_sequences"] = visitor.data.per_step
        with training:
            st.markdown(f"**{_('Training')}**")
            fields |= _training(visitor, fields["task"])
        return replace(visitor.recipe, **fields)
    except ValueError as error:
        st.error(_("This cannot be trained: {reason}.").format(reason=error))
        return None


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
    return st.segmented_control(
        _("Predict"),
        list(names),
        format_func=names.get,
        required=True,
        disabled=words or decimals,  # words are no numbers, and decimals no classes
        key=seeded(key("task"), "classification" if has_classes(data) else visitor.recipe.task),
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
    marked = visitor.data.split is not None and (visitor.data.split == "validation").any()
    share = left.slider(
        _("Validation share"),
        0,
        50,
        step=5,
        format="%d %%",
        disabled=bool(marked),
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


def _loss(before: Recipe, task: str) -> str:
    return before.loss if before.loss in LOSSES[task] else LOSSES[task][0]
