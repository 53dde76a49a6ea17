"""The content of a visitor's screen, as lines of text that can be compared."""

from __future__ import annotations

import difflib
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field

from google.protobuf.json_format import MessageToDict
from streamlit.testing.v1.element_tree import Block, Element

from benchmarks.states.changes import CHANGES
from tests.support.streamlit_client import Visitor

# Fields that name the session, or that only say where a value comes from; the value itself is read
# from the inputs.
SESSION_FIELDS = {
    "id", "formId", "url", "deferredFileId", "elementId", "pageScriptHash", "default", "value",
    "setValue", "rawValue", "rawValues", "defaultTabIndex", "expanded", "selected",
}  # fmt: skip
LARGE = 400  # characters; a longer text, such as a figure, is compared by its digest


@dataclass(frozen=True)
class Screen:
    """The state of a page.

    Attributes:
        lines: Address, inputs with their values, texts, tables and figures, from top to bottom,
            without what may change while a job runs.
        amounts: Numbers that may only grow while a job runs, by the line that holds them.
    """

    lines: tuple[str, ...]
    amounts: dict[str, tuple[float, ...]] = field(default_factory=dict)


def read_screen(visitor: Visitor) -> Screen:
    """Read the state of the page that a visitor sees."""
    query = "&".join(sorted(f"{name}={text}" for name, text in visitor.query.items()))
    lines, amounts = [f"address /{visitor.path}?{query}"], {}
    for line in _describe_blocks(visitor, visitor.tab.screen.sidebar):
        lines.append(mask_changes(line, amounts))
    for line in _describe_blocks(visitor, visitor.tab.screen.main):
        lines.append(mask_changes(line, amounts))
    return Screen(tuple(lines), amounts)


def find_differences(before: Screen, after: Screen) -> list[str]:
    """List what is on only one of two screens, and numbers that have become smaller."""
    lines = difflib.ndiff(before.lines, after.lines)
    differences = [line for line in lines if line[0] in "+-"]
    for name, amounts in before.amounts.items():
        later = after.amounts.get(name, amounts)
        if any(new < old for old, new in zip(amounts, later, strict=True)):
            differences.append(f"< {name}: {amounts} before, {later} after")
    return differences


def mask_changes(line: str, amounts: dict[str, tuple[float, ...]]) -> str:
    """Replace what may change; collect the numbers that may only grow."""
    for change in CHANGES:
        found = [text for match in change.pattern.finditer(line) for text in match.groups()]
        line = change.pattern.sub(f"<{change.name}>", line)
        if found:
            amounts[line] = tuple(float(text.replace(",", "")) for text in found)
    return line


def _describe_blocks(visitor: Visitor, block: Block) -> Iterator[str]:
    for child in block.children.values():
        if isinstance(child, Block):
            yield from _describe_block(visitor, child)
            yield from _describe_blocks(visitor, child)
        elif child.type not in ("empty", "skeleton"):
            yield _describe_element(visitor, child)


def _describe_block(visitor: Visitor, block: Block) -> Iterator[str]:
    """Describe a block that a visitor can open: its name, and whether it is open."""
    proto = block.proto
    if block.type == "expander":
        yield f"expander {proto.label}: {'open' if proto.expanded else 'folded'}"
    elif block.type == "tab":
        yield f"tab {proto.label}"
    elif block.type == "popover":
        yield f"popover {proto.popover.label}"
    elif block.type == "tab_container":
        container = proto.tab_container
        state = visitor.values.get(container.id)
        labels = [child.label for child in block.children.values()]
        opened = labels[container.default_tab_index] if state is None else state.string_value
        yield f"open tab {opened}"


def _describe_element(visitor: Visitor, element: Element) -> str:
    proto = element.proto
    parts = _simplify(MessageToDict(proto), is_widget=bool(getattr(proto, "id", "")))
    state = visitor.values.get(getattr(proto, "id", ""))
    if state is not None:
        values = MessageToDict(state)
        parts["holds"] = [text for name, text in values.items() if name != "id"]
    return f"{element.type} {json.dumps(parts, ensure_ascii=False, sort_keys=True)}"


def _simplify(content: object, is_widget: bool) -> object:
    """Leave out what names the session, and shorten large contents to a digest."""
    if isinstance(content, dict):
        left_out = SESSION_FIELDS if is_widget else {"id", "url", "pageScriptHash"}
        return {
            name: _simplify(each, is_widget)
            for name, each in content.items()
            if name not in left_out
        }
    if isinstance(content, list):
        return [_simplify(each, is_widget) for each in content]
    if isinstance(content, str) and len(content) > LARGE:
        return f"sha256 {hashlib.sha256(content.encode()).hexdigest()[:16]}"
    return content
