"""What goes over the pipes between the server and a process that reads files: a pickled object,
and beside it the large buffers in it, which are copied by nobody.

Both ends are the same program. A process that a file has taken over could do to the server what
any process of the same user can, pickles or not.
"""

from __future__ import annotations

import pickle
from typing import IO, Any

LENGTH_BYTES = 8
FAILED = "failed"  # the answer where the program is at fault


def send(pipe: IO[bytes], thing: Any) -> None:
    """``pickle.PickleBuffer`` in it become bytes at the other end."""
    buffers: list[pickle.PickleBuffer] = []
    described = pickle.dumps(thing, protocol=5, buffer_callback=buffers.append)
    parts = [described, *(buffer.raw() for buffer in buffers)]
    pipe.write(len(parts).to_bytes(LENGTH_BYTES, "big"))
    for part in parts:
        pipe.write(len(part).to_bytes(LENGTH_BYTES, "big"))
        pipe.write(part)
    pipe.flush()


def receive(pipe: IO[bytes], max_bytes: int) -> Any:
    """Raises EOFError where the other end is gone, ValueError for more bytes than there may be."""
    parts = []
    for _ in range(_number(pipe)):
        size = _number(pipe)
        max_bytes -= size
        if max_bytes < 0:
            raise ValueError("more bytes than there may be")
        parts.append(_exactly(pipe, size))
    return pickle.loads(parts[0], buffers=parts[1:])


def _number(pipe: IO[bytes]) -> int:
    return int.from_bytes(_exactly(pipe, LENGTH_BYTES), "big")


def _exactly(pipe: IO[bytes], size: int) -> bytes:
    content = pipe.read(size)
    if len(content) < size:
        raise EOFError
    return content
