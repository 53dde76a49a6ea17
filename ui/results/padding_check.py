"""Result of the padding check, as a badge."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core.invariance.report import NOT_PREDICTIONS, Check, Proof, Verdict
from runs import Request, Run
from ui import backend
from ui.i18n import _, format_count, format_duration, ngettext, translate
from ui.shell import requests

SIGNS: dict[Verdict | None, str] = {"holds": "✓", "leaks": "✗", "undecided": "?", None: "–"}
VERDICTS = (None, "holds", "undecided", "leaks")  # from the best to the worst
ICONS: dict[Verdict, str] = {
    "holds": ":material/verified:",
    "leaks": ":material/warning:",
    "undecided": ":material/help:",
}


def show_badge(run: Run) -> None:
    """Show the badge of a run with a model.

    The check runs once, after the training or when the badge is first shown.
    """
    request = backend.get_runs().check_invariance(run)
    requests.show_result(request, _show, _("Checking whether padding counts …"))


def _show(request: Request[Proof]) -> None:
    proof: Proof = request.result
    key = f"proof-{proof.verdict}"  # coloured by ui.shell.css
    with st.popover(format_title(proof), icon=ICONS[proof.verdict], key=key):
        st.markdown(explain_result(proof))
        # A table, not a data frame, because its cells wrap.
        st.table(build_table(proof), border="horizontal", hide_index=True)
        # The help button also takes the focus, so that a tall popover can be scrolled by keyboard.
        st.caption(describe_data(proof), help=_describe_method())


def format_title(proof: Proof) -> str:
    """Return the badge's title."""
    if proof.verdict == "holds":
        return _("Padding never counts")
    if proof.verdict == "undecided":
        return _("It cannot be decided if padding counts")
    leaks = [check.name for check in proof.checks if check.verdict == "leaks"]
    if set(leaks) <= set(NOT_PREDICTIONS):
        return _("Padding counts, although it changed no prediction")
    by = proof.largest_change
    text = _format_percent(by) if proof.classes else _format_amount(by)
    return _("Padding changes predictions by up to {by}").format(by=text)


def _format_amount(difference: float) -> str:
    return f"{difference:.2g}" if difference else "0"


def _format_percent(share: float) -> str:
    return f"{share:.0%}" if share >= 0.01 else f"{100 * share:.1g}%"


def explain_result(proof: Proof) -> str:
    """Explain what the result means for the model."""
    if proof.verdict == "undecided":
        return translate(proof.explain_undecided())
    if proof.verdict == "holds":
        return _(
            "Whatever is done to the padding, no answer changes by more than rounding does: a "
            "masked step is a step that never happened."
        )
    if proof.mask == "none":
        return _(
            "Without a mask padding counts as data: another amount, side or value of padding, "
            "which says nothing about a sequence, gives other answers."
        )
    return _(
        "Padding should not count with this mask, and it does. Please tell whoever runs this "
        "server."
    )


def build_table(proof: Proof) -> pd.DataFrame:
    """Build a table with one row per change of the padding, with its largest effect."""
    worst: dict[str, Check] = {}
    for check in proof.checks:
        largest = worst.get(check.name)
        if largest is None or _rank(check) > _rank(largest):
            worst[check.name] = check
    rows = list(worst.values())
    change = _("Largest change (probability)") if proof.classes else _("Largest change")
    columns = {
        _("What was done"): [_(check.name) for check in rows],
        "": [SIGNS[check.verdict] for check in rows],
        change: [
            _(check.why) if check.difference is None else _format_amount(check.difference)
            for check in rows
        ],
        _("Of the answers' spread"): [_format_share(proof, check) for check in rows],
    }
    if proof.verdict == "undecided":
        by_rounding = [_format_amount(check.rounding) if check.rounding else "" for check in rows]
        columns[_("By rounding alone")] = by_rounding
    return pd.DataFrame(columns)


def _rank(check: Check) -> tuple[int, float]:
    """Rank a check by its verdict, the worst highest, then by its difference."""
    return VERDICTS.index(check.verdict), check.difference or 0.0


def _format_share(proof: Proof, check: Check) -> str:
    share = proof.relative_difference(check)
    if share is None:
        return ""
    return f"{share:.0%}" if share >= 0.01 else f"{share:.1g}" if share else "0"


def describe_data(proof: Proof) -> str:
    """Describe the data the check was measured on."""
    measured = ngettext("{n} sequence", "{n} sequences", proof.sequences)
    rows = _("{measured} of {all}").format(measured=measured, all=format_count(proof.of))
    text = _("Measured in {time} on {of}, up to {steps} steps long.").format(
        time=format_duration(proof.seconds), of=rows, steps=format_count(proof.steps)
    )
    if proof.cut:
        text += " " + _("Longer ones were cut for it.")
    return text


def _describe_method() -> str:
    return _(
        "Padded arrays and masks were given to the networks themselves: the stock Keras layers and "
        "the fast engine; the worse of the two is shown."
    )
