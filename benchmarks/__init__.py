"""``python -m benchmarks``: how fast we are, beside those a user would compare us with."""
