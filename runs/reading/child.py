"""``python -m runs.reading.child``: read one file after the other for the server, within limits.

Requests arrive on standard input and results go to standard output, see ``runs.reading.guard``. The
process ends with its input. It imports no TensorFlow and accesses neither the store nor the
cluster.
"""

from __future__ import annotations

import math
import os
import sys
import time
import traceback
from collections.abc import Callable

import pyarrow as pa

import runs.reading.reading_jobs  # noqa: F401  (here already when the first request comes)
from core.errors import QuotaError, UnpaddedError
from core.reading.formats.delimited import HAS_JEMALLOC
from runs.reading import frames
from runs.reading.limits import MAX_BYTES, OUT_OF_MEMORY, limit_memory, limit_seconds

NICE = 5  # of 19: pages have priority over it, and it over a training, which has 10


def main() -> None:
    """Execute requests until the input closes."""
    requests, results = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # output of libraries must not mix with the results
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    if os.name == "posix":
        os.nice(NICE)
    limit_memory()
    if HAS_JEMALLOC:
        pa.jemalloc_set_decay_ms(0)  # return unused memory at once
    frames.send(results, "ready")
    while True:
        try:
            job, seconds = frames.receive(requests, MAX_BYTES)
        except EOFError:  # the server has ended, or wants this process to end
            return
        limit_seconds(math.ceil(time.process_time() + seconds))
        result = _execute(job)
        del job
        frames.send(results, result)
        del result


def _execute(job: Callable[[], object]) -> object:
    try:
        return job()
    except UnpaddedError as error:
        return error
    except MemoryError:
        return QuotaError(OUT_OF_MEMORY)
    except Exception:
        traceback.print_exc(file=sys.stderr)
        return frames.Failed()


if __name__ == "__main__":
    main()
