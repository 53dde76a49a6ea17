"""The allocator is told through the C library's own call, in a process of its own."""

import os
import subprocess
import sys

import pytest

PROGRAM = """
import ctypes
from runs import memory_allocator

class Library:
    def mallopt(self, option, value):
        print(option, value)

memory_allocator.ctypes.CDLL = lambda name: Library()
memory_allocator.{function}()
"""


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="glibc's call")
@pytest.mark.parametrize(
    ("function", "options"),
    [
        ("return_freed_memory", {"-3": 2**20, "-8": 2}),
        ("keep_freed_memory", {"-1": 2**31 - 1, "-3": 2**25}),
    ],
)
def test_options_are_set(function: str, options: dict[str, int]):
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(function=function)],
        capture_output=True,
        text=True,
        check=True,
    )
    lines = map(str.split, done.stdout.splitlines())
    assert {option: int(value) for option, value in lines} == options
