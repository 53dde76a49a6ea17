"""``Runs``: what the pages call. One for each server process."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from dataclasses import fields
from typing import Any

from core.data.sequences import Sequences
from core.data.serialization import pack
from core.engine.cost import work
from core.errors import DataError
from core.evaluation.predictions import Measured
from core.recipe.recipe import Recipe, weight_count
from runs.jobs.compare import Compared, compare_runs
from runs.jobs.context import NO_MODEL
from runs.jobs.import_model import Brought, import_run
from runs.jobs.predict import early_run, predict_run, xray_run
from runs.json_log import say
from runs.limits import bytes_left
from runs.run_cache import Watched
from runs.scheduling.dispatcher import Dispatcher
from runs.scheduling.fair_queue import Place
from runs.scheduling.requests import Job
from runs.settings import Settings
from runs.store import DELETED, EXPORTED, MEASURED, MODEL, ONNX, Content, Store, Twin
from runs.types import ACTIVE, Question, Run, RunLine, RunState

LONG_WORK = 1e11  # steps times weights of a prediction that takes more than some seconds
NO_TLS = "every user of this machine can run programs as the user of its workers"


class Runs:
    """Trainings and predictions in worker processes. Every method returns at once.

    >>> runs = Runs()                                          # doctest: +SKIP
    >>> run_id = runs.train("visitor", data, recipe)           # doctest: +SKIP
    >>> runs.get(run_id).state                                 # doctest: +SKIP
    <RunState.QUEUED: 'queued'>

    store     where runs, data and visitors are kept
    settings  as the environment gave them at the start
    """

    def __init__(self, samples: Callable[[], Collection[str]] = tuple) -> None:
        """As the environment's settings say. samples: the digests of data that everybody has, whose
        results visitors share. Raises ValueError for a setting that is not right, StoreError when
        the database cannot be used."""
        self.settings = settings = Settings.from_environment()
        self._samples = samples
        self.store = Store.of(settings, samples)
        self._watched = Watched(self.store)
        if settings.scheduler and not settings.scheduler.startswith("tls://"):
            say("scheduler without TLS", logging.WARNING, why=NO_TLS)
        self._dispatcher = Dispatcher(self.store, settings.scheduler)

    @property
    def workers(self) -> list[str]:
        """Addresses of the workers that can train at once."""
        return self._dispatcher.workers

    @property
    def ready(self) -> bool:
        """True while there is a worker that has imported TensorFlow."""
        return bool(self.workers)

    def train(
        self,
        owner: str,
        data: Sequences,
        recipe: Recipe,
        name: str = "",
        reading: dict[str, Any] | None = None,
        stored: str | None = None,
        one_of_many: bool = False,
        reuse: bool = False,
    ) -> str:
        """Queue a training; returns the run's id. ``stored``: the digest of the data, where it is
        in the store already. ``one_of_many``: it is proved and judged only when somebody asks.
        ``reuse``: where the same was trained before, by this visitor or on a sample by any, the run
        has that result at once; where it is being trained, as soon as that has ended. Raises
        DataError when the visitor has too many runs, or this one is too large, whatever the page
        let through."""
        classes = recipe.task == "classification" and data.targets is not None
        outputs = len(set(data.targets.tolist())) if classes else 1
        weights = weight_count(recipe, data.features, outputs)
        self.store.limits.refuse_too_large(weights)
        self.store.limits.refuse_too_long(data.lengths, recipe)
        content = stored or Content.of(pack(data))
        estimate = work(data.lengths, data.features, recipe).seconds * recipe.epochs
        digest = stored or content.digest
        whose = None if digest in self._samples() else owner
        run_id = self.store.runs.create(
            owner,
            name,
            recipe,
            content,
            reading or {},
            estimate,
            bytes_left(weights),
            twin=Twin.of(whose, digest, recipe, alone=not reuse),
        )
        if reuse and self.store.twins.settle(self._dispatcher.kinds, run_id):
            return run_id
        if one_of_many:
            self._dispatcher.one_of_many.add(run_id)
        self._dispatcher.wake()
        return run_id

    def train_alone(self, owner: str, run_id: str) -> str:
        """Have a run that waits for another one's result, or has it, trained by itself; the id of
        the run that is. Raises DataError as ``train`` does."""
        if not self.store.twins.leave(owner, run_id):
            line = self.store.runs.line(run_id)
            if line is None or line.state not in ACTIVE:  # a press may reach the page twice
                run_id = self.store.runs.again(owner, run_id)
        self._dispatcher.wake()
        return run_id

    def go_on(self, owner: str, run_id: str, recipe: Recipe) -> str:
        """Queue a training that goes on where a run ended, to more epochs; returns its id."""
        before = self.store.runs.line(run_id)
        if before is None:
            raise DataError(DELETED)
        more = max(recipe.epochs - (before.progress.epoch if before.progress else 0), 0)
        estimate = before.estimate / before.recipe.epochs * more
        new = self.store.runs.go_on(owner, run_id, recipe, estimate)
        self._dispatcher.wake()
        return new

    def get(self, run_id: str) -> Run | None:
        """The run as it is now; None when it is not (or no longer) known."""
        line = self.store.runs.line(run_id)
        if line is None:
            return None
        leader = self._dispatcher.follows.get(run_id)
        if leader is not None and line.state is RunState.QUEUED:
            ahead = self.store.runs.line(leader)
            if ahead is not None and ahead.state is RunState.RUNNING:
                return self._behind(line, ahead)
        return self._watched.look(line)

    def _behind(self, line: RunLine, ahead: RunLine) -> Run:
        """A run that waits for the result of one that is ahead of it."""
        parts = {each.name: getattr(line, each.name) for each in fields(RunLine)}
        parts["progress"] = ahead.progress
        return Run(**parts, history=self._watched.look(ahead).history, follows=True)

    def place(self, run_id: str) -> Place | None:
        """A waiting run's place in the queue, or that of the one whose result it waits for."""
        return self._dispatcher.place(self._dispatcher.follows.get(run_id, run_id))

    def stop(self, owner: str, run_id: str) -> None:
        """Take a queued run out of the queue; ask a running one to stop and keep what it has
        learned. An ended run stays as it is."""
        self.store.runs.stop(owner, run_id)
        self._dispatcher.wake()

    def kill(self, owner: str, run_id: str) -> None:
        """End a run that was asked to stop and does not."""
        self.store.runs.kill(owner, run_id)
        self._dispatcher.wake()

    def model(self, run_id: str) -> bytes | None:
        """The saved ZIP; as ``export`` put it together where it did."""
        kept = self.store.runs
        return kept.artifact(run_id, EXPORTED) or kept.artifact(run_id, MODEL)

    def measured(self, run_id: str) -> Measured | None:
        """What the finished model answered for the rows its metrics are about."""
        content = self.store.runs.artifact(run_id, MEASURED)
        return None if content is None else Measured.from_bytes(content)

    def predict(self, run: RunLine, data: Sequences, visitor: str | None = None) -> Question:
        """Ask a run's model about sequences. ``visitor``: whose turn that takes; None: the run's
        owner's."""
        return self._ask(predict_run, run, data, visitor)

    def xray(self, run: RunLine, one: Sequences, visitor: str | None = None) -> Question:
        """Look inside a run's network while it reads one sequence; the result is a
        ``core.inspection.xray.XRay``."""
        return self._ask(xray_run, run, one, visitor)

    def early(self, run: RunLine, data: Sequences | None, visitor: str | None = None) -> Question:
        """How early in sequences with targets a run's answers are as good as at the end; None: in
        those it was measured on. The result is a ``core.experiments.early_prediction.Early``."""
        return self._ask(early_run, run, data, visitor)

    def proof(self, run: RunLine) -> Question:
        """The proof that padding never counts for the model of a run that has one, or by how much
        it does; the result is a ``core.invariance.report.Proof``."""
        return self._dispatcher.proofs.of(run.id, run.owner)

    def evaluation(self, run: RunLine) -> Question:
        """What the model of a run that has one is worth on sequences it has not seen, beside simple
        models; the result is a ``core.evaluation.report.Evaluation``."""
        return self._dispatcher.evaluations.of(run.id, run.owner)

    def export(self, run: RunLine) -> Question:
        """Have the model of a run that has one put together to be taken away (``model``, ``onnx``)
        and tried; the result is a ``runs.jobs.export.Export``."""
        return self._dispatcher.exports.of(run.id, run.owner)

    def bring_back(self, owner: str, name: str, content: bytes) -> Question:
        """Have a saved model, the ZIP that was taken away from here or from elsewhere, become a run
        of this visitor; the result is the run's id."""
        question = Question()
        brought = Brought(owner, name, content)
        self._dispatcher.questions.ask(import_run, "", brought, question, owner)
        return question

    def onnx(self, run_id: str) -> bytes | None:
        """The model as an ONNX file, where ``export`` found that it has one."""
        return self.store.runs.artifact(run_id, ONNX)

    def compare(self, about: Compared, visitor: str = "") -> Question:
        """Compare runs that have ended; the result is a ``core.experiments.compare``
        Comparison."""
        question = Question()
        self._dispatcher.questions.ask(compare_runs, "", about, question, visitor)
        return question

    def forget(self, question: Question) -> None:
        """Nobody waits for an answer any more: if it has not begun, it never does."""
        self._dispatcher.questions.cancel(question)

    def _ask(self, job: Job, run: RunLine, about: Any, visitor: str | None) -> Question:
        question = Question()
        if run.has_model:
            weights = 0 if about is None else weight_count(run.recipe, about.features, 1)
            steps = 0 if about is None else int(about.lengths.sum())
            self._dispatcher.questions.ask(
                job,
                run.id,
                about,
                question,
                visitor or run.owner,
                is_long=steps * weights > LONG_WORK,
            )
        else:
            question.end(DataError(NO_MODEL))
        return question

    def close(self) -> None:
        """End the worker processes and wait for it. A server that is killed takes them with it."""
        self._dispatcher.close()
        self.store.close()
