"""The GRU layer."""
