"""The lesson about masking: its data is generated, and its measurement says what the app says."""

import json

from benchmarks.daily_rides import FILE, generate
from core import read_sequences

REPORT = FILE.parent.parent / "docs" / "masking.json"


def test_the_sample_is_what_its_script_generates():
    assert FILE.read_text(encoding="utf-8") == generate()


def test_days_without_rides_are_real_zeros_and_no_sequence_has_only_them():
    data = read_sequences(FILE)
    assert (len(data), int(data.lengths.min()), int(data.lengths.max())) == (240, 3, 100)
    assert (data.values == 0).any()
    assert all(data[row].any() for row in range(len(data)))
    assert ((data.split == "test").sum(), (data.split == "train").sum()) == (80, 160)


def test_masking_pays_on_the_one_sample_and_not_on_the_other():
    measured = json.loads(REPORT.read_text())["masking"]
    low, _high = measured["daily_rides"]["modes"]["none"]["95 % interval"]
    assert low > 0  # the error without a mask is larger
    low, high = measured["japanese_vowels"]["modes"]["none"]["95 % interval"]
    assert low < 0 < high
    assert all(each["part"] == "test" and each["seeds"] >= 5 for each in measured.values())
