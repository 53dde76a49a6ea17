"""What is wrong in a file, what can be done about it, and what became of its rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

import pandas as pd
import streamlit as st

from core import DataError
from core.errors import MissingValue, Note
from core.i18n import N_
from core.reading import Report, Schema
from ui.i18n import _, counted, listed, ngettext, plain, shortened, told

MISSING_NAMES = {
    "refuse": N_("refuse the file"),
    "drop": N_("drop the step"),
    "forward": N_("carry the last value forward"),
    "mean": N_("take the mean, and say where"),
}
MISSING_DONE = {
    "drop": N_("the step is dropped"),
    "forward": N_("the last value is carried forward"),
    "mean": N_("the mean of the training steps stands for it, and a feature says so"),
}
DUPLICATE_DONE = {
    "keep": N_("both are kept, in the order of the file"),
    "first": N_("the first one is kept"),
    "last": N_("the last one is kept"),
    "mean": N_("their mean is taken"),
}
DONE = {
    "incomplete": N_("the row is left out"),
    "empty": N_("the sequence is left out"),
    "spaces": N_("taken for the same"),
    "gap": N_("nothing: look whether something is missing"),
    "unseen": N_("counts as unknown"),
}
LEFT_OUT = {
    "missing": N_("with a missing value"),
    "incomplete": N_("without an id, time, target, split or group"),
    "empty": N_("without a step"),
    "duplicate": N_("at the time of another one"),
}


def explain(error: DataError) -> None:
    """What is wrong, where, and what to do; what was open stays open."""
    st.error(_without_blank(told(error)), icon=":material/error:")


def offer_to_read_again(error: DataError, key: str, read: Callable[[Schema], None]) -> None:
    """Explain, list all that is in the way, and offer what can safely be done about it: each of
    the ways calls ``read`` with a schema."""
    explain(error)
    if error.report is None:
        return
    open_ones = error.report.in_the_way
    if sum(open_ones.found.values()) > 1:
        _listed(open_ones, settled=False)
    with st.container(horizontal=True):
        for number, (label, schema) in enumerate(_ways(error)):
            st.button(label, key=f"{key}-{number}", on_click=read, args=(schema,))


def _ways(error: DataError) -> Iterator[tuple[str, Schema]]:
    """What can be done, each with the schema that does it."""
    schema, found = error.report.schema, error.report.found
    unreadable = {"unreadable"} & found.keys() - {*schema.fixes}
    fixes = (*schema.fixes, *unreadable)
    lacking = unreadable or "missing" in found
    if lacking and (schema.missing == "refuse" or isinstance(error, MissingValue)):
        others = (name for name in ("drop", "forward", "mean") if name != schema.missing)
        for missing in others:
            label = _(MISSING_NAMES[missing])
            yield label[:1].upper() + label[1:], replace(schema, missing=missing, fixes=fixes)
    elif unreadable:
        yield (
            ngettext(
                "Count {n} cell as missing", "Count {n} cells as missing", found["unreadable"]
            ),
            replace(schema, fixes=fixes),
        )
    labels = {
        "incomplete": ngettext(
            "Leave out {n} row", "Leave out {n} rows", found.get("incomplete", 0)
        ),
        "empty": ngettext(
            "Leave out {n} empty sequence", "Leave out {n} empty sequences", found.get("empty", 0)
        ),
        "spaces": _("Take ids that differ in spaces for the same"),
    }
    if "changes" in found:
        yield _("Take a target for each step"), replace(schema, target_at="step")
        yield _("Take that of the last step"), replace(schema, target_at="end")
    for fix, label in labels.items():
        if fix in found and fix not in schema.fixes:
            yield label, replace(schema, fixes=(*schema.fixes, fix))


def rows(report: Report) -> None:
    """The sum of the rows, and what was not as it should be."""
    left_out = {kind: number for kind, number in report.left_out.items() if number}
    all_rows = ngettext("{n} row in the file", "{n} rows in the file", report.rows)
    if left_out:
        parts = [f"{counted(number)} {_(LEFT_OUT[kind])}" for kind, number in left_out.items()]
        st.caption(
            _("{rows} = {used} used + left out: {parts}.").format(
                rows=all_rows, used=counted(report.used), parts=listed(parts)
            )
        )
    else:
        st.caption(_("{rows}, all of them used.").format(rows=all_rows))
    if report.found:
        number = sum(report.found.values())
        title = ngettext("{n} thing to know about", "{n} things to know about", number)
        with st.expander(title, icon=":material/rule:"):
            _listed(report, settled=True)


def constant(report: Report) -> None:
    """Features that tell about a sequence as a whole, and how to do without them."""
    if not report.constant:
        return
    said = _("Constant over a sequence: {columns}.").format(
        columns=plain(listed(shortened(name) for name in report.constant))
    )
    if report.schema.layout in ("long", "list"):
        said += " " + _("Leave them out under Features if the model should not know them.")
    st.caption(said)


def _listed(report: Report, settled: bool) -> None:
    """One table of all problems: where, what stands there, what is wrong, what was done."""
    listed = report.problems
    table = {
        _("Row"): [_row(problem.row) for problem in listed],
        _("Column"): [str(problem.column) for problem in listed],
        _("What is wrong"): [_wrong(told(problem.what)) for problem in listed],
        _("Value"): [problem.found for problem in listed],
    }
    if settled:
        table[_("What was done")] = [_(_done(problem.kind, report.schema)) for problem in listed]
    widths = dict(zip(table, (54, 90, 280, 90), strict=False))  # on a phone the first three
    st.dataframe(
        pd.DataFrame(table),
        hide_index=True,
        height=min(38 + 35 * len(listed), 318),
        column_config={name: st.column_config.Column(width=w) for name, w in widths.items()},
    )
    number = sum(report.found.values())
    if number > len(listed):
        st.caption(
            _("Listed: {listed} of {all}.").format(listed=counted(len(listed)), all=counted(number))
        )


def _row(row: int | str) -> str:
    return told(row) if isinstance(row, Note) else str(row)


def _wrong(sentence: str) -> str:
    """What is wrong alone: the place and the text have columns of their own, and what can be done
    stands beside the table."""
    words = _without_blank(sentence.replace("\\", ""))
    place, *rest = re.split(r": |：", words, maxsplit=1)
    return re.split(r"\. |。", rest[0] if rest else place)[0].rstrip(".")


def _without_blank(sentence: str) -> str:
    """Without the text that was found, where that is nothing."""
    return sentence.replace(" (“”)", "")


def _done(kind: str, schema: Schema) -> str:
    if kind in ("missing", "unreadable"):
        return MISSING_DONE.get(schema.missing, "")
    return DUPLICATE_DONE[schema.duplicates] if kind == "duplicate" else DONE[kind]
