"""Constructors of sequences from arrays and data frames."""
