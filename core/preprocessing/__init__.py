"""Fitted transformations, and the split into training and validation sets."""
