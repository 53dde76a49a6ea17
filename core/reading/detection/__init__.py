"""Detection of a table's schema: the layout, and the role of each column."""
