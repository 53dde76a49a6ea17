"""Ensembles: networks whose outputs are the mean of those of their members."""
