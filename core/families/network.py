"""Everything that the program does with the networks of a family. Needs TensorFlow."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import ClassVar

import keras
import numpy as np
import tensorflow as tf

from ..engine.checkpoint import Checkpoint
from ..engine.chunking import ShareCallback
from ..engine.progress import Computation, History, Progress
from ..engine.spec import describe_computation
from ..errors import Note
from ..preprocessing.masking import MaskedSequences
from ..preprocessing.transform import Prepared, Preprocessing
from ..recipe.derived_features import DerivedFeatures
from ..recipe.network_shape import NetworkShape
from ..recipe.recipe import Recipe
from .onnx_graph import OnnxGraph

OnCheckpoint = Callable[[Checkpoint], None]
OnProgress = Callable[[Progress], None]
ShouldStop = Callable[[], bool]
StepFunction = Callable[[tf.Tensor, tf.Tensor], tf.Tensor]  # of steps and lengths


@dataclass(frozen=True, eq=False)
class Fit:
    """A fitted network.

    Attributes:
        network: The network.
        history: Metrics per epoch; see ``TrainedModel``.
        stopped: True if ``should_stop`` ended the fit.
        best_epoch: The epoch whose weights were kept; None without patience.
        computed: What the last bits of the weights depend on; see ``TrainedModel``.
        recipe: The recipe of the network: the given one, but that an ensemble whose fit was stopped
            has only the members that learned something. None: the given one.
    """

    network: keras.Model
    history: History
    stopped: bool
    best_epoch: int | None
    computed: Computation
    recipe: Recipe | None = None


@dataclass(frozen=True)
class NetworkFunction:
    """The function by which the program itself computes a network's outputs, in two parts.

    Arrays of steps are (steps, rows, …) float32, where each row begins with its real steps and the
    padding behind them is finite. Lengths are (rows,) int64.

    Attributes:
        features: Features per step.
        derive: From (steps, rows, inputs) and lengths to the features that the layers read, (steps,
            rows, features), in the order of ``Family.list_origins``.
        compute: From them and lengths to the outputs, (rows, outputs), or (steps, rows, outputs)
            per step.
    """

    features: int
    derive: StepFunction
    compute: StepFunction

    def __call__(self, values: tf.Tensor, lengths: tf.Tensor) -> tf.Tensor:
        """Compute the outputs for values (steps, rows, inputs)."""
        return self.compute(self.derive(values, lengths), lengths)


def read_inputs(values: tf.Tensor, lengths: tf.Tensor) -> tf.Tensor:
    """Return the features of a network that reads its inputs as they are."""
    return values


class FamilyNetwork(ABC):
    """The networks of a family.

    Attributes:
        has_states: True if recurrent layers keep states, which inspection shows.
    """

    has_states: ClassVar[bool] = False

    @abstractmethod
    def build(self, recipe: Recipe, shape: NetworkShape) -> keras.Model:
        """Build the Keras model of a recipe, of stock layers, with its initial weights.

        Returns:
            A model with the inputs values (batch, steps, inputs) float32 and mask (batch, steps)
            bool, and the output (batch, outputs): class probabilities or a value. With
            ``recipe.return_sequences`` the output is (batch, steps, outputs), and its masked steps
            are undefined.
        """

    @abstractmethod
    def fit(
        self,
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
        """Fit a network to the training set; arguments are those of ``core.train``.

        Args:
            preprocessing: Fitted to the training set, with the recipe.
            training: The training set.
            validation: The validation set; it may be empty.
            on_progress: Receives progress.
            should_stop: Ends the fit.
            resume: Checkpoint to continue from.
            on_checkpoint: Receives checkpoints.
            notes: Notes that checkpoints carry.

        Raises:
            DataError: The fit fails, because of the data or the recipe.
        """

    def restore(self, preprocessing: Preprocessing, checkpoint: Checkpoint) -> Fit:
        """Build the network of a checkpoint, as if its fit had been stopped there."""
        recipe, best = preprocessing.recipe, checkpoint.best
        network = self.build(recipe, preprocessing.shape)
        network.set_weights(checkpoint.weights if best is None else best.weights)
        features = len(DerivedFeatures.from_recipe(recipe, preprocessing.shape).origins)
        return Fit(
            network=network,
            history=checkpoint.history,
            stopped=True,
            best_epoch=None if best is None else best.epoch,
            computed=describe_computation(recipe, features, checkpoint.groups),
        )

    @abstractmethod
    def add_onnx_layers(
        self,
        graph: OnnxGraph,
        recipe: Recipe,
        shape: NetworkShape,
        network: keras.Model,
        x: str,
    ) -> str:
        """Add the layers of a network to an ONNX graph.

        The graph's input ``lengths`` (batch,) int32 holds the real steps, which come first.

        Args:
            graph: Receives the nodes.
            recipe: The recipe of the network.
            shape: The shape that it was built for.
            network: As ``build`` returned it, with its weights.
            x: Name of the scaled inputs, (batch, steps, inputs).

        Returns:
            Name of the outputs, before a softmax: (batch, outputs), or (batch, steps, outputs).
        """

    @abstractmethod
    def render_training_script(self, recipe: Recipe, shape: NetworkShape) -> str:
        """Render the script of a saved model that fits it again in plain Keras."""

    @abstractmethod
    def open_network(
        self, recipe: Recipe, network: keras.Model
    ) -> AbstractContextManager[NetworkFunction]:
        """Yield the function by which the program itself computes the network's outputs.

        Args:
            recipe: The recipe of the network.
            network: As ``build`` returned it, with its weights.
        """

    @abstractmethod
    def compute_outputs(
        self,
        recipe: Recipe,
        network: keras.Model,
        prepared: Prepared,
        on_progress: ShareCallback | None = None,
    ) -> np.ndarray:
        """Compute the network's outputs: (n, outputs), or (prepared steps, outputs) per step.

        Args:
            recipe: The recipe of the network.
            network: As ``build`` returned it, with its weights.
            prepared: The sequences.
            on_progress: Receives the finished share, 0 to 1.
        """
