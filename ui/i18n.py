"""Words on screen: gettext around English, and text that stays text.

Pages write ``_("…")`` around every literal. Values go in by ``.format`` after the
translation, and names that come from visitors go through ``plain`` first, so that a
column called ``**x**`` is shown as it is written.
"""

from __future__ import annotations

import gettext
import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from core.errors import Explained, Note
from core.recipe.layers import LSTM
from core.recipe.recipe import Recipe

ENGLISH = "en"
LANGUAGES = {ENGLISH: "English", "zh_CN": "中文"}  # each in its own words
MAX_PLAIN = 1000  # characters of a name in a sentence
LOCALES = Path(__file__).parent / "locales"
_ADDRESS = re.compile(r"(?i)(?<=www)(?=\.)|(?<=:)(?=//)|(?<=\S)(?=@)")
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+!|~$<>:&-])")


@lru_cache
def _catalogue(language: str) -> gettext.NullTranslations:
    return gettext.translation("unpadded", LOCALES, [language], fallback=True)


def language() -> str:
    """The visitor's: as chosen in the sidebar, or else the browser's. On a thread that is no
    visitor's, such as a download's, English."""
    if get_script_run_ctx(suppress_warning=True) is None:
        return ENGLISH
    visitor = st.session_state.get("state")  # of ui.session.state, which imports this module
    return (visitor and visitor.language) or spoken(st.context.locale)


def spoken(locale: str | None) -> str:
    """The language for a browser's locale, whatever the country: zh-CN, zh-Hans, zh-TW, …

    >>> spoken("zh-Hans-SG"), spoken("de-DE"), spoken(None)
    ('zh_CN', 'en', 'en')
    """
    begins = re.split("[-_]", (locale or "").lower())[0]
    return next((name for name in LANGUAGES if name.split("_")[0] == begins), ENGLISH)


def _(message: str) -> str:
    """The message in the visitor's language; English where no catalogue has it."""
    return message and _catalogue(language()).gettext(message)  # "" names the catalogue itself


def ngettext(singular: str, plural: str, number: float, **values: object) -> str:
    """The message for so many, in the visitor's language, {n} being the count: 1 step, or
    12,345 steps."""
    message = _catalogue(language()).ngettext(singular, plural, int(number))
    return message.format(n=counted(number), **values)


def plain(text: object) -> str:
    """Text that Streamlit's Markdown shows character by character, on one line. Addresses in it
    become no links: a word joiner, which nobody sees, stands inside them."""
    short = shortened(" ".join(str(text).split()), MAX_PLAIN)
    return _MARKDOWN.sub(r"\\\1", _ADDRESS.sub("\u2060", short))


def listed(parts: Iterable[str]) -> str:
    """One after the other: 3 sequences, 8 steps."""
    return _(", ").join(parts)


def shortened(text: str, most: int = 60) -> str:
    """The beginning of a text that may be very long."""
    return text if len(text) <= most else text[: most - 1] + "…"


def told(message: Explained | Note) -> str:
    """An engine's message, translated, with its values as plain text."""
    values = {name: _value(value) for name, value in message.values.items()}
    # A template may ask for quotes around a value ({found!r}): plain text gets them here, after
    # escaping, so that repr() does not double the backslashes.
    template = _(message.template)
    for name, value in values.items():
        if isinstance(value, str):
            template = template.replace(f"{{{name}!r}}", f"“{{{name}}}”")
    return template.format(**values)


def _value(value: object) -> object:
    if isinstance(value, Note):
        return told(value)
    return value if isinstance(value, int | float) else plain(value)


def counted(number: float) -> str:
    """A count with thousands apart: 12,345."""
    return f"{number:,.0f}"


def sized(size: int) -> str:
    """Bytes in words: 16 kB, 1.2 MB."""
    return f"{size / 1e6:.1f} MB" if size >= 1e6 else f"{size / 1e3:.0f} kB"


def lasting(seconds: float) -> str:
    """A duration in words: 4 ms, 0.8 s, 12 s, 3 min 5 s, 2 h 10 min."""
    if seconds < 0.1:
        return _("{n:.0f} ms").format(n=seconds * 1000)
    if seconds < 10:
        return _("{n:.1f} s").format(n=seconds)
    if seconds < 60:
        return _("{n:.0f} s").format(n=seconds)
    if seconds < 3600:
        return _("{m} min {s} s").format(m=int(seconds // 60), s=int(seconds % 60))
    return _("{h} h {m} min").format(h=int(seconds // 3600), m=int(seconds % 3600 // 60))


def layer_name(layer: LSTM) -> str:
    """LSTM(64), or BiLSTM(64) when it reads both ways."""
    return f"{'Bi' if layer.bidirectional else ''}{type(layer).__name__}({layer.units})"


def network_name(recipe: Recipe) -> str:
    """The recurrent layers of a recipe in a line: LSTM(100) → LSTM(20), or LSTM(64) → mean."""
    parts = [layer_name(layer) for layer in recipe.layers]
    if recipe.pooling != "last":
        parts.append(pooling_name(recipe.pooling))
    return " → ".join(parts)


def pooling_name(pooling: str) -> str:
    """What goes on from the last recurrent layer."""
    return {"last": _("last step"), "mean": _("mean"), "max": _("maximum")}[pooling]


def schedule_name(schedule: str) -> str:
    """A learning-rate schedule."""
    return {
        "constant": _("constant"),
        "plateau": _("halved on plateaus"),
        "cosine": _("cosine to 0"),
    }[schedule]


def mask_name(mode: str) -> str:
    """A mask mode of a recipe."""
    return {"lengths": _("by lengths"), "value": _("by value"), "none": _("no mask")}[mode]


def loss_name(loss: str) -> str:
    """A loss as it stands on an axis, with its unit where the target's does not tell."""
    return _("cross-entropy, nats") if loss == "sparse_categorical_crossentropy" else loss


def engine_name(layers: list[str]) -> str:
    """What computes a network, from the ways of its recurrent layers (see core.engine.lstm)."""
    if "keras" in layers:
        return _("Engine: stock Keras layers with an explicit mask")
    return _("Engine: the fast exact LSTM ({ways})").format(
        ways=plain(listed(dict.fromkeys(layers)))  # perhaps of a file from elsewhere
    )
