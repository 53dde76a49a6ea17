"""What is found out about each run's model once, after its training, and kept."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from runs.scheduling.requests import Job, Questions
from runs.store import Store
from runs.types import Question

KEPT = 1000  # a few kilobytes each


class Afterwards:
    """One thing of that kind, each run's asked for once. Thread-safe."""

    def __init__(
        self,
        questions: Questions,
        store: Store,
        job: Job,
        known: Callable[[Store, str], Any],
        result: Callable[[str], str | None] = lambda run_id: None,
    ) -> None:
        """job: of a worker, which finds it out and keeps it. known: what was kept of a run, None
        where nothing was. result: of a run, which others may have as well; what is being found out
        about it is not asked for a second time."""
        self._questions, self._store, self._job, self._known = questions, store, job, known
        self._result = result
        self._asked: OrderedDict[str, Question] = OrderedDict()  # by a run's id, by a result
        self._lock = threading.Lock()

    def of(self, run_id: str, owner: str = "") -> Question:
        """Of a run that has a model: what is kept, or what is found out now, in this owner's turn.
        What failed is tried again when it is asked for again."""
        with self._lock:
            asked = self._asked.get(run_id)
            if asked is None or asked.error is not None:
                asked = self._keep(run_id, self._find(run_id, owner))
            self._asked.move_to_end(run_id)
            return asked

    def _find(self, run_id: str, owner: str) -> Question:
        asked, known = Question(), self._known(self._store, run_id)
        if known is not None:
            asked.end(known)
            return asked
        result = self._result(run_id)
        same = None if result is None else self._asked.get(result)
        if same is not None and same.error is None:
            return same
        self._questions.ask(self._job, run_id, None, asked, owner, "after")
        return asked if result is None else self._keep(result, asked)

    def _keep(self, name: str, asked: Question) -> Question:
        self._asked[name] = asked
        while len(self._asked) > KEPT:
            self._asked.popitem(last=False)
        return asked
