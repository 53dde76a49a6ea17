"""The same small data in several file formats."""

import io
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

SAMPLES = Path(__file__).parents[2] / "samples"
LONG = (SAMPLES / "three_long.csv").read_text()


def make_zip(files: dict[str, str | bytes], **options) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, **options) as zip:
        for name, content in files.items():
            zip.writestr(name, content)
    return packed.getvalue()


def build_parquet(**columns) -> bytes:
    written = io.BytesIO()
    pq.write_table(pa.table(columns), written)
    return written.getvalue()


TS = """# a comment
@problemName three
@timeStamps false
@univariate true
@equalLength false
@classLabel true 2 4 6

@data
1:2
2,5:4
# between
3,9,9,4,8:6
"""
LISTS = pa.array([[1.0], [2, 5], [3, 9, 9, 4, 8]])
