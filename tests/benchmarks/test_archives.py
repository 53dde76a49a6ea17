"""The measurement of accuracy chooses every recipe without the test targets."""

import numpy as np
import pytest

from benchmarks.archives.measure import ENSEMBLE, choose, list_candidates
from benchmarks.archives.published import METHODS, read_published
from benchmarks.archives.report import render_report
from benchmarks.archives.sources import CAP, find_sources, join, stop_engines
from core import Recipe, Sequences
from tests.support.headerless_tables import write_ucr


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "Small").mkdir()
    for part in ("TRAIN", "TEST"):
        (tmp_path / "Small" / f"Small_{part}.tsv").write_text(write_ucr(rows=20))
    return tmp_path


def test_every_folder_with_both_parts_and_the_sample_are_found(folder):
    small, vowels = find_sources(folder)
    assert (small.name, vowels.name) == ("Small", "JapaneseVowels")
    for source in (small, vowels):
        training, complete = source.read_training(), source.read_all()
        assert training.split is None
        is_training = complete.split == "train"
        assert training.targets.tolist() == complete.targets[is_training].tolist()
        assert 0 < is_training.sum() < len(complete)


def test_the_recipe_is_what_is_suggested_for_the_data_with_its_test_set(folder):
    for source in find_sources(folder):
        *families, ensemble = list_candidates(source.read_training())
        for family in families:
            expected = Recipe.suggest(source.read_all(), family)
            assert choose(family, source.read_training()) == expected
        assert ensemble == ENSEMBLE
        assert len(choose(ensemble, source.read_training()).list_members()) == 5


def test_held_out_engines_stop_before_their_end_and_others_do_not():
    engines = Sequences(np.zeros((60, 2)), [30, 30], targets=np.arange(60.0) % 30, per_step=True)
    data = join(engines[[0]], engines[[1]])
    stopped, remaining = stop_engines(data, seed=0)
    assert stopped.lengths.tolist() == [30, 30 - remaining[0]]
    assert 0 < remaining[0] <= 20
    assert stopped.targets.tolist() == [*range(30), *range(stopped.lengths[1])]
    assert CAP == 125


def test_the_report_marks_the_suggested_family_and_gives_published_figures_with_sources():
    result = {"recipe": "a → b", "figures": {"accuracy": [0.5, 0.7], "seconds": [1, 3]}}
    entry = {"suggested": "recurrent", "recurrent": result | {"baselines": {"trees": [0.4]}}}
    record = {
        "test": {"ShakeGestureWiimoteZ": entry},
        "openings": [{"date": "2026-01-01", "commit": "abc"}],
    }
    report = render_report(record)
    assert "**.600 ± .141**" in report
    assert "| .400 | .860 | .940 | .900 | .940 | a → b | 2 |" in report
    assert "2026-01-01, commit abc" in report
    assert all(set(figures) <= set(METHODS) for figures in read_published().values())
