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


def executable() -> str | None:
    """Path of the system's Chromium; None if there is none. Playwright cannot download its own."""
    return shutil.which("chromium") or shutil.which("chromium-browser")
