"""``suggest_next_steps``: what to try after a training, with the reason for each.

The steps follow from the loss curves, the data's training rows and the scores that families have on
held-out training rows. Scores on test rows choose nothing: a test set that has chosen a recipe no
longer shows how well it does on new data.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ..engine.progress import History
from ..errors import Note
from ..layers.layer import Layer
from ..preprocessing.transform import RESOLUTION
from ..recipe.recipe import FAMILIES, MAX_EPOCHS, Recipe
from ..recipe.suggestion_rules import DROPOUT, TINY
from .baselines import CONSTANT, LAST
from .baselines import LINEAR as SUMMARIES
from .loss_curves import MIN_EPOCHS, average_end, is_falling, is_jumping, is_overfitting
from .report import METRIC_NAMES, BaselineResult, Evaluation, format_main, name_baseline

MAX_STEPS = 3
NEGLIGIBLE = 0.01  # loss, as share of that of the mean target, or in nats: differences say nothing
POOR_ACCURACY, POOR_LOSS = 0.9, 0.3  # on training rows; loss as share of the targets' variance
MAX_GAP = 0.05  # by which a validation accuracy is below that of an underfitting network
RARE = 0.2  # share of the mean class size
Z = 1.96  # of 95% intervals
MAX_SUGGESTED_SIZE = 256
LINEAR = (LAST, SUMMARIES)
RANDOM_CONVOLUTION = "random_convolution"  # itself a linear model: a ridge on random features
FAMILY_NAMES = {family: Note(part) for family, part in FAMILIES.items()}
UNTRIED = {
    "recurrent": Note("A recurrent network has not been trained on this data yet."),
    "convolution": Note("A convolutional network has not been trained on this data yet."),
    RANDOM_CONVOLUTION: Note("Random convolutions have not been trained on this data yet."),
}


@dataclass(frozen=True)
class HeldOutScore:
    """Score on held-out training rows: validation rows, or each row left out in turn.

    Attributes:
        accuracy: Share of correct predictions.
        rows: Number of these rows.
    """

    accuracy: float
    rows: int


@dataclass(frozen=True)
class NextStep:
    """One thing to try.

    Attributes:
        reason: Why, in one sentence.
        action: What to do, as the label of a button; None where the reason tells what to do.
        recipe: The recipe to train; None for a comparison, and without a button.
        compared: Field to compare and its values; None for a training.
    """

    reason: Note
    action: Note | None = None
    recipe: Recipe | None = None
    compared: tuple[str, tuple[object, ...]] | None = None


@dataclass(frozen=True)
class Training:
    """Facts about a training that has ended.

    Attributes:
        recipe: Its recipe.
        history: As in ``TrainedModel.history``.
        sequences: Number of sequences outside the test set.
        target_variance: Variance of their numeric targets (``measure_target_variance``); None for
            classes.
        class_counts: Number of these sequences, or steps, per class; empty for numbers.
        evaluation: Evaluation beside baselines; None without one.
        score: Score on held-out training rows; None without one.
        others: Best such score of the other families that have been trained on the same data, by
            family; None without one.
        suggested: Suggested recipe of each other family that fits the data, by family.
        is_stopped: The visitor stopped it.
        can_continue: It can be continued where it ended.
    """

    recipe: Recipe
    history: History
    sequences: int
    target_variance: float | None = None
    class_counts: tuple[int, ...] = ()
    evaluation: Evaluation | None = None
    score: HeldOutScore | None = None
    others: Mapping[str, HeldOutScore | None] = field(default_factory=dict)
    suggested: Mapping[str, Recipe] = field(default_factory=dict)
    is_stopped: bool = False
    can_continue: bool = False

    @property
    def epochs(self) -> int:
        """Number of epochs that were trained."""
        return len(self.history.get("loss", ()))

    @property
    def is_cut_short(self) -> bool:
        """True if it was stopped before its last epoch, so it shows less than its recipe can do."""
        is_network = not self.recipe.members and "penalty" not in self.history
        return self.is_stopped and is_network and self.epochs < self.recipe.epochs


def suggest_next_steps(training: Training) -> tuple[NextStep, ...]:
    """Suggest at most ``MAX_STEPS`` things to try, the most important first."""
    rules = (
        _continue,
        _use_mask,
        _hold_out,
        _use_better_family,
        _use_linear_model,
        _follow_curves,
        _balance,
        _try_family,
    )
    steps = [step for rule in rules for step in rule(training)]
    steps += _compare(training)
    return tuple(steps[:MAX_STEPS])


def read_score(
    recipe: Recipe, history: History, best_epoch: int | None, sequences: int
) -> HeldOutScore | None:
    """Read the accuracy on held-out training rows from a history.

    Args:
        recipe: The recipe of the training.
        history: Its history.
        best_epoch: Epoch, from 1, whose weights were kept; None for the last one.
        sequences: Number of sequences outside the test set.

    Returns:
        None if no training rows were held out, for numbers, and for ensembles, whose members were
        measured one by one.
    """
    if recipe.members or recipe.task != "classification" or recipe.return_sequences:
        return None
    if "penalty" in history:  # each row was predicted by a fit without it
        chosen = int(np.argmin(history["loss"]))
        rows = round(sequences * (1 - recipe.validation_split))
        return HeldOutScore(history["accuracy"][chosen], rows)
    accuracies = history.get("val_accuracy")
    if not accuracies:
        return None
    accuracy = accuracies[-1 if best_epoch is None else best_epoch - 1]
    return HeldOutScore(accuracy, max(round(sequences * recipe.validation_split), 1))


def measure_target_variance(targets: np.ndarray) -> float:
    """Return the variance of numeric targets; 0 if they differ by less than rounding."""
    mean, std = float(targets.mean(dtype=np.float64)), float(targets.std(dtype=np.float64))
    return std * std if std > RESOLUTION * abs(mean) else 0.0


def _continue(training: Training) -> Iterator[NextStep]:
    """Suggest to continue a training that was stopped while its loss was falling."""
    if not (training.is_cut_short and training.can_continue and _is_improving(training)):
        return
    yield NextStep(
        Note(
            "The training was stopped at epoch {n} of {all}, while the loss was still falling. "
            "Use “Continue training” below.",
            n=training.epochs,
            all=training.recipe.epochs,
        )
    )


def _is_improving(training: Training) -> bool:
    """Tell if the loss was still falling; one of few epochs is, where its last value is lowest."""
    history = training.history
    curve = np.asarray(history.get("val_loss") or history.get("loss") or (), float)
    if len(curve) < 2 or not np.isfinite(curve).all() or _measure_scale(training) == 0:
        return False
    if len(curve) < MIN_EPOCHS:
        return bool(curve[-1] < curve[:-1].min())
    return is_falling(curve)


def _use_mask(training: Training) -> Iterator[NextStep]:
    if training.recipe.mask == "none":
        yield NextStep(
            Note("This network treats padding as data, so its amount changes predictions."),
            Note("Mask the padding"),
            replace(training.recipe, mask="lengths"),
        )


def _hold_out(training: Training) -> Iterator[NextStep]:
    evaluation = training.evaluation
    if evaluation is not None and evaluation.part == "training" and training.sequences >= TINY:
        yield NextStep(
            Note("No sequences were held out, so nothing shows the accuracy on new data."),
            Note("Hold out 20% for validation"),
            replace(training.recipe, validation_split=0.2),
        )


def _use_better_family(training: Training) -> Iterator[NextStep]:
    """Suggest the family with the better score on held-out training rows."""
    own = training.score
    if own is None or training.recipe.members:
        return
    known = {
        name: score
        for name, score in training.others.items()
        if score is not None and name in training.suggested
    }
    if not known:
        return
    best = max(known, key=lambda name: known[name].accuracy)
    theirs = known[best]
    variance = sum(s.accuracy * (1 - s.accuracy) / s.rows for s in (own, theirs))
    if theirs.accuracy - own.accuracy > Z * variance**0.5:
        yield NextStep(
            Note(
                "On held-out training rows, another family is better: {theirs} against {ours} "
                "({family}).",
                theirs=f"{theirs.accuracy:.1%}",
                ours=f"{own.accuracy:.1%}",
                family=FAMILY_NAMES[best],
            ),
            Note("Use: {family}", family=FAMILY_NAMES[best]),
            training.suggested[best],
        )


def _follow_curves(training: Training) -> Iterator[NextStep]:
    """Suggest what the loss curves of a network call for."""
    recipe, history = training.recipe, training.history
    losses = np.asarray(history.get("loss", ()), float)
    is_readable = len(losses) >= MIN_EPOCHS and bool(np.isfinite(losses).all())
    if recipe.members or "penalty" in history or not is_readable:
        return
    scale = _measure_scale(training)
    if scale == 0:  # every network can predict a constant, and no loss is small beside it
        return
    held_out = np.asarray(history.get("val_loss", ()), float)
    if is_overfitting(losses, held_out, NEGLIGIBLE * scale) and not _is_perfect(history):
        yield from _regularize(recipe, int(np.argmin(held_out)) + 1)
    elif is_falling(held_out if len(held_out) else losses):
        epochs = min(2 * recipe.epochs, MAX_EPOCHS)
        if epochs > recipe.epochs and not training.is_cut_short:
            yield NextStep(
                Note("The loss was still falling at the last epoch."),
                Note("Train {n} epochs", n=epochs),
                replace(recipe, epochs=epochs),
            )
    elif _is_underfitting(training, losses):
        yield from _enlarge(recipe)
    if is_jumping(losses, NEGLIGIBLE * scale) and recipe.clip_norm is None:
        yield NextStep(
            Note("The training loss jumps from epoch to epoch."),
            Note("Clip gradients at 1"),
            replace(recipe, clip_norm=1.0),
        )


def _measure_scale(training: Training) -> float:
    """Return what losses are compared with: about that of the mean target; 1 nat for classes."""
    variance = training.target_variance
    if variance is None:
        return 1.0
    return variance if training.recipe.loss_name == "mse" else variance**0.5


def _is_perfect(history: History) -> bool:
    """Tell if every validation row is predicted at the end."""
    accuracies = history.get("val_accuracy")
    return bool(accuracies) and average_end(np.asarray(accuracies, float)) == 1


def _is_underfitting(training: Training, losses: np.ndarray) -> bool:
    """Tell if even the training rows are predicted poorly."""
    accuracies = training.history.get("accuracy")
    if accuracies:
        accuracy = average_end(np.asarray(accuracies, float))
        held_out = training.history.get("val_accuracy", accuracies)
        gap = accuracy - average_end(np.asarray(held_out, float))
        return bool(accuracy < POOR_ACCURACY and gap < MAX_GAP)
    if training.target_variance is None or training.recipe.loss_name != "mse":
        return False
    return average_end(losses) > POOR_LOSS * training.target_variance


def _regularize(recipe: Recipe, epoch: int) -> Iterator[NextStep]:
    reason = Note(
        "The network overfits: the validation loss is lowest at epoch {epoch} and rises after it.",
        epoch=epoch,
    )
    if all(layer.dropout < DROPOUT for layer in recipe.layers):
        layers = _change_layers(recipe, lambda layer: {"dropout": DROPOUT})
        yield NextStep(reason, Note("Add dropout 0.3"), replace(recipe, layers=layers))
    else:
        layers = _change_layers(recipe, lambda layer: {layer.size_field: max(layer.size // 2, 1)})
        if layers != recipe.layers:
            yield NextStep(reason, Note("Halve the layers"), replace(recipe, layers=layers))
    if recipe.patience is None:
        yield NextStep(
            Note("Without early stopping, the weights of the last epoch are kept."),
            Note("Stop early"),
            replace(recipe, patience=max(recipe.epochs // 4, 5)),
        )


def _enlarge(recipe: Recipe) -> Iterator[NextStep]:
    reason = Note("The network underfits: even the training rows are predicted poorly.")
    layers = _change_layers(
        recipe,
        lambda layer: {layer.size_field: max(min(2 * layer.size, MAX_SUGGESTED_SIZE), layer.size)},
    )
    if layers != recipe.layers:
        yield NextStep(reason, Note("Double the layers"), replace(recipe, layers=layers))
    elif recipe.initial_learning_rate < 1e-3:
        yield NextStep(
            reason,
            Note("Raise the learning rate"),
            replace(recipe, learning_rate=3 * recipe.initial_learning_rate),
        )


def _change_layers(recipe: Recipe, change: Any) -> tuple[Layer, ...]:
    return tuple(replace(layer, **change(layer)) for layer in recipe.layers)


def _balance(training: Training) -> Iterator[NextStep]:
    counts, recipe = training.class_counts, training.recipe
    if recipe.family == RANDOM_CONVOLUTION or recipe.class_weight != "none" or len(counts) < 2:
        return
    if min(counts) < RARE * float(np.mean(counts)):
        yield NextStep(
            Note(
                "The rarest class has {n} of {all} training examples.",
                n=min(counts),
                all=sum(counts),
            ),
            Note("Balance classes"),
            replace(recipe, class_weight="balanced"),
        )


def _use_linear_model(training: Training) -> Iterator[NextStep]:
    """Suggest random convolutions, unless they have been trained, where a linear model is as good.

    They are the only linear model that the app trains. They are suggested to be tried in any case;
    the baseline gives the reason, and the first place. Where they have been trained, a linear model
    that is better is a reason to try another family.
    """
    linear, evaluation = _find_linear_model(training), training.evaluation
    if linear is None or evaluation is None:
        return
    main = evaluation.main
    values: dict[str, object] = {
        "model": name_baseline(linear.name, main),
        "figure": METRIC_NAMES[main],
        "ours": format_main(main, evaluation.figures),
        "theirs": format_main(main, linear.figures),
    }
    if not _can_try_random_convolutions(training):
        reason = Note(
            "A linear baseline is better than this model: {figure} {theirs} against {ours} "
            "({model}). Try another family or other settings.",
            **values,
        )
        untried = [] if training.is_cut_short else _list_untried(training)
        yield _try(untried[0], training, reason) if untried else NextStep(reason)
    elif _is_better(linear):
        reason = Note(
            "A linear model is better than this model: {figure} {theirs} against {ours} "
            "({model}). The nearest family is random convolutions: a linear model on convolution "
            "features.",
            **values,
        )
        yield _try(RANDOM_CONVOLUTION, training, reason)
    else:
        reason = Note(
            "This network is not measurably better than {model}: {figure} {ours} against "
            "{theirs}. The nearest family is random convolutions: a linear model on "
            "convolution features.",
            **values,
        )
        yield _try(RANDOM_CONVOLUTION, training, reason)


def _find_linear_model(training: Training) -> BaselineResult | None:
    """Find the best linear baseline that is as good, or better where the app trains no such model.

    As good is one with no worse a metric, or one within the network's interval whose paired
    difference may be 0. Where the constant is as good as the linear model, nothing was learned.
    """
    evaluation = training.evaluation
    if evaluation is None or training.sequences < TINY:
        return None
    rivals = {rival.name: rival for rival in evaluation.rivals}
    linear = [rivals[name] for name in LINEAR if name in rivals]
    best = min(linear, key=lambda each: each.ahead.value, default=None)
    if best is None:
        return None
    constant = rivals.get(CONSTANT)
    has_learned = constant is None or best.ahead.value < constant.ahead.value
    is_reason = _is_better(best) or (
        _can_try_random_convolutions(training) and _is_as_good(best, evaluation)
    )
    return best if is_reason and has_learned else None


def _is_better(baseline: BaselineResult) -> bool:
    """Tell if a baseline is better than the model beyond chance."""
    return baseline.ahead.value < 0 and baseline.ahead.excludes_zero


def _is_as_good(baseline: BaselineResult, evaluation: Evaluation) -> bool:
    main = evaluation.main
    limits, theirs = evaluation.figures[main].limits, baseline.figures[main].value
    is_within = limits is not None and limits[0] <= theirs <= limits[1]
    return baseline.ahead.value <= 0 or (is_within and not baseline.ahead.excludes_zero)


def _can_try_random_convolutions(training: Training) -> bool:
    return RANDOM_CONVOLUTION in _list_untried(training)


def _try_family(training: Training) -> Iterator[NextStep]:
    """Suggest a family that has not been trained on this data yet.

    A training that was cut short is continued first, and a perfect metric cannot get better.
    """
    if training.is_cut_short or _has_perfect_metric(training.evaluation):
        return
    if _find_linear_model(training) is None:
        for name in _list_untried(training)[:1]:
            yield _try(name, training, UNTRIED[name])


def _try(family: str, training: Training, reason: Note) -> NextStep:
    action = Note("Try: {family}", family=FAMILY_NAMES[family])
    return NextStep(reason, action, training.suggested[family])


def _has_perfect_metric(evaluation: Evaluation | None) -> bool:
    if evaluation is None:
        return False
    best = 1 if evaluation.main == "accuracy" else 0
    return evaluation.figures[evaluation.main].value == best


def _list_untried(training: Training) -> list[str]:
    if training.recipe.members or training.sequences < TINY:
        return []
    return [name for name in training.suggested if name not in training.others]


def _compare(training: Training) -> Iterator[NextStep]:
    """Suggest a comparison over seeds, which one training cannot replace."""
    recipe = training.recipe
    if training.sequences < 2:
        return
    reason = Note("One training cannot rank settings. A comparison repeats each with 5 seeds.")
    if not recipe.return_sequences and recipe.family != RANDOM_CONVOLUTION:
        pools: Sequence[object] = ("last", "mean", "max")
        yield NextStep(reason, Note("Compare pooling"), compared=("pooling", (*pools,)))
    elif recipe.mask != "none":
        yield NextStep(reason, Note("Compare masks"), compared=("mask", ("lengths", "none")))
