"""Families of models: how a recipe becomes a fitted network."""
