"""Elements of Streamlit's pages: their names and words, and the state that a widget holds."""

from __future__ import annotations

import re

from google.protobuf.message import Message
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.NumberInput_pb2 import NumberInput
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.testing.v1.element_tree import Element

# Kinds of elements, in AppTest's words
TYPED = "number_input text_input text_area"
CHOSEN = "button_group multiselect radio selectbox"
CHECKED = "checkbox toggle"
PROSE = "caption code error header info markdown subheader success text title toast warning"


def get_content(message: ForwardMsg) -> tuple[str, Message | None]:
    """The kind of element that a message draws, and its content; ("", None) for other messages."""
    if message.HasField("delta") and message.delta.HasField("new_element"):
        element = message.delta.new_element
        kind = element.WhichOneof("type")
        return kind, getattr(element, kind)
    return "", None


def get_widget(message: ForwardMsg) -> Message | None:
    """The content of a message that draws a widget."""
    content = get_content(message)[1]
    return content if getattr(content, "id", "") else None


def build_untouched_state(kind: str, widget: Message) -> WidgetState | None:
    """Build the state of a widget that nobody has touched, or that the script has set.

    A browser sends it like any other; None for kinds that send nothing then.
    """
    state = WidgetState(id=widget.id)
    match kind:
        case "checkbox" | "number_input" | "text_input" | "text_area":
            field = "value" if widget.set_value else "default"
            if kind == "checkbox" or widget.HasField(field):
                return build_plain_state(kind, widget, getattr(widget, field))
        case "radio" | "selectbox":
            if widget.set_value and widget.HasField("raw_value"):
                state.string_value = widget.raw_value
            elif not widget.set_value and widget.HasField("default"):
                state.string_value = widget.options[widget.default]
        case "button_group" | "multiselect":
            options = [getattr(option, "content", option) for option in widget.options]
            values = [options[each] for each in widget.default]
            state.string_array_value.data[:] = widget.raw_values if widget.set_value else values
        case "slider":
            state.double_array_value.data[:] = widget.value if widget.set_value else widget.default
        case "file_uploader":
            state.file_uploader_state_value.SetInParent()
        case _:
            return None
    return state


def build_plain_state(
    kind: str, widget: Message | Element, value: float | str | None
) -> WidgetState:
    """The state of a widget that holds one number or text, or nothing, or is on or off."""
    if value is None:
        return WidgetState(id=widget.id)
    if kind == "checkbox":
        return WidgetState(id=widget.id, bool_value=value)
    if kind != "number_input":
        return WidgetState(id=widget.id, string_value=value)
    if widget.data_type == NumberInput.INT:
        return WidgetState(id=widget.id, int_value=int(value))
    return WidgetState(id=widget.id, double_value=value)


def require_enabled(element: Element) -> Element:
    if element.disabled:
        raise RuntimeError(f"“{get_label(element)}” is disabled")
    return element


def get_names(element: Element) -> tuple[str, ...]:
    """The label and the key, if there are any."""
    return tuple(filter(None, (get_label(element), getattr(element, "key", None))))


def get_label(element: Element) -> str:
    return unescape(getattr(element, "label", ""))


def read_words(element: Element) -> str:
    """Return the text of an element, or of a tab or an expander."""
    if element.type == "metric":
        return f"{get_label(element)}: {element.value}"
    if element.type == "progress":
        return unescape(element.text)
    if element.type == "exception":
        return element.message
    return unescape(element.value) if element.type in PROSE.split() else get_label(element)


def unescape(markdown: str) -> str:
    """Text without the backslashes that keep it from being Markdown."""
    return re.sub(r"\\([^A-Za-z0-9\s])", r"\1", markdown)
