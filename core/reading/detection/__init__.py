"""From a table to its schema: the layout, and the role of each column."""
