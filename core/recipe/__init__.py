"""The configuration of a network and its training, with a suggestion for given data."""
