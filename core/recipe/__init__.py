"""The recipe of a network and its training, and what is suggested for given data."""
