"""Pickled objects over the pipes between the server and a process that reads files.

Large buffers are sent beside the pickle without copies. Both ends are the same program. A process
that a file has taken over could do to the server what any process of the same user can, pickles or
not.
"""

from __future__ import annotations

import pickle
from dataclasses import dataclass
from typing import IO, Any

LENGTH_BYTES = 8


@dataclass(frozen=True)
class Failed:
    """The result after a program error, which the process has logged."""


def send(pipe: IO[bytes], value: object) -> None:
    """Send an object; a ``pickle.PickleBuffer`` in it becomes bytes at the other end."""
    buffers: list[pickle.PickleBuffer] = []
    pickled = pickle.dumps(value, protocol=5, buffer_callback=buffers.append)
    parts: list[bytes | memoryview] = [pickled, *(buffer.raw() for buffer in buffers)]
    pipe.write(len(parts).to_bytes(LENGTH_BYTES, "big"))
    for part in parts:
        pipe.write(len(part).to_bytes(LENGTH_BYTES, "big"))
        pipe.write(part)
    pipe.flush()


def receive(pipe: IO[bytes], max_bytes: int) -> Any:
    """Receive an object.

    Raises:
        EOFError: If the other end has closed the pipe.
        ValueError: If there are more than ``max_bytes`` bytes.
    """
    parts = []
    for _ in range(_read_number(pipe)):
        size = _read_number(pipe)
        max_bytes -= size
        if max_bytes < 0:
            raise ValueError("more bytes than there may be")
        parts.append(_read_exactly(pipe, size))
    return pickle.loads(parts[0], buffers=parts[1:])


def _read_number(pipe: IO[bytes]) -> int:
    return int.from_bytes(_read_exactly(pipe, LENGTH_BYTES), "big")


def _read_exactly(pipe: IO[bytes], size: int) -> bytes:
    content = pipe.read(size)
    if len(content) < size:
        raise EOFError
    return content
