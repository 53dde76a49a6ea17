"""Jobs that behave as a hostile file makes its reading process behave, to test the guard."""

import os
import sys
import time

from tests.support import hostile_files


def modules(content: bytes) -> set[str]:
    return set(sys.modules)


def environment(content: bytes) -> dict[str, str]:
    return dict(os.environ)


def process(content: bytes) -> int:
    return os.getpid()


def take_memory(content: bytes) -> None:
    taken = []
    while True:
        taken.append(b"x" * 50_000_000)


def never_end(content: bytes) -> None:
    while True:
        pass


def sleep(content: bytes, seconds: float) -> int:
    time.sleep(seconds)
    return os.getpid()


def abort(content: bytes) -> None:
    os.abort()


def fail(content: bytes) -> None:
    raise KeyError("a fault of the program")


def read(content: bytes, chosen: dict[str, object]) -> bool:
    return hostile_files.read(hostile_files.Hostile(content, chosen))


def too_much(content: bytes, size: int) -> bytes:
    return b"x" * size
