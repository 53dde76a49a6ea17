"""Lesson of Compare: two samples, one on which masking pays and one on which it does not."""

from __future__ import annotations

import streamlit as st

from ui import samples
from ui.data import open_data
from ui.i18n import _
from ui.samples import Sample
from ui.session.state import State


def show_lesson(visitor: State) -> None:
    """Offer the samples on the example, which is too small; explain them when they are open."""
    if visitor.is_example:
        st.caption(
            _(
                "Three sequences are too few to tell which recipe is better. See a sample where "
                "masking pays, and one where it does not:"
            )
        )
        with st.container(horizontal=True):
            for sample in (samples.DAILY_RIDES, samples.JAPANESE_VOWELS):
                st.button(
                    _(sample.name),
                    key=f"lesson-{sample.name}",
                    icon=":material/science:",
                    on_click=open_data.try_sample,
                    args=(visitor, sample),
                )
        open_data.show_sample_error(visitor)
    elif reason := _get_reason(visitor):
        st.caption(reason)


def _get_reason(visitor: State) -> str:
    """Explain why masking pays, or does not, on the open sample; "" for other data."""

    def is_open(sample: Sample) -> bool:
        return visitor.digest == samples.compute_digest(sample.path)

    if is_open(samples.DAILY_RIDES):
        return _(
            "A day without rides is 0, and so is padding. Without a mask, nobody can tell them "
            "apart; a mask by value drops both."
        )
    if is_open(samples.JAPANESE_VOWELS):
        return _(
            "No real step is 0 here, and lengths differ little. A network recognises padding by "
            "itself, so a mask changes little."
        )
    return ""
