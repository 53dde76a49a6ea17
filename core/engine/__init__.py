"""Compiled training and inference on ragged data, and its cost."""
