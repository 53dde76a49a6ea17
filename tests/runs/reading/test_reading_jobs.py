"""Results of reading that are too large for the server are refused with the numbers."""

import pytest

from core.reading.table import table
from runs.reading import reading_jobs

STEPS = 10**6
LONG_IDS = (
    "id,v\n" + "".join(f"{i:03}{'n' * 97},1\n{i:03}{'n' * 97},2\n" for i in range(50))
).encode()


def open_file(content: bytes) -> reading_jobs.Opened | reading_jobs.Refused:
    return reading_jobs.open_file(content, STEPS, {})


@pytest.mark.parametrize(("most", "is_read"), [(5_000, True), (4_999, False)])
def test_the_text_of_ids_is_limited(monkeypatch: pytest.MonkeyPatch, most: int, is_read: bool):
    monkeypatch.setattr(reading_jobs, "MAX_TEXT", most)
    opened = open_file(LONG_IDS)
    assert isinstance(opened, reading_jobs.Opened) is is_read
    if not is_read:
        assert "5,000 characters; the limit is 4,999" in str(opened.error)


def test_sequences_are_limited_by_the_size_of_their_file(monkeypatch: pytest.MonkeyPatch):
    words = "id,a,v\n" + "".join(f"{i // 9},{'pqrst'[i % 5]},{i % 7}\n" for i in range(900))
    assert isinstance(open_file(words.encode()), reading_jobs.Opened)
    monkeypatch.setattr(reading_jobs, "MAX_BYTES", 100)
    refused = open_file(words.encode())
    assert isinstance(refused, reading_jobs.Refused)
    assert "of memory" in str(refused.error)


def test_the_names_of_columns_are_limited_together(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(table, "MAX_NAME_CHARACTERS", 3)
    refused = open_file(b"id,v,target\na,1,2\na,2,2\n")
    assert isinstance(refused, reading_jobs.Refused)
    assert "The column names have 9 characters; the limit is 3" in str(refused.error)
