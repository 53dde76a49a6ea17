"""Suggestions after a training, from made histories and evaluations."""

from dataclasses import replace

import numpy as np
import pytest

from core import GRU, LSTM, Recipe
from core.evaluation.estimate import Estimate
from core.evaluation.next_steps import (
    MAX_STEPS,
    HeldOutScore,
    Training,
    measure_target_variance,
    read_score,
    suggest_next_steps,
)
from core.evaluation.report import BaselineResult, Evaluation
from core.layers.inception.declaration import Inception
from core.recipe.recipe import FAMILIES

CLASSES = Recipe(task="classification", layers=(LSTM(32, dropout=0.1),), epochs=20, patience=5)
EPOCHS = np.arange(20)
FLAT = np.full(20, 0.2)
CONVERGED = {"loss": 0.2 + np.exp(-EPOCHS), "val_loss": 0.25 + np.exp(-EPOCHS)}
CONVERGED |= {"accuracy": np.full(20, 0.97), "val_accuracy": np.full(20, 0.95)}
ROCKET = Recipe(task="classification", family="random_convolution")


def to_history(curves) -> dict[str, list[float]]:
    return {name: np.asarray(curve, float).tolist() for name, curve in curves.items()}


def make_training(curves=CONVERGED, recipe: Recipe = CLASSES, **changes) -> Training:
    return replace(Training(recipe, to_history(curves), sequences=200), **changes)


def list_actions(training: Training) -> list[str]:
    steps = suggest_next_steps(training)
    return [str(step.action) for step in steps if step.action is not None]


def find_recipe(training: Training, action: str) -> Recipe:
    [step] = [step for step in suggest_next_steps(training) if step.action == action]
    assert step.recipe is not None
    return step.recipe


def make_evaluation(part: str, leads=(("linear", 0.1),)) -> Evaluation:
    """Make an evaluation of a network of accuracy 0.9 beside baselines that it is ahead of."""
    baselines = tuple(
        BaselineResult(
            name, {"accuracy": Estimate(0.9 - lead)}, Estimate(lead, lead - 0.05, lead + 0.05)
        )
        for name, lead in leads
    )
    return Evaluation(part, 100, "accuracy", {"accuracy": Estimate(0.9, 0.85, 0.94)}, baselines)


def test_a_converged_network_gets_a_comparison_with_a_reason():
    [step] = suggest_next_steps(make_training())
    assert step.compared == ("pooling", ("last", "mean", "max"))
    assert step.recipe is None
    assert "5 seeds" in step.reason


def test_a_loss_that_still_falls_calls_for_more_epochs():
    falling = {"loss": 2 - 0.08 * EPOCHS, "val_loss": 2.1 - 0.08 * EPOCHS}
    recipe = find_recipe(make_training(falling), "Train 40 epochs")
    assert recipe == replace(CLASSES, epochs=40)


def test_a_training_loss_alone_is_read_where_nothing_validates():
    assert "Train 40 epochs" in list_actions(make_training({"loss": 2 - 0.08 * EPOCHS}))
    assert "Train 40 epochs" not in list_actions(make_training({"loss": FLAT}))


def test_epochs_are_never_more_than_a_recipe_may_have():
    recipe = replace(CLASSES, epochs=10_000)
    actions = list_actions(make_training({"loss": 2 - 0.08 * EPOCHS}, recipe))
    assert not [action for action in actions if "epochs" in action]


STOPPED = {"loss": (2 - 0.08 * EPOCHS)[:10], "val_loss": (2.1 - 0.08 * EPOCHS)[:10]}


def make_stopped(curves=STOPPED, **changes) -> Training:
    recipe = replace(CLASSES, epochs=100)
    return make_training(curves, recipe, is_stopped=True, can_continue=True, **changes)


def test_a_training_stopped_while_its_loss_fell_is_continued_first():
    padded = replace(CLASSES, epochs=100, mask="none")
    steps = suggest_next_steps(replace(make_stopped(), recipe=padded))
    assert steps[0].reason == (
        "The training was stopped at epoch 10 of 100, while the loss was still falling. "
        "Use “Continue training” below."
    )
    assert (steps[0].action, steps[0].recipe, steps[0].compared) == (None, None, None)
    assert not [step for step in steps if "epochs" in (step.action or "")]


def test_a_training_stopped_after_few_epochs_is_continued_too():
    few = {name: curve[:3] for name, curve in STOPPED.items()}
    assert "stopped at epoch 3 of 100" in suggest_next_steps(make_stopped(few))[0].reason
    risen = few | {"val_loss": [2.0, 1.5, 1.6]}
    assert list_actions(make_stopped(risen)) == ["Compare pooling"]


@pytest.mark.parametrize("changes", [{"can_continue": False}, {"is_stopped": False}])
def test_only_a_stopped_training_with_a_checkpoint_is_continued(changes):
    reasons = [step.reason for step in suggest_next_steps(replace(make_stopped(), **changes))]
    assert not [reason for reason in reasons if "Continue training" in reason]


def test_a_training_stopped_in_its_last_epoch_gets_more_epochs():
    falling = {"loss": 2 - 0.08 * EPOCHS, "val_loss": 2.1 - 0.08 * EPOCHS}
    training = make_training(falling, is_stopped=True, can_continue=True)
    assert "Train 40 epochs" in list_actions(training)


def test_no_other_family_is_tried_after_a_stopped_training():
    flat = {"loss": FLAT[:10], "val_loss": FLAT[:10]}
    for curves in (STOPPED, flat):
        training = make_stopped(curves, suggested={"convolution": CLASSES})
        assert "Try: Convolutional network" not in list_actions(training)


@pytest.mark.parametrize(("main", "value"), [("accuracy", 1.0), ("rmse", 0.0)])
def test_no_other_family_is_tried_where_the_metric_cannot_get_better(main, value):
    perfect = Evaluation("test", 100, main, {main: Estimate(value)})
    training = make_training(suggested={"convolution": CLASSES}, evaluation=perfect)
    assert list_actions(training) == ["Compare pooling"]
    nearly = replace(perfect, figures={main: Estimate(0.99)})
    assert "Try: Convolutional network" in list_actions(replace(training, evaluation=nearly))


OVERFIT = {"loss": 2 * np.exp(-EPOCHS / 4), "val_loss": 1 + 0.05 * np.abs(EPOCHS - 6)}


def test_a_rising_validation_loss_calls_for_dropout():
    training = make_training(OVERFIT)
    recipe = find_recipe(training, "Add dropout 0.3")
    assert recipe == replace(CLASSES, layers=(LSTM(32, dropout=0.3),))
    assert "lowest at epoch 7" in suggest_next_steps(training)[0].reason


def test_with_dropout_an_overfitting_network_is_halved_and_stopped_early():
    recipe = replace(CLASSES, layers=(LSTM(32, dropout=0.5), GRU(16)), patience=None)
    training = make_training(OVERFIT, recipe)
    layers = (LSTM(16, dropout=0.5), GRU(8))
    assert find_recipe(training, "Halve the layers").layers == layers
    assert find_recipe(training, "Stop early").patience == 5


def test_a_validation_loss_that_rises_with_the_training_loss_is_no_overfitting():
    noisy = {"loss": 1 + 0.05 * EPOCHS, "val_loss": 1 + 0.05 * EPOCHS}
    assert "Add dropout 0.3" not in list_actions(make_training(noisy))


SPIKE = np.where(EPOCHS == 8, 0.09, 0.045 - 0.0005 * EPOCHS)  # the training loss, with dropout
DIP = np.where(EPOCHS == 8, 0.013, 0.017)  # the validation loss
RISING = 0.1 + 0.02 * np.abs(EPOCHS - 6)


@pytest.mark.parametrize(
    ("losses", "held_out"),
    [
        (SPIKE, DIP),
        (SPIKE, 10 * DIP),
        (2 * np.exp(-EPOCHS / 4), np.where(EPOCHS == 8, 0.8, 1.0)),  # one low value
        (2 * np.exp(-EPOCHS / 4), np.where(EPOCHS == 19, 0.1, 1 + 0.05 * EPOCHS)),  # the last one
        (2.2 * np.exp(-EPOCHS / 20), RISING),  # the training loss is still above it
        (0.01 * np.exp(-EPOCHS / 4), 0.01 * RISING),  # both are nearly 0
    ],
)
def test_a_single_epoch_and_a_loss_above_that_of_validation_are_no_overfitting(losses, held_out):
    assert "Add dropout 0.3" not in list_actions(
        make_training({"loss": losses, "val_loss": held_out})
    )


def test_a_network_that_predicts_every_validation_row_does_not_overfit():
    perfect = OVERFIT | {"accuracy": np.ones(20), "val_accuracy": np.ones(20)}
    assert "Add dropout 0.3" not in list_actions(make_training(perfect))
    nearly = OVERFIT | {"accuracy": np.ones(20), "val_accuracy": np.full(20, 0.98)}
    assert "Add dropout 0.3" in list_actions(make_training(nearly))


POOR = {"loss": 1.5 + np.exp(-EPOCHS), "val_loss": 1.5 + np.exp(-EPOCHS)}
POOR |= {"accuracy": np.full(20, 0.5), "val_accuracy": np.full(20, 0.49)}


def test_a_network_that_predicts_its_training_rows_poorly_is_doubled():
    recipe = find_recipe(make_training(POOR), "Double the layers")
    assert recipe.layers == (LSTM(64, dropout=0.1),)
    largest = replace(CLASSES, layers=(LSTM(256),), learning_rate=1e-4)
    assert find_recipe(make_training(POOR, largest), "Raise the learning rate").learning_rate > 1e-4


def test_convolutions_are_doubled_by_their_filters():
    recipe = replace(CLASSES, family="convolution", layers=(Inception(8),))
    layers = find_recipe(make_training(POOR, recipe), "Double the layers").layers
    assert layers == (Inception(16),)


def test_numbers_are_predicted_poorly_by_the_share_of_their_variance():
    recipe = Recipe(layers=(LSTM(8),), epochs=20)
    curves = {"loss": 4 + np.exp(-EPOCHS)}
    poor = make_training(curves, recipe, target_variance=10.0)
    assert "Double the layers" in list_actions(poor)
    assert "Double the layers" not in list_actions(replace(poor, target_variance=100.0))
    assert "Double the layers" not in list_actions(replace(poor, target_variance=None))


def test_a_loss_that_jumps_calls_for_clipped_gradients():
    jumping = {"loss": np.where(EPOCHS % 4 == 0, 3.0, 1.0), "accuracy": np.full(20, 0.95)}
    assert find_recipe(make_training(jumping), "Clip gradients at 1").clip_norm == 1.0
    clipped = replace(CLASSES, clip_norm=1.0)
    assert "Clip gradients at 1" not in list_actions(make_training(jumping, clipped))


NUMBERS = Recipe(layers=(LSTM(8),), epochs=20)
NEARLY_ZERO = 1e-6 * np.where(EPOCHS % 4 == 0, 3.0, 1.0)


@pytest.mark.parametrize("loss", ["mse", "mae"])
@pytest.mark.parametrize("curve", [NEARLY_ZERO, NEARLY_ZERO[::-1], 2e-6 - 8e-8 * EPOCHS])
def test_a_constant_target_calls_for_no_other_network(curve, loss):
    recipe = replace(NUMBERS, loss=loss)
    training = make_training({"loss": curve, "val_loss": curve}, recipe, target_variance=0.0)
    assert list_actions(training) == ["Compare pooling"]


@pytest.mark.parametrize("loss", ["mse", "mae"])
def test_a_loss_that_is_tiny_beside_the_targets_does_not_jump(loss):
    recipe = replace(NUMBERS, loss=loss)
    jumping = make_training({"loss": 1e6 * NEARLY_ZERO}, recipe, target_variance=4.0)
    assert "Clip gradients at 1" in list_actions(jumping)
    tiny = replace(jumping, target_variance=1e8)
    assert "Clip gradients at 1" not in list_actions(tiny)
    classes = make_training({"loss": NEARLY_ZERO, "accuracy": np.ones(20)})
    assert "Clip gradients at 1" not in list_actions(classes)


@pytest.mark.parametrize("targets", [[7.0], [0.1] * 10, [1e9, 1e9 + 1], [0, 0]])
def test_targets_that_do_not_vary_have_variance_0(targets):
    assert measure_target_variance(np.array(targets)) == 0


def test_targets_that_vary_have_their_variance():
    assert measure_target_variance(np.array([1, 2, 3, 6])) == 3.5
    with np.errstate(over="ignore"):
        assert measure_target_variance(np.array([-1e200, 1e200])) == np.inf


@pytest.mark.parametrize("curve", [[1.0, 0.5], [np.nan] * 20, [], [np.inf] * 20])
def test_short_and_broken_curves_are_not_read(curve):
    assert list_actions(make_training({"loss": curve})) == ["Compare pooling"]


def test_padding_as_data_is_the_first_thing_to_change():
    training = make_training(OVERFIT, replace(CLASSES, mask="none"))
    first = suggest_next_steps(training)[0]
    assert first.recipe == CLASSES


def test_without_held_out_sequences_some_are_held_out():
    recipe = replace(CLASSES, validation_split=0.0, patience=None)
    training = make_training(
        {"loss": FLAT, "accuracy": np.full(20, 0.99)},
        recipe,
        evaluation=make_evaluation("training"),
    )
    assert find_recipe(training, "Hold out 20% for validation").validation_split == 0.2
    assert "Hold out 20% for validation" not in list_actions(replace(training, sequences=3))


def test_a_family_is_better_only_on_held_out_training_rows_and_beyond_chance():
    training = make_training(
        score=HeldOutScore(0.8, 40),
        others={"random_convolution": HeldOutScore(0.97, 200)},
        suggested={"random_convolution": ROCKET},
    )
    first = suggest_next_steps(training)[0]
    assert first.recipe == ROCKET
    assert "97.0% against 80.0%" in first.reason
    close = replace(training, score=HeldOutScore(0.95, 40))
    assert ROCKET not in [step.recipe for step in suggest_next_steps(close)]
    unknown = replace(training, score=None)
    assert ROCKET not in [step.recipe for step in suggest_next_steps(unknown)]


def test_a_score_on_test_rows_chooses_no_family():
    """A family that the test set favours is not suggested as better."""
    training = make_training(
        evaluation=make_evaluation("test", [("linear", -0.2)]),
        others={"random_convolution": HeldOutScore(0.9, 200)},
        suggested={"random_convolution": ROCKET},
    )
    assert ROCKET not in [step.recipe for step in suggest_next_steps(training)]


UNTRIED = {
    "recurrent": "A recurrent network has not been trained on this data yet.",
    "convolution": "A convolutional network has not been trained on this data yet.",
    "random_convolution": "Random convolutions have not been trained on this data yet.",
}


@pytest.mark.parametrize("family", FAMILIES)
def test_a_family_that_has_not_been_trained_is_tried_and_named(family):
    reason = UNTRIED[family]
    training = make_training(suggested={family: ROCKET})
    [step] = [step for step in suggest_next_steps(training) if step.reason == reason]
    assert step.recipe == ROCKET
    assert step.action == f"Try: {FAMILIES[family]}"
    trained = replace(training, others={family: None})  # without a score on held-out rows
    assert reason not in [step.reason for step in suggest_next_steps(trained)]


@pytest.mark.parametrize(
    "leads",
    [
        [("constant", 0.4), ("linear", -0.02)],
        [("constant", 0.4), ("linear", 0.02)],
        [("constant", 0.4), ("linear", 0.0), ("trees", -0.08)],  # trees are stronger
        [("constant", 0.4), ("last", 0.02), ("linear", 0.3)],
    ],
)
@pytest.mark.parametrize("curves", [CONVERGED, OVERFIT])
def test_a_linear_model_as_good_leads_to_random_convolutions(leads, curves):
    name, lead = leads[1]
    training = make_training(
        curves,
        evaluation=make_evaluation("validation", leads),
        suggested={"random_convolution": ROCKET, "convolution": CLASSES},
    )
    steps = suggest_next_steps(training)
    model = {"linear": "a linear model on summaries", "last": "a linear model on the last step"}
    assert steps[0].reason.startswith(
        f"This network is not measurably better than {model[name]}: accuracy 90.0% against "
        f"{0.9 - lead:.1%}."
    )
    assert "random convolutions: a linear model on convolution features" in steps[0].reason
    assert (steps[0].action, steps[0].recipe) == ("Try: Random convolutions", ROCKET)
    assert not any(step.action == "Try: Convolutional network" for step in steps)


@pytest.mark.parametrize(
    "leads",
    [
        [("constant", 0.4), ("linear", 0.08), ("trees", -0.1)],
        [("constant", 0.0), ("linear", 0.0)],  # nothing has been learned
        [("constant", 0.4), ("trees", -0.1)],
    ],
)
def test_another_baseline_is_no_linear_model(leads):
    evaluation = make_evaluation("validation", leads)
    training = make_training(evaluation=evaluation, suggested={"random_convolution": ROCKET})
    assert "have not been trained" in suggest_next_steps(training)[0].reason


def test_no_linear_model_is_suggested_where_none_can_be_trained():
    """Random convolutions predict no targets per step."""
    evaluation = make_evaluation("validation", [("constant", 0.4), ("last", -0.02)])
    training = make_training(evaluation=evaluation, suggested={"convolution": CLASSES})
    assert "A convolutional network has not" in suggest_next_steps(training)[0].reason


BETTER = make_evaluation("validation", [("constant", 0.4), ("linear", -0.1)])


def test_a_better_linear_model_leads_to_random_convolutions():
    suggested = {"random_convolution": ROCKET, "convolution": CLASSES}
    training = make_training(evaluation=BETTER, suggested=suggested)
    first = suggest_next_steps(training)[0]
    assert first.reason.startswith(
        "A linear model is better than this model: accuracy 100.0% against 90.0% "
        "(a linear model on summaries). The nearest family is random convolutions"
    )
    assert (first.action, first.recipe) == ("Try: Random convolutions", ROCKET)


BETTER_REASON = (
    "A linear baseline is better than this model: accuracy 100.0% against 90.0% "
    "(a linear model on summaries). Try another family or other settings."
)


def test_a_linear_model_better_than_random_convolutions_leads_to_another_family():
    history = {"penalty": [1.0, 10.0], "loss": [0.5, 0.4], "accuracy": [0.9, 0.91]}
    training = make_training(history, ROCKET, evaluation=BETTER, suggested={"recurrent": CLASSES})
    first, *others = suggest_next_steps(training)
    assert (first.reason, first.recipe) == (BETTER_REASON, CLASSES)
    assert first.action == f"Try: {FAMILIES['recurrent']}"
    assert CLASSES not in [step.recipe for step in others]
    all_tried = replace(training, others={"recurrent": None})
    first = suggest_next_steps(all_tried)[0]
    assert (first.reason, first.action, first.recipe) == (BETTER_REASON, None, None)


def test_a_linear_model_as_good_as_random_convolutions_is_no_reason():
    evaluation = make_evaluation("validation", [("constant", 0.4), ("linear", -0.02)])
    training = make_training(recipe=ROCKET, evaluation=evaluation)
    assert "linear" not in " ".join(step.reason for step in suggest_next_steps(training))


def test_rare_classes_are_balanced():
    training = make_training(class_counts=(90, 5, 100))
    assert find_recipe(training, "Balance classes").class_weight == "balanced"
    assert "Balance classes" not in list_actions(replace(training, class_counts=(90, 50)))


def test_a_fit_in_closed_form_has_no_curves_by_epoch():
    history = {"penalty": [1.0, 10.0], "loss": [0.5, 0.4], "accuracy": [0.9, 0.91]}
    training = make_training(history, ROCKET, class_counts=(90, 5, 100))
    assert list_actions(training) == ["Compare masks"]


def test_an_ensemble_is_left_as_it_is():
    recipe = replace(CLASSES, members=(CLASSES, CLASSES))
    assert "Add dropout 0.3" not in list_actions(make_training(OVERFIT, recipe))


def test_at_most_three_steps_are_suggested_each_with_a_reason():
    jumping = {"loss": np.where(EPOCHS % 4 == 0, 3.0, 1.0), "accuracy": np.full(20, 0.5)}
    training = make_training(
        jumping,
        replace(CLASSES, mask="none"),
        class_counts=(1, 100, 100),
        suggested={"random_convolution": ROCKET},
        evaluation=make_evaluation("training"),
    )
    steps = suggest_next_steps(training)
    assert len(steps) == MAX_STEPS
    assert all(step.reason.endswith(".") for step in steps)


def test_scores_are_of_held_out_training_rows():
    fit = {"penalty": [1.0, 10.0], "loss": [0.5, 0.4], "accuracy": [0.9, 0.91]}
    assert read_score(ROCKET, fit, None, 100) == HeldOutScore(0.91, 80)
    curves = {"loss": [1.0, 0.5], "val_accuracy": [0.7, 0.6]}
    assert read_score(CLASSES, curves, 1, 100) == HeldOutScore(0.7, 20)
    assert read_score(CLASSES, curves, None, 100) == HeldOutScore(0.6, 20)
    assert read_score(CLASSES, {"loss": [1.0], "accuracy": [0.9]}, None, 100) is None
    assert read_score(Recipe(), curves, None, 100) is None
