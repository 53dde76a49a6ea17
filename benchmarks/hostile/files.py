"""Hostile files: files that expand, take quadratic time to parse, or have false headers."""

from __future__ import annotations

from benchmarks.hostile import archives, arrays, columnar, records, text, workbooks  # noqa: F401
from benchmarks.hostile.registry import FILES

__all__ = ["FILES"]
