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
        return _("Padding check undecided")
    leaks = [check.name for check in proof.checks if check.verdict == "leaks"]
    if set(leaks) <= set(NOT_PREDICTIONS):
        return _("Padding changes the network, but no prediction")
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
            "No change of the padding changes a prediction by more than rounding. A masked step "
            "is a step that never happened."
        )
    if proof.mask == "none":
        return _(
            "Without a mask, padding counts as data. Its amount, side and value change the "
            "predictions."
        )
    return _(
        "Padding changes the predictions although it is masked. Please report this to the "
        "operator of this server."
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
        _("Change"): [_(check.name) for check in rows],
        "": [SIGNS[check.verdict] for check in rows],
        change: [
            _(check.why) if check.difference is None else _format_amount(check.difference)
            for check in rows
        ],
        _("Share of the predictions' spread"): [_format_share(proof, check) for check in rows],
    }
    if proof.verdict == "undecided":
        by_rounding = [_format_amount(check.rounding) if check.rounding else "" for check in rows]
        columns[_("From rounding")] = by_rounding
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
    values = {"steps": format_count(proof.steps), "time": format_duration(proof.seconds)}
    text = ngettext(
        "Measured on {n} sequence (up to {steps} steps) in {time}.",
        "Measured on all {n} sequences (up to {steps} steps) in {time}.",
        proof.sequences,
        **values,
    )
    if proof.sequences < proof.of:
        text = _("Measured on {n} of {all} sequences (up to {steps} steps) in {time}.").format(
            n=format_count(proof.sequences), all=format_count(proof.of), **values
        )
    if proof.cut:
        text += " " + _("Longer ones were truncated.")
    return text


def _describe_method() -> str:
    return _(
        "Padded arrays and masks go through the stock Keras layers and the fast engine. The "
        "larger change is shown."
    )
