"""Declarations of fields, from which validation, forms, links and documents derive."""
