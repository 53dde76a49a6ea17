"""Sequences of unequal length: validation, missing values, padding, windows, serialization."""
