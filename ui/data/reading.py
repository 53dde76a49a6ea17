"""How the open data was read: questions first, then its columns, and the details to open."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial

import streamlit as st

from core.data.read_report import ReadReport
from core.errors import UnpaddedError
from core.i18n import N_
from core.reading import Choices, Schema
from core.reading.editable import Grid
from core.reading.table.joined_columns import SEPARATOR
from runs.reading import reading_jobs
from ui.context import get_services, recall_input, remember_input
from ui.data import columns_form, reading_report, table_editor
from ui.data.choice_labels import format_choices
from ui.data.file_layouts import LAYOUT_NAMES
from ui.data.findings import (
    show_questions,
    show_statements,
    show_warnings,
)
from ui.data.reading_report import explain
from ui.data.remedies import offer_to_read_again
from ui.data.repair import offer_to_repair
from ui.data.sheets import show_sheets
from ui.i18n import _, escape_markdown, join_list, ngettext, shorten
from ui.session import data
from ui.session.refusal import Refusal
from ui.session.state import FileDescription, State
from ui.shell.widgets import get_widget_key

ROLE_LABELS = {
    "target": N_("Target: {name}"),
    "time": N_("Time: {name}"),
    "id": N_("ID: {name}"),
    "split": N_("Split: {name}"),
    "group": N_("Group: {name}"),
}
WRONG_KINDS = ("unreadable", "incomplete", "spaces", "empty")  # marked in the editor
# Codes of findings that the page shows apart from the others.
SHOWN_CODES = ("unused", "row_numbers", "no_target", "static")
MAX_UNUSED, MAX_TARGETS = 6, 3  # columns with a button of their own
MIN_WINDOWS = 4  # of a sequence that is worth splitting
OPEN_BOX = "columns-open"  # whether the form of the columns is shown


def load_file(visitor: State) -> FileDescription | None:
    """Load the description of the open file; None if it was deleted in another tab."""
    try:
        return data.describe_file(visitor, get_services())
    except UnpaddedError as error:
        explain(error)
        return None


def show_checks(visitor: State, file: FileDescription) -> None:
    """Show what is to be decided or checked, and what was chosen."""
    report, key = visitor.data.report, get_widget_key(visitor, "reading")
    answer = partial(_answer, visitor)
    show_sheets(file.columns, key, answer)
    show_questions(report, key, answer)
    _show_answers(visitor, key)
    if visitor.refusals.columns is not None:
        offer_to_read_again(visitor.refusals.columns, "columns", answer)
    show_warnings(report, key, answer)
    if visitor.data.targets is None:
        _offer_targets(report, key, answer)
    schema = visitor.data.schema
    if len(visitor.data) == 1 and schema is not None and schema.layout == "long" and not schema.cut:
        _offer_windows(int(visitor.data.lengths[0]), key, answer)


def _offer_targets(report: ReadReport, key: str, answer: Callable[[Choices], None]) -> None:
    """Offer targets for data without one: constant features, and the remaining steps."""
    findings = [each for each in report if each.code in ("static", "no_target")]
    constant = [each.column for each in findings if each.code == "static" and each.column]
    remaining = [
        each.remedies[0] for each in findings if each.code == "no_target" and each.remedies
    ]
    with st.container(horizontal=True):
        for number, column in enumerate(constant[:MAX_TARGETS]):
            st.button(
                _("Predict {name}").format(name=escape_markdown(shorten(column))),
                key=f"{key}-target-{number}",
                help=_("This column has one value per sequence, as a target per sequence has."),
                on_click=answer,
                args=({"target": column},),
            )
        for choices in remaining[:1]:
            st.button(
                _("Predict the remaining steps"),
                key=f"{key}-remaining",
                help=_(
                    "For machines that run to failure. The target of a step is the number of "
                    "steps left in its sequence."
                ),
                on_click=answer,
                args=(choices,),
            )


def _offer_windows(steps: int, key: str, answer: Callable[[Choices], None]) -> None:
    """Offer to split a single long sequence, of which there would be no test set."""
    if steps < MIN_WINDOWS * columns_form.FIRST_STEPS:
        return
    st.button(
        _("Split into windows of {n} steps").format(n=columns_form.FIRST_STEPS),
        key=f"{key}-windows",
        icon=":material/content_cut:",
        help=_("One sequence is one example. The last windows can be the test set."),
        on_click=answer,
        args=(
            {
                "cut": "windows",
                "cut_steps": columns_form.FIRST_STEPS,
                "cut_every": columns_form.FIRST_STEPS,
            },
        ),
    )


def show_roles(visitor: State, schema: Schema, file: FileDescription) -> None:
    """Show the roles of the columns in one line, the unused ones, and the form to change them."""
    _show_roles(visitor, schema, file)
    _show_unused(visitor, schema, file, get_widget_key(visitor, "reading"))


def show_details(visitor: State, schema: Schema, file: FileDescription) -> None:
    """Show what was understood, what happened to the rows, and the editor, all folded."""
    title = _("How it was read: {layout}").format(layout=_(LAYOUT_NAMES[schema.layout]))
    with st.expander(title, icon=":material/rule:"):
        show_statements(visitor.data.report, skipped=SHOWN_CODES)
        reading_report.show_constant_features(file.report)
        if schema.cut:
            st.caption(_describe_cut(schema))
        reading_report.show_rows(file.report)
        if file.report.counts:
            reading_report.show_problems(file.report, is_resolved=True)
    wrong = {str(each.row) for each in file.report.problems if each.kind in WRONG_KINDS}
    _show_editor(visitor, file.columns.grid, wrong)


def _answer(visitor: State, choices: Choices) -> None:
    """Read the file again with a further choice."""
    _apply(visitor, lambda: data.answer(visitor, get_services(), choices))


def _take_back(visitor: State) -> None:
    """Read the file again without the last choice."""
    _apply(visitor, lambda: data.take_answer_back(visitor, get_services()))


def _apply(visitor: State, read: Callable[[], reading_jobs.Refused | None]) -> None:
    try:
        refused = read()
    except UnpaddedError as error:
        visitor.refusals.columns = error
        return
    visitor.refusals.columns = None if refused is None else refused.error
    schema = visitor.data.schema
    if refused is None and schema is not None:
        columns_form.update_form(get_widget_key(visitor, "columns"), schema)


def _show_answers(visitor: State, key: str) -> None:
    """Show what the visitor chose, in one line, with a button that takes the last back."""
    answers = [] if visitor.reading is None else [*map(format_choices, visitor.reading.choices)]
    if not answers:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        text = escape_markdown(" · ".join(filter(None, answers)))
        st.markdown(
            ":material/check: " + _("You chose: {choices}").format(choices=text), width="content"
        )
        st.button(
            _("Undo"),
            key=f"{key}-undo",
            icon=":material/undo:",
            type="tertiary",
            on_click=_take_back,
            args=(visitor,),
        )


def _show_roles(visitor: State, schema: Schema, file: FileDescription) -> None:
    """Show the roles of the columns in one line, and the form to change them when asked for."""
    key = get_widget_key(visitor, "columns")
    is_open = recall_input(OPEN_BOX, False, per_data=True)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(_describe_roles(visitor, schema), width="content")
        st.button(
            _("Close") if is_open else _("Change"),
            key=f"{key}-change",
            icon=":material/edit:",
            type="tertiary",
            on_click=remember_input,
            args=(OPEN_BOX, not is_open, False, True),
        )
    if is_open:
        columns_form.show_form(
            key,
            file.columns.names,
            schema,
            partial(_answer, visitor),
            partial(_refuse, visitor),
        )


def _refuse(visitor: State, error: UnpaddedError) -> None:
    visitor.refusals.columns = error


def _describe_roles(visitor: State, schema: Schema) -> str:
    parts = []
    for role, label in ROLE_LABELS.items():
        name = SEPARATOR.join(schema.list_columns(role))
        if role == "target" and schema.remaining_steps is not None:
            name = _("remaining steps")
        if name:
            parts.append(_(label).format(name=f"**{escape_markdown(shorten(name))}**"))
    parts.append(ngettext("{n} feature", "{n} features", visitor.data.features))
    return " · ".join(parts)


def _show_unused(visitor: State, schema: Schema, file: FileDescription, key: str) -> None:
    """Show the columns that are not used, each with a button to use it as a feature."""
    if not schema.unused:
        return
    can_use = schema.layout in ("long", "list")
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f":gray[{_('Not used:')}]", width="content")
        for name in schema.unused[:MAX_UNUSED]:
            label = escape_markdown(shorten(name, 30))
            if not can_use:
                st.markdown(label, width="content")
                continue
            st.button(
                _("{column}: use it").format(column=label),
                key=f"{key}-use-{name}",
                icon=":material/add:",
                type="tertiary",
                on_click=_answer,
                args=(visitor, {"features": [*schema.features, name]}),
            )
        rest = schema.unused[MAX_UNUSED:]
        if rest:
            names = shorten(join_list(rest), 120)
            st.markdown(
                f":gray[{ngettext('and {n} more', 'and {n} more', len(rest))}]",
                help=escape_markdown(names),
                width="content",
            )


def _show_editor(visitor: State, grid: Grid | None, wrong: Collection[str]) -> None:
    """Show the editor of the open table, or of its edited copy while that is refused.

    Args:
        visitor: The visitor's state.
        grid: Cells of the open table, if they can be edited.
        wrong: Rows with a problem, as in messages.
    """
    key, data_set_id = get_widget_key(visitor, "edited"), visitor.data_key

    def keep(outcome: Refusal | None) -> None:
        visitor.refusals.edited = outcome

    def read(content: bytes) -> None:
        choices = data.list_choices(visitor)
        name, services = visitor.name, get_services()
        keep(data.open_table(visitor, services, name, lambda: content, choices, True, data_set_id))

    if visitor.refusals.edited is not None:
        offer_to_repair(visitor, visitor.refusals.edited, key, keep, data_set_id)
        st.button(_("Undo the edits"), icon=":material/undo:", on_click=keep, args=(None,))
        return
    if grid is not None:
        table_editor.show_table(get_widget_key(visitor, "edit"), visitor.name, grid, read, wrong)


def _describe_cut(schema: Schema) -> str:
    steps = ngettext("{n} step", "{n} steps", schema.cut_steps)
    stride = ngettext("{n} step", "{n} steps", schema.cut_every)
    if schema.cut == "windows":
        return _("Split into windows of up to {steps}, with a stride of {every}.").format(
            steps=steps, every=stride
        )
    return _("Split into growing prefixes: the first has {steps}, each next {every} more.").format(
        steps=steps, every=stride
    )
