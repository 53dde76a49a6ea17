"""``Runs``, the interface of the pages to runs; one per server process."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Callable, Collection
from dataclasses import fields
from typing import TypeVar

from core.data.sequences import Sequences
from core.data.serialization import pack
from core.errors import DataError
from core.evaluation.evaluation_set import EvaluationSet
from core.evaluation.report import Evaluation
from core.experiments.compare import Comparison
from core.experiments.early_prediction import EarlyPrediction
from core.families.family import EpochCost
from core.families.registry import get_family
from core.inspection.xray import XRay
from core.invariance.padding_effect import PaddingEffect
from core.invariance.report import Proof
from core.preprocessing.hold_out import HoldOut
from core.preprocessing.input_encoder import estimate_shape
from core.recipe.recipe import Recipe
from runs.jobs.compare import ComparisonRequest, compare_runs
from runs.jobs.context import NO_MODEL
from runs.jobs.export import Export
from runs.jobs.import_model import ImportRequest, import_run
from runs.jobs.measure_padding_effect import PaddingEffectRequest, measure_padding_effect
from runs.jobs.predict import evaluate_run_early, inspect_run, predict_run
from runs.json_log import log_event
from runs.limits import estimate_run_bytes
from runs.run_cache import RunCache
from runs.scheduling.dispatcher import Dispatcher
from runs.scheduling.fair_queue import QueuePosition
from runs.scheduling.requests import Job, Result
from runs.server_speed import get_speed, name_family
from runs.settings import Settings
from runs.store import (
    DELETED,
    EXPORTED,
    MEASURED,
    MODEL,
    ONNX,
    Content,
    DuplicateKey,
    Store,
    StoreError,
)
from runs.types import ACTIVE, Prediction, Request, Run, RunState, RunSummary

Data = TypeVar("Data", bound=Sequences | None)
MIN_LONG_REQUEST = 1e11  # steps times weights of a prediction that takes more than some seconds
SPEED_SECONDS = 20.0  # between two readings of the speed of this server
NO_TLS = "every user of this machine can run programs as the user of its workers"


class Runs:
    """Train models and predict in worker processes. Every method returns immediately.

    Attributes:
        store: Store of runs, data and visitors.
        settings: Settings read from the environment at the start.
        samples: Returns the digests of the data that everybody has.
        dispatcher: Assigns runs to workers.

    >>> runs = Runs()                                          # doctest: +SKIP
    >>> run_id = runs.train("visitor", data, recipe)           # doctest: +SKIP
    >>> runs.get(run_id).state                                 # doctest: +SKIP
    <RunState.QUEUED: 'queued'>
    """

    def __init__(
        self, samples: Callable[[], Collection[str]] = tuple, analyzes_ended_runs: bool = True
    ) -> None:
        """Open the store and start the dispatcher, with the settings of the environment.

        Args:
            samples: Returns the digests of the data that everybody has; visitors share the
                results of runs on it.
            analyzes_ended_runs: Check the invariance of each run that ends with a model, and
                evaluate it.

        Raises:
            ValueError: If a setting is invalid.
            StoreError: If the database cannot be used.
        """
        self.settings = settings = Settings.from_environment()
        self.samples = samples
        self.store = Store.from_settings(settings, samples)
        self._run_cache = RunCache(self.store)
        self._speeds: dict[str, float] = {}
        self._measure_speeds_at = 0.0  # when to read them again
        if settings.scheduler and not settings.scheduler.startswith("tls://"):
            log_event("scheduler without TLS", logging.WARNING, why=NO_TLS)
        self.dispatcher = Dispatcher(self.store, settings.scheduler, analyzes_ended_runs)

    @property
    def workers(self) -> list[str]:
        """Addresses of the workers that can train now."""
        return self.dispatcher.workers

    @property
    def is_ready(self) -> bool:
        """True while at least one worker has imported TensorFlow."""
        return bool(self.workers)

    def train(
        self,
        owner: str,
        data: Sequences,
        recipe: Recipe,
        name: str = "",
        reading: dict[str, object] | None = None,
        stored_digest: str | None = None,
        defer_analyses: bool = False,
        reuse: bool = False,
        hold_out: HoldOut | None = None,
    ) -> str:
        """Queue a training run.

        Args:
            owner: Id of the visitor.
            data: Training data, without the marks of ``hold_out``.
            recipe: Recipe to train.
            name: Display name.
            reading: How new data is read like this data; see ``core.reading.new_data``.
            stored_digest: Digest of the data, if the store has it already.
            defer_analyses: Check invariance and evaluate only on request, not after the training.
            reuse: Reuse the result of an identical run of this visitor, or on a sample of any
                visitor: at once if it has finished, otherwise when it finishes.
            hold_out: Test set to hold out from the data.

        Returns:
            The id of the run.

        Raises:
            UnpaddedError: If the visitor has too many runs, or this one is too large.
        """
        labels = data.targets if recipe.task == "classification" else None
        outputs = 1 if labels is None else len(set(labels.tolist()))
        family, shape = get_family(recipe), estimate_shape(data, outputs)
        weights = family.count_weights(recipe, shape)
        self.store.limits.refuse_too_large(weights)
        self.store.limits.refuse_too_long(data.lengths, recipe)
        content = stored_digest or Content.from_bytes(pack(data))
        split = data.split if hold_out is None else hold_out.apply(data).split
        lengths = data.lengths if split is None else data.lengths[split != "test"]
        epoch = family.estimate_cost(
            lengths if len(lengths) else data.lengths, shape.inputs, recipe
        )
        modelled = family.estimate_seconds(epoch, recipe)
        digest = content if isinstance(content, str) else content.digest
        shared_by = None if digest in self.samples() else owner  # None: by all visitors
        run_id = self.store.runs.create(
            owner,
            name,
            recipe,
            content,
            reading or {},
            modelled * self.get_speed(recipe),
            estimate_run_bytes(weights),
            duplicate_key=DuplicateKey.from_training(
                shared_by, digest, recipe, alone=not reuse, hold_out=hold_out
            ),
            hold_out=hold_out,
            modelled=modelled,
        )
        if reuse and self.store.duplicates.reuse_results(self.dispatcher.kinds, run_id):
            return run_id
        if defer_analyses:
            self.dispatcher.deferred.add(run_id)
        self.dispatcher.wake()
        return run_id

    def estimate_seconds(self, cost: EpochCost, recipe: Recipe) -> float:
        """Estimate the time of a training on this server, start-up included, without other load."""
        return get_family(recipe).estimate_seconds(cost, recipe) * self.get_speed(recipe)

    def get_speed(self, recipe: Recipe) -> float:
        """Return the factor by which this server takes longer than the estimate of a family.

        It is read from the store now and then; pages call this for every estimate.
        """
        now = time.monotonic()
        if now > self._measure_speeds_at:
            self._measure_speeds_at = now + SPEED_SECONDS
            with contextlib.suppress(StoreError):  # the last speeds stay
                self._speeds = self.store.runs.measure_speeds()
        return get_speed(self._speeds, name_family(recipe))

    def train_alone(self, owner: str, run_id: str) -> str:
        """Train a run by itself that waits for the result of an identical run, or has copied it.

        Returns:
            The id of the run that is trained.

        Raises:
            UnpaddedError: As in ``train``.
        """
        if not self.store.duplicates.detach(owner, run_id):
            summary = self.store.runs.get(run_id)
            if summary is None or summary.state not in ACTIVE:  # a click may reach the page twice
                run_id = self.store.runs.create_copy(owner, run_id)
        self.dispatcher.wake()
        return run_id

    def continue_run(self, owner: str, run_id: str, recipe: Recipe) -> str:
        """Queue a run that continues an ended run, up to more epochs unless it is an ensemble.

        Args:
            owner: Id of the visitor.
            run_id: Run to continue.
            recipe: Its recipe, with the new number of epochs; that of an ensemble unchanged.

        Returns:
            The id of the new_id run.

        Raises:
            UnpaddedError: If the run cannot be continued.
        """
        previous = self.store.runs.get(run_id)
        if previous is None:
            raise DataError(DELETED)
        progress = previous.progress
        if recipe.members:
            share = 1.0 if progress is None else 1 - progress.share
        else:
            done = 0 if progress is None else progress.epoch
            share = max(recipe.epochs - done, 0) / previous.recipe.epochs
        estimate = previous.estimate * share
        new_id = self.store.runs.create_continuation(owner, run_id, recipe, estimate)
        self.dispatcher.wake()
        return new_id

    def get(self, run_id: str) -> Run | None:
        """Return a snapshot of the run, or None if it is not (or no longer) known."""
        summary = self.store.runs.get(run_id)
        if summary is None:
            return None
        primary_id = self.dispatcher.duplicate_of.get(run_id)
        if primary_id is not None and summary.state is RunState.QUEUED:
            primary = self.store.runs.get(primary_id)
            if primary is not None and primary.state is RunState.RUNNING:
                return self._build_waiting(summary, primary)
        return self._run_cache.update(summary)

    def _build_waiting(self, summary: RunSummary, primary: RunSummary) -> Run:
        """Return a run that shows the progress of the identical run it waits for."""
        values = {each.name: getattr(summary, each.name) for each in fields(RunSummary)}
        values["progress"] = primary.progress
        return Run(
            **values, history=self._run_cache.update(primary).history, waits_for_duplicate=True
        )

    def get_queue_position(self, run_id: str) -> QueuePosition | None:
        """Return the position of a waiting run, or of the run whose result it waits for."""
        return self.dispatcher.get_queue_position(self.dispatcher.duplicate_of.get(run_id, run_id))

    def stop(self, owner: str, run_id: str) -> None:
        """Cancel a queued run, or ask a running one to stop and keep what it has learned.

        An ended run does not change.
        """
        self.store.runs.stop(owner, run_id)
        self.dispatcher.wake()

    def kill(self, owner: str, run_id: str) -> None:
        """End a run that was asked to stop and does not react."""
        self.store.runs.kill(owner, run_id)
        self.dispatcher.wake()

    def read_model(self, run_id: str) -> bytes | None:
        """Return the model ZIP: the one that ``export`` produced, else the saved model."""
        records = self.store.runs
        return records.read_artifact(run_id, EXPORTED) or records.read_artifact(run_id, MODEL)

    def read_predictions(self, run_id: str) -> EvaluationSet | None:
        """Return the predictions of the finished model on the rows its metrics are about."""
        content = self.store.runs.read_artifact(run_id, MEASURED)
        return None if content is None else EvaluationSet.from_bytes(content)

    def predict(
        self, run: RunSummary, data: Sequences, visitor: str | None = None
    ) -> Request[Prediction]:
        """Request predictions for sequences.

        Args:
            run: Run with a model.
            data: Sequences to predict.
            visitor: Visitor whose turn the request takes; None for the owner of the run.
        """
        return self._request(predict_run, run, data, visitor)

    def inspect(
        self, run: RunSummary, sequence: Sequences, visitor: str | None = None
    ) -> Request[XRay]:
        """Request the states, gates and attributions of a network on one sequence."""
        return self._request(inspect_run, run, sequence, visitor)

    def evaluate_early(
        self, run: RunSummary, data: Sequences | None, visitor: str | None = None
    ) -> Request[EarlyPrediction]:
        """Request an evaluation on prefixes: how early the predictions are as good as at the end.

        Args:
            run: Run with a model.
            data: Sequences with targets; None for those the run was measured on.
            visitor: Visitor whose turn the request takes; None for the owner of the run.
        """
        return self._request(evaluate_run_early, run, data, visitor)

    def check_invariance(self, run: RunSummary) -> Request[Proof]:
        """Request the padding-invariance check of a model."""
        return self.dispatcher.proofs.request(run.id, run.owner)

    def evaluate(self, run: RunSummary) -> Request[Evaluation]:
        """Request the evaluation of a model on unseen sequences, beside baselines."""
        return self.dispatcher.evaluations.request(run.id, run.owner)

    def export(self, run: RunSummary) -> Request[Export]:
        """Request the export of a model and its verification.

        ``read_model`` and ``read_onnx`` then return the files.
        """
        return self.dispatcher.exports.request(run.id, run.owner)

    def import_model(self, owner: str, name: str, content: bytes) -> Request[str]:
        """Request the import of a model ZIP as a run of this visitor.

        Args:
            owner: Id of the visitor.
            name: Display name of the run if the ZIP has none.
            content: Bytes of the ZIP.

        Returns:
            A request whose result is the id of the run.
        """
        request = Request[str]()
        model_file = ImportRequest(owner, name, content)
        self.dispatcher.requests.submit(import_run, "", model_file, request, owner)
        return request

    def read_onnx(self, run_id: str) -> bytes | None:
        """Return the model as an ONNX file, if ``export`` produced one."""
        return self.store.runs.read_artifact(run_id, ONNX)

    def compare(self, comparison: ComparisonRequest, visitor: str = "") -> Request[Comparison]:
        """Request a comparison of ended runs."""
        request = Request[Comparison]()
        self.dispatcher.requests.submit(compare_runs, "", comparison, request, visitor)
        return request

    def measure_padding_effect(
        self, masked: RunSummary, unmasked: RunSummary, sequence: Sequences
    ) -> Request[PaddingEffect]:
        """Request the predictions of two models for one sequence with more and more padding.

        Args:
            masked: Run whose network has a mask.
            unmasked: Run for which padding counts as data.
            sequence: One sequence.
        """
        request = Request[PaddingEffect]()
        payload = PaddingEffectRequest(masked.id, unmasked.id, sequence)
        self.dispatcher.requests.submit(measure_padding_effect, "", payload, request, masked.owner)
        return request

    def cancel(self, request: Request[object]) -> None:
        """Cancel a request, unless a worker executes it already."""
        self.dispatcher.requests.cancel(request)

    def _request(
        self, job: Job[Data, Result], run: RunSummary, data: Data, visitor: str | None
    ) -> Request[Result]:
        request = Request[Result]()
        if run.has_model:
            weights = 0
            if data is not None:
                family = get_family(run.recipe)
                weights = family.count_weights(run.recipe, estimate_shape(data, outputs=1))
            steps = 0 if data is None else int(data.lengths.sum())
            self.dispatcher.requests.submit(
                job,
                run.id,
                data,
                request,
                visitor or run.owner,
                is_long=steps * weights > MIN_LONG_REQUEST,
            )
        else:
            request.finish(DataError(NO_MODEL))
        return request

    def close(self) -> None:
        """End the worker processes and wait for their end.

        A server that is killed takes its workers with it.
        """
        self.dispatcher.close()
        self.store.close()
