"""Benchmarks of Unpadded and of comparable libraries: ``python -m benchmarks``."""
