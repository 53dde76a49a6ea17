"""Translation of texts on screen, and escaping of text that comes from visitors.

Pages write ``_("…")`` around every literal. Values are inserted by ``.format`` after the
translation. Names that come from visitors go through ``escape_markdown`` first, so that a column
named ``**x**`` is shown literally.
"""

from __future__ import annotations

import gettext
import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from core.errors import Note, UnpaddedError, fill_template
from core.figures.text import shorten_text
from ui.samples import SAMPLE_NAMES

ENGLISH = "en"
LANGUAGES = {ENGLISH: "English", "zh_CN": "中文"}  # each in its own language
MAX_NAME_CHARACTERS = 1000  # characters of a name within a sentence
LOCALES = Path(__file__).parent / "locales"
_ADDRESS = re.compile(r"(?i)(?<=www)(?=\.)|(?<=:)(?=//)|(?<=\S)(?=@)")
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+!|~$<>:&-])")


@lru_cache
def load_catalogue(language: str) -> gettext.NullTranslations:
    """Return the messages of a language; those without a translation stay as they are."""
    return gettext.translation("unpadded", LOCALES, [language], fallback=True)


def get_language() -> str:
    """Return the visitor's language: the one chosen in the sidebar, or else the browser's.

    On a thread without a session, such as a download's, the language is English.
    """
    if get_script_run_ctx(suppress_warning=True) is None:
        return ENGLISH
    visitor = st.session_state.get("state")  # set by ui.context, which imports this module
    chosen = visitor and visitor.language  # may be of another version
    return chosen if chosen in LANGUAGES else match_locale(st.context.locale)


def match_locale(locale: str | None) -> str:
    """Match a browser's locale to a language, ignoring the country.

    All of zh-CN, zh-Hans, zh-TW, … match Chinese.

    >>> match_locale("zh-Hans-SG"), match_locale("de-DE"), match_locale(None)
    ('zh_CN', 'en', 'en')
    """
    prefix = re.split("[-_]", (locale or "").lower())[0]
    return next((name for name in LANGUAGES if name.split("_")[0] == prefix), ENGLISH)


def _(message: str) -> str:
    """Translate a message to the visitor's language; return it unchanged without a translation."""
    # gettext returns the catalogue's header for "".
    return message and load_catalogue(get_language()).gettext(message)


def ngettext(singular: str, plural: str, number: float, **values: object) -> str:
    """Translate a message with a count, which fills {n}: 1 step, 2.5 steps, or 12,345 steps."""
    is_whole = number == int(number)
    # A number with decimals, such as a median, has a plural whatever it is.
    form = int(number) if is_whole else 2
    message = load_catalogue(get_language()).ngettext(singular, plural, form)
    n = format_count(number) if is_whole else f"{number:,.1f}"
    return message.format(n=n, **values)


def escape_markdown(text: object) -> str:
    """Escape text so that Streamlit's Markdown shows it literally, on one line."""
    short = shorten(" ".join(str(text).split()), MAX_NAME_CHARACTERS)
    return _MARKDOWN.sub(r"\\\1", escape_links(short))


def strip_markdown(text: object) -> str:
    """Remove Markdown from text for a label that only screen readers get, which read it as it is.

    >>> strip_markdown("**x** [y](z)")
    'x y z'
    """
    short = shorten(str(text), MAX_NAME_CHARACTERS)
    return escape_links(" ".join(_MARKDOWN.sub(" ", short).split()))


def escape_links(text: str) -> str:
    """Insert a word joiner, which is invisible, into addresses, so that they are not links."""
    return _ADDRESS.sub("\u2060", text)


def join_list(parts: Iterable[str]) -> str:
    """Join parts to a list: 3 sequences, 8 steps."""
    return _(", ").join(parts)


def join_clauses(parts: Iterable[str]) -> str:
    """Join clauses to one sentence: the windows overlap; a class is rare."""
    return _("; ").join(parts)


def end_sentence(text: str) -> str:
    """End a sentence with the full stop of the language."""
    return _("{text}.").format(text=text)


def add_brackets(text: str, name: str) -> str:
    """Add a remark in the brackets of the language: Predictions (CSV)."""
    return _("{text} ({name})").format(text=text, name=name)


def shorten(text: str, max_length: int = 60) -> str:
    """Shorten a text to ``max_length`` characters: its middle, because names often end differently.

    >>> shorten("patient-0001-visit-0012", 12)
    'patien…-0012'
    """
    return shorten_text(text, max_length)


def translate(message: UnpaddedError | Note) -> str:
    """Translate an engine's message, with its values as escaped text."""
    values = {name: _translate_value(value) for name, value in message.values.items()}
    # A template may ask for quotes around a value ({found!r}). They are added here, after escaping,
    # so that repr() does not double the backslashes.
    template = _(message.template)
    for name, value in values.items():
        if isinstance(value, str):
            template = template.replace(f"{{{name}!r}}", f"“{{{name}}}”")
    return fill_template(template, values)


def translate_name(name: str) -> str:
    """Translate the display name of a data set or run. Only names of samples have a translation."""
    return _(name) if name in SAMPLE_NAMES else name


def _translate_value(value: object) -> object:
    if isinstance(value, Note):
        return translate(value)
    return value if isinstance(value, int | float) else escape_markdown(value)


def format_count(number: float) -> str:
    """Format a count with thousands separators: 12,345."""
    return f"{number:,.0f}"


def format_size(size: int) -> str:
    """Format a size in bytes: 16 kB, 1.2 MB, 1,200 MB."""
    if round(size / 1e3) < 1000:
        return f"{size / 1e3:,.0f} kB"
    return f"{size / 1e6:,.1f} MB" if size < 99.95e6 else f"{size / 1e6:,.0f} MB"


def format_duration(seconds: float) -> str:
    """Format a duration in seconds: 4 ms, 0.8 s, 12 s, 3 min, 3 min 5 s, 2 h 10 min."""
    if seconds < 0.1:
        return _("{n:.0f} ms").format(n=seconds * 1000)
    if seconds < 9.95:
        return _("{n:.1f} s").format(n=seconds)
    if round(seconds) < 60:
        return _("{n:.0f} s").format(n=seconds)
    if round(seconds) < 3600:
        m, s = divmod(round(seconds), 60)
        return (_("{m} min {s} s") if s else _("{m} min")).format(m=m, s=s)
    h, m = divmod(round(seconds / 60), 60)
    return (_("{h} h {m} min") if m else _("{h} h")).format(h=f"{h:,}", m=m)


def format_estimate(seconds: float) -> str:
    """Format an estimated duration for people: under 1 min, about 3 min, about 2 h."""
    if seconds < 60:
        return _("under 1 min")  # short enough for a metric on a phone
    if seconds < 3600:
        return _("about {n} min").format(n=round(seconds / 60))
    return _("about {n} h").format(n=f"{seconds / 3600:.2g}")


def format_engine(layers: list[str]) -> str:
    """Format what computes a network.

    Args:
        layers: Implementation of each layer (see ``core.layers.registry``).
    """
    if not layers:
        return _("Engine: stock Keras layers")
    if "keras" in layers:
        return _("Engine: stock Keras layers with an explicit mask")
    return _("Engine: fast exact layers ({ways})").format(
        ways=escape_markdown(join_list(dict.fromkeys(layers)))  # may come from an imported file
    )
