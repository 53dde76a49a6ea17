"""Tables that a saved model is asked about: as in training, changed, in every format, damaged."""

import gzip
import io
import zipfile

import pandas as pd

TRAINING = (
    "id,t,x,colour,y\n"
    "a,1,1.5,red,2\na,2,2,blue,2\na,3,0,blue,2\n"
    "b,1,3,red,4\nb,2,4,blue,4\n"
    "c,1,5,red,6\nd,1,2,blue,3\nd,2,3,red,3\n"
)


def _zip_table() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("table.csv", TRAINING)
    return buffer.getvalue()


def _write_parquet() -> bytes:
    buffer = io.BytesIO()
    pd.read_csv(io.StringIO(TRAINING)).to_parquet(buffer)
    return buffer.getvalue()


# Each gives the predictions of the model, or the model's refusal.
VARIANTS = {
    "the same": TRAINING.encode(),
    "without targets": b"id,t,x,colour\na,1,1.5,red\na,2,2,blue\n",
    "columns in another order": b"colour,x,t,id\nred,1.5,1,a\nblue,2,2,a\n",
    "steps out of order": b"id,t,x,colour\na,2,2,blue\na,1,1.5,red\n",
    "another column more": b"id,t,x,colour,note\na,1,1.5,red,good\n",
    "a feature missing": b"id,t,colour\na,1,red\n",
    "a feature renamed": b"id,t,X2,colour\na,1,1.5,red\n",
    "an unknown word": b"id,t,x,colour\na,1,1.5,green\n",
    "semicolons and decimal commas": b"id;t;x;colour\na;1;1,5;red\na;2;2,25;blue\n",
    "tabs": b"id\tt\tx\tcolour\na\t1\t1.5\tred\n",
    "CR line ends": TRAINING.replace("\n", "\r").encode(),
    "CRLF line ends": TRAINING.replace("\n", "\r\n").encode(),
    "a byte order mark": b"\xef\xbb\xbf" + TRAINING.encode(),
    "UTF-16": TRAINING.encode("utf-16"),
    "quoted cells": TRAINING.replace("red", '"red"').encode(),
    "blank lines": TRAINING.replace("\n", "\n\n").encode(),
    "gzip": gzip.compress(TRAINING.encode(), mtime=0),
    "a ZIP of files": _zip_table(),
    "Parquet": _write_parquet(),
    "a missing value": b"id,t,x,colour\na,1,,red\na,2,2,blue\n",
    "a word for a number": b"id,t,x,colour\na,1,many,red\n",
    "an empty file": b"",
    "a header alone": b"id,t,x,colour\n",
    "bytes of no table": bytes(range(256)) * 4,
}
