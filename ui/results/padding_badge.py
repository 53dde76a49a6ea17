"""Whether padding counts for a trained model: a badge that opens."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core.invariance.report import Check, Proof
from runs import Question, Run
from ui import backend
from ui.i18n import _, counted, lasting, ngettext
from ui.session import requests

VERDICTS = {True: "✓", False: "✗", None: "–"}


def badge(run: Run) -> None:
    """For a run that has a model; measured once, after its training or when it is first seen."""
    asked = backend.runs().proof(run)
    requests.answer(asked, _show, _("Checking whether padding counts …"))


def _show(asked: Question) -> None:
    proof: Proof = asked.result
    key = "proof-holds" if proof.passed else "proof-fails"  # ui.shell.css colours it
    with st.popover(_title(proof), icon=_icon(proof), key=key):
        st.markdown(_meaning(proof))
        st.table(_table(proof), border="horizontal", hide_index=True)  # whose cells wrap
        # Its button also takes the keyboard, which scrolls what is higher than the window.
        st.caption(_on_what(proof), help=_how())


def _icon(proof: Proof) -> str:
    return ":material/verified:" if proof.passed else ":material/warning:"


def _title(proof: Proof) -> str:
    if proof.passed:
        return _("Padding never counts")
    by = _amount(proof.by_padding)
    if proof.classes:
        by = f"{proof.by_padding:.0%}"
    return _("This padding changes the answers by up to {by}").format(by=by)


def _amount(difference: float) -> str:
    return f"{difference:.2g}" if difference else "0"


def _meaning(proof: Proof) -> str:
    if proof.passed:
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


def _table(proof: Proof) -> pd.DataFrame:
    """A row for what was done, with the worst that any network made of it."""
    worst: dict[str, Check] = {}
    for check in proof.table:
        known = worst.get(check.name)
        if known is None or (check.difference or 0) > (known.difference or 0):
            worst[check.name] = check
    rows = list(worst.values())
    change = _("Largest change (probability)") if proof.classes else _("Largest change")
    return pd.DataFrame(
        {
            _("What was done"): [_(check.name) for check in rows],
            "": [VERDICTS[check.passed] for check in rows],
            change: [
                _(check.why) if check.difference is None else _amount(check.difference)
                for check in rows
            ],
            _("Of the answers' spread"): [_share(proof, check) for check in rows],
        }
    )


def _share(proof: Proof, check: Check) -> str:
    share = proof.relative(check)
    if share is None:
        return ""
    return f"{share:.0%}" if share >= 0.01 else f"{share:.1g}" if share else "0"


def _on_what(proof: Proof) -> str:
    measured = ngettext("{n} sequence", "{n} sequences", proof.sequences)
    of = _("{measured} of {all}").format(measured=measured, all=counted(proof.of))
    said = _("Measured in {time} on {of}, up to {steps} steps long.").format(
        time=lasting(proof.seconds), of=of, steps=counted(proof.steps)
    )
    if proof.cut:
        said += " " + _("Longer ones were cut for it.")
    return said


def _how() -> str:
    return _(
        "Padded arrays and masks were given to the networks themselves: the stock Keras layers and "
        "the fast engine; the worse of the two is shown."
    )
