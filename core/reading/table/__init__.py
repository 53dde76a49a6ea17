"""A table of text cells: its cells, columns and roles, and the report of what is wrong in it."""
