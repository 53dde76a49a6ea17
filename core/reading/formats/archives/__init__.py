"""Several files that are opened as one table."""
