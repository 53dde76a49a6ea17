"""Fit of an ensemble: its members one after another, on the same sequences. Needs TensorFlow."""

from __future__ import annotations

from dataclasses import replace

import keras
import numpy as np
import numpy.typing as npt

from ...engine.batching import PLAN_VERSION
from ...engine.checkpoint import Checkpoint, FinishedMembers
from ...engine.progress import History, Progress
from ...engine.spec import count_groups
from ...errors import Note
from ...preprocessing.masking import MaskedSequences
from ...preprocessing.transform import Preprocessing
from ..network import Fit, OnCheckpoint, OnProgress, ShouldStop
from ..registry import get_family, get_network
from .history import append_rows, select_rows, summarize_fit
from .keras_network import join_networks


def fit_network(
    preprocessing: Preprocessing,
    training: MaskedSequences,
    validation: MaskedSequences,
    *,
    on_progress: OnProgress | None,
    should_stop: ShouldStop | None,
    resume: Checkpoint | None,
    on_checkpoint: OnCheckpoint | None,
    notes: tuple[Note, ...],
) -> Fit:
    """Fit the members one after another; see ``FamilyNetwork.fit``.

    A fit that is stopped gives the ensemble of the members that have learned something until then.
    """
    run = _Run(preprocessing, on_progress, on_checkpoint, resume, notes)
    stopped = False

    def note_progress(share: float) -> None:
        if should_stop is not None:
            should_stop()  # shows that the training is alive; a stop takes effect at the end

    while not stopped and len(run.networks) < len(run.members):
        member = run.prepare_member()
        fit = get_network(member.recipe).fit(
            member,
            training,
            validation,
            on_progress=run.report,
            should_stop=should_stop,
            resume=run.get_member_checkpoint(),
            on_checkpoint=None if on_checkpoint is None else run.store_member_checkpoint,
            notes=notes,
        )
        stopped, history = fit.stopped, fit.history
        if not history and run.networks:
            break  # it was stopped before it learned anything
        if history and not get_family(member.recipe).has_epochs:
            history = summarize_fit(fit, member, training, validation, note_progress)
        run.add_member(fit, history)
        if not stopped:
            run.store_checkpoint()
    return run.build_fit(stopped)


def restore_network(preprocessing: Preprocessing, checkpoint: Checkpoint) -> Fit:
    """Build the ensemble of a checkpoint; see ``FamilyNetwork.restore``."""
    run = _Run(preprocessing, None, None, checkpoint, checkpoint.notes)
    current = run.get_member_checkpoint() if checkpoint.weights else None
    if current is not None and (current.history or not run.networks):
        member = run.prepare_member()
        fit = get_network(member.recipe).restore(member, current)
        run.add_member(fit, fit.history)
    return run.build_fit(stopped=True)


class _Run:
    """The members of one training that have ended, and what is reported about all of them.

    Attributes:
        members: The recipes of all members.
        planned: Epochs of each member, 1 in closed form.
        networks: The networks of the members that have ended, in their order.
        history: Their rows.
    """

    def __init__(
        self,
        preprocessing: Preprocessing,
        on_progress: OnProgress | None,
        on_checkpoint: OnCheckpoint | None,
        resume: Checkpoint | None,
        notes: tuple[Note, ...],
    ) -> None:
        self.preprocessing, self.notes, self.resume = preprocessing, notes, resume
        self.on_progress, self.on_checkpoint = on_progress, on_checkpoint
        self.members = preprocessing.recipe.list_members()
        self.planned = [get_family(member).count_passes(member) for member in self.members]
        self.networks: list[keras.Model] = []
        self.weights: list[list[npt.NDArray[np.float32]]] = []  # copied once, for all checkpoints
        self.history: History = {}
        self.layers: list[str] = []  # see ``Computation``
        self.groups = count_groups() if resume is None else resume.groups
        self.plan_version = PLAN_VERSION if resume is None else resume.plan_version
        if resume is not None and resume.finished is not None:
            self.layers = list(resume.finished.layers)
            for number, weights in enumerate(resume.finished.weights, start=1):
                recipe = self.members[number - 1]
                network = get_network(recipe).build(recipe, preprocessing.shape)
                network.set_weights(weights)
                self.networks.append(network)
                self.weights.append(weights)
                rows = select_rows(resume.history, number)
                self.history = append_rows(self.history, rows, number)

    @property
    def number(self) -> int:
        """Number of the current member, from 1."""
        return len(self.networks) + 1

    def prepare_member(self) -> Preprocessing:
        """Return the preprocessing with the recipe of the current member."""
        return replace(self.preprocessing, recipe=self.members[self.number - 1])

    def add_member(self, fit: Fit, history: History) -> None:
        """Record the end of the current member."""
        self.history = append_rows(self.history, history, self.number)
        self.layers += fit.computed["layers"]
        self.networks.append(fit.network)
        self.weights.append(fit.network.get_weights())

    def build_fit(self, stopped: bool) -> Fit:
        """Build the ensemble of the members that have ended."""
        recipe = self.preprocessing.recipe
        return Fit(
            network=join_networks(self.networks),
            history=self.history,
            stopped=stopped,
            best_epoch=None,
            computed={"layers": self.layers, "groups": self.groups},
            recipe=replace(recipe, members=recipe.members[: len(self.networks)]),
        )

    def report(self, progress: Progress) -> None:
        """Report the progress of the current member as that of all."""
        if self.on_progress is not None:
            member = self.members[self.number - 1]
            rows = progress.history if get_family(member).has_epochs else {}
            self.on_progress(
                replace(
                    progress,
                    epoch=sum(self.planned[: len(self.networks)]) + progress.epoch,
                    epochs=sum(self.planned),
                    history=append_rows(self.history, rows, self.number),
                    seconds=self._count_seconds() + progress.seconds,
                )
            )

    def get_member_checkpoint(self) -> Checkpoint | None:
        """Return the checkpoint that the current member resumes from; None for a new run."""
        if self.resume is None:
            return None
        whole = self.resume
        if len(self.networks) > whole.count_finished():
            whole = self._make_checkpoint()
        return replace(
            whole,
            recipe=self.members[self.number - 1],
            history=select_rows(whole.history, self.number),
            seconds=whole.seconds - self._count_seconds(),
            finished=None,
        )

    def store_member_checkpoint(self, checkpoint: Checkpoint) -> None:
        """Store a checkpoint of the current member as one of all."""
        assert self.on_checkpoint is not None
        self.on_checkpoint(
            replace(
                checkpoint,
                recipe=self.preprocessing.recipe,
                history=append_rows(self.history, checkpoint.history, self.number),
                seconds=self._count_seconds() + checkpoint.seconds,
                finished=self._describe_finished(),
            )
        )

    def store_checkpoint(self) -> None:
        """Store a checkpoint between two members, or at the end."""
        if self.on_checkpoint is not None:
            self.on_checkpoint(self._make_checkpoint())

    def _make_checkpoint(self) -> Checkpoint:
        """Make a checkpoint whose current member has not begun: it has no weights yet."""
        return Checkpoint(
            recipe=self.preprocessing.recipe,
            preprocessing=self.preprocessing.to_dict(),
            groups=self.groups,
            plan_version=self.plan_version,
            epoch=0,
            batch=0,
            sums=np.zeros(3),
            weights=[],
            slots=[],
            updates=0,
            history=self.history,
            seconds=self._count_seconds(),
            sequences=self.preprocessing.sequences,
            notes=self.notes,
            finished=self._describe_finished(),
        )

    def _describe_finished(self) -> FinishedMembers:
        return FinishedMembers(
            weights=tuple(self.weights),
            layers=tuple(self.layers),
            epochs=sum(self.planned[: len(self.networks)]),
            all_epochs=sum(self.planned),
        )

    def _count_seconds(self) -> float:
        """Return the seconds that the members took that have ended."""
        return float(sum(self.history.get("seconds", ())))
