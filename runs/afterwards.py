"""What is found out about each run's model once, after its training, and kept."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from runs.questions import Job, Questions
from runs.run import Question
from runs.store import Store

KEPT = 1000  # a few kilobytes each


class Afterwards:
    """One thing of that kind, each run's asked for once. Thread-safe."""

    def __init__(
        self, questions: Questions, store: Store, job: Job, known: Callable[[Store, str], Any]
    ) -> None:
        """job: of a worker, which finds it out and keeps it. known: what was kept of a run, None
        where nothing was."""
        self._questions, self._store, self._job, self._known = questions, store, job, known
        self._asked: OrderedDict[str, Question] = OrderedDict()  # by run id
        self._lock = threading.Lock()

    def of(self, run_id: str, owner: str = "") -> Question:
        """Of a run that has a model: what is kept, or what is found out now, in this owner's turn.
        What failed is tried again when it is asked for again."""
        with self._lock:
            asked = self._asked.get(run_id)
            if asked is None or asked.error is not None:
                asked = self._asked[run_id] = Question()
                known = self._known(self._store, run_id)
                if known is not None:
                    asked.end(known)
                else:
                    self._questions.ask(self._job, run_id, None, asked, owner, "after")
            self._asked.move_to_end(run_id)
            while len(self._asked) > KEPT:
                self._asked.popitem(last=False)
            return asked
