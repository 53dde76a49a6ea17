"""Chromium, for benchmarks that measure what a visitor sees."""

from __future__ import annotations

import shutil

ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

# JavaScript: whether the loss curve on the page has a point
FIRST_POINT = """() => {
    const plots = [...document.querySelectorAll('.js-plotly-plot')];
    const curve = plots.find(p => p.layout?.yaxis?.title?.text?.startsWith('loss'));
    return (curve?.calcdata?.[0] ?? []).some(point => Number.isFinite(point.y));
}"""


def executable() -> str | None:
    """Path of the system's Chromium; None if there is none. Playwright cannot download its own."""
    return shutil.which("chromium") or shutil.which("chromium-browser")
