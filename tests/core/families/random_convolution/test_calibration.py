import numpy as np

from core.families.random_convolution.calibration import compute_log_loss, fit_scale


def draw(scale: float, rows: int = 4000):
    rng = np.random.default_rng(0)
    scores = rng.normal(size=(rows, 3))
    probabilities = np.exp(scale * scores)
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    classes = (probabilities.cumsum(axis=1) > rng.random((rows, 1))).argmax(axis=1)
    return scores, classes


def test_the_scale_that_made_the_classes_is_found():
    for scale in (0.3, 1.0, 5.0):
        assert abs(np.log(fit_scale(*draw(scale)) / scale)) < 0.1


def test_no_other_scale_has_a_lower_log_loss():
    scores, classes = draw(2.0, rows=200)
    best = compute_log_loss(fit_scale(scores, classes) * scores, classes)
    others = [compute_log_loss(scale * scores, classes) for scale in np.logspace(-1, 1, 50)]
    assert best <= min(others) + 1e-6


def test_scores_that_separate_all_classes_give_a_finite_scale():
    assert np.isfinite(fit_scale(np.eye(3) * 2 - 1, np.arange(3)))
