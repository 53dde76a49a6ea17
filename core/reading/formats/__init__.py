"""File formats: bytes to tables."""
