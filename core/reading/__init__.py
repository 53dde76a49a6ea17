"""Read a table, a file or pasted text into ``Sequences``: open, detect, read.

The three steps are independent, so that a page can open a file once, show what was detected, and
read again when the user changes a role.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..data.choices import Choices
from ..data.missing import Missing
from ..data.schema import Cut, Duplicates, Schema, TargetAt
from ..data.sequences import Sequences
from .announcement import ReadsAlike, announce
from .choices import read_with_choices
from .detection.detect import detect_schema
from .detection.reuse_schema import adapt_schema
from .formats.open import AnySource, open_lists, open_table
from .layouts.read import read_table
from .table.report import Problem, Report
from .table.step_limits import refuse_many_steps
from .table.table import Table

__all__ = [
    "Choices",
    "Problem",
    "Report",
    "Schema",
    "Table",
    "adapt_schema",
    "detect_schema",
    "open_lists",
    "open_table",
    "read_sequences",
    "read_table",
    "read_with_choices",
    "read_with_schema",
    "refuse_many_steps",
]


def read_sequences(
    source: AnySource,
    layout: str = "auto",
    id: str | Sequence[str] | None = None,
    time: str | Sequence[str] | None = None,
    target: str | None = None,
    features: Sequence[str] | None = None,
    split: str | None = None,
    group: str | None = None,
    missing: Missing = "forward",
    target_at: TargetAt | None = None,
    *,
    remaining_steps: int | None = None,
    steps_after: str | None = None,
    sheet: str | None = None,
    dayfirst: bool | None = None,
    decimal: Mapping[str, str] | None = None,
    padding: float | None = None,
    duplicates: Duplicates = "keep",
    elapsed: bool = False,
    cut: Cut = "",
    cut_steps: int = 0,
    cut_every: int = 0,
    accept: Sequence[str] = (),
    like: ReadsAlike | None = None,
    strict: bool = False,
) -> Sequences:
    """Read sequences from files, buffers, or tables of pandas, Arrow and Polars.

    ``data.report`` says what was understood, assumed, changed and left out. If anything in it is to
    be checked, a ``DataWarning`` says so.

    Args:
        source: Path or buffer, or a list of them, which are read as the files of a ZIP; a
            DataFrame, or a list of them, one per sequence; a table of Arrow or Polars; or a dict of
            columns.
        layout: "auto" detects one of

            * "rows": one sequence per row, numbers only, no header (``1`` / ``2,5``);
            * "list": one sequence per row, its steps in a list (``"[2, 5]",4`` or ``2 5,4``);
            * "long": one step per row (id, time, features …, target);
            * "wide": one sequence per row, one step per column (x1, x2, …; or x_1, x_2, …,
              y_1, y_2, … for several features), blank cells at the end.
        id: Column of the sequence id; None detects it, "" means that there is none. The same
            holds for the other roles. The cells of several columns, joined by " / ", are an id.
        time: Column that orders the steps, or the columns of the date and the time of day.
        target: Column of the target.
        features: Columns of the values; None detects them.
        split: Column of "train", "validation" or "test".
        group: Column of the group that a split must not divide.
        missing: Treatment of missing values: "forward", "mean", "drop" or "refuse" (see
            ``Sequences``). With the first two, an additional feature of 0 and 1 indicates them.
        target_at: "sequence" for one target per sequence, which must be the same in all of its
            rows, "step" for one per step, "end" for the target of the last step. None selects
            "step" if the column changes in most sequences, otherwise "sequence".
        remaining_steps: Makes the number of steps until the end of its sequence the target of
            each step, as for machines that run to failure: this many at most. For tables without
            a target.
        steps_after: Column of the steps between the last row of each sequence and its end, as for
            machines that did not fail while they were recorded. The remaining steps include them.
        sheet: Name of a sheet of an Excel workbook; None for the first one with numbers.
        dayfirst: In dates such as 01/02/2026, the day comes first; None decides it by all dates
            of the column, and takes the day first where they allow both.
        decimal: Decimal mark, "." or ",", by column; None decides it by the whole column.
        padding: Number that only fills the ends of lists, or of rows of equal length.
        duplicates: Steps of one sequence at the same time: "keep" all, the "first", the "last",
            or their "mean".
        elapsed: Adds the time since the previous step as a feature.
        cut: "windows" or "prefixes" cuts the sequences (see ``Schema``), with ``cut_steps`` and
            ``cut_every``.
        accept: Codes of questions and warnings in the report that are answered by what was
            assumed or done.
        like: A trained model, such as from ``core.load``: reads new data in the same way as its
            training data, whatever the other arguments are.
        strict: Raises an error for a question that could not be decided.

    Returns:
        The sequences.

    Raises:
        DataError: With the row, the column, the offending text and the remedy.

    >>> import io
    >>> data = read_sequences(io.StringIO("1\\n2,5\\n3,9,9,4,8"))
    >>> data.lengths.tolist(), data[1].tolist()
    ([1, 2, 5], [[2.0], [5.0]])
    """
    if like is not None:
        data = like.as_sequences(source)
    else:
        choices: Choices = {
            "layout": layout,
            "id": id if id is None or isinstance(id, str) else tuple(id),
            "time": time if time is None or isinstance(time, str) else tuple(time),
            "target": target,
            "features": features,
            "split": split,
            "group": group,
            "missing": missing,
            "target_at": target_at,
            "remaining_steps": remaining_steps,
            "steps_after": steps_after,
            "dayfirst": dayfirst,
            "decimal": decimal or {},
            "padding": padding,
            "duplicates": duplicates,
            "elapsed": elapsed,
            "cut": cut,
            "cut_steps": cut_steps,
            "cut_every": cut_every,
            "accept": accept,
        }
        table = open_table(source, sheet=sheet)
        data = read_with_choices(table, choices)[0]
    announce(data.report, strict)
    return data


def read_with_schema(table: Table, schema: Schema) -> tuple[Sequences, Report]:
    """Read new data in the same way as the data of a schema (see ``adapt_schema``).

    Raises:
        DataError: As ``read_table``, and for a feature that the table lacks.
    """
    return read_table(table, adapt_schema(schema, table))
