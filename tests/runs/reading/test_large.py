"""Large files of measurements are read within the limits that stop hostile files."""

import io

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pytest

from runs.limits import Limits
from runs.reading import reading_jobs
from runs.reading.guard import Guard

pytestmark = pytest.mark.slow  # it trains, saves or starts a process for each case


def steps_of_200_mb() -> bytes:
    rng = np.random.default_rng(0)
    rows = 5_900_000
    columns = {"id": np.arange(rows) // 59, "t": np.arange(rows) % 59}
    columns |= {name: rng.normal(size=rows).round(9) for name in ("a", "b")}
    out = io.BytesIO()
    pyarrow.csv.write_csv(pa.table(columns), out)
    return out.getvalue()


def twenty_thousand_columns() -> bytes:
    values = np.random.default_rng(0).integers(0, 1000, (200, 19_999))
    lines = [",".join(map(str, [number, *row])) for number, row in enumerate(values.tolist())]
    return "\n".join([",".join(["id", *(f"x{i}" for i in range(19_999))]), *lines]).encode()


def hundred_thousand_lists() -> bytes:
    return b"s,y\n" + b"".join(b'"[1, %d, 3]",%d\n' % (i, i % 3) for i in range(100_000))


@pytest.mark.parametrize(
    ("make", "sequences"),
    [
        (steps_of_200_mb, 100_000),
        (twenty_thousand_columns, 200),
        (hundred_thousand_lists, 100_000),
    ],
)
def test_a_large_file_is_read(make, sequences):
    content, guard = make(), Guard()
    try:
        how = (Limits().steps, {})
        opened = guard.call("somebody", "192.0.2.7", reading_jobs.open_file, content, *how)
        assert len(opened.sequences()) == sequences
    finally:
        guard.close()
