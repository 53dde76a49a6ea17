"""Saved models with anything in the fields of their JSON files."""

import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any

LINK = "[Your session expired](https://x.example) ![](https://x.example/a.png) <b>now</b>"


def nested(depth: int) -> list:
    found: list = []
    for _ in range(depth):
        found = [found]
    return found


def small(value: Any) -> Any:
    return 0 if isinstance(value, dict | list) else value


VALUES = {
    "another type": lambda value: 3 if isinstance(value, str) else "three",
    "nothing": lambda value: None,
    "huge": lambda value: 10**400,
    "negative": lambda value: -5,
    "no number": lambda value: float("nan"),
    "infinite": lambda value: float("inf"),
    "tiny": lambda value: 1e-320,
    "nested": lambda value: nested(200),
    "long": lambda value: "x" * 2_000_000,
    "a link": lambda value: LINK,
    "half a character": lambda value: "\ud800",
    "many": lambda value: [small(value)] * 100_000,
    "many fields": lambda value: {f"field {n}": small(value) for n in range(5_000)},
}


def parts_of(content: bytes) -> dict[str, Any]:
    with zipfile.ZipFile(io.BytesIO(content)) as whole:
        names = [name for name in whole.namelist() if name.endswith(".json")]
        return {name: json.loads(whole.read(name)) for name in names}


def places(value: Any, path: tuple = ()) -> Iterator[tuple]:
    """List the place of every value, and of lists only the last one."""
    if path:
        yield path
    if isinstance(value, dict):
        for name, each in value.items():
            yield from places(each, (*path, name))
    elif isinstance(value, list) and value:
        yield from places(value[-1], (*path, len(value) - 1))


def with_value(parts: dict[str, Any], path: tuple, change) -> dict[str, Any]:
    """A copy with another value there."""
    changed = json.loads(json.dumps(parts))
    *before, last = path
    holder = changed
    for key in before:
        holder = holder[key]
    holder[last] = change(holder[last])
    return changed


def packed(content: bytes, parts: dict[str, Any]) -> bytes:
    """The ZIP with other JSON files."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            new.writestr(name, json.dumps(parts[name]) if name in parts else old.read(name))
    return made.getvalue()
