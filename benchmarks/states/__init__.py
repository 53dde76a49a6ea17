"""Reloads of every page during a training, a comparison and a prediction."""
