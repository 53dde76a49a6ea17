"""Layouts: a table and its schema to sequences, one module per layout."""
