"""Post-training analyses (invariance check, evaluation, export), computed once per run."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Generic

from cachetools import LRUCache

from runs.scheduling.requests import Job, RequestQueue, Result
from runs.store import Store
from runs.types import Request

MAX_REQUESTS = 1000  # a few kilobytes each
# A page asks on every rerun: without a pause, the visitor would wait for ever and never see why.
RETRY_SECONDS = 30


class OncePerRun(Generic[Result]):
    """One kind of analysis, requested once per run. Thread-safe."""

    def __init__(
        self,
        requests: RequestQueue,
        store: Store,
        job: Job[None, Result],
        read: Callable[[Store, str], Result | None],
        get_result_key: Callable[[str], str | None] = lambda run_id: None,
    ) -> None:
        """Wire the analysis to the queue and the store.

        Args:
            requests: Queue that executes the job.
            store: Store of the results.
            job: Function of a worker that computes and stores the result.
            read: Reads the stored result of a run; None without one.
            get_result_key: Returns a key that identical runs share; an analysis that is being
                computed for one of them is not requested again.
        """
        self._requests, self._store, self._job, self._read = requests, store, job, read
        self._get_result_key = get_result_key
        # By run id and by result key.
        self._by_key: LRUCache[str, Request[Result]] = LRUCache(MAX_REQUESTS)
        self._lock = threading.Lock()

    def request(self, run_id: str, owner: str = "") -> Request[Result]:
        """Return the request for the analysis of a run with a model, submitting it if necessary.

        The request takes the turn of ``owner``. A failed request is submitted again after
        RETRY_SECONDS.
        """
        with self._lock:
            request = self._by_key.get(run_id)
            if request is None or _may_be_repeated(request):
                request = self._by_key[run_id] = self._submit(run_id, owner)
            return request

    def _submit(self, run_id: str, owner: str) -> Request[Result]:
        request, stored = Request[Result](), self._read(self._store, run_id)
        if stored is not None:
            request.finish(stored)
            return request
        key = self._get_result_key(run_id)
        shared = None if key is None else self._by_key.get(key)
        if shared is not None and not _may_be_repeated(shared):
            return shared
        self._requests.submit(self._job, run_id, None, request, owner, "after")
        if key is not None:
            self._by_key[key] = request
        return request


def _may_be_repeated(request: Request[Result]) -> bool:
    """Return True for a request that failed some time ago."""
    if request.error is None or request.finished is None:
        return False
    return time.monotonic() - request.finished > RETRY_SECONDS
