"""``python -m runs.reading.child``: reads one file after the other for the server, within limits.

Requests come on standard input and answers go to standard output, see ``runs.reading.guard``. The
process ends with its input. It imports no TensorFlow and knows neither the store nor the cluster.
"""

from __future__ import annotations

import math
import os
import sys
import time
import traceback
from collections.abc import Callable
from typing import Any

import runs.reading.jobs  # noqa: F401  (here already when the first request comes)
from core.errors import DataError
from runs.reading import frames
from runs.reading.limits import MAX_BYTES, OUT_OF_MEMORY, limit_memory, limit_seconds

NICE = 5  # of 19: pages go first, and a training, which has 10, comes after


def main() -> None:
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what libraries print must not come between the answers
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    if os.name == "posix":
        os.nice(NICE)
    limit_memory()
    frames.send(answers, "ready")
    while True:
        try:
            function, args, seconds = frames.receive(requests, MAX_BYTES)
        except EOFError:  # the server is gone, or wants this process gone
            return
        limit_seconds(math.ceil(time.process_time() + seconds))
        answer = _answer(function, args)
        del args
        frames.send(answers, answer)
        del answer


def _answer(function: Callable[..., Any], args: tuple[Any, ...]) -> Any:
    try:
        return function(*args)
    except DataError as error:
        return error
    except MemoryError:
        return DataError(OUT_OF_MEMORY)
    except Exception:
        traceback.print_exc(file=sys.stderr)
        return frames.FAILED


if __name__ == "__main__":
    main()
