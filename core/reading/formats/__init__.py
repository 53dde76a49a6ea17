"""From bytes in a file format to a table."""
