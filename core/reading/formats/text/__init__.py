"""Formats of text besides delimited tables."""
