"""The command line of a saved model, ``predict.py``. Needs TensorFlow."""

from __future__ import annotations

import argparse
import contextlib
import csv
import io
import json
import os
import sys
import time
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from .data.sequences import Sequences
from .errors import UnpaddedError

if TYPE_CHECKING:
    from .fitted import FittedModel

DESCRIPTION = """\
Predict with the model in this folder. The input is read as the app reads it: a table like the
training data, in any format that the app opens; the target may be missing. Prints one prediction
per sequence, or one per step if the model predicts at every step."""
EXAMPLES = """\
examples:
  python predict.py new.csv > predictions.csv
  python predict.py new.csv.gz --format json --output predictions.json
  python predict.py "[[1.5], [2, 5]]"
  other_program | python predict.py -"""
REFUSED = 1  # exit status for input that cannot be used
PROGRESS_SECONDS = 2.0  # shorter work shows no progress
Prediction = tuple[str | float | None, dict[str, float | None]]  # and probability per class
ROUND_DIGITS = 7  # significant digits of a probability; float32 has no more


def main(folder: Path, arguments: Sequence[str] | None = None) -> int:
    """Run the command.

    Args:
        folder: Folder of the saved model, unpacked.
        arguments: Arguments of the command; None takes those of the process.

    Returns:
        The exit status: 0, or REFUSED after a message on the standard error stream.
    """
    given = _build_parser().parse_args(arguments)
    if isinstance(sys.stdout, io.TextIOWrapper):  # the csv module writes line ends itself
        sys.stdout.reconfigure(encoding="utf-8", newline="")
    try:
        with _silence_startup():
            from .trained_model import load

            model = load(folder)
        data = _read(model, given.input)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            prepared = model.preprocessing.prepare(data)
            outputs = model.compute_outputs(prepared, _Progress())
        for note in model.preprocessing.notes(prepared.masked):
            print(f"note: {note}", file=sys.stderr)
        text = (_format_json if given.format == "json" else _format_csv)(model, data, outputs)
        if given.output is None:
            sys.stdout.write(text)
        else:
            Path(given.output).write_text(text, encoding="utf-8", newline="")
    except UnpaddedError as error:
        print(f"predict.py: {error}", file=sys.stderr)
        return REFUSED
    except OSError as error:
        print(f"predict.py: {error.filename}: {error.strerror}", file=sys.stderr)
        return REFUSED
    except MemoryError:
        print("predict.py: there is not enough memory for this input.", file=sys.stderr)
        return REFUSED
    return 0


def _build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="predict.py",
        description=DESCRIPTION,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "input", help="a file; sequences as JSON, such as [[1.5], [2, 5]]; or - for standard input"
    )
    parser.add_argument("--format", choices=("csv", "json"), default="csv", help="default: csv")
    parser.add_argument("-o", "--output", metavar="FILE", help="default: standard output")
    return parser


@contextlib.contextmanager
def _silence_startup() -> Iterator[None]:
    """Hide what TensorFlow's libraries print while they load; errors of Python remain."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    sys.stderr.flush()
    with open(os.devnull, "wb") as nothing:
        stderr = os.dup(2)
        os.dup2(nothing.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(stderr, 2)
            os.close(stderr)


def _read(model: FittedModel, source: str) -> Sequences:
    """Read the input as the app does for this model."""
    reading = model.reading
    if source.lstrip().startswith("["):
        data, report = reading.read_typed(source, sys.maxsize)
    else:
        content = sys.stdin.buffer.read() if source == "-" else Path(source).read_bytes()
        data, report = reading.read_file(content, sys.maxsize)
    for kind, count in report.dropped.items():
        print(f"note: {count} rows are left out ({kind}).", file=sys.stderr)
    return model.as_sequences(data)


def _format_csv(model: FittedModel, data: Sequences, outputs: np.ndarray) -> str:
    per_step = ["step"] if model.recipe.return_sequences else []
    labels = () if model.classes is None else model.classes.tolist()
    text = io.StringIO()
    lines = csv.writer(text)
    lines.writerow(["id", *per_step, "prediction", *(f"probability of {x}" for x in labels)])
    for name, row in _list_predictions(model, data, outputs):
        for step, (prediction, probabilities) in enumerate(row, start=1):
            cells = [name, *([step] if per_step else []), prediction, *probabilities.values()]
            lines.writerow(["" if cell is None else cell for cell in cells])
    return text.getvalue()


def _format_json(model: FittedModel, data: Sequences, outputs: np.ndarray) -> str:
    answers, per_step = [], model.recipe.return_sequences
    for name, row in _list_predictions(model, data, outputs):
        answer: dict[str, object] = {"id": name}
        predictions = [prediction for prediction, _ in row]
        probabilities = [each for _, each in row]
        if per_step:
            answer["predictions"] = predictions
        else:
            answer["prediction"] = predictions[0]
        if model.classes is not None:
            answer["probabilities"] = probabilities if per_step else probabilities[0]
        answers.append(answer)
    return json.dumps(answers, ensure_ascii=False, indent=1) + "\n"


def _list_predictions(
    model: FittedModel, data: Sequences, outputs: np.ndarray
) -> Iterator[tuple[str, list[Prediction]]]:
    """List each sequence's id with its predictions: one, or one per step.

    A prediction is the number or label, None at a step that the network does not see, and the
    probability of each class.
    """
    predictions = model.preprocessing.decode(outputs)
    labels = [] if model.classes is None else [str(label) for label in model.classes]
    rows: list[Prediction] = [
        (
            None if np.isnan(output).any() else prediction,
            {
                label: None if np.isnan(share) else float(f"{share:.{ROUND_DIGITS}g}")
                for label, share in zip(labels, output, strict=bool(labels))
            }
            if labels
            else {},
        )
        for prediction, output in zip(predictions.tolist(), outputs, strict=True)
    ]
    bounds = data.offsets if model.recipe.return_sequences else range(len(data) + 1)
    for row, name in enumerate(data.ids):
        yield name, rows[bounds[row] : bounds[row + 1]]


class _Progress:
    """Progress of long work on the standard error stream."""

    def __init__(self) -> None:
        self.start = time.monotonic()
        self.shown = -1

    def __call__(self, share: float) -> None:
        """Show the finished share, 0 to 1, in steps of a tenth unless a person is looking."""
        percent = int(100 * share) if sys.stderr.isatty() else int(10 * share) * 10
        if percent == self.shown or time.monotonic() - self.start < PROGRESS_SECONDS:
            return
        self.shown = percent
        end = "\r" if sys.stderr.isatty() and share < 1 else "\n"
        print(f"predicted {percent} %", end=end, file=sys.stderr, flush=True)
