"""The GRU layer, with its fast exact implementation."""
