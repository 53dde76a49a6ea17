"""Finding the schema of a table: its id, and by layout its features and its target."""
